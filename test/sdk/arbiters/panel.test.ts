/** A panel through the SDK, against the real contracts: its address, its terms, votes, the ruling, the fees. */
import {
  type Agreement,
  eventsOf,
  hashText,
  InvalidParameterError,
  NoCodeError,
  Status,
  UnauthorizedError,
  WrongContractError,
} from "@micro-escrow/sdk";
import {
  ArbiterRefusedError,
  deployPanelArbiter,
  getClaimableFee,
  getHearing,
  getPanel,
  getVoting,
  type PanelTerms,
  panelArbiterAddress,
  panelArbiterInterface,
  panelRuleCall,
  type SignedVote,
  sendToArbiter,
  signVote,
  voteCall,
  withdrawFeeCall,
} from "@micro-escrow/sdk/arbiters";
import { expect } from "chai";
import { type Context, DAY, deliverable, evidence, failure, setUp, UNIT } from "../chain.ts";

const because = (member: number) => hashText(`What member ${member} thinks`);

describe("A panel", () => {
  let context: Context;
  let terms: PanelTerms;
  let panel: string;
  let members: Context["signers"][keyof Context["signers"]][];

  beforeEach(async () => {
    context = await setUp();
    const { arbiter, verifier, stranger, platform, deployer } = context.signers;
    members = [arbiter, verifier, stranger];
    terms = {
      escrow: context.escrow.address,
      minArbitrationPeriod: 14 * DAY,
      minArbiterFeeBps: 300,
      members: members.map(({ address }) => address),
      substitutes: [platform.address],
      quorum: 2,
      substituteBps: 5_000,
      closeBps: 8_000,
    };
    panel = (await deployPanelArbiter({ signer: deployer, ...terms })).address;
  });

  /** Milestone 0, 100 units, in dispute before the panel. */
  async function disputed(): Promise<Agreement> {
    const { funded, as } = context;
    const agreement = await funded([0], { arbiter: panel, gate: panel });
    await as.freelancer.submit({ agreement, index: 0, deliverable });
    await as.client.dispute({ agreement, index: 0, submission: 1, evidence });
    return agreement;
  }

  const vote = (agreement: Agreement, member: number, shareBps: number): Promise<SignedVote> => {
    const signer = members[member] ?? context.signers.platform;
    return signVote(context.escrow.connection, signer, {
      panel,
      agreement,
      index: 0,
      shareBps,
      reasoning: because(member),
    });
  };

  const sendVotes = (agreement: Agreement, votes: readonly SignedVote[]) =>
    sendToArbiter(
      context.escrow.connection,
      context.signers.client,
      panelArbiterInterface,
      voteCall({ panel, agreement, index: 0, votes }),
    );

  it("stands where its terms say, and is deployed once", async () => {
    expect(panelArbiterAddress(terms)).to.equal(panel);
    const again = await deployPanelArbiter({ signer: context.signers.client, ...terms });
    expect(again).to.deep.equal({ chainId: 31_337, address: panel, transaction: undefined });
    expect(panelArbiterAddress({ ...terms, quorum: 3 })).not.to.equal(panel);
    expect(panelArbiterAddress({ ...terms, members: [...terms.members].reverse() })).not.to.equal(panel);
  });

  it("has its terms read and proven", async () => {
    expect(await getPanel(context.escrow.connection, panel)).to.deep.equal(terms);
    const { token, escrow, signers } = context;
    await failure(WrongContractError, getPanel(escrow.connection, await token.getAddress()));
    await failure(WrongContractError, getPanel(escrow.connection, escrow.address));
    await failure(NoCodeError, getPanel(escrow.connection, signers.client.address));
  });

  it("is not the same with a quorum, members or parts that cannot be", async () => {
    const { deployer } = context.signers;
    for (const wrong of [
      { quorum: 0 },
      { quorum: 4 },
      { members: [] },
      { members: [deployer.address, deployer.address] },
      { substitutes: [terms.members[0] ?? ""] },
      { substituteBps: 8_000 },
      { closeBps: 10_000 },
      { minArbiterFeeBps: 10_001 },
      { minArbitrationPeriod: 2 ** 32 },
    ]) {
      await failure(InvalidParameterError, () => panelArbiterAddress({ ...terms, ...wrong }));
    }
  });

  it("rules by the median of the votes, and pays those who voted", async () => {
    const { escrow, as, signers, tokenAddress, balance } = context;
    const agreement = await disputed();
    const hearing = await getHearing(escrow.connection, { arbiter: panel, agreement, index: 0 });
    const { clock } = await escrow.getMilestone({ agreement, index: 0 });
    expect(hearing).to.deep.equal({ start: clock - 14 * DAY, end: clock });

    const { blockNumber } = await sendVotes(agreement, [
      await vote(agreement, 0, 9_000),
      await vote(agreement, 1, 2_000),
    ]);
    expect(blockNumber).to.be.greaterThan(0);
    expect(await getVoting(escrow.connection, { panel, agreement, index: 0 })).to.deep.equal({
      votes: [
        { member: signers.arbiter.address, shareBps: 9_000, reasoning: because(0) },
        { member: signers.verifier.address, shareBps: 2_000, reasoning: because(1) },
      ],
      hearing,
      substitutesFrom: clock - 7 * DAY,
      close: clock - 14 * DAY + (14 * DAY * 8) / 10,
    });

    await sendVotes(agreement, [await vote(agreement, 2, 5_000)]);
    // 100 units: 3 for the panel, 97 to divide, half of it to the freelancer, less 2% for the platform.
    expect(await balance(signers.freelancer)).to.equal((48_500_000n * 98n) / 100n);
    expect((await escrow.getMilestone({ agreement, index: 0 })).status).to.equal(Status.Resolved);
    const timeline = eventsOf(await as.stranger.getTimeline(agreement));
    expect(timeline.at(-1)).to.deep.include({
      type: "MilestoneConcluded",
      reasoning: because(2),
      arbiterFee: 3n * UNIT,
    });
    expect((await getVoting(escrow.connection, { panel, agreement, index: 0 })).hearing).to.equal(undefined);

    for (const member of members) {
      const fee = { arbiter: panel, token: tokenAddress, account: member.address };
      expect(await getClaimableFee(escrow.connection, fee)).to.equal(UNIT);
      await sendToArbiter(escrow.connection, signers.client, panelArbiterInterface, withdrawFeeCall(fee));
      expect(await balance(member)).to.equal(UNIT);
      expect(await getClaimableFee(escrow.connection, fee)).to.equal(0n);
    }
  });

  it("rules at the close with a quorum", async () => {
    const { escrow, networkHelpers, signers, balance } = context;
    const agreement = await disputed();
    await sendVotes(agreement, [await vote(agreement, 0, 10_000), await vote(agreement, 1, 5_000)]);
    const rule = () =>
      sendToArbiter(
        escrow.connection,
        signers.stranger,
        panelArbiterInterface,
        panelRuleCall({ panel, agreement, index: 0 }),
      );
    const { close = 0 } = await getVoting(escrow.connection, { panel, agreement, index: 0 });
    const early = await failure(ArbiterRefusedError, rule());
    expect(early).to.deep.include({ arbiter: panel, reason: "NotDecided" });
    expect(early.values).to.deep.include({ votes: 2n, quorum: 2n, close: BigInt(close) });
    await networkHelpers.time.setNextBlockTimestamp(close);
    await networkHelpers.mine();
    await rule();
    expect(await balance(signers.freelancer)).to.equal((72_750_000n * 98n) / 100n);
  });

  it("takes a substitute's vote in its time alone", async () => {
    const { escrow, networkHelpers } = context;
    const agreement = await disputed();
    const substitute = await vote(agreement, 3, 1_000);
    const { substitutesFrom = 0 } = await getVoting(escrow.connection, { panel, agreement, index: 0 });
    const early = await failure(ArbiterRefusedError, sendVotes(agreement, [substitute]));
    expect(early.reason).to.equal("SubstituteTooEarly");
    await networkHelpers.time.increaseTo(substitutesFrom);
    await sendVotes(agreement, [substitute]);
    const { votes } = await getVoting(escrow.connection, { panel, agreement, index: 0 });
    expect(votes.map(({ member }) => member)).to.deep.equal([context.signers.platform.address]);
  });

  it("refuses what is not its member's, with an error that says so", async () => {
    const agreement = await disputed();
    const { client } = context.signers;
    const other = await signVote(context.escrow.connection, client, {
      ...{ panel, agreement, index: 0, shareBps: 0, reasoning: because(0) },
    });
    const refusal = await failure(ArbiterRefusedError, sendVotes(agreement, [other]));
    expect(refusal.message).to.equal(
      `The arbiter at ${panel} refused (NotOnPanel, account ${client.address}): the account is neither a member of the panel nor a substitute.`,
    );
    const unsigned = { ...(await vote(agreement, 0, 1)), signature: "0x" as const };
    const { caller, expected } = await failure(UnauthorizedError, sendVotes(agreement, [unsigned]));
    expect({ caller, expected }).to.deep.equal({ caller: client.address, expected: members[0]?.address });
  });

  it("hears nothing that is not disputed", async () => {
    const { escrow, funded } = context;
    const agreement = await funded([0], { arbiter: panel, gate: panel });
    expect(await getHearing(escrow.connection, { arbiter: panel, agreement, index: 0 })).to.equal(undefined);
    const refusal = await failure(ArbiterRefusedError, sendVotes(agreement, [await vote(agreement, 0, 1)]));
    expect(refusal.reason).to.equal("NotHeard");
    const another = await funded([0], {
      scope: { title: "Another", milestones: ["A", "B", "C"] },
    });
    expect(await getHearing(escrow.connection, { arbiter: panel, agreement: another, index: 0 })).to.equal(undefined);
  });
});
