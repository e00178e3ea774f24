/**
 * That the Solidity tests reach every line of the contracts, or exit code 1. Hardhat counts a line as covered only when every
 * statement on it ran, so this is every statement too. Instrumented artifacts stay in coverage/, apart from the real ones: these
 * tests count what is reached, and are not those that must pass. What the SDK's tests reach: `node scripts/test.ts sdk services --coverage`.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import config from "../hardhat.config.ts";

const root = join(import.meta.dirname, "..");

const paths = { ...config.paths, artifacts: "coverage/artifacts", cache: "coverage/cache" };
/** Lines are covered by few inputs or by none; what many inputs show, `npm test` shows. */
const solidity = { ...config.test?.solidity, fuzz: { runs: 20 }, invariant: { runs: 1, depth: 20 } };
const hre = await createHardhatRuntimeEnvironment({ ...config, paths, test: { solidity } }, { coverage: true }, root);
const { success } = await hre.tasks.getTask(["test", "solidity"]).run();
if (!success) {
  console.error("A Solidity test fails.");
  process.exitCode = 1;
}

// lcov: per file "SF:path", per line "DA:line,hits".
const report = await readFile(join(root, "coverage/lcov.info"), "utf8");
const lines: { file: string; line: number; hits: number }[] = [];
for (const record of report.split("end_of_record")) {
  const file = /^SF:(.*)$/m.exec(record)?.[1] ?? "";
  for (const [, line, hits] of record.matchAll(/^DA:(\d+),(\d+)$/gm)) {
    lines.push({ file, line: Number(line), hits: Number(hits) });
  }
}
const missed = lines.filter(({ hits }) => hits === 0);
console.log(`Contracts: ${lines.length - missed.length} of ${lines.length} lines covered.`);
if (!lines.some(({ file }) => file === "contracts/MicroEscrow.sol")) {
  console.error("contracts/MicroEscrow.sol is not in the report.");
  process.exitCode = 1;
}
for (const { file, line } of missed) {
  console.error(`${file}:${line} is not covered.`);
  process.exitCode = 1;
}
