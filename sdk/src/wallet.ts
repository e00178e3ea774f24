/**
 * What the SDK does with a signer: simulate, send, sign. Nothing is sent that fails in simulation.
 */
import {
  isError,
  isHexString,
  JsonRpcSigner,
  type Signer,
  type TransactionReceipt,
  type TransactionResponse,
} from "ethers";
import { toAddress } from "./address.js";
import type { TypedData } from "./agreement.js";
import { checkWaiting } from "./check.js";
import { chainIdOf } from "./connect.js";
import {
  CannotSignError,
  GasTooHighError,
  InsufficientGasFundsError,
  InvalidParameterError,
  NotMinedError,
  RpcError,
  TransactionReplacedError,
  TransactionRevertedError,
  UnexpectedError,
  UserRejectedError,
  WrongChainError,
} from "./errors.js";
import { decodeError } from "./revert.js";
import {
  ask,
  awaitTransactionCount,
  CATCH_UP,
  callLatest,
  codeOf,
  type EscrowConnection,
  latestBlock,
  pause,
  rememberBlock,
} from "./rpc.js";
import { normalizeSignature, verifySignature } from "./signatures.js";
import type { Address, Call, Hash, Hex } from "./types.js";

/** What to do about a transaction that is sent. */
export interface SendingOptions {
  /** Told of each transaction as soon as it is sent, approvals of a token too: to show it, or to look it up later. */
  readonly onSent?: (transaction: Hash) => void;
  /** Seconds to wait until a transaction is mined; by default 1,800. It may still be mined afterwards. */
  readonly miningPatience?: number;
  /**
   * What a transaction may use of gas at most; one whose estimate is above it is not sent, and none is sent with a higher limit.
   * By default the estimate and a quarter more, whatever it is.
   */
  readonly maxGas?: bigint;
}

const MINING_PATIENCE = 1_800;

/** An account that can act on an escrow's chain. */
export interface Actor extends SendingOptions {
  readonly signer: Signer;
  readonly account: Address;
  readonly connection: EscrowConnection;
}

/**
 * The account of a signer, on the escrow's chain.
 *
 * @throws {WrongChainError} When the signer is on another chain.
 * @throws {InvalidParameterError} When the patience is no time, or the most gas no amount of gas.
 */
export async function actorOf(
  connection: EscrowConnection,
  signer: Signer,
  options: SendingOptions = {},
): Promise<Actor> {
  const { miningPatience, maxGas } = options;
  if (miningPatience !== undefined) checkWaiting(miningPatience, "patience in seconds");
  if (maxGas !== undefined && !(typeof maxGas === "bigint" && maxGas > 0n)) {
    throw new InvalidParameterError(maxGas, "is no amount of gas", { advice: "Pass a bigint, like 1_000_000n." });
  }
  const connected = signer.provider === null ? signer.connect(connection.provider) : signer;
  // Also where it is the provider of the reads: a browser's wallet may have moved to another chain since.
  const actual = await chainIdOf(connected.provider ?? connection.provider);
  if (actual !== connection.chainId) throw new WrongChainError({ actual, expected: connection.chainId });
  return { ...options, signer: connected, account: toAddress(await ask(connected.getAddress())), connection };
}

/** Makes a call as the account would, without sending it, and returns what it returns. */
export async function simulate({ account, connection }: Actor, call: Call): Promise<Hex> {
  return (await callLatest(connection.provider, { ...call, from: account })) as Hex;
}

/**
 * Simulates, sends, and waits until it is mined.
 *
 * @throws {GasTooHighError} When it would use more gas than it may.
 * @throws {MicroEscrowError} What the call would revert with, the wallet's refusal, or the endpoint's failure.
 */
