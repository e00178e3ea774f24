/** Quiet output for a terminal: colour only where there is one, at most 100 columns. */
import { styleText } from "node:util";
import { formatAmount } from "@micro-escrow/sdk";

type Style = Parameters<typeof styleText>[0];

/** Styles text for standard output; leaves it alone when that is no terminal, or with NO_COLOR. */
export const paint = (style: Style, text: string): string => styleText(style, text, { stream: process.stdout });

/** Columns to fill. */
export const width = Math.max(80, Math.min(process.stdout.columns ?? 100, 100));

/** An amount of USDC with two decimals and thousands apart: 1,250.00. More decimals are shown when there are more. */
export function money(value: bigint): string {
  const [whole = "0", fraction = ""] = formatAmount(value < 0n ? -value : value, 6).split(".");
  return `${value < 0n ? "−" : ""}${whole.replace(/\B(?=(\d{3})+$)/g, ",")}.${fraction.padEnd(2, "0")}`;
}

/** A change of a balance: +250.00, −250.00, or a dash for none. */
export const change = (value: bigint): string => (value === 0n ? "–" : value > 0n ? `+${money(value)}` : money(value));

/** What part of their sum each value is, in whole percent: together 100, so the largest remainders are rounded up. */
export function percentages(values: readonly bigint[]): number[] {
  const total = values.reduce((sum, value) => sum + value, 0n);
  if (total === 0n) return values.map(() => 0);
  const whole = values.map((value) => Number((value * 100n) / total));
  const missing = 100 - whole.reduce((sum, value) => sum + value, 0);
  const byRemainder = [...values.keys()].sort((a, b) => {
    return Number((((values[b] ?? 0n) * 100n) % total) - (((values[a] ?? 0n) * 100n) % total));
  });
  for (const index of byRemainder.slice(0, missing)) whole[index] = (whole[index] ?? 0) + 1;
  return whole;
}

/** A day as people say it: Mon 4 Jan 2027. */
export function day(time: number): string {
  const parts = new Intl.DateTimeFormat("en-GB", {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZone: "UTC",
  }).formatToParts(time * 1000);
  const part = (type: string) => parts.find((candidate) => candidate.type === type)?.value ?? "";
  return `${part("weekday")} ${part("day")} ${part("month").slice(0, 3)} ${part("year")}`;
}

/** Breaks text into lines of at most `columns` characters. */
function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** Text with a hanging indent: `first` before its first line, spaces before the others. */
export function hanging(first: string, indent: number, text: string, style?: Style): string {
  return wrap(text, width - indent)
    .map(
      (line, index) => (index === 0 ? first : " ".repeat(indent)) + (style === undefined ? line : paint(style, line)),
    )
    .join("\n");
}

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
  /** Neighbours of the same group stand under its name. */
  readonly group?: string;
}

/** A table with a rule under its head, and one above the last row when that is a sum. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  sum?: readonly string[],
): string {
  const all = [columns.map(({ title }) => title), ...rows, ...(sum ? [sum] : [])];
  const widths = columns.map((_, index) => Math.max(...all.map((row) => (row[index] ?? "").length)));
  // A name wider than its columns widens the first of them.
  for (const [first, { group, end }] of groups(columns)) {
    const room = widths.slice(first, end).reduce((total, columnWidth) => total + columnWidth + 2, -2);
    widths[first] = (widths[first] ?? 0) + Math.max(0, group.length - room);
  }
  const format = (row: readonly string[]) =>
    columns
      .map(({ align }, index) => {
        const cell = row[index] ?? "";
        return align === "right" ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0);
      })
      .join("  ")
      .trimEnd();
  const start = (index: number) => widths.slice(0, index).reduce((total, columnWidth) => total + columnWidth + 2, 0);
  const names = groups(columns).reduce((line, [first, { group, end }]) => {
    const flushRight = start(end) - 2 - group.length;
    return line.padEnd(Math.max(start(first), flushRight)) + group;
  }, "");
  const rule = paint("dim", "─".repeat(start(columns.length) - 2));
  const head = [...(names === "" ? [] : [names]), format(columns.map(({ title }) => title))];
  const lines = [
    ...head.map((line) => paint("dim", line)),
    rule,
    ...rows.map(format),
    ...(sum ? [rule, paint("bold", format(sum))] : []),
  ];
  return lines.map((line) => `  ${line}`).join("\n");
}

/** The runs of columns with the same group: where each begins, its name and where it ends (not included). */
function groups(columns: readonly Column[]): [number, { group: string; end: number }][] {
  const runs: [number, { group: string; end: number }][] = [];
  for (const [index, { group }] of columns.entries()) {
    if (group === undefined) continue;
    const last = runs.at(-1)?.[1];
    if (last?.group === group && last.end === index) last.end = index + 1;
    else runs.push([index, { group, end: index + 1 }]);
  }
  return runs;
}

/** A bar of `parts` of a `total`, each drawn with its own character; what is left over is drawn with dots. */
export function bar(total: bigint, parts: readonly { value: bigint; character: string; style: Style }[]): string {
  const length = 60n;
  let filled = 0n;
  let sum = 0n;
  const drawn = parts.map(({ value, character, style }) => {
    sum += value;
    const until = (sum * length + total / 2n) / total;
    const text = character.repeat(Number(until - filled));
    filled = until;
    return paint(style, text);
  });
  return drawn.join("") + paint("dim", "·".repeat(Number(length - filled)));
}
