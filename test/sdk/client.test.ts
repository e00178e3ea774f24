/** Every verb against the real contract: sent by its actor, and signed by its actor and sent by a stranger. */
import {
  type Address,
  type Agreement,
  acceptCall,
  acceptTypedData,
  approveCall,
  CannotSignError,
  ClockNotLaterError,
  ClockStillRunningError,
  DeliverableMismatchError,
  FundingExpiredError,
  fundCall,
  GasTooHighError,
  type Hash,
  type Hex,
  InvalidAddressError,
  InvalidAgreementError,
  InvalidAmountError,
  InvalidParameterError,
  InvalidSignatureError,
  InvalidSignedActionError,
  joinSettlement,
  MicroEscrow,
  MicroEscrowError,
  MissingSignerError,
  NotAPartyError,
  NotConfirmedError,
  NotMinedError,
  Outcome,
  refundCall,
  SignatureExpiredError,
  type SignedAction,
  Status,
  submitCall,
  TokenWithoutCodeError,
  TransactionReplacedError,
  TransactionRevertedError,
  toAddress,
  toAgreement,
  UnauthorizedError,
  WrongChainError,
  WrongContractCallError,
  WrongStatusError,
  WrongSubmissionError,
  withdrawCall,
  zeroAddress,
} from "@micro-escrow/sdk";
import { expect } from "chai";
import { BrowserProvider, concat, Signature, type Signer, toBeHex, toQuantity } from "ethers";
import {
  DAY,
  deliverable,
  type Endpoint,
  evidence,
  failure,
  inToken,
  otherDeliverable,
  reason,
  reasoning,
  setUp,
  through,
  UNIT,
} from "./chain.ts";
import { createChain, mined } from "./evm.ts";

const ZERO_HASH = `0x${"0".repeat(64)}`;

/** As a relayer gets it: through JSON. */
const overTheWire = <Action>(action: Action): Action => JSON.parse(JSON.stringify(action));

