/**
 * A model's judgement as a check: it passes or fails only when all samples say so.
 */
import { type Judgement, type JudgeOptions, judge } from "../../judgement/judge.js";
import type { Model } from "../../judgement/model.js";
import { BEST_SCORE, type Document, type Question } from "../../judgement/prompt.js";
import type { Spending } from "../../judgement/spending.js";
import { inert } from "../../text.js";
import { type Answer, type CheckKind, failed, passed, unclear, type Work } from "../check.js";
import type { JudgedCriterion, JudgementCheck } from "../checks.js";
import { utf8Of } from "../fileType.js";
import { fits } from "../glob.js";
import { glob, listOf, members, only, optional, type Reader, refuse, text, whole } from "../read.js";

/** What a verifier judges with. */
export interface Judge {
  readonly model: Model;
  readonly spending: Spending;
  readonly options: JudgeOptions;
  /** Is told what an endpoint said, for a log. */
  readonly details?: (text: string) => void;
}

const MOST_CRITERIA = 20;

const readMembers = members<JudgementCheck>({
  kind: only("judgement"),
  in: glob,
  criteria: listOf(
    members<JudgedCriterion>({
      asks: text(500),
      atLeast: optional(whole(1, BEST_SCORE)),
      weight: optional(whole(1, 100)),
    }),
    MOST_CRITERIA,
  ),
  atLeast: optional(whole(1, BEST_SCORE)),
});

const read: Reader<JudgementCheck> = (value, path) => {
  const declared = readMembers(value, path);
  if (declared.atLeast !== undefined) return declared;
  for (const [index, { atLeast, weight }] of declared.criteria.entries()) {
    const at = `${path}.criteria[${index}]`;
    if (atLeast === undefined) refuse(at, "a criterion without atLeast, while the check has none for the average");
    if (weight !== undefined) refuse(`${at}.weight`, "a weight, while the check has no atLeast for the average");
  }
  return declared;
};

/** The check where no model is configured: it is known, and humans decide. */
export const unjudged: CheckKind<JudgementCheck> = {
  kind: "judgement",
  read,
  check: () => unclear("There is no model here to judge with: humans decide."),
};

/**
 * The check with a model: it is sent the texts that the check names, and nothing else of the work.
 *
 * @example
 * const spending = new Spending(10n * 10n ** 12n); // 10 of the currency of the prices, a day
 * const model = await openModel(
 *   {
 *     protocol: "openai", endpoint: "http://127.0.0.1:8080/v1", model: "judge-1",
 *     price: { input: 3_000_000n, output: 15_000_000n }, // 3 and 15 for a million tokens
 *     answerLimit: "max_tokens", answerTokens: 8_000, contextTokens: 100_000, requestSeconds: 120, retries: 2,
 *   },
 *   spending,
 * );
 * const options = { samples: 3, tolerance: 2, limit: 10n ** 12n, seconds: 600 };
 * const kinds = [judgementKind({ model, spending, options })];
 */
export function judgementKind(judge: Judge): CheckKind {
  const kind: CheckKind<JudgementCheck> = { ...unjudged, check: (...given) => check(judge, ...given) };
  return kind as unknown as CheckKind;
}

async function check(
  { model, spending, options, details }: Judge,
  declared: JudgementCheck,
  work: Work,
  signal: AbortSignal,
): Promise<Answer> {
  const files = work.files.filter(({ path }) => fits(path, declared.in));
  if (files.length === 0) return failed(`No file fits '${inert(declared.in)}'.`);
  const documents: Document[] = [];
  const unread: string[] = [];
  for (const { path, bytes } of files) {
    // No longer than what a model takes at all: then it is not even decoded.
    const content = bytes.length > model.options.contextTokens ? undefined : utf8Of(bytes);
    if (content === undefined) unread.push(inert(path));
    else documents.push({ name: path, from: "the freelancer's work", text: content });
  }
  if (unread.length > 0) {
    return unclear(
      `A model judges text in UTF-8 of up to ${model.options.contextTokens} bytes, not ${unread.join(", ")}.`,
    );
  }
  const question: Question = { about: "work", agreed: work.agreed ?? {}, criteria: declared.criteria, documents };
  return answerOf(await judge(question, model, spending, options, signal, details), declared, documents);
}

/** What a judgement means for the work. */
function answerOf(judgement: Judgement, declared: JudgementCheck, documents: readonly Document[]): Answer {
  const named = (document: number) => inert(documents[document - 1]?.name ?? "");
  const details = { judgement };
  const found = judgement.findings.map(
    ({ document, kind, text: passage }) =>
      `${named(document)} has ${kind}, which may be meant for a judge: '${passage}'.`,
  );
  if (judgement.unclear.length > 0) {
    return { ...unclear(...judgement.unclear, ...found), ...(judgement.isPassing && { isPassing: true }), details };
  }
  if (judgement.attempts.length > 0) {
    const tried = judgement.samples.flatMap(({ attempts }) => attempts);
    const passages = [...new Set(tried.map(({ document, text: passage }) => `${named(document)}: '${passage}'.`))];
    return { ...failed("The work tries to steer whoever judges it.", ...passages, ...found), details };
  }
  const results = verdicts(judgement, declared);
  if (new Set(results).size > 1) {
    return {
      ...unclear("The samples disagree on whether the work passes.", ...scoresOf(judgement, declared), ...found),
      details,
    };
  }
  const isPassed = results[0] === true;
  // Nothing is attested for work with such passages, though no sample took them for an attempt.
  if (isPassed && found.length > 0) {
    return { ...unclear("The samples pass it, and humans have to look.", ...found), details };
  }
  const scores = scoresOf(judgement, declared);
  return { ...(isPassed ? passed(...scores) : failed(...scores, ...found)), details };
}

/** Whether each sample passes the work. */
function verdicts({ samples }: Judgement, { criteria, atLeast = 0 }: JudgementCheck): readonly boolean[] {
  const weights = criteria.reduce((sum, { weight = 1 }) => sum + weight, 0);
  return samples.map(({ scores }) => {
    const total = criteria.reduce((sum, { weight = 1 }, index) => sum + weight * (scores[index]?.score ?? 0), 0);
    const isEach = criteria.every(({ atLeast: needed = 0 }, index) => (scores[index]?.score ?? 0) >= needed);
    return isEach && total >= atLeast * weights;
  });
}

function scoresOf({ scores, samples }: Judgement, { criteria, atLeast }: JudgementCheck): readonly string[] {
  const lines = criteria.flatMap(({ asks, atLeast: needed }, index) => {
    const all = samples.map((sample) => sample.scores[index]?.score ?? 0).join(", ");
    const least = needed === undefined ? "" : `, at least ${needed} is needed`;
    const line = `'${inert(asks)}': ${all} of ${BEST_SCORE}${least}.`;
    return [line, ...(scores[index]?.reasons ?? [])];
  });
  return atLeast === undefined ? lines : [...lines, `The average has to be at least ${atLeast} of ${BEST_SCORE}.`];
}
