/**
 * Reads from the chain alone: against the real contract, through endpoints that limit, fail, leave out, lie and
 * reorganize. Only the JSON-RPC boundary is faked; behind it is a real node.
 */
import {
  type AgreementId,
  agreementTypedData,
  decodeLog,
  type EscrowEvent,
  escrowInterface,
  eventsOf,
  fundCall,
  type History,
  IncompleteHistoryError,
  InvalidHashError,
  InvalidParameterError,
  listAgreements,
  type MicroEscrowError,
  Outcome,
  progress,
  RpcError,
  readHistory,
  Status,
  scanEvents,
  scheduleHash,
  toAddress,
  UnknownAgreementError,
  type WatchUpdate,
} from "@micro-escrow/sdk";
import { expect } from "chai";
import { concat, dataSlice, id, keccak256, TypedDataEncoder, toBeHex, toQuantity } from "ethers";
import {
  type Context,
  DAY,
  deliverable,
  evidence,
  failure,
  otherDeliverable,
  reason,
  reasoning,
  rpcError,
  setUp,
  stoppedAfterEach,
  through,
  UNIT,
} from "./chain.ts";
import { mined, onAnvil } from "./evm.ts";

const rangeOf = (parameters: readonly unknown[]) => {
  const { fromBlock, toBlock } = parameters[0] as { readonly fromBlock: string; readonly toBlock: string };
  return { from: Number(fromBlock), to: Number(toBlock) };
};
interface RawLog {
  address: string;
  data: string;
  topics: string[];
}
const typesOf = (events: readonly EscrowEvent[]) => events.map(({ type }) => type);

