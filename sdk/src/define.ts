/**
 * From what people say ("500", "14 days", "3%") to an agreement that can be signed.
 */
import { hexlify, randomBytes } from "ethers";
import { toAddress, zeroAddress } from "./address.js";
import { type Agreement, scheduleHash, toAgreement } from "./agreement.js";
import {
  type AgreementProblem,
  EmptyScheduleError,
  InvalidAgreementError,
  InvalidAmountError,
  InvalidDurationError,
  InvalidParameterError,
  InvalidScopeError,
  InvalidShareError,
  InvalidTimeError,
  MicroEscrowError,
} from "./errors.js";
import { isJudged, LEAST_CHALLENGE } from "./judgement/rule.js";
import { checkDecimals, type Duration, parseAmount, parseDuration, parseShare, type Share } from "./money.js";
import { isScope, type Scope, type ScopeMilestone, scopeHash } from "./scope.js";
import { inert } from "./text.js";
import { tokens } from "./tokens.js";
import type { Address, Hash, Hex, Milestone, Terms } from "./types.js";
import { isUint, MAX_UINT40, MAX_UINT128, problemOf, type ValidateOptions, validateAgreement } from "./validate.js";

/**
 * The token to pay in: one of the registry (`findToken`), or what its contract says of itself (`escrow.getToken(address)`).
 */
export interface TokenDescription {
  readonly address: string;
  /**
   * How many decimals the token's contract has: with 6 instead of 18, "500" is a million million times too little.
   * `escrow.getToken(address)` reads the right ones. Here only a token of the registry can be compared; `sign`, `accept` and
   * `fund` ask the chain.
   */
  readonly decimals: number;
  /** Shown beside amounts; left out: "tokens". */
  readonly symbol?: string;
}

/** One milestone to agree on. */
export interface DefineMilestone {
  /** Text in whole tokens (`"500"`, `"0.5"`), or token base units as a bigint. */
  readonly amount: string | bigint;
  /** From funding until work must be submitted: text like `"14 days"`, or seconds. */
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
  /** How long the client has to answer a submission; if it does not, the freelancer is paid. `"7 days"`, or seconds. */
  readonly review: Duration;
  /**
   * How long the freelancer has to answer a request for changes; if it does not, the client is refunded. `"7 days"`, or
   * seconds.
   */
  readonly rework: Duration;
  /** How long the arbiter has to rule: `"14 days"`, or seconds. */
  readonly arbitration: Duration;
  /**
   * The freelancer's share of a disputed milestone when the arbiter does not rule: `"50% to the freelancer"`. No default, and
   * no number: it must say whose share it is, and of what.
   */
  readonly ifArbiterIsSilent: `${number}% to the freelancer`;
  /** No milestone can be funded from this time on; a Date, or Unix seconds. */
  readonly fundBy: Date | number;
  /** The arbiter's fee on a milestone that it rules on, 10% at most: `"3%"`, or basis points (300 is 3%). Left out: none. */
  readonly arbiterFee?: Share;
  /** The platform's fee on what the freelancer receives; left out: none. */
  readonly fee?: {
    readonly recipient: string;
    /** 10% at most: `"2.5%"`, or basis points (250 is 2.5%). */
    readonly share: Share;
  };
  /** Attests submitted work; left out: nobody. */
  readonly verifier?: string;
  /**
   * How long the client has to object after the verifier passed the work: `"3 days"`, or seconds; 0 pays at once. Required
   * with a verifier, refused without one.
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

/** Every member of {@link DefineAgreementParameters}: the compiler sees to it that none is missing. */
const PARAMETERS = Object.keys({
  client: true,
  freelancer: true,
  arbiter: true,
  token: true,
  scope: true,
  milestones: true,
  review: true,
  rework: true,
  arbitration: true,
  ifArbiterIsSilent: true,
  fundBy: true,
  arbiterFee: true,
  fee: true,
  verifier: true,
  challenge: true,
  gate: true,
  payoutTo: true,
  refundTo: true,
  nonce: true,
} satisfies Readonly<Record<keyof DefineAgreementParameters, true>>);

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
  "scope.currency.symbol": "token.symbol",
  "scope.nonce": "nonce",
};

