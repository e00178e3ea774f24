/**
 * Mutation testing: changes a contract in every small way that could be a mistake, one at a time, and runs the Solidity
 * tests on each. A mutant that no test notices is a hole in the tests, or is listed in test/contracts/mutants.json with the
 * reason that it behaves as the contract does.
 *
 *   npm run mutate                                 all of them
 *   npm run mutate -- --sample 40 --seed 7         some of them, of every kind
 *   npm run mutate -- --function approve           those in one function (or constant)
 *   npm run mutate -- --id M1a2b3c                 one, with the test that kills it
 *   CONTRACT=SignedFunding npm run mutate          of that contract instead of MicroEscrow
 *   --jobs N: processes, by default one for each core; --json FILE: all outcomes
 *
 * Exit code 1: a survivor is not listed, a listed one does not survive, or less than 95% of all are killed. 2: it did not run.
 */
import { readFile, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { contractName, contractPath, parse, readContract } from "./mutate/compiler.ts";
import { diff, findMutants, type Mutant } from "./mutate/mutants.ts";
import { isKilled, judge, type Result, type Survivor, table } from "./mutate/report.ts";
import { runMutants } from "./mutate/run.ts";
import { sample } from "./mutate/sample.ts";
import { expect, readOptions, runScript } from "./script.ts";

/** The exit code when it did not run: 1 says that it did, and found something. */
const NOT_RUN = 2;

const options = readOptions(
  "npm run mutate -- [--sample N] [--seed N] [--function NAME] [--id ID] [--jobs N] [--json FILE]",
  {
    sample: { type: "string" },
    seed: { type: "string", default: "1" },
    function: { type: "string" },
    id: { type: "string" },
    jobs: { type: "string", default: String(Math.min(availableParallelism(), 8)) },
    json: { type: "string" },
  },
  NOT_RUN,
);
await runScript(main, NOT_RUN);

async function main(): Promise<boolean> {
  const jobs = positive("jobs", options.jobs);
  const draw = options.sample === undefined ? undefined : positive("sample", options.sample);
  const seed = positive("seed", options.seed);
  const source = readContract();
  const all = findMutants(source, contractPath, parse(source, contractPath));
  const listedByContract: Record<string, Survivor[]> = JSON.parse(
    await readFile(join(import.meta.dirname, "../test/contracts/mutants.json"), "utf8"),
  );
  const listed = listedByContract[contractName] ?? [];
  const matching = all.filter(
    ({ id, function: owner }) =>
      (options.id === undefined || id === options.id) && (options.function === undefined || owner === options.function),
  );
  expect(matching.length > 0, "There is no such mutant.");
  const chosen = draw === undefined ? matching : sample(matching, draw, seed);
  console.log(`${chosen.length} of ${all.length} mutants of ${contractPath}`);

  const started = performance.now();
  const show = progress(chosen, started);
  const results = await runMutants(chosen, jobs, show);
  const { scores, survivors, problems } = judge(all, results, listed);

  if (options.id !== undefined) for (const result of results) console.log(`\n${describe(source, result)}`);
  for (const { mutant, reason } of survivors) {
    console.log(`\nSurvives: ${heading(mutant)}\n${diff(source, mutant)}\n${reason ?? "NOT LISTED"}`);
  }
  const having = (outcome: string) => results.filter(({ result }) => result.outcome === outcome);
  console.log(`\n${table(scores)}\n`);
  console.log(
    `Not counted: ${having("rejected").length} that the compiler refuses, ${having("same bytecode").length} that compile to the contract's bytecode.`,
  );
  for (const { mutant } of having("timed out")) console.log(`Killed by the clock: ${heading(mutant)}`);
  console.log(`${((performance.now() - started) / 60_000).toFixed(1)} minutes.`);
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify({ scores, results }, null, 2)}\n`);
  for (const problem of problems) console.error(problem);
  return problems.length === 0;
}

function positive(option: string, value: string): number {
  expect(/^[1-9]\d{0,8}$/.test(value), `--${option} must be a positive number, not ${value}.`);
  return Number(value);
}

/** Tells of each survivor at once, and every ten seconds how far it is. A mutant with a contract of its own takes about as long as 20 that share one. */
function progress(mutants: readonly Mutant[], started: number): (result: Result) => void {
  const cost = ({ slot }: Mutant) => (slot === undefined ? 20 : 1);
  const total = mutants.reduce((sum, mutant) => sum + cost(mutant), 0);
  let [done, finished, survived, told] = [0, 0, 0, started];
  return ({ mutant, result }) => {
    done += cost(mutant);
    finished += 1;
    if (result.outcome === "survived") {
      survived += 1;
      console.log(`Survives: ${heading(mutant)}: ${mutant.original} → ${mutant.mutated}`);
    }
    const now = performance.now();
    if (now - told < 10_000) return;
    told = now;
    const minutes = (((now - started) * (total - done)) / done / 60_000).toFixed(1);
    console.log(`${finished} of ${mutants.length}, ${survived} survived; about ${minutes} minutes left`);
  };
}

function heading({ id, group, kind, function: owner, line }: Mutant): string {
  return `${id} in ${owner}, line ${line} (${group}, ${kind})`;
}

function describe(source: string, { mutant, result }: Result): string {
  const what = "test" in result ? `killed by ${result.test}: ${result.reason}` : result.outcome;
  return `${heading(mutant)}\n${diff(source, mutant)}\n${isKilled(result) ? what : `NOT KILLED: ${what}`}`;
}
