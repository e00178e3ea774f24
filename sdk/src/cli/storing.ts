/**
 * Where deliverables are kept: a folder, a server, or an IPFS node.
 */
import { lstat, mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ContentStorage } from "../content.js";
import { DeliverableMismatchError } from "../errors.js";
import { folderStorage } from "../folderStorage.js";
import { httpStorage, kuboStorage } from "../http.js";
import type { Scope } from "../scope.js";
import { getDeliverable, putDeliverable, putScope } from "../storage.js";
import type { Hash } from "../types.js";
import { UsageError } from "./errors.js";
import { type DeliverableOnDisk, type DocumentOptions, withFile, writeNew } from "./inputs.js";

/** A storage by its place: `https://…`, `ipfs:http://127.0.0.1:5001` (the RPC interface of an IPFS node), or a folder. */
export function storageAt(place: string): ContentStorage {
  if (place.startsWith("ipfs:")) return kuboStorage({ api: place.slice("ipfs:".length) });
  return /^https?:\/\//.test(place) ? httpStorage({ url: place }) : folderStorage(place);
}

/** Keeps a deliverable in each of these places, with its scope, which a verifier reads there, and returns them. */
export async function storeDeliverable(
  places: readonly string[],
  { hash, manifest, files }: DeliverableOnDisk,
  scope: Scope | undefined,
): Promise<readonly string[]> {
  if (places.length === 0) return [];
  const contents = await Promise.all(
    files.map(({ path, file }) =>
      withFile(file, "The deliverable", async () => ({ path, bytes: new Uint8Array(await readFile(file)) })),
    ),
  );
  const [first] = contents;
  const content = manifest === undefined && first !== undefined ? first.bytes : contents;
  for (const place of places) {
    const stored = await putDeliverable(storageAt(place), content);
    // The files may have changed since they were hashed.
    if (stored !== hash) throw new DeliverableMismatchError({ actual: stored, expected: hash });
    if (scope !== undefined) await putScope(storageAt(place), scope);
  }
  return places;
}

/** Keeps a document, a text or a file, in each of these places. */
export async function storeDocument(places: readonly string[], { text, file }: DocumentOptions, hash: Hash) {
  if (places.length === 0) return;
  const bytes =
    text === undefined
      ? await withFile(file ?? "", "The document", async () => new Uint8Array(await readFile(file ?? "")))
      : new TextEncoder().encode(text);
  for (const place of places) {
    const stored = await putDeliverable(storageAt(place), bytes);
    // The file may have changed since it was hashed.
    if (stored !== hash) throw new DeliverableMismatchError({ actual: stored, expected: hash });
  }
}

/** Writes a deliverable's files into a folder; none that is there is overwritten. */
export async function fetchDeliverable(
  places: readonly string[],
  deliverable: Hash,
  folder: string,
  force: boolean | undefined,
): Promise<readonly string[]> {
  const { files } = await getDeliverable(places.map(storageAt), deliverable);
  const written: string[] = [];
  for (const { path, bytes } of files) {
    const file = join(folder, path);
    await refuseLinks(folder, path);
    await withFile(file, "The file", () => mkdir(dirname(file), { recursive: true }));
    await writeNew(file, bytes, force);
    written.push(file);
  }
  return written;
}

/** A link in the folder may lead anywhere, and a manifest may name it. */
async function refuseLinks(folder: string, path: string): Promise<void> {
  let file = folder;
  for (const part of path.split("/")) {
    file = join(file, part);
    const found = await lstat(file).catch(() => undefined);
    if (found?.isSymbolicLink()) throw new UsageError(`${join(folder, path)} is not written: ${file} is a link.`);
  }
}
