/**
 * Any wallet: batches of calls (EIP-5792) and a Safe's file. The batches run against the contract, through a wallet made of
 * OpenZeppelin's account code behind the methods of EIP-5792.
 */
import {
  type Agreement,
  acceptCall,
  approveCall,
  type Call,
  finalizeCall,
  fundCall,
  InvalidAddressError,
  InvalidAmountError,
  InvalidHashError,
  InvalidParameterError,
  InvalidTimeError,
  MilestoneOutOfRangeError,
  MissingEventError,
  multicallCall,
  NothingToFundError,
  Outcome,
  permitCall,
  RpcError,
  Status,
  submitCall,
  toAddress,
  UserRejectedError,
  WrongChainError,
  withdrawCall,
} from "@micro-escrow/sdk";
import {
  AccountSigner,
  approveAndFundCalls,
  BatchFailedError,
  BatchUnsupportedError,
  batchResults,
  type CallsStatus,
  decodeBatchError,
  fundCalls,
  type SendCallsRequest,
  safeTransactions,
  sendCallsRequest,
} from "@micro-escrow/sdk/wallets";
import { expect } from "chai";
import { Interface, id, type TransactionReceipt, toQuantity, type Wallet } from "ethers";
import { checksumOf } from "../../sdk/dist/safe.js";
import { type Context, deliverable, failure, rpcError, setUp, UNIT } from "./chain.ts";
import { mined } from "./evm.ts";
import { account, shop as agreement, client, stranger, thrown, wallet } from "./pure.ts";

const escrow = account("escrow");
const { token } = agreement.terms;
const erc20 = new Interface(["function approve(address spender, uint256 amount)"]);
const approval = (amount: bigint): Call => ({
  to: token,
  data: erc20.encodeFunctionData("approve", [escrow, amount]) as `0x${string}`,
  value: 0n,
});

describe("Calls for a batch", () => {
  const funding = { escrow, agreement, indices: [0, 1], freelancerSignature: "0x1234" } as const;
  const need = 1_700_500_000n;

  it("fund: the approval of exactly the amount comes first", () => {
    expect(fundCalls(funding)).to.deep.equal([approval(need), fundCall(funding)]);
    expect(fundCalls({ ...funding, allowance: 0n })).to.deep.equal([approval(need), fundCall(funding)]);
  });

  it("fund: an allowance that is enough stays, one that is not is taken back first", () => {
    for (const allowance of [need, need + 1n, 2n ** 256n - 1n]) {
      expect(fundCalls({ ...funding, allowance })).to.deep.equal([fundCall(funding)]);
    }
    for (const allowance of [1n, need - 1n]) {
      const calls = fundCalls({ ...funding, allowance });
      expect(calls).to.deep.equal([approval(0n), approval(need), fundCall(funding)]);
    }
  });

  it("fund: what fundCall refuses, and an allowance that is none", async () => {
    await failure(NothingToFundError, () => fundCalls({ ...funding, indices: [] }));
    await failure(MilestoneOutOfRangeError, () => fundCalls({ ...funding, indices: [2] }));
    for (const allowance of [-1n, 2n ** 256n, 5 as unknown as bigint]) {
      await failure(InvalidAmountError, () => fundCalls({ ...funding, allowance }));
    }
  });

  it("approve and fund the next: in this order, and the next is the one after it unless it is named", () => {
    const approve = approveCall({ escrow, agreement, index: 0, submission: 3 });
    const next = { escrow, agreement, indices: [1] };
    const amount = 1_200_500_000n;
    expect(approveAndFundCalls({ escrow, agreement, index: 0, submission: 3 })).to.deep.equal([
      approve,
      approval(amount),
      fundCall(next),
    ]);
    expect(approveAndFundCalls({ escrow, agreement, index: 0, submission: 3, allowance: amount })).to.deep.equal([
      approve,
      fundCall(next),
    ]);
    expect(approveAndFundCalls({ escrow, agreement, index: 1, submission: 0, next: 0 })).to.deep.equal([
      approveCall({ escrow, agreement, index: 1, submission: 0 }),
      approval(500_000_000n),
      fundCall({ escrow, agreement, indices: [0] }),
    ]);
  });

  it("approve and fund the next: there must be one", async () => {
    const last = { escrow, agreement, index: 1, submission: 1 };
    expect(await failure(MilestoneOutOfRangeError, () => approveAndFundCalls(last))).to.include({
      index: 2,
      length: 2,
    });
    const none = { escrow, agreement, index: -1, submission: 1 };
    expect(await failure(MilestoneOutOfRangeError, () => approveAndFundCalls(none))).to.include({ index: -1 });
  });
});

