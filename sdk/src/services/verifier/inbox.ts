/**
 * What was submitted in the agreements that name the verifier, and what came of it, going by events. It is a list of what to look
 * at: before anything is sent, the contract is asked.
 */
import type { Agreement } from "../../agreement.js";
import type { EscrowEvent } from "../../decode.js";
import type { EscrowConnection } from "../../rpc.js";
import type { AgreementId, Hash } from "../../types.js";
import { Events } from "../events.js";

/** A submission. */
export interface Submitted {
  readonly agreement: Agreement;
  /** Counted from 0. */
  readonly index: number;
  readonly submission: number;
  readonly deliverable: Hash;
  /** When the review ends, Unix seconds. */
  readonly clock: number;
  readonly block: number;
}

/** What of an agreement is known. */
interface Known {
  readonly agreement: Agreement;
  /** In their order on the chain. */
  readonly submissions: readonly Submitted[];
  /** Milestones whose last submission waits for an answer. */
  readonly open: ReadonlySet<number>;
}

export class Inbox {
  readonly #events: Events;
  readonly #isWatched: (agreement: Agreement) => boolean;
  /** Going by blocks that stay. */
  #known = new Map<AgreementId, Known>();
  #now = new Map<AgreementId, Known>();

  /**
   * @param file The escrow's events; several services may use it at once.
   * @param isWatched Tells which agreements matter.
   */
  constructor(connection: EscrowConnection, file: string, isWatched: (agreement: Agreement) => boolean) {
    this.#events = new Events(connection, file);
    this.#isWatched = isWatched;
  }

  /** Reads what has happened since, and returns the submissions that nobody has answered yet, oldest first. */
  async update(): Promise<readonly Submitted[]> {
    const unfinal = await this.#events.read({
      begin: () => {
        this.#known = new Map();
      },
      apply: (event) => this.#apply(event, this.#known),
    });
    this.#now = new Map(this.#known);
    for (const event of unfinal) this.#apply(event, this.#now);
    return [...this.#now.values()]
      .flatMap(({ submissions, open }) => {
        return [...open].map((index) => submissions.filter((one) => one.index === index).at(-1));
      })
      .filter((one) => one !== undefined)
      .sort((a, b) => a.block - b.block);
  }

  /** What was submitted for other milestones of the same agreement before. */
  earlier(submitted: Submitted): readonly Submitted[] {
    const all = this.#now.get(submitted.agreement.id)?.submissions ?? [];
    const position = all.findIndex((one) => one.index === submitted.index && one.submission === submitted.submission);
    return all.slice(0, position).filter((one) => one.index !== submitted.index);
  }

  #apply(event: EscrowEvent, all: Map<AgreementId, Known>): void {
    if (event.type === "AgreementOpened") {
      const { id, agreement } = event;
      if (this.#isWatched(agreement)) all.set(id, { agreement, submissions: [], open: new Set() });
      return;
    }
    if (!("index" in event)) return;
    const known = all.get(event.id);
    if (known === undefined) return;
    const { id, index } = event;
    if (event.type === "MilestoneSubmitted") {
      const { submission, deliverable, clock, block } = event;
      const one = { agreement: known.agreement, index, submission, deliverable, clock, block };
      all.set(id, { ...known, submissions: [...known.submissions, one], open: new Set([...known.open, index]) });
    } else if (ANSWERS.includes(event.type)) {
      all.set(id, { ...known, open: new Set([...known.open].filter((other) => other !== index)) });
    }
  }
}

/** Events after which a submission waits for no verifier. */
const ANSWERS: readonly EscrowEvent["type"][] = [
  "MilestoneAttested",
  "ChangesRequested",
  "MilestoneDisputed",
  "MilestoneConcluded",
];
