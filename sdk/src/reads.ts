/**
 * Everything about agreements that the chain alone can tell: from views and events, without a server.
 */
import { type BlockTag, zeroPadValue } from "ethers";
import { toAddress, toHash } from "./address.js";
import type { Agreement } from "./agreement.js";
import { checkObject, checkProvider } from "./check.js";
import { decodeLog, type EscrowEvent, type EscrowEventName, type EscrowEventOf } from "./decode.js";
import { IncompleteHistoryError, InvalidParameterError, UnknownAgreementError } from "./errors.js";
import { eventsOf, type History, type HistoryOptions, readHistory } from "./history.js";
import { escrowInterface } from "./interfaces.js";
import { findLastLog } from "./logs.js";
import { type Progress, progress } from "./progress.js";
import { ask, callLatest, checkConnection, decodeView, type EscrowConnection, latestBlock } from "./rpc.js";
import {
  type Address,
  type AgreementId,
  type AgreementState,
  type Hex,
  type MilestoneState,
  Outcome,
  Status,
} from "./types.js";
import { checkAgreement, isUint } from "./validate.js";

/** Options of everything that reads the present state. */
export interface StateOptions {
  /** The block to read at; by default the newest. */
  readonly blockTag?: BlockTag;
}

// --------------------------------------------------------------------------------------------------------------- state

/**
 * The chain's time: that of the newest block, Unix seconds. Clocks are compared with this, never with a device's clock.
 *
 * @throws {RpcError} When the endpoint fails.
 * @example
 * const now = await getTime({ provider });
 */
export async function getTime(connection: Pick<EscrowConnection, "provider">): Promise<number> {
  const { provider } = checkObject(connection, "a connection, like escrow.connection");
  return (await latestBlock(checkProvider(provider))).timestamp;
}

/**
 * The state of one milestone; all zero when it was never funded.
 *
 * @param index Counted from 0.
 * @throws {RpcError} When the endpoint fails.
 * @example
 * const { status, held, clock } = await getMilestone(escrow.connection, agreement.id, 0);
 */
export async function getMilestone(
  connection: EscrowConnection,
  id: AgreementId,
  index: number,
  options: StateOptions = {},
): Promise<MilestoneState> {
  if (!isUint(index, Number.MAX_SAFE_INTEGER)) {
    throw new InvalidParameterError(index, "is not the index of a milestone; they count from 0");
  }
  const data = escrowInterface.encodeFunctionData("milestone", [toHash(id), index]);
  return decodeMilestone(await view(connection, data, options)).state;
}

/**
 * The state of a whole agreement, all of it at the same block, with one request.
 *
 * @throws {RpcError} When the endpoint fails, or no longer knows the state at `blockTag`.
 * @example
 * const { closed, milestones } = await getAgreementState(escrow.connection, agreement);
 */
export async function getAgreementState(
  connection: EscrowConnection,
  agreement: Agreement,
  options: StateOptions = {},
): Promise<AgreementState> {
  const { id, schedule } = checkAgreement(agreement);
  const calls = schedule.map((_, index) => escrowInterface.encodeFunctionData("milestone", [id, index]));
  const result = await view(connection, escrowInterface.encodeFunctionData("multicall", [calls]), options);
  const milestones = decodeView(escrowInterface, "multicall", result)[0].map(decodeMilestone);
  const flags = milestones[0]?.flags ?? 0;
  return {
    clientConsented: (flags & 1) !== 0,
    freelancerConsented: (flags & 2) !== 0,
    closed: (flags & 4) !== 0,
    milestones: milestones.map(({ state }: { state: MilestoneState }) => state),
  };
}

/**
 * What waits for an account, to be paid out with `withdraw`: fees, and payments that failed; token base units.
 *
 * @throws {InvalidAddressError} When the token or the account is not an address.
 * @throws {RpcError} When the endpoint fails.
 * @example
 * const waiting = await getClaimable(escrow.connection, { token: agreement.terms.token, account: arbiter });
 */
export async function getClaimable(
  connection: EscrowConnection,
  parameters: { readonly token: string; readonly account: string },
  options: StateOptions = {},
): Promise<bigint> {
  const { token, account } = checkObject(parameters, "an object of parameters");
  const data = escrowInterface.encodeFunctionData("claimable", [toAddress(token), toAddress(account)]);
  return decodeView(escrowInterface, "claimable", await view(connection, data, options))[0];
}

function view(connection: EscrowConnection, data: string, options: StateOptions): Promise<string> {
  const { provider, escrow } = checkConnection(connection);
  const { blockTag } = checkObject(options, "options");
  if (blockTag === undefined || blockTag === "latest") return callLatest(provider, { to: escrow, data });
  return ask(provider.call({ to: escrow, data, blockTag }));
}

