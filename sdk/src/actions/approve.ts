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
  checkParameters,
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
 * @throws {InvalidAddressError} When the escrow is not an address.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {InvalidSubmissionError} When the submission is not a whole number from 0 to 255.
 * @throws {InvalidHashError} When the authorization's signature is not hexadecimal.
 * @throws {InvalidTimeError} When the authorization's deadline is not whole Unix seconds.
 * @example
 * const call = approveCall({ escrow: escrow.address, agreement, index: 0, submission: 1 });
 * await clientSigner.sendTransaction(call);
 */
export function approveCall(parameters: ApproveParameters & CallParameters): Call {
  const { escrow, agreement, index, submission, authorization = bySender } = checkParameters(parameters);
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

/**
 * What the client signs so that somebody else can send its approval.
 *
 * @throws {InvalidAddressError} When the escrow is not an address.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {InvalidSubmissionError} When the submission is not a whole number from 0 to 255.
 * @throws {InvalidAmountError} When what is held is not a bigint that fits 128 bits.
 * @throws {InvalidTimeError} When the deadline is not whole Unix seconds.
 * @example
 * const { held } = await escrow.getMilestone({ agreement, index: 0 });
 * const typedData = approveTypedData({ ...escrow.connection, agreement, index: 0, submission: 1, held, deadline });
 */
export function approveTypedData(
  parameters: ApproveParameters &
    SigningParameters & { /** What the milestone holds now, token base units. */ readonly held: bigint },
): TypedData {
  const { agreement, index, submission, held, ...location } = checkParameters(parameters);
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
