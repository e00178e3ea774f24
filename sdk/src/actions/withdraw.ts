import { toAddress } from "../address.js";
import { checkObject } from "../check.js";
import { escrowInterface } from "../interfaces.js";
import type { Call } from "../types.js";
import { toCall } from "./action.js";

/** Parameters of `withdraw`. */
export interface WithdrawParameters {
  readonly token: string;
  /** Whose claimable balance is paid out, to that account itself. */
  readonly account: string;
}

/**
 * The call by which anybody pays an account the whole balance that waits for it.
 *
 * @throws {InvalidAddressError} When escrow, token or account is not an address.
 * @example
 * const call = withdrawCall({ escrow: escrow.address, token: agreement.terms.token, account: arbiter });
 */
export function withdrawCall(parameters: WithdrawParameters & { readonly escrow: string }): Call {
  const { escrow, token, account } = checkObject(parameters, "an object of parameters");
  return toCall(escrow, escrowInterface.encodeFunctionData("withdraw", [toAddress(token), toAddress(account)]));
}
