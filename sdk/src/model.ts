/**
 * The protocol as pure functions over an agreement's state: what each account may do now, what happens by itself and when,
 * who gets how much, and what a call changes. It makes the contract's checks in the contract's order and fails with the
 * errors that the contract's reverts decode to; the two are tested against each other step by step.
 *
 * Outside of the model: what the token and the gate do when money comes in (allowances, balances, a gate's refusal).
 */
import { ZeroHash } from "ethers";
import { toAddress, zeroAddress } from "./address.js";
import { type Agreement, scheduleHash } from "./agreement.js";
import { checkBoolean, checkList, checkObject } from "./check.js";
import {
  AmountOutOfRangeError,
  ClockNotLaterError,
  ClockRanOutError,
  ClockStillRunningError,
  FundingClosedError,
  FundingExpiredError,
  InvalidAmountError,
  InvalidParameterError,
  InvalidSignatureError,
  MilestoneOutOfRangeError,
  NotAcceptedError,
  NotAPartyError,
  NothingToFundError,
  ScheduleMismatchError,
  SignatureExpiredError,
  TooManySubmissionsError,
  UnauthorizedError,
  WrongStatusError,
  WrongSubmissionError,
} from "./errors.js";
import { BPS } from "./money.js";
import {
  type Address,
  type AgreementState,
  type Hash,
  type MilestoneState,
  Outcome,
  Status,
  type Terms,
} from "./types.js";
import { checkNumbers, checkState, checkTime, firstViolation } from "./validate.js";

// ------------------------------------------------------------------------------------------------------------- actions

/** A signature over an action, as the model sees it. */
export interface SignedBy {
  /** Who signed exactly what the contract checks. Another account than the actor: the signature is invalid. */
  readonly signer: Address;
  /** The signature is void at or after this time, Unix seconds. */
  readonly deadline: number;
}

interface Authorized {
  /** Left out: the sender is the actor. */
  readonly authorization?: SignedBy;
}

interface OnMilestone {
  /** Index in the schedule, from 0. */
  readonly index: number;
}

/** One call of the contract; the members are the contract's arguments. Amounts are gross, token base units. */
export type Action =
  | { readonly type: "accept"; readonly party: Address; readonly signer?: Address }
  | ({ readonly type: "close"; readonly party: Address } & Authorized)
  | {
      readonly type: "fund";
      readonly indices: readonly number[];
      /** Who signed what is passed as the freelancer's signature; left out: nothing is passed. */
      readonly freelancerSigner?: Address;
    }
  | ({ readonly type: "submit"; readonly deliverable: Hash } & OnMilestone & Authorized)
  | ({ readonly type: "approve"; readonly submission: number } & OnMilestone & Authorized)
  | ({ readonly type: "advance"; readonly amount: bigint } & OnMilestone & Authorized)
  | ({ readonly type: "requestChanges"; readonly submission: number; readonly reason: Hash } & OnMilestone & Authorized)
  | ({
      readonly type: "attest";
      readonly submission: number;
      readonly passed: boolean;
      readonly report: Hash;
    } & OnMilestone &
      Authorized)
  | ({ readonly type: "extend" /** The new clock, Unix seconds. */; readonly clock: number } & OnMilestone & Authorized)
  | ({ readonly type: "dispute"; readonly submission: number; readonly evidence: Hash } & OnMilestone & Authorized)
  | ({ readonly type: "submitEvidence"; readonly evidence: Hash } & OnMilestone)
  | ({ readonly type: "rule"; readonly freelancerAmount: bigint; readonly reasoning: Hash } & OnMilestone & Authorized)
  | ({
      readonly type: "settle";
      readonly freelancerAmount: bigint;
      readonly client?: SignedBy;
      readonly freelancer?: SignedBy;
    } & OnMilestone)
  | ({ readonly type: "refund" } & OnMilestone & Authorized)
  | ({ readonly type: "finalize" } & OnMilestone);

/** The verbs of the protocol: one per function of the contract that is about an agreement. */
export type Verb = Action["type"];

