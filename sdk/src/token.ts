/**
 * What funding needs of an ERC-20: balance, allowance, approval, and whether it takes an EIP-2612 permit.
 */
import { AbiCoder, id, isError, type TypedDataDomain, TypedDataEncoder } from "ethers";
import { toAddress } from "./address.js";
import type { Agreement } from "./agreement.js";
import { checkObject } from "./check.js";
import type { TokenDescription } from "./define.js";
import {
  InvalidAddressError,
  InvalidAgreementError,
  InvalidAmountError,
  PermitUnsupportedError,
  RpcError,
  TokenWithoutCodeError,
} from "./errors.js";
import { tokenInterface } from "./interfaces.js";
import { callLatest, checkConnection, codeOf, decodeView, type EscrowConnection } from "./rpc.js";
import { inert } from "./text.js";
import type { Address, Call, Hex } from "./types.js";
import { problemOf } from "./validate.js";

/** What a permit is signed with, beside what it says; see `permitTypedData`. */
export interface PermitTerms {
  /** The token's EIP-712 domain. */
  readonly domain: TypedDataDomain;
  /** The owner's present nonce. */
  readonly nonce: bigint;
}

/** What an account has of a token, base units. */
export async function balanceOf({ provider }: EscrowConnection, token: Address, account: Address): Promise<bigint> {
  const data = tokenInterface.encodeFunctionData("balanceOf", [account]);
  const result = await callLatest(provider, { to: token, data });
  if (result === "0x") throw new TokenWithoutCodeError({ token });
  return decodeView(tokenInterface, "balanceOf", result)[0];
}

/** What the escrow, or another spender, may take from an account, base units. */
export async function allowanceOf(
  { provider, escrow }: EscrowConnection,
  token: Address,
  owner: Address,
  spender: Address = escrow,
): Promise<bigint> {
  const data = tokenInterface.encodeFunctionData("allowance", [owner, spender]);
  return decodeView(tokenInterface, "allowance", await callLatest(provider, { to: token, data }))[0];
}

/**
 * A token's own word on what it is called and how its amounts are written.
 *
 * @throws {TokenWithoutCodeError} When there is no contract.
 * @throws {InvalidAddressError} When the contract has no decimals: then it is no ERC-20 to agree on.
 */
export async function describeToken(connection: EscrowConnection, token: Address): Promise<TokenDescription> {
  const [decimals, symbol] = await Promise.all([
    decimalsOf(connection, token),
    read(connection, token, id("symbol()").slice(0, 10), "string"),
  ]);
  return { address: token, decimals, ...(symbol !== undefined && { symbol: inert(String(symbol)) }) };
}

async function decimalsOf(connection: EscrowConnection, token: Address): Promise<number> {
  const decimals = await read(connection, token, id("decimals()").slice(0, 10), "uint8");
  if (decimals !== undefined) return Number(decimals);
  if ((await codeOf(connection.provider, token)) === "0x") throw new TokenWithoutCodeError({ token });
  throw new InvalidAddressError(token, "is not that of a token: it has no decimals");
}

/**
 * Compares the decimals that the scope writes amounts with to the token's own: with 18 instead of 6, "500" is a million
 * million times too much. A scope that says none, or is not known, claims nothing that could be wrong.
 *
 * @throws {InvalidAgreementError} When the token has others.
 * @throws {TokenWithoutCodeError} When there is no contract.
 * @throws {InvalidAddressError} When the token has no decimals: what the scope claims can then not be found out.
 */
export async function checkCurrency(connection: EscrowConnection, { terms, scope }: Agreement): Promise<void> {
  if (scope?.currency === undefined) return;
  const { decimals } = scope.currency;
  const actual = await decimalsOf(connection, terms.token);
  if (decimals === actual) return;
  const error = new InvalidAmountError(decimals, `is not the number of decimals of the token, which is ${actual}`);
  const advice = "Make the agreement again, with what escrow.getToken says of the token.";
  throw new InvalidAgreementError({ problems: [problemOf("scope.currency.decimals", error, advice)] });
}

/** The call by which the sender lets the escrow take an amount of a token. */
export function approvalCall(token: Address, escrow: Address, amount: bigint): Call {
  return { to: token, data: tokenInterface.encodeFunctionData("approve", [escrow, amount]) as Hex, value: 0n };
}

/** Whether what `approve` returned means success: true, or nothing at all (USDT). */
export function isApproved(result: string): boolean {
  return result === "0x" || BigInt(result) === 1n;
}

const PERMIT_TYPEHASH = id("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");

