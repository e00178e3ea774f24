/**
 * What is wrong with an agreement (the contract would refuse it), and what is legal but unwise.
 */

import { toAddress, toHash, zeroAddress } from "./address.js";
import { type Agreement, agreementId, scheduleHash } from "./agreement.js";
import { checkList, checkObject } from "./check.js";
import {
  AgreementMismatchError,
  type AgreementProblem,
  ArbiterFeeTooHighError,
  DefaultShareTooHighError,
  EmptyScheduleError,
  FeeTooHighError,
  FeeWithoutRecipientError,
  ForbiddenAccountError,
  InvalidAddressError,
  InvalidAgreementError,
  InvalidAmountError,
  InvalidDurationError,
  InvalidMilestoneError,
  InvalidParameterError,
  InvalidScopeError,
  InvalidShareError,
  InvalidTimeError,
  InvalidValueError,
  MicroEscrowError,
  MissingPartyError,
  PartiesNotDistinctError,
  ScheduleMismatchError,
  VerifierNotIndependentError,
  ZeroPeriodError,
} from "./errors.js";
import { microEscrowAddress } from "./generated/code.js";
import { signedFundingAddress } from "./generated/signedFundingCode.js";
import { BPS, formatDuration, formatShare } from "./money.js";
import { checkScope, isScope, scopeHash, scopeProblems } from "./scope.js";
import { hasHiddenCharacters } from "./text.js";
import { registeredToken } from "./tokens.js";
import type { Address, AgreementState } from "./types.js";

/** Highest platform fee, basis points. */
export const MAX_FEE_BPS = 1_000;
/** Highest arbiter fee, basis points. */
export const MAX_ARBITER_FEE_BPS = 1_000;

const addressMembers = [
  "client",
  "freelancer",
  "arbiter",
  "token",
  "payoutTo",
  "refundTo",
  "verifier",
  "gate",
  "feeRecipient",
] as const;
const periodMembers = ["reviewPeriod", "reworkPeriod", "challengePeriod", "arbitrationPeriod"] as const;

const MAX_UINT16 = 2 ** 16 - 1;
const MAX_UINT32 = 2 ** 32 - 1;
/** The latest time that the contract's types hold, Unix seconds. */
export const MAX_UINT40 = 2 ** 40 - 1;
/** The largest amount that the contract's types hold, token base units. */
export const MAX_UINT128 = 2n ** 128n - 1n;

const HOUR = 3_600;
/** An outage of an L2's sequencer and the forced inclusion after it can take more than a day. */
const SHORT_PERIOD = 72 * HOUR;
const HIGH_ARBITER_FEE_BPS = 500;
/** From how many whole tokens on a single key is a weak arbiter. */
const LARGE_SUM = 10_000n;

/** What {@link validateAgreement} needs to know besides the agreement. */
export interface ValidateOptions {
  /** The escrow contract; by default the one whose address is the same on every chain. */
  readonly escrow?: string;
}

/** Something in an agreement that is legal but unwise. */
export interface Warning {
  readonly code:
    | "short-period"
    | "verifier-pays-at-once"
    | "high-arbiter-fee"
    | "one-sided-silence"
    | "arbiter-without-code"
    | "funding-over"
    | "unlimited-allowance"
    | "unregistered-token"
    | "wrong-currency"
    | "no-scope"
    | "hidden-characters";
  /** Where it is: `"terms.reviewPeriod"`, `"schedule[2].workPeriod"`. */
  readonly path: string;
  /** What can go wrong, in a sentence. */
  readonly message: string;
}

/** What {@link warnings} can know besides the agreement; what is left out is not looked at. */
export interface WarningOptions {
  /** Unix seconds. */
  readonly now?: number;
  /** The chain that the agreement is for; its registered tokens are compared. */
  readonly chainId?: number;
  /** Whether the arbiter's account has code (a multisig, a panel, a court). */
  readonly arbiterHasCode?: boolean;
  /** What the escrow may take of the token from whoever is about to pay, base units. */
  readonly allowance?: bigint;
}

