/** Publishes the source of a deployed MicroEscrow on the chain's explorer: `npm run verify -- --network NAME`. */

import { verifyContract } from "@nomicfoundation/hardhat-verify/verify";
import { microEscrowAddress } from "../sdk/src/generated/code.ts";
import { connect, run, ScriptError } from "./network.ts";

await run(async () => {
  const { hre, provider, network, chainId } = await connect({ account: false });
  if (network === "localhost") throw new ScriptError("A local node has no explorer to verify on.");
  if ((await provider.getCode(microEscrowAddress)) === "0x") {
    throw new ScriptError(
      `MicroEscrow is not on ${network} (chain ${chainId}) yet: run \`npm run deploy -- --network ${network}\` first.`,
    );
  }
  await hre.tasks.getTask("build").run({ quiet: true, noTests: true });
  await verifyContract({ address: microEscrowAddress, contract: "contracts/MicroEscrow.sol:MicroEscrow" }, hre);
});
