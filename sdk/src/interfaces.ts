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

/**
 * The values of a decoded struct, event or error by their names: some as numbers, the others as ethers has them. (Its own
 * `toObject` takes a time that grows with the square of their number.)
 */
export function namedValues<Fields>(
  result: Result,
  parameters: readonly { readonly name: string }[],
  numbers: readonly string[],
): Fields {
  const entries = parameters.map(({ name }) => {
    const value: unknown = result.getValue(name);
    return [name, numbers.includes(name) ? Number(value) : value];
  });
  return Object.fromEntries(entries) as Fields;
}
