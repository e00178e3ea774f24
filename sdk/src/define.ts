/**
 * From what people say ("500", "14 days", "3%") to an agreement that can be signed.
 */
import { hexlify, randomBytes } from "ethers";
import { toAddress, zeroAddress } from "./address.js";
import { type Agreement, scheduleHash, toAgreement } from "./agreement.js";
import {
  type AgreementProblem,
  InvalidAgreementError,
  InvalidAmountError,
  InvalidDurationError,
  InvalidShareError,
  InvalidTimeError,
  MicroEscrowError,
} from "./errors.js";
import { type Duration, parseAmount, parseDuration, parseShare, type Share } from "./money.js";
import { isScope, type Scope, type ScopeMilestone, scopeHash } from "./scope.js";
import { tokens } from "./tokens.js";
import type { Address, Hash, Hex, Milestone, Terms } from "./types.js";
import { MAX_UINT40, MAX_UINT128, type ValidateOptions, validateAgreement } from "./validate.js";

/** The token to pay in: one of the registry (`findToken`), or what is known of another. */
export interface TokenDescription {
  readonly address: string;
  readonly decimals: number;
  /** Shown beside amounts; left out: "tokens". */
  readonly symbol?: string;
}

/** One milestone to agree on. */
export interface DefineMilestone {
  /** Text in whole tokens (`"500"`, `"0.5"`), or token base units as a bigint. */
  readonly amount: string | bigint;
  /** From funding until work must be submitted: `"14 days"`, or seconds. */
  readonly work: Duration;
}

/** What to agree on. */
export interface DefineAgreementParameters {
  readonly client: string;
  readonly freelancer: string;
  /** Rules on disputes: an account, a multisig, a court. */
  readonly arbiter: string;
  /** The token; when it is an address alone, amounts must be bigints. */
  readonly token: TokenDescription | string;
  /** What is to be done; `milestones` describes each entry of the schedule, by its title at least. */
  readonly scope: {
    readonly title: string;
    readonly description?: string;
    readonly milestones: readonly (string | ScopeMilestone)[];
  };
  readonly milestones: readonly DefineMilestone[];
  /** How long the client has to answer a submission; if it does not, the freelancer is paid. */
  readonly review: Duration;
  /** How long the freelancer has to answer a request for changes; if it does not, the client is refunded. */
  readonly rework: Duration;
  /** How long the arbiter has to rule. */
  readonly arbitration: Duration;
  /** The freelancer's share of a disputed milestone when the arbiter does not rule: `"50% to the freelancer"`. No default. */
  readonly ifArbiterIsSilent: `${number}% to the freelancer` | number;
  /** No milestone can be funded from this time on; a Date, or Unix seconds. */
  readonly fundBy: Date | number;
  /** The arbiter's fee on a milestone that it rules on, 10% at most; left out: none. */
  readonly arbiterFee?: Share;
  /** The platform's fee on what the freelancer receives, 10% at most; left out: none. */
  readonly fee?: { readonly recipient: string; readonly share: Share };
  /** Attests submitted work; left out: nobody. */
  readonly verifier?: string;
  /**
   * How long the client has to object after the verifier passed the work; 0 pays at once. Required with a verifier, refused
   * without one.
   */
  readonly challenge?: Duration;
  /** A contract that is asked before money comes in; left out: none. */
  readonly gate?: string;
  /** Where the freelancer's money goes; left out: to the freelancer. */
  readonly payoutTo?: string;
  /** Where the client's money goes back; left out: to the client. */
  readonly refundTo?: string;
  /** 32 bytes that make the agreement unique; left out: random. */
  readonly nonce?: Hex;
}

/** Which parameter a member of the terms comes from, where the names differ. */
const PARAMETER: Readonly<Record<string, string>> = {
  feeRecipient: "fee.recipient",
  feeBps: "fee.share",
  arbiterFeeBps: "arbiterFee",
  defaultShareBps: "ifArbiterIsSilent",
  reviewPeriod: "review",
  reworkPeriod: "rework",
  challengePeriod: "challenge",
  arbitrationPeriod: "arbitration",
};

