/**
 * Reading what a statement of account needs from the chain, and comparing a statement with the chain.
 */
import { id as hashOf, zeroPadValue } from "ethers";
import { toAddress, toHash } from "../address.js";
import type { Agreement } from "../agreement.js";
import { checkList, checkObject, checkProvider } from "../check.js";
import { decodeLogs, type EscrowEvent, type EscrowEventName } from "../decode.js";
import type { TokenDescription } from "../define.js";
import { InvalidParameterError, RpcError, WrongChainError, WrongContractCallError } from "../errors.js";
import { checkFinality, FIRST_PAGE } from "../history.js";
import { escrowInterface } from "../interfaces.js";
import { allLogs, type BlockRange, logPages, matches, type Topics } from "../logs.js";
import { getAgreementState, getClaimable } from "../reads.js";
import { ask, checkConnection, type EscrowConnection, type Finality, finalBlock, latestBlock } from "../rpc.js";
import { signedFundingAddress } from "../signedFunding.js";
import { describeToken } from "../token.js";
import type { Address, AgreementId } from "../types.js";
import { checkAgreement, isUint } from "../validate.js";
import { checkStatementShape, checkTimes, createStatement, isNamed, movementsOf, type Statement } from "./statement.js";
import type { HistoryStorage } from "./storage.js";
import { type Selection, storedTimes, storeTimes, syncStored } from "./sync.js";

// ------------------------------------------------------------------------------------------------------------- reading it

/** Options of {@link statementOf}. */
export interface StatementOptions {
  /** Only this token; by default all, also those that nobody knows: anybody can name anybody as an arbiter. */
  readonly token?: string;
  /** The block at whose end the statement holds; by default the newest. */
  readonly toBlock?: number;
  /** When a block counts as final; by default the chain's `finalized` tag, or 64 blocks where it has none. */
  readonly finality?: Finality;
  /**
   * A storage of all of the escrow's events, which is read on first. Without one, what is needed is read from the chain: all
   * openings of agreements, because an arbiter, a platform and who else is paid cannot be looked for, and then the events of
   * the account's agreements.
   */
  readonly storage?: HistoryStorage;
  /** The only agreements to look at, beside those that the account paid for, as from `listAgreements`. */
  readonly agreements?: readonly Agreement[];
  /** A SignedFunding of your own, whose payments are the clients'; by default the one of MicroEscrow. */
  readonly signedFunding?: string;
}

const topicOf = (name: EscrowEventName) => escrowInterface.getEvent(name).topicHash;

/** The events that move what a statement has, of an agreement. */
const MOVING: readonly EscrowEventName[] = [
  "MilestoneFunded",
  "MilestoneAdvanced",
  "MilestoneConcluded",
  "PaymentDeferred",
];

/** Agreements that are asked for at once. */
const IDS_AT_ONCE = 100;

/** Gives the events that match any of these topics and are wanted, and perhaps others, page by page. */
type Source = (
  filters: readonly { readonly topics: Topics; readonly firstPage?: number }[],
  isWanted: Selection,
) => AsyncIterable<readonly EscrowEvent[]>;

/**
 * The statement of an account: with nothing but a provider, or on top of a storage.
 *
 * @param account Any: client, freelancer, arbiter, platform, payer, or where money goes instead of to one of them.
 * @throws {InvalidAddressError} When the account or the token is not an address.
 * @throws {InvalidParameterError} When an option is none.
 * @throws {IncompleteHistoryError} When the endpoint leaves out events that others follow on, or gives some twice, as around a
 * reorganization. What else is missing tells {@link checkStatement}.
 * @throws {RpcError} When the endpoint fails. What `syncHistory` throws, with a storage.
 * @example
 * const statement = await statementOf(escrow.connection, freelancer);
 * for (const { token, received, claimable } of statement.totals) console.log(token, received, claimable);
 */
