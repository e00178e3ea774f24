import {
  type Action,
  type Address,
  type Agreement,
  type AgreementState,
  AmountOutOfRangeError,
  availableActions,
  ClockNotLaterError,
  ClockRanOutError,
  ClockStillRunningError,
  defaultOutcome,
  defineAgreement,
  emptyState,
  FeeTooHighError,
  FundingClosedError,
  FundingExpiredError,
  type Hash,
  InvalidSignatureError,
  MicroEscrowError,
  MilestoneOutOfRangeError,
  type MilestoneState,
  MissingPartyError,
  NotAcceptedError,
  NotAPartyError,
  NothingToFundError,
  Outcome,
  type PayingAction,
  payouts,
  ScheduleMismatchError,
  SignatureExpiredError,
  Status,
  step,
  type Terms,
  TooManySubmissionsError,
  toAgreement,
  UnauthorizedError,
  type Verb,
  WrongStatusError,
  WrongSubmissionError,
  zeroAddress,
} from "@micro-escrow/sdk";
import { expect } from "chai";
import { ZeroHash } from "ethers";
import fc from "fast-check";
import { account, arbiter, client, freelancer, parameters, platform, stranger, thrown, verifier } from "./pure.ts";

const HASH = ZeroHash as Hash;
const NOW = 1_790_000_000;
const DAY = 86_400;

/** Two milestones of 500 and 1200.50 USDC, a 2.5% platform fee, a 3% arbiter fee, a verifier with 3 days to object. */
const agreement = defineAgreement({
  ...parameters,
  verifier,
  challenge: "3 days",
  fee: { recipient: platform, share: "2.5%" },
});

const withTerms = (changes: Partial<Terms>, base: Agreement = agreement): Agreement =>
  toAgreement({ ...base.terms, ...changes }, base.schedule, base.scope);

const HELD = 500_000_000n;
const EMPTY: MilestoneState = { held: 0n, clock: 0, submissions: 0, status: Status.None, outcome: Outcome.None };

/** An agreement that both accepted, with its first milestone in a status. */
function stateIn(status: Status, changes: Partial<MilestoneState> = {}): AgreementState {
  const holds = status >= Status.Funded && status <= Status.Disputed;
  const submissions = status === Status.None || status === Status.Funded ? 0 : 1;
  const first = { ...EMPTY, status, submissions, ...(holds ? { held: HELD, clock: NOW + DAY } : {}), ...changes };
  return { clientConsented: true, freelancerConsented: true, closed: false, milestones: [first, EMPTY] };
}

const from = (sender: Address, now = NOW) => ({ sender, now });

/** An action of each kind on the first milestone, with the arguments that suit the state. */
function actions(state: AgreementState): Record<Exclude<Verb, "accept" | "close">, Action> {
  const { submissions: submission, clock } = state.milestones[0] ?? EMPTY;
  return {
    fund: { type: "fund", indices: [0] },
    submit: { type: "submit", index: 0, deliverable: HASH },
    approve: { type: "approve", index: 0, submission },
    advance: { type: "advance", index: 0, amount: 1n },
    requestChanges: { type: "requestChanges", index: 0, submission, reason: HASH },
    attest: { type: "attest", index: 0, submission, passed: true, report: HASH },
    extend: { type: "extend", index: 0, clock: Math.max(clock, NOW + DAY) + 2 * DAY },
    dispute: { type: "dispute", index: 0, submission, evidence: HASH },
    submitEvidence: { type: "submitEvidence", index: 0, evidence: HASH },
    rule: { type: "rule", index: 0, freelancerAmount: 1n, reasoning: HASH },
    settle: {
      type: "settle",
      index: 0,
      freelancerAmount: 1n,
      client: { signer: client, deadline: NOW + 100 * DAY },
      freelancer: { signer: freelancer, deadline: NOW + 100 * DAY },
    },
    refund: { type: "refund", index: 0 },
    finalize: { type: "finalize", index: 0 },
  };
}

const statuses = Object.values(Status);
const held: Status[] = [Status.Funded, Status.Submitted, Status.ChangesRequested, Status.Disputed];
const people = { client, freelancer, arbiter, verifier, platform, stranger };
const everybody = Object.values(people);

/** Section 4 of the protocol as a table: in which statuses, by whom, and whether before the clock, from it on, or always. */
const table: Record<
  Exclude<Verb, "accept" | "close">,
  { statuses: Status[]; by: Address[] | ((status: Status) => Address[]); when: "before" | "after" | "always" }
