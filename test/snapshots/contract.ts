/** What the contracts are made of, as text: their bytecode, interface, storage and typed data. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import {
  concat,
  dataLength,
  EventFragment,
  getCreate2Address,
  Interface,
  id,
  keccak256,
  type NamedFragment,
  zeroPadValue,
} from "ethers";
import hre from "hardhat";

const root = join(import.meta.dirname, "../..");

/** A contract, and what its address is recorded in, unless it has as many as there are arguments for its constructor. */
interface Contract {
  readonly source: string;
  readonly release?: string;
  /** The constructor's arguments, encoded. */
  readonly args?: () => Promise<string>;
}

const readRelease = async (file: string) => JSON.parse(await readFile(join(root, "deployments", file), "utf8"));

const contracts = {
  MicroEscrow: { source: "contracts/MicroEscrow.sol", release: "create2.json", args: async () => "0x" },
  SignedFunding: {
    source: "contracts/periphery/SignedFunding.sol",
    release: "signedFunding.json",
    args: async () => zeroPadValue((await readRelease("create2.json")).address, 32),
  },
  PanelArbiter: { source: "contracts/arbiters/PanelArbiter.sol" },
  AppealableArbiter: { source: "contracts/arbiters/AppealableArbiter.sol" },
  KlerosArbiter: { source: "contracts/arbiters/KlerosArbiter.sol" },
} as const satisfies Record<string, Contract>;

export type ContractName = keyof typeof contracts;

const abiOf = async (name: ContractName) => new Interface((await hre.artifacts.readArtifact(name)).abi);

/** Sizes, the hash that decides the address, and the address where there is one; without it, of the init code before its arguments. */
export async function bytecodeLines(name: ContractName): Promise<string[]> {
  const { bytecode, deployedBytecode } = await hre.artifacts.readArtifact(name);
  const { release, args }: Contract = contracts[name];
  const initCode = concat([bytecode, (await args?.()) ?? "0x"]);
  const initCodeHash = keccak256(initCode);
  const number = (value: number) => value.toLocaleString("en-US");
  const lines = [
    `deployed bytecode   ${number(dataLength(deployedBytecode))} bytes of 24,576`,
    `init code           ${number(dataLength(initCode))} bytes of 49,152`,
    `init code hash      ${initCodeHash}`,
  ];
  if (release === undefined) return lines;
  const { deployer, salt } = await readRelease(release);
  return [
    ...lines,
    `CREATE2 deployer    ${deployer}`,
    `salt                ${salt}`,
    `address             ${getCreate2Address(deployer, salt, initCodeHash)}`,
  ];
}

/** The ABI as people write it, a line each. */
export async function abiLines(name: ContractName): Promise<string[]> {
  return (await abiOf(name)).format(false).sort();
}

/** What calls, errors and events are recognized by. */
export async function selectorLines(name: ContractName): Promise<string[]> {
  const line = (fragment: NamedFragment) => {
    const signature = fragment.format("sighash");
    const hash = id(signature);
    return `${fragment.type.padEnd(9)} ${EventFragment.isFragment(fragment) ? hash : hash.slice(0, 10)} ${signature}`;
  };
  return (await abiOf(name)).fragments
    .filter((fragment) => fragment.type !== "constructor")
    .map((fragment) => line(fragment as NamedFragment))
    .sort();
}

/** The types that are signed, and their hashes as they stand in the bytecode. */
export async function typedDataLines(name: ContractName): Promise<string[]> {
  const text = await readFile(join(root, contracts[name].source), "utf8");
  const { deployedBytecode } = await hre.artifacts.readArtifact(name);
  const types = [...text.matchAll(/constant \w+_TYPEHASH = keccak256\(([^;]+)\);/g)].map(([, literals = ""]) =>
    [...literals.matchAll(/"([^"]*)"/g)].map(([, part]) => part).join(""),
  );
  return types.map((type) => {
    const hash = id(type);
    const compiled = deployedBytecode.includes(hash.slice(2)) ? "" : " (not in the bytecode)";
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
  /** null where there is no storage. */
  readonly types: Record<
    string,
    { readonly label: string; readonly numberOfBytes: string; members?: Variable[] }
  > | null;
}

/** Where the contract's variables stand, and the members of the structs among them. The compiler's own answer. */
export async function storageLines(name: ContractName): Promise<string[]> {
  const artifact = await hre.artifacts.readArtifact(name);
  const buildInfo = join(root, `artifacts/build-info/${artifact.buildInfoId}.json`);
  const { input } = JSON.parse(await readFile(buildInfo, "utf8"));
  const selection = { [artifact.inputSourceName ?? ""]: { [name]: ["storageLayout"] } };
  const solc: { compile(input: string): string } = createRequire(import.meta.url)("solc");
  const output = JSON.parse(
    solc.compile(JSON.stringify({ ...input, settings: { ...input.settings, outputSelection: selection } })),
  );
  const { storage, types }: StorageLayout = output.contracts[artifact.inputSourceName ?? ""][name].storageLayout;
  const line = ({ label, slot, offset, type }: Variable, indent = "") => {
    const { label: name, numberOfBytes } = types?.[type] ?? { label: type, numberOfBytes: "?" };
    return `${indent}slot ${slot}, byte ${offset}: ${label}, ${name}, ${numberOfBytes} bytes`;
  };
  const structs = Object.values(types ?? {}).flatMap(({ label, numberOfBytes, members = [] }) =>
    members.length === 0
      ? []
      : ["", `${label}, ${numberOfBytes} bytes`, ...members.map((member) => line(member, "  "))],
  );
  return [...storage.map((variable) => line(variable)), ...structs];
}
