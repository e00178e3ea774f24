/**
 * Where the contract SignedFunding is, and whether it is the right one.
 */
import { dataSlice, type Provider } from "ethers";
import { toAddress } from "./address.js";
import { maskedHash } from "./deployments.js";
import { NoCodeError, WrongContractCallError, WrongContractError } from "./errors.js";
import {
  signedFundingAddress as address,
  signedFundingImmutableRanges,
  signedFundingMaskedCodeHash,
} from "./generated/signedFundingCode.js";
import { checkConnection, codeOf, type EscrowConnection } from "./rpc.js";
import type { Address, Hash } from "./types.js";

/**
 * The address of SignedFunding for MicroEscrow, the same on every chain.
 *
 * @example
 * await checkSignedFunding(escrow.connection, signedFundingAddress());
 */
export function signedFundingAddress(): Address {
  return address as Address;
}

/**
 * Checks that the code at an address is exactly SignedFunding's, and that it funds this escrow.
 *
 * @throws {InvalidAddressError} When it is not an address.
 * @throws {NoCodeError} When there is no contract.
 * @throws {WrongContractError} When it is another one.
 * @throws {WrongContractCallError} When it funds another escrow.
 * @throws {RpcError} When the endpoint fails.
 * @example
 * await checkSignedFunding(escrow.connection, signedFundingAddress());
 */
export async function checkSignedFunding(connection: EscrowConnection, address: Address): Promise<void> {
  const { provider, chainId, escrow } = checkConnection(connection);
  await checkSignedFundingCode(provider, toAddress(address), chainId, escrow);
}

/** See {@link checkSignedFunding}. */
export async function checkSignedFundingCode(
  provider: Provider,
  address: Address,
  chainId: number,
  escrow: Address,
): Promise<void> {
  const code = await codeOf(provider, address);
  if (code === "0x") throw new NoCodeError({ address, chainId });
  const actual = maskedHash(code, signedFundingImmutableRanges);
  const expected = signedFundingMaskedCodeHash as Hash;
  if (actual !== expected) throw new WrongContractError({ address, actual, expected });
  // Each place by itself: code that was put together by hand may have another escrow in one of them.
  for (const [start, length] of signedFundingImmutableRanges) {
    const funded = toAddress(dataSlice(code, start + length - 20, start + length));
    if (funded !== escrow) throw new WrongContractCallError({ actual: funded, expected: escrow });
  }
}
