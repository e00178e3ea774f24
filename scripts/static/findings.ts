/** What the tools find, and which of it .github/STATIC.md explains. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** What a tool found: how many times in which function or constant. */
export interface Finding {
  readonly tool: string;
  readonly detector: string;
  readonly place: string;
  readonly sites: number;
}

/** A finding in words, by which two are compared. */
export const lineOf = ({ tool, detector, place, sites }: Finding) => `${tool}: ${detector} in ${place}, ${sites} times`;

/** The lines of the file's tables: | detector | place | times | why |, under the tool's heading. */
export async function triaged(): Promise<Finding[]> {
  const found: Finding[] = [];
  let tool = "";
  for (const line of (await readFile(join(root, ".github/STATIC.md"), "utf8")).split("\n")) {
    tool = /^## (.*)/.exec(line)?.[1] ?? tool;
    const [, detector, place, sites, why] = /^\| `(.+?)` \| `(.+?)` \| (\d+) \| (.+) \|$/.exec(line) ?? [];
    if (detector !== undefined && place !== undefined && why !== undefined) {
      found.push({ tool, detector, place, sites: Number(sites) });
    } else if (line.startsWith("| `")) throw new Error(`.github/STATIC.md: what does this line say? ${line}`);
  }
  return found;
}
