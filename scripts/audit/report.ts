/** The report of a run, in Markdown: what ran on what, what each check said, and how it ended. */
import { type Check, commandOf } from "./checks.ts";

export interface Result {
  readonly check: Check;
  readonly verdict: "passed" | "FAILED" | "NOT RUN in part";
  readonly seconds: number;
  /** What it wrote, without colours. */
  readonly output: string;
}

/** What was checked, and where. */
export interface Subject {
  readonly commit: string;
  readonly initCodeHash: string;
  readonly address: string;
  readonly machine: string;
  readonly started: Date;
}

export function verdictOf(check: Check, exitCode: number | null, output: string): Result["verdict"] {
  if (exitCode !== 0) return "FAILED";
  return check.notRun?.test(output) ? "NOT RUN in part" : "passed";
}

/** @param all Every check that there is: those without a result are listed as left out. */
export function writeReport(subject: Subject, results: readonly Result[], all: readonly Check[]): string {
  const total = results.reduce((sum, { seconds }) => sum + seconds, 0);
  const leftOut = all.filter((check) => !results.some((result) => result.check === check));
  return [
    "# Audit report",
    "",
    `- Source: ${subject.commit}`,
    `- Contract: init code hash \`${subject.initCodeHash}\`, at \`${subject.address}\` on every chain`,
    `- Machine: ${subject.machine}`,
    `- Started ${subject.started.toISOString()}, took ${duration(total)}`,
    "",
    `**${conclusion(results, leftOut)}**`,
    "",
    "| check | command | result | time | what it shows when it passes |",
    "|---|---|---|---:|---|",
    ...results.map(
      ({ check, verdict, seconds }) =>
        `| ${check.name} | \`${commandOf(check)}\` | ${verdict} | ${duration(seconds)} | ${check.shows} |`,
    ),
    ...leftOut.map((check) => `| ${check.name} | \`${commandOf(check)}\` | left out | | ${check.shows} |`),
    ...results.flatMap(section),
    "",
  ].join("\n");
}

function conclusion(results: readonly Result[], leftOut: readonly Check[]): string {
  const failed = results.filter(({ verdict }) => verdict === "FAILED").length;
  const inPart = results.filter(({ verdict }) => verdict === "NOT RUN in part").length;
  const parts = [
    `${results.length - failed - inPart} of ${results.length + leftOut.length} checks passed`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(inPart > 0 ? [`${inPart} could not run in full on this machine`] : []),
    ...(leftOut.length > 0 ? [`${leftOut.length} left out`] : []),
  ];
  return `${parts.join(", ")}.`;
}

/** What a check wrote: the lines that say something, or the last ones where it failed. */
function section({ check, verdict, output }: Result): string[] {
  const lines = output.split("\n").map((line) => line.trimEnd());
  const quoted = check.quotes === undefined ? [] : lines.filter((line) => check.quotes?.test(line));
  const said = verdict === "FAILED" ? [...quoted, "…", ...lines.filter(Boolean).slice(-40)] : quoted;
  const counted = check.counts?.(output) ?? [];
  if (said.length === 0 && counted.length === 0) return [];
  return [
    ...["", `## ${check.name}`, ""],
    ...counted.map((line) => `- ${line}`),
    ...(said.length > 0 ? [...(counted.length > 0 ? [""] : []), "```text", ...said, "```"] : []),
  ];
}

/** Seconds as "4:07". */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
