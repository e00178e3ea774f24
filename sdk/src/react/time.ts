"use client";
/**
 * What changes by itself: as clocks pass. Time is the chain's as it was read, and what has gone by since on a clock that
 * nobody can set; the device's own time plays no part. A timer is set to the next moment at which something changes.
 *
 * The newest block is late by up to the time between two blocks, and so is this: what a passed clock allows is offered a
 * little late, and what it ends is withdrawn a little late; sending that fails in simulation, and costs nothing.
 */
import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useSyncExternalStore } from "react";
import type { Agreement } from "../agreement.js";
import { MicroEscrowError } from "../errors.js";
import { type AvailableAction, availableActions } from "../model.js";
import type { AgreementState } from "../types.js";
import { checkTime } from "../validate.js";
import { useEscrow } from "./provider.js";
import { escrowQueries, type TimeRead } from "./queries.js";
import { useAgreementState } from "./reads.js";

/** When something changes, in chain's time, Unix seconds. */
interface ChainTime {
  /** The last moment of change that has come; 0 when none has. */
  readonly last: (now: number) => number;
  /** The next one; `undefined` when there is none. */
  readonly next: (now: number) => number | undefined;
}

/** Milliseconds; what is longer, timers take for nothing. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** The last moment of change that has come; it renders again when there is another. `undefined` until the time is known. */
function useMoment({ last, next }: ChainTime): {
  readonly moment: number | undefined;
  readonly error: MicroEscrowError | null;
} {
  const { data, error, refetch } = useQuery(escrowQueries.time(useEscrow()));
  const read = data?.page === performance.timeOrigin ? data : undefined;
  const isOfAnother = data !== undefined && read === undefined;
  // However fresh TanStack takes it for: without a time of this page there is nothing to show.
  useEffect(() => {
    if (isOfAnother) void refetch({ cancelRefetch: false });
  }, [isOfAnother, refetch]);

  const subscribe = useCallback(
    (onChange: () => void) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const wait = (): void => {
        const now = read && timeAfter(read);
        const moment = now === undefined ? undefined : next(now);
        if (now === undefined || moment === undefined) return;
        const milliseconds = Math.ceil((moment - now) * 1_000);
        timer = setTimeout(
          () => {
            onChange();
            wait();
          },
          Math.min(milliseconds, LONGEST_TIMER),
        );
      };
      wait();
      return () => clearTimeout(timer);
    },
    [read, next],
  );
  const moment = useSyncExternalStore(
    subscribe,
    () => (read === undefined ? undefined : last(timeAfter(read))),
    () => undefined,
  );
  return { moment, error };
}

/** The chain's time now, with parts of a second. */
function timeAfter({ time, readAt }: TimeRead): number {
  return time + Math.max(performance.now() - readAt, 0) / 1_000;
}

/** What {@link useAvailableActions} knows. */
export interface AvailableActionsResult {
  /** `undefined` until the state and the chain's time are known. */
  readonly data: readonly AvailableAction[] | undefined;
  /** Why it is not known, or why what is known is old. */
  readonly error: MicroEscrowError | null;
  readonly isPending: boolean;
}

/**
 * What an account may do now, on which milestone, and until when: the buttons to show. It changes by itself when a clock
 * passes, and by the state when somebody acts (see `useWatch`).
 *
 * @param parameters What is not known yet is `undefined`.
 * @throws {MissingEscrowProviderError} When there is no EscrowProvider around the component.
 * @example
 * const { data: buttons } = useAvailableActions({ agreement, account: client });
 * for (const { action, index, until } of buttons ?? []) console.log(action, index, until);
 */
export function useAvailableActions({
  agreement,
  account,
}: {
  readonly agreement: Agreement | undefined;
  readonly account: string | undefined;
}): AvailableActionsResult {
  const { data: state, error } = useAgreementState(agreement);
  const changes = useMemo(() => clocksOf(agreement, state), [agreement, state]);
  const { moment, error: timeError } = useMoment(changes);

  const [data, problem] = useMemo(() => {
    if (agreement === undefined || account === undefined || state === undefined || moment === undefined) return [];
    try {
      // Between two clocks nothing changes: the last one that has passed stands for now.
      return [availableActions(agreement, state, account, moment)];
    } catch (failure) {
      if (failure instanceof MicroEscrowError) return [undefined, failure];
      throw failure;
    }
  }, [agreement, state, account, moment]);
  const failure = problem ?? error ?? timeError;
  return { data, error: failure, isPending: data === undefined && failure === null };
}

/** The moments at which what can be done changes: the milestones' clocks, and the end of the funding. */
function clocksOf(agreement: Agreement | undefined, state: AgreementState | undefined): ChainTime {
  const clocks = [agreement?.terms.fundBy ?? 0, ...(state?.milestones.map(({ clock }) => clock) ?? [])];
  return {
    last: (now) => Math.max(0, ...clocks.filter((clock) => clock <= now)),
    next: (now) => {
      const later = clocks.filter((clock) => clock > now);
      return later.length === 0 ? undefined : Math.min(...later);
    },
  };
}

/**
 * Seconds until a clock, counting down; 0 once it has passed. By the chain's time, whatever the device says.
 *
 * @param clock Unix seconds. For `undefined` and 0, which is no clock, there is nothing to count.
 * @returns `undefined` until the chain's time is known.
 * @throws {InvalidTimeError} When the clock is not whole Unix seconds.
 * @throws {MissingEscrowProviderError} When there is no EscrowProvider around the component.
 * @example
 * const { data: milestone } = useMilestone({ agreement, index: 0 });
 * const secondsLeft = useCountdown(milestone?.clock);
 * const text = secondsLeft === undefined ? "…" : formatDuration(secondsLeft);
 */
export function useCountdown(clock: number | undefined): number | undefined {
  const end = clock === undefined ? 0 : checkTime(clock);
  const seconds = useMemo(
    (): ChainTime => ({
      last: (now) => Math.min(Math.floor(now), end),
      next: (now) => (now < end ? Math.floor(now) + 1 : undefined),
    }),
    [end],
  );
  const { moment } = useMoment(seconds);
  return end === 0 || moment === undefined ? undefined : end - moment;
}
