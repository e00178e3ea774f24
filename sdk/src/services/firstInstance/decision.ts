/**
 * A decision on a dispute: what the model is asked, and what its answers mean for the share. It proposes only when all samples
 * agree on the work itself; whatever is in doubt it leaves to the second instance.
 */

import type { DeliverableFile } from "../../deliverables.js";
import { type Finding, findAttempts } from "../../judgement/attempts.js";
import type { Judge } from "../../judgement/config.js";
import { type Judgement, type JudgeOptions, judge } from "../../judgement/judge.js";
import { BEST_SCORE, type Criterion, type Document, promptOf, type Question } from "../../judgement/prompt.js";
import { BPS } from "../../money.js";
import type { Scope } from "../../scope.js";
import { inert } from "../../text.js";
import type { JudgementCheck } from "../../verifier/checks.js";
import { utf8Of } from "../../verifier/fileType.js";

/** Whose words they are. */
export type Side = "client" | "freelancer" | "verifier";

/** What a side put before the arbiter, as it was found. */
export interface SubmittedEvidence {
  readonly side: Side;
  readonly hash: string;
  /** `undefined` when no storage has it. */
  readonly files: readonly DeliverableFile[] | undefined;
}

/** All that a decision goes by. */
export interface Materials {
  readonly scope: Scope;
  /** From 0. */
  readonly index: number;
  readonly deliverable: readonly DeliverableFile[];
  readonly evidence: readonly SubmittedEvidence[];
}

/** What was decided, with all that a reader needs to follow it. The same materials and answers give the same decision. */
export interface Decision {
  /** The freelancer's share in basis points; `undefined` when the case is left to the second instance. */
  readonly shareBps: number | undefined;
  /** Why it is left, in sentences. */
  readonly declined: readonly string[];
  /** Whether what kept it from a proposal may pass. */
  readonly isPassing: boolean;
  /** What the share goes by. */
  readonly criteria: readonly {
    readonly asks: string;
    readonly weight: number;
    readonly score: number;
    readonly reasons: readonly string[];
  }[];
  /** What was not looked at, and why, in sentences. */
  readonly leftOut: readonly string[];
  /** What may have been meant for the judge. */
  readonly findings: readonly { readonly from: string; readonly kind: Finding["kind"]; readonly text: string }[];
  readonly judgements: readonly Judgement[];
}

const MOST_CRITERIA = 20;
/** As a judgement's check has it. */
const MOST_WEIGHT = 100;
/** The part of the context that each side's evidence may take. */
const EVIDENCE_PART = 4;
/** Of more files, or findings, the rest adds nothing to a reasoning but length. */
const MOST_NAMED = 10;
const MOST_FINDINGS = 50;

const WHOSE: Readonly<Record<Side, string>> = {
  client: "evidence of the client",
  freelancer: "evidence of the freelancer",
  verifier: "evidence of the verifier",
};

/** What the work is scored by: the criteria of its judgements, or else its requirements, or else its title. */
export function criteriaOf({ milestones }: Scope, index: number): readonly Criterion[] {
  const milestone = milestones[index];
  const judgements = (milestone?.checks ?? []).filter((check): check is JudgementCheck => check.kind === "judgement");
  // Nobody has checked them yet but as JSON.
  const declared = judgements.flatMap(({ criteria }): readonly unknown[] => (Array.isArray(criteria) ? criteria : []));
  if (declared.length > 0 && declared.every(isSound)) return declared.map(({ asks, weight = 1 }) => ({ asks, weight }));
  const asked = milestone?.requirements ?? [];
  if (asked.length > 0) return asked.map((asks) => ({ asks, weight: 1 }));
  return [{ asks: `The work is what was agreed on as '${milestone?.title}'`, weight: 1 }];
}

