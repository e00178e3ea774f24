/**
 * What a keeper is told: for whom it works, in which tokens, and what it may spend.
 */
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
} from "../config.js";
import { namedTokens, tokenAmount } from "../tokens.js";

const members = object({
  key,
  listen: optional(listen, { host: "127.0.0.1", port: 9_464 }),
  interval: optional(duration(1, "15 seconds"), 15),
  accounts: optional(list(address, "addresses"), []),
  platforms: optional(list(address, "addresses"), []),
  tokens: namedTokens(object({ minimum: tokenAmount, price: optional(tokenAmount, undefined) })),
  marginPercent: optional(integer("percent", 0, 100_000), 50),
  maxFeePerGas: amount("gwei", 9, "30"),
  minimumBalance: amount("the chain's coin", 18, "0.05"),
  stuckAfter: optional(duration(1, "3 minutes"), 180),
  unhealthyAfter: optional(duration(1, "5 minutes"), 300),
  maxGasPerItem: optional(integer("gas", 400_000, 100_000_000), 2_000_000),
  maxGasPerTransaction: optional(integer("gas", 800_000, 100_000_000), 10_000_000),
});

/** The keeper's section of the configuration, as it stands there; amounts of tokens are text until their decimals are known. */
export type KeeperSection = ReturnType<typeof members>;

const section: Reader<KeeperSection> = (value, place) => {
  const read = members(value, place);
  if (read.accounts.length + read.platforms.length === 0) {
    place.fail("names nobody to work for: write addresses into accounts or platforms");
  }
  for (const [name, { price }] of read.tokens) {
    if (read.platforms.length > 0 && price === undefined) {
      const what = 'what one of the chain\'s coins costs in this token, like "3000", because platforms are named';
      place.member("tokens").member(name).member("price").refuse(undefined, what);
    }
  }
  // What is cheapest to mend is said first: a transaction that has no room for one item would never be sent.
  if (read.maxGasPerTransaction < 2 * read.maxGasPerItem) {
    place.member("maxGasPerTransaction").fail("is too low: write twice maxGasPerItem at least");
  }
  return read;
};

/** @throws {ConfigurationError} When the file is no configuration of a keeper. */
export function readKeeperConfiguration(
  file: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Configuration<KeeperSection>> {
  return readConfiguration(file, "keeper", section, env);
}
