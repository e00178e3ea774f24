import type { TypedData } from "../agreement.js";
import { escrowInterface } from "../interfaces.js";
import type { Authorization, Call } from "../types.js";
import {
  actionTypedData,
  bySender,
  checkAmount,
  checkAuthorization,
  checkIndex,
  checkRange,
  type MilestoneParameters,
  type SigningParameters,
  toCall,
} from "./action.js";

/** Parameters of `settle`. */
export interface SettleParameters extends MilestoneParameters {
  /** The freelancer's part, gross, token base units; the client gets the rest of what is held. */
  readonly freelancerAmount: bigint;
}

/** Who authorizes a settlement: both parties, one of which may be the sender. */
export interface SettleAuthorizations {
  /** The client's authorization; left out when the client sends the call. */
  readonly client?: Authorization;
  /** The freelancer's authorization; left out when the freelancer sends the call. */
  readonly freelancer?: Authorization;
}

/**
 * The call by which both parties together split a milestone as they like.
 *
 * @throws {InvalidAmountError} When the amount does not fit 128 bits.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @example
 * const call = settleCall({ escrow, agreement, index: 0, freelancerAmount: 300_000_000n, client, freelancer });
 */
export function settleCall({
  escrow,
  agreement,
  index,
  freelancerAmount,
  client = bySender,
  freelancer = bySender,
}: SettleParameters & SettleAuthorizations & { readonly escrow: string }): Call {
  return toCall(
    escrow,
    escrowInterface.encodeFunctionData("settle", [
      agreement.terms,
      checkIndex(agreement, index),
      checkAmount(freelancerAmount),
      checkAuthorization(client),
      checkAuthorization(freelancer),
    ]),
  );
}

/**
 * What each party signs to settle.
 *
 * @throws {AmountOutOfRangeError} When the freelancer's part is more than what is held.
 */
export function settleTypedData({
  agreement,
  index,
  freelancerAmount,
  held,
  ...location
}: SettleParameters &
  SigningParameters & { /** What the milestone holds now, token base units. */ readonly held: bigint }): TypedData {
  return actionTypedData(
    "Settle(bytes32 agreement,uint256 milestone,uint128 freelancerAmount,uint128 clientAmount,uint256 deadline)",
    {
      agreement: agreement.id,
      milestone: checkIndex(agreement, index),
      freelancerAmount: checkRange(freelancerAmount, 0n, checkAmount(held)),
      clientAmount: held - freelancerAmount,
    },
    location,
  );
}
