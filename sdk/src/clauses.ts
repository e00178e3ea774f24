/**
 * What an agreement says, clause by clause, as data: for pages in any language. `describe` says the same in English.
 */
import { zeroAddress } from "./address.js";
import type { Agreement } from "./agreement.js";
import { checkObject } from "./check.js";
import { BPS, parseShare } from "./money.js";
import { checkScope, type ScopeMilestone } from "./scope.js";
import { inert } from "./text.js";
import { registeredToken } from "./tokens.js";
import type { Address, Hash, Terms } from "./types.js";
import { checkAgreement } from "./validate.js";
import type { Check } from "./verifier/checks.js";

/** What {@link clauses} and `describe` can know besides the agreement. */
export interface DescribeOptions {
  /** The chain that the agreement is for. Amounts are then shown as the registry knows the token, whatever the scope says. */
  readonly chainId?: number;
}

/** What amounts are to be shown in. */
export interface Currency {
  /** Inert, and of 16 characters at most. */
  readonly symbol: string;
  /** 0 to 255; `formatAmount` writes base units with them, exactly. */
  readonly decimals: number;
  /** Whether the registry vouches for both; else they are what the scope claims. */
  readonly isRegistered: boolean;
}

/**
 * The values of each clause by its code, in the order in which {@link clauses} has them. What each says is in `describe`, in English.
 *
 * A value has the name and the unit that it has in `Terms`, `Milestone` and `Scope`: what ends in `Period` is seconds, `fundBy`
 * Unix seconds, what ends in `Bps` basis points (1/10,000), `amount` token base units, which without a `currency` are all that
 * can be shown. `index` is the milestone's place in the schedule, from 0; people count from 1.
 *
 * Text that the parties wrote is one inert line, as `inert` makes it, cut after 200 characters (a description after 1,000). It
 * cannot end a quotation in “these”, „these“ or "these" marks, but it can have » and 」 in it, and words that run from right to
 * left. Show it as text, not as HTML, and where it could end your marks or turn your words in an element of its own (`<bdi>`).
 */
export interface ClauseValues {
  /** Nobody here knows what is to be done: the chain has its hash alone. In place of `about`. */
  readonly "unknown-scope": { readonly details: Hash };
  readonly about: { readonly title: string };
  readonly detail: { readonly description: string };
  /** Who pays whom. */
  readonly payment: { readonly client: Address; readonly freelancer: Address };
  readonly arbiter: { readonly arbiter: Address };
  /** The registry vouches for what the amounts are shown in. */
  readonly "registered-token": { readonly token: Address; readonly currency: Currency };
  /** In place of `registered-token`, where only the scope says what the token is called and which decimals it has. */
  readonly "claimed-token": { readonly token: Address; readonly currency: Currency };
  /** In place of `registered-token`, where nothing says that. */
  readonly "unknown-token": { readonly token: Address };
  readonly milestone: {
    readonly index: number;
    readonly title: string;
    readonly amount: bigint;
    readonly currency: Currency | undefined;
    readonly workPeriod: number;
  };
  /** In place of `milestone`, where the scope is not known. */
  readonly "untitled-milestone": {
    readonly index: number;
    readonly amount: bigint;
    readonly currency: Currency | undefined;
    readonly workPeriod: number;
  };
  readonly "milestone-detail": { readonly index: number; readonly description: string };
  readonly requirements: { readonly index: number; readonly requirements: readonly string[] };
  /** All that one check says in one text, however long: nobody should sign what is not shown. */
  readonly check: { readonly index: number; readonly check: string };
  /** What the milestones pay together, and how many they are, where there is more than one. */
  readonly total: { readonly count: number; readonly amount: bigint; readonly currency: Currency | undefined };
  /** Until when milestones can be funded, and that the work period starts with it. */
  readonly funding: { readonly fundBy: number };
  /** Either party can close the agreement to further funding. */
  readonly closing: Record<never, never>;
  readonly gate: { readonly gate: Address };
  /** Nothing is submitted in time. */
  readonly "silent-freelancer": Record<never, never>;
  /** What the client can do after a submission, and what its silence means. */
  readonly review: { readonly reviewPeriod: number };
  /** What the freelancer can do after a request for changes, and what its silence means. */
  readonly rework: { readonly reworkPeriod: number };
  /** What it can do, how long the client can object, and what its silence means. */
  readonly verifier: { readonly verifier: Address; readonly challengePeriod: number; readonly reviewPeriod: number };
  /** In place of `verifier`, where the challenge period is 0. */
  readonly "verifier-pays-at-once": { readonly verifier: Address; readonly reviewPeriod: number };
  /** What the arbiter can do, and who gets what if it is silent: the freelancer the default share, the client the rest. */
  readonly arbitration: {
    readonly arbitrationPeriod: number;
    readonly defaultShareBps: number;
    readonly clientShareBps: number;
  };
  readonly "arbiter-fee": { readonly arbiterFeeBps: number };
  readonly "no-arbiter-fee": Record<never, never>;
  readonly "platform-fee": { readonly feeRecipient: Address; readonly feeBps: number };
  readonly "no-platform-fee": Record<never, never>;
  readonly "payout-to": { readonly payoutTo: Address };
  readonly "refund-to": { readonly refundTo: Address };
  /** What the parties can do while money is held, at any time. */
  readonly gifts: Record<never, never>;
  /** Nobody else can change any of this. */
  readonly unchangeable: Record<never, never>;
}

