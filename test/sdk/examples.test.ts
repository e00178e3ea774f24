/** The examples for other libraries (sdk/examples) run as they stand, against the contract behind JSON-RPC. */
import {
  type Address,
  type Agreement,
  acceptTypedData,
  defineAgreement,
  fundCall,
  MicroEscrow,
  MicroEscrowError,
  NotAcceptedError,
  Outcome,
  Status,
  toAddress,
  UserRejectedError,
  verifySignature,
  WrongStatusError,
} from "@micro-escrow/sdk";
import { deploy } from "@micro-escrow/sdk/deploy";
import { type Config, connect, createConfig, disconnect, mock } from "@wagmi/core";
import { expect } from "chai";
import { ContractFactory, JsonRpcProvider } from "ethers";
import { artifacts } from "hardhat";
import { createPublicClient, createWalletClient, defineChain, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import * as viem from "../../sdk/examples/viem.ts";
import * as wagmi from "../../sdk/examples/wagmi.ts";
import { deliverable, failure, UNIT } from "./chain.ts";
import { startNode } from "./evm.ts";

describe("Examples", function () {
  this.timeout(60_000);

  let node: Awaited<ReturnType<typeof startNode>>;
  let provider: JsonRpcProvider;
  let escrow: MicroEscrow;
  let token: { balanceOf(account: string): Promise<bigint> };
  let client: Address;
  let freelancer: Address;
  let agreement: Agreement;

  beforeEach(async () => {
    node = await startNode();
    provider = new JsonRpcProvider(node.url, undefined, { cacheTimeout: -1, pollingInterval: 50 });
    const [deployer, first, second, third] = (await provider.listAccounts()).map(({ address }) => toAddress(address));
    if (!deployer || !first || !second || !third) return expect.fail("the node has too few accounts");
    [client, freelancer] = [first, second];
    const signer = await provider.getSigner(deployer);
    const { address } = await deploy({ signer });
    const { abi, bytecode } = await artifacts.readArtifact("PlainToken");
    const contract = await new ContractFactory(abi, bytecode, signer).deploy(6);
    await contract.waitForDeployment();
    await (await contract.getFunction("mint")(client, 1_000n * UNIT)).wait();
    token = { balanceOf: (account) => contract.getFunction("balanceOf")(account) };
    escrow = await MicroEscrow.connect(provider, { address });
    agreement = defineAgreement({
      ...{ client, freelancer, arbiter: third, token: { address: await contract.getAddress(), decimals: 6 } },
      scope: { title: "Blog", milestones: ["Ten articles", "Ten more"] },
      milestones: [
        { amount: "100", work: "14 days" },
        { amount: "200", work: "14 days" },
      ],
      ...{ review: "7 days", rework: "5 days", arbitration: "14 days", ifArbiterIsSilent: "50% to the freelancer" },
      fundBy: (await escrow.getTime()) + 86_400,
    });
  });

  afterEach(async () => {
    provider.destroy();
    await node.stop();
  });

  const chain = () =>
    defineChain({
      id: 31_337,
      name: "Node",
      nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
      rpcUrls: { default: { http: [node.url] } },
    });

  const paid = async () => {
    expect(await token.balanceOf(freelancer)).to.equal(100n * UNIT);
    expect(await token.balanceOf(client)).to.equal(900n * UNIT);
    const { milestones } = await escrow.getAgreementState(agreement);
    expect(milestones.map(({ status }) => status)).to.deep.equal([Status.Released, Status.None]);
  };

  describe("with viem", () => {
    const clients = () => {
      const options = { chain: chain(), transport: http(node.url), pollingInterval: 50 };
      const wallet = (account: Address) => createWalletClient({ ...options, account });
      return { chain: createPublicClient(options), client: wallet(client), freelancer: wallet(freelancer) };
    };

    it("from the agreement to a paid milestone", async () => {
      const parameters = { ...clients(), escrow: escrow.address, agreement, deliverable };
      const result = await viem.work(parameters);
      expect(result).to.deep.include({
        index: 0,
        outcome: Outcome.Approved,
        freelancerAmount: 100n * UNIT,
        deferred: [],
      });
      const { hash, blockNumber } = result.transaction;
      expect((await provider.getTransactionReceipt(hash))?.blockNumber).to.equal(blockNumber);
      await paid();
    });

    it("what a call fails with is one of the SDK's errors", async () => {
      const { chain: publicClient, client: wallet } = clients();
      const call = fundCall({ escrow: escrow.address, agreement, indices: [0] });
      const error = await failure(NotAcceptedError, viem.send(publicClient, wallet, call));
      expect(error.party).to.equal(freelancer);
    });

    it("a transaction that another one came before is an error too", async () => {
      const { chain: publicClient, client: wallet } = clients();
      const call = fundCall({ escrow: escrow.address, agreement, indices: [0] });
      // As if all had been well when it was simulated.
      const hopeful = { ...publicClient, call: async () => ({ data: "0x" }) } as typeof publicClient;
      const sender = { ...wallet, sendTransaction: () => wallet.sendTransaction({ ...call, gas: 1_000_000n }) };
      const error = await viem.send(hopeful, sender as typeof wallet, call).catch((reason: unknown) => reason);
      // Hardhat's node refuses what reverts, others mine it.
      expect(error).to.be.instanceOf(MicroEscrowError);
      expect(await token.balanceOf(client)).to.equal(1_000n * UNIT);
    });

    it("a key of viem's own signs what the contract accepts", async () => {
      const account = privateKeyToAccount(`0x${"42".repeat(32)}`);
      const wallet = createWalletClient({ chain: chain(), transport: http(node.url), account });
      const typedData = acceptTypedData({ ...escrow.connection, agreement });
      const signature = await viem.sign(wallet, typedData);
      const signer = toAddress(account.address);
      expect(await verifySignature(provider, { signer, typedData, signature })).to.equal(true);
    });
  });

  describe("with wagmi", () => {
    let config: Config;

    beforeEach(() => {
      const local = chain();
      config = createConfig({
        chains: [local],
        connectors: [mock({ accounts: [client] }), mock({ accounts: [freelancer] })],
        transports: { [local.id]: http(node.url) },
        pollingInterval: 50,
        storage: null,
      }) as Config;
    });

    /** Does something as the account whose wallet is connected for it. */
    const as = async <Result>(position: 0 | 1, action: (deal: wagmi.Deal) => Promise<Result>): Promise<Result> => {
      const connector = config.connectors[position] ?? expect.fail("no connector");
      await connect(config, { connector });
      const result = await action({ escrow: escrow.address, agreement });
      await disconnect(config);
      return result;
    };

    const work = async () => {
      const signature = await as(1, (deal) => wagmi.accept(config, deal));
      const funded = await as(0, (deal) => wagmi.fund(config, deal, signature));
      expect(funded).to.deep.include({ payer: client, amount: 100n * UNIT, opened: true });
      const { submission } = await as(1, (deal) => wagmi.submit(config, deal, deliverable));
      const result = await as(0, (deal) => wagmi.approve(config, deal, submission));
      expect(result).to.include({ outcome: Outcome.Approved, freelancerAmount: 100n * UNIT });
      await paid();
    };

    /** What the client's wallet answers, after wagmi's mock of one. */
    const answering = async (answer: (method: string, forward: () => Promise<unknown>) => Promise<unknown>) => {
      const connector = config.connectors[0] ?? expect.fail("no connector");
      const wallet = (await connector.getProvider({ chainId: 31_337 })) as {
        request(request: { method: string }): Promise<unknown>;
      };
      const request = (given: { method: string }) => answer(given.method, () => wallet.request(given));
      connector.getProvider = async () => ({ ...wallet, request });
    };

    it("from the agreement to a paid milestone, funded in a batch", async () => {
      const asked: string[] = [];
      await answering(async (method, forward) => {
        asked.push(method);
        // The mock says chain 1, whatever chain it is on.
        if (method === "wallet_getCallsStatus") return { ...((await forward()) as object), chainId: "0x7a69" };
        return forward();
      });
      await work();
      expect(asked).to.include("wallet_sendCalls");
    });

    it("and call by call, where the wallet sends no batches", async () => {
      await answering(async (method, forward) => {
        if (method !== "wallet_sendCalls") return forward();
        throw Object.assign(new Error("The method is not supported"), { code: 4200 });
      });
      await work();
    });

    it("what a call fails with is one of the SDK's errors", async () => {
      const error = await failure(
        WrongStatusError,
        as(1, (deal) => wagmi.submit(config, deal, deliverable)),
      );
      expect(error).to.include({ index: 0, actual: Status.None });
    });

    it("funds nothing when the user refuses the batch", async () => {
      await answering(async (method, forward) => {
        if (method !== "wallet_sendCalls") return forward();
        throw Object.assign(new Error("User rejected the request"), { code: 4001 });
      });
      const signature = await as(1, (deal) => wagmi.accept(config, deal));
      await failure(
        UserRejectedError,
        as(0, (deal) => wagmi.fund(config, deal, signature)),
      );
      expect(await token.balanceOf(client)).to.equal(1_000n * UNIT);
    });
  });
});
