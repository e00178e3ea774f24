import { toHash } from "../address.js";
import type { TypedData } from "../agreement.js";
import { escrowInterface } from "../interfaces.js";
import type { Call, Hash } from "../types.js";
import {
  actionTypedData,
  bySender,
  type CallParameters,
  checkAuthorization,
  checkIndex,
  checkSubmission,
  type MilestoneParameters,
  type SigningParameters,
  toCall,
} from "./action.js";

/** Parameters of `requestChanges`. */
export interface RequestChangesParameters extends MilestoneParameters {
  /** The submission that this decides about. */
  readonly submission: number;
  /** SHA-256 of the text that says what to change. */
  readonly reason: Hash;
}

/**
 * The call by which the client asks for changes.
 *
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @example
 * const call = requestChangesCall({ escrow, agreement, index: 0, submission: 1, reason: hashText("The logo is missing") });
 */
export function requestChangesCall({
  escrow,
  agreement,
  index,
  submission,
  reason,
  authorization = bySender,
}: RequestChangesParameters & CallParameters): Call {
  return toCall(
    escrow,
    escrowInterface.encodeFunctionData("requestChanges", [
      agreement.terms,
      checkIndex(agreement, index),
      checkSubmission(submission),
      toHash(reason),
      checkAuthorization(authorization),
    ]),
  );
}

/** What the client signs so that somebody else can send its request. */
export function requestChangesTypedData({
  agreement,
  index,
  submission,
  reason,
  ...location
}: RequestChangesParameters & SigningParameters): TypedData {
  return actionTypedData(
    "RequestChanges(bytes32 agreement,uint256 milestone,uint256 submission,bytes32 reason,uint256 deadline)",
    {
      agreement: agreement.id,
      milestone: checkIndex(agreement, index),
      submission: checkSubmission(submission),
      reason: toHash(reason),
    },
    location,
  );
}