/**
 * Everything that is wrong with an agreement: values that its types do not hold, each rule of the contract in the
 * contract's order, hashes that do not match, and a scope that is not one.
 *
 * @returns Nothing when the agreement is valid.
 * @throws {InvalidAddressError} When the escrow in the options is not an address.
 * @example
 * for (const { path, message, advice } of validateAgreement(agreement)) console.error(path, message, advice);
 */
export function validateAgreement(agreement: Agreement, options: ValidateOptions = {}): readonly AgreementProblem[] {
  const { escrow: address } = checkObject(options, "options");
  const escrow = address === undefined ? undefined : toAddress(address);
  const misshapen = [...misshapenParts(agreement)];
  if (misshapen.length > 0) return misshapen;
  const malformed = [...malformedValues(agreement)];
  const problems = [...malformed, ...violations(agreement, escrow), ...traps(agreement)];
  // What the types do not hold has no hash.
  if (malformed.length === 0) problems.push(...mismatches(agreement));
  problems.push(...scopeMismatches(agreement));
  return problems;
}

/**
 * An agreement, made sure that it holds what its types say; whether it is valid is another question.
 *
 * @throws {InvalidAgreementError} When it does not.
 */
export function checkAgreement(agreement: Agreement): Agreement {
  return withoutProblems(agreement, malformedValues);
}

/**
 * The same but for the addresses, whose checksums cost more than all the rest: for the model, which only compares them, and
 * is asked again for each button of each milestone.
 */
export function checkNumbers(agreement: Agreement): Agreement {
  return withoutProblems(agreement, malformedNumbers);
}

function withoutProblems(agreement: Agreement, find: (agreement: Agreement) => Iterable<AgreementProblem>): Agreement {
  for (const look of [misshapenParts, find]) {
    const problems = [...look(agreement)];
    if (problems.length > 0) throw new InvalidAgreementError({ problems });
  }
  return agreement;
}

/** @throws {InvalidParameterError} When it is not the state of an agreement. */
export function checkState(state: AgreementState): AgreementState {
  const what = "the state of an agreement, as getAgreementState reads it";
  for (const milestone of checkList(checkObject(state, what).milestones, what)) {
    if (typeof checkObject(milestone, what).held === "bigint") continue;
    throw new InvalidParameterError(milestone.held, `is not an amount in base units: expected ${what}`);
  }
  return state;
}

/** The error with which the contract refuses the first consent to an agreement; `undefined` when it does not. */
export function firstViolation(agreement: Agreement, escrow?: Address): MicroEscrowError | undefined {
  for (const { error } of violations(agreement, escrow)) return error;
  return undefined;
}

/**
 * What is legal in an agreement but unwise. None of it stops anything: show it to whoever is about to sign.
 *
 * @throws {InvalidDurationError} When a period is not whole seconds; `validateAgreement` finds such agreements.
 * @throws {InvalidShareError} When the arbiter's fee is not whole basis points up to 10,000.
 * @example
 * for (const { message } of warnings(agreement, { now, chainId: 8453 })) console.warn(message);
 */
