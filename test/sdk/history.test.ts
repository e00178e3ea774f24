/**
 * Histories that are kept: through endpoints that limit, fail, lie and reorganize, in every storage, by several readers at
 * once, and after crashes.
 */
import { appendFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type EscrowConnection,
  type EscrowEvent,
  escrowInterface,
  eventsOf,
  InvalidHashError,
  InvalidParameterError,
  RpcError,
  readHistory,
  scanEvents,
  WrongChainError,
} from "@micro-escrow/sdk";
import {
  HistoryMismatchError,
  HistoryReorganizedError,
  type HistoryStorage,
  HistoryStorageError,
  InvalidHistoryError,
  indexedDbStorage,
  memoryStorage,
  type StoredHistory,
  syncHistory,
} from "@micro-escrow/sdk/history";
import { fileStorage } from "@micro-escrow/sdk/node";
import { expect } from "chai";
import { toQuantity } from "ethers";
import { forceCloseDatabase, IDBCursor, IDBFactory, IDBKeyRange } from "fake-indexeddb";
import {
  type Context,
  deliverable,
  type Endpoint,
  failure,
  otherDeliverable,
  rpcError,
  setUp,
  through,
} from "./chain.ts";
import { takeTime } from "./dom.ts";

const rangeOf = (parameters: readonly unknown[]) => {
  const { fromBlock, toBlock } = parameters[0] as { readonly fromBlock: string; readonly toBlock: string };
  return { from: Number(fromBlock), to: Number(toBlock) };
};

/** Lets everything run that waits for nothing from outside: ethers sends a request by a timer of no time. */
const settle = async () => {
  for (let turn = 0; turn < 5; ++turn) await new Promise((resolve) => setTimeout(resolve));
};