/**
 * What a permit of this owner must be signed with. A permit is only asked for when the domain separator computed here is
 * the token's own: otherwise the signature would be void.
 *
 * `fund` does all of this by itself; it is for those who send the call of `fund` in another way.
 *
 * @throws {PermitUnsupportedError} When the token takes none, or the owner is a contract, which cannot make one.
 * @throws {InvalidAddressError} When token or owner is not an address.
 * @example
 * const { token } = agreement.terms;
 * const { domain, nonce } = await permitTerms(escrow.connection, { token, owner: client });
 * const value = fundingAmount({ agreement, indices: [0] });
 * const typedData = permitTypedData({ domain, nonce, owner: client, escrow: escrow.address, value, deadline });
 */
export async function permitTerms(
  connection: EscrowConnection,
  parameters: { readonly token: string; readonly owner: string },
): Promise<PermitTerms> {
  checkObject(parameters, "an object of parameters");
  const [token, owner] = [toAddress(parameters.token), toAddress(parameters.owner)];
  const unsupported = (reason: string) => new PermitUnsupportedError({ token, reason });
  const { provider } = checkConnection(connection);
  if ((await codeOf(provider, owner)) !== "0x") throw unsupported("the payer has code");

  const [nonce, separator, typehash] = await Promise.all([
    read(connection, token, tokenInterface.encodeFunctionData("nonces", [owner]), "uint256"),
    separatorOf(connection, token),
    read(connection, token, id("PERMIT_TYPEHASH()").slice(0, 10), "bytes32"),
  ]);
  if (nonce === undefined || separator === undefined) throw unsupported("it has no nonces or no domain separator");
  // DAI has both, but a permit of another form.
  if (typehash !== undefined && typehash !== PERMIT_TYPEHASH) throw unsupported("its permit is not EIP-2612's");

  const domain = await findDomain(connection, token, separator);
  if (domain === undefined) throw unsupported("its EIP-712 domain cannot be found out");
  return { domain, nonce: nonce as bigint };
}

/** The token's EIP-712 domain by its separator; without one what the token says of it (EIP-5267); or nothing. */
export async function findDomain(
  connection: EscrowConnection,
  token: Address,
  separator: string | undefined,
): Promise<TypedDataDomain | undefined> {
  const { names, isAnnounced } = await domainNames(connection, token);
  const domains = names.map(({ name, version }) => {
    return { name, version, chainId: connection.chainId, verifyingContract: token };
  });
  if (separator === undefined) return isAnnounced ? domains[0] : undefined;
  return domains.find((domain) => TypedDataEncoder.hashDomain(domain) === separator);
}

/** The token's own word on its domain separator. */
export async function separatorOf(connection: EscrowConnection, token: Address): Promise<string | undefined> {
  const separator = await read(connection, token, tokenInterface.encodeFunctionData("DOMAIN_SEPARATOR"), "bytes32");
  return separator === undefined ? undefined : String(separator);
}

/** Names and versions that the token's domain may have, the likeliest first; `isAnnounced` when the first are the token's own word. */
async function domainNames(
  connection: EscrowConnection,
  token: Address,
): Promise<{ readonly names: { readonly name: string; readonly version: string }[]; readonly isAnnounced: boolean }> {
  const [name, version, announced] = await Promise.all([
    read(connection, token, tokenInterface.encodeFunctionData("name"), "string"),
    read(connection, token, id("version()").slice(0, 10), "string"),
    readAll(connection, token, tokenInterface.encodeFunctionData("eip712Domain"), ["bytes1", "string", "string"]),
  ]);
  const names = [];
  if (announced !== undefined) names.push({ name: String(announced[1]), version: String(announced[2]) });
  if (name !== undefined && version !== undefined) names.push({ name: String(name), version: String(version) });
  if (name !== undefined) names.push({ name: String(name), version: "1" });
  return { names, isAnnounced: announced !== undefined };
}

/** What a view returns, or `undefined` when the token has none such. */
export async function read(connection: EscrowConnection, token: Address, data: string, type: string): Promise<unknown> {
  return (await readAll(connection, token, data, [type]))?.[0];
}

async function readAll(
  { provider }: EscrowConnection,
  token: Address,
  data: string,
  types: string[],
): Promise<readonly unknown[] | undefined> {
  let result: string;
  try {
    result = await callLatest(provider, { to: token, data });
  } catch (error) {
    if (error instanceof RpcError) throw error;
    return undefined;
  }
  try {
    return AbiCoder.defaultAbiCoder().decode(types, result).toArray();
  } catch (error) {
    if (isError(error, "BUFFER_OVERRUN") || isError(error, "BAD_DATA")) return undefined;
    throw error;
  }
}
