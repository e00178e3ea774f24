/**
 * Scopes, deliverables and texts by their hashes, in storages that need not be trusted. An entry of its own, so that a page that
 * stores nothing does not pay for it. (A storage in a folder is in the entry for Node.)
 *
 * @example
 * import { getDeliverable, httpStorage } from "@micro-escrow/sdk/storage";
 */
import { toHash } from "./address.js";
import type { Agreement } from "./agreement.js";
import { checkList, checkObject } from "./check.js";
import {
  checkOptions,
  checkReadOptions,
  checkStorages,
  getContent,
  putContent,
  type ReadOptions,
  type StorageOptions,
  type Storages,
} from "./content.js";
import { cidOf, type DeliverableFile, type ManifestEntry, manifestOf, parseManifest, sha256 } from "./deliverables.js";
import {
  AgreementMismatchError,
  ContentTooLargeError,
  InvalidDeliverableError,
  InvalidParameterError,
  NotAScopeError,
  TooManyFilesError,
} from "./errors.js";
import { canonicalJson, checkScope, type Scope, scopeHash, scopeProblems } from "./scope.js";
import { inert } from "./text.js";
import type { Hash } from "./types.js";
import { checkAgreement, isUint } from "./validate.js";

export {
  type ContentStorage,
  getContent,
  putContent,
  type ReadOptions,
  type StorageOptions,
  type Storages,
} from "./content.js";
export {
  ContentMismatchError,
  ContentMissingError,
  ContentTooLargeError,
  NotAScopeError,
  StorageFailedError,
  TooManyFilesError,
} from "./errors.js";
export { type HttpStorageOptions, httpStorage, type KuboStorageOptions, kuboStorage } from "./http.js";

// -------------------------------------------------------------------------------------------------------------- scopes

/** Bytes of a scope that are read at most. */
const MAX_SCOPE_SIZE = 1_024 * 1_024;

/**
 * Stores a scope, as its canonical JSON.
 *
 * @returns Its hash, which is `terms.details` of its agreement.
 * @throws {InvalidScopeError} When it is no scope.
 * @throws {ContentTooLargeError} When it is more than a storage takes.
 * @throws {StorageFailedError} When a storage fails, takes too long, or the signal aborts.
 * @example
 * const storage = kuboStorage({ api: "http://127.0.0.1:5001" });
 * if (agreement.scope !== undefined) await putScope(storage, agreement.scope);
 */
export async function putScope(storages: Storages, scope: Scope, options: StorageOptions = {}): Promise<Hash> {
  return putContent(storages, canonicalJson(checkScope(scope)), options);
}

/**
 * The scope with a hash.
 *
 * @param hash `terms.details` of an agreement.
 * @param options By default at most 1 MiB is read.
 * @throws {NotAScopeError} When what has this hash is another document: the parties may have agreed on a file of their own.
 * @throws {ContentMissingError} When no storage has it.
 * @throws {ContentMismatchError} When a storage gives something else.
 * @throws {ContentTooLargeError} When it is larger than `maxSize`.
 * @throws {StorageFailedError} When a storage fails, takes too long, or the signal aborts.
 * @example
 * const storage = httpStorage({ url: "https://files.example/escrow" });
 * const { title, milestones } = await getScope(storage, agreement.terms.details);
 */
export async function getScope(storages: Storages, hash: Hash, options: ReadOptions = {}): Promise<Scope> {
  const { maxSize = MAX_SCOPE_SIZE, ...rest } = checkOptions(options);
  return readScope(await getContent(storages, hash, { ...rest, maxSize }), toHash(hash));
}

/**
 * An agreement with its scope: one that was read from the chain has none, as the chain knows only its hash.
 *
 * @param agreement One that has its scope already is returned as it is.
 * @param options By default at most 1 MiB is read.
 * @throws {InvalidAgreementError} When the agreement does not hold what its type says.
 * @throws {AgreementMismatchError} When it has a scope, which is not the one that its terms name.
 * @throws {NotAScopeError} When what its terms name is another document.
 * @throws {ContentMissingError} When no storage has its scope.
 * @throws {ContentMismatchError} When a storage gives something else.
 * @throws {ContentTooLargeError} When its scope is larger than `maxSize`.
 * @throws {StorageFailedError} When a storage fails, takes too long, or the signal aborts.
 * @example
 * const storage = httpStorage({ url: "https://files.example/escrow" });
 * const complete = await completeAgreement(storage, await escrow.getAgreement(id));
 * const problems = validateAgreement(complete); // also that the scope has an entry for each milestone
 */
