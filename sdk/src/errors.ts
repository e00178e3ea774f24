/**
 * One class per failure, with the facts as readonly fields and a message that says what to do. `code` is the class name
 * without "Error" and survives minification; for a failure of the contract it is the name of its custom error.
 */
import { formatTime } from "./text.js";
import { type Address, type AgreementId, type Hash, type Hex, Status, statusName } from "./types.js";

/** Every error that the SDK throws is one of these. */
export class MicroEscrowError extends Error {
  /** The class name without "Error"; stable, also in minified code. */
  readonly code: string;

  constructor(code: string, message: string, fields: object = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.name = `${code}Error`;
    Object.assign(this, fields);
  }
}

/** The facts of an error, which its constructor takes and its instances have. */
type Fields<E extends MicroEscrowError> = Omit<E, keyof MicroEscrowError>;

// --------------------------------------------------------------------------------------------------------------- input

/** How an {@link InvalidValueError} goes on after what is wrong. */
export interface InvalidValueOptions extends ErrorOptions {
  /** What to do about it, in a sentence. */
  readonly advice?: string;
}

/** A value that was passed to the SDK cannot be what it is for; which kind of value says the class that extends this. */
export abstract class InvalidValueError extends MicroEscrowError {
  /** What was given; as text, unless it was a number. */
  declare readonly value: string | number;
  /** What is wrong with it, as the rest of a sentence. */
  declare readonly reason: string;
  /** What to do about it, in a sentence; `undefined` where the reason says enough. */
  declare readonly advice: string | undefined;

  constructor(code: string, given: unknown, reason: string, { advice, ...options }: InvalidValueOptions = {}) {
    const value = typeof given === "number" ? given : textOf(given);
    const fact = `${quote(value)} ${reason}.`;
    super(code, advice === undefined ? fact : `${fact} ${advice}`, { value, reason, advice }, options);
  }

  /** The message without the advice. */
  get fact(): string {
    return `${quote(this.value)} ${this.reason}.`;
  }
}

/** A text is not an address. */
export class InvalidAddressError extends InvalidValueError {
  constructor(value: unknown, reason: string, options?: InvalidValueOptions) {
    super("InvalidAddress", value, reason, options);
  }
}

/** A text is not the 32-byte hash or other hexadecimal data that is needed here. */
export class InvalidHashError extends InvalidValueError {
  constructor(value: unknown, reason: string, options?: InvalidValueOptions) {
    super("InvalidHash", value, reason, options);
  }
}

/** A text or value is not an amount of money. */
export class InvalidAmountError extends InvalidValueError {
  constructor(value: unknown, reason: string, options?: InvalidValueOptions) {
    super("InvalidAmount", value, reason, options);
  }
}

/** A text or value is not a duration. */
export class InvalidDurationError extends InvalidValueError {
  constructor(value: unknown, reason: string, options?: InvalidValueOptions) {
    super("InvalidDuration", value, reason, options);
  }
}

/** A text or value is not a share (percent or basis points). */
export class InvalidShareError extends InvalidValueError {
  constructor(value: unknown, reason: string, options?: InvalidValueOptions) {
    super("InvalidShare", value, reason, options);
  }
}

/** A value is not a time (Unix seconds) that the contract can hold. */
export class InvalidTimeError extends InvalidValueError {
  constructor(value: unknown, reason: string, options?: InvalidValueOptions) {
    super("InvalidTime", value, reason, options);
  }
}

/** A number cannot be that of a submission. */
export class InvalidSubmissionError extends InvalidValueError {
  constructor(value: unknown, reason: string, options?: InvalidValueOptions) {
    super("InvalidSubmission", value, reason, options);
  }
}

/** A parameter is of another kind than is needed here: no object, no list, a text instead of true or false. */
export class InvalidParameterError extends InvalidValueError {
  constructor(value: unknown, reason: string, options?: InvalidValueOptions) {
    super("InvalidParameter", value, reason, options);
  }
}

/** A scope has a value that canonical JSON cannot hold. */
export class InvalidScopeError extends MicroEscrowError {
  /** Where in the scope it is. */
  declare readonly path: string;
  /** What stands there. */
  declare readonly reason: string;

  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(
      "InvalidScope",
      `The scope cannot hold ${reason} (at ${path}): change it, or leave it out.`,
      { path, reason },
      options,
    );
  }
}

/** The token registry has no such token on this chain. */
export class UnknownTokenError extends MicroEscrowError {
  declare readonly chainId: number;
  /** Symbol or address that was looked for. */
  declare readonly token: string;

  constructor({ chainId, token }: Fields<UnknownTokenError>, options?: ErrorOptions) {
    super(
      "UnknownToken",
      `The registry has no token ${quote(token)} on chain ${chainId}: pass its address and decimals instead.`,
      { chainId, token },
      options,
    );
  }
}

/** An agreement breaks rules of the contract; it could never be funded. */
export class InvalidAgreementError extends MicroEscrowError {
  /** Everything that is wrong with it, in the order in which the contract checks. */
  declare readonly problems: readonly AgreementProblem[];

  constructor({ problems }: Fields<InvalidAgreementError>, options?: ErrorOptions) {
    super(
      "InvalidAgreement",
      `The agreement is not valid. ${problems.map(({ path, message, advice }) => `${path}: ${message} ${advice}`).join(" ")}`,
      { problems },
      options,
    );
  }
}

/** A text is not an agreement file. */
export class InvalidAgreementFileError extends MicroEscrowError {
  /** What is wrong with it, as the rest of a sentence. */
  declare readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super(
      "InvalidAgreementFile",
      `This is not an agreement file: ${ended(reason)} Ask whoever sent it for the file again.`,
      { reason },
      options,
    );
  }
}

/** What the hashes of an agreement are of. */
const HASHED = {
  id: "the hash of its terms (id)",
  details: "the hash of its scope (details)",
  milestones: "the hash of its schedule (milestones)",
} as const;

/** Parts of an agreement do not belong together: somebody edited it, or took parts of two agreements. */
export class AgreementMismatchError extends MicroEscrowError {
  /** Which hash does not match. */
  declare readonly member: "id" | "details" | "milestones";
  /** The hash of what is there. */
  declare readonly actual: Hex;
  /** The hash that the agreement names. */
  declare readonly expected: Hex;

