/** What the outcomes say about the tests, and whether that is good enough. */
import { type Group, groups } from "./groups.ts";
import type { Mutant } from "./mutants.ts";
import type { Outcome } from "./worker.ts";

export interface Result {
  mutant: Mutant;
  result: Outcome | { outcome: "timed out" };
}

/** A survivor with the reason that no test can tell it from the contract. */
export interface Survivor {
  function: string;
  original: string;
  mutated: string;
  reason: string;
}

export interface Score {
  group: Group | "all";
  mutants: number;
  killed: number;
  /** Survivors that are listed with the reason that no test can notice them. */
  equivalent: number;
  survived: number;
}

export interface Verdict {
  scores: Score[];
  survivors: { mutant: Mutant; reason: string | undefined }[];
  /** Why it is not good enough; empty when it is. */
  problems: string[];
}

/** Of all, those that behave as the contract does among them. */
const REQUIRED_PERCENT = 95;

/**
 * @param all Every mutant that there is; when `results` has all of them, the total score is judged too.
 */
export function judge(all: readonly Mutant[], results: readonly Result[], listed: readonly Survivor[]): Verdict {
  const counted = results.filter(({ result }) => isKilled(result) || result.outcome === "survived");
  const scoreOf = (group: Score["group"]): Score => {
    const inGroup = counted.filter(({ mutant }) => group === "all" || mutant.group === group);
    const killed = inGroup.filter(({ result }) => isKilled(result)).length;
    const equivalent = inGroup.filter(
      ({ mutant, result }) => !isKilled(result) && listed.some((survivor) => isSame(survivor, mutant)),
    ).length;
    return { group, mutants: inGroup.length, killed, equivalent, survived: inGroup.length - killed - equivalent };
  };
  const total = scoreOf("all");

  const survivors = counted
    .filter(({ result }) => result.outcome === "survived")
    .map(({ mutant }) => ({ mutant, reason: listed.find((survivor) => isSame(survivor, mutant))?.reason }));
  const problems = survivors
    .filter(({ reason }) => reason === undefined)
    .map(({ mutant }) => `${mutant.id} (${mutant.group}) survives and is not listed.`);
  for (const survivor of listed) {
    const what = `The listed survivor in ${survivor.function}, "${survivor.mutated}",`;
    const found = results.filter(({ mutant }) => isSame(survivor, mutant));
    if (!all.some((mutant) => isSame(survivor, mutant))) problems.push(`${what} is not among the mutants any more.`);
    else if (found.length > 0 && found.every(({ result }) => result.outcome !== "survived")) {
      problems.push(`${what} does not survive any more: ${found[0]?.result.outcome}.`);
    }
    if (survivor.reason.trim() === "") problems.push(`${what} has no reason.`);
  }
  if (results.length === all.length && total.killed * 100 < REQUIRED_PERCENT * total.mutants) {
    problems.push(`${percent(total.killed, total.mutants)} killed is less than ${REQUIRED_PERCENT}%.`);
  }
  for (const { mutant, result } of results) {
    if (result.outcome === "not compiled") problems.push(`${mutant.id} could not be compiled: ${result.error}`);
  }
  if (counted.length === 0) problems.push("Not one mutant counts.");
  return { scores: [...groups.map(scoreOf), total].filter(({ mutants }) => mutants > 0), survivors, problems };
}

export function isKilled(result: Result["result"]): boolean {
  return result.outcome === "killed" || result.outcome === "timed out";
}

export function isSame(survivor: Survivor, mutant: Mutant): boolean {
  return (
    survivor.function === mutant.function &&
    survivor.original === mutant.original &&
    survivor.mutated === mutant.mutated
  );
}

/** The score is of those that a test could notice: the mutants without the equivalent ones. */
export function table(scores: readonly Score[]): string {
  const rows = scores.map((score) =>
    [
      score.group,
      score.mutants,
      score.killed,
      score.equivalent,
      score.survived,
      percent(score.killed, score.killed + score.survived),
    ].map(String),
  );
  const lines = [["group", "mutants", "killed", "equivalent", "survived", "score"], ...rows];
  return lines
    .map(([group = "", ...numbers]) => `${group.padEnd(20)}${numbers.map((cell) => cell.padStart(11)).join("")}`)
    .join("\n");
}

/** Rounded down: 100% is all of them. */
function percent(killed: number, mutants: number): string {
  return mutants === 0 ? "-" : `${(Math.floor((killed * 1000) / mutants) / 10).toFixed(1)}%`;
}