describe("The request for wallet_sendCalls", () => {
  const calls = [approval(5n), finalizeCall({ escrow, agreement, index: 0 })];

  it("is what EIP-5792 says, as JSON", () => {
    const request = sendCallsRequest({ chainId: 8_453, from: client.toLowerCase(), calls });
    expect(JSON.parse(JSON.stringify(request))).to.deep.equal({
      version: "2.0.0",
      chainId: "0x2105",
      from: client,
      atomicRequired: true,
      calls: calls.map(({ to, data }) => ({ to, data, value: "0x0" })),
    });
  });

  it("takes less than all or none, capabilities and ether where that is asked for", () => {
    const capabilities = { paymasterService: { url: "https://paymaster.example", optional: true } };
    const paid = { to: stranger, data: "0x", value: 10n ** 18n };
    const request = sendCallsRequest({ chainId: 1n, from: client, calls: [paid], atomic: false, capabilities });
    expect(request).to.deep.equal({
      version: "2.0.0",
      chainId: "0x1",
      from: client,
      atomicRequired: false,
      calls: [{ to: stranger, data: "0x", value: "0xde0b6b3a7640000" }],
      capabilities,
    });
  });

  it("is not made of what is no call", () => {
    const build = (changes: object) => () => sendCallsRequest({ chainId: 1, from: client, calls, ...changes });
    const call = { to: escrow, data: "0x", value: 0n };
    thrown(build({ calls: [] }), InvalidParameterError);
    thrown(build({ calls: call }), InvalidParameterError);
    thrown(build({ calls: [null] }), InvalidParameterError);
    thrown(build({ calls: [{ ...call, to: "escrow.eth" }] }), InvalidAddressError);
    for (const data of ["0x1", "hello", "", null]) thrown(build({ calls: [{ ...call, data }] }), InvalidHashError);
    for (const value of [-1n, 0, "0"]) thrown(build({ calls: [{ ...call, value }] }), InvalidAmountError);
    thrown(build({ chainId: 0 }), InvalidParameterError);
    thrown(build({ from: "me" }), InvalidAddressError);
    thrown(build({ atomic: "false" }), InvalidParameterError);
    thrown(build({ capabilities: [] }), InvalidParameterError);
  });
});

