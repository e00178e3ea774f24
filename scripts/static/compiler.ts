/** The compiler's warnings, from what Hardhat keeps of its builds. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Finding } from "./findings.ts";

const root = join(import.meta.dirname, "../..");

/** How Hardhat calls the sources of this repository. */
const OWN = "project/";
/** Contract code and init code above the limits of a public network. */
const SIZE_WARNINGS = ["5574", "3860"];

/** Hardhat's record of one compilation. */
export interface Build {
  readonly path: string;
  /** The sources of ours in it that are as they are now; records of older ones lie beside the newest. */
  readonly current: readonly string[];
  readonly isCurrent: boolean;
}

/** The records of `hardhat build`. */
export async function readBuilds(): Promise<Build[]> {
  const folder = join(root, "artifacts/build-info");
  const builds: Build[] = [];
  for (const file of await readdir(folder)) {
    if (file.endsWith(".output.json")) continue;
    const path = join(folder, file);
    const { input } = JSON.parse(await readFile(path, "utf8"));
    const own = Object.keys(input.sources).filter((name) => name.startsWith(OWN));
    const current: string[] = [];
    for (const name of own) {
      const source = name.slice(OWN.length);
      const text = await readFile(join(root, source), "utf8").catch(() => undefined);
      if (text === input.sources[name].content) current.push(source);
    }
    builds.push({ path, current, isCurrent: current.length === own.length });
  }
  return builds;
}

/** The compiler's answer beside the record of what it was asked. */
export const outputOf = (path: string) => path.replace(/json$/, "output.json");

/** Warnings about our own sources; libraries are others' business. */
export async function compiler(builds: readonly Build[]): Promise<Finding[]> {
  const built = new Set(builds.flatMap(({ current }) => current));
  for (const folder of ["contracts", "test/contracts"]) {
    for (const file of await readdir(join(root, folder), { recursive: true })) {
      const source = `${folder}/${file.replaceAll("\\", "/")}`;
      if (source.endsWith(".sol") && !built.has(source)) throw new Error(`${source} is in no build.`);
    }
  }
  const found: Finding[] = [];
  for (const { path, current } of builds) {
    const { output } = JSON.parse(await readFile(outputOf(path), "utf8"));
    for (const { errorCode, sourceLocation, formattedMessage } of output.errors ?? []) {
      const place = String(sourceLocation?.file ?? "").slice(OWN.length);
      if (!current.includes(place)) continue;
      // Tests and mocks are compiled without the optimizer and run where size has no limit.
      if (SIZE_WARNINGS.includes(errorCode) && /^(test|contracts\/mocks)\//.test(place)) continue;
      console.error(formattedMessage);
      found.push({ tool: "Compiler", detector: errorCode, place, sites: 1 });
    }
  }
  return found;
}
