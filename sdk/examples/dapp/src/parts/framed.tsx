/** What is shown inside of another page. */
import type { ReactNode } from "react";
import { useLanguage } from "../language/index.tsx";

/** A way out of the frame, and nothing else. */
export function Framed(): ReactNode {
  const { words } = useLanguage();
  return (
    <main>
      <p>{words.framed.why}</p>
      <a href={location.href} target="_blank" rel="noreferrer">
        {words.framed.open}
      </a>
    </main>
  );
}
