/**
 * Content by its hash, in any storage. What a storage is asked and what it is believed is decided here and nowhere else: the
 * hash of whatever it gives is checked, its size is limited while it comes in, and it has so much time and no more.
 */
import { toHash } from "./address.js";
import { checkList, checkObject, checkWaiting } from "./check.js";
import { sha256 } from "./deliverables.js";
import {
  ContentMismatchError,
  ContentMissingError,
  ContentTooLargeError,
  InvalidParameterError,
  MicroEscrowError,
  StorageFailedError,
} from "./errors.js";
import { inert } from "./text.js";
import type { Hash } from "./types.js";
import { isUint } from "./validate.js";

/**
 * A place that keeps content under its SHA-256, made by anybody over anything: S3, Arweave, a database. It has these two
 * methods, and need not be honest: {@link getContent} checks what comes out of it. Whatever it throws that is no error of the
 * SDK becomes a {@link StorageFailedError}.
 *
 * @example
 * class MemoryStorage implements ContentStorage {
 *   readonly #contents = new Map<Hash, Uint8Array>();
 *
 *   async write(hash: Hash, bytes: Uint8Array) {
 *     this.#contents.set(hash, bytes);
 *   }
 *
 *   async *read(hash: Hash) {
 *     const bytes = this.#contents.get(hash);
 *     if (bytes === undefined) throw new ContentMissingError({ hash });
 *     yield bytes;
 *   }
 * }
 */
export interface ContentStorage {
  /**
   * Keeps bytes for as long as it can; returns when they are safe. To write again what is there already is no failure.
   *
   * @param hash SHA-256 of the bytes, in lower case; `cidOf` makes a name of it that suits every system.
   * @param bytes Nobody else changes them.
   * @param signal Aborts when there is no more time; nobody waits for the end then.
   */
  write(hash: Hash, bytes: Uint8Array, signal: AbortSignal): Promise<void>;

