/**
 * What the SDK asks of an RPC endpoint, with typed errors, and what blocks it takes for safe.
 */
import type { Block, Provider } from "ethers";
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

/** The newest block. */
export async function latestBlock(provider: Provider): Promise<Block> {
  const block = await ask(provider.getBlock("latest"));
  if (block === null) throw new RpcError({ reason: "malformed", details: "the endpoint has no latest block" });
  return block;
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
