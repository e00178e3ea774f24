import { escrowInterface } from "../interfaces.js";
import type { Call } from "../types.js";
import { checkIndex, type MilestoneParameters, toCall } from "./action.js";

/** Parameters of `finalize`. */
export type FinalizeParameters = MilestoneParameters;

/**
 * The call by which anybody makes the default outcome happen, once the milestone's clock has run out.
 *
 * @throws {InvalidAddressError} When the escrow is not an address.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @example
 * const call = finalizeCall({ escrow: escrow.address, agreement, index: 0 });
 */
export function finalizeCall({ escrow, agreement, index }: FinalizeParameters & { readonly escrow: string }): Call {
  return toCall(
    escrow,
    escrowInterface.encodeFunctionData("finalize", [agreement.terms, checkIndex(agreement, index)]),
  );
}
