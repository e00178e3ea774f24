/** What the tests of services share: a node with the escrow, Multicall3 and a token, many funded agreements, and a configuration. */
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Agreement,
  acceptTypedData,
  type DefineAgreementParameters,
  defineAgreement,
  fundCall,
  type Hash,
  type Hex,
  MicroEscrow,
  multicallCall,
  toAddress,
} from "@micro-escrow/sdk";
import { deploy } from "@micro-escrow/sdk/deploy";
import { expect } from "chai";
import {
  type Contract,
  ContractFactory,
  HDNodeWallet,
  JsonRpcProvider,
  MaxUint256,
  type Signer,
  type TransactionResponse,
  toQuantity,
} from "ethers";
import { artifacts } from "hardhat";
import { multicall3Address, multicall3Code } from "../../../scripts/automation/multicall3.ts";
import { DAY, type Endpoint, UNIT } from "../chain.ts";
import { mined, startNode } from "../evm.ts";
import { serversOfEachTest } from "../server.ts";
import { Sink } from "../terminal.ts";

/** A chain of its own. */
export type World = Awaited<ReturnType<typeof startWorld>>;

export async function startWorld() {
  const node = await startNode();
  const provider = new JsonRpcProvider(node.url, undefined, { cacheTimeout: -1, pollingInterval: 20 });
  const [deployer, client, payoutTo, platform, stranger] = await Promise.all(
    [0, 1, 2, 3, 4].map((one) => provider.getSigner(one)),
  );
  if (!deployer || !client || !payoutTo || !platform || !stranger) return expect.fail("the node has too few accounts");
  const { address } = await deploy({ signer: deployer });
  await provider.send("hardhat_setCode", [multicall3Address, multicall3Code]);
  const token = await deployToken(deployer, "PlainToken", 6);
  await mined(token.getFunction("mint")(client.address, 1_000_000n * UNIT));
  await mined((token.connect(client) as Contract).getFunction("approve")(address, MaxUint256));
  const escrow = await MicroEscrow.connect(provider, { address });
  const arbiter = HDNodeWallet.createRandom();
  const freelancer = HDNodeWallet.createRandom();
  const folder = await mkdtemp(join(tmpdir(), "micro-escrow-keeper-"));
  const tokenAddress = toAddress(await token.getAddress());

  const world = {
    ...{ node, provider, escrow, token, tokenAddress, folder },
    accounts: {
      ...{ client: toAddress(client.address), freelancer: toAddress(freelancer.address) },
      ...{ payoutTo: toAddress(payoutTo.address), platform: toAddress(platform.address) },
      ...{ stranger: toAddress(stranger.address), arbiter: toAddress(arbiter.address) },
    },
    signers: { deployer, client, freelancer, stranger },
    deployToken: (name: string, ...parameters: unknown[]) => deployToken(deployer, name, ...parameters),
    balance: (account: string): Promise<bigint> => token.getFunction("balanceOf")(account),
    /** An account of its own with 10 ether; a key that nobody else has. */
    async newAccount() {
      const wallet = HDNodeWallet.createRandom();
      await provider.send("hardhat_setBalance", [wallet.address, toQuantity(10n ** 19n)]);
      return wallet;
    },
    /** Many agreements of one milestone of 100 units, work in a day, platform fee 2%; funded and not submitted. */
    async fund(count: number, changes: Partial<DefineAgreementParameters> = {}): Promise<readonly Agreement[]> {
      const now = await escrow.getTime();
      const agreements: Agreement[] = [];
      const funding: Hex[] = [];
      for (let index = 0; index < count; ++index) {
        const agreement = defineAgreement({
          ...{ client: client.address, freelancer: freelancer.address, arbiter: arbiter.address },
          token: { address: tokenAddress, decimals: 6 },
          scope: { title: "Blog", milestones: ["An article"] },
          milestones: [{ amount: "100", work: "1 day" }],
          ...{ review: "1 day", rework: "1 day", arbitration: "1 day", ifArbiterIsSilent: "50% to the freelancer" },
          fee: { recipient: platform.address, share: "2%" },
          fundBy: now + 365 * DAY,
          ...changes,
        });
        const { domain, types, message } = acceptTypedData({
          agreement,
          chainId: escrow.chainId,
          escrow: escrow.address,
        });
        const freelancerSignature = (await freelancer.signTypedData(domain, types, message)) as Hex;
        funding.push(fundCall({ escrow: escrow.address, agreement, indices: [0], freelancerSignature }).data);
        agreements.push(agreement);
      }
      for (let from = 0; from < count; from += 20) {
        const calls = funding.slice(from, from + 20).map((data) => ({ to: escrow.address, data, value: 0n as const }));
        await mined(client.sendTransaction(multicallCall({ escrow: escrow.address, calls })));
      }
      return agreements;
    },
    /** The same, submitted: when the clock runs out, the freelancer is paid. */
    async submit(agreements: readonly Agreement[], deliverable: Hash) {
      await provider.send("hardhat_setBalance", [freelancer.address, toQuantity(10n ** 19n)]);
      const ben = escrow.connect(freelancer.connect(provider));
      for (const agreement of agreements) await ben.submit({ agreement, index: 0, deliverable });
    },
    async elapse(seconds: number) {
      await provider.send("evm_increaseTime", [seconds]);
      await provider.send("evm_mine", []);
    },
    /** Writes a configuration and returns its file; everything can be changed. */
    async configure(keeper: object = {}, changes: object = {}): Promise<string> {
      const file = join(folder, "services.json");
      const section = {
        key: { environment: "MICRO_ESCROW_KEEPER_KEY" },
        listen: "127.0.0.1:0",
        interval: "1 second",
        accounts: [client.address],
        tokens: { [tokenAddress]: { minimum: "1", price: "3000" } },
        maxFeePerGas: "30",
        minimumBalance: "0.1",
        ...keeper,
      };
      const all = { rpc: node.url, chainId: 31_337, state: "state", keeper: section, ...changes };
      // At once: another service may be reading it.
      await writeFile(`${file}.new`, JSON.stringify(all));
      await rename(`${file}.new`, file);
      return file;
    },
    async stop() {
      provider.destroy();
      await node.stop();
      await rm(folder, { recursive: true });
    },
  };
  return world;
}

