/**
 * Making sure that what is at an address is MicroEscrow, before anything is signed for it or sent to it.
 */
import type { Provider } from "ethers";
import { toAddress } from "./address.js";
import { checkProvider } from "./check.js";
import { maskedHash } from "./deployments.js";
import { NoCodeError, WrongContractError, WrongDomainError } from "./errors.js";
import { maskedCodeHash } from "./generated/code.js";
import { escrowInterface } from "./interfaces.js";
import { ask, callLatest, codeOf, decodeView } from "./rpc.js";
import type { Address, Hash } from "./types.js";

/** The chain of a provider. It is asked for twice: ethers tells of a wallet that moved only from the second time on. */
export async function chainIdOf(provider: Provider): Promise<number> {
  await ask(provider.getNetwork());
  return Number((await ask(provider.getNetwork())).chainId);
}

/**
 * Checks that the code at an address is exactly MicroEscrow's.
 *
 * @throws {NoCodeError} When there is no contract.
 * @throws {WrongContractError} When it is another one.
 * @throws {RpcError} When the endpoint fails.
 * @example
 * await checkCode(provider, escrowAddress(8453), 8453);
 */
export async function checkCode(provider: Provider, address: Address, chainId: number): Promise<void> {
  const code = await codeOf(checkProvider(provider), toAddress(address));
  if (code === "0x") throw new NoCodeError({ address, chainId });
  const actual = maskedHash(code);
  const expected = maskedCodeHash as Hash;
  if (actual !== expected) throw new WrongContractError({ address, actual, expected });
}

/**
 * Checks that the contract takes signatures under the domain that the SDK signs for.
 *
 * @throws {WrongDomainError} When it does not.
 * @throws {TransactionRevertedError} When it tells of no domain at all (EIP-5267).
 * @throws {RpcError} When the endpoint fails, or there is no contract.
 * @example
 * await checkDomain(provider, escrowAddress(8453), 8453);
 */
export async function checkDomain(provider: Provider, address: Address, chainId: number): Promise<void> {
  const data = escrowInterface.encodeFunctionData("eip712Domain");
  const result = await callLatest(checkProvider(provider), { to: toAddress(address), data });
  const domain = decodeView(escrowInterface, "eip712Domain", result);
  const expected = { fields: "0x0f", name: "MicroEscrow", version: "1", chainId, verifyingContract: address };
  for (const [field, value] of Object.entries(expected)) {
    const actual = String(domain[field]);
    if (actual !== String(value)) throw new WrongDomainError({ field, actual, expected: String(value) });
  }
}
