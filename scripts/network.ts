/** What the scripts that act on a chain have in common: the network that `--network` names, and failures in words. */
import { parseArgs } from "node:util";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import config from "../hardhat.config.ts";

/** What is wrong, and what to do, for the person who runs a script. */
export class ScriptError extends Error {
  override readonly name = "ScriptError";
}

/** Runs a script; when it fails, says why and ends with exit code 1. */
export async function run(script: () => Promise<void>): Promise<void> {
  try {
    await script();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    console.error(message);
    const missing = /Configuration Variable "(\w+)" not found/.exec(message)?.[1];
    if (missing !== undefined)
      console.error(`To keep it encrypted on this machine: npx hardhat keystore set ${missing}`);
    process.exitCode = 1;
  }
}

/**
 * Hardhat, and a connection to the network of the command line, which answers and is the chain that it should be.
 *
 * @param account Whether something is sent: only then there is a signer, and a public network needs the deployer's key.
 */
export async function connect({ account }: { account: boolean }) {
  const { network } = parseArgs({ options: { network: { type: "string" } } }).values;
  const networks = config.networks ?? {};
  const named = network === undefined ? undefined : networks[network];
  if (network === undefined || named?.type !== "http") {
    const what = network === undefined ? "Which network?" : `There is no network "${network}" in hardhat.config.ts.`;
    throw new ScriptError(`${what} Say --network and one of: ${Object.keys(networks).join(", ")}.`);
  }
  const used = account ? named : { ...named, accounts: "remote" as const };
  // Named, because verification would use Hardhat's profile "production", which has other compiler settings.
  const options = { network, buildProfile: "default" };
  const hre = await createHardhatRuntimeEnvironment({ ...config, networks: { [network]: used } }, options);
  const { ethers } = await hre.network.create();
  const { provider } = ethers;
  try {
    const chainId = Number((await provider.getNetwork()).chainId);
    const [signer] = account ? await ethers.getSigners() : [];
    return { hre, provider, network, chainId, signer };
  } catch (error) {
    if (!/private key|expected 32 bytes/i.test(String(error))) throw error;
    throw new ScriptError("DEPLOYER_PRIVATE_KEY is not a private key: 32 bytes in hexadecimal, like 0x4c08….", {
      cause: error,
    });
  }
}