/**
 * Makes an agreement. It says everything that is wrong at once, by the names of the parameters.
 *
 * @param parameters Who, what, how much, how long.
 * @param options The escrow, when it is not the one that has the same address on every chain.
 * @throws {InvalidAgreementError} With all problems.
 * @example
 * const agreement = defineAgreement({
 *   client, freelancer, arbiter, token: findToken(8453, "USDC"),
 *   scope: { title: "Shop app", milestones: ["UI design", "Backend"] },
 *   milestones: [{ amount: "500", work: "14 days" }, { amount: "1200.50", work: "30 days" }],
 *   review: "7 days", rework: "7 days", arbitration: "14 days", arbiterFee: "3%",
 *   ifArbiterIsSilent: "50% to the freelancer", fundBy: new Date("2027-06-30"),
 * });
 */
export function defineAgreement(parameters: DefineAgreementParameters, options: ValidateOptions = {}): Agreement {
  const problems: AgreementProblem[] = [];
  /** What `value` reads, or a stand-in when it cannot be read; that is then a problem at `path`. */
  const read = <T>(path: string, advice: string, standIn: T, value: () => T): T => {
    try {
      return value();
    } catch (error) {
      if (!(error instanceof MicroEscrowError)) throw error;
      problems.push({ path, message: error.message, advice, error });
      return standIn;
    }
  };
  const address = (path: string, text: string | undefined, optional = false): Address =>
    optional && text === undefined
      ? zeroAddress
      : read(path, "Copy the address again.", zeroAddress, () => toAddress(text ?? ""));
  const duration = (path: string, value: Duration): number =>
    read(path, 'Write it like "14 days" or "72 hours".', 0, () => parseDuration(value));
  const share = (path: string, value: Share | undefined): number =>
    value === undefined ? 0 : read(path, 'Write it like "3%".', 0, () => parseShare(value));

  const currency = readCurrency(parameters.token, read);
  const schedule = parameters.milestones.map(({ amount, work }, index): Milestone => {
    const path = `milestones[${index}]`;
    return {
      amount: read(`${path}.amount`, 'Write it like "500" or "0.5".', 0n, () => readAmount(amount, currency?.decimals)),
      workPeriod: duration(`${path}.work`, work),
    };
  });

  const { title, description, milestones } = parameters.scope;
  const scope: Scope = {
    title,
    ...(description === undefined ? {} : { description }),
    milestones: milestones.map((milestone) => (typeof milestone === "string" ? { title: milestone } : milestone)),
    ...(currency === undefined ? {} : { currency }),
    nonce: (parameters.nonce?.toLowerCase() as Hex | undefined) ?? (hexlify(randomBytes(32)) as Hex),
  };
  const details = isScope(scope) ? scopeHash(scope) : (`0x${"0".repeat(64)}` as Hash);

  const token = typeof parameters.token === "string" ? parameters.token : parameters.token.address;
  const terms: Terms = {
    client: address("client", parameters.client),
    freelancer: address("freelancer", parameters.freelancer),
    arbiter: address("arbiter", parameters.arbiter),
    token: address("token", token),
    payoutTo: address("payoutTo", parameters.payoutTo, true),
    refundTo: address("refundTo", parameters.refundTo, true),
    verifier: address("verifier", parameters.verifier, true),
    gate: address("gate", parameters.gate, true),
    feeRecipient: address("fee.recipient", parameters.fee?.recipient, parameters.fee === undefined),
    feeBps: share("fee.share", parameters.fee?.share),
    arbiterFeeBps: share("arbiterFee", parameters.arbiterFee),
    defaultShareBps: read(
      "ifArbiterIsSilent",
      'Write it like "50% to the freelancer"; both parties should know what a silent arbiter means.',
      0,
      () => readDefaultShare(parameters.ifArbiterIsSilent),
    ),
    reviewPeriod: duration("review", parameters.review),
    reworkPeriod: duration("rework", parameters.rework),
    challengePeriod: read("challenge", 'Write "0 seconds" to be paid on the verifier\'s word.', 0, () =>
      readChallenge(parameters.challenge, parameters.verifier !== undefined),
    ),
    arbitrationPeriod: duration("arbitration", parameters.arbitration),
    fundBy: read("fundBy", "Give a Date, or Unix seconds (not milliseconds).", 0, () => readTime(parameters.fundBy)),
    details,
    milestones: scheduleHash(schedule),
  };
  const agreement = toAgreement(terms, schedule, scope);

  // What could not be read is one problem, not two: its stand-in is not looked at.
  const unreadable = new Set(problems.map(({ path }) => path));
  for (const problem of validateAgreement(agreement, options)) {
    const path = parameterPath(problem.path);
    if (!unreadable.has(path)) problems.push({ ...problem, path });
  }
  if (problems.length > 0) throw new InvalidAgreementError({ problems });
  return agreement;
}

