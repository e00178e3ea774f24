import { inert } from "../../text.js";
import { answerOf, type CheckKind } from "../check.js";
import type { FilesCheck, FileType } from "../checks.js";
import { isOfType } from "../fileType.js";
import { fits } from "../glob.js";
import { glob, inOrder, members, oneOf, only, optional, outside, whole } from "../read.js";

const TYPES = Object.keys({
  text: true,
  json: true,
  csv: true,
  svg: true,
  png: true,
  jpeg: true,
  gif: true,
  webp: true,
  pdf: true,
  zip: true,
  gzip: true,
  mp3: true,
  mp4: true,
  wav: true,
} satisfies Readonly<Record<FileType, true>>) as FileType[];

/** Files by pattern, number, size, and type by content. */
export const files: CheckKind<FilesCheck> = {
  kind: "files",
  isPure: true,
  read: inOrder(
    members<FilesCheck>({
      kind: only("files"),
      in: glob,
      atLeast: optional(whole(0, 100_000)),
      atMost: optional(whole(0, 100_000)),
      type: optional(oneOf(TYPES)),
      smallest: optional(whole(0, Number.MAX_SAFE_INTEGER)),
      largest: optional(whole(0, Number.MAX_SAFE_INTEGER)),
    }),
  ),
  check({ in: pattern, atLeast = 1, atMost, type, smallest = 1, largest }, work) {
    const found = work.files.filter(({ path }) => fits(path, pattern));
    const problems: string[] = [];
    const number = `${found.length} ${found.length === 1 ? "file fits" : "files fit"} '${inert(pattern)}'`;
    const wrong = outside(found.length, { atLeast, ...(atMost !== undefined && { atMost }) });
    if (wrong !== undefined) problems.push(`${number}, and ${wrong}.`);
    for (const { path, bytes } of found) {
      const name = inert(path);
      if (bytes.length < smallest) problems.push(`${name} has ${bytes.length} bytes, less than ${smallest}.`);
      if (largest !== undefined && bytes.length > largest) {
        problems.push(`${name} has ${bytes.length} bytes, more than ${largest}.`);
      }
      if (type !== undefined && !isOfType(bytes, type)) problems.push(`${name} is not ${type} by its content.`);
    }
    return answerOf(problems, [`${number}.`]);
  },
};
