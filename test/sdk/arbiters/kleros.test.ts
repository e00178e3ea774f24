/** The Kleros arbiter through the SDK, with ERC-792's own example of a court with appeals. */
import {
  type Agreement,
  InvalidAddressError,
  InvalidAmountError,
  InvalidHashError,
  InvalidParameterError,
  MilestoneOutOfRangeError,
  NoCodeError,
  Status,
  WrongContractError,
} from "@micro-escrow/sdk";
import {
  ArbiterRefusedError,
  appealRulingCall,
  courtEvidenceCall,
  deployKlerosArbiter,
  executeRulingCall,
  getClaimableFee,
  getCourtAppealCost,
  getCourtCase,
  getKleros,
  getOpeningCost,
  type KlerosTerms,
  klerosArbiterAddress,
  klerosArbiterInterface,
  openCaseCall,
  type PayingCall,
  sendToArbiter,
} from "@micro-escrow/sdk/arbiters";
import { expect } from "chai";
import type { Signer } from "ethers";
import { type Context, DAY, deliverable, evidence, failure, setUp, UNIT } from "../chain.ts";
import { mined } from "../evm.ts";

const COST = 10n ** 15n;

describe("A Kleros arbiter", () => {
  let context: Context;
  let terms: KlerosTerms;
  let arbiter: string;
  let court: Awaited<ReturnType<Context["ethers"]["deployContract"]>>;

  beforeEach(async () => {
    context = await setUp();
    court = await context.ethers.deployContract("CentralizedArbitratorWithAppeal");
    terms = {
      escrow: context.escrow.address,
      minArbitrationPeriod: 10 * DAY,
      minArbiterFeeBps: 300,
      court: await court.getAddress(),
      extraData: "0x0102",
      metaEvidence: "/ipfs/meta-evidence.json",
      shares: [10_000, 0, 4_000],
    };
    arbiter = (await deployKlerosArbiter({ signer: context.signers.deployer, ...terms })).address;
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
    sendToArbiter(context.escrow.connection, signer, klerosArbiterInterface, call);

  const found = (agreement: Agreement) => getCourtCase(context.escrow.connection, { agreement, index: 0 });

  const open = (agreement: Agreement, payment = COST) =>
    sendAs(context.signers.client, openCaseCall({ agreement, index: 0, payment }));

  const rule = (ruling: number) => mined(court.getFunction("giveRuling")(0, ruling));

  async function conclude() {
    await context.networkHelpers.time.increase(181);
    await mined(court.getFunction("executeRuling")(0));
  }

  it("stands where its terms say, and is deployed once", async () => {
    expect(klerosArbiterAddress(terms)).to.equal(arbiter);
    const again = await deployKlerosArbiter({ signer: context.signers.client, ...terms });
    expect(again).to.deep.equal({ chainId: 31_337, address: arbiter, transaction: undefined });
    expect(klerosArbiterAddress({ ...terms, shares: [0, 10_000, 4_000] })).not.to.equal(arbiter);
    expect(klerosArbiterAddress({ ...terms, metaEvidence: "/ipfs/other.json" })).not.to.equal(arbiter);
  });

  it("has its terms read and proven", async () => {
    const { escrow, token, signers } = context;
    expect(await getKleros(escrow.connection, arbiter)).to.deep.equal(terms);
    await failure(WrongContractError, getKleros(escrow.connection, await token.getAddress()));
    await failure(NoCodeError, getKleros(escrow.connection, signers.client.address));
  });

  it("is not with terms that cannot be", async () => {
    for (const wrong of [
      { minArbitrationPeriod: 2 ** 32 },
      { minArbiterFeeBps: 10_001 },
      { shares: [] },
      { shares: [10_001] },
      { shares: "all" as unknown as number[] },
      { metaEvidence: 1 as unknown as string },
    ]) {
      await failure(InvalidParameterError, () => klerosArbiterAddress({ ...terms, ...wrong }));
    }
    await failure(InvalidHashError, () => klerosArbiterAddress({ ...terms, extraData: "0x1" }));
    await failure(InvalidAddressError, () => klerosArbiterAddress({ ...terms, court: "0x1" }));
  });

  it("carries out what the court ruled, and reimburses who opened the case", async () => {
    const { escrow, signers, balance, tokenAddress } = context;
    const agreement = await disputed();
    expect(await found(agreement)).to.equal(undefined);
    const payment = await getOpeningCost(escrow.connection, arbiter);
    expect(payment).to.equal(COST);
    await open(agreement, 3n * payment); // the change comes back
    expect(await context.ethers.provider.getBalance(arbiter)).to.equal(0n);
    expect(await context.ethers.provider.getBalance(terms.court)).to.equal(COST);
    const opened = { disputeId: 0n, opener: signers.client.address };
    expect(await found(agreement)).to.deep.equal({
      ...opened,
      ...{ stage: "open", status: "waiting", ruling: 0n, shareBps: 5_000, appealPeriod: undefined },
    });

    await rule(3);
    const { timestamp } = (await context.ethers.provider.getBlock("latest")) ?? { timestamp: 0 };
    const appealPeriod = { start: timestamp, end: timestamp + 180 };
    expect(await found(agreement)).to.deep.equal({
      ...opened,
      ...{ stage: "open", status: "appealable", ruling: 3n, shareBps: 4_000, appealPeriod },
    });
    await conclude();
    expect(await found(agreement)).to.deep.include({ stage: "ruled", status: "solved", ruling: 3n, shareBps: 4_000 });
    await sendAs(signers.stranger, executeRulingCall({ agreement, index: 0 }));
    expect(await found(agreement)).to.deep.include({ stage: "executed", ruling: 3n, shareBps: 4_000 });
    // 100 units: 3 for who opened, 97 to divide, 40% of it to the freelancer, less 2% for the platform.
    expect(await balance(signers.freelancer)).to.equal((38_800_000n * 98n) / 100n);
    const account = signers.client.address;
    expect(await getClaimableFee(escrow.connection, { arbiter, token: tokenAddress, account })).to.equal(3n * UNIT);
  });

  it("lets a party appeal at the court", async () => {
    const { escrow, signers, balance } = context;
    const agreement = await disputed();
    await open(agreement);
    await rule(2);
    const told = await getCourtAppealCost(escrow.connection, { agreement, index: 0 });
    expect(told).to.equal(COST);
    // This court doubles its price before it compares: the payment is what the caller says.
    await sendAs(signers.freelancer, appealRulingCall({ agreement, index: 0, payment: 2n * told }));
    expect(await found(agreement)).to.deep.include({ stage: "open", status: "waiting" });
    await rule(1);
    await conclude();
    await sendAs(signers.stranger, executeRulingCall({ agreement, index: 0 }));
    expect(await balance(signers.freelancer)).to.equal((97_000_000n * 98n) / 100n);
    expect((await escrow.getMilestone({ agreement, index: 0 })).status).to.equal(Status.Resolved);
  });

  it("awards the default where the court refuses to rule", async () => {
    const { signers, balance } = context;
    const agreement = await disputed();
    await open(agreement);
    await rule(0);
    await conclude();
    expect(await found(agreement)).to.deep.include({ stage: "ruled", ruling: 0n, shareBps: 5_000 });
    await sendAs(signers.stranger, executeRulingCall({ agreement, index: 0 }));
    expect(await balance(signers.freelancer)).to.equal((48_500_000n * 98n) / 100n);
  });

  it("announces evidence", async () => {
    const { signers, ethers } = context;
    const agreement = await disputed();
    const uri = "/ipfs/evidence.json";
    const { hash } = await sendAs(signers.freelancer, courtEvidenceCall({ agreement, index: 0, uri }));
    const receipt = await ethers.provider.getTransactionReceipt(hash);
    const [log] = receipt?.logs ?? [];
    const event = log && klerosArbiterInterface.parseLog(log);
    expect(event?.name).to.equal("Evidence");
    expect(event?.args._party).to.equal(signers.freelancer.address);
    expect(event?.args._evidence).to.equal(uri);
  });

  it("tells why it refuses", async () => {
    const { escrow, signers } = context;
    const agreement = await disputed();
    const refusal = async (action: Promise<unknown>) => (await failure(ArbiterRefusedError, action)).reason;
    const executing = executeRulingCall({ agreement, index: 0 });
    expect(await refusal(sendAs(signers.client, executing))).to.equal("NotOpen");
    expect(await refusal(open(agreement, COST - 1n))).to.equal("PaymentTooLow");
    expect(await refusal(getCourtAppealCost(escrow.connection, { agreement, index: 0 }))).to.equal("NotOpen");
    await open(agreement);
    expect(await refusal(open(agreement))).to.equal("AlreadyOpen");
    expect(await refusal(sendAs(signers.client, executing))).to.equal("WrongStage");
    await context.as.client.approve({ agreement, index: 0 });
    expect(await refusal(sendAs(signers.client, executing))).to.equal("NotHeard");
  });

  it("refuses in the builders what is not possible at all", async () => {
    const agreement = await disputed();
    await failure(InvalidAmountError, () => openCaseCall({ agreement, index: 0, payment: -1n }));
    await failure(InvalidAmountError, () => appealRulingCall({ agreement, index: 0, payment: 1 as unknown as bigint }));
    await failure(MilestoneOutOfRangeError, () => openCaseCall({ agreement, index: 3, payment: 1n }));
    await failure(InvalidParameterError, () => courtEvidenceCall({ agreement, index: 0, uri: 1 as unknown as string }));
    await failure(InvalidAddressError, () => executeRulingCall({ agreement, index: 0, arbiter: "0x" }));
    const call: PayingCall = openCaseCall({ agreement, index: 0, payment: 7n });
    expect(call.value).to.equal(7n);
  });
});
