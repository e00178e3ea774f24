import { escrowInterface } from "../interfaces.js";
import type { Call } from "../types.js";
import { checkIndex, checkParameters, type MilestoneParameters, toCall } from "./action.js";

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
export function finalizeCall(parameters: FinalizeParameters & { readonly escrow: string }): Call {
  const { escrow, agreement, index } = checkParameters(parameters);
  return toCall(
    escrow,
    escrowInterface.encodeFunctionData("finalize", [agreement.terms, checkIndex(agreement, index)]),
  );
}
