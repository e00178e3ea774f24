/** The release that is recorded, and the scripts that deploy it, run as people run them. */
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { escrowAddress } from "@micro-escrow/sdk";
import { expect } from "chai";
import { getCreate2Address, id, keccak256 } from "ethers";
import { artifacts, network } from "hardhat";
import { startNode } from "./evm.ts";

const root = join(import.meta.dirname, "../..");
const sepolia = 11_155_111;
const { deployer, salt, initCodeHash, address } = await readJson("deployments/create2.json");

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

  describe("when the bytecode is another one", () => {
    const changed = { deployer, salt, initCodeHash: id("other bytecode"), address };
    let folder: string;
    let generate: string;

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), "micro-escrow-release-"));
      generate = join(folder, "scripts/generate.ts");
      const artifact = "artifacts/contracts/MicroEscrow.sol/MicroEscrow.json";
      for (const file of ["scripts/generate.ts", artifact, "package.json"])
        await cp(join(root, file), join(folder, file));
      await symlink(join(root, "node_modules"), join(folder, "node_modules"), "junction");
      await mkdir(join(folder, "deployments"));
      await writeFile(join(folder, "deployments/create2.json"), JSON.stringify(changed));
    });

    afterEach(() => rm(folder, { recursive: true }));

    const recorded = async () => JSON.parse(await readFile(join(folder, "deployments/create2.json"), "utf8"));

    it("stops the build, says how to release it, and leaves the record alone", async () => {
      const result = await runScript(generate, []);
      expectRefusal(result, "npm run release");
      expect(result.errors).to.contain(changed.initCodeHash).and.to.contain(initCodeHash);
      expect(await recorded()).to.deep.equal(changed);
    });

    it("records it when told to", async () => {
      expect(await runScript(generate, ["--record"])).to.include({ code: 0, errors: "" });
      expect(await recorded()).to.deep.equal({ deployer, salt, initCodeHash, address });
    });
  });
});

describe("npm run deploy", () => {
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
    const code = await node.provider.getCode(address);
    const block = await node.provider.getBlock("latest");
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
    expect(written.compiler).to.deep.include({ version: "0.8.37" });
    expect(written.compiler.settings).to.include({ viaIR: true, evmVersion: "cancun" });
    expect(written.commit).to.match(/^[0-9a-f]{40}(-dirty)?$/);

    const second = await runDeploy(args, env);
    expect(second).to.include({ code: 0, errors: "" });
    expect(second.output).to.contain(`already there, and its code is right: ${address}`);
    expect(await node.provider.getBlockNumber(), "nothing was sent").to.equal(block?.number);

    // Somebody else deployed it: the record is made from the chain.
    await rm(record);
    expect(await runDeploy(args, env)).to.include({ code: 0, errors: "" });
    expect(await readJson("deployments/31337.json")).to.deep.equal(written);
  });

  it("asks for a network, and lists them", async () => {
    expectRefusal(await runDeploy([]), "Which network? Say --network and one of: localhost, sepolia");
    expectRefusal(await runDeploy(["--network", "nowhere"]), 'There is no network "nowhere" in hardhat.config.ts.');
  });

  it("says that the endpoint does not answer", async () => {
    const result = await runDeploy(["--network", "localhost"], { LOCALHOST_RPC_URL: "http://127.0.0.1:1" });
    expectRefusal(result, 'Cannot connect to the network "localhost".');
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

describe("npm run deploy and npm run verify on a public network", () => {
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
    const wrongKey = await runDeploy(args, { ...env, DEPLOYER_PRIVATE_KEY: "0x12" });
    expectRefusal(wrongKey, "DEPLOYER_PRIVATE_KEY is not a private key");
  });

  it("refuse to deploy without the CREATE2 deployer", async () => {
    const result = await runDeploy(args, { ...env, DEPLOYER_PRIVATE_KEY: id("a key") });
    expectRefusal(result, `chain ${sepolia} has no CREATE2 deployer at ${deployer}`);
  });

  it("refuse to deploy from an account that cannot pay", async () => {
    // The CREATE2 deployer's code, as it stands on every public chain.
    const code =
      "0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3";
    await node.provider.send("hardhat_setCode", [deployer, code]);
    const result = await runDeploy(args, { ...env, DEPLOYER_PRIVATE_KEY: id("a poor account's key") });
    expectRefusal(result, "cannot pay the network fee");
  });

  it("refuse to verify what is not there, and without an explorer's key", async () => {
    expectRefusal(await runVerify(args, env), "run `npm run deploy -- --network sepolia` first");
    await node.provider.send("hardhat_setCode", [address, "0x00"]);
    expectRefusal(await runVerify(args, env), "npx hardhat keystore set ETHERSCAN_API_KEY");
  });
});
