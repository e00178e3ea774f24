/**
 * The tests, after a build: `node scripts/test.ts [contracts] [sdk] [scripts]`. Without a name all three, and it is enough that
 * the contracts are compiled: the SDK is built while their tests run. All run at the same time, because none keeps two cores
 * busy. What the first says is shown as it says it, what the others say when all are done. Exit code 1 when one of them fails.
 *
 * None compiles: two builds at once would write Hardhat's cache at once.
 */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, runScript } from "./script.ts";

const root = join(import.meta.dirname, "..");
const hardhat = join(root, "node_modules/hardhat/dist/src/cli.js");

/** The tests start dozens of scripts, each of which loads Hardhat. Functions out of a cache are not seen by coverage. */
const cached = process.env.NODE_V8_COVERAGE === undefined && { NODE_COMPILE_CACHE: join(root, "cache/node") };
const env = { ...process.env, ...cached };

const suites: Readonly<Record<string, readonly string[]>> = {
  contracts: ["solidity"],
  sdk: ["mocha", ...testsIn("test/sdk")],
  scripts: ["mocha", ...testsIn("test/scripts")],
};

await runScript(async () => {
  const all = Object.keys(suites);
  const names = process.argv.length > 2 ? process.argv.slice(2) : all;
  for (const name of names) expect(name in suites, `There are no tests named "${name}", but ${all.join(", ")}.`);
  const kept: string[] = [];
  const keep = (text: string) => void kept.push(text);
  const show = (text: string) => void process.stdout.write(text);
  const sdk = names === all ? run("npm", ["run", "-s", "build"], show) : 0;
  const codes = await Promise.all(
    names.map(async (name, position) => {
      if (name !== "contracts" && (await sdk) !== 0) return 1;
      const command = [hardhat, "test", ...(suites[name] ?? []), "--no-compile"];
      return run(process.execPath, command, position === 0 ? show : keep);
    }),
  );
  process.stdout.write(kept.join(""));
  return codes.every((code) => code === 0);
});

function testsIn(folder: string): string[] {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return files.filter((file) => file.endsWith(".test.ts")).map((file) => join(folder, file));
}

/** Runs a command, to the exit code. */
function run(file: string, options: readonly string[], onOutput: (text: string) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, options, {
      cwd: root,
      env,
      stdio: ["ignore", "pipe", "pipe"],
      shell: process.platform === "win32" && file === "npm",
    });
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", onOutput);
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}
