/**
 * Which milestones hold money, when their clocks run out, and which were disputed, going by events. It is a list of what to look at: before anything
 * is done, the contract is asked.
 */
import type { Agreement } from "../../agreement.js";
import type { EscrowEvent } from "../../decode.js";
import { fileStorage } from "../../history/file.js";
import { syncHistory } from "../../history/sync.js";
import { type History, readHistory } from "../../history.js";
import type { EscrowConnection } from "../../rpc.js";
import type { AgreementId } from "../../types.js";

/** A milestone that holds money, or ended after a dispute. */
export interface BookedMilestone {
  readonly agreement: Agreement;
  /** Counted from 0. */
  readonly index: number;
  /** When its default outcome is due, or was, Unix seconds. */
  readonly clock: number;
  /** Whether it is in dispute, or ended in one. */
  readonly isDisputed: boolean;
  readonly isHeld: boolean;
}

/** Seconds after which the file is brought up to date, and everything is read from it again: what an endpoint left out is found. */
const RELOAD_AFTER = 3_600;

export class Book {
  readonly #connection: EscrowConnection;
  readonly #file: string;
  readonly #isWatched: (agreement: Agreement) => boolean;
  #agreements = new Map<AgreementId, Agreement>();
  /** Going by blocks that stay. */
  #milestones = new Map<string, BookedMilestone>();
  #history: History | undefined;
  #loadedAt = 0;

  /**
   * @param file The escrow's events; several services may use it at once.
   * @param isWatched Tells which agreements matter.
   */
  constructor(connection: EscrowConnection, file: string, isWatched: (agreement: Agreement) => boolean) {
    this.#connection = connection;
    this.#file = file;
    this.#isWatched = isWatched;
  }

  /**
   * Reads what has happened since, and returns the milestones that hold money now, or ended after a dispute; blocks that may go
   * again included.
   */
  async update(): Promise<readonly BookedMilestone[]> {
    const isOld = performance.now() - this.#loadedAt > RELOAD_AFTER * 1_000;
    const unfinal = this.#history === undefined || isOld ? await this.#load() : await this.#readOn(this.#history);
    const milestones = new Map(this.#milestones);
    for (const event of unfinal) this.#apply(event, milestones);
    return [...milestones.values()];
  }

  async #load(): Promise<readonly EscrowEvent[]> {
    const storage = fileStorage(this.#file);
    const { final, unfinal, finalBlock, toBlock } = await syncHistory(this.#connection, {
      storage,
      ifReorganized: "start anew",
    });
    [this.#agreements, this.#milestones] = [new Map(), new Map()];
    for await (const events of final) for (const event of events) this.#apply(event, this.#milestones);
    this.#history = { final: [], unfinal: [], cursor: { fromBlock: finalBlock + 1 }, toBlock };
    this.#loadedAt = performance.now();
    return unfinal;
  }

  async #readOn(since: History): Promise<readonly EscrowEvent[]> {
    const { final, unfinal, ...rest } = await readHistory(this.#connection, [[]], { since });
    for (const event of final) this.#apply(event, this.#milestones);
    this.#history = { ...rest, final: [], unfinal: [] };
    return unfinal;
  }

  #apply(event: EscrowEvent, milestones: Map<string, BookedMilestone>): void {
    if (event.type === "AgreementOpened") {
      if (this.#isWatched(event.agreement)) this.#agreements.set(event.id, event.agreement);
      return;
    }
    if (!("index" in event)) return;
    const agreement = this.#agreements.get(event.id);
    if (agreement === undefined) return;
    const { id, index } = event;
    const key = `${id} ${index}`;
    if (event.type === "MilestoneConcluded") {
      const before = milestones.get(key);
      if (before?.isDisputed) milestones.set(key, { ...before, isHeld: false });
      else milestones.delete(key);
    } else if ("clock" in event) {
      const isDisputed = event.type === "MilestoneDisputed";
      milestones.set(key, { agreement, index, clock: event.clock, isDisputed, isHeld: true });
    }
  }
}