type Read = <T>(path: string, advice: string, standIn: T, value: () => T) => T;

/** How amounts are written and shown; the registry has the last word on the tokens that it knows. */
function readCurrency(token: TokenDescription | string, read: Read): Scope["currency"] {
  if (typeof token === "string") return undefined;
  const registered = tokens.find(({ address }) => address.toLowerCase() === token.address.toLowerCase());
  return read("token", "Take the token from findToken.", undefined, () => {
    if (registered !== undefined && registered.decimals !== token.decimals) {
      const reason = `is not the number of decimals of ${registered.symbol}, which is ${registered.decimals}`;
      throw new InvalidAmountError(token.decimals, reason);
    }
    return { symbol: token.symbol ?? registered?.symbol ?? "tokens", decimals: token.decimals };
  });
}

function readAmount(amount: string | bigint, decimals: number | undefined): bigint {
  if (typeof amount !== "bigint" && decimals === undefined) {
    throw new InvalidAmountError(String(amount), "needs the token's decimals; pass them with the token, or a bigint");
  }
  const value = typeof amount === "bigint" ? amount : parseAmount(amount, decimals ?? 0);
  if (value >= 0n && value <= MAX_UINT128) return value;
  throw new InvalidAmountError(String(amount), `must be between 0 and ${MAX_UINT128} base units`);
}

function readDefaultShare(share: string | number): number {
  if (typeof share === "number") return parseShare(share);
  const match = /^(.*) to the freelancer$/.exec(String(share));
  if (!match) throw new InvalidShareError(String(share), "does not say who gets what when the arbiter is silent");
  return parseShare(match[1] ?? "");
}

function readChallenge(challenge: Duration | undefined, hasVerifier: boolean): number {
  if (challenge !== undefined && hasVerifier) return parseDuration(challenge);
  if (challenge === undefined && !hasVerifier) return 0;
  throw new InvalidDurationError(
    String(challenge),
    hasVerifier
      ? "does not say how long the client can object when the verifier passes the work"
      : "is a challenge period, which means nothing without a verifier",
  );
}

function readTime(time: Date | number): number {
  const seconds = time instanceof Date ? Math.floor(time.getTime() / 1000) : time;
  if (Number.isInteger(seconds) && seconds >= 0 && seconds <= MAX_UINT40) return seconds;
  throw new InvalidTimeError(String(time), "is not a time that the contract can hold");
}

/** `"terms.reviewPeriod"` is `review` to who defines an agreement, `"schedule[0].workPeriod"` is `milestones[0].work`. */
function parameterPath(path: string): string {
  const member = path.startsWith("terms.") ? path.slice("terms.".length) : undefined;
  if (member !== undefined) return PARAMETER[member] ?? member;
  return path.replace(/^schedule/, "milestones").replace(/workPeriod$/, "work");
}
