/**
 * Events as a history that says what is final, and that can be read on from where it ended.
 */
import { toHash } from "./address.js";
import { checkList, checkObject } from "./check.js";
import { decodeLogs, type EscrowEvent } from "./decode.js";
import { InvalidParameterError } from "./errors.js";
import { allLogs, type BlockRange, logPages, type Topics } from "./logs.js";
import { checkConnection, type EscrowConnection, type Finality, finalBlock, latestBlock } from "./rpc.js";
import { isUint } from "./validate.js";

/**
 * An endpoint that refuses a malformed topic would get the blame, block by block.
 *
 * @throws {InvalidParameterError} When it is no list.
 * @throws {InvalidHashError} When a topic is none.
 */
export function checkTopics(topics: Topics): Topics {
  for (const topic of checkList(topics, "topics")) {
    if (topic !== null) for (const one of [topic].flat()) toHash(one);
  }
  return topics;
}

/**
 * With less than no blocks behind it, what does not exist yet would count as final, and never be read; and an endpoint takes a
 * tag that is none for one that its chain does not have.
 *
 * @throws {InvalidParameterError} When it does not say when a block is final.
 */
export function checkFinality(finality: Finality): Finality {
  if (finality === "finalized" || finality === "safe" || isUint(finality, Number.MAX_SAFE_INTEGER)) return finality;
  throw new InvalidParameterError(finality, "does not say when a block is final", {
    advice: 'Pass "finalized", "safe", or how many blocks have to follow it.',
  });
}

/** Where to read on. */
export interface Cursor {
  /** The first block that was not final yet. */
  readonly fromBlock: number;
}

/** Events, oldest first. */
export interface History<Event extends EscrowEvent = EscrowEvent> {
  /** In blocks that stay. */
  readonly final: readonly Event[];
  /** In blocks that may still be reorganized: read again each time. */
  readonly unfinal: readonly Event[];
  readonly cursor: Cursor;
  /** The newest block that was read. */
  readonly toBlock: number;
}

/** Options of everything that reads a history. */
export interface HistoryOptions {
  /** What was read before; only blocks from its cursor on are read again. */
  readonly since?: History;
  /** When a block counts as final; by default the chain's `finalized` tag, or 64 blocks where it has none. */
  readonly finality?: Finality;
}

/**
 * The events that match any of several topic filters.
 *
 * @throws {InvalidHashError} When a topic is none.
 * @throws {InvalidParameterError} When an option is none.
 * @throws {RpcError} When the endpoint fails.
 * @example
 * const filter = [escrowInterface.getEvent("MilestoneFunded").topicHash];
 * const history = await readHistory(escrow.connection, [filter]);
 * const later = await readHistory(escrow.connection, [filter], { since: history });
 */
export async function readHistory(
  connection: EscrowConnection,
  filters: readonly Topics[],
  options: HistoryOptions = {},
): Promise<History> {
  checkConnection(connection);
  const { since, finality = "finalized" } = checkObject(options, "options");
  if (since !== undefined) checkHistory(since);
  checkFinality(finality);
  for (const topics of checkList(filters, "filters")) checkTopics(topics);
  const toBlock = (await latestBlock(connection.provider)).number;
  const lastFinal = await finalBlock(connection.provider, finality, toBlock);
  const fromBlock = since?.cursor.fromBlock ?? connection.startBlock;

  const pages = await Promise.all(filters.map((topics) => allLogs(connection, topics, { fromBlock, toBlock })));
  const events = inOrder(decodeLogs(pages.flat(), connection.escrow));
  const isFinal = ({ block }: EscrowEvent) => block <= lastFinal;
  return {
    final: [...(since?.final ?? []), ...events.filter(isFinal)],
    unfinal: events.filter((event) => !isFinal(event)),
    cursor: { fromBlock: Math.max(lastFinal + 1, fromBlock) },
    toBlock,
  };
}

/** Blocks of the first page of a scan: as many as most endpoints give at once. */
export const FIRST_PAGE = 1_000;

/**
 * The events that match a topic filter, page by page, oldest first: for more events than should be in memory at once, as
 * when a platform indexes all of its agreements. A page may be empty. Up to four are asked for at once.
 *
 * @param range By default from the connection's first block to the newest. Keep it out of blocks that may still be
 * reorganized, or read those again.
 * @throws {InvalidParameterError} When a block is not a whole number from 0.
 * @throws {InvalidHashError} When a topic is none.
 * @throws {RpcError} When the endpoint fails.
 * @example
 * const concluded = [escrowInterface.getEvent("MilestoneConcluded").topicHash];
 * for await (const events of scanEvents(escrow.connection, concluded)) {
 *   for (const { type, block } of events) console.log(type, block);
 * }
 */
export function scanEvents(
  connection: EscrowConnection,
  topics: Topics = [],
  range: Partial<BlockRange> = {},
): AsyncGenerator<readonly EscrowEvent[], void> {
  checkConnection(connection);
  checkTopics(topics);
  const { fromBlock = connection.startBlock, toBlock } = checkObject(range, "a range of blocks");
  for (const block of [fromBlock, toBlock ?? fromBlock]) {
    if (!isUint(block, Number.MAX_SAFE_INTEGER)) throw new InvalidParameterError(block, "is not the number of a block");
  }
  return eventPages(connection, topics, fromBlock, toBlock);
}

async function* eventPages(
  connection: EscrowConnection,
  topics: Topics,
  fromBlock: number,
  lastBlock: number | undefined,
): AsyncGenerator<readonly EscrowEvent[], void> {
  const toBlock = lastBlock ?? (await latestBlock(connection.provider)).number;
  const pages = logPages(connection, topics, { fromBlock, toBlock }, { firstPage: FIRST_PAGE });
  for await (const { logs } of pages) yield decodeLogs(logs, connection.escrow);
}

/**
 * All events of a history, oldest first.
 *
 * @example
 * for (const { type, block } of eventsOf(await escrow.getTimeline(agreement))) console.log(type, block);
 */
export function eventsOf<Event extends EscrowEvent>(history: History<Event>): readonly Event[] {
  const { final, unfinal } = checkHistory(history);
  return [...final, ...unfinal];
}

function checkHistory<Event extends EscrowEvent>(history: History<Event>): History<Event> {
  const what = "a history, as getTimeline reads it";
  const { final, unfinal, cursor } = checkObject(history, what);
  for (const events of [final, unfinal]) checkList(events, what);
  checkObject(cursor, what);
  return history;
}

/** What tells an event from every other, also from the same one in another block after a reorganization. */
export function eventKey({ blockHash, logIndex }: EscrowEvent): string {
  return `${blockHash}:${logIndex}`;
}

/** Oldest first, each once (two filters can match one log). */
export function inOrder(events: readonly EscrowEvent[]): EscrowEvent[] {
  return [...new Map(events.map((event) => [eventKey(event), event])).values()].sort(
    (a, b) => a.block - b.block || a.logIndex - b.logIndex,
  );
}
