/**
 * Permit2 as it stands on every public chain: its init code, which through the CREATE2 deployer and with this salt gives its
 * address there, and so cannot be another one (https://github.com/Uniswap/permit2, commit of the deployment, MIT).
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { permit2Address } from "@micro-escrow/sdk/gasless";
import { concat, type Signer } from "ethers";
import create2 from "../../deployments/create2.json" with { type: "json" };
import { mined } from "./evm.ts";

export const permit2Salt = "0x0000000000000000000000000000000000000000d3af2663da51c10215000000";

export const permit2InitCode = (
  await readFile(join(import.meta.dirname, "../contracts/utils/permit2.txt"), "utf8")
).trim();

/** Puts it on a chain that has the CREATE2 deployer. */
export async function deployPermit2(signer: Signer): Promise<void> {
  await mined(signer.sendTransaction({ to: create2.deployer, data: concat([permit2Salt, permit2InitCode]) }));
}

/** The code that it has at its address on the provider's chain, which it remembers. */
export async function permit2Code(provider: {
  send(method: string, parameters: unknown[]): Promise<unknown>;
}): Promise<string> {
  const overrides = { [permit2Address]: { code: permit2InitCode } };
  return String(await provider.send("eth_call", [{ to: permit2Address }, "latest", overrides]));
}
