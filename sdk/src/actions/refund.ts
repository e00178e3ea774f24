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
  type MilestoneParameters,
  type SigningParameters,
  toCall,
} from "./action.js";

/** Parameters of `refund`. */
export type RefundParameters = MilestoneParameters;

/**
 * The call by which the freelancer gives everything that is held back to the client.
 *
 * @throws {InvalidAddressError} When the escrow is not an address.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {InvalidHashError} When the authorization's signature is not hexadecimal.
 * @throws {InvalidTimeError} When the authorization's deadline is not whole Unix seconds.
 * @example
 * const call = refundCall({ escrow: escrow.address, agreement, index: 0 });
 */
export function refundCall(parameters: RefundParameters & CallParameters): Call {
  const { escrow, agreement, index, authorization = bySender } = checkParameters(parameters);
  return toCall(
    escrow,
    escrowInterface.encodeFunctionData("refund", [
      agreement.terms,
      checkIndex(agreement, index),
      checkAuthorization(authorization),
    ]),
  );
}

/**
 * What the freelancer signs so that somebody else can send its refund.
 *
 * @throws {InvalidAddressError} When the escrow is not an address.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {InvalidAmountError} When what is held is not a bigint that fits 128 bits.
 * @throws {InvalidTimeError} When the deadline is not whole Unix seconds.
 * @example
 * const { held } = await escrow.getMilestone({ agreement, index: 0 });
 * const typedData = refundTypedData({ ...escrow.connection, agreement, index: 0, held, deadline });
 */
export function refundTypedData(
  parameters: RefundParameters &
    SigningParameters & { /** What the milestone holds now, token base units. */ readonly held: bigint },
): TypedData {
  const { agreement, index, held, ...location } = checkParameters(parameters);
  return actionTypedData(
    "Refund(bytes32 agreement,uint256 milestone,uint128 amount,uint256 deadline)",
    { agreement: agreement.id, milestone: checkIndex(agreement, index), amount: checkAmount(held) },
    location,
  );
}