describe("MicroEscrow", () => {
  let context: Awaited<ReturnType<typeof setUp>>;
  before(async () => {
    context = await setUp();
  });

  const submitted = async (changes: Parameters<typeof context.define>[0] = {}): Promise<Agreement> => {
    const agreement = await context.funded([0], changes);
    await context.as.freelancer.submit({ agreement, index: 0, deliverable });
    return agreement;
  };
  const disputed = async (): Promise<Agreement> => {
    const agreement = await submitted();
    await context.as.client.dispute({ agreement, index: 0, evidence });
    return agreement;
  };
  const state = (agreement: Agreement, index = 0) => context.escrow.getMilestone({ agreement, index });
  /** What each account gained by an action, the claimable part of it included. */
  const gains = async (action: () => Promise<unknown>) => {
    const { client, freelancer, arbiter, platform, stranger } = context.signers;
    const holdings = () =>
      Promise.all(
        [client, freelancer, arbiter, platform, stranger].map(async ({ address }) => {
          const account = toAddress(address);
          const claimable = await context.escrow.getClaimable({ token: context.tokenAddress, account });
          return (await context.balance(account)) + claimable;
        }),
      );
    const before = await holdings();
    await action();
    const after = await holdings();
    const [ofClient, ofFreelancer, ofArbiter, ofPlatform, ofStranger] = after.map(
      (have, i) => have - (before[i] ?? 0n),
    );
    return {
      client: ofClient,
      freelancer: ofFreelancer,
      arbiter: ofArbiter,
      platform: ofPlatform,
      stranger: ofStranger,
    };
  };
  const nothing = { client: 0n, freelancer: 0n, arbiter: 0n, platform: 0n, stranger: 0n };

  describe("sign and accept", () => {
    it("records the consent of the party that calls", async () => {
      const agreement = context.define();
      const result = await context.as.freelancer.accept({ agreement });
      expect(result.party).to.equal(agreement.terms.freelancer);
      expect(result.recorded).to.equal(true);
      const { clientConsented, freelancerConsented, closed } = await context.escrow.getAgreementState(agreement);
      expect({ clientConsented, freelancerConsented, closed }).to.deep.equal({
        clientConsented: false,
        freelancerConsented: true,
        closed: false,
      });
    });

    it("says that nothing was recorded when the party had accepted before", async () => {
      const agreement = context.define();
      await context.as.freelancer.accept({ agreement });
      expect((await context.as.freelancer.accept({ agreement })).recorded).to.equal(false);
    });

    it("records a signed consent that a stranger relays", async () => {
      const agreement = context.define();
      const action = await context.as.client.signAccept({ agreement });
      expect(action.deadline).to.equal(null);
      const result = await context.as.stranger.relay(overTheWire(action));
      expect(result).to.include({ party: agreement.terms.client, recorded: true });
    });

    it("takes another party's signature", async () => {
      const agreement = context.define();
      const signature = await context.as.client.sign(agreement);
      const { party } = await context.as.stranger.accept({ agreement, party: agreement.terms.client, signature });
      expect(party).to.equal(agreement.terms.client);
    });

    it("signs what the contract checks", async () => {
      const agreement = context.define();
      const signature = await context.as.freelancer.sign(agreement);
      const typedData = acceptTypedData({ agreement, chainId: context.escrow.chainId, escrow: context.escrow.address });
      const { freelancer, client } = agreement.terms;
      expect(await context.escrow.verifySignature({ signer: freelancer, typedData, signature })).to.equal(true);
      expect(await context.escrow.verifySignature({ signer: client, typedData, signature })).to.equal(false);
      const inLowerCase = freelancer.toLowerCase() as Address;
      expect(await context.escrow.verifySignature({ signer: inLowerCase, typedData, signature })).to.equal(true);
    });

    it("refuses to sign an agreement that is not valid, and lists what is wrong", async () => {
      const { terms, schedule } = context.define();
      const agreement = toAgreement({ ...terms, reviewPeriod: 0, feeBps: 1_001 }, schedule);
      const { problems } = await failure(InvalidAgreementError, context.as.client.sign(agreement));
      expect(problems.map(({ error }) => error.code)).to.have.members(["FeeTooHigh", "ZeroPeriod"]);
    });

    describe("and fund consent to nothing that contradicts itself or its token, whoever acts:", () => {
      /** Every way to consent or to pay; the freelancer's signature is beside the point. */
      const ways = (agreement: Agreement): Record<string, () => Promise<unknown>> => {
        const funding = { agreement, indices: [0], freelancerSignature: "0x12" } as const;
        return {
          sign: () => context.as.freelancer.sign(agreement),
          signAccept: () => context.as.freelancer.signAccept({ agreement }),
          accept: () => context.as.freelancer.accept({ agreement }),
          "accept for another": () =>
            context.as.stranger.accept({ agreement, party: agreement.terms.client, signature: "0x12" }),
          fund: () => context.as.client.fund(funding),
          "fund as a third party": () => context.as.stranger.fund(funding),
        };
      };
      const block = () => context.ethers.provider.getBlockNumber();
      const paths = async (way: () => Promise<unknown>) =>
        (await failure(InvalidAgreementError, way)).problems.map(({ path }) => path);
      /** Asserts that no way goes through, and that nothing is sent. */
      const refused = async (agreement: Agreement, assert: (way: () => Promise<unknown>) => Promise<unknown>) => {
        const before = await block();
        for (const way of Object.values(ways(agreement))) await assert(way);
        expect(await block()).to.equal(before);
      };

      it("a scope that is another than the one in the terms", async () => {
        const agreement = context.define();
        const scope = agreement.scope && { ...agreement.scope, title: "Two blogs" };
        await refused({ ...agreement, scope }, async (way) => expect(await paths(way)).to.deep.equal(["scope"]));
      });

      it("another id, another schedule, a rule of the contract", async () => {
        const agreement = context.define();
        const other = context.define();
        await refused({ ...agreement, id: other.id }, async (way) => expect(await paths(way)).to.deep.equal(["id"]));
        const schedule = agreement.schedule.map((entry) => ({ ...entry, amount: entry.amount + 1n }));
        await refused({ ...agreement, schedule }, async (way) => expect(await paths(way)).to.deep.equal(["schedule"]));
        const unfair = toAgreement({ ...agreement.terms, feeBps: 1_001 }, agreement.schedule);
        await refused(unfair, async (way) => expect(await paths(way)).to.deep.equal(["terms.feeBps"]));
      });

      it("amounts written with other decimals than the token has", async () => {
        const agreement = context.define({ token: { address: context.tokenAddress, decimals: 18 } });
        await refused(agreement, async (way) => {
          const { problems } = await failure(InvalidAgreementError, way);
          expect(problems).to.have.length(1);
          expect(problems[0]).to.include({
            path: "scope.currency.decimals",
            message: '"18" is not the number of decimals of the token, which is 6.',
            advice: "Make the agreement again, with what escrow.getToken says of the token.",
          });
          expect(problems[0]?.error).to.be.instanceOf(InvalidAmountError);
        });
      });

      it("amounts written with decimals, of a token that has none, or where there is no token", async () => {
        const gate = await context.ethers.deployContract("SwitchableGate");
        await gate.waitForDeployment();
        const address = toAddress(await gate.getAddress());
        await refused(context.define({ token: { address, decimals: 6 } }), async (way) => {
          expect((await failure(InvalidAddressError, way)).value).to.equal(address);
        });
        const nowhere = toAddress(`0x${"12".repeat(20)}`);
        await refused(context.define({ token: { address: nowhere, decimals: 6 } }), async (way) => {
          expect((await failure(TokenWithoutCodeError, way)).token).to.equal(nowhere);
        });
        // Amounts in base units claim nothing.
        await context.as.freelancer.sign(context.define(inToken(address)));
      });

      it("and ask the token with one call, or none where no decimals are claimed", async () => {
        const asked: string[] = [];
        const freelancer = await through(
          context,
          async (method, parameters, forward) => {
            const { to } = (parameters[0] ?? {}) as { readonly to?: string };
            if (to?.toLowerCase() === context.tokenAddress.toLowerCase()) asked.push(method);
            return forward();
          },
          context.signers.freelancer,
        );
        await freelancer.accept({ agreement: context.define(inToken(context.tokenAddress)) });
        expect(asked).to.deep.equal([]);
        await freelancer.accept({ agreement: context.define() });
        expect(asked).to.deep.equal(["eth_call"]);
      });
    });

    it("refuses to sign for somebody who is not a party", async () => {
      const agreement = context.define();
      const { account } = await failure(NotAPartyError, context.as.stranger.sign(agreement));
      expect(account).to.equal(context.signers.stranger.address);
    });

    it("refuses to sign for an account with code that accepts no signatures, and points to accept", async () => {
      const agreement = context.define();
      const code = await context.ethers.provider.getCode(context.tokenAddress);
      const account = context.signers.freelancer.address;
      await context.networkHelpers.setCode(account, code);
      try {
        const error = await failure(CannotSignError, context.as.freelancer.sign(agreement));
        expect(error.account).to.equal(account);
        expect(error.message).to.contain("accept");
      } finally {
        await context.networkHelpers.setCode(account, "0x");
      }
    });

    it("signs for a smart wallet whose code accepts the signature, and for none that is not deployed", async () => {
      const { freelancer } = context.signers;
      const wallet = await context.ethers.deployContract("ContractAccount", [freelancer.address]);
      await wallet.waitForDeployment();
      const ofWallet = (address: string) =>
        new Proxy<Signer>(freelancer, {
          get(target, key) {
            if (key === "getAddress") return async () => address;
            const value = Reflect.get(target, key);
            return typeof value === "function" ? value.bind(target) : value;
          },
        });
      const address = await wallet.getAddress();
      const agreement = context.define({ freelancer: address });
      const freelancerSignature = await context.escrow.connect(ofWallet(address)).sign(agreement);
      const { opened } = await context.as.client.fund({ agreement, indices: [0], freelancerSignature });
      expect(opened).to.equal(true);

      const undeployed = toAddress(`0x${"12".repeat(20)}`);
      const signing = context.escrow.connect(ofWallet(undeployed)).sign(context.define({ freelancer: undeployed }));
      expect((await failure(CannotSignError, signing)).reason).to.contain("must be deployed");
    });

    it("judges the signature of an account with code as the contract does, however that disappoints", async () => {
      const { freelancer } = context.signers;
      const wallet = await context.ethers.deployContract("ContractAccount", [freelancer.address]);
      await wallet.waitForDeployment();
      const party = toAddress(await wallet.getAddress());
      const agreement = context.define({ freelancer: party });
      const typedData = acceptTypedData({ agreement, chainId: context.escrow.chainId, escrow: context.escrow.address });
      const { domain, types, message } = typedData;
      const signature = (await freelancer.signTypedData(domain, types, message)) as Hex;
      const verdicts: boolean[] = [];
      for (let fault = 0; fault <= 7; ++fault) {
        await mined(wallet.getFunction("setFault")(fault));
        const call = acceptCall({ escrow: context.escrow.address, agreement, party, signature });
        const contract = await context.ethers.provider.call(call).then(
          () => true,
          () => false,
        );
        expect(
          await context.escrow.verifySignature({ signer: party, typedData, signature }),
          `fault ${fault}`,
        ).to.equal(contract);
        verdicts.push(contract);
      }
      expect(verdicts).to.include.members([true, false]);
    });

    it("judges signatures of other lengths and forms as the contract does", async () => {
      const agreement = context.define();
      const { client: party } = agreement.terms;
      const typedData = acceptTypedData({ agreement, chainId: context.escrow.chainId, escrow: context.escrow.address });
      const good = await context.as.client.sign(agreement);
      const { compactSerialized, r, s, v } = Signature.from(good);
      const highS = toBeHex(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n - BigInt(s), 32);
      const forms = [
        good,
        compactSerialized,
        concat([r, highS, v === 27 ? "0x1c" : "0x1b"]),
        concat([r, s, toBeHex(v - 27, 1)]),
        concat([good, "0x00"]),
        "0x12",
      ] as Hex[];
      const verdicts = [];
      for (const signature of forms) {
        const call = acceptCall({ escrow: context.escrow.address, agreement, party, signature });
        const contract = await context.ethers.provider.call(call).then(
          () => true,
          () => false,
        );
        expect(await context.escrow.verifySignature({ signer: party, typedData, signature })).to.equal(contract);
        verdicts.push(contract);
      }
      expect(verdicts).to.deep.equal([true, false, false, false, false, false]);
    });

    it("corrects the last byte of hardware wallets that return 0 or 1", async () => {
      const agreement = context.define();
      const good = await context.as.client.sign(agreement);
      const odd = new Proxy<Signer>(context.signers.client, {
        get(target, key) {
          if (key === "signTypedData") return async () => `${good.slice(0, -2)}${good.endsWith("1b") ? "00" : "01"}`;
          const value = Reflect.get(target, key);
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
      expect(await context.escrow.connect(odd).sign(agreement)).to.equal(good);
    });

    it("needs a signer", async () => {
      const reader = await MicroEscrow.connect(context.ethers.provider);
      await failure(MissingSignerError, reader.sign(context.define()));
      await failure(MissingSignerError, reader.withdraw({ token: context.tokenAddress, account: zeroAddress }));
    });
  });

  describe("close", () => {
    it("ends funding, by either party", async () => {
      const agreement = context.define();
      const result = await context.as.freelancer.close({ agreement });
      expect(result).to.include({ party: agreement.terms.freelancer, recorded: true });
      expect((await context.escrow.getAgreementState(agreement)).closed).to.equal(true);
      expect((await context.as.client.close({ agreement })).recorded).to.equal(false);
    });

    it("is relayed", async () => {
      const agreement = context.define();
      const result = await context.as.stranger.relay(overTheWire(await context.as.client.signClose({ agreement })));
      expect(result).to.include({ party: agreement.terms.client, recorded: true });
    });

    it("is refused to others", async () => {
      await failure(NotAPartyError, context.as.stranger.close({ agreement: context.define() }));
    });
  });

  describe("submit", () => {
    it("hands in work and starts the review", async () => {
      const agreement = await context.funded();
      const result = await context.as.freelancer.submit({ agreement, index: 0, deliverable });
      const now = await context.escrow.getTime();
      expect(result).to.deep.include({ index: 0, submission: 1, deliverable, clock: now + 7 * DAY });
      expect(result.transaction.hash).to.match(/^0x[0-9a-f]{64}$/);
      expect(await state(agreement)).to.deep.equal({
        held: 100n * UNIT,
        clock: now + 7 * DAY,
        submissions: 1,
        status: Status.Submitted,
        outcome: Outcome.None,
      });
    });

    it("is relayed", async () => {
      const agreement = await context.funded();
      const action = await context.as.freelancer.signSubmit({ agreement, index: 0, deliverable });
      expect(action.deadline).to.equal((await context.escrow.getTime()) + 4 * 3_600);
      expect(action.signers).to.deep.equal([agreement.terms.freelancer]);
      const result = await context.as.stranger.relay(overTheWire(action));
      expect(result).to.include({ index: 0, submission: 1, deliverable });
    });

    it("is not signed by anybody else", async () => {
      const agreement = await context.funded();
      const error = await failure(
        UnauthorizedError,
        context.as.client.signSubmit({ agreement, index: 0, deliverable }),
      );
      expect(error).to.include({ caller: agreement.terms.client, expected: agreement.terms.freelancer });
    });

    it("is not signed where it could not happen", async () => {
      const agreement = await submitted();
      const error = await failure(
        WrongStatusError,
        context.as.freelancer.signSubmit({ agreement, index: 0, deliverable }),
      );
      expect(error).to.deep.include({
        index: 0,
        actual: Status.Submitted,
        allowed: [Status.Funded, Status.ChangesRequested],
      });
    });
  });

  describe("approve", () => {
    it("pays the freelancer, and says what was approved", async () => {
      const agreement = await submitted();
      const gained = await gains(async () => {
        const result = await context.as.client.approve({ agreement, index: 0 });
        expect(result).to.deep.include({
          index: 0,
          outcome: Outcome.Approved,
          freelancerAmount: 98n * UNIT,
          clientAmount: 0n,
          platformFee: 2n * UNIT,
          arbiterFee: 0n,
          reasoning: ZERO_HASH,
          deferred: [],
          answered: { submission: 1, deliverable },
        });
      });
      expect(gained).to.deep.equal({ ...nothing, freelancer: 98n * UNIT, platform: 2n * UNIT });
      expect(await state(agreement)).to.deep.equal({
        held: 0n,
        clock: 0,
        submissions: 1,
        status: Status.Released,
        outcome: Outcome.Approved,
      });
    });

    it("approves what was not submitted", async () => {
      const agreement = await context.funded();
      const { answered, outcome } = await context.as.client.approve({ agreement, index: 0 });
      expect(answered).to.deep.equal({ submission: 0, deliverable: undefined });
      expect(outcome).to.equal(Outcome.Approved);
    });

    it("is relayed", async () => {
      const agreement = await submitted();
      const action = await context.as.client.signApprove({ agreement, index: 0, submission: 1, deliverable });
      const gained = await gains(async () => {
        const result = await context.as.stranger.relay(overTheWire(action));
        expect(result).to.include({ outcome: Outcome.Approved, freelancerAmount: 98n * UNIT });
      });
      expect(gained).to.deep.equal({ ...nothing, freelancer: 98n * UNIT, platform: 2n * UNIT });
    });

    it("refuses another submission than the current one", async () => {
      const agreement = await submitted();
      await context.as.client.requestChanges({ agreement, index: 0, reason });
      await context.as.freelancer.submit({ agreement, index: 0, deliverable: otherDeliverable });
      const error = await failure(
        WrongSubmissionError,
        context.as.client.approve({ agreement, index: 0, submission: 1 }),
      );
      expect(error).to.include({ actual: 1, expected: 2 });
      expect((await state(agreement)).status).to.equal(Status.Submitted);
    });

    it("refuses another deliverable than the one that was shown", async () => {
      const agreement = await submitted();
      const error = await failure(
        DeliverableMismatchError,
        context.as.client.approve({ agreement, index: 0, submission: 1, deliverable: otherDeliverable }),
      );
      expect(error).to.include({ actual: deliverable, expected: otherDeliverable });
      expect((await state(agreement)).status).to.equal(Status.Submitted);
    });

    it("refuses a deliverable where nothing was submitted, so that a reorganization pays for nothing", async () => {
      const agreement = await context.funded();
      const seen = { agreement, index: 0, deliverable };
      for (const decide of [() => context.as.client.approve(seen), () => context.as.client.signApprove(seen)]) {
        expect(await failure(WrongSubmissionError, decide)).to.include({ actual: 1, expected: 0 });
      }
      expect((await state(agreement)).status).to.equal(Status.Funded);
    });

    it("takes the deliverable that was shown in upper case, too", async () => {
      const agreement = await submitted();
      const shown = `0x${deliverable.slice(2).toUpperCase()}` as Hash;
      const { answered } = await context.as.client.approve({ agreement, index: 0, deliverable: shown });
      expect(answered).to.deep.equal({ submission: 1, deliverable });
    });

    it("does not wait for what cannot happen", async () => {
      const agreement = await submitted();
      const endless = { confirmations: 1_000, patience: 1_800 };
      await failure(UnauthorizedError, context.as.freelancer.approve({ agreement, index: 0, ...endless }));
      await failure(UnauthorizedError, context.as.freelancer.signApprove({ agreement, index: 0, ...endless }));
      await context.as.client.approve({ agreement, index: 0 });
      await failure(WrongStatusError, context.as.client.approve({ agreement, index: 0, ...endless }));
    });

    it("waits for confirmations, and sends nothing when patience runs out", async () => {
      const agreement = await submitted();
      const error = await failure(
        NotConfirmedError,
        context.as.client.approve({ agreement, index: 0, confirmations: 3, patience: 0.02, pollingInterval: 10 }),
      );
      expect(error.block - error.safeBlock).to.equal(3);
      expect((await state(agreement)).status).to.equal(Status.Submitted);
      await context.networkHelpers.mine(3);
      await context.as.client.approve({ agreement, index: 0, confirmations: 3, patience: 0 });
    });

    it("waits for no time that is none, and sends nothing", async () => {
      const agreement = await submitted();
      const decision = { agreement, index: 0, confirmations: 3 };
      for (const time of [Number.NaN, -1, Number.POSITIVE_INFINITY, 2_000_001, "60" as unknown as number]) {
        await failure(InvalidParameterError, context.as.client.approve({ ...decision, patience: time }));
        await failure(InvalidParameterError, context.as.client.approve({ ...decision, pollingInterval: time }));
        const escrow = await MicroEscrow.connect(context.signers.client, { miningPatience: time });
        await failure(InvalidParameterError, escrow.approve({ agreement, index: 0 }));
      }
      expect((await state(agreement)).status).to.equal(Status.Submitted);
    });

    it("goes on as soon as the submission is confirmed", async () => {
      const agreement = await submitted();
      const approval = context.as.client.approve({ agreement, index: 0, confirmations: 2, pollingInterval: 10 });
      await context.networkHelpers.mine(2);
      expect((await approval).answered.deliverable).to.equal(deliverable);
    });
  });

  describe("advance", () => {
    it("pays a part early", async () => {
      const agreement = await context.funded();
      const gained = await gains(async () => {
        const result = await context.as.client.advance({ agreement, index: 0, amount: 40n * UNIT });
        expect(result).to.deep.include({
          index: 0,
          freelancerAmount: (392n * UNIT) / 10n,
          platformFee: (8n * UNIT) / 10n,
          remaining: 60n * UNIT,
          deferred: [],
        });
      });
      expect(gained).to.deep.equal({ ...nothing, freelancer: (392n * UNIT) / 10n, platform: (8n * UNIT) / 10n });
      expect(await state(agreement)).to.include({ held: 60n * UNIT, status: Status.Funded });
    });

    it("is relayed, and once only", async () => {
      const agreement = await context.funded();
      const action = await context.as.client.signAdvance({ agreement, index: 0, amount: 40n * UNIT });
      expect(await context.as.stranger.relay(overTheWire(action))).to.include({ remaining: 60n * UNIT });
      const error = await failure(InvalidSignatureError, context.as.stranger.relay(action));
      expect(error.signer).to.equal(agreement.terms.client);
    });
  });

  describe("requestChanges", () => {
    it("hands the work back", async () => {
      const agreement = await submitted();
      const result = await context.as.client.requestChanges({ agreement, index: 0, reason });
      const now = await context.escrow.getTime();
      expect(result).to.deep.include({
        index: 0,
        submission: 1,
        reason,
        clock: now + 5 * DAY,
        answered: { submission: 1, deliverable },
      });
      expect(await state(agreement)).to.include({ status: Status.ChangesRequested, clock: now + 5 * DAY });
    });

    it("is relayed", async () => {
      const agreement = await submitted();
      const action = await context.as.client.signRequestChanges({ agreement, index: 0, reason });
      const result = await context.as.stranger.relay(overTheWire(action));
      expect(result).to.include({ submission: 1, reason });
    });
  });

  describe("attest", () => {
    it("passes work, which leaves the client the challenge period", async () => {
      const agreement = await submitted();
      const report = reasoning;
      const result = await context.as.verifier.attest({ agreement, index: 0, passed: true, report });
      const now = await context.escrow.getTime();
      expect(result).to.deep.include({ index: 0, submission: 1, passed: true, report, clock: now + 2 * DAY });
      expect(result.conclusion).to.equal(undefined);
      expect(await state(agreement)).to.include({ status: Status.Submitted, clock: now + 2 * DAY });
    });

    it("fails work", async () => {
      const agreement = await submitted();
      await context.as.verifier.attest({ agreement, index: 0, passed: false, report: reasoning });
      expect((await state(agreement)).status).to.equal(Status.ChangesRequested);
    });

    it("sends and signs nothing when told anything but true or false", async () => {
      const agreement = await submitted({ challenge: 0 });
      const attestation = { agreement, index: 0, passed: "false" as unknown as boolean, report: reasoning };
      await failure(InvalidParameterError, context.as.verifier.attest(attestation));
      await failure(InvalidParameterError, context.as.verifier.signAttest(attestation));
      expect((await state(agreement)).status).to.equal(Status.Submitted);
    });

    it("pays at once where no challenge was agreed, and is relayed", async () => {
      const agreement = await submitted({ challenge: 0 });
      const action = await context.as.verifier.signAttest({ agreement, index: 0, passed: true, report: reasoning });
      const gained = await gains(async () => {
        const result = await context.as.stranger.relay(overTheWire(action));
        expect(result.clock).to.equal(0);
        expect(result.conclusion).to.include({ outcome: Outcome.Attested, freelancerAmount: 98n * UNIT });
      });
      expect(gained).to.deep.equal({ ...nothing, freelancer: 98n * UNIT, platform: 2n * UNIT });
    });
  });

  describe("extend", () => {
    it("gives more time", async () => {
      const agreement = await context.funded();
      const clock = (await state(agreement)).clock + DAY;
      expect(await context.as.client.extend({ agreement, index: 0, clock })).to.include({ index: 0, clock });
      expect((await state(agreement)).clock).to.equal(clock);
    });

    it("is relayed", async () => {
      const agreement = await context.funded();
      const clock = (await state(agreement)).clock + DAY;
      const action = await context.as.client.signExtend({ agreement, index: 0, clock });
      expect(await context.as.stranger.relay(overTheWire(action))).to.include({ index: 0, clock });
    });

    it("takes no time away", async () => {
      const agreement = await context.funded();
      const { clock } = await state(agreement);
      const error = await failure(ClockNotLaterError, context.as.client.extend({ agreement, index: 0, clock }));
      expect(error).to.include({ newClock: clock, currentClock: clock });
    });
  });

  describe("dispute, submitEvidence and rule", () => {
    it("calls the arbiter about a submission", async () => {
      const agreement = await submitted();
      const result = await context.as.client.dispute({ agreement, index: 0, evidence });
      const now = await context.escrow.getTime();
      expect(result).to.deep.include({
        index: 0,
        by: agreement.terms.client,
        submission: 1,
        evidence,
        clock: now + 14 * DAY,
      });
      expect((await state(agreement)).status).to.equal(Status.Disputed);
    });

    it("calls the arbiter about a request for changes, relayed", async () => {
      const agreement = await submitted();
      await context.as.client.requestChanges({ agreement, index: 0, reason });
      const action = await context.as.freelancer.signDispute({ agreement, index: 0, submission: 1, evidence });
      expect(await context.as.stranger.relay(overTheWire(action))).to.include({ by: agreement.terms.freelancer });
    });

    it("takes evidence of everybody involved, and of nobody else", async () => {
      const agreement = await disputed();
      for (const role of ["client", "freelancer", "arbiter", "verifier"] as const) {
        const result = await context.as[role].submitEvidence({ agreement, index: 0, evidence });
        expect(result).to.include({ index: 0, by: context.signers[role].address, evidence });
      }
      await failure(NotAPartyError, context.as.stranger.submitEvidence({ agreement, index: 0, evidence }));
    });

    it("splits by the arbiter's word, less its fee", async () => {
      const agreement = await disputed();
      const gained = await gains(async () => {
        const result = await context.as.arbiter.rule({ agreement, index: 0, freelancerAmount: 50n * UNIT, reasoning });
        expect(result).to.deep.include({
          index: 0,
          outcome: Outcome.Ruled,
          freelancerAmount: 49n * UNIT,
          clientAmount: 47n * UNIT,
          platformFee: UNIT,
          arbiterFee: 3n * UNIT,
          reasoning,
          deferred: [],
        });
      });
      const split = { client: 47n * UNIT, freelancer: 49n * UNIT, arbiter: 3n * UNIT, platform: UNIT };
      expect(gained).to.deep.equal({ ...nothing, ...split });
      expect(await state(agreement)).to.include({ held: 0n, status: Status.Resolved, outcome: Outcome.Ruled });
    });

    it("says that nobody disputes, and does not wait for it", async () => {
      const agreement = await submitted();
      const ruling = { agreement, index: 0, freelancerAmount: 0n, reasoning };
      const error = await failure(WrongStatusError, context.as.arbiter.rule(ruling));
      expect(error).to.include({ actual: Status.Submitted });
      await failure(WrongStatusError, context.as.arbiter.signRule(ruling));
    });

    it("waits until the dispute is confirmed", async () => {
      const agreement = await disputed();
      const waiting = { confirmations: 2, patience: 0 };
      const ruling = { agreement, index: 0, freelancerAmount: 0n, reasoning };
      await failure(NotConfirmedError, context.as.arbiter.rule({ ...ruling, ...waiting }));
      await context.networkHelpers.mine(2);
      expect((await context.as.arbiter.rule({ ...ruling, ...waiting })).outcome).to.equal(Outcome.Ruled);
    });

    it("is relayed", async () => {
      const agreement = await disputed();
      const ruling = { agreement, index: 0, freelancerAmount: 97n * UNIT, reasoning };
      const result = await context.as.stranger.relay(overTheWire(await context.as.arbiter.signRule(ruling)));
      expect(result).to.include({ outcome: Outcome.Ruled, clientAmount: 0n, arbiterFee: 3n * UNIT });
    });
  });

  describe("settle", () => {
    const freelancerAmount = 30n * UNIT;

    it("is sent by one party with the other's signature", async () => {
      const agreement = await context.funded();
      const half = await context.as.client.signSettle({ agreement, index: 0, freelancerAmount });
      const gained = await gains(async () => {
        const result = await context.as.freelancer.settle({
          ...{ agreement, index: 0, freelancerAmount },
          signatures: [overTheWire(half)],
        });
        expect(result).to.include({
          outcome: Outcome.Settled,
          freelancerAmount: (294n * UNIT) / 10n,
          clientAmount: 70n * UNIT,
          platformFee: (6n * UNIT) / 10n,
          arbiterFee: 0n,
        });
      });
      const split = { client: 70n * UNIT, freelancer: (294n * UNIT) / 10n, platform: (6n * UNIT) / 10n };
      expect(gained).to.deep.equal({ ...nothing, ...split });
      expect((await state(agreement)).status).to.equal(Status.Resolved);
    });

    it("is sent by the client with the freelancer's signature", async () => {
      const agreement = await context.funded();
      const half = await context.as.freelancer.signSettle({ agreement, index: 0, freelancerAmount });
      const settlement = { agreement, index: 0, freelancerAmount, signatures: [half] };
      expect((await context.as.client.settle(settlement)).outcome).to.equal(Outcome.Settled);
    });

    it("is relayed with both signatures", async () => {
      const agreement = await context.funded();
      const halves = [
        await context.as.client.signSettle({ agreement, index: 0, freelancerAmount }),
        await context.as.freelancer.signSettle({ agreement, index: 0, freelancerAmount, deadline: 2_000_000_000 }),
      ];
      const action = joinSettlement(agreement, overTheWire(halves));
      expect(action.deadline).to.equal(halves[0]?.authorization.deadline);
      expect((await context.as.stranger.relay(overTheWire(action))).clientAmount).to.equal(70n * UNIT);
    });

    it("is sent by anybody with both signatures", async () => {
      const agreement = await context.funded();
      const signatures = [
        await context.as.freelancer.signSettle({ agreement, index: 0, freelancerAmount }),
        await context.as.client.signSettle({ agreement, index: 0, freelancerAmount }),
      ];
      const result = await context.as.stranger.settle({ agreement, index: 0, freelancerAmount, signatures });
      expect(result.outcome).to.equal(Outcome.Settled);
    });

    it("is refused with one signature alone", async () => {
      const agreement = await context.funded();
      const half = await context.as.client.signSettle({ agreement, index: 0, freelancerAmount });
      const settlement = { agreement, index: 0, freelancerAmount, signatures: [half] };
      await failure(UnauthorizedError, context.as.stranger.settle(settlement));
      await failure(InvalidSignedActionError, () => joinSettlement(agreement, [half]));
    });

    it("is refused with a signature of another amount", async () => {
      const agreement = await context.funded();
      const signatures = [await context.as.client.signSettle({ agreement, index: 0, freelancerAmount })];
      const more = freelancerAmount + 1n;
      const settlement = { agreement, index: 0, freelancerAmount: more, signatures };
      await failure(InvalidSignedActionError, context.as.freelancer.settle(settlement));
      const other = await context.as.freelancer.signSettle({ agreement, index: 0, freelancerAmount: more });
      await failure(InvalidSignedActionError, () => joinSettlement(agreement, [...signatures, other]));
    });

    it("is refused to others", async () => {
      const agreement = await context.funded();
      await failure(NotAPartyError, context.as.stranger.signSettle({ agreement, index: 0, freelancerAmount }));
    });
  });

  describe("refund", () => {
    it("gives everything back", async () => {
      const agreement = await context.funded();
      const gained = await gains(async () => {
        const result = await context.as.freelancer.refund({ agreement, index: 0 });
        expect(result).to.include({ outcome: Outcome.Refunded, clientAmount: 100n * UNIT, freelancerAmount: 0n });
      });
      expect(gained).to.deep.equal({ ...nothing, client: 100n * UNIT });
      expect((await state(agreement)).status).to.equal(Status.Refunded);
    });

    it("is relayed", async () => {
      const agreement = await context.funded();
      const action = await context.as.freelancer.signRefund({ agreement, index: 0 });
      expect((await context.as.stranger.relay(overTheWire(action))).clientAmount).to.equal(100n * UNIT);
    });
  });

  describe("finalize", () => {
    it("is too early before the clock, and right from it on, by anybody", async () => {
      const agreement = await submitted();
      const { clock } = await state(agreement);
      await failure(ClockStillRunningError, context.as.stranger.finalize({ agreement, index: 0 }));
      await context.networkHelpers.time.increaseTo(clock);
      const gained = await gains(async () => {
        const result = await context.as.stranger.finalize({ agreement, index: 0 });
        expect(result).to.include({ outcome: Outcome.ReviewExpired, freelancerAmount: 98n * UNIT });
      });
      expect(gained).to.deep.equal({ ...nothing, freelancer: 98n * UNIT, platform: 2n * UNIT });
    });
  });

  describe("withdraw", () => {
    it("pays what waits for an account, by anybody, and then nothing", async () => {
      const agreement = await submitted();
      await context.as.client.approve({ agreement, index: 0 });
      const parameters = { token: context.tokenAddress, account: toAddress(context.signers.platform.address) };
      const waiting = await context.escrow.getClaimable(parameters);
      const before = await context.balance(parameters.account);
      expect(await context.as.stranger.withdraw(parameters)).to.include({ ...parameters, amount: waiting });
      expect((await context.balance(parameters.account)) - before).to.equal(waiting);
      expect((await context.as.stranger.withdraw(parameters)).amount).to.equal(0n);
    });
  });

  describe("a payment that the token refuses", () => {
    it("is told as deferred, and withdrawn later", async () => {
      const token = await context.ethers.deployContract("RestrictedToken");
      const address = toAddress(await token.getAddress());
      await mined(token.getFunction("mint")(context.signers.client.address, 1_000n * UNIT));
      const agreement = await submitted(inToken(address));
      const { freelancer } = agreement.terms;
      await mined(token.getFunction("setBlacklisted")(freelancer, true));

      const { deferred } = await context.as.client.approve({ agreement, index: 0 });
      expect(deferred).to.deep.equal([{ account: freelancer, token: address, amount: 98n * UNIT }]);
      await failure(TransactionRevertedError, context.as.stranger.withdraw({ token: address, account: freelancer }));

      await mined(token.getFunction("setBlacklisted")(freelancer, false));
      const { amount } = await context.as.stranger.withdraw({ token: address, account: freelancer });
      expect(amount).to.equal(98n * UNIT);
      expect(await token.getFunction("balanceOf")(freelancer)).to.equal(98n * UNIT);
    });

    it("is told for an advance too", async () => {
      const token = await context.ethers.deployContract("RestrictedToken");
      const address = toAddress(await token.getAddress());
      await mined(token.getFunction("mint")(context.signers.client.address, 1_000n * UNIT));
      const agreement = await submitted(inToken(address));
      await mined(token.getFunction("setBlacklisted")(agreement.terms.freelancer, true));
      const { deferred } = await context.as.client.advance({ agreement, index: 0, amount: 50n * UNIT });
      expect(deferred.map(({ amount }) => amount)).to.deep.equal([49n * UNIT]);
    });
  });

  describe("multicall", () => {
    it("approves one milestone and funds the next in one transaction", async () => {
      const agreement = await submitted();
      const escrow = context.escrow.address;
      await mined(context.token.connect(context.signers.client).getFunction("approve")(escrow, 200n * UNIT));
      const { events } = await context.as.client.multicall({
        calls: [
          approveCall({ escrow, agreement, index: 0, submission: 1 }),
          fundCall({ escrow, agreement, indices: [1] }),
        ],
      });
      expect(events.map(({ type }) => type)).to.deep.equal(["MilestoneConcluded", "MilestoneFunded"]);
      expect((await state(agreement, 1)).status).to.equal(Status.Funded);
    });

    it("makes all calls or none, and tells the inner reason", async () => {
      const agreement = await submitted();
      const escrow = context.escrow.address;
      const calls = [
        approveCall({ escrow, agreement, index: 0, submission: 1 }),
        submitCall({ escrow, agreement, index: 0, deliverable }),
      ];
      const error = await failure(WrongStatusError, context.as.client.multicall({ calls }));
      expect(error.actual).to.equal(Status.Released);
      expect((await state(agreement)).status).to.equal(Status.Submitted);
    });

    it("refuses calls of other contracts", async () => {
      const elsewhere = { escrow: context.tokenAddress, token: context.tokenAddress, account: context.escrow.address };
      const error = await failure(
        WrongContractCallError,
        context.as.client.multicall({ calls: [withdrawCall(elsewhere)] }),
      );
      expect(error).to.include({ actual: context.tokenAddress, expected: context.escrow.address });
    });
  });

  describe("relay", () => {
    const signed = async () => {
      const agreement = await context.funded();
      return context.as.freelancer.signSubmit({ agreement, index: 0, deliverable });
    };

    it("refuses an action without a signature: whoever sent it would act", async () => {
      const agreement = await submitted();
      const { data, to } = approveCall({ escrow: context.escrow.address, agreement, index: 0, submission: 1 });
      const trap: SignedAction<"approve"> = {
        ...{ verb: "approve", chainId: context.escrow.chainId, to, data },
        signers: [agreement.terms.freelancer],
        deadline: null,
      };
      await failure(InvalidSignedActionError, context.as.client.relay(trap));
      expect((await state(agreement)).status).to.equal(Status.Submitted);
    });

    it("refuses an action that is another verb than it says, or none", async () => {
      const action = await signed();
      await failure(InvalidSignedActionError, context.as.stranger.relay({ ...action, verb: "refund" }));
      await failure(InvalidSignedActionError, context.as.stranger.relay({ ...action, data: "0x12345678" }));
      const verb = "withdraw" as "submit";
      await failure(InvalidSignedActionError, context.as.stranger.relay({ ...action, verb }));
    });

    it("refuses an action of another chain or escrow", async () => {
      const action = await signed();
      const error = await failure(WrongChainError, context.as.stranger.relay({ ...action, chainId: 1 }));
      expect(error).to.include({ actual: 31_337, expected: 1 });
      expect(error.message).to.contain("Connected to chain 31337, but chain 1 is needed");
      await failure(WrongContractCallError, context.as.stranger.relay({ ...action, to: context.tokenAddress }));
    });

    it("refuses an action whose deadline has passed", async () => {
      const agreement = await context.funded();
      const deadline = (await context.escrow.getTime()) + 100;
      const action = await context.as.freelancer.signSubmit({ agreement, index: 0, deliverable, deadline });
      await context.networkHelpers.time.increaseTo(deadline);
      const error = await failure(SignatureExpiredError, context.as.stranger.relay(action));
      expect(error.deadline).to.equal(deadline);
      expect(error.time).to.be.at.least(deadline);
    });
  });

  describe("a transaction that meets another one", () => {
    /** Runs with blocks only when they are asked for. */
    const withoutAutomine = async (action: () => Promise<void>) => {
      const request = (method: string, params: unknown[]) => context.chain.provider.request({ method, params });
      await request("evm_setAutomine", [false]);
      try {
        await action();
      } finally {
        await request("evm_setAutomine", [true]);
        await context.networkHelpers.mine();
      }
    };
    /** The transactions that wait to be mined, once there are so many; newest last. */
    const pending = async (count = 1) => {
      for (;;) {
        const block = await context.chain.provider.request({
          method: "eth_getBlockByNumber",
          params: ["pending", true],
        });
        const { transactions } = block as {
          transactions: { hash: string; to: string; input: string; nonce: Hex; gas: Hex; maxFeePerGas: Hex }[];
        };
        const last = transactions.at(-1);
        if (last !== undefined && transactions.length === count) {
          const { hash, to, input: data } = last;
          const fee = 2n * BigInt(last.maxFeePerGas);
          const [nonce, gasLimit] = [Number(last.nonce), BigInt(last.gas)];
          return { hash, better: { to, data, nonce, gasLimit, maxFeePerGas: fee, maxPriorityFeePerGas: fee } };
        }
      }
    };
    const quickClient = async (endpoint: Endpoint = (_method, _parameters, forward) => forward()) => {
      const escrow = await through(context, endpoint, context.signers.client);
      (escrow.connection.provider as BrowserProvider).pollingInterval = 10;
      return escrow;
    };

    it("tells why the second one in the block reverted", async () => {
      const agreement = await submitted();
      // Another device of the client approves between the estimate of the dispute and its sending.
      const approval = approveCall({ escrow: context.escrow.address, agreement, index: 0, submission: 1 });
      const client = await quickClient(async (method, _parameters, forward) => {
        if (method === "eth_sendTransaction") await context.signers.client.sendTransaction(approval);
        return forward();
      });
      await withoutAutomine(async () => {
        const dispute = failure(TransactionRevertedError, client.dispute({ agreement, index: 0, evidence }));
        await pending(2);
        await context.networkHelpers.mine();
        const error = await dispute;
        expect(error.transaction).to.match(/^0x[0-9a-f]{64}$/);
        expect(error.cause).to.be.instanceOf(WrongStatusError);
        expect(error.cause).to.include({ actual: Status.Released });
      });
    });

    /** A client that approves, and a promise of the moment from which on it waits for the receipt. */
    const approving = async (agreement: Agreement) => {
      let receiptWanted = () => {};
      const waiting = new Promise<void>((resolve) => {
        receiptWanted = resolve;
      });
      const client = await quickClient((method, _parameters, forward) => {
        if (method === "eth_getTransactionReceipt") receiptWanted();
        return forward();
      });
      return { approval: client.approve({ agreement, index: 0 }), waiting };
    };
    /** Mines blocks until something is over: ethers looks for a replacement at each new block. */
    const mineUntil = async <Result>(action: Promise<Result>): Promise<Result> => {
      let isOver = false;
      const end = () => {
        isOver = true;
      };
      action.then(end, end);
      while (!isOver) await context.networkHelpers.mine();
      return action;
    };

    it("does not mind when the wallet raises its fee", async () => {
      const agreement = await submitted();
      await withoutAutomine(async () => {
        const { approval, waiting } = await approving(agreement);
        await waiting;
        const raised = await context.signers.client.sendTransaction((await pending()).better);
        expect((await mineUntil(approval)).transaction.hash).to.equal(raised.hash);
      });
    });

    it("tells why the one with the raised fee reverted", async () => {
      const agreement = await submitted();
      const { freelancer } = context.signers;
      await withoutAutomine(async () => {
        const { approval, waiting } = await approving(agreement);
        const reverted = failure(TransactionRevertedError, approval);
        await waiting;
        const { better } = await pending();
        const refund = refundCall({ escrow: context.escrow.address, agreement, index: 0 });
        await freelancer.sendTransaction({
          ...refund,
          gasLimit: 300_000n,
          maxFeePerGas: 10n ** 13n,
          maxPriorityFeePerGas: 10n ** 13n,
        });
        const raised = await context.signers.client.sendTransaction(better);
        const error = await mineUntil(reverted);
        expect(error.transaction).to.equal(raised.hash);
        expect(error.cause).to.be.instanceOf(WrongStatusError);
      });
    });

    it("says that it is not mined yet, and which one it is", async () => {
      const agreement = await submitted();
      const sent: Hash[] = [];
      const escrow = await MicroEscrow.connect(context.signers.client, {
        miningPatience: 0.05,
        onSent: (transaction) => sent.push(transaction),
      });
      await withoutAutomine(async () => {
        const error = await failure(NotMinedError, escrow.approve({ agreement, index: 0 }));
        expect(error).to.include({ transaction: (await pending()).hash, patience: 0.05 });
        expect(sent).to.deep.equal([error.transaction]);
      });
      expect((await state(agreement)).status, "mined afterwards").to.equal(Status.Released);
    });

    it("tells when it was cancelled", async () => {
      const agreement = await submitted();
      await withoutAutomine(async () => {
        const { approval, waiting } = await approving(agreement);
        const cancelled = failure(TransactionReplacedError, approval);
        await waiting;
        const { hash, better } = await pending();
        const { client } = context.signers;
        const replacement = await client.sendTransaction({ ...better, to: client.address, data: "0x" });
        expect(await mineUntil(cancelled)).to.include({ transaction: hash, replacement: replacement.hash });
      });
      expect((await state(agreement)).status).to.equal(Status.Submitted);
    });
  });

  describe("with a limit of gas", () => {
    const relaying = async (maxGas: bigint, action: SignedAction) => {
      const sent: Hash[] = [];
      const limits = { maxGas, onSent: (transaction: Hash) => sent.push(transaction) };
      const relayed = context.as.stranger.withOptions(limits).relay(action);
      return { relayed: relayed.catch((error: unknown) => error), sent };
    };

    it("sends nothing that would use more, and never lets it use more", async () => {
      const agreement = await context.funded();
      const action = await context.as.freelancer.signSubmit({ agreement, index: 0, deliverable });
      const low = await relaying(1n, action);
      const error = await low.relayed;
      expect(error).to.be.instanceOf(GasTooHighError).and.to.include({ maximum: 1n });
      const { estimate } = error as GasTooHighError;
      const below = await relaying(estimate - 1n, action);
      expect(await below.relayed).to.include({ estimate, maximum: estimate - 1n });
      expect([low.sent, below.sent]).to.deep.equal([[], []]);
      expect((await state(agreement)).status).to.equal(Status.Funded);

      const enough = await relaying(estimate + 1n, action);
      expect(await enough.relayed).to.include({ submission: 1 });
      const { gasLimit } = (await context.ethers.provider.getTransaction(enough.sent[0] ?? "")) ?? expect.fail();
      expect(gasLimit).to.equal(estimate + 1n);
    });

    it("takes no more than a quarter beyond the estimate, where it may use more", async () => {
      const agreement = await context.funded();
      const action = await context.as.freelancer.signSubmit({ agreement, index: 0, deliverable });
      const { estimate } = (await (await relaying(1n, action)).relayed) as GasTooHighError;
      const { relayed, sent } = await relaying(10_000_000n, action);
      await relayed;
      const { gasLimit } = (await context.ethers.provider.getTransaction(sent[0] ?? "")) ?? expect.fail();
      expect(gasLimit).to.equal((estimate * 5n) / 4n);
    });

    it("refuses a limit that is none", async () => {
      const agreement = await context.funded();
      for (const maxGas of [0n, -1n, 500_000, "500000", null] as bigint[]) {
        const escrow = context.as.freelancer.withOptions({ maxGas });
        await failure(InvalidParameterError, escrow.submit({ agreement, index: 0, deliverable }));
      }
    });
  });

  it("signs nothing that is void already", async () => {
    const agreement = await context.funded();
    const { client, freelancer } = context.as;
    const deadline = await client.getTime();
    const late = { agreement, index: 0, deadline };
    for (const signing of [
      () => client.signClose(late),
      () => freelancer.signSubmit({ ...late, deliverable }),
      () => client.signSettle({ ...late, freelancerAmount: 1n }),
    ]) {
      expect(await failure(SignatureExpiredError, signing)).to.include({ deadline, time: deadline });
    }
    const fundBy = deadline;
    expect(await failure(FundingExpiredError, freelancer.sign(context.define({ fundBy })))).to.include({ fundBy });
  });

  it("refuses a wallet that has moved to another chain, and sends nothing there", async () => {
    const agreement = await context.funded();
    let chainId = 31_337;
    const requested: string[] = [];
    const provider = new BrowserProvider(
      {
        request: async ({ method, params = [] }) => {
          requested.push(method);
          if (method === "eth_chainId") return toQuantity(chainId);
          if (method === "eth_call" && chainId === 1) return "0x";
          return context.chain.provider.request({ method, params: params as unknown[] });
        },
      },
      "any",
    );
    const escrow = await MicroEscrow.connect(await provider.getSigner(context.signers.freelancer.address));
    chainId = 1;
    requested.length = 0;
    const error = await failure(WrongChainError, escrow.submit({ agreement, index: 0, deliverable }));
    expect(error).to.include({ actual: 1, expected: 31_337 });
    expect(requested).not.to.include("eth_sendTransaction");
  });

  it("reads a token's decimals from the token", async () => {
    const { tokenAddress, escrow, ethers } = context;
    expect(await escrow.getToken(tokenAddress.toLowerCase())).to.deep.equal({
      address: tokenAddress,
      decimals: 6,
      symbol: "PLAIN",
    });
    await failure(InvalidAddressError, escrow.getToken(escrow.address));
    await failure(TokenWithoutCodeError, escrow.getToken(context.signers.client.address));
    const cents = await ethers.deployContract("PlainToken", [2]);
    await cents.waitForDeployment();
    expect((await escrow.getToken(await cents.getAddress())).decimals).to.equal(2);
  });

  it("refuses a signer on another chain when it acts", async () => {
    const elsewhere = await createChain({ chainId: 1 });
    const [foreign] = await elsewhere.ethers.getSigners();
    if (foreign === undefined) expect.fail("no signer");
    const error = await failure(WrongChainError, context.escrow.connect(foreign).sign(context.define()));
    expect(error).to.include({ actual: 1, expected: 31_337 });
  });

  it("acts on its own contract and chain, whatever else is among the parameters", async () => {
    const { funded, as, tokenAddress } = await setUp();
    const agreement = await funded();
    const elsewhere = { escrow: tokenAddress, chainId: 1 };
    const { submission } = await as.freelancer.submit({ agreement, index: 0, deliverable, ...elsewhere });
    expect(submission).to.equal(1);
    const signed = await as.client.signApprove({ agreement, index: 0, ...elsewhere });
    await as.stranger.relay(signed);
    await as.client.fund({ agreement, indices: [1], ...elsewhere });
    await as.client.accept({ agreement, ...elsewhere });
    expect((await as.client.getAgreementState(agreement)).milestones.map(({ status }) => status)).to.deep.equal([
      Status.Released,
      Status.Funded,
      Status.None,
    ]);
  });

  describe("given junk, every method fails with an error of the SDK's, and sends nothing:", () => {
    const junk = [undefined, null, "", -1, 1.5, {}, [], "0x12", Number.NaN];
    const methods = Object.entries(Object.getOwnPropertyDescriptors(MicroEscrow.prototype)).flatMap(
      ([name, { value }]) => (typeof value === "function" && name !== "constructor" ? [name] : []),
    );

    it("there are methods", () => {
      expect(methods).to.include.members(["connect", "fund", "signSettle", "relay", "getAgreement", "watch"]);
    });

    for (const name of methods) {
      it(name, async () => {
        // There are more methods than the client has money for.
        await mined(context.token.getFunction("mint")(context.signers.client.address, 100n * UNIT));
        const agreement = await context.funded();
        const first = {
          agreement,
          index: 0,
          submission: 0,
          freelancerAmount: 1n,
          reasoning,
          report: reasoning,
          reason,
        };
        const before = await context.ethers.provider.getBlockNumber();
        const given: unknown[][] = [[], ...junk.map((other) => [other]), [agreement, undefined, null]];
        for (const other of junk) {
          given.push([{ ...first, agreement: other }]);
          // These two are about the whole agreement.
          if (name !== "accept" && name !== "close") given.push([{ ...first, index: other }]);
          given.push([{ ...first, indices: [0], agreement: { ...agreement, terms: other } }]);
        }
        for (const escrow of Object.values(context.as)) {
          const method = Reflect.get(escrow, name) as (...parameters: unknown[]) => unknown;
          for (const parameters of given) {
            try {
              const result = await method.apply(escrow, parameters);
              if (name === "watch") (result as { stop(): void }).stop();
            } catch (error) {
              if (error instanceof MicroEscrowError) continue;
              expect.fail(`${name}(${parameters.map(String)}): ${error instanceof Error ? error.stack : error}`);
            }
          }
        }
        expect(await context.ethers.provider.getBlockNumber()).to.equal(before);
      });
    }
  });
});
