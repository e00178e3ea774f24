/** What people hand to each other beside the chain: files and texts, by their hash. */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { Hash } from "@micro-escrow/sdk";
import { ContentMissingError, type ContentStorage, putContent, putDeliverable } from "@micro-escrow/sdk/storage";
import { fileOf } from "../demo/gigs.ts";

/** Keeps contents in memory, in the order in which they came. */
export class Contents implements ContentStorage {
  readonly #contents = new Map<Hash, Uint8Array>();

  /** All that was written. */
  get all(): readonly Uint8Array[] {
    return [...this.#contents.values()];
  }

  async write(hash: Hash, bytes: Uint8Array): Promise<void> {
    this.#contents.set(hash, bytes);
  }

  async *read(hash: Hash): AsyncGenerator<Uint8Array> {
    const bytes = this.#contents.get(hash);
    if (bytes === undefined) throw new ContentMissingError({ hash });
    yield bytes;
  }

  /**
   * Puts in a deliverable.
   *
   * @param paths Files of the demo's folder, for example `["app/backend/README.md"]`; the deliverable has their names alone.
   * @returns The hash of the manifest.
   */
  async putFiles(paths: readonly string[]): Promise<Hash> {
    const files = await Promise.all(
      paths.map(async (path) => ({ path: basename(path), bytes: new Uint8Array(await readFile(fileOf(path))) })),
    );
    return putDeliverable(this, files);
  }

  /** Puts in a text: one file of the demo's folder. */
  async putText(path: string): Promise<Hash> {
    return putContent(this, await readFile(fileOf(path), "utf8"));
  }
}
