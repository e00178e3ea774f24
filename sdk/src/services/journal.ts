/**
 * What a service must not forget, on disk: records that only grow, of which a crash at any byte loses the last one at most,
 * and that one was not acted on yet. What must not happen twice is recorded before it happens.
 *
 * The journal is also what keeps two processes apart: a record counts only behind the last one that its writer knows, so of two
 * that write one journal the second to do so fails before it has done anything.
 */
import { randomUUID } from "node:crypto";
import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { chainedFile } from "../history/file.js";
import type { HistoryStorage } from "../history/storage.js";
import { StateTakenError } from "./errors.js";

export class Journal<R> {
  readonly #file: string;
  readonly #storage: HistoryStorage;
  /** Makes this process' records unlike any other's. */
  readonly #writer = randomUUID();
  #last: string | undefined;
  #count = 0;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(file: string, storage: HistoryStorage, last: string | undefined) {
    this.#file = file;
    this.#storage = storage;
    this.#last = last;
  }

  /**
   * Opens a journal, which is made where it is not there.
   *
   * @param title What the records are, with a version: a file of another title is refused.
   * @returns It, and what it holds.
   * @throws {InvalidHistoryError} When the file is another one.
   * @throws The file system's error when it cannot be read.
   */
  static async open<R>(
    file: string,
    title: string,
  ): Promise<{ readonly journal: Journal<R>; readonly records: readonly R[] }> {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const storage = chainedFile(file, title);
    let last: string | undefined;
    const records: R[] = [];
    for await (const record of storage.records()) {
      last = record;
      // Behind the writer and a space.
      records.push(JSON.parse(record.slice(record.indexOf(" ") + 1)));
    }
    return { journal: new Journal<R>(file, storage, last), records };
  }

  /**
   * Appends a record, which is JSON. It is on the disk when this resolves.
   *
   * @throws {StateTakenError} When another process has appended one since.
   * @throws The file system's error when it cannot be written.
   */
  append(record: R): Promise<void> {
    return this.#inTurn(async () => {
      const isFirst = this.#last === undefined;
      const text = `${this.#writer}:${++this.#count} ${ascii(JSON.stringify(record))}`;
      if (!(await this.#storage.append(text, this.#last))) throw new StateTakenError({ file: this.#file });
      this.#last = text;
      if (isFirst) await syncFolder(dirname(this.#file));
    });
  }

  /**
   * Removes all records, when none of them matters any more.
   *
   * @throws {StateTakenError} When another process has appended one since.
   */
  clear(): Promise<void> {
    return this.#inTurn(async () => {
      let last: string | undefined;
      for await (const record of this.#storage.records()) last = record;
      if (last !== this.#last) throw new StateTakenError({ file: this.#file });
      await this.#storage.clear();
      this.#last = undefined;
    });
  }

  /** One after the other: each record counts only behind the one before it. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#queue.then(work);
    this.#queue = turn.catch(() => {});
    return turn;
  }
}

/** The same JSON in printable ASCII, which is what lines of the file hold. */
function ascii(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** A new file is there after a power failure only when its folder is on the disk too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined); // Windows opens no folders, and needs none of it.
  try {
    await handle?.sync();
  } finally {
    await handle?.close();
  }
}
