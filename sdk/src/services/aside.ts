/**
 * What is put aside for a while, longer each time, so that it neither costs gas again at once nor holds up the rest. It is
 * forgotten with the process: whatever it was is then tried once more.
 */

/** Seconds. */
const FIRST_WAIT = 60;

/** A part of the time that is left for something: so long it waits at most, and is tried often enough before it is too late. */
const PART = 0.1;

interface Entry {
  readonly times: number;
  /** When it was put aside, milliseconds of this process' clock. */
  readonly at: number;
  readonly seconds: number;
  readonly failed: boolean;
}

export class Aside {
  readonly #entries = new Map<string, Entry>();

  get size(): number {
    return this.#entries.size;
  }

  /**
   * Whether something is not to be done now.
   *
   * @param left Seconds in which it can be done yet.
   */
  has(subject: string, left = Number.POSITIVE_INFINITY): boolean {
    const entry = this.#entries.get(subject);
    return entry !== undefined && performance.now() - entry.at < Math.min(entry.seconds, left * PART) * 1_000;
  }

  /** Whether something failed before: then it is sent alone, so that what it does harms nothing beside it. */
  isSuspect(subject: string): boolean {
    return this.#entries.get(subject)?.failed ?? false;
  }

  /**
   * @param longest Seconds that it is put aside for at most.
   * @param failed Whether it failed, and was not just useless now.
   */
  put(subject: string, longest: number, failed: boolean): void {
    const before = this.#entries.get(subject);
    const times = (before?.times ?? 0) + 1;
    const seconds = Math.min(FIRST_WAIT * 2 ** Math.min(times - 1, 20), longest);
    this.#entries.set(subject, { times, at: performance.now(), seconds, failed: failed || (before?.failed ?? false) });
  }

  /** Forgets all but what may still be done. */
  keep(isWanted: (subject: string) => boolean): void {
    for (const subject of this.#entries.keys()) if (!isWanted(subject)) this.#entries.delete(subject);
  }
}
