/**
 * What a keeper does: each duty looks at the chain and tells what anybody may send now, and for what it is done. A further duty
 * is a further function of this type in {@link duties}.
 */
import type { Block, Interface, Log, Result } from "ethers";
import { finalizeCall } from "../../actions/finalize.js";
import { withdrawCall } from "../../actions/withdraw.js";
import { toAddress, zeroAddress } from "../../address.js";
import type { Agreement } from "../../agreement.js";
import {
  type AppealRecord,
  appealableArbiterInterface,
  appealStatus,
  executeProposalCall,
  recordOf,
  returnDepositCall,
} from "../../arbiters/appealable.js";
import { type Hearing, withdrawFeeCall } from "../../arbiters/contract.js";
import { executeRulingCall, klerosArbiterInterface } from "../../arbiters/kleros.js";
import { panelArbiterInterface, panelRuleCall } from "../../arbiters/panel.js";
import { decodeLog } from "../../decode.js";
import { NoCodeError } from "../../errors.js";
import { defaultOutcome, emptyState, type Payout, payouts } from "../../model.js";
import { BPS } from "../../money.js";
import { getClaimable, getMilestone } from "../../reads.js";
import { ask, decodeView, type EscrowConnection } from "../../rpc.js";
import {
  type Address,
  type AgreementState,
  type Call,
  type MilestoneState,
  outcomeName,
  Status,
  type Terms,
} from "../../types.js";
import { isOfEndpoint } from "../service.js";
import type { KeptToken } from "../tokens.js";
import type { Arbiter, Arbiters } from "./arbiters.js";
import type { BookedMilestone } from "./book.js";

/** Something to send. */
export interface Item {
  /** What tells it from every other. */
  readonly subject: string;
  readonly call: Call;
  /** Wei that it must bring in more than it costs; `undefined` when it is done whatever it costs. */
  readonly worth: bigint | undefined;
  /** For the log. */
  readonly facts: object;
}

/** For whom a keeper works, and in what. */
export interface Clients {
  /** Whose agreements are finalized whatever it costs. */
  readonly accounts: ReadonlySet<Address>;
  /** Whose platform fees must be worth more than the gas. */
  readonly platforms: ReadonlySet<Address>;
  readonly tokens: ReadonlyMap<Address, KeptToken>;
}

/** What a duty looks at. */
export interface Look {
  readonly connection: EscrowConnection;
  readonly block: Block;
  readonly clients: Clients;
  readonly arbiters: Arbiters;
  /** The milestones whose clocks ran out, the oldest first, going by events. */
  readonly due: readonly BookedMilestone[];
  /** Those in dispute whose clocks run, and those that ended after a dispute, in the same order. */
  readonly disputed: readonly BookedMilestone[];
  readonly ended: readonly BookedMilestone[];
  /**
   * Whether something may be done now: it is not under way, and not put aside.
   *
   * @param before When it is too late for it, Unix seconds: nothing is put aside for more than a part of the time until then.
   */
  readonly isOpen: (subject: string, before?: number) => boolean;
  /** Puts something aside for a while that is not to be done now, so that it does not hold up the rest. */
  readonly putAside: (subject: string) => void;
  /** The same for hours, for what most likely will never be to be done. */
  readonly leave: (subject: string) => void;
  /** As many as are looked at in one step: where that is not all, others in the next step. */
  readonly some: <T>(all: readonly T[]) => readonly T[];
}

/** What can be sent now for one purpose. */
export type Duty = (look: Look) => Promise<readonly Item[]>;

/** How many milestones, or balances, are looked at in one step. */
export const MOST = 200;

/** As many of a list as are looked at in one step: all, or another part in each step, so that none is left out. */
export function partOf<T>(all: readonly T[], step: number): readonly T[] {
  const from = all.length > MOST ? (step * MOST) % all.length : 0;
  return [...all.slice(from), ...all.slice(0, from)].slice(0, MOST);
}

/** The duties after which a milestone is concluded; of what they are about, one at most can be done at a time. */
type Concluding = "finalize" | Ruling["duty"];
const CONCLUDING: readonly Concluding[] = ["finalize", "executeProposal", "panelRule", "executeRuling"];

