/**
 * Random sequences of what people do, right and wrong, direct and signed, around every clock, walked in step through the
 * SDK's model and the real contract. After every step the answer (or the whole error), the states, the balances and the
 * claimable balances must be the same.
 *
 * The same traces every time, so that the counts at the end are facts; `SEED=n` walks others, `DEEP=1` walks 2,000 random
 * ones.
 */
import { randomInt } from "node:crypto";
import {
  type Action,
  type Address,
  type Agreement,
  type AgreementState,
  type AvailableAction,
  availableActions,
  type Hash,
  type Milestone,
  type MilestoneState,
  Outcome,
  type SignedBy,
  Status,
  scheduleHash,
  type Terms,
  toAgreement,
  type Verb,
  zeroAddress,
} from "@micro-escrow/sdk";
import { expect } from "chai";
import { id } from "ethers";
import fc from "fast-check";
import { onAnvil } from "../evm.ts";
import { type Chain, createChain, type Deed, type Role, roles, World } from "./world.ts";

const DEEP = process.env.DEEP === "1";
const SEED = Number(process.env.SEED ?? (DEEP ? randomInt(2 ** 31) : 2027));
const RUNS = DEEP ? 2_000 : onAnvil ? 15 : 60;
const MAX_STEPS = 80;
/** How many shorter traces are tried once one failed. */
const SHRINKS = 200;
const DAY = 86_400;
const HASH = id("a document") as Hash;
const NOTHING: MilestoneState = { held: 0n, clock: 0, submissions: 0, status: Status.None, outcome: Outcome.None };

// ---------------------------------------------------------------------------------------------------- random agreements

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
  wrongSchedule: (terms: Terms) => ({ ...terms, milestones: HASH }),
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