  /**
   * The bytes with a hash, piece by piece, so that they need not be in memory to be too large. It throws a
   * {@link ContentMissingError} when there are none.
   *
   * @param hash SHA-256 of the bytes, in lower case.
   * @param signal Aborts when there is no more time, or when nobody wants more.
   */
  read(hash: Hash, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/** One storage, or several: what is written goes to all of them; what is read comes from the first that has it. */
export type Storages = ContentStorage | readonly ContentStorage[];

/** How long a storage may take. */
export interface StorageOptions {
  /**
   * Seconds that one storage has for one content, which is a file or a manifest; by default 60. The time for a deliverable of
   * many files is bounded by a signal: `AbortSignal.timeout(600_000)`.
   */
  readonly patience?: number;
  /** Ends it when it aborts. */
  readonly signal?: AbortSignal;
}

/** What is read at most. */
export interface ReadOptions extends StorageOptions {
  /** Bytes; by default 64 MiB. Of a deliverable's files it counts all. */
  readonly maxSize?: number;
}

const PATIENCE = 60;
const MAX_SIZE = 64 * 1_024 * 1_024;
/** Bytes that a buffer begins with. */
const FIRST_SIZE = 64 * 1_024;

/**
 * Stores bytes, or a text in UTF-8 (a reason, a report), under its SHA-256. A storage that others can read is public: the
 * hash stands on the chain, and whoever has it can ask for the content; encrypt what is confidential before it is hashed.
 *
 * @param storages What is stored in several counts as stored when all of them have it.
 * @returns The hash, as the contract takes it.
 * @throws {ContentTooLargeError} When it is more than a storage takes.
 * @throws {StorageFailedError} When a storage fails, takes too long, or the signal aborts.
 * @throws {InvalidParameterError} When a storage, the content or an option is none.
 * @example
 * const storage = httpStorage({ url: "https://files.example/escrow" });
 * const reason = await putContent(storage, "The logo is missing");
 * await escrow.requestChanges({ agreement, index: 0, reason });
 */
export async function putContent(
  storages: Storages,
  content: Uint8Array | string,
  options: StorageOptions = {},
): Promise<Hash> {
  const list = checkStorages(storages);
  checkOptions(options);
  // As they are now: what is hashed is what is sent, whatever happens to the array meanwhile.
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : copyOf(content);
  const hash = sha256(bytes);
  for (const storage of list) await within(options, async (signal) => storage.write(hash, bytes, signal));
  return hash;
}

/**
 * The content with a hash. Whatever a storage gives, only what has this hash is returned.
 *
 * @param storages Of several, the next is asked where one does not have it, fails, or gives something else.
 * @throws {ContentMissingError} When no storage has it.
 * @throws {ContentMismatchError} When a storage gives something else.
 * @throws {ContentTooLargeError} When it is larger than `maxSize`; no more than that is taken in.
 * @throws {StorageFailedError} When a storage fails, takes too long, or the signal aborts.
 * @throws {InvalidHashError} When the hash is none.
 * @throws {InvalidParameterError} When a storage or an option is none.
 * @example
 * const storage = httpStorage({ url: "https://ipfs.io/ipfs?format=raw" });
 * const bytes = await getContent(storage, deliverable, { maxSize: 10_000_000 });
 */
export async function getContent(storages: Storages, hash: Hash, options: ReadOptions = {}): Promise<Uint8Array> {
  const list = checkStorages(storages);
  const { maxSize = MAX_SIZE } = checkReadOptions(options);
  const expected = toHash(hash);
  let failure: MicroEscrowError | undefined;
  for (const storage of list) {
    try {
      return await within(options, (signal) => readFrom(storage, expected, maxSize, signal));
    } catch (error) {
      if (!(error instanceof MicroEscrowError) || options.signal?.aborted) throw error;
      // That one does not have it says less than that another could not be asked.
      if (failure === undefined || failure instanceof ContentMissingError) failure = error;
    }
  }
  throw failure;
}

/** @throws {InvalidParameterError} When it is neither a storage nor a list of some. */
export function checkStorages(storages: Storages): readonly ContentStorage[] {
  const list: readonly ContentStorage[] = Array.isArray(storages) ? storages : [storages as ContentStorage];
  if (list.length === 0) throw new InvalidParameterError(list, "has no storage", { advice: "Pass at least one." });
  for (const storage of checkList(list, "storages")) {
    const { read, write } = checkObject(storage, "a storage, like httpStorage({ url })");
    if (typeof read === "function" && typeof write === "function") continue;
    throw new InvalidParameterError(storage, "is not a storage: it needs the methods read and write");
  }
  return list;
}

/** @throws {InvalidParameterError} When an option is none. */
export function checkOptions<Options extends StorageOptions>(options: Options): Options {
  const { patience, signal } = checkObject(options, "options");
  if (patience !== undefined) checkWaiting(patience, "patience in seconds");
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new InvalidParameterError(signal, "is not an AbortSignal");
  }
  return options;
}

/** @throws {InvalidParameterError} When an option is none. */
export function checkReadOptions<Options extends ReadOptions>(
  options: Options,
): Options & { readonly maxSize: number } {
  const { maxSize = MAX_SIZE } = checkOptions(options);
  if (!isUint(maxSize, Number.MAX_SAFE_INTEGER)) {
    throw new InvalidParameterError(maxSize, "is not a number of bytes");
  }
  return { ...options, maxSize };
}

function copyOf(bytes: Uint8Array): Uint8Array {
  if (bytes instanceof Uint8Array) return bytes.slice();
  throw new InvalidParameterError(bytes, "is neither bytes nor text", { advice: "Pass a Uint8Array or a string." });
}

/** Runs what has so much time; ended, also by a failure, it leaves nothing running. */
async function within<T>(options: StorageOptions, action: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { patience = PATIENCE, signal: caller } = options;
  const ending = new AbortController();
  const { signal } = ending;
  const abort = () => {
    const details = "the caller's signal ended it";
    ending.abort(new StorageFailedError({ reason: "aborted", details }, { cause: caller?.reason }));
  };
  const timer = setTimeout(() => {
    ending.abort(new StorageFailedError({ reason: "timeout", details: `it took longer than ${patience} s` }));
  }, patience * 1_000);
  caller?.addEventListener("abort", abort);
  if (caller?.aborted) abort();
  try {
    signal.throwIfAborted();
    return await unlessAborted(action(signal), signal);
  } catch (error) {
    throw signal.aborted ? signal.reason : failureOf(error);
  } finally {
    clearTimeout(timer);
    caller?.removeEventListener("abort", abort);
    ending.abort();
  }
}

/** What comes of a promise, or the reason of the signal as soon as that aborts: a storage may not listen to it. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort);
    // What began has perhaps ended it already.
    if (signal.aborted) abort();
    void promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

/** A storage's failure as an error of the SDK. */
function failureOf(error: unknown): MicroEscrowError {
  if (error instanceof MicroEscrowError) return error;
  const details = inert(error instanceof Error ? error.message : String(error));
  return new StorageFailedError({ reason: "refused", details }, { cause: error });
}

/** Reads one content, and returns it only if it is the one. */
async function readFrom(
  storage: ContentStorage,
  expected: Hash,
  maxSize: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  // One buffer that grows: a list of pieces of one byte each would take a hundred times the memory of what they hold.
  let buffer = new Uint8Array(Math.min(FIRST_SIZE, maxSize));
  let size = 0;
  for await (const piece of storage.read(expected, signal)) {
    signal.throwIfAborted();
    if (!(piece instanceof Uint8Array)) {
      throw new StorageFailedError({ reason: "malformed", details: "it gave something else than bytes" });
    }
    const needed = size + piece.length;
    if (needed > maxSize) throw new ContentTooLargeError({ hash: expected, limit: maxSize, during: "reading" });
    if (needed > buffer.length) {
      const larger = new Uint8Array(Math.min(Math.max(needed, 2 * buffer.length), maxSize));
      larger.set(buffer.subarray(0, size));
      buffer = larger;
    }
    buffer.set(piece, size);
    size = needed;
  }
  const bytes = buffer.slice(0, size);
  const actual = sha256(bytes);
  if (actual !== expected) throw new ContentMismatchError({ actual, expected });
  return bytes;
}
