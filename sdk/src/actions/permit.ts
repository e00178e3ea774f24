import { Signature, type TypedDataDomain } from "ethers";
import type { TypedData } from "../agreement.js";
import { escrowInterface } from "../interfaces.js";
import type { Address, Call, Hex } from "../types.js";
import { toCall } from "./action.js";

/** Parameters of `permit`. */
export interface PermitParameters {
  /** An ERC-20 with EIP-2612. */
  readonly token: Address;
  /** What the escrow may take, token base units. */
  readonly value: bigint;
  /** The permit is void after this time, Unix seconds. */
  readonly deadline: number;
  /** The payer's ECDSA signature of the permit, 65 bytes. */
  readonly signature: Hex;
}

/**
 * The call that uses the sender's permit, for a `fund` later in the same multicall. It never fails: the allowance decides.
 *
 * @example
 * const call = multicallCall({ escrow, calls: [permitCall({ escrow, ...permit }), fundCall({ escrow, agreement, indices })] });
 */
export function permitCall({
  escrow,
  token,
  value,
  deadline,
  signature,
}: PermitParameters & { readonly escrow: Address }): Call {
  const { v, r, s } = Signature.from(signature);
  return toCall(escrow, escrowInterface.encodeFunctionData("permit", [token, value, deadline, v, r, s]));
}

/** What the payer signs: an EIP-2612 permit for the escrow. */
export function permitTypedData({
  domain,
  owner,
  escrow,
  value,
  nonce,
  deadline,
}: Pick<PermitParameters, "value" | "deadline"> & {
  /** The token's EIP-712 domain. */
  readonly domain: TypedDataDomain;
  readonly owner: Address;
  readonly escrow: Address;
  /** The owner's present nonce at the token. */
  readonly nonce: bigint;
}): TypedData {
  return {
    domain,
    types: {
      Permit: [
        { name: "owner", type: "address" },
        { name: "spender", type: "address" },
        { name: "value", type: "uint256" },
        { name: "nonce", type: "uint256" },
        { name: "deadline", type: "uint256" },
      ],
    },
    primaryType: "Permit",
    message: { owner, spender: escrow, value, nonce, deadline },
  };
}
