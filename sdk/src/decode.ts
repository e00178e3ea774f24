/**
 * From logs to typed events, and from a receipt to the typed result of a call. Nothing that was decoded is believed
 * before it was checked: a log of another contract, or an agreement that does not hash to its id, is no event.
 */
import { EventFragment, type Log, type Result } from "ethers";
import { toAddress } from "./address.js";
import {
  type Agreement,
  encodedAgreementId,
  milestoneFields,
  scheduleHash,
  termsFields,
  toAgreement,
} from "./agreement.js";
import { checkList, checkObject, checkText } from "./check.js";
import { InvalidHashError, InvalidParameterError, MissingEventError, UnexpectedError } from "./errors.js";
import type { microEscrowAbi } from "./generated/abi.js";
import { escrowInterface, type NumbersOf, namedValues } from "./interfaces.js";
import type { Verb } from "./model.js";
import type { Address, AgreementId, Call, Hash, Hex, Milestone, Outcome, Terms } from "./types.js";

// -------------------------------------------------------------------------------------------------------------- events

/** What each event says. Amounts are net, token base units; clocks are Unix seconds; indices count from 0. */
export interface EscrowEvents {
  /** The first consent was recorded. The agreement has no scope: the chain knows only its hash (`terms.details`). */
  readonly AgreementOpened: { readonly id: AgreementId; readonly agreement: Agreement };
  readonly AgreementAccepted: { readonly id: AgreementId; readonly party: Address };
  readonly AgreementClosed: { readonly id: AgreementId; readonly party: Address };
  readonly MilestoneFunded: {
    readonly id: AgreementId;
    readonly index: number;
    readonly payer: Address;
    readonly amount: bigint;
    readonly clock: number;
  };
  readonly MilestoneSubmitted: {
    readonly id: AgreementId;
    readonly index: number;
    readonly submission: number;
    readonly deliverable: Hash;
    readonly clock: number;
  };
  readonly ChangesRequested: {
    readonly id: AgreementId;
    readonly index: number;
    readonly submission: number;
    readonly reason: Hash;
    readonly clock: number;
  };
  /** `clock` is 0 when the milestone was released by the attestation. */
  readonly MilestoneAttested: {
    readonly id: AgreementId;
    readonly index: number;
    readonly submission: number;
    readonly passed: boolean;
    readonly report: Hash;
    readonly clock: number;
  };
  readonly MilestoneAdvanced: {
    readonly id: AgreementId;
    readonly index: number;
    readonly freelancerAmount: bigint;
    readonly platformFee: bigint;
    /** Still held. */
    readonly remaining: bigint;
  };
  readonly MilestoneExtended: { readonly id: AgreementId; readonly index: number; readonly clock: number };
  readonly MilestoneDisputed: {
    readonly id: AgreementId;
    readonly index: number;
    readonly by: Address;
    readonly submission: number;
    readonly evidence: Hash;
    readonly clock: number;
  };
  readonly EvidenceSubmitted: {
    readonly id: AgreementId;
    readonly index: number;
    readonly by: Address;
    readonly evidence: Hash;
  };
  readonly MilestoneConcluded: {
    readonly id: AgreementId;
    readonly index: number;
    readonly outcome: Outcome;
    readonly freelancerAmount: bigint;
    readonly clientAmount: bigint;
    readonly platformFee: bigint;
    readonly arbiterFee: bigint;
    /** SHA-256 of the arbiter's reasoning; zero where nobody ruled. */
    readonly reasoning: Hash;
  };
  readonly PaymentDeferred: {
    readonly id: AgreementId;
    readonly index: number;
    readonly account: Address;
    readonly token: Address;
    readonly amount: bigint;
  };
  readonly Withdrawn: { readonly token: Address; readonly account: Address; readonly amount: bigint };
}

/** The name of an event. */
export type EscrowEventName = keyof EscrowEvents;

/** Where on the chain an event stands. */
export interface EventPlace {
  readonly transaction: Hash;
  readonly block: number;
  readonly blockHash: Hash;
  /** Position among the logs of its block. */
  readonly logIndex: number;
}

/** One event of one kind. */
export type EscrowEventOf<Name extends EscrowEventName> = { readonly type: Name } & EscrowEvents[Name] & EventPlace;

/** An event of the contract; `type` is its name. */
export type EscrowEvent = { [Name in EscrowEventName]: EscrowEventOf<Name> }[EscrowEventName];

type AbiEventName = Exclude<
  Extract<(typeof microEscrowAbi)[number], { readonly type: "event" }>["name"],
  "EIP712DomainChanged"
>;

