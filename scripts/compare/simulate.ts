/**
 * Three ways to pay for the same gig, day by day. The two with an escrow are played through the SDK's model of the
 * protocol, so every amount and every clock in here is what the contract would do.
 */
import {
  type Action,
  type Address,
  type Agreement,
  type AgreementState,
  defaultOutcome,
  emptyState,
  type Hash,
  parseAmount,
  parseDuration,
  Status,
  step,
} from "@micro-escrow/sdk";
import { agreementOf, type Gig, type PersonKey, readScope } from "../demo/gigs.ts";

const SECONDS_A_DAY = 86_400;
const decimals = 6;

/** Work that goes on evenly from one day to another, and what it is worth, token base units. */
export interface WorkPhase {
  readonly from: number;
  readonly to: number;
  readonly value: bigint;
}

/** What one of the parties does on a day of the plan; each entry belongs to one milestone. */
interface Planned {
  readonly day: number;
  readonly by: "client" | "freelancer";
  readonly action: Action;
}

interface Escrow {
  readonly agreement: Agreement;
  readonly plan: readonly Planned[];
}

/** A way to pay, applied to a gig: the plan of what happens when all goes well. Days count from the first one, 0. */
export interface Way {
  readonly name: string;
  readonly total: bigint;
  readonly phases: readonly WorkPhase[];
  /** `undefined`: no escrow, paid when everything is done and approved. */
  readonly escrow: Escrow | undefined;
  /** The day on which everything is paid. */
  readonly days: number;
}

/** A point of the plan: just before or just after what happens on a day. */
export interface Moment {
  /** Days from the first one, 0. */
  readonly day: number;
  readonly before?: boolean;
}

/** How things stand when all goes well. Token base units. */
export interface Standing {
  /** The client's money in escrow. */
  readonly held: bigint;
  /** Left escrow for the freelancer (platform fee included). */
  readonly paid: bigint;
  /** Work that is done and not paid. */
  readonly unpaidWork: bigint;
}

/** What it comes to when one party is never heard of again, and the other does the best it can. Token base units. */
export interface Aftermath {
  /** Paid for nothing. */
  readonly clientLoses: bigint;
  /** Worked for nothing. */
  readonly freelancerLoses: bigint;
  /** Days until the last clock has run out and all money is where it belongs; 0 when nothing was held. */
  readonly daysUntilSettled: number;
  /** Days that the freelancer goes on working for a client who is gone, because only finished work is paid. */
  readonly daysOfWorkAhead: number;
}

const noHash = `0x${"00".repeat(32)}` as Hash;

/** Stand-ins: the model looks at no chain. */
const address = (person: PersonKey) => {
  const bytes = Array.from(person, (letter) => letter.charCodeAt(0).toString(16)).join("");
  return `0x${bytes.padStart(40, "0")}` as Address;
};
const token = { symbol: "USDC", address: "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48", decimals };

const sum = (values: readonly bigint[]) => values.reduce((total, value) => total + value, 0n);
const values = (gig: Gig) => gig.milestones.map(({ amount }) => parseAmount(amount, decimals));

/** Milestone by milestone: the next one is funded when the last one is approved. */
export async function asMicroEscrow(gig: Gig): Promise<Way> {
  const agreement = agreementOf(gig, await readScope(gig), address, token);
  const plan: Planned[] = [];
  const phases: WorkPhase[] = [];
  let day = 0;
  for (const [index, { daysOfWork }] of gig.milestones.entries()) {
    phases.push({ from: day, to: day + daysOfWork, value: values(gig)[index] ?? 0n });
    plan.push(...planMilestone(agreement, index, day, daysOfWork, gig.daysOfReview));
    day += daysOfWork + gig.daysOfReview;
  }
  return { name: "MicroEscrow", total: sum(values(gig)), phases, escrow: { agreement, plan }, days: day };
}

