/**
 * From whatever a wallet, an RPC or ethers throws to one of the SDK's errors.
 */
import type { ParamType, Result } from "ethers";
import {
  AddressEmptyCodeError,
  AmountOutOfRangeError,
  ArbiterFeeTooHighError,
  ClockNotLaterError,
  ClockRanOutError,
  ClockStillRunningError,
  DefaultShareTooHighError,
  EmptyScheduleError,
  FailedCallError,
  FeeTooHighError,
  FeeWithoutRecipientError,
  ForbiddenAccountError,
  FundingClosedError,
  FundingExpiredError,
  GateRefusedError,
  InsufficientAllowanceError,
  InsufficientBalanceError,
  InsufficientGasFundsError,
  InvalidMilestoneError,
  InvalidShortStringError,
  InvalidSignatureError,
  MicroEscrowError,
  MilestoneOutOfRangeError,
  MissingPartyError,
  NotAcceptedError,
  NotAPartyError,
  NotEnoughGasError,
  NothingToFundError,
  PartiesNotDistinctError,
  ReentrantCallError,
  RpcError,
  SafeERC20FailedOperationError,
  ScheduleMismatchError,
  SignatureExpiredError,
  StringTooLongError,
  TokenRefusedError,
  TokenWithoutCodeError,
  TooManySubmissionsError,
  TransactionReplacedError,
  TransactionRevertedError,
  UnauthorizedError,
  UnexpectedBalanceError,
  UnexpectedError,
  UserRejectedError,
  VerifierNotIndependentError,
  WrongChainError,
  WrongStatusError,
  WrongSubmissionError,
  ZeroPeriodError,
} from "./errors.js";
import type { microEscrowAbi } from "./generated/abi.js";
import type { tokenAbi } from "./generated/tokenAbi.js";
import { escrowInterface, type NumbersOf, namedValues, tokenInterface } from "./interfaces.js";
import { type Hash, type Hex, Status } from "./types.js";

type ErrorName<Abi extends readonly { readonly type: string }[]> = Extract<
  Abi[number],
  { readonly type: "error"; readonly name: string }
>["name"];

type Decoder = (
  args: Result,
  options: ErrorOptions,
  parameters: readonly ParamType[],
  name: string,
) => MicroEscrowError;

/** Decodes to a class whose fields have the names of the arguments; those that are named here are numbers. */
function to<Fields extends object>(
  Class: new (fields: Fields, options?: ErrorOptions) => MicroEscrowError,
  ...numbers: NumbersOf<Fields>[]
): Decoder {
  return (args, options, parameters) => new Class(namedValues<Fields>(args, parameters, numbers), options);
}

/** Decodes a token's refusal; `account` is the argument that says about whom. */
function refusal(account?: string): Decoder {
  return (args, options, _, error) =>
    new TokenRefusedError({ error, account: account === undefined ? undefined : args.getValue(account) }, options);
}

