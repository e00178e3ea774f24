import type { Agreement } from "@micro-escrow/sdk";
import { type ReactNode, useId } from "react";
import { titleOf } from "../../clauses.ts";
import { useLanguage } from "../../language/index.tsx";

/** A page about one agreement, under its title. */
export function AgreementPage({
  agreement,
  heading,
  children,
}: {
  readonly agreement: Agreement;
  /** What stands below the title: who it is between, say. */
  readonly heading: ReactNode;
  readonly children: ReactNode;
}): ReactNode {
  const { words } = useLanguage();
  const id = useId();
  return (
    <article aria-labelledby={id}>
      <header>
        <h1 id={id} dir="auto">
          {titleOf(agreement) ?? words.agreement.untitled}
        </h1>
        {heading}
      </header>
      {children}
    </article>
  );
}