  constructor({ member, actual, expected }: Fields<AgreementMismatchError>, options?: ErrorOptions) {
    super(
      "AgreementMismatch",
      `The agreement was altered: ${HASHED[member]} should be ${expected}, but is ${actual}. Ask the other party for the file again.`,
      { member, actual, expected },
      options,
    );
  }
}

/** A deliverable or the list of its files cannot be hashed. */
export class InvalidDeliverableError extends MicroEscrowError {
  /** What is wrong with it, as the rest of a sentence. */
  declare readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super(
      "InvalidDeliverable",
      `The deliverable is not valid: ${ended(reason)} Correct that, and try again.`,
      { reason },
      options,
    );
  }
}

/** The bytes are not the ones that were submitted. */
export class DeliverableMismatchError extends MicroEscrowError {
  /** Hash of the bytes. */
  declare readonly actual: Hash;
  /** Hash that was submitted. */
  declare readonly expected: Hash;

  constructor({ actual, expected }: Fields<DeliverableMismatchError>, options?: ErrorOptions) {
    super(
      "DeliverableMismatch",
      `These are not the bytes that were submitted: they hash to ${actual}, not to ${expected}. Ask for the file that was submitted.`,
      { actual, expected },
      options,
    );
  }
}

/** A call is for another contract than the escrow. */
export class WrongContractCallError extends MicroEscrowError {
  declare readonly actual: Address;
  declare readonly expected: Address;

  constructor({ actual, expected }: Fields<WrongContractCallError>, options?: ErrorOptions) {
    super(
      "WrongContractCall",
      `The call is for ${actual}, not for the escrow ${expected}: make it for this one, or connect to the other.`,
      { actual, expected },
      options,
    );
  }
}

/** A multicall of no calls: its transaction would cost a fee and do nothing. */
export class EmptyMulticallError extends MicroEscrowError {
  constructor(options?: ErrorOptions) {
    super("EmptyMulticall", "Name at least one call for the multicall.", {}, options);
  }
}

/** A signed action is malformed, or is not for this escrow or chain. */
export class InvalidSignedActionError extends MicroEscrowError {
  /** What is wrong with it, as the rest of a sentence. */
  declare readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super(
      "InvalidSignedAction",
      `The signed action cannot be relayed: ${ended(reason)} Ask its signer for a new one.`,
      { reason },
      options,
    );
  }
}

/** A batch of calls (EIP-5792) did not happen, or not all of it. */
export class BatchFailedError extends MicroEscrowError {
  /** What the wallet says of the batch, by EIP-5792: 4xx, 5xx, 6xx; 2xx where it contradicts itself. */
  declare readonly status: number;
  /** How much of it happened; `undefined` when that is not known. */
  declare readonly happened: "nothing" | "part" | undefined;
  /** The transactions that the wallet tells of. */
  declare readonly transactions: readonly Hash[];

  constructor({ status, happened, transactions }: Fields<BatchFailedError>, options?: ErrorOptions) {
    const advice =
      happened === "nothing"
        ? "Nothing happened. Simulate its calls one by one to see why, and send it again."
        : `${happened === "part" ? "Some of its calls happened." : "Some of its calls may have happened."} Read the milestones and the allowance from the chain, and send only what is missing.`;
    super("BatchFailed", `The batch failed (status ${status}). ${advice}`, { status, happened, transactions }, options);
  }
}

/** What a wallet lacks for a batch of calls. */
const LACKING = {
  method: "it does not know wallet_sendCalls",
  atomicity: "it cannot make sure that all calls happen or none",
  upgrade: "its user did not want the account to be made one that can",
  chain: "not on this chain",
  capability: "it lacks a capability that was asked for",
  size: "there are too many calls",
} as const;

/** A wallet cannot send this batch of calls (EIP-5792). */
export class BatchUnsupportedError extends MicroEscrowError {
  declare readonly reason: keyof typeof LACKING;

  constructor({ reason }: Fields<BatchUnsupportedError>, options?: ErrorOptions) {
    super(
      "BatchUnsupported",
      `The wallet cannot send this batch: ${LACKING[reason]}. Send the calls one after the other, or those of the escrow in its own multicall.`,
      { reason },
      options,
    );
  }
}

// --------------------------------------------------------------------------------------------------------- environment

/** Something is on another chain than it should be. */
export class WrongChainError extends MicroEscrowError {
  /** Chain id that was found. */
  declare readonly actual: number;
  /** Chain id that is needed. */
  declare readonly expected: number;

  constructor({ actual, expected }: Fields<WrongChainError>, options?: ErrorOptions) {
    super(
      "WrongChain",
      `Connected to chain ${actual}, but chain ${expected} is needed: switch the network.`,
      { actual, expected },
      options,
    );
  }
}

/** There is no contract at an address. */
export class NoCodeError extends MicroEscrowError {
  declare readonly address: Address;
  declare readonly chainId: number;

  constructor({ address, chainId }: Fields<NoCodeError>, options?: ErrorOptions) {
    super(
      "NoCode",
      `There is no contract at ${address} on chain ${chainId}: deploy it there, or connect to another chain or address.`,
      { address, chainId },
      options,
    );
  }
}

/** The contract at an address is another one. */
export class WrongContractError extends MicroEscrowError {
  declare readonly address: Address;
  /** keccak256 of the code that was found, immutables set to zero. */
  declare readonly actual: Hash;
  /** keccak256 of the code that should be there, immutables set to zero. */
  declare readonly expected: Hash;

  constructor({ address, actual, expected }: Fields<WrongContractError>, options?: ErrorOptions) {
    super(
      "WrongContract",
      `The contract at ${address} is not the one that it should be: its code hashes to ${actual}, not to ${expected}. Do not use it.`,
      { address, actual, expected },
      options,
    );
  }
}

/** The EIP-712 domain of the contract is not what it should be: signatures would not be valid. */
export class WrongDomainError extends MicroEscrowError {
  /** The member of the domain that differs. */
  declare readonly field: string;
  declare readonly actual: string;
  declare readonly expected: string;

  constructor({ field, actual, expected }: Fields<WrongDomainError>, options?: ErrorOptions) {
    super(
      "WrongDomain",
      `The contract signs under another EIP-712 domain: ${field} is ${quote(actual)}, not ${quote(expected)}. Sign nothing for it.`,
      { field, actual, expected },
      options,
    );
  }
}

