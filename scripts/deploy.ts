/**
 * Deploys MicroEscrow, and SignedFunding for it, each at its one address, through the standard CREATE2 deployer, and records
 * them in deployments/CHAINID.json: `npm run deploy -- --network NAME`. What is there already is checked, and not sent again.
 */
import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { type Deployed, deploy, deploySignedFunding } from "@micro-escrow/sdk/deploy";
import { dataSlice, keccak256, toQuantity } from "ethers";
import { settings, solc } from "../hardhat.config.ts";
import { create2Deployer, initCodeHash, salt } from "../sdk/src/generated/code.ts";
import { signedFundingInitCodeHash } from "../sdk/src/generated/signedFundingCode.ts";
import { connect, readNetworkOption } from "./network.ts";
import { readDeployment, witness } from "./records.ts";
import { runScript, ScriptError } from "./script.ts";

type Provider = Awaited<ReturnType<typeof connect>>["provider"];

const root = join(import.meta.dirname, "..");

const name = readNetworkOption("npm run deploy");
await runScript(async () => {
  const { provider, network, chainId, signers } = await connect(name, { account: true });
  const [signer] = signers;
  if (signer === undefined) throw new ScriptError("The node holds no account to deploy from.");
  const folder = join(root, "deployments");
  const recorded = await readDeployment(folder, chainId); // before anything is paid for
  console.log(`Network ${network} (chain ${chainId}), account ${signer.address}.`);

  const escrow = await deploy({ signer });
  console.log(report("MicroEscrow", escrow));
  const funding = await deploySignedFunding({ signer });
  console.log(report("SignedFunding", funding));

  const isNew = [escrow, funding].some(({ transaction }) => transaction !== undefined);
  if (isNew || recorded?.address !== escrow.address) {
    const record = {
      chainId,
      ...(await recordOf(provider, escrow, initCodeHash)),
      deployer: create2Deployer,
      salt,
      signedFunding: await recordOf(provider, funding, signedFundingInitCodeHash),
      compiler: { version: solc.version, settings },
      commit: commit(),
    };
    const file = join(folder, `${chainId}.json`);
    await writeFile(file, `${JSON.stringify(record, null, 2)}\n`);
    console.log(`Recorded in ${relative(root, file)}.`);
  }
  console.log(
    network === "localhost"
      ? "Next: MicroEscrow.connect(signer) finds it there; `npm run token` makes something to pay with."
      : `Next: npm run verify -- --network ${network}; then npm run build, and commit deployments/ and sdk/src/generated.`,
  );
});

function report(contract: string, { address, transaction }: Deployed): string {
  return transaction === undefined
    ? `${contract} is already there, and its code is right: ${address}`
    : `Deployed ${contract}: ${address} (transaction ${transaction.hash}, block ${transaction.blockNumber})`;
}

/** Where a contract is, since when, and what it is made of. */
async function recordOf(provider: Provider, { address, transaction }: Deployed, initCodeHash: string) {
  const { hash, blockNumber } = transaction ?? (await findCreation(provider, address, initCodeHash));
  const { time, runtimeCodeHash } = await witness(provider, { address, block: blockNumber });
  return { address, transaction: hash, block: blockNumber, time, initCodeHash, runtimeCodeHash };
}

/** The block, and the transaction where it can be told, in which somebody else deployed the contract. */
async function findCreation(
  provider: Provider,
  address: string,
  initCodeHash: string,
): Promise<{ blockNumber: number; hash: string | null }> {
  try {
    let [low, high] = [0, await provider.getBlockNumber()];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((await provider.getCode(address, middle)) === "0x") low = middle + 1;
      else high = middle;
    }
    const { transactions } = await provider.send("eth_getBlockByNumber", [toQuantity(low), true]);
    const creation = transactions.find(
      ({ to, input }: { to: string | null; input: string }) =>
        to?.toLowerCase() === create2Deployer.toLowerCase() &&
        input.startsWith(salt) &&
        keccak256(dataSlice(input, 32)) === initCodeHash,
    );
    return { blockNumber: low, hash: creation?.hash ?? null };
  } catch (error) {
    throw new ScriptError(
      "It is not recorded in deployments/ since when it is there, and this endpoint does not know the past. Use an archive node.",
      { cause: error },
    );
  }
}

/** The commit of the working tree, marked when it has changes; null outside of git. */
function commit(): string | null {
  try {
    const describe = ["describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"];
    return execFileSync("git", describe, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return null;
  }
}
