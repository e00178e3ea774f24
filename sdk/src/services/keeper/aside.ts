/**
 * What is put aside for a while, longer each time, so that it neither costs gas again at once nor holds up the rest. It is
 * forgotten with the process: whatever it was is then tried once more.
 */

/** Seconds. */
const FIRST_WAIT = 60;

export class Aside {
  readonly #entries = new Map<string, { readonly times: number; readonly until: number; readonly failed: boolean }>();

  get size(): number {
    return this.#entries.size;
  }

  /** Whether something is not to be done now. */
  has(subject: string): boolean {
    return (this.#entries.get(subject)?.until ?? 0) > performance.now();
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
    const until = performance.now() + seconds * 1_000;
    this.#entries.set(subject, { times, until, failed: failed || (before?.failed ?? false) });
  }

  /** Forgets all but what may still be done. */
  keep(isWanted: (subject: string) => boolean): void {
    for (const subject of this.#entries.keys()) if (!isWanted(subject)) this.#entries.delete(subject);
  }
}
