/** The keeper and the arbiter contracts: it carries out what they decided, once, in time, and for whom it serves alone. */
import { type Agreement, escrowInterface, eventsOf, hashText, Outcome, toAddress } from "@micro-escrow/sdk";
import {
  appealableArbiterInterface,
  appealCall,
  deployAppealableArbiter,
  deployKlerosArbiter,
  deployPanelArbiter,
  getAppealCase,
  getClaimableFee,
  klerosArbiterInterface,
  openCaseCall,
  panelArbiterInterface,
  proposeCall,
  sendToArbiter,
  signVote,
  voteCall,
} from "@micro-escrow/sdk/arbiters";
import { runKeeper } from "@micro-escrow/sdk/keeper";
import { expect } from "chai";
import { type Contract, formatUnits, HDNodeWallet, Interface, MaxUint256, type Signer, toQuantity } from "ethers";
import { multicall3Address } from "../../../scripts/automation/multicall3.ts";
import { readHistory } from "../../../sdk/dist/history.js";
import { Aside } from "../../../sdk/dist/services/aside.js";
import { MOST, partOf } from "../../../sdk/dist/services/keeper/duties.js";
import { DAY, UNIT } from "../chain.ts";
import { mined } from "../evm.ts";
import { LogSink, proxiesOfEachTest, transactionsOf, until, worldOfEachTest } from "./world.ts";

const article = hashText("An article");
const evidence = hashText("It is half of an article");
const reasoning = hashText("Six of ten paragraphs are there");
const COST = 10n ** 15n;
const PERIODS = { proposalPeriod: DAY, appealPeriod: 2 * DAY, decisionPeriod: 4 * DAY };
/** The appealable arbiter's periods, and a day. */
const ARBITRATION = 8 * DAY;

