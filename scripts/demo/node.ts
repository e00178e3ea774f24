/**
 * The demo's chain: Hardhat's JSON-RPC node on a free loopback port, as a process of its own; in the tests on Anvil, Anvil.
 * It reports its address to the process that started it, and ends with it, however that ends.
 */
import { network } from "hardhat";
import { onAnvil, startAnvil } from "../anvil.ts";

const [initialDate] = process.argv.slice(2);
const options = initialDate === undefined ? {} : { initialDate };
process.on("disconnect", () => process.exit());
process.on("SIGTERM", () => process.exit());

async function startHardhat() {
  const server = await network.createServer({ network: "default", override: options }, "127.0.0.1", 0);
  const { address, port } = await server.listen();
  return { url: `http://${address}:${port}` };
}

const { url } = await (onAnvil ? startAnvil(options) : startHardhat());
process.send?.(url);
