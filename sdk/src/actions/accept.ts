import { toAddress } from "../address.js";
import { type Agreement, agreementTypedData, type EscrowLocation, type TypedData } from "../agreement.js";
import { escrowInterface } from "../interfaces.js";
import type { Call, Hex } from "../types.js";
import { checkParameters, checkSignature, toCall } from "./action.js";

/** Parameters of `accept`. */
export interface AcceptParameters {
  readonly agreement: Agreement;
  /** Whose consent it is: the client or the freelancer. */
  readonly party: string;
  /** The party's signature over the agreement; left out when the party sends the call itself. */
  readonly signature?: Hex;
}

/**
 * The call that records a party's consent. Sending what is recorded already changes nothing.
 *
 * @throws {InvalidAddressError} When the escrow or the party is not an address.
 * @throws {InvalidHashError} When the signature is not hexadecimal.
 * @example
 * const call = acceptCall({ escrow: escrow.address, agreement, party: freelancer, signature: freelancerSignature });
 */
export function acceptCall(parameters: AcceptParameters & { readonly escrow: string }): Call {
  const { escrow, agreement, party, signature = "0x" } = checkParameters(parameters);
  return toCall(
    escrow,
    escrowInterface.encodeFunctionData("accept", [
      agreement.terms,
      [...agreement.schedule],
      toAddress(party),
      checkSignature(signature),
    ]),
  );
}

/**
 * What a party signs to consent: the agreement itself, with its whole schedule. It has no deadline: `fundBy` bounds it.
 *
 * @throws {InvalidAddressError} When the escrow is not an address.
 * @example
 * const { domain, types, message } = acceptTypedData({ ...escrow.connection, agreement });
 * const freelancerSignature = await freelancerSigner.signTypedData(domain, types, message);
 */
export function acceptTypedData(parameters: { readonly agreement: Agreement } & EscrowLocation): TypedData {
  const { agreement, ...location } = checkParameters(parameters);
  return agreementTypedData(agreement, location);
}
