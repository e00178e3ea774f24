/**
 * The command line where it deals with people and their keys: setting up, every way to sign, the configuration, questions at a
 * terminal, and the exit code of every failure.
 */
import { execFile } from "node:child_process";
import { scrypt as nativeScrypt } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import * as sdk from "@micro-escrow/sdk";
import { type Agreement, defineAgreement, MicroEscrow } from "@micro-escrow/sdk";
import { deploy } from "@micro-escrow/sdk/deploy";
import { writeAgreement } from "@micro-escrow/sdk/node";
import { expect } from "chai";
import {
  ContractFactory,
  encryptKeystoreJson,
  HDNodeWallet,
  JsonRpcProvider,
  scrypt,
  Transaction,
  type TransactionLike,
  type TypedDataField,
  Wallet,
} from "ethers";
import { artifacts } from "hardhat";
import { DeclinedError, ExitCode, exitCodeOf, exitCodes, KeyError, UsageError } from "../../sdk/dist/cli/errors.js";
import { run } from "../../sdk/dist/cli/run.js";
import * as errors from "../../sdk/dist/errors.js";
import { UNIT } from "./chain.ts";
import { startNode } from "./evm.ts";
import { type Answer, serversOfEachTest } from "./server.ts";

const BIN = join(import.meta.dirname, "../../sdk/bin/micro-escrow.js");
const PASSWORD = "correct horse battery staple";
const ESCAPE = "\x1b";
const CTRL_C = "\x03";
const CTRL_D = "\x04";
const DOWN = "\x1b[B";
const ENTER = "\r";

/** The development nodes' accounts. */
const accountOf = (index: number) => {
  const phrase = "test test test test test test test test test test test junk";
  return new Wallet(HDNodeWallet.fromPhrase(phrase, undefined, `m/44'/60'/0'/0/${index}`).privateKey);
};
const client = accountOf(1);
const freelancer = accountOf(2);
const arbiter = accountOf(3);

/** The work factor is ethers' own in what the product writes; only the implementation is a quicker one. */
before(() => {
  scrypt.register(
    (password, salt, N, r, p, length, progress) =>
      new Promise((resolve, reject) => {
        const options = { N, r, p, maxmem: 2 ** 30 };
        nativeScrypt(password, salt, length, options, (error, key) => {
          progress?.(1);
          if (error) reject(error);
          else resolve(`0x${key.toString("hex")}`);
        });
      }),
  );
});

interface Person {
  readonly env?: Record<string, string>;
  /** What somebody at a terminal types, each answer when the question is there; without it nobody is there. */
  readonly answers?: readonly (readonly [question: string | RegExp, keys: string])[];
  readonly signal?: AbortSignal;
  readonly onErr?: (text: string) => void;
}

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command in this process. */
async function command(args: readonly string[], { env = {}, answers, signal, onErr }: Person = {}): Promise<Ended> {
  const written = { out: "", err: "" };
  const left = [...(answers ?? [])];
  let unseen = "";
  const stdin = Object.assign(new PassThrough(), { isTTY: answers !== undefined, setRawMode: () => stdin });
  const into = (name: "out" | "err", then?: (text: string) => void) =>
    new Writable({
      write: (chunk, _, done) => {
        const text = stripVTControlCharacters(String(chunk));
        written[name] += text;
        then?.(text);
        done();
      },
    });
  const stderr = into("err", (text) => {
    onErr?.(text);
    unseen += text;
    const [question, keys] = left[0] ?? [];
    if (question === undefined || keys === undefined) return;
    if (typeof question === "string" ? !unseen.includes(question) : !question.test(unseen)) return;
    left.shift();
    unseen = "";
    setImmediate(() => (keys === "" ? stdin.end() : stdin.write(keys)));
  });
  // Whoever gives up a transaction leaves its timer behind, which would keep this process.
  const code = await run([...args, "--patience", "20"], {
    ...{ stdin, stdout: into("out"), stderr: Object.assign(stderr, { isTTY: answers !== undefined }), env },
    ...(signal && { signal }),
  });
  expect(left, `questions that were not asked; it said: ${written.err}`).to.deep.equal([]);
  return { code, ...written };
}

/** The one JSON document of an output. */
const json = ({ out }: Ended) => JSON.parse(out);

