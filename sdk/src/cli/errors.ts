/**
 * What the command line itself fails with, and the exit code of every failure.
 */
import {
  AgreementMismatchError,
  CannotSignError,
  ContentMismatchError,
  ContentMissingError,
  ContentTooLargeError,
  HistoryMismatchError,
  HistoryReorganizedError,
  HistoryStorageError,
  IncompleteHistoryError,
  InsufficientGasFundsError,
  InvalidAgreementError,
  InvalidAgreementFileError,
  InvalidDeliverableError,
  InvalidHistoryError,
  InvalidScopeError,
  InvalidSignedActionError,
  InvalidValueError,
  MicroEscrowError,
  MissingEventError,
  MissingSignerError,
  NoCodeError,
  NotConfirmedError,
  NotMinedError,
  RpcError,
  StorageFailedError,
  TransactionReplacedError,
  TransactionRevertedError,
  UnexpectedError,
  UnknownTokenError,
  UserRejectedError,
  WrongChainError,
  WrongContractError,
  WrongDomainError,
} from "../errors.js";
import { ConfigurationError, ListenError, StateTakenError } from "../services/errors.js";

/** The command line, a file or the configuration is not what it should be. */
export class UsageError extends MicroEscrowError {
  constructor(message: string, options?: ErrorOptions) {
    super("Usage", message, {}, options);
  }
}

/** A key could not be had: no such file, a wrong password, a signing program that fails. */
export class KeyError extends MicroEscrowError {
  constructor(message: string, options?: ErrorOptions) {
    super("Key", message, {}, options);
  }
}

/** Whoever was asked said no; nothing was signed or sent. */
export class DeclinedError extends MicroEscrowError {
  constructor() {
    super("Declined", "You said no: nothing was signed or sent.");
  }
}

/** Whoever uses it ended it by a signal. */
export class InterruptedError extends MicroEscrowError {
  constructor() {
    super("Interrupted", "Interrupted.");
  }
}

/** How a command ended. */
export const ExitCode = {
  Done: 0,
  Unexpected: 1,
  Usage: 2,
  Refused: 3,
  Endpoint: 4,
  Key: 5,
  Declined: 6,
  Unknown: 7,
  Interrupted: 130,
} as const;

/** What each exit code means, as `--help` says it. */
export const exitCodes: readonly (readonly [code: number, meaning: string])[] = [
  [ExitCode.Done, "done"],
  [ExitCode.Unexpected, "a failure that should not be: please report it"],
  [ExitCode.Usage, "the command line, a file or the configuration is wrong; nothing was sent"],
  [ExitCode.Refused, "the agreement, the contract or the token does not allow it; nothing happened"],
  [ExitCode.Endpoint, "the endpoint or a storage failed; nothing was sent, try again"],
  [ExitCode.Key, "no key, a wrong password, a refusal of the signer, or no ether for the fee; nothing was sent"],
  [ExitCode.Declined, "you said no; nothing was sent"],
  [ExitCode.Unknown, "a transaction was sent, or may have been, and not all is done or known: look at its hash"],
  [ExitCode.Interrupted, "interrupted"],
];

type ErrorClass = abstract new (...parameters: never[]) => MicroEscrowError;

const USAGE: readonly ErrorClass[] = [
  UsageError,
  ConfigurationError,
  ListenError,
  StateTakenError,
  InvalidValueError,
  InvalidScopeError,
  UnknownTokenError,
  InvalidAgreementError,
  InvalidAgreementFileError,
  AgreementMismatchError,
  InvalidDeliverableError,
  InvalidSignedActionError,
];
const ENDPOINT: readonly ErrorClass[] = [
  RpcError,
  WrongChainError,
  NoCodeError,
  WrongContractError,
  WrongDomainError,
  NotConfirmedError,
  IncompleteHistoryError,
  HistoryMismatchError,
  HistoryReorganizedError,
  InvalidHistoryError,
  HistoryStorageError,
  StorageFailedError,
  ContentMissingError,
  ContentMismatchError,
  ContentTooLargeError,
];
const KEY: readonly ErrorClass[] = [
  KeyError,
  MissingSignerError,
  CannotSignError,
  UserRejectedError,
  InsufficientGasFundsError,
];
/** What only a transaction that was sent can end with. */
const UNKNOWN: readonly ErrorClass[] = [NotMinedError, TransactionReplacedError, MissingEventError];

/**
 * The exit code for a failure.
 *
 * @param sent How many transactions were sent before it, or may have been: then only the chain's word on them is certain.
 */
export function exitCodeOf(error: MicroEscrowError, sent: number): number {
  const isOne = (classes: readonly ErrorClass[]) => classes.some((one) => error instanceof one);
  if (isOne(UNKNOWN)) return ExitCode.Unknown;
  // An approval before it stays.
  if (sent > 1 || (sent === 1 && !isReverted(error))) return ExitCode.Unknown;
  if (isOne(USAGE)) return ExitCode.Usage;
  if (isOne(ENDPOINT)) return ExitCode.Endpoint;
  if (isOne(KEY)) return ExitCode.Key;
  if (error instanceof DeclinedError) return ExitCode.Declined;
  if (error instanceof InterruptedError) return ExitCode.Interrupted;
  return error instanceof UnexpectedError ? ExitCode.Unexpected : ExitCode.Refused;
}

/** Whether a transaction was mined and changed nothing. */
function isReverted(error: MicroEscrowError): boolean {
  return error instanceof TransactionRevertedError && error.transaction !== undefined;
}

/**
 * A failure in words for people at a terminal, who count milestones from 1 and have commands; the SDK's messages, like the
 * contract, count from 0, and name its functions.
 */
export function messageOf(error: MicroEscrowError): string {
  // What the command line says itself counts from 1.
  const isOwn = [UsageError, KeyError, DeclinedError].some((one) => error instanceof one);
  return isOwn ? shown(error.message) : shown(peoples(error.message));
}

/** Some of it is what others wrote: a token's reason, an endpoint's answer, a file that is not JSON. */
function shown(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (one) => `\\u{${one.codePointAt(0)?.toString(16)}}`);
}

function peoples(message: string): string {
  return message
    .replace(/\b(milestone) (\d+)\b/gi, (_, word: string, index: string) => `${word} ${Number(index) + 1}`)
    .replace("see availableActions for", "micro-escrow status tells");
}
