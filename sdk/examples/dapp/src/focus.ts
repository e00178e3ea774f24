/** Where the keyboard and screen readers are: never nowhere. */
import { type RefObject, useEffect } from "react";

/** Milliseconds that a window has to give the focus back to the button that opened it. */
const PATIENCE = 100;

/**
 * Puts the focus somewhere useful when what had it has gone, like a button whose action ends its possibility: to the open window,
 * or to the view. A browser would begin again at the top of the page, and Escape would not reach the window.
 */
export function useKeptFocus(view: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    let last: Element | undefined;
    const remember = ({ target }: FocusEvent) => {
      last = target instanceof Element ? target : undefined;
    };
    const restore = () => {
      if (document.activeElement !== document.body) return;
      const windows = document.querySelectorAll<HTMLElement>("[role=dialog]");
      ([...windows].at(-1) ?? view.current)?.focus({ preventScroll: true });
    };
    const observer = new MutationObserver(() => {
      if (last === undefined || last.isConnected) return;
      last = undefined;
      setTimeout(restore, PATIENCE);
    });
    document.addEventListener("focusin", remember);
    observer.observe(document.body, { childList: true, subtree: true });
    return () => {
      document.removeEventListener("focusin", remember);
      observer.disconnect();
    };
  }, [view]);
}

/** Names the view in the document's title, which tabs, histories and screen readers have. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · MicroEscrow`;
  }, [title]);
}