function isSound(value: unknown): value is Criterion {
  if (typeof value !== "object" || value === null) return false;
  const { asks, weight = 1 } = value as { readonly asks?: unknown; readonly weight?: unknown };
  return typeof asks === "string" && Number.isInteger(weight) && Number(weight) >= 1 && Number(weight) <= MOST_WEIGHT;
}

/**
 * Decides on a dispute.
 *
 * @param details Is told what the model's endpoint said, for a log.
 * @throws What the journal of the spending throws.
 */
export async function decide(
  materials: Materials,
  { model, spending, options }: Judge,
  signal: AbortSignal,
  details: (text: string) => void,
): Promise<Decision> {
  const { scope, index } = materials;
  const criteria = criteriaOf(scope, index);
  const judgements: Judgement[] = [];
  const leftOut: string[] = [];
  const findings: Decision["findings"][number][] = [];
  const decline = (declined: readonly string[], isPassing = false): Decision => {
    return { shareBps: undefined, declined, isPassing, criteria: [], leftOut, findings, judgements };
  };

  if (criteria.length > MOST_CRITERIA) return decline([`There are more than ${MOST_CRITERIA} things to judge.`]);
  const { documents: texts, size, unread } = textsOf(materials.deliverable, "the freelancer's work");
  // Before it is searched, which takes time.
  const { contextTokens } = model.options;
  if (size > contextTokens) return decline([`The work is too long for the model: ${size} bytes, of ${contextTokens}.`]);
  const work = [...texts, ...listOf(unread)];
  const found = note(work, findings);
  if (found > 0) return decline(["The work has passages that may be meant for a judge: humans have to look."]);
  const { title, description, milestones } = scope;
  const { checks: _, ...milestone } = milestones[index] ?? { title: "" };
  const agreed = { title, ...(description !== undefined && { description }), milestone };
  const asked = { about: "dispute", agreed, criteria } as const;
  const sizeOf = (documents: readonly Document[]) => model.inputTokens(promptOf({ ...asked, documents }));
  const least = sizeOf([]);
  // What the work leaves of the question, the same for each side: nobody's evidence makes it too long, or too dear.
  const left = Math.floor((largestQuestion(model, options) - sizeOf(work)) / Object.keys(WHOSE).length);
  const limit = Math.max(0, Math.min(left, Math.floor(contextTokens / EVIDENCE_PART)));
  let evidence = evidenceOf(
    materials.evidence,
    limit,
    (documents) => sizeOf(documents) - least + documents.length * NUMBER_SIZE,
    leftOut,
  );
  for (const side of ["client", "freelancer", "verifier"] as const) {
    if (
      note(
        evidence.filter((one) => one.side === side),
        findings,
      ) === 0
    )
      continue;
    evidence = evidence.filter((one) => one.side !== side);
    leftOut.push(`The ${WHOSE[side]} has passages that may be meant for the judge: none of it was judged by.`);
  }

  for (;;) {
    if (texts.length + evidence.length === 0) return decline(["There is no text to judge by."]);
    const question: Question = { ...asked, documents: [...work, ...evidence] };
    const judgement = await judge(question, model, spending, options, signal, details);
    judgements.push(judgement);
    if (judgement.unclear.length > 0) return decline(judgement.unclear, judgement.isPassing);
    const tried = judgement.attempts;
    if (tried.some((number) => number <= work.length)) {
      return decline(["The freelancer's work tries to steer whoever judges it: humans have to look."]);
    }
    if (tried.length === 0) return proposal(judgement, criteria, { leftOut, findings, judgements });
    const sides = new Set(tried.map((number) => evidence[number - 1 - work.length]?.side));
    for (const side of sides) {
      if (side !== undefined) leftOut.push(`The ${WHOSE[side]} tries to steer the judge: none of it was judged by.`);
    }
    // Fewer each time, so that it ends.
    evidence = evidence.filter(({ side }) => !sides.has(side));
  }
}

