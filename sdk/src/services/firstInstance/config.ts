/**
 * What a first instance is told: of which contract it is one, how long it waits for evidence, and what it
 * judges with.
 */
import { modelSection } from "../../judgement/config.js";
import {
  address,
  amount,
  type Configuration,
  duration,
  integer,
  key,
  list,
  listen,
  object,
  optional,
  type Reader,
  readConfiguration,
  text,
} from "../config.js";
import { namedTokens, tokenAmount } from "../tokens.js";

const place = text('a folder, a server ("https://…"), or an IPFS node ("ipfs:http://127.0.0.1:5001")');

/** A storage: of these only folders are relative to the configuration. */
const storage: Reader<string> = (value, where) => {
  const given = place(value, where);
  return /^(?:ipfs:|https?:\/\/)/.test(given) ? given : where.resolve(given);
};

/** How often `timeToRead` is taken for a case at most. */
const READINGS = 4;

const members = object({
  contract: address,
  key,
  listen: optional(listen, { host: "127.0.0.1", port: 9_466 }),
  interval: optional(duration(1, "30 seconds"), 30),
  storages: list(storage, "places: folders, https://…, or ipfs:http://127.0.0.1:5001"),
  tokens: namedTokens(object({ minimum: tokenAmount })),
  waitForEvidence: duration(0, "2 days"),
  timeToRead: optional(duration(1, "10 minutes"), 600),
  timeToPropose: optional(duration(60, "6 hours"), 21_600),
  model: modelSection,
  maxFeePerGas: amount("gwei", 9, "30"),
  minimumBalance: amount("the chain's coin", 18, "0.05"),
  stuckAfter: optional(duration(1, "3 minutes"), 180),
  unhealthyAfter: optional(duration(1, "5 minutes"), 300),
  maxGas: optional(integer("gas", 100_000, 100_000_000), 1_000_000),
});

/** The first instance's section of the configuration, as it stands there. */
export type FirstInstanceSection = ReturnType<typeof members>;

const section: Reader<FirstInstanceSection> = (value, where) => {
  const read = members(value, where);
  if (read.storages.length === 0) {
    where.member("storages").fail("is empty: write where the parties' contents are, and the reasoning goes");
  }
  // The scope and the work, and three sides: half of what is late is left for the model.
  if (READINGS * read.timeToRead > read.timeToPropose / 4) {
    where.member("timeToRead").fail(`is too long: ${4 * READINGS} times it has to fit into timeToPropose`);
  }
  return read;
};

/** @throws {ConfigurationError} When the file is no configuration of a first instance. */
export function readFirstInstanceConfiguration(
  file: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Configuration<FirstInstanceSection>> {
  return readConfiguration(file, "first-instance", section, env);
}
