/**
 * Reading logs over any range of blocks from endpoints that limit ranges, results or time.
 */
import type { Log } from "ethers";
import { type MicroEscrowError, RpcError } from "./errors.js";
import { decodeError } from "./revert.js";
import { type EscrowConnection, pause } from "./rpc.js";

/** Topics to match, position by position; null matches anything, a list any of its topics. */
export type Topics = readonly (string | null | readonly string[])[];

/** A range of blocks, both included. */
export interface BlockRange {
  readonly fromBlock: number;
  readonly toBlock: number;
}

/** The logs of a range, in their order. */
export interface LogPage extends BlockRange {
  readonly logs: readonly Log[];
}

/** How often a request that fails for no fault of its range is repeated, and after how long at first. */
const RETRIES = 3;
const RETRY_PAUSE = 250;

/** How much larger the next page may be: what was too much at a busy block is not so for ever. */
const GROWTH = 1.25;

/** After a page of more logs than this the next one is smaller, whatever the endpoint would give at once. */
const ENOUGH_LOGS = 5_000;

/** How much larger than the first page others may become: what is quiet may be followed by what is busy. */
const MOST_GROWTH = 50;

/** Where larger pages were refused: how many it has to give in a row until a larger one is tried again. */
const PATIENCE = 8;

/** Most pages that are asked for at once. */
const IN_FLIGHT = 4;

/** How to go through a range. */
export interface Paging {
  /** Blocks of the first page; by default the whole range. No page has more than 50 times as many. */
  readonly firstPage?: number;
  /** Pages from the newest to the oldest, one by one; within a page the oldest log is still the first. */
  readonly newestFirst?: boolean;
  /** Most pages that are asked for at once; by default 4. So many, at most, are in memory. */
  readonly inFlight?: number;
}

/**
 * The logs of the escrow in a range, page by page and in order, as large as the endpoint allows. The first is asked for alone;
 * each one that the endpoint gives widens what is asked for at once by one, and one that it refuses narrows it to one again.
 * Where requests have to be made again, half as many are made at once from then on. How large a page may be is tried out one
 * page at a time. Who stops reading gives up what was asked for.
 *
 * @throws {RpcError} When the endpoint fails, or refuses even a single block.
 */
export async function* logPages(
  connection: EscrowConnection,
  topics: Topics,
  range: BlockRange,
  { firstPage, newestFirst = false, inFlight = IN_FLIGHT }: Paging = {},
): AsyncGenerator<LogPage, void> {
  /** What is not asked for yet. */
  let { fromBlock, toBlock } = range;
  const pace = new Pace(firstPage ?? toBlock - fromBlock + 1, newestFirst ? 1 : inFlight);
  const asked: { readonly page: BlockRange; readonly answer: Promise<Log[] | "too much"> }[] = [];
  let givingUp = new AbortController();
  try {
    while (asked.length > 0 || fromBlock <= toBlock) {
      while (asked.length < pace.width && fromBlock <= toBlock) {
        const page = newestFirst
          ? { fromBlock: Math.max(toBlock - pace.size + 1, fromBlock), toBlock }
          : { fromBlock, toBlock: Math.min(fromBlock + pace.size - 1, toBlock) };
        if (newestFirst) toBlock = page.fromBlock - 1;
        else fromBlock = page.toBlock + 1;
        const answer = tryPage(connection, topics, page, pace, givingUp.signal);
        // Its failure is told when its turn comes, and to nobody when it was given up.
        answer.catch(() => {});
        asked.push({ page, answer });
      }
      const { page, answer } = asked.shift() as (typeof asked)[number];
      const blocks = page.toBlock - page.fromBlock + 1;
      const logs = await answer;
      if (logs === "too much") {
        // What was asked for behind it is as large, or has to wait until its turn: it is asked for again.
        givingUp.abort();
        givingUp = new AbortController();
        asked.length = 0;
        if (newestFirst) toBlock = page.toBlock;
        else fromBlock = page.fromBlock;
        pace.refused(blocks);
      } else {
        yield { ...page, logs };
        pace.gave(blocks, logs.length);
      }
    }
  } finally {
    givingUp.abort();
  }
}

/** How large the next page is, and how many are asked for at once, by what the endpoint gave and refused so far. */
class Pace {
  /** Blocks of the next page. */
  size: number;
  readonly #largest: number;
  #inFlight: number;
  /** Blocks of the largest page that was given since one was refused. */
  #given = 0;
  /** Blocks of the page that was refused last; endless when none was, or one as large was given since. */
  #limit = Number.POSITIVE_INFINITY;
  /** Pages in a row that were neither refused nor crowded. */
  #good = 0;

  constructor(size: number, inFlight: number) {
    this.size = size;
    this.#largest = size * MOST_GROWTH;
    this.#inFlight = inFlight;
  }