/**
 * One clause of an agreement: its `code`, and what {@link ClauseValues} has for it. A catalog of a language has a function for
 * each code; it is complete, or does not compile.
 *
 * @example
 * type Catalog = { readonly [Code in Clause["code"]]: (clause: Clause<Code>) => string };
 * const say = <Code extends Clause["code"]>(catalog: Catalog, clause: Clause<Code>) => catalog[clause.code](clause);
 */
export type Clause<Code extends keyof ClauseValues = keyof ClauseValues> = {
  [Each in Code]: { readonly code: Each } & ClauseValues[Each];
}[Code];

/**
 * What `describe` says, sentence by sentence, as data: for a page that shows the same in another language, with amounts,
 * dates and periods as its readers write them.
 *
 * @returns The clauses in the order in which they are to be read; {@link ClauseValues} has the units of their values.
 * @throws {InvalidParameterError} When the options are not an object.
 * @throws {InvalidAgreementError} When the agreement does not hold what its types say.
 * @throws {InvalidScopeError} When its scope is not one.
 * @throws {InvalidShareError} When a fee or share is above 10,000 basis points.
 * @example
 * const days = new Intl.NumberFormat("pt", { style: "unit", unit: "day", unitDisplay: "long" });
 * for (const clause of clauses(agreement, { chainId: 8453 })) {
 *   if (clause.code !== "review") continue;
 *   console.log(`O cliente tem ${days.format(clause.reviewPeriod / 86_400)} para responder.`);
 * }
 */
export function clauses(agreement: Agreement, options: DescribeOptions = {}): readonly Clause[] {
  const { chainId } = checkObject(options, "options");
  const { terms, scope } = checkAgreement(agreement);
  if (scope !== undefined) checkScope(scope);
  const currency = currencyOf(agreement, chainId);
  return [
    ...subject(agreement, currency),
    ...work(agreement, currency),
    ...funding(terms),
    ...silence(terms),
    ...fees(terms),
    { code: "gifts" },
    { code: "unchangeable" },
  ];
}

/** What it is about, who is who, and what is paid in. */
function* subject({ terms, scope }: Agreement, currency: Currency | undefined): Generator<Clause> {
  const { client, freelancer, arbiter, token, details } = terms;
  if (scope === undefined) yield { code: "unknown-scope", details };
  else {
    yield { code: "about", title: inert(scope.title) };
    if (scope.description !== undefined) yield { code: "detail", description: detailOf(scope.description) };
  }
  yield { code: "payment", client, freelancer };
  yield { code: "arbiter", arbiter };
  if (currency === undefined) yield { code: "unknown-token", token };
  else yield { code: currency.isRegistered ? "registered-token" : "claimed-token", token, currency };
}