const concluding = (duty: Concluding, id: string, index: number): string => `${duty} ${id} ${index}`;
const returning = (id: string, index: number, arbiter: Address): string => `returnDeposit ${id} ${index} ${arbiter}`;
const withdrawing = (token: Address, account: Address): string => `withdraw ${token} ${account}`;
const withdrawingFee = (token: Address, account: Address, arbiter: Address): string =>
  `withdrawFee ${token} ${account} ${arbiter}`;

/** What a log shows to be done, as subjects. */
export function subjectsOf(log: Log, escrow: Address): readonly string[] {
  const event = decodeLog(log, escrow);
  if (event?.type === "MilestoneConcluded") return CONCLUDING.map((duty) => concluding(duty, event.id, event.index));
  if (event?.type === "Withdrawn") return [withdrawing(event.token, event.account)];
  // An arbiter's: anybody can make such a log, but the subject names the contract that must have.
  const arbiter = toAddress(log.address);
  const paid = decodeLog(log, arbiter);
  if (paid?.type === "Withdrawn") return [withdrawingFee(paid.token, paid.account, arbiter)];
  const [topic, id = "", index = ""] = log.topics;
  return topic === DEPOSIT_RETURNED ? [returning(id, Number(index), arbiter)] : [];
}

const DEPOSIT_RETURNED = appealableArbiterInterface.getEvent("DepositReturned").topicHash;

/** Whether a subject is about one of these milestones, or about none. */
export function isAbout(subject: string, milestones: ReadonlySet<string>): boolean {
  const [duty = "", id, index] = subject.split(" ");
  return duty.startsWith("withdraw") || milestones.has(`${id} ${index}`);
}

/** Whether an agreement can ever concern whom a keeper works for. */
export function concerns({ accounts, platforms, tokens }: Clients, { terms }: Agreement): boolean {
  const { client, freelancer, payoutTo, refundTo, feeRecipient, feeBps, token } = terms;
  const isServed = [client, freelancer, payoutTo, refundTo, feeRecipient].some((one) => accounts.has(one));
  return tokens.has(token) && (isServed || (feeBps > 0 && platforms.has(feeRecipient)));
}

/** Whether a keeper works for a client or freelancer. */
function isPartyServed({ accounts }: Clients, { client, freelancer }: Terms): boolean {
  return accounts.has(client) || accounts.has(freelancer);
}

/** An agreement's state, of which one milestone is known. */
function stateWith(agreement: Agreement, index: number, milestone: MilestoneState): AgreementState {
  const state = emptyState(agreement);
  return { ...state, milestones: state.milestones.map((one, position) => (position === index ? milestone : one)) };
}

/** Makes the default outcome happen where a clock ran out. */
const finalize: Duty = async ({ connection, block, clients, due, isOpen, putAside }) => {
  const open = due.filter(({ agreement, index }) => isOpen(concluding("finalize", agreement.id, index))).slice(0, MOST);
  const items = open.map(async ({ agreement, index }): Promise<Item | undefined> => {
    const subject = concluding("finalize", agreement.id, index);
    const milestone = await getMilestone(connection, agreement.id, index, { blockTag: block.number });
    const outcome = defaultOutcome(agreement, stateWith(agreement, index, milestone), index, block.timestamp);
    // The events may say something else than the contract for a while, and what is worth nothing may be worth something later.
    const worth = outcome?.due ? worthOf(clients, agreement, outcome.payout) : "nothing";
    if (outcome === undefined || worth === "nothing") {
      putAside(subject);
      return undefined;
    }
    return {
      subject,
      call: finalizeCall({ escrow: connection.escrow, agreement, index }),
      worth: worth === "always" ? undefined : worth,
      facts: { agreement: agreement.id, index, outcome: outcomeName(outcome.outcome) },
    };
  });
  return found(items);
};

/**
 * What a payout is worth: `"always"` made for a client or freelancer, who agreed to the agreement, and for whom else gets
 * enough by it: anybody can name anybody there, and many worthless milestones would cost gas. For a platform, wei.
 */
