/**
 * A history that is kept: what is final is stored page by page and never read again, what is not is read anew each time.
 */
import type { Block, Log, Provider } from "ethers";
import { toAddress, toHash } from "../address.js";
import { checkObject } from "../check.js";
import { type DecodableLog, decodeLogs, type EscrowEvent } from "../decode.js";
import {
  HistoryMismatchError,
  HistoryReorganizedError,
  HistoryStorageError,
  InvalidHistoryError,
  InvalidParameterError,
  RpcError,
  WrongChainError,
} from "../errors.js";
import { checkFinality, checkTopics, FIRST_PAGE, inOrder } from "../history.js";
import { allLogs, type BlockRange, type LogPage, logPages, type Topics } from "../logs.js";
import { ask, checkConnection, type EscrowConnection, type Finality, finalBlock, latestBlock } from "../rpc.js";
import type { Address, Hash } from "../types.js";
import { isUint } from "../validate.js";
import type { HistoryStorage } from "./storage.js";

/** What to sync, and where it is kept. */
export interface SyncOptions {
  readonly storage: HistoryStorage;
  /** Which events; by default all of the escrow. A storage holds one choice of them. */
  readonly topics?: Topics;
  /** When a block counts as final; by default the chain's `finalized` tag, or 64 blocks where it has none. */
  readonly finality?: Finality;
  /**
   * What to do when a block that was stored as final is not on the chain: by default `"fail"`, because somebody may have
   * relied on what was in it; `"start anew"` clears the storage and reads all of it again.
   */
  readonly ifReorganized?: "fail" | "start anew";
  /** Most pages that are asked for at once; by default 4. */
  readonly inFlight?: number;
}

/** A history of which the final part is in a storage. */
export interface StoredHistory {
  /** Events in blocks that stay, oldest first, page by page out of the storage. Can be read several times. */
  readonly final: AsyncIterable<readonly EscrowEvent[]>;
  /** Events in blocks that may still be reorganized, oldest first. They are not in the storage. */
  readonly unfinal: readonly EscrowEvent[];
  /** The newest block of the final part; -1 when there is none. */
  readonly finalBlock: number;
  /** The newest block that was read. */
  readonly toBlock: number;
}

// ------------------------------------------------------------------------------------------------------------- records

/** The version of the records' format. */
const VERSION = 1;

/** Beginnings of records: what the history is of, the logs of a range of blocks, and times of blocks. */
const HEAD = `history ${VERSION} `;
const PAGE = /^page (0|[1-9]\d{0,15}) (0|[1-9]\d{0,15}) /;
const TIMES = "times ";

/** What a history is of. */
interface Subject {
  readonly chainId: number;
  readonly escrow: Address;
  readonly topics: string;
  readonly startBlock: number;
}

/** A block that was final, and so all before it, when a page was read. */
interface Anchor {
  readonly block: number;
  readonly hash: Hash;
}

type StoredLog = readonly [
  block: number,
  blockHash: string,
  transaction: string,
  index: number,
  topics: readonly string[],
  data: string,
];

interface PageContents {
  readonly anchor: Anchor;
  readonly logs: readonly StoredLog[];
}

function subjectOf({ chainId, escrow, startBlock }: EscrowConnection, topics: Topics): Subject {
  return { chainId, escrow: toAddress(escrow), topics: JSON.stringify(topics).toLowerCase(), startBlock };
}

/** @throws {RpcError} When the endpoint gave logs that would count as damaged once they are stored. */
function pageRecord(page: LogPage, anchor: Anchor): string {
  const { fromBlock, toBlock, logs } = page;
  const once = [...new Map(logs.map((log) => [`${log.blockNumber} ${log.index}`, log])).values()];
  const stored = once.map((log): StoredLog => {
    const { blockNumber, blockHash, transactionHash, index, topics, data } = log;
    return [blockNumber, blockHash, transactionHash, index, topics, data];
  });
  const contents: PageContents = { anchor, logs: stored };
  if (!isPage(contents, page)) {
    const details = "its logs have no places, or no hashes, in the blocks that they are of";
    throw new RpcError({ reason: "malformed", details });
  }
  return `page ${fromBlock} ${toBlock} ${JSON.stringify(contents)}`;
}

/** The blocks of a page's record; `undefined` for another one. */
function rangeOf(record: string): BlockRange | undefined {
  const match = PAGE.exec(record);
  return match ? { fromBlock: Number(match[1]), toBlock: Number(match[2]) } : undefined;
}