/** The same gig as a single milestone: everything is funded on the first day, delivered and approved at the end. */
export async function asOneEscrow(gig: Gig): Promise<Way> {
  const { title, description } = await readScope(gig);
  const amount = String(sum(gig.milestones.map((milestone) => BigInt(milestone.amount))));
  const work = sum(gig.milestones.map((milestone) => BigInt(parseDuration(milestone.work) / SECONDS_A_DAY)));
  const all = { name: title, amount, work: `${work} days`, daysOfWork: 0 };
  const scope = { title, description, milestones: [{ title, description }] };
  const agreement = agreementOf({ ...gig, milestones: [all] }, scope, address, token);
  const { phases, total, days } = asPaymentAtTheEnd(gig);
  const plan = planMilestone(agreement, 0, 0, days - gig.daysOfReview, gig.daysOfReview);
  return { name: "one escrow", total, phases, escrow: { agreement, plan }, days };
}

/** No escrow: an invoice when everything is done and approved. */
export function asPaymentAtTheEnd(gig: Gig): Way {
  const phases: WorkPhase[] = [];
  let day = 0;
  for (const [index, { daysOfWork }] of gig.milestones.entries()) {
    phases.push({ from: day, to: day + daysOfWork, value: values(gig)[index] ?? 0n });
    day += daysOfWork;
  }
  const days = day + gig.daysOfReview;
  return { name: "pay at the end", total: sum(values(gig)), phases, escrow: undefined, days };
}

function planMilestone(agreement: Agreement, index: number, day: number, work: number, review: number): Planned[] {
  const { freelancer } = agreement.terms;
  return [
    { day, by: "client", action: { type: "fund", indices: [index], freelancerSigner: freelancer } },
    { day: day + work, by: "freelancer", action: { type: "submit", index, deliverable: noHash } },
    { day: day + work + review, by: "client", action: { type: "approve", index, submission: 1 } },
  ];
}

/** What the work done until a day is worth, token base units. */
export function workDone(way: Way, day: number): bigint {
  return sum(
    way.phases.map(({ from, to, value }) => {
      const seconds = (days: number) => BigInt(Math.round(days * SECONDS_A_DAY));
      if (day <= from) return 0n;
      return day >= to ? value : (value * seconds(day - from)) / seconds(to - from);
    }),
  );
}

interface Ledger {
  state: AgreementState;
  /** To the freelancer, platform fee included. */
  paid: bigint;
}

const isPast = (day: number, moment: Moment) => (moment.before ? day < moment.day : day <= moment.day);

/** Applies what the plan has until a moment. */
function play({ agreement, plan }: Escrow, moment: Moment): Ledger {
  const ledger: Ledger = { state: emptyState(agreement), paid: 0n };
  for (const planned of plan) if (isPast(planned.day, moment)) apply(ledger, agreement, planned);
  return ledger;
}

function apply(ledger: Ledger, agreement: Agreement, { day, by, action }: Planned): void {
  const now = Math.round(day * SECONDS_A_DAY);
  const { state, payout } = step(agreement, ledger.state, action, { sender: agreement.terms[by], now });
  ledger.state = state;
  ledger.paid += payout.freelancer + payout.platform;
}

/** How things stand at a moment when all goes well. */
export function standing(way: Way, moment: Moment): Standing {
  const done = workDone(way, moment.day);
  if (way.escrow === undefined) {
    const paid = isPast(way.days, moment) ? way.total : 0n;
    return { held: 0n, paid, unpaidWork: done - paid };
  }
  const { state, paid } = play(way.escrow, moment);
  return { held: sum(state.milestones.map(({ held }) => held)), paid, unpaidWork: done - paid };
}

/**
 * The client is gone from a moment on: the freelancer finishes and submits what is funded, starts nothing else, and is paid
 * when the review periods run out.
 */