/**
 * Makes an agreement. It says everything that is wrong at once, by the names of the parameters.
 *
 * @param options The escrow, when it is not the one that has the same address on every chain.
 * @throws {InvalidAgreementError} With all problems.
 * @throws {InvalidAddressError} When the escrow in the options is not an address.
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
      problems.push(problemOf(path, error, advice));
      return standIn;
    }
  };
  const address = (path: string, text: unknown, optional = false): Address =>
    optional && text === undefined
      ? zeroAddress
      : read(path, "Name the account by its address.", zeroAddress, () => toAddress(text as string));
  const duration = (path: string, value: unknown): number =>
    read(path, 'Write it like "14 days" or "72 hours".', 0, () => parseDuration(value as Duration));
  const share = (path: string, value: unknown): number =>
    read(path, 'Write it like "3%".', 0, () => parseShare(value as Share));

  // Where types are not checked, any of it can be missing or something else.
  const given = membersOf(parameters);
  checkMembers(given, "", PARAMETERS, read);
  const currency = readCurrency(given.token, read);
  const schedule = readList(given.milestones, read).map((milestone, index): Milestone => {
    const { amount, work } = membersOf(milestone);
    const path = `milestones[${index}]`;
    checkMembers(milestone, `${path}.`, ["amount", "work"], read);
    return {
      amount: read(`${path}.amount`, 'Write it like "500" or "0.5".', 0n, () => readAmount(amount, currency?.decimals)),
      workPeriod: duration(`${path}.work`, work),
    };
  });
  const scope = readScope(given, currency, read);
  const details = isScope(scope) ? scopeHash(scope) : (`0x${"0".repeat(64)}` as Hash);

  checkMembers(given.fee, "fee.", ["recipient", "share"], read);
  const fee = given.fee === undefined ? undefined : membersOf(given.fee);
  const terms: Terms = {
    client: address("client", given.client),
    freelancer: address("freelancer", given.freelancer),
    arbiter: address("arbiter", given.arbiter),
    token: address("token", typeof given.token === "string" ? given.token : membersOf(given.token).address),
    payoutTo: address("payoutTo", given.payoutTo, true),
    refundTo: address("refundTo", given.refundTo, true),
    verifier: address("verifier", given.verifier, true),
    gate: address("gate", given.gate, true),
    feeRecipient: fee === undefined ? zeroAddress : address("fee.recipient", fee.recipient),
    feeBps: fee === undefined ? 0 : share("fee.share", fee.share),
    arbiterFeeBps: given.arbiterFee === undefined ? 0 : share("arbiterFee", given.arbiterFee),
    defaultShareBps: read("ifArbiterIsSilent", 'Write it like "50% to the freelancer".', 0, () =>
      readDefaultShare(given.ifArbiterIsSilent),
    ),
    reviewPeriod: duration("review", given.review),
    reworkPeriod: duration("rework", given.rework),
    challengePeriod: read("challenge", 'Write "0 seconds" to be paid on the verifier\'s word.', 0, () =>
      readChallenge(
        given.challenge as Duration | undefined,
        given.verifier !== undefined,
        isScope(scope) && isJudged(scope),
      ),
    ),
    arbitrationPeriod: duration("arbitration", given.arbitration),
    fundBy: read("fundBy", "Give a Date, or Unix seconds (not milliseconds).", 0, () => readTime(given.fundBy)),
    details,
    milestones: scheduleHash(schedule),
  };
  const agreement = toAgreement(terms, schedule, scope);

  // What could not be read is one problem, not two: its stand-in is not looked at.
  const unreadable = problems.map(({ path }) => path);
  for (const problem of validateAgreement(agreement, options)) {
    const path = parameterPath(problem.path);
    if (unreadable.some((parent) => path === parent || path.startsWith(`${parent}.`))) continue;
    problems.push({ ...problem, path });
  }
  if (problems.length > 0) throw new InvalidAgreementError({ problems });
  return agreement;
}

type Read = <T>(path: string, advice: string, standIn: T, value: () => T) => T;

/** A parameter as an object of which nothing is known. */
function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function readList(milestones: unknown, read: Read): readonly unknown[] {
  return read("milestones", 'Write them like [{ amount: "500", work: "14 days" }].', [], () => {
    if (!Array.isArray(milestones)) throw new EmptyScheduleError();
    return milestones;
  });
}

