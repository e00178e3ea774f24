/** The network that `--network` names, for the scripts that act on a chain. */
import { type Provider, SigningKey } from "ethers";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import type { HttpNetworkConfig } from "hardhat/types/config";
import config from "../hardhat.config.ts";
import { readOptions, ScriptError } from "./script.ts";

const networks = config.networks ?? {};
const names = Object.keys(networks);

/** The value of `--network`, the only option of such a script. */
export const readNetworkOption = (command: string): string | undefined =>
  readOptions(`${command} -- --network ${names.join("|")}`, { network: { type: "string" } }).network;

/**
 * Hardhat, and a connection to a network, which answers and is the chain that it should be.
 *
 * @param network What `--network` says.
 * @param account Whether something is sent: only then there are signers, and a public network needs the deployer's key.
 */
export async function connect(network: string | undefined, { account }: { account: boolean }) {
  const named = network === undefined ? undefined : networks[network];
  if (network === undefined || named?.type !== "http") {
    const what = network === undefined ? "Which network?" : `There is no network "${network}" in hardhat.config.ts.`;
    throw new ScriptError(`${what} Say --network and one of: ${names.join(", ")}.`);
  }
  const used = account ? named : { ...named, accounts: "remote" as const };
  // Named, because verification would use Hardhat's profile "production", which has other compiler settings.
  const options = { network, buildProfile: "default" };
  const hre = await createHardhatRuntimeEnvironment({ ...config, networks: { [network]: used } }, options);
  const { ethers } = await hre.network.create();
  const resolved = hre.config.networks[network];
  if (resolved?.type === "http") await checkKeys(resolved.accounts);
  const { provider } = ethers;
  const chainId = await chainIdOf(provider).catch((error: Error) => {
    if (network !== "localhost" || !error.message.includes("Cannot connect to the network")) throw error;
    throw new ScriptError(
      `${error.message}\nStart it with \`npm run node\`, or say where it is in LOCALHOST_RPC_URL.`,
      {
        cause: error,
      },
    );
  });
  const signers = account ? await ethers.getSigners() : [];
  return { hre, provider, network, chainId, signers };
}

const chainIdOf = async (provider: Provider) => Number((await provider.getNetwork()).chainId);

/** Refuses what is no private key: Hardhat would say of it only what a library for elliptic curves does. */
async function checkKeys(accounts: HttpNetworkConfig["accounts"]): Promise<void> {
  if (!Array.isArray(accounts)) return;
  for (const account of accounts) {
    await account.get(); // Hardhat says when it is missing.
    try {
      // Its public key can be computed.
      new SigningKey(await account.getHexString()).publicKey;
    } catch {
      throw new ScriptError("DEPLOYER_PRIVATE_KEY is not a private key: 32 bytes in hexadecimal, like 0x4c08….");
    }
  }
}
