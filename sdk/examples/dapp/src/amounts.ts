/** Amounts and percentages as people type them. */
import { parseAmount } from "@micro-escrow/sdk";

/** Where 1.200 is a thousand and two hundred to some, and one and a fifth to others. */
const AMBIGUOUS = /^[1-9]\d{0,2}[.,]\d{3}$/;

/**
 * A number as the SDK takes it: some write decimals with a comma. What can be read in two ways, or has something between its
 * thousands, is given back as what the SDK refuses: nobody should fund a thousandth of what was meant.
 */
export function decimal(text: string): string {
  const trimmed = text.trim();
  return AMBIGUOUS.test(trimmed) ? trimmed.replace(".", ",") : trimmed.replace(/^(\d*),(\d+)$/, "$1.$2");
}

/** Token base units of what is typed; `undefined` while it is no amount. */
export function readAmount(text: string, decimals: number): bigint | undefined {
  try {
    return parseAmount(decimal(text), decimals);
  } catch {
    return undefined;
  }
}
