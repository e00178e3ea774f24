/**
 * Multicall3: several calls in one transaction, of which some may fail. What is sent through it, anybody may do, so that nothing is
 * trusted but that it makes the calls; and that is known from its code.
 */
import { Interface, type JsonRpcProvider, keccak256 } from "ethers";
import { ask, codeOf, decodeView } from "../../rpc.js";
import type { Address, Call, Hex } from "../../types.js";

const MULTICALL3 = "0xcA11bde05977b3631167028862bE2a173976CA11" as Address;
/** keccak256 of its code, which is the same on every chain. */
const CODE_HASH = "0xd5c15df687b16f2ff992fc8d767b4216323184a2bbc6ee2f9c398c318e770891";

const contract = new Interface([
  "function aggregate3((address target, bool allowFailure, bytes callData)[] calls) payable returns ((bool success, bytes returnData)[] returnData)",
]);

/** Whether the chain has it. */
export async function hasMulticall(provider: JsonRpcProvider): Promise<boolean> {
  return keccak256(await codeOf(provider, MULTICALL3)) === CODE_HASH;
}

/** The call that makes several, whichever of them fail. */
export function aggregateCall(calls: readonly Pick<Call, "to" | "data">[]): Pick<Call, "to" | "data"> {
  const all = calls.map(({ to, data }) => ({ target: to, allowFailure: true, callData: data }));
  return { to: MULTICALL3, data: contract.encodeFunctionData("aggregate3", [all]) as Hex };
}

/** What came of each call: `undefined` where it succeeds, else what it reverts with. */
export async function simulateAggregate(
  provider: JsonRpcProvider,
  call: Pick<Call, "to" | "data">,
  { from, gasLimit, blockTag }: { readonly from: Address; readonly gasLimit: bigint; readonly blockTag: number },
): Promise<readonly (Hex | undefined)[]> {
  const result = await ask(provider.call({ ...call, from, gasLimit, blockTag }));
  const [returned] = decodeView(contract, "aggregate3", result);
  return returned.map(({ success, returnData }: { success: boolean; returnData: Hex }) =>
    success ? undefined : returnData,
  );
}
