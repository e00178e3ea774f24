/** The command line: what each command does on a real node, what it says, and how it ends. */
import { spawn } from "node:child_process";
import { access, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type Agreement, hashText, MicroEscrow, Outcome, Status } from "@micro-escrow/sdk";
import { deploy, deploySignedFunding } from "@micro-escrow/sdk/deploy";
import { statementOf, toCsv, toJson } from "@micro-escrow/sdk/history";
import { folderStorage, hashFiles, readAgreement } from "@micro-escrow/sdk/node";
import { getDeliverable, getScope } from "@micro-escrow/sdk/storage";
import { expect } from "chai";
import { type Contract, HDNodeWallet, JsonRpcProvider, JsonRpcSigner, Transaction, toQuantity } from "ethers";
import { network } from "hardhat";
import create2 from "../../deployments/create2.json" with { type: "json" };
import { DAY, UNIT } from "./chain.ts";
import { create2DeployerCode } from "./create2.ts";
import { mined, onAnvil, startNode } from "./evm.ts";
import { type Answer, serversOfEachTest } from "./server.ts";
import { type Ended, type RunOptions, runCommand } from "./terminal.ts";

describe("The command line", function () {
  this.timeout(60_000);
  let node: Awaited<ReturnType<typeof startNode>>;
  let provider: JsonRpcProvider;
  let escrow: MicroEscrow;
  let token: Contract;
  let accounts: JsonRpcSigner[];
  let folder: string;
  /** Each test has its snapshot of the chain: the events of others would be in its lists and statements. */
  let snapshot: string;

  const [CLIENT, FREELANCER, ARBITER, VERIFIER, PLATFORM, RELAYER] = [0, 1, 2, 3, 4, 5];

  before(async () => {
    node = await startNode();
    const { ethers } = await network.create({ network: "localhost", override: { url: node.url, chainId: 31_337 } });
    provider = new JsonRpcProvider(node.url, 31_337, { staticNetwork: true, cacheTimeout: -1 });
    accounts = await provider.listAccounts();
    const [signer] = accounts;
    if (signer === undefined) throw new Error("The node holds no account");
    await deploy({ signer });
    await deploySignedFunding({ signer });
    token = (await ethers.deployContract("AuthorizationToken")) as unknown as Contract;
    await mined(token.getFunction("mint")(addressOf(CLIENT), 10_000n * UNIT));
    escrow = await MicroEscrow.connect(provider);
  });

  after(async () => {
    provider.destroy();
    await node.stop();
  });

  beforeEach(async () => {
    snapshot = await provider.send("evm_snapshot", []);
    folder = await mkdtemp(join(tmpdir(), "micro-escrow-cli-"));
  });

  afterEach(async () => {
    await provider.send("evm_revert", [snapshot]);
    await rm(folder, { recursive: true });
  });

  const addressOf = (number: number): string => accounts[number]?.address ?? expect.fail(`no account ${number}`);
  const balance = async (number: number): Promise<bigint> => token.getFunction("balanceOf")(addressOf(number));
  const at = (name: string): string => join(folder, name);
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(at(name), text);
    return at(name);
  };

  /** Runs a command without a terminal; `as` is an account of the node. */
  async function command(
    args: readonly string[],
    options: Partial<RunOptions> & { as?: number; rpc?: string } = {},
  ): Promise<Ended> {
    const { as, rpc = node.url, ...rest } = options;
    const from = as === undefined ? [] : ["--from", String(as)];
    return runCommand([...args, "--rpc", rpc, ...from], { home: folder, ...rest });
  }

  /** Runs a command that acts, with consent to what it asks; it must succeed. */
  async function act(as: number, ...args: readonly string[]): Promise<Ended> {
    const ended = await command([...args, "--yes"], { as });
    expect(ended.code, ended.err).to.equal(0);
    return ended;
  }

  /** The same as JSON. */
  const actJson = async (as: number, ...args: readonly string[]) => JSON.parse((await act(as, ...args, "--json")).out);

  /** Terms as a file has them: 100, 200 and 300 units, platform fee 2%, arbiter's 3%. */
  const terms = async (changes: object = {}): Promise<string> =>
    write(
      "terms.json",
      JSON.stringify({
        ...{ client: addressOf(CLIENT), freelancer: addressOf(FREELANCER), arbiter: addressOf(ARBITER) },
        ...{ verifier: addressOf(VERIFIER), challenge: "2 days", token: await token.getAddress() },
        scope: { title: "Blog", milestones: ["Ten articles", "Ten more", "Pictures"] },
        milestones: [
          { amount: "100", work: "14 days" },
          { amount: "200", work: "28 days" },
          { amount: "300", work: "42 days" },
        ],
        ...{ review: "7 days", rework: "5 days", arbitration: "14 days", arbiterFee: "3%" },
        fee: { recipient: addressOf(PLATFORM), share: "2%" },
        ...{ ifArbiterIsSilent: "50% to the freelancer", fundBy: "90 days", ...changes },
      }),
    );

  /** An agreement in a file. */
  async function drafted(changes: object = {}): Promise<{ file: string; agreement: Agreement }> {
    const file = at("agreement.json");
    await act(CLIENT, "draft", await terms(changes), "--out", file, "--force");
    return { file, agreement: await readAgreement(file) };
  }

  /** The same, signed and funded; milestones as people count them. */
  async function funded(...milestones: readonly string[]): Promise<{ file: string; agreement: Agreement }> {
    const made = await drafted();
    await act(FREELANCER, "sign", made.file, "--out", at("signature.json"));
    await act(CLIENT, "fund", made.file, ...milestones, "--freelancer-signature", at("signature.json"));
    return made;
  }

  const stateOf = async (agreement: Agreement, index = 0) => escrow.getMilestone({ agreement, index });

  async function pass(seconds: number): Promise<void> {
    await provider.send("evm_increaseTime", [toQuantity(seconds)]);
    await provider.send("evm_mine", []);
  }

  // ------------------------------------------------------------------------------------------------------- agreements

  describe("draft, describe, sign", () => {
    it("a file of terms becomes an agreement, which is described, and not overwritten", async () => {
      const { file, agreement } = await drafted();
      const { client, freelancer, feeBps, arbiterFeeBps, defaultShareBps, challengePeriod } = agreement.terms;
      expect([client, freelancer]).to.deep.equal([addressOf(CLIENT), addressOf(FREELANCER)]);
      expect([feeBps, arbiterFeeBps, defaultShareBps, challengePeriod]).to.deep.equal([200, 300, 5_000, 2 * DAY]);
      expect(agreement.schedule.map(({ amount }) => amount)).to.deep.equal([100n * UNIT, 200n * UNIT, 300n * UNIT]);
      expect(agreement.terms.fundBy - (await escrow.getTime())).to.be.within(90 * DAY - 10, 90 * DAY);

      const again = await command(["draft", at("terms.json"), "--out", file]);
      expect(again.code).to.equal(2);
      expect(again.err.split("\n").at(-2)).to.equal(
        `${file} is there already; name another with --out, or say --force.`,
      );
      expect((await readAgreement(file)).id).to.equal(agreement.id);

      const { code, out } = await command(["describe", file]);
      expect(code).to.equal(0);
      expect(out).to.include("Milestone 2, “Ten more”, pays 200 ");
      expect(out).to.include("\nWarning: ");
      const { sentences, warnings } = JSON.parse((await command(["describe", file, "--json"])).out);
      expect(out).to.equal(
        `${[...sentences, ...warnings.map(({ message }: { message: string }) => `Warning: ${message}`)].join("\n")}\n`,
      );
    });

    it("the template is a file of terms, and terms that are wrong are all told at once", async () => {
      const { out } = await command(["draft", "--template"]);
      expect(Object.keys(JSON.parse(out))).to.include.members([
        "client",
        "scope",
        "milestones",
        "ifArbiterIsSilent",
        "fundBy",
      ]);
      const wrong = await command(["draft", await terms({ review: "soon", arbiterFee: "20%" }), "--out", at("a.json")]);
      expect(wrong.code).to.equal(2);
      expect(wrong.err).to.include('review: "soon" is not a duration.').and.to.include("arbiterFee: ");
      const { error } = JSON.parse((await command(["draft", at("terms.json"), "--out", at("a.json"), "--json"])).out);
      expect(error.code).to.equal("InvalidAgreement");
      expect(error.problems.map(({ path }: { path: string }) => path)).to.have.members(["review", "arbiterFee"]);
    });

    it("terms come from standard input too, with a date, or not at all", async () => {
      await terms({ fundBy: "2099-06-30" });
      const stdin = await readFile(at("terms.json"), "utf8");
      const { code, err } = await command(["draft", "-", "--out", at("a.json")], { stdin });
      expect(code, err).to.equal(0);
      expect((await readAgreement(at("a.json"))).terms.fundBy).to.equal(Date.parse("2099-06-30T00:00:00Z") / 1_000);
      for (const [text, said] of [
        ["[]", "is not an object of terms"],
        ["{", "is not JSON"],
        [stdin.replace("2099-06-30", "30.6.2099"), '"30.6.2099" is no time'],
      ] as const) {
        const failed = await command(["draft", "-", "--out", at("b.json")], { stdin: text });
        expect([failed.code, failed.err.includes(said)], failed.err).to.deep.equal([2, true]);
      }
    });

    it("a signature is printed and written, is the freelancer's, and goes with the funding", async () => {
      const { file, agreement } = await drafted();
      const signed = await actJson(FREELANCER, "sign", file, "--out", at("signature.json"));
      expect(signed).to.deep.equal(JSON.parse(await readFile(at("signature.json"), "utf8")));
      expect([signed.agreement, signed.signer]).to.deep.equal([agreement.id, addressOf(FREELANCER)]);

      const unsigned = await command(["fund", file, "1", "--yes"], { as: CLIENT });
      expect([unsigned.code, unsigned.err.includes("has not accepted the agreement")]).to.deep.equal([3, true]);
      const paid = await actJson(CLIENT, "fund", file, "1", "--freelancer-signature", signed.signature);
      expect([paid.verb, paid.agreement, paid.amount]).to.deep.equal(["fund", agreement.id, `${100n * UNIT}`]);
      expect((await stateOf(agreement)).held).to.equal(100n * UNIT);
    });

    it("accept: by oneself, by a signature of the other, and by one that somebody relays", async () => {
      const { file, agreement } = await drafted();
      const one = await act(CLIENT, "accept", file);
      expect(one.out).to.include(`Agreement ${agreement.id} opened.\nThe client accepted the agreement.\n`);
      await act(FREELANCER, "sign", file, "--out", at("s.json"));
      const alone = await command(["accept", file, "--party", addressOf(FREELANCER), "--yes"], { as: RELAYER });
      expect([alone.code, alone.err]).to.deep.equal([
        2,
        "Another party's consent needs both --party and --signature.\n",
      ]);
      const other = await act(RELAYER, "accept", file, "--party", addressOf(FREELANCER), "--signature", at("s.json"));
      expect(other.out).to.include("The freelancer accepted the agreement.\n");
      expect(await escrow.getAgreementState(agreement)).to.include({
        clientConsented: true,
        freelancerConsented: true,
      });

      const second = await drafted({ nonce: `0x${"22".repeat(32)}` });
      await write("action.json", (await act(FREELANCER, "accept", second.file, "--sign")).out);
      const relayed = await act(RELAYER, "relay", at("action.json"));
      expect(relayed.out).to.include(
        `Agreement ${second.agreement.id} opened.\nThe freelancer accepted the agreement.\n`,
      );
      const closed = await act(FREELANCER, "close", second.file);
      expect(closed.out).to.include("The freelancer closed the agreement: nothing more can be funded.\n");
      const again = await act(FREELANCER, "close", second.file);
      expect(again.out).to.match(/^Nothing changed\.\nTransaction 0x/);
    });
  });

  // ------------------------------------------------------------------------------------------------------- milestones

  describe("from funding to payment", () => {
    it("a milestone is funded, submitted, looked at, approved and paid", async () => {
      const { file, agreement } = await funded("1-2");
      expect(await balance(CLIENT)).to.equal(9_700n * UNIT);
      const work = await write("articles.md", "Ten articles");
      const submitted = await actJson(FREELANCER, "submit", file, "1", work);
      expect([submitted.submission, submitted.deliverable]).to.deep.equal([1, hashText("Ten articles")]);

      const other = await write("other.md", "Nine articles");
      const wrong = await command(["approve", file, "1", "--deliverable", other, "--yes"], { as: CLIENT });
      expect([wrong.code, wrong.err.includes("These are not the bytes that were submitted")]).to.deep.equal([3, true]);
      const older = await command(["approve", file, "1", "--submission", "0", "--yes"], { as: CLIENT });
      expect(older.code, older.err).to.equal(3);
      expect(await balance(FREELANCER)).to.equal(0n);

      const approved = await act(CLIENT, "approve", file, "1", "--deliverable", work, "--confirmations", "0");
      expect(approved.err).to.include(
        [
          `Approve milestone 1, “Ten articles”, of “Blog”, as ${addressOf(CLIENT)} (client) on chain 31337:`,
          `  about submission 1, deliverable ${hashText("Ten articles")}, which these files are`,
          `  98 ${await token.getFunction("symbol")()} to the freelancer's ${addressOf(FREELANCER)}`,
          `  2 ${await token.getFunction("symbol")()} to the platform ${addressOf(PLATFORM)}, as its fee`,
          "  network fee: about 0.",
        ].join("\n"),
      );
      expect(await balance(FREELANCER)).to.equal(98n * UNIT);
      expect(await stateOf(agreement)).to.include({ status: Status.Released, outcome: Outcome.Approved, held: 0n });

      const again = await command(["approve", file, "1", "--yes"], { as: CLIENT });
      expect([again.code, again.err]).to.deep.equal([
        3,
        "Milestone 1 is Released; this needs Funded or Submitted or ChangesRequested or Disputed: micro-escrow status tells what is possible now.\n",
      ]);
      const withdrawn = await act(PLATFORM, "withdraw", await token.getAddress());
      expect(withdrawn.out).to.match(/^2 \S+ withdrawn to 0x/);
      expect(await balance(PLATFORM)).to.equal(2n * UNIT);
      const nothing = await actJson(PLATFORM, "withdraw", await token.getAddress(), addressOf(PLATFORM));
      expect(nothing).to.include({ verb: "withdraw", amount: "0" });
    });

    it("changes are requested and made: a folder, kept and fetched, each file as it was", async () => {
      const { file, agreement } = await funded("1");
      await act(FREELANCER, "submit", file, "1", "--hash", hashText("A sketch"));
      const asked = await actJson(CLIENT, "request-changes", file, "1", "--text", "More articles");
      expect([asked.verb, asked.reason, asked.answered.submission]).to.deep.equal([
        "requestChanges",
        hashText("More articles"),
        1,
      ]);

      await mkdir(at("site/pictures"), { recursive: true });
      const files = [await write("site/index.md", "Ten"), await write("site/pictures/cat.svg", "<svg/>")];
      const { hash, text } = await hashFiles(files, at("site"));
      const nowhere = await command(["submit", file, "1", at("site"), "--yes"], { as: FREELANCER });
      expect([nowhere.code, nowhere.err.includes("through a manifest, which the client needs")]).to.deep.equal([
        2,
        true,
      ]);
      const made = await actJson(
        FREELANCER,
        "submit",
        file,
        "1",
        at("site"),
        "--manifest",
        at("m.json"),
        "--store",
        at("kept"),
      );
      expect([made.submission, made.deliverable]).to.deep.equal([2, hash]);
      expect(await readFile(at("m.json"), "utf8")).to.equal(text);

      const fetched = await command(["fetch", file, "1", "--store", at("kept"), "--out", at("got")]);
      expect([fetched.code, fetched.out.split("\n")[0]], fetched.err).to.deep.equal([
        0,
        "Submission 2, as it was submitted:",
      ]);
      expect(await readFile(at("got/index.md"), "utf8")).to.equal("Ten");
      expect(await readFile(at("got/pictures/cat.svg"), "utf8")).to.equal("<svg/>");
      const missing = await command(["fetch", file, "1", "--store", at("nothing"), "--out", at("got")]);
      expect([missing.code, missing.err.startsWith("The storage does not have ")]).to.deep.equal([4, true]);
      const there = await command(["fetch", file, "1", "--store", at("kept"), "--out", at("got")]);
      expect([there.code, there.err.includes("it is there already")]).to.deep.equal([2, true]);
      expect((await stateOf(agreement)).submissions).to.equal(2);
      const approved = await actJson(CLIENT, "approve", file, "1", "--deliverable", at("got"));
      expect(approved.answered).to.deep.equal({ submission: 2, deliverable: hash });
    });

    it("several files, of one name each, are a manifest; the single file of a folder too", async () => {
      const { file } = await funded("1-2");
      const files = [await write("a.md", "A"), await write("b.md", "B")];
      const several = await actJson(FREELANCER, "submit", file, "1", ...files, "--manifest", at("m.json"));
      expect(several.deliverable).to.equal((await hashFiles(files)).hash);
      await mkdir(at("one"));
      const single = [await write("one/c.md", "C")];
      const folderOfOne = await actJson(FREELANCER, "submit", file, "2", at("one"), "--store", at("kept"));
      expect(folderOfOne.deliverable).to.equal((await hashFiles(single, at("one"))).hash);
      const stored = await command(["fetch", file, "2", "--store", at("kept"), "--out", at("got"), "--json"]);
      expect(JSON.parse(stored.out)).to.deep.include({ index: 1, submission: 1, files: [at("got/c.md")] });
      for (const paths of [[at("one"), files[0] ?? ""], [at("nowhere")], []]) {
        expect((await command(["submit", file, "1", ...paths, "--yes"], { as: FREELANCER })).code).to.equal(2);
      }
    });

    it("a part is paid early, time is given, money is given back, a clock runs out", async () => {
      const { file, agreement } = await funded("1", "2");
      const before = await stateOf(agreement);
      const advanced = await actJson(CLIENT, "advance", file, "1", "25%");
      expect([advanced.freelancerAmount, advanced.platformFee, advanced.remaining]).to.deep.equal(
        [24_500_000n, 500_000n, 75n * UNIT].map(String),
      );
      const extended = await actJson(CLIENT, "extend", file, "1", "3 days");
      expect(extended.clock).to.equal(before.clock + 3 * DAY);
      const refunded = await actJson(FREELANCER, "refund", file, "1");
      expect([refunded.outcome, refunded.clientAmount]).to.deep.equal([Outcome.Refunded, `${75n * UNIT}`]);

      const early = await command(["finalize", file, "2", "--yes"], { as: RELAYER });
      expect([early.code, early.err.includes("This can be finalized from")]).to.deep.equal([3, true]);
      await pass(28 * DAY);
      const late = await act(RELAYER, "finalize", file, "2");
      expect(late.out).to.match(/^Milestone 2 ended \(nothing was submitted in time\): 200 \S+ to the client\.\n/);
      expect(await balance(CLIENT)).to.equal(10_000n * UNIT - 25n * UNIT);
    });

    it("of a token that does not say its decimals, a part is paid by its percentage alone", async () => {
      const { file } = await funded("1");
      const address = await token.getAddress();
      const code = await provider.getCode(address);
      // PUSH4 0x313ce567: nothing answers to decimals() any more.
      const setCode = onAnvil ? "anvil_setCode" : "hardhat_setCode";
      await provider.send(setCode, [address, code.replace("63313ce567", "63deadbeef")]);
      const { code: exit, err } = await command(["advance", file, "1", "5", "--yes"], { as: CLIENT });
      expect([exit, err.split("\n").at(-2)]).to.deep.equal([
        2,
        "The token does not say how many decimals it has: write a percentage instead of an amount.",
      ]);
      const advanced = await act(CLIENT, "advance", file, "1", "25%");
      expect(advanced.out).to.include("Milestone 1: 24500000 base units paid early");
    });

    it("the verifier passes one milestone and fails another", async () => {
      const { file, agreement } = await funded("1-2");
      for (const milestone of ["1", "2"])
        await act(FREELANCER, "submit", file, milestone, "--hash", hashText(milestone));
      const report = await write("report.txt", "All is there");
      const passed = await act(VERIFIER, "attest", file, "1", "--passed", "--file", report);
      expect(passed.err).to.include(`  report ${hashText("All is there")}\n  the client has 2 days at most to object`);
      expect((await stateOf(agreement)).clock - (await escrow.getTime())).to.equal(2 * DAY);
      const failed = await actJson(VERIFIER, "attest", file, "2", "--failed", "--hash", hashText("Nine"));
      expect([failed.passed, failed.report]).to.deep.equal([false, hashText("Nine")]);
      expect((await stateOf(agreement, 1)).status).to.equal(Status.ChangesRequested);
      for (const options of [
        ["--text", "x"],
        ["--passed", "--failed", "--text", "x"],
        ["--passed"],
        ["--passed", "--text", "x", "--hash", hashText("x")],
      ]) {
        expect((await command(["attest", file, "1", ...options, "--yes"], { as: VERIFIER })).code).to.equal(2);
      }
    });
  });

  // --------------------------------------------------------------------------------------------------------- disputes

  describe("disputes", () => {
    it("an arbiter rules by a signature that somebody else sends, and both sides gave evidence", async () => {
      const { file } = await funded("2");
      await act(FREELANCER, "submit", file, "2", "--hash", hashText("Two articles"));
      await act(CLIENT, "dispute", file, "2", "--text", "Only two");
      const evidence = await act(FREELANCER, "evidence", file, "2", "--text", "Our chat");
      expect(evidence.out).to.include(`Milestone 2: evidence ${hashText("Our chat")} by the freelancer.\n`);
      const { out, err } = await act(ARBITER, "rule", file, "2", "40%", "--text", "Two of five", "--sign");
      const symbol = await token.getFunction("symbol")();
      // 3% of 200 is 6; of the 194 that are left 40% are 77.6, less the platform's 2%.
      expect(err).to.include(
        [
          `Rule on milestone 2, “Ten more”, of “Blog”: 77.6 ${symbol} to the freelancer before the platform's fee, by a signature of ${addressOf(ARBITER)} (arbiter):`,
          `  76.048 ${symbol} to the freelancer's ${addressOf(FREELANCER)}`,
          `  116.4 ${symbol} to the client's ${addressOf(CLIENT)}`,
          `  1.552 ${symbol} to the platform ${addressOf(PLATFORM)}, as its fee`,
          `  6 ${symbol} to the arbiter ${addressOf(ARBITER)}, as its fee`,
          `  reasoning ${hashText("Two of five")}`,
        ].join("\n"),
      );
      const relayed = await act(RELAYER, "relay", await write("ruling.json", out));
      expect(relayed.out).to.match(
        /^Milestone 2 ended \(ruled by the arbiter\): 76\.048 \S+ to the freelancer, 116\.4 \S+ to the client, 1\.552 \S+ platform fee, 6 \S+ arbiter fee\.\n/,
      );
      expect([await balance(FREELANCER), await balance(CLIENT)]).to.deep.equal([
        76_048_000n,
        9_800n * UNIT + 116_400_000n,
      ]);
    });

    it("both settle: each half is signed or sent, and another share than was signed is refused", async () => {
      const { file } = await funded("1");
      await write("half.json", (await act(CLIENT, "settle", file, "1", "60", "--sign")).out);
      const alone = await command(["relay", at("half.json"), "--yes"], { as: RELAYER });
      expect([alone.code, alone.err]).to.deep.equal([
        2,
        "This is one party's half of a settlement: the other party sends it, with settle --with.\n",
      ]);
      const other = await command(["settle", file, "1", "61", "--with", at("half.json"), "--yes"], { as: FREELANCER });
      expect(other.code, other.err).to.be.oneOf([2, 3]);
      expect(await balance(FREELANCER)).to.equal(0n);
      const settled = await actJson(FREELANCER, "settle", file, "1", "60%", "--with", at("half.json"));
      expect([settled.outcome, settled.freelancerAmount, settled.clientAmount]).to.deep.equal([
        ...[Outcome.Settled, `${58_800_000n}`, `${40n * UNIT}`],
      ]);
    });
  });

  describe("what is signed for somebody else to send", () => {
    it("a client without ether funds by a signature, and no verb but those with one can be signed", async () => {
      const { file, agreement } = await drafted();
      await act(FREELANCER, "sign", file, "--out", at("s.json"));
      const sign = ["fund", file, "1", "--freelancer-signature", at("s.json"), "--sign", "--payment", "authorization"];
      await write("funding.json", (await act(CLIENT, ...sign)).out);
      const funding = await act(RELAYER, "relay", at("funding.json"));
      expect(funding.out).to.match(/Milestone 1 funded with 100 \S+ by the client, by signature; work is due by /);
      expect((await stateOf(agreement)).held).to.equal(100n * UNIT);
      expect((await command(["relay", at("funding.json"), "--yes"], { as: RELAYER })).code).to.equal(3);
      expect((await command(["finalize", file, "1", "--sign", "--yes"], { as: CLIENT })).code).to.equal(2);
      expect((await command(["fund", file, "2", "--payment", "permit2", "--yes"], { as: CLIENT })).err).to.include(
        '"permit2" is no way to pay: take one of auto, allowance, permit, approve.',
      );
    });

    it("what was altered, or is no signed action, is not sent", async () => {
      const { file } = await funded("1");
      const { out } = await act(FREELANCER, "submit", file, "1", "--hash", hashText("Work"), "--sign");
      const action = JSON.parse(out);
      for (const altered of [{ ...action, verb: "refund" }, { ...action, chainId: 1 }, { verb: 7 }, null, [], "x", 5]) {
        const { code, err } = await command(["relay", "-", "--yes"], { as: RELAYER, stdin: JSON.stringify(altered) });
        expect(code, `${JSON.stringify(altered).slice(0, 40)}: ${err}`).to.be.oneOf([2, 4]);
      }
      expect((await command(["relay", "-", "--yes"], { as: RELAYER, stdin: out })).code).to.equal(0);
    });
  });

  // ---------------------------------------------------------------------------------------------------------- looking

  describe("looking", () => {
    it("status: where it stands, what happens by itself, and what this account can do", async () => {
      const { file, agreement } = await funded("1", "2");
      await act(FREELANCER, "submit", file, "1", "--hash", hashText("Work"));
      const { out } = await command(["status", file], { as: CLIENT });
      const symbol = await token.getFunction("symbol")();
      // Of 28 days 27 whole ones are left as soon as a second has passed.
      const lines = out
        .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/g, "TIME")
        .replaceAll("in 27 days", "in 28 days")
        .replaceAll("in 89 days", "in 90 days")
        .replaceAll("in 6 days", "in 7 days")
        .split("\n");
      expect(lines).to.deep.equal([
        `“Blog”, agreement ${agreement.id}`,
        `  client      ${addressOf(CLIENT)} accepted`,
        `  freelancer  ${addressOf(FREELANCER)} accepted`,
        `  arbiter     ${addressOf(ARBITER)}`,
        `  token       ${await token.getAddress()} calls its amounts ${symbol}; the registry does not know it`,
        "  can be funded before TIME (in 90 days)",
        `1. Ten articles: 100 ${symbol}, Submitted, submission 1`,
        "   the client answers before TIME (in 7 days), or else:",
        `     98 ${symbol} to the freelancer's ${addressOf(FREELANCER)}`,
        `     2 ${symbol} to the platform ${addressOf(PLATFORM)}, as its fee`,
        `2. Ten more: 200 ${symbol}, Funded`,
        "   the freelancer submits before TIME (in 28 days), or else:",
        `     200 ${symbol} to the client's ${addressOf(CLIENT)}`,
        `3. Pictures: 300 ${symbol}, not funded`,
        `You are ${addressOf(CLIENT)}, client. You can:`,
        "  close",
        "  request-changes 1, before TIME (in 7 days)",
        "  dispute 1, before TIME (in 7 days)",
        "  approve 1",
        "  advance 1",
        `  settle 1, with the signature of ${addressOf(FREELANCER)}`,
        "  approve 2",
        "  advance 2",
        "  extend 2",
        `  settle 2, with the signature of ${addressOf(FREELANCER)}`,
        "  fund 3, before TIME (in 90 days)",
        "",
      ]);
      const read = JSON.parse((await command(["status", file, "--json"])).out);
      expect(read).to.deep.include({
        agreement: agreement.id,
        clientConsented: true,
        closed: false,
        account: null,
        actions: [],
      });
      expect(read.milestones[0]).to.deep.include({
        index: 0,
        held: `${100n * UNIT}`,
        submissions: 1,
        status: "Submitted",
      });
      expect(read.milestones[0].default).to.deep.include({ outcome: "ReviewExpired", due: false });

      await pass(7 * DAY);
      const due = (await command(["status", agreement.id])).out;
      expect(due).to.match(
        /1\. 100 \S+, Submitted, submission 1\n {3}the client was silent, since .* UTC \(\d+ seconds? ago\): anybody can finalize, which pays\n {5}98 /,
      );
      expect(due.split("\n")[0]).to.equal(`Agreement ${agreement.id}`);
    });

    it("list: what an account accepted, and what it is only named in", async () => {
      const { file, agreement } = await drafted();
      await act(CLIENT, "accept", file);
      const mine = await command(["list"], { as: CLIENT });
      const symbol = await token.getFunction("symbol")();
      expect(mine.out).to.equal(`${agreement.id}  client, 600 ${symbol}, 0 ${symbol} held, 0 of 3 milestones ended\n`);
      const theirs = await command(["list", addressOf(FREELANCER)]);
      expect(theirs.out).to.equal(
        [
          `${addressOf(FREELANCER)} has accepted no agreement.`,
          "Named in, but not accepted (anybody can name anybody):",
          `${agreement.id}  freelancer, 600 ${symbol}, 0 ${symbol} held, 0 of 3 milestones ended\n`,
        ].join("\n"),
      );
      const { consented, inbox } = JSON.parse((await command(["list", "--json"], { as: CLIENT })).out);
      expect([consented.length, inbox.length, consented[0].id]).to.deep.equal([1, 0, agreement.id]);
    });

    it("history: everything that happened, in order, with its times", async () => {
      const { file, agreement } = await funded("1");
      await act(FREELANCER, "submit", file, "1", "--hash", hashText("Work"));
      await act(CLIENT, "approve", file, "1");
      const { out } = await command(["history", agreement.id]);
      const said = out
        .trimEnd()
        .split("\n")
        .map((line) => line.replace(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC {2}(.*?)( \(not final\))?$/, "$1"));
      expect(said.map((line) => line.replace(/[,;:].*/, ""))).to.deep.equal([
        `Agreement ${agreement.id} opened`,
        "The client accepted the agreement",
        "The freelancer accepted the agreement",
        `Milestone 1 funded with 100 ${await token.getFunction("symbol")()} by the client`,
        "Milestone 1",
        "Milestone 1 ended (approved)",
      ]);
      const { events } = JSON.parse((await command(["history", file, "--json"])).out);
      expect(events.at(-1)).to.deep.include({
        type: "MilestoneConcluded",
        outcome: "Approved",
        freelancerAmount: `${98n * UNIT}`,
      });
      expect(events.at(-1).time).to.equal(await escrow.getTime());
    });

    it("statement: for people, as CSV, as JSON, and the same out of a cache", async () => {
      const { file } = await funded("1", "2");
      await act(FREELANCER, "submit", file, "1", "--hash", hashText("Work"));
      await act(CLIENT, "approve", file, "1");
      const made = await statementOf(escrow.connection, addressOf(FREELANCER));
      const all = ["statement", addressOf(FREELANCER)];
      expect((await command([...all, "--json"])).out).to.equal(toJson(made));
      expect((await command([...all, "--csv"])).out.trimEnd()).to.equal(toCsv(made).trimEnd());
      for (const _ of ["new", "read on"]) {
        expect((await command([...all, "--cache", at("events.history"), "--json"])).out).to.equal(toJson(made));
      }
      const symbol = await token.getFunction("symbol")();
      const { out, err } = await command(["statement"], { as: CLIENT });
      expect(err).to.equal("");
      expect(
        out
          .trimEnd()
          .split("\n")
          .map((line) => line.replace(/^.* UTC {2}/, "").replace(/, milestone.*/, "")),
      ).to.deep.equal([
        `funded        -100 ${symbol}`,
        `funded        -200 ${symbol}`,
        `Total: paid 300 ${symbol}, received 0 ${symbol}, waiting 0 ${symbol}, held in its agreements 200 ${symbol}`,
      ]);
      expect((await command(["statement", addressOf(RELAYER)])).out).to.equal(
        `No money of ${addressOf(RELAYER)} has moved.\n`,
      );
    });

    it("watch: each event as it happens, until all is done or somebody ends it", async () => {
      const { file } = await funded("1-3");
      const stopping = new AbortController();
      const watching = command(["watch", file, "--interval", "0.05", "--until-done", "--json"]);
      const forever = command(["watch", file, "--interval", "0.05"], { signal: stopping.signal });
      for (const milestone of ["1", "2", "3"]) await act(FREELANCER, "refund", file, milestone);
      const { code, out } = await watching;
      expect(code).to.equal(0);
      const types = out
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).type);
      expect(types.filter((type) => type === "MilestoneConcluded").length).to.equal(3);
      expect(types.slice(0, 3)).to.deep.equal(["AgreementOpened", "AgreementAccepted", "AgreementAccepted"]);
      stopping.abort();
      const ended = await forever;
      expect([ended.code, ended.err]).to.deep.equal([0, "Watching “Blog”; Ctrl-C ends it.\n"]);
      expect((await command(["watch", file, "--interval", "often"])).code).to.equal(2);
    });
  });

  it("on a public chain a decision says what it waits for, and there is no account without a key", async () => {
    const own = node;
    const reader = provider;
    node = await startNode({ chainId: 7 });
    provider = new JsonRpcProvider(node.url, 7, { staticNetwork: true, cacheTimeout: -1 });
    try {
      await provider.send(onAnvil ? "anvil_setCode" : "hardhat_setCode", [create2.deployer, create2DeployerCode]);
      const [signer] = accounts;
      await deploy({ signer: new JsonRpcSigner(provider, signer?.address ?? "") });
      const { ethers } = await network.create({ network: "localhost", override: { url: node.url, chainId: 7 } });
      const usual = token;
      token = (await ethers.deployContract("AuthorizationToken")) as unknown as Contract;
      try {
        await mined(token.getFunction("mint")(addressOf(CLIENT), 10_000n * UNIT));
        const { file } = await funded("1");
        await act(FREELANCER, "submit", file, "1", "--hash", hashText("Work"));
        const { err } = await act(CLIENT, "approve", file, "1", "--confirmations", "0");
        expect(err).to.match(/\nWaiting until submission 1 is in a block that stays …\nSent 0x/);
        const nobody = await command(["accept", file, "--yes"]);
        expect([nobody.code, nobody.err]).to.deep.equal([
          5,
          "Whose account? Set one up with micro-escrow init, say --keystore or --signer, or set MICRO_ESCROW_PRIVATE_KEY.\n",
        ]);
      } finally {
        token = usual;
      }
    } finally {
      provider.destroy();
      await node.stop();
      [node, provider] = [own, reader];
    }
  });

  // --------------------------------------------------------------------------------------------- what goes wrong on the way

  it("what is kept for the client is kept after the question, and not before", async () => {
    const { file } = await funded("1");
    const files = [await write("a.md", "A"), await write("b.md", "B")];
    const submit = ["submit", file, "1", ...files, "--manifest", at("m.json"), "--store", at("kept")];
    expect((await command(submit, { as: FREELANCER })).code).to.equal(2);
    for (const name of ["m.json", "kept"]) {
      expect(
        await access(at(name)).then(
          () => true,
          () => false,
        ),
        name,
      ).to.equal(false);
    }
    expect((await act(FREELANCER, ...submit)).err).to.include(
      `\n  stored in ${at("kept")} before\n  with the scope, which a verifier reads there\n`,
    );
    const { terms, scope } = await readAgreement(file);
    expect(await getScope(folderStorage(at("kept")), terms.details)).to.deep.equal(scope);
  });

  it("keeps evidence for whoever rules", async () => {
    const { file } = await funded("1");
    await act(FREELANCER, "submit", file, "1", await write("a.md", "A"));
    const store = ["--store", at("evidence")];
    const byHash = await command(["dispute", file, "1", "--hash", hashText("Bad"), ...store, "--yes"], { as: CLIENT });
    expect([byHash.code, byHash.err]).to.deep.equal([
      2,
      "What is stored is a text or a file: say --text or --file with --store.\n",
    ]);
    const disputed = await act(CLIENT, "dispute", file, "1", "--text", "Bad", ...store);
    expect(disputed.err).to.include(`\n  stored in ${at("evidence")} before\n`);
    await act(FREELANCER, "evidence", file, "1", "--file", await write("b.md", "Good"), ...store);
    for (const said of ["Bad", "Good"]) {
      const { files } = await getDeliverable(folderStorage(at("evidence")), hashText(said));
      expect(new TextDecoder().decode(files[0]?.bytes)).to.equal(said);
    }
  });

  it("fetch follows no link, whatever a manifest names", async () => {
    const { file } = await funded("1");
    await mkdir(at("work/docs"), { recursive: true });
    await write("work/docs/a.md", "theirs");
    await act(FREELANCER, "submit", file, "1", at("work"), "--store", at("kept"));
    const fetchInto = (out: string) =>
      command(["fetch", file, "1", "--store", at("kept"), "--out", at(out), "--force"]);

    await mkdir(at("mine"));
    await write("mine/a.md", "mine");
    await mkdir(at("one"));
    await symlink(at("mine"), at("one/docs"));
    await mkdir(at("two/docs"), { recursive: true });
    await symlink(at("mine/a.md"), at("two/docs/a.md"));
    for (const [out, link] of [
      ["one", "one/docs"],
      ["two", "two/docs/a.md"],
    ] as const) {
      const { code, err } = await fetchInto(out);
      expect([code, err]).to.deep.equal([2, `${at(`${out}/docs/a.md`)} is not written: ${at(link)} is a link.\n`]);
    }
    expect(await readFile(at("mine/a.md"), "utf8")).to.equal("mine");
    expect((await fetchInto("mine")).code).to.equal(0);
  });

  it("--deliverable takes the files, and not the list of them; and never without a submission", async () => {
    const { file } = await funded("1-2");
    const files = [await write("a.md", "A"), await write("b.md", "B")];
    await act(FREELANCER, "submit", file, "1", ...files, "--manifest", at("m.json"));
    const list = await command(["approve", file, "1", "--deliverable", at("m.json"), "--yes"], { as: CLIENT });
    expect([list.code, list.err]).to.deep.equal([
      2,
      `${at("m.json")} only lists the files of a deliverable: name these files, or their folder.\n`,
    ]);
    const early = await command(["approve", file, "2", "--deliverable", ...files, "--yes"], { as: CLIENT });
    expect([early.code, early.err.startsWith("Approve")]).to.deep.equal([3, false]);
    expect(await balance(FREELANCER)).to.equal(0n);
    await act(CLIENT, "approve", file, "1", "--deliverable", ...files);
  });

  it("fund says that the token is told, and whose the refunds are", async () => {
    const { file } = await drafted();
    await act(FREELANCER, "accept", file);
    await mined(token.getFunction("mint")(addressOf(RELAYER), 100n * UNIT));
    await act(CLIENT, "accept", file);
    const other = await act(RELAYER, "fund", file, "1");
    expect(other.err).to.match(
      new RegExp(
        `\\n {2}the token is told before to let the escrow take exactly that\\n {2}what is refunded goes to the client's ${addressOf(CLIENT)}, not to you\\n {2}network fee: at about \\S+ gwei\\n`,
      ),
    );
    expect((await act(CLIENT, "fund", file, "2")).err).to.not.include("not to you");
  });

  it("a funding that somebody else signed: its network fee is told, and a failure in the SDK's words", async () => {
    const { file } = await drafted();
    await act(FREELANCER, "accept", file);
    await write("funding.json", (await act(CLIENT, "fund", file, "1", "--sign", "--payment", "authorization")).out);
    const funding = JSON.parse(await readFile(at("funding.json"), "utf8"));
    const other = await write("other.json", JSON.stringify({ ...funding, to: "evil.eth" }));
    const refused = await command(["relay", other, "--yes", "--json"], { as: RELAYER });
    expect([refused.code, JSON.parse(refused.out).error.code]).to.deep.equal([2, "InvalidSignedAction"]);
    expect((await act(RELAYER, "relay", at("funding.json"))).err).to.match(/\n {2}network fee: about 0\.\d+ ether\n/);
    const again = await command(["relay", at("funding.json"), "--yes", "--json"], { as: RELAYER });
    expect([again.code, again.err.includes("network fee")]).to.deep.equal([3, false]);
  });

  it("milestones are counted from 1 in its own words too, and what is no JSON cannot write to the terminal", async () => {
    const { file } = await funded("1-2");
    const nothing = await command(["fetch", file, "2", "--store", at("kept"), "--out", at("got")]);
    expect([nothing.code, nothing.err]).to.deep.equal([2, "Nothing was submitted for milestone 2 yet.\n"]);
    const { code, err } = await command(["relay", await write("evil.json", '{"x": \u001b[2J')], { as: RELAYER });
    expect([code, err.includes("\u001b"), err.includes("\\u{1b}[2J")], err).to.deep.equal([2, false, true]);
    for (const interval of ["0", "86401", "Infinity"]) {
      expect((await command(["watch", file, "--interval", interval])).code).to.equal(2);
    }
    const party = ["--party", addressOf(FREELANCER), "--signature", at("signature.json")];
    expect((await command(["accept", file, ...party, "--sign", "--yes"], { as: CLIENT })).code).to.equal(2);
    expect(JSON.parse((await command(["--json"])).out)).to.deep.equal({
      error: { code: "Usage", message: "no command" },
    });
  });

  it("as a process: an output that is lost is told, and a reader of what it says that goes stops nothing", async () => {
    const { file, agreement } = await funded("1");
    const program = fileURLToPath(new URL("../../sdk/bin/micro-escrow.js", import.meta.url));
    const shell = (end: string, ...args: string[]) =>
      new Promise<number | null>((resolve) => {
        const line = `"$0" "$@" --rpc ${node.url} --from 0 ${end}`;
        const child = spawn("bash", ["-c", line, process.execPath, program, ...args], {
          stdio: "ignore",
          env: { ...process.env, XDG_CONFIG_HOME: folder },
        });
        child.on("close", resolve);
      });
    expect(await shell("2>&1 | true; exit $PIPESTATUS", "advance", file, "1", "10", "--yes")).to.equal(0);
    expect((await stateOf(agreement)).held).to.equal(90n * UNIT);
    if (process.platform !== "linux") return; // Others have no such device.
    expect(await shell("> /dev/full", "advance", file, "1", "10", "--yes")).to.equal(7);
    expect((await stateOf(agreement)).held).to.equal(80n * UNIT);
    expect(await shell("> /dev/full", "status", file)).to.equal(2);
  });

  describe("an endpoint that fails or lies", () => {
    const server = serversOfEachTest();
    const MNEMONIC = "test test test test test test test test test test test junk";
    /** The client's key, in the environment. */
    const env = { MICRO_ESCROW_PRIVATE_KEY: HDNodeWallet.fromPhrase(MNEMONIC, "", "m/44'/60'/0'/0/0").privateKey };

    /** What JSON-RPC asks, one request at a time. */
    interface Request {
      readonly id: number;
      readonly method: string;
      readonly params: readonly unknown[];
    }
    type Answering = (request: Request, pass: () => Promise<object>) => Promise<object | undefined>;

    /** The node, behind something that may change what it says; without an answer the connection breaks. */
    async function between(answering: Answering): Promise<string> {
      const answer: Answer = async ({ body }, response) => {
        const asked: Request | Request[] = JSON.parse(body.toString());
        const answers = await Promise.all(
          [asked].flat().map((request) =>
            answering(request, async () => {
              const headers = { "content-type": "application/json" };
              const passed = await fetch(node.url, { method: "POST", headers, body: JSON.stringify(request) });
              return (await passed.json()) as object;
            }),
          ),
        );
        if (answers.includes(undefined)) return response.destroy();
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify(Array.isArray(asked) ? answers : answers[0]));
      };
      return (await server(answer)).url;
    }

    const hashOf = ({ params }: Request) => Transaction.from(String(params[0])).hash;

    it("whatever may have been sent is told by its hash, and by exit code 7", async () => {
      const { file, agreement } = await funded("1");
      let hash: string | null = null;
      const failures: readonly Answering[] = [
        // Passed on, and no answer.
        async (request, pass) => {
          await pass();
          hash = hashOf(request);
          return undefined;
        },
        // Passed on twice, as some do.
        async (request, pass) => {
          await pass();
          hash = hashOf(request);
          return { jsonrpc: "2.0", id: request.id, error: { code: -32000, message: "already known" } };
        },
        // Another hash than the transaction's.
        async (request, pass) => {
          hash = hashOf(request);
          return { ...(await pass()), result: `0x${"77".repeat(32)}` };
        },
      ];
      for (const [place, failure] of failures.entries()) {
        const rpc = await between((request, pass) =>
          request.method === "eth_sendRawTransaction" ? failure(request, pass) : pass(),
        );
        const { code, out, err } = await command(["advance", file, "1", "10", "--yes", "--json"], { rpc, env });
        expect([code, JSON.parse(out).error.sent], `${place}: ${err}`).to.deep.equal([7, [hash]]);
        expect((await stateOf(agreement)).held).to.equal(BigInt(90 - 10 * place) * UNIT);
      }
    });

    it("an account of the endpoint's own: the same without a hash", async () => {
      const { file } = await funded("1");
      const rpc = await between(async ({ method }, pass) => (method === "eth_sendTransaction" ? undefined : pass()));
      const { code, err } = await command(["advance", file, "1", "10", "--yes"], { rpc, as: CLIENT });
      expect([code, err.includes("Perhaps a transaction was sent: look at what the account sent last.")]).to.deep.equal(
        [7, true],
      );
    });

    it("a refusal of the endpoint is no sending", async () => {
      const { file, agreement } = await funded("1");
      const rpc = await between(async (request, pass) =>
        request.method === "eth_sendRawTransaction"
          ? { jsonrpc: "2.0", id: request.id, error: { code: -32000, message: "txpool is full" } }
          : pass(),
      );
      const { code, out } = await command(["advance", file, "1", "10", "--yes", "--json"], { rpc, env });
      expect([code, JSON.parse(out).error.sent]).to.deep.equal([4, []]);
      expect((await stateOf(agreement)).held).to.equal(100n * UNIT);
    });

    it("an approval that was sent before a failure is told, and is not nothing", async () => {
      const { file } = await drafted();
      await act(FREELANCER, "accept", file);
      let transactions = 0;
      const rpc = await between(async (request, pass) => {
        if (request.method === "eth_sendRawTransaction") transactions += 1;
        if (transactions < 1 || request.method !== "eth_call") return pass();
        return { jsonrpc: "2.0", id: request.id, error: { code: -32005, message: "limit exceeded" } };
      });
      const { code, out } = await command(["fund", file, "1", "--payment", "approve", "--yes", "--json"], { rpc, env });
      expect([code, JSON.parse(out).error.sent.length, transactions]).to.deep.equal([7, 1, 1]);
    });

    it("the network fee cannot become much more than was shown", async () => {
      const { file, agreement } = await funded("1");
      let blocks = 0;
      const rpc = await between(async (request, pass) => {
        const answer = (await pass()) as { result: Record<string, unknown> };
        if (request.method !== "eth_maxPriorityFeePerGas" || ++blocks === 1) return answer;
        return { ...answer, result: toQuantity(10n ** 15n) };
      });
      const { code, err } = await command(["advance", file, "1", "10", "--yes"], { rpc, env });
      expect([code, err.includes("more than three times what was shown: nothing was sent")], err).to.deep.equal([
        2,
        true,
      ]);
      expect((await stateOf(agreement)).held).to.equal(100n * UNIT);
    });

    it("what is done is done, also when the endpoint cannot say what it was", async () => {
      const { file, agreement } = await funded("1");
      let receipts = 0;
      const rpc = await between(async (request, pass) => {
        const answer = await pass();
        const isReceipt =
          request.method === "eth_getTransactionReceipt" && "result" in answer && answer.result !== null;
        return isReceipt && ++receipts > 1 ? { ...answer, result: null } : answer;
      });
      const { code, out, err } = await command(["advance", file, "1", "10", "--yes"], { rpc, as: CLIENT });
      expect(code, err).to.equal(0);
      expect(err).to.include("It is done, but what happened is not told: ");
      expect(out).to.match(/^Transaction 0x[0-9a-f]{64}, block \d+\.\n$/);
      expect((await stateOf(agreement)).held).to.equal(90n * UNIT);
    });

    it("a signal while a transaction waits for its block: its hash, and exit code 7", async () => {
      const { file } = await funded("1");
      const stopping = new AbortController();
      const rpc = await between(async (request, pass) => {
        if (request.method === "eth_sendRawTransaction") setTimeout(() => stopping.abort(), 50);
        const answer = await pass();
        return request.method === "eth_getTransactionReceipt" ? { ...answer, result: null } : answer;
      });
      const { signal } = stopping;
      const { code, out } = await command(["advance", file, "1", "10", "--yes", "--json"], { rpc, env, signal });
      const { error } = JSON.parse(out);
      expect([code, error.code, error.sent.length]).to.deep.equal([7, "Interrupted", 1]);
    });

    it("what an endpoint says cannot write to the terminal", async () => {
      const { file } = await funded("1");
      const message = "no\u001b[2J\u202e\nSent 0x12";
      const rpc = await between(async ({ id, method }, pass) =>
        method === "eth_getCode" ? { jsonrpc: "2.0", id, error: { code: -32000, message } } : pass(),
      );
      const { code, err } = await command(["status", file], { rpc });
      expect([code, err.includes("no\\u{1b}[2J\\u{202e}\\u{a}Sent 0x12")], err).to.deep.equal([4, true]);
    });
  });

  // ------------------------------------------------------------------------------------------------------------ input

  it("what is written wrong is told before anything is sent, by exit code 2", async () => {
    const { file } = await funded("1");
    const nonce = await provider.getTransactionCount(addressOf(CLIENT));
    for (const args of [
      ["approve", file, "0"],
      ["approve", file, "4"],
      ["approve", file, "one"],
      ["approve", at("no.json"), "1"],
      ["approve", file],
      ["approve", file, "1", "2"],
      ["approve", file, "1", "--confirmations", "some"],
      ["approve", file, "1", "--submission", "-1"],
      ["fund", file, "2-9"],
      ["fund", file, "3-2"],
      ["fund", file, "2", "--payment", "cash"],
      ["fund", file, "2", "--freelancer-signature", at("terms.json")],
      ["advance", file, "1", "0.0000001"],
      ["advance", file, "1", "-5"],
      ["advance", file, "1", "101%"],
      ["extend", file, "1", "soon"],
      ["extend", file, "1", "2026-13-01"],
      ["request-changes", file, "1"],
      ["dispute", file, "1", "--file", at("no.txt")],
      ["dispute", file, "1", "--hash", "0x12"],
      ["submit", file, "1"],
      ["submit", file, "1", file, "--hash", hashText("x")],
      ["withdraw", "0x12"],
      ["withdraw", "DOGE"],
      ["list", "somebody"],
      ["frobnicate"],
      ["status", file, "--frobnicate"],
    ]) {
      const { code, err } = await command([...args, "--yes"], { as: CLIENT });
      expect(code, `${args.join(" ")}: ${err}`).to.equal(2);
      expect(err, args.join(" ")).to.match(/\S/);
    }
    expect(await provider.getTransactionCount(addressOf(CLIENT))).to.equal(nonce);
  });

  it("text of the other side cannot write to the terminal", async () => {
    const evil = "Blog\u001b[2J\u202egnp.exe";
    const { file } = await drafted({ scope: { title: evil, milestones: [evil, "b", "c"] } });
    await act(CLIENT, "accept", file);
    for (const args of [
      ["describe", file],
      ["status", file],
      ["history", file],
    ]) {
      const { out, err, code } = await command(args, { as: CLIENT });
      expect(code).to.equal(0);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
      expect(`${out}${err}`).to.not.match(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    }
    expect((await command(["status", file])).out).to.include("Blog\\u{1b}[2J\\u{202e}gnp.exe");
  });
});