export async function completeAgreement(
  storages: Storages,
  agreement: Agreement,
  options: ReadOptions = {},
): Promise<Agreement> {
  const { terms, scope } = checkAgreement(agreement);
  if (scope === undefined) return { ...agreement, scope: await getScope(storages, terms.details, options) };
  const actual = scopeHash(scope);
  if (actual === toHash(terms.details)) return agreement;
  throw new AgreementMismatchError({ member: "details", actual, expected: terms.details });
}

function readScope(bytes: Uint8Array, hash: Hash): Scope {
  let document: unknown;
  try {
    document = JSON.parse(utf8(bytes));
  } catch (cause) {
    throw new NotAScopeError({ hash, reason: "it is not JSON" }, { cause });
  }
  const [problem] = scopeProblems(document);
  if (problem !== undefined) {
    throw new NotAScopeError({ hash, reason: `${problem.path} holds ${problem.reason}` }, { cause: problem });
  }
  // A member may stand there twice, for example, and each reader take another one.
  if (scopeHash(document as Scope) !== hash) throw new NotAScopeError({ hash, reason: "its JSON is not canonical" });
  return document as Scope;
}

// -------------------------------------------------------------------------------------------------------- deliverables

/** What was submitted, as it came out of a storage. */
export interface Deliverable {
  /** All files. A deliverable that is one file without a manifest has no name: its path is its CID. */
  readonly files: readonly DeliverableFile[];
  /** The text that lists the files, and has the submitted hash; `undefined` when the deliverable is one file. */
  readonly manifest: string | undefined;
}

/** What of a deliverable is read at most. */
export interface DeliverableOptions extends ReadOptions {
  /** Files; by default 1,000. */
  readonly maxFiles?: number;
}

const MAX_FILES = 1_000;
/** Bytes of what is looked at as a manifest; what is larger is a file. */
const MAX_MANIFEST_SIZE = 4 * 1_024 * 1_024;
/** Files that are read or written at the same time. */
const CONCURRENCY = 4;

/**
 * Stores a deliverable: the bytes of one file, or several files and then the manifest that lists them.
 *
 * @param content Bytes, or a list of files; a list of one file keeps its name.
 * @returns What `submit` takes.
 * @throws {InvalidDeliverableError} When there is no file, or a path is unsafe or listed twice; see `manifestOf`.
 * @throws {ContentTooLargeError} When a file, or the manifest, is more than a storage takes.
 * @throws {StorageFailedError} When a storage fails, takes too long, or the signal aborts.
 * @example
 * const storage = kuboStorage({ api: "http://127.0.0.1:5001" });
 * const deliverable = await putDeliverable(storage, [{ path: "article-1.md", bytes }]);
 * await escrow.submit({ agreement, index: 0, deliverable });
 */
export async function putDeliverable(
  storages: Storages,
  content: Uint8Array | readonly DeliverableFile[],
  options: StorageOptions = {},
): Promise<Hash> {
  checkStorages(storages);
  checkOptions(options);
  if (content instanceof Uint8Array) return putContent(storages, content, options);
  const contents = new Map<Hash, Uint8Array>();
  const entries = checkList(content, "the bytes of one file, or files").map((file) => {
    const { path, bytes } = checkObject(file, "a file with its path and its bytes");
    const hash = sha256(bytes);
    contents.set(hash, bytes);
    return { path, size: bytes.length, hash };
  });
  const { text, hash } = manifestOf(entries);
  if (new TextEncoder().encode(text).length > MAX_MANIFEST_SIZE) {
    throw new ContentTooLargeError({ hash, limit: MAX_MANIFEST_SIZE, during: "writing" });
  }
  await forEach([...contents.values()], options.signal, async (bytes, signal) => {
    await putContent(storages, bytes, { ...options, signal });
  });
  // Last: whoever finds the manifest finds the files.
  return putContent(storages, text, options);
}