function worthOf(clients: Clients, { terms }: Agreement, payout: Payout): bigint | "always" | "nothing" {
  const { accounts, platforms, tokens } = clients;
  const { payoutTo, refundTo, feeRecipient, token } = terms;
  if (isPartyServed(clients, terms)) return "always";
  const { minimum, price } = tokens.get(token) ?? {};
  const gains: [Address, bigint][] = [
    [payoutTo, payout.freelancer],
    [refundTo, payout.client],
    [feeRecipient, payout.platform],
  ];
  const isEnough = (gain: bigint) => gain > 0n && minimum !== undefined && gain >= minimum;
  if (gains.some(([account, gain]) => account !== zeroAddress && accounts.has(account) && isEnough(gain)))
    return "always";
  if (!platforms.has(feeRecipient) || price === undefined || payout.platform === 0n) return "nothing";
  return (payout.platform * 10n ** 18n) / price;
}

/** What was found to send. */
async function found(items: readonly Promise<Item | undefined>[]): Promise<readonly Item[]> {
  const all = items.map((item) =>
    item.catch((error: unknown) => {
      // A reorganization can take an arbiter away, until it is deployed again.
      if (error instanceof NoCodeError) return undefined;
      throw error;
    }),
  );
  return (await Promise.all(all)).filter((item) => item !== undefined);
}

// ------------------------------------------------------------------------------------------------------------- arbiters

/** What an arbiter contract decided, for anybody to carry out. */
interface Ruling {
  readonly duty: "executeProposal" | "panelRule" | "executeRuling";
  readonly arbiter: Address;
  readonly call: Call;
  /** The freelancer's share of what a ruling can divide, basis points. */
  readonly shareBps: number;
  /** When it is too late, Unix seconds. */
  readonly until: number;
}

/**
 * Carries out what an arbiter contract decided. Only that ends a dispute as it was decided: from the clock on the default is
 * left, and from the end of a second instance's hearing the first instance's proposal.
 */
const rule: Duty = async (look) => {
  const { connection, block, clients, disputed, isOpen, putAside, some } = look;
  const isOfParty = ({ agreement }: BookedMilestone) => isPartyServed(clients, agreement.terms);
  // Apart, because anybody can name anybody in more disputes than are looked at in one step.
  const chosen = [true, false].flatMap((is) => some(disputed.filter((one) => isOfParty(one) === is)));
  const items = chosen.map(async (milestone): Promise<Item | undefined> => {
    const { agreement, index } = milestone;
    const [ruling, record] = await findRuling(look, milestone);
    if (ruling === undefined) return undefined;
    const { duty, call, until, arbiter, shareBps } = ruling;
    const subject = concluding(duty, agreement.id, index);
    if (!isOpen(subject, until)) return undefined;
    const state = await getMilestone(connection, agreement.id, index, { blockTag: block.number });
    if (state.status !== Status.Disputed) return undefined;
    const freelancerAmount = awardOf(agreement.terms, state.held, ruling, record);
    const action = { type: "rule", index, freelancerAmount } as const;
    const worth = worthOf(clients, agreement, payouts(agreement, stateWith(agreement, index, state), action));
    if (worth === "nothing") {
      putAside(subject);
      return undefined;
    }
    return {
      ...{ subject, call, worth: worth === "always" ? undefined : worth },
      facts: { duty, agreement: agreement.id, index, arbiter, shareBps },
    };
  });
  return found(items);
};

/** What can be carried out in a dispute now, and the case before an appealable arbiter that it comes from. */
async function findRuling(
  look: Look,
  milestone: BookedMilestone,
): Promise<readonly [ruling?: Ruling | undefined, record?: AppealRecord]> {
  const { agreement, index, clock } = milestone;
  const { terms } = agreement;
  const now = look.block.timestamp;
  const first = await look.arbiters.at(terms.arbiter);
  if (first === undefined) return [];
  const disputedAt = clock - terms.arbitrationPeriod;
  if (first.type !== "appealable") return [await decisionOf(look, first, milestone, { start: disputedAt, end: clock })];

  const record = await readRecord(look, first.address, milestone);
  const status = appealStatus({ terms: first.terms, record, isDisputed: true, disputedAt, clock, now });
  const { turn, until = clock } = status;
  if (turn === "execute") {
    const call = executeProposalCall({ agreement, index });
    return [{ duty: "executeProposal", arbiter: first.address, call, shareBps: record.shareBps, until }];
  }
  const second = turn === "decide" ? await look.arbiters.at(first.terms.secondInstance) : undefined;
  if (second === undefined) return [];
  const start = record.stage === "none" ? disputedAt + first.terms.proposalPeriod : record.since;
  return [await decisionOf(look, second, milestone, { start, end: until }), record];
}