function decodeMilestone(data: string): { readonly state: MilestoneState; readonly flags: number } {
  const [{ amount, clock, submissions, status, outcome, flags }] = decodeView(escrowInterface, "milestone", data);
  return {
    state: {
      held: amount,
      clock: Number(clock),
      submissions: Number(submissions),
      status: Number(status) as Status,
      outcome: Number(outcome) as Outcome,
    },
    flags: Number(flags),
  };
}

// ---------------------------------------------------------------------------------------------------------- agreements

/**
 * An agreement from the chain alone. Its scope is undefined: the chain knows only the hash of it (`terms.details`).
 *
 * @throws {UnknownAgreementError} When nobody has accepted or funded such an agreement here.
 * @throws {RpcError} When the endpoint fails.
 * @example
 * const { terms, schedule } = await getAgreement(escrow.connection, id);
 */
export async function getAgreement(connection: EscrowConnection, id: AgreementId): Promise<Agreement> {
  // No event can have another topic, and an endpoint that refuses it would get the blame.
  const opened = await findLast(checkConnection(connection), "AgreementOpened", [toHash(id)]);
  if (opened === undefined) throw new UnknownAgreementError({ id });
  return opened.agreement;
}

/** An agreement of an account, and where it was opened. */
export interface ListedAgreement {
  readonly agreement: Agreement;
  readonly opened: EscrowEventOf<"AgreementOpened">;
  /** Whether this, and the account's consent, are in blocks that stay. */
  readonly final: boolean;
}

/** The agreements that name an account as client or freelancer, oldest first. */
export interface AgreementList {
  /** Those that the account consented to. */
  readonly consented: readonly ListedAgreement[];
  /** The others: anybody can name anybody, so treat them as unasked mail. */
  readonly inbox: readonly ListedAgreement[];
  /** What the list was made from; pass it as `since` to read only what is new. */
  readonly history: History;
}

/**
 * The agreements that name an account as client or freelancer.
 *
 * @throws {InvalidAddressError} When the account is not an address.
 * @throws {RpcError} When the endpoint fails.
 * @example
 * const { consented, inbox, history } = await listAgreements(escrow.connection, freelancer);
 * const later = await listAgreements(escrow.connection, freelancer, { since: history });
 */
export async function listAgreements(
  connection: EscrowConnection,
  account: string,
  options: HistoryOptions = {},
): Promise<AgreementList> {
  const topic = zeroPadValue(toAddress(account), 32);
  const opened = topicOf("AgreementOpened");
  const filters = [
    [opened, null, topic],
    [opened, null, null, topic],
    [topicOf("AgreementAccepted"), null, topic],
  ];
  const history = await readHistory(connection, filters, options);

  const finalEvents = new Set(history.final);
  const events = eventsOf(history);
  const consents = new Map(events.flatMap((event) => (event.type === "AgreementAccepted" ? [[event.id, event]] : [])));
  const consented: ListedAgreement[] = [];
  const inbox: ListedAgreement[] = [];
  for (const event of events) {
    if (event.type !== "AgreementOpened") continue;
    const consent = consents.get(event.id);
    const final = finalEvents.has(event) && (consent === undefined || finalEvents.has(consent));
    (consent === undefined ? inbox : consented).push({ agreement: event.agreement, opened: event, final });
  }
  return { consented, inbox, history };
}

// ------------------------------------------------------------------------------------------------------------- history

/**
 * How often a history that contradicts the state is read again, and then from its beginning: a reorganization in between
 * passes, a development node may have been set back beyond what was final, an omission stays.
 */
const ATTEMPTS = 3;

/**
 * Everything that happened to an agreement, oldest first. It is compared with the contract's state, so that events
 * which an endpoint left out do not go unnoticed.
 *
 * @throws {IncompleteHistoryError} When the endpoint leaves out events.
 * @throws {RpcError} When the endpoint fails.
 * @example
 * const history = await getTimeline(escrow.connection, agreement);
 * for (const event of eventsOf(history)) console.log(event.type, event.block);
 */
export async function getTimeline(
  connection: EscrowConnection,
  agreement: Agreement,
  options: HistoryOptions = {},
): Promise<History> {
  return (await readTimeline(connection, agreement, options)).history;
}

/**
 * How far an agreement is, in money and in milestones: see {@link progress}.
 *
 * @throws {IncompleteHistoryError} When the endpoint leaves out events.
 * @throws {RpcError} When the endpoint fails.
 * @example
 * const { paid, total, milestones } = await getProgress(escrow.connection, agreement);
 */
export async function getProgress(
  connection: EscrowConnection,
  agreement: Agreement,
  options: HistoryOptions = {},
): Promise<Progress> {
  const { history, state } = await readTimeline(connection, agreement, options);
  return progress({ agreement, state, events: eventsOf(history) });
}