/**
 * The files of a deliverable, each as it was submitted. Nothing is returned unless all of it is there and right.
 *
 * @param hash What was submitted.
 * @param options By default at most 1,000 files and 64 MiB are read; what a manifest lists is compared with that first.
 * @throws {TooManyFilesError} When a manifest lists more than `maxFiles`.
 * @throws {InvalidDeliverableError} When a file has another size than its manifest lists.
 * @throws {ContentMissingError} When no storage has the manifest, or one of the files.
 * @throws {ContentMismatchError} When a storage gives something else.
 * @throws {ContentTooLargeError} When the files have more than `maxSize` bytes together.
 * @throws {StorageFailedError} When a storage fails, takes too long, or the signal aborts.
 * @throws {InvalidHashError} When the hash is none.
 * @example
 * const storage = httpStorage({ url: "https://files.example/escrow" });
 * const { files } = await getDeliverable(storage, deliverable);
 * for (const { path, bytes } of files) console.log(path, bytes.length);
 */
export async function getDeliverable(
  storages: Storages,
  hash: Hash,
  options: DeliverableOptions = {},
): Promise<Deliverable> {
  const { maxSize, maxFiles = MAX_FILES } = checkReadOptions(options);
  if (!isUint(maxFiles, Number.MAX_SAFE_INTEGER)) {
    throw new InvalidParameterError(maxFiles, "is not a number of files");
  }
  const bytes = await getContent(storages, hash, options);
  const listed = readManifest(bytes);
  if (listed === undefined) return { files: [{ path: cidOf(hash), bytes }], manifest: undefined };

  const { entries, text } = listed;
  if (entries.length > maxFiles) {
    throw new TooManyFilesError({ hash: toHash(hash), count: entries.length, limit: maxFiles });
  }
  if (entries.reduce((total, { size }) => total + size, 0) > maxSize) {
    throw new ContentTooLargeError({ hash: toHash(hash), limit: maxSize, during: "reading" });
  }
  const contents = new Map<Hash, Uint8Array>();
  const distinct = new Map(entries.map((entry) => [entry.hash, entry]));
  await forEach([...distinct.values()], options.signal, async (entry, signal) => {
    contents.set(entry.hash, await getListed(storages, entry, { ...options, signal }));
  });
  return { files: entries.map((entry) => fileOf(entry, contents.get(entry.hash))), manifest: text };
}

/** What a manifest lists, and its text; `undefined` when the bytes are none, but a file like any other. */
function readManifest(bytes: Uint8Array): { entries: readonly ManifestEntry[]; text: string } | undefined {
  if (bytes.length > MAX_MANIFEST_SIZE) return undefined;
  try {
    const text = utf8(bytes);
    return { entries: parseManifest(text), text };
  } catch {
    return undefined;
  }
}

/** The content of a file, of which no more is read than its manifest lists. */
async function getListed(storages: Storages, entry: ManifestEntry, options: ReadOptions): Promise<Uint8Array> {
  const { path, size, hash } = entry;
  try {
    return await getContent(storages, hash, { ...options, maxSize: size });
  } catch (cause) {
    if (!(cause instanceof ContentTooLargeError)) throw cause;
    const reason = `"${inert(path)}" is larger than the ${size} bytes that the manifest lists`;
    throw new InvalidDeliverableError(reason, { cause });
  }
}

function fileOf({ path, size }: ManifestEntry, bytes: Uint8Array | undefined): DeliverableFile {
  if (bytes?.length === size) return { path, bytes };
  throw new InvalidDeliverableError(`"${inert(path)}" has ${bytes?.length} bytes, and the manifest lists ${size}`);
}

/** Does something with each item, a few at a time; after the first failure nothing more of it is running. */
async function forEach<T>(
  items: readonly T[],
  caller: AbortSignal | undefined,
  action: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const ending = new AbortController();
  const abort = () => ending.abort(caller?.reason);
  caller?.addEventListener("abort", abort);
  if (caller?.aborted) abort();
  const queue = items.values();
  const work = async () => {
    for (const item of queue) await action(item, ending.signal);
  };
  try {
    await Promise.all(Array.from({ length: CONCURRENCY }, work));
  } finally {
    caller?.removeEventListener("abort", abort);
    ending.abort();
  }
}

/** Bytes as a text that is exactly theirs. */
function utf8(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}
