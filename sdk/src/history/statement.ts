/**
 * Statements of account: what came to an account through the escrow and what went from it, from the events alone, so that it
 * adds up to the chain's balances.
 */
import { id as hashOf, zeroPadValue } from "ethers";
import { toAddress, toHash, zeroAddress } from "../address.js";
import type { Agreement } from "../agreement.js";
import { checkList, checkObject, checkProvider } from "../check.js";
import { decodeLogs, type EscrowEvent, type EscrowEventName, type EscrowEventOf } from "../decode.js";
import type { TokenDescription } from "../define.js";
import {
  IncompleteHistoryError,
  InvalidAmountError,
  InvalidParameterError,
  RpcError,
  WrongChainError,
  WrongContractCallError,
} from "../errors.js";
import { FIRST_PAGE, inOrder } from "../history.js";
import { escrowInterface } from "../interfaces.js";
import { allLogs, type BlockRange, logPages, type Topics } from "../logs.js";
import { getAgreementState, getClaimable } from "../reads.js";
import { ask, checkConnection, type EscrowConnection, type Finality, finalBlock, latestBlock } from "../rpc.js";
import { describeToken } from "../token.js";
import { registeredToken } from "../tokens.js";
import type { Address, AgreementId, Hash, Outcome } from "../types.js";
import { checkAgreement, isUint } from "../validate.js";
import type { HistoryStorage } from "./storage.js";
import { storedTimes, storeTimes, syncHistory } from "./sync.js";

// ------------------------------------------------------------------------------------------------------------ what it is

/**
 * What an entry is: money paid into a milestone; a part or the rest of one paid to the freelancer's side; money that came back
 * to the client's; a fee that was credited; what waited and was paid out.
 */
export type StatementEntryType =
  | "funded"
  | "advanced"
  | "paid"
  | "refunded"
  | "platform fee"
  | "arbiter fee"
  | "withdrawn";

/**
 * One movement of an account's money. Amounts are token base units, and `gross - platformFee - arbiterFee = net`. The
 * arbiter's fee, which comes off the top, is taken from what goes back to the client.
 */
export interface StatementEntry {
  /** When, by the block, Unix seconds. */
  readonly time: number;
  readonly type: StatementEntryType;
  /** `undefined` for what was withdrawn: it may be from several agreements. */
  readonly agreement: AgreementId | undefined;
  /** The milestone, counted from 0. */
  readonly index: number | undefined;
  /** Why the milestone ended, where it did. */
  readonly outcome: Outcome | undefined;
  readonly token: Address;
  readonly gross: bigint;
  readonly platformFee: bigint;
  readonly arbiterFee: bigint;
  readonly net: bigint;
  /** Into what the account has (its balance and what waits for it), out of it, or from the one to the other. */
  readonly direction: "in" | "out" | "within";
  /** By how much the account's balance of the token changed; negative for what it paid. */
  readonly balance: bigint;
  /** By how much what waits for it changed: fees and payments that the token refused, less what was withdrawn. */
  readonly claimable: bigint;
  readonly transaction: Hash;
  readonly block: number;
  readonly logIndex: number;
  /** Whether it is in a block that stays. */
  readonly final: boolean;
}

/** The sums of a statement for one token, base units. */
export interface StatementTotal {
  readonly token: Address;
  /** From the account into the escrow. */
  readonly paid: bigint;
  /** From the escrow to the account. */
  readonly received: bigint;
  /** `received - paid`: the change of its balance that the escrow made. */
  readonly balance: bigint;
  /** Of its money, what had to wait. */
  readonly credited: bigint;
  readonly withdrawn: bigint;
  /** `credited - withdrawn`: what waits for it now. */
  readonly claimable: bigint;
  /** What the milestones of its agreements hold now, whoever gets it. */
  readonly held: bigint;
}

/** What a milestone of the account's agreements holds, base units. */
export interface HeldMilestone {
  readonly agreement: AgreementId;
  readonly index: number;
  readonly token: Address;
  readonly amount: bigint;
}

/** A statement of account. */
export interface Statement {
  readonly chainId: number;
  readonly escrow: Address;
  readonly account: Address;
  /** The block at whose end it holds. */
  readonly toBlock: number;
  /** Oldest first. */
  readonly entries: readonly StatementEntry[];
  /** One for each token, in the order of their first entries. */
  readonly totals: readonly StatementTotal[];
  /** Those that hold money. */
  readonly held: readonly HeldMilestone[];
  /** Those that name the account (other than as verifier or gate), or that it paid for. */
  readonly agreements: readonly Agreement[];
  /** The tokens of which the decimals are known. */
  readonly tokens: readonly TokenDescription[];
}

