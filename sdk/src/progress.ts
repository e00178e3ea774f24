/**
 * How far an agreement is, in money and in milestones.
 */
import type { Agreement } from "./agreement.js";
import { checkList, checkObject } from "./check.js";
import type { EscrowEvent } from "./decode.js";
import { BPS } from "./money.js";
import { type AgreementState, Status } from "./types.js";
import { checkNumbers, checkState } from "./validate.js";

/** The progress of an agreement. Amounts are token base units; what was paid counts also where it waits to be withdrawn. */
export interface Progress {
  /** Of the whole schedule. */
  readonly total: bigint;
  /** Ever paid in. `funded` = `held` + `paid` + `refunded` + `platformFees` + `arbiterFees`. */
  readonly funded: bigint;
  readonly held: bigint;
  /** To the freelancer, net. */
  readonly paid: bigint;
  /** Back to the client. */
  readonly refunded: bigint;
  readonly platformFees: bigint;
  readonly arbiterFees: bigint;
  /** How many milestones are in each status; each status has an entry. */
  readonly milestones: { readonly [Name in keyof typeof Status]: number };
  /** The part of `total` that was ever paid in, basis points, rounded down. */
  readonly fundedBps: number;
  /** The part of `total` that has left escrow, whoever got it, basis points, rounded down. */
  readonly concludedBps: number;
}

/** An agreement, its state, and its events: see `getAgreementState` and `getTimeline`. */
export interface ProgressParameters {
  readonly agreement: Agreement;
  readonly state: AgreementState;
  /** All events of the agreement; they tell who got what. */
  readonly events: readonly EscrowEvent[];
}

/**
 * How far an agreement is. Pure.
 *
 * @example
 * const state = await escrow.getAgreementState(agreement);
 * const events = eventsOf(await escrow.getTimeline(agreement));
 * const { paid, total, concludedBps } = progress({ agreement, state, events });
 */
export function progress(parameters: ProgressParameters): Progress {
  const { agreement, state, events } = checkObject(parameters, "an object of parameters");
  checkNumbers(agreement);
  checkState(state);
  const known = checkList(events, "the agreement's events").map((event) => checkObject(event, "an event"));
  const mine = known.filter((event) => "id" in event && event.id === agreement.id);
  const concluded = mine.filter((event) => event.type === "MilestoneConcluded");
  const advanced = mine.filter((event) => event.type === "MilestoneAdvanced");
  const released = [...concluded, ...advanced];
  const total = sum(agreement.schedule.map(({ amount }) => amount));
  const funded = sum(mine.map((event) => (event.type === "MilestoneFunded" ? event.amount : 0n)));
  const held = sum(state.milestones.map((milestone) => milestone.held));
  return {
    total,
    funded,
    held,
    paid: sum(released.map(({ freelancerAmount }) => freelancerAmount)),
    refunded: sum(concluded.map(({ clientAmount }) => clientAmount)),
    platformFees: sum(released.map(({ platformFee }) => platformFee)),
    arbiterFees: sum(concluded.map(({ arbiterFee }) => arbiterFee)),
    milestones: countByStatus(state),
    fundedBps: shareOf(funded, total),
    concludedBps: shareOf(funded - held, total),
  };
}

function countByStatus({ milestones }: AgreementState): Progress["milestones"] {
  const count = (status: Status) => milestones.filter((milestone) => milestone.status === status).length;
  return {
    None: count(Status.None),
    Funded: count(Status.Funded),
    Submitted: count(Status.Submitted),
    ChangesRequested: count(Status.ChangesRequested),
    Disputed: count(Status.Disputed),
    Released: count(Status.Released),
    Refunded: count(Status.Refunded),
    Resolved: count(Status.Resolved),
  };
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n);
}

function shareOf(part: bigint, whole: bigint): number {
  return whole === 0n ? 0 : Number((part * BigInt(BPS)) / whole);
}
