import type { TypedData } from "../agreement.js";
import { escrowInterface } from "../interfaces.js";
import type { Authorization, Call } from "../types.js";
import {
  actionTypedData,
  bySender,
  checkAmount,
  checkAuthorization,
  checkIndex,
  checkParameters,
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
 * @throws {InvalidAddressError} When the escrow is not an address.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {InvalidAmountError} When the freelancer's part is not a bigint that fits 128 bits.
 * @throws {InvalidHashError} When an authorization's signature is not hexadecimal.
 * @throws {InvalidTimeError} When an authorization's deadline is not whole Unix seconds.
 * @example
 * const split = { agreement, index: 0, freelancerAmount: parseAmount("300", 6) };
 * const call = settleCall({ escrow: escrow.address, ...split, client: { deadline, signature } });
 * await freelancerSigner.sendTransaction(call);
 */
export function settleCall(parameters: SettleParameters & SettleAuthorizations & { readonly escrow: string }): Call {
  const {
    escrow,
    agreement,
    index,
    freelancerAmount,
    client = bySender,
    freelancer = bySender,
  } = checkParameters(parameters);
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
 * @throws {InvalidAddressError} When the escrow is not an address.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {InvalidAmountError} When an amount is not a bigint, or what is held does not fit 128 bits.
 * @throws {AmountOutOfRangeError} When the freelancer's part is negative, or more than what is held.
 * @throws {InvalidTimeError} When the deadline is not whole Unix seconds.
 * @example
 * const { held } = await escrow.getMilestone({ agreement, index: 0 });
 * const split = { agreement, index: 0, freelancerAmount: held / 2n, held };
 * const typedData = settleTypedData({ ...escrow.connection, ...split, deadline });
 */
export function settleTypedData(
  parameters: SettleParameters &
    SigningParameters & { /** What the milestone holds now, token base units. */ readonly held: bigint },
): TypedData {
  const { agreement, index, freelancerAmount, held, ...location } = checkParameters(parameters);
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
