/**
 * The two ABIs that the SDK speaks, with TypeChain's types, and what is decoded by them as plain objects.
 */
import { Interface, type Result } from "ethers";
import { microEscrowAbi } from "./generated/abi.js";
import type { ERC20Interface } from "./generated/ERC20.js";
import type { MicroEscrowInterface } from "./generated/MicroEscrow.js";
import { tokenAbi } from "./generated/tokenAbi.js";

/** Functions, events and errors of MicroEscrow. */
export const escrowInterface = /* @__PURE__ */ new Interface(microEscrowAbi) as MicroEscrowInterface;

/** ERC-20 with metadata, EIP-2612 permit and EIP-5267 domain, and the errors of ERC-6093. */
export const tokenInterface = /* @__PURE__ */ new Interface(tokenAbi) as ERC20Interface;

/** The members of an object that are numbers. */
export type NumbersOf<Fields> = string &
  { [Name in keyof Fields]: Fields[Name] extends number ? Name : never }[keyof Fields];

/** The values of a decoded struct, event or error by their names: some as numbers, the others as ethers has them. */
export function namedValues<Fields>(result: Result, numbers: readonly string[]): Fields {
  const isNumber = new Set<string>(numbers);
  const values = Object.entries(result.toObject());
  return Object.fromEntries(
    values.map(([name, value]) => [name, isNumber.has(name) ? Number(value) : value]),
  ) as Fields;
}