export async function statementOf(
  connection: EscrowConnection,
  account: string,
  options: StatementOptions = {},
): Promise<Statement> {
  const { chainId, escrow } = checkConnection(connection);
  const { token, storage, agreements, finality = "finalized", toBlock: last } = checkObject(options, "options");
  const who = toAddress(account);
  const only = token === undefined ? undefined : toAddress(token);
  const signedFunding = toAddress(options.signedFunding ?? signedFundingAddress());
  checkFinality(finality);
  if (last !== undefined && !isUint(last, Number.MAX_SAFE_INTEGER)) {
    throw new InvalidParameterError(last, "is not the number of a block");
  }
  const ids = new Set(
    (agreements === undefined ? [] : checkList(agreements, "agreements")).map((one) => checkAgreement(one).id),
  );

  const { source, newest, lastFinal } = await sourceOf(connection, { finality, ...(storage && { storage }) });
  const toBlock = Math.min(last ?? newest, newest);
  const topic = zeroPadValue(who, 32);
  const digits = who.slice(2).toLowerCase();
  const mentions: Selection = ({ topics, data }) =>
    [...topics, data].some((word) => word.toLowerCase().includes(digits));
  const wanted: EscrowEvent[] = [];
  const paidFor = { topics: [topicOf("MilestoneFunded"), null, null, topic] };
  const opened = { topics: [topicOf("AgreementOpened")], firstPage: FIRST_PAGE };
  const openings = new Set<AgreementId>();
  for await (const events of source(agreements === undefined ? [paidFor, opened] : [paidFor], mentions)) {
    for (const event of events) {
      if (event.type === "MilestoneFunded" && event.payer === who) ids.add(event.id);
      if (event.type !== "AgreementOpened" || agreements !== undefined || event.block > toBlock) continue;
      const isToken = only === undefined || event.agreement.terms.token === only;
      if (!isToken || !isNamed(who, event.agreement)) continue;
      ids.add(event.id);
      openings.add(event.id);
      wanted.push(event);
    }
  }

  const chunked = (all: readonly AgreementId[]) =>
    Array.from({ length: Math.ceil(all.length / IDS_AT_ONCE) }, (_, chunk) =>
      all.slice(chunk * IDS_AT_ONCE, (chunk + 1) * IDS_AT_ONCE),
    );
  // An opening has a whole agreement in it, which takes time to read: once is enough.
  const missing = [...ids].filter((id) => !openings.has(id));
  const filters = [
    { topics: [topicOf("Withdrawn"), null, topic] },
    ...chunked(missing).map((chunk) => ({ topics: [topicOf("AgreementOpened"), chunk] })),
    ...chunked([...ids]).map((chunk) => ({ topics: [MOVING.map(topicOf), chunk] })),
  ];
  for await (const events of source(filters, () => true)) {
    for (const event of events) {
      if (event.block > toBlock) continue;
      const isMissing = event.type === "AgreementOpened" && ids.has(event.id) && !openings.has(event.id);
      const isWanted =
        event.type === "Withdrawn" ? event.account === who : MOVING.includes(event.type) && ids.has(event.id);
      if (isMissing || isWanted) wanted.push(event);
    }
  }

  const moved = new Set(
    movementsOf(wanted, signedFunding).movements.flatMap((one) => (one.account === who ? [one.block] : [])),
  );
  const known = storage === undefined ? new Map<number, number>() : await storedTimes(storage);
  const times = await getBlockTimes(
    connection,
    wanted.filter(({ block }) => moved.has(block)),
    known,
  );
  if (storage !== undefined) {
    await storeTimes(storage, new Map([...times].filter(([block]) => block <= lastFinal && !known.has(block))));
  }
  const parts = { chainId, escrow, account: who, events: wanted, times, toBlock, finalBlock: lastFinal, signedFunding };
  const statement = createStatement({ ...parts, ...(only && { token: only }) });
  const tokens = await decimalsOf(connection, statement);
  return { ...statement, tokens: [...statement.tokens, ...tokens] };
}