describe("Reads", () => {
  let context: Context;
  before(async () => {
    context = await setUp();
  });

  /** An agreement with a history: a rejected and a better submission, an approval; an advance, a dispute and a ruling. */
  const busy = async () => {
    const { as } = context;
    const agreement = await context.funded([0, 1]);
    await as.freelancer.submit({ agreement, index: 0, deliverable });
    await as.client.requestChanges({ agreement, index: 0, reason });
    await as.freelancer.submit({ agreement, index: 0, deliverable: otherDeliverable });
    await as.client.approve({ agreement, index: 0 });
    await as.client.advance({ agreement, index: 1, amount: 50n * UNIT });
    await as.freelancer.submit({ agreement, index: 1, deliverable });
    await as.client.dispute({ agreement, index: 1, evidence });
    await as.arbiter.rule({ agreement, index: 1, freelancerAmount: 100n * UNIT, reasoning });
    return agreement;
  };
  const busyTypes = [
    "AgreementOpened",
    "AgreementAccepted",
    "AgreementAccepted",
    "MilestoneFunded",
    "MilestoneFunded",
    "MilestoneSubmitted",
    "ChangesRequested",
    "MilestoneSubmitted",
    "MilestoneConcluded",
    "MilestoneAdvanced",
    "MilestoneSubmitted",
    "MilestoneDisputed",
    "MilestoneConcluded",
  ];

  describe("of state", () => {
    it("are the contract's", async () => {
      const agreement = await busy();
      const state = await context.escrow.getAgreementState(agreement);
      expect(state).to.deep.equal({
        clientConsented: true,
        freelancerConsented: true,
        closed: false,
        milestones: [
          { held: 0n, clock: 0, submissions: 2, status: Status.Released, outcome: Outcome.Approved },
          { held: 0n, clock: 0, submissions: 1, status: Status.Resolved, outcome: Outcome.Ruled },
          { held: 0n, clock: 0, submissions: 0, status: Status.None, outcome: Outcome.None },
        ],
      });
      expect(await context.escrow.getMilestone({ agreement, index: 1 })).to.deep.equal(state.milestones[1]);
    });

    it("tell the chain's time, not the device's", async () => {
      await context.networkHelpers.time.increase(400 * DAY);
      expect(await context.escrow.getTime()).to.equal((await context.ethers.provider.getBlock("latest"))?.timestamp);
    });
  });

  describe("of an agreement", () => {
    it("rebuild it from its event alone", async () => {
      const agreement = await context.funded();
      const { id, terms, schedule, scope } = await context.escrow.getAgreement(agreement.id);
      expect({ id, terms, schedule }).to.deep.equal({
        id: agreement.id,
        terms: agreement.terms,
        schedule: agreement.schedule,
      });
      expect(scope).to.equal(undefined);
      expect(scheduleHash(schedule)).to.equal(terms.milestones);
    });

    it("say when there is none", async () => {
      const { id } = context.define();
      const error = await failure(UnknownAgreementError, context.escrow.getAgreement(id));
      expect(error.id).to.equal(id);
    });

    it("ask no endpoint for an id that is none", async () => {
      let asked = 0;
      const watched = await through(context, async (method, _, forward) => {
        if (method === "eth_getLogs") ++asked;
        return forward();
      });
      const error = await failure(InvalidHashError, watched.getAgreement("0x12" as AgreementId));
      expect(error.value).to.equal("0x12");
      expect(asked).to.equal(0);
    });

    it("do not believe an endpoint that alters it", async () => {
      const agreement = await context.funded();
      const lying = await through(context, async (method, _, forward) => {
        const result = await forward();
        if (method !== "eth_getLogs") return result;
        // The last word is the last work period: another one makes another agreement.
        return (result as RawLog[]).map((log) => ({ ...log, data: `${log.data.slice(0, -2)}01` }));
      });
      await failure(UnknownAgreementError, lying.getAgreement(agreement.id));
    });

    it("do not believe numbers with bits that their types do not have, under an id that is the hash of them", async () => {
      const agreement = await busy();
      const { connection } = context.escrow;
      const [opened] = eventsOf(await context.escrow.getTimeline(agreement));
      const receipt = await connection.provider.getTransactionReceipt(opened?.transaction ?? "");
      const topic = escrowInterface.getEvent("AgreementOpened").topicHash;
      const log = receipt?.logs.find(({ topics }) => topics[0] === topic) ?? expect.fail("no log");
      expect(decodeLog(log, connection.escrow)).to.include({ type: "AgreementOpened", id: agreement.id });

      // The fee, with a bit above its 16: decoding passes over it.
      const at = 2 + 64 * 9;
      const fee = BigInt(`0x${log.data.slice(at, at + 64)}`);
      expect(fee).to.equal(BigInt(agreement.terms.feeBps));
      const word = toBeHex(fee + (1n << 16n), 32).slice(2);
      const data = `${log.data.slice(0, at)}${word}${log.data.slice(at + 64)}`;
      expect(escrowInterface.parseLog({ ...log, data })?.args.agreement.feeBps).to.equal(fee);
      const { types } = agreementTypedData(agreement, connection);
      const typehash = id(TypedDataEncoder.from(types).encodeType("Agreement"));
      const hashOf = (terms: string) => keccak256(concat([typehash, dataSlice(terms, 0, 32 * 19)]));
      expect(hashOf(log.data)).to.equal(agreement.id);
      const [, , ...parties] = log.topics;
      const place = { address: log.address, transactionHash: log.transactionHash, index: log.index };
      const block = { blockNumber: log.blockNumber, blockHash: log.blockHash };
      const forged = { ...place, ...block, data, topics: [topic, hashOf(data), ...parties] };
      expect(decodeLog(forged, connection.escrow)).to.equal(undefined);
    });

    it("do not believe an endpoint that returns another contract's", async () => {
      const agreement = await context.funded();
      const lying = await through(context, async (method, _, forward) => {
        const result = await forward();
        if (method !== "eth_getLogs") return result;
        return (result as RawLog[]).map((log) => ({ ...log, address: context.tokenAddress }));
      });
      await failure(UnknownAgreementError, lying.getAgreement(agreement.id));
      expect((await listAgreements(lying.connection, agreement.terms.client)).consented).to.deep.equal([]);
    });
  });

  describe("of an account's agreements", () => {
    const idsOf = (listed: readonly { readonly agreement: { readonly id: AgreementId } }[]) =>
      listed.map(({ agreement }) => agreement.id);

    it("keep what others propose apart from what it consented to", async () => {
      const fresh = await setUp();
      const account = toAddress(fresh.signers.client.address);
      const agreed = await fresh.funded();
      const proposed = fresh.define();
      await fresh.as.freelancer.accept({ agreement: proposed });

      const first = await fresh.escrow.listAgreements(account);
      expect(idsOf(first.consented)).to.deep.equal([agreed.id]);
      expect(idsOf(first.inbox)).to.deep.equal([proposed.id]);
      expect(first.consented[0]?.opened).to.include({ type: "AgreementOpened", id: agreed.id });

      const ofFreelancer = await fresh.escrow.listAgreements(toAddress(fresh.signers.freelancer.address));
      expect(idsOf(ofFreelancer.consented)).to.deep.equal([agreed.id, proposed.id]);
      const ofStranger = await fresh.escrow.listAgreements(toAddress(fresh.signers.stranger.address));
      expect(ofStranger).to.deep.include({ consented: [], inbox: [] });

      await fresh.as.client.accept({ agreement: proposed });
      const later = await fresh.escrow.listAgreements(account, { since: first.history });
      expect(idsOf(later.consented)).to.deep.equal([agreed.id, proposed.id]);
      expect(later.inbox).to.deep.equal([]);
    });

    it("say which may still be reorganized", async () => {
      const fresh = await setUp();
      const account = toAddress(fresh.signers.client.address);
      await fresh.funded();
      await fresh.networkHelpers.mine(10);
      await fresh.funded();
      const { consented } = await fresh.escrow.listAgreements(account, { finality: 5 });
      expect(consented.map(({ final }) => final)).to.deep.equal([true, false]);
    });
  });

  describe("of a timeline", () => {
    it("tell everything, in order", async () => {
      const agreement = await busy();
      // Hardhat's latest block is final; Anvil's finalized one is 64 blocks behind, as on a public chain.
      await context.networkHelpers.mine(64);
      const history = await context.escrow.getTimeline(agreement);
      expect(typesOf(eventsOf(history))).to.deep.equal(busyTypes);
      expect(history.unfinal).to.deep.equal([]);
    });

    it("are empty for an agreement that nobody opened", async () => {
      expect(eventsOf(await context.escrow.getTimeline(context.define()))).to.deep.equal([]);
    });

    it("are complete through an endpoint that limits ranges", async () => {
      const agreement = await busy();
      const served: { from: number; to: number }[] = [];
      const limited = await through(context, async (method, parameters, forward) => {
        if (method !== "eth_getLogs") return forward();
        const { from, to } = rangeOf(parameters);
        if (to - from >= 7) throw rpcError(-32_005, "query exceeds the maximum block range of 7");
        served.push({ from, to });
        return forward();
      });
      const history = await limited.getTimeline(agreement);
      expect(typesOf(eventsOf(history))).to.deep.equal(busyTypes);
      expect(served[0]?.from).to.equal(0);
      expect(served.at(-1)?.to).to.equal(history.toBlock);
      served.slice(1).forEach(({ from }, i) => {
        expect(from).to.equal((served[i]?.to ?? Number.NaN) + 1);
      });
    });

    it("find an agreement through an endpoint that limits results", async () => {
      const agreement = await busy();
      await busy();
      const limited = await through(context, async (method, _, forward) => {
        const result = await forward();
        if (method !== "eth_getLogs" || (result as unknown[]).length <= 3) return result;
        throw rpcError(-32_005, "query returned more than 3 results");
      });
      expect((await limited.getAgreement(agreement.id)).id).to.equal(agreement.id);
      await failure(RpcError, limited.getTimeline(agreement));
    });

    it("go on after a short outage and after too many requests", async () => {
      const agreement = await busy();
      const outages = [rpcError("ECONNREFUSED", "connect ECONNREFUSED"), rpcError(-32_005, "429 Too Many Requests")];
      const ranges: number[] = [];
      const flaky = await through(context, async (method, parameters, forward) => {
        if (method !== "eth_getLogs") return forward();
        const { from, to } = rangeOf(parameters);
        ranges.push(to - from);
        const outage = outages.pop();
        if (outage !== undefined) throw outage;
        return forward();
      });
      expect(typesOf(eventsOf(await flaky.getTimeline(agreement)))).to.deep.equal(busyTypes);
      expect(new Set(ranges).size, "the range was not at fault").to.equal(1);
    });

    it("go on with smaller ranges where larger ones time out, and try again where even one block does", async () => {
      const agreement = await busy();
      const ranges: number[] = [];
      let late = 2;
      const slow = await through(context, async (method, parameters, forward) => {
        if (method !== "eth_getLogs") return forward();
        const { from, to } = rangeOf(parameters);
        ranges.push(to - from + 1);
        if (to > from || late-- > 0) throw rpcError("TIMEOUT", "request timeout");
        return forward();
      });
      expect(typesOf(eventsOf(await slow.getTimeline(agreement)))).to.deep.equal(busyTypes);
      expect(Math.max(...ranges)).to.be.greaterThan(4);
    });

    it("fail where the endpoint refuses every range", async () => {
      const agreement = await busy();
      const refusing = await through(context, async (method, _, forward) => {
        if (method === "eth_getLogs") throw rpcError(-32_601, "the method eth_getLogs is not available");
        return forward();
      });
      const error = await failure(RpcError, refusing.getTimeline(agreement));
      expect(error.reason).to.equal("refused");
      expect(error.details).to.contain("not available");
    });

    it("notice an endpoint that leaves out events", async () => {
      const agreement = await busy();
      const forgetful = await through(context, async (method, _, forward) => {
        const result = await forward();
        return method === "eth_getLogs" ? (result as unknown[]).slice(0, -1) : result;
      });
      const error = await failure(IncompleteHistoryError, forgetful.getTimeline(agreement));
      expect(error.id).to.equal(agreement.id);
      expect(error.details).to.equal("0 of 1 MilestoneConcluded of milestone 1");
    });

    for (const [type, details] of [
      ["MilestoneAdvanced", "payments of 150000000 of 200000000 for milestone 1"],
      ["MilestoneDisputed", "0 of 1 MilestoneDisputed of milestone 1"],
    ] as const) {
      it(`notice an endpoint that leaves out ${type}`, async () => {
        const agreement = await busy();
        const topicHash = escrowInterface.getEvent(type).topicHash;
        const forgetful = await through(context, async (method, _, forward) => {
          const result = await forward();
          return method === "eth_getLogs"
            ? (result as RawLog[]).filter(({ topics }) => topics[0] !== topicHash)
            : result;
        });
        const error = await failure(IncompleteHistoryError, forgetful.getProgress(agreement));
        expect(error.details).to.equal(details);
      });
    }

    it("take nothing from an endpoint that does not filter but what they asked for", async () => {
      const [agreement, other] = [await busy(), await busy()];
      const unfiltered = await through(context, async (method, parameters, forward) => {
        if (method !== "eth_getLogs") return forward();
        const { topics: _, ...rest } = parameters[0] as { readonly topics: unknown };
        return context.chain.provider.request({ method, params: [rest] });
      });
      expect((await unfiltered.getAgreement(agreement.id)).id).to.equal(agreement.id);
      expect((await unfiltered.getAgreement(other.id)).id).to.equal(other.id);
      const { consented, inbox } = await unfiltered.listAgreements(context.signers.stranger.address);
      expect([...consented, ...inbox]).to.deep.equal([]);
    });

    it("ask for larger ranges again after a busy one", async () => {
      const agreement = await busy();
      // Anvil mines them one by one; without larger ranges even these would take more than the requests below.
      await context.networkHelpers.mine(onAnvil ? 1_000 : 5_000);
      let requests = 0;
      const limited = await through(context, async (method, parameters, forward) => {
        if (method !== "eth_getLogs") return forward();
        ++requests;
        const { from, to } = rangeOf(parameters);
        if (from < 100 && to - from > 1) throw rpcError(-32_005, "query returned too many results");
        return forward();
      });
      expect(typesOf(eventsOf(await limited.getTimeline(agreement)))).to.deep.equal(busyTypes);
      expect(requests).to.be.lessThan(300);
    });

    it("say that an answer is no answer", async () => {
      const agreement = await busy();
      const empty = await through(context, async (method, parameters, forward) => {
        const { data } = (parameters[0] ?? {}) as { readonly data?: string };
        const isDomain = data === escrowInterface.encodeFunctionData("eip712Domain");
        const isState = method === "eth_call" && !isDomain;
        return isState ? "0x" : forward();
      });
      const { tokenAddress: token } = context;
      const { address: account } = context.signers.client;
      for (const read of [
        () => empty.getMilestone({ agreement, index: 0 }),
        () => empty.getAgreementState(agreement),
        () => empty.getClaimable({ token, account }),
        () => empty.getTimeline(agreement),
      ]) {
        expect((await failure(RpcError, read)).reason).to.equal("malformed");
      }
    });
  });

  it("never go back behind what was sent, however long another read waits for a late endpoint", async () => {
    const agreement = await context.funded();
    /** What "latest" answers next: blocks by their number (a cache, a node that is late), then the chain's own. */
    const late: (() => Promise<number>)[] = [];
    const escrow = await through(
      context,
      async (method, parameters, forward) => {
        const answer = method === "eth_getBlockByNumber" && parameters[0] === "latest" ? late.shift() : undefined;
        if (answer === undefined) return forward();
        return context.chain.provider.request({ method, params: [toQuantity(await answer()), false] });
      },
      context.signers.client,
    );
    const { blockNumber: first } = (await escrow.advance({ agreement, index: 0, amount: 10n * UNIT })).transaction;

    // A read that finds the endpoint late until its last look; while it looks, more is sent from here.
    const second = new Promise<number>((resolve, reject) => {
      const stale = async () => first - 1;
      late.push(stale, stale, stale, async () => {
        const sent = await escrow.advance({ agreement, index: 0, amount: 10n * UNIT });
        resolve(sent.transaction.blockNumber);
        return first;
      });
      escrow.getTime().catch(reject);
    });
    expect(await second).to.be.greaterThan(first);

    late.push(async () => first);
    expect((await escrow.getMilestone({ agreement, index: 0 })).held).to.equal(80n * UNIT);
  });

  it("are made again where a node does not have the newest block yet", async () => {
    const agreement = await context.funded();
    let late = 0;
    let calls = 0;
    const escrow = await through(context, async (method, _, forward) => {
      if (method !== "eth_call") return forward();
      calls++;
      if (late-- > 0) throw rpcError(-32_000, "header not found");
      return forward();
    });
    [late, calls] = [2, 0];
    expect((await escrow.getMilestone({ agreement, index: 0 })).held).to.equal(100n * UNIT);
    expect(calls).to.equal(3);
  });

  it("come before an estimate: none is made in a state before what was sent", async () => {
    const agreement = await context.funded();
    let late = 0;
    const asked: string[] = [];
    const escrow = await through(
      context,
      async (method, parameters, forward) => {
        const isLatest = method === "eth_getBlockByNumber" && parameters[0] === "latest";
        if (isLatest && late-- > 0) {
          asked.push("late block");
          const newest = Number(await context.chain.provider.request({ method: "eth_blockNumber", params: [] }));
          return context.chain.provider.request({ method, params: [toQuantity(newest - 1), false] });
        }
        if (isLatest) asked.push("block");
        if (method === "eth_estimateGas") asked.push("estimate");
        return forward();
      },
      context.signers.client,
    );
    await escrow.advance({ agreement, index: 0, amount: 10n * UNIT });
    [late, asked.length] = [3, 0];
    await escrow.advance({ agreement, index: 0, amount: 10n * UNIT });
    expect(asked.filter((what) => what === "estimate")).to.have.length(1);
    expect(asked.indexOf("estimate")).to.be.greaterThan(asked.indexOf("block"));
    expect(asked.indexOf("block")).to.be.greaterThan(asked.lastIndexOf("late block"));
  });

  it("are made again where a node that estimates does not have the state that was simulated", async () => {
    const agreement = await context.funded();
    let estimates = 0;
    const escrow = await through(
      context,
      async (method, _, forward) => {
        if (method === "eth_estimateGas" && ++estimates < 3) throw rpcError(3, "execution reverted");
        return forward();
      },
      context.signers.client,
    );
    const { remaining } = await escrow.advance({ agreement, index: 0, amount: 10n * UNIT });
    expect([remaining, estimates]).to.deep.equal([90n * UNIT, 3]);
  });

  describe("say what is final", () => {
    /** An endpoint whose finalized block lags. */
    const lagging = (finalized: (latest: number) => Promise<unknown>) =>
      through(context, async (method, parameters, forward) => {
        if (method !== "eth_getBlockByNumber" || parameters[0] !== "finalized") return forward();
        return finalized(await context.ethers.provider.getBlockNumber());
      });
    const blockAt = (number: number) =>
      context.chain.provider.request({ method: "eth_getBlockByNumber", params: [toQuantity(number), false] });

    it("by the chain's finalized block", async () => {
      const agreement = await busy();
      const escrow = await lagging((latest) => blockAt(latest - 4));
      const { final, unfinal, cursor, toBlock } = await escrow.getTimeline(agreement);
      expect(typesOf([...final, ...unfinal])).to.deep.equal(busyTypes);
      expect(typesOf(unfinal)).to.deep.equal(busyTypes.slice(-4));
      expect(cursor.fromBlock).to.equal(toBlock - 3);
    });

    it("by 64 blocks where the chain has no such tag", async () => {
      const agreement = await busy();
      const withoutTag = [
        await lagging(async () => null),
        await lagging(async () => {
          throw rpcError(-32_602, "unknown block tag: finalized");
        }),
      ];
      for (const escrow of withoutTag) {
        expect((await escrow.getTimeline(agreement)).final).to.have.length(0);
      }
      await context.networkHelpers.mine(64);
      for (const escrow of withoutTag) {
        expect((await escrow.getTimeline(agreement)).unfinal).to.have.length(0);
      }
    });

    it("and do not take an outage for a missing tag", async () => {
      const agreement = await busy();
      const escrow = await lagging(async () => {
        throw rpcError("ECONNREFUSED", "connect ECONNREFUSED");
      });
      expect((await failure(RpcError, escrow.getTimeline(agreement))).reason).to.equal("unreachable");
    });

    it("and read on from the first block that was not", async () => {
      const agreement = await busy();
      const froms: number[] = [];
      const escrow = await through(context, async (method, parameters, forward) => {
        if (method === "eth_getLogs") froms.push(rangeOf(parameters).from);
        return forward();
      });
      const first = await escrow.getTimeline(agreement, { finality: 4 });
      expect(typesOf(first.unfinal)).to.deep.equal(busyTypes.slice(-4));
      await context.as.client.fund({ agreement, indices: [2] });
      const later = await escrow.getTimeline(agreement, { finality: 4, since: first });
      expect(typesOf(eventsOf(later))).to.deep.equal([...busyTypes, "MilestoneFunded"]);
      expect(froms).to.deep.equal([0, first.cursor.fromBlock]);
      expect(eventsOf(later)).to.deep.equal(eventsOf(await escrow.getTimeline(agreement)));
    });

    it("also when nothing new was mined", async () => {
      const agreement = await busy();
      const first = await context.escrow.getTimeline(agreement);
      expect(await context.escrow.getTimeline(agreement, { since: first })).to.deep.equal(first);
      const filters = [[null, agreement.id]];
      const later = await readHistory(context.escrow.connection, filters, { since: first });
      expect(later.cursor).to.deep.equal(first.cursor);
    });
  });

  describe("page by page", () => {
    const pagesOf = async (...parameters: Parameters<typeof scanEvents>) => {
      const pages: EscrowEvent[][] = [];
      for await (const page of scanEvents(...parameters)) pages.push([...page]);
      return pages;
    };

    it("give the same as at once, as much at a time as the endpoint allows", async () => {
      const agreement = await busy();
      const limited = await through(context, async (method, parameters, forward) => {
        if (method !== "eth_getLogs") return forward();
        const { from, to } = rangeOf(parameters);
        if (to - from >= 7) throw rpcError(-32_005, "query exceeds the maximum block range of 7");
        return forward();
      });
      const pages = await pagesOf(limited.connection, [null, agreement.id]);
      expect(pages.length).to.be.greaterThan(2);
      expect(pages.flat()).to.deep.equal(eventsOf(await context.escrow.getTimeline(agreement)));
    });

    it("keep to a range, and to what is asked for", async () => {
      const agreement = await busy();
      const events = eventsOf(await context.escrow.getTimeline(agreement));
      const [second, third] = [events[3]?.block ?? 0, events[6]?.block ?? 0];
      const range = { fromBlock: second, toBlock: third };
      const isWithin = ({ block }: EscrowEvent) => block >= second && block <= third;
      expect((await pagesOf(context.escrow.connection, [null, agreement.id], range)).flat()).to.deep.equal(
        events.filter(isWithin),
      );
      const submitted = escrowInterface.getEvent("MilestoneSubmitted").topicHash;
      expect((await pagesOf(context.escrow.connection, [submitted, agreement.id])).flat()).to.deep.equal(
        events.filter(({ type }) => type === "MilestoneSubmitted"),
      );
      const everything = (await pagesOf(context.escrow.connection)).flat();
      expect(everything.filter((event) => "id" in event && event.id === agreement.id)).to.deep.equal(events);
    });

    it("ask for fewer blocks after a page of many events, and for nothing more when nobody wants it", async () => {
      const agreement = await busy();
      await context.networkHelpers.mine(2_200);
      const [first] = eventsOf(await context.escrow.getTimeline(agreement));
      const fromBlock = first?.block ?? 0;
      const asked: number[] = [];
      const crowded = await through(context, async (method, parameters, forward) => {
        const result = await forward();
        if (method !== "eth_getLogs") return result;
        const { from, to } = rangeOf(parameters);
        asked.push(to - from + 1);
        const logs = result as unknown[];
        if (from !== fromBlock) return logs;
        return Array.from({ length: Math.ceil(5_001 / logs.length) }, () => logs).flat();
      });
      const reading = scanEvents(crowded.connection, [null, agreement.id], { fromBlock, toBlock: fromBlock + 2_200 });
      expect((await reading.next()).value).to.have.length.above(5_000);
      for (let page = 0; page < 2; page++) await reading.next();
      await reading.return();
      expect(asked).to.deep.equal([1_000, 500, 625]);
    });

    it("grow where it is quiet, up to fifty times the first, and leave out no block", async () => {
      const asked: { from: number; to: number }[] = [];
      const quiet = await through(context, async (method, parameters, forward) => {
        if (method !== "eth_getLogs") return forward();
        asked.push(rangeOf(parameters));
        return [];
      });
      await pagesOf(quiet.connection, [], { fromBlock: 7, toBlock: 500_000 });
      expect([asked[0]?.from, asked.at(-1)?.to]).to.deep.equal([7, 500_000]);
      expect(Math.max(...asked.map(({ from, to }) => to - from + 1))).to.equal(50_000);
      for (const [index, { from }] of asked.slice(1).entries()) expect(from).to.equal((asked[index]?.to ?? 0) + 1);
    });

    it("fail at once for what is no range", () => {
      for (const range of [{ fromBlock: -1 }, { toBlock: 1.5 }, { fromBlock: "0x1" as unknown as number }]) {
        expect(() => scanEvents(context.escrow.connection, [], range)).to.throw(
          InvalidParameterError,
          "is not the number of a block",
        );
      }
    });
  });

  describe("of progress", () => {
    it("add up, in money and in milestones", async () => {
      const agreement = await busy();
      const result = await context.escrow.getProgress(agreement);
      // 100 approved: 98 and 2. Of 200, 50 in advance: 49 and 1; of 150 left: arbiter 4.5, 100: 98 and 2, client 45.5.
      expect(result).to.deep.equal({
        total: 600n * UNIT,
        funded: 300n * UNIT,
        held: 0n,
        paid: 245n * UNIT,
        refunded: (455n * UNIT) / 10n,
        platformFees: 5n * UNIT,
        arbiterFees: (45n * UNIT) / 10n,
        milestones: {
          None: 1,
          Funded: 0,
          Submitted: 0,
          ChangesRequested: 0,
          Disputed: 0,
          Released: 1,
          Refunded: 0,
          Resolved: 1,
        },
        fundedBps: 5_000,
        concludedBps: 5_000,
      });
    });

    it("count what is held, and only this agreement's events", async () => {
      const [agreement, other] = [await context.funded([0]), await busy()];
      const events = [
        ...eventsOf(await context.escrow.getTimeline(agreement)),
        ...eventsOf(await context.escrow.getTimeline(other)),
      ];
      const state = await context.escrow.getAgreementState(agreement);
      const result = progress({ agreement, state, events });
      expect(result).to.include({
        funded: 100n * UNIT,
        held: 100n * UNIT,
        paid: 0n,
        concludedBps: 0,
        fundedBps: 1_666,
      });
    });
  });
});

