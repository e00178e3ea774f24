/**
 * What the SDK does with a signer: simulate, send, sign. Nothing is sent that fails in simulation.
 */
import { isError, type Signer, type TransactionReceipt, type TransactionResponse } from "ethers";
import { toAddress } from "./address.js";
import type { TypedData } from "./agreement.js";
import { chainIdOf } from "./connect.js";
import {
  CannotSignError,
  RpcError,
  TransactionReplacedError,
  TransactionRevertedError,
  UnexpectedError,
  WrongChainError,
} from "./errors.js";
import { decodeError } from "./revert.js";
import { ask, awaitTransactionCount, callLatest, codeOf, type EscrowConnection, rememberBlock } from "./rpc.js";
import { normalizeSignature, verifySignature } from "./signatures.js";
import type { Address, Call, Hash, Hex } from "./types.js";

/** An account that can act on an escrow's chain. */
export interface Actor {
  readonly signer: Signer;
  readonly account: Address;
  readonly connection: EscrowConnection;
}

/**
 * The account of a signer, on the escrow's chain.
 *
 * @throws {WrongChainError} When the signer is on another chain.
 */
export async function actorOf(connection: EscrowConnection, signer: Signer): Promise<Actor> {
  const connected = signer.provider === null ? signer.connect(connection.provider) : signer;
  if (signer.provider !== null && signer.provider !== connection.provider) {
    const actual = await chainIdOf(signer.provider);
    if (actual !== connection.chainId) throw new WrongChainError({ actual, expected: connection.chainId });
  }
  return { signer: connected, account: toAddress(await ask(connected.getAddress())), connection };
}

/** Makes a call as the account would, without sending it, and returns what it returns. */
export async function simulate({ account, connection }: Actor, call: Call): Promise<Hex> {
  return (await callLatest(connection.provider, { ...call, from: account })) as Hex;
}

/**
 * Simulates, sends, and waits until it is mined.
 *
 * @throws {MicroEscrowError} What the call would revert with, the wallet's refusal, or the endpoint's failure.
 */
export async function send(actor: Actor, call: Call): Promise<TransactionReceipt> {
  await simulate(actor, call);
  const estimate = await ask(actor.signer.estimateGas(call));
  await awaitTransactionCount(actor.signer.provider ?? actor.connection.provider, actor.account);
  // A quarter more: between now and then a balance may become zero, or stop being it.
  const response = await ask(actor.signer.sendTransaction({ ...call, gasLimit: (estimate * 5n) / 4n }));
  return mined(actor, call, response);
}

async function mined(actor: Actor, call: Call, response: TransactionResponse): Promise<TransactionReceipt> {
  try {
    const receipt = await response.wait();
    if (receipt !== null) return remembered(actor, receipt);
  } catch (error) {
    if (isError(error, "TRANSACTION_REPLACED")) {
      // A wallet that raised the fee replaced the transaction by the same one.
      if (!error.cancelled) return remembered(actor, error.receipt);
      const [transaction, replacement] = [response.hash as Hash, error.replacement.hash as Hash];
      throw new TransactionReplacedError({ transaction, replacement }, { cause: error });
    }
    if (isError(error, "CALL_EXCEPTION")) throw await reverted(actor, call, response.hash as Hash, error);
    throw decodeError(error);
  }
  throw new RpcError({ reason: "malformed", details: `no receipt of transaction ${response.hash}` });
}

/** From here on the providers must know this block: the signer's, and that of the reads, where it is another one. */
function remembered({ signer, connection }: Actor, receipt: TransactionReceipt): TransactionReceipt {
  rememberBlock(connection.provider, receipt.blockNumber);
  if (signer.provider !== null) rememberBlock(signer.provider, receipt.blockNumber);
  return receipt;
}

/** A receipt says only that it reverted: the same call, made once more, says why. */
async function reverted(
  actor: Actor,
  call: Call,
  transaction: Hash,
  cause: unknown,
): Promise<TransactionRevertedError> {
  const reason = await simulate(actor, call).then(
    () => undefined,
    (error: unknown) => decodeError(error),
  );
  return new TransactionRevertedError({ reason: reason?.message, data: "0x", transaction }, { cause: reason ?? cause });
}

/**
 * The account's signature of typed data, made sure that the contract accepts it.
 *
 * @throws {UserRejectedError} When the user refuses.
 * @throws {CannotSignError} When the contract would not accept a signature of this account.
 */
export async function signTypedData({ signer, account, connection }: Actor, typedData: TypedData): Promise<Hex> {
  const { domain, types, message } = typedData;
  const signature = normalizeSignature(
    await ask(signer.signTypedData(domain, types, message)).catch((error: unknown) => {
      const isUnable = error instanceof UnexpectedError || (error instanceof RpcError && error.reason === "refused");
      throw isUnable
        ? new CannotSignError({ account, reason: "its wallet signs no typed data" }, { cause: error })
        : error;
    }),
  );
  const { provider } = connection;
  if (await verifySignature(provider, { signer: account, typedData, signature })) return signature;
  const hasCode = (await codeOf(provider, account)) !== "0x";
  throw new CannotSignError({
    account,
    reason: hasCode
      ? "it has code, and that code does not accept the signature (ERC-1271)"
      : "the signature is not one of this account's own key; a smart wallet must be deployed before it can sign",
  });
}