/** One entry for each custom error in the contract's ABI: the compiler sees to it that none is missing. */
const escrowErrors: { readonly [Name in ErrorName<typeof microEscrowAbi>]: Decoder } = {
  AddressEmptyCode: to(AddressEmptyCodeError),
  AmountOutOfRange: to(AmountOutOfRangeError),
  ArbiterFeeTooHigh: to(ArbiterFeeTooHighError, "arbiterFeeBps", "maximum"),
  ClockNotLater: to(ClockNotLaterError, "newClock", "currentClock", "time"),
  ClockRanOut: to(ClockRanOutError, "clock", "time"),
  ClockStillRunning: to(ClockStillRunningError, "clock", "time"),
  DefaultShareTooHigh: to(DefaultShareTooHighError, "defaultShareBps", "maximum"),
  EmptySchedule: (_, options) => new EmptyScheduleError(options),
  FailedCall: (_, options) => new FailedCallError(options),
  FeeTooHigh: to(FeeTooHighError, "feeBps", "maximum"),
  FeeWithoutRecipient: to(FeeWithoutRecipientError, "feeBps"),
  ForbiddenAccount: to(ForbiddenAccountError),
  FundingClosed: to(FundingClosedError),
  FundingExpired: to(FundingExpiredError, "fundBy", "time"),
  GateRefused: ({ gate, reason }, options) =>
    new GateRefusedError({ gate, reason, words: standardReason(reason) }, options),
  InvalidMilestone: to(InvalidMilestoneError, "index", "workPeriod"),
  InvalidShortString: (_, options) => new InvalidShortStringError(options),
  InvalidSignature: to(InvalidSignatureError),
  MilestoneOutOfRange: to(MilestoneOutOfRangeError, "index", "length"),
  MissingParty: to(MissingPartyError),
  NotAParty: to(NotAPartyError),
  NotAccepted: to(NotAcceptedError),
  NotEnoughGas: to(NotEnoughGasError),
  NothingToFund: (_, options) => new NothingToFundError(options),
  PartiesNotDistinct: to(PartiesNotDistinctError),
  ReentrancyGuardReentrantCall: (_, options) => new ReentrantCallError(options),
  SafeERC20FailedOperation: to(SafeERC20FailedOperationError),
  ScheduleMismatch: to(ScheduleMismatchError),
  SignatureExpired: to(SignatureExpiredError, "deadline", "time"),
  StringTooLong: ({ str }, options) => new StringTooLongError({ text: str }, options),
  TokenWithoutCode: to(TokenWithoutCodeError),
  TooManySubmissions: to(TooManySubmissionsError, "maximum"),
  Unauthorized: to(UnauthorizedError),
  UnexpectedBalance: to(UnexpectedBalanceError),
  VerifierNotIndependent: to(VerifierNotIndependentError),
  WrongStatus: ({ index, actual, allowed }, options) =>
    new WrongStatusError(
      { index: Number(index), actual: Number(actual) as Status, allowed: statusesOf(allowed) },
      options,
    ),
  WrongSubmission: to(WrongSubmissionError, "actual", "expected"),
  ZeroPeriod: to(ZeroPeriodError, "reviewPeriod", "reworkPeriod", "arbitrationPeriod"),
};

/** The same for what a token may say by the standards (ERC-6093, ERC-2612) beyond the contract's own errors. */
const tokenErrors: {
  readonly [Name in Exclude<ErrorName<typeof tokenAbi>, ErrorName<typeof microEscrowAbi>>]: Decoder;
} = {
  ECDSAInvalidSignature: refusal(),
  ECDSAInvalidSignatureLength: refusal(),
  ECDSAInvalidSignatureS: refusal(),
  ERC20InsufficientAllowance: ({ spender, allowance, needed }, options) =>
    new InsufficientAllowanceError({ token: undefined, spender, have: allowance, need: needed }, options),
  ERC20InsufficientBalance: ({ sender, balance, needed }, options) =>
    new InsufficientBalanceError({ token: undefined, account: sender, have: balance, need: needed }, options),
  ERC20InvalidApprover: refusal("approver"),
  ERC20InvalidReceiver: refusal("receiver"),
  ERC20InvalidSender: refusal("sender"),
  ERC20InvalidSpender: refusal("spender"),
  ERC2612ExpiredSignature: refusal(),
  ERC2612InvalidSigner: refusal("owner"),
  InvalidAccountNonce: refusal("account"),
};

/**
 * How nodes name a call that the EVM broke off, by a revert or without one: out of gas, an invalid opcode, and what faulty code
 * does. "missing revert data" and "revert=null" are ethers' words, whoever failed.
 */
const BROKEN_OFF =
  /revert(?! data|=)|VM e(rror|xec)|out of (bounds|gas(?!: gas req))|opcode|invalid jump|stack (under|limit)|write protection/i;

/** No endpoint's own limit of gas is as low; a lower one is what the sender can pay. */
const LEAST_GAS_CAP = 5_000_000;

