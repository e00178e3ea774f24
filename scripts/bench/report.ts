/** The measurements as tables: for a terminal and, in Markdown, for the README and for a page of their own. */
import type { GasRows } from "../gas/arbiters.ts";
import type { Cost } from "./chain.ts";
import { type Growth, type Step, type Steps, steps, type Way, ways } from "./gas.ts";
import type { SdkResults } from "./sdk/measure.ts";
import type { PageSize } from "./sdk/size.ts";

/** Everything that was measured, and with what. */
export interface Results {
  readonly versions: Readonly<Record<string, string>>;
  /** What the times were taken on. */
  readonly machine: string;
  readonly gas: GasResults;
  readonly sdk: SdkResults;
}

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
  /** What arbiter contracts cost whoever sends: contract, call, gas. */
  readonly arbiters: Readonly<Record<string, GasRows>>;
}

/** A table with its columns' names; what is not there is a dash. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | undefined)[])[];
}

const gasRules = [
  "One EVM, one token (OpenZeppelin's ERC-20 with 6 decimals), 500 units for each milestone. Before: all balances are more than 0,",
  "allowances are infinite and not counted, and other people have gone through a whole gig, with a dispute where there is one, with",
  "the same arbiter and platform. Every payout is checked. Everything is sent by the party itself; with MicroEscrow the client's",
  "first transaction carries the freelancer's consent. Not gas, and so not in here: what arbiters ask for (Kleros' in ether, from",
  "both parties; MicroEscrow's 3% of the milestone), and the one unit that Request takes where there is no fee.",
].join("\n");

const arbiterRules = [
  "The gas of the whole transaction: an agreement of three milestones, whose first is in dispute. Everybody who is paid was paid by the",
  "same arbiter before, in the same token; votes are signed, and a stranger sends them. KlerosArbiter's court is the example that",
  "ERC-792's authors wrote; what it asks in ether is not gas.",
].join("\n");

const sizeRules = [
  "Scripts for browsers by esbuild, minified, then gzip -9; React, and what only Node has, left out. Installed: with everything that",
  "it needs, ethers too. Loading: in a Node that is new each time, beside ethers 6 alone.",
].join("\n");

const speedRules = [
  "Each beside the same work in bare ethers, in turns in one process: how often a second, and how many times as long. Of what a",
  "step of the model does ethers can only ask a node, and what is sent goes through a node on the same machine.",
].join("\n");

const historyRules = [
  "All events of one agreement from a node on the same machine, over JSON-RPC, each reading in a process of its own. Kept: what was in",
  "use between two pages, or at the end, after the garbage is gone; at most: what the process had from the system. Both beyond what",
  "was there before.",
].join("\n");

/** The page with all of it. */
export function page(results: Results): string {
  const { gas, sdk, versions, machine } = results;
  const [weights, installed, speeds, history] = sdkTables(sdk);
  const parts = [
    "<!-- Written by npm run bench. Do not edit. -->",
    "# Measured side by side",
    "`npm run bench` measures all of this again, and writes it; `npm run bench -- --check` measures what is ours, without times,\nand fails when a figure got worse. The numbers alone are in [results.json](results.json).",
    `With ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(", ")}; times on ${machine}.`,
    "## The contract",
    "![What escrow costs: each step, whole gigs, and as an agreement grows](../../.github/bench.svg)",
    gasRules,
    gas.protocols.map(({ name, source }) => `- ${name}: ${source}`).join("\n"),
    ...gasTables(gas).map(titled),
    Object.entries(ways)
      .map(([way, meaning]) => `- ${way}: ${meaning}`)
      .join("\n"),
    "## The arbiters",
    arbiterRules,
    titled(arbiterTable(gas)),
    "## The SDK",
    sizeRules,
    ...[weights, installed].map(titled),
    speedRules,
    titled(speeds),
    historyRules,
    titled(history),
  ];
  return `${parts.join("\n\n")}\n`;
}

const titled = (table: Table) => `${table.title}:\n\n${inMarkdown(table)}`;

/** Where the README's tables stand. */
const [begin, end] = ["<!-- Written by npm run bench. -->", "<!-- The end of what npm run bench writes. -->"];

/** The README with the tables of these results in it. */
export function withTables(readme: string, { gas, sdk }: Pick<Results, "gas" | "sdk">): string {
  const [before, rest = ""] = readme.split(begin);
  const [, after] = rest.split(end);
  if (after === undefined) throw new Error(`The README has no place for the tables: ${begin}`);
  const text = [inMarkdown(summaryOf(gas)), inMarkdown(smallestOf(sdk))].join("\n\n");
  return `${before}${begin}\n\n${text}\n\n${end}${after}`;
}

/** Every table, for a terminal. */
export const tablesOf = ({ gas, sdk }: Results): readonly Table[] => [
  ...gasTables(gas),
  arbiterTable(gas),
  ...sdkTables(sdk),
];