/** The milestones, and what they pay together. */
function* work({ schedule, scope }: Agreement, currency: Currency | undefined): Generator<Clause> {
  for (const [index, { amount, workPeriod }] of schedule.entries()) {
    const described = scope?.milestones[index];
    if (described === undefined) yield { code: "untitled-milestone", index, amount, currency, workPeriod };
    else {
      yield { code: "milestone", index, title: inert(described.title), amount, currency, workPeriod };
      yield* demands(described, index);
    }
  }
  const total = schedule.reduce((sum, { amount }) => sum + amount, 0n);
  if (schedule.length > 1) yield { code: "total", count: schedule.length, amount: total, currency };
}

/** What the scope wants of a milestone, beyond its title. */
function* demands({ description, requirements = [], checks = [] }: ScopeMilestone, index: number): Generator<Clause> {
  if (description !== undefined) yield { code: "milestone-detail", index, description: detailOf(description) };
  if (requirements.length > 0) {
    yield { code: "requirements", index, requirements: requirements.map((requirement) => inert(requirement)) };
  }
  for (const check of checks) yield { code: "check", index, check: declared(check) };
}

function* funding({ fundBy, gate }: Terms): Generator<Clause> {
  yield { code: "funding", fundBy };
  yield { code: "closing" };
  if (gate !== zeroAddress) yield { code: "gate", gate };
}

/** What happens when somebody does not act, step by step. */
function* silence(terms: Terms): Generator<Clause> {
  const { reviewPeriod, reworkPeriod, challengePeriod, arbitrationPeriod, verifier } = terms;
  yield { code: "silent-freelancer" };
  yield { code: "review", reviewPeriod };
  yield { code: "rework", reworkPeriod };
  if (verifier !== zeroAddress) {
    if (challengePeriod === 0) yield { code: "verifier-pays-at-once", verifier, reviewPeriod };
    else yield { code: "verifier", verifier, challengePeriod, reviewPeriod };
  }
  // More than everything is refused, here as in fees.
  const defaultShareBps = parseShare(terms.defaultShareBps);
  yield { code: "arbitration", arbitrationPeriod, defaultShareBps, clientShareBps: BPS - defaultShareBps };
}

/** Fees, and where the money goes. */
function* fees({ arbiterFeeBps, feeBps, feeRecipient, payoutTo, refundTo }: Terms): Generator<Clause> {
  if (arbiterFeeBps === 0) yield { code: "no-arbiter-fee" };
  else yield { code: "arbiter-fee", arbiterFeeBps: parseShare(arbiterFeeBps) };
  if (feeBps === 0) yield { code: "no-platform-fee" };
  else yield { code: "platform-fee", feeRecipient, feeBps: parseShare(feeBps) };
  if (payoutTo !== zeroAddress) yield { code: "payout-to", payoutTo };
  if (refundTo !== zeroAddress) yield { code: "refund-to", refundTo };
}

/** As the registry knows the token, else as the scope says. */
function currencyOf({ terms, scope }: Agreement, chainId: number | undefined): Currency | undefined {
  const registered = chainId === undefined ? undefined : registeredToken(chainId, terms.token);
  const known = registered ?? scope?.currency;
  if (known === undefined) return undefined;
  return { symbol: inert(known.symbol, 16), decimals: known.decimals, isRegistered: registered !== undefined };
}

function detailOf(description: string): string {
  return inert(description, 1_000);
}

/** A check with all that it says, however long. */
function declared({ kind, ...members }: Check): string {
  const text = [kind, ...Object.entries(members).map(([name, value]) => `${name}: ${written(value)}`)].join(", ");
  return inert(text, text.length);
}

function written(value: unknown): string {
  if (typeof value !== "object" || value === null) return typeof value === "string" ? `'${value}'` : String(value);
  if (Array.isArray(value)) return `[${value.map(written).join(", ")}]`;
  return `{${Object.entries(value)
    .map(([name, member]) => `${name}: ${written(member)}`)
    .join(", ")}}`;
}
