import { Signature, type TypedDataDomain } from "ethers";
import { toAddress } from "../address.js";
import type { TypedData } from "../agreement.js";
import { checkObject } from "../check.js";
import { InvalidHashError } from "../errors.js";
import { escrowInterface } from "../interfaces.js";
import type { Call, Hex } from "../types.js";
import { checkTime } from "../validate.js";
import { checkAmount, checkSignature, toCall } from "./action.js";

/** Parameters of `permit`. */
export interface PermitParameters {
  /** An ERC-20 with EIP-2612. */
  readonly token: string;
  /** What the escrow may take, token base units. */
  readonly value: bigint;
  /** The permit is void after this time, Unix seconds. */
  readonly deadline: number;
  /** The payer's ECDSA signature of the permit, 65 bytes. */
  readonly signature: Hex;
}

/**
 * The call that uses the sender's permit, for a `fund` later in the same multicall. It never fails: the allowance
 * decides.
 *
 * @throws {InvalidAddressError} When the escrow or the token is not an address.
 * @throws {InvalidAmountError} When the value is not a bigint that fits 256 bits.
 * @throws {InvalidTimeError} When the deadline is not whole Unix seconds.
 * @throws {InvalidHashError} When the signature is not an ECDSA signature.
 * @example
 * const value = fundingAmount({ agreement, indices: [0] });
 * const permit = permitCall({ escrow: escrow.address, token: agreement.terms.token, value, deadline, signature });
 * const next = fundCall({ escrow: escrow.address, agreement, indices: [0] });
 * const call = multicallCall({ escrow: escrow.address, calls: [permit, next] });
 */
export function permitCall(parameters: PermitParameters & { readonly escrow: string }): Call {
  const { escrow, token, value, deadline, signature } = checkObject(parameters, "an object of parameters");
  const { v, r, s } = readSignature(signature);
  const terms = [toAddress(token), checkAmount(value, 256), checkTime(deadline)] as const;
  return toCall(escrow, escrowInterface.encodeFunctionData("permit", [...terms, v, r, s]));
}

/** @throws {InvalidHashError} When it is not an ECDSA signature. */
export function readSignature(signature: Hex): Pick<Signature, "v" | "r" | "s"> {
  try {
    // Read in here: one whose s is in the upper half is found only then.
    const { v, r, s } = Signature.from(checkSignature(signature));
    return { v, r, s };
  } catch (cause) {
    throw new InvalidHashError(signature, "is not an ECDSA signature of 65 bytes", { cause });
  }
}

/**
 * What the payer signs: an EIP-2612 permit for the escrow.
 *
 * @throws {InvalidAddressError} When the owner or the escrow is not an address.
 * @throws {InvalidAmountError} When the value is not a bigint that fits 256 bits.
 * @throws {InvalidTimeError} When the deadline is not whole Unix seconds.
 * @example
 * const { token } = agreement.terms;
 * const domain = { name: "USD Coin", version: "2", chainId: escrow.chainId, verifyingContract: token };
 * const permit = { owner: client, value: parseAmount("500", 6), nonce: 0n, deadline };
 * const typedData = permitTypedData({ domain, escrow: escrow.address, ...permit });
 */
export function permitTypedData(
  parameters: Pick<PermitParameters, "value" | "deadline"> & {
    /** The token's EIP-712 domain. */
    readonly domain: TypedDataDomain;
    readonly owner: string;
    readonly escrow: string;
    /** The owner's present nonce at the token. */
    readonly nonce: bigint;
  },
): TypedData {
  const { domain, owner, escrow, value, nonce, deadline } = checkObject(parameters, "an object of parameters");
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
    message: {
      owner: toAddress(owner),
      spender: toAddress(escrow),
      value: checkAmount(value, 256),
      nonce: checkAmount(nonce, 256),
      deadline: checkTime(deadline),
    },
  };
}
