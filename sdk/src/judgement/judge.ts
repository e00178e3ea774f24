/**
 * A judgement: the same question, asked several times, of which all answers have to agree. Whatever keeps them from it ends
 * in "unclear", and humans decide.
 */
import { inert } from "../text.js";
import { type Finding, findAttempts } from "./attempts.js";
import { isSpent, type Model, type Reply, type Tokens } from "./model.js";
import { answerProblem, BEST_SCORE, type ModelAnswer, PROMPT_VERSION, promptOf, type Question } from "./prompt.js";
import type { Cost, Spending } from "./spending.js";

/** How many answers, how alike, and what they may take together. */
export interface JudgeOptions {
  /** Answers that have to agree: an odd number. */
  readonly samples: number;
  /** How far apart the scores for a criterion may be, of 10. */
  readonly tolerance: number;
  /** What a judgement may cost at most. */
  readonly limit: Cost;
  /** Seconds that it may take in all. */
  readonly seconds: number;
}

/** One answer, as a report has it; all text in it is inert. */
export interface Sample {
  readonly scores: readonly {
    readonly score: number;
    readonly sure: boolean;
    readonly reasons: readonly { readonly says: string; readonly quotes: readonly Finding["text"][] }[];
  }[];
  /** Passages that it reports as attempts to steer it. */
  readonly attempts: readonly { readonly document: number; readonly text: string }[];
  /** What kept it from being an answer. */
  readonly problem?: string;
  readonly tokens?: Tokens;
}

/** What the samples came to. The same question and the same answers give the same judgement. */
export interface Judgement {
  /** Why it is unclear, in sentences; nothing when it is not. */
  readonly unclear: readonly string[];
  /** Whether what kept it from an answer may pass: then the same question may be answered later. */
  readonly isPassing: boolean;
  /** For each criterion the middle one of the samples' scores, and its reasons; nothing when it is unclear. */
  readonly scores: readonly { readonly score: number; readonly reasons: readonly string[] }[];
  /** Numbers of documents in which all samples found an attempt. */
  readonly attempts: readonly number[];
  /** What plain search found, in names too; nothing in what is too long to be judged. */
  readonly findings: readonly Finding[];
  readonly samples: readonly Sample[];
  readonly model: { readonly name: string; readonly host: string; readonly prompt: number };
  readonly requests: number;
  /** Of the requests whose tokens the endpoint told. */
  readonly tokens: Tokens;
  /** What these tokens cost, as decimal text in the currency of the prices. */
  readonly cost: string;
}

/** Quotes, reasons and passages in a report. */
const SHOWN = 600;
/** Findings in a report; the rest adds nothing. */
const MOST_FINDINGS = 50;

/**
 * Asks a model about documents until the samples agree or cannot any more.
 *
 * @param details Is told what an endpoint said, for a log.
 * @throws What the journal of the spending throws; nothing else.
 */
export async function judge(
  question: Question,
  model: Model,
  spending: Spending,
  options: JudgeOptions,
  signal: AbortSignal,
  details: (text: string) => void = () => {},
): Promise<Judgement> {
  let findings: readonly Finding[] = [];
  const samples: Sample[] = [];
  const answers: ModelAnswer[] = [];
  let requests = 0;
  const ended = (unclear: readonly string[], isPassing = false): Judgement => {
    const known = samples.flatMap(({ tokens }) => tokens ?? []);
    const tokens = {
      input: known.reduce((sum, { input }) => sum + input, 0),
      output: known.reduce((sum, { output }) => sum + output, 0),
    };
    return {
      unclear,
      isPassing,
      scores: unclear.length === 0 ? question.criteria.map((_, index) => middleOf(answers, index)) : [],
      attempts: unclear.length === 0 ? documentsOf(answers[0]) : [],
      findings,
      samples,
      model: { name: inert(model.options.model), host: model.host, prompt: PROMPT_VERSION },
      requests,
      tokens,
      cost: formatCost(model.costOf(tokens)),
    };
  };

  const first = promptOf(question);
  const needed = model.inputTokens(first) + model.options.answerTokens;
  if (needed > model.options.contextTokens) {
    return ended([`It is too long for the model: up to ${needed} tokens, of ${model.options.contextTokens}.`]);
  }
  const highest = BigInt(options.samples) * model.highestCost(first);
  if (highest > options.limit) {
    const costs = `up to ${formatCost(highest)}, of ${formatCost(options.limit)} for a judgement`;
    return ended([`It is too long for what a judgement may cost: ${costs}.`]);
  }
  // Not before: in what is too long it would take minutes.
  findings = question.documents
    .flatMap(({ name, text }, index) => [...findAttempts(index + 1, name), ...findAttempts(index + 1, text)])
    .slice(0, MOST_FINDINGS);
  if (!spending.allows(highest)) return ended(["What judgements may cost in a day is spent."], true);

  let left = options.limit;
  const time = AbortSignal.any([signal, AbortSignal.timeout(options.seconds * 1_000)]);
  while (samples.length < options.samples) {
    const prompt = promptOf(question);
    const number = `Sample ${samples.length + 1}`;
    let reply: Reply & { readonly requests: number };
    try {
      reply = await model.ask(prompt, time);
    } catch (error) {
      if (isSpent(error)) return ended(["What judgements may cost in a day is spent."], true);
      throw error;
    }
    requests += reply.requests;
    const invalid = reply.answer === undefined ? reply.problem : answerProblem(reply.answer, question);
    samples.push(sampleOf(reply, invalid));
    if (reply.answer === undefined) {
      if (reply.details !== undefined) details(reply.details);
      return ended([`${number}: ${reply.problem}`], reply.isPassing ?? false);
    }
    if (invalid !== undefined) return ended([`${number} is no valid answer: ${invalid}.`]);
    answers.push(reply.answer);
    const differences = differencesOf(answers, question, options.tolerance);
    if (differences.length > 0) return ended(differences);
    // Tokens that were not told may have been all that could be.
    left -= BigInt(reply.requests - 1) * model.highestCost(prompt);
    left -= reply.tokens === undefined ? model.highestCost(prompt) : model.costOf(reply.tokens);
    if (samples.length < options.samples && left < model.highestCost(prompt)) {
      return ended(["The samples so far cost too much for another one."]);
    }
  }
  return ended([]);
}