// -------------------------------------------------------------------------------------------------------------- making it

/** What a statement is made of. */
export interface StatementParameters {
  readonly chainId: number;
  readonly escrow: string;
  readonly account: string;
  /** Only this token; by default all. */
  readonly token?: string;
  /** All events of the account's agreements up to `toBlock`, with their openings, and what it withdrew; others are passed over. */
  readonly events: readonly EscrowEvent[];
  /** Unix seconds by the numbers of blocks: those of the account's entries at least. */
  readonly times: ReadonlyMap<number, number>;
  readonly toBlock: number;
  /** The newest block that stays; by default `toBlock`. */
  readonly finalBlock?: number;
  /** Tokens that are not in the registry. */
  readonly tokens?: readonly TokenDescription[];
}

/** An entry of any account, before its time is known. */
interface Movement extends Omit<StatementEntry, "time" | "final"> {
  readonly account: Address;
}

/** What a part of a payment is, before it is known whether the token took it. */
type Part = Pick<Movement, "account" | "type" | "gross" | "platformFee" | "arbiterFee" | "net"> & {
  readonly isCredited: boolean;
};

type PayingEvent = EscrowEventOf<"MilestoneAdvanced"> | EscrowEventOf<"MilestoneConcluded">;

/** Where the freelancer's money goes, and where the client's goes back to. */
function payeesOf({ terms }: Agreement): { readonly payee: Address; readonly refundee: Address } {
  return {
    payee: terms.payoutTo === zeroAddress ? terms.freelancer : terms.payoutTo,
    refundee: terms.refundTo === zeroAddress ? terms.client : terms.refundTo,
  };
}

/** Whether an account is a party of an agreement, or may get money by it. */
function isNamed(account: Address, { terms }: Agreement): boolean {
  const { client, freelancer, arbiter, feeRecipient, payoutTo, refundTo } = terms;
  return [client, freelancer, arbiter, feeRecipient, payoutTo, refundTo].includes(account);
}

/** Who gets what by a payment; what is not credited is, gross, all that left the milestone. */
function partsOf(event: PayingEvent, agreement: Agreement): Part[] {
  const { payee, refundee } = payeesOf(agreement);
  const { freelancerAmount, platformFee } = event;
  const { clientAmount, arbiterFee } =
    event.type === "MilestoneConcluded" ? event : { clientAmount: 0n, arbiterFee: 0n };
  const noFees = { platformFee: 0n, arbiterFee: 0n };
  const fee = (account: Address, type: "platform fee" | "arbiter fee", amount: bigint): Part => ({
    ...{ account, type, gross: amount, ...noFees, net: amount, isCredited: true },
  });
  const parts: Part[] = [
    {
      ...{ account: payee, type: event.type === "MilestoneAdvanced" ? "advanced" : "paid" },
      ...{ gross: freelancerAmount + platformFee, ...noFees, platformFee, net: freelancerAmount, isCredited: false },
    },
    {
      ...{ account: refundee, type: "refunded" },
      ...{ gross: clientAmount + arbiterFee, ...noFees, arbiterFee, net: clientAmount, isCredited: false },
    },
    fee(agreement.terms.arbiter, "arbiter fee", arbiterFee),
    fee(agreement.terms.feeRecipient, "platform fee", platformFee),
  ];
  return parts.filter(({ gross }) => gross > 0n);
}

/** @throws {InvalidAmountError} When an amount is none, as after a trip through JSON, where it would be added as text. */
function checkAmounts(event: EscrowEvent): void {
  for (const [name, value] of Object.entries(event)) {
    if (!/amount$|fee$/i.test(name) || typeof value === "bigint") continue;
    throw new InvalidAmountError(value, `is the ${name} of an event, and not a bigint of token base units`);
  }
}