/** What is needed of an action to know who gets how much; every {@link Action} that moves money out has these members. */
export type PayingAction =
  | { readonly type: "approve" | "refund" | "finalize" | "attest"; readonly index: number }
  | { readonly type: "advance"; readonly index: number; readonly amount: bigint }
  | { readonly type: "rule" | "settle"; readonly index: number; readonly freelancerAmount: bigint };

/** Who gets how much: net, token base units. The four sum to what leaves escrow. */
export interface Payout {
  readonly freelancer: bigint;
  readonly client: bigint;
  readonly platform: bigint;
  readonly arbiter: bigint;
}

/** A payment that an action makes. */
export interface Payment {
  readonly to: Address;
  /** Net, token base units, greater than 0. */
  readonly amount: bigint;
  /** The part that the receiver plays. */
  readonly role: keyof Payout;
  /** `false`: sent at once. `true`: added to the receiver's claimable balance, for `withdraw`. */
  readonly claimable: boolean;
}

/** Who calls, and when. */
export interface StepContext {
  readonly sender: Address;
  /** The block's time, Unix seconds. */
  readonly now: number;
  /** Accounts that the token refuses to pay just now: their payments become claimable. */
  readonly deferred?: readonly Address[];
  /** The escrow contract; by default the one whose address is the same on every chain. */
  readonly escrow?: Address;
}

/** What an action did. */
export interface StepResult {
  readonly state: AgreementState;
  readonly payout: Payout;
  /**
   * Who is paid, in the contract's order: arbiter and platform (always claimable), freelancer, client. `withdraw` is not
   * an action of an agreement: it pays out what waits for an account in a token, from all agreements.
   */
  readonly payments: readonly Payment[];
}

/** Something that an account may do now. */
export interface AvailableAction {
  readonly action: Verb;
  /** The milestone; `undefined` for what concerns the whole agreement (accept, close). */
  readonly index: number | undefined;
  /** It is possible before this time, Unix seconds; `undefined` when no clock ends it. */
  readonly until: number | undefined;
  /** Whose signature it needs beside the account's own doing; `undefined` when nobody's. */
  readonly needs: Address | undefined;
}

/** What happens to a milestone by itself, that is when anybody calls `finalize`. */
export interface DefaultOutcome {
  readonly outcome: Outcome;
  readonly status: Status;
  /** From this time on, Unix seconds: the milestone's clock. */
  readonly at: number;
  /** Whether `now` has reached that time. */
  readonly due: boolean;
  readonly payout: Payout;
}

// ---------------------------------------------------------------------------------------------------------- the machine

/** The statuses that hold money. */
export const HELD: readonly Status[] = [Status.Funded, Status.Submitted, Status.ChangesRequested, Status.Disputed];
const MAX_SUBMISSIONS = 255;
const NOTHING: Payout = { freelancer: 0n, client: 0n, platform: 0n, arbiter: 0n };
const UNFUNDED: MilestoneState = { held: 0n, clock: 0, submissions: 0, status: Status.None, outcome: Outcome.None };

/**
 * The state of an agreement that nobody has consented to yet.
 *
 * @example
 * const { state } = step(agreement, emptyState(agreement), { type: "accept", party: client }, { sender: client, now });
 */
export function emptyState(agreement: Agreement): AgreementState {
  return {
    clientConsented: false,
    freelancerConsented: false,
    closed: false,
    milestones: checkNumbers(agreement).schedule.map(() => UNFUNDED),
  };
}

/**
 * One call of the contract: the state after it and who is paid; or the error with which the contract refuses it.
 *
 * @throws {MicroEscrowError} The class of the contract's custom error, with its fields; but the digest of an
 * InvalidSignatureError is zero, because the model knows no chain.
 * @throws {InvalidAmountError} When an amount is not a bigint.
 * @throws {InvalidTimeError} When the new clock of an extension is not whole Unix seconds.
 * @example
 * const action = { type: "approve", index: 0, submission: 1 } as const;
 * const { state: next, payout } = step(agreement, state, action, { sender: client, now });
 */
