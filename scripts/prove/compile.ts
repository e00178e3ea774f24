/**
 * Compiles Solidity with npm's compiler and the settings of the deployed bytecode, and writes the artifacts where and as the
 * symbolic executor looks for them: `out/FILE.sol/CONTRACT.json` in its project's folder. Each compilation has its own thread.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { Worker } from "node:worker_threads";
import { settings } from "../../hardhat.config.ts";

export const root = join(import.meta.dirname, "../..");

interface Bytecode {
  object: string;
  linkReferences: object;
}

interface Output {
  errors?: { severity: string; formattedMessage: string }[];
  sources: Record<string, { id: number; ast: object }>;
  contracts: Record<
    string,
    Record<
      string,
      {
        abi: object[];
        metadata: string;
        evm: { bytecode: Bytecode; deployedBytecode: Bytecode; methodIdentifiers: Record<string, string> };
      }
    >
  >;
}

/** Runs in the thread: imports are read from the repository and its node_modules. */
const thread = `
  const { existsSync, readFileSync } = require("node:fs");
  const { join } = require("node:path");
  const { parentPort, workerData } = require("node:worker_threads");
  const solc = require(workerData.solc);
  const read = (path) => {
    const file = [workerData.root, join(workerData.root, "node_modules")].map((folder) => join(folder, path)).find(existsSync);
    return file === undefined ? { error: "no such file" } : { contents: readFileSync(file, "utf8") };
  };
  parentPort.postMessage(solc.compile(workerData.input, { import: read }));
`;

/**
 * @param sources Solidity by path from the repository's root.
 * @param project The folder that gets the artifacts.
 * @returns The init code of each contract of these sources.
 */
export async function compile(sources: Record<string, string>, project: string): Promise<Record<string, string>> {
  const input = JSON.stringify({
    language: "Solidity",
    sources: Object.fromEntries(Object.entries(sources).map(([path, content]) => [path, { content }])),
    settings: {
      ...settings,
      outputSelection: {
        "*": { "": ["ast"], "*": ["abi", "metadata", "evm.bytecode", "evm.deployedBytecode", "evm.methodIdentifiers"] },
      },
    },
  });
  const output = await new Promise<Output>((resolve, reject) => {
    const solc = createRequire(import.meta.url).resolve("solc");
    const worker = new Worker(thread, { eval: true, workerData: { input, root, solc } });
    worker.once("message", (json: string) => resolve(JSON.parse(json)));
    worker.once("error", reject);
  });
  const errors = (output.errors ?? []).filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join("\n"));

  const initCodes: Record<string, string> = {};
  for (const [path, contracts] of Object.entries(output.contracts)) {
    const folder = join(project, "out", basename(path));
    await mkdir(folder, { recursive: true });
    for (const [name, { abi, metadata, evm }] of Object.entries(contracts)) {
      const { id, ast } = output.sources[path] ?? {};
      const prefixed = ({ object, linkReferences }: Bytecode) => ({ object: `0x${object}`, linkReferences });
      const artifact = {
        abi,
        bytecode: prefixed(evm.bytecode),
        deployedBytecode: prefixed(evm.deployedBytecode),
        methodIdentifiers: evm.methodIdentifiers,
        metadata: metadata === "" ? { compiler: { version: "" } } : JSON.parse(metadata),
        ast,
        id,
      };
      await writeFile(join(folder, `${name}.json`), JSON.stringify(artifact));
      if (path in sources) initCodes[name] = artifact.bytecode.object;
    }
  }
  return initCodes;
}

export const readSource = (path: string): Promise<string> => readFile(join(root, path), "utf8");