/** A verb that sends or signs was called on an escrow connected without a signer. */
export class MissingSignerError extends MicroEscrowError {
  constructor(options?: ErrorOptions) {
    super("MissingSigner", "This needs a signer: call escrow.connect(signer) first.", {}, options);
  }
}

/** A signer has no provider, so nothing can be read from a chain. */
export class MissingProviderError extends MicroEscrowError {
  constructor(options?: ErrorOptions) {
    super("MissingProvider", "The signer has no provider: connect it to one (signer.connect(provider)).", {}, options);
  }
}

/** A hook was used outside of a provider of the escrow. */
export class MissingEscrowProviderError extends MicroEscrowError {
  constructor(options?: ErrorOptions) {
    super(
      "MissingEscrowProvider",
      "There is no escrow for this hook: put <EscrowProvider escrow={escrow}> around the component, with what MicroEscrow.connect gave.",
      {},
      options,
    );
  }
}

/** An account cannot make a signature that the contract would accept. */
export class CannotSignError extends MicroEscrowError {
  declare readonly account: Address;
  /** What is wrong with it, as the rest of a sentence. */
  declare readonly reason: string;

  constructor({ account, reason }: Fields<CannotSignError>, options?: ErrorOptions) {
    super(
      "CannotSign",
      `${account} cannot sign: ${ended(reason)} Record its consent or send its action as a transaction of its own instead (accept, or the verb itself).`,
      { account, reason },
      options,
    );
  }
}

/** The user refused a request in the wallet, which was not sent. What was sent before it, as an approval, was. */
export class UserRejectedError extends MicroEscrowError {
  /** What was asked for. */
  declare readonly action: string;

  constructor({ action }: Fields<UserRejectedError>, options?: ErrorOptions) {
    super(
      "UserRejected",
      `The request was refused in the wallet (${action}), and was not sent: ask again, and confirm it there.`,
      { action },
      options,
    );
  }
}

/** The sender cannot pay the network fee of a transaction, which was not sent. */
export class InsufficientGasFundsError extends MicroEscrowError {
  constructor(options?: ErrorOptions) {
    super(
      "InsufficientGasFunds",
      "The account cannot pay the network fee: send it some of the chain's own coin. The transaction was not sent.",
      {},
      options,
    );
  }
}

/** A transaction would use more gas than its sender lets it, and was not sent. */
export class GasTooHighError extends MicroEscrowError {
  /** What it would use. */
  declare readonly estimate: bigint;
  /** What it may use (`maxGas`). */
  declare readonly maximum: bigint;

  constructor({ estimate, maximum }: Fields<GasTooHighError>, options?: ErrorOptions) {
    super(
      "GasTooHigh",
      `The transaction would use ${estimate} gas, and may use ${maximum} at most (maxGas). It was not sent: look at whose code is called in it before you allow it more.`,
      { estimate, maximum },
      options,
    );
  }
}

/** The RPC endpoint is down, slow, or answers with an error of its own. */
export class RpcError extends MicroEscrowError {
  /** unreachable: no answer; timeout: too slow; refused: it answered with an error; malformed: it answered nonsense. */
  declare readonly reason: "unreachable" | "timeout" | "refused" | "malformed";
  /** What it said. */
  declare readonly details: string;

  constructor({ reason, details }: Fields<RpcError>, options?: ErrorOptions) {
    super(
      "Rpc",
      `The RPC endpoint failed (${reason}): ${ended(details)} Try again, or use another endpoint; if a transaction was being sent, look it up before you send it again.`,
      { reason, details },
      options,
    );
  }
}

/** An account has too little of a token. Amounts are token base units. */
export class InsufficientBalanceError extends MicroEscrowError {
  /** Undefined where a token said so without saying which it is. */
  declare readonly token: Address | undefined;
  declare readonly account: Address;
  declare readonly have: bigint;
  declare readonly need: bigint;

  constructor({ token, account, have, need }: Fields<InsufficientBalanceError>, options?: ErrorOptions) {
    super(
      "InsufficientBalance",
      `${account} has ${have} of the token${token === undefined ? "" : ` ${token}`}, but needs ${need} (base units): send it the rest first.`,
      { token, account, have, need },
      options,
    );
  }
}

/** The escrow may take too little of a token from its owner. Amounts are token base units. */
export class InsufficientAllowanceError extends MicroEscrowError {
  /** Undefined where a token said so without saying which it is. */
  declare readonly token: Address | undefined;
  /** Who may spend. */
  declare readonly spender: Address;
  declare readonly have: bigint;
  declare readonly need: bigint;

  constructor({ token, spender, have, need }: Fields<InsufficientAllowanceError>, options?: ErrorOptions) {
    super(
      "InsufficientAllowance",
      `${spender} may spend ${have} of the token${token === undefined ? "" : ` ${token}`}, but needs ${need} (base units): approve that amount first, or let fund choose (payment: "auto").`,
      { token, spender, have, need },
      options,
    );
  }
}

/** A token takes no EIP-2612 permit of this payer. */
export class PermitUnsupportedError extends MicroEscrowError {
  declare readonly token: Address;
  /** What is wrong with it, as the rest of a sentence. */
  declare readonly reason: string;

  constructor({ token, reason }: Fields<PermitUnsupportedError>, options?: ErrorOptions) {
    super(
      "PermitUnsupported",
      `The token ${token} cannot be paid by permit: ${ended(reason)} Use payment "approve" or "auto".`,
      { token, reason },
      options,
    );
  }
}

/** There is no way to pay with this token by signature alone. */
export class GaslessUnsupportedError extends MicroEscrowError {
  declare readonly token: Address;
  /** What is missing for each kind of payment, as the rest of a sentence. */
  declare readonly reason: string;

  constructor({ token, reason }: Fields<GaslessUnsupportedError>, options?: ErrorOptions) {
    super(
      "GaslessUnsupported",
      `The token ${token} cannot be paid by signature alone: ${ended(reason)} Let the client approve Permit2 once, where there is one, or fund with an account that pays the network fee.`,
      { token, reason },
      options,
    );
  }
}

/** What a client signed to pay with is not, or no longer, good: the token or Permit2 refuses it. */
export class PaymentRefusedError extends MicroEscrowError {
  /** What is wrong with it, as the rest of a sentence. */
  declare readonly reason: string;

