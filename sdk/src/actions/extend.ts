import type { TypedData } from "../agreement.js";
import { escrowInterface } from "../interfaces.js";
import type { Call } from "../types.js";
import { checkTime } from "../validate.js";
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

/** Parameters of `extend`. */
export interface ExtendParameters extends MilestoneParameters {
  /** The new clock, Unix seconds; later than the present one and than now. */
  readonly clock: number;
}

/**
 * The call by which the client gives the freelancer more time.
 *
 * @throws {InvalidAddressError} When the escrow is not an address.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {InvalidTimeError} When the clock or the authorization's deadline is not whole Unix seconds.
 * @throws {InvalidHashError} When the authorization's signature is not hexadecimal.
 * @example
 * const { clock } = await escrow.getMilestone({ agreement, index: 0 });
 * const call = extendCall({ escrow: escrow.address, agreement, index: 0, clock: clock + parseDuration("7 days") });
 */
export function extendCall(parameters: ExtendParameters & CallParameters): Call {
  const { escrow, agreement, index, clock, authorization = bySender } = checkParameters(parameters);
  return toCall(
    escrow,
    escrowInterface.encodeFunctionData("extend", [
      agreement.terms,
      checkIndex(agreement, index),
      checkTime(clock),
      checkAuthorization(authorization),
    ]),
  );
}

/**
 * What the client signs so that somebody else can send its extension.
 *
 * @throws {InvalidAddressError} When the escrow is not an address.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {InvalidSubmissionError} When the submission is not a whole number from 0 to 255.
 * @throws {InvalidTimeError} When a clock or the deadline is not whole Unix seconds.
 * @example
 * const { clock: currentClock, submissions: submission } = await escrow.getMilestone({ agreement, index: 0 });
 * const later = { agreement, index: 0, submission, currentClock, clock: currentClock + parseDuration("7 days") };
 * const typedData = extendTypedData({ ...escrow.connection, ...later, deadline });
 */
export function extendTypedData(
  parameters: ExtendParameters &
    SigningParameters & {
      /** The number of the current submission; 0 before the first. */
      readonly submission: number;
      /** The present clock, Unix seconds. */
      readonly currentClock: number;
    },
): TypedData {
  const { agreement, index, clock, submission, currentClock, ...location } = checkParameters(parameters);
  return actionTypedData(
    "Extend(bytes32 agreement,uint256 milestone,uint256 submission,uint40 currentClock,uint40 newClock,uint256 deadline)",
    {
      agreement: agreement.id,
      milestone: checkIndex(agreement, index),
      submission: checkSubmission(submission),
      currentClock: checkTime(currentClock),
      newClock: checkTime(clock),
    },
    location,
  );
}
