/**
 * The verifier's report: what it looked at and what each check found. Its canonical JSON is hashed into the attestation.
 */
import { canonicalJson } from "../scope.js";
import { inert } from "../text.js";
import type { Address, AgreementId, Hash } from "../types.js";
import type { Result } from "./check.js";
import type { Checked, CheckResult } from "./run.js";

/** What a report is about. */
export interface ReportSubject {
  readonly chainId: number;
  readonly escrow: Address;
  readonly agreement: AgreementId;
  /** From 0. */
  readonly milestone: number;
  /** 0 for work that is not submitted yet. */
  readonly submission: number;
  /** What was submitted: its SHA-256. */
  readonly deliverable: Hash;
  /** The SHA-256 of the scope, as it stands in the terms. */
  readonly scope: Hash;
}

/** What the verifier found. Nothing in it depends on when or where: the same work gives the same report. */
export interface Report extends ReportSubject {
  /** The version of the format. */
  readonly report: 1;
  readonly verdict: Result;
  readonly checks: readonly CheckResult[];
}

/**
 * A report of what checks found.
 *
 * @example
 * const { scope, terms } = agreement;
 * if (scope !== undefined) {
 *   const checked = await checkWork({ scope, index: 0, files: [{ path: "article-1.md", bytes }] });
 *   const work = { milestone: 0, submission: 1, deliverable, scope: terms.details };
 *   const report = reportOf({ ...escrow.connection, agreement: agreement.id, ...work }, checked);
 *   console.log(reportToMarkdown(report));
 * }
 */
export function reportOf(subject: ReportSubject, { verdict, checks }: Checked): Report {
  const { chainId, escrow, agreement, milestone, submission, deliverable, scope } = subject;
  return { report: 1, chainId, escrow, agreement, milestone, submission, deliverable, scope, verdict, checks };
}

/**
 * A report as it is stored and hashed: canonical JSON.
 *
 * @throws {InvalidScopeError} When something in it has no canonical form.
 * @example
 * const attest = (report: Report) => {
 *   const decision = { agreement, index: report.milestone, submission: report.submission };
 *   const passed = report.verdict === "passed";
 *   return escrow.attest({ ...decision, passed, report: hashText(serializeReport(report)) });
 * };
 */
export function serializeReport(report: Report): string {
  return canonicalJson(report);
}

const SIGN: Readonly<Record<Result, string>> = { passed: "✓", failed: "✗", unclear: "?" };
const WORDS: Readonly<Record<Result, string>> = {
  passed: "The work passes.",
  failed: "The work fails.",
  unclear: "The checks cannot tell: humans decide.",
};

/**
 * A report for people, as Markdown. What the work holds is text in it and nothing else: no markup, links or images.
 *
 * @example
 * const show = (report: Report) => console.log(reportToMarkdown(report));
 */
export function reportToMarkdown({ verdict, checks, ...subject }: Report): string {
  const { chainId, escrow, agreement, milestone, submission, deliverable, scope } = subject;
  const lines = [
    `# ${WORDS[verdict]}`,
    "",
    `- Agreement \`${agreement}\` of the escrow \`${escrow}\` on chain ${chainId}`,
    `- Milestone ${milestone + 1}, ${submission === 0 ? "not submitted yet" : `submission ${submission}`}`,
    `- Deliverable \`${deliverable}\``,
    `- Scope \`${scope}\``,
    "",
  ];
  if (checks.length === 0) lines.push("The scope declares no checks for this milestone.", "");
  for (const [index, { declared, result, reasons }] of checks.entries()) {
    const said = canonicalJson(declared);
    lines.push(`## ${SIGN[result]} Check ${index + 1}: ${escaped(inert(declared.kind, 40))}, ${result}`, "");
    lines.push(`Declared as: ${escaped(inert(said, said.length))}`, "");
    for (const reason of reasons) lines.push(`- ${escaped(reason)}`);
    if (reasons.length > 0) lines.push("");
  }
  return `${lines.join("\n").trimEnd()}\n`;
}

/** A text that Markdown shows as it is: signs that mean something are escaped, and no address becomes a link by itself. */
export function escaped(text: string): string {
  return text
    .replace(/[\\`*_{}[\]#|~&<>!@^$]/g, "\\$&")
    .replace(/:\/\//g, "\\:\\/\\/")
    .replace(/\bwww\./gi, (www) => `${www.slice(0, -1)}\\.`);
}
