/**
 * The demo's chain: Hardhat's JSON-RPC node on a free loopback port, as a process of its own. It reports its address to
 * the process that started it, and ends with it, however that ends.
 */
import { network } from "hardhat";

const [initialDate] = process.argv.slice(2);
process.on("disconnect", () => process.exit());

const server = await network.createServer(
  { network: "default", override: initialDate === undefined ? {} : { initialDate } },
  "127.0.0.1",
  0,
);
const { address, port } = await server.listen();
process.send?.(`http://${address}:${port}`);
