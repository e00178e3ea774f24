/**
 * Signatures by the contract's rule: ECDSA for an account without code, ERC-1271 for one with code (a smart wallet, also
 * an EIP-7702 account).
 */
import {
  dataLength,
  getBytes,
  Interface,
  isHexString,
  type Provider,
  recoverAddress,
  Signature,
  TypedDataEncoder,
} from "ethers";
import { toAddress } from "./address.js";
import type { TypedData } from "./agreement.js";
import { checkObject, checkProvider } from "./check.js";
import { InsufficientGasFundsError, InvalidParameterError, RpcError, UserRejectedError } from "./errors.js";
import { callLatest, codeOf } from "./rpc.js";
import type { Address, Hash, Hex } from "./types.js";

const erc1271 = /* @__PURE__ */ new Interface([
  "function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)",
]);

/** isValidSignature's selector, filled up to a word: what an account answers that accepts a signature. */
const ACCEPTED = `0x1626ba7e${"0".repeat(56)}`;

/** A signature and what it should be of. */
export interface VerifySignatureParameters {
  readonly signer: Address;
  readonly typedData: TypedData;
  readonly signature: Hex;
}

/**
 * Whether the contract would accept this signature of this account now. A smart wallet may change its mind later.
 *
 * @throws {RpcError} When the endpoint fails.
 * @example
 * const typedData = agreementTypedData(agreement, escrow.connection);
 * const isSigned = await verifySignature(provider, { signer: freelancer, typedData, signature: freelancerSignature });
 */
export async function verifySignature(provider: Provider, parameters: VerifySignatureParameters): Promise<boolean> {
  checkProvider(provider);
  const { typedData, signature, signer: account } = checkObject(parameters, "an object of parameters");
  const signer = toAddress(account);
  if (!isHexString(signature)) return false;
  const digest = digestOf(typedData);
  const code = await codeOf(provider, signer);
  if (code === "0x") return recover(digest, signature) === signer;
  const data = erc1271.encodeFunctionData("isValidSignature", [digest, signature]);
  try {
    const answer = await callLatest(provider, { to: signer, data });
    return answer.slice(0, 66) === ACCEPTED;
  } catch (error) {
    if (isOfEndpoint(error)) throw error;
    return false;
  }
}

/** Whether it is the endpoint or the wallet that failed, and not the account's code that was asked. */
export function isOfEndpoint(error: unknown): boolean {
  return [RpcError, UserRejectedError, InsufficientGasFundsError].some((kind) => error instanceof kind);
}

/**
 * What is really signed of typed data: the EIP-712 digest.
 *
 * @example
 * const digest = digestOf(agreementTypedData(agreement, escrow.connection)); // for a Safe's message
 */
export function digestOf(typedData: TypedData): Hash {
  const { domain, types, message } = checkObject(typedData, "typed data");
  try {
    return TypedDataEncoder.hash(domain, types, message) as Hash;
  } catch (cause) {
    const advice = "Make it with agreementTypedData or approveTypedData and their like.";
    throw new InvalidParameterError(typedData, "is not typed data (EIP-712)", { advice, cause });
  }
}

/** Some hardware wallets return 0 or 1 as the last byte, where contracts want 27 or 28. */
export function normalizeSignature(signature: Hex): Hex {
  const isOdd = dataLength(signature) === 65 && (getBytes(signature)[64] ?? 0) < 2;
  return (isOdd ? Signature.from(signature).serialized : signature) as Hex;
}

/** The account that made an ECDSA signature, by OpenZeppelin's rule: 65 bytes, s in the lower half, v 27 or 28. */
function recover(digest: Hash, signature: Hex): string | undefined {
  if (dataLength(signature) !== 65 || ![27, 28].includes(getBytes(signature)[64] ?? 0)) return undefined;
  try {
    return recoverAddress(digest, signature);
  } catch {
    return undefined;
  }
}
