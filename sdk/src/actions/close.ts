import { toAddress } from "../address.js";
import type { Agreement, TypedData } from "../agreement.js";
import { escrowInterface } from "../interfaces.js";
import type { Call } from "../types.js";
import {
  actionTypedData,
  bySender,
  type CallParameters,
  checkAuthorization,
  type SigningParameters,
  toCall,
} from "./action.js";

/** Parameters of `close`. */
export interface CloseParameters {
  readonly agreement: Agreement;
  /** Who closes: the client or the freelancer. */
  readonly party: string;
}

/** The call that ends the funding of an agreement for good. What is funded already goes on as agreed. */
export function closeCall({
  escrow,
  agreement,
  party,
  authorization = bySender,
}: CloseParameters & CallParameters): Call {
  return toCall(
    escrow,
    escrowInterface.encodeFunctionData("close", [agreement.terms, toAddress(party), checkAuthorization(authorization)]),
  );
}

/** What a party signs so that somebody else can close for it. */
export function closeTypedData({
  agreement,
  ...location
}: { readonly agreement: Agreement } & SigningParameters): TypedData {
  return actionTypedData("Close(bytes32 agreement,uint256 deadline)", { agreement: agreement.id }, location);
}
