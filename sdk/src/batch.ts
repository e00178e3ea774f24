/**
 * Several calls at once through a wallet (EIP-5792): what to ask it for by `wallet_sendCalls`, and what came of it by
 * `wallet_getCallsStatus`. Everything here is pure: no network, no wallet.
 */
import { isHexString, toQuantity } from "ethers";
import { checkAmount, checkIndex, checkParameters, type MilestoneParameters } from "./actions/action.js";
import { type ApproveParameters, approveCall } from "./actions/approve.js";
import { type FundParameters, fundCall, fundingAmount } from "./actions/fund.js";
import { toAddress } from "./address.js";
import { checkBoolean, checkChainId, checkList, checkObject } from "./check.js";
import { type DecodableReceipt, decodeResult, type Results, type ResultVerb, verbOf } from "./decode.js";
import {
  BatchFailedError,
  BatchUnsupportedError,
  InvalidHashError,
  InvalidParameterError,
  type MicroEscrowError,
  RpcError,
  WrongChainError,
} from "./errors.js";
import { decodeError, unwrap } from "./revert.js";
import { inert } from "./text.js";
import { approvalCall } from "./token.js";
import type { Address, Call, Hash, Hex } from "./types.js";

/** The version of EIP-5792 that is spoken here. */
const VERSION = "2.0.0";

// --------------------------------------------------------------------------------------------------------------- calls

/** What may be sent together: the SDK's calls, and those of other contracts. */
export interface BatchCall {
  readonly to: string;
  /** Calldata. */
  readonly data: string;
  /** Wei; the escrow takes none. */
  readonly value: bigint;
}

/** What the payer has allowed the escrow to take. */
export interface AllowanceParameters {
  /**
   * What the escrow may take of the payer's tokens now, base units; by default 0. With enough, nothing is approved; with
   * some, that is taken back first, because tokens like USDT take a new allowance only in place of none.
   */
  readonly allowance?: bigint;
}

/**
 * The calls that fund milestones: the approval of exactly the amount at the token, and `fund`. They need no allowance, no
 * permit and, in one batch, no second signature.
 *
 * @throws {InvalidAddressError} When the escrow is not an address.
 * @throws {NothingToFundError} When the list of milestones is empty.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {InvalidHashError} When the signature is not hexadecimal.
 * @throws {InvalidAmountError} When the allowance is not a bigint that fits 256 bits.
 * @example
 * const calls = fundCalls({ escrow: escrow.address, agreement, indices: [0], freelancerSignature });
 */
export function fundCalls(
  parameters: FundParameters & AllowanceParameters & { readonly escrow: string },
): readonly Call[] {
  const { allowance = 0n, ...funding } = checkParameters(parameters);
  const call = fundCall(funding);
  const { token } = funding.agreement.terms;
  const need = fundingAmount(funding);
  const have = checkAmount(allowance, 256);
  const approve = (amount: bigint) => approvalCall(token, call.to, amount);
  if (have >= need) return [call];
  return have === 0n ? [approve(need), call] : [approve(0n), approve(need), call];
}

/**
 * The calls by which the client pays for one milestone and funds the next: `approve`, the approval at the token, `fund`.
 * With an allowance that is enough they are calls of the escrow alone: then `multicallCall` makes one of them, for any wallet.
 *
 * @throws {InvalidAddressError} When the escrow is not an address.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone, or none after it.
 * @throws {InvalidSubmissionError} When the submission is not a whole number from 0 to 255.
 * @throws {InvalidAmountError} When the allowance is not a bigint that fits 256 bits.
 * @example
 * const calls = approveAndFundCalls({ escrow: escrow.address, agreement, index: 0, submission: 1 });
 */
export function approveAndFundCalls(
  parameters: MilestoneParameters &
    Pick<ApproveParameters, "submission"> &
    AllowanceParameters & {
      readonly escrow: string;
      /** The milestone to fund; by default the one after the approved one. */
      readonly next?: number;
    },
): readonly Call[] {
  const {
    escrow,
    agreement,
    index,
    submission,
    next = checkIndex(agreement, index) + 1,
    allowance,
  } = checkParameters(parameters);
  return [
    approveCall({ escrow, agreement, index, submission }),
    ...fundCalls({ escrow, agreement, indices: [next], ...(allowance !== undefined && { allowance }) }),
  ];
}