/** Which values of each event are numbers. One entry for each event in the contract's ABI. */
const numbersIn: { readonly [Name in AbiEventName]: readonly NumbersOf<EscrowEvents[Name]>[] } = {
  AgreementOpened: [],
  AgreementAccepted: [],
  AgreementClosed: [],
  MilestoneFunded: ["index", "clock"],
  MilestoneSubmitted: ["index", "submission", "clock"],
  ChangesRequested: ["index", "submission", "clock"],
  MilestoneAttested: ["index", "submission", "clock"],
  MilestoneAdvanced: ["index"],
  MilestoneExtended: ["index", "clock"],
  MilestoneDisputed: ["index", "submission", "clock"],
  EvidenceSubmitted: ["index"],
  MilestoneConcluded: ["index", "outcome"],
  PaymentDeferred: ["index"],
  Withdrawn: [],
};

/** The events by their topics: ethers would hash the signature of each event anew for every log. */
let fragments: ReadonlyMap<string, EventFragment> | undefined;

function fragmentOf(topic: string): EventFragment | undefined {
  fragments ??= new Map(escrowInterface.fragments.filter(EventFragment.isFragment).map((one) => [one.topicHash, one]));
  return fragments.get(topic.toLowerCase());
}

/** What a log must have to be decoded: ethers' logs and plain JSON-RPC ones with numbers read both do. */
export type DecodableLog = Pick<
  Log,
  "address" | "topics" | "data" | "transactionHash" | "blockNumber" | "blockHash" | "index"
>;

/**
 * The event that a log is, or `undefined` when it is none of this escrow's: another contract's, unknown, malformed, or
 * an opened agreement that does not hash to its id.
 *
 * @example
 * const [log] = await provider.getLogs({ address: escrow.address });
 * const event = log && decodeLog(log, escrow.address);
 * if (event?.type === "MilestoneFunded") console.log(event.payer, event.amount);
 */
export function decodeLog(log: DecodableLog, escrow: Address): EscrowEvent | undefined {
  const { address } = checkObject(log, "a log");
  if (checkText(address, "the address of a log").toLowerCase() !== toAddress(escrow).toLowerCase()) return undefined;
  try {
    const fragment = fragmentOf(log.topics[0] ?? "");
    if (fragment === undefined || !Object.hasOwn(numbersIn, fragment.name)) return undefined;
    const { name } = fragment;
    const args = escrowInterface.decodeEventLog(fragment, log.data, log.topics);
    const fields =
      name === "AgreementOpened" ? opened(args) : namedValues(args, fragment.inputs, numbersIn[name as AbiEventName]);
    if (fields === undefined) return undefined;
    return {
      type: name,
      ...fields,
      transaction: log.transactionHash,
      block: log.blockNumber,
      blockHash: log.blockHash,
      logIndex: log.index,
    } as EscrowEvent;
  } catch {
    return undefined;
  }
}

/** The agreement that was opened; `undefined` for one that contradicts itself. */
function opened(args: Result): EscrowEvents["AgreementOpened"] | undefined {
  const agreement = toAgreement(termsOf(args.agreement), scheduleOf(args.schedule));
  const { id, terms, schedule } = agreement;
  const consistent =
    id === args.id &&
    terms.client === args.client &&
    terms.freelancer === args.freelancer &&
    terms.milestones === scheduleHash(schedule);
  return consistent ? { id, agreement } : undefined;
}

/**
 * The events of this escrow among these logs, in their order.
 *
 * @example
 * const receipt = await provider.getTransactionReceipt(transaction);
 * for (const { type } of decodeLogs(receipt?.logs ?? [], escrow.address)) console.log(type);
 */
export function decodeLogs(logs: readonly DecodableLog[], escrow: Address): EscrowEvent[] {
  return checkList(logs, "logs")
    .map((log) => decodeLog(log, escrow))
    .filter((event) => event !== undefined);
}

const termNumbers: readonly NumbersOf<Terms>[] = [
  "feeBps",
  "arbiterFeeBps",
  "defaultShareBps",
  "reviewPeriod",
  "reworkPeriod",
  "challengePeriod",
  "arbitrationPeriod",
  "fundBy",
];
const milestoneNumbers: readonly NumbersOf<Milestone>[] = ["workPeriod"];

const termsOf = (struct: Result): Terms => namedValues(struct, termsFields, termNumbers);

const scheduleOf = (entries: readonly Result[]): Milestone[] =>
  entries.map((entry) => namedValues(entry, milestoneFields, milestoneNumbers));

// ------------------------------------------------------------------------------------------------------------- results

/** The transaction that a result comes from. */
export interface TransactionInfo {
  readonly hash: Hash;
  readonly blockNumber: number;
}

/** What every result has. */
export interface CallResult {
  readonly transaction: TransactionInfo;
}

/** A payment that the token refused: it waits for its owner, see `withdraw`. */
export interface DeferredPayment {
  readonly account: Address;
  readonly token: Address;
  readonly amount: bigint;
}

