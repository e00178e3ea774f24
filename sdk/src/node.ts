/**
 * The SDK's part for Node alone: files. Everything else runs in browsers too.
 *
 * @example
 * import { hashFile, readAgreement } from "@micro-escrow/sdk/node";
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { basename, relative, sep } from "node:path";
import type { Agreement } from "./agreement.js";
import { type Manifest, type ManifestEntry, manifestOf } from "./deliverables.js";
import { parseAgreement, serializeAgreement } from "./serialize.js";
import type { Hash } from "./types.js";

export { folderStorage } from "./folderStorage.js";
export { fileStorage } from "./history/file.js";

/**
 * The SHA-256 of a file: what `submit` takes for a deliverable that is one file. Files of any size.
 *
 * @throws The file system's error when the file cannot be read.
 * @example
 * await escrow.submit({ agreement, index: 0, deliverable: await hashFile("design.pdf") });
 */
export async function hashFile(path: string): Promise<Hash> {
  return (await hashContents(path)).hash;
}

/**
 * The manifest of several files: what `submit` takes is its hash; the files and its text go to the client.
 *
 * @param paths Files, not folders.
 * @param root The folder that the manifest's paths are relative to; left out: the manifest has the files' names alone.
 * @throws {InvalidDeliverableError} When there is no file, or when two would have the same path or one is outside of
 * `root`.
 * @throws The file system's error when a file cannot be read.
 * @example
 * const { text, hash: deliverable } = await hashFiles(["work/src/index.ts", "work/README.md"], "work");
 */
export async function hashFiles(paths: readonly string[], root?: string): Promise<Manifest> {
  const entries: ManifestEntry[] = [];
  for (const path of paths) {
    const listed = root === undefined ? basename(path) : relative(root, path).split(sep).join("/");
    entries.push({ path: listed, ...(await hashContents(path)) });
  }
  return manifestOf(entries);
}

/**
 * Reads an agreement's file; see `parseAgreement` for what it refuses.
 *
 * @throws {InvalidAgreementFileError} When it is not such a file.
 * @throws {AgreementMismatchError} When somebody edited it.
 * @throws The file system's error when the file cannot be read.
 * @example
 * const agreement = await readAgreement("agreement.json");
 */
export async function readAgreement(file: string): Promise<Agreement> {
  return parseAgreement(await readFile(file, "utf8"));
}

/**
 * Writes an agreement's file.
 *
 * @throws The file system's error when the file cannot be written.
 * @example
 * await writeAgreement("agreement.json", agreement);
 */
export async function writeAgreement(file: string, agreement: Agreement): Promise<void> {
  await writeFile(file, serializeAgreement(agreement));
}

async function hashContents(path: string): Promise<{ size: number; hash: Hash }> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { size, hash: `0x${hash.digest("hex")}` as Hash };
}
