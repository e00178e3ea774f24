/**
 * Deliverables by their hash: the SHA-256 of the bytes, which is also an IPFS content address. Several files are one
 * deliverable through a manifest that lists their paths, sizes and hashes.
 */
import { concat, sha256 as ethersSha256, getBytes, hexlify } from "ethers";
import { base32 } from "multiformats/bases/base32";
import { toHash } from "./address.js";
import { checkList, checkObject, checkText } from "./check.js";
import { InvalidDeliverableError, InvalidParameterError } from "./errors.js";
import { canonicalJson } from "./scope.js";
import type { Hash } from "./types.js";

/** A file of a deliverable. */
export interface DeliverableFile {
  /** Relative, with `/` between folders: `"src/index.ts"`. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** A file as a manifest lists it. */
export interface ManifestEntry {
  /** Relative, with `/` between folders. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** SHA-256 of the bytes. */
  readonly hash: Hash;
}

/** The files of a deliverable as one document, whose hash is what `submit` takes. */
export interface Manifest {
  /** Canonical JSON; the same files give the same text, in whatever order they are listed. */
  readonly text: string;
  /** SHA-256 of the text in UTF-8. */
  readonly hash: Hash;
}

/** How files differ from what a manifest lists. */
export interface ManifestMismatch {
  readonly path: string;
  readonly problem: "missing" | "different" | "unlisted";
}

const MANIFEST_VERSION = 1;
/** What a content address begins with: CIDv1, raw codec, sha2-256, 32 bytes (https://github.com/multiformats/cid). */
const CID_PREFIX = "0x01551220";

/**
 * The SHA-256 of some bytes: what `submit` takes for a deliverable that is one file.
 *
 * @example
 * const deliverable = sha256(new Uint8Array(await file.arrayBuffer()));
 */
export function sha256(bytes: Uint8Array): Hash {
  if (!(bytes instanceof Uint8Array)) {
    const advice = "Pass a Uint8Array; a text is hashed by hashText.";
    throw new InvalidParameterError(bytes, "is not bytes", { advice });
  }
  return ethersSha256(bytes) as Hash;
}

/**
 * The SHA-256 of a text in UTF-8; for reasons, evidence and reports that are texts.
 *
 * @example
 * const reason = hashText("The logo is missing");
 */
export function hashText(text: string): Hash {
  return sha256(new TextEncoder().encode(checkText(text, "what to hash")));
}

/**
 * The manifest of several files.
 *
 * @throws {InvalidDeliverableError} When there is no file, or a path is unsafe or listed twice: see
 * {@link manifestOf}.
 * @example
 * const { text, hash: deliverable } = manifest([{ path: "article-1.md", bytes }]);
 */
export function manifest(files: readonly DeliverableFile[]): Manifest {
  return manifestOf(checkFiles(files).map(({ path, bytes }) => ({ path, hash: sha256(bytes), size: bytes.length })));
}

/**
 * The manifest of files whose sizes and hashes are known.
 *
 * @throws {InvalidDeliverableError} When there is no file, or when a path is not one that every system can write inside
 * of a folder: it must be relative, in Unicode's composed form (NFC), without empty, `.` or `..` parts, parts that end
 * in a dot or a space, control characters, more than 30 marks (accents) in a row, or any of `\ : * ? " < > |`; and no two
 * may be equal, ignoring case, or one the folder of another.
 * @throws {InvalidScopeError} When a size is not a safe integer.
 * @example
 * const { text, hash: deliverable } = manifestOf([{ path: "film.mp4", size: 734_003_200, hash: sha256(bytes) }]);
 */
export function manifestOf(entries: readonly ManifestEntry[]): Manifest {
  for (const entry of checkList(entries, "the files of a manifest")) checkEntry(entry);
  checkPaths(entries.map(({ path }) => path));
  const files = entries
    .map(({ path, size, hash }) => ({ path, size, sha256: hash }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const text = canonicalJson({ files, manifest: MANIFEST_VERSION });
  return { text, hash: hashText(text) };
}

/**
 * Reads a manifest, and refuses one that {@link manifestOf} would not have written.
 *
 * @param text Somebody's manifest; check first that it hashes to what was submitted (`verifyDeliverable`).
 * @throws {InvalidDeliverableError} When it is not a manifest, not in canonical form, or lists an unsafe path.
 * @example
 * for (const { path, size, hash } of parseManifest(text)) console.log(path, size, hash);
 */
export function parseManifest(text: string): readonly ManifestEntry[] {
  const entries = readEntries(text);
  if (entries === undefined)
    throw new InvalidDeliverableError("the text is not a manifest; expected what `manifest` writes");
  if (manifestOf(entries).text !== text) {
    throw new InvalidDeliverableError("the manifest is not in canonical form; expected exactly what `manifest` writes");
  }
  return entries;
}

/**
 * Whether bytes (or a text, in UTF-8) are what was submitted.
 *
 * @param hash The submitted hash. For several files pass the manifest's text here, then see {@link verifyManifest}.
 * @example
 * if (!verifyDeliverable(bytes, deliverable)) console.warn("This file is not the one that was submitted.");
 */
export function verifyDeliverable(content: Uint8Array | string, hash: Hash): boolean {
  return (typeof content === "string" ? hashText(content) : sha256(content)) === toHash(hash);
}

/**
 * How files differ from what a manifest lists; nothing when they are the same.
 *
 * @param text The manifest; check first that it hashes to what was submitted (`verifyDeliverable`).
 * @throws {InvalidDeliverableError} When the text is not a manifest.
 * @example
 * const mismatches = verifyManifest(text, [{ path: "article-1.md", bytes }]);
 * for (const { path, problem } of mismatches) console.warn(path, problem);
 */
export function verifyManifest(text: string, files: readonly DeliverableFile[]): readonly ManifestMismatch[] {
  const listed = parseManifest(text);
  const given = new Map(checkFiles(files).map(({ path, bytes }) => [path, bytes]));
  const mismatches: ManifestMismatch[] = [];
  for (const { path, size, hash } of listed) {
    const bytes = given.get(path);
    if (bytes === undefined) mismatches.push({ path, problem: "missing" });
    // A manifest may lie about the size alone, and people choose what to download by it.
    else if (!verifyDeliverable(bytes, hash) || bytes.length !== size) mismatches.push({ path, problem: "different" });
  }
  const known = new Set(listed.map(({ path }) => path));
  for (const path of given.keys()) if (!known.has(path)) mismatches.push({ path, problem: "unlisted" });
  return mismatches;
}

/**
 * The IPFS content address of what has this SHA-256: a CIDv1 (raw codec, sha2-256) in base32. It is the address of the
 * bytes stored as one raw block, so of files up to a node's block size (1 MiB is safe everywhere).
 *
 * @example
 * cidOf(hashText("hello world")); // "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"
 */
export function cidOf(hash: Hash): string {
  return base32.encode(getBytes(concat([CID_PREFIX, toHash(hash)])));
}

/**
 * The SHA-256 in a content address; the inverse of {@link cidOf}.
 *
 * @throws {InvalidDeliverableError} When it is not a CIDv1 of the raw codec with a sha2-256 hash, in base32.
 * @example
 * const deliverable = hashOfCid("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e");
 */
export function hashOfCid(cid: string): Hash {
  const bytes = readCid(cid);
  if (bytes?.length !== CID_PREFIX.length + 64 || !bytes.startsWith(CID_PREFIX)) {
    throw new InvalidDeliverableError(`"${cid}" is not a CIDv1 in base32 with the raw codec and a sha2-256 hash`);
  }
  return `0x${bytes.slice(CID_PREFIX.length)}` as Hash;
}

/** The bytes of a content address in base32, as hexadecimal. */
function readCid(text: string): string | undefined {
  try {
    return hexlify(base32.decode(text));
  } catch {
    return undefined;
  }
}

function readEntries(text: string): ManifestEntry[] | undefined {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return undefined;
  }
  const files = isRecord(document) && document.manifest === MANIFEST_VERSION ? document.files : undefined;
  if (!Array.isArray(files)) return undefined;
  const entries: ManifestEntry[] = [];
  for (const file of files as unknown[]) {
    if (!isRecord(file)) return undefined;
    const entry = { path: file.path, size: file.size, hash: file.sha256 };
    if (!isEntry(entry)) return undefined;
    entries.push(entry);
  }
  return entries;
}

/** Whether it is what a manifest can list; its path is another question. */
function isEntry(value: Readonly<Record<keyof ManifestEntry, unknown>>): value is ManifestEntry {
  const { path, size, hash } = value;
  return typeof path === "string" && isSize(size) && typeof hash === "string" && /^0x[0-9a-f]{64}$/.test(hash);
}

function checkFiles(files: readonly DeliverableFile[]): readonly DeliverableFile[] {
  return checkList(files, "files").map((file) => checkObject(file, "a file with its path and its bytes"));
}

function isSize(size: unknown): boolean {
  return typeof size === "number" && Number.isSafeInteger(size) && size >= 0;
}

function checkEntry(entry: ManifestEntry): void {
  if (isRecord(entry) && isEntry(entry)) return;
  const expected = "a path, a size in bytes, and a SHA-256 in lower case";
  throw new InvalidDeliverableError(`a file of the manifest is not described as it should be; expected ${expected}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function checkPaths(paths: readonly string[]): void {
  if (paths.length === 0) throw new InvalidDeliverableError("a manifest lists at least one file");
  const seen = new Map<string, string>();
  for (const path of paths) {
    const parts = path.split("/");
    // First marks without end: NFC puts them in order, in a time that grows with the square of their number. No language has
    // as many on one letter; Unicode's stream-safe format (UAX #15) allows 30.
    const isUnsafe = /\p{M}{31}|[\p{C}\p{Zl}\p{Zp}\\:*?"<>|]/u.test(path) || parts.some(isUnsafePart);
    if (isUnsafe || path !== path.normalize("NFC")) {
      throw new InvalidDeliverableError(`the path ${JSON.stringify(path)} is unsafe; expected one like "src/index.ts"`);
    }
    const folded = path.toLowerCase();
    const twin = seen.get(folded);
    if (twin !== undefined) {
      throw new InvalidDeliverableError(`the paths "${twin}" and "${path}" name the same file on some systems`);
    }
    seen.set(folded, path);
  }
  // With the lowest character for "/", what is in a folder comes right after it. (To look for each folder of each path takes
  // hours for one path that is long enough, and paths come from strangers.)
  const sorted = [...seen].map(([folded, path]) => [folded.replaceAll("/", "\0"), path] as const);
  sorted.sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [index, [folder, file]] of sorted.entries()) {
    const [next = "", path] = sorted[index + 1] ?? [];
    if (next.startsWith(`${folder}\0`)) {
      throw new InvalidDeliverableError(`the path "${file}" is a file and a folder of "${path}"`);
    }
  }
}

function isUnsafePart(part: string): boolean {
  return part === "" || /[. ]$/.test(part);
}
