/**
 * The model in a configuration, and what a service judges with.
 */
import { join } from "node:path";
import { KeyError } from "../cli/errors.js";
import { amount, duration, integer, object, optional, type Reader, text } from "../services/config.js";
import { Journal } from "../services/journal.js";
import type { JudgeOptions } from "./judge.js";
import { type Model, openModel } from "./model.js";
import { BEST_SCORE } from "./prompt.js";
import { Spending, type SpendingRecord } from "./spending.js";

const oneOf =
  <const T extends string>(texts: readonly T[]): Reader<T> =>
  (value, place) =>
    texts.find((one) => one === value) ?? place.refuse(value, texts.map((one) => JSON.stringify(one)).join(" or "));

const currency = (example: string) => amount("the currency of the prices", 12, example);

const members = object({
  protocol: oneOf(["openai", "anthropic"]),
  endpoint: text("the address of the model's endpoint, like https://api.example/v1", /^https?:\/\//i),
  model: text("the model's name"),
  key: optional(
    // Variables of this beginning are kept from the programs that a service starts.
    text("the name of an environment variable that begins with MICRO_ESCROW_", /^MICRO_ESCROW_[A-Z0-9_]+$/),
    undefined,
  ),
  // For a million tokens with six decimals is for one with twelve.
  price: object({
    input: amount("the price of a million tokens", 6, "3"),
    output: amount("the price of a million tokens", 6, "15"),
  }),
  costPerJudgement: currency("0.50"),
  costPerDay: currency("10"),
  samples: optional(integer("samples", 1, 15), 3),
  tolerance: optional(integer("points", 0, BEST_SCORE), 2),
  answerTokens: optional(integer("tokens", 256, 1_000_000), 8_000),
  answerLimit: optional(oneOf(["max_tokens", "max_completion_tokens"]), "max_tokens" as const),
  contextTokens: optional(integer("tokens", 4_096, 10_000_000), 100_000),
  timePerRequest: optional(duration(1, "2 minutes"), 120),
  time: optional(duration(1, "10 minutes"), 600),
  retries: optional(integer("requests", 0, 10), 2),
});

/** The model's part of a configuration, as it stands there. */
export type ModelSection = ReturnType<typeof members>;

/** Reads the model's part of a configuration. */
export const modelSection: Reader<ModelSection> = (value, place) => {
  const read = members(value, place);
  if (read.samples % 2 === 0) place.member("samples").fail("is even: write an odd number");
  return read;
};

/** What a service judges with. */
export interface Judge {
  readonly model: Model;
  readonly spending: Spending;
  readonly options: JudgeOptions;
}

const TITLE = "micro-escrow judgements 1";
/** A journal of more records is emptied when they are of other days. */
const MOST_RECORDS = 1_000;

/**
 * Opens what a service judges with. Nothing is sent yet.
 *
 * @param state The folder of the service's state.
 * @param service Its name: each has money of its own for a day.
 * @throws {ModelPackagesMissingError} When the packages that speak with the model are not installed.
 * @throws {KeyError} When the environment has no key.
 */
export async function openJudge(
  section: ModelSection,
  env: Readonly<Record<string, string | undefined>>,
  { state, service }: { readonly state: string; readonly service: string },
): Promise<Judge> {
  const { key: name, price, costPerJudgement, costPerDay, samples, tolerance, time, timePerRequest, ...rest } = section;
  const key = name === undefined ? undefined : env[name];
  if (name !== undefined && !key) {
    throw new KeyError(`The environment has no ${name}, which the configuration names as the model's key.`);
  }
  const { journal, records } = await Journal.open<SpendingRecord>(join(state, `${service}-judgements.journal`), TITLE);
  const spending = new Spending(costPerDay, { journal, records });
  if (records.length > MOST_RECORDS && spending.spent === 0n) await journal.clear();
  const { protocol, endpoint, model, answerLimit, answerTokens, contextTokens, retries } = rest;
  const options = {
    ...{ protocol, endpoint, model, answerLimit, answerTokens, contextTokens, retries },
    ...{ price, requestSeconds: timePerRequest },
    ...(key !== undefined && { key }),
  };
  return {
    model: await openModel(options, spending),
    spending,
    options: { samples, tolerance, limit: costPerJudgement, seconds: time },
  };
}