/** What is to be done, as it is signed. `scopeProblems` finds what is wrong in it. */
function readScope(
  { scope, nonce }: Readonly<Record<string, unknown>>,
  currency: Scope["currency"],
  read: Read,
): Scope {
  const { title, description, milestones } = read("scope", "Say what is to be done.", membersOf(undefined), () => {
    if (typeof scope !== "object" || scope === null) {
      throw new InvalidScopeError("scope", "anything but an object here");
    }
    return membersOf(scope);
  });
  checkMembers(scope, "scope.", ["title", "description", "milestones"], read);
  const described = Array.isArray(milestones)
    ? milestones.map((milestone: unknown) => (typeof milestone === "string" ? { title: milestone } : milestone))
    : milestones;
  return {
    title,
    ...(description === undefined ? {} : { description }),
    milestones: described,
    ...(currency === undefined ? {} : { currency }),
    nonce: typeof nonce === "string" ? nonce.toLowerCase() : (nonce ?? hexlify(randomBytes(32))),
  } as Scope;
}

/** Misspelt parameters, which would otherwise count as left out. */
function checkMembers(value: unknown, path: string, known: readonly string[], read: Read): void {
  for (const name of Object.keys(membersOf(value))) {
    if (known.includes(name)) continue;
    read(`${path}${inert(name, 40)}`, `Known are ${known.join(", ")}.`, undefined, () => {
      throw new InvalidParameterError(name, "is not a parameter of an agreement");
    });
  }
}

/** How amounts are written and shown; the registry has the last word on the tokens that it knows. */
function readCurrency(token: unknown, read: Read): Scope["currency"] {
  if (typeof token !== "object" || token === null) return undefined;
  const { address, decimals, symbol } = token as Partial<TokenDescription>;
  const registered = tokens.find(
    (known) => typeof address === "string" && known.address.toLowerCase() === address.toLowerCase(),
  );
  return read("token.decimals", "Take the token from findToken or escrow.getToken.", undefined, () => {
    checkDecimals(decimals as number);
    if (registered !== undefined && registered.decimals !== decimals) {
      const reason = `is not the number of decimals of ${registered.symbol}, which is ${registered.decimals}`;
      throw new InvalidAmountError(decimals, reason);
    }
    return { symbol: symbol ?? registered?.symbol ?? "tokens", decimals: decimals as number };
  });
}

function readAmount(amount: unknown, decimals: number | undefined): bigint {
  if (typeof amount !== "bigint" && typeof amount !== "number" && decimals === undefined) {
    const advice = "Pass them with the token, or the amount in base units as a bigint.";
    throw new InvalidAmountError(amount, "needs the token's decimals", { advice });
  }
  const value = typeof amount === "bigint" ? amount : parseAmount(amount as string, decimals ?? 0);
  if (value >= 0n && value <= MAX_UINT128) return value;
  throw new InvalidAmountError(amount, `must be between 0 and ${MAX_UINT128} base units`);
}

function readDefaultShare(share: unknown): number {
  const match = typeof share === "string" ? /^([\d.]+%) to the freelancer$/.exec(share) : null;
  if (match) return parseShare(match[1] ?? "");
  const advice = 'Write it like "50% to the freelancer": both parties should know what a silent arbiter means.';
  throw new InvalidShareError(share, "does not say who gets what when the arbiter is silent", { advice });
}

function readChallenge(challenge: Duration | undefined, hasVerifier: boolean, isByModel: boolean): number {
  if (challenge === undefined && !hasVerifier) return 0;
  if (!hasVerifier) {
    throw new InvalidDurationError(challenge, "is a challenge period, which means nothing without a verifier", {
      advice: "Leave it out, or name a verifier.",
    });
  }
  if (challenge === undefined) {
    throw new InvalidDurationError(
      challenge,
      "does not say how long the client can object when the verifier passes the work",
      { advice: 'Write it like "3 days", or "0 seconds" to be paid on the verifier\'s word.' },
    );
  }
  const seconds = parseDuration(challenge);
  if (!isByModel || seconds >= LEAST_CHALLENGE) return seconds;
  throw new InvalidDurationError(challenge, "is too short for work that a model judges", {
    advice: "Give the client a day at least: a model errs, and can be deceived.",
  });
}

function readTime(time: unknown): number {
  const seconds = time instanceof Date ? Math.floor(time.getTime() / 1000) : time;
  if (isUint(seconds, MAX_UINT40)) return seconds;
  throw new InvalidTimeError(time, "is not a time that the contract can hold");
}

/** `"terms.reviewPeriod"` is `review` to who defines an agreement, `"schedule[0].workPeriod"` is `milestones[0].work`. */
function parameterPath(path: string): string {
  const member = path.startsWith("terms.") ? path.slice("terms.".length) : path;
  if (PARAMETER[member] !== undefined) return PARAMETER[member];
  return member.replace(/^schedule/, "milestones").replace(/workPeriod$/, "work");
}