/** What an event says, without where it stands and about which agreement. */
type Fields<Name extends EscrowEventName> = Omit<EscrowEventOf<Name>, "type" | "id" | keyof EventPlace>;

/** How a milestone ended, and who got what: net, token base units. */
export type Conclusion = CallResult & Fields<"MilestoneConcluded"> & { readonly deferred: readonly DeferredPayment[] };

/** What each verb's call resolves to. */
export interface Results {
  /** `recorded` is false when the party had accepted before: the call changed nothing. */
  readonly accept: CallResult & { readonly party: Address; readonly recorded: boolean };
  /** `recorded` is false when the agreement had been closed before: the call changed nothing. */
  readonly close: CallResult & { readonly party: Address; readonly recorded: boolean };
  /** `amount` is the sum; `opened` tells that it was the first consent to the agreement. */
  readonly fund: CallResult & {
    readonly payer: Address;
    readonly amount: bigint;
    readonly opened: boolean;
    readonly milestones: readonly { readonly index: number; readonly amount: bigint; readonly clock: number }[];
  };
  readonly submit: CallResult & Fields<"MilestoneSubmitted">;
  readonly approve: Conclusion;
  readonly advance: CallResult & Fields<"MilestoneAdvanced"> & { readonly deferred: readonly DeferredPayment[] };
  readonly requestChanges: CallResult & Fields<"ChangesRequested">;
  /** `conclusion` is there when the attestation released the milestone. */
  readonly attest: CallResult & Fields<"MilestoneAttested"> & { readonly conclusion: Conclusion | undefined };
  readonly extend: CallResult & Fields<"MilestoneExtended">;
  readonly dispute: CallResult & Fields<"MilestoneDisputed">;
  readonly submitEvidence: CallResult & Fields<"EvidenceSubmitted">;
  readonly rule: Conclusion;
  readonly settle: Conclusion;
  readonly refund: Conclusion;
  readonly finalize: Conclusion;
  /** `amount` is 0 when nothing waited. */
  readonly withdraw: CallResult & Fields<"Withdrawn">;
  readonly multicall: CallResult & { readonly events: readonly EscrowEvent[] };
}

/** The verbs with a result of their own: those of the protocol, `withdraw` and `multicall`. */
export type ResultVerb = keyof Results;

/** What of a receipt is needed to read a result from it. */
export interface DecodableReceipt {
  readonly hash: string;
  readonly blockNumber: number;
  readonly logs: readonly DecodableLog[];
}

interface ResultContext {
  readonly transaction: TransactionInfo;
  readonly args: Result;
  /** The agreement that the call is about. */
  readonly id: AgreementId | undefined;
  /** All events of the escrow in the transaction. */
  readonly events: readonly EscrowEvent[];
}

const resultDecoders: { readonly [V in Verb | ResultVerb]: (context: ResultContext) => Results[V] } = {
  accept: (context) => ({
    transaction: context.transaction,
    party: context.args.party,
    recorded: find(context, "AgreementAccepted", ({ party }) => party === context.args.party) !== undefined,
  }),
  close: (context) => ({
    transaction: context.transaction,
    party: context.args.party,
    recorded: find(context, "AgreementClosed") !== undefined,
  }),
  fund: (context) => {
    const indices: number[] = context.args.indices.map(Number);
    const funded = indices.map((index) => need(context, "MilestoneFunded", (event) => event.index === index));
    return {
      transaction: context.transaction,
      payer: need(context, "MilestoneFunded").payer,
      amount: funded.reduce((sum, { amount }) => sum + amount, 0n),
      opened: find(context, "AgreementOpened") !== undefined,
      milestones: funded.map(({ index, amount, clock }) => ({ index, amount, clock })),
    };
  },
  submit: (context) => ({ transaction: context.transaction, ...fieldsOf(needMine(context, "MilestoneSubmitted")) }),
  approve: conclusion,
  advance: (context) => ({
    transaction: context.transaction,
    ...fieldsOf(needMine(context, "MilestoneAdvanced")),
    deferred: deferredPayments(context),
  }),
  requestChanges: (context) => ({
    transaction: context.transaction,
    ...fieldsOf(needMine(context, "ChangesRequested")),
  }),
  attest: (context) => ({
    transaction: context.transaction,
    ...fieldsOf(needMine(context, "MilestoneAttested")),
    conclusion: findMine(context, "MilestoneConcluded") && conclusion(context),
  }),
  extend: (context) => ({ transaction: context.transaction, ...fieldsOf(needMine(context, "MilestoneExtended")) }),
  dispute: (context) => ({ transaction: context.transaction, ...fieldsOf(needMine(context, "MilestoneDisputed")) }),
  submitEvidence: (context) => ({
    transaction: context.transaction,
    ...fieldsOf(needMine(context, "EvidenceSubmitted")),
  }),
  rule: conclusion,
  settle: conclusion,
  refund: conclusion,
  finalize: conclusion,
  withdraw: ({ transaction, args: { token, account }, events }) => {
    const withdrawn = events.find(
      (event) => event.type === "Withdrawn" && event.token === token && event.account === account,
    );
    return { transaction, token, account, amount: withdrawn?.type === "Withdrawn" ? withdrawn.amount : 0n };
  },
  multicall: ({ transaction, events }) => ({ transaction, events }),
};

