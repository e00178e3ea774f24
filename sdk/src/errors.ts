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

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.name = `${code}Error`;
  }
}

// --------------------------------------------------------------------------------------------------------------- input

/** How an {@link InvalidValueError} goes on after what is wrong. */
export interface InvalidValueOptions extends ErrorOptions {
  /** What to do about it, in a sentence. */
  readonly advice?: string;
}

/** A value that was passed to the SDK cannot be what it is for; which kind of value says the class that extends this. */
export abstract class InvalidValueError extends MicroEscrowError {
  /** What was given; as text, unless it was a number. */
  readonly value: string | number;
  /** What is wrong with it, as the rest of a sentence. */
  readonly reason: string;
  /** What to do about it, in a sentence; `undefined` where the reason says enough. */
  readonly advice: string | undefined;

  constructor(code: string, value: unknown, reason: string, { advice, ...options }: InvalidValueOptions = {}) {
    super(code, `${quote(value)} ${reason}.${advice === undefined ? "" : ` ${advice}`}`, options);
    this.value = typeof value === "number" ? value : textOf(value);
    this.reason = reason;
    this.advice = advice;
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
  readonly path: string;
  /** What stands there. */
  readonly reason: string;

  constructor(path: string, reason: string, options?: ErrorOptions) {
    super("InvalidScope", `The scope cannot hold ${reason} (at ${path}): change it, or leave it out.`, options);
    this.path = path;
    this.reason = reason;
  }
}

/** The token registry has no such token on this chain. */
export class UnknownTokenError extends MicroEscrowError {
  readonly chainId: number;
  /** Symbol or address that was looked for. */
  readonly token: string;

  constructor({ chainId, token }: { chainId: number; token: string }, options?: ErrorOptions) {
    super(
      "UnknownToken",
      `The registry has no token ${quote(token)} on chain ${chainId}: pass its address and decimals instead.`,
      options,
    );
    this.chainId = chainId;
    this.token = token;
  }
}

/** An agreement breaks rules of the contract; it could never be funded. */
export class InvalidAgreementError extends MicroEscrowError {
  /** Everything that is wrong with it, in the order in which the contract checks. */
  readonly problems: readonly AgreementProblem[];

  constructor({ problems }: { problems: readonly AgreementProblem[] }, options?: ErrorOptions) {
    super(
      "InvalidAgreement",
      `The agreement is not valid. ${problems.map(({ path, message, advice }) => `${path}: ${message} ${advice}`).join(" ")}`,
      options,
    );
    this.problems = problems;
  }
}

/** A text is not an agreement file. */
export class InvalidAgreementFileError extends MicroEscrowError {
  /** What is wrong with it, as the rest of a sentence. */
  readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super(
      "InvalidAgreementFile",
      `This is not an agreement file: ${ended(reason)} Ask whoever sent it for the file again.`,
      options,
    );
    this.reason = reason;
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
  readonly member: "id" | "details" | "milestones";
  /** The hash of what is there. */
  readonly actual: Hex;
  /** The hash that the agreement names. */
  readonly expected: Hex;

  constructor(
    { member, actual, expected }: { member: "id" | "details" | "milestones"; actual: Hex; expected: Hex },
    options?: ErrorOptions,
  ) {
    super(
      "AgreementMismatch",
      `The agreement was altered: ${HASHED[member]} should be ${expected}, but is ${actual}. Ask the other party for the file again.`,
      options,
    );
    this.member = member;
    this.actual = actual;
    this.expected = expected;
  }
}

/** A deliverable or the list of its files cannot be hashed. */
export class InvalidDeliverableError extends MicroEscrowError {
  /** What is wrong with it, as the rest of a sentence. */
  readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super("InvalidDeliverable", `The deliverable is not valid: ${ended(reason)} Correct that, and try again.`, options);
    this.reason = reason;
  }
}

/** The bytes are not the ones that were submitted. */
export class DeliverableMismatchError extends MicroEscrowError {
  /** Hash of the bytes. */
  readonly actual: Hash;
  /** Hash that was submitted. */
  readonly expected: Hash;

  constructor({ actual, expected }: { actual: Hash; expected: Hash }, options?: ErrorOptions) {
    super(
      "DeliverableMismatch",
      `These are not the bytes that were submitted: they hash to ${actual}, not to ${expected}. Ask for the file that was submitted.`,
      options,
    );
    this.actual = actual;
    this.expected = expected;
  }
}

/** A call is for another contract than the escrow. */
export class WrongContractCallError extends MicroEscrowError {
  readonly actual: Address;
  readonly expected: Address;

