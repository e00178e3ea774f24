/**
 * Amounts, durations and shares as text, read once at the edge. No amount ever passes through a number.
 */
import { InvalidAmountError, InvalidDurationError, InvalidShareError } from "./errors.js";

/** 100% in basis points. */
export const BPS = 10_000;

/** Seconds, or text like `"14 days"`, `"2 weeks"`, `"72 hours"`, `"90 minutes"`, `"30 seconds"`. */
export type Duration = number | string;

/** Basis points (1/10,000), or text like `"3%"` or `"2.5%"`. */
export type Share = number | string;

/** The longest period that the contract's types hold, seconds: a little over 136 years. */
const MAX_DURATION = 2 ** 32 - 1;

const SECONDS: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3_600, day: 86_400, week: 604_800 };

/**
 * Reads a decimal amount as token base units.
 *
 * @param text Digits, with a decimal point if need be: `"500"`, `"0.05"`. No sign, comma, exponent or space.
 * @param decimals The token's decimals, 0 to 255.
 * @throws {InvalidAmountError} When it is anything else, or has more decimals than the token.
 * @example
 * parseAmount("500.25", 6); // 500250000n
 */
export function parseAmount(text: string, decimals: number): bigint {
  checkDecimals(decimals);
  const match = typeof text === "string" ? /^(\d+)(?:\.(\d+))?$/.exec(text) : null;
  if (typeof text === "number") {
    const advice = 'Pass text, like "500.25", or base units as a bigint where they are taken.';
    throw new InvalidAmountError(text, "is of type number, which may have lost digits already", { advice });
  }
  if (!match) {
    const advice = 'Write digits with a decimal point if need be, like "500.25".';
    throw new InvalidAmountError(text, "is not an amount", { advice });
  }
  const [, whole = "", fraction = ""] = match;
  if (fraction.length > decimals) {
    throw new InvalidAmountError(text, `has ${fraction.length} decimals; this token has ${decimals}`);
  }
  return BigInt(whole + fraction.padEnd(decimals, "0"));
}

/**
 * Writes token base units as a decimal amount, exactly, without trailing zeros; the inverse of {@link parseAmount}.
 *
 * @param value Token base units, 0 or more.
 * @param decimals The token's decimals, 0 to 255.
 * @throws {InvalidAmountError} When the value is negative, or the decimals are not those of a token.
 * @example
 * formatAmount(500250000n, 6); // "500.25"
 */
export function formatAmount(value: bigint, decimals: number): string {
  checkDecimals(decimals);
  if (typeof value !== "bigint") throw new InvalidAmountError(value, "is not a bigint of token base units");
  if (value < 0n) throw new InvalidAmountError(value, "is negative; amounts are 0 or more");
  const digits = value.toString().padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, "");
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

/**
 * Reads a duration as seconds.
 *
 * @param duration Whole seconds, or a whole number and a unit: `"14 days"`, `"72 hours"`, `"90 minutes"`, `"2 weeks"`.
 * @returns Seconds, 0 to 4,294,967,295 (what the contract's types hold).
 * @throws {InvalidDurationError} When it is anything else. Months and years are not units: they have no fixed length.
 * @example
 * parseDuration("14 days"); // 1209600
 */
export function parseDuration(duration: Duration): number {
  const match = typeof duration === "string" ? /^(\d+) (second|minute|hour|day|week)s?$/.exec(duration) : null;
  const seconds = match ? Number(match[1]) * (SECONDS[match[2] ?? ""] ?? Number.NaN) : duration;
  if (typeof seconds !== "number") {
    const advice = 'Write text like "14 days" or "72 hours", or seconds.';
    throw new InvalidDurationError(duration, "is not a duration", { advice });
  }
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > MAX_DURATION) {
    throw new InvalidDurationError(duration, `must be whole seconds between 0 and ${MAX_DURATION}`);
  }
  return seconds;
}

/**
 * Writes seconds in the largest unit that divides them, so that nothing is rounded; the inverse of
 * {@link parseDuration}.
 *
 * @throws {InvalidDurationError} When it is not whole seconds between 0 and 4,294,967,295.
 * @example
 * formatDuration(1209600); // "14 days"
 * formatDuration(5400); // "90 minutes"
 */
export function formatDuration(seconds: number): string {
  parseDuration(seconds);
  // Weeks are read but not written: people compare periods in days.
  for (const unit of ["day", "hour", "minute"] as const) {
    const length = SECONDS[unit] ?? 1;
    if (seconds !== 0 && seconds % length === 0) return count(seconds / length, unit);
  }
  return count(seconds, "second");
}

/**
 * Reads a share or fee as basis points.
 *
 * @param share Whole basis points, or a percentage with two decimals at most: `"3%"`, `"2.5%"`.
 * @returns Basis points, 0 to 10,000.
 * @throws {InvalidShareError} When it is anything else.
 * @example
 * parseShare("2.5%"); // 250
 */
export function parseShare(share: Share): number {
  const match = typeof share === "string" ? /^(\d+)(?:\.(\d{1,2}))?%$/.exec(share) : null;
  const bps = match ? Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0")) : share;
  if (typeof bps !== "number") {
    const advice = 'Write text like "3%" or "2.5%", or basis points (300 is 3%).';
    throw new InvalidShareError(share, "is not a share", { advice });
  }
  if (!Number.isInteger(bps) || bps < 0 || bps > BPS) {
    throw new InvalidShareError(share, "must be between 0% and 100% (0 to 10000 whole basis points)");
  }
  return bps;
}

/**
 * Writes basis points as a percentage; the inverse of {@link parseShare}.
 *
 * @throws {InvalidShareError} When it is not whole basis points between 0 and 10,000.
 * @example
 * formatShare(250); // "2.5%"
 */
export function formatShare(bps: number): string {
  return `${formatAmount(BigInt(parseShare(bps)), 2)}%`;
}

function count(number: number, unit: string): string {
  return `${number} ${unit}${number === 1 ? "" : "s"}`;
}

/** @throws {InvalidAmountError} When it cannot be a token's number of decimals. */
export function checkDecimals(decimals: number): void {
  if (!Number.isInteger(decimals) || decimals < 0 || decimals > 255) {
    throw new InvalidAmountError(decimals, "is not a token's number of decimals (0 to 255)");
  }
}