export function step(agreement: Agreement, state: AgreementState, action: Action, context: StepContext): StepResult {
  const { terms } = checkNumbers(agreement);
  checkState(state);
  const { now, deferred } = checkObject(context, "who calls, and when");
  checkTime(now);
  if (deferred !== undefined) checkList(deferred, "the accounts that are not paid at once");
  checkObject(action, "an action");
  switch (action.type) {
    case "accept":
      return unpaid(accept(agreement, state, action, context));
    case "close":
      checkParty(terms, action.party);
      authorize(action.party, action.authorization, context);
      return unpaid({ ...state, closed: true });
    case "fund":
      return unpaid(fund(agreement, state, action, context));
    default:
      return stepMilestone(agreement, state, action, context);
  }
}

/**
 * What an account may do now, on which milestone, and until when. It lists verbs, not arguments: an amount or a
 * submission can still be refused.
 *
 * @param account Whose buttons these are; an account that is not named in the agreement may still fund and finalize.
 * @param now Unix seconds; use the chain's time (the latest block's), not the device's.
 * @throws {InvalidAddressError} When the account is not an address.
 * @example
 * const state = await escrow.getAgreementState(agreement);
 * const buttons = availableActions(agreement, state, client, await escrow.getTime());
 * for (const { action, index, until } of buttons) console.log(action, index, until);
 */
export function availableActions(
  agreement: Agreement,
  state: AgreementState,
  account: string,
  now: number,
): readonly AvailableAction[] {
  const { terms } = checkNumbers(agreement);
  checkState(state);
  checkTime(now);
  const who = toAddress(account);
  const isClient = who === terms.client;
  const isFreelancer = who === terms.freelancer;
  const isArbiter = who === terms.arbiter;
  // Without a verifier the zero address stands there, which is nobody.
  const isVerifier = who === terms.verifier && who !== zeroAddress;
  const available: AvailableAction[] = [];
  const offer = (action: Verb, index?: number, until?: number, needs?: Address) =>
    available.push({ action, index, until, needs });

  if ((isClient && !state.clientConsented) || (isFreelancer && !state.freelancerConsented)) offer("accept");
  if ((isClient || isFreelancer) && !state.closed) offer("close");

  // The client consents by calling; the freelancer also by a signature that somebody passes on.
  const fundable = !state.closed && now < terms.fundBy && (state.clientConsented || isClient);
  const missing = state.freelancerConsented || isFreelancer ? undefined : terms.freelancer;

  for (const [index, { status, clock, held, submissions }] of state.milestones.entries()) {
    if (status === Status.None) {
      if (fundable) offer("fund", index, terms.fundBy, missing);
      continue;
    }
    if (!HELD.includes(status)) continue;

    const running = now < clock;
    const isFunded = status === Status.Funded;
    const isSubmitted = status === Status.Submitted;
    const isRework = status === Status.ChangesRequested;
    const isDisputed = status === Status.Disputed;

    if (running) {
      if (isFreelancer && (isFunded || isRework) && submissions < MAX_SUBMISSIONS) offer("submit", index, clock);
      if (isClient && isSubmitted) offer("requestChanges", index, clock);
      if ((isClient && isSubmitted) || (isFreelancer && isRework)) offer("dispute", index, clock);
      if (isVerifier && isSubmitted) offer("attest", index, clock);
      if (isArbiter && isDisputed) offer("rule", index, clock);
    }
    if (isClient) {
      offer("approve", index);
      if (!isDisputed && held > 1n) offer("advance", index);
      if (isFunded || isRework) offer("extend", index);
      offer("settle", index, undefined, terms.freelancer);
    }
    if (isFreelancer) {
      offer("refund", index);
      offer("settle", index, undefined, terms.client);
    }
    if (isDisputed && (isClient || isFreelancer || isArbiter || isVerifier)) {
      offer("submitEvidence", index);
    }
    if (!running) offer("finalize", index);
  }
  return available;
}

