/**
 * A history that stays in a browser: in IndexedDB, one database for each.
 */
import { checkText } from "../check.js";
import { HistoryStorageError } from "../errors.js";
import type { HistoryStorage } from "./storage.js";

/** The only object store of a database; its keys count up. */
const RECORDS = "records";

/**
 * A history that a browser keeps for this origin, also when its page is closed. Several tabs may use it at once.
 *
 * Its methods reject with a {@link HistoryStorageError} where there is no IndexedDB, or no room left.
 *
 * @param name Of the database: one for each chain, escrow and filter.
 * @throws {InvalidParameterError} When the name is not text.
 * @example
 * const storage = indexedDbStorage(`micro-escrow ${escrow.connection.chainId}`);
 * const history = await syncHistory(escrow.connection, { storage });
 */
export function indexedDbStorage(name: string): HistoryStorage {
  checkText(name, "the name of a database");
  let opened: Promise<IDBDatabase> | undefined;

  const open = async (): Promise<IDBDatabase> => {
    opened ??= openDatabase(name, () => {
      opened = undefined;
    });
    try {
      return await opened;
    } catch (error) {
      opened = undefined;
      throw error;
    }
  };
  /** Does its work in one transaction, which is undone when it fails. */
  const transact = async <T>(
    mode: IDBTransactionMode,
    work: (records: IDBObjectStore, done: (result: T) => void) => void,
  ) => {
    const database = await open();
    return new Promise<T>((resolve, reject) => {
      let result: T;
      const fail = (cause: unknown) => reject(new HistoryStorageError(reasonOf(cause), { cause }));
      try {
        const transaction = database.transaction(RECORDS, mode, { durability: "strict" });
        transaction.oncomplete = () => resolve(result);
        transaction.onabort = () => fail(transaction.error);
        work(transaction.objectStore(RECORDS), (value) => {
          result = value;
        });
      } catch (cause) {
        // The database was closed, as for another page that deletes it: it is opened again the next time.
        opened = undefined;
        fail(cause);
      }
    });
  };
  /** The first record behind a key, and its key. */
  const next = (behind: IDBValidKey | undefined) =>
    transact<IDBCursorWithValue | null>("readonly", (records, done) => {
      const range = behind === undefined ? null : IDBKeyRange.lowerBound(behind, true);
      const request = records.openCursor(range);
      request.onsuccess = () => done(request.result);
    });

  return {
    async *records() {
      let cursor = await next(undefined);
      while (cursor !== null) {
        const { key, value } = cursor;
        yield value;
        cursor = await next(key);
      }
    },
    append: (record, behind) =>
      transact<boolean>("readwrite", (records, done) => {
        const last = records.openCursor(null, "prev");
        last.onsuccess = () => {
          const isBehind = last.result?.value === behind;
          if (isBehind) records.add(record);
          done(isBehind);
        };
      }),
    clear: () => transact<void>("readwrite", (records) => void records.clear()),
  };
}

function openDatabase(name: string, onClosed: () => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) => reject(new HistoryStorageError(reasonOf(cause), { cause }));
    if (typeof indexedDB === "undefined") {
      reject(new HistoryStorageError("there is no IndexedDB here, as in Node or in some private windows"));
      return;
    }
    try {
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(RECORDS, { autoIncrement: true });
      request.onerror = () => fail(request.error);
      request.onsuccess = () => {
        const database = request.result;
        // Whoever deletes the database, as another tab, does not have to wait for this one.
        database.onversionchange = () => {
          database.close();
          onClosed();
        };
        database.onclose = onClosed;
        resolve(database);
      };
    } catch (cause) {
      fail(cause);
    }
  });
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error || cause instanceof DOMException ? `${cause.name}: ${cause.message}` : "it was aborted";
}