/** All movements of all accounts, and what each milestone holds in the end. */
function movementsOf(events: readonly EscrowEvent[]) {
  const agreements = new Map<AgreementId, Agreement>();
  const held = new Map<string, HeldMilestone>();
  const movements: Movement[] = [];
  /** Of the last payment of the transaction: what the token may have refused. */
  let pending: { readonly event: PayingEvent; readonly places: number[] } | undefined;

  const agreementOf = ({ id }: { readonly id: AgreementId }) => {
    const agreement = agreements.get(id);
    if (agreement === undefined) throw new IncompleteHistoryError({ id, details: "0 of 1 AgreementOpened" });
    return agreement;
  };
  const hold = (
    { id, index }: { readonly id: AgreementId; readonly index: number },
    token: Address,
    change: bigint,
  ) => {
    const key = `${id}:${index}`;
    const amount = (held.get(key)?.amount ?? 0n) + change;
    if (amount < 0n) throw new IncompleteHistoryError({ id, details: `what milestone ${index} paid was not funded` });
    held.set(key, { agreement: id, index, token, amount });
  };
  const placeOf = ({ transaction, block, logIndex }: EscrowEvent) => ({ transaction, block, logIndex });
  const noFees = { platformFee: 0n, arbiterFee: 0n };

  for (const event of inOrder(events)) {
    checkAmounts(event);
    if (event.type === "AgreementOpened") agreements.set(event.id, checkAgreement(event.agreement));
    if (event.type === "MilestoneFunded") {
      const { id, index, payer, amount } = event;
      const { token } = agreementOf(event).terms;
      hold(event, token, amount);
      movements.push({
        ...{ account: payer, type: "funded", agreement: id, index, outcome: undefined, token },
        ...{ gross: amount, ...noFees, net: amount, direction: "out", balance: -amount, claimable: 0n },
        ...placeOf(event),
      });
    }
    if (event.type === "MilestoneAdvanced" || event.type === "MilestoneConcluded") {
      const agreement = agreementOf(event);
      const { token } = agreement.terms;
      const outcome = event.type === "MilestoneConcluded" ? event.outcome : undefined;
      const places: number[] = [];
      for (const { isCredited, ...part } of partsOf(event, agreement)) {
        // A fee is in the entry that it was taken from, too, and left the milestone once.
        if (!isCredited) {
          hold(event, token, -part.gross);
          places.push(movements.length);
        }
        movements.push({
          ...{ ...part, agreement: event.id, index: event.index, outcome, token, direction: "in" },
          ...(isCredited ? { balance: 0n, claimable: part.net } : { balance: part.net, claimable: 0n }),
          ...placeOf(event),
        });
      }
      pending = { event, places };
    }
    if (event.type === "PaymentDeferred") {
      const { id, index, account, token, amount, transaction } = event;
      const isIts =
        pending?.event.id === id && pending.event.index === index && pending.event.transaction === transaction;
      const place = (isIts ? (pending?.places ?? []) : []).find((one) => {
        const movement = movements[one];
        return movement?.account === account && movement.token === token && movement.balance === amount;
      });
      const movement = place === undefined ? undefined : movements[place];
      if (place === undefined || movement === undefined) {
        throw new IncompleteHistoryError({ id, details: `the payment of milestone ${index} that was deferred` });
      }
      movements[place] = { ...movement, balance: 0n, claimable: amount };
    }
    if (event.type === "Withdrawn") {
      const { account, token, amount } = event;
      movements.push({
        ...{ account, type: "withdrawn", agreement: undefined, index: undefined, outcome: undefined, token },
        ...{ gross: amount, ...noFees, net: amount, direction: "within", balance: amount, claimable: -amount },
        ...placeOf(event),
      });
    }
  }
  return { agreements, held: [...held.values()], movements };
}

/**
 * A statement out of events that are known already, as from `syncHistory`. {@link statementOf} reads all that it needs itself.
 *
 * @throws {IncompleteHistoryError} When events are missing that others follow on.
 * @throws {InvalidAddressError} When the account, the token or the escrow is not an address.
 * @throws {InvalidAmountError} When an amount of an event is not a bigint.
 * @throws {InvalidParameterError} When the time of a block is missing.
 * @example
 * const { final, toBlock } = await syncHistory(escrow.connection, { storage: memoryStorage(), finality: 0 });
 * const events: EscrowEvent[] = [];
 * for await (const page of final) events.push(...page);
 * const times = await getBlockTimes(escrow.connection, events);
 * const statement = createStatement({ ...escrow.connection, account: freelancer, events, times, toBlock });
 */
