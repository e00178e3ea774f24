/** The release that is recorded, and the scripts that deploy it, run as people run them. */
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { escrowAddress } from "@micro-escrow/sdk";
import { deploy, deploySignedFunding } from "@micro-escrow/sdk/deploy";
import { expect } from "chai";
import { type Block, getCreate2Address, id, keccak256 } from "ethers";
import { artifacts, network } from "hardhat";
import { readDeployment, readDeployments, witness } from "../../scripts/records.ts";
import { ScriptError } from "../../scripts/script.ts";
import { create2DeployerCode } from "../sdk/create2.ts";
import { startNode } from "../sdk/evm.ts";

const root = join(import.meta.dirname, "../..");
const sepolia = 11_155_111;
const { deployer, salt, initCodeHash, address } = await readJson("deployments/create2.json");
const signedFunding = await readJson("deployments/signedFunding.json");

async function readJson(path: string) {
  return JSON.parse(await readFile(join(root, path), "utf8"));
}

/** Runs a script on the Node that runs the tests, with nothing in its environment but what is said here. */
function runScript(file: string, args: string[], env: Record<string, string> = {}) {
  return new Promise<{ code: number; output: string; errors: string }>((resolve) => {
    const { PATH = "" } = process.env;
    // Somebody else's home: the keystore of the person who runs the tests has no part in them.
    const options = { cwd: root, env: { PATH, HOME: tmpdir(), XDG_CONFIG_HOME: tmpdir(), ...env } };
    const child = execFile(process.execPath, [file, ...args], options, (error, output, errors) => {
      resolve({ code: error === null ? 0 : Number(error.code), output, errors });
    });
    child.stdin?.end();
  });
}

const runDeploy = (args: string[], env?: Record<string, string>) => runScript("scripts/deploy.ts", args, env);
const runVerify = (args: string[], env?: Record<string, string>) => runScript("scripts/verify.ts", args, env);

/** A node with somebody connected to it. */
async function startConnected(chainId: number) {
  const { url, stop } = await startNode({ chainId });
  const connection = await network.create({ network: "localhost", override: { url, chainId } });
  return { url, provider: connection.ethers.provider, stop };
}

