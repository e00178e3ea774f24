/**
 * Reading logs over any range of blocks from endpoints that limit ranges, results or time.
 */
import type { Log } from "ethers";
import { type MicroEscrowError, RpcError } from "./errors.js";
import { decodeError } from "./revert.js";
import { type EscrowConnection, pause } from "./rpc.js";

/** Topics to match, position by position; null matches anything. */
export type Topics = readonly (string | null)[];

/** A range of blocks, both included. */
export interface BlockRange {
  readonly fromBlock: number;
  readonly toBlock: number;
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

/** How to go through a range. */
interface Paging {
  /** Blocks of the first page; by default the whole range. No page has more than 50 times as many. */
  readonly firstPage?: number;
  /** Pages from the newest to the oldest; within a page the oldest log is still the first. */
  readonly newestFirst?: boolean;
}

/**
 * The logs of the escrow in a range, page by page, as large as the endpoint allows.
 *
 * @throws {RpcError} When the endpoint fails, or refuses even a single block.
 */
export async function* logPages(
  connection: EscrowConnection,
  topics: Topics,
  range: BlockRange,
  { firstPage, newestFirst = false }: Paging = {},
): AsyncGenerator<Log[], void> {
  let { fromBlock, toBlock } = range;
  let size = firstPage ?? toBlock - fromBlock + 1;
  const largest = size * MOST_GROWTH;
  while (fromBlock <= toBlock) {
    const page = newestFirst
      ? { fromBlock: Math.max(toBlock - size + 1, fromBlock), toBlock }
      : { fromBlock, toBlock: Math.min(fromBlock + size - 1, toBlock) };
    const half = Math.ceil((page.toBlock - page.fromBlock + 1) / 2);
    const logs = await tryPage(connection, topics, page);
    if (logs === "too much") {
      size = half;
      continue;
    }
    yield logs;
    size = logs.length > ENOUGH_LOGS ? half : Math.min(Math.ceil(size * GROWTH), largest);
    if (newestFirst) toBlock = page.fromBlock - 1;
    else fromBlock = page.toBlock + 1;
  }
}

/** All logs of the escrow in a range, oldest first; see {@link logPages}. */
export async function allLogs(connection: EscrowConnection, topics: Topics, range: BlockRange): Promise<Log[]> {
  const pages: Log[][] = [];
  for await (const page of logPages(connection, topics, range)) pages.push(page);
  return pages.flat();
}

/** The newest matching log of the escrow in a range; see {@link logPages}. */
export async function findLastLog(
  connection: EscrowConnection,
  topics: Topics,
  range: BlockRange,
): Promise<Log | undefined> {
  for await (const page of logPages(connection, topics, range, { newestFirst: true })) {
    const last = page.at(-1);
    if (last !== undefined) return last;
  }
  return undefined;
}

/** The logs of one range, in their order, or that it is more than the endpoint gives at once. */
async function tryPage(
  { provider, escrow }: EscrowConnection,
  topics: Topics,
  range: BlockRange,
): Promise<Log[] | "too much"> {
  for (let attempt = 0; ; ++attempt) {
    try {
      const logs = await provider.getLogs({ address: escrow, topics: [...topics], ...range });
      const asked = logs.filter((log) => !log.removed && matches(log, escrow, topics));
      return asked.sort((a, b) => a.blockNumber - b.blockNumber || a.index - b.index);
    } catch (error) {
      const failure = decodeError(error);
      const isPassing = passes(failure, range);
      if (!isPassing && range.toBlock > range.fromBlock) return "too much";
      if (!isPassing || attempt === RETRIES) throw failure;
      await pause(RETRY_PAUSE * 2 ** attempt);
    }
  }
}

/** Whether a log is one that was asked for: some endpoints do not filter. */
function matches(log: Log, escrow: string, topics: Topics): boolean {
  const isMatch = (topic: string | null, position: number) =>
    topic === null || topic.toLowerCase() === log.topics[position]?.toLowerCase();
  return log.address.toLowerCase() === escrow.toLowerCase() && topics.every(isMatch);
}

/** Whether a failure has nothing to do with the range: no connection, too many requests, or no time for even one block. */
function passes(failure: MicroEscrowError, { fromBlock, toBlock }: BlockRange): boolean {
  if (!(failure instanceof RpcError)) return false;
  if (failure.reason === "unreachable") return true;
  if (failure.reason === "timeout") return fromBlock === toBlock;
  return /\b429\b|rate limit|too many requests/i.test(failure.details);
}
