/** A place in this browser to keep things under names. Where the browser keeps nothing, it lasts as long as the tab. */
import { StorageFailedError } from "@micro-escrow/sdk/storage";
import { clear, createStore, entries, get, set, update } from "idb-keyval";

/** A place to keep things of one kind. What is read may have been written by another version of the page. */
export interface Shelf<Value> {
  /** Whether what is put there outlasts the tab. */
  isLasting(): Promise<boolean>;
  get(name: string): Promise<Value | undefined>;
  /** @throws {StorageFailedError} When there is no room for it. */
  set(name: string, value: Value): Promise<void>;
  /**
   * Changes what is there in one step, also while another tab does.
   *
   * @throws {StorageFailedError} When there is no room for it.
   */
  update(name: string, change: (before: Value | undefined) => Value): Promise<void>;
  entries(): Promise<readonly (readonly [name: string, value: Value])[]>;
  clear(): Promise<void>;
}

/**
 * Opens a shelf.
 *
 * @param database Its IndexedDB.
 */
export function shelfOf<Value>(database: string, name: string): Shelf<Value> {
  const store = createStore(database, name);
  const tab = new Map<string, Value>();
  let lasting: Promise<boolean> | undefined;
  const isLasting = () => {
    // A browser that is told to keep nothing refuses to open it, or has no IndexedDB at all.
    lasting ??= (async () => get("", store))().then(
      () => true,
      () => false,
    );
    return lasting;
  };
  return {
    isLasting,
    async get(at) {
      return (await isLasting()) ? get<Value>(at, store) : tab.get(at);
    },
    async set(at, value) {
      if (await isLasting()) await orFull(set(at, value, store));
      else tab.set(at, value);
    },
    async update(at, change) {
      if (await isLasting()) await orFull(update(at, change, store));
      else tab.set(at, change(tab.get(at)));
    },
    async entries() {
      return (await isLasting()) ? entries<string, Value>(store) : [...tab];
    },
    async clear() {
      tab.clear();
      if (await isLasting()) await clear(store);
    },
  };
}

async function orFull(written: Promise<void>): Promise<void> {
  try {
    await written;
  } catch (cause) {
    const details = cause instanceof Error ? cause.message : String(cause);
    throw new StorageFailedError({ reason: "refused", details }, { cause });
  }
}
