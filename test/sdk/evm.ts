/** The chains of the tests: Hardhat's, or, by `npm run test:anvil`, Anvil's. */
import type { TransactionReceipt, TransactionResponse } from "ethers";
import { network } from "hardhat";
import { type Node, onAnvil, startAnvil } from "../../scripts/anvil.ts";

export { onAnvil };

export interface ChainOptions {
  chainId?: number;
  /** The time of the first block, ISO 8601; else now. */
  initialDate?: string;
}

/** A new chain, connected to. */
export async function createChain(options: ChainOptions = {}) {
  if (!onAnvil) return network.create({ override: options });
  const { url } = await startAnvil(options);
  return network.create({ network: "localhost", override: { url, chainId: options.chainId ?? 31_337 } });
}

/** A new chain behind JSON-RPC on a free port. */
export async function startNode(
  options: ChainOptions = {},
): Promise<Omit<Node, "stop"> & { stop(): void | Promise<void> }> {
  if (onAnvil) return startAnvil(options);
  const server = await network.createServer({ override: options }, "127.0.0.1", 0);
  const { address, port } = await server.listen();
  return { url: `http://${address}:${port}`, stop: () => server.close() };
}

/** Waits until a transaction is in a block: Hardhat mines it before it answers, Anvil, as every other chain, thereafter. */
export async function mined(sent: Promise<TransactionResponse>): Promise<TransactionReceipt | null> {
  return (await sent).wait();
}
