/**
 * Creating a contract at the address that its code gives it, through the standard CREATE2 deployer.
 */
import { concat, formatEther, getCreate2Address, keccak256, type Provider, parseEther, type Signer } from "ethers";
import { toAddress } from "./address.js";
import { checkObject, checkSigner } from "./check.js";
import { chainIdOf } from "./connect.js";
import type { TransactionInfo } from "./decode.js";
import { localChainIds } from "./deployments.js";
import { DeploymentFailedError, MissingProviderError, NoCodeError } from "./errors.js";
import { create2Deployer, salt } from "./generated/code.js";
import { ask, codeOf, rememberBlock } from "./rpc.js";
import type { Address, Hash } from "./types.js";
import { receiptOf } from "./wallet.js";

/**
 * The transaction that creates the CREATE2 deployer, presigned by an account whose key nobody knows (its signature is
 * made up, and the account recovered from it), so that it can create nothing else, at the same address on every chain.
 */
const DEPLOYER_TRANSACTION =
  "0xf8a58085174876e800830186a08080b853604580600e600039806000f350fe7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf31ba02222222222222222222222222222222222222222222222222222222222222222a02222222222222222222222222222222222222222222222222222222222222222";
const DEPLOYER_SENDER = "0x3fAB184622Dc19b6109349B94811493BF2a45362";
/** Its gas limit times its gas price. */
const DEPLOYER_COST = parseEther("0.01");
/** keccak256 of the deployer's runtime code. */
const DEPLOYER_CODE_HASH = "0x2fa86add0aed31f33a762c9d88e807c475bd51d0f52bd0955754b2608f7e4989";

/** Who pays for a deployment. */
export interface DeployParameters {
  /** Connected to the chain to deploy on. */
  readonly signer: Signer;
}

/** Where the contract is, and what it took to get it there. */
export interface Deployed {
  readonly chainId: number;
  readonly address: Address;
  /** `undefined` when it was there already. */
  readonly transaction: TransactionInfo | undefined;
}

/** The address that init code gives its contract. */
export function addressOf(initCode: string): Address {
  return toAddress(getCreate2Address(create2Deployer, salt, keccak256(initCode)));
}

/** Who deploys, and where. */
export async function chainOf(parameters: DeployParameters) {
  const signer = checkSigner(checkObject(parameters, "an object of parameters").signer);
  const { provider } = signer;
  if (provider === null) throw new MissingProviderError();
  return { signer, provider, chainId: await chainIdOf(provider) };
}

/** What is created, where. */
export interface Creation {
  readonly chainId: number;
  readonly address: Address;
  readonly initCode: string;
  /** Throws unless the right code is at the address. */
  readonly check: () => Promise<void>;
}

/** Creates a contract, unless it is there already. */
export async function create(
  signer: Signer,
  provider: Provider,
  { chainId, address, initCode, check }: Creation,
): Promise<Deployed> {
  if (await passes(check)) return { chainId, address, transaction: undefined };
  await ensureDeployer(signer, provider, chainId);
  const response = await ask(signer.sendTransaction({ to: create2Deployer, data: concat([salt, initCode]) }));
  const receipt = await receiptOf(response);
  rememberBlock(provider, receipt.blockNumber);
  if (!(await passes(check))) {
    throw new DeploymentFailedError(`transaction ${receipt.hash} put no code at ${address}`);
  }
  return { chainId, address, transaction: { hash: receipt.hash as Hash, blockNumber: receipt.blockNumber } };
}

/** Whether the right code is there; false when there is none. */
async function passes(check: () => Promise<void>): Promise<boolean> {
  try {
    await check();
    return true;
  } catch (error) {
    if (error instanceof NoCodeError) return false;
    throw error;
  }
}

async function ensureDeployer(signer: Signer, provider: Provider, chainId: number): Promise<void> {
  let code = await codeOf(provider, create2Deployer);
  if (code === "0x" && localChainIds.includes(chainId)) {
    await createDeployer(signer, provider);
    code = await codeOf(provider, create2Deployer);
  }
  if (code === "0x") {
    throw new DeploymentFailedError(
      `chain ${chainId} has no CREATE2 deployer at ${create2Deployer}; anybody can put it there: send ${formatEther(DEPLOYER_COST)} of the chain's coin to ${DEPLOYER_SENDER}, then broadcast the presigned transaction of the standard deterministic deployer (https://github.com/Arachnid/deterministic-deployment-proxy)`,
    );
  }
  if (keccak256(code) !== DEPLOYER_CODE_HASH) {
    throw new DeploymentFailedError(`the code at ${create2Deployer} on chain ${chainId} is not the CREATE2 deployer's`);
  }
}

async function createDeployer(signer: Signer, provider: Provider): Promise<void> {
  const balance = await ask(provider.getBalance(DEPLOYER_SENDER));
  if (balance < DEPLOYER_COST) {
    const gift = await ask(signer.sendTransaction({ to: DEPLOYER_SENDER, value: DEPLOYER_COST - balance }));
    await receiptOf(gift);
  }
  const response = await ask(provider.broadcastTransaction(DEPLOYER_TRANSACTION));
  const receipt = await receiptOf(response);
  rememberBlock(provider, receipt.blockNumber);
}
