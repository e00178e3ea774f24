/**
 * What the page remembers in this browser between visits. Where its user forbids that, or there is no more room, it remembers
 * nothing, and works all the same.
 */

/** Until the browser's data are deleted, or until the tab is closed. */
type Place = "localStorage" | "sessionStorage";

/** What was remembered under a name; anybody at this browser may have written it. */
export function recall(name: string, place: Place = "localStorage"): string | undefined {
  try {
    return window[place].getItem(name) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Remembers a text under a name; `undefined` forgets it. */
export function remember(name: string, text: string | undefined, place: Place = "localStorage"): void {
  try {
    if (text === undefined) window[place].removeItem(name);
    else window[place].setItem(name, text);
  } catch {
    // It is only a convenience.
  }
}
