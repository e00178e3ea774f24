/** Starts, moves through time and stops the demo's chain. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { JsonRpcProvider, Network } from "ethers";
import { DemoError } from "./failure.ts";

/** Hardhat's chain id. */
export const chainId = 31337;

export interface Chain {
  /** Where the node answers JSON-RPC. */
  readonly url: string;
  /** The time of the latest block, Unix seconds. */
  now(): Promise<number>;
  /** Lets time pass until `time`, Unix seconds, and mines a block then. */
  passTimeUntil(time: number): Promise<void>;
  stop(): void;
}

/** A connection of one's own to the node, as every person in the demo has one. */
export function connect(url: string): JsonRpcProvider {
  // No cache, because time jumps between two requests; no batches, because waiting for more requests takes time.
  const options = { staticNetwork: Network.from(chainId), cacheTimeout: -1, batchMaxCount: 1 };
  return new JsonRpcProvider(url, undefined, options);
}

/**
 * Starts a Hardhat node in a process of its own, on a free port of 127.0.0.1.
 *
 * @param begins The time of its first block, ISO 8601.
 * @throws {DemoError} When the node does not start.
 */
export async function startChain(begins: string): Promise<Chain> {
  const root = join(import.meta.dirname, "../..");
  const child = fork(join(import.meta.dirname, "node.ts"), [begins], {
    cwd: root,
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let complaints = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    complaints += text;
  });

  const aborted = new AbortController();
  const { signal } = aborted;
  const started = once(child, "message", { signal }).then(([url]) => url as string);
  const ended = once(child, "close", { signal }).then(() => undefined);
  const late = AbortSignal.timeout(20_000);
  const timedOut = once(late, "abort", { signal }).then(() => undefined);
  const url = await Promise.race([started, ended, timedOut]).finally(() => {
    for (const promise of [started, ended, timedOut]) promise.catch(() => undefined);
    aborted.abort();
  });
  if (url === undefined) {
    child.kill();
    const reason = complaints.split("\n").find((line) => /error/i.test(line)) ?? complaints.split("\n")[0];
    throw new DemoError(
      late.aborted
        ? "The Hardhat node did not start within 20 seconds. Is the machine very busy? Try once more."
        : `The Hardhat node did not start: ${reason?.trim() || "it gave no reason"}. Try \`npm ci\`, then once more.`,
    );
  }

  const provider = connect(url);
  return {
    url,
    async now() {
      const block = await provider.getBlock("latest");
      if (block === null) throw new DemoError(`The Hardhat node at ${url} has no blocks.`);
      return block.timestamp;
    },
    async passTimeUntil(time) {
      await provider.send("evm_setNextBlockTimestamp", [time]);
      await provider.send("evm_mine", []);
    },
    stop() {
      provider.destroy();
      child.kill();
    },
  };
}