/** What a panel or a court decided; `undefined` while it has not. */
async function decisionOf(
  look: Look,
  { address, type, terms }: Arbiter,
  { agreement, index }: BookedMilestone,
  { start, end }: Hearing,
): Promise<Ruling | undefined> {
  if (type === "panel") {
    const close = start + Math.floor(((end - start) * terms.closeBps) / BPS);
    if (look.block.timestamp < close) return undefined;
    const [votes] = await read(look, panelArbiterInterface, address, "votesOf", [agreement.id, index]);
    if (votes.length < terms.quorum) return undefined;
    const shareBps = medianOf(votes.map((vote: Result) => Number(vote.shareBps)));
    const call = panelRuleCall({ panel: address, agreement, index });
    return { duty: "panelRule", arbiter: address, call, shareBps, until: end };
  }
  if (type !== "kleros") return undefined;
  const dispute = await read(look, klerosArbiterInterface, address, "disputeOf", [agreement.id, index]).catch(
    (error: unknown) => {
      // Nobody opened the case.
      if (isOfEndpoint(error)) throw error;
      return undefined;
    },
  );
  if (dispute === undefined) return undefined;
  const [{ stage, ruling }] = await read(look, klerosArbiterInterface, address, "caseOf", [...dispute]);
  if (stage !== RULED) return undefined;
  const isChosen = ruling >= 1n && ruling <= BigInt(terms.shares.length);
  const shareBps = (isChosen ? terms.shares[Number(ruling) - 1] : undefined) ?? agreement.terms.defaultShareBps;
  const call = executeRulingCall({ arbiter: address, agreement, index });
  return { duty: "executeRuling", arbiter: address, call, shareBps, until: end };
}

/** The court's ruling is recorded, and not carried out: the contract's number of that stage. */
const RULED = 2n;

/** Of an even number, the mean of the two in the middle, rounded down. */
function medianOf(shares: readonly number[]): number {
  const sorted = [...shares].sort((a, b) => a - b);
  const [lower = 0, upper = 0] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return Math.floor((lower + upper) / 2);
}

/** The freelancer's part of a ruling, base units: where an appeal was right, its deposit comes out of the other's part. */
function awardOf(
  { arbiterFeeBps, client }: Terms,
  held: bigint,
  { shareBps }: Ruling,
  appealed: AppealRecord | undefined,
): bigint {
  const pot = held - (held * BigInt(arbiterFeeBps)) / BigInt(BPS);
  const part = (pot * BigInt(shareBps)) / BigInt(BPS);
  if (appealed?.appellant === undefined) return part;
  const { appellant, deposit, shareBps: proposed } = appealed;
  const least = (one: bigint, other: bigint) => (one < other ? one : other);
  if (appellant === client) return shareBps < proposed ? part - least(deposit, part) : part;
  return shareBps > proposed ? part + least(deposit, pot - part) : part;
}

/** Gives the deposit of an appeal back to an account that appealed, where the milestone ended without a ruling. */
const returnDeposit: Duty = async (look) => {
  const { clients, ended, arbiters, isOpen, leave, some } = look;
  const subjectOf = ({ agreement: { id, terms }, index }: BookedMilestone) => returning(id, index, terms.arbiter);
  const items = some(ended.filter((one) => isOpen(subjectOf(one)))).map(async (one): Promise<Item | undefined> => {
    const { agreement, index } = one;
    const { arbiter, token } = agreement.terms;
    const { type } = (await arbiters.at(arbiter)) ?? {};
    const { appellant, deposit } =
      type === "appealable" ? await readRecord(look, arbiter, one) : { appellant: undefined, deposit: 0n };
    const { minimum } = clients.tokens.get(token) ?? {};
    const isOurs = appellant !== undefined && clients.accounts.has(appellant);
    if (!isOurs || deposit === 0n || minimum === undefined || deposit < minimum) {
      leave(subjectOf(one));
      return undefined;
    }
    return {
      ...{ subject: subjectOf(one), call: returnDepositCall({ agreement, index }), worth: undefined },
      facts: {
        duty: "returnDeposit",
        agreement: agreement.id,
        index,
        arbiter,
        account: appellant,
        amount: `${deposit}`,
      },
    };
  });
  return found(items);
};

