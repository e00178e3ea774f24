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

/** Parameters of `dispute`. */
export interface DisputeParameters extends MilestoneParameters {
  /** The submission that the dispute is about. */
  readonly submission: number;
  /** SHA-256 of the disputing party's evidence. */
  readonly evidence: Hash;
}

/**
 * The call by which a party calls the arbiter: the client disputes what was submitted, the freelancer a request for
 * changes.
 *
 * @throws {InvalidAddressError} When the escrow is not an address.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {InvalidSubmissionError} When the submission is not a whole number from 0 to 255.
 * @throws {InvalidHashError} When the evidence is no 32-byte hash, or the authorization's signature not hexadecimal.
 * @throws {InvalidTimeError} When the authorization's deadline is not whole Unix seconds.
 * @example
 * const evidence = hashText("It is a copy");
 * const call = disputeCall({ escrow: escrow.address, agreement, index: 0, submission: 1, evidence });
 */
export function disputeCall(parameters: DisputeParameters & CallParameters): Call {
  const { escrow, agreement, index, submission, evidence, authorization = bySender } = checkParameters(parameters);
  return toCall(
    escrow,
    escrowInterface.encodeFunctionData("dispute", [
      agreement.terms,
      checkIndex(agreement, index),
      checkSubmission(submission),
      toHash(evidence),
      checkAuthorization(authorization),
    ]),
  );
}

/**
 * What the disputing party signs so that somebody else can send its dispute.
 *
 * @throws {InvalidAddressError} When the escrow is not an address.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {InvalidSubmissionError} When the submission is not a whole number from 0 to 255.
 * @throws {InvalidHashError} When the evidence is not a 32-byte hash.
 * @throws {InvalidTimeError} When the deadline is not whole Unix seconds.
 * @example
 * const evidence = hashText("It is a copy");
 * const typedData = disputeTypedData({ ...escrow.connection, agreement, index: 0, submission: 1, evidence, deadline });
 */
export function disputeTypedData(parameters: DisputeParameters & SigningParameters): TypedData {
  const { agreement, index, submission, evidence, ...location } = checkParameters(parameters);
  return actionTypedData(
    "Dispute(bytes32 agreement,uint256 milestone,uint256 submission,bytes32 evidence,uint256 deadline)",
    {
      agreement: agreement.id,
      milestone: checkIndex(agreement, index),
      submission: checkSubmission(submission),
      evidence: toHash(evidence),
    },
    location,
  );
}