  constructor({ actual, expected }: { actual: Address; expected: Address }, options?: ErrorOptions) {
    super(
      "WrongContractCall",
      `The call is for ${actual}, not for the escrow ${expected}: make it for this one, or connect to the other.`,
      options,
    );
    this.actual = actual;
    this.expected = expected;
  }
}

/** A multicall of no calls: its transaction would cost a fee and do nothing. */
export class EmptyMulticallError extends MicroEscrowError {
  constructor(options?: ErrorOptions) {
    super("EmptyMulticall", "Name at least one call for the multicall.", options);
  }
}

/** A signed action is malformed, or is not for this escrow or chain. */
export class InvalidSignedActionError extends MicroEscrowError {
  /** What is wrong with it, as the rest of a sentence. */
  readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super(
      "InvalidSignedAction",
      `The signed action cannot be relayed: ${ended(reason)} Ask its signer for a new one.`,
      options,
    );
    this.reason = reason;
  }
}

// --------------------------------------------------------------------------------------------------------- environment

/** Something is on another chain than it should be. */
export class WrongChainError extends MicroEscrowError {
  /** Chain id that was found. */
  readonly actual: number;
  /** Chain id that is needed. */
  readonly expected: number;

  constructor({ actual, expected }: { actual: number; expected: number }, options?: ErrorOptions) {
    super("WrongChain", `Connected to chain ${actual}, but chain ${expected} is needed: switch the network.`, options);
    this.actual = actual;
    this.expected = expected;
  }
}

/** There is no contract at an address. */
export class NoCodeError extends MicroEscrowError {
  readonly address: Address;
  readonly chainId: number;

  constructor({ address, chainId }: { address: Address; chainId: number }, options?: ErrorOptions) {
    super(
      "NoCode",
      `There is no contract at ${address} on chain ${chainId}: deploy it there, or connect to another chain or address.`,
      options,
    );
    this.address = address;
    this.chainId = chainId;
  }
}

/** The contract at an address is another one. */
export class WrongContractError extends MicroEscrowError {
  readonly address: Address;
  /** keccak256 of the code that was found, immutables set to zero. */
  readonly actual: Hash;
  /** keccak256 of the code that should be there, immutables set to zero. */
  readonly expected: Hash;

  constructor(
    { address, actual, expected }: { address: Address; actual: Hash; expected: Hash },
    options?: ErrorOptions,
  ) {
    super(
      "WrongContract",
      `The contract at ${address} is not MicroEscrow: its code hashes to ${actual}, not to ${expected}. Do not use it.`,
      options,
    );
    this.address = address;
    this.actual = actual;
    this.expected = expected;
  }
}

/** The EIP-712 domain of the contract is not what it should be: signatures would not be valid. */
export class WrongDomainError extends MicroEscrowError {
  /** The member of the domain that differs. */
  readonly field: string;
  readonly actual: string;
  readonly expected: string;

  constructor(
    { field, actual, expected }: { field: string; actual: string; expected: string },
    options?: ErrorOptions,
  ) {
    super(
      "WrongDomain",
      `The contract signs under another EIP-712 domain: ${field} is ${quote(actual)}, not ${quote(expected)}. Sign nothing for it.`,
      options,
    );
    this.field = field;
    this.actual = actual;
    this.expected = expected;
  }
}

/** A verb that sends or signs was called on an escrow connected without a signer. */
export class MissingSignerError extends MicroEscrowError {
  constructor(options?: ErrorOptions) {
    super("MissingSigner", "This needs a signer: call escrow.connect(signer) first.", options);
  }
}

/** A signer has no provider, so nothing can be read from a chain. */
export class MissingProviderError extends MicroEscrowError {
  constructor(options?: ErrorOptions) {
    super("MissingProvider", "The signer has no provider: connect it to one (signer.connect(provider)).", options);
  }
}

/** An account cannot make a signature that the contract would accept. */
export class CannotSignError extends MicroEscrowError {
  readonly account: Address;
  /** What is wrong with it, as the rest of a sentence. */
  readonly reason: string;

  constructor({ account, reason }: { account: Address; reason: string }, options?: ErrorOptions) {
    super(
      "CannotSign",
      `${account} cannot sign: ${ended(reason)} Record its consent or send its action as a transaction of its own instead (accept, or the verb itself).`,
      options,
    );
    this.account = account;
    this.reason = reason;
  }
}

/** The user refused a request in the wallet, which was not sent. What was sent before it, as an approval, was. */
export class UserRejectedError extends MicroEscrowError {
  /** What was asked for. */
  readonly action: string;

  constructor({ action }: { action: string }, options?: ErrorOptions) {
    super(
      "UserRejected",
      `The request was refused in the wallet (${action}), and was not sent: ask again, and confirm it there.`,
      options,
    );
    this.action = action;
  }
}

