/**
 * The reasoning behind a proposal, or behind leaving a case: as JSON, whose hash stands on the chain, and for people.
 */
import { BEST_SCORE } from "../../judgement/prompt.js";
import { formatShare } from "../../money.js";
import { canonicalJson } from "../../scope.js";
import type { Address, AgreementId, Hash } from "../../types.js";
import { escaped } from "../../verifier/report.js";
import type { Decision } from "./decision.js";

/** What a reasoning is about. */
export interface ReasoningSubject {
  readonly chainId: number;
  readonly escrow: Address;
  /** The contract whose first instance it is. */
  readonly arbiter: Address;
  readonly agreement: AgreementId;
  /** From 0. */
  readonly milestone: number;
  readonly scope: Hash;
  readonly deliverable: Hash | undefined;
  readonly evidence: readonly { readonly by: Address; readonly hash: Hash }[];
}

/** Canonical JSON: nothing in it depends on when or where it was written. */
export function serializeReasoning(subject: ReasoningSubject, { isPassing: _, ...decision }: Decision): string {
  return canonicalJson({ reasoning: 1, ...subject, ...decision });
}

/** The same for people, as Markdown: what others wrote is text in it and nothing else. */
export function reasoningToMarkdown(subject: ReasoningSubject, decision: Decision): string {
  const { chainId, escrow, agreement, milestone } = subject;
  const { shareBps, declined, criteria, leftOut, findings, judgements } = decision;
  const lines =
    shareBps === undefined
      ? ["# The case is left to the second instance", ""]
      : [`# The freelancer should get ${formatShare(shareBps)}`, ""];
  lines.push(`Milestone ${milestone + 1} of agreement \`${agreement}\`, escrow \`${escrow}\`, chain ${chainId}.`, "");
  if (shareBps !== undefined) {
    lines.push(
      "This was proposed by a program with a language model. Either party may appeal; then others decide.",
      "",
    );
  }
  for (const reason of declined) lines.push(`- ${escaped(reason)}`);
  for (const { asks, weight, score, reasons } of criteria) {
    lines.push(`## ${escaped(asks)}: ${score} of ${BEST_SCORE}${weight === 1 ? "" : `, counted ${weight} times`}`, "");
    for (const reason of reasons) lines.push(`- ${escaped(reason)}`);
    lines.push("");
  }
  if (leftOut.length > 0) lines.push("", "## What was left out", "", ...leftOut.map((one) => `- ${escaped(one)}`));
  if (findings.length > 0) {
    lines.push("", "## What may have been meant for the judge", "");
    for (const { from, kind, text } of findings) lines.push(`- ${escaped(`${from}, ${kind}: '${text}'`)}`);
  }
  const last = judgements.at(-1);
  if (last !== undefined) {
    const { name, host, prompt } = last.model;
    lines.push("", `Judged by ${escaped(name)} at ${escaped(host)}, questions of version ${prompt}.`);
  }
  return `${lines
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trimEnd()}\n`;
}
