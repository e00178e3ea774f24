/**
 * What nobody should change without seeing it: gas, bytecode, ABI, selectors, storage layout and typed data. Each is a file of lines
 * in test/snapshots. `npm run snapshots` writes them anew; the difference belongs into the commit that causes it.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { type ArbiterName, measureArbiters } from "../../scripts/gas/arbiters.ts";
import {
  abiLines,
  bytecodeLines,
  type ContractName,
  selectorLines,
  storageLines,
  typedDataLines,
} from "../snapshots/contract.ts";
import { gasLines } from "../snapshots/gas.ts";
import { signedFundingGasLines } from "../snapshots/signedFundingGas.ts";

const snapshots: Readonly<Record<string, () => Promise<string[]>>> = {
  abi: () => abiLines("MicroEscrow"),
  bytecode: () => bytecodeLines("MicroEscrow"),
  gas: gasLines,
  selectors: () => selectorLines("MicroEscrow"),
  storage: () => storageLines("MicroEscrow"),
  "typed-data": () => typedDataLines("MicroEscrow"),
  "signed-funding": async () => linesOf("SignedFunding", await signedFundingGasLines()),
  "panel-arbiter": () => arbiterLines("PanelArbiter"),
  "appealable-arbiter": () => arbiterLines("AppealableArbiter"),
  "kleros-arbiter": () => arbiterLines("KlerosArbiter"),
};

let arbiterGas: ReturnType<typeof measureArbiters> | undefined;
async function arbiterLines(name: ArbiterName): Promise<string[]> {
  arbiterGas ??= measureArbiters();
  const { [name]: rows } = await arbiterGas;
  return linesOf(
    name,
    Object.entries(rows).map(([row, gas]) => `${row.padEnd(42)} ${gas.toLocaleString("en-US").padStart(9)}`),
  );
}

/** All of a small contract beside the escrow in one file. */
async function linesOf(name: ContractName, gas: readonly string[]): Promise<string[]> {
  const [storage, types] = [await storageLines(name), await typedDataLines(name)];
  const parts = {
    Bytecode: await bytecodeLines(name),
    ABI: await abiLines(name),
    Selectors: await selectorLines(name),
    Storage: storage.length === 0 ? ["none"] : storage,
    "Typed data": types.length === 0 ? ["none"] : types,
    Gas: gas,
  };
  return Object.entries(parts).flatMap(([title, lines], position) => [
    ...(position === 0 ? [] : [""]),
    ...[title, ...lines.map((line) => (line === "" ? "" : `  ${line}`))],
  ]);
}

describe("The snapshot of the", () => {
  for (const [name, lines] of Object.entries(snapshots)) {
    it(name, async function () {
      this.timeout(120_000);
      const path = join(import.meta.dirname, `../snapshots/${name}.txt`);
      const now = await lines();
      if (process.env.SNAPSHOT === "update") writeFileSync(path, `${now.join("\n")}\n`);
      const recorded = existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(0, -1) : [];
      const difference = [
        ...recorded.filter((line) => !now.includes(line)).map((line) => `- ${line}`),
        ...now.filter((line) => !recorded.includes(line)).map((line) => `+ ${line}`),
      ];
      if (now.join("\n") !== recorded.join("\n")) {
        expect.fail(
          `test/snapshots/${name}.txt is not what the contract is now:\n${difference.join("\n") || "(the order of its lines)"}\n` +
            "If that is meant, renew it with `npm run snapshots` and commit it.",
        );
      }
    });
  }
});
