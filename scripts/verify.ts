/** Publishes the source of a deployed MicroEscrow on the chain's explorer: `npm run verify -- --network NAME`. */
import { checkCode, escrowAddress, NoCodeError } from "@micro-escrow/sdk";
import { verifyContract } from "@nomicfoundation/hardhat-verify/verify";
import { connect, readNetworkOption } from "./network.ts";
import { runScript, ScriptError } from "./script.ts";

const name = readNetworkOption("npm run verify");
await runScript(async () => {
  const { hre, provider, network, chainId } = await connect(name, { account: false });
  if (network === "localhost") throw new ScriptError("A local node has no explorer to verify on.");
  const address = escrowAddress(chainId);
  try {
    await checkCode(provider, address, chainId);
  } catch (error) {
    if (!(error instanceof NoCodeError)) throw error;
    const command = `npm run deploy -- --network ${network}`;
    throw new ScriptError(`MicroEscrow is not on ${network} (chain ${chainId}) yet: run \`${command}\` first.`, {
      cause: error,
    });
  }
  await hre.tasks.getTask("build").run({ files: ["contracts/MicroEscrow.sol"], quiet: true, noTests: true });
  await verifyContract({ address, contract: "contracts/MicroEscrow.sol:MicroEscrow" }, hre);
});