describe("watch", () => {
  /** Updates as they come, to be awaited one by one. */
  const inbox = <Item>() => {
    const items: Item[] = [];
    const waiting: ((item: Item) => void)[] = [];
    return {
      put: (item: Item) => {
        const next = waiting.shift();
        if (next === undefined) items.push(item);
        else next(item);
      },
      take: (): Promise<Item> => {
        const item = items.shift();
        return item === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(item);
      },
      get left() {
        return items.length;
      },
    };
  };
  const options = { interval: 5, finality: 64 } as const;
  const watching = stoppedAfterEach();

  it("tells what is there, and then what happens", async () => {
    const { escrow, funded, as } = await setUp();
    const agreement = await funded();
    const updates = inbox<WatchUpdate>();
    watching(escrow.watch(agreement, updates.put, options));
    const first = await updates.take();
    const opening = ["AgreementOpened", "AgreementAccepted", "AgreementAccepted", "MilestoneFunded"];
    expect(typesOf(first.added)).to.deep.equal(opening);
    await as.freelancer.submit({ agreement, index: 0, deliverable });
    const second = await updates.take();
    expect(typesOf(second.added)).to.deep.equal(["MilestoneSubmitted"]);
    expect(second.removed).to.deep.equal([]);
    expect(eventsOf(second.history)).to.have.length(5);
  });

  it("tells only what is new since a history", async () => {
    const { escrow, funded, as } = await setUp();
    const agreement = await funded();
    const since: History = await escrow.getTimeline(agreement);
    await as.freelancer.submit({ agreement, index: 0, deliverable });
    const updates = inbox<WatchUpdate>();
    watching(escrow.watch(agreement, updates.put, { interval: 5, since }));
    expect(typesOf((await updates.take()).added)).to.deep.equal(["MilestoneSubmitted"]);
  });

  it("takes back what a reorganization took back", async () => {
    const { escrow, funded, as, chain } = await setUp();
    const agreement = await funded();
    const snapshot = await chain.provider.request({ method: "evm_snapshot", params: [] });
    await as.freelancer.submit({ agreement, index: 0, deliverable });
    const updates = inbox<WatchUpdate>();
    watching(escrow.watch(agreement, updates.put, options));
    const [before] = (await updates.take()).added.slice(-1);
    expect(before).to.include({ type: "MilestoneSubmitted", deliverable });

    await chain.provider.request({ method: "evm_revert", params: [snapshot] });
    await as.freelancer.submit({ agreement, index: 0, deliverable: otherDeliverable });
    const removed: EscrowEvent[] = [];
    const added: EscrowEvent[] = [];
    while (added.length === 0) {
      const update = await updates.take();
      removed.push(...update.removed);
      added.push(...update.added);
    }
    expect(removed).to.deep.equal([before]);
    expect(added).to.have.length(1);
    expect(added[0]).to.include({ type: "MilestoneSubmitted", deliverable: otherDeliverable });
  });

  it("survives an endpoint that fails, and tells so", async () => {
    const context = await setUp();
    const agreement = await context.funded();
    let outages = 0;
    const flaky = await through(context, async (method, parameters, forward) => {
      if (method === "eth_getBlockByNumber" && parameters[0] === "latest" && outages-- > 0) {
        throw rpcError("ECONNREFUSED", "connect ECONNREFUSED");
      }
      return forward();
    });
    outages = 2;
    const updates = inbox<WatchUpdate>();
    const errors = inbox<MicroEscrowError>();
    watching(flaky.watch(agreement, updates.put, { ...options, onError: errors.put }));
    expect(await errors.take()).to.be.instanceOf(RpcError);
    expect(await errors.take()).to.be.instanceOf(RpcError);
    expect((await updates.take()).added).to.have.length(4);
    expect(errors.left).to.equal(0);
  });

  it("survives a listener that fails, and tells it again", async () => {
    const { escrow, funded } = await setUp();
    const agreement = await funded();
    const updates = inbox<WatchUpdate>();
    const errors = inbox<MicroEscrowError>();
    let failures = 1;
    const listener = (update: WatchUpdate) => {
      if (failures-- > 0) throw new Error("the page is gone");
      updates.put(update);
    };
    watching(escrow.watch(agreement, listener, { ...options, onError: errors.put }));
    expect((await errors.take()).message).to.match(/^the page is gone\. See the cause/);
    expect((await updates.take()).added).to.have.length(4);
  });

  it("ends when it is stopped", async () => {
    const context = await setUp();
    const agreement = await context.funded();
    let requests = 0;
    const counted = await through(context, async (_method, _parameters, forward) => {
      ++requests;
      return forward();
    });
    const updates = inbox<WatchUpdate>();
    const { stop } = counted.watch(agreement, updates.put, { ...options, interval: 1 });
    await updates.take();
    stop();
    const call = fundCall({ escrow: counted.address, agreement, indices: [1] });
    await mined(context.token.connect(context.signers.client).getFunction("approve")(counted.address, 200n * UNIT));
    await mined(context.signers.client.sendTransaction(call));
    const afterwards = requests;
    await context.networkHelpers.mine(20);
    expect(requests).to.equal(afterwards);
    expect(updates.left).to.equal(0);
  });
});
