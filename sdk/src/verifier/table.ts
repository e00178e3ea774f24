/**
 * Tables out of files: CSV (RFC 4180) with a row of names first, or JSON, a list of objects. Every value is text here; a number
 * is compared as the decimals that it is written with.
 */

/** A row by its columns' names. */
export type Row = ReadonlyMap<string, string>;

/** The rows of a table, or why it is none. */
export type Table = { readonly rows: readonly Row[] } | { readonly rows?: undefined; readonly problem: string };

const MAX_ROWS = 100_000;
const MAX_COLUMNS = 1_000;

export function parseTable(text: string, format: "csv" | "json"): Table {
  const content = text.replace(/^\ufeff/, "");
  return format === "csv" ? parseCsv(content) : parseJson(content);
}

function parseJson(text: string): Table {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return { problem: "is not JSON" };
  }
  const list = Array.isArray(document) ? document : [document];
  if (list.length > MAX_ROWS) return { problem: `has more than ${MAX_ROWS} rows` };
  const rows: Row[] = [];
  for (const item of list as unknown[]) {
    if (typeof item !== "object" || item === null || Array.isArray(item))
      return { problem: "is not a list of objects" };
    const values = Object.entries(item).filter(([, value]) => typeof value === "string" || typeof value === "number");
    rows.push(new Map(values.map(([name, value]) => [name, String(value)])));
  }
  return { rows };
}

function parseCsv(text: string): Table {
  const end = text.search(/\r?\n|$/);
  const first = text.slice(0, end);
  const separator = [",", ";", "\t"].reduce((best, sign) => (count(first, sign) > count(first, best) ? sign : best));
  const records = recordsOf(text, separator);
  if (typeof records === "string") return { problem: records };
  const [names = [], ...rest] = records;
  if (names.length === 0 || names.every((name) => name.trim() === "")) return { problem: "has no row of names" };
  const columns = names.map((name) => name.trim());
  if (new Set(columns).size !== columns.length) return { problem: "has two columns of the same name" };
  const rows: Row[] = [];
  for (const [index, record] of rest.entries()) {
    if (record.length !== columns.length) {
      return { problem: `has ${record.length} values in row ${index + 1}, and ${columns.length} columns` };
    }
    rows.push(new Map(columns.map((name, column) => [name, (record[column] ?? "").trim()])));
  }
  return { rows };
}

const count = (text: string, sign: string) => text.split(sign).length;

/** The records of a CSV file, or why it is none. */
function recordsOf(text: string, separator: string): string[][] | string {
  const records: string[][] = [];
  let [record, start, at]: [string[], number, number] = [[], 0, 0];
  let problem: string | undefined;
  const isEnd = () => at >= text.length || text[at] === "\n" || (text[at] === "\r" && text[at + 1] === "\n");
  const endRecord = () => {
    // An empty line is no record.
    if (record.length > 1 || record[0] !== "") records.push(record);
    record = [];
    at += text[at] === "\r" ? 2 : 1;
  };
  while (at < text.length && problem === undefined) {
    if (text[at] === '"') {
      const parts: string[] = [];
      do {
        start = at + 1;
        const quote = text.indexOf('"', start);
        if (quote === -1) return "has a quotation that does not end";
        parts.push(text.slice(start, quote));
        at = quote + 1;
      } while (text[at] === '"');
      if (!isEnd() && text[at] !== separator) return "has something behind the end of a quotation";
      record.push(parts.join('"'));
    } else {
      start = at;
      while (!isEnd() && text[at] !== separator) at++;
      record.push(text.slice(start, at));
    }
    if (record.length > MAX_COLUMNS) problem = `has more than ${MAX_COLUMNS} columns`;
    if (records.length > MAX_ROWS) problem = `has more than ${MAX_ROWS} rows`;
    if (isEnd()) endRecord();
    // A separator before the end has an empty value behind it.
    else if (++at === text.length || isEnd()) {
      record.push("");
      endRecord();
    }
  }
  return problem ?? records;
}

/** A decimal number, exact: `units` divided by 10 to the power of `decimals`. */
export interface Decimal {
  readonly units: bigint;
  readonly decimals: number;
}

/** A plain number like `1840` or `-4.50`; `undefined` for anything else, as `1,840` says different things to different people. */
export function parseDecimal(text: string): Decimal | undefined {
  const match = /^(-?)(\d{1,30})(?:\.(\d{1,30}))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign = "", whole = "", fraction = ""] = match;
  const units = BigInt(whole + fraction);
  return { units: sign === "-" ? -units : units, decimals: fraction.length };
}
