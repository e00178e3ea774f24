/** What an auditor wants to see run, in this order: the quick checks first. */

/** A command, and what of its output goes into the report. */
export interface Check {
  readonly name: string;
  /** What it shows when it passes, in a sentence. */
  readonly shows: string;
  /** A script of package.json. */
  readonly script: string;
  /** What shortens it, options and environment variables; `--full` leaves it out. */
  readonly shortened?: {
    readonly options?: readonly string[];
    readonly environment?: Readonly<Record<string, string>>;
  };
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
export function commandOf({ script, shortened: { options = [], environment = {} } = {} }: Check): string {
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return [...variables, "npm run", script, ...(options.length > 0 ? ["--", ...options] : [])].join(" ");
}

/** What mutation testing says in the end. */
const MUTATION =
  /^(\d+ of \d+ mutants|group |[a-z ]+( +\d+){4} +[\d.]+%|Not counted|Killed by the clock|M\w+ .*(survives|compiled))/;

/** The arbiters' scripts, and what each changes. */
const arbiters = {
  "mutate:arbiter": "what all arbiters have",
  "mutate:panel": "PanelArbiter",
  "mutate:appealable": "AppealableArbiter",
  "mutate:court": "what all courts' arbiters have",
  "mutate:kleros": "KlerosArbiter",
};

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
    shortened: { environment: { FUZZ_RUNS: "3000" } },
    minutes: 16,
    quotes: /^ +(\d+ (passing|failing)|seed: |\d+ traces, )/,
    counts: (output) => [...runsOf(output), ...movesOf(output)],
  },
  {
    name: "coverage",
    shows: "The tests reach every line of the contract, and 95% of the SDK's.",
    script: "coverage",
    minutes: 6,
    quotes: /^(Contracts: |File |All files)/,
  },
  {
    name: "prove",
    shows: "The statements hold for all inputs, and each proof finds the bug that is put in for it.",
    script: "prove",
    minutes: 10,
    quotes: /^(About|proved|NOT PROVED|bug found|BUG MISSED|All proved|Nothing was proved|- |Assumed|Not proved)/,
    notRun: /^Nothing was proved/m,
  },
  {
    name: "mutate",
    shows: "Small changes of the contract are noticed by the tests.",
    script: "mutate",
    shortened: { options: ["--sample", "40", "--seed", "2"] },
    minutes: 2,
    quotes: MUTATION,
  },
  {
    name: "mutate-signed-funding",
    shows: "The same of SignedFunding: all of its changes.",
    script: "mutate:signed-funding",
    minutes: 3,
    quotes: MUTATION,
  },
  ...Object.entries(arbiters).map(
    ([script, what]): Check => ({
      name: script.replace(":", "-"),
      shows: `The same of ${what}.`,
      script,
      shortened: { options: ["--sample", "20", "--seed", "2"] },
      minutes: 2,
      quotes: MUTATION,
    }),
  ),
  {
    name: "anvil",
    shows: "The SDK's tests, without the differential one, pass on a second EVM.",
    script: "test:anvil",
    minutes: 2.4,
    quotes: /^ +\d+ (passing|failing|pending)/,
  },
];

/** From "✔ testFuzz_Approve(uint256) (runs: 3000)". */
function runsOf(output: string): string[] {
  const byRuns = new Map<number, number>();
  for (const [, runs] of output.matchAll(/✔ testFuzz_\w+\(.*\) \(runs: (\d+)\)/g)) {
    byRuns.set(Number(runs), (byRuns.get(Number(runs)) ?? 0) + 1);
  }
  return [...byRuns].map(
    ([runs, properties]) => `Fuzz properties that held in ${runs.toLocaleString("en-US")} runs each: ${properties}.`,
  );
}

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
