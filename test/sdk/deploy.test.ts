/** Deployment through the standard CREATE2 deployer, in one process and over JSON-RPC. */
import {
  DeploymentFailedError,
  deploymentBlock,
  escrowAddress,
  InsufficientGasFundsError,
  MicroEscrow,
  MissingProviderError,
  NoCodeError,
  WrongContractError,
} from "@micro-escrow/sdk";
import { deploy, deploySignedFunding } from "@micro-escrow/sdk/deploy";
import { checkSignedFunding, signedFundingAddress } from "@micro-escrow/sdk/gasless";
import { expect } from "chai";
import { concat, getCreate2Address, JsonRpcProvider, keccak256, Wallet, zeroPadValue } from "ethers";
import { artifacts } from "hardhat";
import create2 from "../../deployments/create2.json" with { type: "json" };
import { failure } from "./chain.ts";
import { createChain, startNode } from "./evm.ts";

const fresh = async (chainId = 31_337) => {
  const chain = await createChain({ chainId });
  const [signer] = await chain.ethers.getSigners();
  if (signer === undefined) expect.fail("no signer");
  return { ...chain, signer };
};

describe("deploy", () => {
  it("puts the contract at the recorded address, which its bytecode determines", async () => {
    const { signer, ethers } = await fresh();
    const { address, transaction, chainId } = await deploy({ signer });
    const { bytecode } = await artifacts.readArtifact("MicroEscrow");
    expect(address).to.equal(getCreate2Address(create2.deployer, create2.salt, keccak256(bytecode)));
    expect(address).to.equal(escrowAddress(1));
    expect(chainId).to.equal(31_337);
    const receipt = await ethers.provider.getTransactionReceipt(transaction?.hash ?? "");
    expect(receipt?.blockNumber).to.equal(transaction?.blockNumber);
    await MicroEscrow.connect(signer);
  });

  it("creates the CREATE2 deployer of a development node by the presigned transaction", async () => {
    const { signer, ethers } = await fresh();
    await deploy({ signer });
    const block = await ethers.provider.getBlock(2, true);
    const [created] = block?.prefetchedTransactions ?? [];
    expect(created?.from).to.equal("0x3fAB184622Dc19b6109349B94811493BF2a45362");
    expect((await ethers.provider.getTransactionReceipt(created?.hash ?? ""))?.contractAddress).to.equal(
      create2.deployer,
    );
  });

  it("sends nothing where the contract is already", async () => {
    const { signer, ethers } = await fresh();
    const first = await deploy({ signer });
    const blocks = await ethers.provider.getBlockNumber();
    expect(await deploy({ signer })).to.deep.equal({ ...first, transaction: undefined });
    expect(await ethers.provider.getBlockNumber()).to.equal(blocks);
  });

  it("uses a CREATE2 deployer that is there", async () => {
    const { signer, ethers } = await fresh();
    await deploy({ signer });
    const code = await ethers.provider.getCode(create2.deployer);
    const other = await fresh(1);
    await other.networkHelpers.setCode(create2.deployer, code);
    await deploy({ signer: other.signer });
    expect(await other.ethers.provider.getBlockNumber()).to.equal(1);
  });

  it("refuses a chain without the CREATE2 deployer, where it is not for us to create it", async () => {
    const { signer } = await fresh(1);
    const error = await failure(DeploymentFailedError, deploy({ signer }));
    expect(error.reason).to.contain("chain 1 has no CREATE2 deployer");
  });

  it("refuses another contract in the CREATE2 deployer's place", async () => {
    const { signer, networkHelpers } = await fresh();
    await networkHelpers.setCode(create2.deployer, "0x6001");
    const error = await failure(DeploymentFailedError, deploy({ signer }));
    expect(error.reason).to.contain("is not the CREATE2 deployer's");
  });

  it("refuses another contract at the address", async () => {
    const { signer, networkHelpers } = await fresh();
    await networkHelpers.setCode(escrowAddress(31_337), `0x${"60".repeat(30_000)}`);
    const error = await failure(WrongContractError, deploy({ signer }));
    expect(error.address).to.equal(escrowAddress(31_337));
  });

  it("needs a provider, and a signer that can pay", async () => {
    await failure(MissingProviderError, deploy({ signer: Wallet.createRandom() }));
    const { ethers } = await fresh();
    const poor = Wallet.createRandom().connect(ethers.provider);
    await failure(InsufficientGasFundsError, deploy({ signer: poor }));
  });

  it("works over JSON-RPC", async () => {
    const node = await startNode();
    const provider = new JsonRpcProvider(node.url, undefined, { cacheTimeout: -1 });
    try {
      const signer = await provider.getSigner(0);
      const deployed = await deploy({ signer });
      expect(deployed.transaction?.hash).to.match(/^0x/);
      expect((await MicroEscrow.connect(signer)).address).to.equal(deployed.address);
      expect((await deploy({ signer })).transaction).to.equal(undefined);
    } finally {
      provider.destroy();
      await node.stop();
    }
  });
});

describe("deploySignedFunding", () => {
  it("puts the contract at the recorded address, which its bytecode and the escrow determine", async () => {
    const { signer, ethers } = await fresh();
    const { address: escrow } = await deploy({ signer });
    const { address, transaction } = await deploySignedFunding({ signer });
    const { bytecode } = await artifacts.readArtifact("SignedFunding");
    const initCodeHash = keccak256(concat([bytecode, zeroPadValue(escrow, 32)]));
    expect(address).to.equal(getCreate2Address(create2.deployer, create2.salt, initCodeHash));
    expect(address).to.equal(signedFundingAddress());
    expect(transaction?.blockNumber).to.equal(await ethers.provider.getBlockNumber());
    expect(await deploySignedFunding({ signer })).to.deep.equal({ address, chainId: 31_337, transaction: undefined });
    await checkSignedFunding((await MicroEscrow.connect(signer)).connection, address);
  });

  it("serves an escrow of one's own at an address of its own", async () => {
    const { signer, ethers } = await fresh();
    await deploy({ signer });
    const escrow = await (await ethers.deployContract("MicroEscrow")).getAddress();
    const { address } = await deploySignedFunding({ signer, escrow });
    expect(address).not.to.equal(signedFundingAddress());
    await checkSignedFunding((await MicroEscrow.connect(signer, { address: escrow })).connection, address);
  });

  it("refuses an escrow that is not there, or is none", async () => {
    const { signer } = await fresh();
    expect((await failure(NoCodeError, deploySignedFunding({ signer }))).address).to.equal(escrowAddress(31_337));
    await deploy({ signer });
    await failure(WrongContractError, deploySignedFunding({ signer, escrow: create2.deployer }));
  });

  it("refuses another contract at the address", async () => {
    const { signer, networkHelpers } = await fresh();
    await deploy({ signer });
    await networkHelpers.setCode(signedFundingAddress(), `0x${"60".repeat(5_000)}`);
    const error = await failure(WrongContractError, deploySignedFunding({ signer }));
    expect(error.address).to.equal(signedFundingAddress());
  });
});

describe("escrowAddress and deploymentBlock", () => {
  it("know every chain, recorded or not", () => {
    expect(escrowAddress(999_999)).to.equal(escrowAddress(1));
    expect(deploymentBlock(999_999, escrowAddress(1))).to.equal(0);
  });
});
