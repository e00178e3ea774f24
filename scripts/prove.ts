/**
 * `npm run prove -- [--require-all] [--only TEXT]`: proves the statements of test/proofs about the contract's bytecode, for all
 * inputs, and shows that each proof finds the bugs that are put into a copy of the contract.
 *
 * Exit code 0: all that it calls proved is proved, and no proof overlooked its bug. Without Python from 3.11 on nothing can be
 * proved, which it says; with --require-all that is a failure too.
 */
import { cp, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { keccak256 } from "ethers";
import { compile, readSource, root } from "./prove/compile.ts";
import { prove, proveLemmas, refute } from "./prove/halmos.ts";
import {
  assumptions,
  type Canary,
  canaries,
  replaceOnce,
  type Statement,
  sow,
  statements,
  unproved,
  wrongLemmas,
} from "./prove/statements.ts";
import { install, NoTools, type Tools } from "./prove/tools.ts";
import { readOptions, runScript } from "./script.ts";

const CONTRACT = "contracts/MicroEscrow.sol";
const LEMMAS = "test/proofs/lemmas.smt2";
const options = readOptions("npm run prove -- [--require-all] [--only TEXT]", {
  "require-all": { type: "boolean", default: false },
  only: { type: "string", default: "" },
});
const chosen = ({ check }: { check: string }) => check.includes(options.only);

const work = await mkdtemp(join(tmpdir(), "micro-escrow-prove-"));
await runScript(() => main().finally(() => rm(work, { recursive: true, force: true })));

async function main(): Promise<boolean> {
  const tools = await install().catch((error: unknown) => {
    if (error instanceof NoTools) return error;
    throw error;
  });
  if (tools instanceof NoTools) {
    for (const { says } of statements) console.log(`NOT PROVED  ${says}`);
    console.log(`\nNothing was proved: ${tools.message}.`);
    return !options["require-all"];
  }

  const started = performance.now();
  const contract = await readSource(CONTRACT);
  const project = join(work, "contract");
  const [{ MicroEscrow: initCode = "" }] = await Promise.all([
    compile({ [CONTRACT]: contract }, project),
    sources("test/proofs").then((proofs) => compile(proofs, join(work, "proofs"))),
  ]);
  await cp(join(work, "proofs/out"), join(project, "out"), { recursive: true });
  const { initCodeHash, address } = JSON.parse(await readSource("deployments/create2.json"));
  if (keccak256(initCode) !== initCodeHash) {
    console.error(
      `This is not the contract of deployments/create2.json: its init code hash is ${keccak256(initCode)}.`,
    );
    return false;
  }
  console.log(`About the bytecode with init code hash ${initCodeHash}, which is deployed at ${address}:\n`);

  const tasks = [
    ...(chosen({ check: LEMMAS }) ? [() => proveArithmetic(tools)] : []),
    ...longestFirst(statements.filter(chosen)).map((statement) => () => proveStatement(tools, statement, project)),
    ...groups(canaries.filter(({ refutes }) => chosen({ check: refutes }))).map(
      (bugs, index) => () => refuteBugs(tools, contract, bugs, join(work, `bugs-${index}`)),
    ),
  ];
  const untried = statements.filter(({ check }) => !canaries.some(({ refutes }) => refutes === check));
  for (const { says } of untried) console.log(`NO BUG      was put in for: ${says}`);
  const failures = untried.length + (await inParallel(tasks));
  console.log(
    `\nAssumed:\n${assumptions.map((assumption) => `- ${assumption}`).join("\n")}\n\nNot proved, but tested: ${unproved}.`,
  );
  const all = options.only === "" ? "All" : `All with "${options.only}"`;
  const minutes = ((performance.now() - started) / 60_000).toFixed(1);
  console.log(
    `\n${failures === 0 ? `${all} proved; every bug was found` : `${failures} of these FAILED`} (${minutes} minutes).`,
  );
  return failures === 0;
}

/** What the other proofs take for granted about multiplication and division, and that each lemma needs its conditions. */
async function proveArithmetic(tools: Tools): Promise<number> {
  const started = performance.now();
  const answers = await proveLemmas(tools, join(root, LEMMAS));
  for (const [lemma, answer] of answers) report(answer === "unsat" ? "proved" : "NOT PROVED", lemma, started, "");
  let failures = answers.filter(([, answer]) => answer !== "unsat").length;
  if (answers.length !== wrongLemmas.length) {
    report("NOT PROVED", `${LEMMAS} has ${answers.length} answers, and ${wrongLemmas.length} bugs`, started, "");
    failures += 1;
  }

  const text = await readSource(LEMMAS);
  for (const [index, { lemma, bug, original, replacement }] of wrongLemmas.entries()) {
    const wrong = join(work, `lemmas-${index}.smt2`);
    await writeFile(wrong, replaceOnce(text, original, replacement, bug));
    const found = (await proveLemmas(tools, wrong)).some(([name, answer]) => name === lemma && answer === "sat");
    report(found ? "bug found" : "BUG MISSED", `${lemma}: ${bug}`, started, "");
    if (!found) failures += 1;
  }
  return failures;
}

/** @returns The number of failures: 0 or 1. */
async function proveStatement(
  tools: Tools,
  { check, says, options: more }: Statement,
  project: string,
): Promise<number> {
  const started = performance.now();
  const outcome = await prove(tools, check, project, more);
  const label = { proved: "proved", refuted: "FALSE", unknown: "NOT PROVED" }[outcome.verdict];
  report(label, says, started, outcome.verdict === "unknown" ? outcome.why : "");
  return outcome.verdict === "proved" ? 0 : 1;
}

/** Puts all these bugs, each of which another proof must find, into one copy of the contract. */
async function refuteBugs(tools: Tools, contract: string, bugs: Canary[], project: string): Promise<number> {
  await cp(join(work, "contract/out"), join(project, "out"), { recursive: true });
  await compile({ [CONTRACT]: sow(contract, bugs) }, project);
  let failures = 0;
  for (const { bug, refutes } of bugs) {
    const started = performance.now();
    const more = statements.find(({ check }) => check === refutes)?.options;
    const outcome = await refute(tools, refutes, project, more);
    const found = outcome.verdict === "refuted";
    report(
      found ? "bug found" : "BUG MISSED",
      `${refutes}: ${bug}`,
      started,
      outcome.verdict === "unknown" ? outcome.why : "",
    );
    if (!found) failures += 1;
  }
  return failures;
}

/** So that no core waits long for another's last proof. */
function longestFirst(all: Statement[]): Statement[] {
  return [...all].sort((a, b) => (b.seconds ?? 0) - (a.seconds ?? 0));
}

/** Few groups, in which no bug is in the way of another's proof. */
function groups(bugs: Canary[]): Canary[][] {
  const inTheWay = (a: Canary, b: Canary) =>
    a.refutes === b.refutes || a.within === b.within || (a.alsoIn?.test(b.refutes) ?? false);
  const result: Canary[][] = [];
  for (const bug of bugs) {
    const group = result.find((others) => !others.some((other) => inTheWay(bug, other) || inTheWay(other, bug)));
    if (group === undefined) result.push([bug]);
    else group.push(bug);
  }
  return result;
}

async function sources(folder: string): Promise<Record<string, string>> {
  const files = (await readdir(join(root, folder))).filter((file) => file.endsWith(".sol"));
  const paths = files.map((file) => `${folder}/${file}`);
  return Object.fromEntries(await Promise.all(paths.map(async (path) => [path, await readSource(path)])));
}

/** Runs as many tasks at a time as there are cores, and adds up what they return. */
async function inParallel(tasks: (() => Promise<number>)[]): Promise<number> {
  const queue = tasks.values();
  const counts = Array.from({ length: availableParallelism() }, async () => {
    let sum = 0;
    for (const task of queue) sum += await task();
    return sum;
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

function report(label: string, text: string, started: number, note: string): void {
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(`${label.padEnd(10)}  ${text} (${seconds} s)${note === "" ? "" : `: ${note}`}`);
}
