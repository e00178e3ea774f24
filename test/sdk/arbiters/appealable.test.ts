/** The appealable arbiter through the SDK, against the real contracts: its terms, proposals, appeals, decisions, deposits. */
import {
  type Agreement,
  GateRefusedError,
  type Hash,
  hashText,
  InvalidAddressError,
  InvalidHashError,
  InvalidParameterError,
  InvalidSignatureError,
  InvalidTimeError,
  MilestoneOutOfRangeError,
  NoCodeError,
  NotAPartyError,
  Status,
  verifySignature,
  WrongContractError,
} from "@micro-escrow/sdk";
import {
  type AppealableTerms,
  ArbiterRefusedError,
  appealableArbiterAddress,
  appealableArbiterInterface,
  appealableArbitrationPeriod,
  appealCall,
  appealStatus,
  appealTypedData,
  decideCall,
  declineCall,
  declineTypedData,
  deployAppealableArbiter,
  deployPanelArbiter,
  executeProposalCall,
  getAppealable,
  getAppealCase,
  getClaimableFee,
  getHearing,
  panelArbiterInterface,
  proposalTypedData,
  proposeCall,
  returnDepositCall,
  sendToArbiter,
  signAppeal,
  signDecline,
  signProposal,
  signVote,
  voteCall,
  withdrawFeeCall,
} from "@micro-escrow/sdk/arbiters";
import { expect } from "chai";
import type { Signer } from "ethers";
import { type Context, DAY, deliverable, evidence, failure, setUp, UNIT } from "../chain.ts";
import { mined } from "../evm.ts";

const why = hashText("Six of ten articles are there");
const because = hashText("Eight of ten are there");
const zero = `0x${"0".repeat(64)}`;

