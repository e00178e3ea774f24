/** The measurements as tables: for a terminal and, in Markdown, for the README. */
import type { Cost } from "./chain.ts";
import { type Growth, type Step, type Steps, steps, type Way, ways } from "./gas.ts";

/** Everything that was measured of the contracts. */
export interface GasResults {
  readonly protocols: readonly {
    readonly name: string;
    readonly source: string;
    readonly withoutFee: Steps;
    /** `undefined`: no platform can take one. */
    readonly withFee?: Steps;
    /** Gas and data of whole gigs: way, number of milestones, cost. */
    readonly gigs: Readonly<Partial<Record<Way, Readonly<Record<number, Cost>>>>>;
  }[];
  /** Of MicroEscrow. */
  readonly lengths: readonly Growth[];
  readonly crowds: readonly Growth[];
}

/** The rules of the comparison. */
const rules = [
  "One EVM, one token (OpenZeppelin's ERC-20 with 6 decimals), 500 units for each milestone. Before: all balances are more than 0,",
  "allowances are infinite and not counted, and other people have gone through a whole gig, with a dispute where there is one, with",
  "the same arbiter and platform. Every payout is checked. Everything is sent by the party itself; with MicroEscrow the client's",
  "first transaction carries the freelancer's consent. Not gas, and so not in here: what arbiters ask for (Kleros' in ether, from",
  "both parties; MicroEscrow's 3% of the milestone), and the one unit that Request takes where there is no fee.",
].join("\n");

/** Where the README's tables stand. */
const [begin, end] = ["<!-- Written by npm run bench. -->", "<!-- The end of what npm run bench writes. -->"];

/** The README with the tables of these results in it. */
export function withTables(readme: string, results: GasResults): string {
  const [before, rest = ""] = readme.split(begin);
  const [, after] = rest.split(end);
  if (after === undefined) throw new Error(`The README has no place for the tables: ${begin}`);
  const shown = tablesOf(results).slice(0, 2);
  const sources = results.protocols.map(({ name, source }) => `- ${name}: ${source}`).join("\n");
  const meanings = Object.entries(ways).map(([way, meaning]) => `- ${way}: ${meaning}`);
  const text = [
    rules,
    sources,
    ...shown.flatMap((table) => [`${table.title}:`, inMarkdown(table)]),
    meanings.join("\n"),
  ].join("\n\n");
  return `${before}${begin}\n\n${text}\n\n${end}${after}`;
}

/** A table with its columns' names; what is not there is a dash. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | undefined)[])[];
}

export function tablesOf({ protocols, lengths, crowds }: GasResults): Table[] {
  const names = protocols.map(({ name }) => name);
  const letters = Object.keys(steps) as Step[];
  const stepRows = letters.flatMap((letter) => {
    const plain = [`${letter}: ${steps[letter]}`, ...protocols.map(({ withoutFee }) => withoutFee[letter]?.gas)];
    const charged = protocols.map(({ withFee }) => withFee?.[letter]?.gas);
    return charged.some((gas) => gas !== undefined) ? [plain, [`${letter}, with a fee of 2.5%`, ...charged]] : [plain];
  });
  const gigRows = (Object.keys(ways) as Way[]).flatMap((way) => {
    const lengthsOf = Object.keys(protocols[0]?.gigs[way] ?? {});
    return lengthsOf.map((length) => [
      `${length}, ${way}`,
      ...protocols.map(({ gigs }) => gigs[way]?.[Number(length)]?.gas),
    ]);
  });
  const dataRows = letters.map((letter) => [
    `${letter}: ${steps[letter]}`,
    ...protocols.map(({ withoutFee }) => {
      const cost = withoutFee[letter];
      return cost && `${cost.bytes} / ${cost.compressed}`;
    }),
  ]);
  const growthRows = (growth: readonly Growth[], what: string) =>
    growth.map(({ size, steps: measured }) => [
      `${size.toLocaleString("en-US")} ${what}`,
      ...(["A", "B", "C", "D"] as const).map((letter) => measured[letter]?.gas),
    ]);
  return [
    { title: "Gas of each step", columns: ["step", ...names], rows: stepRows },
    { title: "Gas of whole gigs, by number of milestones", columns: ["milestones", ...names], rows: gigRows },
    {
      title: "Data of each step: bytes of calldata / of the signed transaction after FastLZ",
      columns: ["step", ...names],
      rows: dataRows,
    },
    {
      title: "Gas of MicroEscrow's steps as things grow",
      columns: ["", "A", "B", "C", "D"],
      rows: [...growthRows(lengths, "milestones"), ...growthRows(crowds, "agreements in the escrow")],
    },
  ];
}

const cellOf = (cell: string | number | undefined) =>
  cell === undefined ? "–" : typeof cell === "number" ? cell.toLocaleString("en-US") : cell;

export function inMarkdown({ columns, rows }: Table): string {
  const lines = [
    columns,
    columns.map((_, index) => (index === 0 ? "---" : "---:")),
    ...rows.map((row) => row.map(cellOf)),
  ];
  return lines.map((line) => `| ${line.join(" | ")} |`).join("\n");
}
