/**
 * The two ABIs that the SDK speaks, with TypeChain's types.
 */
import { Interface } from "ethers";
import { microEscrowAbi } from "./generated/abi.js";
import type { ERC20Interface } from "./generated/ERC20.js";
import type { MicroEscrowInterface } from "./generated/MicroEscrow.js";
import { tokenAbi } from "./generated/tokenAbi.js";

/** Functions, events and errors of MicroEscrow. */
export const escrowInterface = /* @__PURE__ */ new Interface(microEscrowAbi) as MicroEscrowInterface;

/** ERC-20 with metadata, EIP-2612 permit and EIP-5267 domain, and the errors of ERC-6093. */
export const tokenInterface = /* @__PURE__ */ new Interface(tokenAbi) as ERC20Interface;
