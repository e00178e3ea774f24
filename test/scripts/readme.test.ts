import { execFile, spawn } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import {
  type Agreement,
  escrowInterface,
  findToken,
  hashText,
  InsufficientAllowanceError,
  MicroEscrow,
  Status,
  signableVerbs,
  toAgreement,
} from "@micro-escrow/sdk";
import { deploy, deploySignedFunding } from "@micro-escrow/sdk/deploy";
import type { Statement } from "@micro-escrow/sdk/history";
import { expect } from "chai";
import { Interface, type JsonRpcProvider, type TransactionResponse } from "ethers";
import { IDBFactory, IDBKeyRange } from "fake-indexeddb";

import create2 from "../../deployments/create2.json" with { type: "json" };
import { gasChart } from "../../scripts/bench/charts.ts";
import { page, withTables } from "../../scripts/bench/report.ts";
import { tokenAbi } from "../../sdk/src/generated/tokenAbi.ts";
import { failure } from "../sdk/chain.ts";
import { create2DeployerCode } from "../sdk/create2.ts";
import { createChain, mined } from "../sdk/evm.ts";
import { blocksOf, examples, runExample } from "./markdown.ts";

const root = join(import.meta.dirname, "../..");

const readme = await readFile(join(root, "README.md"), "utf8");

/** The blocks of a language in a document, in their order. */
const blocks = (language: string, document = readme) => blocksOf(language, document);

