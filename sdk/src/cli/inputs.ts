/**
 * What the arguments of commands mean: agreements, milestones, amounts, times, documents.
 */
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { text as streamText } from "node:stream/consumers";
import { toAddress, toHash } from "../address.js";
import type { Agreement } from "../agreement.js";
import type { MicroEscrow } from "../client.js";
import { hashText, type Manifest, parseManifest } from "../deliverables.js";
import { MicroEscrowError } from "../errors.js";
import { BPS, parseAmount, parseDuration, parseShare } from "../money.js";
import { hashFile, hashFiles, readAgreement } from "../node.js";
import { findToken } from "../tokens.js";
import type { Address, AgreementId, Hash, Hex } from "../types.js";
import { UsageError } from "./errors.js";
import type { Terminal } from "./terminal.js";
import { baseUnits, type Currency } from "./words.js";

/** A file that cannot be read or written is the user's to mend, in words. */
export async function withFile<T>(file: string, what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof MicroEscrowError || !(cause instanceof Error && "code" in cause)) throw cause;
    const reason = cause.code === "ENOENT" ? "there is no such file" : cause.message;
    throw new UsageError(`${what} ${file}: ${reason}.`, { cause });
  }
}

/** A text file, or standard input for "-". */
export async function readText(terminal: Terminal, file: string, what: string): Promise<string> {
  if (file === "-") return streamText(terminal.streams.stdin);
  return withFile(file, what, () => readFile(file, "utf8"));
}

export async function readJson(terminal: Terminal, file: string, what: string): Promise<unknown> {
  const text = await readText(terminal, file, what);
  try {
    return JSON.parse(text.replace(/^\ufeff/, ""));
  } catch (cause) {
    throw new UsageError(`${what} ${file} is not JSON: ${(cause as Error).message}.`, { cause });
  }
}

/**
 * Writes a new file; one that is there is not overwritten.
 *
 * @throws {UsageError} When it is there, unless `force`.
 */
export async function writeNew(file: string, text: string | Uint8Array, force = false, mode = 0o666): Promise<void> {
  try {
    await writeFile(file, text, { flag: force ? "w" : "wx", mode });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = code === "EEXIST" ? "it is there already; name another, or say --force" : message;
    throw new UsageError(`${file} is not written: ${reason}.`, { cause });
  }
}

/** Whether an argument is an agreement's id and not a file. */
export const isId = (text: string): boolean => /^0x[0-9a-f]{64}$/i.test(text);

/** An agreement by its file, or by its id from the chain (then without its scope). */
export async function agreementOf(escrow: MicroEscrow, fileOrId: string): Promise<Agreement> {
  if (isId(fileOrId)) return escrow.getAgreement(fileOrId.toLowerCase() as AgreementId);
  return agreementIn(fileOrId);
}

/** An agreement by its file. */
export function agreementIn(file: string): Promise<Agreement> {
  return withFile(file, "The agreement", () => readAgreement(file));
}

/** The index of a milestone, from what people count from 1. */
export function milestoneOf({ schedule }: Agreement, text: string): number {
  const number = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= schedule.length) return number - 1;
  throw new UsageError(`"${text}" is not a milestone: the agreement has ${schedule.length}, counted from 1.`);
}

/** The indices of several: numbers, ranges like `2-4`, or `all`. */
export function milestonesOf(agreement: Agreement, texts: readonly string[]): readonly number[] {
  const indices = texts.flatMap((text) => {
    if (text === "all") return agreement.schedule.map((_, index) => index);
    const range = /^(\d+)-(\d+)$/.exec(text);
    if (range === null) return [milestoneOf(agreement, text)];
    const [first, last] = [milestoneOf(agreement, range[1] ?? ""), milestoneOf(agreement, range[2] ?? "")];
    if (last < first) throw new UsageError(`"${text}" is no range: the lower number comes first.`);
    return Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
  });
  return [...new Set(indices)].sort((a, b) => a - b);
}

/**
 * An amount in whole tokens, or a percentage of what there is, rounded down.
 *
 * @throws {UsageError} When nobody knows how the token's amounts are written: "5" could be a millionth of what is meant.
 */
export function amountOf(text: string, { decimals, symbol }: Currency, whole: bigint): bigint {
  if (text.endsWith("%")) return (whole * BigInt(parseShare(text))) / BigInt(BPS);
  if (symbol === baseUnits.symbol) {
    throw new UsageError("The token does not say how many decimals it has: write a percentage instead of an amount.");
  }
  return parseAmount(text, decimals);
}