/** Where the events come from, and up to which block. */
async function sourceOf(
  connection: EscrowConnection,
  { storage, finality }: { readonly storage?: HistoryStorage; readonly finality: Finality },
): Promise<{ readonly source: Source; readonly newest: number; readonly lastFinal: number }> {
  if (storage !== undefined) {
    const { select, ...history } = await syncStored(connection, { storage, finality });
    const source: Source = async function* (filters, isWanted) {
      const isAsked: Selection = (log) => filters.some(({ topics }) => matches(log, connection.escrow, topics));
      yield* select((log) => isAsked(log) && isWanted(log));
      yield history.unfinal;
    };
    const { toBlock: newest, finalBlock: lastFinal } = history;
    return { source, newest, lastFinal };
  }
  const { number: newest } = await latestBlock(connection.provider);
  const lastFinal = await finalBlock(connection.provider, finality, newest);
  const range = { fromBlock: connection.startBlock, toBlock: newest };
  const source: Source = async function* (filters, isWanted) {
    for (const { topics, ...paging } of filters) {
      for await (const { logs } of logPages(connection, topics, range, paging)) {
        yield decodeLogs(logs.filter(isWanted), connection.escrow);
      }
    }
  };
  return { source, newest, lastFinal };
}

/** The decimals of tokens that the registry does not have, by their own word; none of those that have no word. */
async function decimalsOf(connection: EscrowConnection, { totals, tokens }: Statement): Promise<TokenDescription[]> {
  const unknown = totals.filter(({ token }) => !tokens.some(({ address }) => address === token));
  const found = await inParallel(unknown, async ({ token }) => {
    try {
      const { address, decimals } = await describeToken(connection, token);
      return [{ address, decimals }];
    } catch (error) {
      // A hostile token may make a node fail, too, which must not hold up the others.
      if (error instanceof RpcError && error.reason === "unreachable") throw error;
      return [];
    }
  });
  return found.flat();
}

/** Requests that are made at once. */
const AT_ONCE = 8;

/** What work gives for each item, in their order, so many at a time. The first failure ends it. */
async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const take = async (): Promise<void> => {
    while (next < items.length) {
      const place = next++;
      try {
        results[place] = await work(items[place] as T);
      } catch (error) {
        next = items.length;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, take));
  return results;
}

/**
 * The times of the blocks that events are in, Unix seconds by the blocks' numbers; each block is asked for once, and by its
 * hash, so that it is the right one.
 *
 * @param known Times that need not be asked for.
 * @throws {RpcError} When the endpoint fails, or does not have a block (any more).
 * @example
 * const events = eventsOf(await escrow.getTimeline(agreement));
 * const times = await getBlockTimes(escrow.connection, events);
 */
export async function getBlockTimes(
  connection: Pick<EscrowConnection, "provider">,
  events: readonly EscrowEvent[],
  known: ReadonlyMap<number, number> = new Map(),
): Promise<Map<number, number>> {
  const { provider } = checkObject(connection, "a connection, like escrow.connection");
  checkProvider(provider);
  checkTimes(known);
  const blocks = new Map(
    checkList(events, "events").map((event) => [checkObject(event, "an event").block, event.blockHash]),
  );
  const found = await inParallel([...blocks], async ([block, blockHash]): Promise<[number, number]> => {
    const time = known.get(block);
    if (time !== undefined) return [block, time];
    const { timestamp } = (await ask(provider.getBlock(toHash(blockHash)))) ?? {};
    if (timestamp !== undefined) return [block, timestamp];
    throw new RpcError({
      reason: "malformed",
      details: `the endpoint has no block ${block} with hash ${blockHash} any more`,
    });
  });
  return new Map(found);
}

// ------------------------------------------------------------------------------------------------------------ checking it

