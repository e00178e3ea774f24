/** What an auditor wants to see run, in this order: the quick checks first. */

/** A command, and what of its output goes into the report. */
export interface Check {
  readonly name: string;
  /** What it shows when it passes, in a sentence. */
  readonly shows: string;
  /** A script of package.json. */
  readonly script: string;
  /** Options that shorten it; `--full` leaves them out. */
  readonly shortened?: readonly string[];
  /** How long it takes on two cores; for the time left, nothing else. */
  readonly minutes: number;
  /** The lines of its output that are quoted; `undefined`: none. */
  readonly quotes?: RegExp;
  /** What its output counts. */
  readonly counts?: (output: string) => readonly string[];
  /** A line that says that it, or a part of it, could not run on this machine. */
  readonly notRun?: RegExp;
}

/** As a person would type it. */
export function commandOf({ script, shortened = [] }: Check): string {
  return `npm run ${[script, ...(shortened.length > 0 ? ["--", ...shortened] : [])].join(" ")}`;
}

const count = (output: string, pattern: RegExp) => output.match(pattern)?.length ?? 0;

export const checks: readonly Check[] = [
  {
    name: "build",
    shows: "The sources compile to the recorded bytecode, and the SDK's generated files follow from them.",
    script: "build",
    minutes: 1.3,
  },
  {
    name: "lint",
    shows: "Types, linters and formatters have nothing to say.",
    script: "lint",
    minutes: 0.8,
    quotes: /^Checked \d+ files/,
  },
  {
    name: "static",
    shows: "Compiler warnings, solhint, forge lint and Slither find nothing that `.github/STATIC.md` does not explain.",
    script: "audit:static",
    minutes: 1,
    quotes: /findings, |NOT RUN/,
    notRun: /NOT RUN/,
  },
  {
    name: "gas",
    shows: "No step costs more than its limit.",
    script: "gas",
    minutes: 0.2,
    quotes: /^\|/,
  },
  {
    name: "demo",
    shows: "Three gigs through a real node, with every outcome, and the books balance.",
    script: "demo",
    minutes: 0.3,
    quotes: /^ {2}(Into the escrow|Out of the escrow|Still held|The books|\d+ transactions)/,
  },
  {
    name: "tests",
    shows:
      "Trees, matrix, threats, fuzz properties, invariants, snapshots, the SDK and the differential test, in their long form.",
    script: "test:deep",
    minutes: 22,
    quotes: /^ +(\d+ (passing|failing)|seed: |\d+ traces, )/,
    counts: (output) => [
      `${count(output, /✔ testFuzz_\w+\(.*\) \(runs: 10000\)/g)} fuzz properties held in 10,000 runs each.`,
      ...movesOf(output),
    ],
  },
  {
    name: "coverage",
    shows: "The tests reach every line of the contract, and 95% of the SDK's.",
    script: "coverage",
    minutes: 3.5,
    quotes: /^(Contracts: |File |All files)/,
  },
  {
    name: "prove",
    shows: "The statements hold for all inputs, and each proof finds the bug that is put in for it.",
    script: "prove",
    minutes: 9,
    quotes: /^(About|proved|NOT PROVED|bug found|BUG MISSED|All proved|Nothing was proved|- |Assumed|Not proved)/,
    notRun: /^Nothing was proved/m,
  },
  {
    name: "mutate",
    shows: "Small changes of the contract are noticed by the tests.",
    script: "mutate",
    shortened: ["--sample", "40", "--seed", "2"],
    minutes: 2,
    quotes: /^(\d+ of \d+ mutants|group |[a-z ]+( +\d+){4} +[\d.]+%|Not counted|\d+ of the killed|M\w+ .*survives)/,
  },
  {
    name: "anvil",
    shows: "The SDK's tests, without the differential one, pass on a second EVM.",
    script: "test:anvil",
    minutes: 2.4,
    quotes: /^ +\d+ (passing|failing|pending)/,
  },
];

/** From what the invariants' fixed sequences print: "calls of the escrow: 10434", and a table of "fund   330   434". */
function movesOf(output: string): string[] {
  const [, calls] = /^calls of the escrow: (\d+)/m.exec(output) ?? [];
  const [, table = ""] = /^move +succeeded +failed *\n((?:.+ +\d+ +\d+ *\n)+)/m.exec(output) ?? [];
  const rows = [...table.matchAll(/^(.+?) +(\d+) +(\d+) *$/gm)].map(([, move, succeeded, failed]) => ({
    move: move ?? "",
    moves: Number(succeeded) + Number(failed),
  }));
  if (calls === undefined || rows.length === 0) return [];
  const rarest = rows.reduce((least, row) => (row.moves < least.moves ? row : least));
  return [
    `${Number(calls).toLocaleString("en-US")} calls of the escrow in the invariants' fixed sequences; of ${rows.length} kinds of moves the rarest ("${rarest.move}") ${rarest.moves} times.`,
  ];
}
