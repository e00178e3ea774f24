/**
 * The events that the contract must emit for what the model did, from the protocol's text: which, in which order, with which
 * values. Compared as they stand in the receipt, topics and data.
 */
import { type Action, type Agreement, type AgreementState, Status, type StepResult } from "@micro-escrow/sdk";
import { ZeroHash } from "ethers";
import type { Chain } from "./chain.ts";

/** A log as nodes return it. */
export interface Log {
  readonly topics: readonly string[];
  readonly data: string;
}

type Event = readonly [name: string, ...values: unknown[]];

/** What an action that succeeds emits. */
export function eventsOf(
  chain: Chain,
  agreement: Agreement,
  before: AgreementState,
  action: Action,
  sender: string,
  { state, payout, payments }: StepResult,
): readonly Log[] {
  const { id, terms, schedule } = agreement;
  const { platform, arbiter, freelancer, client } = payout;
  const consents: Event[] = [];
  if (!before.clientConsented && state.clientConsented) consents.push(["AgreementAccepted", id, terms.client]);
  if (!before.freelancerConsented && state.freelancerConsented) {
    consents.push(["AgreementAccepted", id, terms.freelancer]);
  }
  if (consents.length > 0 && !before.clientConsented && !before.freelancerConsented) {
    consents.unshift(["AgreementOpened", id, terms.client, terms.freelancer, terms, [...schedule]]);
  }

  const index = "index" in action ? action.index : undefined;
  const after = index === undefined ? undefined : state.milestones[index];
  const onMilestone = (name: string, ...values: unknown[]): Event => [name, id, index, ...values];
  const clock = after?.clock;
  const concluded = (reasoning: string) => [
    onMilestone("MilestoneConcluded", after?.outcome, freelancer, client, platform, arbiter, reasoning),
  ];
  const deferred = payments
    .filter(({ claimable, role }) => claimable && (role === "freelancer" || role === "client"))
    .map(({ to, amount }) => onMilestone("PaymentDeferred", to, terms.token, amount));

  const own = (): Event[] => {
    switch (action.type) {
      case "accept":
        return [];
      case "close":
        return before.closed ? [] : [["AgreementClosed", id, action.party]];
      case "fund":
        return action.indices.map((funded) => [
          "MilestoneFunded",
          id,
          funded,
          sender,
          schedule[funded]?.amount,
          state.milestones[funded]?.clock,
        ]);
      case "submit":
        return [onMilestone("MilestoneSubmitted", after?.submissions, action.deliverable, clock)];
      case "requestChanges":
        return [onMilestone("ChangesRequested", action.submission, action.reason, clock)];
      case "attest": {
        const { submission, passed, report } = action;
        const attested = onMilestone("MilestoneAttested", submission, passed, report, clock);
        if (!passed) return [attested, onMilestone("ChangesRequested", submission, report, clock)];
        return after?.held === 0n ? [attested, ...concluded(ZeroHash)] : [attested];
      }
      case "advance":
        return [onMilestone("MilestoneAdvanced", freelancer, platform, after?.held)];
      case "extend":
        return [onMilestone("MilestoneExtended", action.clock)];
      case "dispute":
        return [
          onMilestone(
            "MilestoneDisputed",
            disputing(agreement, before, action),
            action.submission,
            action.evidence,
            clock,
          ),
        ];
      case "submitEvidence":
        return [onMilestone("EvidenceSubmitted", sender, action.evidence)];
      case "rule":
        return concluded(action.reasoning);
      case "approve":
      case "settle":
      case "refund":
      case "finalize":
        return concluded(ZeroHash);
    }
  };
  return encoded(chain, [...consents, ...own(), ...deferred]);
}

/** Who disputes: the client a submission, the freelancer an objection. */
function disputing({ terms }: Agreement, before: AgreementState, { index }: { index: number }): string {
  return before.milestones[index]?.status === Status.Submitted ? terms.client : terms.freelancer;
}

/** What a withdrawal of an amount emits; nothing is withdrawn without an event. */
export function withdrawalOf(chain: Chain, account: string, amount: bigint): readonly Log[] {
  return amount === 0n ? [] : encoded(chain, [["Withdrawn", chain.tokenAddress, account, amount]]);
}

function encoded({ escrow }: Chain, events: readonly Event[]): readonly Log[] {
  return events.map(([name, ...values]) => {
    const { topics, data } = escrow.interface.encodeEventLog(name, values);
    return { topics: topics.flat().map(String), data };
  });
}

/** A log for a reader: "MilestoneFunded(index: 0, …)", with each value as `text` has it. */
export function tell({ escrow }: Chain, log: Log, text: (value: unknown) => string): string {
  const event = escrow.interface.parseLog(log);
  if (event === null) return "an unknown event";
  const values = event.fragment.inputs.map(({ name }, position) => `${name}: ${text(event.args[position])}`);
  return `${event.name}(${values.join(", ")})`;
}
