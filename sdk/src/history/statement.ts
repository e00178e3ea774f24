/**
 * Statements of account: what came to an account through the escrow and what went from it, from the events alone, so that it
 * adds up to the chain's balances. Pure: what reads it all from the chain is in statementOf.ts.
 */
import { toAddress, zeroAddress } from "../address.js";
import type { Agreement } from "../agreement.js";
import { checkList, checkObject } from "../check.js";
import type { EscrowEvent, EscrowEventOf } from "../decode.js";
import type { TokenDescription } from "../define.js";
import { IncompleteHistoryError, InvalidAmountError, InvalidParameterError } from "../errors.js";
import { inOrder } from "../history.js";
import { signedFundingAddress } from "../signedFunding.js";
import { registeredToken } from "../tokens.js";
import type { Address, AgreementId, Hash, Outcome } from "../types.js";
import { checkAgreement, isUint } from "../validate.js";

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
  /** A SignedFunding of your own, whose payments are the clients'; by default the one of MicroEscrow. */
  readonly signedFunding?: string;
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
export function isNamed(account: Address, { terms }: Agreement): boolean {
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

/**
 * All movements of all accounts, and what each milestone holds in the end.
 *
 * @param signedFunding The contract whose payments are the clients'.
 */
export function movementsOf(events: readonly EscrowEvent[], signedFunding: Address = signedFundingAddress()) {
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
  /** What is left in a milestone is told by what pays from it: then nothing before it is missing, or there twice. */
  const checkHeld = (event: PayingEvent) => {
    const { id, index } = event;
    const [known, told] = [held.get(`${id}:${index}`)?.amount ?? 0n, "remaining" in event ? event.remaining : 0n];
    if (known === told) return;
    const details = `milestone ${index} has ${known} left by what is known, and ${told} by its events`;
    throw new IncompleteHistoryError({ id, details });
  };
  const placeOf = ({ transaction, block, logIndex }: EscrowEvent) => ({ transaction, block, logIndex });
  const noFees = { platformFee: 0n, arbiterFee: 0n };

  for (const event of inOrder(events)) {
    checkAmounts(event);
    if (event.type === "AgreementOpened") agreements.set(event.id, checkAgreement(event.agreement));
    if (event.type === "MilestoneFunded") {
      const { id, index, amount } = event;
      const { token, client } = agreementOf(event).terms;
      // It passes on what the client signed to pay with.
      const payer = event.payer === signedFunding ? client : event.payer;
      if (held.has(`${id}:${index}`)) {
        throw new IncompleteHistoryError({ id, details: `milestone ${index} was funded twice` });
      }
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
      checkHeld(event);
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
 * A statement out of events that are known already, as from `syncHistory`. `statementOf` reads all that it needs itself.
 *
 * @throws {IncompleteHistoryError} When events are missing that others follow on, or are there twice.
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
  const known = movementsOf(events, given.signedFunding === undefined ? undefined : toAddress(given.signedFunding));

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

export function checkTimes(times: ReadonlyMap<number, number>): void {
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