export async function send(actor: Actor, call: Call): Promise<TransactionReceipt> {
  const { signer, account, connection, maxGas } = actor;
  const provider = signer.provider ?? connection.provider;
  // At once, for each is a trip to the endpoint; what the simulation says comes first. Neither is made in a state before what
  // was sent: an estimate in such a state may be too low.
  const [simulated, estimated] = await Promise.allSettled([
    simulate(actor, call),
    latestBlock(provider).then(() => ask(signer.estimateGas(call))),
  ]);
  if (simulated.status === "rejected") throw simulated.reason;
  const estimate =
    estimated.status === "fulfilled" ? estimated.value : await estimateAgain(actor, call, estimated.reason);
  if (maxGas !== undefined && estimate > maxGas) throw new GasTooHighError({ estimate, maximum: maxGas });
  // A wallet or a node numbers its accounts' transactions itself; other signers by what a provider counts.
  if (!(signer instanceof JsonRpcSigner)) await awaitTransactionCount(provider, account);
  // A quarter more: between now and then a balance may become zero, or stop being it.
  const more = (estimate * 5n) / 4n;
  const gasLimit = maxGas !== undefined && more > maxGas ? maxGas : more;
  const response = await ask(signer.sendTransaction({ ...call, gasLimit }));
  actor.onSent?.(response.hash as Hash);
  return mined(actor, call, response);
}

/** What was just simulated at the newest block can only fail where a node that estimates does not have that block yet. */
async function estimateAgain({ signer }: Actor, call: Call, failure: unknown): Promise<bigint> {
  let reason = failure;
  for (const wait of CATCH_UP) {
    const isOfEndpoint = reason instanceof RpcError || reason instanceof InsufficientGasFundsError;
    if (isOfEndpoint || reason instanceof UserRejectedError) break;
    await pause(wait);
    try {
      return await ask(signer.estimateGas(call));
    } catch (error) {
      reason = error;
    }
  }
  throw reason;
}

/** What a transaction was sent for, once it is in a block; from then on the providers must know that block. */
async function mined(actor: Actor, call: Call, response: TransactionResponse): Promise<TransactionReceipt> {
  const receipt = await receiptOf(response, actor.miningPatience, (transaction, error) =>
    reverted(actor, call, transaction, error),
  );
  rememberBlock(actor.connection.provider, receipt.blockNumber);
  if (actor.signer.provider !== null) rememberBlock(actor.signer.provider, receipt.blockNumber);
  return receipt;
}

/**
 * The receipt of a transaction that was sent, or of the one with a higher fee that a wallet replaced it by.
 *
 * @param patience Seconds to wait at most.
 * @param reverted What to throw when it failed.
 * @throws {NotMinedError} When patience ran out.
 * @throws {TransactionReplacedError} When another transaction took its place.
 * @throws {RpcError} When the endpoint fails.
 */
export async function receiptOf(
  response: TransactionResponse,
  patience: number = MINING_PATIENCE,
  reverted: (transaction: Hash, error: unknown) => unknown = (_, error) => decodeError(error),
): Promise<TransactionReceipt> {
  const transaction = response.hash as Hash;
  try {
    const receipt = await response.wait(1, patience * 1_000);
    if (receipt !== null) return receipt;
  } catch (error) {
    if (isError(error, "TRANSACTION_REPLACED")) {
      if (error.cancelled) {
        const replacement = error.replacement.hash as Hash;
        throw new TransactionReplacedError({ transaction, replacement }, { cause: error });
      }
      // A wallet that raised the fee replaced the transaction by the same one.
      if (error.receipt.status === 1) return error.receipt;
      throw await reverted(error.receipt.hash as Hash, error);
    }
    if (isError(error, "CALL_EXCEPTION")) throw await reverted(transaction, error);
    if (isError(error, "TIMEOUT")) throw new NotMinedError({ transaction, patience }, { cause: error });
    throw decodeError(error);
  }
  throw new RpcError({ reason: "malformed", details: `no receipt of transaction ${transaction}` });
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
  const answer: unknown = await ask(signer.signTypedData(domain, types, message)).catch((error: unknown) => {
    const isUnable = error instanceof UnexpectedError || (error instanceof RpcError && error.reason === "refused");
    throw isUnable
      ? new CannotSignError({ account, reason: "its wallet signs no typed data" }, { cause: error })
      : error;
  });
  if (!isHexString(answer)) throw new CannotSignError({ account, reason: "its wallet answered with no signature" });
  const signature = normalizeSignature(answer as Hex);
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