/**
 * What happens to a milestone if nobody acts any more: from its clock on anybody may call `finalize`.
 *
 * @param index Counted from 0.
 * @param now Unix seconds; use the chain's time.
 * @returns `undefined` when the milestone holds nothing.
 * @example
 * const state = await escrow.getAgreementState(agreement);
 * const next = defaultOutcome(agreement, state, 0, await escrow.getTime());
 * if (next?.due) await escrow.finalize({ agreement, index: 0 });
 */
export function defaultOutcome(
  agreement: Agreement,
  state: AgreementState,
  index: number,
  now: number,
): DefaultOutcome | undefined {
  checkNumbers(agreement);
  checkTime(now);
  const milestone = milestoneAt(checkState(state), index);
  if (!HELD.includes(milestone.status)) return undefined;
  const [status, outcome] = defaultEnd(milestone.status);
  return {
    outcome,
    status,
    at: milestone.clock,
    due: now >= milestone.clock,
    payout: payouts(agreement, state, { type: "finalize", index }),
  };
}

/**
 * Who would get how much for a milestone: for an approval, an attestation that pays, an advance, a refund, a ruling, a
 * settlement, or the default outcome (`finalize`). It asks neither who acts nor when.
 *
 * @param action Amounts are gross, token base units.
 * @returns Net amounts, token base units.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {WrongStatusError} When the milestone is not in a status in which this can pay.
 * @throws {InvalidAmountError} When an amount is not a bigint.
 * @throws {AmountOutOfRangeError} When an amount is more than there is to give, or too little to be an advance.
 * @example
 * payouts(agreement, state, { type: "rule", index: 1, freelancerAmount: 250_000_000n });
 */
export function payouts(agreement: Agreement, state: AgreementState, action: PayingAction): Payout {
  checkState(state);
  checkIndex(checkNumbers(agreement), checkObject(action, "an action").index);
  return payoutOf(agreement, state, action);
}

/** The same for any index: the contract knows no schedule here, and takes what is not in it for not funded. */
function payoutOf({ terms }: Agreement, state: AgreementState, action: PayingAction): Payout {
  const milestone = milestoneAt(state, action.index);
  const { held } = milestone;
  if (!Object.hasOwn(PAYING, action.type)) throw noAction(action.type);
  checkStatus(milestone, action.index, PAYING[action.type]);
  switch (action.type) {
    case "approve":
    case "attest":
      return split(terms, held, 0n);
    case "refund":
      return split(terms, 0n, held);
    case "advance":
      checkAmount(action.amount, 1n, held - 1n);
      return split(terms, action.amount, 0n);
    case "rule": {
      const arbiterFee = portion(held, terms.arbiterFeeBps);
      const pot = held - arbiterFee;
      checkAmount(action.freelancerAmount, 0n, pot);
      return split(terms, action.freelancerAmount, pot - action.freelancerAmount, arbiterFee);
    }
    case "settle":
      checkAmount(action.freelancerAmount, 0n, held);
      return split(terms, action.freelancerAmount, held - action.freelancerAmount);
    case "finalize": {
      if (milestone.status === Status.Submitted) return split(terms, held, 0n);
      if (milestone.status !== Status.Disputed) return split(terms, 0n, held);
      const share = portion(held, terms.defaultShareBps);
      return split(terms, share, held - share);
    }
  }
}

// ------------------------------------------------------------------------------------------------------ consent, funding

function accept(
  agreement: Agreement,
  state: AgreementState,
  { party, signer }: Extract<Action, { type: "accept" }>,
  { sender, escrow }: StepContext,
): AgreementState {
  checkParty(agreement.terms, party);
  const isClient = party === agreement.terms.client;
  if (isClient ? state.clientConsented : state.freelancerConsented) return state;
  checkSchedule(agreement);
  if (signer === undefined) {
    if (sender !== party) throw new UnauthorizedError({ caller: sender, expected: party });
  } else checkSigner(signer, party);
  return consent(agreement, state, isClient ? "clientConsented" : "freelancerConsented", escrow);
}

