/**
 * The demo's chain: Hardhat's JSON-RPC node on a loopback port, as a process of its own; in the tests on Anvil, Anvil.
 * It reports its address to the process that started it, and ends with it, however that ends.
 */
import { network } from "hardhat";
import { onAnvil, startAnvil } from "../anvil.ts";

const [initialDate, wanted] = process.argv.slice(2);
const wantedPort = Number(wanted ?? 0);
const options = initialDate === undefined ? {} : { initialDate };
process.on("disconnect", () => process.exit());
// Whoever started it may have ended while it loaded Hardhat.
if (process.send !== undefined && !process.connected) process.exit();
process.on("SIGTERM", () => process.exit());
// Ctrl-C reaches all processes of a terminal at once: the one that started this one ends it.
process.on("SIGINT", () => {});

async function startHardhat() {
  const server = await network.createServer({ network: "default", override: options }, "127.0.0.1", wantedPort);
  const { address, port } = await server.listen();
  return { url: `http://${address}:${port}` };
}

const { url } = await (onAnvil ? startAnvil({ ...options, port: wantedPort }) : startHardhat());
process.send?.(url);
