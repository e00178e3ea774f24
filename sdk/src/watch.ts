/**
 * Watching an agreement by polling: no websocket needed, and neither failing endpoints nor reorganizations end it.
 */
import type { Agreement } from "./agreement.js";
import { checkObject } from "./check.js";
import type { EscrowEvent } from "./decode.js";
import { InvalidParameterError, type MicroEscrowError } from "./errors.js";
import { eventKey, eventsOf, type History, type HistoryOptions } from "./history.js";
import { getTimeline } from "./reads.js";
import { decodeError } from "./revert.js";
import { checkConnection, type EscrowConnection, pause } from "./rpc.js";
import { checkAgreement } from "./validate.js";

/** What changed since the last update. */
export interface WatchUpdate {
  /** New events, oldest first. */
  readonly added: readonly EscrowEvent[];
  /** Events that a reorganization took back; they may be among `added` again, in another block. */
  readonly removed: readonly EscrowEvent[];
  /** Everything that is known now. */
  readonly history: History;
}

/** Options of `watch`. */
export interface WatchOptions extends HistoryOptions {
  /** Milliseconds between two looks; after failures up to 16 times as much. By default 4,000. */
  readonly interval?: number;
  /** Told of each failure; watching goes on. */
  readonly onError?: (error: MicroEscrowError) => void;
}

/** Something being watched. */
export interface Watch {
  /** Ends it; the listener is not called again. */
  readonly stop: () => void;
}

const MAX_BACKOFF = 16;

/**
 * Calls a listener when something happens to an agreement, and first with all that has happened (since `since`). A
 * listener that fails is called with the same again at the next look, and `onError` is told.
 *
 * @example
 * const { stop } = watch(escrow.connection, agreement, ({ added }) => {
 *   for (const { type, block } of added) console.log(type, block);
 * });
 */
export function watch(
  connection: EscrowConnection,
  agreement: Agreement,
  listener: (update: WatchUpdate) => void | Promise<void>,
  watchOptions: WatchOptions = {},
): Watch {
  // Here and now: what comes up while watching is told, and watching goes on.
  checkConnection(connection);
  checkAgreement(agreement);
  if (typeof listener !== "function") throw new InvalidParameterError(listener, "is not a function to call");
  const { interval = 4_000, onError, since, ...options } = checkObject(watchOptions, "options");
  const stopping = new AbortController();
  const { signal } = stopping;

  const look = async (known: History | undefined): Promise<History> => {
    const history = await getTimeline(connection, agreement, { ...options, ...(known && { since: known }) });
    const update = difference(known, history);
    if (!signal.aborted && update.added.length + update.removed.length > 0) await listener(update);
    return history;
  };
  const poll = async (): Promise<void> => {
    let known = since;
    let failures = 0;
    while (!signal.aborted) {
      try {
        known = await look(known);
        failures = 0;
      } catch (error) {
        ++failures;
        if (!signal.aborted) tell(onError, decodeError(error));
      }
      await pause(interval * Math.min(2 ** failures, MAX_BACKOFF), signal);
    }
  };
  void poll();
  return { stop: () => stopping.abort() };
}

/** A failure of who is told ends nothing here; it is left unhandled, so that it does not go unnoticed. */
function tell(onError: WatchOptions["onError"], error: MicroEscrowError): void {
  try {
    onError?.(error);
  } catch (failure) {
    void Promise.reject(failure);
  }
}

function difference(known: History | undefined, history: History): WatchUpdate {
  const before = known === undefined ? [] : eventsOf(known);
  const after = eventsOf(history);
  const [keysBefore, keysAfter] = [new Set(before.map(eventKey)), new Set(after.map(eventKey))];
  return {
    added: after.filter((event) => !keysBefore.has(eventKey(event))),
    removed: before.filter((event) => !keysAfter.has(eventKey(event))),
    history,
  };
}
