/**
 * What a keeper does: each duty looks at the chain and tells what anybody may send now, and for what it is done. A further duty
 * is a further function of this type in {@link duties}.
 */
import type { Block } from "ethers";
import { finalizeCall } from "../../actions/finalize.js";
import { withdrawCall } from "../../actions/withdraw.js";
import { zeroAddress } from "../../address.js";
import type { Agreement } from "../../agreement.js";
import type { EscrowEvent } from "../../decode.js";
import { defaultOutcome, emptyState, type Payout } from "../../model.js";
import { getClaimable, getMilestone } from "../../reads.js";
import type { EscrowConnection } from "../../rpc.js";
import { type Address, type Call, outcomeName, type Terms } from "../../types.js";
import type { HeldMilestone } from "./book.js";
import type { KeptToken } from "./config.js";

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
  /** The milestones whose clocks ran out, the oldest first, going by events. */
  readonly due: readonly HeldMilestone[];
  /** Whether something may be done now: it is not under way, and not put aside. */
  readonly isOpen: (subject: string) => boolean;
  /** Puts something aside for a while that is not to be done now, so that it does not hold up the rest. */
  readonly putAside: (subject: string) => void;
}

/** What can be sent now for one purpose. */
export type Duty = (look: Look) => Promise<readonly Item[]>;

/** How many milestones, or balances, are looked at in one step. */
const MOST = 200;

export const finalizing = (id: string, index: number): string => `finalize ${id} ${index}`;
export const withdrawing = (token: Address, account: Address): string => `withdraw ${token} ${account}`;

/** What an event shows to be done, as its subject. */
export function subjectOf(event: EscrowEvent | undefined): string | undefined {
  if (event?.type === "MilestoneConcluded") return finalizing(event.id, event.index);
  return event?.type === "Withdrawn" ? withdrawing(event.token, event.account) : undefined;
}

/** Whether an agreement can ever concern whom a keeper works for. */
export function concerns({ accounts, platforms, tokens }: Clients, { terms }: Agreement): boolean {
  const { client, freelancer, payoutTo, refundTo, feeRecipient, feeBps, token } = terms;
  const isServed = [client, freelancer, payoutTo, refundTo, feeRecipient].some((one) => accounts.has(one));
  return tokens.has(token) && (isServed || (feeBps > 0 && platforms.has(feeRecipient)));
}

/** Makes the default outcome happen where a clock ran out. */
const finalize: Duty = async ({ connection, block, clients, due, isOpen, putAside }) => {
  const open = due.filter(({ agreement, index }) => isOpen(finalizing(agreement.id, index))).slice(0, MOST);
  const items = open.map(async ({ agreement, index }): Promise<Item | undefined> => {
    const subject = finalizing(agreement.id, index);
    const milestone = await getMilestone(connection, agreement.id, index, { blockTag: block.number });
    const state = emptyState(agreement);
    const milestones = state.milestones.map((one, position) => (position === index ? milestone : one));
    const outcome = defaultOutcome(agreement, { ...state, milestones }, index, block.timestamp);
    // The events may say something else than the contract for a while, and what is worth nothing may be worth something later.
    const worth = outcome?.due ? worthOf(clients, agreement.terms, outcome.payout) : "nothing";
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
  return (await Promise.all(items)).filter((item) => item !== undefined);
};

/**
 * What finalizing is worth: `"always"` done for a client or freelancer, who agreed to the agreement, and for whom else gets
 * enough by it: anybody can name anybody there, and many worthless milestones would cost gas. For a platform, wei.
 */
function worthOf(
  { accounts, platforms, tokens }: Clients,
  terms: Terms,
  payout: Payout,
): bigint | "always" | "nothing" {
  const { client, freelancer, payoutTo, refundTo, feeRecipient, token } = terms;
  if (accounts.has(client) || accounts.has(freelancer)) return "always";
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
  return (await Promise.all(items)).filter((item) => item !== undefined);
};

export const duties: readonly Duty[] = [finalize, withdraw];
