import type { TypedData } from "../agreement.js";
import { escrowInterface } from "../interfaces.js";
import type { Call } from "../types.js";
import {
  actionTypedData,
  bySender,
  type CallParameters,
  checkAmount,
  checkAuthorization,
  checkIndex,
  checkSubmission,
  type MilestoneParameters,
  type SigningParameters,
  toCall,
} from "./action.js";

/** Parameters of `approve`. */
export interface ApproveParameters extends MilestoneParameters {
  /** The submission that is approved; 0 approves before anything was submitted. */
  readonly submission: number;
}

/**
 * The call by which the client approves a milestone: the freelancer is paid what is held.
 *
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @example
 * const call = approveCall({ escrow, agreement, index: 0, submission: 1 });
 */
export function approveCall({
  escrow,
  agreement,
  index,
  submission,
  authorization = bySender,
}: ApproveParameters & CallParameters): Call {
  return toCall(
    escrow,
    escrowInterface.encodeFunctionData("approve", [
      agreement.terms,
      checkIndex(agreement, index),
      checkSubmission(submission),
      checkAuthorization(authorization),
    ]),
  );
}

/** What the client signs so that somebody else can send its approval. */
export function approveTypedData({
  agreement,
  index,
  submission,
  held,
  ...location
}: ApproveParameters &
  SigningParameters & { /** What the milestone holds now, token base units. */ readonly held: bigint }): TypedData {
  return actionTypedData(
    "Approve(bytes32 agreement,uint256 milestone,uint256 submission,uint128 amount,uint256 deadline)",
    {
      agreement: agreement.id,
      milestone: checkIndex(agreement, index),
      submission: checkSubmission(submission),
      amount: checkAmount(held),
    },
    location,
  );
}
