/**
 * `npm run demo [-- --json]`: three gigs from agreement to the last cent, on a real JSON-RPC node with the real USDC code,
 * through the SDK. Exit code 1 when anything is not as it should be, above all the books.
 */
import { readOptions, runScript } from "./script.ts";

const options = readOptions("npm run -s demo -- [--json]", { json: { type: "boolean", default: false } });
await runScript(async () => {
  const { runDemo } = await import("./demo/run.ts");
  return runDemo(options);
});