// ------------------------------------------------------------------------------------------------------------- request

/** The one parameter of `wallet_sendCalls`, as JSON. */
export interface SendCallsRequest {
  readonly version: typeof VERSION;
  /** In hexadecimal. */
  readonly chainId: Hex;
  readonly from: Address;
  /** All calls happen, in one transaction or what counts as one, or none does. */
  readonly atomicRequired: boolean;
  readonly calls: readonly { readonly to: Address; readonly data: Hex; readonly value: Hex }[];
  readonly capabilities?: Readonly<Record<string, unknown>>;
}

/** What {@link sendCallsRequest} is made from. */
export interface SendCallsParameters {
  readonly chainId: bigint | number;
  /** The account that sends the calls. */
  readonly from: string;
  /** In the order in which they are to happen. */
  readonly calls: readonly BatchCall[];
  /** Whether all calls must happen or none; by default true, and then a wallet that cannot do that refuses. */
  readonly atomic?: boolean;
  /** What else is asked of the wallet, by the EIPs of those capabilities: a paymaster, for example. */
  readonly capabilities?: Readonly<Record<string, unknown>>;
}

/**
 * What to ask a wallet for so that it sends several calls at once, by EIP-5792 (version 2.0.0).
 *
 * @throws {InvalidParameterError} When the chain is none, or there is no call.
 * @throws {InvalidAddressError} When the sender, or what a call is for, is not an address.
 * @throws {InvalidHashError} When the data of a call is not hexadecimal.
 * @throws {InvalidAmountError} When the value of a call is not a bigint.
 * @example
 * const calls = fundCalls({ escrow: escrow.address, agreement, indices: [0], freelancerSignature });
 * const request = sendCallsRequest({ chainId: escrow.chainId, from: client, calls });
 * const { id } = await ethereum.request({ method: "wallet_sendCalls", params: [request] });
 */
export function sendCallsRequest(parameters: SendCallsParameters): SendCallsRequest {
  const { chainId, from, calls, atomic = true, capabilities } = checkObject(parameters, "an object of parameters");
  return {
    version: VERSION,
    chainId: toQuantity(checkChainId(chainId)) as Hex,
    from: toAddress(from),
    atomicRequired: checkBoolean(atomic, "whether all calls must happen or none"),
    calls: checkCalls(calls).map(({ to, data, value }) => ({ to, data, value: toQuantity(value) as Hex })),
    ...(capabilities !== undefined && { capabilities: checkObject(capabilities, "the capabilities by their names") }),
  };
}

/** @throws {InvalidParameterError} When it is no list, or there is no call. */
export function checkCalls(calls: readonly BatchCall[]): readonly (BatchCall & Pick<Call, "to" | "data">)[] {
  if (checkList(calls, "calls").length === 0) {
    throw new InvalidParameterError(calls, "has no call", { advice: "Name at least one." });
  }
  return calls.map((call) => {
    const { to, data, value } = checkObject(call, "a call");
    if (!isHexString(data) || data.length % 2 !== 0) throw new InvalidHashError(data, "is not the data of a call");
    return { to: toAddress(to), data: data as Hex, value: checkAmount(value, 256) };
  });
}

// -------------------------------------------------------------------------------------------------------------- status

/** A receipt as wallets answer it, or as viem and wagmi read it. */
export interface CallsReceipt {
  readonly transactionHash: string;
  readonly blockHash: string;
  /** In hexadecimal, or a number. */
  readonly blockNumber: string | bigint | number;
  /** `"0x1"`, or in words `"success"`. */
  readonly status: string;
  readonly logs: readonly { readonly address: string; readonly topics: readonly string[]; readonly data: string }[];
}