/** The gas within which an estimate did not succeed, as Geth and those who follow it say; infinite when they do not. */
function affordableGas(text: string): number {
  const [, allowance = Number.POSITIVE_INFINITY] = /gas required exceeds allowance:? \(?(\d+)/i.exec(text) ?? [];
  return Number(allowance);
}

/**
 * Any failure as one of the SDK's errors, with the original as its `cause`. It finds revert data also where a wallet,
 * an RPC or ethers wrapped it.
 *
 * @example
 * try {
 *   await freelancerSigner.sendTransaction(submitCall({ escrow: escrow.address, agreement, index: 0, deliverable }));
 * } catch (error) {
 *   const reason = decodeError(error);
 *   if (reason instanceof ClockRanOutError) console.warn(`Too late since ${reason.clock}`);
 * }
 */
export function decodeError(error: unknown): MicroEscrowError {
  const layers = unwrap(error);
  const known = layers.find((layer) => layer instanceof MicroEscrowError);
  if (known instanceof MicroEscrowError) return known;

  const options = { cause: error };
  const codes = new Set(layers.map(({ code }) => code));
  const isSaid = (words: string) => words !== "" && words !== "missing revert data";
  const text = [...new Set(layers.map(messageOf).filter(isSaid))].join(": ");

  if (codes.has("ACTION_REJECTED") || codes.has(4001)) return rejected(layers, options);

  // A contract chooses its revert data and the words in it: they say nothing about the wallet, the account or the endpoint.
  const reverted = (data: Hex = "0x") => decodeRevert(data, { ...options, transaction: transactionOf(layers) });
  const data = layers.map(revertDataOf).find((candidate) => candidate !== undefined && candidate !== "0x");
  if (data !== undefined) return reverted(data);
  if (codes.has(3) || BROKEN_OFF.test(text)) return reverted();
  const tooPoor = /insufficient funds|doesn't have enough funds/i.test(text) || affordableGas(text) < LEAST_GAS_CAP;
  if (codes.has("INSUFFICIENT_FUNDS") || tooPoor) {
    return new InsufficientGasFundsError(options);
  }
  // ethers makes a CALL_EXCEPTION of whatever an endpoint answers a call with: what says nothing of the EVM is the endpoint's.
  // That an estimate takes more gas than the endpoint gives, and the sender can pay, is the call's.
  const reason = rpcReason(layers, text);
  if (codes.has("CALL_EXCEPTION") && (reason === undefined || /gas required/i.test(text))) return reverted();

  if (/user (rejected|denied)/i.test(text)) return rejected(layers, options);
  const replaced = layers.find(({ code }) => code === "TRANSACTION_REPLACED");
  if (replaced !== undefined) {
    // Its `hash` is that of the replacement too: which transaction it replaced, only its sender knows.
    const replacement = String(asLayer(replaced.replacement)?.hash) as Hash;
    return new TransactionReplacedError({ transaction: undefined, replacement }, options);
  }
  const chains = /network changed: (\d+) => (\d+)/.exec(text);
  if (codes.has("NETWORK_ERROR") && chains !== null) {
    return new WrongChainError({ actual: Number(chains[2]), expected: Number(chains[1]) }, options);
  }
  if (reason !== undefined) return new RpcError({ reason, details: shorten(text) }, options);
  return new UnexpectedError({ details: shorten(text) || String(error) }, options);
}

function rejected(layers: readonly Layer[], options: ErrorOptions): UserRejectedError {
  const action = layers.map(({ action }) => action).find(isText) ?? "transaction or signature";
  return new UserRejectedError({ action }, options);
}

/**
 * Revert data as one of the SDK's errors: the contract's custom errors, a token's, `Error(string)` and `Panic(uint256)`.
 *
 * @param data What the call reverted with.
 */
export function decodeRevert(
  data: Hex,
  { transaction, ...options }: ErrorOptions & { readonly transaction?: Hash | undefined } = {},
): MicroEscrowError {
  const parsed = parse(escrowInterface, data) ?? parse(tokenInterface, data);
  if (parsed !== undefined) {
    const decoder: Decoder | undefined = { ...tokenErrors, ...escrowErrors }[parsed.name as keyof typeof escrowErrors];
    if (decoder !== undefined) return decoder(parsed.args, options, parsed.parameters, parsed.name);
  }
  return new TransactionRevertedError({ reason: standardReason(data), data, transaction }, options);
}

function parse(abi: typeof escrowInterface | typeof tokenInterface, data: Hex) {
  try {
    const description = abi.parseError(data);
    if (description === null) return undefined;
    description.args.toArray(); // throws where a value cannot be decoded
    return { name: description.name, args: description.args, parameters: description.fragment.inputs };
  } catch {
    return undefined;
  }
}

/** The statuses whose bits are set. */
function statusesOf(set: bigint): Status[] {
  return Object.values(Status).filter((status) => (set >> BigInt(status)) & 1n);
}

/** What Error(string) and Panic(uint256), which every Interface of ethers knows, say. */
function standardReason(data: Hex): string | undefined {
  const { name, args: [what] = [] } = parse(escrowInterface, data) ?? {};
  if (name === "Error") return what;
  return name === "Panic" ? `panic 0x${what.toString(16)}` : undefined;
}

// ------------------------------------------------------------------------------------------------- what others throw

type Layer = Readonly<Record<string, unknown>>;

const isText = (value: unknown): value is string => typeof value === "string";

function asLayer(value: unknown): Layer | undefined {
  return typeof value === "object" && value !== null ? (value as Layer) : undefined;
}

/** Where wallets, RPCs and ethers put the error that they wrap. Not `transaction` or `payload`: their data is calldata. */
const WRAPPERS = ["error", "info", "data", "cause", "originalError", "revert", "response"];

/** The error and everything it wraps, outermost first. */
export function unwrap(error: unknown): Layer[] {
  const layers: Layer[] = [];
  const visit = (value: unknown, depth: number): void => {
    const layer = asLayer(value);
    if (layer === undefined || depth > 8 || layers.includes(layer)) return;
    layers.push(layer);
    for (const key of WRAPPERS) visit(layer[key], depth + 1);
    for (const key of ["responseBody", "body"]) visit(parseJson(layer[key]), depth + 1);
  };
  visit(error, 0);
  return layers;
}

function parseJson(text: unknown): unknown {
  if (!isText(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What a layer says; of an error of ethers without the request and the answer, which it writes behind that. */
function messageOf({ shortMessage, message }: Layer): string {
  return [shortMessage, message].find(isText) ?? "";
}

/** Revert data in one layer; some endpoints put it into the message. */
function revertDataOf(layer: Layer): Hex | undefined {
  const { data } = layer;
  const [, hex] = isText(data)
    ? (/^(?:Reverted |err: )?(0x(?:[0-9a-f]{2})*)(?: |$)/i.exec(data) ?? [])
    : (/revert\w*:?\s+(0x(?:[0-9a-f]{2}){4,})\b/i.exec(messageOf(layer)) ?? []);
  return hex as Hex | undefined;
}

/** The mined transaction that a failure is about, where there is one. */
function transactionOf(layers: readonly Layer[]): Hash | undefined {
  const hash = layers.map(({ receipt }) => asLayer(receipt)?.hash).find(isText);
  return hash as Hash | undefined;
}

const UNREACHABLE =
  /NETWORK_ERROR|ECONN(REFUSED|RESET)|ENOTFOUND|EAI_AGAIN|EPIPE|UND_ERR_SOCKET|fetch failed|failed to fetch|socket hang up/i;
const REFUSED = /SERVER_ERROR|UNKNOWN_ERROR|NONCE_EXPIRED|REPLACEMENT_UNDERPRICED|OFFCHAIN_FAULT/;

/** What is wrong with the endpoint, by the names and codes of errors, and by words. */
function rpcReason(layers: readonly Layer[], text: string): RpcError["reason"] | undefined {
  const signs = [...layers.flatMap(({ name, code }) => [name, code]).filter(isText), text].join(" ");
  if (/(\b|E)timed? ?out/i.test(signs)) return "timeout";
  if (UNREACHABLE.test(signs)) return "unreachable";
  if (/BAD_DATA|SyntaxError/.test(signs) || layers.some(isUnreadable)) return "malformed";
  const isAnswer = ({ code, info }: Layer) => typeof code === "number" || asLayer(info)?.error !== undefined;
  return REFUSED.test(signs) || layers.some(isAnswer) ? "refused" : undefined;
}

/** Whether ethers could not read an answer: no JSON with status 200, or null where there should be bytes or a number. */
function isUnreadable({ code, operation, argument, value }: Layer): boolean {
  if (code === "UNSUPPORTED_OPERATION") return operation === "bodyJson";
  return code === "INVALID_ARGUMENT" && (value === null || argument === "%response");
}

function shorten(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
