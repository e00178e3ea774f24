/** The demo as its users run it: a process that prints JSON, whose books must balance. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import type { DemoDocument } from "../../scripts/demo/document.ts";

const run = promisify(execFile);
const script = join(import.meta.dirname, "../../scripts/demo.ts");
const usdc = (amount: number) => String(BigInt(Math.round(amount * 100)) * 10_000n);

describe("demo", () => {
  let demo: DemoDocument;
  before(async function () {
    this.timeout(60_000);
    const { stdout, stderr } = await run(process.execPath, [script, "--json"], { maxBuffer: 2 ** 24 });
    expect(stderr).to.equal("");
    demo = JSON.parse(stdout);
  });

  it("plays three gigs to the end that their stories tell", () => {
    const ends = demo.gigs.map(({ key, milestones }) => [key, milestones.map(({ outcome }) => outcome)]);
    expect(ends).to.deep.equal([
      ["blog", ["Approved", "ReviewExpired", "Approved", "Approved"]],
      ["app", ["Ruled", "Settled", "Attested"]],
      ["campaign", ["Approved", "Approved", "ArbitrationExpired", "WorkExpired", "Refunded", "None"]],
    ]);
  });

  it("shows everything that can happen", () => {
    expect(demo.happened.filter(({ where }) => where.length === 0)).to.deep.equal([]);
    expect(demo.happened.map(({ what }) => what)).to.include.members([
      "approved by the client",
      "released after the client's silence",
      "changed and submitted again",
      "disputed, with evidence from both, and split by the arbiter",
      "split as agreed because the arbiter was silent",
      "returned after a missed deadline",
      "settled by both",
      "ended early by the client",
      "paid in part in advance",
      "approved by a signature that somebody else sent",
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
      [row(780, 0, 20), row(780, 0, 20), row(390, 400, 10), row(0, 800), row(0, 800), row(0)],
    ]);
  });

  it("balances its books", () => {
    const { books } = demo;
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
      Hanna: usdc(-4000 + 400 + 800 + 800),
      Diego: usdc(780 + 780 + 390),
      Workbench: usdc(50),
      Tomasz: "0",
      Oskar: "0",
    });
    for (const { byGig, before, after } of books.accounts) {
      const explained = Object.values(byGig).reduce((total, value) => total + BigInt(value), 0n);
      expect(explained).to.equal(BigInt(after) - BigInt(before));
    }
  });

  it("lets time pass only forwards, and tells which lines were transactions", () => {
    const times = demo.story.map(({ at }) => at);
    expect(times).to.deep.equal([...times].sort());
    expect(demo.story.filter(({ transaction }) => transaction !== undefined)).to.have.length.greaterThan(40);
    for (const { transaction } of demo.story) {
      if (transaction !== undefined) expect(transaction).to.match(/^0x[0-9a-f]{64}$/);
    }
  });

  it("takes no options that it does not know", async () => {
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