export function createStatement(parameters: StatementParameters): Statement {
  const given = checkObject(parameters, "an object of parameters");
  const { chainId, times, toBlock, finalBlock: lastFinal = toBlock } = given;
  const [escrow, account] = [toAddress(given.escrow), toAddress(given.account)];
  const token = given.token === undefined ? undefined : toAddress(given.token);
  if (!isUint(toBlock, Number.MAX_SAFE_INTEGER))
    throw new InvalidParameterError(toBlock, "is not the number of a block");
  checkTimes(times);
  const events = checkList(given.events, "events").filter((event) => checkObject(event, "an event").block <= toBlock);
  const known = movementsOf(events);

  const isToken = (one: { readonly token: Address }) => token === undefined || one.token === token;
  const entries = known.movements
    .filter((movement) => movement.account === account && isToken(movement))
    .map(({ account: _, ...movement }): StatementEntry => {
      const time = times.get(movement.block);
      if (time === undefined)
        throw new InvalidParameterError(movement.block, "is a block without a time among the times");
      return { time, ...movement, final: movement.block <= lastFinal };
    });
  const paidFor = new Set(entries.flatMap(({ type, agreement }) => (type === "funded" ? [agreement] : [])));
  const agreements = [...known.agreements.values()].filter(
    (agreement) => isToken(agreement.terms) && (isNamed(account, agreement) || paidFor.has(agreement.id)),
  );
  const ids = new Set(agreements.map(({ id }) => id));
  const held = known.held.filter(({ agreement, amount }) => amount > 0n && ids.has(agreement));
  const tokens = new Set([...entries, ...held].map((one) => one.token));
  const totals = [...tokens].map((one) => totalOf(one, entries, held));
  const described = [...tokens].flatMap((one) => tokenOf(chainId, one, given.tokens ?? []) ?? []);
  return { chainId, escrow, account, toBlock, entries, totals, held, agreements, tokens: described };
}

function checkTimes(times: ReadonlyMap<number, number>): void {
  if (!(times instanceof Map)) throw new InvalidParameterError(times, "is not a map of times by the numbers of blocks");
}

function totalOf(token: Address, all: readonly StatementEntry[], held: readonly HeldMilestone[]): StatementTotal {
  const entries = all.filter((entry) => entry.token === token);
  const sum = (amounts: readonly bigint[]) => amounts.reduce((total, amount) => total + amount, 0n);
  const gains = (changes: readonly bigint[]) => sum(changes.filter((change) => change > 0n));
  const losses = (changes: readonly bigint[]) => -sum(changes.filter((change) => change < 0n));
  const [balances, claimables] = [entries.map(({ balance }) => balance), entries.map(({ claimable }) => claimable)];
  return {
    token,
    paid: losses(balances),
    received: gains(balances),
    balance: sum(balances),
    credited: gains(claimables),
    withdrawn: losses(claimables),
    claimable: sum(claimables),
    held: sum(held.filter((one) => one.token === token).map(({ amount }) => amount)),
  };
}

/** A token by the registry or by who asks; what a token says of itself may be a lie, but for the decimals. */
function tokenOf(chainId: number, token: Address, given: readonly TokenDescription[]): TokenDescription | undefined {
  const registered = registeredToken(chainId, token);
  if (registered !== undefined) return { address: token, decimals: registered.decimals, symbol: registered.symbol };
  return given.find(({ address }) => toAddress(address) === token);
}

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
}

const topicOf = (name: EscrowEventName) => escrowInterface.getEvent(name).topicHash;

/** The events that make or move what a statement has, of an agreement. */
const MONEY: readonly EscrowEventName[] = [
  "AgreementOpened",
  "MilestoneFunded",
  "MilestoneAdvanced",
  "MilestoneConcluded",
  "PaymentDeferred",
];

/** Agreements that are asked for at once. */
const IDS_AT_ONCE = 100;

/** Gives the events that match any of these topics, and perhaps others, page by page. */
type Source = (
  filters: readonly { readonly topics: Topics; readonly firstPage?: number }[],
) => AsyncIterable<readonly EscrowEvent[]>;