/**
 * The verb of a call of the escrow.
 *
 * @throws {UnexpectedError} When the call is not one of the contract's functions with a result.
 */
export function verbOf(call: Pick<Call, "data">): ResultVerb {
  const name = escrowInterface.parseTransaction(call)?.name ?? "";
  if (!(name in resultDecoders))
    throw new UnexpectedError({ details: `The call is not a verb of the escrow: ${name}` });
  return name as ResultVerb;
}

/**
 * The typed result of a call, from the receipt of its transaction.
 *
 * @param call The call as it was sent, or as it was part of a batch.
 * @throws {MissingEventError} When the transaction lacks the event that the call must emit.
 * @example
 * const call = approveCall({ escrow: escrow.address, agreement, index: 0, submission: 1 });
 * const receipt = await (await clientSigner.sendTransaction(call)).wait();
 * if (receipt !== null) console.log(decodeResult("approve", call, receipt).freelancerAmount);
 */
export function decodeResult<V extends ResultVerb>(verb: V, call: Call, receipt: DecodableReceipt): Results[V] {
  const { hash, blockNumber, logs } = checkObject(receipt, "a receipt");
  const { to, data } = checkObject(call, "a call");
  const args = argumentsOf(verb, data);
  const context: ResultContext = {
    transaction: { hash: hash as Hash, blockNumber },
    args,
    // Where there is an agreement, its terms come first.
    id: args.agreement && encodedAgreementId(data, 4),
    events: decodeLogs(logs, to),
  };
  return resultDecoders[verb](context);
}

function argumentsOf(verb: ResultVerb, data: Hex): Result {
  if (!Object.hasOwn(resultDecoders, verb)) throw new InvalidParameterError(verb, "is not a verb of the escrow");
  try {
    return escrowInterface.decodeFunctionData(verb, data);
  } catch (cause) {
    throw new InvalidHashError(data, `is not calldata of ${verb}`, { cause });
  }
}

function conclusion(context: ResultContext): Conclusion {
  return {
    transaction: context.transaction,
    ...fieldsOf(needMine(context, "MilestoneConcluded")),
    deferred: deferredPayments(context),
  };
}

function deferredPayments({ args, id, events }: ResultContext): DeferredPayment[] {
  return events
    .filter((event) => event.type === "PaymentDeferred")
    .filter((event) => event.id === id && event.index === Number(args.index))
    .map(({ account, token, amount }) => ({ account, token, amount }));
}

type AgreementEventName = Exclude<EscrowEventName, "Withdrawn">;

/** The first event of this kind about the call's agreement. */
function find<Name extends AgreementEventName>(
  { id, events }: ResultContext,
  name: Name,
  matches: (event: EscrowEventOf<Name>) => boolean = () => true,
): EscrowEventOf<Name> | undefined {
  const isOne = (event: EscrowEvent): event is EscrowEventOf<Name> & EscrowEvent =>
    event.type === name && "id" in event && event.id === id;
  return events.filter(isOne).find(matches);
}

function need<Name extends AgreementEventName>(
  context: ResultContext,
  name: Name,
  matches?: (event: EscrowEventOf<Name>) => boolean,
): EscrowEventOf<Name> {
  const event = find(context, name, matches);
  if (event === undefined) throw new MissingEventError({ event: name, transaction: context.transaction.hash });
  return event;
}

type MilestoneEventName = Exclude<AgreementEventName, "AgreementOpened" | "AgreementAccepted" | "AgreementClosed">;

/** The same, about the call's milestone. */
function findMine<Name extends MilestoneEventName>(context: ResultContext, name: Name) {
  return find(context, name, ({ index }) => index === Number(context.args.index));
}

function needMine<Name extends MilestoneEventName>(context: ResultContext, name: Name) {
  return need(context, name, ({ index }) => index === Number(context.args.index));
}

function fieldsOf<Name extends MilestoneEventName>(event: EscrowEventOf<Name>): Fields<Name> {
  const { type: _type, id: _id, transaction: _, block: _block, blockHash: _hash, logIndex: _index, ...fields } = event;
  return fields;
}