/** Something that a statement says otherwise than the chain does; amounts are token base units. */
export interface StatementDifference {
  /**
   * `claimable`: what waits for the account. `held`: in a milestone. `paid` and `received`: the token's transfers between the
   * account and the escrow (or SignedFunding); more was paid by the chain when the account sent them tokens by mistake.
   */
  readonly what: "claimable" | "held" | "paid" | "received";
  readonly token: Address;
  /** For `held`: whose milestone, and which. */
  readonly agreement: AgreementId | undefined;
  readonly index: number | undefined;
  readonly statement: bigint;
  readonly chain: bigint;
}

const TRANSFER = hashOf("Transfer(address,address,uint256)");

/**
 * Compares a statement with the chain at the statement's block: what waits for the account, what each milestone holds, and the
 * transfers that its tokens tell of. Nothing differs when the statement is complete and right.
 *
 * @param options `signedFunding`: as it was for the statement.
 * @throws {RpcError} When the endpoint fails, or no longer knows the state at the statement's block: then take an archive node.
 * @example
 * const statement = await statementOf(escrow.connection, freelancer);
 * for (const { what, token, statement: said, chain } of await checkStatement(escrow.connection, statement)) {
 *   console.log(`${what} of ${token}: ${said}, but ${chain} on the chain`);
 * }
 */
export async function checkStatement(
  connection: EscrowConnection,
  statement: Statement,
  options: Pick<StatementOptions, "signedFunding"> = {},
): Promise<readonly StatementDifference[]> {
  const signedFunding = toAddress(checkObject(options, "options").signedFunding ?? signedFundingAddress());
  const { chainId, escrow, startBlock } = checkConnection(connection);
  const { account, toBlock, totals, held, agreements } = checkStatementShape(statement);
  if (statement.chainId !== chainId) throw new WrongChainError({ actual: chainId, expected: statement.chainId });
  if (statement.escrow !== escrow) throw new WrongContractCallError({ actual: statement.escrow, expected: escrow });
  const at = { blockTag: toBlock };
  const milestone = { agreement: undefined, index: undefined };

  const states = await inParallel(agreements, async (agreement) => {
    const { milestones } = await getAgreementState(connection, agreement, at);
    return milestones.map(({ held: chain }, index): StatementDifference => {
      const { id, terms } = agreement;
      const entry = held.find((one) => one.agreement === id && one.index === index);
      return { what: "held", token: terms.token, agreement: id, index, statement: entry?.amount ?? 0n, chain };
    });
  });
  const tokens = new Set([...totals.map(({ token }) => token), ...agreements.map(({ terms }) => terms.token)]);
  const sums = await inParallel([...tokens], async (token): Promise<StatementDifference[]> => {
    const total = totals.find((one) => one.token === token);
    const sent = (from: Address, to: Address) =>
      transferred({ ...connection, escrow: token }, from, to, { fromBlock: startBlock, toBlock });
    const [claimable, directly, bySignature, received] = await Promise.all([
      getClaimable(connection, { token, account }, at),
      sent(account, escrow),
      sent(account, signedFunding),
      sent(escrow, account),
    ]);
    const paid = directly + bySignature;
    const said = { claimable: total?.claimable ?? 0n, paid: total?.paid ?? 0n, received: total?.received ?? 0n };
    return (["claimable", "paid", "received"] as const).map((what) => ({
      ...{ what, token, ...milestone, statement: said[what], chain: { claimable, paid, received }[what] },
    }));
  });
  return [...sums.flat(), ...states.flat()].filter((one) => one.statement !== one.chain);
}

/** What a token says was transferred, base units; words that are no amount count as none. */
async function transferred(token: EscrowConnection, from: Address, to: Address, range: BlockRange): Promise<bigint> {
  const logs = await allLogs(token, [TRANSFER, zeroPadValue(from, 32), zeroPadValue(to, 32)], range);
  return logs.reduce((sum, { data }) => sum + (/^0x[0-9a-f]{64}$/i.test(data) ? BigInt(data) : 0n), 0n);
}