> = {
  fund: { statuses: [Status.None], by: everybody, when: "always" },
  submit: { statuses: [Status.Funded, Status.ChangesRequested], by: [freelancer], when: "before" },
  approve: { statuses: held, by: [client], when: "always" },
  advance: { statuses: [Status.Funded, Status.Submitted, Status.ChangesRequested], by: [client], when: "always" },
  requestChanges: { statuses: [Status.Submitted], by: [client], when: "before" },
  attest: { statuses: [Status.Submitted], by: [verifier], when: "before" },
  extend: { statuses: [Status.Funded, Status.ChangesRequested], by: [client], when: "always" },
  dispute: {
    statuses: [Status.Submitted, Status.ChangesRequested],
    by: (status) => [status === Status.Submitted ? client : freelancer],
    when: "before",
  },
  submitEvidence: { statuses: [Status.Disputed], by: [client, freelancer, arbiter, verifier], when: "always" },
  rule: { statuses: [Status.Disputed], by: [arbiter], when: "before" },
  // Both signed, so anybody may send it.
  settle: { statuses: held, by: everybody, when: "always" },
  refund: { statuses: held, by: [freelancer], when: "always" },
  finalize: { statuses: held, by: everybody, when: "after" },
};

const newStatus: Partial<Record<Verb, Status>> = {
  fund: Status.Funded,
  submit: Status.Submitted,
  approve: Status.Released,
  requestChanges: Status.ChangesRequested,
  dispute: Status.Disputed,
  rule: Status.Resolved,
  settle: Status.Resolved,
  refund: Status.Refunded,
};