describe("Several pages at once", () => {
  let context: Context;
  /** A funding, as a log of any block. */
  let logAt: (block: number) => unknown;
  before(async () => {
    context = await setUp();
    const agreement = await context.funded();
    const funded = eventsOf(await context.escrow.getTimeline(agreement)).at(-1);
    const receipt = await context.ethers.provider.getTransactionReceipt(funded?.transaction ?? "");
    const { address, topics, data, transactionHash } =
      receipt?.logs.find(({ index }) => index === funded?.logIndex) ?? {};
    logAt = (block) => ({
      ...{ address, topics, data, transactionHash, blockNumber: toQuantity(block), blockHash: deliverable },
      ...{ transactionIndex: "0x0", logIndex: "0x0" },
    });
  });

  /** An endpoint that has no logs, and answers the newest request first, when no other comes. */
  const reversed = async (answer: (from: number, to: number) => unknown[] = () => []) => {
    const waiting: (() => void)[] = [];
    const asked: { from: number; to: number; beside: number }[] = [];
    /** Mining as many blocks would take a while. */
    const claims: { newest?: number } = {};
    const escrow = await through(context, async (method, parameters, forward) => {
      if (method === "eth_getBlockByNumber" && claims.newest !== undefined) {
        const latest = await context.chain.provider.request({ method, params: ["latest", false] });
        return { ...(latest as object), number: toQuantity(claims.newest) };
      }
      if (method !== "eth_getLogs") return forward();
      const { from, to } = rangeOf(parameters);
      asked.push({ from, to, beside: waiting.length });
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (waiting.length === 1) void settle().then(() => answerAll(waiting));
      });
      return answer(from, to);
    });
    return { escrow, asked, claims };
  };
  const answerAll = (waiting: (() => void)[]) => {
    for (const resolve of waiting.splice(0).reverse()) resolve();
  };
  it("are asked for, one more with each that was given, up to four, and given in order", async () => {
    const { escrow, asked } = await reversed((from) => [logAt(from)]);
    const blocks: number[] = [];
    for await (const events of scanEvents(escrow.connection, [], { fromBlock: 0, toBlock: 60_000 })) {
      blocks.push(...events.map(({ block }) => block));
    }
    expect(asked.slice(0, 3).map(({ beside }) => beside)).to.deep.equal([0, 0, 0]);
    expect(Math.max(...asked.map(({ beside }) => beside))).to.equal(3);
    expect(blocks).to.deep.equal(asked.map(({ from }) => from));
    expect(blocks).to.deep.equal([...blocks].sort((a, b) => a - b));
  });

  it("are as many as one says", async () => {
    for (const inFlight of [1, 2]) {
      const { escrow, asked, claims } = await reversed();
      claims.newest = 20_000;
      await syncHistory(escrow.connection, { storage: memoryStorage(), inFlight, finality: 0 });
      expect(Math.max(...asked.map(({ beside }) => beside))).to.equal(inFlight - 1);
    }
  });

  it("are few where larger ones are refused: what the endpoint gives is found out, and tried again now and then", async () => {
    const refused: number[] = [];
    const given: { from: number; to: number }[] = [];
    const escrow = await through(context, async (method, parameters, forward) => {
      if (method !== "eth_getLogs") return forward();
      const { from, to } = rangeOf(parameters);
      if (to - from >= 100) {
        refused.push(to - from + 1);
        throw rpcError(-32_005, "query exceeds the maximum block range of 100");
      }
      given.push({ from, to });
      return [];
    });
    for await (const _ of scanEvents(escrow.connection, [], { fromBlock: 0, toBlock: 20_000 }));
    expect([given[0]?.from, given.at(-1)?.to]).to.deep.equal([0, 20_000]);
    for (const [index, { from }] of given.slice(1).entries()) expect(from).to.equal((given[index]?.to ?? 0) + 1);
    expect(given.length).to.be.lessThan(230);
    expect(refused.length).to.be.lessThan(35);
  });

  it("are asked for again, smaller and in order, behind one that is refused while they were on their way", async () => {
    const given: { from: number; to: number }[] = [];
    const { escrow } = await reversed((from, to) => {
      if (from >= 6_000 && to - from >= 500) throw rpcError(-32_005, "query returned too many results");
      given.push({ from, to });
      return [logAt(from)];
    });
    const blocks: number[] = [];
    for await (const events of scanEvents(escrow.connection, [], { fromBlock: 0, toBlock: 30_000 })) {
      blocks.push(...events.map(({ block }) => block));
    }
    expect(blocks).to.deep.equal([...new Set(blocks)].sort((a, b) => a - b));
    const read = blocks.map((block) => given.filter(({ from }) => from === block).at(-1));
    for (const [index, page] of read.slice(1).entries()) expect(page?.from).to.equal((read[index]?.to ?? 0) + 1);
    expect([read[0]?.from, read.at(-1)?.to]).to.deep.equal([0, 30_000]);
  });

  it("are given up when one fails: those before it are given, and nothing more is asked for", async () => {
    let requests = 0;
    const escrow = await through(context, async (method, parameters, forward) => {
      if (method !== "eth_getLogs") return forward();
      ++requests;
      if (rangeOf(parameters).from >= 5_000) throw rpcError("ECONNREFUSED", "connect ECONNREFUSED");
      return [];
    });
    let pages = 0;
    const reading = async () => {
      for await (const _ of scanEvents(escrow.connection, [], { fromBlock: 0, toBlock: 100_000 })) ++pages;
    };
    expect((await failure(RpcError, reading())).reason).to.equal("unreachable");
    // 1,000, 1,250, 1,563 and 1,954 blocks; the first that fails is asked for four times.
    expect(pages).to.equal(4);
    const afterwards = requests;
    await settle();
    expect(requests).to.equal(afterwards);
  }).timeout(10_000);

  it("are given up when one before them fails: those that wait to be asked for again are not", async () => {
    const away: number[] = [];
    let failing: number | undefined;
    const escrow = await through(context, async (method, parameters, forward) => {
      if (method !== "eth_getLogs") return forward();
      const { from } = rangeOf(parameters);
      await settle();
      if (from < 20_000) return [];
      failing ??= from;
      if (from === failing) throw rpcError(-32_601, "not available");
      away.push(from);
      throw rpcError("ECONNREFUSED", "connect ECONNREFUSED");
    });
    const reading = async () => {
      for await (const _ of scanEvents(escrow.connection, [], { fromBlock: 0, toBlock: 100_000 }));
    };
    const time = takeTime();
    try {
      expect((await failure(RpcError, reading())).reason).to.equal("refused");
      expect(time.waiting).to.deep.equal([]);
      await time.pass(60_000);
      await settle();
      expect(away).to.have.length(3);
    } finally {
      time.giveBack();
    }
  });

  it("are given up when nobody reads on", async () => {
    const { escrow, asked } = await reversed();
    const reading = scanEvents(escrow.connection, [], { fromBlock: 0, toBlock: 1_000_000 });
    for (let page = 0; page < 6; ++page) await reading.next();
    await reading.return();
    await settle();
    const afterwards = asked.length;
    expect(afterwards).to.be.lessThan(11);
    await settle();
    expect(asked.length).to.equal(afterwards);
  });

  it("are half as many after too many requests", async () => {
    const active = new Set<number>();
    const widths: number[] = [];
    let refusal: number | undefined;
    const escrow = await through(context, async (method, parameters, forward) => {
      if (method !== "eth_getLogs") return forward();
      const { from } = rangeOf(parameters);
      active.add(from);
      widths.push(active.size);
      await settle();
      const width = active.size;
      active.delete(from);
      if (width < 4 || refusal !== undefined) return [];
      refusal = widths.length;
      throw rpcError(-32_005, "429 Too Many Requests");
    });
    for await (const _ of scanEvents(escrow.connection, [], { fromBlock: 0, toBlock: 100_000 }));
    expect(Math.max(...widths.slice(0, refusal))).to.equal(4);
    expect(Math.max(...widths.slice(refusal))).to.equal(2);
  }).timeout(10_000);

  it("have no log from outside of what was asked for", async () => {
    const agreement = await context.funded();
    const unbounded = await through(context, async (method, parameters, forward) => {
      if (method !== "eth_getLogs") return forward();
      const filter = { ...(parameters[0] as object), fromBlock: "0x0", toBlock: "latest" };
      return context.chain.provider.request({ method, params: [filter] });
    });
    await context.as.freelancer.submit({ agreement, index: 0, deliverable });
    const events = eventsOf(await context.escrow.getTimeline(agreement));
    const block = events[0]?.block ?? 0;
    const found: EscrowEvent[] = [];
    const range = { fromBlock: block, toBlock: block };
    for await (const page of scanEvents(unbounded.connection, [null, agreement.id], range)) found.push(...page);
    expect(found).to.deep.equal(events.slice(0, -1));
  });

  it("match any topic of a list", async () => {
    const agreements = [await context.funded(), await context.funded(), await context.funded()];
    const ids = agreements.slice(1).map(({ id }) => id);
    const name = escrowInterface.getEvent("MilestoneFunded").topicHash;
    const { final, unfinal } = await readHistory(context.escrow.connection, [[[name], ids]]);
    expect([...final, ...unfinal].map((event) => "id" in event && event.id)).to.deep.equal(ids);
    const unfiltered = await through(context, async (method, parameters, forward) => {
      if (method !== "eth_getLogs") return forward();
      const { topics: _, ...rest } = parameters[0] as { readonly topics: unknown };
      return context.chain.provider.request({ method, params: [rest] });
    });
    const same = await readHistory(unfiltered.connection, [[[name], ids]]);
    expect(eventsOf(same)).to.deep.equal([...final, ...unfinal]);
    for (const topics of [["0x12"], [[name, "x"]], [[null]], [5]]) {
      await failure(InvalidHashError, readHistory(context.escrow.connection, [topics as string[]]));
    }
  });
});

