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
 * @throws {InvalidTimeError} When the clock is not whole Unix seconds.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @example
 * const call = extendCall({ escrow, agreement, index: 0, clock: milestone.clock + 7 * 86_400 });
 */
export function extendCall({
  escrow,
  agreement,
  index,
  clock,
  authorization = bySender,
}: ExtendParameters & CallParameters): Call {
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

/** What the client signs so that somebody else can send its extension. */
export function extendTypedData({
  agreement,
  index,
  clock,
  submission,
  currentClock,
  ...location
}: ExtendParameters &
  SigningParameters & {
    /** The number of the current submission; 0 before the first. */
    readonly submission: number;
    /** The present clock, Unix seconds. */
    readonly currentClock: number;
  }): TypedData {
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
