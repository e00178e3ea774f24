import { toHash } from "../address.js";
import type { TypedData } from "../agreement.js";
import { checkBoolean } from "../check.js";
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

/** Parameters of `attest`. */
export interface AttestParameters extends MilestoneParameters {
  /** The submission that this decides about. */
  readonly submission: number;
  /** Whether the work meets its requirements. */
  readonly passed: boolean;
  /** SHA-256 of the verifier's report. */
  readonly report: Hash;
}

const PASSED = "whether the work passed";

/**
 * The call by which the verifier passes or fails a submission.
 *
 * @throws {InvalidAddressError} When the escrow is not an address.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {InvalidSubmissionError} When the submission is not a whole number from 0 to 255.
 * @throws {InvalidHashError} When the report is no 32-byte hash, or the authorization's signature not hexadecimal.
 * @throws {InvalidTimeError} When the authorization's deadline is not whole Unix seconds.
 * @example
 * const report = hashText("All tests pass");
 * const call = attestCall({ escrow: escrow.address, agreement, index: 0, submission: 1, passed: true, report });
 */
export function attestCall(parameters: AttestParameters & CallParameters): Call {
  const {
    escrow,
    agreement,
    index,
    submission,
    passed,
    report,
    authorization = bySender,
  } = checkParameters(parameters);
  return toCall(
    escrow,
    escrowInterface.encodeFunctionData("attest", [
      agreement.terms,
      checkIndex(agreement, index),
      checkSubmission(submission),
      checkBoolean(passed, PASSED),
      toHash(report),
      checkAuthorization(authorization),
    ]),
  );
}

/**
 * What the verifier signs so that somebody else can send its attestation.
 *
 * @throws {InvalidAddressError} When the escrow is not an address.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {InvalidSubmissionError} When the submission is not a whole number from 0 to 255.
 * @throws {InvalidHashError} When the report is not a 32-byte hash.
 * @throws {InvalidTimeError} When the deadline is not whole Unix seconds.
 * @example
 * const decision = { agreement, index: 0, submission: 1, passed: false, report: hashText("Two tests fail") };
 * const typedData = attestTypedData({ ...escrow.connection, ...decision, deadline });
 */
export function attestTypedData(parameters: AttestParameters & SigningParameters): TypedData {
  const { agreement, index, submission, passed, report, ...location } = checkParameters(parameters);
  return actionTypedData(
    "Attest(bytes32 agreement,uint256 milestone,uint256 submission,bool passed,bytes32 report,uint256 deadline)",
    {
      agreement: agreement.id,
      milestone: checkIndex(agreement, index),
      submission: checkSubmission(submission),
      passed: checkBoolean(passed, PASSED),
      report: toHash(report),
    },
    location,
  );
}