/** An HTTP server in the place of Etherscan, which takes everything for right and keeps it. */
async function startExplorer() {
  const submitted: URLSearchParams[] = [];
  const answers: Record<string, { status: string; message: string; result: string }> = {
    getsourcecode: { status: "0", message: "NOTOK", result: "Contract source code not verified" },
    verifysourcecode: { status: "1", message: "OK", result: "receipt" },
    checkverifystatus: { status: "1", message: "OK", result: "Pass - Verified" },
  };
  const server = createServer(async (request, response) => {
    const chunks = await request.toArray();
    const action = new URL(request.url ?? "", "http://explorer").searchParams.get("action") ?? "";
    if (action === "verifysourcecode") submitted.push(new URLSearchParams(Buffer.concat(chunks).toString()));
    response.end(JSON.stringify(answers[action]));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const etherscan = { name: "Explorer", url: "http://explorer", apiUrl: `http://127.0.0.1:${port}` };
  const chainDescriptors = { [sepolia]: { name: "Sepolia", blockExplorers: { etherscan } } };
  // Put into the script's own configuration before it starts; everything else in it stays.
  const preload = `import config from ${JSON.stringify(pathToFileURL(join(root, "hardhat.config.ts")).href)};
    config.chainDescriptors = ${JSON.stringify(chainDescriptors)};`;
  const nodeOptions = `--import=data:text/javascript,${encodeURIComponent(preload)}`;
  return { submitted, nodeOptions, stop: () => server.close() };
}

function expectRefusal({ code, errors }: { code: number; errors: string }, message: string) {
  expect(errors).to.contain(message);
  expect(errors, "no stack trace").not.to.match(/^\s+at /m);
  expect(code).to.equal(1);
}

describe("the recorded release", () => {
  it("is the bytecode that the contracts compile to", async () => {
    const { bytecode } = await artifacts.readArtifact("MicroEscrow");
    expect(keccak256(bytecode)).to.equal(initCodeHash);
    expect(getCreate2Address(deployer, salt, initCodeHash)).to.equal(address);
  });

  it("is where the SDK looks for it", () => {
    expect(escrowAddress(sepolia)).to.equal(address);
  });

  describe("in a copy of the project", () => {
    const changed = { deployer, salt, initCodeHash: id("other bytecode"), address };
    let folder: string;
    let generate: string;

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), "micro-escrow-release-"));
      generate = join(folder, "scripts/generate.ts");
      const scripts = ["generate", "records", "script"].map((name) => `scripts/${name}.ts`);
      const arbiters = ["PanelArbiter", "AppealableArbiter", "KlerosArbiter"].map(
        (name) => `arbiters/${name}.sol/${name}`,
      );
      const compiled = ["MicroEscrow.sol/MicroEscrow", "periphery/SignedFunding.sol/SignedFunding", ...arbiters];
      const built = compiled.map((name) => `artifacts/contracts/${name}.json`);
      const releases = ["create2", "signedFunding", "arbiters"].map((name) => `deployments/${name}.json`);
      for (const file of [...scripts, ...built, "package.json", ...releases])
        await cp(join(root, file), join(folder, file));
      await symlink(join(root, "node_modules"), join(folder, "node_modules"), "junction");
    });

    afterEach(() => rm(folder, { recursive: true }));

    const write = (file: string, content: object) => writeFile(join(folder, file), JSON.stringify(content));
    const recorded = async () => JSON.parse(await readFile(join(folder, "deployments/create2.json"), "utf8"));
    const generated = (file: string) => readFile(join(folder, "sdk/src/generated", file), "utf8");

    it("takes its deployments on public chains into the SDK, in the order of their chains", async () => {
      const older = "0x0000000000000000000000000000000000000001";
      await write("deployments/8453.json", { chainId: 8_453, address, block: 12, transaction: null });
      await write("deployments/10.json", { chainId: 10, address, block: 0 });
      await write("deployments/137.json", { chainId: 137, address: older, block: 5 });
      await write("deployments/31337.json", { chainId: 31_337, address, block: 3 });
      expect(await runScript(generate, [])).to.deep.equal({ code: 0, output: "", errors: "" });
      const [, json] = (await generated("deployments.ts")).split("[] = ");
      expect(JSON.parse(String(json).replace(";", ""))).to.deep.equal([
        { chainId: 10, address, block: 0 },
        { chainId: 8_453, address, block: 12 },
      ]);
      expect(await generated("code.ts")).to.equal(await readFile(join(root, "sdk/src/generated/code.ts"), "utf8"));
    });

    it("refuses a damaged record, and leaves what was generated as it was", async () => {
      expect(await runScript(generate, [])).to.include({ code: 0, errors: "" });
      const before = await generated("deployments.ts");
      await write("deployments/8453.json", { chainId: 10, address, block: null });
      expectRefusal(await runScript(generate, []), "deployments/8453.json is damaged: its chainId is 10.");
      expectRefusal(await runScript(generate, ["--record"]), "deployments/8453.json");
      await writeFile(join(folder, "deployments/create2.json"), "{");
      expectRefusal(await runScript(generate, []), "deployments/create2.json is damaged");
      expect(await generated("deployments.ts")).to.equal(before);
    });

    it("stops the build when the bytecode is another one, says how to release it, and leaves the record alone", async () => {
      await write("deployments/create2.json", changed);
      const result = await runScript(generate, []);
      expectRefusal(result, "npm run release");
      expect(result.errors).to.contain(changed.initCodeHash).and.to.contain(initCodeHash);
      expect(await recorded()).to.deep.equal(changed);
    });

    it("records it when told to", async () => {
      await write("deployments/create2.json", changed);
      expect(await runScript(generate, ["--record"])).to.include({ code: 0, errors: "" });
      expect(await recorded()).to.deep.equal({ deployer, salt, initCodeHash, address });
    });
  });
});

