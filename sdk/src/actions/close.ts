import { toAddress } from "../address.js";
import type { Agreement, TypedData } from "../agreement.js";
import { escrowInterface } from "../interfaces.js";
import type { Call } from "../types.js";
import {
  actionTypedData,
  bySender,
  type CallParameters,
  checkAuthorization,
  checkParameters,
  type SigningParameters,
  toCall,
} from "./action.js";

/** Parameters of `close`. */
export interface CloseParameters {
  readonly agreement: Agreement;
  /** Who closes: the client or the freelancer. */
  readonly party: string;
}

/**
 * The call that ends the funding of an agreement for good. What is funded already goes on as agreed.
 *
 * @throws {InvalidAddressError} When the escrow or the party is not an address.
 * @throws {InvalidHashError} When the authorization's signature is not hexadecimal.
 * @throws {InvalidTimeError} When the authorization's deadline is not whole Unix seconds.
 * @example
 * const call = closeCall({ escrow: escrow.address, agreement, party: client });
 */
export function closeCall(parameters: CloseParameters & CallParameters): Call {
  const { escrow, agreement, party, authorization = bySender } = checkParameters(parameters);
  return toCall(
    escrow,
    escrowInterface.encodeFunctionData("close", [agreement.terms, toAddress(party), checkAuthorization(authorization)]),
  );
}

/**
 * What a party signs so that somebody else can close for it.
 *
 * @throws {InvalidAddressError} When the escrow is not an address.
 * @throws {InvalidTimeError} When the deadline is not whole Unix seconds.
 * @example
 * const typedData = closeTypedData({ ...escrow.connection, agreement, deadline });
 */
export function closeTypedData(parameters: { readonly agreement: Agreement } & SigningParameters): TypedData {
  const { agreement, ...location } = checkParameters(parameters);
  return actionTypedData("Close(bytes32 agreement,uint256 deadline)", { agreement: agreement.id }, location);
}