/** The sender cannot pay the network fee of a transaction, which was not sent. */
export class InsufficientGasFundsError extends MicroEscrowError {
  constructor(options?: ErrorOptions) {
    super(
      "InsufficientGasFunds",
      "The account cannot pay the network fee: send it some of the chain's own coin. The transaction was not sent.",
      options,
    );
  }
}

/** The RPC endpoint is down, slow, or answers with an error of its own. */
export class RpcError extends MicroEscrowError {
  /** unreachable: no answer; timeout: too slow; refused: it answered with an error; malformed: it answered nonsense. */
  readonly reason: "unreachable" | "timeout" | "refused" | "malformed";
  /** What it said. */
  readonly details: string;

  constructor(
    { reason, details }: { reason: "unreachable" | "timeout" | "refused" | "malformed"; details: string },
    options?: ErrorOptions,
  ) {
    super(
      "Rpc",
      `The RPC endpoint failed (${reason}): ${ended(details)} Try again, or use another endpoint; if a transaction was being sent, look it up before you send it again.`,
      options,
    );
    this.reason = reason;
    this.details = details;
  }
}

/** An account has too little of a token. Amounts are token base units. */
export class InsufficientBalanceError extends MicroEscrowError {
  /** Undefined where a token said so without saying which it is. */
  readonly token: Address | undefined;
  readonly account: Address;
  readonly have: bigint;
  readonly need: bigint;

  constructor(
    { token, account, have, need }: { token: Address | undefined; account: Address; have: bigint; need: bigint },
    options?: ErrorOptions,
  ) {
    super(
      "InsufficientBalance",
      `${account} has ${have} of the token${token === undefined ? "" : ` ${token}`}, but needs ${need} (base units): send it the rest first.`,
      options,
    );
    this.token = token;
    this.account = account;
    this.have = have;
    this.need = need;
  }
}

/** The escrow may take too little of a token from its owner. Amounts are token base units. */
export class InsufficientAllowanceError extends MicroEscrowError {
  /** Undefined where a token said so without saying which it is. */
  readonly token: Address | undefined;
  /** Who may spend. */
  readonly spender: Address;
  readonly have: bigint;
  readonly need: bigint;

  constructor(
    { token, spender, have, need }: { token: Address | undefined; spender: Address; have: bigint; need: bigint },
    options?: ErrorOptions,
  ) {
    super(
      "InsufficientAllowance",
      `${spender} may spend ${have} of the token${token === undefined ? "" : ` ${token}`}, but needs ${need} (base units): approve that amount first, or let fund choose (payment: "auto").`,
      options,
    );
    this.token = token;
    this.spender = spender;
    this.have = have;
    this.need = need;
  }
}

/** A token takes no EIP-2612 permit of this payer. */
export class PermitUnsupportedError extends MicroEscrowError {
  readonly token: Address;
  /** What is wrong with it, as the rest of a sentence. */
  readonly reason: string;

  constructor({ token, reason }: { token: Address; reason: string }, options?: ErrorOptions) {
    super(
      "PermitUnsupported",
      `The token ${token} cannot be paid by permit: ${ended(reason)} Use payment "approve" or "auto".`,
      options,
    );
    this.token = token;
    this.reason = reason;
  }
}

/** The token refused with an error of the ERC-20 standards (ERC-6093, ERC-2612). */
export class TokenRefusedError extends MicroEscrowError {
  /** Name of the token's error. */
  readonly error: string;
  /** The account it is about. */
  readonly account: Address | undefined;

  constructor({ error, account }: { error: string; account: Address | undefined }, options?: ErrorOptions) {
    const advice = error.startsWith("ERC20")
      ? "use another account or another token"
      : 'sign a new permit, or use payment "approve"';
    super(
      "TokenRefused",
      `The token refused: ${error}${account === undefined ? "" : ` (${account})`}. To go on, ${advice}.`,
      options,
    );
    this.error = error;
    this.account = account;
  }
}

/** No event of this escrow opened an agreement with this id. */
export class UnknownAgreementError extends MicroEscrowError {
  readonly id: AgreementId;

  constructor({ id }: { id: AgreementId }, options?: ErrorOptions) {
    super(
      "UnknownAgreement",
      `No agreement ${id} was opened here: nobody has accepted or funded it yet, or it is on another chain or escrow. Ask a party where it is.`,
      options,
    );
    this.id = id;
  }
}

/** What a decision answers is not in a safe block yet. Nothing was sent. */
export class NotConfirmedError extends MicroEscrowError {
  /** The milestone, counted from 0. */
  readonly index: number;
  /** The block that would have to be safe. */
  readonly block: number;
  /** The newest safe block. */
  readonly safeBlock: number;