async function readTimeline(
  connection: EscrowConnection,
  agreement: Agreement,
  options: HistoryOptions,
): Promise<{ readonly history: History; readonly state: AgreementState }> {
  checkAgreement(agreement);
  for (let attempt = 1; ; ++attempt) {
    const { since, ...rest } = checkObject(options, "options");
    const known = attempt === 1 && since !== undefined ? { since } : {};
    const history = await readHistory(connection, [[null, agreement.id]], { ...rest, ...known });
    const state = await getAgreementState(connection, agreement, { blockTag: history.toBlock });
    const details = omission(agreement, state, eventsOf(history));
    if (details === undefined) return { history, state };
    if (attempt === ATTEMPTS) throw new IncompleteHistoryError({ id: agreement.id, details });
  }
}

/** What the events lack by the state; `undefined` when they can be complete. */
function omission(agreement: Agreement, state: AgreementState, events: readonly EscrowEvent[]): string | undefined {
  const { client, freelancer } = agreement.terms;
  const count = (type: EscrowEventName, index?: number, party?: Address) =>
    events.filter(
      (event) =>
        event.type === type &&
        (index === undefined || ("index" in event && event.index === index)) &&
        (party === undefined || ("party" in event && event.party === party)),
    ).length;
  const expected: [EscrowEventName, number, (number | undefined)?, Address?][] = [
    ["AgreementOpened", Number(state.clientConsented || state.freelancerConsented)],
    ["AgreementAccepted", Number(state.clientConsented), undefined, client],
    ["AgreementAccepted", Number(state.freelancerConsented), undefined, freelancer],
    ["AgreementClosed", Number(state.closed)],
  ];
  state.milestones.forEach(({ status, outcome, submissions }, index) => {
    expected.push(["MilestoneFunded", Number(status !== Status.None), index]);
    expected.push(["MilestoneSubmitted", submissions, index]);
    expected.push(["MilestoneConcluded", Number(status >= Status.Released), index]);
    const isRuled = outcome === Outcome.Ruled || outcome === Outcome.ArbitrationExpired;
    if (status < Status.Released || isRuled) {
      expected.push(["MilestoneDisputed", Number(status === Status.Disputed || isRuled), index]);
    }
    // Each submission but the first answers a request for changes.
    if (status === Status.ChangesRequested) expected.push(["ChangesRequested", submissions, index]);
    if (status === Status.Submitted) expected.push(["ChangesRequested", submissions - 1, index]);
  });
  for (const [type, need, index, party] of expected) {
    const have = count(type, index, party);
    if (have !== need) return `${have} of ${need} ${type}${index === undefined ? "" : ` of milestone ${index}`}`;
  }
  const sums = sumsOf(events);
  for (const [index, { status, held }] of state.milestones.entries()) {
    const amount = status === Status.None ? 0n : (agreement.schedule[index]?.amount ?? 0n);
    const paid = sums.get(index) ?? 0n;
    if (held + paid !== amount) return `payments of ${paid} of ${amount - held} for milestone ${index}`;
  }
  return undefined;
}

/** What each milestone paid, fees included, going by the events; token base units. */
function sumsOf(events: readonly EscrowEvent[]): ReadonlyMap<number, bigint> {
  const sums = new Map<number, bigint>();
  for (const event of events) {
    if (event.type !== "MilestoneAdvanced" && event.type !== "MilestoneConcluded") continue;
    const { freelancerAmount, platformFee } = event;
    const rest = event.type === "MilestoneConcluded" ? event.clientAmount + event.arbiterFee : 0n;
    sums.set(event.index, (sums.get(event.index) ?? 0n) + freelancerAmount + platformFee + rest);
  }
  return sums;
}

/**
 * The newest event of one kind about an agreement.
 *
 * @param topics The indexed arguments, from the first; what is left out matches anything.
 */
export async function findLast<Name extends EscrowEventName>(
  connection: EscrowConnection,
  name: Name,
  topics: readonly Hex[],
): Promise<EscrowEventOf<Name> | undefined> {
  const { number: toBlock } = await latestBlock(connection.provider);
  const range = { fromBlock: connection.startBlock, toBlock };
  const log = await findLastLog(connection, [topicOf(name), ...topics], range);
  const event = log && decodeLog(log, connection.escrow);
  const isOne = (candidate: EscrowEvent): candidate is EscrowEventOf<Name> & EscrowEvent => candidate.type === name;
  return event !== undefined && isOne(event) ? event : undefined;
}

function topicOf(name: EscrowEventName): string {
  return escrowInterface.getEvent(name).topicHash;
}