describe("a deployment's record", () => {
  const right = { chainId: 10, address, block: 7 };
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "micro-escrow-records-"));
  });
  after(() => rm(folder, { recursive: true }));

  const refusals: [string, unknown, string][] = [
    ["no JSON", '{"chainId": 10,', "Expected double-quoted property name in JSON"],
    ["null", null, "it is not an object"],
    ["another chain's", { ...right, chainId: 8_453 }, "its chainId is 8453"],
    ["without a block", { chainId: 10, address }, "its block is missing"],
    ["with a block that is no number", { ...right, block: null }, "its block is null"],
    ["with a block that is no whole number", { ...right, block: 1.5 }, "its block is 1.5"],
    ["with a negative block", { ...right, block: -1 }, "its block is -1"],
    ["with another address than its checksum", { ...right, address: address.toLowerCase() }, "its address is"],
  ];
  for (const [what, content, problem] of refusals) {
    it(`is refused when it is ${what}`, async () => {
      await writeFile(join(folder, "10.json"), typeof content === "string" ? content : JSON.stringify(content));
      const error = await readDeployment(folder, 10).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(ScriptError);
      expect(String(error)).to.contain(`deployments/10.json is damaged: ${problem}`).and.to.contain("npm run deploy");
      expect(await readDeployments(folder).catch((reason: unknown) => String(reason))).to.equal(String(error));
    });
  }

  it("is read when it is right", async () => {
    await writeFile(join(folder, "10.json"), JSON.stringify(right));
    expect(await readDeployment(folder, 10)).to.deep.equal(right);
    expect(await readDeployment(folder, 1)).to.equal(undefined);
    expect(await readDeployments(folder)).to.deep.equal([right]);
  });

  it("takes from the chain what is there, and nothing from an endpoint that lags behind", async () => {
    const block = { timestamp: 1_798_761_600 } as Block;
    const asked = (code: string, found: Block | null) =>
      witness({ getCode: async () => code, getBlock: async () => found }, right).catch((error: unknown) => error);
    expect(await asked("0x6001", block)).to.deep.equal({
      time: "2027-01-01T00:00:00.000Z",
      runtimeCodeHash: keccak256("0x6001"),
    });
    for (const [code, found, missing] of [
      ["0x", block, `code at ${address}`],
      ["0x6001", null, "block 7"],
    ] as const) {
      const error = await asked(code, found);
      expect(error).to.be.instanceOf(ScriptError);
      expect(String(error)).to.contain(`Nothing is recorded: the endpoint has no ${missing} yet. Run deploy again`);
    }
  });
});

