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
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @example
 * const call = ruleCall({ escrow, agreement, index: 0, freelancerAmount: 250_000_000n, reasoning: hashText("Half is done") });
 */
export function ruleCall({
  escrow,
  agreement,
  index,
  freelancerAmount,
  reasoning,
  authorization = bySender,
}: RuleParameters & CallParameters): Call {
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

/** What the arbiter signs so that somebody else can send its ruling. */
export function ruleTypedData({
  agreement,
  index,
  freelancerAmount,
  reasoning,
  ...location
}: RuleParameters & SigningParameters): TypedData {
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
