/**
 * Which milestones hold money, when their clocks run out, and which were disputed, going by events. It is a list of what to look at: before anything
 * is done, the contract is asked.
 */
import type { Agreement } from "../../agreement.js";
import type { EscrowEvent } from "../../decode.js";
import type { EscrowConnection } from "../../rpc.js";
import type { AgreementId } from "../../types.js";
import { Events } from "../events.js";

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

export class Book {
  readonly #events: Events;
  readonly #isWatched: (agreement: Agreement) => boolean;
  #agreements = new Map<AgreementId, Agreement>();
  /** Going by blocks that stay. */
  #milestones = new Map<string, BookedMilestone>();

  /**
   * @param file The escrow's events; several services may use it at once.
   * @param isWatched Tells which agreements matter.
   */
  constructor(connection: EscrowConnection, file: string, isWatched: (agreement: Agreement) => boolean) {
    this.#events = new Events(connection, file);
    this.#isWatched = isWatched;
  }

  /**
   * Reads what has happened since, and returns the milestones that hold money now, or ended after a dispute; blocks that may go
   * again included.
   */
  async update(): Promise<readonly BookedMilestone[]> {
    const unfinal = await this.#events.read({
      begin: () => {
        [this.#agreements, this.#milestones] = [new Map(), new Map()];
      },
      apply: (event) => this.#apply(event, this.#milestones),
    });
    const milestones = new Map(this.#milestones);
    for (const event of unfinal) this.#apply(event, milestones);
    return [...milestones.values()];
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
