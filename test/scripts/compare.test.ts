/** The comparison's numbers against sums done by hand from the gigs' data. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import {
  asMicroEscrow,
  asOneEscrow,
  asPaymentAtTheEnd,
  averageHeld,
  dayPaid,
  ifTheClientVanishes,
  ifTheFreelancerVanishes,
  most,
  standing,
  type Way,
} from "../../scripts/compare/simulate.ts";
import { app, blog, campaign } from "../../scripts/demo/gigs.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
const usdc = (amount: number) => BigInt(amount) * 1_000_000n;

describe("compare", () => {
  describe("the blog: four times 250 USDC, 10 days of work, 2 of review; 14 and 7 days at most", () => {
    let micro: Way;
    let one: Way;
    const end = asPaymentAtTheEnd(blog);
    before(async () => {
      micro = await asMicroEscrow(blog);
      one = await asOneEscrow(blog);
    });

    it("pays a quarter every 12 days, not everything on day 42", () => {
      expect([1n, 50n, 100n].map((percent) => dayPaid(micro, percent))).to.deep.equal([12, 24, 48]);
      expect([1n, 50n, 100n].map((percent) => dayPaid(one, percent))).to.deep.equal([42, 42, 42]);
      expect([1n, 50n, 100n].map((percent) => dayPaid(end, percent))).to.deep.equal([42, 42, 42]);
      expect(standing(micro, { day: 11 }).paid).to.equal(0n);
      expect(standing(micro, { day: 12, before: true }).paid).to.equal(0n);
      expect(standing(micro, { day: 12 }).paid).to.equal(usdc(250));
      expect(standing(micro, { day: 48 }).paid).to.equal(usdc(1000));
    });

    it("exposes 250 USDC of the client's money at a time, not 1,000", () => {
      expect(most(micro, (moment) => standing(micro, moment).held)).to.equal(usdc(250));
      expect(averageHeld(micro)).to.equal(usdc(250));
      expect(most(one, (moment) => standing(one, moment).held)).to.equal(usdc(1000));
      expect(averageHeld(one)).to.equal(usdc(1000));
      expect(averageHeld(end)).to.equal(0n);
      for (const way of [micro, one, end]) expect(standing(way, { day: way.days }).held).to.equal(0n);
    });

    it("leaves 250 USDC of work unpaid at most, not 1,000", () => {
      expect(most(micro, (moment) => standing(micro, moment).unpaidWork)).to.equal(usdc(250));
      expect(most(one, (moment) => standing(one, moment).unpaidWork)).to.equal(usdc(1000));
      expect(most(end, (moment) => standing(end, moment).unpaidWork)).to.equal(usdc(1000));
      expect(standing(micro, { day: 29 }).unpaidWork).to.equal(usdc(125));
    });

    it("knows what happens when the client vanishes half-way through the third milestone", () => {
      // Day 29: 5 more days of work, then 7 of silence.
      expect(ifTheClientVanishes(micro, { day: 29 })).to.deep.equal({
        clientLoses: 0n,
        freelancerLoses: 0n,
        daysUntilSettled: 12,
        daysOfWorkAhead: 5,
      });
      // Day 25 of 40 without pauses: 15 more days of work, then 7 of silence.
      expect(ifTheClientVanishes(one, { day: 25 })).to.deep.equal({
        clientLoses: 0n,
        freelancerLoses: 0n,
        daysUntilSettled: 22,
        daysOfWorkAhead: 15,
      });
      expect(ifTheClientVanishes(end, { day: 25 }).freelancerLoses).to.equal(usdc(625));
    });

    it("knows what happens when the freelancer vanishes half-way through the third milestone", () => {
      // Funded on day 24 for 14 days.
      expect(ifTheFreelancerVanishes(micro, { day: 29 })).to.deep.equal({
        clientLoses: 0n,
        freelancerLoses: usdc(125),
        daysUntilSettled: 9,
        daysOfWorkAhead: 0,
      });
      // Funded on day 0 for 56 days.
      expect(ifTheFreelancerVanishes(one, { day: 25 })).to.deep.equal({
        clientLoses: 0n,
        freelancerLoses: usdc(625),
        daysUntilSettled: 31,
        daysOfWorkAhead: 0,
      });
    });

    it("pays work that was submitted before somebody vanished", () => {
      // Submitted on day 10, approved on day 12 as planned, or released on day 17.
      expect(ifTheFreelancerVanishes(micro, { day: 11 })).to.include({ freelancerLoses: 0n, daysUntilSettled: 1 });
      expect(ifTheClientVanishes(micro, { day: 11 })).to.include({ freelancerLoses: 0n, daysUntilSettled: 6 });
    });
  });

  it("weighs milestones of different size (the app)", async () => {
    const micro = await asMicroEscrow(app);
    // 1,200 for 24 days, 2,400 for 38, 900 for 17.
    expect(micro.days).to.equal(79);
    expect(averageHeld(micro)).to.equal((usdc(1200) * 24n + usdc(2400) * 38n + usdc(900) * 17n) / 79n);
    expect(most(micro, (moment) => standing(micro, moment).held)).to.equal(usdc(2400));
    expect([1n, 50n, 100n].map((percent) => dayPaid(micro, percent))).to.deep.equal([24, 62, 79]);
    expect((await asOneEscrow(app)).days).to.equal(73);
  });

  it("counts the platform's fee as paid (the campaign)", async () => {
    const [micro, one] = [await asMicroEscrow(campaign), await asOneEscrow(campaign)];
    expect(standing(micro, { day: 31 }).paid).to.equal(usdc(800));
    expect(standing(micro, { day: 186 }).paid).to.equal(usdc(4800));
    expect(standing(one, { day: 180 }).held).to.equal(usdc(4800));
    expect(ifTheFreelancerVanishes(one, { day: 0 }).daysUntilSettled).to.equal(210);
    expect(ifTheFreelancerVanishes(micro, { day: 0 }).daysUntilSettled).to.equal(35);
  });

  it("finds no moment at which the client loses anything when the freelancer vanishes, as the chart says", async () => {
    for (const gig of [blog, app, campaign]) {
      for (const way of [asPaymentAtTheEnd(gig), await asOneEscrow(gig), await asMicroEscrow(gig)]) {
        expect(
          most(way, (moment) => ifTheFreelancerVanishes(way, moment).clientLoses),
          way.name,
        ).to.equal(0n);
      }
    }
  });

  it("prints tables and writes the chart", async function () {
    this.timeout(60_000);
    const folder = await mkdtemp(join(tmpdir(), "micro-escrow-compare-"));
    const file = join(folder, "chart.svg");
    const { stdout } = await run(process.execPath, [join(root, "scripts/compare.ts"), "--out", file]);
    const chart = await readFile(file, "utf8");
    await rm(folder, { recursive: true });

    const committed = await readFile(join(root, ".github/compare.svg"), "utf8");
    expect(chart === committed, "run `npm run compare -- --out .github/compare.svg`").to.equal(true);
    expect(stdout).to.match(/first paid on day +42 +42 +12\n/);
    expect(stdout).to.include("chart.svg");
    const prose = stdout.replace(/\s+/g, " ");
    expect(prose).to.include('"one escrow" is MicroEscrow with a single milestone');
    expect(prose).to.include(
      "at most 250.00 of Inês's money is in escrow, not 1,000.00; at most 250.00 of Amara's work is unpaid, not 1,000.00; " +
        "the first payment comes on day 12, not 42. They cost 9 more transactions and 6 days more of waiting for approvals.",
    );
    // Each milestone of the blog at three points: what Amara loses when Inês vanishes, and how long Inês waits otherwise.
    for (const row of [
      /^ {2}Articles 6–10, begun +250\.00 +0\.00 +30 days +37 days +0\.00 +10 days +17 days$/m,
      /^ {4}… half-way +375\.00 +0\.00 +25 days +32 days +0\.00 +5 days +12 days$/m,
      /^ {4}… done +500\.00 +0\.00 +20 days +27 days +0\.00 +0 days +7 days$/m,
      /^ {2}Articles 6–10, begun +0\.00 +1,000\.00 +46 days +0\.00 +250\.00 +14 days$/m,
      /^ {4}… done +0\.00 +1,000\.00 +36 days +0\.00 +250\.00 +2 days$/m,
    ]) {
      expect(stdout).to.match(row);
    }
    expect(stdout.split("\n").filter((line) => line.length > 100)).to.deep.equal([]);
    expect(chart).to.match(/^<svg [^>]*>\s*<title>/);
    // Three gigs, four panels, three ways.
    expect(
      chart.match(/<path class="(end|one|micro)" d="M\d+ \d+L|<path class="(end|one|micro)" d="M[\d.]+ [\d.]+L/g),
    ).to.have.length(36);
  });

  it("says what is wrong with a path that it cannot write to, without a stack trace", async function () {
    this.timeout(60_000);
    const failed = await run(process.execPath, [join(root, "scripts/compare.ts"), "--out", "/dev/null/chart.svg"]).then(
      () => undefined,
      (error: { code: number; stderr: string }) => error,
    );
    expect(failed?.code).to.equal(1);
    expect(failed?.stderr)
      .to.include("/dev/null")
      .and.not.match(/^\s+at /m);
  });
});
