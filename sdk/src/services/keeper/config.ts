/**
 * What a keeper is told: for whom it works, in which tokens, and what it may spend.
 */
import { toAddress } from "../../address.js";
import { MicroEscrowError } from "../../errors.js";
import { parseAmount } from "../../money.js";
import type { EscrowConnection } from "../../rpc.js";
import { describeToken } from "../../token.js";
import { findToken } from "../../tokens.js";
import type { Address } from "../../types.js";
import {
  address,
  amount,
  type Configuration,
  duration,
  integer,
  key,
  list,
  listen,
  map,
  object,
  optional,
  Place,
  type Reader,
  readConfiguration,
  text,
} from "../config.js";

/** An amount of a token whose decimals are not known yet. */
const tokenAmount = text('an amount of whole tokens as text, like "10.5"', /^\d+(\.\d+)?$/);

const members = object({
  key,
  listen: optional(listen, { host: "127.0.0.1", port: 9_464 }),
  interval: optional(duration(1, "15 seconds"), 15),
  accounts: optional(list(address, "addresses"), []),
  platforms: optional(list(address, "addresses"), []),
  tokens: map(
    object({ minimum: tokenAmount, price: optional(tokenAmount, undefined) }),
    "an object with tokens, by symbol or address",
  ),
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
  if (read.tokens.size === 0) {
    place.member("tokens").fail('is empty: write the tokens to work in, like { "USDC": { "minimum": "1" } }');
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

/** A token that a keeper works in. */
export interface KeptToken {
  /** The least that is worth a withdrawal, or a finalization for somebody who was only named; base units. */
  readonly minimum: bigint;
  /** What one of the chain's coins costs, base units; `undefined` when nothing is done for a fee in it. */
  readonly price: bigint | undefined;
}

/**
 * The tokens of a configuration, by their addresses.
 *
 * @throws {ConfigurationError} When one is no token on this chain, or an amount has more decimals than it.
 */
export async function tokensOf(
  connection: EscrowConnection,
  { file, section: { tokens } }: Configuration<KeeperSection>,
): Promise<ReadonlyMap<Address, KeptToken>> {
  const all = new Place(file, "keeper.tokens");
  const entries = [...tokens].map(async ([name, { minimum, price }]) => {
    const place = all.member(name);
    const token = read(
      place,
      "is neither an address nor a token of the registry on this chain: write its address",
      () => (name.startsWith("0x") ? toAddress(name) : findToken(connection.chainId, name).address),
    );
    const { decimals } = await describeToken(connection, token);
    const parse = (member: string, given: string) =>
      read(place.member(member), `has more than the token's ${decimals} decimals`, () => parseAmount(given, decimals));
    const kept: KeptToken = {
      minimum: parse("minimum", minimum),
      price: price === undefined ? undefined : parse("price", price),
    };
    if (kept.price === 0n) place.member("price").fail("is zero");
    return [token, kept] as const;
  });
  return new Map(await Promise.all(entries));
}

function read<T>(place: Place, problem: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof MicroEscrowError) return place.fail(problem, error);
    throw error;
  }
}
