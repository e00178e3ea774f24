/** How accounts and tokens are shown where there is no name that somebody vouches for. */
import { inert, type TokenDescription, tokens } from "@micro-escrow/sdk";
import type { Currency } from "./format.ts";

/** The beginning and the end of an address or a hash, to recognize it by. */
export const short = (text: string): string => `${text.slice(0, 6)}…${text.slice(-4)}`;

/** Whether two addresses look the same where they are shortened, and are not: some make such on purpose. */
export function isLookAlike(one: string, other: string): boolean {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  return a !== b && short(a) === short(b);
}

/** What a token commonly calls itself: letters that everybody reads, so that none is a look-alike, and no amounts. */
const PLAIN_SYMBOL = /^[A-Za-z\p{Sc}][A-Za-z0-9\p{Sc}.+-]{0,10}$/u;

/** Whether a token calls itself like one of the registry. */
export function isNamedLikeKnown(symbol: string): boolean {
  return tokens.some((known) => known.symbol.toLowerCase() === symbol.toLowerCase());
}

/**
 * How amounts of a token are shown. Anybody can make a token that is called "USDC", or "0 USDC": where nobody vouches for it, what
 * could be taken for something else has the token's address beside it, or in its place.
 *
 * @param isVouched Whether the registry has it.
 */
export function currencyOf({ address, symbol, decimals }: TokenDescription, isVouched: boolean): Currency {
  if (isVouched && symbol !== undefined) return { symbol: inert(symbol, 16), decimals };
  if (symbol === undefined || !PLAIN_SYMBOL.test(symbol)) return { symbol: short(address), decimals };
  return { symbol: isNamedLikeKnown(symbol) ? `${symbol} (${short(address)})` : symbol, decimals };
}