describe("A stored history", () => {
  let context: Context;
  let folder: string;
  let files = 0;
  before(async () => {
    context = await setUp();
    await context.funded([0, 1]);
    await context.networkHelpers.mine(5);
    folder = await mkdtemp(join(tmpdir(), "micro-escrow-history-"));
    Object.assign(globalThis, { indexedDB: new IDBFactory(), IDBKeyRange, IDBCursor });
  });
  after(async () => {
    await rm(folder, { recursive: true, force: true });
    Reflect.deleteProperty(globalThis, "indexedDB");
    Reflect.deleteProperty(globalThis, "IDBKeyRange");
    Reflect.deleteProperty(globalThis, "IDBCursor");
  });

  /** For each kind, a new storage, and another handle of the same, as a second page or process has. */
  const kinds: Readonly<Record<string, () => { readonly storage: HistoryStorage; readonly other: HistoryStorage }>> = {
    memory: () => {
      const storage = memoryStorage();
      return { storage, other: storage };
    },
    IndexedDB: () => {
      const name = `history ${++files}`;
      return { storage: indexedDbStorage(name), other: indexedDbStorage(name) };
    },
    "a file": () => {
      const path = join(folder, `${++files}.history`);
      return { storage: fileStorage(path), other: fileStorage(path) };
    },
  };

  /** The escrow through an endpoint that gives few blocks at a time, and a list of what it is asked for. */
  const limited = async (endpoint: Endpoint = (_method, _parameters, forward) => forward()) => {
    const asked: { from: number; to: number }[] = [];
    const { connection } = await through(context, async (method, parameters, forward) => {
      if (method !== "eth_getLogs") return endpoint(method, parameters, forward);
      const { from, to } = rangeOf(parameters);
      if (to - from >= 4) throw rpcError(-32_005, "query exceeds the maximum block range of 4");
      const result = await endpoint(method, parameters, forward);
      asked.push({ from, to });
      return result;
    });
    return { connection, asked };
  };
  const recordsOf = async (storage: HistoryStorage) => {
    const records: string[] = [];
    for await (const record of storage.records()) records.push(record);
    return records;
  };
  const holding = async (records: readonly string[], storage: HistoryStorage = memoryStorage()) => {
    let last: string | undefined;
    for (const record of records) {
      expect(await storage.append(record, last)).to.equal(true);
      last = record;
    }
    return storage;
  };
  const finalOf = async ({ final }: StoredHistory) => {
    const found: EscrowEvent[] = [];
    for await (const page of final) found.push(...page);
    return found;
  };
  const all = async (connection: EscrowConnection = context.escrow.connection) =>
    eventsOf(await readHistory(connection, [[]], { finality: 0 }));

  for (const [kind, make] of Object.entries(kinds)) {
    describe(`in ${kind}`, () => {
      it("is all that happened; read on, only what is new is asked for", async () => {
        const { storage, other } = make();
        await context.funded([0, 1]);
        const { connection, asked } = await limited();
        const first = await syncHistory(connection, { storage, finality: 2 });
        expect([...(await finalOf(first)), ...first.unfinal]).to.deep.equal(await all());
        expect(first.unfinal.map(({ block }) => block > first.finalBlock)).to.not.include(false);
        expect(first.finalBlock).to.equal(first.toBlock - 2);
        expect(Math.min(...asked.map(({ from }) => from))).to.equal(0);

        await context.funded();
        asked.length = 0;
        const second = await syncHistory(connection, { storage: other, finality: 2 });
        expect([...(await finalOf(second)), ...second.unfinal]).to.deep.equal(await all());
        expect(Math.min(...asked.map(({ from }) => from))).to.equal(first.finalBlock + 1);
        // The older result still is what it was.
        expect((await finalOf(first)).every(({ block }) => block <= first.finalBlock)).to.equal(true);
        asked.length = 0;
        const third = await syncHistory(connection, { storage, finality: 2 });
        expect(await finalOf(third)).to.deep.equal(await finalOf(second));
        expect(asked.every(({ from }) => from > second.finalBlock)).to.equal(true);
      });

      it("loses one page at most to an interruption", async () => {
        const { storage, other } = make();
        await context.networkHelpers.mine(30);
        let left = 3;
        const { connection } = await limited(async (method, _, forward) => {
          if (method === "eth_getLogs" && left-- <= 0) throw rpcError(-32_601, "no more today");
          return forward();
        });
        const options = { storage, finality: 0, inFlight: 1 };
        await failure(RpcError, syncHistory(connection, options));
        const kept = await recordsOf(other);
        expect(kept.map((record) => record.split(" ")[0])).to.deep.equal(["history", "page", "page", "page"]);
        const end = Number(kept.at(-1)?.split(" ")[2]);
        const again = await limited();
        const history = await syncHistory(again.connection, { ...options, storage: other });
        expect(again.asked[0]?.from).to.equal(end + 1);
        expect(await finalOf(history)).to.deep.equal(await all());
      });

      it("is whole when two sync it at once", async () => {
        const { storage, other } = make();
        await context.networkHelpers.mine(60);
        const [one, two] = await Promise.all(
          [storage, other].map(async (each) => {
            const { connection } = await limited();
            return syncHistory(connection, { storage: each, finality: 0 });
          }),
        );
        const expected = await all();
        for (const history of [one, two]) expect(history && (await finalOf(history))).to.deep.equal(expected);
        const records = await recordsOf(storage);
        expect(new Set(records).size).to.equal(records.length);
      });

      it("is empty again when it is cleared", async () => {
        const { storage, other } = make();
        await storage.clear();
        const history = await syncHistory(context.escrow.connection, { storage, finality: 0 });
        await other.clear();
        expect(await recordsOf(storage)).to.deep.equal([]);
        const error = await failure(InvalidHistoryError, finalOf(history));
        expect(error.reason).to.equal(`it ends before block ${history.finalBlock}: somebody cleared it meanwhile`);
        expect(await finalOf(await syncHistory(context.escrow.connection, { storage, finality: 0 }))).to.deep.equal(
          await all(),
        );
      });

      it("appends only behind the last record", async () => {
        const { storage, other } = make();
        expect(await storage.append("b", "a")).to.equal(false);
        expect(await storage.append("a", undefined)).to.equal(true);
        expect(await other.append("a", undefined)).to.equal(false);
        expect(await other.append("b", "a")).to.equal(true);
        expect(await storage.append("c", "a")).to.equal(false);
        expect(await storage.append("c", "b")).to.equal(true);
        expect(await recordsOf(other)).to.deep.equal(["a", "b", "c"]);
        const won = await Promise.all(
          Array.from({ length: 10 }, (_, turn) => (turn % 2 ? storage : other).append(`d${turn}`, "c")),
        );
        expect(won.filter((isMine) => isMine)).to.have.length(1);
        expect(await recordsOf(storage)).to.deep.equal(["a", "b", "c", `d${won.indexOf(true)}`]);
      });

      it("is not taken for that of another chain, escrow or choice of events", async () => {
        const { storage } = make();
        const { connection } = context.escrow;
        await syncHistory(connection, { storage, finality: 0 });
        const kept = await recordsOf(storage);
        const topics = [escrowInterface.getEvent("Withdrawn").topicHash];
        const filtered = await failure(HistoryMismatchError, syncHistory(connection, { storage, topics }));
        expect([filtered.member, filtered.actual, filtered.expected]).to.deep.equal([
          ...["topics", "[]", JSON.stringify(topics)],
        ]);
        const elsewhere = { ...connection, escrow: context.tokenAddress };
        const escrow = await failure(HistoryMismatchError, syncHistory(elsewhere, { storage }));
        expect([escrow.member, escrow.actual, escrow.expected]).to.deep.equal([
          ...["escrow", connection.escrow, context.tokenAddress],
        ]);
        const chain = await failure(WrongChainError, syncHistory({ ...connection, chainId: 1 }, { storage }));
        expect([chain.actual, chain.expected]).to.deep.equal([connection.chainId, 1]);
        expect(await recordsOf(storage)).to.deep.equal(kept);
      });
    });
  }

  it("of another chain under the same address is refused, and one that begins too late", async () => {
    const { connection } = context.escrow;
    const later = memoryStorage();
    await syncHistory({ ...connection, startBlock: 3 }, { storage: later, finality: 0 });
    const start = await failure(HistoryMismatchError, syncHistory(connection, { storage: later }));
    expect([start.member, start.actual, start.expected]).to.deep.equal(["startBlock", "3", "0"]);
    // One that begins earlier has everything.
    await syncHistory({ ...connection, startBlock: 5 }, { storage: later, finality: 0 });

    const [head = ""] = await recordsOf(later);
    const foreign = await holding([head.replace('"chainId":31337', '"chainId":1')]);
    const chain = await failure(HistoryMismatchError, syncHistory(connection, { storage: foreign }));
    expect([chain.member, chain.actual, chain.expected]).to.deep.equal(["chainId", "1", "31337"]);
  });

  it("has nothing final where nothing is", async () => {
    const storage = memoryStorage();
    const { connection } = context.escrow;
    const history = await syncHistory(connection, { storage, finality: 1_000_000 });
    expect(history.finalBlock).to.equal(-1);
    expect(await finalOf(history)).to.deep.equal([]);
    expect(history.unfinal).to.deep.equal(await all());
    const later = await syncHistory(
      { ...connection, startBlock: 2 },
      { storage: memoryStorage(), finality: 1_000_000 },
    );
    expect(await finalOf(later)).to.deep.equal([]);
    expect(await recordsOf(storage)).to.have.length(1);
  });

  it("keeps what was final when less is final later", async () => {
    const storage = memoryStorage();
    const { connection } = context.escrow;
    const first = await syncHistory(connection, { storage, finality: 0 });
    const second = await syncHistory(connection, { storage, finality: 50 });
    expect([second.finalBlock, second.unfinal]).to.deep.equal([first.finalBlock, []]);
  });

  it("has each log once, whatever the endpoint repeats", async () => {
    const { connection } = await limited(async (method, _, forward) => {
      const result = await forward();
      return method === "eth_getLogs" ? [...(result as unknown[]), ...(result as unknown[])] : result;
    });
    const history = await syncHistory(connection, { storage: memoryStorage(), finality: 3 });
    expect([...(await finalOf(history)), ...history.unfinal]).to.deep.equal(await all());
  });

  describe("when a final block is gone", () => {
    const reorganized = async () => {
      const fresh = await setUp();
      const agreement = await fresh.funded();
      const snapshot = await fresh.chain.provider.request({ method: "evm_snapshot", params: [] });
      await fresh.as.freelancer.submit({ agreement, index: 0, deliverable });
      const storage = memoryStorage();
      const { connection } = fresh.escrow;
      const before = await syncHistory(connection, { storage, finality: 0 });
      await fresh.chain.provider.request({ method: "evm_revert", params: [snapshot] });
      return { ...fresh, agreement, storage, before, connection, kept: await recordsOf(storage) };
    };

    it("fails, and leaves what is stored; also when it is the very last", async () => {
      const { storage, before, connection, kept, as, agreement } = await reorganized();
      const gone = await failure(HistoryReorganizedError, syncHistory(connection, { storage, finality: 0 }));
      expect([gone.block, gone.actual]).to.deep.equal([before.finalBlock, undefined]);
      await as.freelancer.submit({ agreement, index: 0, deliverable: otherDeliverable });
      const replaced = await failure(HistoryReorganizedError, syncHistory(connection, { storage, finality: 0 }));
      const block = await connection.provider.getBlock(before.finalBlock);
      expect([replaced.block, replaced.actual]).to.deep.equal([before.finalBlock, block?.hash]);
      expect(replaced.expected).to.equal((await finalOf(before)).at(-1)?.blockHash);
      expect(await recordsOf(storage)).to.deep.equal(kept);
    });

    it("starts anew where that is wanted", async () => {
      const { storage, connection, as, agreement } = await reorganized();
      await as.freelancer.submit({ agreement, index: 0, deliverable: otherDeliverable });
      const history = await syncHistory(connection, { storage, finality: 0, ifReorganized: "start anew" });
      const events = await finalOf(history);
      expect(events).to.deep.equal(await all(connection));
      expect(events.at(-1)).to.include({ type: "MilestoneSubmitted", deliverable: otherDeliverable });
    });

    it("says that a storage is not cleared", async () => {
      const { storage, connection } = await reorganized();
      const stubborn = { ...storage, clear: async () => {} };
      const options = { storage: stubborn, finality: 0, ifReorganized: "start anew" } as const;
      const error = await failure(HistoryStorageError, syncHistory(connection, options));
      expect(error.reason).to.equal("it does not append or clear what it is told to");
    });

    it("does not store logs of another chain beside the final block", async () => {
      const { connection } = await through(context, async (method, _, forward) => {
        const result = await forward();
        if (method !== "eth_getLogs") return result;
        return (result as object[]).map((log) => ({ ...log, blockHash: deliverable }));
      });
      await context.funded();
      const storage = memoryStorage();
      const error = await failure(RpcError, syncHistory(connection, { storage, finality: 0 }));
      expect(error.details).to.match(/^its logs are of another block \d+ \(0x\w+\) than the one that it has, 0x\w+$/);
      expect(error.details).to.contain(deliverable);
      expect(await recordsOf(storage)).to.have.length(1);
    });

    it("does not store logs that it would not believe when it reads them", async () => {
      await context.funded();
      for (const change of [{ logIndex: -1 }, { transactionHash: `0x${"AB".repeat(32)}` }]) {
        const { connection } = await through(context, async (method, _, forward) => {
          const result = await forward();
          if (method !== "eth_getLogs") return result;
          return (result as object[]).map((log) => ({ ...log, ...change }));
        });
        const storage = memoryStorage();
        const error = await failure(RpcError, syncHistory(connection, { storage, finality: 1 }));
        expect([error.reason, error.details]).to.deep.equal([
          "malformed",
          "its logs have no places, or no hashes, in the blocks that they are of",
        ]);
        expect(await recordsOf(storage)).to.have.length(1);
      }
    });

    it("says when the endpoint has no block that it calls final", async () => {
      const { connection } = await through(context, async (method, parameters, forward) => {
        const isNumbered = method === "eth_getBlockByNumber" && /^0x[1-9a-f]/.test(String(parameters[0]));
        return isNumbered ? null : forward();
      });
      const error = await failure(RpcError, syncHistory(connection, { storage: memoryStorage(), finality: 1 }));
      expect(error.details).to.match(/^the endpoint has no block \d+, which it says is final$/);
    });
  });

  describe("that is damaged is refused:", () => {
    let records: readonly string[];
    before(async () => {
      await context.funded();
      const storage = memoryStorage();
      const { connection } = await limited();
      await syncHistory(connection, { storage, finality: 0 });
      records = await recordsOf(storage);
    });
    const reasonOf = async (changed: readonly string[]) => {
      const storage = await holding(changed);
      const read = async () => finalOf(await syncHistory(context.escrow.connection, { storage, finality: 0 }));
      return (await failure(InvalidHistoryError, read())).reason;
    };

    it("a gap, and what overlaps", async () => {
      const [, first = "", second = ""] = records;
      const [, from] = second.split(" ");
      const [, thirdFrom, thirdTo] = records[3]?.split(" ") ?? [];
      expect(await reasonOf(records.filter((record) => record !== second))).to.equal(
        `the part for blocks ${thirdFrom} to ${thirdTo} is where ${from} should follow`,
      );
      expect(await reasonOf([...records.slice(0, 2), first])).to.match(/^the part for blocks 0 to \d+ is where/);
      const backwards = second.replace(/^page (\d+) \d+/, "page $1 0");
      expect(await reasonOf([...records.slice(0, 2), backwards])).to.match(/^the part for blocks \d+ to 0 is where/);
    });

    it("other things than a history", async () => {
      expect(await reasonOf(["something else"])).to.equal('the record that begins with "something else" is damaged');
      expect(await reasonOf([records[0] ?? "", "something else"])).to.contain("something else");
      expect(await reasonOf(["history 1 {"])).to.contain("history 1 {");
      expect(await reasonOf(["history 1 null"])).to.contain("history 1 null");
      expect(await reasonOf(['history 1 {"chainId":1}'])).to.contain("is damaged");
    });

    it("logs that are none, or are not in order or in their page", async () => {
      const full = records.findIndex((record) => record.includes('"logs":[['));
      const [beginning = ""] = /^page \d+ \d+ /.exec(records[full] ?? "") ?? [];
      const contents = JSON.parse(records[full]?.slice(beginning.length) ?? "");
      const [log] = contents.logs;
      const change = (place: number, value: unknown) =>
        log.map((one: unknown, at: number) => (at === place ? value : one));
      const changes: readonly object[] = [
        { logs: [log, log] },
        { logs: [change(0, 1_000_000)] },
        { logs: [change(0, -1)] },
        ...[1, 2, 3, 4, 5].map((place) => ({ logs: [change(place, 7.5)] })),
        { logs: [change(1, "0x12")] },
        { logs: {} },
        { anchor: undefined },
        { anchor: { block: 0, hash: contents.anchor.hash } },
        { anchor: { block: contents.anchor.block, hash: "0x" } },
      ];
      for (const changed of changes) {
        const record = `${beginning}${JSON.stringify({ ...contents, ...changed })}`;
        const damaged = records.map((one, place) => (place === full ? record : one));
        expect(await reasonOf(damaged), JSON.stringify(changed)).to.contain(`"page `);
      }
    });

    it("a storage that is another one when it is read", async () => {
      const storage = memoryStorage();
      const history = await syncHistory(context.escrow.connection, { storage, finality: 0 });
      await storage.clear();
      await syncHistory(context.escrow.connection, {
        ...{ storage, finality: 0, topics: [escrowInterface.getEvent("Withdrawn").topicHash] },
      });
      expect((await failure(HistoryMismatchError, finalOf(history))).member).to.equal("topics");
    });
  });

  it("says that a storage takes nothing", async () => {
    const stubborn = { ...memoryStorage(), append: async () => false };
    const error = await failure(HistoryStorageError, syncHistory(context.escrow.connection, { storage: stubborn }));
    expect(error.reason).to.equal("it does not append or clear what it is told to");
    const [head = ""] = await recordsOf(await storageOfHead());
    const full = { ...(await holding([head])), append: async () => false };
    await failure(HistoryStorageError, syncHistory(context.escrow.connection, { storage: full, finality: 0 }));
  });
  const storageOfHead = async () => {
    const storage = memoryStorage();
    await syncHistory(context.escrow.connection, { storage, finality: 1_000_000 });
    return storage;
  };

  it("is refused with options that are none", async () => {
    const { connection } = context.escrow;
    const storage = memoryStorage();
    for (const options of [
      {},
      { storage: { records: storage.records } },
      { storage, inFlight: 0 },
      { storage, inFlight: 1.5 },
      { storage, ifReorganized: "anew" },
      { storage, topics: "0x" },
      ...[-1, 1.5, Number.NaN, "final", "latest", null].map((finality) => ({ storage, finality })),
    ]) {
      await failure(InvalidParameterError, syncHistory(connection, options as never));
    }
    expect(await recordsOf(storage)).to.deep.equal([]);
  });

  describe("in a file that", () => {
    const written = async () => {
      const path = join(folder, `${++files}.history`);
      await holding(["first", "second", "third"], fileStorage(path));
      return { path, bytes: await readFile(path) };
    };

    it("a crash tore: of the last line nothing is believed, wherever it was torn, and it goes on", async () => {
      const { path, bytes } = await written();
      const end = bytes.indexOf("\n", bytes.indexOf("second")) + 1;
      for (let size = 0; size <= bytes.length; ++size) {
        await writeFile(path, bytes.subarray(0, size));
        const kept = await recordsOf(fileStorage(path));
        expect(kept).to.deep.equal(["first", "second", "third"].slice(0, kept.length));
        if (size >= end) expect(kept.length).to.be.at.least(2);
        const storage = fileStorage(path);
        expect(await storage.append("next", kept.at(-1))).to.equal(true);
        expect(await recordsOf(fileStorage(path)), `${size} bytes`).to.deep.equal([...kept, "next"]);
        expect(await storage.append("last", "next")).to.equal(true);
        expect(await recordsOf(storage)).to.deep.equal([...kept, "next", "last"]);
      }
    });

    it("was changed in the middle: nothing from there on is believed", async () => {
      const { path, bytes } = await written();
      for (const word of ["first", "second", "third"]) {
        const changed = Buffer.from(bytes);
        const place = changed.indexOf(word);
        changed[place] = (changed[place] ?? 0) ^ 1;
        await writeFile(path, changed);
        const kept = ["first", "second", "third"];
        expect(await recordsOf(fileStorage(path))).to.deep.equal(kept.slice(0, kept.indexOf(word)));
      }
    });

    it("is another one: it is left as it is", async () => {
      for (const text of ["{}", "micro-escrow history 2\n", "\n", "micro-escrow history 1 and more"]) {
        const path = join(folder, `${++files}.txt`);
        await writeFile(path, text);
        const storage = fileStorage(path);
        const actions = [() => recordsOf(storage), () => storage.append("a", undefined), () => storage.clear()];
        for (const action of actions) {
          const error = await failure(InvalidHistoryError, action);
          expect(error.reason).to.equal(`the file ${path} is another one, so choose another path`);
        }
        expect(await readFile(path, "utf8")).to.equal(text);
      }
    });

    it("has long lines, longer than what is read at once", async () => {
      const path = join(folder, `${++files}.history`);
      const long = ["a".repeat(65_536), "b".repeat(200_000), "c", "d".repeat(65_500)];
      await holding(long, fileStorage(path));
      expect(await recordsOf(fileStorage(path))).to.deep.equal(long);
    });

    it("was cleared and begun again by another process, or cut", async () => {
      const { path } = await written();
      const storage = fileStorage(path);
      expect(await storage.append("fourth", "third")).to.equal(true);
      const { size } = await stat(path);
      await truncate(path, size - 3);
      expect(await storage.append("fifth", "fourth")).to.equal(false);
      expect(await storage.append("fourth", "third")).to.equal(true);

      await truncate(path, (await readFile(path)).indexOf("third"));
      expect(await storage.append("another third", "second")).to.equal(true);

      const other = fileStorage(path);
      await other.clear();
      await holding(["other", "b".repeat(2_000), "fourth"], other);
      expect(await storage.append("fifth", "another third")).to.equal(false);
      expect(await storage.append("fifth", "fourth")).to.equal(true);
      expect(await recordsOf(fileStorage(path))).to.deep.equal(["other", "b".repeat(2_000), "fourth", "fifth"]);
    });

    it("is cleared while it is written: then the record is not told to be kept", async () => {
      const { path } = await written();
      const storage = fileStorage(path);
      const appending = storage.append("fourth", "third");
      await fileStorage(path).clear();
      const isKept = await appending;
      expect((await recordsOf(fileStorage(path))).includes("fourth")).to.equal(isKept);
    });

    it("cannot be written: that is the file system's error", async () => {
      const storage = fileStorage(folder);
      const error = await storage.append("a", undefined).then(
        () => expect.fail("it was written"),
        (reason) => reason,
      );
      expect(error.code).to.equal("EISDIR");
      const gone = fileStorage(join(folder, "none", "x"));
      expect(await recordsOf(gone)).to.deep.equal([]);
      expect((await gone.append("a", undefined).catch((reason) => reason)).code).to.equal("ENOENT");
    });

    it("lost against another line: the first that follows counts", async () => {
      const { path } = await written();
      // As if a second process had written its own third record at the same time.
      const others = join(folder, `${++files}.history`);
      await holding(["first", "second", "the other third"], fileStorage(others));
      const line = (await readFile(others, "utf8")).split("\n").at(-2);
      await appendFile(path, `${line}\n`);
      expect(await recordsOf(fileStorage(path))).to.deep.equal(["first", "second", "third"]);
      expect(await fileStorage(path).append("fourth", "the other third")).to.equal(false);
      expect(await fileStorage(path).append("fourth", "third")).to.equal(true);
    });
  });

  describe("in IndexedDB", () => {
    it("that is not there says so", async () => {
      const kept = globalThis.indexedDB;
      Reflect.deleteProperty(globalThis, "indexedDB");
      try {
        const storage = indexedDbStorage("none");
        const error = await failure(HistoryStorageError, storage.append("a", undefined));
        expect(error.reason).to.equal("there is no IndexedDB here, as in Node or in some private windows");
        Object.assign(globalThis, { indexedDB: kept });
        expect(await storage.append("a", undefined)).to.equal(true);
      } finally {
        Object.assign(globalThis, { indexedDB: kept });
      }
    });

    it("that a browser closes, or another page deletes, is opened again", async () => {
      const storage = indexedDbStorage("deleted");
      expect(await storage.append("a", undefined)).to.equal(true);
      await new Promise<void>((resolve, reject) => {
        const request = indexedDB.deleteDatabase("deleted");
        request.onsuccess = () => resolve();
        request.onblocked = () => reject(new Error("the storage holds on to it"));
      });
      expect(await recordsOf(storage)).to.deep.equal([]);
      expect(await storage.append("b", undefined)).to.equal(true);
    });

    it("that is closed under its hands, or has another version, says so, and may be tried again", async () => {
      const opened: IDBDatabase[] = [];
      const factory = globalThis.indexedDB;
      const watched = {
        open: (name: string, version?: number) => {
          const request = factory.open(name, version);
          request.addEventListener("success", () => opened.push(request.result));
          return request;
        },
      };
      Object.assign(globalThis, { indexedDB: watched });
      try {
        const storage = indexedDbStorage("closed");
        expect(await storage.append("a", undefined)).to.equal(true);
        opened[0]?.close();
        const error = await failure(HistoryStorageError, storage.append("b", "a"));
        expect(error.reason).to.match(/^InvalidStateError: /);
        expect(await storage.append("b", "a")).to.equal(true);
        forceCloseDatabase(opened[1] as never);
        await settle();
        expect(await storage.append("c", "b")).to.equal(true);
      } finally {
        Object.assign(globalThis, { indexedDB: factory });
      }
      await new Promise<void>((resolve) => {
        const request = indexedDB.open("newer", 7);
        request.onsuccess = () => {
          request.result.close();
          resolve();
        };
      });
      const error = await failure(HistoryStorageError, indexedDbStorage("newer").append("a", undefined));
      expect(error.reason).to.match(/^VersionError: /);
    });

    it("that has no room left keeps what it has", async () => {
      const factory = globalThis.indexedDB;
      const storage = indexedDbStorage("full");
      expect(await storage.append("a", undefined)).to.equal(true);
      const error = await failure(HistoryStorageError, storage.append((() => {}) as never, "a"));
      expect(error.reason).to.match(/^\w+Error: /);
      expect(await recordsOf(storage)).to.deep.equal(["a"]);
      const broken = {
        open: () => {
          throw new Error("denied");
        },
      };
      Object.assign(globalThis, { indexedDB: broken });
      try {
        const denied = await failure(HistoryStorageError, indexedDbStorage("denied").clear());
        expect(denied.reason).to.equal("Error: denied");
      } finally {
        Object.assign(globalThis, { indexedDB: factory });
      }
    });
  });
});
