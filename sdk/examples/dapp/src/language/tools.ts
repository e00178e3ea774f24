/** What the catalogs put their sentences together with. */
import type { Clause } from "@micro-escrow/sdk";
import type { Format } from "../format.ts";

/** What sentences of the deal are put together with. */
export interface Tools {
  readonly format: Format;
  /** An account for who is about to sign: a name where there is one, and the address. */
  readonly accountOf: (address: string) => string;
}

/** An amount of a clause, in its currency where it has one. */
export function amountOf(
  { amount, currency }: { readonly amount: bigint; readonly currency: Clause<"milestone">["currency"] },
  { format }: Tools,
  baseUnits: (amount: string) => string,
): string {
  return currency === undefined ? baseUnits(format.number(amount)) : format.money(amount, currency);
}
