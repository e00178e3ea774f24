/**
 * What the SDK asks of an RPC endpoint, with typed errors, and what blocks it takes for safe.
 */
import type { Block, Interface, Provider, Result } from "ethers";
import { toAddress } from "./address.js";
import { checkObject, checkProvider } from "./check.js";
import { localChainIds } from "./deployments.js";
import { RpcError } from "./errors.js";
import { decodeError } from "./revert.js";
import type { Address } from "./types.js";

/** An escrow on a chain, and the provider to reach it through. */
export interface EscrowConnection {
  readonly provider: Provider;
  readonly chainId: number;
  /** Address of the contract. */
  readonly escrow: Address;
  /** The first block that can have events of it. */
  readonly startBlock: number;
}

/** @throws {InvalidParameterError} When it is no connection. */
export function checkConnection(connection: EscrowConnection): EscrowConnection {
  checkProvider(checkObject(connection, "a connection, like escrow.connection").provider);
  toAddress(connection.escrow);
  return connection;
}

/** When a block counts as final: by the chain's own tag, or by how many blocks have followed it. */
export type Finality = "finalized" | "safe" | number;

/** Blocks to wait for where a chain has no such tag. */
const FALLBACK_CONFIRMATIONS = 64;

/** The answer to a request, or the SDK's error for its failure. */
export async function ask<T>(request: Promise<T>): Promise<T> {
  try {
    return await request;
  } catch (error) {
    throw decodeError(error);
  }
}

/** The newest block that each provider is known to have, from the receipts of what was sent. */
const heads = new WeakMap<Provider, number>();

/** Remembers that a block is there: nothing older is read from this provider any more. */
export function rememberBlock(provider: Provider, block: number): void {
  heads.set(provider, Math.max(block, heads.get(provider) ?? 0));
}

/**
 * Milliseconds to wait for an endpoint that is behind: a provider may give an answer again for a while (ethers: a quarter of
 * a second), and of several nodes behind one address some are late by a block or two.
 */
export const CATCH_UP = [50, 100, 200, 400, 800, 1_600] as const;
/** The same for a development node, which is one node: when it stays behind, it was set back. */
const CATCH_UP_LOCALLY = CATCH_UP.slice(0, 3);

/**
 * The newest block, and never one before a transaction that was sent from here before this was asked. An endpoint that stays
 * behind is believed in the end: then there was a reorganization.
 */
export async function latestBlock(provider: Provider): Promise<Block> {
  // What is sent while this waits is for those who ask later: it neither prolongs the wait, nor counts as missing.
  const head = heads.get(provider) ?? 0;
  for (let attempt = 0; ; ++attempt) {
    const block = await ask(provider.getBlock("latest"));
    if (block === null) throw new RpcError({ reason: "malformed", details: "the endpoint has no latest block" });
    if (block.number >= head) return block;
    const isLocal = localChainIds.includes(Number((await ask(provider.getNetwork())).chainId));
    const wait = (isLocal ? CATCH_UP_LOCALLY : CATCH_UP)[attempt];
    if (wait === undefined) {
      if (heads.get(provider) === head) heads.set(provider, block.number);
      return block;
    }
    await pause(wait);
  }
}

/** Reads at the newest block, waiting for nodes that do not have it yet. */
async function readLatest<T>(provider: Provider, request: (block: number) => Promise<T>): Promise<T> {
  for (let attempt = 0; ; ++attempt) {
    const { number } = await latestBlock(provider);
    try {
      return await ask(request(number));
    } catch (error) {
      const wait = CATCH_UP[attempt];
      if (wait === undefined || !isUnknownBlock(error)) throw error;
      await pause(wait);
    }
  }
}

/** What a call, or without `to` a creation, returns at the newest block. */
export function callLatest(
  provider: Provider,
  call: { to?: string; data: string; from?: string; gasLimit?: number },
): Promise<string> {
  return readLatest(provider, (blockTag) => provider.call({ ...call, blockTag }));
}

/**
 * What a view returned, decoded.
 *
 * @throws {RpcError} When it is not what such a view returns.
 */
export function decodeView(contract: Interface, name: string, result: string): Result {
  try {
    return contract.decodeFunctionResult(name, result);
  } catch (cause) {
    throw new RpcError({ reason: "malformed", details: `${name} returned ${result.slice(0, 80)}` }, { cause });
  }
}

/** The code of an account at the newest block; "0x" when it has none. */
export function codeOf(provider: Provider, account: string): Promise<string> {
  return readLatest(provider, (blockTag) => provider.getCode(account, blockTag));
}

/**
 * Waits while a provider counts fewer transactions of an account than are mined: a signer that numbers its transactions by
 * that would use a number twice.
 */
export async function awaitTransactionCount(provider: Provider, account: string): Promise<void> {
  for (const wait of CATCH_UP) {
    const [mined, pending] = await Promise.all([
      readLatest(provider, (blockTag) => provider.getTransactionCount(account, blockTag)),
      ask(provider.getTransactionCount(account, "pending")),
    ]);
    if (pending >= mined) return;
    await pause(wait);
  }
}

/** Whether a node does not have the block that was asked for; each client says it in its own words. */
function isUnknownBlock(error: unknown): boolean {
  if (!(error instanceof RpcError) || error.reason !== "refused") return false;
  return /header not found|unknown block|block not found|(could|can) ?not find block|after last accepted|invalid block number|block .*out of range/i.test(
    error.details,
  );
}

/**
 * The newest block that cannot be reorganized any more; -1 when there is none.
 *
 * @param latest The newest block's number.
 */
export async function finalBlock(provider: Provider, finality: Finality, latest: number): Promise<number> {
  if (typeof finality === "number") return Math.max(latest - finality, -1);
  const tagged = await taggedBlock(provider, finality);
  return tagged === undefined ? Math.max(latest - FALLBACK_CONFIRMATIONS, -1) : Math.min(tagged, latest);
}

/** A chain that does not know the tag answers with an error or with null. */
async function taggedBlock(provider: Provider, tag: "finalized" | "safe"): Promise<number | undefined> {
  try {
    return (await ask(provider.getBlock(tag)))?.number;
  } catch (error) {
    if (error instanceof RpcError && error.reason !== "refused") throw error;
    return undefined;
  }
}

/** Waits, by a timer. Aborting ends the wait at once. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    }
    signal?.addEventListener("abort", done);
    if (signal?.aborted) done();
  });
}
