/**
 * The configuration: which endpoint, which chain, and where the key is. It has no secret in it but what an endpoint's address
 * may hold. It stands in the user's own folder, and not where a command runs: a file that came with an agreement must not say
 * which program signs.
 */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
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
  const home = env.HOME ?? env.USERPROFILE ?? homedir();
  const folder = env.XDG_CONFIG_HOME || (process.platform === "win32" && env.APPDATA) || join(home, ".config");
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
      throw new UsageError(`${file} has "${name}", which is not known: ${Object.keys(MEMBERS).join(", ")} are.`);
    }
    if (typeof value !== type) throw new UsageError(`In ${file}, "${name}" is not a ${type}.`);
  }
  const { keystore } = config as Config;
  return { ...config, ...(keystore !== undefined && { keystore: resolve(dirname(file), keystore) }) };
}

function parse(file: string, text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch (cause) {
    throw new UsageError(`The configuration ${file} is not JSON.`, { cause });
  }
  throw new UsageError(`The configuration ${file} is not an object.`);
}

/** Writes the configuration, whole or not at all, readable by its owner alone: an endpoint's address may hold a key. */
export async function writeConfig(file: string, config: Config): Promise<void> {
  await writePrivate(file, `${JSON.stringify(config, null, 2)}\n`);
}

/** Writes a file that only its owner may read, and its folder. */
export async function writePrivate(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(`${file}.new`, text, { mode: 0o600 });
  await rename(`${file}.new`, file);
}
