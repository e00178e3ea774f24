/**
 * A model behind an endpoint that a configuration names, and nothing else: every request goes through one function, which
 * knows where it may go, what it may cost, how long it may take and how large its answer may be.
 */
import type { LanguageModel } from "ai";
import { InvalidParameterError } from "../errors.js";
import { inert } from "../text.js";
import { ModelPackagesMissingError, SpendingLimitError } from "./errors.js";
import type { ModelAnswer, Prompt } from "./prompt.js";
import type { Cost, Reserved, Spending } from "./spending.js";

/** A model, where it is, and what it may take. */
export interface ModelOptions {
  /** What the endpoint speaks: OpenAI's chat completions, as most servers do, or Anthropic's messages. */
  readonly protocol: "openai" | "anthropic";
  /** What the protocol's paths are put behind: `https://api.example/v1`. */
  readonly endpoint: string;
  /** The model's name there. */
  readonly model: string;
  /** The secret that the endpoint asks for; left out: none, for a server of one's own. */
  readonly key?: string;
  /** What a token costs, in trillionths of a currency: what a million costs, in millionths. */
  readonly price: { readonly input: Cost; readonly output: Cost };
  /** How a request says how many tokens the answer may have; newer models of OpenAI's want `max_completion_tokens`. */
  readonly answerLimit: "max_tokens" | "max_completion_tokens";
  /** Tokens of an answer at most, with what the model thinks before it. */
  readonly answerTokens: number;
  /** Tokens of a question and its answer together at most. A token has at least a byte, so bytes are counted. */
  readonly contextTokens: number;
  /** Seconds that one request may take. */
  readonly requestSeconds: number;
  /** How often a request that failed is made again. */
  readonly retries: number;
}

/** What one question came to. */
export type Reply =
  | { readonly answer: ModelAnswer; readonly tokens: Tokens | undefined }
  | {
      readonly answer?: undefined;
      /** Why there is none, in a sentence that holds nothing of what the endpoint said. */
      readonly problem: string;
      /** Whether the same may be answered later: the endpoint failed, or was slow. */
      readonly isPassing?: boolean;
      /** What the endpoint said, for the operator's log alone. */
      readonly details?: string;
      readonly tokens: Tokens | undefined;
    };

/** Tokens of a request, as the endpoint counted them. */
export interface Tokens {
  readonly input: number;
  readonly output: number;
}

/** Bytes of an answer that are read at most. */
const MAX_ANSWER_SIZE = 2 * 1_024 * 1_024;
/** Tokens of what a request holds besides the text that is given here: the answer's schema, above all. */
const OVERHEAD = 2_000;

/** The packages that speak with models, as they are installed. */
const PACKAGES = { openai: "@ai-sdk/openai-compatible", anthropic: "@ai-sdk/anthropic" } as const;

/**
 * Opens a model; nothing is sent yet.
 *
 * @throws {ModelPackagesMissingError} When the packages that speak with it are not installed.
 * @throws {InvalidParameterError} When the endpoint is no address of http or https.
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
 */
export async function openModel(options: ModelOptions, spending: Spending): Promise<Model> {
  const { protocol } = options;
  const base = readEndpoint(options.endpoint);
  const packages = ["ai", "zod", PACKAGES[protocol]] as const;
  const failing = (cause: unknown): never => {
    throw new ModelPackagesMissingError({ packages }, { cause });
  };
  const [ai, { z }] = await Promise.all([import("ai"), import("zod")]).catch(failing);
  const guard = new Guard(base, options, spending);
  const key = options.key;
  const provider = await {
    openai: async () => {
      const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
      const { answerLimit } = options;
      return createOpenAICompatible({
        name: "model",
        baseURL: base.href,
        ...(key !== undefined && { apiKey: key }),
        fetch: guard.fetch,
        supportsStructuredOutputs: true,
        transformRequestBody: ({ max_tokens, ...body }) => ({ ...body, [answerLimit]: max_tokens }),
      });
    },
    anthropic: async () => {
      const { createAnthropic } = await import("@ai-sdk/anthropic");
      // An empty key, not none: without any it would take one out of the environment.
      return createAnthropic({ baseURL: base.href, apiKey: key ?? "", fetch: guard.fetch });
    },
  }
    [protocol]()
    .catch(failing);
  const passage = z.object({ document: z.number(), text: z.string() });
  const schema = z.object({
    criteria: z.array(
      z.object({
        criterion: z.number(),
        reasons: z.array(z.object({ says: z.string(), quotes: z.array(passage) })),
        sure: z.boolean(),
        score: z.number(),
      }),
    ),
    attempts: z.array(passage),
  });
  const ask = async ({ instructions, prompt }: Prompt, model: LanguageModel, abortSignal: AbortSignal) => {
    const { output, finishReason, usage } = await ai.generateText({
      model,
      instructions,
      prompt,
      output: ai.Output.object({ schema, name: "judgement" }),
      maxOutputTokens: options.answerTokens,
      maxRetries: options.retries,
      abortSignal,
      telemetry: { isEnabled: false },
    });
    return { output, finishReason, usage };
  };
  return new Model(options, base.host, guard, (prompt, signal) => ask(prompt, provider(options.model), signal));
}

