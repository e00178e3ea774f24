import { inert } from "../../text.js";
import { unpack, unpackLimits } from "../archive.js";
import { answerOf, type CheckKind, failed } from "../check.js";
import type { ArchiveCheck } from "../checks.js";
import { fits } from "../glob.js";
import { glob, listOf, members, only, optional, whole } from "../read.js";

/** Archives unpack safely, and have what they should. */
export const archive: CheckKind<ArchiveCheck> = {
  kind: "archive",
  isPure: true,
  read: members<ArchiveCheck>({
    kind: only("archive"),
    in: glob,
    required: optional(listOf(glob)),
    atMost: optional(whole(1, unpackLimits.maxFiles)),
    largest: optional(whole(1, unpackLimits.maxSize)),
  }),
  async check(declared, work, signal) {
    const { in: pattern, required = [] } = declared;
    const { atMost: maxFiles = unpackLimits.maxFiles, largest: maxSize = unpackLimits.maxSize } = declared;
    const archives = work.files.filter(({ path }) => fits(path, pattern));
    if (archives.length === 0) return failed(`No file fits '${inert(pattern)}'.`);
    const problems: string[] = [];
    const found: string[] = [];
    for (const { path, bytes } of archives) {
      const name = inert(path);
      const files = await unpack(bytes, { maxFiles, maxSize }, signal);
      if (typeof files === "string") {
        problems.push(`${name} ${files}.`);
        continue;
      }
      for (const one of required) {
        if (!files.some((file) => fits(file.path, one)))
          problems.push(`${name} has nothing that fits '${inert(one)}'.`);
      }
      found.push(`${name} unpacks to ${files.length} ${files.length === 1 ? "file" : "files"}.`);
    }
    return answerOf(problems, found);
  },
};
