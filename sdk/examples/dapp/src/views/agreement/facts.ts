/** What the parts of the agreement's page know of it. */
import {
  type Agreement,
  type AgreementState,
  type EscrowEvent,
  type Hash,
  type Payout,
  Status,
  type Terms,
  zeroAddress,
} from "@micro-escrow/sdk";
import { useCallback } from "react";
import { milestoneTitleOf } from "../../clauses.ts";
import type { Currency } from "../../format.ts";
import { useLanguage } from "../../language/index.tsx";
import type { Kept } from "../../library.ts";
import { useNames } from "../../names.ts";

/** An agreement that is on the chain, and all that is known of it. */
export interface Facts {
  readonly agreement: Agreement;
  readonly state: AgreementState;
  readonly currency: Currency;
  /** What happened to it, oldest first. */
  readonly events: readonly EscrowEvent[];
  /** What is kept of it in this browser. */
  readonly kept: Kept | undefined;
}

/** Whether something of an agreement was ever funded; until then it is a proposal. */
export const isUnderWay = (state: AgreementState | undefined): boolean =>
  state?.milestones.some(({ status }) => status !== Status.None) ?? false;

/** The hash of what somebody handed in; `undefined` when nobody did. */
export function handedIn(event: EscrowEvent): Hash | undefined {
  switch (event.type) {
    case "MilestoneSubmitted":
      return event.deliverable;
    case "ChangesRequested":
      return event.reason;
    case "MilestoneAttested":
      return event.report;
    case "MilestoneDisputed":
    case "EvidenceSubmitted":
      return event.evidence;
    case "MilestoneConcluded":
      // Nobody gave reasons where nobody ruled.
      return BigInt(event.reasoning) === 0n ? undefined : event.reasoning;
    default:
      return undefined;
  }
}

/** What is to be done for a milestone; its number where the scope is not known. */
export function useMilestoneTitle(agreement: Agreement): (index: number) => string {
  const { words } = useLanguage();
  return useCallback(
    (index) => milestoneTitleOf(agreement, index) ?? words.milestoneNumber(index + 1),
    [agreement, words],
  );
}

/** Who gets how much, in words: "485.00 USDC to Amara and 15.00 USDC to Noor". */
export function usePayoutWords(terms: Terms, currency: Currency): (payout: Payout) => string {
  const { words, format } = useLanguage();
  const nameOf = useNames();
  return useCallback(
    (payout) => {
      const parts = [
        [payout.freelancer, terms.freelancer, terms.payoutTo],
        [payout.client, terms.client, terms.refundTo],
        [payout.platform, terms.feeRecipient, undefined],
        [payout.arbiter, terms.arbiter, undefined],
      ] as const;
      return format.list(
        parts
          .filter(([amount]) => amount > 0n)
          .map(([amount, account, place]) => {
            const [money, name] = [format.money(amount, currency), nameOf(account)];
            const isElsewhere = place !== undefined && place !== zeroAddress && place !== account;
            return isElsewhere ? words.amountToAt(money, name, nameOf(place)) : words.amountTo(money, name);
          }),
      );
    },
    [terms, currency, words, format, nameOf],
  );
}