export function warnings(agreement: Agreement, options: WarningOptions = {}): readonly Warning[] {
  const { terms, schedule, scope } = checkAgreement(agreement);
  if (scope !== undefined) checkScope(scope);
  checkObject(options, "options");
  const found: Warning[] = [];
  const warn = (code: Warning["code"], path: string, message: string) => found.push({ code, path, message });

  const periods: [path: string, name: string, seconds: number][] = [
    ["terms.reviewPeriod", "review period", terms.reviewPeriod],
    ["terms.reworkPeriod", "rework period", terms.reworkPeriod],
    ["terms.arbitrationPeriod", "arbitration period", terms.arbitrationPeriod],
    ...schedule.map(({ workPeriod }, index): [string, string, number] => [
      `schedule[${index}].workPeriod`,
      `work period of milestone ${index + 1}`,
      workPeriod,
    ]),
  ];
  const hasVerifier = terms.verifier !== zeroAddress;
  if (hasVerifier && terms.challengePeriod !== 0) {
    periods.push(["terms.challengePeriod", "challenge period", terms.challengePeriod]);
  }
  for (const [path, name, seconds] of periods) {
    if (seconds >= SHORT_PERIOD) continue;
    const outage = "an outage of the chain can last longer, and whoever is late then loses by default";
    warn("short-period", path, `The ${name} is ${formatDuration(seconds)}, less than 72 hours: ${outage}.`);
  }
  if (hasVerifier && terms.challengePeriod === 0) {
    const message = "The verifier's word pays the freelancer at once: the client cannot object.";
    warn("verifier-pays-at-once", "terms.challengePeriod", message);
  }
  if (terms.arbiterFeeBps > HIGH_ARBITER_FEE_BPS) {
    const message = `The arbiter takes ${formatShare(terms.arbiterFeeBps)} of a milestone that it rules on, whoever wins.`;
    warn("high-arbiter-fee", "terms.arbiterFeeBps", message);
  }
  if (terms.defaultShareBps === 0 || terms.defaultShareBps === BPS) {
    const winner = terms.defaultShareBps === 0 ? "client" : "freelancer";
    const message = `If the arbiter does not rule, the ${winner} gets everything, and so gains from an arbiter who is silent.`;
    warn("one-sided-silence", "terms.defaultShareBps", message);
  }
  if (options.now !== undefined && options.now >= terms.fundBy) {
    warn("funding-over", "terms.fundBy", "The time for funding is over: no milestone can be funded any more.");
  }

  if (options.allowance !== undefined && isUnlimited(options.allowance)) found.push(unlimitedAllowance);
  const token = options.chainId === undefined ? undefined : registeredToken(options.chainId, terms.token);
  if (options.chainId !== undefined && token === undefined) {
    const message = `The token ${terms.token} is not in the registry for chain ${options.chainId}: make sure what it is, and that escrow.getToken reads the decimals that the amounts were written with.`;
    warn("unregistered-token", "terms.token", message);
  }
  const currency = scope?.currency;
  if (token && currency && (token.decimals !== currency.decimals || token.symbol !== currency.symbol)) {
    const message = `The scope shows amounts in another currency than the token's: that is ${token.symbol} with ${token.decimals} decimals.`;
    warn("wrong-currency", "scope.currency", message);
  }
  const decimals = token?.decimals ?? currency?.decimals;
  if (options.arbiterHasCode === false && decimals !== undefined) {
    const total = schedule.reduce((sum, { amount }) => sum + amount, 0n);
    if (total >= LARGE_SUM * 10n ** BigInt(decimals)) {
      const message =
        "The arbiter is a single key, which decides over a large sum: consider a multisig, a panel or a court.";
      warn("arbiter-without-code", "terms.arbiter", message);
    }
  }
  if (scope === undefined) {
    const message =
      "What is to be done is not known here, only its hash: ask the other party for the agreement's file.";
    warn("no-scope", "scope", message);
  } else {
    for (const [path, text] of textsOf(scope, "scope")) {
      if (!hasHiddenCharacters(text)) continue;
      const message =
        "This text has characters that do not show or that change how it reads: it may not say what you see.";
      warn("hidden-characters", path, message);
    }
  }
  return found;
}

/** Whether an allowance is more than any milestone can take: it was not given for this agreement. */
export function isUnlimited(allowance: bigint): boolean {
  return allowance > MAX_UINT128;
}

/** What {@link warnings} and the result of `fund` say of such an allowance. */
export const unlimitedAllowance: Warning = {
  code: "unlimited-allowance",
  path: "terms.token",
  message:
    "The escrow may take any amount of this token from the payer, for good: a flaw in it would reach all of it. Set the allowance to 0; fund approves what it needs by itself.",
};