  constructor(
    { index, block, safeBlock }: { index: number; block: number; safeBlock: number },
    options?: ErrorOptions,
  ) {
    super(
      "NotConfirmed",
      `What you decide on (milestone ${index}) is in block ${block}, but the newest safe block is ${safeBlock}: try again later, or choose how many confirmations are enough.`,
      options,
    );
    this.index = index;
    this.block = block;
    this.safeBlock = safeBlock;
  }
}

/** An RPC endpoint left out events: what it returned contradicts the state of the contract. */
export class IncompleteHistoryError extends MicroEscrowError {
  readonly id: AgreementId;
  /** What is missing. */
  readonly details: string;

  constructor({ id, details }: { id: AgreementId; details: string }, options?: ErrorOptions) {
    super(
      "IncompleteHistory",
      `The RPC endpoint left out events of agreement ${id} (${details}): try again, or use another endpoint.`,
      options,
    );
    this.id = id;
    this.details = details;
  }
}

/** A call reverted with a reason that is not a custom error of the contract. */
export class TransactionRevertedError extends MicroEscrowError {
  /** Error(string) or Panic(uint256) in words; undefined without one. */
  readonly reason: string | undefined;
  /** The revert data; 0x when there is none. */
  readonly data: Hex;
  /** The transaction, where one was mined. */
  readonly transaction: Hash | undefined;

  constructor(
    { reason, data, transaction }: { reason: string | undefined; data: Hex; transaction: Hash | undefined },
    options?: ErrorOptions,
  ) {
    // A reason that is another error's message has said what to do.
    const advice =
      reason !== undefined && options?.cause instanceof MicroEscrowError
        ? ""
        : " It changed nothing: check token, accounts and gas before you try again.";
    super(
      "TransactionReverted",
      `Reverted${transaction === undefined ? "" : ` in ${transaction}`}: ${ended(reason ?? unnamed(data))}${advice}`,
      options,
    );
    this.reason = reason;
    this.data = data;
    this.transaction = transaction;
  }
}

/** A transaction was sent, and was not mined in time. It may still be. */
export class NotMinedError extends MicroEscrowError {
  readonly transaction: Hash;
  /** Seconds that were waited. */
  readonly patience: number;

  constructor({ transaction, patience }: { transaction: Hash; patience: number }, options?: ErrorOptions) {
    super(
      "NotMined",
      `Transaction ${transaction} was sent, and was not mined within ${patience} s. It may still be: look it up before you send anything again.`,
      options,
    );
    this.transaction = transaction;
    this.patience = patience;
  }
}

/** The transaction was cancelled or replaced by another one with its nonce. */
export class TransactionReplacedError extends MicroEscrowError {
  /** The transaction that was sent; undefined where the report of it does not say. */
  readonly transaction: Hash | undefined;
  /** The one that was mined instead. */
  readonly replacement: Hash;

  constructor(
    { transaction, replacement }: { transaction: Hash | undefined; replacement: Hash },
    options?: ErrorOptions,
  ) {
    super(
      "TransactionReplaced",
      `${transaction === undefined ? "The transaction" : `Transaction ${transaction}`} was replaced by ${replacement}: what it was to do did not happen. Look at that one, then send it again.`,
      options,
    );
    this.transaction = transaction;
    this.replacement = replacement;
  }
}

/** A transaction succeeded without the event that it must emit. */
export class MissingEventError extends MicroEscrowError {
  readonly event: string;
  readonly transaction: Hash;

  constructor({ event, transaction }: { event: string; transaction: Hash }, options?: ErrorOptions) {
    super(
      "MissingEvent",
      `Transaction ${transaction} has no ${event} event of this escrow: look at what it did before you send anything again.`,
      options,
    );
    this.event = event;
    this.transaction = transaction;
  }
}

/** The contract could not be deployed at its address. */
export class DeploymentFailedError extends MicroEscrowError {
  /** What is wrong with it, as the rest of a sentence. */
  readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super("DeploymentFailed", `Deployment failed: ${ended(reason)} Deploy again when that is mended.`, options);
    this.reason = reason;
  }
}

/** Something failed that the SDK has no class for; `cause` has it. */
export class UnexpectedError extends MicroEscrowError {
  readonly details: string;

  constructor({ details }: { details: string }, options?: ErrorOptions) {
    super("Unexpected", `${ended(details)} See the cause, and look up what was sent before you try again.`, options);
    this.details = details;
  }
}

// ---------------------------------------------------------------------------------------- the contract's custom errors

/** Client, freelancer, arbiter and token must all be set. */
export class MissingPartyError extends MicroEscrowError {
  readonly client: Address;
  readonly freelancer: Address;
  readonly arbiter: Address;
  readonly token: Address;

