/**
 * Measures what each step of a milestone costs, and fails when one costs more than it may, or an exit more in a longer
 * agreement: `npm run gas [-- --json]`. What it is measured on stands in gas/chain.ts.
 */
import { readOptions, runScript } from "./script.ts";

const options = readOptions("npm run -s gas -- [--json]", { json: { type: "boolean", default: false } });
await runScript(async () => {
  const { runGas } = await import("./gas/run.ts");
  return runGas(options);
});
