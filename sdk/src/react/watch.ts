"use client";
/** Reading again when something happened on the chain. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import type { Agreement } from "../agreement.js";
import type { History } from "../history.js";
import type { WatchOptions } from "../watch.js";
import { escrowKeys, invalidateAgreement } from "./keys.js";
import { useEscrow } from "./provider.js";

/** How {@link useWatch} watches. */
export type WatchHookOptions = Pick<WatchOptions, "finality" | "interval" | "onError">;

/** What can move an agreement within a list of agreements. */
const LISTED: readonly string[] = ["AgreementOpened", "AgreementAccepted"];

/**
 * Watches an agreement while the component is there: when something happens, whoever did it, every hook that shows it reads
 * again. Once for an agreement on a page is enough. Failing endpoints and reorganizations do not end it.
 *
 * @throws {MissingEscrowProviderError} When there is no EscrowProvider around the component.
 * @example
 * const { data: agreement } = useAgreement(id);
 * useWatch(agreement, { interval: 2_000 });
 */
export function useWatch(agreement: Agreement | undefined, options: WatchHookOptions = {}): void {
  const escrow = useEscrow();
  const client = useQueryClient();
  const { interval, finality, onError } = options;
  // An agreement is what its id says, and who is told may change: neither begins anew.
  const latest = useRef({ agreement, onError });
  useEffect(() => {
    latest.current = { agreement, onError };
  });

  const id = agreement?.id;
  useEffect(() => {
    const watched = latest.current.agreement;
    if (id === undefined || watched === undefined) return;
    const key = escrowKeys.timeline(escrow, id);
    const since = client.getQueryData<History>(key);
    const { stop } = escrow.watch(
      watched,
      ({ added, removed }) => {
        const parties = [...added, ...removed].some(({ type }) => LISTED.includes(type));
        invalidateAgreement(client, escrow, watched, { parties });
      },
      {
        ...(interval !== undefined && { interval }),
        ...(finality !== undefined && { finality }),
        ...(since !== undefined && { since }),
        onError: (error) => latest.current.onError?.(error),
      },
    );
    return stop;
  }, [client, escrow, id, interval, finality]);
}
