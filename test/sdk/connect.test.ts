/** Connecting refuses everything that is not MicroEscrow on the right chain. */
import {
  escrowAddress,
  InvalidAddressError,
  MicroEscrow,
  MissingProviderError,
  NoCodeError,
  RpcError,
  toAddress,
  WrongChainError,
  WrongContractError,
  WrongDomainError,
} from "@micro-escrow/sdk";
import { deploy } from "@micro-escrow/sdk/deploy";
import { expect } from "chai";
import { encodeBytes32String, id, JsonRpcProvider, TypedDataEncoder, toBeHex, Wallet, zeroPadValue } from "ethers";
import { maskedHash } from "../../sdk/dist/deployments.js";
import { immutableRanges } from "../../sdk/dist/generated/code.js";
import { failure, setUp } from "./chain.ts";
import { createChain } from "./evm.ts";

describe("connect", () => {
  let context: Awaited<ReturnType<typeof setUp>>;
  before(async () => {
    context = await setUp();
  });

  it("takes a signer or a provider", async () => {
    expect((await MicroEscrow.connect(context.signers.client)).address).to.equal(escrowAddress(31_337));
    const reader = await MicroEscrow.connect(context.ethers.provider, { chainId: 31_337 });
    expect(reader.chainId).to.equal(31_337);
    expect(reader.connection.startBlock).to.equal(0);
  });

  it("takes a deployment of one's own", async () => {
    const own = await context.ethers.deployContract("MicroEscrow");
    await own.waitForDeployment();
    const address = await own.getAddress();
    const escrow = await MicroEscrow.connect(context.signers.client, { address: address.toLowerCase() });
    expect(escrow.address).to.equal(address);
  });

  it("gives a signer without a provider the escrow's", async () => {
    const key = new Wallet(id("freelancer"));
    const agreement = context.define({ freelancer: key.address });
    expect(await context.escrow.connect(key).sign(agreement)).to.match(/^0x[0-9a-f]{130}$/);
    const escrow = await MicroEscrow.connect(key, { provider: context.ethers.provider });
    expect(await escrow.sign(agreement)).to.match(/^0x[0-9a-f]{130}$/);
  });

  it("refuses a signer without any provider", async () => {
    await failure(MissingProviderError, MicroEscrow.connect(new Wallet(id("freelancer"))));
  });

  it("refuses another chain than the one expected", async () => {
    const error = await failure(WrongChainError, MicroEscrow.connect(context.signers.client, { chainId: 8_453 }));
    expect(error).to.include({ actual: 31_337, expected: 8_453 });
  });

  it("refuses a signer and a provider on two chains", async () => {
    const other = await createChain({ chainId: 10 });
    const [signer] = await other.ethers.getSigners();
    if (signer === undefined) expect.fail("no signer");
    const error = await failure(WrongChainError, MicroEscrow.connect(signer, { provider: context.ethers.provider }));
    expect(error).to.include({ actual: 10, expected: 31_337 });
  });

  it("refuses an address without code", async () => {
    const { ethers } = await createChain();
    const error = await failure(NoCodeError, MicroEscrow.connect(ethers.provider));
    expect(error).to.include({ address: escrowAddress(31_337), chainId: 31_337 });
  });

  it("refuses another contract", async () => {
    const code = await context.ethers.provider.getCode(context.tokenAddress);
    const error = await failure(
      WrongContractError,
      MicroEscrow.connect(context.ethers.provider, { address: context.tokenAddress }),
    );
    expect(error).to.include({ address: context.tokenAddress, actual: maskedHash(code) });
    expect(error.expected).to.equal(maskedHash(await context.ethers.provider.getCode(context.escrow.address)));
  });

  it("refuses the contract with one byte changed", async () => {
    const { ethers, networkHelpers } = await createChain();
    const [deployer] = await ethers.getSigners();
    if (deployer === undefined) expect.fail("no signer");
    const { address } = await deploy({ signer: deployer });
    const code = await ethers.provider.getCode(address);
    await networkHelpers.setCode(address, `${code.slice(0, -2)}${code.endsWith("00") ? "01" : "00"}`);
    await failure(WrongContractError, MicroEscrow.connect(deployer));
  });

  it("refuses the right code with another domain in its immutables", async () => {
    const { ethers, networkHelpers } = await createChain();
    const [deployer] = await ethers.getSigners();
    if (deployer === undefined) expect.fail("no signer");
    const { address } = await deploy({ signer: deployer });
    const code = await ethers.provider.getCode(address);
    // The name "MicroEscrow" as a short string: its text, zeros, and its length.
    const name = Buffer.from("MicroEscrow").toString("hex").padEnd(62, "0");
    const otherName = Buffer.from("MacroEscrow").toString("hex").padEnd(62, "0");
    expect(code).to.contain(`${name}0b`);
    await networkHelpers.setCode(address, code.replaceAll(`${name}0b`, `${otherName}0b`));
    const error = await failure(WrongDomainError, MicroEscrow.connect(deployer));
    expect(error).to.include({ field: "name", actual: "MacroEscrow", expected: "MicroEscrow" });
  });

  it("refuses the right code with any one of its immutables from elsewhere", async () => {
    const { networkHelpers, ethers, signers } = context;
    const address = Wallet.createRandom().address;
    const own = await ethers.provider.getCode(context.escrow.address);
    /** As the code would be there, but for one word. */
    const word = (at: number) => 2 + 2 * (immutableRanges[at]?.[0] ?? 0);
    const put = (code: string, at: number, value: string) =>
      code.slice(0, word(at)) + value.slice(2) + code.slice(word(at) + 64);
    const domain = { name: "MicroEscrow", version: "1", chainId: 31_337, verifyingContract: address };
    const separator = TypedDataEncoder.hashDomain(domain);
    const right = put(put(own, 0, separator), 2, zeroPadValue(address.toLowerCase(), 32));
    await networkHelpers.setCode(address, right);
    await MicroEscrow.connect(signers.client, { address });

    for (const at of immutableRanges.keys()) {
      const other = at < 5 ? id("another") : encodeBytes32String("Other").replace(/00$/, "0a");
      await networkHelpers.setCode(address, put(right, at, other));
      const error = await failure(WrongDomainError, MicroEscrow.connect(signers.client, { address }));
      expect(error.field).to.equal(at < 5 ? "words in the code" : ["name", "version"][at - 5]);
    }
  });

  it("takes the code of a chain that has another id now", async () => {
    const { networkHelpers, ethers, signers } = context;
    const address = Wallet.createRandom().address;
    const own = await ethers.provider.getCode(context.escrow.address);
    const domain = { name: "MicroEscrow", version: "1", chainId: 5, verifyingContract: address };
    const words = [TypedDataEncoder.hashDomain(domain), toBeHex(5, 32), zeroPadValue(address.toLowerCase(), 32)];
    const code = words.reduce((text, value, at) => {
      const from = 2 + 2 * (immutableRanges[at]?.[0] ?? 0);
      return text.slice(0, from) + value.slice(2) + text.slice(from + 64);
    }, own);
    await networkHelpers.setCode(address, code);
    expect((await MicroEscrow.connect(signers.client, { address })).address).to.equal(address);
  });

  it("refuses what is not an address", async () => {
    await failure(InvalidAddressError, MicroEscrow.connect(context.ethers.provider, { address: "0x1234" }));
    const mistyped = toAddress(context.escrow.address).replace(/[a-z](?=[^a-z]*$)/, (letter) => letter.toUpperCase());
    await failure(InvalidAddressError, MicroEscrow.connect(context.ethers.provider, { address: mistyped }));
  });

  it("says that the endpoint is down", async () => {
    const provider = new JsonRpcProvider("http://127.0.0.1:9", 31_337, { staticNetwork: true });
    try {
      const error = await failure(RpcError, MicroEscrow.connect(provider));
      expect(error.reason).to.equal("unreachable");
    } finally {
      provider.destroy();
    }
  });
});