function fund(
  agreement: Agreement,
  state: AgreementState,
  { indices, freelancerSigner }: Extract<Action, { type: "fund" }>,
  { sender, now, escrow }: StepContext,
): AgreementState {
  const { terms, schedule } = agreement;
  if (state.closed) throw new FundingClosedError({ id: agreement.id });
  if (now >= terms.fundBy) throw new FundingExpiredError({ fundBy: terms.fundBy, time: now });
  if (checkList(indices, "the milestones to fund").length === 0) throw new NothingToFundError();
  checkSchedule(agreement);

  let next = state;
  if (!state.clientConsented) {
    if (sender !== terms.client) throw new NotAcceptedError({ party: terms.client });
    next = consent(agreement, next, "clientConsented", escrow);
  }
  if (!state.freelancerConsented) {
    if (sender !== terms.freelancer) {
      if (freelancerSigner === undefined) throw new NotAcceptedError({ party: terms.freelancer });
      checkSigner(freelancerSigner, terms.freelancer);
    }
    next = consent(agreement, next, "freelancerConsented", escrow);
  }
  for (const index of indices) {
    const entry = schedule[index];
    if (entry === undefined) throw new MilestoneOutOfRangeError({ index, length: schedule.length });
    const milestone = milestoneAt(next, index);
    checkStatus(milestone, index, [Status.None]);
    next = withMilestone(next, index, {
      ...milestone,
      held: entry.amount,
      clock: now + entry.workPeriod,
      status: Status.Funded,
    });
  }
  return next;
}

function consent(
  agreement: Agreement,
  state: AgreementState,
  member: "clientConsented" | "freelancerConsented",
  escrow: Address | undefined,
): AgreementState {
  if (!state.clientConsented && !state.freelancerConsented) {
    const violation = firstViolation(agreement, escrow);
    if (violation) throw violation;
  }
  return { ...state, [member]: true };
}

// ------------------------------------------------------------------------------------------------------------- milestones

type MilestoneAction = Exclude<Action, { type: "accept" | "close" | "fund" }>;

