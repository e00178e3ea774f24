/**
 * What the hooks read, as options of TanStack Query: for what the hooks do not do themselves (prefetching on a server or
 * before a click, suspense, several at once). No hook is in here, so that a server component may import it.
 */
import { queryOptions, skipToken } from "@tanstack/react-query";
import type { Agreement } from "../agreement.js";
import type { MicroEscrow } from "../client.js";
import { type MicroEscrowError, RpcError } from "../errors.js";
import type { History } from "../history.js";
import type { AgreementList } from "../reads.js";
import type { AgreementId, AgreementState } from "../types.js";
import { escrowKeys } from "./keys.js";

/** The chain's time as it was read, and when that was by a clock that nobody can set. */
export interface TimeRead {
  /** Of the newest block, Unix seconds. */
  readonly time: number;
  /** Milliseconds since this page began. */
  readonly readAt: number;
  /** Which page that was: what another one read (a server, a cache on disk) says nothing here. */
  readonly page: number;
}

/** Only an endpoint does better when it is asked again; what is wrong otherwise stays wrong. */
const retry = (failures: number, error: MicroEscrowError): boolean => error instanceof RpcError && failures < 3;

/**
 * The queries behind the hooks, for `useSuspenseQuery`, `useQueries`, `prefetchQuery` and the like. What is `undefined` is not
 * known yet: the query waits.
 *
 * @example
 * await new QueryClient().prefetchQuery(escrowQueries.agreement(escrow, id));
 * const { data } = useQuery(escrowQueries.agreement(escrow, id));
 */
export const escrowQueries = {
  /** What the parties agreed on, which never changes: it is read once. */
  agreement: (escrow: MicroEscrow, id: AgreementId | undefined) =>
    queryOptions<Agreement, MicroEscrowError>({
      queryKey: escrowKeys.agreement(escrow, id as AgreementId),
      queryFn: id === undefined ? skipToken : () => escrow.getAgreement(id),
      // It is what its id is the hash of.
      staleTime: Number.POSITIVE_INFINITY,
      retry,
    }),
  /** How far its milestones are. */
  state: (escrow: MicroEscrow, agreement: Agreement | undefined) =>
    queryOptions<AgreementState, MicroEscrowError>({
      queryKey: escrowKeys.state(escrow, agreement?.id as AgreementId),
      // Async: what it throws at once is its failure too.
      queryFn: agreement === undefined ? skipToken : async () => escrow.getAgreementState(agreement),
      retry,
    }),
  /** What happened to it; read on from what is known. */
  timeline: (escrow: MicroEscrow, agreement: Agreement | undefined) =>
    queryOptions<History, MicroEscrowError>({
      queryKey: escrowKeys.timeline(escrow, agreement?.id as AgreementId),
      queryFn:
        agreement === undefined
          ? skipToken
          : async ({ client, queryKey }) =>
              escrow.getTimeline(agreement, since(client.getQueryData<History>(queryKey))),
      retry,
    }),
  /** The agreements of an account; read on from what is known. */
  inbox: (escrow: MicroEscrow, account: string | undefined) =>
    queryOptions<AgreementList, MicroEscrowError>({
      queryKey: escrowKeys.inbox(escrow, account as string),
      queryFn:
        account === undefined
          ? skipToken
          : async ({ client, queryKey }) =>
              escrow.listAgreements(account, since(client.getQueryData<AgreementList>(queryKey)?.history)),
      retry,
    }),
  /** The chain's time, and when it was read. */
  time: (escrow: MicroEscrow) =>
    queryOptions<TimeRead, MicroEscrowError>({
      queryKey: escrowKeys.time(escrow),
      queryFn: async () => {
        const time = await escrow.getTime();
        return { time, readAt: performance.now(), page: performance.timeOrigin };
      },
      structuralSharing: (before, now) => steady(before as TimeRead | undefined, now as TimeRead),
      retry,
    }),
};

function since(history: History | undefined): { readonly since?: History } {
  return history === undefined ? {} : { since: history };
}

/** Seconds by which the newest block is commonly late. */
const COMMON_LAG = 60;

/**
 * The newest block is always a little late, now more and now less: a countdown does not go back for that. Where it is late by
 * more, the chain was set back, and what was known of its time does not count any more.
 */
function steady(before: TimeRead | undefined, now: TimeRead): TimeRead {
  if (before === undefined || before.page !== now.page) return now;
  const lag = before.time - now.time + (now.readAt - before.readAt) / 1_000;
  return lag > 0 && lag <= COMMON_LAG ? before : now;
}