/** What the library returns, or throws in an error. */
interface Generated {
  readonly output: ModelAnswer;
  readonly finishReason: string;
  readonly usage: Usage;
}

interface Usage {
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
}

/** A model that can be asked. */
export class Model {
  readonly options: ModelOptions;
  /** The endpoint's host, for reports. */
  readonly host: string;
  readonly #guard: Guard;
  readonly #generate: (prompt: Prompt, signal: AbortSignal) => Promise<Generated>;

  constructor(
    options: ModelOptions,
    host: string,
    guard: Guard,
    generate: (prompt: Prompt, signal: AbortSignal) => Promise<Generated>,
  ) {
    this.options = options;
    this.host = host;
    this.#guard = guard;
    this.#generate = generate;
  }

  /** How many tokens a question has at most. */
  inputTokens({ instructions, prompt }: Prompt): number {
    return new TextEncoder().encode(instructions + prompt).length + OVERHEAD;
  }

  /** What tokens cost. */
  costOf({ input, output }: Tokens): Cost {
    const { price } = this.options;
    return BigInt(input) * price.input + BigInt(output) * price.output;
  }

  /** What one request costs at most. */
  highestCost(prompt: Prompt): Cost {
    return this.costOf({ input: this.inputTokens(prompt), output: this.options.answerTokens });
  }

  /**
   * Asks once, and again where asking again may help; one question at a time.
   *
   * @param signal Aborts when there is no more time.
   * @throws {SpendingLimitError} When today has not enough left for a request.
   * @throws What the journal of the spending throws.
   */
  async ask(prompt: Prompt, signal: AbortSignal): Promise<Reply & { readonly requests: number }> {
    const guard = this.#guard;
    guard.begin(this.highestCost(prompt));
    let tokens: Tokens | undefined;
    const reply = async (): Promise<Reply> => {
      try {
        const { output, finishReason, usage } = await this.#generate(prompt, signal);
        tokens = tokensOf(usage);
        if (finishReason !== "stop" && finishReason !== "tool-calls") return this.#problem(finishReason, tokens);
        return { answer: output, tokens };
      } catch (thrown) {
        if (guard.failure !== undefined) throw guard.failure;
        const error = lastOf(thrown);
        tokens = tokensOf(error.usage);
        if (signal.aborted || guard.isSlow) return { problem: "It took too long.", isPassing: true, tokens };
        if (guard.isLarge) return { problem: "The answer is too large.", tokens };
        if (error.statusCode !== undefined && (error.statusCode < 200 || error.statusCode > 299)) {
          const details = this.#quoted(error.statusCode, String(error.message));
          return {
            problem: `The endpoint answered with status ${error.statusCode}.`,
            // A key, a price or a limit can be mended; that the question itself is refused cannot.
            isPassing: error.statusCode !== 400 && error.statusCode !== 413,
            ...{ details, tokens },
          };
        }
        if (error.finishReason !== undefined && error.finishReason !== "stop") {
          return this.#problem(error.finishReason, tokens);
        }
        if (guard.isAnswered) return { problem: "The answer is not what was asked for.", tokens };
        return {
          problem: "The endpoint could not be reached.",
          isPassing: true,
          ...{ details: this.#quoted(0, causes(thrown)), tokens },
        };
      }
    };
    const replied = await reply();
    await guard.end(tokens === undefined ? undefined : this.costOf(tokens));
    return { ...replied, requests: guard.requests };
  }

  #problem(finishReason: string, tokens: Tokens | undefined): Reply {
    if (finishReason === "length") return { problem: "The answer was cut off: it has too many tokens.", tokens };
    if (finishReason === "content-filter") return { problem: "The model refused to answer.", tokens };
    return { problem: "The answer did not come to its end.", tokens };
  }

  /** What an endpoint said, without the key: a refusal of the key is what endpoints repeat it in. */
  #quoted(status: number, words: string): string {
    if (status === 401 || status === 403) return "It does not accept the key.";
    const { key } = this.options;
    return inert(key ? words.replaceAll(key, "…") : words, 300);
  }
}

