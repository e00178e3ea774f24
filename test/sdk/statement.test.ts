/** Statements of account: every way in which money moves, and each account's statement against its real balances. */
import {
  type Address,
  type Agreement,
  type DefineAgreementParameters,
  type EscrowEvent,
  escrowInterface,
  IncompleteHistoryError,
  InvalidAmountError,
  InvalidParameterError,
  Outcome,
  RpcError,
  scanEvents,
  toAddress,
  WrongChainError,
  WrongContractCallError,
} from "@micro-escrow/sdk";
import {
  checkStatement,
  createStatement,
  getBlockTimes,
  memoryStorage,
  type Statement,
  type StatementEntry,
  statementOf,
  toCsv,
  toJson,
} from "@micro-escrow/sdk/history";
import { expect } from "chai";
import {
  type Context,
  DAY,
  deliverable,
  evidence,
  failure,
  reasoning,
  rpcError,
  setUp,
  through,
  UNIT,
} from "./chain.ts";
import { mined, onAnvil } from "./evm.ts";

const sum = (amounts: readonly bigint[]) => amounts.reduce((total, amount) => total + amount, 0n);

describe("A statement of account", function () {
  this.timeout(60_000);
  let context: Context;
  /** A token whose issuer blacklists accounts. */
  let restricted: Awaited<ReturnType<Context["ethers"]["deployContract"]>>;
  let restrictedAddress: Address;
  /** Where the freelancer's money of some agreements goes, and the client's of them comes back to. */
  let payoutTo: Address;
  let refundTo: Address;
  let agreements: readonly Agreement[];
  let balancesBefore: ReadonlyMap<string, bigint>;

  const accounts = (): Address[] => [
    ...Object.values(context.signers).map(({ address }) => toAddress(address)),
    payoutTo,
    refundTo,
  ];
  const tokens = () => [context.token, restricted];
  const balances = async () => {
    const found = new Map<string, bigint>();
    for (const token of tokens()) {
      for (const account of accounts()) {
        found.set(`${await token.getAddress()} ${account}`, await token.getFunction("balanceOf")(account));
      }
    }
    return found;
  };
  const of = (name: keyof Context["signers"]) => toAddress(context.signers[name].address);

  before(async () => {
    context = await setUp();
    const { as, signers, funded, networkHelpers, ethers, token } = context;
    const more = await ethers.getSigners();
    [payoutTo, refundTo] = [toAddress(more[8]?.address ?? ""), toAddress(more[9]?.address ?? "")];
    restricted = await ethers.deployContract("RestrictedToken");
    restrictedAddress = toAddress(await restricted.getAddress());
    await mined(restricted.getFunction("mint")(signers.client.address, 10_000n * UNIT));
    await mined(token.getFunction("mint")(signers.stranger.address, 10_000n * UNIT));
    balancesBefore = await balances();
    const inRestricted: Partial<DefineAgreementParameters> = { token: { address: restrictedAddress, decimals: 6 } };
    const blacklist = (account: string, isBlacklisted: boolean) =>
      mined(restricted.getFunction("setBlacklisted")(account, isBlacklisted));
    const settle = async (agreement: Agreement, index: number, freelancerAmount: bigint) => {
      const split = { agreement, index, freelancerAmount };
      await as.client.settle({ ...split, signatures: [await as.freelancer.signSettle(split)] });
    };

    // Approved, advanced and ruled; the last paid for by a stranger, and refunded to the client.
    const first = await funded([0, 1]);
    await as.freelancer.submit({ agreement: first, index: 0, deliverable });
    await as.client.approve({ agreement: first, index: 0 });
    await as.client.advance({ agreement: first, index: 1, amount: 50n * UNIT });
    await as.freelancer.submit({ agreement: first, index: 1, deliverable });
    await as.client.dispute({ agreement: first, index: 1, evidence });
    await as.arbiter.rule({ agreement: first, index: 1, freelancerAmount: 100n * UNIT, reasoning });
    await as.stranger.fund({ agreement: first, indices: [2] });
    await as.freelancer.refund({ agreement: first, index: 2 });

    // To and from other accounts: settled, attested, and one that is still held, but for a part.
    const second = await funded([0, 1, 2], { payoutTo, refundTo, challenge: 0 });
    await settle(second, 0, 33_333_333n);
    await as.freelancer.submit({ agreement: second, index: 1, deliverable });
    await as.verifier.attest({ agreement: second, index: 1, passed: true, report: evidence });
    await as.client.advance({ agreement: second, index: 2, amount: 7n });

    // Refused by the token, on both sides; withdrawn by the one, while the other still cannot.
    const third = await funded([0, 1, 2], inRestricted);
    await blacklist(signers.freelancer.address, true);
    await blacklist(signers.client.address, true);
    await as.client.approve({ agreement: third, index: 0 });
    await as.freelancer.submit({ agreement: third, index: 1, deliverable });
    await as.client.dispute({ agreement: third, index: 1, evidence });
    await networkHelpers.time.increase(15 * DAY);
    await as.stranger.finalize({ agreement: third, index: 1 });
    await blacklist(signers.freelancer.address, false);
    await as.stranger.withdraw({ token: restrictedAddress, account: of("freelancer") });
    await as.client.advance({ agreement: third, index: 2, amount: 60n * UNIT });
    await networkHelpers.time.increase(60 * DAY);
    await as.stranger.finalize({ agreement: third, index: 2 });

    // The arbiter takes all but its fee for the freelancer; then the platform's fee goes to it, too.
    const fourth = await funded([0, 1], { fee: { recipient: signers.arbiter.address, share: "2%" } });
    await as.freelancer.submit({ agreement: fourth, index: 0, deliverable });
    await as.client.dispute({ agreement: fourth, index: 0, evidence });
    await as.arbiter.rule({ agreement: fourth, index: 0, freelancerAmount: 97n * UNIT, reasoning });
    await as.freelancer.submit({ agreement: fourth, index: 1, deliverable });
    await networkHelpers.time.increase(8 * DAY);
    await as.stranger.finalize({ agreement: fourth, index: 1 });
    await as.stranger.withdraw({ token: context.tokenAddress, account: of("arbiter") });

    // Both sides' money to one account, in equal parts, of which the token refuses both.
    await blacklist(signers.client.address, false);
    const free = {
      ...inRestricted,
      payoutTo: refundTo,
      refundTo,
      fee: { recipient: signers.platform.address, share: "0%" },
    };
    const fifth = await funded([0], free);
    await blacklist(refundTo, true);
    await settle(fifth, 0, 50n * UNIT);
    await blacklist(signers.client.address, true);
    await context.networkHelpers.mine(64);
    agreements = [first, second, third, fourth, fifth];
  });

  it("adds up to the real balances, to what waits, and to what is held, for every account and token", async () => {
    const { connection } = context.escrow;
    const balancesAfter = await balances();
    let entries = 0;
    for (const account of accounts()) {
      const statement = await statementOf(connection, account);
      entries += statement.entries.length;
      expect(await checkStatement(connection, statement), account).to.deep.equal([]);
      for (const contract of tokens()) {
        const token = toAddress(await contract.getAddress());
        const total = statement.totals.find((one) => one.token === token);
        const key = `${token} ${account}`;
        const change = (balancesAfter.get(key) ?? 0n) - (balancesBefore.get(key) ?? 0n);
        expect(total?.balance ?? 0n, `balance of ${key}`).to.equal(change);
        const claimable = await context.escrow.getClaimable({ token, account });
        expect(total?.claimable ?? 0n, `claimable of ${key}`).to.equal(claimable);
      }
      for (const { gross, platformFee, arbiterFee, net, balance, claimable, direction } of statement.entries) {
        expect(gross - platformFee - arbiterFee).to.equal(net);
        const change = { in: net, out: -net, within: 0n }[direction];
        expect(balance + claimable).to.equal(change);
      }
    }
    expect(entries).to.equal(45);
  });

  it("of all accounts together is what the escrow has", async () => {
    const { connection, address } = context.escrow;
    for (const contract of tokens()) {
      const token = toAddress(await contract.getAddress());
      const statements = await Promise.all(accounts().map((account) => statementOf(connection, account, { token })));
      const totals = statements.flatMap((statement) => statement.totals);
      const [held] = statements.map((statement) => statement.totals[0]?.held ?? 0n).sort((a, b) => Number(b - a));
      const waiting = sum(totals.map(({ claimable }) => claimable));
      expect(-sum(totals.map(({ balance }) => balance))).to.equal(await contract.getFunction("balanceOf")(address));
      expect((held ?? 0n) + waiting).to.equal(await contract.getFunction("balanceOf")(address));
    }
  });

  const brief = (entry: StatementEntry) => {
    const { type, agreement, index, outcome, token, gross, platformFee, arbiterFee, net, balance, claimable } = entry;
    const place = [agreements.findIndex(({ id }) => id === agreement), index, outcome];
    return [type, ...place, token === restrictedAddress, gross, platformFee, arbiterFee, net, balance, claimable];
  };

  it("tells a freelancer what it was paid, what had to wait, and what the fees were", async () => {
    const { entries, totals, held } = await statementOf(context.escrow.connection, of("freelancer"));
    expect(entries.map(brief)).to.deep.equal([
      ["paid", 0, 0, Outcome.Approved, false, 100n * UNIT, 2n * UNIT, 0n, 98n * UNIT, 98n * UNIT, 0n],
      ["advanced", 0, 1, undefined, false, 50n * UNIT, 1n * UNIT, 0n, 49n * UNIT, 49n * UNIT, 0n],
      ["paid", 0, 1, Outcome.Ruled, false, 100n * UNIT, 2n * UNIT, 0n, 98n * UNIT, 98n * UNIT, 0n],
      ["paid", 2, 0, Outcome.Approved, true, 100n * UNIT, 2n * UNIT, 0n, 98n * UNIT, 0n, 98n * UNIT],
      ["paid", 2, 1, Outcome.ArbitrationExpired, true, 100n * UNIT, 2n * UNIT, 0n, 98n * UNIT, 0n, 98n * UNIT],
      ["withdrawn", -1, undefined, undefined, true, 196n * UNIT, 0n, 0n, 196n * UNIT, 196n * UNIT, -196n * UNIT],
      ["advanced", 2, 2, undefined, true, 60n * UNIT, 1_200_000n, 0n, 58_800_000n, 58_800_000n, 0n],
      ["paid", 3, 0, Outcome.Ruled, false, 97n * UNIT, 1_940_000n, 0n, 95_060_000n, 95_060_000n, 0n],
      ["paid", 3, 1, Outcome.ReviewExpired, false, 200n * UNIT, 4n * UNIT, 0n, 196n * UNIT, 196n * UNIT, 0n],
    ]);
    expect(totals).to.deep.equal([
      {
        ...{ token: context.tokenAddress, paid: 0n, received: 536_060_000n, balance: 536_060_000n },
        ...{ credited: 0n, withdrawn: 0n, claimable: 0n, held: 300n * UNIT - 7n },
      },
      {
        ...{ token: restrictedAddress, paid: 0n, received: 254_800_000n, balance: 254_800_000n },
        ...{ credited: 196n * UNIT, withdrawn: 196n * UNIT, claimable: 0n, held: 0n },
      },
    ]);
    const amount = 300n * UNIT - 7n;
    expect(held).to.deep.equal([{ agreement: agreements[1]?.id, index: 2, token: context.tokenAddress, amount }]);
  });

  it("tells a client what it paid, what came back, and what an arbiter took of it", async () => {
    const { entries } = await statementOf(context.escrow.connection, of("client"), { token: context.tokenAddress });
    const funded = (agreement: number, index: number, amount: bigint) => [
      ...["funded", agreement, index, undefined, false, amount, 0n, 0n, amount, -amount, 0n],
    ];
    expect(entries.map(brief)).to.deep.equal([
      funded(0, 0, 100n * UNIT),
      funded(0, 1, 200n * UNIT),
      ["refunded", 0, 1, Outcome.Ruled, false, 50n * UNIT, 0n, 4_500_000n, 45_500_000n, 45_500_000n, 0n],
      ["refunded", 0, 2, Outcome.Refunded, false, 300n * UNIT, 0n, 0n, 300n * UNIT, 300n * UNIT, 0n],
      ...[100n, 200n, 300n].map((units, index) => funded(1, index, units * UNIT)),
      ...[100n, 200n].map((units, index) => funded(3, index, units * UNIT)),
      // All of it went to the freelancer, but for the arbiter's fee.
      ["refunded", 3, 0, Outcome.Ruled, false, 3n * UNIT, 0n, 3n * UNIT, 0n, 0n, 0n],
    ]);
    const [entry] = entries;
    const block = await context.ethers.provider.getBlock(entry?.block ?? 0);
    const [transaction] = block?.transactions ?? [];
    expect(entry).to.deep.include({ time: block?.timestamp, transaction, direction: "out", final: true });
  });

  it("tells everybody else", async () => {
    const { connection } = context.escrow;
    const entriesOf = async (account: Address) => (await statementOf(connection, account)).entries.map(brief);
    const credited = (type: string, place: unknown[], token: boolean, fee: bigint) => [
      ...[type, ...place, token, fee, 0n, 0n, fee, 0n, fee],
    ];
    expect(await entriesOf(of("arbiter"))).to.deep.equal([
      credited("arbiter fee", [0, 1, Outcome.Ruled], false, 4_500_000n),
      credited("arbiter fee", [3, 0, Outcome.Ruled], false, 3n * UNIT),
      credited("platform fee", [3, 0, Outcome.Ruled], false, 1_940_000n),
      credited("platform fee", [3, 1, Outcome.ReviewExpired], false, 4n * UNIT),
      ["withdrawn", -1, undefined, undefined, false, 13_440_000n, 0n, 0n, 13_440_000n, 13_440_000n, -13_440_000n],
    ]);
    expect(await entriesOf(of("platform"))).to.deep.equal([
      credited("platform fee", [0, 0, Outcome.Approved], false, 2n * UNIT),
      credited("platform fee", [0, 1, undefined], false, 1n * UNIT),
      credited("platform fee", [0, 1, Outcome.Ruled], false, 2n * UNIT),
      credited("platform fee", [1, 0, Outcome.Settled], false, 666_666n),
      credited("platform fee", [1, 1, Outcome.Attested], false, 4n * UNIT),
      credited("platform fee", [2, 0, Outcome.Approved], true, 2n * UNIT),
      credited("platform fee", [2, 1, Outcome.ArbitrationExpired], true, 2n * UNIT),
      credited("platform fee", [2, 2, undefined], true, 1_200_000n),
    ]);
    expect(await entriesOf(payoutTo)).to.deep.equal([
      ["paid", 1, 0, Outcome.Settled, false, 33_333_333n, 666_666n, 0n, 32_666_667n, 32_666_667n, 0n],
      ["paid", 1, 1, Outcome.Attested, false, 200n * UNIT, 4n * UNIT, 0n, 196n * UNIT, 196n * UNIT, 0n],
      ["advanced", 1, 2, undefined, false, 7n, 0n, 0n, 7n, 7n, 0n],
    ]);
    expect(await entriesOf(refundTo)).to.deep.equal([
      ["refunded", 1, 0, Outcome.Settled, false, 66_666_667n, 0n, 0n, 66_666_667n, 66_666_667n, 0n],
      ["paid", 4, 0, Outcome.Settled, true, 50n * UNIT, 0n, 0n, 50n * UNIT, 0n, 50n * UNIT],
      ["refunded", 4, 0, Outcome.Settled, true, 50n * UNIT, 0n, 0n, 50n * UNIT, 0n, 50n * UNIT],
    ]);
    const stranger = await statementOf(connection, of("stranger"));
    expect(stranger.entries.map(brief)).to.deep.equal([
      ["funded", 0, 2, undefined, false, 300n * UNIT, 0n, 0n, 300n * UNIT, -300n * UNIT, 0n],
    ]);
    expect(stranger.agreements.map(({ id }) => id)).to.deep.equal([agreements[0]?.id]);
    expect(await statementOf(connection, of("deployer"))).to.deep.include({ entries: [], totals: [], agreements: [] });
  });

  describe("is the same", () => {
    let expected: Statement;
    before(async () => {
      expected = await statementOf(context.escrow.connection, of("stranger"));
    });

    it("with the agreements named", async () => {
      const { connection } = context.escrow;
      const named = await statementOf(connection, of("freelancer"), { agreements });
      expect(named).to.deep.equal(await statementOf(connection, of("freelancer")));
      expect(await statementOf(connection, of("stranger"), { agreements: [] })).to.deep.equal(expected);
    });

    it("out of a storage, which is asked for times once", async () => {
      const storage = memoryStorage();
      const asked: string[] = [];
      const { connection } = await through(context, async (method, _, forward) => {
        if (method === "eth_getLogs") asked.push("logs");
        if (method === "eth_getBlockByHash") asked.push("block");
        return forward();
      });
      for (const account of accounts()) {
        const cold = await statementOf(context.escrow.connection, account);
        expect(await statementOf(connection, account, { storage })).to.deep.equal(cold);
        asked.length = 0;
        expect(await statementOf(connection, account, { storage })).to.deep.equal(cold);
        // Anvil's last 64 blocks are not final, and looked at again.
        expect(asked).to.deep.equal(onAnvil ? ["logs"] : []);
      }
    });

    it("of events that one has", async () => {
      const { connection } = context.escrow;
      const events: EscrowEvent[] = [];
      for await (const page of scanEvents(connection)) events.push(...page);
      const times = await getBlockTimes(connection, events);
      const { toBlock } = expected;
      // In any order, and twice.
      const shuffled = [...events].reverse().concat(events);
      const known = { ...connection, account: of("stranger"), times, toBlock };
      const made = createStatement({ ...known, events: shuffled, tokens: expected.tokens });
      expect(made).to.deep.equal(expected);
      expect(createStatement({ ...known, events }).tokens).to.deep.equal([]);
    });

    it("and at an earlier block what was so then", async () => {
      const { connection } = context.escrow;
      const full = await statementOf(connection, of("freelancer"));
      const toBlock = full.entries[3]?.block ?? 0;
      const then = await statementOf(connection, of("freelancer"), { toBlock });
      expect(then.entries).to.deep.equal(full.entries.slice(0, 4));
      expect(then.totals[1]).to.deep.include({ token: restrictedAddress, claimable: 98n * UNIT, held: 500n * UNIT });
      expect(await checkStatement(connection, then)).to.deep.equal([]);
    });
  });

  it("says which entries may still be reorganized", async () => {
    const finality = (await context.escrow.getTime()) > 0 ? 70 : 0;
    const { entries, toBlock } = await statementOf(context.escrow.connection, of("client"), { finality });
    for (const { block, final } of entries) expect(final).to.equal(block <= toBlock - 70);
    expect(new Set(entries.map(({ final }) => final)).size).to.equal(2);
  });

  describe("is incomplete through an endpoint that leaves out", () => {
    const leavingOut = (name: string, position = 0) => {
      const { topicHash } = escrowInterface.getEvent(name as "Withdrawn");
      return through(context, async (method, _, forward) => {
        const result = await forward();
        if (method !== "eth_getLogs") return result;
        const logs = result as { readonly topics: readonly string[] }[];
        const one = logs.filter(({ topics }) => topics[0] === topicHash)[position];
        return logs.filter((log) => log !== one);
      });
    };
    const differences = async (name: string, account: Address, position?: number) => {
      const { connection } = await leavingOut(name, position);
      const statement = await statementOf(connection, account);
      return (await checkStatement(context.escrow.connection, statement)).map(
        ({ what, token, index, statement: said, chain }) => [what, token === restrictedAddress, index, said - chain],
      );
    };

    it("an advance: that is an error, as the milestone paid less than it held, or has less left", async () => {
      const later = await leavingOut("MilestoneAdvanced");
      const concluded = await failure(IncompleteHistoryError, statementOf(later.connection, of("freelancer")));
      expect([concluded.id, concluded.details]).to.deep.equal([
        agreements[0]?.id,
        `milestone 1 has ${50n * UNIT} left by what is known, and 0 by its events`,
      ]);
      const [, second] = agreements;
      const events: EscrowEvent[] = [];
      for await (const page of scanEvents(context.escrow.connection)) events.push(...page);
      const advanced = events.find((event) => event.type === "MilestoneAdvanced" && event.id === second?.id);
      if (advanced?.type !== "MilestoneAdvanced") return expect.fail("no advance");
      const next = { ...advanced, logIndex: advanced.logIndex + 1, remaining: advanced.remaining - 14n };
      const given = { ...context.escrow.connection, account: of("stranger"), toBlock: advanced.block };
      const known = { ...given, times: await getBlockTimes(context.escrow.connection, events) };
      const advance = await failure(IncompleteHistoryError, () =>
        createStatement({ ...known, events: [...events, next] }),
      );
      expect([advance.id, advance.details]).to.deep.equal([
        second?.id,
        `milestone 2 has ${advanced.remaining - 7n} left by what is known, and ${advanced.remaining - 14n} by its events`,
      ]);
    });

    it("what it gives twice, in two blocks, as around a reorganization: a milestone is funded once", async () => {
      const { connection } = await through(context, async (method, _, forward) => {
        const result = await forward();
        if (method !== "eth_getLogs") return result;
        const { topicHash } = escrowInterface.getEvent("MilestoneFunded");
        const logs = result as { readonly topics: readonly string[]; readonly blockNumber: string }[];
        const funded = logs.find(({ topics }) => topics[0] === topicHash);
        return funded === undefined ? logs : [...logs, { ...funded, blockHash: deliverable }];
      });
      const twice = await failure(IncompleteHistoryError, statementOf(connection, of("client")));
      expect([twice.id, twice.details]).to.deep.equal([agreements[0]?.id, "milestone 0 was funded twice"]);
    });

    it("all of a milestone: what was paid and what is held differ", async () => {
      const [, second] = agreements;
      const { connection } = await through(context, async (method, _, forward) => {
        const result = await forward();
        if (method !== "eth_getLogs") return result;
        const isOf = ({ topics }: { readonly topics: readonly string[] }) =>
          topics[1] === second?.id && Number(topics[2]) === 2;
        return (result as { readonly topics: readonly string[] }[]).filter((log) => !isOf(log));
      });
      const statement = await statementOf(connection, of("client"));
      const { tokenAddress: token } = context;
      const milestone = { agreement: second?.id, index: 2 };
      const none = { agreement: undefined, index: undefined };
      expect(await checkStatement(context.escrow.connection, statement)).to.deep.equal([
        { what: "paid", token, ...none, statement: 1_200n * UNIT - 300n * UNIT, chain: 1_200n * UNIT },
        { what: "held", token, ...milestone, statement: 0n, chain: 300n * UNIT - 7n },
      ]);
    });

    it("what was withdrawn: what waits and what was received differ", async () => {
      expect(await differences("Withdrawn", of("freelancer"))).to.deep.equal([
        ["claimable", true, undefined, 196n * UNIT],
        ["received", true, undefined, -196n * UNIT],
      ]);
    });

    it("a deferral: what waits and what was received differ", async () => {
      expect(await differences("PaymentDeferred", of("freelancer"))).to.deep.equal([
        ["claimable", true, undefined, -98n * UNIT],
        ["received", true, undefined, 98n * UNIT],
      ]);
    });

    it("what others follow on: that is an error", async () => {
      const withoutEnd = await leavingOut("MilestoneConcluded", 5);
      const deferred = await failure(IncompleteHistoryError, statementOf(withoutEnd.connection, of("freelancer")));
      expect([deferred.id, deferred.details]).to.deep.equal([
        agreements[2]?.id,
        "the payment of milestone 0 that was deferred",
      ]);
      const withoutDeposit = await leavingOut("MilestoneFunded");
      const overdrawn = await failure(IncompleteHistoryError, statementOf(withoutDeposit.connection, of("client")));
      expect([overdrawn.id, overdrawn.details]).to.deep.equal([
        agreements[0]?.id,
        "what milestone 0 paid was not funded",
      ]);
      const withoutOpening = await leavingOut("AgreementOpened");
      const opened = await failure(IncompleteHistoryError, statementOf(withoutOpening.connection, of("stranger")));
      expect([opened.id, opened.details]).to.deep.equal([agreements[0]?.id, "0 of 1 AgreementOpened"]);
    });
  });

  it("differs by what the account sent to the escrow by mistake", async () => {
    const { token, escrow, signers } = context;
    await mined(token.connect(signers.stranger).getFunction("transfer")(escrow.address, 5n));
    const statement = await statementOf(escrow.connection, of("stranger"));
    expect(await checkStatement(escrow.connection, statement)).to.deep.equal([
      {
        ...{ what: "paid", token: context.tokenAddress, agreement: undefined, index: undefined },
        ...{ statement: 300n * UNIT, chain: 300n * UNIT + 5n },
      },
    ]);
  });

  it("is compared with its own chain and escrow alone", async () => {
    const { connection } = context.escrow;
    const statement = await statementOf(connection, of("stranger"));
    const chain = await failure(WrongChainError, checkStatement(connection, { ...statement, chainId: 1 }));
    expect([chain.actual, chain.expected]).to.deep.equal([connection.chainId, 1]);
    const other = { ...statement, escrow: restrictedAddress };
    const contract = await failure(WrongContractCallError, checkStatement(connection, other));
    expect([contract.actual, contract.expected]).to.deep.equal([restrictedAddress, context.escrow.address]);
  });

  it("needs the time of each block, and of the right block", async () => {
    const { connection } = context.escrow;
    const events: EscrowEvent[] = [];
    for await (const page of scanEvents(connection)) events.push(...page);
    const known = { ...connection, account: of("stranger"), toBlock: 10_000 };
    const error = await failure(InvalidParameterError, () => createStatement({ ...known, events, times: new Map() }));
    expect(error.reason).to.equal("is a block without a time among the times");
    const [event] = events;
    if (event === undefined) return expect.fail("no event");
    const elsewhere = { ...event, blockHash: deliverable };
    const gone = await failure(RpcError, getBlockTimes(connection, [elsewhere]));
    expect(gone.details).to.equal(`the endpoint has no block ${event.block} with hash ${deliverable} any more`);
    const told = await getBlockTimes(connection, [elsewhere], new Map([[event.block, 5]]));
    expect([...told]).to.deep.equal([[event.block, 5]]);
  });

  it("is refused at what is no block, and of amounts that are none", async () => {
    const { connection } = context.escrow;
    const error = await failure(InvalidParameterError, statementOf(connection, of("client"), { toBlock: -1 }));
    expect(error.reason).to.equal("is not the number of a block");
    const funded = {
      type: "MilestoneFunded",
      id: agreements[0]?.id,
      index: 0,
      payer: of("client"),
      amount: "5",
      clock: 1,
    };
    const place = { transaction: deliverable, block: 1, blockHash: deliverable, logIndex: 0 };
    const events = [{ ...funded, ...place }] as unknown as EscrowEvent[];
    const known = { ...connection, account: of("client"), times: new Map(), toBlock: 1 };
    const amount = await failure(InvalidAmountError, () => createStatement({ ...known, events }));
    expect(amount.reason).to.equal("is the amount of an event, and not a bigint of token base units");
  });

  it("is not made while the endpoint is down", async () => {
    const { connection } = context.escrow;
    const provider = new Proxy(connection.provider, {
      get: (target, name) => {
        if (name === "call") return () => Promise.reject(rpcError("ECONNREFUSED", "connect ECONNREFUSED"));
        const member: unknown = Reflect.get(target, name);
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
    const down = { ...connection, provider };
    expect((await failure(RpcError, statementOf(down, of("freelancer")))).reason).to.equal("unreachable");
  });

  it("has no decimals of a token that has no word for them", async () => {
    const { connection } = await through(context, async (method, parameters, forward) => {
      const { to } = (parameters[0] ?? {}) as { readonly to?: string };
      if (method === "eth_call" && to?.toLowerCase() === restrictedAddress.toLowerCase()) return "0x";
      return forward();
    });
    const { tokens: described } = await statementOf(connection, of("freelancer"));
    expect(described).to.deep.equal([{ address: context.tokenAddress, decimals: 6 }]);
  });

  describe("as a file", () => {
    const iso = (seconds = 0) => new Date(seconds * 1_000).toISOString();

    it("is CSV, in the tokens' decimals", async () => {
      const statement = await statementOf(context.escrow.connection, of("stranger"));
      const [entry] = statement.entries;
      expect(toCsv(statement)).to.equal(
        [
          "date,event,agreement,milestone,outcome,direction,token,symbol,decimals,gross,platform fee,arbiter fee,net,balance,claimable,transaction,block,final",
          `${iso(entry?.time)},funded,${agreements[0]?.id},2,,out,${context.tokenAddress},,6,300,0,0,300,-300,0,${entry?.transaction},${entry?.block},true`,
          "",
        ].join("\r\n"),
      );
      const paid = await statementOf(context.escrow.connection, payoutTo);
      expect(toCsv(paid).split("\r\n")[1])
        .to.contain(",Settled,in,")
        .and.contain(",6,33.333333,0.666666,0,32.666667,32.666667,0,");
    });

    it("is CSV in base units where the decimals are not known, and has no formula of a token's name", async () => {
      const statement = await statementOf(context.escrow.connection, of("stranger"));
      expect(toCsv({ ...statement, tokens: [] })).to.contain(
        `,${context.tokenAddress},,0,300000000,0,0,300000000,-300000000,0,`,
      );
      const named = (symbol: string) => {
        const csv = toCsv({ ...statement, tokens: [{ address: context.tokenAddress, decimals: 6, symbol }] });
        return csv.slice(csv.indexOf(context.tokenAddress) + 43, csv.indexOf(",6,300"));
      };
      expect(named("USDC")).to.equal("USDC");
      expect(named("=1+1")).to.equal("'=1+1");
      expect(named('@SUM("A1",1)')).to.equal("\"'@SUM('A1',1)\"");
      expect(named("＝1\r\n-2")).to.equal("'＝1 -2");
      expect(named("a,b")).to.equal('"a,b"');
    });

    it("is JSON, with amounts as text", async () => {
      const statement = await statementOf(context.escrow.connection, of("arbiter"));
      const parsed = JSON.parse(toJson(statement));
      const { entries, totals, agreements: named, ...rest } = statement;
      expect(parsed).to.deep.include({ microEscrowStatement: 1, ...rest, held: parsed.held, tokens: parsed.tokens });
      expect(parsed.agreements).to.deep.equal(named.map(({ id }) => id));
      const text = (value: object) =>
        Object.fromEntries(
          Object.entries(value).map(([name, one]) => [name, typeof one === "bigint" ? `${one}` : (one ?? null)]),
        );
      const outcome = (value: Outcome | undefined) =>
        Object.entries(Outcome).find(([, one]) => one === value)?.[0] ?? null;
      expect(parsed.entries).to.deep.equal(
        entries.map((entry) => ({ ...text(entry), date: iso(entry.time), outcome: outcome(entry.outcome) })),
      );
      expect(parsed.totals).to.deep.equal(totals.map(text));
      expect(parsed.held).to.deep.equal(statement.held.map(text));
      expect(parsed.tokens).to.deep.equal(statement.tokens.map((token) => ({ ...token, symbol: null })));
      expect(toJson(statement)).to.match(/^\{\n {2}"microEscrowStatement": 1,[\s\S]*\n\}\n$/);
    });
  });
});
