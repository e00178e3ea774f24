/**
 * `npm run compare [-- --out FILE.svg]`: the demo's three gigs, each paid three ways (an invoice at the end, one escrow for
 * everything, MicroEscrow), as tables and as a chart.
 */
import { readOptions, runScript } from "./script.ts";

const options = readOptions("npm run compare -- [--out FILE.svg]", { out: { type: "string", default: "compare.svg" } });
await runScript(async () => {
  const { runComparison } = await import("./compare/run.ts");
  await runComparison(options);
});
