/** What became of a gig, read from the chain alone: from the escrow's events, its state, and who sent what. */
import {
  type Address,
  type Agreement,
  type AgreementState,
  type EscrowEvent,
  type EscrowEventName,
  type EscrowEventOf,
  Outcome,
  type Progress,
  progress,
  Status,
  zeroAddress,
} from "@micro-escrow/sdk";
import { signedFundingAddress } from "@micro-escrow/sdk/gasless";
import { id, type Log, type Provider } from "ethers";
import type { Gig } from "./gigs.ts";
import { money } from "./terminal.ts";

/** One milestone as it ended. Amounts are token base units, net of fees. */
export interface MilestoneFacts {
  readonly name: string;
  /** Gross, as agreed. */
  readonly amount: bigint;
  readonly status: Status;
  readonly outcome: Outcome;
  readonly submissions: number;
  readonly freelancer: bigint;
  readonly client: bigint;
  readonly platform: bigint;
  readonly arbiter: bigint;
  /** What happened on the way, in words. */
  readonly notes: readonly string[];
  readonly events: readonly EscrowEvent[];
  /** Somebody else than the client sent the client's approval. */
  readonly relayed: boolean;
  /** How the client paid: with a permit in the same transaction, by a signature that somebody else sent, out of an allowance. */
  readonly payment: "permit" | "signature" | "allowance" | undefined;
}

export interface GigFacts {
  readonly gig: Gig;
  readonly title: string;
  readonly agreement: Agreement;
  readonly milestones: readonly MilestoneFacts[];
  readonly progress: Progress;
  /** Who ended the funding of the agreement; `undefined` when nobody did. */
  readonly closedBy: Address | undefined;
  /** What was withdrawn from the escrow in the meantime. */
  readonly withdrawals: readonly EscrowEventOf<"Withdrawn">[];
}

/** The topic of ERC-20's `Approval`. */
const approvalTopic = id("Approval(address,address,uint256)");

/** The events of one kind among these. */
function ofType<Name extends EscrowEventName>(events: readonly EscrowEvent[], type: Name): EscrowEventOf<Name>[] {
  return events.filter((event): event is EscrowEventOf<Name> & EscrowEvent => event.type === type);
}

const sum = (values: readonly bigint[]) => values.reduce((total, value) => total + value, 0n);

/** What the chain says about a gig. */
export interface GatherFactsParameters {
  readonly gig: Gig;
  /** The title of the scope, whose hash the agreement has. */
  readonly title: string;
  readonly agreement: Agreement;
  readonly state: AgreementState;
  /** All events of the agreement. */
  readonly timeline: readonly EscrowEvent[];
  readonly withdrawals: readonly EscrowEventOf<"Withdrawn">[];
  readonly provider: Provider;
}

/** Puts the facts of a gig together. */
export async function gatherFacts(parameters: GatherFactsParameters): Promise<GigFacts> {
  const { gig, title, agreement, state, timeline, withdrawals, provider } = parameters;
  const { client, token } = agreement.terms;
  const milestones = gig.milestones.map(async ({ name }, index): Promise<MilestoneFacts> => {
    const own = timeline.filter((event) => "index" in event && event.index === index);
    const [concluded] = ofType(own, "MilestoneConcluded");
    const advanced = ofType(own, "MilestoneAdvanced");
    const deferred = ofType(own, "PaymentDeferred");
    const [funded] = ofType(own, "MilestoneFunded");
    const { status = Status.None, outcome = Outcome.None, submissions = 0 } = state.milestones[index] ?? {};

    const ending = concluded ? await provider.getTransaction(concluded.transaction) : null;
    const relayed = outcome === Outcome.Approved && ending !== null && ending.from !== client;
    const receipt = funded ? await provider.getTransactionReceipt(funded.transaction) : null;
    // USDC emits Approval for a permit, and none when it uses up an allowance.
    const isApproval = ({ address, topics }: Log) => address === token && topics[0] === approvalTopic;
    const ownPayment = receipt?.logs.some(isApproval) ? "permit" : "allowance";
    const isSigned = funded?.payer === signedFundingAddress() && receipt?.from !== client;
    return {
      name,
      amount: agreement.schedule[index]?.amount ?? 0n,
      status,
      outcome,
      submissions,
      freelancer: (concluded?.freelancerAmount ?? 0n) + sum(advanced.map(({ freelancerAmount }) => freelancerAmount)),
      client: concluded?.clientAmount ?? 0n,
      platform: (concluded?.platformFee ?? 0n) + sum(advanced.map(({ platformFee }) => platformFee)),
      arbiter: concluded?.arbiterFee ?? 0n,
      notes: [
        ...advanced.map(({ freelancerAmount }) => `${money(freelancerAmount)} in advance`),
        ...(submissions > 1 ? [`${submissions} submissions`] : []),
        ...(relayed ? ["relayed"] : []),
        ...deferred.map(() => "payment deferred"),
      ],
      events: own,
      relayed,
      payment: funded && (isSigned ? "signature" : ownPayment),
    };
  });
  const [closed] = ofType(timeline, "AgreementClosed");
  return {
    gig,
    title,
    agreement,
    milestones: await Promise.all(milestones),
    progress: progress({ agreement, state, events: timeline }),
    closedBy: closed?.party,
    withdrawals,
  };
}

