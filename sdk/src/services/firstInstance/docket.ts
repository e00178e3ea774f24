/**
 * The disputes before a contract, and what the parties put before it, going by events in blocks that stay.
 */
import type { Agreement } from "../../agreement.js";
import type { EscrowEvent } from "../../decode.js";
import type { EscrowConnection } from "../../rpc.js";
import type { Address, AgreementId, Hash } from "../../types.js";
import { Events } from "../events.js";

/** A milestone in dispute. */
export interface Dispute {
  readonly agreement: Agreement;
  /** From 0. */
  readonly index: number;
  /** What was submitted last; `undefined` when nothing was. */
  readonly deliverable: Hash | undefined;
  /** Who disputed. */
  readonly by: Address;
  /** What each side put before the arbiter, in order, of each the first; the very first is the dispute's own. */
  readonly evidence: readonly Evidence[];
}

/** Something that a party put before the arbiter. */
export interface Evidence {
  readonly by: Address;
  readonly hash: Hash;
}

/** A milestone that may come into dispute. */
interface Entry {
  deliverable: Hash | undefined;
  dispute: { readonly by: Address; evidence: Evidence[] } | undefined;
}

/** What of a side's evidence is looked at: whoever puts more before the arbiter does not make its reasoning longer. */
const MOST_EVIDENCE = 20;
const NO_HASH = `0x${"0".repeat(64)}`;

export class Docket {
  readonly #events: Events;
  readonly #contract: Address;
  #agreements = new Map<AgreementId, Agreement>();
  #entries = new Map<string, Entry>();

  /** @param file The escrow's events; several services may use it at once. */
  constructor(connection: EscrowConnection, file: string, contract: Address) {
    this.#events = new Events(connection, file);
    this.#contract = contract;
  }

  /** Reads what has happened since, and returns the disputes. */
  async update(): Promise<readonly Dispute[]> {
    await this.#events.read({
      begin: () => {
        [this.#agreements, this.#entries] = [new Map(), new Map()];
      },
      apply: (event) => this.#apply(event),
    });
    return [...this.#entries].flatMap(([key, { deliverable, dispute }]) => {
      const [id = "", index] = key.split(" ");
      const agreement = this.#agreements.get(id as AgreementId);
      if (agreement === undefined || dispute === undefined) return [];
      return [{ agreement, index: Number(index), deliverable, by: dispute.by, evidence: [...dispute.evidence] }];
    });
  }

  #apply(event: EscrowEvent): void {
    if (event.type === "AgreementOpened") {
      if (event.agreement.terms.arbiter === this.#contract) this.#agreements.set(event.id, event.agreement);
      return;
    }
    if (!("index" in event) || !this.#agreements.has(event.id)) return;
    const key = `${event.id} ${event.index}`;
    if (event.type === "MilestoneConcluded") {
      this.#entries.delete(key);
      return;
    }
    const entry = this.#entries.get(key) ?? { deliverable: undefined, dispute: undefined };
    this.#entries.set(key, entry);
    if (event.type === "MilestoneSubmitted") entry.deliverable = event.deliverable;
    else if (event.type === "MilestoneDisputed") entry.dispute = { by: event.by, evidence: evidenceOf(event, []) };
    else if (event.type === "EvidenceSubmitted")
      entry.dispute?.evidence.push(...evidenceOf(event, entry.dispute.evidence));
  }
}

/** What an event adds: a dispute may come without evidence, and what a side repeats, or what is too much, adds nothing. */
function evidenceOf(
  { by, evidence: hash }: { readonly by: Address; readonly evidence: Hash },
  known: readonly Evidence[],
): Evidence[] {
  const own = known.filter((one) => one.by === by);
  if (hash === NO_HASH || own.length >= MOST_EVIDENCE || own.some((one) => one.hash === hash)) return [];
  return [{ by, hash }];
}
