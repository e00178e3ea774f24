/**
 * `npm run demo:automation [-- --json]`: what happens by itself. Work is checked by the verifier and paid by the keeper, a model's
 * proposal is appealed to a panel, a court's ruling at the court, and 200 clocks run out while the keeper is killed and cut off.
 * The services run as processes, on a real JSON-RPC node with the real USDC code. Exit code 1 when anything is not as it should
 * be, above all the books.
 */
import { readOptions, runScript } from "./script.ts";

const options = readOptions("npm run -s demo:automation -- [--json]", { json: { type: "boolean", default: false } });
await runScript(async () => {
  const { runAutomation } = await import("./automation/run.ts");
  return runAutomation(options);
});