/** An error of the library's, as far as it is looked at. */
interface Thrown {
  readonly statusCode?: number;
  readonly message?: unknown;
  readonly finishReason?: string;
  readonly usage?: Usage;
}

/** Of several attempts the last one's failure. */
function lastOf(error: unknown): Thrown {
  const { lastError } = error as { readonly lastError?: unknown };
  return (lastError ?? error) as Thrown;
}

function causes(error: unknown): string {
  const words: string[] = [];
  for (let one = error; one instanceof Error && words.length < 5; one = one.cause) words.push(one.message);
  return words.join(": ");
}

function tokensOf(usage: Usage | undefined): Tokens | undefined {
  const { inputTokens: input, outputTokens: output } = usage ?? {};
  const isCount = (count: number | undefined) => Number.isSafeInteger(count) && (count ?? -1) >= 0;
  return isCount(input) && isCount(output) ? { input: input ?? 0, output: output ?? 0 } : undefined;
}

/** Through which every request goes. */
class Guard {
  readonly #base: URL;
  readonly #seconds: number;
  readonly #spending: Spending;
  #cost: Cost = 0n;
  #open: Reserved | undefined;
  /** Of the question in hand: requests that were sent. */
  requests = 0;
  isSlow = false;
  isLarge = false;
  /** Whether the last request was answered with success. */
  isAnswered = false;
  /** What must not be taken for a failure of the endpoint. */
  failure: unknown;

  constructor(base: URL, { requestSeconds }: ModelOptions, spending: Spending) {
    this.#base = base;
    this.#seconds = requestSeconds;
    this.#spending = spending;
  }

  /** @param cost What one request costs at most. */
  begin(cost: Cost): void {
    this.#cost = cost;
    this.requests = 0;
    this.isSlow = this.isLarge = this.isAnswered = false;
    this.failure = undefined;
  }

  /** @param cost What the last request cost, if that is known. */
  async end(cost: Cost | undefined): Promise<void> {
    if (cost !== undefined) await this.#open?.settle(cost);
    this.#open = undefined;
  }

  readonly fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const url = new URL(input instanceof Request ? input.url : input);
    try {
      if (url.origin !== this.#base.origin || !url.pathname.startsWith(this.#base.pathname)) {
        throw new InvalidParameterError(url.origin, "is not where the configuration's model is");
      }
      // What was sent before and broke off may have cost all it could.
      this.#open = await this.#spending.reserve(this.#cost);
    } catch (error) {
      this.failure = error;
      throw error;
    }
    this.requests++;
    this.isAnswered = false;
    const ending = new AbortController();
    const timer = setTimeout(() => {
      this.isSlow = true;
      ending.abort(new DOMException("The request took too long", "TimeoutError"));
    }, this.#seconds * 1_000);
    const signal = init?.signal ? AbortSignal.any([init.signal, ending.signal]) : ending.signal;
    try {
      // The key is for this endpoint alone: a redirect is not followed.
      const response = await fetch(url, { ...init, signal, redirect: "manual" });
      const body = await this.#read(response);
      // What an endpoint refuses it does not charge for.
      if (!response.ok) await this.#settle(0n);
      this.isAnswered = response.ok;
      const { status, headers } = response;
      return new Response(body.length === 0 ? null : body, { status, headers });
    } finally {
      clearTimeout(timer);
    }
  };

  async #settle(cost: Cost): Promise<void> {
    try {
      await this.#open?.settle(cost);
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }

  /** All of an answer, which is small, or the end of it. */
  async #read({ body }: Response): Promise<Uint8Array<ArrayBuffer>> {
    const pieces: Uint8Array[] = [];
    let size = 0;
    for await (const piece of (body ?? []) as AsyncIterable<Uint8Array>) {
      size += piece.length;
      if (size > MAX_ANSWER_SIZE) {
        this.isLarge = true;
        throw new DOMException("The answer is too large", "AbortError");
      }
      pieces.push(piece);
    }
    const all = new Uint8Array(size);
    let at = 0;
    for (const piece of pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }
}

function readEndpoint(endpoint: string): URL {
  const advice = "Write one like https://api.example/v1, without a name or a key in it.";
  let url: URL;
  try {
    url = new URL(endpoint);
  } catch {
    throw new InvalidParameterError("The model's endpoint", "is not an address", { advice });
  }
  const { protocol, username, password, search, hash } = url;
  if (!["http:", "https:"].includes(protocol) || username || password || search || hash) {
    throw new InvalidParameterError("The model's endpoint", "is not a plain address of http or https", { advice });
  }
  url.pathname = url.pathname.replace(/\/+$/, "");
  return url;
}

/** Whether an error says that there is no money left today. */
export function isSpent(error: unknown): boolean {
  return error instanceof SpendingLimitError;
}
