/**
 * Random agreements: mostly such as people would sign, now and then one that the contract must refuse.
 */
import {
  type Address,
  type Agreement,
  type Hash,
  type Milestone,
  scheduleHash,
  type Terms,
  toAgreement,
  zeroAddress,
} from "@micro-escrow/sdk";
import { id } from "ethers";
import fc from "fast-check";
import { type Chain, type Role, roles } from "./chain.ts";

const DAY = 86_400;

/** How an agreement can be wrong; each is refused at the first consent, the last two whenever the schedule is looked at. */
const flaws = {
  arbiterIsClient: (terms: Terms) => ({ ...terms, arbiter: terms.client }),
  noArbiter: (terms: Terms) => ({ ...terms, arbiter: zeroAddress }),
  tokenIsPaid: (terms: Terms) => ({ ...terms, payoutTo: terms.token }),
  escrowIsPaid: (terms: Terms, escrow: Address) => ({ ...terms, refundTo: escrow }),
  verifierIsArbiter: (terms: Terms) => ({ ...terms, verifier: terms.arbiter }),
  feeTooHigh: (terms: Terms) => ({ ...terms, feeBps: 1_001 }),
  arbiterFeeTooHigh: (terms: Terms) => ({ ...terms, arbiterFeeBps: 1_001 }),
  shareTooHigh: (terms: Terms) => ({ ...terms, defaultShareBps: 10_001 }),
  feeForNobody: (terms: Terms) => ({ ...terms, feeBps: 5, feeRecipient: zeroAddress }),
  noReview: (terms: Terms) => ({ ...terms, reviewPeriod: 0 }),
  wrongSchedule: (terms: Terms) => ({ ...terms, milestones: id("another schedule") as Hash }),
} as const;

const periods = fc.oneof(
  { weight: 1, arbitrary: fc.integer({ min: 1, max: DAY }) },
  { weight: 5, arbitrary: fc.integer({ min: DAY, max: 15 * DAY }) },
);
const amounts = fc.oneof(
  fc.bigInt({ min: 1n, max: 3n }),
  fc.bigInt({ min: 1n, max: 10n ** 10n }),
  fc.bigInt({ min: 1n, max: 10n ** 24n }),
);
const optional = (...names: Role[]): fc.Arbitrary<Role | undefined> => fc.constantFrom(undefined, ...names);

export const plans = fc.record({
  schedule: fc.array(fc.record({ amount: amounts, workPeriod: periods }), { minLength: 1, maxLength: 6, size: "max" }),
  swapped: fc.boolean(),
  verifier: optional("victor", "victor", "alice"),
  payoutTo: optional("treasury", "platform"),
  refundTo: optional("treasury", "bob"),
  feeRecipient: optional("platform", "platform"),
  feeBps: fc.constantFrom(0, 1, 250, 1_000),
  arbiterFeeBps: fc.constantFrom(0, 1, 300, 1_000),
  defaultShareBps: fc.constantFrom(0, 3_333, 5_000, 10_000),
  reviewPeriod: periods,
  reworkPeriod: periods,
  challengePeriod: fc.oneof(fc.constant(0), periods),
  arbitrationPeriod: periods,
  fundingPeriod: fc.integer({ min: 20 * DAY, max: 90 * DAY }),
  flaw: fc.oneof(
    { weight: 15, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom(...(Object.keys(flaws) as (keyof typeof flaws)[])) },
  ),
});
export type Plan = typeof plans extends fc.Arbitrary<infer T> ? T : never;

/** The agreement of a plan, the `number`th of a world that begins at `now`. */
export function agreementOf(plan: Plan, number: number, now: number, chain: Chain): Agreement {
  const account = (role: Role | undefined) =>
    role === undefined ? zeroAddress : ([...chain.people.keys()][roles.indexOf(role)] as Address);
  const { swapped, fundingPeriod, flaw, verifier, feeRecipient, feeBps, schedule, ...rest } = plan;
  const freelancer = account(swapped ? "alice" : "bob");
  const named = account(verifier);
  const terms: Terms = {
    ...rest,
    client: account(swapped ? "bob" : "alice"),
    freelancer,
    arbiter: account("carol"),
    token: chain.tokenAddress,
    payoutTo: account(plan.payoutTo),
    refundTo: account(plan.refundTo),
    verifier: named === freelancer ? zeroAddress : named,
    gate: zeroAddress,
    feeRecipient: account(feeRecipient),
    feeBps: feeRecipient === undefined ? 0 : feeBps,
    fundBy: now + fundingPeriod,
    details: id(`agreement ${number}`) as Hash,
    milestones: scheduleHash(schedule),
  };
  return toAgreement(flaw === undefined ? terms : flaws[flaw](terms, chain.address), schedule as Milestone[]);
}
