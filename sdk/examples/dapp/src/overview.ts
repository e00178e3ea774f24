/** All agreements of an account, how far they are, and which of them need it. */
import {
  type Agreement,
  type AgreementState,
  defaultOutcome,
  type MicroEscrow,
  type MicroEscrowError,
  Status,
} from "@micro-escrow/sdk";
import { type Statement, statementOf } from "@micro-escrow/sdk/history";
import { escrowKeys } from "@micro-escrow/sdk/react";
import { queryOptions } from "@tanstack/react-query";

/** An agreement in the account's list. */
export interface Listed {
  readonly agreement: Agreement;
  readonly state: AgreementState;
  /** Named by somebody else, and not consented to: nothing that the account asked for. */
  readonly isUnasked: boolean;
}

/** What an account has to do with the escrow. */
export interface Overview {
  /** Newest first. */
  readonly listed: readonly Listed[];
  readonly statement: Statement;
  /** The chain's time at which it holds, Unix seconds. */
  readonly time: number;
}

/** States that are read at once. */
const AT_ONCE = 20;

/** Everything of an account, from the chain alone. */
export const overviewQuery = (escrow: MicroEscrow, account: string | undefined) =>
  queryOptions<Overview, MicroEscrowError>({
    queryKey: [...escrowKeys.all(escrow), "overview", account ?? ""],
    queryFn: async () => {
      const who = account ?? "";
      const [statement, list, time] = await Promise.all([
        statementOf(escrow.connection, who),
        escrow.listAgreements(who),
        escrow.getTime(),
      ]);
      const unasked = new Set(list.inbox.map(({ agreement }) => agreement.id));
      const agreements = [...new Map(statement.agreements.map((one) => [one.id, one])).values()].reverse();
      const listed: Listed[] = [];
      for (let start = 0; start < agreements.length; start += AT_ONCE) {
        const some = agreements.slice(start, start + AT_ONCE);
        const states = await Promise.all(some.map((agreement) => escrow.getAgreementState(agreement)));
        for (const [at, state] of states.entries()) {
          const agreement = some[at];
          if (agreement !== undefined) listed.push({ agreement, state, isUnasked: unasked.has(agreement.id) });
        }
      }
      return { listed, statement, time };
    },
    enabled: account !== undefined,
    structuralSharing: false,
  });

/** Something that an account should do, soonest first where there is a clock. */
export type Need = "answer" | "submit" | "rework" | "rule" | "attest" | "finalize";

/** What an agreement needs of an account now, with the milestone and the clock (Unix seconds) until which it can be done. */
export function needsOf(
  agreement: Agreement,
  state: AgreementState,
  account: string,
  now: number,
): readonly { readonly need: Need; readonly index: number; readonly clock: number }[] {
  const { client, freelancer, arbiter, verifier } = agreement.terms;
  return state.milestones.flatMap(({ status, clock }, index) => {
    const isDue = now >= clock;
    const need = ((): Need | undefined => {
      if (isDue) {
        const outcome = defaultOutcome(agreement, state, index, now);
        const gains =
          account === freelancer ? outcome?.payout.freelancer : account === client ? outcome?.payout.client : 0n;
        return gains !== undefined && gains > 0n ? "finalize" : undefined;
      }
      if (status === Status.Submitted && account === client) return "answer";
      if (status === Status.Submitted && account === verifier) return "attest";
      if (status === Status.Funded && account === freelancer) return "submit";
      if (status === Status.ChangesRequested && account === freelancer) return "rework";
      if (status === Status.Disputed && account === arbiter) return "rule";
      return undefined;
    })();
    return need === undefined ? [] : [{ need, index, clock }];
  });
}