/** What stands in a record behind its beginning, once it is known to be that. */
function contentsOf<T>(record: string, beginning: string, isValid: (value: T) => boolean): T {
  try {
    const value: T = JSON.parse(record.slice(beginning.length));
    if (isValid(value)) return value;
  } catch {
    // No JSON, or of another shape: as what is not valid.
  }
  throw damaged(record);
}

function damaged(record: string): InvalidHistoryError {
  return new InvalidHistoryError(`the record that begins with ${JSON.stringify(record.slice(0, 30))} is damaged`);
}

const isText = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => isUint(value, Number.MAX_SAFE_INTEGER);
const isHash = (value: unknown): value is Hash => isText(value) && /^0x[0-9a-f]{64}$/.test(value);

function isSubject({ chainId, escrow, topics, startBlock }: Subject): boolean {
  return isNumber(chainId) && isText(escrow) && isText(topics) && isNumber(startBlock);
}

function isPage({ anchor, logs }: PageContents, { fromBlock, toBlock }: BlockRange): boolean {
  let [lastBlock, lastIndex] = [fromBlock, -1];
  const isNext = ([block, blockHash, transaction, index, topics, data]: StoredLog) => {
    if (!isNumber(block) || !isNumber(index) || ![blockHash, transaction, ...topics].every(isHash)) return false;
    const isBehind = block > lastBlock ? block <= toBlock : block === lastBlock && index > lastIndex;
    [lastBlock, lastIndex] = [block, index];
    return isBehind && isText(data);
  };
  return isNumber(anchor.block) && anchor.block >= toBlock && isHash(anchor.hash) && logs.every(isNext);
}

const isTimes = (times: readonly (readonly [number, number])[]) =>
  times.every(([block, time]) => isNumber(block) && isNumber(time));

// ------------------------------------------------------------------------------------------------------------- reading

/** What a storage holds, as far as reading on needs it. */
interface Stored {
  /** The last record, whichever it is. */
  readonly last: string;
  /** The first block that is not in it. */
  readonly nextBlock: number;
  readonly lastPage: string | undefined;
}

/** The pages' records of a storage, each known to follow on the one before it; other records too, without a range. */
async function* recordsOf(
  storage: HistoryStorage,
): AsyncGenerator<{ readonly record: string; readonly range?: BlockRange; readonly subject: Subject }> {
  let subject: Subject | undefined;
  let nextBlock = 0;
  for await (const record of storage.records()) {
    if (subject === undefined) {
      if (!record.startsWith(HEAD)) throw damaged(record);
      subject = contentsOf(record, HEAD, isSubject);
      nextBlock = subject.startBlock;
      yield { record, subject };
      continue;
    }
    const range = rangeOf(record);
    if (range === undefined) {
      if (!record.startsWith(TIMES)) throw damaged(record);
      yield { record, subject };
      continue;
    }
    if (range.fromBlock !== nextBlock || range.toBlock < nextBlock) {
      const { fromBlock, toBlock } = range;
      throw new InvalidHistoryError(
        `the part for blocks ${fromBlock} to ${toBlock} is where ${nextBlock} should follow`,
      );
    }
    nextBlock = range.toBlock + 1;
    yield { record, range, subject };
  }
}

/** @throws {HistoryMismatchError} When the storage holds the history of something else. */
function checkSubject(actual: Subject, expected: Subject): void {
  for (const member of ["chainId", "escrow", "topics"] as const) {
    if (actual[member] === expected[member]) continue;
    throw new HistoryMismatchError({ member, actual: `${actual[member]}`, expected: `${expected[member]}` });
  }
  // One that begins earlier has all that is wanted.
  if (actual.startBlock > expected.startBlock) {
    const [have, want] = [`${actual.startBlock}`, `${expected.startBlock}`];
    throw new HistoryMismatchError({ member: "startBlock", actual: have, expected: want });
  }
}

/** What a storage holds; one that is empty is begun. `undefined` when another has begun it at the same time. */
async function readStored(storage: HistoryStorage, subject: Subject): Promise<Stored | undefined> {
  let stored: Stored | undefined;
  for await (const { record, range, subject: actual } of recordsOf(storage)) {
    if (stored === undefined) checkSubject(actual, subject);
    stored = {
      last: record,
      nextBlock: range ? range.toBlock + 1 : (stored?.nextBlock ?? actual.startBlock),
      lastPage: range ? record : stored?.lastPage,
    };
  }
  if (stored !== undefined) return stored;
  const last = `${HEAD}${JSON.stringify(subject)}`;
  if (!(await storage.append(last, undefined))) return undefined;
  return { last, nextBlock: subject.startBlock, lastPage: undefined };
}

