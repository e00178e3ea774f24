/** Where the reader is: with the keyboard, with a screen reader, and in a long list. */
import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";

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

/**
 * Another view begins at its beginning, also for who does not see it; one that is come back to, where it was left.
 *
 * @param location Says which view it is.
 */
export function usePlace(view: RefObject<HTMLElement | null>, location: string): void {
  const shown = useRef(location);
  const places = useRef(new Map<string, number>());
  const isBack = useRef(false);
  useEffect(() => {
    // The browser would do it before the view is there.
    history.scrollRestoration = "manual";
    const remember = () => places.current.set(shown.current, window.scrollY);
    // Links push their views; only going back or forward pops one.
    const goBack = () => {
      isBack.current = true;
    };
    window.addEventListener("scroll", remember, { passive: true });
    window.addEventListener("popstate", goBack);
    return () => {
      window.removeEventListener("scroll", remember);
      window.removeEventListener("popstate", goBack);
    };
  }, []);
  // Before anything is painted: what a shorter view does to the old one's place is not remembered.
  useLayoutEffect(() => {
    if (location === shown.current) return;
    shown.current = location;
    const place = isBack.current ? places.current.get(location) : undefined;
    isBack.current = false;
    view.current?.focus({ preventScroll: true });
    window.scrollTo(0, place ?? 0);
  }, [view, location]);
}

/** Names the view in the document's title, which tabs, histories and screen readers have. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · MicroEscrow`;
  }, [title]);
}