  constructor(
    { client, freelancer, arbiter, token }: { client: Address; freelancer: Address; arbiter: Address; token: Address },
    options?: ErrorOptions,
  ) {
    super(
      "MissingParty",
      `Client (${client}), freelancer (${freelancer}), arbiter (${arbiter}) and token (${token}) must all be set.`,
      options,
    );
    this.client = client;
    this.freelancer = freelancer;
    this.arbiter = arbiter;
    this.token = token;
  }
}

/** Client, freelancer and arbiter must be three different accounts. */
export class PartiesNotDistinctError extends MicroEscrowError {
  readonly client: Address;
  readonly freelancer: Address;
  readonly arbiter: Address;

  constructor(
    { client, freelancer, arbiter }: { client: Address; freelancer: Address; arbiter: Address },
    options?: ErrorOptions,
  ) {
    super(
      "PartiesNotDistinct",
      `Client (${client}), freelancer (${freelancer}) and arbiter (${arbiter}) must be three different accounts.`,
      options,
    );
    this.client = client;
    this.freelancer = freelancer;
    this.arbiter = arbiter;
  }
}

/** Neither the escrow nor the token can be a party or receive payments. */
export class ForbiddenAccountError extends MicroEscrowError {
  readonly account: Address;

  constructor({ account }: { account: Address }, options?: ErrorOptions) {
    super(
      "ForbiddenAccount",
      `${account} is the escrow or the token, which cannot be a party or receive payments: name another account.`,
      options,
    );
    this.account = account;
  }
}

/** The verifier must be neither the freelancer nor the arbiter. */
export class VerifierNotIndependentError extends MicroEscrowError {
  readonly verifier: Address;

  constructor({ verifier }: { verifier: Address }, options?: ErrorOptions) {
    super(
      "VerifierNotIndependent",
      `The verifier ${verifier} must be neither the freelancer nor the arbiter.`,
      options,
    );
    this.verifier = verifier;
  }
}

/** The platform fee exceeds its cap (basis points). */
export class FeeTooHighError extends MicroEscrowError {
  readonly feeBps: number;
  readonly maximum: number;

  constructor({ feeBps, maximum }: { feeBps: number; maximum: number }, options?: ErrorOptions) {
    super(
      "FeeTooHigh",
      `The platform fee of ${feeBps} basis points is above the maximum of ${maximum}: agree on less.`,
      options,
    );
    this.feeBps = feeBps;
    this.maximum = maximum;
  }
}

/** The arbiter fee exceeds its cap (basis points). */
export class ArbiterFeeTooHighError extends MicroEscrowError {
  readonly arbiterFeeBps: number;
  readonly maximum: number;

  constructor({ arbiterFeeBps, maximum }: { arbiterFeeBps: number; maximum: number }, options?: ErrorOptions) {
    super(
      "ArbiterFeeTooHigh",
      `The arbiter fee of ${arbiterFeeBps} basis points is above the maximum of ${maximum}: agree on less.`,
      options,
    );
    this.arbiterFeeBps = arbiterFeeBps;
    this.maximum = maximum;
  }
}

/** The default share exceeds the whole (basis points). */
export class DefaultShareTooHighError extends MicroEscrowError {
  readonly defaultShareBps: number;
  readonly maximum: number;

  constructor({ defaultShareBps, maximum }: { defaultShareBps: number; maximum: number }, options?: ErrorOptions) {
    super(
      "DefaultShareTooHigh",
      `The default share of ${defaultShareBps} basis points is above the maximum of ${maximum}: agree on less.`,
      options,
    );
    this.defaultShareBps = defaultShareBps;
    this.maximum = maximum;
  }
}

/** A platform fee (basis points) was agreed, but nobody to receive it. */
export class FeeWithoutRecipientError extends MicroEscrowError {
  readonly feeBps: number;

  constructor({ feeBps }: { feeBps: number }, options?: ErrorOptions) {
    super("FeeWithoutRecipient", `A platform fee of ${feeBps} basis points needs a recipient.`, options);
    this.feeBps = feeBps;
  }
}

/** Review, rework and arbitration period (seconds) must be greater than 0. */
export class ZeroPeriodError extends MicroEscrowError {
  readonly reviewPeriod: number;
  readonly reworkPeriod: number;
  readonly arbitrationPeriod: number;

  constructor(
    {
      reviewPeriod,
      reworkPeriod,
      arbitrationPeriod,
    }: { reviewPeriod: number; reworkPeriod: number; arbitrationPeriod: number },
    options?: ErrorOptions,
  ) {
    super(
      "ZeroPeriod",
      `Review (${reviewPeriod} s), rework (${reworkPeriod} s) and arbitration period (${arbitrationPeriod} s) must be greater than 0.`,
      options,
    );
    this.reviewPeriod = reviewPeriod;
    this.reworkPeriod = reworkPeriod;
    this.arbitrationPeriod = arbitrationPeriod;
  }
}

