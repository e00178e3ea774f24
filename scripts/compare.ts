/**
 * `npm run compare [-- --out FILE.svg]`: the demo's three gigs, each paid three ways (an invoice at the end, one escrow for
 * everything, MicroEscrow), as tables and as a chart.
 */
import { parseArgs } from "node:util";
import { runScript } from "./demo/failure.ts";

await runScript(async () => {
  const { values } = parseArgs({ options: { out: { type: "string", default: "compare.svg" } } });
  const { runComparison } = await import("./compare/run.ts");
  await runComparison(values);
  return true;
});
