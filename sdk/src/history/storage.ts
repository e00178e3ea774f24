/**
 * Where a history is kept: a list of texts that only grows. Anything that can compare and append in one step can be one.
 */

/** Keeps a history for `syncHistory`, as records: each a line of printable ASCII, some of them of megabytes. */
export interface HistoryStorage {
  /** The records, in the order in which they were appended. Some may be appended while they are read. */
  records(): AsyncIterable<string>;
  /**
   * Appends a record, the whole of it or nothing, and only when the last one is still `behind` (`undefined`: when there is
   * none). Both in one step, also when others write at the same time.
   *
   * @returns Whether it was appended.
   */
  append(record: string, behind: string | undefined): Promise<boolean>;
  /** Removes all records. */
  clear(): Promise<void>;
}

/**
 * A history that is gone with the page or the process.
 *
 * @example
 * const storage = memoryStorage();
 * const history = await syncHistory(escrow.connection, { storage });
 */
export function memoryStorage(): HistoryStorage {
  const kept: string[] = [];
  return {
    async *records() {
      yield* kept;
    },
    async append(record, behind) {
      if (kept.at(-1) !== behind) return false;
      kept.push(record);
      return true;
    },
    async clear() {
      kept.length = 0;
    },
  };
}