describe("npm run deploy", function () {
  this.timeout(120_000);
  const record = join(root, "deployments/31337.json");
  let kept: string | undefined;
  let node: Awaited<ReturnType<typeof startConnected>>;

  before(async () => {
    kept = await readFile(record, "utf8").catch(() => undefined);
    await rm(record, { force: true });
    node = await startConnected(31_337);
  });

  after(async () => {
    await node.stop();
    await (kept === undefined ? rm(record, { force: true }) : writeFile(record, kept));
  });

  it("deploys once, at the recorded address, and records where and how", async () => {
    const args = ["--network", "localhost"];
    const env = { LOCALHOST_RPC_URL: node.url };

    const first = await runDeploy(args, env);
    expect(first).to.include({ code: 0, errors: "" });
    expect(first.output).to.contain(`Deployed MicroEscrow: ${address}`);
    expect(first.output).to.contain(`Deployed SignedFunding: ${signedFunding.address}`);
    const code = await node.provider.getCode(address);
    const latest = await node.provider.getBlock("latest");
    const block = await node.provider.getBlock(Number(latest?.number) - 1);
    const written = await readJson("deployments/31337.json");
    expect(written).to.deep.include({
      chainId: 31_337,
      address,
      block: block?.number,
      transaction: block?.transactions[0],
      time: new Date((block?.timestamp ?? 0) * 1000).toISOString(),
      deployer,
      salt,
      initCodeHash,
      runtimeCodeHash: keccak256(code),
    });
    expect(written.signedFunding).to.deep.equal({
      address: signedFunding.address,
      block: latest?.number,
      transaction: latest?.transactions[0],
      time: new Date((latest?.timestamp ?? 0) * 1000).toISOString(),
      initCodeHash: signedFunding.initCodeHash,
      runtimeCodeHash: keccak256(await node.provider.getCode(signedFunding.address)),
    });
    expect(written.compiler).to.deep.include({ version: "0.8.37" });
    expect(written.compiler.settings).to.include({ viaIR: true, evmVersion: "cancun" });
    expect(written.commit).to.match(/^[0-9a-f]{40}(-dirty)?$/);

    const second = await runDeploy(args, env);
    expect(second).to.include({ code: 0, errors: "" });
    expect(second.output).to.contain(`already there, and its code is right: ${address}`);
    expect(second.output).to.contain(`SignedFunding is already there, and its code is right: ${signedFunding.address}`);
    expect(await node.provider.getBlockNumber(), "nothing was sent").to.equal(latest?.number);

    await writeFile(record, JSON.stringify({ ...written, block: null }));
    expectRefusal(await runDeploy(args, env), "deployments/31337.json is damaged: its block is null.");

    // Somebody else deployed it: the record is made from the chain.
    await rm(record);
    expect(await runDeploy(args, env)).to.include({ code: 0, errors: "" });
    expect(await readJson("deployments/31337.json")).to.deep.equal(written);
  });

  it("asks for a network, and lists them", async () => {
    expectRefusal(await runDeploy([]), "Which network? Say --network and one of: localhost, sepolia");
    expectRefusal(await runDeploy(["--network", "nowhere"]), 'There is no network "nowhere" in hardhat.config.ts.');
    expectRefusal(
      await runDeploy(["localhost"]),
      "Did you mean --network localhost?\nUsage: npm run deploy -- --network",
    );
  });

  it("says that the endpoint does not answer", async () => {
    const result = await runDeploy(["--network", "localhost"], { LOCALHOST_RPC_URL: "http://127.0.0.1:1" });
    expectRefusal(result, 'Cannot connect to the network "localhost".');
    expect(result.errors).to.contain("`npm run node`");
  });

  it("leaves nothing to verify", async () => {
    expectRefusal(await runVerify(["--network", "localhost"], { LOCALHOST_RPC_URL: node.url }), "no explorer");
  });

  it("refuses an endpoint of another chain", async () => {
    const key = { DEPLOYER_PRIVATE_KEY: id("a key") };
    const result = await runDeploy(["--network", "sepolia"], { SEPOLIA_RPC_URL: node.url, ...key });
    expectRefusal(result, 'set to use chain id "11155111", but connected to a chain with id "31337"');
  });
});

describe("the scripts' usage", () => {
  const names = ["deploy", "verify", "token", "demo", "compare", "gas", "generate", "prove", "mutate", "audit"];
  for (const name of names) {
    it(`${name}: is one line, also for an option that it does not know`, async () => {
      const help = await runScript(`scripts/${name}.ts`, ["--help"]);
      expect(help).to.include({ code: 0, errors: "" });
      expect(help.output).to.match(new RegExp(`^Usage: n\\S+ .*${name}.*\n$`));
      const wrong = await runScript(`scripts/${name}.ts`, ["--fast"]);
      // 1 would say that mutation testing ran.
      const code = name === "mutate" ? 2 : 1;
      expect(wrong).to.deep.equal({ code, output: "", errors: `Unknown option '--fast'\n${help.output}` });
    });
  }
});

