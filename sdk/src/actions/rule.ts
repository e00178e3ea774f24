import { toHash } from "../address.js";
import type { TypedData } from "../agreement.js";
import { escrowInterface } from "../interfaces.js";
import type { Call, Hash } from "../types.js";
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

/** Parameters of `rule`. */
export interface RuleParameters extends MilestoneParameters {
  /** The freelancer's part, gross, token base units; at most what is held less the arbiter's fee. */
  readonly freelancerAmount: bigint;
  /** SHA-256 of the ruling's reasoning. */
  readonly reasoning: Hash;
}

/**
 * The call by which the arbiter splits a disputed milestone, after its own fee.
 *
 * @throws {InvalidAddressError} When the escrow is not an address.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {InvalidAmountError} When the freelancer's part is not a bigint that fits 128 bits.
 * @throws {InvalidHashError} When the reasoning is no 32-byte hash, or the authorization's signature not hexadecimal.
 * @throws {InvalidTimeError} When the authorization's deadline is not whole Unix seconds.
 * @example
 * const ruling = { freelancerAmount: parseAmount("250", 6), reasoning: hashText("Half is done") };
 * const call = ruleCall({ escrow: escrow.address, agreement, index: 0, ...ruling });
 */
export function ruleCall(parameters: RuleParameters & CallParameters): Call {
  const {
    escrow,
    agreement,
    index,
    freelancerAmount,
    reasoning,
    authorization = bySender,
  } = checkParameters(parameters);
  return toCall(
    escrow,
    escrowInterface.encodeFunctionData("rule", [
      agreement.terms,
      checkIndex(agreement, index),
      checkAmount(freelancerAmount),
      toHash(reasoning),
      checkAuthorization(authorization),
    ]),
  );
}

/**
 * What the arbiter signs so that somebody else can send its ruling.
 *
 * @throws {InvalidAddressError} When the escrow is not an address.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {InvalidAmountError} When the freelancer's part is not a bigint that fits 128 bits.
 * @throws {InvalidHashError} When the reasoning is not a 32-byte hash.
 * @throws {InvalidTimeError} When the deadline is not whole Unix seconds.
 * @example
 * const ruling = { freelancerAmount: parseAmount("250", 6), reasoning: hashText("Half is done") };
 * const typedData = ruleTypedData({ ...escrow.connection, agreement, index: 0, ...ruling, deadline });
 */
export function ruleTypedData(parameters: RuleParameters & SigningParameters): TypedData {
  const { agreement, index, freelancerAmount, reasoning, ...location } = checkParameters(parameters);
  return actionTypedData(
    "Rule(bytes32 agreement,uint256 milestone,uint128 freelancerAmount,bytes32 reasoning,uint256 deadline)",
    {
      agreement: agreement.id,
      milestone: checkIndex(agreement, index),
      freelancerAmount: checkAmount(freelancerAmount),
      reasoning: toHash(reasoning),
    },
    location,
  );
}