/** What `wallet_getCallsStatus` answers, or what viem and wagmi make of it. */
export interface CallsStatus {
  /** In hexadecimal, or a number. */
  readonly chainId: string | number;
  /** By EIP-5792: 1xx pending, 2xx confirmed, 4xx, 5xx and 6xx failed. Of viem, which has words in it, `statusCode` counts. */
  readonly status: number | string | undefined;
  readonly statusCode?: number;
  readonly receipts?: readonly CallsReceipt[] | undefined;
}

/** What a call of the escrow in a batch came to. */
export type BatchResult = {
  readonly [V in ResultVerb]: { readonly verb: V; readonly result: Results[V] };
}[ResultVerb];

/**
 * What a batch came to, from the wallet's word on it: one result for each call, in their order, and `undefined` for those
 * of other contracts and for `permit`. While the batch is pending it is `undefined` as a whole: ask the wallet again.
 *
 * The events are those that the wallet tells of. Where much hangs on it, read the milestones from the chain too. Two calls
 * of one verb about one milestone in one transaction read the same event, the first.
 *
 * @throws {BatchFailedError} When the batch did not happen, or not all of it.
 * @throws {WrongChainError} When the answer is about another chain.
 * @throws {MissingEventError} When the wallet does not tell of an event that a call must emit.
 * @throws {RpcError} When the wallet's answer is malformed.
 * @example
 * const calls = fundCalls({ escrow: escrow.address, agreement, indices: [0], freelancerSignature });
 * const request = sendCallsRequest({ chainId: escrow.chainId, from: client, calls });
 * const { id: batch } = await ethereum.request({ method: "wallet_sendCalls", params: [request] });
 * const status = await ethereum.request({ method: "wallet_getCallsStatus", params: [batch] });
 * const results = batchResults({ escrow: escrow.address, request, status });
 * for (const entry of results ?? []) if (entry?.verb === "fund") console.log(entry.result.milestones);
 */
export function batchResults(parameters: {
  /** Address of the escrow. */
  readonly escrow: string;
  /** What was sent. */
  readonly request: SendCallsRequest;
  /** The wallet's answer. */
  readonly status: CallsStatus;
}): readonly (BatchResult | undefined)[] | undefined {
  const { escrow: address, request, status } = checkObject(parameters, "an object of parameters");
  const escrow = toAddress(address);
  const calls = checkList(checkObject(request, "a request of sendCallsRequest").calls, "the calls of a request");
  const code = codeOf(status);
  const chain = { actual: toNumber(status.chainId, "chain id"), expected: toNumber(request.chainId, "chain id") };
  if (chain.actual !== chain.expected) throw new WrongChainError(chain);
  if (code < 200) return undefined;

  const receipts = listOf(status.receipts).map(readReceipt);
  const transactions = receipts.map(({ hash }) => hash);
  const succeeded = receipts.filter(({ hasSucceeded }) => hasSucceeded).length;
  if (code >= 300)
    throw new BatchFailedError({ status: code, happened: HAPPENED[Math.floor(code / 100)], transactions });
  if (succeeded < receipts.length) {
    throw new BatchFailedError({ status: code, happened: succeeded === 0 ? "nothing" : "part", transactions });
  }
  // One transaction for all calls, or one for each.
  const [only] = receipts.length === 1 ? receipts : [];
  if (only === undefined && receipts.length !== calls.length) {
    throw malformed(`${receipts.length} receipts for ${calls.length} calls`);
  }
  return calls.map((given, index) => {
    const call: Call = { to: toAddress(given?.to), data: given.data, value: 0n };
    return call.to === escrow ? resultOf(call, only ?? (receipts[index] as DecodableReceipt)) : undefined;
  });
}

/** The result of a call of the escrow; `undefined` where it has none. */
function resultOf(call: Call, receipt: DecodableReceipt): BatchResult | undefined {
  let verb: ResultVerb;
  try {
    verb = verbOf(call);
  } catch {
    return undefined;
  }
  return { verb, result: decodeResult(verb, call, receipt) } as BatchResult;
}

/** What happened of a batch that failed, by the hundreds of its status; of others nobody knows. */
const HAPPENED: Readonly<Record<number, BatchFailedError["happened"]>> = { 4: "nothing", 5: "nothing", 6: "part" };