  constructor({ reason }: Fields<PaymentRefusedError>, options?: ErrorOptions) {
    super(
      "PaymentRefused",
      `The signed payment is refused: ${ended(reason)} Ask the client for a new one.`,
      { reason },
      options,
    );
  }
}

/** The token refused with an error of the ERC-20 standards (ERC-6093, ERC-2612). */
export class TokenRefusedError extends MicroEscrowError {
  /** Name of the token's error. */
  declare readonly error: string;
  /** The account it is about. */
  declare readonly account: Address | undefined;

  constructor({ error, account }: Fields<TokenRefusedError>, options?: ErrorOptions) {
    const advice = error.startsWith("ERC20")
      ? "use another account or another token"
      : 'sign a new permit, or use payment "approve"';
    super(
      "TokenRefused",
      `The token refused: ${error}${account === undefined ? "" : ` (${account})`}. To go on, ${advice}.`,
      { error, account },
      options,
    );
  }
}

/** No event of this escrow opened an agreement with this id. */
export class UnknownAgreementError extends MicroEscrowError {
  declare readonly id: AgreementId;

  constructor({ id }: Fields<UnknownAgreementError>, options?: ErrorOptions) {
    super(
      "UnknownAgreement",
      `No agreement ${id} was opened here: nobody has accepted or funded it yet, or it is on another chain or escrow. Ask a party where it is.`,
      { id },
      options,
    );
  }
}

/** What a decision answers is not in a safe block yet. Nothing was sent. */
export class NotConfirmedError extends MicroEscrowError {
  /** The milestone, counted from 0. */
  declare readonly index: number;
  /** The block that would have to be safe. */
  declare readonly block: number;
  /** The newest safe block. */
  declare readonly safeBlock: number;

  constructor({ index, block, safeBlock }: Fields<NotConfirmedError>, options?: ErrorOptions) {
    super(
      "NotConfirmed",
      `What you decide on (milestone ${index}) is in block ${block}, but the newest safe block is ${safeBlock}: try again later, or choose how many confirmations are enough.`,
      { index, block, safeBlock },
      options,
    );
  }
}

/** An RPC endpoint left out events: what it returned contradicts the state of the contract. */
export class IncompleteHistoryError extends MicroEscrowError {
  declare readonly id: AgreementId;
  /** What is missing. */
  declare readonly details: string;

  constructor({ id, details }: Fields<IncompleteHistoryError>, options?: ErrorOptions) {
    super(
      "IncompleteHistory",
      `The RPC endpoint left out events of agreement ${id} (${details}): try again, or use another endpoint.`,
      { id, details },
      options,
    );
  }
}

/** What a stored history is of. */
const STORED = {
  chainId: "chain",
  escrow: "escrow",
  topics: "topics",
  startBlock: "first block",
} as const;

/** A storage holds another history than the one that is read. Nothing was changed. */
export class HistoryMismatchError extends MicroEscrowError {
  /** What is another. */
  declare readonly member: "chainId" | "escrow" | "topics" | "startBlock";
  /** What the storage has, as text. */
  declare readonly actual: string;
  /** What is read, as text. */
  declare readonly expected: string;

  constructor({ member, actual, expected }: Fields<HistoryMismatchError>, options?: ErrorOptions) {
    super(
      "HistoryMismatch",
      `The storage holds another history: its ${STORED[member]} is ${quote(actual)}, not ${quote(expected)}. Use a storage of its own for each, or clear this one.`,
      { member, actual, expected },
      options,
    );
  }
}

/** A block that was stored as final is not on the chain. Nothing was changed. */
export class HistoryReorganizedError extends MicroEscrowError {
  declare readonly block: number;
  /** The hash of the block on the chain; `undefined` where the endpoint has no such block. */
  declare readonly actual: Hash | undefined;
  /** The hash that was stored. */
  declare readonly expected: Hash;

  constructor({ block, actual, expected }: Fields<HistoryReorganizedError>, options?: ErrorOptions) {
    super(
      "HistoryReorganized",
      `Block ${block} was stored as final with hash ${expected}, and ${actual === undefined ? "is not there" : `is ${actual}`}: a development node was restarted, the URL leads to another chain or to a node that is behind, or the finality is too low. Check that; then sync with ifReorganized: "start anew", and book anew what you took from the old history.`,
      { block, actual, expected },
      options,
    );
  }
}

/** What a storage holds is no history, or one with a part that is damaged or missing. */
export class InvalidHistoryError extends MicroEscrowError {
  /** What is wrong with it, as the rest of a sentence. */
  declare readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super(
      "InvalidHistory",
      `The storage does not hold a whole history: ${ended(reason)} Clear it (storage.clear()), and sync again.`,
      { reason },
      options,
    );
  }
}

/** A storage cannot be opened, read or written. */
export class HistoryStorageError extends MicroEscrowError {
  /** What is wrong with it, as the rest of a sentence. */
  declare readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super(
      "HistoryStorage",
      `The storage failed: ${ended(reason)} What it holds is as it was before; use another storage, or try again.`,
      { reason },
      options,
    );
  }
}

/** A call reverted with a reason that is not a custom error of the contract. */
export class TransactionRevertedError extends MicroEscrowError {
  /** Error(string) or Panic(uint256) in words; undefined without one. */
  declare readonly reason: string | undefined;
  /** The revert data; 0x when there is none. */
  declare readonly data: Hex;
  /** The transaction, where one was mined. */
  declare readonly transaction: Hash | undefined;

  constructor({ reason, data, transaction }: Fields<TransactionRevertedError>, options?: ErrorOptions) {
    // A reason that is another error's message has said what to do.
    const advice =
      reason !== undefined && options?.cause instanceof MicroEscrowError
        ? ""
        : " It changed nothing: check token, accounts and gas before you try again.";
    super(
      "TransactionReverted",
      `Reverted${transaction === undefined ? "" : ` in ${transaction}`}: ${ended(reason ?? unnamed(data))}${advice}`,
      { reason, data, transaction },
      options,
    );
  }
}

/** A transaction was sent, and was not mined in time. It may still be. */
export class NotMinedError extends MicroEscrowError {
  declare readonly transaction: Hash;
  /** Seconds that were waited. */
  declare readonly patience: number;

  constructor({ transaction, patience }: Fields<NotMinedError>, options?: ErrorOptions) {
    super(
      "NotMined",
      `Transaction ${transaction} was sent, and was not mined within ${patience} s. It may still be: look it up before you send anything again.`,
      { transaction, patience },
      options,
    );
  }
}