/**
 * The statement of an account: with nothing but a provider, or on top of a storage.
 *
 * @param account Any: client, freelancer, arbiter, platform, payer, or where money goes instead of to one of them.
 * @throws {InvalidAddressError} When the account or the token is not an address.
 * @throws {IncompleteHistoryError} When the endpoint leaves out events that others follow on. What else is missing tells
 * {@link checkStatement}.
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
  if (last !== undefined && !isUint(last, Number.MAX_SAFE_INTEGER)) {
    throw new InvalidParameterError(last, "is not the number of a block");
  }
  const ids = new Set(
    (agreements === undefined ? [] : checkList(agreements, "agreements")).map((one) => checkAgreement(one).id),
  );

  const { source, newest, lastFinal } = await sourceOf(connection, { finality, ...(storage && { storage }) });
  const toBlock = Math.min(last ?? newest, newest);
  const topic = zeroPadValue(who, 32);
  const paidFor = { topics: [topicOf("MilestoneFunded"), null, null, topic] };
  const opened = { topics: [topicOf("AgreementOpened")], firstPage: FIRST_PAGE };
  for await (const events of source(agreements === undefined ? [paidFor, opened] : [paidFor])) {
    for (const event of events) {
      if (event.type === "MilestoneFunded" && event.payer === who) ids.add(event.id);
      if (event.type === "AgreementOpened" && agreements === undefined && isNamed(who, event.agreement))
        ids.add(event.id);
    }
  }

  const wanted: EscrowEvent[] = [];
  const all = [...ids];
  const chunks = Array.from({ length: Math.ceil(all.length / IDS_AT_ONCE) }, (_, chunk) =>
    all.slice(chunk * IDS_AT_ONCE, (chunk + 1) * IDS_AT_ONCE),
  );
  const filters = [
    { topics: [topicOf("Withdrawn"), null, topic] },
    ...chunks.map((chunk) => ({ topics: [MONEY.map(topicOf), chunk] })),
  ];
  for await (const events of source(filters)) {
    for (const event of events) {
      const isWanted =
        event.type === "Withdrawn" ? event.account === who : MONEY.includes(event.type) && ids.has(event.id);
      if (isWanted && event.block <= toBlock) wanted.push(event);
    }
  }

  const moved = new Set(movementsOf(wanted).movements.flatMap((one) => (one.account === who ? [one.block] : [])));
  const known = storage === undefined ? new Map<number, number>() : await storedTimes(storage);
  const times = await getBlockTimes(
    connection,
    wanted.filter(({ block }) => moved.has(block)),
    known,
  );
  if (storage !== undefined) {
    await storeTimes(storage, new Map([...times].filter(([block]) => block <= lastFinal && !known.has(block))));
  }
  const parts = { chainId, escrow, account: who, events: wanted, times, toBlock, finalBlock: lastFinal };
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
    const {
      final,
      unfinal,
      finalBlock: lastFinal,
      toBlock: newest,
    } = await syncHistory(connection, { storage, finality });
    const source: Source = async function* () {
      yield* final;
      yield unfinal;
    };
    return { source, newest, lastFinal };
  }
  const { number: newest } = await latestBlock(connection.provider);
  const lastFinal = await finalBlock(connection.provider, finality, newest);
  const range = { fromBlock: connection.startBlock, toBlock: newest };
  const source: Source = async function* (filters) {
    for (const { topics, ...paging } of filters) {
      for await (const { logs } of logPages(connection, topics, range, paging))
        yield decodeLogs(logs, connection.escrow);
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
   * account and the escrow; more was paid by the chain when the account sent the escrow tokens by mistake.
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
): Promise<readonly StatementDifference[]> {
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
    const [claimable, paid, received] = await Promise.all([
      getClaimable(connection, { token, account }, at),
      transferred({ ...connection, escrow: token }, account, escrow, { fromBlock: startBlock, toBlock }),
      transferred({ ...connection, escrow: token }, escrow, account, { fromBlock: startBlock, toBlock }),
    ]);
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

/** @throws {InvalidParameterError} When it is no statement. */
export function checkStatementShape(statement: Statement): Statement {
  const what = "a statement, as statementOf makes it";
  const { account, toBlock, entries, totals, held, agreements, tokens } = checkObject(statement, what);
  toAddress(account);
  const lists: readonly (readonly object[])[] = [entries, totals, held, tokens];
  for (const list of lists) for (const one of checkList(list, what)) checkObject(one, what);
  for (const agreement of checkList(agreements, what)) checkAgreement(agreement);
  if (!isUint(toBlock, Number.MAX_SAFE_INTEGER))
    throw new InvalidParameterError(toBlock, "is not the number of a block");
  return statement;
}