describe("What a batch came to", () => {
  const calls = [approval(5n), finalizeCall({ escrow, agreement, index: 0 })];
  const request = sendCallsRequest({ chainId: 8_453, from: client, calls });
  const transactionHash = id("transaction");
  const receipt = { transactionHash, blockHash: id("block"), blockNumber: "0x10", status: "0x1", logs: [] };
  const confirmed: CallsStatus = { chainId: "0x2105", status: 200, receipts: [receipt] };
  const results = (changes: object, of: SendCallsRequest = request) =>
    batchResults({ escrow, request: of, status: { ...confirmed, ...changes } as CallsStatus });

  it("is nothing yet while it is pending", () => {
    for (const status of [100, 102, 199, "100"]) {
      expect(results({ status, receipts: undefined }), String(status)).to.equal(undefined);
    }
  });

  it("is an error that says how much happened, when it failed", () => {
    const transactions = [transactionHash];
    for (const [status, happened] of [
      [400, "nothing"],
      [404, "nothing"],
      [500, "nothing"],
      [600, "part"],
      ["600", "part"],
      [300, undefined],
      [999, undefined],
    ] as const) {
      const error = thrown(() => results({ status }), BatchFailedError);
      expect(error).to.deep.include({ status: Number(status), happened, transactions });
    }
    expect(thrown(() => results({ status: 400, receipts: undefined }), BatchFailedError).transactions).to.deep.equal(
      [],
    );
  });

  it("is an error when the wallet calls it confirmed, but a transaction reverted", () => {
    const reverted = { ...receipt, status: "0x0" };
    const failed = (receipts: object[]) => thrown(() => results({ receipts }), BatchFailedError);
    expect(failed([reverted])).to.include({ status: 200, happened: "nothing" });
    expect(failed([receipt, reverted])).to.include({ status: 200, happened: "part" });
    expect(failed([{ ...receipt, status: undefined }])).to.include({ happened: "nothing" });
  });

  it("is an error when an event is missing: the wallet says that it happened, and tells of nothing", () => {
    const error = thrown(() => results({}), MissingEventError);
    expect(error).to.include({ event: "MilestoneConcluded", transaction: transactionHash });
  });

  it("is nothing for calls of other contracts, and for what is no verb", () => {
    const signature = wallet("payer").signingKey.sign(id("something")).serialized as `0x${string}`;
    const others = [
      withdrawCall({ escrow: stranger, token, account: client }),
      permitCall({ escrow, token, value: 5n, deadline: 9, signature }),
      { to: escrow, data: "0x12345678", value: 0n },
      { to: escrow, data: "0x", value: 0n },
      approval(5n),
      withdrawCall({ escrow, token, account: client }),
    ];
    const of = sendCallsRequest({ chainId: 8_453, from: client, calls: others });
    const transaction = { hash: transactionHash, blockNumber: 16 };
    expect(results({}, of)).to.deep.equal([
      ...[undefined, undefined, undefined, undefined, undefined],
      { verb: "withdraw", result: { transaction, token, account: client, amount: 0n } },
    ]);
  });

  it("is refused from another chain", () => {
    expect(thrown(() => results({ chainId: "0x1" }), WrongChainError)).to.include({ actual: 1, expected: 8_453 });
    expect(thrown(() => results({ chainId: 1, status: 100 }), WrongChainError)).to.include({ actual: 1 });
  });

  it("is malformed when the wallet answers something else", () => {
    for (const [changes, details] of [
      [{ status: "CONFIRMED" }, "the status of the batch is CONFIRMED"],
      [{ status: undefined }, "the status of the batch is undefined"],
      [{ status: {} }, "the status of the batch is object"],
      [{ status: 20.5 }, "the status of the batch is 20.5"],
      [{ status: 99 }, "the status of the batch is 99"],
      [{ status: 1_000 }, "the status of the batch is 1000"],
      [{ status: "<b>\u202e" }, "the status of the batch is ‹b›\\u{202e}"],
      [{ chainId: undefined }, "the chain id undefined"],
      [{ chainId: "8453" }, "the chain id 8453"],
      [{ chainId: "0xffffffffffffffff" }, "the chain id 0xffffffffffffffff"],
      [{ receipts: undefined }, "0 receipts for 2 calls"],
      [{ receipts: [receipt, receipt, receipt] }, "3 receipts for 2 calls"],
      [{ receipts: {} }, "no list where receipts or logs should be"],
      [{ receipts: [null] }, "no list where receipts or logs should be"],
      [{ receipts: [{ ...receipt, logs: [5] }] }, "no list where receipts or logs should be"],
      [{ receipts: [{ ...receipt, logs: [{}] }] }, "a log without an address"],
      [{ receipts: [{ ...receipt, transactionHash: "0x12" }] }, "a receipt with the hash 0x12"],
      [{ receipts: [{ ...receipt, blockHash: undefined }] }, "a receipt with the hash undefined"],
      [{ receipts: [{ ...receipt, blockNumber: -1 }] }, "the block number -1"],
      [{ receipts: [{ ...receipt, blockNumber: 2 ** 60 }] }, "the block number 1152921504606847000"],
    ] as const) {
      const error = thrown(() => results(changes), RpcError);
      expect(error).to.include({ reason: "malformed", details: `the wallet answered with ${details}` });
    }
  });

  it("is read from the wallet's own account of the events, and only those of the escrow", async () => {
    const context = await setUp();
    const { submission, of, receipts } = await submitted(context);
    const [first] = receipts;
    if (first === undefined) return expect.fail("no receipt");
    const read = (logs: object[]) =>
      batchResults({
        escrow: context.escrow.address,
        request: of,
        status: { chainId: 31_337n as never, status: 200, receipts: [{ ...first, logs }] as never },
      });
    expect(read([...first.logs])?.[0]).to.deep.include({ verb: "submit" });
    expect(read([...first.logs].reverse())?.[0]?.result).to.include({ submission });
    // The same log at another contract, a log that is none, and one with dirty bits are no events.
    const [log] = first.logs;
    const forged = { ...log, address: context.tokenAddress };
    for (const logs of [[forged], [{ address: context.escrow.address }], [{ ...log, data: "0x" }]]) {
      thrown(() => read(logs), MissingEventError);
    }
  });

  async function submitted(context: Context) {
    const funded = await context.funded();
    const call = submitCall({ escrow: context.escrow.address, agreement: funded, index: 0, deliverable });
    const { freelancer } = context.signers;
    const receipt = await mined(freelancer.sendTransaction(call));
    const of = sendCallsRequest({ chainId: 31_337, from: freelancer.address, calls: [call] });
    return { submission: 1, of, receipts: [walletReceipt(receipt)] };
  }
});