describe("An appealable arbiter", () => {
  let context: Context;
  let terms: AppealableTerms;
  let arbiter: string;

  beforeEach(async () => {
    context = await setUp();
    const { arbiter: first, verifier: second, deployer } = context.signers;
    terms = {
      escrow: context.escrow.address,
      minArbiterFeeBps: 300,
      firstInstance: first.address,
      secondInstance: second.address,
      proposalPeriod: 2 * DAY,
      appealPeriod: 3 * DAY,
      decisionPeriod: 5 * DAY,
      appealFeeBps: 500,
    };
    arbiter = (await deployAppealableArbiter({ signer: deployer, ...terms })).address;
  });

  /** Milestone 0, 100 units, in dispute before the arbiter. */
  async function disputed(): Promise<Agreement> {
    const { funded, as } = context;
    const agreement = await funded([0], { arbiter, gate: arbiter });
    await as.freelancer.submit({ agreement, index: 0, deliverable });
    await as.client.dispute({ agreement, index: 0, submission: 1, evidence });
    return agreement;
  }

  const sendAs = (signer: Signer, call: Parameters<typeof sendToArbiter>[3]) =>
    sendToArbiter(context.escrow.connection, signer, appealableArbiterInterface, call);

  const found = (agreement: Agreement) => getAppealCase(context.escrow.connection, { agreement, index: 0 });

  const later = (seconds: number) => context.networkHelpers.time.increase(seconds);

  /** The first instance proposes 60%. */
  const propose = (agreement: Agreement) =>
    sendAs(context.signers.arbiter, proposeCall({ agreement, index: 0, shareBps: 6_000, reasoning: why }));

  /** A party appeals, and pays the deposit of 5 units. */
  async function appeal(agreement: Agreement, party: "client" | "freelancer") {
    const { token, signers } = context;
    const signer = signers[party];
    await mined(token.getFunction("mint")(signer.address, 5n * UNIT));
    await mined(token.connect(signer).getFunction("approve")(arbiter, 5n * UNIT));
    await sendAs(signer, appealCall({ agreement, index: 0, party: signer.address }));
  }

  const claimable = (account: { readonly address: string }) =>
    getClaimableFee(context.escrow.connection, { arbiter, token: context.tokenAddress, account: account.address });

  it("stands where its terms say, and is deployed once", async () => {
    expect(appealableArbiterAddress(terms)).to.equal(arbiter);
    const again = await deployAppealableArbiter({ signer: context.signers.client, ...terms });
    expect(again).to.deep.equal({ chainId: 31_337, address: arbiter, transaction: undefined });
    expect(appealableArbiterAddress({ ...terms, appealFeeBps: 501 })).not.to.equal(arbiter);
    const swapped = { firstInstance: terms.secondInstance, secondInstance: terms.firstInstance };
    expect(appealableArbiterAddress({ ...terms, ...swapped })).not.to.equal(arbiter);
  });

  it("has its terms read and proven", async () => {
    const { escrow, token, signers } = context;
    expect(await getAppealable(escrow.connection, arbiter)).to.deep.equal(terms);
    await failure(WrongContractError, getAppealable(escrow.connection, await token.getAddress()));
    await failure(NoCodeError, getAppealable(escrow.connection, signers.client.address));
  });

  it("is not with terms that cannot be", async () => {
    for (const wrong of [
      { minArbiterFeeBps: 10_001 },
      { appealFeeBps: 10_001 },
      { appealFeeBps: 0.5 },
      { secondInstance: terms.firstInstance },
      { proposalPeriod: -1 },
      { appealPeriod: 2 ** 32 },
      { decisionPeriod: 2 ** 32 - 1 - 6 * DAY + 1 },
    ]) {
      await failure(InvalidParameterError, () => appealableArbiterAddress({ ...terms, ...wrong }));
    }
    await failure(InvalidAddressError, () => appealableArbiterAddress({ ...terms, firstInstance: "0x1" }));
  });

  it("asks as a gate for its periods and a day", async () => {
    expect(appealableArbitrationPeriod(terms)).to.equal(11 * DAY);
    await context.funded([0], { arbiter, gate: arbiter, arbitration: "11 days" });
    const short = context.funded([0], { arbiter, gate: arbiter, arbitration: "10 days" });
    await failure(GateRefusedError, short);
  });

  it("makes a proposal that nobody appeals the ruling", async () => {
    const { signers, balance, escrow } = context;
    const agreement = await disputed();
    const { clock } = await escrow.getMilestone({ agreement, index: 0 });
    const disputedAt = clock - 14 * DAY;
    expect(await found(agreement)).to.deep.equal({
      ...{ stage: "none", since: 0, shareBps: 0, reasoning: zero, deposit: 0n, appellant: undefined },
      ...{ turn: "propose", until: disputedAt + 2 * DAY, next: "decide", appealCost: 5n * UNIT },
    });
    const { blockNumber } = await propose(agreement);
    const proposedAt = (await context.ethers.provider.getBlock(blockNumber))?.timestamp ?? 0;
    expect(await found(agreement)).to.deep.equal({
      ...{ stage: "proposed", since: proposedAt, shareBps: 6_000, reasoning: why, deposit: 0n, appellant: undefined },
      ...{ turn: "appeal", until: proposedAt + 3 * DAY, next: "execute", appealCost: 5n * UNIT },
    });
    const early = await failure(
      ArbiterRefusedError,
      sendAs(signers.stranger, executeProposalCall({ agreement, index: 0 })),
    );
    expect(early.reason).to.equal("NotExecutableYet");
    expect(early.values.start).to.equal(BigInt(proposedAt + 3 * DAY));
    await later(3 * DAY);
    expect(await found(agreement)).to.deep.include({ turn: "execute", until: clock, next: "finalize" });
    await sendAs(signers.stranger, executeProposalCall({ agreement, index: 0 }));
    // 100 units: 3 for the first instance, 97 to divide, 60% of it to the freelancer, less 2% for the platform.
    expect(await balance(signers.freelancer)).to.equal((58_200_000n * 98n) / 100n);
    expect((await escrow.getMilestone({ agreement, index: 0 })).status).to.equal(Status.Resolved);
    expect(await found(agreement)).to.deep.include({ stage: "none", turn: "over", until: undefined, appealCost: 0n });
    expect(await claimable(signers.arbiter)).to.equal(3n * UNIT);
    const fee = { arbiter, token: context.tokenAddress, account: signers.arbiter.address };
    await sendAs(signers.stranger, withdrawFeeCall(fee));
    expect(await balance(signers.arbiter)).to.equal(3n * UNIT);
  });

  it("takes an appeal to a person, and the loser pays it", async () => {
    const { signers, balance } = context;
    const agreement = await disputed();
    await propose(agreement);
    await appeal(agreement, "freelancer");
    const { since, ...rest } = await found(agreement);
    expect(rest).to.deep.equal({
      ...{ stage: "appealed", shareBps: 6_000, reasoning: why, deposit: 5n * UNIT },
      ...{ appellant: signers.freelancer.address, turn: "decide", until: since + 5 * DAY, next: "execute" },
      appealCost: 5n * UNIT,
    });
    expect(await getHearing(context.escrow.connection, { arbiter: signers.verifier.address, agreement, index: 0 }))
      .to //
      .deep.equal({ start: since, end: since + 5 * DAY });
    const decision = { agreement, index: 0, shareBps: 8_000, reasoning: because };
    const paid = [signers.verifier.address];
    await sendAs(signers.verifier, decideCall({ ...decision, paid }));
    // 97 to divide: 80% and the deposit of 5 to the freelancer, less 2% for the platform.
    expect(await balance(signers.freelancer)).to.equal((82_600_000n * 98n) / 100n);
    expect(await claimable(signers.verifier)).to.equal(5n * UNIT);
    expect(await claimable(signers.arbiter)).to.equal(3n * UNIT);
  });

  it("takes an appeal to a panel", async () => {
    const { signers, escrow, balance } = context;
    const members = [signers.verifier, signers.stranger, signers.platform];
    const panelTerms = { escrow: escrow.address, minArbitrationPeriod: 0, minArbiterFeeBps: 0, quorum: 2 };
    const accounts = members.map(({ address }) => address);
    const panel = (await deployPanelArbiter({ signer: signers.deployer, ...panelTerms, members: accounts })).address;
    arbiter = (await deployAppealableArbiter({ signer: signers.deployer, ...terms, secondInstance: panel })).address;
    const agreement = await disputed();
    await propose(agreement);
    await appeal(agreement, "client");
    const award = { panel, agreement, index: 0, shareBps: 1_000, reasoning: because };
    const votes = await Promise.all(members.slice(0, 2).map((member) => signVote(escrow.connection, member, award)));
    const call = voteCall({ panel, agreement, index: 0, votes });
    await sendToArbiter(escrow.connection, signers.deployer, panelArbiterInterface, call);
    // 97 to divide: 10% less the deposit of 5 to the freelancer, less 2% for the platform.
    expect(await balance(signers.freelancer)).to.equal((4_700_000n * 98n) / 100n);
    expect(await claimable(signers.verifier)).to.equal(2_500_000n);
    expect(await claimable(signers.stranger)).to.equal(2_500_000n);
  });

  it("returns the deposit when the milestone ends without a ruling", async () => {
    const { signers, as } = context;
    const agreement = await disputed();
    await propose(agreement);
    await appeal(agreement, "freelancer");
    const tooEarly = await failure(
      ArbiterRefusedError,
      sendAs(signers.stranger, returnDepositCall({ agreement, index: 0 })),
    );
    expect(tooEarly.reason).to.equal("StillDisputed");
    await as.client.approve({ agreement, index: 0 });
    expect(await found(agreement)).to.deep.include({ turn: "returnDeposit", deposit: 5n * UNIT, until: undefined });
    await sendAs(signers.stranger, returnDepositCall({ agreement, index: 0 }));
    expect(await claimable(signers.freelancer)).to.equal(5n * UNIT);
    expect(await found(agreement)).to.deep.include({ turn: "over", deposit: 0n });
  });

  it("takes what was signed, whoever sends it", async () => {
    const { signers, escrow, token, tokenAddress } = context;
    const agreement = await disputed();
    const deadline = (await escrow.getTime()) + 3_600;
    const proposal = { agreement, index: 0, shareBps: 6_000, reasoning: why };
    const authorization = await signProposal(escrow.connection, signers.arbiter, { ...proposal, deadline });
    expect(authorization.deadline).to.equal(deadline);
    const changed = proposeCall({ ...proposal, shareBps: 6_001, authorization });
    await failure(InvalidSignatureError, sendAs(signers.stranger, changed));
    await sendAs(signers.stranger, proposeCall({ ...proposal, authorization }));

    const signed = await signAppeal(escrow.connection, signers.freelancer, {
      ...{ agreement, index: 0, shareBps: 6_000, deadline },
    });
    await mined(token.getFunction("mint")(signers.stranger.address, 5n * UNIT));
    await mined(token.connect(signers.stranger).getFunction("approve")(arbiter, 5n * UNIT));
    const party = signers.freelancer.address;
    await sendAs(signers.stranger, appealCall({ agreement, index: 0, party, authorization: signed }));
    expect(await found(agreement)).to.deep.include({ stage: "appealed", appellant: party });
    expect(await token.getFunction("balanceOf")(signers.stranger.address)).to.equal(0n);
    expect(tokenAddress).to.equal(agreement.terms.token);
  });

  it("takes a signed decline, and leaves the case to the second instance", async () => {
    const { signers, escrow } = context;
    const agreement = await disputed();
    const deadline = (await escrow.getTime()) + 3_600;
    const decline = { agreement, index: 0, reasoning: why };
    const authorization = await signDecline(escrow.connection, signers.arbiter, { ...decline, deadline });
    await sendAs(signers.stranger, declineCall({ ...decline, authorization }));
    const { since, until, ...rest } = await found(agreement);
    expect(rest).to.deep.include({ stage: "declined", turn: "decide", next: "wait", reasoning: zero });
    expect(until).to.equal(since + 5 * DAY);
    await later(5 * DAY);
    expect(await found(agreement)).to.deep.include({ turn: "wait", next: "finalize" });
    await later(9 * DAY);
    expect(await found(agreement)).to.deep.include({ turn: "finalize", until: undefined, next: undefined });
  });

  it("tells of the typed data what the contract checks", async () => {
    const { signers, escrow } = context;
    const agreement = await disputed();
    const { provider, chainId } = escrow.connection;
    const deadline = (await escrow.getTime()) + 3_600;
    const where = { agreement, index: 0, chainId, deadline };
    const domain = { name: "AppealableArbiter", version: "1", chainId, verifyingContract: arbiter };
    const message = { agreement: agreement.id, milestone: 0, deadline };
    const proposal = proposalTypedData({ ...where, shareBps: 6_000, reasoning: why });
    expect(proposal.domain).to.deep.equal(domain);
    expect(proposal.message).to.deep.equal({ ...message, shareBps: 6_000, reasoning: why });
    expect(declineTypedData({ ...where, reasoning: why }).message).to.deep.equal({ ...message, reasoning: why });
    const appealData = appealTypedData({ ...where, shareBps: 6_000 });
    expect(appealData.message).to.deep.equal({ ...message, shareBps: 6_000 });
    const other = appealTypedData({ ...where, shareBps: 6_000, arbiter: signers.client.address });
    expect(other.domain).to.deep.equal({ ...domain, verifyingContract: signers.client.address });
    const appealing = { agreement, index: 0, shareBps: 6_000, deadline };
    const { signature } = await signAppeal(escrow.connection, signers.client, appealing);
    const signer = agreement.terms.client;
    expect(await verifySignature(provider, { signer, typedData: appealData, signature })).to.equal(true);
    await failure(InvalidTimeError, () => appealTypedData({ ...where, shareBps: 1, deadline: 1.5 }));
    await failure(InvalidParameterError, () => appealTypedData({ ...where, shareBps: 10_001 }));
    await failure(InvalidParameterError, () => appealTypedData({ ...where, shareBps: 1, chainId: 0.5 }));
    await failure(InvalidHashError, () => declineTypedData({ ...where, reasoning: "0x12" as Hash }));
  });

  it("refuses in the builders what is not possible at all", async () => {
    const agreement = await disputed();
    const proposal = { agreement, index: 0, shareBps: 6_000, reasoning: why };
    await failure(MilestoneOutOfRangeError, () => proposeCall({ ...proposal, index: 3 }));
    await failure(InvalidParameterError, () => proposeCall({ ...proposal, shareBps: 10_001 }));
    await failure(InvalidHashError, () => declineCall({ agreement, index: 0, reasoning: "0x" as Hash }));
    await failure(InvalidAddressError, () => appealCall({ agreement, index: 0, party: "nobody" }));
    await failure(InvalidParameterError, () => decideCall({ ...proposal, paid: [] }));
    await failure(InvalidAddressError, () => executeProposalCall({ agreement, index: 0, arbiter: "0x" }));
    await failure(MilestoneOutOfRangeError, () => returnDepositCall({ agreement, index: -1 }));
  });

  it("tells why it refuses", async () => {
    const { signers } = context;
    const agreement = await disputed();
    const { stranger } = signers;
    const party = stranger.address;
    await failure(NotAPartyError, sendAs(stranger, appealCall({ agreement, index: 0, party })));
    const appealing = appealCall({ agreement, index: 0, party: signers.client.address });
    const refused = await failure(ArbiterRefusedError, sendAs(signers.client, appealing));
    expect(refused.reason).to.equal("WrongStage");
    expect(refused.values).to.deep.equal({ actual: 0n, expected: 1n });
    expect(refused.arbiter).to.equal(arbiter);
    expect(refused.message).to.equal(
      `The arbiter at ${arbiter} refused (WrongStage, actual 0, expected 1): the case is at another stage than this needs; look where it stands.`,
    );
  });
});

