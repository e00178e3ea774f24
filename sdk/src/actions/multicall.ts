import { WrongContractCallError } from "../errors.js";
import { escrowInterface } from "../interfaces.js";
import type { Address, Call } from "../types.js";
import { toCall } from "./action.js";

/** Parameters of `multicall`. */
export interface MulticallParameters {
  /** Calls of this escrow, in their order; all happen, or none. */
  readonly calls: readonly Call[];
}

/**
 * One call that makes several calls of the escrow, all or none, in one transaction of the same sender.
 *
 * @throws {WrongContractCallError} When a call is for another contract.
 * @example
 * const call = multicallCall({ escrow, calls: [approveCall({ … }), fundCall({ … })] });
 */
export function multicallCall({ escrow, calls }: MulticallParameters & { readonly escrow: Address }): Call {
  for (const { to } of calls) {
    if (to !== escrow) throw new WrongContractCallError({ actual: to, expected: escrow });
  }
  return toCall(escrow, escrowInterface.encodeFunctionData("multicall", [calls.map(({ data }) => data)]));
}