/** What the scripts of package.json run, without the build before it, which the tests have behind them. */
async function commandOf(line: string): Promise<string[]> {
  const [, name = "", options = ""] = /^npm run (\S+)(?: -- (.*?))? *(?:#.*)?$/.exec(line) ?? expect.fail(line);
  const { scripts } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const command = String(scripts[name]).replace("npm run -s build:sdk && ", "");
  return [...command.split(" "), ...options.split(" ").filter(Boolean)];
}

const bin = join(root, "node_modules/.bin");

/** A command of package.json, with what its packages bring first in the path, as npm runs it. */
function start([file = "", ...options]: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return spawn(file, options, {
    cwd: root,
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}`, ...env },
  });
}

/** What a process writes until it has written what matches, or until it ends. */
function outputOf(child: ReturnType<typeof start>, until?: RegExp): Promise<string> {
  return new Promise((resolve) => {
    let output = "";
    const read = (chunk: unknown) => {
      output += chunk;
      if (until?.test(output)) resolve(output);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("close", () => resolve(output));
  });
}

describe("README", () => {
  before(() => rm(examples, { recursive: true, force: true }));

  it("has three examples: the ten lines, without ether, and where the signers come from on a local chain", () => {
    expect(blocks("ts")).to.have.length(3);
  });

  it("the ten lines run as they stand, and the freelancer is paid", async () => {
    // Base, as far as the example can tell: its chain id, and a token where USDC is.
    const { ethers, networkHelpers } = await createChain({ chainId: 8_453 });
    const [clientSigner, freelancerSigner, arbiter, deployer, relayerSigner] = await ethers.getSigners();
    if (!clientSigner || !freelancerSigner || !arbiter || !deployer || !relayerSigner)
      throw new Error("the test network has accounts");
    await networkHelpers.setCode(create2.deployer, create2DeployerCode);
    await deploy({ signer: deployer });
    await deploySignedFunding({ signer: deployer });
    const similar = await ethers.deployContract("AuthorizationToken");
    await similar.waitForDeployment();
    const USDC = findToken(8_453, "USDC");
    await networkHelpers.setCode(USDC.address, await ethers.provider.getCode(similar));
    const token = await ethers.getContractAt("AuthorizationToken", USDC.address);
    await mined(token.getFunction("mint")(clientSigner, 10_000_000_000n));
    const latest = await ethers.provider.getBlock("latest");

    // Blocks go on, as they do on Base: on Anvil, the block that an approval waits for is 32 behind the newest.
    const mining = setInterval(() => void networkHelpers.mine(8), 1_000);
    const [tenLines = "", withoutEther = ""] = blocks("ts");
    const { agreement } = await runExample(
      tenLines,
      {
        clientSigner,
        freelancerSigner,
        client: clientSigner.address,
        freelancer: freelancerSigner.address,
        arbiter: arbiter.address,
        fundBy: new Date(((latest?.timestamp ?? 0) + 90 * 86_400) * 1000),
      },
      "agreement",
    ).finally(() => clearInterval(mining));

    expect(await token.getFunction("balanceOf")(freelancerSigner)).to.equal(500_000_000n);
    expect(await token.getFunction("balanceOf")(clientSigner)).to.equal(9_500_000_000n);
    const escrow = await MicroEscrow.connect(ethers.provider);
    const state = await escrow.getAgreementState(agreement as Agreement);
    expect(state.milestones.map(({ status }) => status)).to.deep.equal([Status.Released, Status.None, Status.None]);

    // Without ether: the client and the freelancer sign, and send nothing.
    const snapshot = await networkHelpers.takeSnapshot();
    const sent = () => Promise.all([clientSigner, freelancerSigner].map((signer) => signer.getNonce()));
    const before = await sent();
    const accounts = { clientSigner, freelancerSigner, relayerSigner };
    await runExample(withoutEther, { escrow, agreement, hashText, ...accounts });
    expect((await escrow.getMilestone({ agreement: agreement as Agreement, index: 1 })).status).to.equal(
      Status.Submitted,
    );
    expect(await sent()).to.deep.equal(before);
    await snapshot.restore();

    // The SDK's own README reads it again, and funds the next.
    const [reading = "", smallest = "", history = "", , , batch = ""] = blocks(
      "ts",
      await readFile(join(root, "sdk/README.md"), "utf8"),
    );
    const known = { signer: clientSigner, id: (agreement as Agreement).id };
    const read = await runExample(reading, known, "status", "USDC");
    expect(read).to.deep.equal({ status: Status.Released, USDC });
    const given = { provider: ethers.provider, signer: clientSigner, chainId: escrow.chainId, agreement };
    await failure(InsufficientAllowanceError, runExample(smallest, given, "sent"));
    await mined(token.getFunction("approve")(escrow.address, 900_000_000n));
    const { sent: transaction } = await runExample(smallest, given, "sent");
    await (transaction as TransactionResponse).wait();
    expect((await escrow.getMilestone({ agreement: agreement as Agreement, index: 1 })).status).to.equal(Status.Funded);

    // And what a page does with the history, in the IndexedDB of a browser.
    Object.assign(globalThis, { indexedDB: new IDBFactory(), IDBKeyRange });
    const inPage = { escrow, chainId: escrow.chainId, account: freelancerSigner.address };
    const { statement, differences } = await runExample(history, inPage, "statement", "differences");
    expect((statement as Statement).totals.map(({ received }) => received)).to.deep.equal([500_000_000n]);
    expect(differences).to.deep.equal([]);
    for (const name of ["indexedDB", "IDBKeyRange"]) Reflect.deleteProperty(globalThis, name);

    // And one like it, by a wallet that knows no batches.
    const { terms, schedule } = agreement as Agreement;
    const another = toAgreement({ ...terms, details: hashText("Another scope") }, schedule);
    const freelancerSignature = await escrow.connect(freelancerSigner).sign(another);
    const ethereum = {
      request: async ({ method }: { method: string }) => {
        throw Object.assign(new Error(`${method} is not supported`), { code: 4200 });
      },
    };
    const client = clientSigner.address;
    const wallet = { ethereum, client, escrow: escrow.connect(clientSigner), agreement: another, freelancerSignature };
    await runExample(batch, wallet);
    expect((await escrow.getMilestone({ agreement: another, index: 0 })).status).to.equal(Status.Funded);
  });

  it("the local chain starts, gets the escrow and a token, and the ten lines run on it", async function () {
    this.timeout(180_000);
    const lines =
      blocks("sh")
        .find((block) => block.includes("npm run node"))
        ?.trim()
        .split("\n") ?? [];
    const [node = [], deployment = [], token = [], ...others] = await Promise.all(lines.map(commandOf));
    expect(others).to.deep.equal([]);
    const record = join(root, "deployments/31337.json");
    const kept = await readFile(record, "utf8").catch(() => undefined);

    // On a free port, because 8545 may be somebody else's.
    const chain = start([...node, "--hostname", "127.0.0.1", "--port", "0"]);
    try {
      const [url = ""] = /http:\/\/[\d.]+:\d+/.exec(await outputOf(chain, /server at \S+\/\n/)) ?? [];
      const env = { LOCALHOST_RPC_URL: url };
      expect(await outputOf(start(deployment, env))).to.include(`Deployed MicroEscrow: ${create2.address}`);
      const printed = await outputOf(start(token, env));
      const [address = ""] = /0x[\dA-Fa-f]{40}/.exec(printed) ?? expect.fail(printed);

      const [tenLines = "", , local = ""] = blocks("ts");
      // As the sentence under it says.
      expect(readme).to.include('with `token: await escrow.getToken("0x…")`, the address that');
      const asked = `await escrow.getToken("${address}")`;
      const both = [local.replace("http://127.0.0.1:8545", url), tenLines.replace('findToken(8453, "USDC")', asked)];
      const fundBy = new Date("2100-01-01");
      const { provider, freelancer } = await runExample(both.join("\n"), { fundBy }, "provider", "freelancer");
      const balanceOf = new Interface(tokenAbi).encodeFunctionData("balanceOf", [freelancer]);
      const balance = await (provider as JsonRpcProvider).call({ to: address, data: balanceOf });
      (provider as JsonRpcProvider).destroy();
      expect(BigInt(balance)).to.equal(1_000_500_000_000n);
    } finally {
      chain.kill();
      await (kept === undefined ? rm(record, { force: true }) : writeFile(record, kept));
    }
  });

  it("names the verbs that nobody can sign for somebody else to send", () => {
    const verbs: string[] = [];
    escrowInterface.forEachFunction(({ name, constant }) => constant || verbs.push(name));
    const unsigned = verbs.filter((verb) => !(signableVerbs as readonly string[]).includes(verb)).sort();
    // `multicall` carries the calls of others, and a `permit` is the payer's signature to the token.
    expect(unsigned).to.deep.equal(["finalize", "fund", "multicall", "permit", "submitEvidence", "withdraw"]);
    expect(readme.replace(/\s+/g, " ")).to.include(
      "everything but `submitEvidence`, and `fund`, for which there is a way of its own, below. `finalize` and `withdraw` need no signature.",
    );
  });

  it("an exit costs the same whether the agreement has one milestone or fifty, and no step more than its limit", async () => {
    // It fails where that is not so.
    const { stdout } = await promisify(execFile)(process.execPath, ["scripts/gas.ts"], { cwd: root });
    expect(stdout).to.match(/^\| approve \| [\d,]+ \| [\d,]+ \| 54,000 \|$/m);
  });

  it("the comparison with others is what `npm run bench` has on record", async () => {
    const results = JSON.parse(await readFile(join(root, "scripts/bench/results.json"), "utf8"));
    expect(readme).to.equal(withTables(readme, results));
    expect(await readFile(join(root, "scripts/bench/README.md"), "utf8")).to.equal(page(results));
    expect(await readFile(join(root, ".github/bench.svg"), "utf8")).to.equal(gasChart(results.gas));
  });
});
