/**
 * Everything that an auditor wants to see run, one after another, and one report of this run.
 *
 *   npm run audit                          all of it, but of the mutants a sample, and the fuzz tests with 3,000 inputs each
 *   npm run audit -- --full                all mutants too, and the fuzz tests with 10,000, which takes much longer
 *   npm run audit -- --only prove,mutate   some of it, and the report says so
 *
 * Writes audit/report.md, and what each command wrote beside it. Exit code 1 when a check failed; one that could not run in full
 * on this machine (no Python) is no failure, and the report says so.
 */
import { execFile, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { arch, availableParallelism, cpus, platform, totalmem } from "node:os";
import { join } from "node:path";
import { promisify, stripVTControlCharacters } from "node:util";
import { solc } from "../hardhat.config.ts";
import { type Check, checks, commandOf } from "./audit/checks.ts";
import { duration, type Result, type Subject, verdictOf, writeReport } from "./audit/report.ts";
import { readRelease } from "./records.ts";
import { expect, readOptions, runScript } from "./script.ts";

const root = join(import.meta.dirname, "..");
const folder = join(root, "audit");

await runScript(async () => {
  const { only, full } = readOptions("npm run audit -- [--full] [--only NAME,NAME]", {
    only: { type: "string" },
    full: { type: "boolean", default: false },
  });
  const all = full ? checks.map((check) => ({ ...check, shortened: {} })) : checks;
  const chosen = choose(all, only);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  const subject = await describeSubject();
  console.log(`${subject.commit}\n${chosen.length} checks; what they write is in audit/\n`);

  const results: Result[] = [];
  for (const [position, check] of chosen.entries()) {
    const timeLeft = clock(results, chosen.slice(position));
    console.log(`${position + 1} of ${chosen.length}: ${commandOf(check)}, ${timeLeft()}`);
    const ticking = setInterval(() => console.log(`  ${check.name}: ${timeLeft()}`), 60_000);
    const result = await run(check).finally(() => clearInterval(ticking));
    results.push(result);
    console.log(`  ${check.name}: ${result.verdict} after ${duration(result.seconds)}`);
    await writeFile(join(folder, "report.md"), writeReport(subject, results, all));
  }
  console.log("\nThe report is audit/report.md.");
  return results.every(({ verdict }) => verdict !== "FAILED");
});

function choose(all: readonly Check[], only: string | undefined): readonly Check[] {
  if (only === undefined) return all;
  const names = only.split(",");
  const known = all.map(({ name }) => name);
  for (const name of names)
    expect(known.includes(name), `There is no check "${name}". There are: ${known.join(", ")}.`);
  return all.filter(({ name }) => names.includes(name));
}

/** Runs a check to its end, whatever that is. */
async function run(check: Check): Promise<Result> {
  const started = performance.now();
  const log = createWriteStream(join(folder, `${check.name}.log`));
  let output = "";
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    const { options = [], environment = {} } = check.shortened ?? {};
    const child = spawn("npm", ["run", check.script, "--", ...options], {
      cwd: root,
      env: { ...process.env, ...environment, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
      shell: process.platform === "win32",
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        const plain = stripVTControlCharacters(text);
        output += plain;
        log.write(plain);
      });
    }
    child.on("error", reject);
    child.on("close", resolve);
  });
  log.end();
  const seconds = (performance.now() - started) / 1_000;
  return { check, verdict: verdictOf(check, exitCode, output), seconds, output };
}

/** Says how much is left, from how long the checks before took compared with what they usually take. */
function clock(done: readonly Result[], left: readonly Check[]): () => string {
  const usual = (some: readonly Check[]) => some.reduce((sum, { minutes }) => sum + minutes * 60, 0);
  const taken = done.reduce((sum, { seconds }) => sum + seconds, 0);
  // A minute of each, so that the first check decides nothing.
  const pace = (taken + 60) / (usual(done.map(({ check }) => check)) + 60);
  const started = performance.now();
  return () => {
    const [current, ...others] = left.map((check) => usual([check]) * pace);
    const passed = (performance.now() - started) / 1_000;
    const seconds = Math.max((current ?? 0) - passed, 0) + others.reduce((sum, one) => sum + one, 0);
    return `about ${Math.max(Math.ceil(seconds / 60), 1)} min left`;
  };
}

async function describeSubject(): Promise<Subject> {
  const git = async (...command: string[]) => (await promisify(execFile)("git", command, { cwd: root })).stdout.trim();
  const commit = await git("rev-parse", "HEAD")
    .then(
      async (head) =>
        `commit ${head}${(await git("status", "--porcelain")) === "" ? "" : ", with uncommitted changes"}`,
    )
    .catch(() => "not a git checkout");
  const { initCodeHash, address } = await readRelease(join(root, "deployments"), "create2.json");
  const gib = Math.round(totalmem() / 2 ** 30);
  const cores = `${availableParallelism()} cores (${cpus()[0]?.model.trim() || arch()}), ${gib} GiB`;
  const { dependencies = {}, devDependencies = {} } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const hardhat = { ...dependencies, ...devDependencies }.hardhat;
  const machine = `${cores}, ${platform()}, Node ${process.versions.node}, solc ${solc.version}, Hardhat ${hardhat}`;
  return { commit, initCodeHash, address, machine, started: new Date() };
}