/** What the contract does not know, and would let happen: money that comes to SignedFunding stays there. */
function* traps({ terms }: Agreement): Generator<AgreementProblem> {
  const { client, freelancer, arbiter, payoutTo, refundTo, feeRecipient } = terms;
  for (const [name, account] of Object.entries({ client, freelancer, arbiter, payoutTo, refundTo, feeRecipient })) {
    if (account !== (signedFundingAddress as Address)) continue;
    const message = `This account is the contract SignedFunding, ${account}.`;
    yield { path: `terms.${name}`, message, advice: USABLE, error: new ForbiddenAccountError({ account }) };
  }
}

const USABLE = "Name an account that can receive and use money.";

/** The rules that the contract checks at the first consent, in its order and with its errors. */
function* violations(
  { terms, schedule }: Agreement,
  escrow: Address = microEscrowAddress as Address,
): Generator<AgreementProblem> {
  const { client, freelancer, arbiter, token, payoutTo, refundTo, verifier, feeRecipient } = terms;
  for (const name of ["client", "freelancer", "arbiter", "token"] as const) {
    if (terms[name] !== zeroAddress) continue;
    const error = new MissingPartyError({ client, freelancer, arbiter, token });
    yield { path: `terms.${name}`, message: `The ${name} is missing.`, advice: `Name the ${name}'s address.`, error };
  }

  const pairs = [
    ["client", "freelancer"],
    ["client", "arbiter"],
    ["freelancer", "arbiter"],
  ] as const;
  for (const [one, other] of pairs) {
    if (terms[one] !== terms[other] || terms[one] === zeroAddress) continue;
    const message = `The ${one} and the ${other} are the same account, ${terms[one]}.`;
    const error = new PartiesNotDistinctError({ client, freelancer, arbiter });
    yield { path: `terms.${other}`, message, advice: "Name three different accounts.", error };
  }

  const accounts = { token, client, freelancer, arbiter, payoutTo, refundTo, feeRecipient };
  for (const [name, account] of Object.entries(accounts)) {
    const isToken = name !== "token" && account === token;
    if (account === zeroAddress || (account !== escrow && !isToken)) continue;
    const message = `This account is ${isToken ? "the token" : "the escrow contract"}, ${account}.`;
    yield { path: `terms.${name}`, message, advice: USABLE, error: new ForbiddenAccountError({ account }) };
  }

  if (verifier !== zeroAddress && (verifier === freelancer || verifier === arbiter)) {
    const message = `The verifier is the ${verifier === freelancer ? "freelancer" : "arbiter"}.`;
    const advice = "Name an independent verifier, or none.";
    yield { path: "terms.verifier", message, advice, error: new VerifierNotIndependentError({ verifier }) };
  }
  const { feeBps, arbiterFeeBps, defaultShareBps } = terms;
  if (feeBps > MAX_FEE_BPS) {
    const error = new FeeTooHighError({ feeBps, maximum: MAX_FEE_BPS });
    yield {
      path: "terms.feeBps",
      message: `The platform fee is ${feeBps} basis points.`,
      advice: "Take 10% or less.",
      error,
    };
  }
  if (arbiterFeeBps > MAX_ARBITER_FEE_BPS) {
    const error = new ArbiterFeeTooHighError({ arbiterFeeBps, maximum: MAX_ARBITER_FEE_BPS });
    const message = `The arbiter's fee is ${arbiterFeeBps} basis points.`;
    yield { path: "terms.arbiterFeeBps", message, advice: "Take 10% or less.", error };
  }
  if (defaultShareBps > BPS) {
    const error = new DefaultShareTooHighError({ defaultShareBps, maximum: BPS });
    const message = `The freelancer's share if the arbiter is silent is ${defaultShareBps} basis points.`;
    yield { path: "terms.defaultShareBps", message, advice: "Take 100% or less.", error };
  }
  if (feeBps !== 0 && feeRecipient === zeroAddress) {
    const message = "There is a platform fee, but nobody to receive it.";
    const advice = "Name a fee recipient, or no fee.";
    yield { path: "terms.feeRecipient", message, advice, error: new FeeWithoutRecipientError({ feeBps }) };
  }
  const { reviewPeriod, reworkPeriod, arbitrationPeriod } = terms;
  for (const [name, seconds] of Object.entries({ reviewPeriod, reworkPeriod, arbitrationPeriod })) {
    if (seconds !== 0) continue;
    const error = new ZeroPeriodError({ reviewPeriod, reworkPeriod, arbitrationPeriod });
    yield {
      path: `terms.${name}`,
      message: "This period is 0 seconds.",
      advice: "Give it time; 72 hours at least.",
      error,
    };
  }

  if (schedule.length === 0) {
    const message = "There is no milestone.";
    yield { path: "schedule", message, advice: "Name one at least.", error: new EmptyScheduleError() };
  }
  for (const [index, { amount, workPeriod }] of schedule.entries()) {
    const error = new InvalidMilestoneError({ index, amount, workPeriod });
    const path = `schedule[${index}]`;
    if (amount === 0n) yield { path: `${path}.amount`, message: "The amount is 0.", advice: "Pay something.", error };
    if (workPeriod === 0) {
      yield { path: `${path}.workPeriod`, message: "The work period is 0 seconds.", advice: "Give it time.", error };
    }
  }
}