describe("npm run deploy and npm run verify on a public network", function () {
  this.timeout(120_000);
  let node: Awaited<ReturnType<typeof startConnected>>;
  let env: Record<string, string>;
  const args = ["--network", "sepolia"];

  before(async () => {
    node = await startConnected(sepolia);
    env = { SEPOLIA_RPC_URL: node.url };
  });

  after(() => node.stop());

  it("say which variable is missing and how to set it", async () => {
    expectRefusal(await runDeploy(args), "npx hardhat keystore set SEPOLIA_RPC_URL");
    expectRefusal(await runDeploy(args, env), "npx hardhat keystore set DEPLOYER_PRIVATE_KEY");
    // Too short, no number, zero, and more than the curve's order.
    const keys = ["0x12", "swordfish", `0x${"00".repeat(32)}`, `0x${"ff".repeat(32)}`];
    const attempts = keys.map((key) => runDeploy(args, { ...env, DEPLOYER_PRIVATE_KEY: key }));
    for (const [index, wrongKey] of (await Promise.all(attempts)).entries()) {
      expectRefusal(wrongKey, "DEPLOYER_PRIVATE_KEY is not a private key");
      expect(wrongKey.errors).not.to.contain(keys[index]);
    }
  });

  it("refuse to deploy without the CREATE2 deployer", async () => {
    const result = await runDeploy(args, { ...env, DEPLOYER_PRIVATE_KEY: id("a key") });
    expectRefusal(result, `chain ${sepolia} has no CREATE2 deployer at ${deployer}`);
    expect(result.errors).to.contain("send 0.01 of the chain's coin to 0x3fAB184622Dc19b6109349B94811493BF2a45362");
    expect(result.errors).to.contain("https://github.com/Arachnid/deterministic-deployment-proxy");
  });

  describe("with the CREATE2 deployer", () => {
    before(async () => {
      await node.provider.send("hardhat_setCode", [deployer, create2DeployerCode]);
    });

    it("refuse to deploy from an account that cannot pay", async () => {
      const result = await runDeploy(args, { ...env, DEPLOYER_PRIVATE_KEY: id("a poor account's key") });
      expectRefusal(result, "cannot pay the network fee");
    });

    it("refuse to verify what is not there or another contract, and without an explorer's key", async () => {
      expectRefusal(await runVerify(args, env), "run `npm run deploy -- --network sepolia` first");
      await node.provider.send("hardhat_setCode", [address, "0x00"]);
      expectRefusal(await runVerify(args, env), `The contract at ${address} is not the one that it should be`);
      await node.provider.send("hardhat_setCode", [address, "0x"]);
      const signer = await node.provider.getSigner(0);
      await deploy({ signer });
      expectRefusal(await runVerify(args, env), `SignedFunding is not on sepolia (chain ${sepolia}) yet`);
      await deploySignedFunding({ signer });
      expectRefusal(await runVerify(args, env), "npx hardhat keystore set ETHERSCAN_API_KEY");
    });

    it("submit for verification what compiles to the recorded bytecode", async () => {
      const signer = await node.provider.getSigner(0);
      await deploy({ signer });
      await deploySignedFunding({ signer });
      const explorer = await startExplorer();
      try {
        const result = await runVerify(args, {
          ...env,
          ETHERSCAN_API_KEY: "a key",
          NODE_OPTIONS: explorer.nodeOptions,
        });
        expect(result).to.include({ code: 0, errors: "" });
        expect(result.output).to.contain("Contract verified successfully");
      } finally {
        explorer.stop();
      }
      const expected = [
        { address, name: "MicroEscrow", file: "contracts/MicroEscrow.sol", args: "" },
        {
          address: signedFunding.address,
          name: "SignedFunding",
          file: "contracts/periphery/SignedFunding.sol",
          args: address.slice(2).toLowerCase().padStart(64, "0"),
        },
      ];
      expect(explorer.submitted.length).to.equal(2);
      for (const [index, contract] of expected.entries()) {
        const form = explorer.submitted[index];
        expect(form?.get("contractaddress")).to.equal(contract.address);
        expect(form?.get("contractname")).to.equal(`project/${contract.file}:${contract.name}`);
        expect(form?.get("constructorArguements") ?? form?.get("constructorArguments") ?? "").to.equal(contract.args);
      }
      const [form] = explorer.submitted;
      if (form === undefined) expect.fail("nothing was submitted");
      const [source = "", name = ""] = form.get("contractname")?.split(":") ?? [];
      // What an explorer compiles is what our own build compiled.
      const { buildInfoId } = await artifacts.readArtifact("MicroEscrow");
      const { solcLongVersion, input } = await readJson(`artifacts/build-info/${buildInfoId}.json`);
      const submitted = JSON.parse(form.get("sourceCode") ?? "");
      const { outputSelection } = submitted.settings; // the explorer's own
      expect(submitted).to.deep.equal({ ...input, settings: { ...input.settings, outputSelection, libraries: {} } });
      expect(form.get("compilerversion")).to.equal(`v${solcLongVersion}`);
      const { output } = await readJson(`artifacts/build-info/${buildInfoId}.output.json`);
      expect(keccak256(`0x${output.contracts[source][name].evm.bytecode.object}`)).to.equal(initCodeHash);
    });
  });
});