function stepMilestone(
  agreement: Agreement,
  state: AgreementState,
  action: MilestoneAction,
  context: StepContext,
): StepResult {
  const { terms } = agreement;
  const { now } = context;
  const { index } = action;
  // No call can carry another number.
  if (!Number.isSafeInteger(index) || index < 0) checkIndex(agreement, index);
  const milestone = milestoneAt(state, index);
  const change = (changes: Partial<MilestoneState>) =>
    unpaid(withMilestone(state, index, { ...milestone, ...changes }));
  const passTurn = (status: Status, period: number) => change({ status, clock: now + period });
  const pay = (payout: Payout, changes: Partial<MilestoneState>): StepResult => ({
    state: withMilestone(state, index, { ...milestone, ...changes }),
    payout,
    payments: paymentsOf(terms, payout, context.deferred),
  });
  const conclude = (payout: Payout, status: Status, outcome: Outcome) =>
    pay(payout, { held: 0n, clock: 0, status, outcome });

  switch (action.type) {
    case "submit": {
      checkStatus(milestone, index, [Status.Funded, Status.ChangesRequested]);
      checkBeforeClock(milestone, now);
      if (milestone.submissions === MAX_SUBMISSIONS) throw new TooManySubmissionsError({ maximum: MAX_SUBMISSIONS });
      authorize(terms.freelancer, action.authorization, context);
      return change({
        submissions: milestone.submissions + 1,
        status: Status.Submitted,
        clock: now + terms.reviewPeriod,
      });
    }
    case "approve": {
      const payout = payoutOf(agreement, state, action);
      checkSubmission(milestone, action.submission);
      authorize(terms.client, action.authorization, context);
      return conclude(payout, Status.Released, Outcome.Approved);
    }
    case "advance": {
      const payout = payoutOf(agreement, state, action);
      authorize(terms.client, action.authorization, context);
      return pay(payout, { held: milestone.held - action.amount });
    }
    case "requestChanges": {
      checkStatus(milestone, index, [Status.Submitted]);
      checkBeforeClock(milestone, now);
      checkSubmission(milestone, action.submission);
      authorize(terms.client, action.authorization, context);
      return passTurn(Status.ChangesRequested, terms.reworkPeriod);
    }
    case "attest": {
      checkBoolean(action.passed, "whether the work passed");
      const payout = payoutOf(agreement, state, action);
      checkBeforeClock(milestone, now);
      checkSubmission(milestone, action.submission);
      authorize(terms.verifier, action.authorization, context);
      if (!action.passed) return passTurn(Status.ChangesRequested, terms.reworkPeriod);
      if (terms.challengePeriod === 0) return conclude(payout, Status.Released, Outcome.Attested);
      return change({ clock: Math.min(milestone.clock, now + terms.challengePeriod) });
    }
    case "extend": {
      checkTime(action.clock);
      checkStatus(milestone, index, [Status.Funded, Status.ChangesRequested]);
      if (action.clock <= milestone.clock || action.clock <= now) {
        throw new ClockNotLaterError({ newClock: action.clock, currentClock: milestone.clock, time: now });
      }
      authorize(terms.client, action.authorization, context);
      return change({ clock: action.clock });
    }
    case "dispute": {
      checkStatus(milestone, index, [Status.Submitted, Status.ChangesRequested]);
      checkBeforeClock(milestone, now);
      checkSubmission(milestone, action.submission);
      const by = milestone.status === Status.Submitted ? terms.client : terms.freelancer;
      authorize(by, action.authorization, context);
      return passTurn(Status.Disputed, terms.arbitrationPeriod);
    }
    case "submitEvidence": {
      checkStatus(milestone, index, [Status.Disputed]);
      const { sender } = context;
      if (![terms.client, terms.freelancer, terms.arbiter, terms.verifier].includes(sender)) {
        throw new NotAPartyError({ account: sender });
      }
      return unpaid(state);
    }
    case "rule": {
      checkStatus(milestone, index, PAYING.rule);
      checkBeforeClock(milestone, now);
      const payout = payoutOf(agreement, state, action);
      authorize(terms.arbiter, action.authorization, context);
      return conclude(payout, Status.Resolved, Outcome.Ruled);
    }
    case "settle": {
      const payout = payoutOf(agreement, state, action);
      authorize(terms.client, action.client, context);
      authorize(terms.freelancer, action.freelancer, context);
      return conclude(payout, Status.Resolved, Outcome.Settled);
    }
    case "refund": {
      const payout = payoutOf(agreement, state, action);
      authorize(terms.freelancer, action.authorization, context);
      return conclude(payout, Status.Refunded, Outcome.Refunded);
    }
    case "finalize": {
      const payout = payoutOf(agreement, state, action);
      if (now < milestone.clock) throw new ClockStillRunningError({ clock: milestone.clock, time: now });
      return conclude(payout, ...defaultEnd(milestone.status));
    }
    default:
      throw noAction((action satisfies never as Action).type);
  }
}

function noAction(type: unknown): InvalidParameterError {
  return new InvalidParameterError(type, "is not an action that there is here");
}

/** In which statuses an action can pay. */
const PAYING: Readonly<Record<PayingAction["type"], readonly Status[]>> = {
  approve: HELD,
  attest: [Status.Submitted],
  refund: HELD,
  advance: [Status.Funded, Status.Submitted, Status.ChangesRequested],
  rule: [Status.Disputed],
  settle: HELD,
  finalize: HELD,
};

/** How a milestone in a status that holds money ends by itself. */
function defaultEnd(status: Status): [status: Status, outcome: Outcome] {
  switch (status) {
    case Status.Funded:
      return [Status.Refunded, Outcome.WorkExpired];
    case Status.Submitted:
      return [Status.Released, Outcome.ReviewExpired];
    case Status.ChangesRequested:
      return [Status.Refunded, Outcome.ReworkExpired];
    default:
      return [Status.Resolved, Outcome.ArbitrationExpired];
  }
}

