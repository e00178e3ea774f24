/**
 * The keys under which TanStack Query keeps what was read: chain and contract first, so that two escrows, or one on two
 * chains, never mix. TanStack hashes keys with JSON.stringify: they hold text and numbers alone, no bigint.
 */
import type { QueryClient } from "@tanstack/react-query";
import { toAddress } from "../address.js";
import type { Agreement } from "../agreement.js";
import type { AgreementId } from "../types.js";

/** Where an escrow is: all that keys need of it. A `MicroEscrow` has it. */
export interface EscrowLocator {
  readonly chainId: number;
  /** Address of the contract. */
  readonly address: string;
}

const all = ({ chainId, address }: EscrowLocator) => ["micro-escrow", Number(chainId), textOf(address)] as const;

/**
 * The keys of everything that the hooks read, for `invalidateQueries`, `setQueryData` and the like. `all` is the beginning of
 * every other.
 *
 * @example
 * const { data } = useQuery(escrowQueries.state(escrow, agreement));
 * await new QueryClient().invalidateQueries({ queryKey: escrowKeys.state(escrow, agreement.id) });
 */
export const escrowKeys = {
  /** Everything of an escrow. */
  all,
  /** What the parties agreed on, which never changes. */
  agreement: (escrow: EscrowLocator, id: AgreementId) => [...all(escrow), "agreement", textOf(id)] as const,
  /** How far its milestones are. */
  state: (escrow: EscrowLocator, id: AgreementId) => [...all(escrow), "state", textOf(id)] as const,
  /** What happened to it. */
  timeline: (escrow: EscrowLocator, id: AgreementId) => [...all(escrow), "timeline", textOf(id)] as const,
  /** The agreements of an account. */
  inbox: (escrow: EscrowLocator, account: string) => [...all(escrow), "inbox", textOf(account)] as const,
  /** The chain's time. */
  time: (escrow: EscrowLocator) => [...all(escrow), "time"] as const,
};

/** One spelling for each address and hash; what is none stays as it is, and its query says so. */
function textOf(value: string): string {
  if (typeof value !== "string") return typeof value;
  try {
    return toAddress(value);
  } catch {
    return /^0x[0-9a-f]{64}$/i.test(value) ? value.toLowerCase() : value;
  }
}

/** Has read again whatever an event of this agreement can have changed. */
export function invalidateAgreement(
  client: QueryClient,
  escrow: EscrowLocator,
  { id, terms }: Agreement,
  { parties = true } = {},
): void {
  const keys: (readonly unknown[])[] = [
    escrowKeys.state(escrow, id),
    escrowKeys.timeline(escrow, id),
    escrowKeys.time(escrow),
  ];
  if (parties) keys.push(escrowKeys.inbox(escrow, terms.client), escrowKeys.inbox(escrow, terms.freelancer));
  // A refetch that fails tells it in the query's own error.
  for (const queryKey of keys) void client.invalidateQueries({ queryKey });
}
