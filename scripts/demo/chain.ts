/** Starts, moves through time and stops the demo's chain. */
import { fork } from "node:child_process";
import { join } from "node:path";
import { JsonRpcProvider, Network } from "ethers";
import { ScriptError } from "../script.ts";

/** Hardhat's chain id. */
const chainId = 31337;

export interface Chain {
  /** Where the node answers JSON-RPC. */
  readonly url: string;
  /** Lets time pass until `time`, Unix seconds, and mines a block then. */
  passTimeUntil(time: number): Promise<void>;
  stop(): void;
  /** Settles when the node's process has ended, whoever ended it. */
  readonly ended: Promise<void>;
}

/** A connection of one's own to the node, as every person in the demo has one. */
export function connect(url: string): JsonRpcProvider {
  // No cache, because time jumps between two requests; no batches, because waiting for more requests takes time.
  const options = { staticNetwork: Network.from(chainId), cacheTimeout: -1, batchMaxCount: 1 };
  return new JsonRpcProvider(url, undefined, options);
}

/**
 * Starts a Hardhat node in a process of its own, on 127.0.0.1.
 *
 * @param begins The time of its first block, ISO 8601. Time goes on from there, and from wherever it is moved to.
 * @param port By default any free one.
 * @throws {ScriptError} When the node does not start.
 */
export async function startChain(begins: string, port = 0): Promise<Chain> {
  const root = join(import.meta.dirname, "../..");
  const child = fork(join(import.meta.dirname, "node.ts"), [begins, String(port)], {
    cwd: root,
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  // It would end by itself with this process, but not before it has loaded Hardhat.
  const kill = () => child.kill();
  process.once("exit", kill);
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => {
      process.off("exit", kill);
      resolve();
    });
  });
  let complaints = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    complaints += text;
  });
  const url = await new Promise<string>((resolve, reject) => {
    const fail = (reason: string) => {
      clearTimeout(patience);
      kill();
      reject(new ScriptError(`The Hardhat node did not start. ${reason}`));
    };
    const patience = setTimeout(fail, 60_000, "It had a minute. Is the machine very busy? Try once more.");
    child.once("message", (message) => {
      clearTimeout(patience);
      resolve(String(message));
    });
    child.once("error", (error) => fail(error.message));
    child.once("close", () => {
      const error = complaints.split("\n").find((line) => /^\w*Error\b/.test(line));
      fail(`${error ?? "It gave no reason."}\nTry \`npm ci\`, then once more.`);
    });
  });

  const provider = connect(url);
  return {
    url,
    async passTimeUntil(time) {
      await provider.send("evm_setNextBlockTimestamp", [time]);
      await provider.send("evm_mine", []);
    },
    stop() {
      provider.destroy();
      kill();
    },
    ended,
  };
}
