/**
 * Where MicroEscrow is: one address on every chain, made from its code alone.
 */
import { getBytes, hexlify, keccak256 } from "ethers";
import { immutableRanges, microEscrowAddress } from "./generated/code.js";
import { recordedDeployments } from "./generated/deployments.js";
import type { Address, Hash } from "./types.js";

/** Chain ids of development nodes (Hardhat, Anvil; Ganache): nothing there is worth waiting for, and anything is free. */
export const localChainIds: readonly number[] = [31337, 1337];

/** What the EIP-712 domains of all escrows have. */
export const DOMAIN = { name: "MicroEscrow", version: "1" } as const;

/**
 * The address of MicroEscrow on a chain. It is the same on all, also where it is not deployed yet.
 *
 * @example
 * const call = approveCall({ escrow: escrowAddress(8453), agreement, index: 0, submission: 1 });
 */
export function escrowAddress(chainId: number): Address {
  const recorded = recordedDeployments.find((deployment) => deployment.chainId === chainId);
  return (recorded?.address ?? microEscrowAddress) as Address;
}

/**
 * The block of a recorded deployment, to start reading events from; 0 where none is recorded.
 *
 * @example
 * const connection = { provider, chainId: 8453, escrow: escrowAddress(8453) };
 * const startBlock = deploymentBlock(connection.chainId, connection.escrow);
 * const history = await getTimeline({ ...connection, startBlock }, agreement);
 */
export function deploymentBlock(chainId: number, escrow: Address): number {
  const recorded = recordedDeployments.find((one) => one.chainId === chainId && one.address === escrow);
  return recorded?.block ?? 0;
}

/**
 * keccak256 of a contract's code with its immutables set to zero: the same on every chain.
 *
 * @param ranges Where they stand; by default those of MicroEscrow.
 */
export function maskedHash(code: string, ranges = immutableRanges): Hash {
  const bytes = getBytes(code);
  for (const [start, length] of ranges) bytes.fill(0, start, start + length);
  return keccak256(hexlify(bytes)) as Hash;
}
