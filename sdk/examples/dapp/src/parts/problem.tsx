import type { ReactNode } from "react";
import { useLanguage } from "../language/index.tsx";
import { say } from "../problems.ts";
import { Notice, PlainButton } from "./basics.tsx";

/** What went wrong, what to do about it, and a button to try again where that can help. */
export function Problem({
  error,
  onRetry,
  title,
}: {
  readonly error: unknown;
  readonly onRetry?: (() => void) | undefined;
  readonly title?: string;
}): ReactNode {
  const { words } = useLanguage();
  const { text, lang } = say(words, error);
  return (
    <Notice tone="problem">
      {title !== undefined && <strong>{title} </strong>}
      <span lang={lang}>{text}</span>
      {onRetry !== undefined && <PlainButton onPress={onRetry}>{words.tryAgain}</PlainButton>}
    </Notice>
  );
}
