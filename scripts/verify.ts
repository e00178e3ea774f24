/** Publishes the sources of what is deployed on the chain's explorer: `npm run verify -- --network NAME`. */
import { checkCode, escrowAddress, NoCodeError } from "@micro-escrow/sdk";
import { checkSignedFunding, signedFundingAddress } from "@micro-escrow/sdk/gasless";
import { verifyContract } from "@nomicfoundation/hardhat-verify/verify";
import { connect, readNetworkOption } from "./network.ts";
import { runScript, ScriptError } from "./script.ts";

const name = readNetworkOption("npm run verify");
await runScript(async () => {
  const { hre, provider, network, chainId } = await connect(name, { account: false });
  if (network === "localhost") throw new ScriptError("A local node has no explorer to verify on.");
  const [escrow, signedFunding] = [escrowAddress(chainId), signedFundingAddress()];
  try {
    await checkCode(provider, escrow, chainId);
    await checkSignedFunding({ provider, chainId, escrow, startBlock: 0 }, signedFunding);
  } catch (error) {
    if (!(error instanceof NoCodeError)) throw error;
    const command = `npm run deploy -- --network ${network}`;
    throw new ScriptError(
      `${error.address === escrow ? "MicroEscrow" : "SignedFunding"} is not on ${network} (chain ${chainId}) yet: run \`${command}\` first.`,
      { cause: error },
    );
  }
  const files = ["contracts/MicroEscrow.sol", "contracts/periphery/SignedFunding.sol"];
  await hre.tasks.getTask("build").run({ files, quiet: true, noTests: true });
  await verifyContract({ address: escrow, contract: `${files[0]}:MicroEscrow` }, hre);
  await verifyContract(
    { address: signedFunding, contract: `${files[1]}:SignedFunding`, constructorArgs: [escrow] },
    hre,
  );
});