/** The schedule has no milestone. */
export class EmptyScheduleError extends MicroEscrowError {
  constructor(options?: ErrorOptions) {
    super("EmptySchedule", "The schedule has no milestone: name at least one.", options);
  }
}

/** A milestone's amount (base units) and work period (seconds) must be greater than 0. */
export class InvalidMilestoneError extends MicroEscrowError {
  /** Counted from 0. */
  readonly index: number;
  readonly amount: bigint;
  readonly workPeriod: number;

  constructor(
    { index, amount, workPeriod }: { index: number; amount: bigint; workPeriod: number },
    options?: ErrorOptions,
  ) {
    super(
      "InvalidMilestone",
      `Milestone ${index} needs an amount (${amount}) and a work period (${workPeriod} s) greater than 0.`,
      options,
    );
    this.index = index;
    this.amount = amount;
    this.workPeriod = workPeriod;
  }
}

/** The schedule is not the one that the agreement names. */
export class ScheduleMismatchError extends MicroEscrowError {
  /** Hash of the schedule. */
  readonly actual: Hash;
  /** Hash that the agreement names. */
  readonly expected: Hash;

  constructor({ actual, expected }: { actual: Hash; expected: Hash }, options?: ErrorOptions) {
    super(
      "ScheduleMismatch",
      `The schedule hashes to ${actual}, but the agreement names ${expected}: take terms and schedule from the same agreement.`,
      options,
    );
    this.actual = actual;
    this.expected = expected;
  }
}

/** Only somebody named in the agreement can do this. */
export class NotAPartyError extends MicroEscrowError {
  readonly account: Address;

  constructor({ account }: { account: Address }, options?: ErrorOptions) {
    super(
      "NotAParty",
      `${account} is not one of those who may do this by the agreement: act as the client or the freelancer (for evidence also as the arbiter or the verifier).`,
      options,
    );
    this.account = account;
  }
}

/** The caller is not the account whose decision this is, and gave no signature of it. */
export class UnauthorizedError extends MicroEscrowError {
  readonly caller: Address;
  readonly expected: Address;

  constructor({ caller, expected }: { caller: Address; expected: Address }, options?: ErrorOptions) {
    super(
      "Unauthorized",
      `This is for ${expected} to decide, not for ${caller}: send it from there, or relay its signed action.`,
      options,
    );
    this.caller = caller;
    this.expected = expected;
  }
}

/** The signature's deadline has passed. */
export class SignatureExpiredError extends MicroEscrowError {
  /** Unix seconds. */
  readonly deadline: number;
  /** Time of the block, Unix seconds. */
  readonly time: number;

  constructor({ deadline, time }: { deadline: number; time: number }, options?: ErrorOptions) {
    super(
      "SignatureExpired",
      `The signature was good until ${at(deadline)}, and it is ${at(time)}: ask for a new one.`,
      options,
    );
    this.deadline = deadline;
    this.time = time;
  }
}

/** The account did not sign this digest. */
export class InvalidSignatureError extends MicroEscrowError {
  readonly signer: Address;
  readonly digest: Hash;

  constructor({ signer, digest }: { signer: Address; digest: Hash }, options?: ErrorOptions) {
    super(
      "InvalidSignature",
      `${signer} did not sign this (digest ${digest}): the signature is for something else, or the state has changed since. Ask for a new one.`,
      options,
    );
    this.signer = signer;
    this.digest = digest;
  }
}

/** A party has not consented to the agreement yet. */
export class NotAcceptedError extends MicroEscrowError {
  readonly party: Address;

  constructor({ party }: { party: Address }, options?: ErrorOptions) {
    super(
      "NotAccepted",
      `${party} has not accepted the agreement: pass its signature, or let it call accept.`,
      options,
    );
    this.party = party;
  }
}

/** A party closed the agreement: nothing more can be funded. */
export class FundingClosedError extends MicroEscrowError {
  readonly id: AgreementId;

  constructor({ id }: { id: AgreementId }, options?: ErrorOptions) {
    super("FundingClosed", `Agreement ${id} was closed: nothing more can be funded. Make a new agreement.`, options);
    this.id = id;
  }
}

/** The agreement's funding time is over. */
export class FundingExpiredError extends MicroEscrowError {
  /** Unix seconds. */
  readonly fundBy: number;
  /** Time of the block, Unix seconds. */
  readonly time: number;

  constructor({ fundBy, time }: { fundBy: number; time: number }, options?: ErrorOptions) {
    super(
      "FundingExpired",
      `The agreement could be funded until ${at(fundBy)}, and it is ${at(time)}: make a new agreement.`,
      options,
    );
    this.fundBy = fundBy;
    this.time = time;
  }
}

