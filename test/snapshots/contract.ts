/** What the contract is made of, as text: its bytecode, interface, storage and typed data. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { dataLength, EventFragment, getCreate2Address, Interface, id, keccak256, type NamedFragment } from "ethers";
import hre from "hardhat";

const root = join(import.meta.dirname, "../..");
const source = "contracts/MicroEscrow.sol";
const artifact = await hre.artifacts.readArtifact("MicroEscrow");
const escrow = new Interface(artifact.abi);

/** Sizes, the hash that decides the address, and the address. */
export async function bytecodeLines(): Promise<string[]> {
  const { deployer, salt } = JSON.parse(await readFile(join(root, "deployments/create2.json"), "utf8"));
  const initCodeHash = keccak256(artifact.bytecode);
  const number = (value: number) => value.toLocaleString("en-US");
  return [
    `deployed bytecode   ${number(dataLength(artifact.deployedBytecode))} bytes of 24,576`,
    `init code           ${number(dataLength(artifact.bytecode))} bytes of 49,152`,
    `init code hash      ${initCodeHash}`,
    `CREATE2 deployer    ${deployer}`,
    `salt                ${salt}`,
    `address             ${getCreate2Address(deployer, salt, initCodeHash)}`,
  ];
}

/** The ABI as people write it, a line each. */
export async function abiLines(): Promise<string[]> {
  return escrow.format(false).sort();
}

/** What calls, errors and events are recognized by. */
export async function selectorLines(): Promise<string[]> {
  const line = (fragment: NamedFragment) => {
    const signature = fragment.format("sighash");
    const hash = id(signature);
    return `${fragment.type.padEnd(9)} ${EventFragment.isFragment(fragment) ? hash : hash.slice(0, 10)} ${signature}`;
  };
  return escrow.fragments
    .filter((fragment) => fragment.type !== "constructor")
    .map((fragment) => line(fragment as NamedFragment))
    .sort();
}

/** The types that are signed, and their hashes as they stand in the bytecode. */
export async function typedDataLines(): Promise<string[]> {
  const text = await readFile(join(root, source), "utf8");
  const types = [...text.matchAll(/constant \w+_TYPEHASH = keccak256\(([^;]+)\);/g)].map(([, literals = ""]) =>
    [...literals.matchAll(/"([^"]*)"/g)].map(([, part]) => part).join(""),
  );
  return types.map((type) => {
    const hash = id(type);
    const compiled = artifact.deployedBytecode.includes(hash.slice(2)) ? "" : " (not in the bytecode)";
    return `${hash}${compiled} ${type}`;
  });
}

interface Variable {
  readonly label: string;
  readonly slot: string;
  readonly offset: number;
  readonly type: string;
}

interface StorageLayout {
  readonly storage: readonly Variable[];
  readonly types: Record<string, { readonly label: string; readonly numberOfBytes: string; members?: Variable[] }>;
}

/** Where the contract's variables stand, and the members of the structs among them. The compiler's own answer. */
export async function storageLines(): Promise<string[]> {
  const buildInfo = join(root, `artifacts/build-info/${artifact.buildInfoId}.json`);
  const { input } = JSON.parse(await readFile(buildInfo, "utf8"));
  const selection = { [artifact.inputSourceName ?? ""]: { MicroEscrow: ["storageLayout"] } };
  const solc: { compile(input: string): string } = createRequire(import.meta.url)("solc");
  const output = JSON.parse(
    solc.compile(JSON.stringify({ ...input, settings: { ...input.settings, outputSelection: selection } })),
  );
  const { storage, types }: StorageLayout = output.contracts[artifact.inputSourceName ?? ""].MicroEscrow.storageLayout;
  const line = ({ label, slot, offset, type }: Variable, indent = "") => {
    const { label: name, numberOfBytes } = types[type] ?? { label: type, numberOfBytes: "?" };
    return `${indent}slot ${slot}, byte ${offset}: ${label}, ${name}, ${numberOfBytes} bytes`;
  };
  const structs = Object.values(types).flatMap(({ label, numberOfBytes, members = [] }) =>
    members.length === 0
      ? []
      : ["", `${label}, ${numberOfBytes} bytes`, ...members.map((member) => line(member, "  "))],
  );
  return [...storage.map((variable) => line(variable)), ...structs];
}
