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
 * @throws {InvalidAddressError} When the escrow is not an address.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {InvalidSubmissionError} When the submission is not a whole number from 0 to 255.
 * @throws {InvalidHashError} When the reason is no 32-byte hash, or the authorization's signature not hexadecimal.
 * @throws {InvalidTimeError} When the authorization's deadline is not whole Unix seconds.
 * @example
 * const reason = hashText("The logo is missing");
 * const call = requestChangesCall({ escrow: escrow.address, agreement, index: 0, submission: 1, reason });
 */
export function requestChangesCall(parameters: RequestChangesParameters & CallParameters): Call {
  const { escrow, agreement, index, submission, reason, authorization = bySender } = checkParameters(parameters);
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

/**
 * What the client signs so that somebody else can send its request.
 *
 * @throws {InvalidAddressError} When the escrow is not an address.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {InvalidSubmissionError} When the submission is not a whole number from 0 to 255.
 * @throws {InvalidHashError} When the reason is not a 32-byte hash.
 * @throws {InvalidTimeError} When the deadline is not whole Unix seconds.
 * @example
 * const request = { agreement, index: 0, submission: 1, reason: hashText("The logo is missing") };
 * const typedData = requestChangesTypedData({ ...escrow.connection, ...request, deadline });
 */
export function requestChangesTypedData(parameters: RequestChangesParameters & SigningParameters): TypedData {
  const { agreement, index, submission, reason, ...location } = checkParameters(parameters);
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
