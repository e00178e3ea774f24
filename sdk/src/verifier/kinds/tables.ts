/**
 * The results of campaigns: numbers against their targets, and dates in their range.
 */
import { inert } from "../../text.js";
import { type Answer, answerOf, type CheckKind, failed, type Work } from "../check.js";
import type { DatesCheck, InRows, MetricCheck } from "../checks.js";
import { utf8Of } from "../fileType.js";
import { fits } from "../glob.js";
import {
  bounded,
  day,
  decimal,
  glob,
  isDay,
  members,
  oneOf,
  only,
  optional,
  type Readers,
  refuse,
  text,
  textsByName,
} from "../read.js";
import { type Decimal, parseDecimal, parseTable, type Row } from "../table.js";

const MAX_TABLE = 16 * 1_024 * 1_024;
const inRows: Readers<InRows> = { in: glob, where: optional(textsByName) };

/** The rows that a check is about, of all files that fit; or its answer when there is none. */
function rowsOf(work: Work, { in: pattern, where = {} }: InRows, columns: readonly string[]): readonly Row[] | Answer {
  const tables = work.files.filter(({ path }) => fits(path, pattern));
  if (tables.length === 0) return failed(`No file fits '${inert(pattern)}'.`);
  const found: Row[] = [];
  for (const { path, bytes } of tables) {
    const name = inert(path);
    const format = /\.json$/i.test(path) ? "json" : "csv";
    const content = bytes.length <= MAX_TABLE ? utf8Of(bytes) : undefined;
    if (content === undefined) return failed(`${name} is not text in UTF-8 of at most ${MAX_TABLE} bytes.`);
    const table = parseTable(content, format);
    if (table.rows === undefined) return failed(`${name} ${table.problem}.`);
    for (const row of table.rows) {
      if (!Object.entries(where).every(([column, value]) => row.get(column) === value)) continue;
      const missing = columns.find((column) => !row.has(column));
      if (missing !== undefined) return failed(`${name} has no column '${inert(missing)}' in a row that counts.`);
      found.push(row);
    }
  }
  if (found.length > 0) return found;
  const condition = Object.entries(where).map(([column, value]) => `${inert(column)} '${inert(value)}'`);
  return failed(`No row ${condition.length === 0 ? "is there" : `has ${condition.join(" and ")}`}.`);
}

/** A fraction of whole numbers. */
interface Fraction {
  readonly over: bigint;
  readonly under: bigint;
}

function sumOf(values: readonly Decimal[]): Fraction {
  const decimals = values.reduce((most, one) => Math.max(most, one.decimals), 0);
  const over = values.reduce((sum, one) => sum + one.units * 10n ** BigInt(decimals - one.decimals), 0n);
  return { over, under: 10n ** BigInt(decimals) };
}

const isLess = (a: Fraction, b: Fraction) => a.over * b.under < b.over * a.under;

/** A fraction with at most four decimals, cut. */
function written({ over, under }: Fraction): string {
  const units = (over * 10_000n) / under;
  const digits = (units < 0n ? -units : units).toString().padStart(5, "0");
  const fraction = digits.slice(-4).replace(/0+$/, "");
  return `${units < 0n ? "-" : ""}${digits.slice(0, -4)}${fraction === "" ? "" : `.${fraction}`}`;
}

const target = (value: number | string): Fraction => sumOf([parseDecimal(String(value)) ?? { units: 0n, decimals: 0 }]);