/** The transaction was cancelled or replaced by another one with its nonce. */
export class TransactionReplacedError extends MicroEscrowError {
  /** The transaction that was sent; undefined where the report of it does not say. */
  declare readonly transaction: Hash | undefined;
  /** The one that was mined instead. */
  declare readonly replacement: Hash;

  constructor({ transaction, replacement }: Fields<TransactionReplacedError>, options?: ErrorOptions) {
    super(
      "TransactionReplaced",
      `${transaction === undefined ? "The transaction" : `Transaction ${transaction}`} was replaced by ${replacement}: what it was to do did not happen. Look at that one, then send it again.`,
      { transaction, replacement },
      options,
    );
  }
}

/** A transaction succeeded without the event that it must emit. */
export class MissingEventError extends MicroEscrowError {
  declare readonly event: string;
  declare readonly transaction: Hash;

  constructor({ event, transaction }: Fields<MissingEventError>, options?: ErrorOptions) {
    super(
      "MissingEvent",
      `Transaction ${transaction} has no ${event} event of this escrow: look at what it did before you send anything again.`,
      { event, transaction },
      options,
    );
  }
}

/** The contract could not be deployed at its address. */
export class DeploymentFailedError extends MicroEscrowError {
  /** What is wrong with it, as the rest of a sentence. */
  declare readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super(
      "DeploymentFailed",
      `Deployment failed: ${ended(reason)} Deploy again when that is mended.`,
      { reason },
      options,
    );
  }
}

// ------------------------------------------------------------------------------------------------------------- storage

/** Content is larger than the reader takes, or than the storage takes. */
export class ContentTooLargeError extends MicroEscrowError {
  /** SHA-256 of the content. */
  declare readonly hash: Hash;
  /** The most bytes that are taken; `undefined` where the storage did not say. */
  declare readonly limit: number | undefined;
  /** Whether the storage was to give it or to take it. */
  declare readonly during: "reading" | "writing";

  constructor({ hash, limit, during }: Fields<ContentTooLargeError>, options?: ErrorOptions) {
    const most = limit === undefined ? "" : `, which is ${limit} bytes`;
    super(
      "ContentTooLarge",
      during === "reading"
        ? `${hash} is larger than what is read at most${most}: allow more (maxSize) if you expect as much.`
        : `${hash} is larger than what the storage takes${most}: split it into several files, or use another storage.`,
      { hash, limit, during },
      options,
    );
  }
}

/** A storage gave other bytes than those that were asked for. */
export class ContentMismatchError extends MicroEscrowError {
  /** Hash of the bytes that it gave. */
  declare readonly actual: Hash;
  /** Hash that was asked for. */
  declare readonly expected: Hash;

  constructor({ actual, expected }: Fields<ContentMismatchError>, options?: ErrorOptions) {
    super(
      "ContentMismatch",
      `The storage gave other bytes: they hash to ${actual}, not to ${expected}. Do not use them; read from another storage.`,
      { actual, expected },
      options,
    );
  }
}

/** A storage does not have what was asked for. */
export class ContentMissingError extends MicroEscrowError {
  /** SHA-256 of the content. */
  declare readonly hash: Hash;

  constructor({ hash }: Fields<ContentMissingError>, options?: ErrorOptions) {
    super(
      "ContentMissing",
      `The storage does not have ${hash}: read from another one, or ask whoever made it to store it there.`,
      { hash },
      options,
    );
  }
}

/** A manifest lists more files than the reader takes. */
export class TooManyFilesError extends MicroEscrowError {
  /** SHA-256 of the manifest. */
  declare readonly hash: Hash;
  /** Files that it lists. */
  declare readonly count: number;
  /** The most files that are taken. */
  declare readonly limit: number;

  constructor({ hash, count, limit }: Fields<TooManyFilesError>, options?: ErrorOptions) {
    super(
      "TooManyFiles",
      `The deliverable ${hash} has ${count} files, and at most ${limit} are read: allow more (maxFiles) if you expect as many.`,
      { hash, count, limit },
      options,
    );
  }
}

/** A storage is down, slow, or refuses. */
export class StorageFailedError extends MicroEscrowError {
  /**
   * unreachable: no answer, or it broke off; timeout: too slow; refused: it answered with an error; malformed: it answered
   * nonsense; aborted: the caller's signal ended it.
   */
  declare readonly reason: "unreachable" | "timeout" | "refused" | "malformed" | "aborted";
  /** What it said. */
  declare readonly details: string;

  constructor({ reason, details }: Fields<StorageFailedError>, options?: ErrorOptions) {
    super(
      "StorageFailed",
      `The storage failed (${reason}): ${ended(details)} Try again, or use another storage.`,
      { reason, details },
      options,
    );
  }
}

/** What is stored under the hash of a scope is another document. */
export class NotAScopeError extends MicroEscrowError {
  /** SHA-256 of the document. */
  declare readonly hash: Hash;
  /** What is wrong with it, as the rest of a sentence. */
  declare readonly reason: string;

  constructor({ hash, reason }: Fields<NotAScopeError>, options?: ErrorOptions) {
    super(
      "NotAScope",
      `The document ${hash} is not a scope: ${ended(reason)} Read it as it is with getContent, and ask whoever made the agreement for its scope.`,
      { hash, reason },
      options,
    );
  }
}

// --------------------------------------------------------------------------------------------------------- anything else

/** Something failed that the SDK has no class for; `cause` has it. */
export class UnexpectedError extends MicroEscrowError {
  declare readonly details: string;

  constructor({ details }: Fields<UnexpectedError>, options?: ErrorOptions) {
    super(
      "Unexpected",
      `${ended(details)} See the cause, and look up what was sent before you try again.`,
      { details },
      options,
    );
  }
}

// ---------------------------------------------------------------------------------------- the contract's custom errors

/** Client, freelancer, arbiter and token must all be set. */
export class MissingPartyError extends MicroEscrowError {
  declare readonly client: Address;
  declare readonly freelancer: Address;
  declare readonly arbiter: Address;
  declare readonly token: Address;

  constructor({ client, freelancer, arbiter, token }: Fields<MissingPartyError>, options?: ErrorOptions) {
    super(
      "MissingParty",
      `Client (${client}), freelancer (${freelancer}), arbiter (${arbiter}) and token (${token}) must all be set.`,
      { client, freelancer, arbiter, token },
      options,
    );
  }
}

