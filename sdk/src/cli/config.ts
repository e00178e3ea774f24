/**
 * The configuration: which endpoint, which chain, and where the key is. It has no secret in it but what an endpoint's address
 * may hold. It stands in the user's own folder, and not where a command runs: a file that came with an agreement must not say
 * which program signs.
 */
import { randomUUID } from "node:crypto";
import { lstat, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import process from "node:process";
import { inert } from "../text.js";
import { UsageError } from "./errors.js";
import type { Streams } from "./terminal.js";

/** What `micro-escrow init` writes. */
export interface Config {
  /** URL of an Ethereum JSON-RPC endpoint. */
  readonly rpc?: string;
  /** The chain that it must be. */
  readonly chainId?: number;
  /** A deployment of one's own. */
  readonly escrow?: string;
  /** An encrypted JSON keystore. */
  readonly keystore?: string;
  /** A program that signs. */
  readonly signer?: string;
  /** An account that the endpoint itself holds: its address, or its number from 0. */
  readonly from?: string;
}

const MEMBERS: Readonly<Record<keyof Config, "string" | "number">> = {
  rpc: "string",
  chainId: "number",
  escrow: "string",
  keystore: "string",
  signer: "string",
  from: "string",
};

/** Where the configuration stands, unless `--config` or MICRO_ESCROW_CONFIG says otherwise. */
export function configFile(env: Streams["env"]): string {
  if (env.MICRO_ESCROW_CONFIG) return resolve(env.MICRO_ESCROW_CONFIG);
  const home = env.HOME || env.USERPROFILE || homedir();
  // A relative one would be a folder of wherever the command runs.
  const named = [env.XDG_CONFIG_HOME, process.platform === "win32" ? env.APPDATA : undefined];
  const folder = named.find((one) => one !== undefined && isAbsolute(one)) ?? join(home, ".config");
  return join(folder, "micro-escrow", "config.json");
}

/**
 * Reads the configuration; paths in it are relative to it.
 *
 * @param mustExist Whether it was named.
 * @throws {UsageError} When it is not such a file.
 */
export async function readConfig(file: string, mustExist: boolean): Promise<Config> {
  const text = await readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT" && !mustExist) return "{}";
    throw new UsageError(`The configuration ${file} cannot be read: ${cause.message}.`, { cause });
  });
  const config = parse(file, text);
  for (const [name, value] of Object.entries(config)) {
    const type = Object.hasOwn(MEMBERS, name) ? MEMBERS[name as keyof Config] : undefined;
    if (type === undefined) {
      throw new UsageError(`${file} has "${inert(name)}", which is not known: ${Object.keys(MEMBERS).join(", ")} are.`);
    }
    if (typeof value !== type) throw new UsageError(`In ${file}, "${name}" is not a ${type}.`);
  }
  const { keystore } = config as Config;
  return { ...config, ...(keystore !== undefined && { keystore: resolve(dirname(file), keystore) }) };
}

function parse(file: string, text: string): object {
  try {
    const value: unknown = JSON.parse(text.replace(/^\ufeff/, ""));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    // No cause: it would quote what stands there, which may have a key in it.
    throw new UsageError(`The configuration ${file} is not JSON.`);
  }
  throw new UsageError(`The configuration ${file} is not an object.`);
}

/** Whether there is something of this name, be it a link to nothing. */
export function isThere(file: string): Promise<boolean> {
  return lstat(file).then(
    () => true,
    () => false,
  );
}

/**
 * Writes the configuration, whole or not at all, readable by its owner alone: an endpoint's address may hold a key.
 *
 * @throws {UsageError} When it cannot be written.
 */
export async function writeConfig(file: string, config: Config): Promise<void> {
  // Of a name that nobody can have prepared: a file that is there would keep its owner and its mode.
  const draft = `${file}.${randomUUID()}`;
  try {
    await writePrivate(draft, `${JSON.stringify(config, null, 2)}\n`);
    await rename(draft, file);
  } catch (cause) {
    await rm(draft, { force: true });
    throw new UsageError(`The configuration ${file} is not written: ${(cause as Error).message}.`, { cause });
  }
}

/** Writes a new file that only its owner may read, and its folder where that is missing. */
export async function writePrivate(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, text, { flag: "wx", mode: 0o600, flush: true });
}