/** Tells by the log whether an event is wanted: decoding takes the longest by far. */
export type Selection = (log: Pick<DecodableLog, "address" | "topics" | "data">) => boolean;

/** The stored events up to a block that are wanted, page by page. */
async function* storedEvents(storage: HistoryStorage, subject: Subject, toBlock: number, isWanted: Selection) {
  let nextBlock = 0;
  for await (const { record, range, subject: actual } of recordsOf(storage)) {
    if (range === undefined) {
      checkSubject(actual, subject);
      nextBlock = Math.max(nextBlock, actual.startBlock);
      continue;
    }
    if (range.fromBlock > toBlock) return;
    nextBlock = range.toBlock + 1;
    const { logs } = contentsOf<PageContents>(record, PAGE.exec(record)?.[0] ?? "", (page) => isPage(page, range));
    const wanted = logs.map((log) => decodable(log, subject.escrow)).filter(isWanted);
    if (wanted.length > 0) yield decodeLogs(wanted, subject.escrow).filter(({ block }) => block <= toBlock);
  }
  if (nextBlock <= toBlock)
    throw new InvalidHistoryError(`it ends before block ${toBlock}: somebody cleared it meanwhile`);
}

function decodable(
  [blockNumber, blockHash, transactionHash, index, topics, data]: StoredLog,
  address: Address,
): DecodableLog {
  return { address, blockNumber, blockHash, transactionHash, index, topics, data };
}

// ------------------------------------------------------------------------------------------------------------- syncing

/**
 * Reads a history on from what a storage holds. The final part is appended page by page, so that an interruption loses one
 * page at most; what may still be reorganized is read anew each time and not stored. Two that sync one storage at the same
 * time share the work. What an endpoint left out stays left out: see `checkStatement`, and clear the storage then.
 *
 * @throws {HistoryMismatchError} When the storage holds the history of another chain, escrow or choice of events.
 * @throws {HistoryReorganizedError} When a block that was stored as final is not on the chain.
 * @throws {InvalidHistoryError} When what the storage holds is damaged.
 * @throws {HistoryStorageError} When the storage takes nothing more.
 * @throws {InvalidHashError} When a topic is none.
 * @throws {InvalidParameterError} When an option is none.
 * @throws {WrongChainError} When the provider is on another chain than the connection says.
 * @throws {RpcError} When the endpoint fails.
 * @example
 * const { final, unfinal } = await syncHistory(escrow.connection, { storage: memoryStorage() });
 * for await (const events of final) console.log(events.length, "that stay");
 * console.log(unfinal.length, "that may still change");
 */
export async function syncHistory(connection: EscrowConnection, options: SyncOptions): Promise<StoredHistory> {
  const { select, ...history } = await syncStored(connection, options);
  return { final: select(() => true), ...history };
}

/** The same, with a way to have only some events of the final part. */
export async function syncStored(
  connection: EscrowConnection,
  options: SyncOptions,
): Promise<Omit<StoredHistory, "final"> & { readonly select: (isWanted: Selection) => StoredHistory["final"] }> {
  const { provider, chainId } = checkConnection(connection);
  const { finality = "finalized", ifReorganized = "fail", inFlight = 4, ...what } = checkObject(options, "options");
  const { storage, topics = [] } = what;
  checkStorage(storage);
  checkFinality(finality);
  const subject = subjectOf(connection, checkTopics(topics));
  if (ifReorganized !== "fail" && ifReorganized !== "start anew") {
    throw new InvalidParameterError(ifReorganized, 'is neither "fail" nor "start anew"');
  }
  if (!isUint(inFlight, 100) || inFlight === 0) {
    throw new InvalidParameterError(inFlight, "is not how many pages to ask for at once", { advice: "Pass 1 to 100." });
  }

  const actual = Number((await ask(provider.getNetwork())).chainId);
  if (actual !== chainId) throw new WrongChainError({ actual, expected: chainId });
  const toBlock = (await latestBlock(provider)).number;
  const lastFinal = await finalBlock(provider, finality, toBlock);
  const anchor = lastFinal < 0 ? undefined : anchorOf(await blockAt(provider, lastFinal), lastFinal);

  let [seen, isStuck] = ["", false];
  for (;;) {
    const stored = await readStored(storage, subject);
    const isGone = stored !== undefined && !(await isOnChain(connection, stored, ifReorganized === "fail"));
    if (stored !== undefined && !isGone) {
      const finalBlock = await appendPages(connection, topics, { storage, stored, anchor, inFlight });
      if (finalBlock !== undefined) {
        const logs = await allLogs(connection, topics, { fromBlock: finalBlock + 1, toBlock });
        return {
          select: (isWanted) => ({
            [Symbol.asyncIterator]: () => storedEvents(storage, subject, finalBlock, isWanted),
          }),
          unfinal: inOrder(decodeLogs(logs, subject.escrow)),
          finalBlock,
          toBlock: Math.max(toBlock, finalBlock),
        };
      }
    }
    if (isGone) await storage.clear();
    // Otherwise another one was faster, and got further. A storage that is as it was, twice, does not do what it is told.
    const last = stored?.last ?? "";
    if (last === seen && isStuck) throw new HistoryStorageError("it does not append or clear what it is told to");
    [seen, isStuck] = [last, last === seen];
  }
}

