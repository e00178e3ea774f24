/**
 * What a verifier is told: which account it is, where work and reports are kept, what commands may use, what it may spend.
 */
import { lstat, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { storageAt } from "../../cli/storing.js";
import type { ContentStorage } from "../../content.js";
import { modelSection } from "../../judgement/config.js";
import type { Finality } from "../../rpc.js";
import type { OtherWork } from "../../verifier/check.js";
import { commandLimits } from "../../verifier/kinds/command.js";
import {
  address,
  amount,
  type Configuration,
  duration,
  integer,
  key,
  list,
  listen,
  object,
  optional,
  path,
  type Reader,
  readConfiguration,
  text,
} from "../config.js";

/** A storage by its place; a folder is relative to the configuration. */
const storage: Reader<ContentStorage> = (value, place) => {
  const given = text("a folder, https://…, or ipfs:http://127.0.0.1:5001")(value, place);
  return storageAt(/^(https?:\/\/|ipfs:)/.test(given) ? given : place.resolve(given));
};

const storages: Reader<readonly ContentStorage[]> = (value, place) => {
  const given = list(storage, "places: folders, https://…, or ipfs:http://127.0.0.1:5001")(value, place);
  return given.length > 0 ? given : place.fail("is empty: write a folder, https://…, or ipfs:http://127.0.0.1:5001");
};

const finality: Reader<Finality> = (value, place) => {
  if (value === "safe" || value === "finalized") return value;
  if (typeof value === "number") return integer("blocks", 0, 100_000)(value, place);
  return place.refuse(value, '"safe", "finalized", or how many blocks have to follow');
};

const MIN_DISK = 16;

const members = object({
  account: address,
  accounts: optional(list(address, "addresses"), undefined),
  key,
  listen: optional(listen, { host: "127.0.0.1", port: 9_465 }),
  interval: optional(duration(1, "15 seconds"), 15),
  storages,
  reports: optional(storages, undefined),
  collection: optional(path("a folder with texts that work is compared with"), undefined),
  maxSize: optional(integer("MiB of a deliverable", 1, 1_024), 64),
  finality: optional(finality, "safe" as const),
  margin: optional(duration(1, "10 minutes"), 600),
  time: optional(duration(1, "1 hour"), 3_600),
  commands: optional(
    object({
      seconds: optional(integer("seconds", 1, 86_400), commandLimits.seconds),
      memory: optional(integer("MiB", 16, 1_048_576), commandLimits.memory),
      disk: optional(integer("MiB", MIN_DISK, 1_048_576), commandLimits.disk),
      processes: optional(integer("processes", 8, 100_000), commandLimits.processes),
      tools: optional(list(path("a folder"), "folders"), commandLimits.tools),
    }),
    commandLimits,
  ),
  model: optional(modelSection, undefined),
  maxFeePerGas: amount("gwei", 9, "30"),
  minimumBalance: amount("the chain's coin", 18, "0.05"),
  stuckAfter: optional(duration(1, "3 minutes"), 180),
  unhealthyAfter: optional(duration(1, "5 minutes"), 1_800),
});

/** The verifier's section of the configuration. */
export type VerifierSection = ReturnType<typeof members>;

/** @throws {ConfigurationError} When the file is no configuration of a verifier. */
export function readVerifierConfiguration(
  file: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Configuration<VerifierSection>> {
  return readConfiguration(file, "verifier", members, env);
}

/** Bytes of texts that work is compared with. */
const MAX_COLLECTION = 64 * 1_024 * 1_024;

/**
 * The texts in a folder that work is compared with; links are not followed.
 *
 * @throws {RangeError} When they are more than 64 MiB.
 * @throws The file system's error when one cannot be read.
 */
export async function readCollection(folder: string): Promise<OtherWork> {
  const files: OtherWork["files"][number][] = [];
  let size = 0;
  for (const path of (await readdir(folder, { recursive: true })).sort()) {
    const file = join(folder, path);
    if (!/\.(md|markdown|txt)$/i.test(path) || !(await lstat(file)).isFile()) continue;
    const bytes = new Uint8Array(await readFile(file));
    size += bytes.length;
    if (size > MAX_COLLECTION) throw new RangeError(`${folder} has more than ${MAX_COLLECTION} bytes of texts`);
    files.push({ path, bytes });
  }
  return { name: "the verifier's collection", files };
}
