/**
 * A decision on a dispute: what the model is asked, and what its answers mean for the share. It proposes only when all samples
 * agree on the work itself; whatever is in doubt it leaves to the second instance.
 */

import type { DeliverableFile } from "../../deliverables.js";
import { type Finding, findAttempts } from "../../judgement/attempts.js";
import type { Judge } from "../../judgement/config.js";
import { type Judgement, judge } from "../../judgement/judge.js";
import { BEST_SCORE, type Criterion, type Document, type Question } from "../../judgement/prompt.js";
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
/** The part of the context that each side's evidence may take. */
const EVIDENCE_PART = 4;

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
  const declared = judgements.flatMap(({ criteria }) =>
    Array.isArray(criteria) ? (criteria as readonly Criterion[]) : [],
  );
  const isSound = declared.every(
    ({ asks, weight = 1 }) => typeof asks === "string" && Number.isInteger(weight) && weight >= 1,
  );
  if (declared.length > 0 && isSound) return declared.map(({ asks, weight = 1 }) => ({ asks, weight }));
  const asked = milestone?.requirements ?? [];
  if (asked.length > 0) return asked.map((asks) => ({ asks, weight: 1 }));
  return [{ asks: `The work is what was agreed on as '${milestone?.title}'`, weight: 1 }];
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

  const { documents: work, unread } = textsOf(materials.deliverable, "the freelancer's work");
  if (criteria.length > MOST_CRITERIA) return decline([`There are more than ${MOST_CRITERIA} things to judge.`]);
  const found = note(work, findings);
  if (found > 0) return decline(["The work has passages that may be meant for a judge: humans have to look."]);
  const limit = Math.floor(model.options.contextTokens / EVIDENCE_PART);
  let evidence = evidenceOf(materials.evidence, limit, leftOut);
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
    const documents = [...work, ...evidence];
    if (documents.length === 0) return decline(["There is no text to judge by."]);
    const { title, description, milestones } = scope;
    const { checks: _, ...milestone } = milestones[index] ?? { title: "" };
    const agreed = {
      title,
      ...(description !== undefined && { description }),
      milestone,
      // What the model cannot see it has to know of, so that it does not miss it in the work.
      ...(unread.length > 0 && { filesThatAreNotShown: unread }),
    };
    const question: Question = { about: "dispute", agreed, criteria, documents };
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

/** Notes what may be meant for a judge, and says how much that is. */
function note(documents: readonly Document[], into: Decision["findings"][number][]): number {
  const found = documents.flatMap(({ name, from, text }) =>
    findAttempts(1, text).map(({ kind, text: passage }) => ({ from: `${from}, ${inert(name)}`, kind, text: passage })),
  );
  into.push(...found);
  return found.length;
}

function textsOf(files: readonly DeliverableFile[], from: string) {
  const documents: Document[] = [];
  const unread: string[] = [];
  for (const { path, bytes } of files) {
    const text = utf8Of(bytes);
    if (text === undefined) unread.push(`${path} (${bytes.length} bytes, no text)`);
    else documents.push({ name: path, from, text });
  }
  return { documents, unread };
}

/** The texts that each side put before the arbiter, as far as there is room for them. */
function evidenceOf(evidence: readonly SubmittedEvidence[], limit: number, leftOut: string[]) {
  const documents: (Document & { readonly side: Side })[] = [];
  const sizes: Record<Side, number> = { client: 0, freelancer: 0, verifier: 0 };
  for (const { side, hash, files } of evidence) {
    const name = `The ${WHOSE[side]} ${hash}`;
    if (files === undefined) {
      leftOut.push(`${name} could not be had from any storage.`);
      continue;
    }
    const { documents: texts, unread } = textsOf(files, WHOSE[side]);
    for (const one of unread) leftOut.push(`${name} has ${inert(one)}, which the model does not read.`);
    const size = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (sizes[side] + size > limit) {
      leftOut.push(`${name} is too long beside what came before it.`);
      continue;
    }
    sizes[side] += size;
    documents.push(...texts.map((text) => ({ ...text, side })));
  }
  return documents;
}