/** The list of milestones to fund is empty. */
export class NothingToFundError extends MicroEscrowError {
  constructor(options?: ErrorOptions) {
    super("NothingToFund", "Name at least one milestone to fund.", options);
  }
}

/** The schedule has no milestone with this index. */
export class MilestoneOutOfRangeError extends MicroEscrowError {
  /** Counted from 0. */
  readonly index: number;
  readonly length: number;

  constructor({ index, length }: { index: number; length: number }, options?: ErrorOptions) {
    super(
      "MilestoneOutOfRange",
      `There is no milestone ${index}: name one of the ${length} in the schedule, counted from 0.`,
      options,
    );
    this.index = index;
    this.length = length;
  }
}

/** The gate refused the funding. */
export class GateRefusedError extends MicroEscrowError {
  readonly gate: Address;
  /** What the gate reverted with; 0x when it has no code or said nothing. */
  readonly reason: Hex;
  /** Error(string) or Panic(uint256) in words; undefined where it reverted with neither. */
  readonly words: string | undefined;

  constructor(
    { gate, reason, words }: { gate: Address; reason: Hex; words?: string | undefined },
    options?: ErrorOptions,
  ) {
    super(
      "GateRefused",
      `The gate ${gate} refused this funding (${words === undefined ? unnamed(reason) : quote(words)}): ask whoever runs it what it wants.`,
      options,
    );
    this.gate = gate;
    this.reason = reason;
    this.words = words;
  }
}

/** There is no token contract at this address. */
export class TokenWithoutCodeError extends MicroEscrowError {
  readonly token: Address;

  constructor({ token }: { token: Address }, options?: ErrorOptions) {
    super(
      "TokenWithoutCode",
      `There is no token contract at ${token}: connect to the chain that the agreement is for, or name the right token in a new one.`,
      options,
    );
    this.token = token;
  }
}

/** The token delivered another amount than was asked for. Balances of the escrow afterwards, base units. */
export class UnexpectedBalanceError extends MicroEscrowError {
  readonly token: Address;
  readonly actual: bigint;
  readonly expected: bigint;

  constructor(
    { token, actual, expected }: { token: Address; actual: bigint; expected: bigint },
    options?: ErrorOptions,
  ) {
    super(
      "UnexpectedBalance",
      `The token ${token} left the escrow with ${actual} instead of ${expected}: a token that takes a fee on transfer cannot be used; take another.`,
      options,
    );
    this.token = token;
    this.actual = actual;
    this.expected = expected;
  }
}

/** The milestone's status does not allow this. */
export class WrongStatusError extends MicroEscrowError {
  /** Counted from 0. */
  readonly index: number;
  readonly actual: Status;
  /** The statuses that allow it. */
  readonly allowed: readonly Status[];

  constructor(
    { index, actual, allowed }: { index: number; actual: Status; allowed: readonly Status[] },
    options?: ErrorOptions,
  ) {
    super(
      "WrongStatus",
      allowed.includes(Status.None)
        ? `Milestone ${index} was funded before, and is ${statusName(actual)} now: fund the others without it.`
        : `Milestone ${index} is ${statusName(actual)}; this needs ${allowed.map(statusName).join(" or ")}: see availableActions for what is possible now.`,
      options,
    );
    this.index = index;
    this.actual = actual;
    this.allowed = allowed;
  }
}

/** The milestone's clock has run out. */
export class ClockRanOutError extends MicroEscrowError {
  /** Unix seconds. */
  readonly clock: number;
  /** Time of the block, Unix seconds. */
  readonly time: number;

  constructor({ clock, time }: { clock: number; time: number }, options?: ErrorOptions) {
    super(
      "ClockRanOut",
      `The time for this ended at ${at(clock)}, and it is ${at(time)}: anybody can finalize the milestone now; see availableActions for what else is possible.`,
      options,
    );
    this.clock = clock;
    this.time = time;
  }
}

/** The milestone's clock is still running: its default outcome is not due yet. */
export class ClockStillRunningError extends MicroEscrowError {
  /** Unix seconds. */
  readonly clock: number;
  /** Time of the block, Unix seconds. */
  readonly time: number;

  constructor({ clock, time }: { clock: number; time: number }, options?: ErrorOptions) {
    super(
      "ClockStillRunning",
      `This can be finalized from ${at(clock)} on, and it is ${at(time)}: wait until then, or let the parties end it earlier (approve, refund or settle).`,
      options,
    );
    this.clock = clock;
    this.time = time;
  }
}

