/** The escrow's events as the services follow them: each of a block that stays once, those of blocks that may go each time. */
import type { EscrowEvent } from "../decode.js";
import { fileStorage } from "../history/file.js";
import { syncHistory } from "../history/sync.js";
import { type History, readHistory } from "../history.js";
import type { EscrowConnection } from "../rpc.js";

/** Whoever makes something of the events. */
export interface Follower {
  /** Forgets what it made: all events come again. */
  readonly begin: () => void;
  /** Takes an event of a block that stays, in order. */
  readonly apply: (event: EscrowEvent) => void;
}

/** Seconds after which the file is brought up to date, and everything is read from it again: what an endpoint left out is found. */
const RELOAD_AFTER = 3_600;

export class Events {
  readonly #connection: EscrowConnection;
  readonly #file: string;
  #history: History | undefined;
  #loadedAt = 0;

  /** @param file The escrow's events; several services may use it at once. */
  constructor(connection: EscrowConnection, file: string) {
    this.#connection = connection;
    this.#file = file;
  }

  /**
   * Reads what has happened since the last time. When it fails, everything comes again the next time.
   *
   * @returns The events of blocks that may go again, in order.
   */
  async read(follower: Follower): Promise<readonly EscrowEvent[]> {
    const since = this.#history;
    const isOld = performance.now() - this.#loadedAt > RELOAD_AFTER * 1_000;
    return since === undefined || isOld ? this.#load(follower) : this.#readOn(since, follower);
  }

  async #load({ begin, apply }: Follower): Promise<readonly EscrowEvent[]> {
    const storage = fileStorage(this.#file);
    const { final, unfinal, finalBlock, toBlock } = await syncHistory(this.#connection, {
      storage,
      ifReorganized: "start anew",
    });
    this.#history = undefined;
    begin();
    for await (const events of final) for (const event of events) apply(event);
    this.#history = { final: [], unfinal: [], cursor: { fromBlock: finalBlock + 1 }, toBlock };
    this.#loadedAt = performance.now();
    return unfinal;
  }

  async #readOn(since: History, { apply }: Follower): Promise<readonly EscrowEvent[]> {
    const { final, unfinal, ...rest } = await readHistory(this.#connection, [[]], { since });
    for (const event of final) apply(event);
    this.#history = { ...rest, final: [], unfinal: [] };
    return unfinal;
  }
}