async function deployToken(deployer: Signer, name: string, ...parameters: unknown[]) {
  const { abi, bytecode } = await artifacts.readArtifact(name);
  const contract = await new ContractFactory(abi, bytecode, deployer).deploy(...parameters);
  await contract.waitForDeployment();
  return contract as Contract;
}

/** In a `describe`: a world for each test. */
export function worldOfEachTest(): () => World {
  let world: World | undefined;
  beforeEach(async () => {
    world = await startWorld();
  });
  afterEach(async () => {
    await world?.stop();
    world = undefined;
  });
  return () => world ?? expect.fail("there is no world yet");
}

/** In a `describe`: endpoints of the tests' own making in front of a node. */
export function proxiesOfEachTest(): (url: string, endpoint: Endpoint) => Promise<string> {
  const serve = serversOfEachTest();
  return async (url, endpoint) => {
    const forward = async (method: string, params: readonly unknown[]) => {
      const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
      const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
      const { result, error } = (await response.json()) as { result?: unknown; error?: { message: string } };
      if (error !== undefined) throw Object.assign(new Error(error.message), error);
      return result;
    };
    const answer = async ({ id, method, params = [] }: { id: number; method: string; params?: unknown[] }) => {
      try {
        return { jsonrpc: "2.0", id, result: await endpoint(method, params, () => forward(method, params)) };
      } catch (cause) {
        const { code, message, data } = cause as { code?: number; message: string; data?: unknown };
        if (code === undefined) throw cause;
        return { jsonrpc: "2.0", id, error: { code, message, data } };
      }
    };
    const server = await serve(async ({ body }, response) => {
      try {
        const asked = JSON.parse(body.toString());
        const answers = Array.isArray(asked) ? await Promise.all(asked.map(answer)) : await answer(asked);
        response.setHeader("content-type", "application/json").end(JSON.stringify(answers));
      } catch {
        // As an endpoint that is gone.
        response.destroy();
      }
    });
    return server.url;
  };
}

/** A keeper's log, line by line. */
export class LogSink extends Sink {
  get lines(): readonly Readonly<Record<string, unknown>>[] {
    return this.text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
  }

  /** The lines that say this. */
  saying(message: string): readonly Readonly<Record<string, unknown>>[] {
    return this.lines.filter(({ msg }) => msg === message);
  }
}

/** Waits until something is so; fails after ten seconds. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, seconds = 10): Promise<void> {
  const end = performance.now() + seconds * 1_000;
  while (!(await isSo())) {
    if (performance.now() > end) expect.fail(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** All transactions of an account, in their order. */
export async function transactionsOf(
  provider: World["provider"],
  account: string,
): Promise<readonly TransactionResponse[]> {
  const found: TransactionResponse[] = [];
  const latest = await provider.getBlockNumber();
  for (let number = 1; number <= latest; ++number) {
    const block = await provider.getBlock(number, true);
    found.push(...(block?.prefetchedTransactions ?? []).filter(({ from }) => from === account));
  }
  return found;
}
