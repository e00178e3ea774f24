/** What the forms of all actions share: what they are given, and the milestone as it was when they were opened. */
import { type Hash, MicroEscrowError, type PayingAction, type Payout, payouts } from "@micro-escrow/sdk";
import { useState } from "react";
import type { Facts } from "../facts.ts";

/** What a form is given. */
export interface FormProps {
  readonly facts: Facts;
  /** The milestone's; 0 for what is done to the agreement as a whole. */
  readonly index: number;
}

/** A milestone's state. */
export function milestoneOf({ state }: Facts, index: number) {
  const milestone = state.milestones[index];
  if (milestone === undefined) throw new RangeError(`There is no milestone ${index}.`);
  return milestone;
}

/** Who would get how much; nothing while it is not possible, as between two states. */
export function payoutOf({ agreement, state }: Facts, action: PayingAction): Payout | undefined {
  try {
    return payouts(agreement, state, action);
  } catch (error) {
    if (error instanceof MicroEscrowError) return undefined;
    throw error;
  }
}

/** The submission that was there when the form was opened: it is what is judged, though another one may come meanwhile. */
export function useSubmissionShown(facts: Facts, index: number): number {
  const [{ submissions }] = useState(() => milestoneOf(facts, index));
  return submissions;
}

/**
 * The same with its hash, for what moves money. The history may come later than the state, or not at all: until then nobody has
 * seen what was submitted, and nothing is ready.
 */
export function useDeliverableShown(facts: Facts, index: number) {
  const submission = useSubmissionShown(facts, index);
  const [shown, setShown] = useState<Hash>();
  const event = facts.events.find(
    (one) => one.type === "MilestoneSubmitted" && one.index === index && one.submission === submission,
  );
  // The first that is shown is the one, also when a reorganization puts another in its place.
  if (shown === undefined && event?.type === "MilestoneSubmitted") setShown(event.deliverable);
  return {
    seen: { submission, ...(shown && { deliverable: shown }) },
    isShown: submission === 0 || shown !== undefined,
  };
}
