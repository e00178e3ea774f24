/** What the tests of judgements start from. */

import { type Answering, type Asked, type ModelServer, startModelServer } from "../../../scripts/modelServer.ts";
import { type JudgeOptions, judge } from "../../../sdk/dist/judgement/judge.js";
import { type Model, type ModelOptions, openModel } from "../../../sdk/dist/judgement/model.js";
import type { Question } from "../../../sdk/dist/judgement/prompt.js";
import { Spending } from "../../../sdk/dist/judgement/spending.js";

export const KEY = "sk-test-0123456789abcdef";

/** Prices: 3 for a million tokens of a question, 15 for a million of an answer. */
export const PRICE = { input: 3_000_000n, output: 15_000_000n };
/** One unit of the currency. */
export const UNIT = 10n ** 12n;

export const options: JudgeOptions = { samples: 3, tolerance: 2, limit: UNIT, seconds: 60 };

export const ARTICLE = `# Shops

A shop is a place where people buy things. *Opening* one takes a room, a till and “patience”.

Most owners begin with a small one — and stay there.`;

export const question: Question = {
  about: "work",
  agreed: { title: "Blog" },
  criteria: [{ asks: "It is about shops" }, { asks: "It has no jargon" }],
  documents: [{ name: "article-1.md", from: "the freelancer's work", text: ARTICLE }],
};

/** A model behind a server. */
export interface Setting {
  readonly server: ModelServer;
  readonly model: Model;
  readonly spending: Spending;
}

/** A model whose server answers so. */
export async function setting(
  answer: (asked: Asked) => Answering,
  changes: Partial<ModelOptions> = {},
  spending = new Spending(100n * UNIT),
): Promise<Setting> {
  const server = await startModelServer(KEY, answer);
  const model = await openModel(
    {
      ...{ protocol: "openai", endpoint: server.endpoint, model: "judge-1", key: KEY, price: PRICE },
      ...{ answerLimit: "max_tokens", answerTokens: 4_000, contextTokens: 100_000, requestSeconds: 20, retries: 2 },
      ...changes,
    },
    spending,
  );
  return { server, model, spending };
}

/** What a judgement on a question comes to when the server answers so. */
export async function judged(
  answer: (asked: Asked) => Answering,
  changes: {
    readonly model?: Partial<ModelOptions>;
    readonly question?: Partial<Question>;
    readonly options?: Partial<JudgeOptions>;
    readonly spending?: Spending;
    readonly signal?: AbortSignal;
  } = {},
) {
  const { server, model, spending } = await setting(answer, changes.model, changes.spending);
  const said: string[] = [];
  try {
    const judgement = await judge(
      { ...question, ...changes.question },
      model,
      spending,
      { ...options, ...changes.options },
      changes.signal ?? new AbortController().signal,
      (text) => said.push(text),
    );
    return { judgement, server, spending, said };
  } finally {
    await server.stop();
  }
}
