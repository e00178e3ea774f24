/**
 * The tests, after a build: `node scripts/test.ts [contracts] [sdk] [scripts]`, without a name all three. They run at the same
 * time, because none of them keeps two cores busy. What the first says is shown as it says it, what the others say when all
 * are done. Exit code 1 when one of them fails; with `--coverage` also when the SDK's tests reach less of it than .c8rc.json
 * asks for.
 *
 * None compiles: two builds at once would write Hardhat's cache at once.
 */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { expect, runScript } from "./script.ts";

const root = join(import.meta.dirname, "..");
const hardhat = join(root, "node_modules/hardhat/dist/src/cli.js");
const c8 = join(root, "node_modules/c8/bin/c8.js");

const suites: Readonly<Record<string, readonly string[]>> = {
  contracts: ["solidity"],
  sdk: ["mocha", ...testsIn("test/sdk")],
  scripts: ["mocha", ...testsIn("test/scripts")],
};

await runScript(async () => {
  const all = Object.keys(suites);
  const { values, positionals } = parseArgs({
    options: { coverage: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const names = positionals.length > 0 ? positionals : all;
  for (const name of names) expect(name in suites, `There are no tests named "${name}", but ${all.join(", ")}.`);
  const kept = names.map((): string[] => []);
  const codes = await Promise.all(
    names.map((name, position) => {
      const test = [hardhat, "test", ...(suites[name] ?? []), "--no-compile"];
      const command = values.coverage && name === "sdk" ? [c8, process.execPath, ...test] : test;
      return run(command, (text) => void (position === 0 ? process.stdout.write(text) : kept[position]?.push(text)));
    }),
  );
  process.stdout.write(kept.flat().join(""));
  return codes.every((code) => code === 0);
});

function testsIn(folder: string): string[] {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return files.filter((file) => file.endsWith(".test.ts")).map((file) => join(folder, file));
}

/** Runs a command of Node, to the exit code. */
function run(command: readonly string[], onOutput: (text: string) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, command, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", onOutput);
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}
