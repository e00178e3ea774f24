/** The records in deployments/: what a release is (create2.json, signedFunding.json), and where it stands (CHAINID.json). */
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { getAddress, isHexString, keccak256, type Provider } from "ethers";
import { ScriptError } from "./script.ts";

/** What makes the address. */
export interface Release {
  readonly deployer: string;
  readonly salt: string;
  readonly initCodeHash: string;
  readonly address: string;
}

/** What the SDK takes from a deployment's record, which has more for people. */
export interface Deployment {
  readonly chainId: number;
  readonly address: string;
  readonly block: number;
}

type Check = (value: unknown) => boolean;
const isAddress: Check = (value) => {
  try {
    return typeof value === "string" && getAddress(value) === value;
  } catch {
    return false;
  }
};
const isHash: Check = (value) => isHexString(value, 32);
const isWhole: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;

/** @throws {ScriptError} When the file is not there or not what it should be. */
export function readRelease(folder: string, file: string): Promise<Release> {
  const checks = { deployer: isAddress, salt: isHash, initCodeHash: isHash, address: isAddress };
  return read<Release>(join(folder, file), checks, "Take it from git again.");
}

/**
 * The record of a chain; `undefined` when there is none.
 *
 * @throws {ScriptError} When it is not what it should be.
 */
export async function readDeployment(folder: string, chainId: number): Promise<Deployment | undefined> {
  const name = `${chainId}.json`;
  if (!(await readdir(folder)).includes(name)) return undefined;
  const checks = { chainId: (value: unknown) => value === chainId, address: isAddress, block: isWhole };
  const remedy =
    "Take it from git again, or delete it and run `npm run deploy` for this chain, which writes a new one.";
  return read<Deployment>(join(folder, name), checks, remedy);
}

/** All recorded deployments, in the order of their chain ids. */
export async function readDeployments(folder: string): Promise<Deployment[]> {
  const names = (await readdir(folder)).filter((name) => /^[1-9]\d*\.json$/.test(name));
  const chainIds = names.map((name) => Number.parseInt(name, 10)).sort((a, b) => a - b);
  const records = await Promise.all(chainIds.map((chainId) => readDeployment(folder, chainId)));
  return records.filter((record) => record !== undefined);
}

/**
 * What a new record has from the chain: the time of the block, and the hash of the code.
 *
 * @throws {ScriptError} When the endpoint does not know one of them yet: many have several nodes behind them, some of which lag.
 */
export async function witness(
  provider: Pick<Provider, "getBlock" | "getCode">,
  { address, block: number }: Pick<Deployment, "address" | "block">,
): Promise<{ time: string; runtimeCodeHash: string }> {
  const [block, code] = [await provider.getBlock(number), await provider.getCode(address)];
  const refuse = (missing: string) =>
    new ScriptError(`Nothing is recorded: the endpoint has no ${missing} yet. Run deploy again in a minute.`);
  if (block === null) throw refuse(`block ${number}`);
  if (code === "0x") throw refuse(`code at ${address}`);
  return { time: new Date(block.timestamp * 1000).toISOString(), runtimeCodeHash: keccak256(code) };
}

async function read<Record extends object>(
  path: string,
  checks: { readonly [Field in keyof Record]: Check },
  remedy: string,
): Promise<Record> {
  const refuse = (problem: string) =>
    new ScriptError(`deployments/${basename(path)} is damaged: ${problem}. ${remedy}`);
  let record: unknown;
  try {
    record = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    throw refuse((error as Error).message);
  }
  if (typeof record !== "object" || record === null) throw refuse("it is not an object");
  for (const [field, isRight] of Object.entries<Check>(checks)) {
    const value = (record as { [key: string]: unknown })[field];
    if (!isRight(value)) throw refuse(`its ${field} is ${JSON.stringify(value) ?? "missing"}`);
  }
  return record as Record;
}
