/**
 * A storage in a folder of this computer; for Node alone.
 */
import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { checkText } from "./check.js";
import type { ContentStorage } from "./content.js";
import { cidOf } from "./deliverables.js";
import { ContentMissingError, InvalidParameterError, StorageFailedError } from "./errors.js";

/** Neither follows a link nor waits for a pipe's other end; Windows has neither flag. */
const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * A storage in a folder: each content is a file whose name is its CID. A file is whole or not there: it is written under
 * another name, to the disk, and then renamed. What breaks off leaves a file named `.new-…`, which can be deleted.
 *
 * @param folder Created when something is stored. Links in it are not followed.
 * @throws {InvalidParameterError} When the folder is no path.
 * @example
 * const deliverable = await putContent(folderStorage("contents"), bytes);
 */
export function folderStorage(folder: string): ContentStorage {
  if (checkText(folder, "the path of a folder") === "") throw new InvalidParameterError(folder, "is not a path");
  return {
    async write(hash, bytes, signal) {
      await mkdir(folder, { recursive: true });
      const written = join(folder, `.new-${randomUUID()}`);
      try {
        const file = await open(written, "wx");
        try {
          await file.writeFile(bytes, { signal });
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(written, join(folder, cidOf(hash)));
      } catch (error) {
        await rm(written, { force: true });
        throw error;
      }
    },
    async *read(hash, signal) {
      const file = await open(join(folder, cidOf(hash)), READ).catch((error: NodeJS.ErrnoException) => {
        throw error.code === "ENOENT" ? new ContentMissingError({ hash }, { cause: error }) : error;
      });
      try {
        if (!(await file.stat()).isFile()) {
          throw new StorageFailedError({ reason: "refused", details: `${cidOf(hash)} is not a file` });
        }
        yield* file.createReadStream({ signal }) as AsyncIterable<Uint8Array>;
      } finally {
        await file.close();
      }
    },
  };
}