describe("model", () => {
  it("starts empty", () => {
    expect(emptyState(agreement)).to.deep.equal({
      clientConsented: false,
      freelancerConsented: false,
      closed: false,
      milestones: [EMPTY, EMPTY],
    });
  });

  describe("every action, in every status, by everybody, around the clock", () => {
    for (const [verb, { statuses: allowed, by, when }] of Object.entries(table) as [
      keyof typeof table,
      (typeof table)["fund"],
    ][]) {
      it(`${verb} is possible exactly as the protocol's table says`, () => {
        for (const status of statuses) {
          for (const [name, sender] of Object.entries(people)) {
            for (const now of [NOW + DAY - 1, NOW + DAY, NOW + DAY + 1]) {
              const state = stateIn(status);
              const action = actions(state)[verb];
              const where = `${verb} by the ${name} in status ${status} at ${now - NOW - DAY}`;
              const attempt = () => step(agreement, state, action, { sender, now });
              const actors = typeof by === "function" ? by(status) : by;
              const inTime = when === "always" || (when === "before") === now < NOW + DAY;

              if (!allowed.includes(status)) {
                const error = thrown(attempt, WrongStatusError);
                expect(error, where).to.deep.include({ index: 0, actual: status, allowed });
              } else if (!inTime && when === "before") {
                expect(thrown(attempt, ClockRanOutError), where).to.include({ clock: NOW + DAY, time: now });
              } else if (!inTime) {
                expect(thrown(attempt, ClockStillRunningError), where).to.include({ clock: NOW + DAY, time: now });
              } else if (!actors.includes(sender)) {
                if (verb === "submitEvidence")
                  expect(thrown(attempt, NotAPartyError), where).to.include({ account: sender });
                else
                  expect(thrown(attempt, UnauthorizedError), where).to.include({ caller: sender, expected: actors[0] });
              } else {
                const { state: next } = attempt();
                const expected = newStatus[verb];
                if (expected !== undefined) expect(next.milestones[0]?.status, where).to.equal(expected);
                expect(next.milestones[1], where).to.equal(EMPTY);
              }
            }
          }
        }
      });
    }
  });

  describe("turns", () => {
    const turned = (status: Status, action: Action, sender: Address, base = agreement, changes = {}) =>
      step(base, stateIn(status, changes), action, from(sender)).state.milestones[0];

    it("give the next party its full period", () => {
      expect(turned(Status.Funded, { type: "submit", index: 0, deliverable: HASH }, freelancer)).to.deep.equal({
        held: HELD,
        clock: NOW + 7 * DAY,
        submissions: 1,
        status: Status.Submitted,
        outcome: Outcome.None,
      });
      expect(
        turned(Status.Submitted, { type: "requestChanges", index: 0, submission: 1, reason: HASH }, client),
      ).to.deep.equal({
        held: HELD,
        clock: NOW + 5 * DAY,
        submissions: 1,
        status: Status.ChangesRequested,
        outcome: Outcome.None,
      });
      expect(turned(Status.ChangesRequested, { type: "submit", index: 0, deliverable: HASH }, freelancer)).to.include({
        clock: NOW + 7 * DAY,
        submissions: 2,
        status: Status.Submitted,
      });
      expect(turned(Status.Submitted, { type: "dispute", index: 0, submission: 1, evidence: HASH }, client)).to.include(
        {
          clock: NOW + 14 * DAY,
          status: Status.Disputed,
        },
      );
    });

    it("extend moves the clock later than itself and than now, also after it ran out", () => {
      const extend = (clock: number) => ({ type: "extend", index: 0, clock }) as const;
      const attempt = (clock: number, now: number) => () =>
        step(agreement, stateIn(Status.Funded), extend(clock), from(client, now)).state.milestones[0];
      expect(attempt(NOW + DAY + 1, NOW)()).to.include({ clock: NOW + DAY + 1, status: Status.Funded, held: HELD });
      expect(attempt(NOW + 5 * DAY, NOW + 2 * DAY)()).to.include({ clock: NOW + 5 * DAY });
      expect(thrown(attempt(NOW + DAY, NOW), ClockNotLaterError)).to.include({
        newClock: NOW + DAY,
        currentClock: NOW + DAY,
        time: NOW,
      });
      expect(thrown(attempt(NOW + 2 * DAY, NOW + 2 * DAY), ClockNotLaterError)).to.include({ time: NOW + 2 * DAY });
    });

    it("an attestation that passes only ever shortens the review", () => {
      const attest = { type: "attest", index: 0, submission: 1, passed: true, report: HASH } as const;
      expect(turned(Status.Submitted, attest, verifier, agreement, { clock: NOW + 7 * DAY })).to.include({
        clock: NOW + 3 * DAY,
        status: Status.Submitted,
      });
      expect(turned(Status.Submitted, attest, verifier, agreement, { clock: NOW + DAY })).to.include({
        clock: NOW + DAY,
      });
    });

    it("an attestation that passes pays at once when there is no challenge period", () => {
      const attest = { type: "attest", index: 0, submission: 1, passed: true, report: HASH } as const;
      const base = withTerms({ challengePeriod: 0 });
      const result = step(base, stateIn(Status.Submitted), attest, from(verifier));
      expect(result.state.milestones[0]).to.deep.equal({
        held: 0n,
        clock: 0,
        submissions: 1,
        status: Status.Released,
        outcome: Outcome.Attested,
      });
      expect(result.payout).to.deep.equal({ freelancer: 487_500_000n, client: 0n, platform: 12_500_000n, arbiter: 0n });
    });

    it("an attestation that fails asks for changes", () => {
      const attest = { type: "attest", index: 0, submission: 1, passed: false, report: HASH } as const;
      expect(turned(Status.Submitted, attest, verifier, withTerms({ challengePeriod: 0 }))).to.include({
        clock: NOW + 5 * DAY,
        status: Status.ChangesRequested,
        held: HELD,
      });
    });

    it("decisions are about the submission that was seen", () => {
      const state = stateIn(Status.Submitted, { submissions: 2 });
      for (const [verb, sender] of [
        ["approve", client],
        ["requestChanges", client],
        ["dispute", client],
        ["attest", verifier],
      ] as const) {
        for (const submission of [0, 1, 3]) {
          const action = { ...actions(state)[verb], submission } as Action;
          const error = thrown(() => step(agreement, state, action, from(sender)), WrongSubmissionError);
          expect(error, verb).to.include({ actual: submission, expected: 2 });
        }
      }
    });

    it("no more than 255 submissions are taken, and disputing still works", () => {
      const submit = { type: "submit", index: 0, deliverable: HASH } as const;
      const last = stateIn(Status.ChangesRequested, { submissions: 254 });
      expect(step(agreement, last, submit, from(freelancer)).state.milestones[0]?.submissions).to.equal(255);
      const full = stateIn(Status.ChangesRequested, { submissions: 255 });
      const error = thrown(() => step(agreement, full, submit, from(freelancer)), TooManySubmissionsError);
      expect(error.maximum).to.equal(255);
      const dispute = { type: "dispute", index: 0, submission: 255, evidence: HASH } as const;
      expect(step(agreement, full, dispute, from(freelancer)).state.milestones[0]?.status).to.equal(Status.Disputed);
    });

    it("a milestone beyond the schedule is as one that was never funded", () => {
      const action = { type: "refund", index: 7 } as const;
      expect(
        thrown(() => step(agreement, stateIn(Status.Funded), action, from(freelancer)), WrongStatusError),
      ).to.deep.include({ index: 7, actual: Status.None });
    });
  });

  describe("the order of checks is the contract's", () => {
    const errorOf = (state: AgreementState, action: Action, sender: Address, now: number) =>
      thrown(() => step(agreement, state, action, { sender, now }), MicroEscrowError).code;
    const late = NOW + 2 * DAY;

    it("status, clock, submission, authorization", () => {
      const wrong = { type: "requestChanges", index: 0, submission: 9, reason: HASH } as const;
      expect(errorOf(stateIn(Status.Funded), wrong, stranger, late)).to.equal("WrongStatus");
      expect(errorOf(stateIn(Status.Submitted), wrong, stranger, late)).to.equal("ClockRanOut");
      expect(errorOf(stateIn(Status.Submitted), wrong, stranger, NOW)).to.equal("WrongSubmission");
      expect(errorOf(stateIn(Status.Submitted), { ...wrong, submission: 1 }, stranger, NOW)).to.equal("Unauthorized");
    });

    it("status, clock, amount, authorization", () => {
      const wrong = { type: "rule", index: 0, freelancerAmount: HELD, reasoning: HASH } as const;
      expect(errorOf(stateIn(Status.Submitted), wrong, stranger, late)).to.equal("WrongStatus");
      expect(errorOf(stateIn(Status.Disputed), wrong, stranger, late)).to.equal("ClockRanOut");
      expect(errorOf(stateIn(Status.Disputed), wrong, stranger, NOW)).to.equal("AmountOutOfRange");
      expect(errorOf(stateIn(Status.Disputed), { ...wrong, freelancerAmount: 0n }, stranger, NOW)).to.equal(
        "Unauthorized",
      );
      const advance = { type: "advance", index: 0, amount: 0n } as const;
      expect(errorOf(stateIn(Status.Funded), advance, stranger, NOW)).to.equal("AmountOutOfRange");
      const settle = { type: "settle", index: 0, freelancerAmount: HELD + 1n } as const;
      expect(errorOf(stateIn(Status.Funded), settle, stranger, NOW)).to.equal("AmountOutOfRange");
    });

    it("too many submissions before authorization; the later clock before authorization", () => {
      const full = stateIn(Status.ChangesRequested, { submissions: 255 });
      expect(errorOf(full, { type: "submit", index: 0, deliverable: HASH }, stranger, NOW)).to.equal(
        "TooManySubmissions",
      );
      expect(errorOf(stateIn(Status.Funded), { type: "extend", index: 0, clock: 1 }, stranger, NOW)).to.equal(
        "ClockNotLater",
      );
    });
  });

  describe("signatures", () => {
    const submit = (authorization: { signer: Address; deadline: number }) => () =>
      step(
        agreement,
        stateIn(Status.Funded),
        { type: "submit", index: 0, deliverable: HASH, authorization },
        from(stranger),
      );

    it("let anybody send what the actor signed, before the deadline", () => {
      expect(submit({ signer: freelancer, deadline: NOW + 1 })().state.milestones[0]?.status).to.equal(
        Status.Submitted,
      );
      expect(thrown(submit({ signer: freelancer, deadline: NOW }), SignatureExpiredError)).to.include({
        deadline: NOW,
        time: NOW,
      });
    });

    it("of another account are invalid, and expire first", () => {
      expect(thrown(submit({ signer: client, deadline: NOW + 1 }), InvalidSignatureError)).to.include({
        signer: freelancer,
        digest: ZeroHash,
      });
      thrown(submit({ signer: client, deadline: NOW }), SignatureExpiredError);
    });

    it("that are wrong are refused from the actor too", () => {
      const authorization = { signer: client, deadline: NOW + 1 };
      const action = { type: "refund", index: 0, authorization } as const;
      thrown(() => step(agreement, stateIn(Status.Funded), action, from(freelancer)), InvalidSignatureError);
    });

    it("of both are needed to settle, the client's is looked at first", () => {
      const settle = { type: "settle", index: 0, freelancerAmount: 0n } as const;
      const attempt = (action: Action, sender: Address) => () =>
        step(agreement, stateIn(Status.Funded), action, from(sender));
      const by = (signer: Address) => ({ signer, deadline: NOW + 1 });
      expect(attempt({ ...settle, freelancer: by(freelancer) }, client)().state.milestones[0]?.outcome).to.equal(
        Outcome.Settled,
      );
      expect(attempt({ ...settle, client: by(client) }, freelancer)().payout.client).to.equal(HELD);
      expect(thrown(attempt(settle, client), UnauthorizedError)).to.include({ caller: client, expected: freelancer });
      expect(thrown(attempt(settle, freelancer), UnauthorizedError)).to.include({ expected: client });
    });
  });

  describe("consent and funding", () => {
    const fresh = emptyState(agreement);
    const attempt =
      (state: AgreementState, action: Action, sender: Address, now = NOW, base = agreement) =>
      () =>
        step(base, state, action, { sender, now }).state;
    const fund = (indices: number[], freelancerSigner?: Address): Action => ({
      type: "fund",
      indices,
      ...(freelancerSigner === undefined ? {} : { freelancerSigner }),
    });

    it("accept records the consent of the caller or of who signed, and repeats harmlessly", () => {
      const one = attempt(fresh, { type: "accept", party: client }, client)();
      expect(one).to.deep.equal({ ...fresh, clientConsented: true });
      const both = attempt(one, { type: "accept", party: freelancer, signer: freelancer }, stranger)();
      expect(both).to.deep.equal({ ...fresh, clientConsented: true, freelancerConsented: true });
      expect(attempt(both, { type: "accept", party: client, signer: stranger }, stranger)()).to.equal(both);
      expect(attempt(both, { type: "accept", party: client }, stranger)()).to.equal(both);
    });

    it("accept is for the parties, by themselves, with the right schedule, of a valid agreement", () => {
      expect(thrown(attempt(fresh, { type: "accept", party: arbiter }, arbiter), NotAPartyError)).to.include({
        account: arbiter,
      });
      expect(thrown(attempt(fresh, { type: "accept", party: client }, freelancer), UnauthorizedError)).to.include({
        caller: freelancer,
        expected: client,
      });
      thrown(attempt(fresh, { type: "accept", party: client, signer: freelancer }, client), InvalidSignatureError);
      const wrong = { ...agreement, schedule: agreement.schedule.slice(1) };
      thrown(attempt(fresh, { type: "accept", party: client }, stranger, NOW, wrong), ScheduleMismatchError);
      const greedy = withTerms({ feeBps: 1_001 });
      thrown(attempt(fresh, { type: "accept", party: client }, stranger, NOW, greedy), UnauthorizedError);
      expect(
        thrown(attempt(fresh, { type: "accept", party: client }, client, NOW, greedy), FeeTooHighError),
      ).to.include({
        feeBps: 1_001,
        maximum: 1_000,
      });
      // Validated at the first consent only, as nothing can change in between.
      const begun = { ...fresh, clientConsented: true };
      expect(
        attempt(begun, { type: "accept", party: freelancer }, freelancer, NOW, greedy)().freelancerConsented,
      ).to.equal(true);
    });

    it("close is for either party, at any time, for good; it is no consent", () => {
      expect(attempt(fresh, { type: "close", party: freelancer }, freelancer)()).to.deep.equal({
        ...fresh,
        closed: true,
      });
      const closed = { ...fresh, closed: true };
      expect(attempt(closed, { type: "close", party: client }, client)()).to.deep.equal(closed);
      thrown(attempt(closed, { type: "close", party: client }, stranger), UnauthorizedError);
      thrown(attempt(fresh, { type: "close", party: arbiter }, arbiter), NotAPartyError);
      expect(attempt(closed, { type: "accept", party: client }, client)()).to.deep.equal({
        ...closed,
        clientConsented: true,
      });
      expect(thrown(attempt(closed, fund([0], freelancer), client), FundingClosedError).id).to.equal(agreement.id);
    });

    it("fund takes the client's call and the freelancer's signature as consent, and starts the work periods", () => {
      expect(attempt(fresh, fund([1, 0], freelancer), client)()).to.deep.equal({
        clientConsented: true,
        freelancerConsented: true,
        closed: false,
        milestones: [
          { ...EMPTY, held: 500_000_000n, clock: NOW + 14 * DAY, status: Status.Funded },
          { ...EMPTY, held: 1_200_500_000n, clock: NOW + 30 * DAY, status: Status.Funded },
        ],
      });
      const accepted = { ...fresh, clientConsented: true };
      expect(attempt(accepted, fund([0]), freelancer)().freelancerConsented).to.equal(true);
      const both = { ...fresh, clientConsented: true, freelancerConsented: true };
      expect(attempt(both, fund([0], stranger), stranger)().milestones[0]?.status).to.equal(Status.Funded);
    });

    it("fund refuses in the contract's order", () => {
      const at = agreement.terms.fundBy;
      const wrongSchedule = { ...agreement, schedule: agreement.schedule.slice(1) };
      const closed = { ...fresh, closed: true };
      thrown(attempt(closed, fund([]), stranger, at, wrongSchedule), FundingClosedError);
      expect(thrown(attempt(fresh, fund([]), stranger, at, wrongSchedule), FundingExpiredError)).to.include({
        fundBy: at,
        time: at,
      });
      thrown(attempt(fresh, fund([]), stranger, at - 1, wrongSchedule), NothingToFundError);
      thrown(attempt(fresh, fund([9]), stranger, at - 1, wrongSchedule), ScheduleMismatchError);
      expect(thrown(attempt(fresh, fund([9]), stranger), NotAcceptedError).party).to.equal(client);
      const nobody = withTerms({ arbiter: zeroAddress });
      thrown(attempt(emptyState(nobody), fund([9]), client, NOW, nobody), MissingPartyError);
      expect(thrown(attempt(fresh, fund([9]), client), NotAcceptedError).party).to.equal(freelancer);
      thrown(attempt(fresh, fund([9], stranger), client), InvalidSignatureError);
      expect(thrown(attempt(fresh, fund([0, 2], freelancer), client), MilestoneOutOfRangeError)).to.include({
        index: 2,
        length: 2,
      });
      expect(thrown(attempt(fresh, fund([1, 1], freelancer), client), WrongStatusError)).to.deep.include({
        index: 1,
        actual: Status.Funded,
        allowed: [Status.None],
      });
    });
  });

  describe("money", () => {
    const of = (status: Status, action: PayingAction, base = agreement, changes = {}) =>
      payouts(base, stateIn(status, changes), action);

    it("release: the platform's fee comes out of what the freelancer receives", () => {
      expect(of(Status.Submitted, { type: "approve", index: 0 })).to.deep.equal({
        freelancer: 487_500_000n,
        client: 0n,
        platform: 12_500_000n,
        arbiter: 0n,
      });
    });

    it("advance: as a release of the part", () => {
      expect(of(Status.Funded, { type: "advance", index: 0, amount: 39n })).to.deep.equal({
        freelancer: 39n,
        client: 0n,
        platform: 0n,
        arbiter: 0n,
      });
      expect(of(Status.Funded, { type: "advance", index: 0, amount: 40n })).to.include({
        freelancer: 39n,
        platform: 1n,
      });
      const advance = { type: "advance", index: 0, amount: 100n } as const;
      const { state } = step(agreement, stateIn(Status.Submitted), advance, from(client));
      expect(state.milestones[0]).to.deep.equal({
        held: HELD - 100n,
        clock: NOW + DAY,
        submissions: 1,
        status: Status.Submitted,
        outcome: Outcome.None,
      });
      for (const amount of [0n, -1n, HELD, HELD + 1n]) {
        const error = thrown(() => of(Status.Funded, { type: "advance", index: 0, amount }), AmountOutOfRangeError);
        expect(error).to.include({ amount, minimum: 1n, maximum: HELD - 1n });
      }
    });

    it("refund: the client receives everything, without fees", () => {
      expect(of(Status.Disputed, { type: "refund", index: 0 })).to.deep.equal({
        freelancer: 0n,
        client: HELD,
        platform: 0n,
        arbiter: 0n,
      });
    });

    it("ruling: the arbiter's fee off the top, the platform's out of the freelancer's part", () => {
      expect(of(Status.Disputed, { type: "rule", index: 0, freelancerAmount: 200_000_001n })).to.deep.equal({
        freelancer: 195_000_001n,
        client: 284_999_999n,
        platform: 5_000_000n,
        arbiter: 15_000_000n,
      });
      const tooMuch = { type: "rule", index: 0, freelancerAmount: 485_000_001n } as const;
      expect(thrown(() => of(Status.Disputed, tooMuch), AmountOutOfRangeError)).to.include({
        amount: 485_000_001n,
        minimum: 0n,
        maximum: 485_000_000n,
      });
    });

    it("settlement: as a ruling, without the arbiter's fee", () => {
      expect(of(Status.Funded, { type: "settle", index: 0, freelancerAmount: 200_000_001n })).to.deep.equal({
        freelancer: 195_000_001n,
        client: 299_999_999n,
        platform: 5_000_000n,
        arbiter: 0n,
      });
      expect(of(Status.Funded, { type: "settle", index: 0, freelancerAmount: HELD }).client).to.equal(0n);
      thrown(() => of(Status.Funded, { type: "settle", index: 0, freelancerAmount: HELD + 1n }), AmountOutOfRangeError);
    });

    it("silence: each status has its default, and the default share is rounded down", () => {
      const finalize = { type: "finalize", index: 0 } as const;
      expect(of(Status.Funded, finalize).client).to.equal(HELD);
      expect(of(Status.ChangesRequested, finalize).client).to.equal(HELD);
      expect(of(Status.Submitted, finalize)).to.include({ freelancer: 487_500_000n, platform: 12_500_000n });
      expect(of(Status.Disputed, finalize, withTerms({ defaultShareBps: 3_333 }), { held: 101n })).to.deep.equal({
        freelancer: 33n,
        client: 68n,
        platform: 0n,
        arbiter: 0n,
      });
    });

    it("asks for a status in which the action can pay", () => {
      expect(thrown(() => of(Status.Released, { type: "approve", index: 0 }), WrongStatusError)).to.deep.include({
        index: 0,
        actual: Status.Released,
        allowed: held,
      });
    });

    it("is never lost or made, and fees are never more than agreed, whatever the amounts", () => {
      const bps = fc.integer({ min: 0, max: 1_000 });
      fc.assert(
        fc.property(
          fc.bigInt({ min: 1n, max: 2n ** 128n - 1n }),
          bps,
          bps,
          fc.integer({ min: 0, max: 10_000 }),
          fc.bigInt({ min: 0n, max: 10_000n }),
          (amount, feeBps, arbiterFeeBps, defaultShareBps, part) => {
            const base = withTerms({ feeBps, arbiterFeeBps, defaultShareBps });
            const gross = (amount * part) / 10_000n;
            const pot = amount - (amount * BigInt(arbiterFeeBps)) / 10_000n;
            const freelancerAmount = gross < pot ? gross : pot;
            const check = (status: Status, action: PayingAction, leaves: bigint, arbiterActs = false) => {
              const payout = of(status, action, base, { held: amount });
              expect(payout.freelancer + payout.client + payout.platform + payout.arbiter).to.equal(leaves);
              for (const share of Object.values(payout)) expect(share >= 0n).to.equal(true);
              const toFreelancer = payout.freelancer + payout.platform;
              expect(payout.platform * 10_000n <= toFreelancer * BigInt(feeBps)).to.equal(true);
              expect(payout.arbiter * 10_000n <= amount * BigInt(arbiterActs ? arbiterFeeBps : 0)).to.equal(true);
            };
            check(Status.Submitted, { type: "approve", index: 0 }, amount);
            check(Status.Submitted, { type: "attest", index: 0 }, amount);
            check(Status.Funded, { type: "refund", index: 0 }, amount);
            check(Status.Disputed, { type: "rule", index: 0, freelancerAmount }, amount, true);
            check(Status.Disputed, { type: "settle", index: 0, freelancerAmount: gross }, amount);
            for (const status of held) check(status, { type: "finalize", index: 0 }, amount);
            if (gross > 0n && gross < amount) check(Status.Funded, { type: "advance", index: 0, amount: gross }, gross);
          },
        ),
      );
    });

    it("goes where the parties said; fees and what an account cannot receive wait for it", () => {
      const rule = { type: "rule", index: 0, freelancerAmount: 200_000_000n, reasoning: HASH } as const;
      const direct = step(agreement, stateIn(Status.Disputed), rule, from(arbiter));
      expect(direct.payments).to.deep.equal([
        { role: "arbiter", to: arbiter, amount: 15_000_000n, claimable: true },
        { role: "platform", to: platform, amount: 5_000_000n, claimable: true },
        { role: "freelancer", to: freelancer, amount: 195_000_000n, claimable: false },
        { role: "client", to: client, amount: 285_000_000n, claimable: false },
      ]);
      const named = withTerms({ payoutTo: account("treasury"), refundTo: account("gateway") });
      const context = { ...from(arbiter), deferred: [account("treasury"), freelancer] };
      expect(step(named, stateIn(Status.Disputed), rule, context).payments.slice(2)).to.deep.equal([
        { role: "freelancer", to: account("treasury"), amount: 195_000_000n, claimable: true },
        { role: "client", to: account("gateway"), amount: 285_000_000n, claimable: false },
      ]);
    });

    it("a part of 0 is no payment", () => {
      const approve = { type: "approve", index: 0, submission: 1 } as const;
      const { payments } = step(agreement, stateIn(Status.Submitted, { held: 1n }), approve, from(client));
      expect(payments).to.deep.equal([{ role: "freelancer", to: freelancer, amount: 1n, claimable: false }]);
    });
  });

  describe("defaultOutcome", () => {
    const expected: [Status, Outcome, Status][] = [
      [Status.Funded, Outcome.WorkExpired, Status.Refunded],
      [Status.Submitted, Outcome.ReviewExpired, Status.Released],
      [Status.ChangesRequested, Outcome.ReworkExpired, Status.Refunded],
      [Status.Disputed, Outcome.ArbitrationExpired, Status.Resolved],
    ];
    for (const [status, outcome, end] of expected) {
      it(`of status ${status} is outcome ${outcome}, due from the clock on, and is what finalize does`, () => {
        const state = stateIn(status);
        const payout = payouts(agreement, state, { type: "finalize", index: 0 });
        const at = NOW + DAY;
        expect(defaultOutcome(agreement, state, 0, at - 1)).to.deep.equal({
          outcome,
          status: end,
          at,
          due: false,
          payout,
        });
        expect(defaultOutcome(agreement, state, 0, at)?.due).to.equal(true);
        const { state: next, payout: paid } = step(
          agreement,
          state,
          { type: "finalize", index: 0 },
          from(stranger, at),
        );
        expect(paid).to.deep.equal(payout);
        expect(next.milestones[0]).to.include({ status: end, outcome, held: 0n, clock: 0 });
      });
    }

    it("is nothing where nothing is held", () => {
      for (const status of statuses.filter((status) => !held.includes(status))) {
        expect(defaultOutcome(agreement, stateIn(status), 0, NOW)).to.equal(undefined);
      }
      expect(defaultOutcome(agreement, stateIn(Status.Funded), 9, NOW)).to.equal(undefined);
    });
  });

  describe("availableActions", () => {
    const offered = (state: AgreementState, who: Address, now = NOW) =>
      availableActions(agreement, state, who, now).map(
        ({ action, index, until, needs }) =>
          `${action}${index ?? ""}${until === undefined ? "" : ` until ${until - NOW}`}${needs ? ` with ${needs}` : ""}`,
      );

    it("shows a client the buttons of a submission, and until when", () => {
      expect(offered(stateIn(Status.Submitted), client)).to.deep.equal([
        "close",
        `requestChanges0 until ${DAY}`,
        `dispute0 until ${DAY}`,
        "approve0",
        "advance0",
        `settle0 with ${freelancer}`,
        `fund1 until ${agreement.terms.fundBy - NOW}`,
      ]);
    });

    it("shows who must still consent to a new agreement", () => {
      const fresh = emptyState(agreement);
      const until = agreement.terms.fundBy - NOW;
      expect(offered(fresh, client)).to.deep.equal([
        "accept",
        "close",
        `fund0 until ${until} with ${freelancer}`,
        `fund1 until ${until} with ${freelancer}`,
      ]);
      expect(offered(fresh, freelancer)).to.deep.equal(["accept", "close"]);
      expect(offered(fresh, stranger)).to.deep.equal([]);
      expect(offered({ ...fresh, closed: true }, client)).to.deep.equal(["accept"]);
      expect(offered(fresh, client, agreement.terms.fundBy)).to.deep.equal(["accept", "close"]);
    });

    it("shows everybody finalize once the clock ran out, and the arbiter its turn before", () => {
      const disputed = { ...stateIn(Status.Disputed), closed: true };
      expect(offered(disputed, arbiter)).to.deep.equal([`rule0 until ${DAY}`, "submitEvidence0"]);
      expect(offered(disputed, arbiter, NOW + DAY)).to.deep.equal(["submitEvidence0", "finalize0"]);
      expect(offered(disputed, stranger, NOW + DAY)).to.deep.equal(["finalize0"]);
    });

    it("offers exactly what the machine then does, in any state, for anybody, at any time", () => {
      const milestones = fc.record({
        status: fc.constantFrom(...statuses),
        held: fc.bigInt({ min: 1n, max: 3n }),
        submissions: fc.constantFrom(0, 1, 254, 255),
      });
      fc.assert(
        fc.property(
          milestones,
          fc.boolean(),
          fc.boolean(),
          fc.boolean(),
          fc.constantFrom(...everybody),
          fc.constantFrom(NOW, NOW + DAY - 1, NOW + DAY, agreement.terms.fundBy - 1, agreement.terms.fundBy),
          ({ status, submissions, held: amount }, clientConsented, freelancerConsented, closed, sender, now) => {
            const holds = held.includes(status);
            const base = stateIn(status, { submissions, held: holds ? amount : 0n });
            const state = { ...base, clientConsented, freelancerConsented, closed };
            const offers = availableActions(agreement, state, sender, now).filter(({ index }) => index !== 1);
            const both = { signer: freelancer, deadline: 2 ** 40 };

            const attempts: Record<Verb, Action> = {
              ...actions(state),
              accept: { type: "accept", party: sender },
              close: { type: "close", party: sender },
              fund: { type: "fund", indices: [0], freelancerSigner: freelancer },
              extend: { type: "extend", index: 0, clock: 2 ** 40 - 1 },
              rule: { type: "rule", index: 0, freelancerAmount: 0n, reasoning: HASH },
              settle: {
                type: "settle",
                index: 0,
                freelancerAmount: 0n,
                ...(sender === client ? { freelancer: both } : { client: { signer: client, deadline: 2 ** 40 } }),
              },
            };
            for (const [verb, action] of Object.entries(attempts) as [Verb, Action][]) {
              const offer = offers.find((candidate) => candidate.action === verb);
              let works = true;
              try {
                const { state: next } = step(agreement, state, action, { sender, now });
                // Repeating a consent or a close does nothing, and is not offered.
                if (verb === "accept" || verb === "close")
                  works = JSON.stringify(next, text) !== JSON.stringify(state, text);
              } catch {
                works = false;
              }
              expect(offer !== undefined, `${verb} offered`).to.equal(works);
              if (offer?.until !== undefined) {
                thrown(() => step(agreement, state, action, { sender, now: offer.until as number }), MicroEscrowError);
                step(agreement, state, action, { sender, now: offer.until - 1 });
              }
            }
          },
        ),
        { numRuns: 500 },
      );
    });
  });
});

const text = (_: string, value: unknown) => (typeof value === "bigint" ? value.toString() : value);
