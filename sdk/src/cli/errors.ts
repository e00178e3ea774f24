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
  UnexpectedError,
  UnknownTokenError,
  UserRejectedError,
  WrongChainError,
  WrongContractError,
  WrongDomainError,
} from "../errors.js";

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
  [
    ExitCode.Unknown,
    "a transaction was sent before it failed, and what became of it may not be known: look at its hash",
  ],
  [ExitCode.Interrupted, "interrupted"],
];

type ErrorClass = abstract new (...parameters: never[]) => MicroEscrowError;

const USAGE: readonly ErrorClass[] = [
  UsageError,
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
/** What only a transaction that was sent can end with; the failures of an endpoint are among them once one was. */
const UNKNOWN: readonly ErrorClass[] = [NotMinedError, TransactionReplacedError, MissingEventError];

/**
 * The exit code for a failure.
 *
 * @param hasSent Whether a transaction was sent before it.
 */
export function exitCodeOf(error: MicroEscrowError, hasSent: boolean): number {
  const isOne = (classes: readonly ErrorClass[]) => classes.some((one) => error instanceof one);
  if (isOne(UNKNOWN)) return ExitCode.Unknown;
  if (hasSent && (isOne([...USAGE, ...ENDPOINT, ...KEY]) || error instanceof DeclinedError)) return ExitCode.Unknown;
  if (isOne(USAGE)) return ExitCode.Usage;
  if (isOne(ENDPOINT)) return ExitCode.Endpoint;
  if (isOne(KEY)) return ExitCode.Key;
  if (error instanceof DeclinedError) return ExitCode.Declined;
  return error instanceof UnexpectedError ? ExitCode.Unexpected : ExitCode.Refused;
}

/**
 * A failure in words for people at a terminal, who count milestones from 1 and have commands; the SDK's messages, like the
 * contract, count from 0, and name its functions.
 */
export function messageOf(error: MicroEscrowError): string {
  return error.message
    .replace(/\b(milestone) (\d+)\b/gi, (_, word: string, index: string) => `${word} ${Number(index) + 1}`)
    .replace("see availableActions for", "micro-escrow status tells");
}
