/**
 * Unpacking archives from strangers, in memory: nothing is written, no link is followed, and no more comes out than is wanted.
 * zip is read by yauzl, tar by tar-stream.
 */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import { type Entry, fromBufferPromise, type ZipFile } from "yauzl";
import { type DeliverableFile, manifestOf } from "../deliverables.js";
import { InvalidDeliverableError } from "../errors.js";
import { inert } from "../text.js";
import { isOfType } from "./fileType.js";

/** A file out of an archive. */
export interface UnpackedFile extends DeliverableFile {
  readonly isExecutable: boolean;
}

/** What an archive may unpack to. */
export interface UnpackLimits {
  readonly maxFiles: number;
  /** Bytes of all files together. */
  readonly maxSize: number;
}

export const unpackLimits: UnpackLimits = { maxFiles: 10_000, maxSize: 256 * 1_024 * 1_024 };

/** The files of an archive, or why it is not unpacked: a sentence's end, inert. */
export type Unpacked = readonly UnpackedFile[] | string;

/** What ends the unpacking; its message is the reason. */
class Refusal extends Error {}

const refuse = (reason: string): never => {
  throw new Refusal(reason);
};

/**
 * Unpacks a zip, a tar or a tar.gz; which it is says its content.
 *
 * @param signal Ends it between two files.
 */
export async function unpack(bytes: Uint8Array, limits: UnpackLimits, signal?: AbortSignal): Promise<Unpacked> {
  try {
    const files = isOfType(bytes, "zip") ? await unzip(bytes, limits, signal) : await untar(bytes, limits, signal);
    if (files.length === 0) return "has no file in it";
    checkPaths(files.map(({ path }) => path));
    return files;
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof Refusal) return error.message;
    return `is damaged, or no archive: ${inert(error instanceof Error ? error.message : String(error))}`;
  }
}

/** What a manifest may list is safe as a path; a folder that only has others in it is in their paths. */
function checkPaths(paths: readonly string[]): void {
  const hash = `0x${"0".repeat(64)}` as const;
  try {
    manifestOf(paths.map((path) => ({ path, size: 0, hash: hash as never })));
  } catch (error) {
    if (error instanceof InvalidDeliverableError) refuse(`is not safe to unpack: ${inert(error.reason)}`);
    throw error;
  }
}

/** Counts what comes out. */
class Counter {
  #files = 0;
  #size = 0;
  readonly #limits: UnpackLimits;

  constructor(limits: UnpackLimits) {
    this.#limits = limits;
  }

  /** One more entry: a file or a folder. */
  entry(): void {
    if (++this.#files > this.#limits.maxFiles) refuse(`has more than ${this.#limits.maxFiles} files and folders`);
  }

  /** The content of a file. */
  async read(stream: AsyncIterable<unknown>): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    for await (const piece of stream as AsyncIterable<Uint8Array>) {
      this.#size += piece.length;
      if (this.#size > this.#limits.maxSize) refuse(`unpacks to more than ${this.#limits.maxSize} bytes`);
      pieces.push(piece);
    }
    return new Uint8Array(Buffer.concat(pieces));
  }
}

/** Bits of a file's mode in Unix: its kind, and whether somebody may run it. */
const [KIND, FILE, FOLDER, EXECUTABLE] = [0o170_000, 0o100_000, 0o040_000, 0o111];

async function unzip(bytes: Uint8Array, limits: UnpackLimits, signal?: AbortSignal): Promise<UnpackedFile[]> {
  const counter = new Counter(limits);
  const files: UnpackedFile[] = [];
  const zip: ZipFile = await fromBufferPromise(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), {
    strictFileNames: true,
  });
  for await (const entry of zip.eachEntry() as AsyncIterable<Entry>) {
    signal?.throwIfAborted();
    counter.entry();
    const { fileName: path } = entry;
    const mode = entry.externalFileAttributes >>> 16;
    const kind = mode & KIND;
    const isFolder = path.endsWith("/");
    if (kind !== 0 && kind !== (isFolder ? FOLDER : FILE)) {
      refuse(`is not safe to unpack: '${inert(path)}' is a link or a device`);
    }
    if (entry.isEncrypted()) refuse(`is encrypted ('${inert(path)}')`);
    if (isFolder) checkPaths([path.slice(0, -1)]);
    else {
      const content = await counter.read(await zip.openReadStreamPromise(entry));
      files.push({ path, bytes: content, isExecutable: (mode & EXECUTABLE) !== 0 });
    }
  }
  return files;
}

async function untar(bytes: Uint8Array, limits: UnpackLimits, signal?: AbortSignal): Promise<UnpackedFile[]> {
  const counter = new Counter(limits);
  const files: UnpackedFile[] = [];
  const tar = extract();
  const source = Readable.from([Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)]);
  const feeding = isOfType(bytes, "gzip") ? pipeline(source, createGunzip(), tar) : pipeline(source, tar);
  // Its failure is that of the reading below.
  feeding.catch(() => {});
  for await (const entry of tar) {
    signal?.throwIfAborted();
    counter.entry();
    const { name, type, mode = 0 } = entry.header;
    const path = name.replace(/^\.\//, "").replace(/\/$/, "");
    if (type === "directory") {
      if (path !== "" && path !== ".") checkPaths([path]);
      entry.resume();
      continue;
    }
    if (type !== "file" && type !== "contiguous-file") {
      refuse(`is not safe to unpack: '${inert(name)}' is a link or a device`);
    }
    files.push({ path, bytes: await counter.read(entry), isExecutable: (mode & EXECUTABLE) !== 0 });
  }
  await feeding;
  return files;
}