const plans = fc.record({
  schedule: fc.array(fc.record({ amount: amounts, workPeriod: periods }), { minLength: 1, maxLength: 4, size: "max" }),
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
type Plan = typeof plans extends fc.Arbitrary<infer T> ? T : never;

function toTerms(plan: Plan, number: number, now: number, chain: Chain): Agreement {
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

// --------------------------------------------------------------------------------------------------------- random steps

/** A choice; without fast-check's bias, which prefers the smallest and so would close agreements all the time. */
const nat = fc.noBias(fc.nat({ max: 1_000_000 }));

const steps = fc.record({
  /** Most steps do what the model says is possible, some miss that narrowly, some try anything. */
  kind: fc.constantFrom("possible", "possible", "possible", "possible", "near miss", "near miss", "wild"),
  /** How time goes on before: a while, or to one second before, at or after some clock or the end of funding. */
  jump: fc.oneof(
    { weight: 9, arbitrary: fc.record({ seconds: fc.integer({ min: 1, max: DAY / 8 }) }) },
    { weight: 2, arbitrary: fc.record({ clock: nat, offset: fc.integer({ min: -1, max: 1 }) }) },
  ),
  agreement: fc.nat({ max: 1 }),
  index: fc.nat({ max: 4 }),
  verb: nat,
  person: nat,
  other: nat,
  amount: nat,
  passed: fc.boolean(),
  /** Which submission a wild decision is about, beside the current one. */
  submission: fc.constantFrom(0, 0, 0, 0, -1, 1),
  signature: fc.constantFrom("none", "none", "right", "right", "forged", "expired", "last second"),
});
type Step = typeof steps extends fc.Arbitrary<infer T> ? T : never;

/** How often a guided step prefers a verb; what ends things is rarer, so that traces live long. */
const weights: Readonly<Record<Verb | "withdraw", number>> = {
  accept: 8,
  close: 8,
  fund: 30,
  submit: 40,
  approve: 4,
  advance: 12,
  requestChanges: 25,
  attest: 50,
  extend: 12,
  dispute: 25,
  submitEvidence: 8,
  rule: 40,
  settle: 3,
  refund: 2,
  finalize: 12,
  withdraw: 10,
};
const wildVerbs = [...(Object.keys(weights) as (Verb | "withdraw")[]), "freeze", "thaw"] as const;

const pick = <T>(list: readonly T[], choice: number): T => list[choice % list.length] as T;

class Walk {
  private readonly world: World;
  private readonly step: Step;
  private readonly people: readonly Address[];
  readonly now: number;
  /** The time that the actor believes it is. */
  private readonly seen: number;

  /** Which agreements can never begin; they are tried now and then. */
  private readonly flawed: readonly boolean[];

  constructor(world: World, step: Step, flawed: readonly boolean[]) {
    this.world = world;
    this.flawed = flawed;
    this.step = step;
    this.people = [...world.chain.people.keys()];
    const target = this.target();
    const offset = "offset" in step.jump ? step.jump.offset : 0;
    this.now = Math.max(world.now + 1, target + offset);
    // Around a clock, what was possible just before it or is from it on is tried on either side of it.
    this.seen = "offset" in step.jump && target > 0 ? target - (step.amount % 2) : this.now;
  }

  /** What is done in this step, and by whom. */
  deed(): { deed: Deed; sender: Address; verb: string } {
    return (this.step.kind !== "wild" && this.guided()) || this.wild();
  }

  /** The time or clock that the step goes to; 0 when there is none. */
  private target(): number {
    const { jump } = this.step;
    if ("seconds" in jump) return this.world.now + jump.seconds;
    const clocks = this.world.states.flatMap(({ milestones }) => milestones.map(({ clock }) => clock));
    const ends = this.world.agreements.map(({ terms }) => terms.fundBy);
    // Rarely to the end of funding, and to the nearest clocks, so that time does not run away.
    const times = jump.clock % 16 === 0 ? ends : clocks;
    const ahead = times.filter((time) => time > this.world.now).sort((a, b) => a - b);
    return ahead.length === 0 ? 0 : pick(ahead.slice(0, 3), jump.clock);
  }

  /** Something that somebody may do now, if there is anything. */
  private guided(): { deed: Deed; sender: Address; verb: string } | undefined {
    const { world, step } = this;
    const offers = world.agreements.flatMap((agreement, number) =>
      (this.flawed[number] && step.amount % 8 !== 0 ? [] : this.people).flatMap((account) =>
        availableActions(agreement, world.states[number] as AgreementState, account, this.seen).map((offer) => ({
          number,
          account,
          offer,
        })),
      ),
    );
    const waiting = [...world.claimable].filter(([, amount]) => amount > 0n).map(([account]) => account);
    const possible = new Set<Verb | "withdraw">(offers.map(({ offer }) => offer.action));
    if (waiting.length > 0) possible.add("withdraw");
    // Closing is rare: a closed agreement tells little.
    if (step.amount % 16 !== 0) possible.delete("close");
    const urn = [...possible].flatMap((verb) => Array<Verb | "withdraw">(weights[verb]).fill(verb));
    if (urn.length === 0) return undefined;

    const verb = pick(urn, step.verb);
    const stranger = pick(this.people, step.other);
    if (verb === "withdraw") return { deed: { withdraw: pick(waiting, step.person) }, sender: stranger, verb };
    const { number, account, offer } = pick(
      offers.filter((candidate) => candidate.offer.action === verb),
      step.person,
    );
    if (step.kind === "near miss") {
      const signature = this.wildSignature(pick([account, stranger], step.amount));
      const action = this.wildAction(verb, number, offer.index ?? 0, step.submission, signature);
      return { deed: { agreement: number, action }, sender: pick([account, stranger], step.person), verb };
    }
    const action = this.possible(number, account, offer);
    const signed = "authorization" in action || ("signer" in action && action.signer !== undefined);
    return { deed: { agreement: number, action }, sender: signed ? stranger : account, verb };
  }

  /** The action that an offer is for, with arguments that suit it. */
  private possible(number: number, account: Address, { action: verb, index = 0, needs }: AvailableAction): Action {
    const { step } = this;
    const signs = step.signature === "right" || step.signature === "last second";
    const deadline = this.now + (step.signature === "last second" ? 1 : 3_600);
    const { milestones } = this.world.states[number] as AgreementState;
    const { held, clock } = milestones[index] ?? NOTHING;
    const { terms } = this.world.agreements[number] as Agreement;
    const pot = held - (held * BigInt(terms.arbiterFeeBps)) / 10_000n;
    const by = (signer: Address): SignedBy => ({ signer, deadline });
    const plain = this.wildAction(verb, number, index, 0, undefined);
    switch (plain.type) {
      case "accept":
        return { type: "accept", party: account, ...(signs ? { signer: account } : {}) };
      case "close":
        return { type: "close", party: account, ...(signs ? { authorization: by(account) } : {}) };
      case "fund": {
        const open = milestones.flatMap(({ status }, position) => (status === Status.None ? [position] : []));
        const indices = step.amount % 4 === 0 ? open : [index];
        return { type: "fund", indices, ...(needs === undefined ? {} : { freelancerSigner: needs }) };
      }
      case "settle": {
        const [client, freelancer] = [by(terms.client), by(terms.freelancer)];
        const freelancerAmount = pick([0n, held / 2n, held], step.amount);
        const base = { type: "settle", index, freelancerAmount } as const;
        return account === terms.client ? { ...base, freelancer } : { ...base, client };
      }
      case "submitEvidence":
      case "finalize":
        return plain;
      case "advance":
        return this.signed(
          { ...plain, amount: pick([1n, (held + 1n) / 2n, held - 1n], step.amount) },
          account,
          signs,
          deadline,
        );
      case "rule":
        return this.signed(
          { ...plain, freelancerAmount: pick([0n, pot / 2n, pot], step.amount) },
          account,
          signs,
          deadline,
        );
      case "extend": {
        const later = Math.max(clock, this.now) + pick([1, DAY], step.amount);
        return this.signed({ ...plain, clock: later }, account, signs, deadline);
      }
      default:
        return this.signed(plain, account, signs, deadline);
    }
  }

  private signed<T extends Action>(action: T, signer: Address, signs: boolean, deadline: number): T {
    return signs ? { ...action, authorization: { signer, deadline } } : action;
  }

  /** Anything at all. */
  private wild(): { deed: Deed; sender: Address; verb: string } {
    const { step, world } = this;
    const sender = pick(this.people, step.person);
    const other = pick(this.people, step.other);
    const verb = pick(wildVerbs, step.verb);
    // Closing and freezing are rare: a closed or frozen world tells little.
    if (verb === "close" && step.amount % 4 !== 0) return { deed: { thaw: other }, sender, verb: "thaw" };
    if (verb === "withdraw") return { deed: { withdraw: other }, sender, verb };
    if (verb === "freeze" || verb === "thaw") {
      const deed = verb === "freeze" && step.amount % 2 === 0 ? { freeze: other } : { thaw: other };
      return { deed, sender, verb: "freeze" in deed ? "freeze" : "thaw" };
    }
    const signature = this.wildSignature(other);
    const action = this.wildAction(
      verb,
      step.agreement % world.agreements.length,
      step.index,
      step.submission,
      signature,
    );
    return { deed: { agreement: step.agreement % world.agreements.length, action }, sender, verb };
  }

  private wildSignature(other: Address): SignedBy | undefined {
    switch (this.step.signature) {
      case "none":
        return undefined;
      case "right":
      case "forged":
        return { signer: other, deadline: this.now + 3_600 };
      case "expired":
        return { signer: other, deadline: this.now };
      case "last second":
        return { signer: other, deadline: this.now + 1 };
    }
  }

  private wildAction(
    type: Verb,
    number: number,
    index: number,
    submissionOffset: number,
    signature: SignedBy | undefined,
  ): Action {
    const { step, world } = this;
    const { terms } = world.agreements[number] as Agreement;
    const { held, clock, submissions } = world.states[number]?.milestones[index] ?? NOTHING;
    const submission = Math.max(0, submissions + submissionOffset);
    const party = pick([terms.client, terms.freelancer, pick(this.people, step.amount)], step.amount);
    const authorization = signature === undefined ? {} : { authorization: signature };
    const part = pick(
      [0n, 1n, held / 2n, held - (held * BigInt(terms.arbiterFeeBps)) / 10_000n, held, held + 1n],
      step.amount,
    );
    switch (type) {
      case "accept":
        return { type, party, ...(signature === undefined ? {} : { signer: signature.signer }) };
      case "close":
        return { type, party, ...authorization };
      case "fund": {
        const indices = pick([[index], [index], [index, 0], [index, index], [], [9]], step.amount);
        return { type, indices, ...(signature === undefined ? {} : { freelancerSigner: signature.signer }) };
      }
      case "submit":
        return { type, index, deliverable: HASH, ...authorization };
      case "approve":
        return { type, index, submission, ...authorization };
      case "advance":
        return { type, index, amount: part, ...authorization };
      case "requestChanges":
        return { type, index, submission, reason: HASH, ...authorization };
      case "attest":
        return { type, index, submission, passed: step.passed, report: HASH, ...authorization };
      case "extend":
        return { type, index, clock: pick([clock, clock + 1, this.now, this.now + 1], step.amount), ...authorization };
      case "dispute":
        return { type, index, submission, evidence: HASH, ...authorization };
      case "submitEvidence":
        return { type, index, evidence: HASH };
      case "rule":
        return { type, index, freelancerAmount: part, reasoning: HASH, ...authorization };
      case "settle": {
        const client = signature === undefined ? {} : { client: { ...signature, signer: terms.client } };
        const freelancer = step.signature === "forged" ? { freelancer: signature as SignedBy } : {};
        return { type, index, freelancerAmount: part, ...client, ...freelancer };
      }
      case "refund":
        return { type, index, ...authorization };
      case "finalize":
        return { type, index };
    }
  }
}

// -------------------------------------------------------------------------------------------------------------- the test

describe("differential", () => {
  it(`the model and the contract do the same, ${RUNS} traces long`, async function () {
    this.timeout(DEEP ? 0 : 600_000);
    console.log(`      seed: ${SEED} (repeat with SEED=${SEED}${DEEP ? " DEEP=1" : ""})`);
    const chain = await createChain();
    const done = new Map<string, { succeeded: number; failed: number }>(
      wildVerbs.map((verb) => [verb, { succeeded: 0, failed: 0 }]),
    );
    const endings = new Map<string, number>();
    const outcomes = new Set<Outcome>();
    let failures = 0;
    let shrinks = 0;

    await fc.assert(
      fc.asyncProperty(
        fc.noBias(fc.tuple(plans, plans)),
        fc.array(fc.noBias(steps), { maxLength: MAX_STEPS, size: "max" }),
        async (pair, trace) => {
          if (failures > 0 && ++shrinks > SHRINKS) return;
          const world = await World.create(chain, (now) =>
            pair.map((plan, number) => toTerms(plan, number, now, chain)),
          );
          const flawed = pair.map(({ flaw }) => flaw !== undefined);
          try {
            for (const step of trace) {
              const walk = new Walk(world, step, flawed);
              const { deed, sender, verb } = walk.deed();
              const ending = await world.act(deed, sender, walk.now);
              const counts = done.get(verb) as { succeeded: number; failed: number };
              counts[ending === undefined ? "succeeded" : "failed"] += 1;
              if (ending !== undefined) endings.set(ending, (endings.get(ending) ?? 0) + 1);
            }
          } catch (error) {
            failures += 1;
            if (error instanceof Error) error.message += `\n\nWhat happened:\n${world.log.join("\n")}\n`;
            throw error;
          }
          for (const { milestones } of world.states) for (const { outcome } of milestones) outcomes.add(outcome);
        },
      ),
      { numRuns: RUNS, seed: SEED, interruptAfterTimeLimit: DEEP ? 3_600_000 : 300_000, markInterruptAsFailure: false },
    );

    console.log("      succeeded / failed:");
    for (const [verb, { succeeded, failed }] of done) console.log(`        ${verb}: ${succeeded} / ${failed}`);
    const sorted = [...endings].sort(([, a], [, b]) => b - a);
    console.log(`      errors: ${sorted.map(([code, count]) => `${code} ${count}`).join(", ")}`);
    for (const [verb, { succeeded }] of done) expect(succeeded, `successes of ${verb}`).to.be.above(0);
    expect([...outcomes].sort(), "every outcome happened").to.deep.equal(Object.values(Outcome));
  });
});