/** How the newest answer differs from those before it, or is unsure. */
function differencesOf(answers: readonly ModelAnswer[], question: Question, tolerance: number): string[] {
  const newest = answers.at(-1);
  const found: string[] = [];
  const attempts = answers.map((answer) => documentsOf(answer).join());
  if (new Set(attempts).size > 1) found.push("The samples disagree on which documents try to steer the judge.");
  // Whoever tries is not judged by scores.
  if (question.about === "work" && attempts[0] !== "") return found;
  for (const [index, { asks }] of question.criteria.entries()) {
    const name = `criterion ${index + 1} ('${inert(asks, 80)}')`;
    if (newest?.criteria[index]?.sure === false) found.push(`Sample ${answers.length} cannot tell on ${name}.`);
    const scores = answers.map(({ criteria }) => criteria[index]?.score ?? 0);
    if (Math.max(...scores) - Math.min(...scores) > tolerance) {
      found.push(`The samples disagree on ${name}: they score it ${scores.join(", ")} of ${BEST_SCORE}.`);
    }
  }
  return found;
}

/** Numbers of the documents in which an answer reports attempts. */
function documentsOf(answer: ModelAnswer | undefined): readonly number[] {
  return [...new Set(answer?.attempts.map(({ document }) => document))].sort((a, b) => a - b);
}

/** The middle one of the scores for a criterion, with the reasons of the first sample that gave it. */
function middleOf(answers: readonly ModelAnswer[], index: number): Judgement["scores"][number] {
  const scores = answers.flatMap(({ criteria }) => criteria[index] ?? []);
  const score = scores.map((one) => one.score).sort((a, b) => a - b)[Math.floor(scores.length / 2)] ?? 0;
  const reasons = scores.find((one) => one.score === score)?.reasons ?? [];
  return { score, reasons: reasons.map(({ says }) => inert(says, SHOWN)) };
}

function sampleOf(reply: Reply, problem: string | undefined): Sample {
  const { answer, tokens } = reply;
  return {
    // What is no valid answer is not repeated: it may be anything.
    scores:
      answer === undefined || problem !== undefined
        ? []
        : answer.criteria.map(({ score, sure, reasons }) => ({
            score,
            sure,
            reasons: reasons.map(({ says, quotes }) => ({
              says: inert(says, SHOWN),
              quotes: quotes.map(({ text }) => inert(text, SHOWN)),
            })),
          })),
    attempts:
      answer === undefined || problem !== undefined
        ? []
        : answer.attempts.map(({ document, text }) => ({ document, text: inert(text, SHOWN) })),
    ...(problem !== undefined && { problem }),
    ...(tokens !== undefined && { tokens }),
  };
}

/** Trillionths as decimal text: `"0.0123"`. */
export function formatCost(cost: Cost): string {
  const digits = String(cost).padStart(13, "0");
  return `${digits.slice(0, -12)}.${digits.slice(-12)}`.replace(/\.?0+$/, "");
}
