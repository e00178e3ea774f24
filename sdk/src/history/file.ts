/**
 * A history in a file that only grows: a line for each record, each with a check that is made of all lines before it.
 * So a line that a crash tore, or that lost against one of another process, follows on nothing and is passed over; it is
 * never believed, and nothing has to be locked or repaired.
 */
import { createHash } from "node:crypto";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { checkText } from "../check.js";
import { InvalidHistoryError } from "../errors.js";
import type { HistoryStorage } from "./storage.js";

/** Characters of a check. */
const CHECK_LENGTH = 32;

/** How far a file was read: its title, the last record that counts, its check, and the place behind it. */
interface Place {
  readonly title: string;
  readonly offset: number;
  readonly check: string;
  readonly record: string | undefined;
}

/** The beginning of a file: its first line, the title, is what the first check is made of. */
const startOf = (title: string): Place => ({ title, offset: 0, check: title, record: undefined });

/**
 * A history in a file, which is made with the first record. Several processes of one machine may use it at once.
 *
 * Its methods reject with an {@link InvalidHistoryError} when the file is another one, which is left as it is, and with the
 * file system's error when it cannot be read or written.
 *
 * @throws {InvalidParameterError} When the path is not text.
 * @example
 * const storage = fileStorage("base.history");
 * const history = await syncHistory(escrow.connection, { storage });
 */
export function fileStorage(path: string): HistoryStorage {
  return chainedFile(checkText(path, "the path of a file"), "micro-escrow history 1");
}

/**
 * Records of any kind in such a file.
 *
 * @param title Printable ASCII that tells what the records are: a file of another title is another one's.
 */
export function chainedFile(path: string, title: string): HistoryStorage {
  const start = startOf(title);
  let known: { readonly file: string; readonly place: Place } | undefined;

  return {
    async *records() {
      const handle = await openFile(path, "r");
      if (handle === undefined) return;
      try {
        for await (const { record } of places(handle, path, start)) if (record !== undefined) yield record;
      } finally {
        await handle.close();
      }
    },
    async append(record, behind) {
      const handle = await open(path, "a+");
      try {
        const file = await identityOf(handle);
        const { size } = await handle.stat();
        const isKnown = known?.file === file && known.place.offset <= size;
        const before = await lastPlace(handle, path, isKnown && known ? known.place : start);
        known = { file, place: before };
        if (before.record !== behind) return false;

        const first = size === 0 ? `${title}\n` : "";
        // Behind a torn line on a line of its own; else one that is empty, and passed over.
        const line = `\n${checkOf(before.check, record)} ${record}\n`;
        await handle.appendFile(`${first}${line}`);
        await handle.sync();
        // Of several that were written at once, the first one counts.
        const after = await nextPlace(handle, path, before);
        return after?.record === record && file === (await identityAt(path));
      } finally {
        await handle.close();
      }
    },
    async clear() {
      const handle = await openFile(path, "r");
      if (handle === undefined) return;
      try {
        await checkTitle(handle, path, title);
      } finally {
        await handle.close();
      }
      await unlink(path);
      known = undefined;
    },
  };
}

async function openFile(path: string, flags: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, flags);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** What tells a file from the one that was at its path before it was cleared. */
async function identityOf(handle: FileHandle): Promise<string> {
  const { dev, ino, birthtimeNs } = await handle.stat({ bigint: true });
  return `${dev}:${ino}:${birthtimeNs}`;
}

async function identityAt(path: string): Promise<string | undefined> {
  const handle = await openFile(path, "r");
  try {
    return handle && (await identityOf(handle));
  } finally {
    await handle?.close();
  }
}

function checkOf(before: string, record: string): string {
  return createHash("sha256").update(`${before}\n${record}`).digest("hex").slice(0, CHECK_LENGTH);
}

/** @throws {InvalidHistoryError} When a file begins like no history, torn or whole: then it is somebody else's. */
async function checkTitle(handle: FileHandle, path: string, expected: string): Promise<void> {
  const length = expected.length + 1;
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, 0);
  const [title = ""] = buffer.toString("latin1", 0, bytesRead).split("\n");
  if (bytesRead > 0 && (title === "" || !expected.startsWith(title))) {
    throw new InvalidHistoryError(`the file ${path} is another one, so choose another path`);
  }
}

/** The records of a file behind a place that count. */
async function* places(handle: FileHandle, path: string, from: Place): AsyncGenerator<Place> {
  const { title } = from;
  await checkTitle(handle, path, title);
  let { check, offset } = from;
  for await (const { line, end } of lines(handle, offset)) {
    offset = end;
    const record = line.slice(CHECK_LENGTH + 1);
    if (line[CHECK_LENGTH] !== " " || line.slice(0, CHECK_LENGTH) !== checkOf(check, record)) continue;
    check = line.slice(0, CHECK_LENGTH);
    yield { title, offset, check, record };
  }
}

async function lastPlace(handle: FileHandle, path: string, from: Place): Promise<Place> {
  let last = from;
  for await (const place of places(handle, path, from)) last = place;
  return last;
}

async function nextPlace(handle: FileHandle, path: string, from: Place): Promise<Place | undefined> {
  for await (const place of places(handle, path, from)) return place;
  return undefined;
}

/** Bytes that are read at once. */
const CHUNK = 65_536;

/** The lines of a file from a place on, the last one also without its end, and where each ends. */
async function* lines(
  handle: FileHandle,
  from: number,
): AsyncGenerator<{ readonly line: string; readonly end: number }> {
  let offset = from;
  let begun: Buffer[] = [];
  for (;;) {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(CHUNK), 0, CHUNK, offset);
    if (bytesRead === 0) break;
    let start = 0;
    for (;;) {
      const newline = buffer.indexOf(10, start);
      if (newline < 0 || newline >= bytesRead) break;
      begun.push(buffer.subarray(start, newline));
      yield { line: Buffer.concat(begun).toString("latin1"), end: offset + newline + 1 };
      begun = [];
      start = newline + 1;
    }
    begun.push(buffer.subarray(start, bytesRead));
    offset += bytesRead;
  }
  const line = Buffer.concat(begun).toString("latin1");
  if (line !== "") yield { line, end: offset };
}
