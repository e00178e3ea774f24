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
  checkRange,
  type MilestoneParameters,
  type SigningParameters,
  toCall,
} from "./action.js";

/** Parameters of `advance`. */
export interface AdvanceParameters extends MilestoneParameters {
  /** The part, gross, token base units; greater than 0 and less than what is held. */
  readonly amount: bigint;
}

/**
 * The call by which the client releases a part of a milestone early.
 *
 * @throws {InvalidAddressError} When the escrow is not an address.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {InvalidAmountError} When the amount is not a bigint that fits 128 bits.
 * @throws {InvalidHashError} When the authorization's signature is not hexadecimal.
 * @throws {InvalidTimeError} When the authorization's deadline is not whole Unix seconds.
 * @example
 * const call = advanceCall({ escrow: escrow.address, agreement, index: 0, amount: parseAmount("100", 6) });
 */
export function advanceCall(parameters: AdvanceParameters & CallParameters): Call {
  const { escrow, agreement, index, amount, authorization = bySender } = checkParameters(parameters);
  return toCall(
    escrow,
    escrowInterface.encodeFunctionData("advance", [
      agreement.terms,
      checkIndex(agreement, index),
      checkAmount(amount),
      checkAuthorization(authorization),
    ]),
  );
}

/**
 * What the client signs so that somebody else can send its advance.
 *
 * @throws {InvalidAddressError} When the escrow is not an address.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {InvalidAmountError} When the part or what is held is not a bigint, or the latter does not fit 128 bits.
 * @throws {AmountOutOfRangeError} When the part is nothing, or not less than what is held.
 * @throws {InvalidTimeError} When the deadline is not whole Unix seconds.
 * @example
 * const { held } = await escrow.getMilestone({ agreement, index: 0 });
 * const typedData = advanceTypedData({ ...escrow.connection, agreement, index: 0, amount: held / 2n, held, deadline });
 */
export function advanceTypedData(
  parameters: AdvanceParameters &
    SigningParameters & { /** What the milestone holds now, token base units. */ readonly held: bigint },
): TypedData {
  const { agreement, index, amount, held, ...location } = checkParameters(parameters);
  return actionTypedData(
    "Advance(bytes32 agreement,uint256 milestone,uint128 amount,uint128 remaining,uint256 deadline)",
    {
      agreement: agreement.id,
      milestone: checkIndex(agreement, index),
      amount: checkRange(amount, 1n, checkAmount(held) - 1n),
      remaining: held - amount,
    },
    location,
  );
}