/** The state of a milestone; one beyond the schedule is as one that was never funded. */
function milestoneAt(state: AgreementState, index: number): MilestoneState {
  return state.milestones[index] ?? UNFUNDED;
}

function withMilestone(state: AgreementState, index: number, milestone: MilestoneState): AgreementState {
  return { ...state, milestones: state.milestones.map((other, i) => (i === index ? milestone : other)) };
}

function unpaid(state: AgreementState): StepResult {
  return { state, payout: NOTHING, payments: [] };
}

// ------------------------------------------------------------------------------------------------------------------ money

/** A share of an amount, rounded down. */
function portion(amount: bigint, bps: number): bigint {
  return (amount * BigInt(bps)) / BigInt(BPS);
}

/** `gross` to the freelancer, less the platform's fee on it. */
function split(terms: Terms, gross: bigint, client: bigint, arbiter = 0n): Payout {
  const platform = portion(gross, terms.feeBps);
  return { freelancer: gross - platform, client, platform, arbiter };
}

function paymentsOf(terms: Terms, payout: Payout, deferred: readonly Address[] = []): readonly Payment[] {
  const payee = (named: Address, party: Address) => (named === zeroAddress ? party : named);
  const payments = [
    { role: "arbiter", to: terms.arbiter, claimable: true },
    { role: "platform", to: terms.feeRecipient, claimable: true },
    { role: "freelancer", to: payee(terms.payoutTo, terms.freelancer), claimable: false },
    { role: "client", to: payee(terms.refundTo, terms.client), claimable: false },
  ] as const;
  return payments
    .map((payment) => ({
      ...payment,
      amount: payout[payment.role],
      claimable: payment.claimable || deferred.includes(payment.to),
    }))
    .filter(({ amount }) => amount !== 0n);
}

// ----------------------------------------------------------------------------------------------------------------- checks

function checkIndex({ schedule }: Agreement, index: number): void {
  if (schedule[index] === undefined) throw new MilestoneOutOfRangeError({ index, length: schedule.length });
}

function checkParty(terms: Terms, party: Address): void {
  if (party !== terms.client && party !== terms.freelancer) throw new NotAPartyError({ account: party });
}

function checkSchedule({ schedule, terms }: Agreement): void {
  const actual = scheduleHash(schedule);
  if (actual !== terms.milestones) throw new ScheduleMismatchError({ actual, expected: terms.milestones });
}

function checkStatus(milestone: MilestoneState, index: number, allowed: readonly Status[]): void {
  if (!allowed.includes(milestone.status)) throw new WrongStatusError({ index, actual: milestone.status, allowed });
}

function checkBeforeClock({ clock }: MilestoneState, now: number): void {
  if (now >= clock) throw new ClockRanOutError({ clock, time: now });
}

function checkSubmission({ submissions }: MilestoneState, submission: number): void {
  if (submission !== submissions) throw new WrongSubmissionError({ actual: submission, expected: submissions });
}

function checkAmount(amount: bigint, minimum: bigint, maximum: bigint): void {
  if (typeof amount !== "bigint") throw new InvalidAmountError(amount, "is not a bigint of token base units");
  if (amount < minimum || amount > maximum) throw new AmountOutOfRangeError({ amount, minimum, maximum });
}

function authorize(actor: Address, authorization: SignedBy | undefined, { sender, now }: StepContext): void {
  if (authorization === undefined) {
    if (sender !== actor) throw new UnauthorizedError({ caller: sender, expected: actor });
  } else {
    const { deadline, signer } = checkObject(authorization, "an authorization");
    if (now >= deadline) throw new SignatureExpiredError({ deadline, time: now });
    checkSigner(signer, actor);
  }
}

function checkSigner(signer: Address, expected: Address): void {
  if (signer !== expected) throw new InvalidSignatureError({ signer: expected, digest: ZeroHash as Hash });
}