/** A number against its target. */
export const metric: CheckKind<MetricCheck> = {
  kind: "metric",
  isPure: true,
  read(value, path) {
    const read = bounded(
      members<MetricCheck>({
        kind: only("metric"),
        ...inRows,
        column: text(),
        take: optional(oneOf(["sum", "average", "each"])),
        per: optional(text()),
        atLeast: optional(decimal),
        atMost: optional(decimal),
      }),
    )(value, path);
    const { take = "sum", per, atLeast, atMost } = read;
    if (per !== undefined && take !== "sum") refuse(`${path}.per`, "a divisor of anything but a sum");
    if (atLeast !== undefined && atMost !== undefined && isLess(target(atMost), target(atLeast))) {
      refuse(`${path}.atMost`, "less than atLeast");
    }
    return read;
  },
  check({ column, take = "sum", per, atLeast, atMost, ...where }, work) {
    const rows = rowsOf(work, where, per === undefined ? [column] : [column, per]);
    if (!Array.isArray(rows)) return rows as Answer;
    const name = `'${inert(column)}'`;
    const read = (from: string): readonly Decimal[] | Answer => {
      const values: Decimal[] = [];
      for (const row of rows as readonly Row[]) {
        const given = row.get(from) ?? "";
        const value = parseDecimal(given);
        if (value === undefined) {
          return failed(`'${inert(from)}' has '${inert(given)}', which is no plain number like 1840 or 4.50.`);
        }
        values.push(value);
      }
      return values;
    };
    const values = read(column);
    if (!Array.isArray(values)) return values as Answer;
    let compared: readonly { readonly what: string; readonly value: Fraction }[];
    if (take === "each") {
      compared = values.map((value: Decimal) => ({ what: `A value of ${name}`, value: sumOf([value]) }));
    } else {
      const { over, under } = sumOf(values);
      if (take === "average") {
        compared = [{ what: `The average of ${name}`, value: { over, under: under * BigInt(values.length) } }];
      } else if (per === undefined) compared = [{ what: `The sum of ${name}`, value: { over, under } }];
      else {
        const divisors = read(per);
        if (!Array.isArray(divisors)) return divisors as Answer;
        const divisor = sumOf(divisors);
        if (divisor.over <= 0n) return failed(`The sum of '${inert(per)}' is not above 0.`);
        const value = { over: over * divisor.under, under: under * divisor.over };
        compared = [{ what: `${name} per '${inert(per)}'`, value }];
      }
    }
    const problems = compared.flatMap(({ what, value }) => {
      if (atLeast !== undefined && isLess(value, target(atLeast))) {
        return [`${what} is ${written(value)}, and at least ${atLeast} is asked for.`];
      }
      if (atMost !== undefined && isLess(target(atMost), value)) {
        return [`${what} is ${written(value)}, and at most ${atMost} is asked for.`];
      }
      return [];
    });
    return answerOf(
      problems,
      compared.slice(0, 10).map(({ what, value }) => `${what} is ${written(value)}.`),
    );
  },
};

/** Days in their range. */
export const dates: CheckKind<DatesCheck> = {
  kind: "dates",
  isPure: true,
  read(value, path) {
    const read = members<DatesCheck>({
      kind: only("dates"),
      ...inRows,
      column: text(),
      from: optional(day),
      to: optional(day),
    })(value, path);
    const { from, to } = read;
    if (from === undefined && to === undefined) refuse(path, "neither from nor to");
    if (from !== undefined && to !== undefined && to < from) refuse(`${path}.to`, "a day before from");
    return read;
  },
  check({ column, from = "0000-01-01", to = "9999-12-31", ...where }, work) {
    const rows = rowsOf(work, where, [column]);
    if (!Array.isArray(rows)) return rows as Answer;
    const problems = rows.flatMap((row: Row) => {
      const given = row.get(column) ?? "";
      // What follows a day is its time.
      const date = /^(\d{4}-\d{2}-\d{2})(T[\d:.]{5,20}(Z|[+-]\d{2}:\d{2})?)?$/.exec(given)?.[1] ?? "";
      if (!isDay(date)) return [`'${inert(column)}' has '${inert(given)}', which is no day like 2027-10-01.`];
      return date < from || date > to ? [`${date} in '${inert(column)}' is not from ${from} to ${to}.`] : [];
    });
    return answerOf(problems, [`${rows.length} days from ${from} to ${to}.`]);
  },
};
