/** Measures, compares with the results on record, and writes them down. */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import hre from "hardhat";
import { solc } from "../../hardhat.config.ts";
import { type GasRows, measureArbiters } from "../gas/arbiters.ts";
import { ScriptError } from "../script.ts";
import type { Cost } from "./chain.ts";
import { gasChart } from "./charts.ts";
import { measureCrowds, measureGig, measureLengths, measureSteps, type Way, ways } from "./gas.ts";
import { custody, transfer } from "./protocols/floor.ts";
import { microEscrow } from "./protocols/microEscrow.ts";
import type { Peer } from "./protocols/protocol.ts";
import { type GasResults, inMarkdown, page, type Results, tablesOf, withTables } from "./report.ts";
import { ourSdk, peers } from "./sdk/libraries.ts";
import { measurePages, measureSdk } from "./sdk/measure.ts";
import type { PageSize } from "./sdk/size.ts";

const root = join(import.meta.dirname, "../..");
const resultsFile = join(import.meta.dirname, "results.json");

const LENGTHS = [1, 3, 10, 20, 50];
const CROWDS = [1, 10, 100, 1_000, 10_000];

/** Everything, with the peers, which are installed first; writes all that shows it. */
export async function measureAll(): Promise<void> {
  await build();
  console.log("Installing the peers…");
  await promisify(execFile)("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: peers,
    shell: process.platform === "win32",
  });
  // Only now, for they load what was just installed.
  const { request } = await import("./protocols/request.ts");
  const { kleros } = await import("./protocols/kleros.ts");

  // First, for what comes after it fills this process' memory.
  console.log("Measuring the SDK…");
  const sdk = await measureSdk();
  const protocols = [];
  for (const peer of [microEscrow, request, kleros, custody, transfer]) {
    console.log(`Measuring ${peer.name}…`);
    protocols.push(await measure(peer, LENGTHS));
  }
  console.log(`Measuring up to ${LENGTHS.at(-1)} milestones and ${CROWDS.at(-1)?.toLocaleString("en-US")} agreements…`);
  const gas: GasResults = {
    protocols,
    lengths: await measureLengths(microEscrow, LENGTHS),
    crowds: await measureCrowds(microEscrow, CROWDS),
    arbiters: await measureArbiters(),
  };
  const results: Results = { versions: await versions(), machine: machine(), gas, sdk };
  await write(results);
  for (const table of tablesOf(results)) console.log(`\n${table.title}\n\n${inMarkdown(table)}`);
  console.log("\nWritten: scripts/bench/results.json and README.md, .github/bench.svg, and the tables in README.md");
}

async function write(results: Results): Promise<void> {
  await writeFile(resultsFile, `${JSON.stringify(results, null, 2)}\n`);
  await writeFile(join(import.meta.dirname, "README.md"), page(results));
  await writeFile(join(root, ".github/bench.svg"), gasChart(results.gas));
  const readme = join(root, "README.md");
  await writeFile(readme, withTables(await readFile(readme, "utf8"), results));
}

/**
 * What is ours, in a short form.
 *
 * @returns Whether nothing costs more than on record.
 */
export async function check(): Promise<boolean> {
  await build();
  const { gas, sdk } = JSON.parse(await readFile(resultsFile, "utf8")) as Results;
  const recorded = gas.protocols.find(({ name }) => name === microEscrow.name);
  if (recorded === undefined || sdk === undefined)
    throw new ScriptError("scripts/bench/results.json has no MicroEscrow, or nothing of its SDK. Run `npm run bench`.");

  // In the same order as on record: the bytes of a gig's hashes, and with them a few units of gas, depend on how many came before.
  const now = await measure(microEscrow, [1, 3, 10]);
  const figures = [
    ...figuresOf("without a fee", now.withoutFee, recorded.withoutFee),
    ...figuresOf("with a fee", now.withFee, recorded.withFee),
    ...(Object.keys(ways) as Way[]).flatMap((way) =>
      figuresOf(`milestones, ${way}`, now.gigs[way], recorded.gigs[way]),
    ),
    ...(await measureLengths(microEscrow, LENGTHS)).flatMap(({ size, steps }) =>
      figuresOf(`of ${size} milestones`, steps, gas.lengths.find((known) => known.size === size)?.steps),
    ),
    ...(await measureCrowds(microEscrow, CROWDS.slice(0, 3))).flatMap(({ size, steps }) =>
      figuresOf(`among ${size} agreements`, steps, gas.crowds.find((known) => known.size === size)?.steps),
    ),
    ...Object.entries(await measureArbiters()).flatMap(([arbiter, rows]) =>
      gasOf(arbiter, rows, gas.arbiters[arbiter]),
    ),
    ...sizesOf(await measurePages(ourSdk), sdk.weights.find(({ name }) => name === ourSdk.name)?.pages),
  ];
  const worse = figures.filter(isWorse);
  for (const { what, measured, known } of worse)
    console.error(`${what}: ${measured}, and ${known ?? "nothing"} on record`);
  console.log(`${figures.length} figures, ${worse.length} of them worse than on record.`);
  return worse.length === 0;
}

