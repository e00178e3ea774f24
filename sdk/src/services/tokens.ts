/** The tokens that a service works in, as its configuration names them: by symbol or address, with amounts in whole tokens. */
import { toAddress } from "../address.js";
import { MicroEscrowError } from "../errors.js";
import { parseAmount } from "../money.js";
import type { EscrowConnection } from "../rpc.js";
import { describeToken } from "../token.js";
import { findToken } from "../tokens.js";
import type { Address } from "../types.js";
import { map, type Place, type Reader, text } from "./config.js";

/** An amount of a token whose decimals are not known yet. */
export const tokenAmount: Reader<string> = text('an amount of whole tokens as text, like "10.5"', /^\d+(\.\d+)?$/);

/** What a configuration says of a token. Amounts are text until its decimals are known. */
interface NamedToken {
  readonly minimum: string;
  readonly price?: string | undefined;
}

/** Tokens by symbol or address, one at least. */
export function namedTokens<T extends NamedToken>(token: Reader<T>): Reader<ReadonlyMap<string, T>> {
  const read = map(token, "an object with tokens, by symbol or address");
  return (value, place) => {
    const tokens = read(value, place);
    if (tokens.size > 0) return tokens;
    return place.fail('is empty: write the tokens to work in, like { "USDC": { "minimum": "1" } }');
  };
}

/** A token that a service works in. */
export interface KeptToken {
  /** Less is not worth its work, base units. */
  readonly minimum: bigint;
  /** What one of the chain's coins costs, base units; `undefined` when it is not told. */
  readonly price: bigint | undefined;
}

/**
 * The tokens of a configuration, by their addresses.
 *
 * @param all Where they stand.
 * @throws {ConfigurationError} When one is no token on this chain, or an amount has more decimals than it.
 */
export async function tokensOf(
  connection: EscrowConnection,
  all: Place,
  tokens: ReadonlyMap<string, NamedToken>,
): Promise<ReadonlyMap<Address, KeptToken>> {
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
