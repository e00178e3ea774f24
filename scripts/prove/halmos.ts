/** Runs the provers, and reads what came of it. */
import { execFile } from "node:child_process";
import { mkdir, readFile, rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import type { Tools } from "./tools.ts";

const run = promisify(execFile);

/** `proved`: for all values. `refuted`: there are values for which it is false. `unknown`: neither, and why. */
export type Verdict = { verdict: "proved" | "refuted" } | { verdict: "unknown"; why: string };

/** As halmos writes it; `exitcode` as in its `Exitcode`. */
interface Result {
  exitcode: 0 | 1 | 2 | 3 | 4 | 5;
  models: { is_valid: boolean }[];
  num_paths: [explored: number, completed: number, stuck: number];
  num_bounded_loops: number;
}

const reasons = {
  2: "a solver ran out of time",
  3: "the symbolic executor met something that it does not know",
  4: "no path came to its end",
  5: "a solver failed",
};

/**
 * @param check `CONTRACT.FUNCTION`.
 * @param project The folder with the artifacts.
 * @param options More of halmos's options.
 */
export function prove(tools: Tools, check: string, project: string, options: string[] = []): Promise<Verdict> {
  return execute(tools, check, project, options, false);
}

/** The same until the first counterexample, and with numbers for amounts and rates: see `Money._now`. */
export function refute(tools: Tools, check: string, project: string, options: string[] = []): Promise<Verdict> {
  return execute(tools, check, project, [...options, "--early-exit"], true);
}

async function execute(
  tools: Tools,
  check: string,
  project: string,
  options: string[],
  isExample: boolean,
): Promise<Verdict> {
  const [contract, test] = check.split(".") as [string, string];
  const json = join(project, `${check}.json`);
  await rm(json, { force: true });
  const home = join(project, "home");
  await mkdir(home, { recursive: true });
  const path = tools.path + delimiter + process.env.PATH;
  const log = await run(
    tools.halmos,
    [
      ...["--root", project, "--contract", contract, "--match-test", `^${test}\\(`],
      ...["--solver-command", `${tools.yices} --smt2-model-format --bvconst-in-decimal`, "--solver-threads", "1"],
      ...["--solver-timeout-assertion", "300s", "--no-status", "--panic-error-codes", "*", "--json-output", json],
      "--disable-gc", // there is little garbage in cycles, and looking for it took a third of the time
      ...options,
    ],
    { env: { ...process.env, HOME: home, PATH: path, EXAMPLE: String(isExample) }, maxBuffer: 2 ** 26 },
  ).catch((failure: { stdout?: string; stderr?: string; message: string }) => failure);

  const results: Result[] = await readFile(json, "utf8").then(
    (text) => Object.values(JSON.parse(text).test_results as Record<string, Result[]>).flat(),
    () => [],
  );
  const [result] = results;
  if (result === undefined || results.length !== 1) {
    return { verdict: "unknown", why: `halmos gave no result:\n${log.stdout ?? ""}${log.stderr ?? ""}` };
  }
  if (result.exitcode === 1) {
    // Valid: without the functions by which halmos replaces multiplication and division.
    if (result.models.some((model) => model.is_valid)) return { verdict: "refuted" };
    return { verdict: "unknown", why: "there is a counterexample, but only if * and / may be any functions" };
  }
  if (result.exitcode !== 0) return { verdict: "unknown", why: reasons[result.exitcode] };
  if (result.num_bounded_loops > 0) return { verdict: "unknown", why: "a loop was not unrolled to its end" };
  return { verdict: "proved" };
}

/** @returns Each lemma of an SMT-LIB file, which are announced with `echo`, and the solver's answer to it. */
export async function proveLemmas(tools: Tools, file: string): Promise<[lemma: string, answer: string][]> {
  const { stdout } = await run(tools.z3, [file], { timeout: 300_000 }).catch(() => ({ stdout: "" }));
  const lines = stdout.trim().split("\n");
  return Array.from({ length: Math.floor(lines.length / 2) }, (_, i) => [lines[2 * i] ?? "", lines[2 * i + 1] ?? ""]);
}