describe("Where an appealable case stands", () => {
  const terms = { proposalPeriod: 20, appealPeriod: 30, decisionPeriod: 50 };
  const at = (stage: "none" | "proposed" | "declined" | "appealed", since: number, now: number, clock = 1_000) =>
    appealStatus({ terms, record: { stage, since }, isDisputed: true, disputedAt: 100, clock, now });
  const turn = (...parameters: Parameters<typeof at>) => {
    const { turn, until, next } = at(...parameters);
    return [turn, until, next];
  };

  it("is the turn of one at a time, until exactly its end", () => {
    expect(turn("none", 0, 119)).to.deep.equal(["propose", 120, "decide"]);
    expect(turn("none", 0, 120)).to.deep.equal(["decide", 170, "wait"]);
    expect(turn("none", 0, 170)).to.deep.equal(["wait", 1_000, "finalize"]);
    expect(turn("proposed", 110, 139)).to.deep.equal(["appeal", 140, "execute"]);
    expect(turn("proposed", 110, 140)).to.deep.equal(["execute", 1_000, "finalize"]);
    expect(turn("declined", 110, 159)).to.deep.equal(["decide", 160, "wait"]);
    expect(turn("declined", 110, 160)).to.deep.equal(["wait", 1_000, "finalize"]);
    expect(turn("appealed", 130, 179)).to.deep.equal(["decide", 180, "execute"]);
    expect(turn("appealed", 130, 180)).to.deep.equal(["execute", 1_000, "finalize"]);
    expect(turn("appealed", 130, 1_000)).to.deep.equal(["finalize", undefined, undefined]);
  });

  it("ends at the clock, where that comes first", () => {
    expect(turn("none", 0, 114, 115)).to.deep.equal(["propose", 115, "finalize"]);
    expect(turn("none", 0, 120, 125)).to.deep.equal(["decide", 125, "finalize"]);
    expect(turn("proposed", 110, 111, 140)).to.deep.equal(["appeal", 140, "finalize"]);
    expect(turn("appealed", 130, 150, 151)).to.deep.equal(["decide", 151, "finalize"]);
    expect(turn("none", 0, 115, 115)).to.deep.equal(["finalize", undefined, undefined]);
  });
});
