/**
 * `npm run demo [-- --json]`: three gigs from agreement to the last cent, on a real JSON-RPC node with the real USDC code,
 * through the SDK. Exit code 1 when anything is not as it should be, above all the books.
 */
import { parseArgs } from "node:util";
import { runScript } from "./demo/failure.ts";

await runScript(async () => {
  const { values } = parseArgs({ options: { json: { type: "boolean", default: false } } });
  const { runDemo } = await import("./demo/run.ts");
  return runDemo(values);
});
