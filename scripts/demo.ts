/**
 * `npm run demo [-- --json]`: three gigs from agreement to the last cent, on a real JSON-RPC node with the real USDC code,
 * through the SDK. Exit code 1 when anything is not as it should be, above all the books.
 */
import { parseArgs } from "node:util";

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { json: { type: "boolean", default: false } } });
  // Imported here, so that a missing build is a message and no stack trace.
  const { runDemo } = await import("./demo/run.ts");
  return (await runDemo({ json: values.json })) ? 0 : 1;
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const missing =
    "code" in error && error.code === "ERR_MODULE_NOT_FOUND" && error.message.includes("@micro-escrow/sdk");
  return missing ? "The SDK is not built. Run `npm run build:sdk` first." : error.message;
}

// The reader of a pipe may go at any time (`npm run demo | head`).
process.stdout.on("error", () => process.exit(1));

process.exitCode = await main().catch((error: unknown) => {
  console.error(`\nThe demo did not finish: ${explain(error)}`);
  return 1;
});
