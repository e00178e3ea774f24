/**
 * Making sure that what is at an address is MicroEscrow, before anything is signed for it or sent to it.
 */
import { id, keccak256, type Provider } from "ethers";
import { toAddress } from "./address.js";
import { checkProvider } from "./check.js";
import { DOMAIN, maskedHash } from "./deployments.js";
import { NoCodeError, WrongContractError, WrongDomainError } from "./errors.js";
import { immutableRanges, maskedCodeHash } from "./generated/code.js";
import { escrowInterface } from "./interfaces.js";
import { ask, callLatest, codeOf, decodeView } from "./rpc.js";
import type { Address, Hash } from "./types.js";

/** The chain of a provider. It is asked for twice: ethers tells of a wallet that moved only from the second time on. */
export async function chainIdOf(provider: Provider): Promise<number> {
  await ask(provider.getNetwork());
  return Number((await ask(provider.getNetwork())).chainId);
}

/**
 * Checks that the code at an address is exactly MicroEscrow's, as it is deployed at that address.
 *
 * @throws {NoCodeError} When there is no contract.
 * @throws {WrongContractError} When it is another one.
 * @throws {WrongDomainError} When it was put together by hand, with the EIP-712 domain of another in it.
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
  checkImmutables(code, address);
}

/**
 * What differs between instances of the contract: each computes its domain once, for its chain and address, and compares these
 * from then on. A chain that took another id later has the contract as it was.
 */
function checkImmutables(code: string, address: Address): void {
  const words = immutableRanges.map(([start]) => code.slice(2 + 2 * start, 66 + 2 * start));
  const [chainId = "", own] = [words[1], address.slice(2).toLowerCase().padStart(64, "0")];
  const [type, name, version] = [DOMAIN_TYPE, DOMAIN.name, DOMAIN.version].map((text) => id(text).slice(2));
  const separator = keccak256(`0x${type}${name}${version}${chainId}${own}`).slice(2);
  const expected = `0x${separator}${chainId}${own}${name}${version}`;
  const actual = `0x${words.slice(0, 5).join("")}`;
  if (actual !== expected) throw new WrongDomainError({ field: "words in the code", actual, expected });
}

const DOMAIN_TYPE = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";

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
  const expected = { fields: "0x0f", ...DOMAIN, chainId, verifyingContract: address };
  for (const [field, value] of Object.entries(expected)) {
    const actual = String(domain[field]);
    if (actual !== String(value)) throw new WrongDomainError({ field, actual, expected: String(value) });
  }
}