/** Client, freelancer and arbiter must be three different accounts. */
export class PartiesNotDistinctError extends MicroEscrowError {
  declare readonly client: Address;
  declare readonly freelancer: Address;
  declare readonly arbiter: Address;

  constructor({ client, freelancer, arbiter }: Fields<PartiesNotDistinctError>, options?: ErrorOptions) {
    super(
      "PartiesNotDistinct",
      `Client (${client}), freelancer (${freelancer}) and arbiter (${arbiter}) must be three different accounts.`,
      { client, freelancer, arbiter },
      options,
    );
  }
}

/** Neither the escrow nor the token can be a party or receive payments. */
export class ForbiddenAccountError extends MicroEscrowError {
  declare readonly account: Address;

  constructor({ account }: Fields<ForbiddenAccountError>, options?: ErrorOptions) {
    super(
      "ForbiddenAccount",
      `${account} is the escrow or the token, which cannot be a party or receive payments: name another account.`,
      { account },
      options,
    );
  }
}

/** The verifier must be neither the freelancer nor the arbiter. */
export class VerifierNotIndependentError extends MicroEscrowError {
  declare readonly verifier: Address;

  constructor({ verifier }: Fields<VerifierNotIndependentError>, options?: ErrorOptions) {
    super(
      "VerifierNotIndependent",
      `The verifier ${verifier} must be neither the freelancer nor the arbiter.`,
      { verifier },
      options,
    );
  }
}

/** The platform fee exceeds its cap (basis points). */
export class FeeTooHighError extends MicroEscrowError {
  declare readonly feeBps: number;
  declare readonly maximum: number;

  constructor({ feeBps, maximum }: Fields<FeeTooHighError>, options?: ErrorOptions) {
    super(
      "FeeTooHigh",
      `The platform fee of ${feeBps} basis points is above the maximum of ${maximum}: agree on less.`,
      { feeBps, maximum },
      options,
    );
  }
}

/** The arbiter fee exceeds its cap (basis points). */
export class ArbiterFeeTooHighError extends MicroEscrowError {
  declare readonly arbiterFeeBps: number;
  declare readonly maximum: number;

  constructor({ arbiterFeeBps, maximum }: Fields<ArbiterFeeTooHighError>, options?: ErrorOptions) {
    super(
      "ArbiterFeeTooHigh",
      `The arbiter fee of ${arbiterFeeBps} basis points is above the maximum of ${maximum}: agree on less.`,
      { arbiterFeeBps, maximum },
      options,
    );
  }
}

/** The default share exceeds the whole (basis points). */
export class DefaultShareTooHighError extends MicroEscrowError {
  declare readonly defaultShareBps: number;
  declare readonly maximum: number;

  constructor({ defaultShareBps, maximum }: Fields<DefaultShareTooHighError>, options?: ErrorOptions) {
    super(
      "DefaultShareTooHigh",
      `The default share of ${defaultShareBps} basis points is above the maximum of ${maximum}: agree on less.`,
      { defaultShareBps, maximum },
      options,
    );
  }
}

/** A platform fee (basis points) was agreed, but nobody to receive it. */
export class FeeWithoutRecipientError extends MicroEscrowError {
  declare readonly feeBps: number;

  constructor({ feeBps }: Fields<FeeWithoutRecipientError>, options?: ErrorOptions) {
    super("FeeWithoutRecipient", `A platform fee of ${feeBps} basis points needs a recipient.`, { feeBps }, options);
  }
}

/** Review, rework and arbitration period (seconds) must be greater than 0. */
export class ZeroPeriodError extends MicroEscrowError {
  declare readonly reviewPeriod: number;
  declare readonly reworkPeriod: number;
  declare readonly arbitrationPeriod: number;

  constructor({ reviewPeriod, reworkPeriod, arbitrationPeriod }: Fields<ZeroPeriodError>, options?: ErrorOptions) {
    super(
      "ZeroPeriod",
      `Review (${reviewPeriod} s), rework (${reworkPeriod} s) and arbitration period (${arbitrationPeriod} s) must be greater than 0.`,
      { reviewPeriod, reworkPeriod, arbitrationPeriod },
      options,
    );
  }
}

/** The schedule has no milestone. */
export class EmptyScheduleError extends MicroEscrowError {
  constructor(options?: ErrorOptions) {
    super("EmptySchedule", "The schedule has no milestone: name at least one.", {}, options);
  }
}

/** A milestone's amount (base units) and work period (seconds) must be greater than 0. */
export class InvalidMilestoneError extends MicroEscrowError {
  /** Counted from 0. */
  declare readonly index: number;
  declare readonly amount: bigint;
  declare readonly workPeriod: number;

  constructor({ index, amount, workPeriod }: Fields<InvalidMilestoneError>, options?: ErrorOptions) {
    super(
      "InvalidMilestone",
      `Milestone ${index} needs an amount (${amount}) and a work period (${workPeriod} s) greater than 0.`,
      { index, amount, workPeriod },
      options,
    );
  }
}

/** The schedule is not the one that the agreement names. */
export class ScheduleMismatchError extends MicroEscrowError {
  /** Hash of the schedule. */
  declare readonly actual: Hash;
  /** Hash that the agreement names. */
  declare readonly expected: Hash;

  constructor({ actual, expected }: Fields<ScheduleMismatchError>, options?: ErrorOptions) {
    super(
      "ScheduleMismatch",
      `The schedule hashes to ${actual}, but the agreement names ${expected}: take terms and schedule from the same agreement.`,
      { actual, expected },
      options,
    );
  }
}

/** Only somebody named in the agreement can do this. */
export class NotAPartyError extends MicroEscrowError {
  declare readonly account: Address;

  constructor({ account }: Fields<NotAPartyError>, options?: ErrorOptions) {
    super(
      "NotAParty",
      `${account} is not one of those who may do this by the agreement: act as the client or the freelancer (for evidence also as the arbiter or the verifier).`,
      { account },
      options,
    );
  }
}

/** The caller is not the account whose decision this is, and gave no signature of it. */
export class UnauthorizedError extends MicroEscrowError {
  declare readonly caller: Address;
  declare readonly expected: Address;