/** Appends the pages that are missing, and tells the last block; `undefined` when another one has appended meanwhile. */
async function appendPages(
  connection: EscrowConnection,
  topics: Topics,
  {
    storage,
    stored,
    anchor,
    inFlight,
  }: { storage: HistoryStorage; stored: Stored; anchor: Anchor | undefined; inFlight: number },
): Promise<number | undefined> {
  if (anchor === undefined) return stored.nextBlock - 1;
  let last = stored.last;
  const range = { fromBlock: stored.nextBlock, toBlock: anchor.block };
  for await (const page of logPages(connection, topics, range, { firstPage: FIRST_PAGE, inFlight })) {
    checkAnchor(page.logs, anchor);
    const record = pageRecord(page, anchor);
    if (!(await storage.append(record, last))) return undefined;
    last = record;
  }
  return Math.max(stored.nextBlock - 1, anchor.block);
}

/** @throws {RpcError} When the endpoint's logs are of another chain than the block that it says is final. */
function checkAnchor(logs: readonly Log[], { block, hash }: Anchor): void {
  const other = logs.find((log) => log.blockNumber === block && log.blockHash !== hash);
  if (other === undefined) return;
  const details = `its logs are of another block ${block} (${other.blockHash}) than the one that it has, ${hash}`;
  throw new RpcError({ reason: "malformed", details });
}

/** @throws {HistoryReorganizedError} When the chain is another one than what was stored, and that is to fail. */
async function isOnChain({ provider }: EscrowConnection, { lastPage }: Stored, fail: boolean): Promise<boolean> {
  const range = lastPage === undefined ? undefined : rangeOf(lastPage);
  if (lastPage === undefined || range === undefined) return true;
  const { anchor } = contentsOf<PageContents>(lastPage, PAGE.exec(lastPage)?.[0] ?? "", (page) => isPage(page, range));
  const found = await blockAt(provider, anchor.block);
  if (found?.hash === anchor.hash) return true;
  const actual = typeof found?.hash === "string" ? toHash(found.hash) : undefined;
  if (fail) throw new HistoryReorganizedError({ block: anchor.block, actual, expected: anchor.hash });
  return false;
}

function blockAt(provider: Provider, block: number): Promise<Block | null> {
  return ask(provider.getBlock(block));
}

function anchorOf(found: Block | null, block: number): Anchor {
  if (isHash(found?.hash)) return { block, hash: found.hash };
  throw new RpcError({ reason: "malformed", details: `the endpoint has no block ${block}, which it says is final` });
}

/** @throws {InvalidParameterError} When it is no storage. */
export function checkStorage(storage: HistoryStorage): HistoryStorage {
  const { records, append, clear } = checkObject(storage, "a storage, like memoryStorage()");
  if ([records, append, clear].every((method) => typeof method === "function")) return storage;
  throw new InvalidParameterError(storage, "is not a storage", { advice: "Pass one like memoryStorage()." });
}

// --------------------------------------------------------------------------------------------------------------- times

/** The times of blocks that a storage holds, Unix seconds by the blocks' numbers. */
export async function storedTimes(storage: HistoryStorage): Promise<Map<number, number>> {
  const times = new Map<number, number>();
  for await (const { record } of recordsOf(storage)) {
    if (!record.startsWith(TIMES)) continue;
    for (const [block, time] of contentsOf(record, TIMES, isTimes)) times.set(block, time);
  }
  return times;
}

/** Adds times of final blocks to a storage. When another one appends at the same time they are left out, and read again. */
export async function storeTimes(storage: HistoryStorage, times: ReadonlyMap<number, number>): Promise<void> {
  let last: string | undefined;
  for await (const { record } of recordsOf(storage)) last = record;
  if (last !== undefined && times.size > 0) await storage.append(`${TIMES}${JSON.stringify([...times])}`, last);
}