/** What a gig changed for an account, going by the escrow's events: negative for who paid, token base units. */
export function announced({ agreement, milestones }: GigFacts, account: Address): bigint {
  const { client, freelancer, payoutTo, refundTo, feeRecipient, arbiter } = agreement.terms;
  // Through SignedFunding pays the client, and nobody else.
  const isPaidBy = (payer: Address) => account === (payer === signedFundingAddress() ? client : payer);
  const shareOf = (milestone: MilestoneFacts) =>
    (account === (payoutTo === zeroAddress ? freelancer : payoutTo) ? milestone.freelancer : 0n) +
    (account === (refundTo === zeroAddress ? client : refundTo) ? milestone.client : 0n) +
    (account === feeRecipient ? milestone.platform : 0n) +
    (account === arbiter ? milestone.arbiter : 0n) -
    sum(ofType(milestone.events, "MilestoneFunded").map(({ payer, amount }) => (isPaidBy(payer) ? amount : 0n)));
  return sum(milestones.map(shareOf));
}

/** Something that can happen to a milestone, and where it did. */
export interface Happening {
  readonly what: string;
  /** The milestones are counted from 1. */
  readonly where: readonly { readonly gig: Gig["key"]; readonly milestones: readonly number[] }[];
}

/** Everything that the three gigs are to show between them, and how the chain tells that it happened. */
const happenings: Readonly<Record<string, (milestone: MilestoneFacts, gig: GigFacts) => boolean>> = {
  "approved by the client": ({ outcome }) => outcome === Outcome.Approved,
  "released after the client's silence": ({ outcome }) => outcome === Outcome.ReviewExpired,
  "changed and submitted again": ({ events, outcome, submissions }) =>
    outcome === Outcome.Approved && ofType(events, "ChangesRequested").length > 0 && submissions > 1,
  "disputed, with evidence from both, and split by the arbiter": (
    { events, outcome, freelancer, client },
    { agreement },
  ) =>
    outcome === Outcome.Ruled &&
    freelancer > 0n &&
    client > 0n &&
    ofType(events, "MilestoneDisputed").some(({ by }) => by === agreement.terms.client) &&
    ofType(events, "EvidenceSubmitted").some(({ by }) => by === agreement.terms.freelancer),
  "split as agreed because the arbiter was silent": ({ outcome }) => outcome === Outcome.ArbitrationExpired,
  "returned after a missed deadline": ({ outcome }) => outcome === Outcome.WorkExpired,
  "returned because changes never came": ({ outcome }) => outcome === Outcome.ReworkExpired,
  "settled by both": ({ outcome }) => outcome === Outcome.Settled,
  "given back by the freelancer": ({ outcome }) => outcome === Outcome.Refunded,
  "failed, then passed by the verifier": ({ events, outcome }) =>
    outcome === Outcome.Attested && ofType(events, "MilestoneAttested").some(({ passed }) => !passed),
  "ended early by the client": ({ status }, { agreement, closedBy }) =>
    status === Status.None && closedBy === agreement.terms.client,
  "paid in part in advance": ({ events }) => ofType(events, "MilestoneAdvanced").length > 0,
  "given more time by the client": ({ events }) => ofType(events, "MilestoneExtended").length > 0,
  "approved by a signature that somebody else sent": ({ relayed }) => relayed,
  "kept for a blacklisted account and withdrawn later": ({ events }, { withdrawals }) =>
    ofType(events, "PaymentDeferred").some((deferred) =>
      withdrawals.some(({ account, amount, block }) => {
        return account === deferred.account && amount >= deferred.amount && block > deferred.block;
      }),
    ),
  "paid with a fee for the platform": ({ platform }) => platform > 0n,
  "funded with a permit": ({ payment }) => payment === "permit",
  "funded from an allowance": ({ payment }) => payment === "allowance",
  "funded by a signature that somebody else sent": ({ payment }) => payment === "signature",
};

/** Looks for everything that is to happen. What did not has nowhere as its place. */
export function findHappenings(gigs: readonly GigFacts[]): Happening[] {
  return Object.entries(happenings).map(([what, happened]) => ({
    what,
    where: gigs
      .map((facts) => ({
        gig: facts.gig.key,
        milestones: facts.milestones.flatMap((milestone, index) => (happened(milestone, facts) ? [index + 1] : [])),
      }))
      .filter(({ milestones }) => milestones.length > 0),
  }));
}
