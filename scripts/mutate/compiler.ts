/** The compiler that npm delivers, asked for what mutation needs of it. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Node } from "./ast.ts";

const require = createRequire(import.meta.url);
const root = join(import.meta.dirname, "../..");

/** What can be mutated, by its path as the compiler and Hardhat name it. `CONTRACT=name` chooses; its workers inherit it. */
const contracts = {
  MicroEscrow: "contracts/MicroEscrow.sol",
  SignedFunding: "contracts/periphery/SignedFunding.sol",
  Arbiter: "contracts/arbiters/Arbiter.sol",
  PanelArbiter: "contracts/arbiters/PanelArbiter.sol",
  AppealableArbiter: "contracts/arbiters/AppealableArbiter.sol",
  CourtArbiter: "contracts/arbiters/CourtArbiter.sol",
  KlerosArbiter: "contracts/arbiters/KlerosArbiter.sol",
} as const;

/** Of an abstract contract, the one that its mutants are deployed as part of. */
const deployedAs: Partial<Record<keyof typeof contracts, keyof typeof contracts>> = {
  Arbiter: "PanelArbiter",
  CourtArbiter: "KlerosArbiter",
};

export const contractName = nameOf(process.env.CONTRACT ?? "MicroEscrow");
export const contractPath = contracts[contractName];
/** What the tests deploy. */
export const deployedName = deployedAs[contractName] ?? contractName;
export const deployedPath = contracts[deployedName];

function nameOf(name: string): keyof typeof contracts {
  if (Object.hasOwn(contracts, name)) return name as keyof typeof contracts;
  throw new Error(`CONTRACT must be one of ${Object.keys(contracts).join(", ")}, not ${name}.`);
}

export type Settings = Record<string, unknown>;

export interface CompilerError {
  message: string;
  /** Where in the source; -1 where the compiler does not say. */
  position: number;
  /** The source is not Solidity; otherwise it is, and the compiler cannot make code of it: its stack is too deep, say. */
  refusesSource: boolean;
}

export type Compilation = { bytecode: string } | { errors: CompilerError[] };

/** The types of the errors that are about the source, as the compiler's documentation lists them. */
const SOURCE_ERRORS = ["ParserError", "SyntaxError", "DeclarationError", "TypeError", "DocstringParsingError"];

interface Output {
  errors?: { severity: string; type: string; formattedMessage: string; sourceLocation?: { start: number } }[];
  sources: Record<string, { ast: Node }>;
  contracts?: Record<string, Record<string, { evm: { bytecode: { object: string } } }>>;
}

/** The contract's source in the working tree. */
export function readContract(): string {
  return readFileSync(join(root, contractPath), "utf8");
}

/** The syntax trees of `source`, which takes the place of the file `path`, and of everything that it imports. */
export function parse(source: string, path: string): Record<string, { ast: Node }> {
  const output = run(source, path, { outputSelection: { "*": { "": ["ast"] } } });
  const [error] = errorsOf(output);
  if (error !== undefined) throw new Error(error.message);
  return output.sources;
}

/** The creation bytecode that `source` makes of the contract, or of the one that it is part of. */
export function compile(source: string, settings: Settings): Compilation {
  const selection = { [deployedPath]: { [deployedName]: ["evm.bytecode.object"] } };
  const output = run(source, contractPath, { ...settings, outputSelection: selection });
  const bytecode = output.contracts?.[deployedPath]?.[deployedName]?.evm.bytecode.object;
  if (bytecode === undefined || bytecode === "") return { errors: errorsOf(output) };
  return { bytecode: `0x${bytecode}` };
}

function errorsOf({ errors = [] }: Output): CompilerError[] {
  return errors
    .filter(({ severity }) => severity === "error")
    .map(({ type, formattedMessage, sourceLocation }) => ({
      message: formattedMessage,
      position: sourceLocation?.start ?? -1,
      refusesSource: SOURCE_ERRORS.includes(type),
    }));
}

function run(source: string, path: string, settings: Settings): Output {
  const sources: Record<string, { content: string }> = { [path]: { content: source } };
  if (path !== deployedPath) sources[deployedPath] = { content: readFileSync(join(root, deployedPath), "utf8") };
  const input = { language: "Solidity", sources, settings };
  return JSON.parse(require("solc").compile(JSON.stringify(input), { import: read }));
}

function read(path: string): { contents: string } | { error: string } {
  try {
    return { contents: readFileSync(path.startsWith("@") ? require.resolve(path) : join(root, path), "utf8") };
  } catch {
    return { error: `${path} not found` };
  }
}
