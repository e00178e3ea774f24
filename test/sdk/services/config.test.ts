/** The services' configuration: what it may say, and what is said of everything else. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigurationError } from "@micro-escrow/sdk/keeper";
import { expect } from "chai";
import { readKeeperConfiguration } from "../../../sdk/dist/services/keeper/config.js";
import { failure } from "../chain.ts";

const account = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const secret = "0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318";

const keeper = {
  key: { environment: "MICRO_ESCROW_KEEPER_KEY" },
  accounts: [account],
  tokens: { USDC: { minimum: "10" } },
  maxFeePerGas: "30",
  minimumBalance: "0.05",
};
const whole = { rpc: "https://rpc.example/key", chainId: 8_453, state: "state", keeper };

describe("The configuration of a service", () => {
  let folder: string;
  let file: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "micro-escrow-config-"));
    file = join(folder, "services.json");
  });
  after(() => rm(folder, { recursive: true }));

  const read = async (contents: unknown, env: Record<string, string> = {}) => {
    await writeFile(file, typeof contents === "string" ? contents : JSON.stringify(contents));
    return readKeeperConfiguration(file, env);
  };
  const withKeeper = (changes: object) => ({ ...whole, keeper: { ...keeper, ...changes } });

  it("is read, with what it leaves out", async () => {
    const { section, ...shared } = await read(whole);
    expect(shared).to.deep.equal({
      ...{ file, rpc: "https://rpc.example/key", chainId: 8_453, escrow: undefined },
      state: join(folder, "state"),
    });
    expect(section).to.deep.equal({
      key: { type: "environment", name: "MICRO_ESCROW_KEEPER_KEY" },
      listen: { host: "127.0.0.1", port: 9_464 },
      ...{ interval: 15, accounts: [account], platforms: [] },
      tokens: new Map([["USDC", { minimum: "10", price: undefined }]]),
      ...{ marginPercent: 50, maxFeePerGas: 30_000_000_000n, minimumBalance: 50_000_000_000_000_000n },
      ...{ stuckAfter: 180, unhealthyAfter: 300, maxGasPerItem: 2_000_000, maxGasPerTransaction: 10_000_000 },
    });
  });

  it("may have another service's section, and the endpoint in the environment", async () => {
    const { rpc, ...rest } = whole;
    const config = await read({ ...rest, verifier: { anything: true } }, { MICRO_ESCROW_RPC: "http://127.0.0.1:8545" });
    expect([config.rpc, rpc]).to.deep.equal(["http://127.0.0.1:8545", "https://rpc.example/key"]);
  });

  it("has paths relative to it", async () => {
    const { section } = await read(
      withKeeper({ key: { keystore: "keys/keeper.json", passwordFile: "/run/password" } }),
    );
    const key = { type: "keystore", file: join(folder, "keys/keeper.json"), passwordFile: "/run/password" };
    expect(section.key).to.deep.equal(key);
  });

  const wrong: readonly (readonly [what: string, contents: unknown, path: string, problem: string])[] = [
    ["no JSON", `{"rpc": "${secret}"`, "", "is not JSON"],
    [
      "a list",
      [],
      "",
      "is something else: write an object with rpc, chainId, escrow, state, keeper, verifier, first-instance",
    ],
    [
      "an unknown member",
      { ...whole, privateKey: secret },
      "privateKey",
      "is not known: rpc, chainId, escrow, state, keeper, verifier, first-instance are",
    ],
    [
      "an unknown member of a section",
      withKeeper({ acounts: [] }),
      "keeper.acounts",
      "is not known: key, listen, interval, accounts, platforms, tokens, marginPercent, maxFeePerGas, minimumBalance, stuckAfter, unhealthyAfter, maxGasPerItem, maxGasPerTransaction are",
    ],
    [
      "no endpoint",
      { ...whole, rpc: undefined },
      "rpc",
      "is missing: write the URL of an Ethereum JSON-RPC endpoint, like https://…; or set MICRO_ESCROW_RPC",
    ],
    [
      "a socket",
      { ...whole, rpc: "wss://rpc.example" },
      "rpc",
      "is something else: write the URL of an Ethereum JSON-RPC endpoint, like https://…; or set MICRO_ESCROW_RPC",
    ],
    [
      "a chain as text",
      { ...whole, chainId: "8453" },
      "chainId",
      "is something else: write the chain's id, a whole number from 1 to 9007199254740991",
    ],
    [
      "no state",
      { ...whole, state: undefined },
      "state",
      "is missing: write a folder for what the services must not forget",
    ],
    [
      "no section",
      { ...whole, keeper: undefined },
      "keeper",
      "is missing: write an object with key, listen, interval, accounts, platforms, tokens, marginPercent, maxFeePerGas, minimumBalance, stuckAfter, unhealthyAfter, maxGasPerItem, maxGasPerTransaction",
    ],
    [
      "a key in place of its name",
      withKeeper({ key: { environment: secret } }),
      "keeper.key.environment",
      "is something else: write the name of an environment variable that begins with MICRO_ESCROW_",
    ],
    [
      "two keys",
      withKeeper({ key: { keystore: "key.json", signer: "sign" } }),
      "keeper.key",
      "must have exactly one of keystore, signer and environment",
    ],
    ["no key", withKeeper({ key: {} }), "keeper.key", "must have exactly one of keystore, signer and environment"],
    [
      "a password without a keystore",
      withKeeper({ key: { signer: "sign", passwordFile: "p" } }),
      "keeper.key.passwordFile",
      "is of no use without a keystore: leave it out, or write keystore too",
    ],
    [
      "no address",
      withKeeper({ accounts: [account, secret] }),
      "keeper.accounts[1]",
      "is something else: write an address, 0x and 40 hexadecimal digits",
    ],
    [
      "nobody",
      withKeeper({ accounts: [] }),
      "keeper",
      "names nobody to work for: write addresses into accounts or platforms",
    ],
    [
      "no tokens",
      withKeeper({ tokens: {} }),
      "keeper.tokens",
      'is empty: write the tokens to work in, like { "USDC": { "minimum": "1" } }',
    ],
    [
      "an amount as a number",
      withKeeper({ tokens: { USDC: { minimum: 10 } } }),
      "keeper.tokens.USDC.minimum",
      'is something else: write an amount of whole tokens as text, like "10.5"',
    ],
    [
      "a platform without a price",
      withKeeper({ platforms: [account] }),
      "keeper.tokens.USDC.price",
      'is missing: write what one of the chain\'s coins costs in this token, like "3000", because platforms are named',
    ],
    [
      "a fee as a number",
      withKeeper({ maxFeePerGas: 30 }),
      "keeper.maxFeePerGas",
      'is something else: write an amount of gwei as text, like "30"',
    ],
    [
      "a fee with too many decimals",
      withKeeper({ maxFeePerGas: "0.0000000001" }),
      "keeper.maxFeePerGas",
      'is something else: write an amount of gwei as text, like "30"',
    ],
    [
      "a duration as a number",
      withKeeper({ interval: 15 }),
      "keeper.interval",
      'is something else: write a duration, like "15 seconds"',
    ],
    [
      "no duration at all",
      withKeeper({ interval: "0 seconds" }),
      "keeper.interval",
      "is something else: write a duration of 1 seconds at least",
    ],
    [
      "a port alone",
      withKeeper({ listen: "9464" }),
      "keeper.listen",
      'is something else: write an address and a port, like "127.0.0.1:9464"',
    ],
    [
      "a port that is none",
      withKeeper({ listen: "127.0.0.1:70000" }),
      "keeper.listen",
      'is something else: write an address and a port, like "127.0.0.1:9464"',
    ],
    [
      "too little gas",
      withKeeper({ maxGasPerTransaction: 1_999_999 }),
      "keeper.maxGasPerTransaction",
      "is too low: write twice maxGasPerItem at least",
    ],
  ];
  for (const [what, contents, path, problem] of wrong) {
    it(`refuses ${what}, says where and what to write, and shows nothing of it`, async () => {
      const error = await failure(ConfigurationError, read(contents));
      const where = path === "" ? `The configuration ${file}` : `In ${file}, ${path}`;
      expect(error.message).to.equal(`${where} ${problem}.`);
      expect([error.file, error.path]).to.deep.equal([file, path]);
      expect(`${error.stack}${error.cause}`).not.to.include(secret);
    });
  }

  it("refuses a file that is not there", async () => {
    const missing = join(folder, "missing.json");
    const error = await failure(ConfigurationError, readKeeperConfiguration(missing, {}));
    expect(error.message).to.equal(`The configuration ${missing} is not there.`);
  });
});
