/** Measures, compares with the results on record, and writes them down. */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import hre from "hardhat";
import { solc } from "../../hardhat.config.ts";
import { ScriptError } from "../script.ts";
import type { Cost } from "./chain.ts";
import { measureCrowds, measureGig, measureLengths, measureSteps, type Way, ways } from "./gas.ts";
import { custody, transfer } from "./protocols/floor.ts";
import { microEscrow } from "./protocols/microEscrow.ts";
import type { Peer } from "./protocols/protocol.ts";
import { type GasResults, inMarkdown, tablesOf, withTables } from "./report.ts";

const root = join(import.meta.dirname, "../..");
const resultsFile = join(import.meta.dirname, "results.json");

const LENGTHS = [1, 3, 10, 20, 50];
const CROWDS = [1, 10, 100, 1_000, 10_000];

export interface Results {
  readonly versions: Readonly<Record<string, string>>;
  readonly gas: GasResults;
}

/** Everything, with the peers, which are installed first; writes results.json and the README's tables. */
export async function measureAll(): Promise<void> {
  await build();
  console.log("Installing the peers…");
  const peers = join(import.meta.dirname, "peers");
  await promisify(execFile)("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: peers,
    shell: process.platform === "win32",
  });
  // Only now, for they load what was just installed.
  const { request } = await import("./protocols/request.ts");
  const { kleros } = await import("./protocols/kleros.ts");

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
  };
  const results: Results = { versions: await versions(), gas };
  await writeFile(resultsFile, `${JSON.stringify(results, null, 2)}\n`);
  const readme = join(root, "README.md");
  await writeFile(readme, withTables(await readFile(readme, "utf8"), gas));
  for (const table of tablesOf(gas)) console.log(`\n${table.title}\n\n${inMarkdown(table)}`);
  console.log("\nWritten: scripts/bench/results.json, and the tables in README.md");
}

/**
 * What is ours, in a short form.
 *
 * @returns Whether nothing costs more than on record.
 */
export async function check(): Promise<boolean> {
  await build();
  const { gas } = JSON.parse(await readFile(resultsFile, "utf8")) as Results;
  const recorded = gas.protocols.find(({ name }) => name === microEscrow.name);
  if (recorded === undefined)
    throw new ScriptError("scripts/bench/results.json has no MicroEscrow. Run `npm run bench`.");

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
  ];
  const worse = figures.filter(({ measured, known }) => known === undefined || measured > known);
  for (const { what, measured, known } of worse)
    console.error(`${what}: ${measured}, and ${known ?? "nothing"} on record`);
  console.log(`${figures.length} figures, ${worse.length} of them worse than on record.`);
  return worse.length === 0;
}

interface Figure {
  readonly what: string;
  readonly measured: number;
  readonly known: number | undefined;
}

type Costs = Readonly<Record<string, Cost | undefined>>;

/** Each number of each cost beside the one on record. */
function figuresOf(what: string, measured: Costs = {}, recorded: Costs = {}): Figure[] {
  return Object.entries(measured).flatMap(([name, cost]) =>
    (["gas", "bytes", "compressed"] as const).flatMap((unit) =>
      cost === undefined
        ? []
        : [{ what: `${unit}, ${name} ${what}`, measured: cost[unit], known: recorded[name]?.[unit] }],
    ),
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

async function build(): Promise<void> {
  await hre.tasks.getTask("build").run({ quiet: true, noTests: true });
}

async function versions(): Promise<Record<string, string>> {
  const { devDependencies } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const { hardhat, ethers } = devDependencies;
  return {
    node: process.versions.node,
    hardhat,
    ethers,
    solc: solc.version,
    openzeppelin: devDependencies["@openzeppelin/contracts"],
  };
}
