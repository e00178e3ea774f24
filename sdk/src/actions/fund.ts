import type { Agreement } from "../agreement.js";
import { checkList } from "../check.js";
import { NothingToFundError } from "../errors.js";
import { escrowInterface } from "../interfaces.js";
import type { Call, Hex } from "../types.js";
import { checkIndex, checkParameters, checkSignature, toCall } from "./action.js";

/** Parameters of `fund`. */
export interface FundParameters {
  readonly agreement: Agreement;
  /** The milestones to fund, counted from 0. */
  readonly indices: readonly number[];
  /** The freelancer's signature over the agreement; not needed when it consented already, or is the payer. */
  readonly freelancerSignature?: Hex;
}

/**
 * The call that funds milestones with the sender's tokens; the escrow needs an allowance of {@link fundingAmount}.
 *
 * @throws {InvalidAddressError} When the escrow is not an address.
 * @throws {NothingToFundError} When the list is empty.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {InvalidHashError} When the signature is not hexadecimal.
 * @example
 * const call = fundCall({ escrow: escrow.address, agreement, indices: [0], freelancerSignature });
 */
export function fundCall(parameters: FundParameters & { readonly escrow: string }): Call {
  const { escrow, agreement, indices, freelancerSignature = "0x" } = checkParameters(parameters);
  if (!Array.isArray(indices) || indices.length === 0) throw new NothingToFundError();
  for (const index of indices) checkIndex(agreement, index);
  return toCall(
    escrow,
    escrowInterface.encodeFunctionData("fund", [
      agreement.terms,
      [...agreement.schedule],
      [...indices],
      checkSignature(freelancerSignature),
    ]),
  );
}

/**
 * What funding these milestones takes from the payer, token base units.
 *
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @example
 * const need = fundingAmount({ agreement, indices: [0, 1] }); // 1400000000n: 500 and 900 USDC
 */
export function fundingAmount(parameters: Pick<FundParameters, "agreement" | "indices">): bigint {
  const { agreement, indices } = checkParameters(parameters);
  return checkList(indices, "the milestones to fund").reduce<bigint>(
    (sum, index) => sum + (agreement.schedule[checkIndex(agreement, index)]?.amount ?? 0n),
    0n,
  );
}