function proposal(
  { scores }: Judgement,
  criteria: readonly Criterion[],
  rest: Pick<Decision, "leftOut" | "findings" | "judgements">,
): Decision {
  const scored = criteria.map(({ asks, weight = 1 }, index) => ({
    ...{ asks: inert(asks, 500), weight },
    ...{ score: scores[index]?.score ?? 0, reasons: scores[index]?.reasons ?? [] },
  }));
  const weights = scored.reduce((sum, { weight }) => sum + weight, 0);
  const total = scored.reduce((sum, { weight, score }) => sum + weight * score, 0);
  const shareBps = Math.floor((total * BPS) / (weights * BEST_SCORE));
  return { shareBps, declined: [], isPassing: false, criteria: scored, ...rest };
}

/** Notes what may be meant for a judge, in names too, and says how much that is. */
function note(documents: readonly Document[], into: Decision["findings"][number][]): number {
  const found = documents.flatMap(({ name, from, text }) =>
    [...findAttempts(1, name), ...findAttempts(1, text)].map(({ kind, text: passage }) => {
      return { from: `${from}, ${inert(name)}`, kind, text: passage };
    }),
  );
  into.push(...found.slice(0, Math.max(0, MOST_FINDINGS - into.length)));
  return found.length;
}

function textsOf(files: readonly DeliverableFile[], from: string) {
  const documents: Document[] = [];
  const unread: string[] = [];
  let size = 0;
  for (const { path, bytes } of files) {
    const text = utf8Of(bytes);
    if (text === undefined) unread.push(`${path} (${bytes.length} bytes, no text)`);
    else {
      documents.push({ name: path, from, text });
      size += bytes.length;
    }
  }
  return { documents, size, unread };
}

/** What the model cannot see it has to know of, so that it does not miss it; the names are the freelancer's words. */
function listOf(unread: readonly string[]): readonly Document[] {
  if (unread.length === 0) return [];
  return [{ name: "files that are not shown", from: "the freelancer's work", text: unread.join("\n") }];
}

/** Characters that a document's number may have beside those of the first. */
const NUMBER_SIZE = 5;

/** Tokens that a question may have so that its answers fit into the context, and cost no more than they may. */
function largestQuestion({ options: { contextTokens, answerTokens, price } }: Judge["model"], options: JudgeOptions) {
  const most = contextTokens - answerTokens;
  if (price.input === 0n) return most;
  const affordable = (options.limit / BigInt(options.samples) - BigInt(answerTokens) * price.output) / price.input;
  return affordable < BigInt(most) ? Number(affordable) : most;
}

/** The texts that each side put before the arbiter, as far as there is room for them. */
function evidenceOf(
  evidence: readonly SubmittedEvidence[],
  limit: number,
  sizeOf: (documents: readonly Document[]) => number,
  leftOut: string[],
) {
  const documents: (Document & { readonly side: Side })[] = [];
  const sizes: Record<Side, number> = { client: 0, freelancer: 0, verifier: 0 };
  for (const { side, hash, files } of evidence) {
    const name = `The ${WHOSE[side]} ${hash}`;
    if (files === undefined) {
      leftOut.push(`${name} could not be had from any storage.`);
      continue;
    }
    const { documents: texts, size, unread } = textsOf(files, WHOSE[side]);
    if (unread.length > 0) {
      const named = unread.slice(0, MOST_NAMED).map((one) => inert(one));
      const more = unread.length > MOST_NAMED ? `, and ${unread.length - MOST_NAMED} more` : "";
      leftOut.push(`${name} has ${named.join(", ")}${more}, which the model does not read.`);
    }
    // What is longer by itself is not even made a question of.
    const taken = size > limit ? size : sizeOf(texts);
    if (sizes[side] + taken > limit) {
      leftOut.push(`${name} is too long beside what came before it.`);
      continue;
    }
    sizes[side] += taken;
    documents.push(...texts.map((text) => ({ ...text, side })));
  }
  return documents;
}