function codeOf(status: CallsStatus): number {
  const { status: text, statusCode = text } = checkObject(status, "what wallet_getCallsStatus answered");
  const code = typeof statusCode === "string" && /^\d{3}$/.test(statusCode) ? Number(statusCode) : statusCode;
  if (typeof code === "number" && Number.isInteger(code) && code >= 100 && code < 1_000) return code;
  throw malformed(`the status of the batch is ${shown(code)}`);
}

/** A receipt as the decoder takes it. */
function readReceipt(
  receipt: CallsReceipt,
): DecodableReceipt & { readonly hash: Hash; readonly hasSucceeded: boolean } {
  const { transactionHash, blockHash, status, logs } = receipt;
  for (const hash of [transactionHash, blockHash]) {
    if (!isHexString(hash, 32)) throw malformed(`a receipt with the hash ${shown(hash)}`);
  }
  const blockNumber = toNumber(receipt.blockNumber, "block number");
  return {
    hash: transactionHash as Hash,
    blockNumber,
    hasSucceeded: status === "0x1" || status === "success",
    // Wallets leave out where in its block a log stands: it counts within the receipt.
    logs: listOf(logs).map(({ address, topics, data }, index) => {
      if (typeof address !== "string") throw malformed("a log without an address");
      return { address, topics, data, index, transactionHash, blockHash, blockNumber };
    }),
  };
}

function listOf<T extends object>(value: readonly T[] | undefined): readonly T[] {
  const list: unknown = value ?? [];
  const isObject = (entry: unknown): entry is T => typeof entry === "object" && entry !== null;
  if (Array.isArray(list) && list.every(isObject)) return list;
  throw malformed("no list where receipts or logs should be");
}

/** A chain id or the number of a block, which wallets write in hexadecimal and libraries as a number. */
function toNumber(value: string | bigint | number, what: string): number {
  const number = typeof value === "string" && /^0x[0-9a-f]{1,16}$/i.test(value) ? Number(value) : value;
  const isNumber = typeof number === "number" || typeof number === "bigint";
  if (isNumber && Number.isSafeInteger(Number(number)) && number >= 0) return Number(number);
  throw malformed(`the ${what} ${shown(value)}`);
}

function malformed(what: string): RpcError {
  return new RpcError({ reason: "malformed", details: `the wallet answered with ${what}` });
}

/** What a wallet said, for a message. */
function shown(value: unknown): string {
  return inert(typeof value === "object" ? typeof value : String(value), 40);
}

// -------------------------------------------------------------------------------------------------------------- errors

/** Why a wallet sends no batch, by the codes of EIP-5792, EIP-1193 and JSON-RPC. */
const UNSUPPORTED: Readonly<Record<number, BatchUnsupportedError["reason"]>> = {
  [-32_601]: "method",
  4200: "method",
  5700: "capability",
  5710: "chain",
  5740: "size",
  5750: "upgrade",
  5760: "atomicity",
};

/**
 * What `wallet_sendCalls` failed with, as one of the SDK's errors: as `decodeError` has it, and a
 * {@link BatchUnsupportedError} where this wallet cannot do it, so that the calls are sent in another way.
 *
 * @example
 * const calls = fundCalls({ escrow: escrow.address, agreement, indices: [0], freelancerSignature });
 * const request = sendCallsRequest({ chainId: escrow.chainId, from: client, calls });
 * await ethereum.request({ method: "wallet_sendCalls", params: [request] }).catch(async (error: unknown) => {
 *   if (!(decodeBatchError(error) instanceof BatchUnsupportedError)) throw decodeBatchError(error);
 *   await escrow.fund({ agreement, indices: [0], freelancerSignature });
 * });
 */
export function decodeBatchError(error: unknown): MicroEscrowError {
  for (const { code } of unwrap(error)) {
    const reason = typeof code === "number" && Object.hasOwn(UNSUPPORTED, code) ? UNSUPPORTED[code] : undefined;
    if (reason !== undefined) return new BatchUnsupportedError({ reason }, { cause: error });
  }
  return decodeError(error);
}