describe("The keeper and arbiter contracts", function () {
  this.timeout(60_000);
  const running: { readonly stop: () => Promise<unknown> }[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map(({ stop }) => stop()));
  });
  const world = worldOfEachTest();
  const proxy = proxiesOfEachTest();
  let account: HDNodeWallet;

  beforeEach(async () => {
    account = await world().newAccount();
  });

  const env = () => ({ MICRO_ESCROW_KEEPER_KEY: account.privateKey });

  /** Runs it until nothing is left to do; what it tries succeeds. */
  async function run(keeper: object = {}, changes: object = {}): Promise<LogSink> {
    const stderr = new LogSink();
    await runKeeper({ config: await world().configure(keeper, changes), once: true, env: env(), stderr });
    expect(stderr.text).not.to.include('"level":"warn"');
    return stderr;
  }

  /** Runs it until it is stopped. */
  async function start(keeper: object = {}, changes: object = {}) {
    const [log, end] = [new LogSink(), new AbortController()];
    const config = await world().configure(keeper, changes);
    const ended = runKeeper({ config, env: env(), stderr: log, signal: end.signal });
    const stop = async () => {
      end.abort();
      await ended.catch(() => {});
    };
    running.push({ stop });
    const metrics = async () => {
      const port = log.saying("Started")[0]?.port;
      return (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    };
    return { log, stop, metrics };
  }

  // ------------------------------------------------------------------------------------------------------------- cases

  const sendAs = (signer: Signer, call: Parameters<typeof sendToArbiter>[3], abi: Interface) =>
    sendToArbiter(world().escrow.connection, signer, abi, call);

  const escrowOf = () => ({ escrow: world().escrow.address, minArbiterFeeBps: 0 });

  /** The deployer proposes, somebody else decides appeals, which cost 5%. */
  const appealable = async (changes: object = {}) => {
    const { signers, accounts } = world();
    const instances = { firstInstance: await signers.deployer.getAddress(), secondInstance: accounts.arbiter };
    const terms = { ...escrowOf(), ...instances, ...PERIODS, appealFeeBps: 500, ...changes };
    return (await deployAppealableArbiter({ signer: signers.deployer, ...terms })).address;
  };

  /** Three members, of whom two must vote; the voting closes after three quarters of a hearing. */
  const panelOf = async (members: readonly { readonly address: string }[], changes: object = {}) => {
    const terms = { ...escrowOf(), minArbitrationPeriod: 0, members: members.map(({ address }) => address), quorum: 2 };
    return (await deployPanelArbiter({ signer: world().signers.deployer, ...terms, ...changes })).address;
  };

  const newMembers = () => [1, 2, 3].map(() => HDNodeWallet.createRandom(world().provider as never));

  /** ERC-792's example of a court, and the arbiter that goes to it: it rules for the client, or for the freelancer. */
  async function courtOf() {
    const court = await world().deployToken("CentralizedArbitratorWithAppeal");
    const terms = { court: await court.getAddress(), extraData: "0x", metaEvidence: "/ipfs/meta.json" } as const;
    const shares = [0, 10_000];
    const period = { minArbitrationPeriod: 0 };
    const { signers } = world();
    const deployed = await deployKlerosArbiter({
      signer: signers.deployer,
      ...escrowOf(),
      ...period,
      ...terms,
      shares,
    });
    return { court, courtArbiter: deployed.address };
  }

  /** A milestone of 100 units in dispute; the arbiter's fee is 3%. */
  async function disputed(arbiter: string, changes: object = {}): Promise<Agreement> {
    const { fund, submit, escrow, signers } = world();
    const [agreement] = await fund(1, { arbiter, arbitration: ARBITRATION, arbiterFee: "3%", ...changes });
    if (agreement === undefined) return expect.fail("nothing was funded");
    await submit([agreement], article);
    await escrow.connect(signers.client).dispute({ agreement, index: 0, submission: 1, evidence });
    return agreement;
  }

  /** The first instance proposes a share, 60% where none is said. */
  const propose = async (agreement: Agreement, shareBps = 6_000) =>
    sendAs(
      world().signers.deployer,
      proposeCall({ agreement, index: 0, shareBps, reasoning }),
      appealableArbiterInterface,
    );

  /** A party appeals, and pays the deposit. */
  async function appeal(agreement: Agreement, party: "client" | "freelancer") {
    const { token, signers, provider, escrow } = world();
    const signer = party === "client" ? signers.client : signers.freelancer.connect(provider);
    const address = await signer.getAddress();
    const { appealCost } = await getAppealCase(escrow.connection, { agreement, index: 0 });
    await mined(token.getFunction("mint")(address, appealCost));
    await mined((token.connect(signer) as Contract).getFunction("approve")(agreement.terms.arbiter, MaxUint256));
    await sendAs(signer, appealCall({ agreement, index: 0, party: address }), appealableArbiterInterface);
  }

  async function vote(panel: string, agreement: Agreement, votes: readonly (readonly [HDNodeWallet, number])[]) {
    const signed = votes.map(([member, shareBps]) =>
      signVote(world().escrow.connection, member, { panel, agreement, index: 0, shareBps, reasoning }),
    );
    const call = voteCall({ panel, agreement, index: 0, votes: await Promise.all(signed) });
    await sendAs(world().signers.stranger, call, panelArbiterInterface);
  }

  /** The client opens the case at the court, which rules for the freelancer, but has not told the arbiter. */
  async function rule(court: Contract, arbiter: string, agreement: Agreement, dispute = 0) {
    const call = openCaseCall({ agreement, index: 0, arbiter, payment: COST });
    await sendAs(world().signers.client, call, klerosArbiterInterface);
    await mined(court.getFunction("giveRuling")(dispute, 2));
    await world().elapse(200);
  }

  /** Makes a block at a time. */
  async function at(time: number) {
    await world().provider.send("evm_setNextBlockTimestamp", [time]);
    await world().provider.send("evm_mine", []);
  }

  const clockOf = async (agreement: Agreement) => (await world().escrow.getMilestone({ agreement, index: 0 })).clock;
  const recordOf = (agreement: Agreement) => getAppealCase(world().escrow.connection, { agreement, index: 0 });
  const outcomeOf = async (agreement: Agreement) =>
    (await world().escrow.getAgreementState(agreement)).milestones[0]?.outcome;

  /** What the keeper sent: each call's contract and function, by transaction. */
  async function sent(): Promise<readonly (readonly string[])[]> {
    const multicall = new Interface([
      "function aggregate3((address target, bool allowFailure, bytes callData)[] calls)",
    ]);
    const names: readonly Interface[] = [appealableArbiterInterface, panelArbiterInterface, escrowInterface];
    const nameOf = (to: string, data: string) => {
      const abi = names.find((one) => one.getFunction(data.slice(0, 10)) !== null);
      return `${abi?.getFunction(data.slice(0, 10))?.name ?? data.slice(0, 10)} ${to}`;
    };
    const all = await transactionsOf(world().provider, account.address);
    return all.map(({ to, data }) => {
      if (to !== multicall3Address) return [nameOf(to ?? "", data)];
      const [calls] = multicall.decodeFunctionData("aggregate3", data);
      return calls.map(({ target, callData }: { target: string; callData: string }) => nameOf(target, callData));
    });
  }

  // ------------------------------------------------------------------------------------------------------------- tests

  it("executes a proposal that nobody appealed in time: not before, and once", async () => {
    const { balance, accounts } = world();
    const arbiter = await appealable();
    const agreement = await disputed(arbiter);
    await run();
    await propose(agreement);
    const { since } = await recordOf(agreement);
    await at(since + 2 * DAY - 1);
    await run();
    expect([await outcomeOf(agreement), await sent()]).to.deep.equal([Outcome.None, []]);
    await at(since + 2 * DAY);
    const log = await run();
    expect(await outcomeOf(agreement)).to.equal(Outcome.Ruled);
    expect(await sent()).to.deep.equal([[`execute ${arbiter}`]]);
    // 97 to divide: 60% to the freelancer, less 2% for the platform.
    expect(await balance(accounts.freelancer)).to.equal((58_200_000n * 98n) / 100n);
    const item = { duty: "executeProposal", agreement: agreement.id, index: 0, arbiter, shareBps: 6_000 };
    expect(log.saying("Sending")[0]?.items).to.deep.equal([item]);
    await run();
    expect(await sent()).to.have.lengthOf(1);
  });

  it("executes an appealed proposal when the second instance decided nothing in time, and pays the deposit out", async () => {
    const { balance, accounts, escrow, tokenAddress } = world();
    const arbiter = await appealable();
    const agreement = await disputed(arbiter);
    await propose(agreement);
    await appeal(agreement, "client");
    const { since } = await recordOf(agreement);
    await at(since + 4 * DAY - 1);
    await run();
    expect(await sent()).to.deep.equal([]);
    const before = await balance(accounts.client);
    await at(since + 4 * DAY);
    await run();
    expect(await outcomeOf(agreement)).to.equal(Outcome.Ruled);
    expect(await sent()).to.deep.equal([[`execute ${arbiter}`], [`withdraw ${arbiter}`]]);
    // 40% of 97, and the deposit of 5.
    expect(await balance(accounts.client)).to.equal(before + 38_800_000n + 5n * UNIT);
    const fee = { arbiter, token: tokenAddress, account: accounts.client };
    expect(await getClaimableFee(escrow.connection, fee)).to.equal(0n);
  });

  it("has a panel rule once the voting closed with a quorum; without one, the default is left", async () => {
    const { balance, accounts } = world();
    const members = newMembers();
    const [one, two] = members as [HDNodeWallet, HDNodeWallet];
    const panel = await panelOf(members);
    const [decided, undecided] = [await disputed(panel), await disputed(panel)];
    await vote(panel, decided, [
      [one, 2_000],
      [two, 5_001],
    ]);
    await vote(panel, undecided, [[one, 2_000]]);
    const clock = await clockOf(decided);
    const close = clock - ARBITRATION + (ARBITRATION * 3) / 4;
    await at(close - 1);
    await run();
    expect(await sent()).to.deep.equal([]);
    await at((await clockOf(undecided)) - ARBITRATION + (ARBITRATION * 3) / 4);
    const log = await run();
    const item = { duty: "panelRule", agreement: decided.id, index: 0, arbiter: panel, shareBps: 3_500 };
    expect(log.saying("Sending")[0]?.items).to.deep.equal([item]);
    expect([await outcomeOf(decided), await outcomeOf(undecided)]).to.deep.equal([Outcome.Ruled, Outcome.None]);
    expect(await sent()).to.deep.equal([[`rule ${panel}`]]);
    // The median of 20% and 50.01% of 97.
    expect(await balance(accounts.freelancer)).to.equal((33_950_000n * 98n) / 100n);
    await at(await clockOf(undecided));
    await run();
    expect(await outcomeOf(undecided)).to.equal(Outcome.ArbitrationExpired);
    expect((await sent()).at(-1)?.[0]).to.match(new RegExp(`${world().escrow.address}$`));
  });

  it("has a panel rule as the second instance, when its own hearing's voting closed", async () => {
    const { balance, accounts } = world();
    const members = newMembers();
    const [one, two] = members as [HDNodeWallet, HDNodeWallet];
    const panel = await panelOf(members);
    const arbiter = await appealable({ secondInstance: panel });
    const agreement = await disputed(arbiter);
    await propose(agreement);
    await appeal(agreement, "client");
    await vote(panel, agreement, [
      [one, 1_000],
      [two, 2_000],
    ]);
    const { since } = await recordOf(agreement);
    await at(since + 3 * DAY - 1);
    await run();
    expect(await sent()).to.deep.equal([]);
    await at(since + 3 * DAY);
    await run();
    expect(await outcomeOf(agreement)).to.equal(Outcome.Ruled);
    expect(await sent()).to.deep.equal([[`rule ${panel}`]]);
    // 15% of 97, less the deposit, which the client's appeal was worth.
    expect(await balance(accounts.freelancer)).to.equal((9_550_000n * 98n) / 100n);
  });

  it("leaves a panel that missed its hearing, and executes the proposal", async () => {
    const members = newMembers();
    const [one, two] = members as [HDNodeWallet, HDNodeWallet];
    const panel = await panelOf(members);
    const arbiter = await appealable({ secondInstance: panel });
    const agreement = await disputed(arbiter);
    await propose(agreement);
    await appeal(agreement, "freelancer");
    await vote(panel, agreement, [
      [one, 1_000],
      [two, 2_000],
    ]);
    const { since } = await recordOf(agreement);
    await at(since + 4 * DAY);
    await run();
    expect(await sent()).to.deep.equal([[`execute ${arbiter}`]]);
    expect(await outcomeOf(agreement)).to.equal(Outcome.Ruled);
  });

  for (const instance of ["first", "second"] as const) {
    it(`carries out what a court ruled, as the ${instance} instance`, async () => {
      const { balance, accounts } = world();
      const { court, courtArbiter } = await courtOf();
      const arbiter = instance === "first" ? courtArbiter : await appealable({ secondInstance: courtArbiter });
      const agreement = await disputed(arbiter);
      if (instance === "second") {
        await run();
        await propose(agreement, 5_000);
        await appeal(agreement, "freelancer");
      }
      await rule(court, courtArbiter, agreement);
      await run();
      expect(await sent()).to.deep.equal([]);
      await mined(court.getFunction("executeRuling")(0));
      const log = await run();
      const item = {
        duty: "executeRuling",
        agreement: agreement.id,
        index: 0,
        arbiter: courtArbiter,
        shareBps: 10_000,
      };
      expect(log.saying("Sending")[0]?.items).to.deep.equal([item]);
      expect(await outcomeOf(agreement)).to.equal(Outcome.Ruled);
      // The client opened the case, and gets what that instance is paid.
      expect(await sent()).to.deep.equal([
        [`execute ${courtArbiter}`],
        [`withdraw ${instance === "first" ? courtArbiter : arbiter}`],
      ]);
      expect(await balance(accounts.freelancer)).to.equal((97_000_000n * 98n) / 100n);
      await run();
      expect(await sent()).to.have.lengthOf(2);
    });
  }

  it("returns a deposit to whom it works for, when the milestone ended otherwise, and to nobody else", async () => {
    const { accounts, signers, escrow, provider, tokenAddress, balance } = world();
    const arbiter = await appealable();
    const agreement = await disputed(arbiter);
    await propose(agreement);
    await appeal(agreement, "freelancer");
    await run({ accounts: [accounts.freelancer] });
    await escrow.connect(signers.freelancer.connect(provider)).refund({ agreement, index: 0 });
    await run({ accounts: [accounts.client] });
    const tokens = (minimum: string) => ({ [tokenAddress]: { minimum } });
    await run({ accounts: [accounts.freelancer], tokens: tokens("5.000001") });
    expect(await sent()).to.deep.equal([]);
    await run({ accounts: [accounts.freelancer], tokens: tokens("5") });
    expect(await sent()).to.deep.equal([[`returnDeposit ${arbiter}`]]);
    const fee = { arbiter, token: tokenAddress, account: accounts.freelancer };
    expect(await getClaimableFee(escrow.connection, fee)).to.equal(5n * UNIT);
    await run({ accounts: [accounts.freelancer] });
    expect(await sent()).to.deep.equal([[`returnDeposit ${arbiter}`], [`withdraw ${arbiter}`]]);
    expect(await balance(accounts.freelancer)).to.equal(5n * UNIT);
    await run({ accounts: [accounts.freelancer] });
    expect(await sent()).to.have.lengthOf(2);
  });

  it("carries out a ruling until the clock, and from then on the default, after which the deposit goes back", async () => {
    const { accounts, balance, escrow, tokenAddress } = world();
    const arbiter = await appealable();
    const [late, inTime] = [await disputed(arbiter), await disputed(arbiter)];
    for (const agreement of [late, inTime]) {
      await propose(agreement);
      await appeal(agreement, "client");
    }
    const before = await clockOf(late);
    expect(before < (await clockOf(inTime))).to.equal(true);
    await at(before);
    await run();
    expect(await outcomeOf(late)).to.equal(Outcome.ArbitrationExpired);
    expect(await outcomeOf(inTime)).to.equal(Outcome.Ruled);
    const [first] = await sent();
    // What is lost by waiting comes first.
    expect(first?.[0]).to.equal(`execute ${arbiter}`);
    expect(first?.[1]).to.match(new RegExp(` ${world().escrow.address}$`));
    // Both deposits, with one withdrawal.
    expect(await sent()).to.deep.equal([first, [`returnDeposit ${arbiter}`, `withdraw ${arbiter}`]]);
    const fee = { arbiter, token: tokenAddress, account: accounts.client };
    expect(await getClaimableFee(escrow.connection, fee)).to.equal(0n);
    expect(await balance(arbiter)).to.equal(0n);
  });

  it("makes nobody pay who is only named, for nothing less than the minimum", async () => {
    const { accounts, tokenAddress } = world();
    const arbiter = await appealable();
    const named = { payoutTo: accounts.payoutTo };
    const [paid, unpaid] = [await disputed(arbiter, named), await disputed(arbiter, named)];
    await propose(paid);
    await propose(unpaid, 0);
    const { since } = await recordOf(unpaid);
    await at(since + 2 * DAY);
    const tokens = (minimum: string) => ({ [tokenAddress]: { minimum } });
    // 60% of 97, less the platform's 2%.
    await run({ accounts: [accounts.payoutTo], tokens: tokens("57.036001") });
    expect(await sent()).to.deep.equal([]);
    await run({ accounts: [accounts.payoutTo], tokens: tokens("57.036") });
    expect([await outcomeOf(paid), await outcomeOf(unpaid)]).to.deep.equal([Outcome.Ruled, Outcome.None]);
    expect(await sent()).to.deep.equal([[`execute ${arbiter}`]]);
  });

  for (const [party, shareBps, minimum] of [
    ["client", 6_000, "0.000001"],
    ["freelancer", 6_002, "95.06"],
  ] as const) {
    it(`counts on what the deposit of the ${party}'s appeal leaves to who is only named`, async () => {
      const { accounts, tokenAddress } = world();
      const members = newMembers();
      const [one, two] = members as [HDNodeWallet, HDNodeWallet];
      const panel = await panelOf(members);
      // An appeal costs all that is held.
      const arbiter = await appealable({ secondInstance: panel, appealFeeBps: 10_000 });
      const agreement = await disputed(arbiter, { payoutTo: accounts.payoutTo });
      await propose(agreement);
      await appeal(agreement, party);
      await vote(panel, agreement, [
        [one, shareBps],
        [two, shareBps - 1],
      ]);
      const { since } = await recordOf(agreement);
      await at(since + 3 * DAY);
      await run({ accounts: [accounts.payoutTo], tokens: { [tokenAddress]: { minimum } } });
      const isPaid = party === "freelancer";
      expect(await outcomeOf(agreement)).to.equal(isPaid ? Outcome.Ruled : Outcome.None);
      expect(await sent()).to.deep.equal(isPaid ? [[`rule ${panel}`]] : []);
    });
  }

  it("carries out for a platform what pays", async () => {
    const { accounts, tokenAddress, provider } = world();
    const arbiter = await appealable();
    const agreement = await disputed(arbiter);
    await propose(agreement);
    await at((await recordOf(agreement)).since + 2 * DAY);
    const { baseFeePerGas } = (await provider.getBlock("latest")) ?? {};
    const section = (price: bigint) => ({
      ...{ accounts: [], platforms: [accounts.platform] },
      tokens: { [tokenAddress]: { minimum: "1000", price: formatUnits(price, 6) } },
    });
    // Its fee is 1.164 units: too little where they would buy less gas than any transaction takes.
    const gasFor = (gas: bigint) => (1_164_000n * 10n ** 18n) / (gas * ((baseFeePerGas ?? 0n) + 10n ** 9n));
    await run(section(gasFor(21_000n)));
    expect(await sent()).to.deep.equal([]);
    await run(section(gasFor(2_000_000n)));
    expect(await outcomeOf(agreement)).to.equal(Outcome.Ruled);
  });

  it("does several in one transaction, counts each by its duty, and bears being stopped in between", async () => {
    const { provider, escrow, fund } = world();
    const members = newMembers();
    const [one, two] = members as [HDNodeWallet, HDNodeWallet];
    const { court, courtArbiter } = await courtOf();
    const [panel, arbiter] = [await panelOf(members), await appealable()];
    const byPanel = await disputed(panel);
    const byProposal = await disputed(arbiter);
    const byCourt = await disputed(courtArbiter);
    await vote(panel, byPanel, [
      [one, 2_000],
      [two, 4_000],
    ]);
    await propose(byProposal);
    await rule(court, courtArbiter, byCourt);
    await mined(court.getFunction("executeRuling")(0));
    const [byDefault] = await fund(1);
    await at((await clockOf(byPanel)) - ARBITRATION / 4);

    await provider.send("evm_setAutomine", [false]);
    const first = await start();
    await until("it has sent", () => first.log.saying("Sent").length === 1);
    await first.stop();
    const second = await start();
    await until("it has taken it up", () => second.log.saying("Taking up what was under way").length === 1);
    await new Promise((resolve) => setTimeout(resolve, 1_200)); // a look more
    await provider.send("evm_mine", []);
    await until("it knows", () => second.log.saying("Mined").length === 1);
    const metrics = await second.metrics();
    for (const duty of ["executeProposal", "panelRule", "executeRuling", "finalize"]) {
      expect(metrics).to.match(new RegExp(`^micro_escrow_done_total\\{duty="${duty}",service="keeper"\\} 1$`, "m"));
    }
    expect(metrics).not.to.match(/items_failed_total\{/);
    await until("it has paid out the opener's fee", async () => {
      await provider.send("evm_mine", []);
      return (await sent()).length === 2;
    });
    await until("it counts that", async () =>
      /^micro_escrow_done_total\{duty="withdrawFee",service="keeper"\} 1$/m.test(await second.metrics()),
    );
    await second.stop();
    const [together, after] = await sent();
    expect([...(together ?? [])].sort()).to.deep.equal(
      [`execute ${arbiter}`, `execute ${courtArbiter}`, `rule ${panel}`, `finalize ${escrow.address}`].sort(),
    );
    expect(after).to.deep.equal([`withdraw ${courtArbiter}`]);
    const concluded = eventsOf(await readHistory(escrow.connection, [[]])).flatMap((event) =>
      event.type === "MilestoneConcluded" ? [event.id] : [],
    );
    expect(concluded).to.have.members([byPanel, byProposal, byCourt, byDefault].map((one) => one?.id));
  });

  describe("bears hostile arbiters:", () => {
    it("what is no proven arbiter of this escrow is never called, and holds up nothing", async () => {
      const { provider, node, accounts } = world();
      const arbiter = await appealable();
      const elsewhere = await appealable({ escrow: accounts.stranger });
      const hostile = async (code: string) => {
        const { address } = HDNodeWallet.createRandom();
        await provider.send("hardhat_setCode", [address, code]);
        return toAddress(address);
      };
      const named = [
        await hostile("0x60006000fd"), // reverts
        await hostile("0x5b600056"), // burns all gas
        await hostile(`0x7f${"ff".repeat(32)}60005260206000f3`), // says rubbish
        await hostile("0x621000006000f3"), // says a great deal
        await hostile(await provider.getCode(arbiter)), // the real code, at another address
        elsewhere, // another escrow's
        toAddress(HDNodeWallet.createRandom().address), // a person
      ];
      const agreements = [await disputed(arbiter)];
      for (const one of named) agreements.push(await disputed(one));
      const [real] = agreements;
      if (real === undefined) return expect.fail("nothing was disputed");
      await propose(real);
      await at((await recordOf(real)).since + 2 * DAY);

      const gases = new Map<string, string | undefined>();
      const transactions: string[] = [];
      const rpc = await proxy(node.url, (method, [call], forward) => {
        const { to, gas } = (call ?? {}) as { to?: string; gas?: string };
        if (method === "eth_estimateGas") transactions.push(toAddress(to ?? ""));
        if (method === "eth_call" && to !== undefined) gases.set(toAddress(to), gas);
        return forward();
      });
      await run({}, { rpc });
      expect(await outcomeOf(real)).to.equal(Outcome.Ruled);
      for (const agreement of agreements.slice(1)) expect(await outcomeOf(agreement)).to.equal(Outcome.None);
      expect(await sent()).to.deep.equal([[`execute ${arbiter}`]]);
      expect(transactions).to.deep.equal([arbiter]);
      // Asked what they are, with little gas.
      for (const one of named) expect(gases.get(one), one).to.equal(toQuantity(5_000_000));
    });

    it("a court that burns gas once it has ruled does not hide its ruling", async () => {
      const { provider } = world();
      const { court, courtArbiter } = await courtOf();
      const agreement = await disputed(courtArbiter);
      await rule(court, courtArbiter, agreement);
      await mined(court.getFunction("executeRuling")(0));
      await provider.send("hardhat_setCode", [await court.getAddress(), "0x5b600056"]);
      await run();
      expect(await outcomeOf(agreement)).to.equal(Outcome.Ruled);
      expect((await sent())[0]).to.deep.equal([`execute ${courtArbiter}`]);
    });

    it("a token that burns all gas it is given does not stop a ruling, nor what goes with it", async () => {
      const { deployToken, signers, escrow, tokenAddress, provider } = world();
      const token = await deployToken("FaultyToken");
      const address = toAddress(await token.getAddress());
      await mined(token.getFunction("mint")(signers.client.address, 1_000n * UNIT));
      await mined((token.connect(signers.client) as Contract).getFunction("approve")(escrow.address, MaxUint256));
      const arbiter = await appealable();
      const decimals = Number(await token.getFunction("decimals")());
      const [hostile, honest] = [await disputed(arbiter, { token: { address, decimals } }), await disputed(arbiter)];
      for (const agreement of [hostile, honest]) await propose(agreement);
      await mined(token.getFunction("setFaults")(8, 0)); // burns
      await at((await recordOf(honest)).since + 2 * DAY);
      await run({ tokens: { [tokenAddress]: { minimum: "1" }, [address]: { minimum: "1000" } } });
      expect([await outcomeOf(hostile), await outcomeOf(honest)]).to.deep.equal([Outcome.Ruled, Outcome.Ruled]);
      expect(await sent()).to.deep.equal([[`execute ${arbiter}`, `execute ${arbiter}`]]);
      const [transaction] = await transactionsOf(provider, account.address);
      const receipt = await provider.getTransactionReceipt(transaction?.hash ?? "");
      expect(Number(receipt?.gasUsed)).to.be.below(1_500_000);
    });
  });

  it("tries a ruling that failed again before it is too late", async () => {
    const { node } = world();
    const arbiter = await appealable();
    const agreement = await disputed(arbiter);
    await propose(agreement);
    await at((await clockOf(agreement)) - 30);
    let refusals = 0;
    const rpc = await proxy(node.url, (method, [call], forward) => {
      // The estimate, and what is simulated where nothing can be estimated.
      const isRuling = (call as { to?: string; from?: string } | undefined)?.from !== undefined;
      if (!isRuling || !["eth_estimateGas", "eth_call"].includes(method) || refusals === 2) return forward();
      ++refusals;
      throw Object.assign(new Error("execution reverted"), { code: 3, data: "0x" });
    });
    const { log, stop } = await start({}, { rpc });
    await until("it was refused", () => log.saying("It cannot be sent").length === 1);
    await until("it is done all the same", async () => (await outcomeOf(agreement)) === Outcome.Ruled);
    await stop();
    expect(await sent()).to.deep.equal([[`execute ${arbiter}`]]);
  });

  it("looks at all of many in turn", () => {
    const all = Array.from({ length: 2 * MOST + 50 }, (_, position) => position);
    const seen = [1, 2, 3].map((step) => partOf(all, step));
    expect(seen.map(({ length }) => length)).to.deep.equal([MOST, MOST, MOST]);
    expect(new Set(seen.flat()).size).to.equal(all.length);
    expect(partOf([1, 2, 3], 2)).to.deep.equal([1, 2, 3]);
  });

  it("puts nothing aside for more than a tenth of the time that is left", () => {
    const aside = new Aside();
    aside.put("a ruling", 3_600, true);
    expect([aside.has("a ruling"), aside.has("a ruling", 100), aside.has("a ruling", 0)]).to.deep.equal([
      true,
      true,
      false,
    ]);
  });

  it("has gas for the ruling of a large panel", async () => {
    const { provider } = world();
    const members = Array.from({ length: 32 }, () => HDNodeWallet.createRandom(provider as never));
    // All but one vote, each another share, so that nothing is decided before the voting closes.
    const panel = await panelOf(members, { quorum: 31 });
    const agreement = await disputed(panel);
    const votes = members.slice(0, 31).map((member, seat) => [member, seat * 10] as const);
    await vote(panel, agreement, votes);
    await at((await clockOf(agreement)) - ARBITRATION / 4);
    await run();
    expect(await outcomeOf(agreement)).to.equal(Outcome.Ruled);
  });
});
