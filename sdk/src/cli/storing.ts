/**
 * Where deliverables are kept: a folder, a server, or an IPFS node.
 */
import { lstat, mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ContentStorage } from "../content.js";
import { DeliverableMismatchError } from "../errors.js";
import { folderStorage } from "../folderStorage.js";
import { httpStorage, kuboStorage } from "../http.js";
import { getDeliverable, putDeliverable } from "../storage.js";
import type { Hash } from "../types.js";
import { UsageError } from "./errors.js";
import { type DeliverableOnDisk, withFile, writeNew } from "./inputs.js";

/** A storage by its place: `https://…`, `ipfs:http://127.0.0.1:5001` (the RPC interface of an IPFS node), or a folder. */
export function storageAt(place: string): ContentStorage {
  if (place.startsWith("ipfs:")) return kuboStorage({ api: place.slice("ipfs:".length) });
  return /^https?:\/\//.test(place) ? httpStorage({ url: place }) : folderStorage(place);
}

/** Keeps a deliverable in each of these places, and returns them. */
export async function storeDeliverable(
  places: readonly string[],
  { hash, manifest, files }: DeliverableOnDisk,
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
  }
  return places;
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