/** Parts that are not even objects or lists: in them nothing else can be looked at. */
function* misshapenParts(agreement: Agreement): Generator<AgreementProblem> {
  const advice = "Make the agreement with defineAgreement, or read its file with parseAgreement.";
  const misshapen = (path: string, check: () => unknown) => {
    const error = failure(check);
    return error === undefined ? [] : [problemOf(path, error, advice)];
  };
  const problems = misshapen("agreement", () => checkObject(agreement, "an agreement"));
  if (problems.length > 0) return yield* problems;
  const { terms, schedule } = agreement;
  yield* misshapen("terms", () => checkObject(terms, "the terms of an agreement"));
  yield* misshapen("schedule", () => checkList(schedule, "the milestones of an agreement"));
  if (!Array.isArray(schedule)) return;
  for (const [index, entry] of schedule.entries()) {
    yield* misshapen(`schedule[${index}]`, () => checkObject(entry, "a milestone"));
  }
}

/** Values that the contract's types do not hold. */
function* malformedValues(agreement: Agreement): Generator<AgreementProblem> {
  const { id, terms } = agreement;
  const idError = failure(() => toHash(id));
  if (idError) yield problemOf("id", idError, "Make the agreement with defineAgreement.");
  for (const name of addressMembers) {
    const error = addressError(terms[name]);
    if (error) yield problemOf(`terms.${name}`, error, "Read it with toAddress.");
  }
  yield* malformedNumbers(agreement);
}

function* malformedNumbers({ terms, schedule }: Agreement): Generator<AgreementProblem> {
  for (const name of ["feeBps", "arbiterFeeBps", "defaultShareBps"] as const) {
    if (isUint(terms[name], MAX_UINT16)) continue;
    const error = new InvalidShareError(terms[name], "is not a whole number of basis points");
    yield problemOf(`terms.${name}`, error, "Read it with parseShare.");
  }
  const periods: [string, number][] = [
    ...periodMembers.map((name): [string, number] => [`terms.${name}`, terms[name]]),
    ...schedule.map(({ workPeriod }, index): [string, number] => [`schedule[${index}].workPeriod`, workPeriod]),
  ];
  for (const [path, seconds] of periods) {
    if (isUint(seconds, MAX_UINT32)) continue;
    const error = new InvalidDurationError(seconds, `is not whole seconds between 0 and ${MAX_UINT32}`);
    yield problemOf(path, error, "Read it with parseDuration.");
  }
  if (!isUint(terms.fundBy, MAX_UINT40)) {
    const error = new InvalidTimeError(terms.fundBy, `is not a time in Unix seconds between 0 and ${MAX_UINT40}`);
    yield problemOf("terms.fundBy", error, "Give seconds, not milliseconds.");
  }
  for (const name of ["details", "milestones"] as const) {
    const error = failure(() => toHash(terms[name]));
    if (error) yield problemOf(`terms.${name}`, error, "Make the agreement with defineAgreement.");
  }
  for (const [index, { amount }] of schedule.entries()) {
    if (typeof amount === "bigint" && amount >= 0n && amount <= MAX_UINT128) continue;
    const error = new InvalidAmountError(amount, "is not an amount in token base units that the contract can hold");
    yield problemOf(`schedule[${index}].amount`, error, "Give a bigint, or text that parseAmount reads.");
  }
}

