import { toHash } from "../address.js";
import { escrowInterface } from "../interfaces.js";
import type { Call, Hash } from "../types.js";
import { checkIndex, checkParameters, type MilestoneParameters, toCall } from "./action.js";

/** Parameters of `submitEvidence`. */
export interface SubmitEvidenceParameters extends MilestoneParameters {
  /** SHA-256 of the evidence. */
  readonly evidence: Hash;
}

/**
 * The call by which a party, the arbiter or the verifier puts evidence before the arbiter. The sender must be one of
 * them.
 *
 * @throws {InvalidAddressError} When the escrow is not an address.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {InvalidHashError} When the evidence is not a 32-byte hash.
 * @example
 * const call = submitEvidenceCall({ escrow: escrow.address, agreement, index: 0, evidence: hashText("Our chat") });
 */
export function submitEvidenceCall(parameters: SubmitEvidenceParameters & { readonly escrow: string }): Call {
  const { escrow, agreement, index, evidence } = checkParameters(parameters);
  return toCall(
    escrow,
    escrowInterface.encodeFunctionData("submitEvidence", [
      agreement.terms,
      checkIndex(agreement, index),
      toHash(evidence),
    ]),
  );
}
