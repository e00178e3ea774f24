/** The demo as its users run it: a process that prints JSON, whose books must balance. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { mock } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { type Address, Outcome, toAddress } from "@micro-escrow/sdk";
import { expect } from "chai";
import type { Signer } from "ethers";
import { keepBooks } from "../../scripts/demo/books.ts";
import { type Chain, connect, startChain } from "../../scripts/demo/chain.ts";
import { type DemoDocument, isAsItShouldBe } from "../../scripts/demo/document.ts";
import { percentages } from "../../scripts/demo/terminal.ts";
import { deployUsdc, send, type Usdc } from "../../scripts/demo/usdc.ts";

const run = promisify(execFile);
const script = join(import.meta.dirname, "../../scripts/demo.ts");
const usdc = (amount: number) => String(BigInt(Math.round(amount * 100)) * 10_000n);

describe("The demo's chain", () => {
  it("goes on when the minute is over that it had to start", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    const chain = await startChain("2027-01-04T08:00:00Z");
    try {
      mock.timers.tick(61_000);
      mock.timers.reset();
      await new Promise((resolve) => setTimeout(resolve, 300)); // it would be killed by a signal
      await chain.passTimeUntil(Date.parse("2027-01-05T08:00:00Z") / 1_000);
    } finally {
      mock.timers.reset();
      chain.stop();
    }
  });
});

describe("demo", () => {
  let demo: DemoDocument;
  let text: string;
  before(async function () {
    this.timeout(240_000);
    const play = async (...options: string[]) => {
      const { stdout, stderr } = await run(process.execPath, [script, ...options], { maxBuffer: 2 ** 24 });
      expect(stderr).to.equal("");
      return stdout;
    };
    const [json, told] = await Promise.all([play("--json"), play()]);
    demo = JSON.parse(json);
    text = told;
  });

  it("tells the same as text, in 100 columns, with parts that make a whole", () => {
    const lines = text.split("\n");
    expect(lines.filter((line) => line.length > 100)).to.deep.equal([]);
    expect(text).to.include("  ●       a transaction");
    const transactions = demo.story.filter(({ transaction }) => transaction !== undefined);
    expect(lines.filter((line) => line.indexOf("●") > 2)).to.have.length(transactions.length);
    const parts = lines.filter((line) => line.includes("% to ")).map((line) => line.match(/\d+(?=%)/g)?.map(Number));
    expect(parts).to.deep.equal([[100], [84, 1, 15], [24, 1, 58, 17]]);
    expect(text).to.include("The books balance");
  });

  it("rounds percentages so that they sum to 100", () => {
    expect(percentages([1n, 1n, 1n])).to.deep.equal([34, 33, 33]);
    expect(percentages([999n, 1n])).to.deep.equal([100, 0]);
    expect(percentages([245n, 6n, 583n, 166n])).to.deep.equal([24, 1, 58, 17]);
    expect(percentages([0n, 0n])).to.deep.equal([0, 0]);
  });

  it("plays three gigs to the end that their stories tell", () => {
    const ends = demo.gigs.map(({ key, milestones }) => [key, milestones.map(({ outcome }) => outcome)]);
    expect(ends).to.deep.equal([
      ["blog", ["Approved", "ReviewExpired", "Approved", "Approved"]],
      ["app", ["Ruled", "Settled", "Attested"]],
      ["campaign", ["Approved", "ReworkExpired", "ArbitrationExpired", "WorkExpired", "Refunded", "None"]],
    ]);
  });

  it("shows everything that can happen", () => {
    const outcomes = new Set(demo.gigs.flatMap(({ milestones }) => milestones.map(({ outcome }) => outcome)));
    expect(outcomes).to.have.all.keys(Object.keys(Outcome));
    expect(demo.happened.filter(({ where }) => where.length === 0)).to.deep.equal([]);
    const funded = demo.happened.filter(({ what }) => what.startsWith("funded"));
    expect(funded).to.deep.equal([
      {
        what: "funded with a permit",
        where: [
          { gig: "blog", milestones: [1, 2, 3, 4] },
          { gig: "campaign", milestones: [1, 3, 4, 5] },
        ],
      },
      { what: "funded from an allowance", where: [{ gig: "app", milestones: [1, 2, 3] }] },
      { what: "funded by a signature that somebody else sent", where: [{ gig: "campaign", milestones: [2] }] },
    ]);
    expect(demo.happened.map(({ what }) => what)).to.include.members([
      "approved by the client",
      "released after the client's silence",
      "changed and submitted again",
      "disputed, with evidence from both, and split by the arbiter",
      "split as agreed because the arbiter was silent",
      "returned after a missed deadline",
      "returned because changes never came",
      "settled by both",
      "ended early by the client",
      "paid in part in advance",
      "approved by a signature that somebody else sent",
      "funded by a signature that somebody else sent",
      "kept for a blacklisted account and withdrawn later",
    ]);
  });

  it("pays what the agreements say", () => {
    const paid = demo.gigs.map(({ milestones }) =>
      milestones.map(({ freelancer, client, platform, arbiter }) => [freelancer, client, platform, arbiter]),
    );
    const row = (freelancer: number, client = 0, platform = 0, arbiter = 0) =>
      [freelancer, client, platform, arbiter].map(usdc);
    expect(paid).to.deep.equal([
      [row(250), row(250), row(250), row(250)],
      [row(873, 291, 0, 36), row(2000, 400), row(900)],
      [row(780, 0, 20), row(0, 800), row(390, 400, 10), row(0, 800), row(0, 800), row(0)],
    ]);
  });

  it("balances its books", () => {
    const { books } = demo;
    expect(demo.balanced).to.equal(true);
    expect(books.problems).to.deep.equal([]);
    expect(books.in.amount).to.equal(usdc(9500));
    expect(books.out.amount).to.equal(usdc(9500));
    expect(books.held).to.equal("0");
    expect(books.claimable).to.equal("0");
    const changes = Object.fromEntries(
      books.accounts.map(({ name, before, after }) => [name, String(BigInt(after) - BigInt(before))]),
    );
    expect(changes).to.deep.include({
      Inês: usdc(-1000),
      Amara: usdc(1000),
      Mateo: usdc(-4500 + 291 + 400),
      Yuki: usdc(873 + 2000 + 900),
      Noor: usdc(36),
      Hanna: usdc(-4000 + 800 + 400 + 800 + 800),
      Diego: usdc(780 + 390),
      Workbench: usdc(30),
      Tomasz: "0",
      Oskar: "0",
    });
    for (const { byGig, before, after } of books.accounts) {
      const explained = Object.values(byGig).reduce((total, value) => total + BigInt(value), 0n);
      expect(explained).to.equal(BigInt(after) - BigInt(before));
    }
  });

  it("says who was part of each gig, and where the money of each went", () => {
    const addressOf = Object.fromEntries(demo.books.accounts.map(({ name, address }) => [name, address]));
    const named = (name: string) => ({ name, address: addressOf[name] });
    const parts = (total: number, paid: number, refunded = 0, fees = 0, neverFunded = 0) => ({
      ...{ total: usdc(total), paid: usdc(paid), refunded: usdc(refunded), fees: usdc(fees) },
      ...{ held: "0", neverFunded: usdc(neverFunded) },
    });
    const [none, closed] = [null, addressOf.Hanna];
    const cast = demo.gigs.map(({ client, freelancer, arbiter, verifier, platform }) => {
      return [client, freelancer, arbiter, verifier, platform];
    });
    expect(cast).to.deep.equal([
      [named("Inês"), named("Amara"), named("Tomasz"), none, none],
      [named("Mateo"), named("Yuki"), named("Noor"), named("Fieldtest"), none],
      [named("Hanna"), named("Diego"), named("Oskar"), none, named("Workbench")],
    ]);
    expect(demo.gigs.map(({ progress }) => progress)).to.deep.equal([
      parts(1000, 1000),
      parts(4500, 3773, 691, 36),
      parts(4800, 1170, 2800, 30, 800),
    ]);
    expect(demo.gigs.map(({ closedBy }) => closedBy)).to.deep.equal([none, none, closed]);
    expect(demo.gigs.map(({ withdrawals }) => withdrawals)).to.deep.equal([
      [],
      [{ account: addressOf.Noor, amount: usdc(36) }],
      [
        { account: addressOf.Diego, amount: usdc(780) },
        { account: addressOf.Workbench, amount: usdc(30) },
      ],
    ]);
  });

  it("fails when the books do not balance, or something did not happen", () => {
    expect(isAsItShouldBe(demo)).to.equal(true);
    const books = { ...demo.books, problems: ["The escrow still holds 1.00 USDC."] };
    expect(isAsItShouldBe({ ...demo, books })).to.equal(false);
    const [first, ...others] = demo.happened;
    expect(isAsItShouldBe({ ...demo, happened: [{ what: first?.what ?? "", where: [] }, ...others] })).to.equal(false);
  });

  it("ends with exit code 1 then, and when it throws, without a stack trace", async function () {
    this.timeout(60_000);
    const url = pathToFileURL(join(import.meta.dirname, "../../scripts/script.ts")).href;
    const end = (main: string) => {
      const source = `import { runScript } from ${JSON.stringify(url)}; await runScript(${main});`;
      return run(process.execPath, ["--input-type=module", "--eval", source]).then(
        () => [0, ""],
        ({ code, stderr }) => [code, stderr],
      );
    };
    expect(await end("async () => true")).to.deep.equal([0, ""]);
    expect(await end("async () => false")).to.deep.equal([1, ""]);
    expect(await end('async () => { throw new Error("no") }')).to.deep.equal([1, "no\n"]);
  });

  it("lets time pass only forwards, and tells which lines were transactions", () => {
    const times = demo.story.map(({ at }) => at);
    expect(times).to.deep.equal([...times].sort());
    expect(demo.story.filter(({ transaction }) => transaction !== undefined)).to.have.length.greaterThan(40);
    for (const { transaction } of demo.story) {
      if (transaction !== undefined) expect(transaction).to.match(/^0x[0-9a-f]{64}$/);
    }
  });

  it("takes no options that it does not know", async function () {
    this.timeout(60_000);
    const failed = await run(process.execPath, [script, "--fast"]).then(
      () => undefined,
      (error: { code: number; stdout: string; stderr: string }) => error,
    );
    expect(failed?.code).to.equal(1);
    expect(failed?.stdout).to.equal("");
    expect(failed?.stderr)
      .to.include("--fast")
      .and.not.match(/^\s+at /m);
  });
});

describe("the demo's books", () => {
  let chain: Chain;
  let usdc: Usdc;
  let signers: Record<"client" | "freelancer" | "escrow" | "passage", Signer>;
  let people: { name: string; address: Address }[];
  let escrow: Address;
  let signedFunding: Address;
  let block: () => Promise<number>;
  const provider = () => connect(chain.url);
  const pay = (from: Signer, to: { address: Address }, amount: bigint) =>
    send(usdc.contract.connect(from), "transfer", to.address, amount);

  before(async function () {
    this.timeout(120_000);
    chain = await startChain("2027-01-01T00:00:00Z");
    const [deployer, issuer, client, freelancer, stand, passage] = await Promise.all(
      [0, 1, 2, 3, 4, 6].map((index) => provider().getSigner(index)),
    );
    if (!deployer || !issuer || !client || !freelancer || !stand || !passage)
      throw new Error("The node has too few accounts.");
    signers = { client, freelancer, escrow: stand, passage };
    [escrow, signedFunding] = [toAddress(stand.address), toAddress(passage.address)];
    people = [
      { name: "client", address: toAddress(client.address) },
      { name: "freelancer", address: toAddress(freelancer.address) },
    ];
    usdc = await deployUsdc(deployer, issuer, toAddress((await provider().getSigner(5)).address));
    await send(usdc.contract, "configureMinter", issuer.address, 1_000_000_000n);
    await send(usdc.contract, "mint", client.address, 1_000_000_000n);
    block = () => provider().getBlockNumber();
  });
  after(() => chain.stop());

  /** Keeps the books of what a function does, as the gig "blog". */
  async function booksOf(act: () => Promise<unknown>, announced: (account: Address) => bigint, waiting = 0n) {
    const from = (await block()) + 1;
    await act();
    return keepBooks({
      usdc: usdc.contract,
      escrow,
      passing: [signedFunding],
      people,
      chapters: [{ gig: "blog", from, to: await block() }],
      claimable: async (account) => (account === people[1]?.address ? waiting : 0n),
      announced: (_, account) => announced(account),
    });
  }

  const theClient = () => people[0] ?? { address: escrow };
  const theFreelancer = () => people[1] ?? { address: escrow };

  it("balance when what went in came out, to those who were announced", async () => {
    const books = await booksOf(
      async () => {
        await pay(signers.client, { address: escrow }, 100_000_000n);
        await pay(signers.escrow, theFreelancer(), 90_000_000n);
        await pay(signers.escrow, theClient(), 10_000_000n);
      },
      (account) => (account === theClient().address ? -90_000_000n : 90_000_000n),
    );
    expect(books.problems).to.deep.equal([]);
    expect(books.in).to.deep.equal({ transfers: 1, amount: 100_000_000n });
    expect(books.out).to.deep.equal({ transfers: 2, amount: 100_000_000n });
    expect(books.accounts.map(({ byGig }) => byGig.blog)).to.deep.equal([-90_000_000n, 90_000_000n]);
  });

  it("balance when it went in through SignedFunding, and not when some of it stayed there", async () => {
    const through = (amount: bigint) => async () => {
      await pay(signers.client, { address: signedFunding }, 100_000_000n);
      await pay(signers.passage, { address: escrow }, amount);
      await pay(signers.escrow, theFreelancer(), amount);
    };
    const paid = (amount: bigint) => (account: Address) => (account === theClient().address ? -100_000_000n : amount);
    const books = await booksOf(through(100_000_000n), paid(100_000_000n));
    expect(books.problems).to.deep.equal([]);
    expect(books.in).to.deep.equal({ transfers: 1, amount: 100_000_000n });
    expect((await booksOf(through(90_000_000n), paid(90_000_000n))).problems).to.deep.equal([
      `The gig "blog" left 10.00 USDC on its way, at ${signedFunding}.`,
      'In the gig "blog", money went to a stranger or came from one.',
    ]);
  });

  it("do not balance when a cent went to somebody else than announced", async () => {
    const books = await booksOf(
      async () => {
        await pay(signers.client, { address: escrow }, 100_000_000n);
        await pay(signers.escrow, theFreelancer(), 99_990_000n);
        await pay(signers.escrow, theClient(), 10_000n);
      },
      (account) => (account === theClient().address ? -100_000_000n : 100_000_000n),
    );
    expect(books.problems).to.deep.equal([
      'In the gig "blog", the contracts announced −100.00 USDC for client; USDC moved −99.99.',
      'In the gig "blog", the contracts announced 100.00 USDC for freelancer; USDC moved 99.99.',
    ]);
  });

  it("do not balance when the escrow keeps something, or somebody goes around it", async () => {
    const books = await booksOf(
      async () => {
        await pay(signers.client, { address: escrow }, 100_000_000n);
        await pay(signers.escrow, theFreelancer(), 60_000_000n);
        await pay(signers.client, theFreelancer(), 1_000_000n);
      },
      (account) => (account === theClient().address ? -101_000_000n : 61_000_000n),
      40_000_000n,
    );
    expect(books.problems).to.deep.equal([
      "100.00 USDC went into the escrow, 60.00 came out.",
      "The escrow still holds 40.00 USDC.",
      "40.00 USDC is still waiting in the escrow for somebody.",
      'The gig "blog" left 40.00 USDC in the escrow.',
      'In the gig "blog", money went to a stranger or came from one.',
      "USDC moved between people without the escrow.",
    ]);
  });
});
