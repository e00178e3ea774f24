/** What went wrong, in the user's language where it has words for it, else in the SDK's own. */
import { decodeError, inert, MicroEscrowError, TransactionRevertedError } from "@micro-escrow/sdk";
import type { Words } from "./language/index.tsx";
import { InvalidShareFileError } from "./share.ts";

/** A problem in words. */
export interface Said {
  readonly text: string;
  /** The language of the text where it is not the page's. */
  readonly lang?: "en";
}

/** What to say about a failure: what it is, and what to do. */
export function say(words: Words, failure: unknown): Said {
  if (failure instanceof InvalidShareFileError) return { text: words.errors.InvalidShareFile };
  const error = failure instanceof MicroEscrowError ? failure : decodeError(failure);
  if (error instanceof TransactionRevertedError && error.reason !== undefined) {
    return { text: words.reverted(inert(error.reason, 200)) };
  }
  const known: Readonly<Record<string, string>> = words.errors;
  const text = known[error.code];
  return text === undefined ? { text: error.message, lang: "en" } : { text };
}
