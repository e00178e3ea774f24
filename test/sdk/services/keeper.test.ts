/** The keeper in this process: for whom it acts, what it pays, and how it bears hostile agreements, fees, forks and other keepers. */
import { access, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Agreement, finalizeCall, hashText, Outcome, toAddress } from "@micro-escrow/sdk";
import { type KeeperOptions, KeyError, ListenError, runKeeper, StateTakenError } from "@micro-escrow/sdk/keeper";
import { expect } from "chai";
import {
  type Contract,
  encryptKeystoreJson,
  formatUnits,
  type HDNodeWallet,
  MaxUint256,
  parseUnits,
  Transaction,
  toQuantity,
} from "ethers";
import { multicall3Address } from "../../../scripts/automation/multicall3.ts";
import { Journal } from "../../../sdk/dist/services/journal.js";
import { DAY, failure, UNIT } from "../chain.ts";
import { mined } from "../evm.ts";
import { LogSink, proxiesOfEachTest, transactionsOf, until, worldOfEachTest } from "./world.ts";

const article = hashText("An article");
const GWEI = 10n ** 9n;

describe("The keeper", function () {
  this.timeout(60_000);
  // They end before their node does.
  const running: { readonly stop: () => Promise<unknown> }[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map(({ stop }) => stop()));
  });
  const world = worldOfEachTest();
  const proxy = proxiesOfEachTest();
  let account: HDNodeWallet;

  beforeEach(async () => {
    account = await world().newAccount();
  });

  const keyOf = ({ privateKey }: { readonly privateKey: string }) => ({ MICRO_ESCROW_KEEPER_KEY: privateKey });

  /** Runs it until nothing is left to do. */
  async function run(config: string, options: Partial<KeeperOptions> = {}): Promise<LogSink> {
    const stderr = new LogSink();
    await runKeeper({ config, once: true, env: keyOf(account), stderr, ...options });
    return stderr;
  }

  /** Runs it until the test is over. */
  function start(config: string, options: Partial<KeeperOptions> = {}) {
    const [log, end] = [new LogSink(), new AbortController()];
    const ended = runKeeper({ config, env: keyOf(account), stderr: log, signal: end.signal, ...options });
    const stop = async () => {
      end.abort();
      await ended.catch(() => {});
    };
    running.push({ stop });
    return { log, ended, stop };
  }

  const sentBy = (address: string) => transactionsOf(world().provider, address);
  const outcomes = (agreements: readonly Agreement[]) =>
    Promise.all(
      agreements.map(async (agreement) => (await world().escrow.getAgreementState(agreement)).milestones[0]?.outcome),
    );

  describe("finalizes for an account", () => {
    it("all of its milestones in one transaction, and none whose clock runs", async () => {
      const { fund, elapse, configure, accounts, balance } = world();
      const due = await fund(3);
      await elapse(DAY);
      const running = await fund(1);
      const before = await balance(accounts.client);
      const log = await run(await configure());
      expect(await outcomes(due)).to.deep.equal(Array(3).fill(Outcome.WorkExpired));
      expect(await outcomes(running)).to.deep.equal([Outcome.None]);
      expect(await balance(accounts.client)).to.equal(before + 300n * UNIT);
      const sent = await sentBy(account.address);
      expect(sent.map(({ to, nonce }) => [to, nonce])).to.deep.equal([[multicall3Address, 0]]);
      expect(log.saying("Mined")).to.have.lengthOf(1);
    });

    it("that is the freelancer, or is named for what is enough", async () => {
      const { fund, submit, elapse, configure, accounts } = world();
      for (const [accounted, named, isSubmitted] of [
        [accounts.freelancer, {}, false],
        [accounts.payoutTo, { payoutTo: accounts.payoutTo }, true],
        [accounts.payoutTo, { refundTo: accounts.payoutTo }, false],
        [accounts.platform, {}, true],
      ] as const) {
        const agreements = await fund(1, named);
        if (isSubmitted) await submit(agreements, article);
        await elapse(DAY);
        await run(await configure({ accounts: [accounted] }));
        const expected = isSubmitted ? Outcome.ReviewExpired : Outcome.WorkExpired;
        expect(await outcomes(agreements), JSON.stringify(named)).to.deep.equal([expected]);
      }
    });

    it("that is only named, for nothing less than the minimum", async () => {
      const { fund, submit, elapse, configure, accounts, tokenAddress } = world();
      const [paid, refunded] = [
        await fund(1, { payoutTo: accounts.payoutTo }),
        await fund(1, { payoutTo: accounts.payoutTo }),
      ];
      await submit(paid, article);
      await elapse(DAY);
      // Of 100, the platform has 2. And whoever is named for the payout gains nothing by a refund.
      const tokens = (minimum: string) => ({ [tokenAddress]: { minimum } });
      await run(await configure({ accounts: [accounts.payoutTo], tokens: tokens("98.000001") }));
      expect(await outcomes([...paid, ...refunded])).to.deep.equal([Outcome.None, Outcome.None]);
      await run(await configure({ accounts: [accounts.payoutTo], tokens: tokens("98") }));
      expect(await outcomes([...paid, ...refunded])).to.deep.equal([Outcome.ReviewExpired, Outcome.None]);
    });

    it("in no token that is not named", async () => {
      const { fund, elapse, configure, deployToken } = world();
      const agreements = await fund(1);
      await elapse(DAY);
      const other = await (await deployToken("PlainToken", 6)).getAddress();
      await run(await configure({ tokens: { [other]: { minimum: "1" } } }));
      expect(await outcomes(agreements)).to.deep.equal([Outcome.None]);
      expect(await sentBy(account.address)).to.deep.equal([]);
    });

    for (const [chain, code] of [
      ["has no Multicall3", "0x"],
      ["has something else in its place", "0x60016000526020600060003960206000f3"],
    ] as const) {
      it(`each in a transaction of its own where the chain ${chain}`, async () => {
        const { fund, elapse, configure, provider, escrow } = world();
        await provider.send("hardhat_setCode", [multicall3Address, code]);
        const agreements = await fund(3);
        await elapse(DAY);
        await run(await configure());
        expect(await outcomes(agreements)).to.deep.equal(Array(3).fill(Outcome.WorkExpired));
        const sent = await sentBy(account.address);
        expect(sent.map(({ to, nonce }) => [to, nonce])).to.deep.equal(
          [0, 1, 2].map((nonce) => [escrow.address, nonce]),
        );
      });
    }

    it("in as many transactions as their gas needs", async () => {
      const { fund, elapse, configure, provider } = world();
      const agreements = await fund(12);
      await elapse(DAY);
      await run(await configure({ maxGasPerItem: 400_000, maxGasPerTransaction: 800_000 }));
      expect(await outcomes(agreements)).to.deep.equal(Array(12).fill(Outcome.WorkExpired));
      const sent = await sentBy(account.address);
      expect(sent).to.have.lengthOf(2);
      for (const { gasLimit, hash } of sent) {
        expect(gasLimit <= 800_000n).to.equal(true);
        expect((await provider.getTransactionReceipt(hash))?.status).to.equal(1);
      }
    });
  });

  it("pays out what waits for its accounts and platforms, from the minimum on", async () => {
    const { fund, submit, elapse, configure, accounts, balance, escrow, tokenAddress } = world();
    await submit(await fund(2), article);
    await elapse(DAY);
    const tokens = (minimum: string) => ({ [tokenAddress]: { minimum, price: "1" } });
    const named = { accounts: [accounts.client], platforms: [accounts.platform] };
    await run(await configure({ ...named, tokens: tokens("4.000001") }));
    const waiting = () => escrow.getClaimable({ token: tokenAddress, account: accounts.platform });
    expect([await waiting(), await balance(accounts.platform)]).to.deep.equal([4n * UNIT, 0n]);
    await run(await configure({ ...named, tokens: tokens("4") }));
    expect([await waiting(), await balance(accounts.platform)]).to.deep.equal([0n, 4n * UNIT]);
    expect(await balance(escrow.address)).to.equal(0n);
  });

  describe("for a platform, finalizes what pays", () => {
    it("its fee must be worth more than the gas and the margin", async () => {
      const { fund, submit, elapse, configure, accounts, provider, escrow, tokenAddress } = world();
      const agreements = await fund(1);
      await submit(agreements, article);
      await elapse(DAY);
      const [agreement] = agreements;
      if (agreement === undefined) return expect.fail("nothing was funded");
      const call = finalizeCall({ escrow: escrow.address, agreement, index: 0 });
      const gas = await provider.estimateGas({ ...call, from: account.address });
      const block = await provider.getBlock("latest");
      const tip = (await provider.getFeeData()).maxPriorityFeePerGas ?? 0n;
      const cost = (gas * ((block?.baseFeePerGas ?? 0n) + tip) * 130n) / 100n;
      // Its fee is 2 units: what a coin must cost for these to be worth the gas, and 30% more.
      const price = (2n * UNIT * 10n ** 18n) / cost;
      const section = (most: bigint) => ({
        ...{ accounts: [], platforms: [accounts.platform], marginPercent: 30 },
        tokens: { [tokenAddress]: { minimum: "1000", price: formatUnits(most, 6) } },
      });
      await run(await configure(section(price + 1n)));
      expect(await outcomes(agreements)).to.deep.equal([Outcome.None]);
      expect(await sentBy(account.address)).to.deep.equal([]);
      await run(await configure(section(price - 1n)));
      expect(await outcomes(agreements)).to.deep.equal([Outcome.ReviewExpired]);
    });

    it("nothing without a fee: a refund is not its business", async () => {
      const { fund, elapse, configure, accounts, tokenAddress } = world();
      const agreements = await fund(1);
      await elapse(DAY);
      const tokens = { [tokenAddress]: { minimum: "1", price: "0.000001" } };
      await run(await configure({ accounts: [], platforms: [accounts.platform], tokens }));
      expect(await outcomes(agreements)).to.deep.equal([Outcome.None]);
    });
  });

  describe("bears hostile agreements:", () => {
    /** The client's money in another token, which the escrow may take. */
    async function inToken(name: string) {
      const { deployToken, signers, escrow } = world();
      const token = await deployToken(name);
      const decimals = Number(await token.getFunction("decimals")());
      await mined(token.getFunction("mint")(signers.client.address, 10_000n * 10n ** BigInt(decimals)));
      await mined((token.connect(signers.client) as Contract).getFunction("approve")(escrow.address, MaxUint256));
      return { token, address: toAddress(await token.getAddress()), decimals };
    }

    it("a token that burns all gas it is given costs what a payment may use, and harms nothing beside it", async () => {
      const { fund, elapse, configure, provider, tokenAddress, escrow, accounts } = world();
      const { token, address, decimals } = await inToken("FaultyToken");
      const [before, hostile] = [await fund(2), await fund(1, { token: { address, decimals } })];
      const after = await fund(2);
      await mined(token.getFunction("setFaults")(8, 0)); // burns
      await elapse(DAY);
      const tokens = { [tokenAddress]: { minimum: "1" }, [address]: { minimum: "101" } };
      await run(await configure({ tokens }));
      expect(await outcomes([...before, ...hostile, ...after])).to.deep.equal(Array(5).fill(Outcome.WorkExpired));
      expect(await escrow.getClaimable({ token: address, account: accounts.client })).to.equal(100n * UNIT);
      const [sent, ...others] = await sentBy(account.address);
      expect(others).to.deep.equal([]);
      const receipt = await provider.getTransactionReceipt(sent?.hash ?? "");
      expect(Number(receipt?.gasUsed)).to.be.within(300_000, 500_000);
    });

    it("a payment that fails is left, and tried again later, while all else goes on", async () => {
      const { fund, elapse, configure, tokenAddress } = world();
      const { token, address, decimals } = await inToken("RestrictedToken");
      const [hostile, honest] = [await fund(1, { token: { address, decimals } }), await fund(1)];
      await mined(token.getFunction("setPaused")(true));
      await elapse(DAY);
      const tokens = { [tokenAddress]: { minimum: "1" }, [address]: { minimum: "1" } };
      const config = await configure({ tokens });
      await run(config); // finalizes both; one payment is deferred, and cannot be withdrawn
      const log = await run(config);
      expect(await outcomes([...hostile, ...honest])).to.deep.equal([Outcome.WorkExpired, Outcome.WorkExpired]);
      const [refused] = log.saying("It cannot be sent");
      expect(refused).to.include({ token: address, amount: `${100n * UNIT}`, code: "TransactionReverted" });
      expect(await sentBy(account.address)).to.have.lengthOf(1);
    });

    it("a recipient that burns gas in a withdrawal is not paid out", async () => {
      const { fund, elapse, configure, provider, accounts } = world();
      const { token, address, decimals } = await inToken("HookToken");
      const hostile = await fund(1, { token: { address, decimals }, refundTo: accounts.payoutTo });
      // Touches the memory's second million, which costs 2.2 million gas.
      await provider.send("hardhat_setCode", [accounts.payoutTo, "0x60006210000052"]);
      await mined(token.getFunction("setRegistered")(accounts.payoutTo, true));
      await elapse(DAY);
      const named = { accounts: [accounts.client, accounts.payoutTo], tokens: { [address]: { minimum: "1" } } };
      const config = await configure(named);
      await run(config);
      const log = await run(config);
      expect(await outcomes(hostile)).to.deep.equal([Outcome.WorkExpired]);
      const [refused] = log.saying("It uses more gas than maxGasPerItem");
      expect(refused).to.include({ token: address, account: accounts.payoutTo });
      expect(await sentBy(account.address)).to.have.lengthOf(1);
    });

    it("what somebody else did first fails alone, and is not tried again", async () => {
      const { fund, elapse, configure, provider, escrow, signers } = world();
      const agreements = await fund(3);
      await elapse(DAY);
      await provider.send("evm_setAutomine", [false]);
      const { log, stop } = start(await configure());
      await until("it has sent", () => log.saying("Sent").length === 1);
      const [first] = agreements;
      if (first === undefined) return expect.fail("nothing was funded");
      const call = finalizeCall({ escrow: escrow.address, agreement: first, index: 0 });
      const fees = { maxFeePerGas: 100n * GWEI, maxPriorityFeePerGas: 50n * GWEI, gasLimit: 500_000n };
      await signers.stranger.sendTransaction({ ...call, ...fees });
      await provider.send("evm_mine", []);
      await until("it knows", () => log.saying("It was not done").length === 1);
      await new Promise((resolve) => setTimeout(resolve, 1_200)); // a look more
      await stop();
      expect(log.saying("It was not done")[0]).to.include({ subject: `finalize ${first.id} 0` });
      expect(await outcomes(agreements)).to.deep.equal(Array(3).fill(Outcome.WorkExpired));
      expect(await sentBy(account.address)).to.have.lengthOf(1);
    });
  });

  it("says in a dry run what it would do, without a key, and sends nothing", async () => {
    const { fund, elapse, configure, folder, provider } = world();
    const [agreement] = await fund(1);
    // What it tells is nearly all tip.
    await provider.send("hardhat_setNextBlockBaseFeePerGas", ["0x7"]);
    await elapse(DAY);
    const block = await provider.getBlockNumber();
    const log = await run(await configure(), { dryRun: true, env: {} });
    const [would] = log.saying("Would send");
    expect(would?.items).to.deep.equal([{ agreement: agreement?.id, index: 0, outcome: "WorkExpired" }]);
    expect(Number(would?.fee)).to.be.within(0.00001, 0.01);
    expect(await provider.getBlockNumber()).to.equal(block);
    expect(log.text).not.to.include('"Sent');
    await failure(Error as never, access(join(folder, `state/keeper-31337-${account.address}.journal`)));
  });

  describe("with fees:", () => {
    it("waits while gas costs more than it may pay", async () => {
      const { fund, elapse, configure, provider } = world();
      const agreements = await fund(1);
      await elapse(DAY);
      const baseFee = async (gwei: bigint) => {
        await provider.send("hardhat_setNextBlockBaseFeePerGas", [toQuantity(gwei * GWEI)]);
        await provider.send("evm_mine", []);
      };
      await baseFee(31n);
      const config = await configure({ maxFeePerGas: "30" });
      const log = await run(config);
      expect(log.saying("Waiting: gas costs more than maxFeePerGas")).to.have.lengthOf(1);
      expect(await outcomes(agreements)).to.deep.equal([Outcome.None]);
      await baseFee(20n);
      await run(config);
      expect(await outcomes(agreements)).to.deep.equal([Outcome.WorkExpired]);
      expect((await sentBy(account.address))[0]?.maxFeePerGas).to.equal(30n * GWEI);
    });

    it("replaces what is stuck under the same number, an eighth higher, and one of them is mined", async () => {
      const { fund, elapse, configure, provider } = world();
      const agreements = await fund(1);
      await elapse(DAY);
      await provider.send("evm_setAutomine", [false]);
      const { log, stop } = start(await configure({ stuckAfter: "1 second" }));
      await until("it is replaced", () => log.saying("Sent: replaced").length >= 1);
      await provider.send("evm_mine", []);
      await until("it is mined", () => log.saying("Mined").length === 1);
      await stop();
      expect(await outcomes(agreements)).to.deep.equal([Outcome.WorkExpired]);
      const signed = await signedInJournal();
      expect(signed.length).to.be.at.least(2);
      for (const [position, { maxFeePerGas, maxPriorityFeePerGas, nonce, data }] of signed.entries()) {
        const before = signed[position - 1];
        expect([nonce, data]).to.deep.equal([0, signed[0]?.data]);
        if (before === undefined) continue;
        expect(maxFeePerGas).to.equal((before.maxFeePerGas * 1_125n + 999n) / 1_000n);
        expect(maxPriorityFeePerGas).to.equal((before.maxPriorityFeePerGas * 1_125n + 999n) / 1_000n);
      }
      expect(await sentBy(account.address)).to.have.lengthOf(1);
    });

    it("replaces nothing above what it may pay, but sends it again", async () => {
      const { fund, elapse, configure, provider } = world();
      await fund(1);
      await elapse(DAY);
      await provider.send("evm_setAutomine", [false]);
      // What is paid now at most, which an eighth more is above.
      const { maxPriorityFeePerGas } = await provider.getFeeData();
      const base = (await provider.getBlock("latest"))?.baseFeePerGas ?? 0n;
      const most = 2n * base + (maxPriorityFeePerGas ?? 0n);
      const { log, stop } = start(await configure({ stuckAfter: "1 second", maxFeePerGas: formatUnits(most, "gwei") }));
      await until("it is sent again", () => log.saying("Sent").length === 1);
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      await stop();
      expect(log.saying("Stuck: replacing it")).to.deep.equal([]);
      expect(await signedInJournal()).to.have.lengthOf(1);
    });

    it("signs nothing that the account cannot pay, and says that it is unwell", async () => {
      const { fund, elapse, configure, provider } = world();
      const agreements = await fund(1);
      await elapse(DAY);
      await provider.send("hardhat_setBalance", [account.address, toQuantity(parseUnits("0.00001"))]);
      const { log, stop } = start(await configure());
      await until("it has looked", () => log.saying("The account has too little").length > 0);
      const health = await fetch(`http://127.0.0.1:${log.saying("Started")[0]?.port}/health`);
      const problem = `The account ${account.address} has 0.00001 of the chain's coin, less than 0.1.`;
      expect([health.status, await health.json()]).to.deep.equal([503, { healthy: false, problems: [problem] }]);
      await stop();
      expect(await outcomes(agreements)).to.deep.equal([Outcome.None]);
      expect(await signedInJournal()).to.deep.equal([]);
    });
  });

  /** What the journal has that was signed. */
  async function signedInJournal() {
    const file = join(world().folder, `state/keeper-31337-${account.address}.journal`);
    const { records } = await Journal.open<{ type: string; raw: string }>(file, "micro-escrow transactions 1");
    const signed = records.filter(({ type }) => type === "signed").map(({ raw }) => Transaction.from(raw));
    return signed.map(({ nonce, data, hash, maxFeePerGas, maxPriorityFeePerGas }) => ({
      ...{ nonce, data, hash },
      ...{ maxFeePerGas: maxFeePerGas ?? 0n, maxPriorityFeePerGas: maxPriorityFeePerGas ?? 0n },
    }));
  }

  it("sends the same transaction again when a reorganization took it out of its block", async () => {
    const { fund, elapse, configure, provider, node } = world();
    const agreements = await fund(1);
    await elapse(DAY);
    await provider.send("evm_setAutomine", [false]);
    // Nothing is final.
    const rpc = await proxy(node.url, async (method, parameters, forward) =>
      method === "eth_getBlockByNumber" && parameters[0] === "finalized"
        ? provider.send(method, ["0x0", false])
        : forward(),
    );
    const { log, stop } = start(await configure({}, { rpc }));
    await until("it has sent", () => log.saying("Sent").length === 1);
    const [signed] = await signedInJournal();
    const snapshot = await provider.send("evm_snapshot", []);
    await provider.send("evm_mine", []);
    await until("it is mined", () => log.saying("Mined").length === 1);
    expect(await outcomes(agreements)).to.deep.equal([Outcome.WorkExpired]);

    await provider.send("evm_revert", [snapshot]);
    await provider.send("hardhat_dropTransaction", [signed?.hash]);
    expect(await outcomes(agreements)).to.deep.equal([Outcome.None]);
    await until("it is sent again", () => log.saying("Sent: resent").length === 1);
    await provider.send("evm_mine", []);
    await until("it is mined again", () => log.saying("Mined").length === 2);
    await stop();
    expect(log.saying("A reorganization took it out of its block: sending it again")).to.have.lengthOf(1);
    expect(await outcomes(agreements)).to.deep.equal([Outcome.WorkExpired]);
    expect((await sentBy(account.address)).map(({ hash }) => hash)).to.deep.equal([signed?.hash]);
    expect(await signedInJournal()).to.have.lengthOf(1);
  });

  describe("beside another keeper", () => {
    it("with the same journal, one of them stops, and nothing is sent twice", async () => {
      const { fund, elapse, configure, provider } = world();
      const agreements = await fund(2);
      await elapse(DAY);
      await provider.send("evm_setAutomine", [false]);
      const config = await configure();
      const first = start(config);
      await until("the first has sent", () => first.log.saying("Sent").length === 1);
      const second = start(config);
      await until("the second has looked", () => second.log.saying("Ready").length === 1);
      const ends = [first, second].map(({ ended }) =>
        ended.then(
          () => undefined,
          (error: unknown) => error,
        ),
      );
      await provider.send("evm_mine", []);
      expect(await Promise.race(ends)).to.be.instanceOf(StateTakenError);
      expect(await outcomes(agreements)).to.deep.equal([Outcome.WorkExpired, Outcome.WorkExpired]);
      expect(await sentBy(account.address)).to.have.lengthOf(1);
    });

    it("with the same address to listen at, the second does not start", async () => {
      const { configure } = world();
      const first = start(await configure());
      await until("the first listens", () => first.log.saying("Started").length === 1);
      const port = first.log.saying("Started")[0]?.port;
      const error = await failure(ListenError, run(await configure({ listen: `127.0.0.1:${port}` })));
      expect(error.message).to.match(new RegExp(`^Nothing can listen at 127\\.0\\.0\\.1:${port}: .*EADDRINUSE`));
    });

    it("with another key, both are harmless", async () => {
      const { fund, elapse, configure, newAccount, balance, accounts, provider } = world();
      const agreements = await fund(6);
      await elapse(DAY);
      const before = await balance(accounts.client);
      await provider.send("evm_setAutomine", [false]);
      const other = await newAccount();
      const both = [start(await configure()), start(await configure({}, { state: "other" }), { env: keyOf(other) })];
      await until("both have sent", () => both.every(({ log }) => log.saying("Sent").length === 1));
      await provider.send("evm_mine", []);
      await until("both know", () => both.every(({ log }) => log.saying("Mined").length === 1));
      await Promise.all(both.map(({ stop }) => stop()));
      expect(await outcomes(agreements)).to.deep.equal(Array(6).fill(Outcome.WorkExpired));
      expect(await balance(accounts.client)).to.equal(before + 600n * UNIT);
    });
  });

  describe("with its key in", () => {
    async function worksWith(key: object, env: Record<string, string> = {}): Promise<LogSink> {
      const { fund, elapse, configure } = world();
      const agreements = await fund(1);
      await elapse(DAY);
      const log = await run(await configure({ key }), { env });
      expect(await outcomes(agreements)).to.deep.equal([Outcome.WorkExpired]);
      expect(await sentBy(account.address)).to.have.lengthOf(1);
      expect(log.text).not.to.include(account.privateKey.slice(2));
      return log;
    }

    it("a keystore, whose password is in a file", async () => {
      const { folder } = world();
      const { address, privateKey } = account;
      const json = await encryptKeystoreJson({ address, privateKey }, "a password", { scrypt: { N: 2 } });
      await writeFile(join(folder, "key.json"), json);
      await writeFile(join(folder, "password"), "a password\n");
      const log = await worksWith({ keystore: "key.json", passwordFile: "password" });
      expect(log.text).not.to.include("a password");
    });

    it("a program that signs, which is told nothing of ours", async () => {
      const { folder } = world();
      const program = `
        import { writeFileSync, readFileSync } from "node:fs";
        import { Wallet, Transaction } from "${import.meta.resolve("ethers")}";
        const { method, params } = JSON.parse(readFileSync(0, "utf8"));
        const wallet = new Wallet("${account.privateKey}");
        writeFileSync("${join(folder, "environ.json")}", JSON.stringify([process.env, process.argv]));
        console.error("signing");
        const answer = (result) => console.log(JSON.stringify({ jsonrpc: "2.0", id: 1, result }));
        if (method === "eth_accounts") answer([wallet.address]);
        else {
          const { from, gas, type, nonce, ...rest } = params[0];
          const transaction = Transaction.from({ ...rest, gasLimit: gas, type: Number(type), nonce: Number(nonce) });
          transaction.signature = wallet.signingKey.sign(transaction.unsignedHash);
          answer(transaction.serialized);
        }`;
      await writeFile(join(folder, "signer.mjs"), program);
      const env = { PATH: process.env.PATH ?? "", MICRO_ESCROW_PASSWORD: "secret", MICRO_ESCROW_OTHER: "secret" };
      const log = await worksWith({ signer: `node ${join(folder, "signer.mjs")}` }, env);
      const seen = await readFile(join(folder, "environ.json"), "utf8");
      expect(seen).to.include('"PATH"').and.not.to.include("secret").and.not.to.include("MICRO_ESCROW");
      expect(log.saying("Said")[0]).to.include({ source: "key", text: "signing" });
    });

    it("an environment without it, says which variable is missing", async () => {
      const error = await failure(KeyError, run(await world().configure(), { env: {} }));
      expect(error.message).to.equal(
        "The environment has no MICRO_ESCROW_KEEPER_KEY, which the configuration names as the key.",
      );
    });

    it("an environment that has none, does not show what it has", async () => {
      const error = await failure(
        KeyError,
        run(await world().configure(), { env: { MICRO_ESCROW_KEEPER_KEY: "hunter2" } }),
      );
      expect(error.message)
        .to.match(/^MICRO_ESCROW_KEEPER_KEY is not a private key/)
        .and.not.to.include("hunter2");
    });
  });
});
