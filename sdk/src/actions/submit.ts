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
  checkParameters,
  checkSubmission,
  type MilestoneParameters,
  type SigningParameters,
  toCall,
} from "./action.js";

/** Parameters of `submit`. */
export interface SubmitParameters extends MilestoneParameters {
  /** SHA-256 of the deliverable, or of the manifest of its files. */
  readonly deliverable: Hash;
}

/**
 * The call by which the freelancer submits work.
 *
 * @throws {InvalidAddressError} When the escrow is not an address.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {InvalidHashError} When the deliverable is no 32-byte hash, or the authorization's signature not hexadecimal.
 * @throws {InvalidTimeError} When the authorization's deadline is not whole Unix seconds.
 * @example
 * const call = submitCall({ escrow: escrow.address, agreement, index: 0, deliverable });
 */
export function submitCall(parameters: SubmitParameters & CallParameters): Call {
  const { escrow, agreement, index, deliverable, authorization = bySender } = checkParameters(parameters);
  return toCall(
    escrow,
    escrowInterface.encodeFunctionData("submit", [
      agreement.terms,
      checkIndex(agreement, index),
      toHash(deliverable),
      checkAuthorization(authorization),
    ]),
  );
}

/**
 * What the freelancer signs so that somebody else can submit for it.
 *
 * @throws {InvalidAddressError} When the escrow is not an address.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {InvalidSubmissionError} When the submission is not a whole number from 0 to 255.
 * @throws {InvalidHashError} When the deliverable is not a 32-byte hash.
 * @throws {InvalidTimeError} When the deadline is not whole Unix seconds.
 * @example
 * const submission = (await escrow.getMilestone({ agreement, index: 0 })).submissions + 1;
 * const typedData = submitTypedData({ ...escrow.connection, agreement, index: 0, deliverable, submission, deadline });
 */
export function submitTypedData(
  parameters: SubmitParameters &
    SigningParameters & {
      /** The number that this submission will have: one more than the present one. */ readonly submission: number;
    },
): TypedData {
  const { agreement, index, deliverable, submission, ...location } = checkParameters(parameters);
  return actionTypedData(
    "Submit(bytes32 agreement,uint256 milestone,uint256 submission,bytes32 deliverable,uint256 deadline)",
    {
      agreement: agreement.id,
      milestone: checkIndex(agreement, index),
      submission: checkSubmission(submission),
      deliverable: toHash(deliverable),
    },
    location,
  );
}