/** A moment: a date (ISO 8601, UTC), Unix seconds, or a duration from a moment. */
export function timeOf(text: string, from: number): number {
  if (/^\d{9,11}$/.test(text)) return Number(text);
  if (/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2}))?$/.test(text)) {
    const milliseconds = Date.parse(text);
    if (!Number.isNaN(milliseconds)) return milliseconds / 1_000;
  }
  if (/^\d+ [a-z]+$/.test(text)) return from + parseDuration(text);
  throw new UsageError(
    `"${text}" is no time: write a date like 2027-06-30 or 2027-06-30T12:00:00Z, or a duration like "7 days".`,
  );
}

/** A token by its symbol in the registry, or by its address. */
export function tokenOf(escrow: MicroEscrow, text: string): Address {
  return text.startsWith("0x") ? toAddress(text) : findToken(escrow.chainId, text).address;
}

/** A document that stands on the chain by its hash. */
export interface DocumentOptions {
  readonly text?: string;
  readonly file?: string;
  readonly hash?: string;
}

/** The hash of a document: of a text, of a file, or as it is. */
export async function documentOf({ text, file, hash }: DocumentOptions, what: string): Promise<Hash> {
  const given = [text, file, hash].filter((one) => one !== undefined);
  if (given.length !== 1) throw new UsageError(`Say ${what} by one of --text, --file and --hash.`);
  if (text !== undefined) return hashText(text);
  return file === undefined ? toHash(hash ?? "") : withFile(file, capitalized(what), () => hashFile(file));
}

const capitalized = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** A deliverable: one file by its own hash, several or a folder by that of their manifest. */
export interface DeliverableOnDisk {
  readonly hash: Hash;
  /** What goes to the client beside the files. */
  readonly manifest: Manifest | undefined;
  readonly files: readonly { readonly path: string; readonly file: string }[];
}

/** The deliverable that files, or all files of one folder, are. */
export async function deliverableOf(paths: readonly string[]): Promise<DeliverableOnDisk> {
  const [first = ""] = paths;
  return withFile(paths.join(", "), "The deliverable", async () => {
    const kinds = await Promise.all(paths.map(async (path) => (await stat(path)).isDirectory()));
    if (kinds.some((isFolder) => isFolder)) {
      if (paths.length > 1) throw new UsageError("Name one folder, or files alone.");
      const listed = await filesIn(first);
      if (listed.length === 0) throw new UsageError(`There is no file in ${first}.`);
      const files = listed.map((path) => ({ path, file: join(first, path) }));
      const manifest = await hashFiles(
        files.map(({ file }) => file),
        first,
      );
      return { hash: manifest.hash, manifest, files };
    }
    const files = paths.map((file) => ({ path: basename(file), file }));
    if (paths.length === 1) return { hash: await hashFile(first), manifest: undefined, files };
    const manifest = await hashFiles(paths);
    return { hash: manifest.hash, manifest, files };
  });
}

/** Whether a file is a manifest, which has the hash of files that it is not. */
export async function isManifest(file: string): Promise<boolean> {
  if ((await stat(file)).size > MAX_MANIFEST_SIZE || !(await stat(file)).isFile()) return false;
  try {
    return parseManifest(await readFile(file, "utf8")).length > 0;
  } catch (error) {
    if (error instanceof MicroEscrowError) return false;
    throw error;
  }
}

/** Bytes; what is larger is no manifest to any storage. */
const MAX_MANIFEST_SIZE = 4 * 1_024 * 1_024;

/** The files of a folder and its folders, relative to it; links are not followed. */
async function filesIn(folder: string, within = ""): Promise<string[]> {
  const entries = await readdir(join(folder, within), { withFileTypes: true });
  const nested = entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(async (entry) => {
      const path = within === "" ? entry.name : `${within}/${entry.name}`;
      if (entry.isDirectory()) return filesIn(folder, path);
      return entry.isFile() ? [path] : [];
    });
  return (await Promise.all(nested)).flat();
}

/** A signature: hexadecimal, or a file that has it, as `sign` writes it. */
export async function signatureOf(terminal: Terminal, text: string): Promise<Hex> {
  if (text.startsWith("0x")) return text as Hex; // The SDK looks at it.
  const { signature } = ((await readJson(terminal, text, "The signature")) ?? {}) as { readonly signature?: unknown };
  if (typeof signature === "string") return signature as Hex;
  throw new UsageError(`There is no signature in ${text}: micro-escrow sign writes such files.`);
}
