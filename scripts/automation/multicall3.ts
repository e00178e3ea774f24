/** Multicall3, as it stands on every chain that matters; its code's hash proves it, and the keeper asks for that. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Interface } from "ethers";

export const multicall3Address = "0xcA11bde05977b3631167028862bE2a173976CA11";
export const multicall3Code = (await readFile(join(import.meta.dirname, "multicall3.txt"), "utf8")).trim();
const abi = new Interface(["function aggregate3((address target, bool allowFailure, bytes callData)[] calls)"]);

/** The calls that a transaction makes: those in it, when it is one of Multicall3's, and itself otherwise. */
export function callsIn({ to, data }: { readonly to: string | null; readonly data: string }): readonly string[] {
  if (to !== multicall3Address) return [data];
  const [calls] = abi.decodeFunctionData("aggregate3", data);
  return calls.map(({ callData }: { readonly callData: string }) => callData);
}
