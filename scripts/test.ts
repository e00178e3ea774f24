/**
 * The tests, after a build: `node scripts/test.ts [contracts] [sdk] [services] [scripts] [dapp]`, without a name all but those of
 * the web app (`dapp`), which need a browser. They run at the same time, because none of them keeps two cores busy. What the
 * first says is shown as it says it, what the others say when all are done. Exit code 1 when one of them fails; with `--coverage`
 * also when those of SDK and services reach less of the SDK than .c8rc.json asks for.
 *
 * None compiles: two builds at once would write Hardhat's cache at once.
 */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { expect, runScript } from "./script.ts";

const root = join(import.meta.dirname, "..");
const hardhat = join(root, "node_modules/hardhat/dist/src/cli.js");
const c8 = join(root, "node_modules/c8/bin/c8.js");
/** As .c8rc.json has it. */
const counts = join(root, "coverage/sdk/tmp");

/** The folders of test/sdk whose tests wait for processes and clocks more than they work. */
const services = ["judgement", "services", "verifier"].map((name) => join("test/sdk", name));

const suites: Readonly<Record<string, readonly string[]>> = {
  contracts: ["solidity"],
  sdk: ["mocha", ...testsIn("test/sdk").filter((file) => !services.includes(dirname(file)))],
  services: ["mocha", ...services.flatMap(testsIn)],
  scripts: ["mocha", ...testsIn("test/scripts")],
  dapp: ["mocha", ...testsIn("test/dapp")],
};

await runScript(async () => {
  const known = Object.keys(suites);
  const { values, positionals } = parseArgs({
    options: { coverage: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const names = positionals.length > 0 ? positionals : known.filter((name) => name !== "dapp");
  for (const name of names) expect(name in suites, `There are no tests named "${name}", but ${known.join(", ")}.`);
  const kept = names.map((): string[] => []);
  // What Node counts of each process of a suite is left there, and reported together.
  if (values.coverage) await rm(counts, { recursive: true, force: true });
  const codes = await Promise.all(
    names.map((name, position) => {
      const isCounted = values.coverage && (name === "sdk" || name === "services");
      const command = [hardhat, "test", ...(suites[name] ?? []), "--no-compile"];
      const show = (text: string) => void (position === 0 ? process.stdout.write(text) : kept[position]?.push(text));
      return run(command, isCounted ? { NODE_V8_COVERAGE: counts } : {}, show);
    }),
  );
  process.stdout.write(kept.flat().join(""));
  if (values.coverage) codes.push(await run([c8, "report"], {}, (text) => void process.stdout.write(text)));
  return codes.every((code) => code === 0);
});

function testsIn(folder: string): string[] {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return files.filter((file) => file.endsWith(".test.ts")).map((file) => join(folder, file));
}

/** Runs a command of Node, to the exit code. */
function run(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  onOutput: (text: string) => void,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = { cwd: root, env: { ...process.env, ...env } };
    const child = spawn(process.execPath, command, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", onOutput);
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}