  /** How many pages may be asked for at once. A size that may be too much is tried out alone. */
  get width(): number {
    const isTrial = this.#limit !== Number.POSITIVE_INFINITY && this.size > this.#given;
    return isTrial ? 1 : Math.min(Math.max(this.#good, 1), this.#inFlight);
  }

  /** The endpoint was asked too fast, or was away: so many at once would use up the attempts of each other. */
  slowDown(): void {
    this.#inFlight = Math.max(Math.floor(this.#inFlight / 2), 1);
  }

  refused(blocks: number): void {
    if (this.#given >= blocks) this.#given = 0;
    this.size = this.#given > 0 ? this.#given : Math.ceil(blocks / 2);
    this.#limit = blocks;
    this.#good = 0;
  }

  gave(blocks: number, logs: number): void {
    if (logs > ENOUGH_LOGS) {
      this.size = Math.ceil(blocks / 2);
      this.#good = 0;
      return;
    }
    this.#given = Math.max(this.#given, blocks);
    this.#good += 1;
    if (blocks >= this.#limit) this.#limit = Number.POSITIVE_INFINITY;
    // Once something was refused, what is given is kept for a while; and of several pages of one size, one makes it grow.
    if (this.#limit !== Number.POSITIVE_INFINITY && (this.#good < PATIENCE || blocks < this.size)) return;
    this.size = Math.min(Math.ceil(this.size * GROWTH), this.#largest);
  }
}

/** All logs of the escrow in a range, oldest first; see {@link logPages}. */
export async function allLogs(connection: EscrowConnection, topics: Topics, range: BlockRange): Promise<Log[]> {
  const pages: (readonly Log[])[] = [];
  for await (const { logs } of logPages(connection, topics, range)) pages.push(logs);
  return pages.flat();
}

/** The newest matching log of the escrow in a range; see {@link logPages}. */
export async function findLastLog(
  connection: EscrowConnection,
  topics: Topics,
  range: BlockRange,
): Promise<Log | undefined> {
  for await (const { logs } of logPages(connection, topics, range, { newestFirst: true })) {
    const last = logs.at(-1);
    if (last !== undefined) return last;
  }
  return undefined;
}

/**
 * The logs of one range, in their order, or that it is more than the endpoint gives at once.
 *
 * @param pace Told of each request that has to be made again.
 * @param signal Aborted when nobody waits for the answer any more: then no request is made again.
 */
async function tryPage(
  { provider, escrow }: EscrowConnection,
  topics: Topics,
  range: BlockRange,
  pace: Pace,
  signal: AbortSignal,
): Promise<Log[] | "too much"> {
  const filter = topics.map((topic) => (typeof topic === "string" || topic === null ? topic : [...topic]));
  for (let attempt = 0; ; ++attempt) {
    try {
      const logs = await provider.getLogs({
        ...{ address: escrow, topics: filter },
        ...{ fromBlock: range.fromBlock, toBlock: range.toBlock },
      });
      const asked = logs.filter((log) => !log.removed && isWithin(log, range) && matches(log, escrow, topics));
      return asked.sort((a, b) => a.blockNumber - b.blockNumber || a.index - b.index);
    } catch (error) {
      const failure = decodeError(error);
      const isPassing = passes(failure, range);
      if (!isPassing && range.toBlock > range.fromBlock) return "too much";
      if (!isPassing || attempt === RETRIES) throw failure;
      pace.slowDown();
      await pause(RETRY_PAUSE * 2 ** attempt, signal);
      if (signal.aborted) throw failure;
    }
  }
}

function isWithin({ blockNumber }: Log, { fromBlock, toBlock }: BlockRange): boolean {
  return blockNumber >= fromBlock && blockNumber <= toBlock;
}

/** Whether a log is one that was asked for: some endpoints do not filter. */
export function matches(log: Pick<Log, "address" | "topics">, escrow: string, topics: Topics): boolean {
  const isMatch = (wanted: Topics[number], position: number) => {
    const topic = log.topics[position]?.toLowerCase();
    if (wanted === null) return true;
    return typeof wanted === "string"
      ? wanted.toLowerCase() === topic
      : wanted.some((one) => one.toLowerCase() === topic);
  };
  return log.address.toLowerCase() === escrow.toLowerCase() && topics.every(isMatch);
}

/** Whether a failure has nothing to do with the range: no connection, too many requests, or no time for even one block. */
function passes(failure: MicroEscrowError, { fromBlock, toBlock }: BlockRange): boolean {
  if (!(failure instanceof RpcError)) return false;
  if (failure.reason === "unreachable") return true;
  if (failure.reason === "timeout") return fromBlock === toBlock;
  return /\b429\b|rate limit|too many requests/i.test(failure.details);
}
