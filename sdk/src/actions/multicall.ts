import { toAddress } from "../address.js";
import { checkObject } from "../check.js";
import { EmptyMulticallError, InvalidHashError, WrongContractCallError } from "../errors.js";
import { escrowInterface } from "../interfaces.js";
import type { Call, Hex } from "../types.js";
import { toCall } from "./action.js";

/** Parameters of `multicall`. */
export interface MulticallParameters {
  /** Calls of this escrow, in their order; all happen, or none. */
  readonly calls: readonly Call[];
}

/**
 * One call that makes several calls of the escrow, all or none, in one transaction of the same sender.
 *
 * @throws {EmptyMulticallError} When there is no call.
 * @throws {InvalidAddressError} When the escrow, or what a call is for, is not an address.
 * @throws {WrongContractCallError} When a call is for another contract.
 * @throws {InvalidHashError} When it is not a call of a function of the escrow.
 * @example
 * const approval = approveCall({ escrow: escrow.address, agreement, index: 0, submission: 1 });
 * const next = fundCall({ escrow: escrow.address, agreement, indices: [1] });
 * const call = multicallCall({ escrow: escrow.address, calls: [approval, next] });
 */
export function multicallCall(parameters: MulticallParameters & { readonly escrow: string }): Call {
  const { escrow, calls } = checkObject(parameters, "an object of parameters");
  if (!Array.isArray(calls) || calls.length === 0) throw new EmptyMulticallError();
  const expected = toAddress(escrow);
  const data = (calls as MulticallParameters["calls"]).map((call) => {
    const actual = toAddress(call?.to);
    if (actual !== expected) throw new WrongContractCallError({ actual, expected });
    return checkCall(call.data);
  });
  return toCall(escrow, escrowInterface.encodeFunctionData("multicall", [data]));
}

/** @throws {InvalidHashError} When it is not calldata of a function of the escrow. */
function checkCall(data: Hex): Hex {
  try {
    if (escrowInterface.parseTransaction({ data }) !== null) return data;
  } catch {
    // No hexadecimal, or arguments that are not the function's.
  }
  throw new InvalidHashError(data, "is not a call of the escrow", { advice: "Make it with approveCall or its like." });
}