export function ifTheClientVanishes(way: Way, moment: Moment): Aftermath {
  const { day } = moment;
  if (way.escrow === undefined) {
    const { unpaidWork } = standing(way, moment);
    return { clientLoses: 0n, freelancerLoses: unpaidWork, daysUntilSettled: 0, daysOfWorkAhead: 0 };
  }
  const { agreement, plan } = way.escrow;
  const ledger = play(way.escrow, moment);
  let lastDayOfWork = day;
  for (const planned of plan) {
    const { action } = planned;
    if (action.type !== "submit" || isPast(planned.day, moment)) continue;
    if (ledger.state.milestones[action.index]?.status !== Status.Funded) continue;
    apply(ledger, agreement, planned);
    lastDayOfWork = planned.day;
  }
  const settled = finalizeAll(ledger, agreement, day);
  return {
    clientLoses: 0n,
    freelancerLoses: workDone(way, lastDayOfWork) - ledger.paid,
    daysUntilSettled: settled - day,
    daysOfWorkAhead: lastDayOfWork - day,
  };
}

/**
 * The freelancer is gone from a moment on: the client approves what was submitted, and gets back what was not when the work
 * periods run out.
 */
export function ifTheFreelancerVanishes(way: Way, moment: Moment): Aftermath {
  const { day } = moment;
  if (way.escrow === undefined) {
    const { unpaidWork } = standing(way, moment);
    return { clientLoses: 0n, freelancerLoses: unpaidWork, daysUntilSettled: 0, daysOfWorkAhead: 0 };
  }
  const { agreement, plan } = way.escrow;
  const ledger = play(way.escrow, moment);
  let settled = day;
  for (const planned of plan) {
    const { action } = planned;
    if (action.type !== "approve" || isPast(planned.day, moment)) continue;
    if (ledger.state.milestones[action.index]?.status !== Status.Submitted) continue;
    apply(ledger, agreement, planned);
    settled = planned.day;
  }
  settled = Math.max(settled, finalizeAll(ledger, agreement, day));
  const delivered = sum(
    ledger.state.milestones.map(({ submissions }, index) =>
      submissions > 0 ? (agreement.schedule[index]?.amount ?? 0n) : 0n,
    ),
  );
  return {
    clientLoses: ledger.paid - delivered,
    freelancerLoses: workDone(way, day) - ledger.paid,
    daysUntilSettled: settled - day,
    daysOfWorkAhead: 0,
  };
}

/** Lets every clock run out. Returns the day of the last one, or `day` when nothing was held. */
function finalizeAll(ledger: Ledger, agreement: Agreement, day: number): number {
  let last = day;
  for (const index of agreement.schedule.keys()) {
    const outcome = defaultOutcome(agreement, ledger.state, index, 0);
    if (outcome === undefined) continue;
    const at = outcome.at / SECONDS_A_DAY;
    apply(ledger, agreement, { day: at, by: "client", action: { type: "finalize", index } });
    last = Math.max(last, at);
  }
  return last;
}

/** The moments just before and after each change of the plan, and of the work; between two of them nothing bends. */
export function turningPoints(way: Way): Moment[] {
  const { phases, escrow, days } = way;
  const all = [0, days, ...phases.flatMap(({ from, to }) => [from, to]), ...(escrow?.plan ?? []).map(({ day }) => day)];
  return [...new Set(all)].sort((a, b) => a - b).flatMap((day) => [{ day, before: true }, { day }]);
}

/** The first day on which at least a part (of 100) of the price is paid. */
export function dayPaid(way: Way, percent: bigint): number {
  const moment = turningPoints(way).find((point) => standing(way, point).paid * 100n >= way.total * percent);
  return moment?.day ?? way.days;
}

/** The client's money in escrow, averaged over the days of the gig; token base units, rounded down. */
export function averageHeld(way: Way): bigint {
  const points = turningPoints(way);
  const weighted = points.map((point, index) => {
    const next = points[index + 1] ?? point;
    return standing(way, point).held * BigInt(next.day - point.day);
  });
  return sum(weighted) / BigInt(way.days);
}

/** The most of something at any moment of the plan. */
export function most(way: Way, of: (moment: Moment) => bigint): bigint {
  let highest = 0n;
  for (const moment of turningPoints(way)) {
    const value = of(moment);
    if (value > highest) highest = value;
  }
  return highest;
}
