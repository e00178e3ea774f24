/** Numbers, money and time as the user's language writes them. */
import { formatAmount } from "@micro-escrow/sdk";

/** How amounts of a token are shown. */
export interface Currency {
  readonly symbol: string;
  readonly decimals: number;
}

/** Writes values for people. */
export interface Format {
  /** Token base units, exactly, with at least two decimals: "1,200.00 USDC". */
  money(amount: bigint, currency: Currency): string;
  /** Wei of a chain's own coin, to six digits that count: "0.0000123 ETH". */
  coin(wei: bigint, symbol: string): string;
  number(value: number | bigint): string;
  /** Basis points: "2.5%". */
  share(bps: number): string;
  /** A day, of Unix seconds. */
  date(seconds: number): string;
  /** A day and a time of day, of Unix seconds. */
  time(seconds: number): string;
  /** Seconds in the largest unit that divides them: "14 days". */
  duration(seconds: number): string;
  /** Seconds that are left, in the two largest units: "2 days 4 hours". */
  countdown(seconds: number): string;
  /** "a, b and c". */
  list(items: readonly string[]): string;
}

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;

/** Decimals that Intl writes; a token may have up to 255. */
const MOST_DECIMALS = 100;

/**
 * The format of a language.
 *
 * @param locale A BCP 47 tag, "en" or "es-UY".
 */
export function formatOf(locale: string): Format {
  const decimal = new Intl.NumberFormat(locale);
  const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 2 });
  const significant = new Intl.NumberFormat(locale, { maximumSignificantDigits: 6, maximumFractionDigits: 18 });
  const day = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  const list = new Intl.ListFormat(locale);
  /** By the number of decimals: to make one takes longer than all that is written with it. */
  const exact = new Map<number, Intl.NumberFormat>();
  const exactly = (decimals: number) => {
    const [minimumFractionDigits, maximumFractionDigits] = [Math.min(2, decimals), decimals];
    const made = exact.get(decimals) ?? new Intl.NumberFormat(locale, { minimumFractionDigits, maximumFractionDigits });
    exact.set(decimals, made);
    return made;
  };
  const units = new Map<string, Intl.NumberFormat>();
  const count = (value: number, unit: string) => {
    const made = units.get(unit) ?? new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" });
    units.set(unit, made);
    return made.format(value);
  };
  /** Of what dates cannot hold, the seconds themselves. */
  const dated = (format: Intl.DateTimeFormat, seconds: number) =>
    seconds > 8.64e12 ? decimal.format(seconds) : format.format(seconds * 1_000);

  return {
    money(amount, { symbol, decimals }) {
      const plain = formatAmount(amount < 0n ? -amount : amount, decimals);
      // As text: a number would round what has more than 15 digits. And what Intl would round is left as it is.
      const written = decimals <= MOST_DECIMALS ? exactly(decimals).format(plain as Intl.StringNumericLiteral) : plain;
      return `${amount < 0n ? "−" : ""}${written}\u00a0${symbol}`;
    },
    coin: (wei, symbol) => `${significant.format(formatAmount(wei, 18) as Intl.StringNumericLiteral)}\u00a0${symbol}`,
    number: (value) => decimal.format(value),
    share: (bps) => percent.format(bps / 10_000),
    date: (seconds) => dated(day, seconds),
    time: (seconds) => dated(moment, seconds),
    duration(seconds) {
      const [unit, length] = UNITS.find(([, one]) => seconds !== 0 && seconds % one === 0) ?? ["second", 1];
      return count(seconds / length, unit);
    },
    countdown(seconds) {
      const first = UNITS.findIndex(([, length]) => seconds >= length);
      let rest = seconds;
      const parts = UNITS.slice(first < 0 ? 3 : first, first < 0 ? 4 : first + 2).map(([unit, length]) => {
        const whole = Math.floor(rest / length);
        rest -= whole * length;
        return [whole, unit] as const;
      });
      const shown = parts.filter(([whole], index) => index === 0 || whole > 0);
      return shown.map(([whole, unit]) => count(whole, unit)).join(" ");
    },
    list: (items) => list.format(items),
  };
}