describe("The command line", function () {
  this.timeout(60_000);

  const startServer = serversOfEachTest();
  let node: Awaited<ReturnType<typeof startNode>>;
  let provider: JsonRpcProvider;
  let escrow: MicroEscrow;
  let token: string;
  let folder: string;
  let config: string;
  /** Of somebody whose home is the test's folder. */
  let env: Record<string, string>;

  before(async () => {
    node = await startNode();
    provider = new JsonRpcProvider(node.url, 31_337, { staticNetwork: true, cacheTimeout: -1, pollingInterval: 50 });
    const signer = await provider.getSigner(0);
    const { address } = await deploy({ signer });
    const { abi, bytecode } = await artifacts.readArtifact("PlainToken");
    const contract = await new ContractFactory(abi, bytecode, signer).deploy(6);
    await contract.waitForDeployment();
    token = await contract.getAddress();
    await (await contract.getFunction("mint")(client.address, 1_000n * UNIT)).wait();
    escrow = await MicroEscrow.connect(provider, { address });
  });

  after(async () => {
    provider.destroy();
    await node.stop();
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "micro-escrow-"));
    config = join(folder, ".config/micro-escrow/config.json");
    env = { HOME: folder };
  });

  afterEach(() => rm(folder, { recursive: true }));

  /** A file in the test's folder. */
  const file = async (name: string, text: string | Uint8Array): Promise<string> => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const configured = async (value: unknown): Promise<void> => {
    await mkdir(join(folder, ".config/micro-escrow"), { recursive: true });
    await writeFile(config, typeof value === "string" ? value : JSON.stringify(value));
  };
  const modeOf = async (path: string) => (await stat(path)).mode & 0o777;
  const isThere = (path: string) =>
    stat(path).then(
      () => true,
      () => false,
    );

  const newAgreement = async (): Promise<Agreement> =>
    defineAgreement({
      ...{ client: client.address, freelancer: freelancer.address, arbiter: arbiter.address },
      token: { address: token, decimals: 6 },
      scope: { title: "Blog", milestones: ["Ten articles"] },
      milestones: [{ amount: "100", work: "14 days" }],
      ...{ review: "7 days", rework: "5 days", arbitration: "14 days", ifArbiterIsSilent: "50% to the freelancer" },
      fundBy: (await escrow.getTime()) + 86_400,
    });

  /** An agreement that nobody has accepted, and its file. */
  const agreed = async () => {
    const agreement = await newAgreement();
    const path = join(folder, `${agreement.id}.json`);
    await writeAgreement(path, agreement);
    const isAccepted = async () => (await escrow.getAgreementState(agreement)).clientConsented;
    return { agreement, path, isAccepted };
  };

  /** Runs `accept` as the client; checks that it was sent, or that nothing was. */
  const accept = async (options: readonly string[], person: Person = {}): Promise<Ended> => {
    const { agreement, path, isAccepted } = await agreed();
    const before = await provider.getTransactionCount(client.address);
    const ended = await command(["--rpc", node.url, "--json", ...options, "accept", path], {
      ...person,
      env: { ...env, ...person.env },
    });
    const sent = (await provider.getTransactionCount(client.address)) - before;
    const isSent = ended.code === ExitCode.Done;
    expect({ sent, isAccepted: await isAccepted() }, ended.err).to.deep.equal({
      sent: isSent ? 1 : 0,
      isAccepted: isSent,
    });
    if (isSent) {
      const { verb, agreement: id, events } = json(ended);
      expect({ verb, id }).to.deep.equal({ verb: "accept", id: agreement.id });
      const accepted = events.find(({ type }: { type: string }) => type === "AgreementAccepted");
      expect(accepted).to.include({ party: client.address });
    }
    return ended;
  };

  /** Checks how a command failed, and that with `--json` it says it in one document. */
  const expectFailure = (ended: Ended, code: number, error: string, message: string | RegExp): void => {
    expect(ended.code, ended.err).to.equal(code);
    const said = json(ended).error;
    expect(said).to.include({ code: error });
    expect(said.sent).to.deep.equal([]);
    if (typeof message === "string") expect(said.message).to.equal(message);
    else expect(said.message).to.match(message);
    expect(ended.err).to.include(said.message);
  };

  const weakKeystore = (wallet: Wallet, password = PASSWORD): Promise<string> =>
    encryptKeystoreJson({ address: wallet.address, privateKey: wallet.privateKey }, password, { scrypt: { N: 2 } });

  const expectNoSecret = async (secret: string, { out, err }: Ended): Promise<void> => {
    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    const texts = files.filter((one) => one.isFile()).map((one) => readFile(join(one.parentPath, one.name), "utf8"));
    for (const text of [out, err, ...(await Promise.all(texts))]) {
      expect(text.toLowerCase()).not.to.include(secret.replace("0x", "").toLowerCase());
    }
  };

  // -------------------------------------------------------------------------------------------------------------- init

  describe("init", () => {
    /** On a node that has nothing yet. */
    const onNewNode = async (work: (url: string) => Promise<void>): Promise<void> => {
      const fresh = await startNode();
      try {
        await work(fresh.url);
      } finally {
        await fresh.stop();
      }
    };

    it("works out of the box on a development node: it deploys with consent, and the next command needs no option", () =>
      onNewNode(async (url) => {
        const unasked = await command(["--rpc", url, "--json", "init"], { env });
        expectFailure(
          unasked,
          ExitCode.Usage,
          "Usage",
          "MicroEscrow is not on this development node. Deploy it? Nobody can be asked here: say --yes.",
        );
        expect(await isThere(config)).to.equal(false);
        const refused = await command(["--rpc", url, "init"], {
          env,
          answers: [
            ["Which key?", `${DOWN.repeat(4)}${ENTER}`],
            ["Account: its number", ENTER],
            ["Deploy it?", "n"],
          ],
        });
        expect(refused.code).to.equal(ExitCode.Declined);
        expect(await isThere(config)).to.equal(false);

        // Of somebody who has no ether.
        const { address: account, privateKey } = Wallet.createRandom();
        const person = { env: { ...env, MICRO_ESCROW_PRIVATE_KEY: privateKey } };
        const done = await command(["--rpc", url, "--json", "init", "--deploy"], person);
        expect(done.code, done.err).to.equal(ExitCode.Done);
        expect(json(done)).to.deep.equal({ config, chainId: 31_337, escrow: escrow.address, account });
        expect(JSON.parse(await readFile(config, "utf8"))).to.deep.equal({ rpc: url, chainId: 31_337 });
        await expectNoSecret(privateKey, done);
        expect(await modeOf(config)).to.equal(0o600);
        expect(await modeOf(join(config, ".."))).to.equal(0o700);
        expect(await readdir(join(config, ".."))).to.deep.equal(["config.json"]);

        const list = await command(["--json", "list"], person);
        expect(list.code, list.err).to.equal(ExitCode.Done);
      }));

    it("never overwrites a configuration without consent", async () => {
      const old = JSON.stringify({ rpc: "http://127.0.0.1:1", escrow: escrow.address });
      await configured(old);
      const args = ["--rpc", node.url, "init"];
      expect((await command(args, { env })).code).to.equal(ExitCode.Usage);
      const answers = [["Replace it?", "n"]] as const;
      expect((await command(args, { env, answers })).code).to.equal(ExitCode.Declined);
      expect(await readFile(config, "utf8")).to.equal(old);

      // A file of the same name, ready for the next one to be written into, does not get it.
      await symlink(join(folder, "elsewhere"), `${config}.new`);
      await chmod(config, 0o666);
      expect((await command(["--yes", ...args], { env })).code).to.equal(ExitCode.Done);
      expect(JSON.parse(await readFile(config, "utf8"))).to.deep.equal({ rpc: node.url, chainId: 31_337 });
      expect(await modeOf(config)).to.equal(0o600);
      expect(await isThere(join(folder, "elsewhere"))).to.equal(false);
    });

    it("keeps the key and a deployment of one's own when it is run again on the same endpoint", async () => {
      const own = { rpc: node.url, chainId: 31_337, escrow: escrow.address, from: "1" };
      await configured(own);
      expect((await command(["--yes", "init"], { env })).code).to.equal(ExitCode.Done);
      expect(JSON.parse(await readFile(config, "utf8"))).to.deep.equal(own);
      const { code } = await command(["init"], {
        env,
        answers: [
          ["Replace it?", "y"],
          ["Endpoint: URL", ENTER],
          ["Which key?", ENTER],
        ],
      });
      expect(code).to.equal(ExitCode.Done);
      expect(JSON.parse(await readFile(config, "utf8"))).to.deep.equal(own);
    });

    it("refuses a folder in place of the configuration, and leaves nothing behind", async () => {
      await mkdir(join(folder, "taken"));
      const ended = await command(["--rpc", node.url, "--config", join(folder, "taken"), "--yes", "init"], { env });
      expect(ended.code).to.equal(ExitCode.Usage);
      expect(await readdir(folder)).to.deep.equal(["taken"]);
    });

    it("refuses an endpoint that is another chain from then on", async () => {
      await configured({ rpc: node.url, chainId: 1 });
      for (const options of [[], ["--rpc", node.url]]) {
        const ended = await command([...options, "--json", "list", client.address], { env });
        expectFailure(ended, ExitCode.Endpoint, "WrongChain", /31337/);
      }
    });

    it("--new-key makes a keystore that ethers opens; the key stands nowhere else", async () => {
      const path = join(folder, "keys/new.json");
      const passwordFile = await file("password", `${PASSWORD}\r\n`);
      const options = ["--rpc", node.url, "--json", "--password-file", passwordFile];
      const ended = await command([...options, "init", "--new-key", path], { env });
      expect(ended.code, ended.err).to.equal(ExitCode.Done);
      await rm(passwordFile);
      const { Crypto, crypto, ...keystore } = JSON.parse(await readFile(path, "utf8"));
      expect((Crypto ?? crypto).kdfparams.n).to.equal(131_072);
      expect(await modeOf(path)).to.equal(0o600);
      expect(await modeOf(join(folder, "keys"))).to.equal(0o700);
      const wallet = await Wallet.fromEncryptedJson(await readFile(path, "utf8"), PASSWORD);
      expect(json(ended).account).to.equal(wallet.address);
      expect(`0x${keystore.address}`).to.equal(wallet.address.toLowerCase());
      await expectNoSecret(wallet.privateKey, ended);
      await expectNoSecret(PASSWORD, ended);
      const written = { rpc: node.url, chainId: 31_337, keystore: path };
      expect(JSON.parse(await readFile(config, "utf8"))).to.deep.equal(written);

      const again = await command([...options, "--yes", "init", "--new-key", path], { env });
      expectFailure(again, ExitCode.Usage, "Usage", /new\.json is there already; name another, or .*--keystore\.$/);
      expect((await Wallet.fromEncryptedJson(await readFile(path, "utf8"), PASSWORD)).address).to.equal(wallet.address);
    });

    it("--import-key takes a key from the environment, and then signs with the keystore alone", async () => {
      const path = join(folder, "key.json");
      const secrets = { MICRO_ESCROW_PASSWORD: PASSWORD, MICRO_ESCROW_PRIVATE_KEY: client.privateKey.slice(2) };
      const ended = await command(["--rpc", node.url, "init", "--import-key", path], { env: { ...env, ...secrets } });
      expect(ended.code, ended.err).to.equal(ExitCode.Done);
      await expectNoSecret(client.privateKey, ended);
      await expectNoSecret(PASSWORD, ended);
      expect((await accept(["--yes"], { env: { MICRO_ESCROW_PASSWORD: PASSWORD } })).code).to.equal(ExitCode.Done);
    });

    it("does not say what was given as a private key, nor write a keystore, when it is none", async () => {
      const path = join(folder, "key.json");
      for (const key of [client.privateKey.slice(0, -1), `0x${"0".repeat(64)}`, "0X12", "seed words that are no key"]) {
        const secrets = { MICRO_ESCROW_PASSWORD: PASSWORD, MICRO_ESCROW_PRIVATE_KEY: key };
        const args = ["--rpc", node.url, "--json", "init", "--import-key", path];
        const ended = await command(args, { env: { ...env, ...secrets } });
        expectFailure(ended, ExitCode.Key, "Key", /^What was given is not a private key/);
        await expectNoSecret(key, ended);
      }
      expect(await readdir(folder)).to.deep.equal([]);
    });

    it("refuses two keys at once, and a password that is empty or not UTF-8", async () => {
      const path = join(folder, "key.json");
      const both = await command(["--rpc", node.url, "init", "--new-key", path, "--import-key", path], { env });
      expect(both.code).to.equal(ExitCode.Usage);
      const passwords = { "": /^The password is empty/, "\n": /^The password is empty/ };
      for (const [text, message] of Object.entries(passwords)) {
        const options = ["--rpc", node.url, "--json", "--password-file", await file("password", text)];
        const ended = await command([...options, "init", "--new-key", path], { env });
        expectFailure(ended, ExitCode.Key, "Key", message);
      }
      for (const bytes of [Buffer.from(`\ufeff${PASSWORD}`, "utf16le"), Buffer.from(PASSWORD, "utf16le")]) {
        const options = ["--rpc", node.url, "--json", "--password-file", await file("password", bytes)];
        const ended = await command([...options, "init", "--new-key", path], { env });
        expectFailure(ended, ExitCode.Key, "Key", /is not text in UTF-8\.$/);
      }
      expect(await isThere(path)).to.equal(false);
    });

    it("asks for everything at a terminal, and shows no secret", async () => {
      const path = join(folder, "key.json");
      const ended = await command(["init"], {
        env,
        answers: [
          ["Endpoint: URL", `${node.url.replace("http", "wss")}${ENTER}`],
          ["is not the URL of an endpoint", `\x15${node.url}${ENTER}`],
          ["Which key?", `${DOWN}${ENTER}`],
          ["Keystore to write", `${path}${ENTER}`],
          ["Private key", `${client.privateKey}${ENTER}`],
          ["New password", ENTER],
          ["It is empty.", `${PASSWORD}${ENTER}`],
          ["once more", `${PASSWORD}${ENTER}`],
        ],
      });
      expect(ended.code, ended.err).to.equal(ExitCode.Done);
      expect(ended.out).to.equal(
        `Chain 31337, MicroEscrow ${escrow.address}, account ${client.address}.\nConfiguration: ${config}\n`,
      );
      await expectNoSecret(client.privateKey, ended);
      await expectNoSecret(PASSWORD, ended);
      const wallet = await Wallet.fromEncryptedJson(await readFile(path, "utf8"), PASSWORD);
      expect(wallet.address).to.equal(client.address);
    });

    it("takes each other way to sign that is chosen, and none", async () => {
      const keystore = await file("key.json", await weakKeystore(client));
      const ways = [
        { way: 2, more: [["Keystore: file", `${keystore}${ENTER}`]], members: { keystore } },
        { way: 4, more: [["Account: its number", ENTER]], members: { from: "0" } },
        { way: 5, more: [], members: {} },
      ] as const;
      for (const { way, more, members } of ways) {
        await rm(config, { force: true });
        const answers = [["Which key?", `${DOWN.repeat(way)}${ENTER}`], ...more] as const;
        const ended = await command(["--rpc", node.url, "init"], { env, answers });
        expect(ended.code, ended.err).to.equal(ExitCode.Done);
        const written = { rpc: node.url, chainId: 31_337, ...members };
        expect(JSON.parse(await readFile(config, "utf8"))).to.deep.equal(written);
      }
    });

    it("writes nothing when two passwords differ, or somebody goes away in the middle", async () => {
      const path = join(folder, "key.json");
      const answers = [
        ["Endpoint: URL", `${node.url}${ENTER}`],
        ["Which key?", ENTER],
        ["Keystore to write", `${path}${ENTER}`],
        ["New password", `${PASSWORD}${ENTER}`],
      ] as const;
      const ended = await command(["--json", "init"], { env, answers: [...answers, ["once more", `other${ENTER}`]] });
      expectFailure(ended, ExitCode.Key, "Key", "The two passwords differ: no keystore was written.");
      for (const [index, keys] of [CTRL_C, ESCAPE, CTRL_D, ""].entries()) {
        const [question] = answers[index] ?? [""];
        const some = [...answers.slice(0, index), [question, keys] as const];
        const cancelled = await command(["--json", "init"], { env, answers: some });
        expectFailure(cancelled, ExitCode.Declined, "Declined", "You said no: nothing was signed or sent.");
      }
      expect(await readdir(folder)).to.deep.equal([]);
    });
  });

  // ------------------------------------------------------------------------------------------------------------- keys

  describe("signs and sends with", () => {
    it("a keystore, with its password from a file, the environment or somebody", async () => {
      const keystore = await file("key.json", await weakKeystore(client));
      const options = ["--keystore", keystore, "--yes"];
      const passwordFile = await file("password", `\ufeff${PASSWORD}\n`);
      const wrong = { MICRO_ESCROW_PASSWORD: "wrong" };
      const ended = [
        await accept([...options, "--password-file", passwordFile], { env: wrong }),
        await accept(options, { env: { MICRO_ESCROW_PASSWORD: PASSWORD } }),
        await accept(options, { env: {}, answers: [["Password of", `${PASSWORD}${ENTER}`]] }),
        await accept(options, { env: { MICRO_ESCROW_PASSWORD: "" }, answers: [["Password", `${PASSWORD}${ENTER}`]] }),
      ];
      await rm(passwordFile);
      for (const one of ended) {
        expect(one.code, one.err).to.equal(ExitCode.Done);
        await expectNoSecret(PASSWORD, one);
        await expectNoSecret(client.privateKey, one);
      }
    });

    it("a keystore that does not say whose it is, once its password is known", async () => {
      const { address: _, ...rest } = JSON.parse(await weakKeystore(client));
      const keystore = await file("key.json", JSON.stringify(rest));
      const person = { env: { ...env, MICRO_ESCROW_PASSWORD: PASSWORD } };
      const ended = await command(["--rpc", node.url, "--json", "--keystore", keystore, "init"], person);
      expect(ended.code, ended.err).to.equal(ExitCode.Done);
      expect(json(ended).account).to.equal(client.address);
      expect((await accept(["--yes"], person)).code).to.equal(ExitCode.Done);
    });

    it("no keystore whose password is wrong, or that is none", async () => {
      const keystore = await file("key.json", await weakKeystore(client));
      const damaged = JSON.parse(await weakKeystore(client));
      const members = damaged.Crypto ?? damaged.crypto;
      members.kdf = "none";
      const cases: readonly (readonly [string, RegExp])[] = [
        [keystore, /^The password of .*key\.json is wrong\.$/],
        [await file("damaged.json", JSON.stringify(damaged)), /^The keystore .*damaged\.json is damaged\.$/],
        [await file("other.json", "{}"), /^.*other\.json is not an encrypted JSON keystore/],
        [await file("key.txt", client.privateKey), /^.*key\.txt is not an encrypted JSON keystore/],
        [join(folder, "missing.json"), /^The keystore .*missing\.json cannot be read: ENOENT/],
        [folder, /^The keystore .* cannot be read: EISDIR/],
      ];
      for (const [path, message] of cases) {
        const ended = await accept(["--yes", "--keystore", path], { env: { MICRO_ESCROW_PASSWORD: "wrong" } });
        expectFailure(ended, ExitCode.Key, "Key", message);
        expect(ended.out + ended.err).not.to.include(client.privateKey.slice(2));
      }
      const unasked = await accept(["--yes", "--keystore", keystore]);
      expectFailure(unasked, ExitCode.Usage, "Usage", /Nobody can be asked here/);
      const noFile = await accept(["--yes", "--keystore", keystore, "--password-file", join(folder, "none")]);
      expectFailure(noFile, ExitCode.Key, "Key", /^The password's file .*none cannot be read: ENOENT/);
    });

    it("a private key in the environment, and says nothing of one that is none", async () => {
      for (const key of [client.privateKey, ` ${client.privateKey.slice(2).toUpperCase()}\n`]) {
        const ended = await accept(["--yes"], { env: { MICRO_ESCROW_PRIVATE_KEY: key } });
        expect(ended.code, ended.err).to.equal(ExitCode.Done);
        await expectNoSecret(client.privateKey, ended);
      }
      const key = client.privateKey.slice(0, -1);
      const ended = await accept(["--yes"], { env: { MICRO_ESCROW_PRIVATE_KEY: key } });
      expectFailure(
        ended,
        ExitCode.Key,
        "Key",
        "MICRO_ESCROW_PRIVATE_KEY is not a private key: 32 bytes in hexadecimal, like 0x4c08….",
      );
      await expectNoSecret(key, ended);
    });

    it("an account that the endpoint holds, by its number or address", async () => {
      for (const from of ["1", client.address, client.address.toLowerCase()]) {
        expect((await accept(["--yes", "--from", from])).code).to.equal(ExitCode.Done);
      }
      const stranger = Wallet.createRandom().address;
      const held = "It holds 20: --from takes an address, or a number from 0.";
      for (const from of ["20", "9999", stranger]) {
        const message = `The endpoint holds no account ${from}. ${held}`;
        expectFailure(await accept(["--yes", "--from", from]), ExitCode.Key, "Key", message);
      }
      for (const from of ["first", "-1", "0x12", ""]) {
        expectFailure(await accept(["--yes", `--from=${from}`]), ExitCode.Usage, "InvalidAddress", /./);
      }
    });

    it("nothing when no key is named", async () => {
      expectFailure(await accept(["--yes"]), ExitCode.Key, "Key", /^Whose account\? On a development node --from 0/);
    });
  });

  // ---------------------------------------------------------------------------------------------------- signing program

  /** What the program was started with. */
  interface Started {
    readonly request: { readonly method: string; readonly params: readonly unknown[] };
    readonly text: string;
    readonly env: Record<string, string>;
    readonly args: readonly string[];
  }
  /** Answers a request: a result, what to print, or how to end. */
  type Signing = (started: Started) => Promise<{ result?: unknown; print?: string; code?: number; say?: string }>;

  /** A program that does what the test tells it to, which it asks over HTTP. */
  const program = async (signing: Signing): Promise<{ command: string; started: Started[] }> => {
    const started: Started[] = [];
    const server = await startServer(async ({ body }, response) => {
      const one = JSON.parse(String(body));
      const request = JSON.parse(one.text);
      started.push({ ...one, request });
      const {
        result,
        print = JSON.stringify({ jsonrpc: "2.0", id: 1, result }),
        code = 0,
        say = "",
      } = await signing({
        ...one,
        request,
      });
      response.end(JSON.stringify({ print, code, say }));
    });
    const script = await file(
      "signer.cjs",
      `const text = require("node:fs").readFileSync(0, "utf8");
      const body = JSON.stringify({ text, env: process.env, args: process.argv.slice(2) });
      const request = require("node:http").request(process.argv[2], { method: "POST", agent: false }, async (response) => {
        let answer = "";
        for await (const piece of response) answer += piece;
        const { print, code, say } = JSON.parse(answer);
        process.stderr.write(say);
        process.stdout.write(print);
        process.exitCode = code;
      });
      request.end(body);`,
    );
    return { command: `"${process.execPath}" "${script}" ${server.url}`, started };
  };

  const toSign = (parameters: readonly unknown[]): TransactionLike<string> => {
    const { from: _, gas, ...rest } = parameters[0] as Record<string, string>;
    const numbers = { nonce: Number(rest.nonce), type: Number(rest.type), chainId: Number(rest.chainId) };
    return { ...rest, ...numbers, gasLimit: gas } as TransactionLike<string>;
  };
  const signTypedData = (wallet: Wallet, parameters: readonly unknown[]) => {
    const [, { domain, types, message }] = parameters as [string, Record<string, never>];
    const { EIP712Domain: _, ...rest } = types as unknown as Record<string, TypedDataField[]>;
    return wallet.signTypedData(domain ?? {}, rest, message ?? {});
  };
  /** An honest one. */
  const honest: Signing = async ({ request: { method, params } }) => {
    if (method === "eth_accounts") return { result: [client.address] };
    if (method === "eth_signTypedData_v4") return { result: await signTypedData(client, params) };
    return { result: await client.signTransaction(toSign(params)) };
  };

  describe("signs with a program", () => {
    it("that speaks JSON-RPC: transactions and typed data", async () => {
      const { command: signer, started } = await program(async (asked) => ({
        ...(await honest(asked)),
        say: "Press the button …\n",
      }));
      const secrets = { MICRO_ESCROW_PASSWORD: PASSWORD, micro_escrow_private_key: freelancer.privateKey };
      const kept = { ...secrets, MICRO_ESCROW_RPC: `${node.url}/v3/secret`, LANG: "C" };
      const ended = await accept(["--yes", "--signer", signer], { env: kept });
      expect(ended.code, ended.err).to.equal(ExitCode.Done);
      expect(ended.err).to.include("Press the button …\n");

      const [accounts, sent] = started;
      expect(started.map(({ request: { method } }) => method)).to.deep.equal(["eth_accounts", "eth_signTransaction"]);
      expect(accounts?.text).to.equal('{"jsonrpc":"2.0","id":1,"method":"eth_accounts","params":[]}\n');
      const { nonce, gas, data, maxFeePerGas, maxPriorityFeePerGas, ...fields } = (sent?.request.params[0] ??
        {}) as Record<string, string>;
      expect(fields).to.deep.equal({
        ...{ from: client.address, to: escrow.address, value: "0x0", chainId: "0x7a69", type: "0x2", accessList: [] },
      });
      for (const number of [nonce, gas, maxFeePerGas, maxPriorityFeePerGas]) expect(number).to.match(/^0x[\da-f]+$/);
      expect(data).to.match(/^0x[\da-f]{8,}$/);
      for (const one of started) {
        expect(JSON.stringify([one.env, one.args, one.text])).not.to.match(
          new RegExp(`micro_escrow|${PASSWORD}|secret|${freelancer.privateKey.slice(2)}`, "i"),
        );
        expect(one.env).to.include({ LANG: "C" });
      }

      const { agreement, path } = await agreed();
      const signed = await command(["--rpc", node.url, "--yes", "--signer", signer, "sign", path], { env });
      expect(signed.code, signed.err).to.equal(ExitCode.Done);
      const expected = await escrow.connect(client.connect(provider)).sign(agreement);
      expect(signed.out).to.equal(`${expected}\n`);
    });

    it("with a key of its own, as it stands in the configuration", async () => {
      const script = await file(
        "own.mjs",
        `import { Wallet } from ${JSON.stringify(import.meta.resolve("ethers"))};
        import { readFileSync } from "node:fs";
        const wallet = new Wallet(process.argv[2]);
        const { method, params: [transaction] } = JSON.parse(readFileSync(0, "utf8"));
        const sign = ({ from, gas, ...rest }) => wallet.signTransaction({ ...rest, gasLimit: gas });
        const result = method === "eth_accounts" ? [wallet.address] : { raw: await sign(transaction) };
        console.log(JSON.stringify({ jsonrpc: "2.0", id: 1, error: null, result }));`,
      );
      const signer = `"${process.execPath}" "${script}" ${client.privateKey}`;
      await configured({ rpc: node.url, chainId: 31_337, signer });
      const ended = await accept(["--yes"]);
      expect(ended.code, ended.err).to.equal(ExitCode.Done);
    });

    const changed = (change: (transaction: TransactionLike<string>) => TransactionLike<string>): Signing => {
      return async (asked) => {
        const { method, params } = asked.request;
        if (method !== "eth_signTransaction") return honest(asked);
        return { result: await client.signTransaction(change(toSign(params))) };
      };
    };
    const answers = (answer: Awaited<ReturnType<Signing>>): Signing => {
      return async (asked) => (asked.request.method === "eth_signTransaction" ? answer : honest(asked));
    };
    const NOT_IT = /^The signing program did not sign the transaction that it was asked for: /;
    const liars: Readonly<Record<string, readonly [Signing, RegExp]>> = {
      "another recipient": [changed((one) => ({ ...one, to: freelancer.address })), NOT_IT],
      "another value": [changed((one) => ({ ...one, value: 1n })), NOT_IT],
      "another number": [changed((one) => ({ ...one, nonce: Number(one.nonce) + 1 })), NOT_IT],
      "another chain": [changed((one) => ({ ...one, chainId: 1 })), NOT_IT],
      "other data": [changed((one) => ({ ...one, data: "0x" })), NOT_IT],
      "a higher fee": [changed((one) => ({ ...one, maxPriorityFeePerGas: one.maxFeePerGas ?? 0n })), NOT_IT],
      "another key": [
        async (asked) => {
          const { method, params } = asked.request;
          if (method !== "eth_signTransaction") return honest(asked);
          return { result: await freelancer.signTransaction(toSign(params)) };
        },
        NOT_IT,
      ],
      "no signature": [
        async (asked) => {
          const { method, params } = asked.request;
          if (method !== "eth_signTransaction") return honest(asked);
          return { result: Transaction.from(toSign(params)).unsignedSerialized };
        },
        NOT_IT,
      ],
      garbage: [answers({ result: "0x1234" }), NOT_IT],
      "no JSON": [answers({ print: "Signed!\n" }), /failed at eth_signTransaction \(exit code 0\): Signed!\.$/],
      "no answer": [answers({ print: "" }), /failed at eth_signTransaction \(exit code 0\)\.$/],
      "no result": [answers({ print: "{}" }), /failed at eth_signTransaction \(exit code 0\): \{\}\.$/],
      "an exit code": [answers({ result: "0x", code: 3 }), /failed at eth_signTransaction \(exit code 3\): .*0x/],
      "an error": [
        answers({ print: '{"error":{"code":-32000,"message":"locked\\u001b[2J"}}', code: 1 }),
        /failed at eth_signTransaction \(exit code 1\): locked\\u\{1b\}\[2J\.$/,
      ],
    };
    for (const [name, [signing, message]] of Object.entries(liars)) {
      it(`and sends nothing when it answers with ${name}`, async () => {
        const { command: signer } = await program(signing);
        expectFailure(await accept(["--yes", "--signer", signer]), ExitCode.Key, "Key", message);
      });
    }

    it("and sends nothing when its user refuses (4001)", async () => {
      const { command: signer } = await program(answers({ print: '{"error":{"code":4001,"message":"no"}}', code: 1 }));
      const ended = await accept(["--yes", "--signer", signer]);
      expectFailure(ended, ExitCode.Key, "UserRejected", /refused|rejected/i);
    });

    it("and signs nothing when the typed data's signature is of another key, or none", async () => {
      const answers: readonly (readonly [unknown, string])[] = [
        [undefined, "CannotSign"],
        ["0x1234", "CannotSign"],
        [null, "Key"],
      ];
      for (const [answer, error] of answers) {
        const { path } = await agreed();
        const { command: signer } = await program(async (asked) => {
          const { method, params } = asked.request;
          if (method !== "eth_signTypedData_v4") return honest(asked);
          return { result: answer === undefined ? await signTypedData(freelancer, params) : answer };
        });
        const ended = await command(["--rpc", node.url, "--json", "--yes", "--signer", signer, "sign", path], { env });
        expectFailure(ended, ExitCode.Key, error, /./);
      }
    });

    it("and says when it names no account, or does not start", async () => {
      for (const result of [[], ["0x12"], "0x", null]) {
        const { command: signer } = await program(async () => ({ result }));
        const message = `The signing program named no account: it answered eth_accounts with ${JSON.stringify(result).replaceAll('"', "'")}.`;
        expectFailure(await accept(["--yes", "--signer", signer]), ExitCode.Key, "Key", message);
      }
      const ended = await accept(["--yes", "--signer", join(folder, "none")]);
      expectFailure(ended, ExitCode.Key, "Key", /^The signing program failed at eth_accounts \(exit code 127\)\.$/);
    });

    it("and waits for it until it is interrupted", async () => {
      const interrupted = new AbortController();
      const { command: signer, started } = await program(async (asked) => {
        if (asked.request.method !== "eth_signTransaction") return honest(asked);
        interrupted.abort();
        return new Promise(() => {});
      });
      const ended = await accept(["--yes", "--signer", signer], { signal: interrupted.signal });
      expect(ended.code).to.equal(ExitCode.Interrupted);
      expect(started.length).to.equal(2);
    });
  });
  // ---------------------------------------------------------------------------------------------------- configuration

  describe("takes", () => {
    it("the endpoint from the command line, else the environment, else the configuration", async () => {
      const at = (port: number) => `http://127.0.0.1:${port}`;
      const failure = async (options: readonly string[], more: Record<string, string>) => {
        const ended = await command([...options, "--json", "list", client.address], { env: { ...env, ...more } });
        expect(ended.code, ended.err).to.equal(ExitCode.Endpoint);
        return json(ended).error.details;
      };
      await configured({ rpc: at(1) });
      const named = { MICRO_ESCROW_RPC: at(2) };
      expect(await failure(["--rpc", at(3)], named)).to.equal(`nothing answers at ${at(3)}`);
      expect(await failure([], named)).to.equal(`nothing answers at ${at(2)}`);
      expect(await failure([], { MICRO_ESCROW_RPC: "" })).to.equal(`nothing answers at ${at(1)}`);
    });

    it("the key from the command line, else the environment, else the configuration", async () => {
      const { path } = await agreed();
      const signer = async (options: readonly string[], more: Record<string, string>) => {
        const args = ["--rpc", node.url, "--json", "--yes", ...options, "sign", path];
        const ended = await command(args, { env: { ...env, ...more } });
        expect(ended.code, ended.err).to.equal(ExitCode.Done);
        return json(ended).signer;
      };
      await configured({ from: "2" });
      const named = { MICRO_ESCROW_PRIVATE_KEY: client.privateKey };
      expect(await signer(["--from", "2"], named)).to.equal(freelancer.address);
      expect(await signer([], named)).to.equal(client.address);
      expect(await signer([], { MICRO_ESCROW_PRIVATE_KEY: "" })).to.equal(freelancer.address);
    });

    it("its configuration from where it is told to, else from the user's own folder, never from where it runs", async () => {
      const folders = ["option", "variable", "xdg", ".config", "profile/.config"];
      for (const [index, name] of folders.entries()) {
        await mkdir(join(folder, name, "micro-escrow"), { recursive: true });
        await file(`${name}/micro-escrow/config.json`, JSON.stringify({ rpc: `http://127.0.0.1:${index + 1}` }));
      }
      const of = (name: string) => join(folder, name, "micro-escrow/config.json");
      const used = async (options: readonly string[], more: Record<string, string>) => {
        const ended = await command([...options, "--json", "list", client.address], { env: more });
        return folders[Number(/127\.0\.0\.1:(\d)/.exec(json(ended).error.details)?.[1]) - 1];
      };
      const variable = { MICRO_ESCROW_CONFIG: of("variable") };
      const xdg = { ...env, XDG_CONFIG_HOME: join(folder, "xdg") };
      expect(await used(["--config", of("option")], { ...xdg, ...variable })).to.equal("option");
      expect(await used([], { ...xdg, ...variable })).to.equal("variable");
      expect(await used([], { ...xdg, MICRO_ESCROW_CONFIG: "" })).to.equal("xdg");
      expect(await used([], { ...env, XDG_CONFIG_HOME: "test" })).to.equal(".config");
      const profile = { USERPROFILE: join(folder, "profile") };
      expect(await used([], { ...env, ...profile })).to.equal(".config");
      expect(await used([], { HOME: "", ...profile })).to.equal("profile/.config");
    });

    it("one key alone", async () => {
      const program = ["--signer", "true"];
      const keystore = ["--keystore", "key.json"];
      for (const options of [
        [...program, ...keystore],
        [...program, "--from", "0"],
        [...keystore, "--from", "0"],
      ]) {
        const message = "The command line names more than one of keystore, signer and from: take one.";
        const ended = await command(["--rpc", node.url, "--json", ...options, "list"], { env });
        expectFailure(ended, ExitCode.Usage, "Usage", message);
      }
      await configured({ from: "1", signer: "true" });
      const message = "The configuration names more than one of keystore, signer and from: take one.";
      expectFailure(await accept(["--yes"]), ExitCode.Usage, "Usage", message);
      expect((await accept(["--yes", "--from", "1"])).code).to.equal(ExitCode.Done);
    });

    it("a keystore's path from where the configuration stands, or where the command runs", async () => {
      await configured({ keystore: "../../key.json" });
      await file("key.json", await weakKeystore(client));
      expect((await accept(["--yes"], { env: { MICRO_ESCROW_PASSWORD: PASSWORD } })).code).to.equal(ExitCode.Done);
    });

    it("no configuration that is damaged, and says nothing of what stands there", async () => {
      const secret = "5ec4e7";
      const members = "rpc, chainId, escrow, keystore, signer, from are.";
      const cases: readonly (readonly [unknown, string])[] = [
        [`{"rpc": "${secret}`, `The configuration ${config} is not JSON.`],
        [`[${secret}`, `The configuration ${config} is not JSON.`],
        ["", `The configuration ${config} is not JSON.`],
        [[secret], `The configuration ${config} is not an object.`],
        ["null", `The configuration ${config} is not an object.`],
        [{ privateKey: secret }, `${config} has "privateKey", which is not known: ${members}`],
        [`{"__proto__": "${secret}"}`, `${config} has "__proto__", which is not known: ${members}`],
        [{ "\u001b[2J": secret }, `${config} has "\\u{1b}[2J", which is not known: ${members}`],
        [{ rpc: 1 }, `In ${config}, "rpc" is not a string.`],
        [{ chainId: "31337" }, `In ${config}, "chainId" is not a number.`],
        [{ from: 0 }, `In ${config}, "from" is not a string.`],
      ];
      for (const [text, message] of cases) {
        await configured(text);
        const ended = await command(["--rpc", node.url, "--json", "list", client.address], { env });
        expectFailure(ended, ExitCode.Usage, "Usage", message);
        expect(ended.out + ended.err).not.to.include(secret);
      }
      await configured(`\ufeff${JSON.stringify({ from: "1" })}\r\n`);
      expect((await accept(["--yes"])).code).to.equal(ExitCode.Done);
      const missing = await accept(["--config", join(folder, "none.json"), "--yes", "--from", "1"]);
      expectFailure(missing, ExitCode.Usage, "Usage", /^The configuration .*none\.json cannot be read: ENOENT/);
    });
  });

  // ----------------------------------------------------------------------------------------------------------- questions

  describe("asks before it sends:", () => {
    const options = ["--from", "1"];

    it("without a terminal and --yes, it sends nothing", async () => {
      const message = "Send this? Nobody can be asked here: say --yes.";
      expectFailure(await accept(options), ExitCode.Usage, "Usage", message);
    });

    it("yes sends; no, Enter, Escape, Ctrl-C, Ctrl-D and hanging up do not", async () => {
      expect((await accept(options, { answers: [["Send this?", "y"]] })).code).to.equal(ExitCode.Done);
      const chosen = [["Send this?", `${DOWN}${ENTER}`]] as const;
      expect((await accept(options, { answers: chosen })).code).to.equal(ExitCode.Done);
      for (const keys of ["n", ENTER, ESCAPE, CTRL_C, CTRL_D, ""]) {
        const ended = await accept(options, { answers: [["Send this?", keys]] });
        expectFailure(ended, ExitCode.Declined, "Declined", "You said no: nothing was signed or sent.");
      }
    });

    it("a signal ends the question", async () => {
      const interrupted = new AbortController();
      const ended = await accept(options, {
        ...{ answers: [], signal: interrupted.signal },
        onErr: (text) => text.includes("Send this?") && setImmediate(() => interrupted.abort()),
      });
      expect(ended.code).to.equal(ExitCode.Interrupted);
    });
  });

  describe("draft", () => {
    const terms = () => ({
      ...{ client: client.address, freelancer: freelancer.address, arbiter: arbiter.address, token },
      scope: { title: "Shop app", milestones: ["UI design", "Backend"] },
      milestones: [
        { amount: "500.25", work: "14 days" },
        { amount: "900", work: "28 days" },
      ],
      ...{ review: "7 days", rework: "5 days", arbitration: "20 days", arbiterFee: "3%" },
      ...{ ifArbiterIsSilent: "33.33% to the freelancer", fundBy: "2100-06-30" },
    });
    const written = async (name: string) => {
      const { terms, schedule, scope } = sdk.parseAgreement(await readFile(join(folder, name), "utf8"));
      const { nonce, ...others } = scope ?? expect.fail("no scope");
      expect(nonce).to.match(/^0x[\da-f]{64}$/);
      const { details: _, ...agreed } = terms;
      return { terms: agreed, schedule, scope: others };
    };

    it("by questions gives the same agreement as its file of terms", async () => {
      const { review: _, ...others } = terms();
      const args = ["--rpc", node.url, "draft"];
      const path = await file("terms.json", JSON.stringify({ ...others, review: "7 days" }));
      const filed = await command([...args, path, "-o", join(folder, "filed.json")], { env });
      expect(filed.code, filed.err).to.equal(ExitCode.Done);

      const enter = (text: string) => `${text}${ENTER}`;
      const again = (text: string) => `\x15${text}${ENTER}`;
      const asked = await command([...args, "-o", join(folder, "asked.json")], {
        env,
        answers: [
          ["Client, who pays", enter("0x12")],
          [/"0x12" .*\./, again(client.address)],
          ["Freelancer, who is paid", enter(freelancer.address)],
          ["Arbiter, who decides", enter(arbiter.address)],
          ["Token to pay in", enter("NONE")],
          ["The registry has no token", again(token)],
          ["What is it about", enter("")],
          ["It is empty.", enter(" Shop app ")],
          ["Milestone 1: what", enter("UI design")],
          ["Milestone 1: amount", enter("500.1234567")],
          [/decimals/, again("500.25")],
          ["Milestone 1: time", ENTER],
          ["Another milestone?", `${DOWN}${ENTER}`],
          ["Milestone 2: what", enter("Backend")],
          ["Milestone 2: amount", enter("900")],
          ["Milestone 2: time", enter("28 days")],
          ["Another milestone?", ENTER],
          ["Review period", ENTER],
          ["Rework period", enter("5 days")],
          ["Arbitration period", enter("20 days")],
          ["If the arbiter is silent", enter("33.33%")],
          ["Arbiter's fee", enter("3%")],
          ["Until when", enter("some day")],
          ["is no time", again("2100-06-30")],
        ],
      });
      expect(asked.code, asked.err).to.equal(ExitCode.Done);
      const agreement = await written("asked.json");
      expect(agreement).to.deep.equal(await written("filed.json"));
      expect(agreement.schedule.map(({ amount }) => amount)).to.deep.equal([500_250_000n, 900_000_000n]);
      expect(agreement.terms).to.include({ defaultShareBps: 3_333, arbiterFeeBps: 300, fundBy: 4_117_996_800 });
    });

    it("asks nobody when its file is there already, or nobody is there", async () => {
      const path = await file("agreement.json", "mine");
      const taken = await command(["--rpc", node.url, "--json", "draft", "-o", path], { env, answers: [] });
      expectFailure(taken, ExitCode.Usage, "Usage", /agreement\.json is there already; .* --force\.$/);
      expect(await readFile(path, "utf8")).to.equal("mine");
      const alone = await command(["--rpc", node.url, "--json", "draft", "-o", join(folder, "new.json")], { env });
      expectFailure(alone, ExitCode.Usage, "Usage", /Nobody can be asked here/);
    });
  });

  // ------------------------------------------------------------------------------------------------------------ failures

  describe("gives every failure an exit code:", () => {
    type ErrorClass = abstract new (...parameters: never[]) => sdk.MicroEscrowError;
    const isError = (one: unknown): one is ErrorClass =>
      one === sdk.MicroEscrowError || (typeof one === "function" && one.prototype instanceof sdk.MicroEscrowError);
    const classesOf = (module: object) => Object.entries(module).filter(([, one]) => isError(one));
    const bases = ["MicroEscrowError", "InvalidValueError"];
    /** A new class must be put into one of these, by who can do something about it. */
    const expected: Readonly<Partial<Record<keyof typeof ExitCode, string>>> = {
      Unexpected: "Unexpected",
      Usage: `AgreementMismatch InvalidAddress InvalidAgreement InvalidAgreementFile InvalidAmount InvalidDeliverable
        InvalidDuration InvalidHash InvalidParameter InvalidScope InvalidShare InvalidSignedAction InvalidSubmission
        InvalidTime UnknownToken`,
      Endpoint: `ContentMismatch ContentMissing ContentTooLarge HistoryMismatch HistoryReorganized HistoryStorage
        IncompleteHistory InvalidHistory NoCode NotConfirmed Rpc StorageFailed WrongChain WrongContract WrongDomain`,
      Key: "CannotSign InsufficientGasFunds MissingSigner UserRejected",
      Unknown: "MissingEvent NotMined TransactionReplaced",
      Refused: `AddressEmptyCode AmountOutOfRange ArbiterFeeTooHigh BatchFailed BatchUnsupported ClockNotLater ClockRanOut
        ClockStillRunning DefaultShareTooHigh DeliverableMismatch DeploymentFailed EmptyMulticall EmptySchedule FailedCall
        FeeTooHigh FeeWithoutRecipient ForbiddenAccount FundingClosed FundingExpired GasTooHigh GaslessUnsupported
        GateRefused
        InsufficientAllowance InsufficientBalance InvalidMilestone InvalidShortString InvalidSignature MilestoneOutOfRange
        MissingEscrowProvider MissingParty MissingProvider NotAParty NotAScope NotAccepted NotEnoughGas NothingToFund
        PartiesNotDistinct PaymentRefused PermitUnsupported ReentrantCall SafeERC20FailedOperation ScheduleMismatch
        SignatureExpired StringTooLong TokenRefused TokenWithoutCode TooManyFiles TooManySubmissions TransactionReverted
        Unauthorized UnexpectedBalance UnknownAgreement VerifierNotIndependent WrongContractCall WrongStatus WrongSubmission
        ZeroPeriod`,
    };

    it("all classes of the SDK", () => {
      const classes = classesOf(errors).filter(([name]) => !bases.includes(name));
      for (const [name] of classesOf(sdk)) expect(errors).to.have.property(name);
      const actual: Record<string, string[]> = {};
      for (const [name, one] of classes) {
        const code = exitCodeOf(Object.create((one as ErrorClass).prototype), 0);
        const [meaning = ""] = Object.entries(ExitCode).find(([, value]) => value === code) ?? [];
        actual[meaning] = [...(actual[meaning] ?? []), name.replace(/Error$/, "")].sort();
      }
      const wanted = Object.entries(expected).map(([meaning, names]) => [meaning, names.split(/\s+/).sort()]);
      expect(actual).to.deep.equal(Object.fromEntries(wanted));
    });

    it("its own", () => {
      expect(exitCodeOf(new UsageError(""), 0)).to.equal(2);
      expect(exitCodeOf(new KeyError(""), 0)).to.equal(5);
      expect(exitCodeOf(new DeclinedError(), 0)).to.equal(6);
    });

    it("and another once something was sent, but for a lone transaction that the chain has refused", () => {
      for (const [, one] of classesOf(errors)) {
        expect(exitCodeOf(Object.create((one as ErrorClass).prototype), 1)).to.equal(ExitCode.Unknown);
      }
      for (const error of [new UsageError(""), new KeyError(""), new DeclinedError()]) {
        expect(exitCodeOf(error, 1)).to.equal(ExitCode.Unknown);
      }
      const transaction = sdk.hashText("a transaction");
      const reverted = new sdk.TransactionRevertedError({ reason: undefined, data: "0x", transaction });
      expect(exitCodeOf(reverted, 1)).to.equal(ExitCode.Refused);
      // An approval before it stays.
      expect(exitCodeOf(reverted, 2)).to.equal(ExitCode.Unknown);
    });

    it("in the help too", () => {
      expect(exitCodes.map(([code]) => code)).to.deep.equal(Object.values(ExitCode));
    });

    /** The node, through a server that does as the test says with what passes. */
    const through = async (then: (body: string, answer: string) => string | undefined) => {
      const answer: Answer = async ({ body }, response) => {
        const passed = await fetch(node.url, {
          method: "POST",
          body: String(body),
          headers: { "content-type": "application/json" },
        });
        const text = then(String(body), await passed.text());
        if (text === undefined) response.writeHead(500);
        response.end(text);
      };
      return startServer(answer);
    };

    it("an endpoint that fails after it was sent, with the transaction's hash", async () => {
      let isSent = false;
      const server = await through((body, answer) => {
        const isNow = body.includes("eth_sendRawTransaction");
        const text = isSent ? undefined : answer;
        isSent ||= isNow;
        return text;
      });
      const { path, isAccepted } = await agreed();
      const ended = await command(["--rpc", `${server.url}/v3/5ec4e7`, "--json", "--yes", "accept", path], {
        env: { ...env, MICRO_ESCROW_PRIVATE_KEY: client.privateKey },
      });
      expect(ended.code, ended.err).to.equal(ExitCode.Unknown);
      const { error } = json(ended);
      expect(error.code).to.equal("Rpc");
      expect(error.sent.length).to.equal(1);
      expect(await provider.waitForTransaction(error.sent[0])).to.include({ from: client.address, status: 1 });
      expect(await isAccepted()).to.equal(true);
      expect(ended.err).to.include(`Sent before that, or perhaps sent: ${error.sent[0]}.`);
      expect(ended.out + ended.err).not.to.include("5ec4e7");
    });

    it("an endpoint whose answer got lost, sent or not", async () => {
      const keys = { "--from=1": "eth_sendTransaction", "--yes": "eth_sendRawTransaction" };
      for (const [option, method] of Object.entries(keys)) {
        const server = await through((body, answer) => (body.includes(method) ? undefined : answer));
        const { path, isAccepted } = await agreed();
        const ended = await command(["--rpc", server.url, "--json", "--yes", option, "accept", path], {
          env: { ...env, MICRO_ESCROW_PRIVATE_KEY: client.privateKey },
        });
        expect(ended.code, ended.err).to.equal(ExitCode.Unknown);
        const { error } = json(ended);
        expect(error.code).to.equal("Rpc");
        if (option === "--from=1") {
          expect(error.sent).to.deep.equal([]);
          expect(ended.err).to.include("Perhaps a transaction was sent");
        } else {
          expect(error.sent.length).to.equal(1);
          expect(await provider.waitForTransaction(error.sent[0])).to.include({ from: client.address, status: 1 });
        }
        while (!(await isAccepted())) await new Promise((resolve) => setTimeout(resolve, 50));
      }
    });

    it("a signing program that signs the first of two transactions only", async () => {
      const { agreement, path } = await agreed();
      const signature = await escrow.connect(freelancer.connect(provider)).sign(agreement);
      let signed = 0;
      const { command: signer } = await program(async (asked) => {
        if (asked.request.method !== "eth_signTransaction" || ++signed === 1) return honest(asked);
        return { print: '{"error":{"code":4001}}' };
      });
      const options = ["--rpc", node.url, "--json", "--yes", "--signer", signer];
      const args = [...options, "fund", path, "1", "--payment", "approve", "--freelancer-signature", signature];
      const ended = await command(args, { env });
      expect(ended.code, ended.err).to.equal(ExitCode.Unknown);
      const { error } = json(ended);
      expect(error.code).to.equal("UserRejected");
      expect(error.sent.length).to.equal(1);
      expect(await provider.waitForTransaction(error.sent[0])).to.include({ to: token, status: 1 });
    });

    it("endpoints that are none, of whose addresses only the host is told", async () => {
      const NOT_ETHEREUM = /\(malformed\): http:\/\/127\.0\.0\.1:\d+ does not answer like an Ethereum endpoint\./;
      const answers: readonly (readonly [Answer, RegExp])[] = [
        [(_, response) => response.writeHead(401).end("5ec4e7"), /401/],
        [(_, response) => response.end("<html>"), NOT_ETHEREUM],
        [(_, response) => response.end('{"result":null}'), NOT_ETHEREUM],
        [(_, response) => response.end('{"result":"0x"}'), NOT_ETHEREUM],
        [(_, response) => response.end('{"result":"0x0"}'), NOT_ETHEREUM],
        [(_, response) => response.end('{"result":"5ec4e7"}'), NOT_ETHEREUM],
        [(_, response) => response.end("null"), NOT_ETHEREUM],
        [(_, response) => response.destroy(), /unreachable|refused/],
      ];
      const list = (url: string) => command(["--rpc", url, "--json", "list", client.address], { env });
      for (const [answer, message] of answers) {
        const ended = await list(`${(await startServer(answer)).url}/v3/5ec4e7?key=5ec4e7`);
        expectFailure(ended, ExitCode.Endpoint, "Rpc", message);
        expect(ended.out + ended.err).not.to.include("5ec4e7");
      }
      const gone = await list("http://user:5ec4e7@127.0.0.1:1/5ec4e7");
      expectFailure(gone, ExitCode.Endpoint, "Rpc", /\(unreachable\): nothing answers at http:\/\/127\.0\.0\.1:1\./);
      expect(gone.out + gone.err).not.to.include("5ec4e7");
      for (const url of ["wss://user:5ec4e7@mainnet.example/v3/5ec4e7", "mainnet.example", "http://", ""]) {
        const ended = await list(url);
        expectFailure(ended, ExitCode.Usage, "Usage", /is not the URL of an endpoint/);
        expect(ended.out + ended.err).not.to.include("5ec4e7");
      }
    });

    it("accounts of an endpoint that are none", async () => {
      for (const result of ["null", '["0x12"]', '"0x"']) {
        const server = await through((body, answer) =>
          body.includes("eth_accounts") ? `{"jsonrpc":"2.0","id":${JSON.parse(body).id},"result":${result}}` : answer,
        );
        const ended = await accept(["--rpc", server.url, "--yes", "--from", "0"]);
        expectFailure(ended, ExitCode.Endpoint, "Rpc", /eth_accounts returned no list of accounts/);
      }
    });

    it("command lines that are none, in one JSON document", async () => {
      const lines = [["none"], ["accept"], ["accept", "a", "b"], ["--none", "list"], ["--rpc"], []];
      for (const args of lines) {
        const ended = await command([...args, "--json"], { env });
        expect(ended.code, args.join(" ")).to.equal(ExitCode.Usage);
        expect(json(ended).error.code).to.equal("Usage");
      }
    });
  });

  // ------------------------------------------------------------------------------------------------------------- process

  describe("as a process", () => {
    interface Process extends Ended {
      readonly signal: string | undefined;
    }
    const start = (args: readonly string[], more: Record<string, string> = {}, stop?: (text: string) => boolean) =>
      new Promise<Process>((resolve) => {
        const options = { env: { ...env, ...more }, cwd: folder };
        const child = execFile(process.execPath, [BIN, ...args], options, (error, out, err) =>
          resolve({ code: (error?.code as unknown as number) ?? 0, signal: error?.signal ?? undefined, out, err }),
        );
        child.stdin?.end();
        child.stderr?.on("data", (text: string) => stop?.(text) && child.kill("SIGINT"));
      });

    it("is what the package installs as `micro-escrow`", async () => {
      const root = join(import.meta.dirname, "../../sdk");
      const { bin, files } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
      expect(join(root, bin["micro-escrow"])).to.equal(BIN);
      expect(files).to.include("bin");
      expect(await readFile(BIN, "utf8")).to.match(/^#!\/usr\/bin\/env node\n/);
    });

    it("sends, asks nobody, and reads no configuration where it runs", async () => {
      const { path, isAccepted } = await agreed();
      const names = ["config.json", "micro-escrow.json", ".micro-escrow.json", "micro-escrow/config.json"];
      await mkdir(join(folder, "micro-escrow"));
      for (const name of names) await file(name, "{");
      const key = { MICRO_ESCROW_PRIVATE_KEY: client.privateKey, HOME: join(folder, "home"), XDG_CONFIG_HOME: "." };
      const asked = await start(["--rpc", node.url, "accept", path], key);
      expect(asked.code, asked.err).to.equal(ExitCode.Usage);
      expect(await isAccepted()).to.equal(false);
      const sent = await start(["--rpc", node.url, "--yes", "--json", "accept", path], key);
      expect(sent.code, sent.err).to.equal(ExitCode.Done);
      expect(json(sent).verb).to.equal("accept");
      expect(await isAccepted()).to.equal(true);
    });

    it("ends by a signal with 130, also while a program is to sign", async () => {
      const { path, isAccepted } = await agreed();
      const slow = "echo waiting >&2; exec sleep 600";
      const isWaiting = (text: string) => text.includes("waiting");
      const ended = await start(["--rpc", node.url, "--yes", "--signer", slow, "accept", path], {}, isWaiting);
      expect({ code: ended.code, signal: ended.signal }, ended.err).to.deep.equal({
        code: ExitCode.Interrupted,
        signal: undefined,
      });
      expect(await isAccepted()).to.equal(false);
    });
  });
});