/** What the README shows of the contracts. */
function summaryOf({ protocols }: GasResults): Table {
  const stepRows = (Object.keys(steps) as Step[]).map((letter) => [
    capitalized(steps[letter]),
    ...protocols.map(({ withoutFee }) => withoutFee[letter]?.gas),
  ]);
  const gig = (way: Way, length: number) => protocols.map(({ gigs }) => gigs[way]?.[length]?.gas);
  return {
    title: "Gas",
    columns: ["gas", ...protocols.map(({ name }) => name)],
    rows: [
      ...stepRows,
      ["A whole gig of 3 milestones", ...gig("one by one", 3)],
      ["A whole gig of 20", ...gig("one by one", 20)],
      ["… each release funding the next milestone", ...gig("batched", 20)],
      ["… one deposit, paid out in 20 parts", ...gig("in parts", 20)],
    ],
  };
}

/** What the README shows of the SDKs: each one's smallest page, and all of it. */
function smallestOf({ weights }: SdkResults): Table {
  const size = (pages: Readonly<Record<string, PageSize>>, page: string | undefined) =>
    page === undefined ? undefined : kilobytes(pages[page]?.withoutEthers);
  return {
    title: "Size",
    columns: ["kB of script, gzipped, without ethers", ...weights.map(({ name }) => name)],
    rows: [
      ["The least that pays for work", ...weights.map(({ pages }) => size(pages, Object.keys(pages)[0]))],
      ["The client, with every verb", ...weights.map(({ pages }) => size(pages, Object.keys(pages).find(isClient)))],
      ["Everything", ...weights.map(({ pages }) => size(pages, Object.keys(pages).find(isEverything)))],
    ],
  };
}

const isEverything = (page: string) => page.startsWith("everything");
const isClient = (page: string) => page.startsWith("the client");

function gasTables({ protocols, lengths, crowds }: GasResults): readonly [Table, Table, Table, Table] {
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

function arbiterTable({ arbiters }: GasResults): Table {
  return {
    title: "Gas of arbiter contracts",
    columns: ["contract", "call", "gas"],
    rows: Object.entries(arbiters).flatMap(([name, rows]) =>
      Object.entries(rows).map(([call, gas]) => [name, call, gas]),
    ),
  };
}

function sdkTables({ weights, speeds, history }: SdkResults): readonly [Table, Table, Table, Table] {
  return [
    {
      title: "A page's script, kB gzipped",
      columns: ["SDK", "what the page imports", "without ethers", "with it"],
      rows: weights.flatMap(({ name, pages }) =>
        Object.entries(pages).map(([page, { withoutEthers, withEthers }]) => [
          ...[name, page],
          ...[kilobytes(withoutEthers), kilobytes(withEthers)],
        ]),
      ),
    },
    {
      title: "Installed, and loaded in Node",
      columns: ["SDK", "packages", "MB", "times as long to load as ethers"],
      rows: weights.map(({ name, installed, loading }) => [
        ...[name, installed.packages, (installed.bytes / 1e6).toFixed(1)],
        loading.toFixed(2),
      ]),
    },
    {
      title: "Speed",
      columns: ["work", "per second", "times as long as with bare ethers"],
      rows: Object.entries(speeds).map(([work, { perSecond, ratio }]) => [
        work,
        rounded(perSecond),
        ratio < 0.1 ? ratio.toFixed(4) : ratio.toFixed(2),
      ]),
    },
    {
      title: "A long history",
      columns: ["read by", "events", "events per second", "times as long as queryFilter", "kept, MB", "at most, MB"],
      rows: Object.values(history).flatMap((readings) =>
        Object.entries(readings).map(([reader, { events, milliseconds, kept, peak }]) => [
          ...[reader, events, rounded((events / milliseconds) * 1_000)],
          ...[(milliseconds / readings.queryFilter.milliseconds).toFixed(1), ...[kept, peak].map(megabytes)],
        ]),
      ),
    },
  ];
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);
const kilobytes = (bytes: number | undefined) => (bytes === undefined ? undefined : (bytes / 1_000).toFixed(1));
const capitalized = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** To three digits: what depends on the machine is not known better. */
const rounded = (value: number) => Number(value.toPrecision(3));

const cellOf = (cell: string | number | undefined) =>
  cell === undefined ? "–" : typeof cell === "number" ? cell.toLocaleString("en-US") : cell;

export function inMarkdown({ columns, rows }: Table): string {
  const isText = (column: number) =>
    rows.every((row) => typeof row[column] === "string" && !/^[\d.]+$/.test(`${row[column]}`));
  const lines = [
    columns,
    columns.map((_, index) => (index === 0 || isText(index) ? "---" : "---:")),
    ...rows.map((row) => row.map(cellOf)),
  ];
  return lines.map((line) => `| ${line.join(" | ")} |`).join("\n");
}
