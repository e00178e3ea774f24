/**
 * What judgements may cost in a day. Each request's highest cost is set aside before it is sent, and what it really cost is
 * put in its place after; so a crash in between makes the day poorer, never richer.
 */
import type { Journal } from "../services/journal.js";
import { SpendingLimitError } from "./errors.js";

/** Costs are counted in trillionths of the currency of the prices: a millionth of one for a million tokens, for one token. */
export type Cost = bigint;

/** A record: what is set aside, or what it really was. */
export interface SpendingRecord {
  readonly request: number;
  /** Days since 1970, UTC. */
  readonly day: number;
  /** As text: JSON has no such numbers. */
  readonly cost: string;
}

/** Money that was set aside for a request. */
export interface Reserved {
  /** Puts what it really cost in its place. */
  settle(cost: Cost): Promise<void>;
}

/** The day's money for judgements. */
export class Spending {
  readonly #limit: Cost;
  readonly #journal: Pick<Journal<SpendingRecord>, "append"> | undefined;
  readonly #today: () => number;
  /** What each request cost, of the day that is counted. */
  readonly #costs = new Map<number, Cost>();
  #day = 0;
  #last = 0;

  /**
   * @param limit What a day may cost.
   * @param options Without a journal it is forgotten with the process.
   */
  constructor(
    limit: Cost,
    options: {
      readonly journal?: Pick<Journal<SpendingRecord>, "append">;
      readonly records?: readonly SpendingRecord[];
      /** Days since 1970, UTC. */
      readonly today?: () => number;
    } = {},
  ) {
    this.#limit = limit;
    this.#journal = options.journal;
    this.#today = options.today ?? (() => Math.floor(Date.now() / 86_400_000));
    for (const record of options.records ?? []) this.#note(record);
  }

  /** What today's requests cost so far, with what is set aside. */
  get spent(): Cost {
    if (this.#today() > this.#day) return 0n;
    return [...this.#costs.values()].reduce((sum, cost) => sum + cost, 0n);
  }

  /** Whether today still has so much. */
  allows(cost: Cost): boolean {
    return this.spent + cost <= this.#limit;
  }

  /**
   * Sets aside what a request costs at most. It is on the disk when this resolves.
   *
   * @throws {SpendingLimitError} When today has not so much left.
   */
  async reserve(cost: Cost): Promise<Reserved> {
    if (!this.allows(cost)) throw new SpendingLimitError();
    const request = this.#last + 1;
    // A clock that is set back must not open a day again.
    const day = Math.max(this.#today(), this.#day);
    await this.#write({ request, day, cost: String(cost) });
    return { settle: (actual) => this.#write({ request, day, cost: String(actual) }) };
  }

  async #write(record: SpendingRecord): Promise<void> {
    this.#note(record);
    await this.#journal?.append(record);
  }

  #note({ request, day, cost }: SpendingRecord): void {
    this.#last = Math.max(this.#last, request);
    if (day > this.#day) {
      this.#day = day;
      this.#costs.clear();
    }
    if (day === this.#day) this.#costs.set(request, BigInt(cost));
  }
}
