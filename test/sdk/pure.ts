/** What the tests of the pure layers share: accounts, an agreement, random agreements, and errors caught. */

import {
  type Address,
  type Agreement,
  type DefineAgreementParameters,
  defineAgreement,
  findToken,
  type Hash,
  type Milestone,
  scheduleHash,
  type Terms,
  toAddress,
  toAgreement,
  zeroAddress,
} from "@micro-escrow/sdk";
import { expect } from "chai";
import { dataSlice, hexlify, id, Wallet } from "ethers";
import fc from "fast-check";

/** An address that depends on the name alone. */
export const account = (name: string): Address => toAddress(dataSlice(id(name), 12));

export const client = account("client");
export const freelancer = account("freelancer");
export const arbiter = account("arbiter");
export const verifier = account("verifier");
export const platform = account("platform");
export const stranger = account("stranger");

export const USDC = findToken(8_453, "USDC");

/** A key that depends on the name alone. */
export const wallet = (name: string): Wallet => new Wallet(id(name));

/** 2027-01-01 00:00:00 UTC. */
export const newYear = 1_798_761_600;

/** An agreement of two milestones, as a user would define it. */
export const parameters: DefineAgreementParameters = {
  client,
  freelancer,
  arbiter,
  token: USDC,
  scope: { title: "Shop app", milestones: ["UI design", "Backend"] },
  milestones: [
    { amount: "500", work: "14 days" },
    { amount: "1200.50", work: "30 days" },
  ],
  review: "7 days",
  rework: "5 days",
  arbitration: "14 days",
  arbiterFee: "3%",
  ifArbiterIsSilent: "50% to the freelancer",
  fundBy: newYear,
  nonce: `0x${"11".repeat(32)}`,
};

export const shop = defineAgreement(parameters);

/** The error that a function throws; fails when it throws none, or one of another class. */
export function thrown<T extends Error>(action: () => unknown, type: abstract new (...args: never[]) => T): T {
  try {
    action();
  } catch (error) {
    expect(error).to.be.instanceOf(type);
    return error as T;
  }
  return expect.fail(`expected ${type.name} to be thrown`);
}

const addresses = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => toAddress(hexlify(bytes)));
const optionalAddresses = fc.option(addresses, { nil: zeroAddress });
const periods = fc.integer({ min: 1, max: 2 ** 32 - 1 });

export const schedules: fc.Arbitrary<Milestone[]> = fc.array(
  fc.record({ amount: fc.bigInt({ min: 1n, max: 2n ** 128n - 1n }), workPeriod: periods }),
  { minLength: 1, maxLength: 50, size: "max" },
);

/** Agreements whose members are any values that the contract's types hold. */
export const agreements: fc.Arbitrary<Agreement> = fc
  .tuple(
    schedules,
    fc.record<Omit<Terms, "milestones">>({
      client: addresses,
      freelancer: addresses,
      arbiter: addresses,
      token: addresses,
      payoutTo: optionalAddresses,
      refundTo: optionalAddresses,
      verifier: optionalAddresses,
      gate: optionalAddresses,
      feeRecipient: optionalAddresses,
      feeBps: fc.integer({ min: 0, max: 2 ** 16 - 1 }),
      arbiterFeeBps: fc.integer({ min: 0, max: 2 ** 16 - 1 }),
      defaultShareBps: fc.integer({ min: 0, max: 2 ** 16 - 1 }),
      reviewPeriod: periods,
      reworkPeriod: periods,
      challengePeriod: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      arbitrationPeriod: periods,
      fundBy: fc.integer({ min: 0, max: 2 ** 40 - 1 }),
      details: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => hexlify(bytes) as Hash),
    }),
  )
  .map(([schedule, terms]) => toAgreement({ ...terms, milestones: scheduleHash(schedule) }, schedule));
