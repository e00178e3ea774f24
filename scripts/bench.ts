/**
 * Measures MicroEscrow beside what people use today.
 *
 *   npm run bench              everything, peers included, in ten minutes; writes scripts/bench/{results.json,README.md},
 *                              .github/bench.svg and the README's tables
 *   npm run bench -- --check   what is ours, in a short form; fails when a figure is worse than on record
 */
import { readOptions, runScript } from "./script.ts";

const options = readOptions("npm run bench -- [--check]", { check: { type: "boolean", default: false } });
await runScript(async () => {
  const { check, measureAll } = await import("./bench/run.ts");
  return options.check ? check() : measureAll();
});