/**
 * An error as a problem of an agreement.
 *
 * @param advice What to do, where the error does not say it.
 */
export function problemOf(path: string, error: MicroEscrowError, advice: string): AgreementProblem {
  if (!(error instanceof InvalidValueError)) return { path, message: error.message, advice, error };
  return { path, message: error.fact, advice: error.advice ?? advice, error };
}

/** Hashes that are not those of what is there. */
function* mismatches(agreement: Agreement): Generator<AgreementProblem> {
  const { terms, schedule, scope, id } = agreement;
  const schedulesHash = scheduleHash(schedule);
  if (schedulesHash !== terms.milestones) {
    const error = new ScheduleMismatchError({ actual: schedulesHash, expected: terms.milestones });
    const message = "The schedule is not the one that the terms name.";
    yield { path: "schedule", message, advice: "Take both from the same agreement.", error };
  }
  const idOfTerms = agreementId(terms);
  if (idOfTerms !== id) {
    const error = new AgreementMismatchError({ member: "id", actual: idOfTerms, expected: id });
    yield {
      path: "id",
      message: "The id is not that of the terms.",
      advice: "Take both from the same agreement.",
      error,
    };
  }
  if (!isScope(scope)) return;
  const details = scopeHash(scope);
  if (details !== terms.details) {
    const error = new AgreementMismatchError({ member: "details", actual: details, expected: terms.details });
    const message = "The scope is not the one that the terms name.";
    yield { path: "scope", message, advice: "Take both from the same agreement.", error };
  }
}

/** What is wrong with the scope by itself, and beside the schedule. */
function* scopeMismatches({ scope, schedule }: Agreement): Generator<AgreementProblem> {
  if (scope === undefined) return;
  const errors = [...scopeProblems(scope)];
  for (const error of errors) {
    yield { path: error.path, message: error.message, advice: "Correct the scope before anybody signs.", error };
  }
  if (errors.length === 0 && scope.milestones.length !== schedule.length) {
    const count = `${scope.milestones.length} milestones for a schedule of ${schedule.length}`;
    const error = new InvalidScopeError("scope.milestones", count);
    yield { path: error.path, message: error.message, advice: "Describe each milestone of the schedule.", error };
  }
}

function addressError(address: Address): MicroEscrowError | undefined {
  return failure(() => {
    if (toAddress(address) === address) return;
    throw new InvalidAddressError(address, "is not written with its checksum");
  });
}

function failure(read: () => unknown): MicroEscrowError | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof MicroEscrowError) return error;
    throw error;
  }
}

/** @throws {InvalidTimeError} When it is not whole Unix seconds that fit the contract's 40 bits. */
export function checkTime(time: number): number {
  if (isUint(time, MAX_UINT40)) return time;
  throw new InvalidTimeError(time, "is not a time; give whole Unix seconds (not milliseconds)");
}

/** Whether a value is a whole number from 0 to a maximum. */
export function isUint(value: unknown, maximum: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= maximum;
}

function* textsOf(value: unknown, path: string): Generator<[path: string, text: string]> {
  if (typeof value === "string") yield [path, value];
  else if (typeof value === "object" && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      yield* textsOf(member, Array.isArray(value) ? `${path}[${name}]` : `${path}.${name}`);
    }
  }
}