/** A receipt as a wallet answers it. */
function walletReceipt(receipt: TransactionReceipt | null) {
  if (receipt === null) return expect.fail("no receipt");
  const { hash: transactionHash, blockHash, blockNumber, status, logs, gasUsed } = receipt;
  return {
    ...{ transactionHash, blockHash, blockNumber: toQuantity(blockNumber), gasUsed: toQuantity(gasUsed) },
    status: toQuantity(status ?? 0),
    logs: logs.map(({ address, topics, data }) => ({ address: address.toLowerCase(), topics: [...topics], data })),
  };
}

/** A wallet by EIP-5792 for one account that delegated to OpenZeppelin's code: it sends a batch in one transaction. */
class BatchWallet {
  readonly #account: AccountSigner;
  readonly #batches = new Map<string, TransactionReceipt | null>();

  constructor(account: AccountSigner) {
    this.#account = account;
  }

  async request({ method, params: [parameter] }: { method: string; params: [unknown] }): Promise<unknown> {
    if (method === "wallet_getCallsStatus") {
      const receipt = this.#batches.get(parameter as string);
      if (receipt === undefined) throw rpcError(5730, "Unknown bundle id");
      const receipts = [walletReceipt(receipt)];
      return { version: "2.0.0", id: parameter, chainId: "0x7a69", status: 200, atomic: true, receipts };
    }
    if (method !== "wallet_sendCalls") throw rpcError(4200, "Unsupported method");
    // As a wallet gets it: over JSON.
    const { version, chainId, from, atomicRequired, calls } = JSON.parse(JSON.stringify(parameter)) as SendCallsRequest;
    expect({ version, chainId, from }).to.deep.equal({
      ...{ version: "2.0.0", chainId: "0x7a69", from: await this.#account.getAddress() },
    });
    expect(atomicRequired).to.equal(true);
    const sent = this.#account.sendCalls(calls.map((call) => ({ ...call, value: BigInt(call.value) })));
    const receipt = await mined(sent);
    const batch = id(String(receipt?.hash));
    this.#batches.set(batch, receipt);
    return { id: batch };
  }
}

describe("Batches through a wallet (EIP-5792), against the contract", () => {
  let context: Context;
  let ofClient: BatchWallet;
  let deal: Agreement;
  let from: string;

  beforeEach(async () => {
    context = await setUp();
    const { ethers, signers } = context;
    const owner = wallet("the client").connect(ethers.provider) as Wallet;
    await mined(signers.deployer.sendTransaction({ to: owner.address, value: 10n ** 18n }));
    const code = await ethers.deployContract("DelegatedAccount");
    await code.waitForDeployment();
    const authorization = await owner.authorize({ address: await code.getAddress(), nonce: 1 });
    await mined(owner.sendTransaction({ type: 4, to: signers.stranger.address, authorizationList: [authorization] }));
    from = owner.address;
    ofClient = new BatchWallet(new AccountSigner({ account: from, owner }));
    await mined(context.token.getFunction("mint")(from, 1_000n * UNIT));
    deal = context.define({ client: from });
  });

  const send = async (calls: readonly Call[]) => {
    const request = sendCallsRequest({ chainId: context.escrow.chainId, from, calls });
    const { id: batch } = (await ofClient.request({ method: "wallet_sendCalls", params: [request] })) as { id: string };
    const status = (await ofClient.request({ method: "wallet_getCallsStatus", params: [batch] })) as CallsStatus;
    return batchResults({ escrow: context.escrow.address, request, status });
  };
  const allowance = async (): Promise<bigint> => context.token.getFunction("allowance")(from, context.escrow.address);
  const statuses = async () => (await context.escrow.getAgreementState(deal)).milestones.map(({ status }) => status);

  it("approval and funding, then approval of the work and the next funding: a transaction each, with typed results", async () => {
    const { address } = context.escrow;
    const freelancerSignature = await context.as.freelancer.sign(deal);
    const [approved, funded] =
      (await send(fundCalls({ escrow: address, agreement: deal, indices: [0], freelancerSignature }))) ?? [];
    expect(approved).to.equal(undefined);
    if (funded?.verb !== "fund") return expect.fail("not the result of fund");
    expect(funded.result).to.include({ payer: from, amount: 100n * UNIT, opened: true });
    expect(funded.result.milestones).to.have.length(1);

    const { submission } = await context.as.freelancer.submit({ agreement: deal, index: 0, deliverable });
    const results = await send(approveAndFundCalls({ escrow: address, agreement: deal, index: 0, submission }));
    const [paid, , next] = results ?? [];
    if (paid?.verb !== "approve" || next?.verb !== "fund") return expect.fail("other results");
    expect(paid.result).to.include({ index: 0, outcome: Outcome.Approved, freelancerAmount: 98n * UNIT });
    expect(next.result).to.include({ amount: 200n * UNIT, opened: false });
    expect(next.result.transaction).to.deep.equal(paid.result.transaction);

    expect(await statuses()).to.deep.equal([Status.Released, Status.Funded, Status.None]);
    expect(await allowance()).to.equal(0n);
    expect(await context.balance(toAddress(from))).to.equal(700n * UNIT);
  });

  it("fails whole: the work is not paid for when the next milestone cannot be funded", async () => {
    const { address } = context.escrow;
    const freelancerSignature = await context.as.freelancer.sign(deal);
    await send(fundCalls({ escrow: address, agreement: deal, indices: [0, 1], freelancerSignature }));
    const { submission } = await context.as.freelancer.submit({ agreement: deal, index: 0, deliverable });
    // Milestone 1 is funded already.
    const calls = approveAndFundCalls({ escrow: address, agreement: deal, index: 0, submission });
    const error = await send(calls).then(() => expect.fail("it was sent"), decodeBatchError);
    expect(error).to.include({ code: "WrongStatus", index: 1, actual: Status.Funded });
    expect(await statuses()).to.deep.equal([Status.Submitted, Status.Funded, Status.None]);
    expect(await allowance()).to.equal(0n);
  });

  it("is what the escrow's own multicall is for an allowance that is there: one call, all or none", async () => {
    const { address } = context.escrow;
    const freelancerSignature = await context.as.freelancer.sign(deal);
    await send(fundCalls({ escrow: address, agreement: deal, indices: [0], freelancerSignature }));
    const { submission } = await context.as.freelancer.submit({ agreement: deal, index: 0, deliverable });
    const approve: Call = {
      to: context.tokenAddress,
      data: erc20.encodeFunctionData("approve", [address, 500n * UNIT]) as `0x${string}`,
      value: 0n,
    };
    await send([approve]);
    const options = { index: 0, submission, allowance: await allowance() };
    const calls = approveAndFundCalls({ escrow: address, agreement: deal, ...options });
    const [result] = (await send([multicallCall({ escrow: address, calls })])) ?? [];
    if (result?.verb !== "multicall") return expect.fail("not the result of multicall");
    expect(result.result.events.map(({ type, logIndex }) => [type, logIndex])).to.deep.equal([
      ["MilestoneConcluded", 0],
      ["MilestoneFunded", 2],
    ]);
    expect(await statuses()).to.deep.equal([Status.Released, Status.Funded, Status.None]);
    expect(await allowance(), "the rest").to.equal(300n * UNIT);
  });

  it("takes back what is left of an allowance, for tokens that want that", async () => {
    const { address } = context.escrow;
    const tether = await context.ethers.deployContract("TetherToken");
    await tether.waitForDeployment();
    const tetherAddress = await tether.getAddress();
    await mined(tether.getFunction("mint")(from, 1_000n * UNIT));
    deal = context.define({ client: from, token: { address: tetherAddress, decimals: 6 } });
    const left = { to: toAddress(tetherAddress), data: erc20.encodeFunctionData("approve", [address, 7n]), value: 0n };
    await send([left as Call]);
    await send([acceptCall({ escrow: address, agreement: deal, party: from })]);
    await context.as.freelancer.accept({ agreement: deal });
    const funding = { escrow: address, agreement: deal, indices: [0] };
    await send(fundCalls(funding)).then(
      () => expect.fail("it took an allowance in place of another"),
      () => {},
    );
    const [, , funded] = (await send(fundCalls({ ...funding, allowance: 7n }))) ?? [];
    expect(funded?.verb).to.equal("fund");
    expect(await statuses()).to.deep.equal([Status.Funded, Status.None, Status.None]);
  });

  it("gives each call its own receipt where the wallet sends them one after the other", async () => {
    const { address } = context.escrow;
    const { client: payer } = context.signers;
    deal = context.define();
    const freelancerSignature = await context.as.freelancer.sign(deal);
    const calls = fundCalls({ escrow: address, agreement: deal, indices: [0, 1], freelancerSignature });
    const receipts = [];
    for (const call of calls) receipts.push(walletReceipt(await mined(payer.sendTransaction(call))));
    const request = sendCallsRequest({ chainId: 31_337, from: payer.address, calls, atomic: false });
    const [, funded] =
      batchResults({ escrow: address, request, status: { chainId: "0x7a69", status: 200, receipts } }) ?? [];
    if (funded?.verb !== "fund") return expect.fail("not the result of fund");
    expect(funded.result.transaction.hash).to.equal(receipts[1]?.transactionHash);
    // As viem reads them.
    const read = receipts.map((receipt) => ({
      ...receipt,
      status: "success",
      blockNumber: BigInt(receipt.blockNumber),
    }));
    const status = { chainId: 31_337, status: "success", statusCode: 200, receipts: read };
    expect(batchResults({ escrow: address, request, status })).to.deep.equal([undefined, funded]);
  });
});

describe("A wallet's refusal of a batch", () => {
  const reasons = {
    4200: "method",
    5700: "capability",
    5710: "chain",
    5740: "size",
    5750: "upgrade",
    5760: "atomicity",
  };

  it("says what the wallet lacks, also where the error comes wrapped", () => {
    for (const [code, reason] of [...Object.entries(reasons), ["-32601", "method"]]) {
      const error = rpcError(Number(code), "No");
      for (const given of [error, { code: "UNKNOWN_ERROR", error }, { info: { error: { data: error } } }]) {
        const decoded = decodeBatchError(given);
        expect(decoded).to.be.instanceOf(BatchUnsupportedError);
        expect(decoded).to.include({ reason, cause: given });
      }
    }
  });

  it("is the user's, or the endpoint's, where it is that", () => {
    expect(decodeBatchError(rpcError(4001, "User rejected the request"))).to.be.instanceOf(UserRejectedError);
    expect(decodeBatchError(rpcError(5730, "Unknown bundle id"))).to.be.instanceOf(RpcError);
    for (const junk of [undefined, null, "no", {}, { code: "toString" }]) {
      expect(decodeBatchError(junk)).to.include({ code: "Unexpected" });
    }
  });
});

describe("A Safe's transactions", () => {
  const calls = [approval(5n), finalizeCall({ escrow, agreement, index: 0 })];
  const parameters = { chainId: 8_453, safe: client.toLowerCase(), calls, name: "Fund the first milestone" };

  it("are the file of the Transaction Builder", () => {
    const { meta, ...batch } = safeTransactions({ ...parameters, description: "500 USDC", createdAt: 1_761_326_849 });
    const { checksum, ...rest } = meta;
    expect(batch).to.deep.equal({
      version: "1.0",
      chainId: "8453",
      createdAt: 1_761_326_849_000,
      transactions: calls.map(({ to, data }) => {
        return { to, value: "0", data, contractMethod: null, contractInputsValues: null };
      }),
    });
    expect(rest).to.deep.equal({
      name: "Fund the first milestone",
      description: "500 USDC",
      createdFromSafeAddress: client,
    });
    expect(checksum).to.match(/^0x[0-9a-f]{64}$/);
  });

  it("have the checksum of their text: names in order, each value followed by a comma", () => {
    const [call] = calls;
    if (call === undefined) return expect.fail("no call");
    const { meta } = safeTransactions({ chainId: 1n, safe: client, calls: [call], name: 'A "name"' });
    // Written out by hand, from the builder's rule.
    const ofMeta = `{["createdFromSafeAddress","description","name"]"${client}","","A 'name'",}`;
    const ofCall = `{["contractInputsValues","contractMethod","data","to","value"]null,null,"${call.data}","${call.to}","0",}`;
    const text = `{["chainId","createdAt","meta","transactions","version"]"1",0,${ofMeta},[${ofCall}],"1.0",}`;
    expect(meta.checksum).to.equal(id(text));
  });

  it("have the checksum that the builder's own test has for its example", () => {
    // safe-global/safe-react-apps, apps/tx-builder/src/lib/checksum.test.js: the same values, in another order.
    const to = "0x49d4450977E2c95362C13D3a31a09311E0Ea26A6";
    const taking = (type: string, parameter: string, name: string) => ({
      ...{ inputs: [{ internalType: type, name: parameter, type }], name, payable: false },
    });
    const checksum = checksumOf({
      chainId: "4",
      createdAt: 1_646_321_521_061,
      transactions: [
        {
          contractMethod: taking("address", "paramAddress", "testAddress"),
          contractInputsValues: { paramAddress: to },
          to,
          value: "0",
        },
        {
          contractMethod: taking("bool", "paramBool", "testBool"),
          contractInputsValues: { paramBool: "false", paramAddress: "" },
          to,
          value: "0",
        },
        {
          data: "0x42f4579000000000000000000000000049d4450977e2c95362c13d3a31a09311e0ea26a6",
          to,
          value: "2000000000000000000",
        },
      ],
      meta: {
        name: "test batch file",
        txBuilderVersion: "1.4.0",
        checksum: "",
        createdFromSafeAddress: "0xDF8a1Ce35c9a6ACE153B4e0767942f1E2291a1Aa",
        createdFromOwnerAddress: to,
      },
      version: "1.0",
    });
    expect(checksum).to.equal("0x832ecdb6653751ed00b79dede73864163e46e71815b72e11e506d6399bedffc9");
  });

  it("differ in the checksum when anything differs", () => {
    const checksums = [
      parameters,
      { ...parameters, chainId: 1 },
      { ...parameters, safe: stranger },
      { ...parameters, name: "Fund" },
      { ...parameters, description: "More" },
      { ...parameters, createdAt: 1 },
      { ...parameters, calls: [...calls].reverse() },
    ].map((one) => safeTransactions(one).meta.checksum);
    expect(new Set(checksums).size).to.equal(checksums.length);
  });

  it("keep numbers beyond 2^53 as text, and what others wrote inert", () => {
    const value = 2n ** 200n + 1n;
    const { transactions, meta } = safeTransactions({
      ...parameters,
      calls: [{ to: stranger, data: "0x", value }],
      name: "<img>\u202e\n=HYPERLINK()",
    });
    expect(transactions[0]?.value).to.equal(value.toString());
    expect(meta.name).to.equal("‹img›\\u{202e} =HYPERLINK()");
  });

  it("are not made of what is none", () => {
    const build = (changes: object) => () => safeTransactions({ ...parameters, ...changes });
    thrown(build({ calls: [] }), InvalidParameterError);
    thrown(build({ chainId: "8453" }), InvalidParameterError);
    thrown(build({ safe: "safe.eth" }), InvalidAddressError);
    thrown(build({ name: undefined }), InvalidParameterError);
    thrown(build({ description: 5 }), InvalidParameterError);
    thrown(build({ createdAt: 1_761_326_849_944 }), InvalidTimeError);
  });
});
