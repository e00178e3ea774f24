/**
 * `npm test`, after the build: both suites at the same time, because neither keeps two cores busy. What the Solidity tests say is
 * shown as they say it, what the SDK's tests say when both are done. Exit code 1 when either fails.
 */
import { spawn } from "node:child_process";

/** Runs a script of package.json, to its exit code. */
function run(script: string, onOutput: (text: string) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn("npm", ["run", "-s", script], {
      stdio: ["ignore", "pipe", "pipe"],
      shell: process.platform === "win32",
    });
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", onOutput);
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}

const kept: string[] = [];
const codes = await Promise.all([
  run("test:contracts", (text) => process.stdout.write(text)),
  run("test:sdk", (text) => kept.push(text)),
]);
process.stdout.write(kept.join(""));
process.exitCode = codes.every((code) => code === 0) ? 0 : 1;