  constructor({ caller, expected }: Fields<UnauthorizedError>, options?: ErrorOptions) {
    super(
      "Unauthorized",
      `This is for ${expected} to decide, not for ${caller}: send it from there, or relay its signed action.`,
      { caller, expected },
      options,
    );
  }
}

/** The signature's deadline has passed. */
export class SignatureExpiredError extends MicroEscrowError {
  /** Unix seconds. */
  declare readonly deadline: number;
  /** Time of the block, Unix seconds. */
  declare readonly time: number;

  constructor({ deadline, time }: Fields<SignatureExpiredError>, options?: ErrorOptions) {
    super(
      "SignatureExpired",
      `The signature was good until ${at(deadline)}, and it is ${at(time)}: ask for a new one.`,
      { deadline, time },
      options,
    );
  }
}

/** The account did not sign this digest. */
export class InvalidSignatureError extends MicroEscrowError {
  declare readonly signer: Address;
  declare readonly digest: Hash;

  constructor({ signer, digest }: Fields<InvalidSignatureError>, options?: ErrorOptions) {
    super(
      "InvalidSignature",
      `${signer} did not sign this (digest ${digest}): the signature is for something else, or the state has changed since. Ask for a new one.`,
      { signer, digest },
      options,
    );
  }
}

/** A party has not consented to the agreement yet. */
export class NotAcceptedError extends MicroEscrowError {
  declare readonly party: Address;

  constructor({ party }: Fields<NotAcceptedError>, options?: ErrorOptions) {
    super(
      "NotAccepted",
      `${party} has not accepted the agreement: pass its signature, or let it call accept.`,
      { party },
      options,
    );
  }
}

/** A party closed the agreement: nothing more can be funded. */
export class FundingClosedError extends MicroEscrowError {
  declare readonly id: AgreementId;

  constructor({ id }: Fields<FundingClosedError>, options?: ErrorOptions) {
    super(
      "FundingClosed",
      `Agreement ${id} was closed: nothing more can be funded. Make a new agreement.`,
      { id },
      options,
    );
  }
}

/** The agreement's funding time is over. */
export class FundingExpiredError extends MicroEscrowError {
  /** Unix seconds. */
  declare readonly fundBy: number;
  /** Time of the block, Unix seconds. */
  declare readonly time: number;

  constructor({ fundBy, time }: Fields<FundingExpiredError>, options?: ErrorOptions) {
    super(
      "FundingExpired",
      `The agreement could be funded until ${at(fundBy)}, and it is ${at(time)}: make a new agreement.`,
      { fundBy, time },
      options,
    );
  }
}

/** The list of milestones to fund is empty. */
export class NothingToFundError extends MicroEscrowError {
  constructor(options?: ErrorOptions) {
    super("NothingToFund", "Name at least one milestone to fund.", {}, options);
  }
}

/** The schedule has no milestone with this index. */
export class MilestoneOutOfRangeError extends MicroEscrowError {
  /** Counted from 0. */
  declare readonly index: number;
  declare readonly length: number;

  constructor({ index, length }: Fields<MilestoneOutOfRangeError>, options?: ErrorOptions) {
    super(
      "MilestoneOutOfRange",
      `There is no milestone ${index}: name one of the ${length} in the schedule, counted from 0.`,
      { index, length },
      options,
    );
  }
}

/** The gate refused the funding. */
export class GateRefusedError extends MicroEscrowError {
  declare readonly gate: Address;
  /** What the gate reverted with; 0x when it has no code or said nothing. */
  declare readonly reason: Hex;
  /** Error(string) or Panic(uint256) in words; undefined where it reverted with neither. */
  declare readonly words: string | undefined;

  constructor({ gate, reason, words }: Fields<GateRefusedError>, options?: ErrorOptions) {
    super(
      "GateRefused",
      `The gate ${gate} refused this funding (${words === undefined ? unnamed(reason) : quote(words)}): ask whoever runs it what it wants.`,
      { gate, reason, words },
      options,
    );
  }
}

/** There is no token contract at this address. */
export class TokenWithoutCodeError extends MicroEscrowError {
  declare readonly token: Address;

  constructor({ token }: Fields<TokenWithoutCodeError>, options?: ErrorOptions) {
    super(
      "TokenWithoutCode",
      `There is no token contract at ${token}: connect to the chain that the agreement is for, or name the right token in a new one.`,
      { token },
      options,
    );
  }
}

/** The token delivered another amount than was asked for. Balances of the escrow afterwards, base units. */
export class UnexpectedBalanceError extends MicroEscrowError {
  declare readonly token: Address;
  declare readonly actual: bigint;
  declare readonly expected: bigint;

  constructor({ token, actual, expected }: Fields<UnexpectedBalanceError>, options?: ErrorOptions) {
    super(
      "UnexpectedBalance",
      `The token ${token} left the escrow with ${actual} instead of ${expected}: a token that takes a fee on transfer cannot be used; take another.`,
      { token, actual, expected },
      options,
    );
  }
}

/** The milestone's status does not allow this. */
export class WrongStatusError extends MicroEscrowError {
  /** Counted from 0. */
  declare readonly index: number;
  declare readonly actual: Status;
  /** The statuses that allow it. */
  declare readonly allowed: readonly Status[];

  constructor({ index, actual, allowed }: Fields<WrongStatusError>, options?: ErrorOptions) {
    super(
      "WrongStatus",
      allowed.includes(Status.None)
        ? `Milestone ${index} was funded before, and is ${statusName(actual)} now: fund the others without it.`
        : `Milestone ${index} is ${statusName(actual)}; this needs ${allowed.map(statusName).join(" or ")}: see availableActions for what is possible now.`,
      { index, actual, allowed },
      options,
    );
  }
}

/** The milestone's clock has run out. */
export class ClockRanOutError extends MicroEscrowError {
  /** Unix seconds. */
  declare readonly clock: number;
  /** Time of the block, Unix seconds. */
  declare readonly time: number;

  constructor({ clock, time }: Fields<ClockRanOutError>, options?: ErrorOptions) {
    super(
      "ClockRanOut",
      `The time for this ended at ${at(clock)}, and it is ${at(time)}: anybody can finalize the milestone now; see availableActions for what else is possible.`,
      { clock, time },
      options,
    );
  }
}

/** The milestone's clock is still running: its default outcome is not due yet. */
export class ClockStillRunningError extends MicroEscrowError {
  /** Unix seconds. */
  declare readonly clock: number;
  /** Time of the block, Unix seconds. */
  declare readonly time: number;