/** A figure of ours beside the one on record. */
export interface Figure {
  readonly what: string;
  readonly measured: number;
  readonly known: number | undefined;
  /** What it may be more without being worse, as a part of it; by default nothing. */
  readonly tolerance?: number;
}

/** Whether it is worse than on record; what is not on record is. */
export const isWorse = ({ measured, known, tolerance = 0 }: Figure): boolean =>
  known === undefined || measured > known + Math.round(known * tolerance);

type Costs = Readonly<Record<string, Cost | undefined>>;

/** Each number of each cost beside the one on record. */
export function figuresOf(what: string, measured: Costs = {}, recorded: Costs = {}): Figure[] {
  return Object.entries(measured).flatMap(([name, cost]) =>
    (["gas", "bytes", "compressed"] as const).flatMap((unit) =>
      cost === undefined
        ? []
        : [{ what: `${unit}, ${name} ${what}`, measured: cost[unit], known: recorded[name]?.[unit] }],
    ),
  );
}

/** The gas of an arbiter's calls beside that on record. */
export function gasOf(arbiter: string, measured: GasRows, recorded: GasRows = {}): Figure[] {
  return Object.entries(measured).map(([row, gas]) => ({
    what: `gas, ${row} of ${arbiter}`,
    ...{ measured: gas, known: recorded[row] },
  }));
}

type Pages = Readonly<Record<string, PageSize>>;

/** The sizes of our pages beside those on record. Other processors' zlib may find a few bytes more or less. */
export function sizesOf(measured: Pages, recorded: Pages = {}): Figure[] {
  return Object.entries(measured).flatMap(([page, size]) =>
    (["withoutEthers", "withEthers"] as const).map((which) => ({
      what: `bytes of script ${which === "withEthers" ? "with" : "without"} ethers, ${page}`,
      ...{ measured: size[which], known: recorded[page]?.[which], tolerance: 0.005 },
    })),
  );
}

async function measure(peer: Peer, lengths: readonly number[]): Promise<GasResults["protocols"][number]> {
  const { name, source } = peer;
  const gigs: Partial<Record<Way, Record<number, Cost>>> = {};
  for (const way of Object.keys(ways) as Way[]) {
    const costs: Record<number, Cost> = {};
    for (const length of lengths) {
      const cost = await measureGig(peer, way, length);
      if (cost !== undefined) costs[length] = cost;
    }
    if (Object.keys(costs).length > 0) gigs[way] = costs;
  }
  const withoutFee = await measureSteps(peer, false);
  return { name, source, withoutFee, ...(peer.takesFees ? { withFee: await measureSteps(peer, true) } : {}), gigs };
}

function machine(): string {
  const processors = cpus();
  return `${processors.length} × ${processors[0]?.model ?? "unknown"}, ${process.platform} ${process.arch}`;
}

async function build(): Promise<void> {
  await hre.tasks.getTask("build").run({ quiet: true, noTests: true });
}

async function versions(): Promise<Record<string, string>> {
  const { devDependencies } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const { hardhat, ethers, esbuild } = devDependencies;
  return {
    Node: process.versions.node,
    ...{ Hardhat: hardhat, ethers, esbuild, solc: solc.version },
    "OpenZeppelin Contracts": devDependencies["@openzeppelin/contracts"],
  };
}