/** Reads what a proven arbiter says. */
async function read(
  { connection: { provider, chainId }, block }: Look,
  abi: Interface,
  arbiter: Address,
  name: string,
  values: readonly unknown[],
): Promise<Result> {
  const data = abi.encodeFunctionData(name, values);
  const answer = await ask(provider.call({ to: arbiter, data, blockTag: block.number }));
  if (answer === "0x") throw new NoCodeError({ address: arbiter, chainId });
  return decodeView(abi, name, answer);
}

async function readRecord(
  look: Look,
  arbiter: Address,
  { agreement: { id, terms }, index }: BookedMilestone,
): Promise<AppealRecord> {
  const [recorded] = await read(look, appealableArbiterInterface, arbiter, "caseOf", [id, index]);
  return recordOf(terms, recorded);
}

// ---------------------------------------------------------------------------------------------------------- withdrawals

/** Pays out what waits for the accounts and platforms. */
const withdraw: Duty = async ({ connection, block, clients: { accounts, platforms, tokens }, isOpen }) => {
  const pairs = [...tokens].flatMap(([token, { minimum }]) =>
    [...accounts, ...platforms].map((account) => ({ token, account, minimum })),
  );
  const open = pairs.filter(({ token, account }) => isOpen(withdrawing(token, account))).slice(0, MOST);
  const items = open.map(async ({ token, account, minimum }): Promise<Item | undefined> => {
    const amount = await getClaimable(connection, { token, account }, { blockTag: block.number });
    if (amount === 0n || amount < minimum) return undefined;
    return {
      subject: withdrawing(token, account),
      call: withdrawCall({ escrow: connection.escrow, token, account }),
      worth: undefined,
      facts: { token, account, amount: `${amount}` },
    };
  });
  return found(items);
};

/** Pays out what waits for the accounts at the arbiters of their disputes: fees, and deposits that came back. */
const withdrawFee: Duty = async (look) => {
  const { clients, ended, arbiters, isOpen, leave, some } = look;
  const waiting = new Map<string, { readonly token: Address; readonly account: Address; readonly arbiter: Address }>();
  const heard = some(ended).map(async ({ agreement: { terms } }) => {
    const first = await arbiters.at(terms.arbiter);
    const second = first?.type === "appealable" ? await arbiters.at(first.terms.secondInstance) : undefined;
    const instances = [first, second].filter((one) => one !== undefined);
    return instances.map(({ address }) => ({ token: terms.token, arbiter: address }));
  });
  for (const fee of (await Promise.all(heard)).flat()) {
    for (const account of clients.accounts) {
      const subject = withdrawingFee(fee.token, account, fee.arbiter);
      if (isOpen(subject)) waiting.set(subject, { ...fee, account });
    }
  }
  const items = some([...waiting]).map(async ([subject, fee]): Promise<Item | undefined> => {
    const { token, account, arbiter } = fee;
    const { minimum } = clients.tokens.get(token) ?? {};
    const [amount] = await read(look, panelArbiterInterface, arbiter, "claimable", [token, account]);
    if (amount === 0n || minimum === undefined || amount < minimum) {
      leave(subject);
      return undefined;
    }
    return {
      ...{ subject, call: withdrawFeeCall(fee), worth: undefined },
      facts: { duty: "withdrawFee", token, account, arbiter, amount: `${amount}` },
    };
  });
  return found(items);
};

/** What is lost by waiting comes first. */
export const duties: readonly Duty[] = [rule, finalize, returnDeposit, withdraw, withdrawFee];