/** The new clock must be later than the present one and than now. Unix seconds. */
export class ClockNotLaterError extends MicroEscrowError {
  readonly newClock: number;
  readonly currentClock: number;
  /** Time of the block, Unix seconds. */
  readonly time: number;

  constructor(
    { newClock, currentClock, time }: { newClock: number; currentClock: number; time: number },
    options?: ErrorOptions,
  ) {
    super(
      "ClockNotLater",
      `The new clock, ${at(newClock)}, must be later than the present one, ${at(currentClock)}, and than now, ${at(time)}.`,
      options,
    );
    this.newClock = newClock;
    this.currentClock = currentClock;
    this.time = time;
  }
}

/** The decision was made about another submission than the current one. */
export class WrongSubmissionError extends MicroEscrowError {
  /** The submission that the decision was made about. */
  readonly actual: number;
  /** The current one. */
  readonly expected: number;

  constructor({ actual, expected }: { actual: number; expected: number }, options?: ErrorOptions) {
    super(
      "WrongSubmission",
      `This decides about submission ${actual}, but the current one is ${expected}: look at that first.`,
      options,
    );
    this.actual = actual;
    this.expected = expected;
  }
}

/** No more submissions are taken for this milestone. */
export class TooManySubmissionsError extends MicroEscrowError {
  readonly maximum: number;

  constructor({ maximum }: { maximum: number }, options?: ErrorOptions) {
    super(
      "TooManySubmissions",
      `No more than ${maximum} submissions are taken: dispute, settle or refund instead.`,
      options,
    );
    this.maximum = maximum;
  }
}

/** The amount is out of range; base units, both bounds included. */
export class AmountOutOfRangeError extends MicroEscrowError {
  readonly amount: bigint;
  readonly minimum: bigint;
  readonly maximum: bigint;

  constructor(
    { amount, minimum, maximum }: { amount: bigint; minimum: bigint; maximum: bigint },
    options?: ErrorOptions,
  ) {
    const bounds =
      maximum < minimum
        ? "is too much: so little is held that nothing can be given"
        : `must be between ${minimum} and ${maximum}`;
    super("AmountOutOfRange", `The amount ${amount} ${bounds} (base units).`, options);
    this.amount = amount;
    this.minimum = minimum;
    this.maximum = maximum;
  }
}

/** A payment failed, and there was too little gas to tell whether it would fail with enough. */
export class NotEnoughGasError extends MicroEscrowError {
  /** Gas that was left before the payment. */
  readonly available: bigint;
  /** Gas that must be left there. */
  readonly required: bigint;

  constructor({ available, required }: { available: bigint; required: bigint }, options?: ErrorOptions) {
    super(
      "NotEnoughGas",
      `Only ${available} gas was left for a payment, ${required} must be: send the transaction with a higher gas limit.`,
      options,
    );
    this.available = available;
    this.required = required;
  }
}

/** The token returned false or nothing where it should have returned true. */
export class SafeERC20FailedOperationError extends MicroEscrowError {
  readonly token: Address;

  constructor({ token }: { token: Address }, options?: ErrorOptions) {
    super(
      "SafeERC20FailedOperation",
      `The token ${token} refused the transfer without saying why: check balance and allowance, and whether it is paused or blocks an account.`,
      options,
    );
    this.token = token;
  }
}

/** The contract was entered while it was working: a token or a recipient called back. */
export class ReentrantCallError extends MicroEscrowError {
  constructor(options?: ErrorOptions) {
    super(
      "ReentrantCall",
      "The escrow was called while it was working: the token calls back and cannot be used; take another.",
      options,
    );
  }
}

/** A call went to an address without code. */
export class AddressEmptyCodeError extends MicroEscrowError {
  readonly target: Address;

  constructor({ target }: { target: Address }, options?: ErrorOptions) {
    super("AddressEmptyCode", `There is no contract at ${target}: check the address and the chain.`, options);
    this.target = target;
  }
}

/** A call inside a multicall failed without a reason. */
export class FailedCallError extends MicroEscrowError {
  constructor(options?: ErrorOptions) {
    super("FailedCall", "A call inside the multicall failed without a reason: try its calls one by one.", options);
  }
}

/** A short string of the contract is malformed. */
export class InvalidShortStringError extends MicroEscrowError {
  constructor(options?: ErrorOptions) {
    super(
      "InvalidShortString",
      "A short string of the contract is malformed: make sure that it is MicroEscrow.",
      options,
    );
  }
}

/** A string is too long for the contract. */
export class StringTooLongError extends MicroEscrowError {
  readonly text: string;

  constructor({ text }: { text: string }, options?: ErrorOptions) {
    super("StringTooLong", `The string ${quote(text)} is too long: shorten it to 31 bytes.`, options);
    this.text = text;
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