  constructor({ clock, time }: Fields<ClockStillRunningError>, options?: ErrorOptions) {
    super(
      "ClockStillRunning",
      `This can be finalized from ${at(clock)} on, and it is ${at(time)}: wait until then, or let the parties end it earlier (approve, refund or settle).`,
      { clock, time },
      options,
    );
  }
}

/** The new clock must be later than the present one and than now. Unix seconds. */
export class ClockNotLaterError extends MicroEscrowError {
  declare readonly newClock: number;
  declare readonly currentClock: number;
  /** Time of the block, Unix seconds. */
  declare readonly time: number;

  constructor({ newClock, currentClock, time }: Fields<ClockNotLaterError>, options?: ErrorOptions) {
    super(
      "ClockNotLater",
      `The new clock, ${at(newClock)}, must be later than the present one, ${at(currentClock)}, and than now, ${at(time)}.`,
      { newClock, currentClock, time },
      options,
    );
  }
}

/** The decision was made about another submission than the current one. */
export class WrongSubmissionError extends MicroEscrowError {
  /** The submission that the decision was made about. */
  declare readonly actual: number;
  /** The current one. */
  declare readonly expected: number;

  constructor({ actual, expected }: Fields<WrongSubmissionError>, options?: ErrorOptions) {
    super(
      "WrongSubmission",
      `This decides about submission ${actual}, but the current one is ${expected}: look at that first.`,
      { actual, expected },
      options,
    );
  }
}

/** No more submissions are taken for this milestone. */
export class TooManySubmissionsError extends MicroEscrowError {
  declare readonly maximum: number;

  constructor({ maximum }: Fields<TooManySubmissionsError>, options?: ErrorOptions) {
    super(
      "TooManySubmissions",
      `No more than ${maximum} submissions are taken: dispute, settle or refund instead.`,
      { maximum },
      options,
    );
  }
}

/** The amount is out of range; base units, both bounds included. */
export class AmountOutOfRangeError extends MicroEscrowError {
  declare readonly amount: bigint;
  declare readonly minimum: bigint;
  declare readonly maximum: bigint;

  constructor({ amount, minimum, maximum }: Fields<AmountOutOfRangeError>, options?: ErrorOptions) {
    const bounds =
      maximum < minimum
        ? "is too much: so little is held that nothing can be given"
        : `must be between ${minimum} and ${maximum}`;
    super("AmountOutOfRange", `The amount ${amount} ${bounds} (base units).`, { amount, minimum, maximum }, options);
  }
}

/** A payment failed, and there was too little gas to tell whether it would fail with enough. */
export class NotEnoughGasError extends MicroEscrowError {
  /** Gas that was left before the payment. */
  declare readonly available: bigint;
  /** Gas that must be left there. */
  declare readonly required: bigint;

  constructor({ available, required }: Fields<NotEnoughGasError>, options?: ErrorOptions) {
    super(
      "NotEnoughGas",
      `Only ${available} gas was left for a payment, ${required} must be: send the transaction with a higher gas limit.`,
      { available, required },
      options,
    );
  }
}

/** The token returned false or nothing where it should have returned true. */
export class SafeERC20FailedOperationError extends MicroEscrowError {
  declare readonly token: Address;

  constructor({ token }: Fields<SafeERC20FailedOperationError>, options?: ErrorOptions) {
    super(
      "SafeERC20FailedOperation",
      `The token ${token} refused the transfer without saying why: check balance and allowance, and whether it is paused or blocks an account.`,
      { token },
      options,
    );
  }
}

/** The contract was entered while it was working: a token or a recipient called back. */
export class ReentrantCallError extends MicroEscrowError {
  constructor(options?: ErrorOptions) {
    super(
      "ReentrantCall",
      "The escrow was called while it was working: the token calls back and cannot be used; take another.",
      {},
      options,
    );
  }
}

/** A call went to an address without code. */
export class AddressEmptyCodeError extends MicroEscrowError {
  declare readonly target: Address;

  constructor({ target }: Fields<AddressEmptyCodeError>, options?: ErrorOptions) {
    super(
      "AddressEmptyCode",
      `There is no contract at ${target}: check the address and the chain.`,
      { target },
      options,
    );
  }
}

/** A call inside a multicall failed without a reason. */
export class FailedCallError extends MicroEscrowError {
  constructor(options?: ErrorOptions) {
    super("FailedCall", "A call inside the multicall failed without a reason: try its calls one by one.", {}, options);
  }
}

/** A short string of the contract is malformed. */
export class InvalidShortStringError extends MicroEscrowError {
  constructor(options?: ErrorOptions) {
    super(
      "InvalidShortString",
      "A short string of the contract is malformed: make sure that it is MicroEscrow.",
      {},
      options,
    );
  }
}

/** A string is too long for the contract. */
export class StringTooLongError extends MicroEscrowError {
  declare readonly text: string;

  constructor({ text }: Fields<StringTooLongError>, options?: ErrorOptions) {
    super("StringTooLong", `The string ${quote(text)} is too long: shorten it to 31 bytes.`, { text }, options);
  }
}

/** Something that is wrong with an agreement. */
export interface AgreementProblem {
  /** Where it is: `"milestones[2].amount"`. */
  readonly path: string;
  /** What is wrong. */
  readonly message: string;
  /** What to do about it. */
  readonly advice: string;
  /** The same as an error; for what the contract checks, the one that its revert decodes to. */
  readonly error: MicroEscrowError;
}

/** A value from outside in quotes, inert and short enough for a message. */
function quote(value: unknown): string {
  const text = textOf(value);
  const short = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  return JSON.stringify(short).replace(
    /[^ -~…]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A value from outside as text, also where it has none of its own. */
function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return typeof value;
  }
}

/** A time for people and for machines: `2027-02-03 10:00:00 UTC (1801648800)`. */
function at(seconds: number): string {
  return `${formatTime(seconds)} (${seconds})`;
}

/** Revert data that has no words, as far as it says anything. */
function unnamed(data: Hex): string {
  return data === "0x" ? "no reason given" : `unknown error ${data.slice(0, 10)}`;
}

/** A text as the end of a sentence: with one full stop. */
function ended(text: string): string {
  return `${text.replace(/[.\s]+$/, "")}.`;
}
