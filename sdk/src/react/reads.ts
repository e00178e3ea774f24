"use client";
/** What the chain says, as hooks: each a query of TanStack, shared by all components that ask for the same. */
import { type UseQueryOptions, type UseQueryResult, useQuery, useQueryClient } from "@tanstack/react-query";
import { checkIndex, type MilestoneParameters } from "../actions/action.js";
import type { Agreement } from "../agreement.js";
import { type MicroEscrowError, RpcError } from "../errors.js";
import type { History } from "../history.js";
import type { AgreementList } from "../reads.js";
import type { AgreementId, AgreementState, MilestoneState } from "../types.js";
import { useEscrow } from "./provider.js";
import { escrowQueries } from "./queries.js";

/** How a hook reads; each as TanStack's `useQuery` has it. */
export type EscrowQueryOptions = Pick<
  UseQueryOptions<unknown, MicroEscrowError>,
  "enabled" | "gcTime" | "refetchOnMount" | "refetchOnReconnect" | "refetchOnWindowFocus" | "retry" | "throwOnError"
> & {
  /** Milliseconds between two looks; by default none without a reason: see `useWatch`. */
  readonly refetchInterval?: number | false;
  /** Milliseconds for which it is not read again. */
  readonly staleTime?: number;
};

/** What TanStack's `useQuery` returns; its error is one of the SDK's. */
export type EscrowQueryResult<Data> = UseQueryResult<Data, MicroEscrowError>;

/**
 * An agreement from the chain alone, by its id. It never changes, so it is read once.
 *
 * @param id Left out, it waits: as long as it is not known.
 * @throws {MissingEscrowProviderError} When there is no EscrowProvider around the component.
 * @example
 * const { data: agreement, error } = useAgreement(id);
 */
export function useAgreement(
  id: AgreementId | undefined,
  options: EscrowQueryOptions = {},
): EscrowQueryResult<Agreement> {
  return useQuery({ ...escrowQueries.agreement(useEscrow(), id), ...(options as object) });
}

/**
 * The state of a whole agreement.
 *
 * @throws {MissingEscrowProviderError} When there is no EscrowProvider around the component.
 * @example
 * const { data: agreement } = useAgreement(id);
 * const { data } = useAgreementState(agreement);
 * if (data?.closed) console.log("Nothing more can be funded.");
 */
export function useAgreementState(
  agreement: Agreement | undefined,
  options: EscrowQueryOptions = {},
): EscrowQueryResult<AgreementState> {
  return useQuery({ ...escrowQueries.state(useEscrow(), agreement), ...(options as object) });
}

/**
 * The state of one milestone. It is a part of {@link useAgreementState}'s: all milestones of an agreement are one request.
 * Its error is a `MilestoneOutOfRangeError` for an index that the schedule does not have.
 *
 * @throws {MissingEscrowProviderError} When there is no EscrowProvider around the component.
 * @example
 * const { data: milestone } = useMilestone({ agreement, index: 0 });
 * const secondsLeft = useCountdown(milestone?.clock);
 */
export function useMilestone(
  { agreement, index }: { readonly agreement: Agreement | undefined } & Pick<MilestoneParameters, "index">,
  options: EscrowQueryOptions = {},
): EscrowQueryResult<MilestoneState> {
  const query = escrowQueries.state(useEscrow(), agreement);
  const client = useQueryClient();
  const result = useQuery({
    ...query,
    ...(options as object),
    select: ({ milestones }: AgreementState): MilestoneState => {
      const milestone = agreement && milestones[checkIndex(agreement, index)];
      if (milestone !== undefined) return milestone;
      throw new RpcError({ reason: "malformed", details: `the state has no milestone ${index}` });
    },
  });
  // Beside the error of a selection TanStack has what was selected before, which is another milestone's.
  if (result.error === null || result.error === client.getQueryState(query.queryKey)?.error) return result;
  return { ...result, data: undefined } as EscrowQueryResult<MilestoneState>;
}

/**
 * The agreements that name an account as client or freelancer. What is final is read once, and read on from there.
 *
 * @throws {MissingEscrowProviderError} When there is no EscrowProvider around the component.
 * @example
 * const { data } = useInbox(freelancer);
 * for (const { agreement, final } of data?.consented ?? []) console.log(agreement.id, final);
 */
export function useInbox(
  account: string | undefined,
  options: EscrowQueryOptions = {},
): EscrowQueryResult<AgreementList> {
  return useQuery({ ...escrowQueries.inbox(useEscrow(), account), ...(options as object) });
}

/**
 * Everything that happened to an agreement. What is final is read once, and read on from there.
 *
 * @throws {MissingEscrowProviderError} When there is no EscrowProvider around the component.
 * @example
 * const { data: history } = useTimeline(agreement);
 * for (const { type, block } of history ? eventsOf(history) : []) console.log(type, block);
 */
export function useTimeline(
  agreement: Agreement | undefined,
  options: EscrowQueryOptions = {},
): EscrowQueryResult<History> {
  return useQuery({ ...escrowQueries.timeline(useEscrow(), agreement), ...(options as object) });
}
