/**
 * What can become of a milestone beside "submitted, approved, paid": changes, disputes, splits, silence, a verifier's word, and
 * money that a token refuses to move. Two people and an arbiter, each in a browser context of their own.
 */
import {
  type Agreement,
  availableActions,
  type DefineAgreementParameters,
  type Hex,
  hashText,
  type MilestoneState,
  type Verb,
} from "@micro-escrow/sdk";
import { expect } from "chai";
import { Contract, JsonRpcSigner } from "ethers";
import type { Locator, Page } from "playwright-core";
import { en } from "../../sdk/examples/dapp/src/language/en.ts";
import { buttonOf, choose, closeWindow, finish, linkIn, milestone, open, openOther } from "./clicks.ts";
import { becomes, eventually, read, tells } from "./waiting.ts";
import { setUp, World } from "./world.ts";

const ONE = "Chapter one";
const TWO = "Chapter two";
/** Seconds. */
const DAY = 86_400;

/** Bytes of a text, and their hash as the chain has it. */
const content = (text: string) => ({ bytes: Buffer.from(text), hash: hashText(text) });

describe("The web app, when it is not just submitted and approved", function () {
  this.timeout(120_000);
  const world = new World();
  /** With a clock of its own, which is moved on. */
  const later = new World();
  setUp(world, later);

  describe("with changes", () => {
    it("brings the client's wishes to the freelancer and the second submission back, and pays for that", async () => {
      const draft = content("Chapter one, without its end.");
      const { agreement, signature } = await world.submitted(draft.hash);
      const gained = await purses(world);

      const client = await world.come("Inês");
      await client.page.goto(await world.linkTo(agreement, { freelancer: signature, contents: [draft.bytes] }));
      const clientCard = milestone(client.page, ONE);
      await showsMaterial(clientCard, en.handed.submission(1), "Chapter one, without its end.");
      const asking = await open(client.page, "requestChanges", ONE);
      await tells(asking, en.actions.requestChanges.sentence("7 days"));
      // Without a word of what should be changed nobody could do it.
      await becomes(() => buttonOf(asking, "requestChanges").isDisabled(), true);
      await asking.getByRole("textbox", { name: en.actions.requestChanges.message }).fill("The end is missing.");
      await finish(asking, "requestChanges");
      await clientCard.getByText(en.status.ChangesRequested, { exact: true }).waitFor();
      await client.picture("changes-requested");

      const freelancer = await world.come("Amara");
      await freelancer.page.goto(await linkIn(asking));
      const card = milestone(freelancer.page, ONE);
      await card.getByText(en.turn.ChangesRequested("Amara (you)")).waitFor();
      await says(card, countdown(7, "100.00 USDC to Inês"));
      await showsMaterial(card, en.handed.changes(1), "The end is missing.");
      const submitting = await open(freelancer.page, "submit", ONE);
      await submitting.getByRole("textbox", { name: en.actions.submit.message }).fill("Chapter one, with its end.");
      await finish(submitting, "submit");

      const link = await linkIn(submitting);
      await closeWindow(client.page);
      await client.page.goto(link);
      await clientCard.getByText(en.status.Submitted, { exact: true }).waitFor();
      await showsMaterial(clientCard, en.handed.submission(2), "Chapter one, with its end.");
      const approving = await open(client.page, "approve", ONE);
      await tells(approving, en.actions.approve.sentence("100.00 USDC to Amara", 2));
      await finish(approving, "approve");
      await closeWindow(client.page);
      await says(clientCard, `${en.outcome.Approved} 100.00 USDC to Amara`);
      expect(await gained()).to.deep.equal({ Amara: 100_000_000n });
    });
  });

  describe("in a dispute", () => {
    it("lays both sides before the arbiter, who divides the money to the cent and collects the fee", async () => {
      const work = content("Chapter one, of one page.");
      const { agreement, signature } = await world.submitted(work.hash, {
        fee: { recipient: world.addressOf("Workbench"), share: "2%" },
      });
      const gained = await purses(world);

      // The client calls the arbiter, with a text and a file.
      const client = await world.come("Inês");
      await client.page.goto(await world.linkTo(agreement, { freelancer: signature, contents: [work.bytes] }));
      const disputing = await open(client.page, "dispute", ONE);
      await tells(disputing, en.actions.dispute.sentence("14 days", "3.00 USDC", "50%"));
      await disputing.getByRole("textbox", { name: en.actions.dispute.message }).fill("One page is no chapter.");
      await choose(disputing.getByRole("button", { name: en.material.choose }), {
        ...{ name: "count.csv", mimeType: "text/plain" },
        buffer: Buffer.from("page,words\n1,212\n"),
      });
      await disputing.getByText("count.csv").waitFor();
      await finish(disputing, "dispute");
      const linkOfClient = await linkIn(disputing);
      await closeWindow(client.page);

      // The freelancer sees that, and answers.
      const freelancer = await world.come("Amara");
      await freelancer.page.goto(linkOfClient);
      const freelancerCard = milestone(freelancer.page, ONE);
      await freelancerCard.getByText(en.turn.Disputed("Tomasz")).waitFor();
      await freelancerCard.getByText("One page is no chapter.").waitFor();
      const answering = await open(freelancer.page, "submitEvidence", ONE);
      await answering.getByRole("textbox", { name: en.actions.submitEvidence.message }).fill("It is a long page.");
      await finish(answering, "submitEvidence");
      const linkOfFreelancer = await linkIn(answering);
      await closeWindow(freelancer.page);

      // The arbiter opens what both sent.
      const arbiter = await world.come("Tomasz");
      const { page } = arbiter;
      await page.goto(linkOfClient);
      const card = milestone(page, ONE);
      await card.getByText(en.turn.Disputed("Tomasz (you)")).waitFor();
      await card.getByText("One page is no chapter.").waitFor();
      await page.goto(linkOfFreelancer);
      await card.getByText("It is a long page.").waitFor();
      // The work itself was handed to the client alone, who has it still.
      await says(card.getByRole("figure", { name: en.handed.submission(1) }), en.material.missing);
      await client.page.getByText(en.share.agreement).click();
      await page.goto(await linkIn(client.page));
      await showsMaterial(card, en.handed.submission(1), "Chapter one, of one page.");
      const [left, right] = ["Amara", "Inês"].map((name) => card.getByRole("region", { name: en.handed.side(name) }));
      if (left === undefined || right === undefined) throw new Error("There are two sides.");
      await eventually(async () => {
        expect(await read(right)).to.match(/count\.csv 17 bytes page,words 1,212/);
        expect(await read(right)).to.include("One page is no chapter.");
        expect(await read(right)).not.to.include("It is a long page.");
        expect(await read(left)).to.match(/Chapter one, of one page\..+It is a long page\./);
        expect(await read(left)).not.to.include("One page is no chapter.");
      });
      // Beside each other, not one below the other.
      const [leftBox, rightBox] = [await left.boundingBox(), await right.boundingBox()];
      expect(leftBox?.y).to.equal(rightBox?.y);
      expect((leftBox?.x ?? 0) + (leftBox?.width ?? 0)).to.be.at.most(rightBox?.x ?? 0);
      await arbiter.picture("both-sides");

      // The slider, by the keyboard alone.
      const ruling = await open(page, "rule", ONE);
      await tells(ruling, en.actions.rule.sentence("97.00 USDC", "3.00 USDC"));
      const slider = ruling.getByRole("slider", { name: en.split.label });
      const amount = ruling.getByRole("textbox", { name: en.split.amount });
      const preview = ruling.getByRole("status").filter({ hasText: "USDC to" });
      await becomes(() => amount.inputValue(), "48.50");
      await slider.focus();
      for (let step = 0; step < 3; step += 1) await page.keyboard.press("ArrowRight");
      await becomes(() => slider.getAttribute("aria-valuetext"), "53%");
      await becomes(() => amount.inputValue(), "51.41");
      await becomes(
        () => read(preview),
        "50.3818 USDC to Amara, 45.59 USDC to Inês, 1.0282 USDC to Workbench, and 3.00 USDC to Tomasz (you)",
      );
      await page.keyboard.press("End");
      await becomes(() => read(preview), "95.06 USDC to Amara, 1.94 USDC to Workbench, and 3.00 USDC to Tomasz (you)");
      await page.keyboard.press("Home");
      await becomes(() => read(preview), "97.00 USDC to Inês and 3.00 USDC to Tomasz (you)");
      // More than there is cannot be ruled.
      await ruling.getByRole("textbox", { name: en.actions.rule.message }).fill("Half a chapter, and a bit.");
      await amount.fill("97.01");
      await ruling.getByText(en.split.wrong("97.00\u00a0USDC")).waitFor();
      await becomes(() => buttonOf(ruling, "rule").isDisabled(), true);
      await amount.fill("61.37");
      await becomes(
        () => read(preview),
        "60.1426 USDC to Amara, 35.63 USDC to Inês, 1.2274 USDC to Workbench, and 3.00 USDC to Tomasz (you)",
      );
      await arbiter.picture("ruling");
      await finish(ruling, "rule");
      await ruling.getByText(en.actions.rule.feeWaits("3.00\u00a0USDC")).waitFor();
      const linkOfReasons = await linkIn(ruling);
      await closeWindow(page);

      // Everybody sees it, and the reasons where they were handed over.
      const outcome = `${en.outcome.Ruled} 60.1426 USDC to Amara, 35.63 USDC to Inês, 1.2274 USDC to Workbench, and 3.00 USDC to Tomasz`;
      await says(card, outcome.replace("Tomasz", "Tomasz (you)"));
      await says(milestone(client.page, ONE), outcome.replace("Inês", "Inês (you)"));
      await says(freelancerCard, outcome.replace("Amara", "Amara (you)"));
      await client.page.goto(linkOfReasons);
      await client.page.getByText(en.handed.title(4)).click();
      await showsMaterial(milestone(client.page, ONE), en.handed.reasoning("Tomasz"), "Half a chapter, and a bit.");
      expect(await gained()).to.deep.equal({ Amara: 60_142_600n, Inês: 35_630_000n });

      // The fee waits, and is collected.
      await page.getByText(en.waiting.title("3.00\u00a0USDC")).waitFor();
      await page.getByRole("button", { name: en.waiting.collect, exact: true }).click();
      const collecting = page.getByRole("dialog");
      await collecting.getByText(en.waiting.sentence("3.00\u00a0USDC")).waitFor();
      await collecting.getByRole("button", { name: en.waiting.collect, exact: true }).click();
      await collecting.getByText(en.waiting.done).waitFor();
      await closeWindow(page);
      await page.getByText(/is waiting for you in the escrow/).waitFor({ state: "detached" });
      expect(await gained()).to.deep.equal({ Amara: 60_142_600n, Inês: 35_630_000n, Tomasz: 3_000_000n });
      expect(await claimable(world, "Workbench")).to.equal(1_227_400n);
    });
  });

  describe("with a split by agreement", () => {
    /** The freelancer signs a split by clicking; the link to hand over. */
    async function offer(agreement: Agreement, signature: Hex, amount: string): Promise<string> {
      const { page } = await world.come("Amara");
      await page.goto(await world.linkTo(agreement, { freelancer: signature }));
      const signing = await open(page, "settle", ONE);
      await says(signing, en.actions.settle.sentence("100.00 USDC"));
      await signing.getByRole("textbox", { name: en.split.amount }).fill(amount);
      await signing.getByRole("button", { name: en.actions.settle.sign }).click();
      await says(signing, en.actions.settle.signed);
      const link = await linkIn(signing);
      await closeWindow(page);
      return link;
    }

    it("lets the freelancer sign it and the client agree, and divides the money so", async () => {
      const { agreement, signature } = await world.funded();
      const gained = await purses(world);
      const link = await offer(agreement, signature, "40.25");
      const { page, picture } = await world.come("Inês");
      await page.goto(link);
      const card = milestone(page, ONE);
      const payout = "40.25 USDC to Amara and 59.75 USDC to Inês (you)";
      await says(card, withTime(en.actions.settle.offer("Amara", payout, TIME)));
      await picture("offer");
      const agreeing = await open(page, "settle", ONE);
      await says(agreeing, withTime(en.actions.settle.proposed(payout, TIME)));
      await agreeing.getByRole("button", { name: en.actions.settle.together }).click();
      await says(agreeing, withHash(en.actions.settle.done));
      await closeWindow(page);
      await says(card, `${en.outcome.Settled} ${payout}`);
      await says(
        milestone((await world.come("Amara")).page, ONE),
        `${en.outcome.Settled} 40.25 USDC to Amara (you) and 59.75 USDC to Inês`,
      );
      expect(await gained()).to.deep.equal({ Amara: 40_250_000n, Inês: 59_750_000n });
    });

    it("offers none that does not fit what is in escrow any more, and loses nothing when it was just agreed to", async () => {
      const { agreement, signature } = await world.funded();
      const link = await offer(agreement, signature, "40");
      const { page } = await world.come("Inês");
      await page.goto(link);
      const card = milestone(page, ONE);
      const stale = await open(page, "settle", ONE);
      const agree = page.getByRole("button", { name: en.actions.settle.together });
      await agree.waitFor();
      // Meanwhile, from another device.
      await (await world.as("Inês")).advance({ agreement, index: 0, amount: 10_000_000n });
      await agree.click();
      await says(stale.getByRole("alert"), en.errors.InvalidSignature);
      expect(await held(world, agreement)).to.equal(90_000_000n);
      await closeWindow(page);
      await says(card, en.turn.held("90.00 USDC"));
      await card.getByText(/offers to divide it/).waitFor({ state: "detached" });
      const other = await open(page, "settle", ONE);
      await says(other, en.actions.settle.sentence("90.00 USDC"));
      await becomes(() => agree.count(), 0);
      await closeWindow(page);

      // Who opens the link now is told why there is none.
      await page.goto(link);
      await says(page.getByRole("alert"), en.open.leftOut.split);
      await page.getByRole("button", { name: en.open.goOn }).click();
      await says(card, en.turn.held("90.00 USDC"));
      await becomes(() => card.getByText(/offers to divide it/).count(), 0);
    });
  });

  describe("with a verifier", () => {
    it("takes a report that fails it as a request for changes, and no verdict on a submission that was not shown", async () => {
      const { agreement, signature } = await world.funded(checked(world));
      const amara = await world.as("Amara");
      const work = content("Chapter one, from memory.");
      await amara.submit({ agreement, index: 0, deliverable: work.hash });
      const { page } = await world.come("Fieldtest");
      await page.goto(await world.linkTo(agreement, { freelancer: signature, contents: [work.bytes] }));
      const card = milestone(page, ONE);
      await showsMaterial(card, en.handed.submission(1), "Chapter one, from memory.");
      const failing = await open(page, "attest", ONE);
      await says(failing, en.actions.attest.sentence("3 days"));
      await failing.getByRole("textbox", { name: en.actions.attest.message }).fill("The sources are missing.");
      // There is no verdict to begin with.
      await becomes(() => buttonOf(failing, "attest").isDisabled(), true);
      await failing.getByText(en.actions.attest.failed).click();
      await finish(failing, "attest");
      const link = await linkIn(failing);
      await closeWindow(page);

      const freelancer = await world.come("Amara");
      await freelancer.page.goto(link);
      const freelancerCard = milestone(freelancer.page, ONE);
      await says(freelancerCard, en.turn.ChangesRequested("Amara (you)"));
      await showsMaterial(freelancerCard, en.handed.report(1, false), "The sources are missing.");

      await amara.submit({ agreement, index: 0, deliverable: content("With sources.").hash });
      await says(card, en.status.Submitted);
      const late = await open(page, "attest", ONE);
      await late.getByRole("textbox", { name: en.actions.attest.message }).fill("The sources are there.");
      await late.getByText(en.actions.attest.passed).click();
      // While the report is written, there is a third one.
      const reason = content("Two sources are the same.").hash;
      await (await world.as("Inês")).requestChanges({ agreement, index: 0, submission: 2, reason });
      await amara.submit({ agreement, index: 0, deliverable: content("With other sources.").hash });
      await card.getByRole("figure", { name: en.handed.submission(3), includeHidden: true }).waitFor();
      await buttonOf(late, "attest").click();
      await says(late.getByRole("alert"), en.errors.WrongSubmission);
      await closeWindow(page);
    });

    it("gives the client the time to object when it passes, and the arbiter the report", async () => {
      const work = content("Chapter one, with sources.");
      const { agreement, signature } = await world.submitted(work.hash, checked(world));
      const { page } = await world.come("Fieldtest");
      await page.goto(await world.linkTo(agreement, { freelancer: signature, contents: [work.bytes] }));
      const passing = await open(page, "attest", ONE);
      await passing.getByRole("textbox", { name: en.actions.attest.message }).fill("It has all its sources.");
      await passing.getByText(en.actions.attest.passed).click();
      await finish(passing, "attest");
      const link = await linkIn(passing);
      await closeWindow(page);

      const client = await world.come("Inês");
      await client.page.goto(link);
      const card = milestone(client.page, ONE);
      await says(card, countdown(3, "100.00 USDC to Amara"));
      await showsMaterial(card, en.handed.report(1, true), "It has all its sources.");
      const objecting = await open(client.page, "dispute", ONE);
      await objecting.getByRole("textbox", { name: en.actions.dispute.message }).fill("They are invented.");
      await finish(objecting, "dispute");
      await closeWindow(client.page);
      await says(card, en.turn.Disputed("Tomasz"));

      // All of it at once, for who comes late.
      await card.getByRole("figure", { name: en.handed.evidence("Inês (you)") }).waitFor();
      await client.page.getByText(en.share.agreement).click();
      const arbiter = await world.come("Tomasz");
      await arbiter.page.goto(await linkIn(client.page));
      const arbiterCard = milestone(arbiter.page, ONE);
      await showsMaterial(arbiterCard, en.handed.evidence("Inês"), "They are invented.");
      await showsMaterial(arbiterCard, en.handed.report(1, true), "It has all its sources.");
      // The client never had the work itself.
      await says(arbiterCard.getByRole("figure", { name: en.handed.submission(1) }), en.material.missing);
    });
  });

  describe("between the two", () => {
    it("pays a part, gives more time, gives the rest back, and ends the funding", async () => {
      const { agreement, signature } = await world.funded();
      const { clock } = await first(world, agreement);
      const gained = await purses(world);
      const client = await world.come("Inês");
      await client.page.goto(await world.linkTo(agreement, { freelancer: signature }));
      const clientCard = milestone(client.page, ONE);

      const advancing = await open(client.page, "advance", ONE);
      await says(advancing, en.actions.advance.sentence("100.00 USDC"));
      const amount = advancing.getByRole("textbox", { name: en.amount });
      // All of it would be an approval.
      await amount.fill("100");
      await says(advancing, en.actions.advance.wrong("100.00 USDC"));
      await becomes(() => buttonOf(advancing, "advance").isDisabled(), true);
      await amount.fill("30.5");
      await says(advancing, "30.50 USDC to Amara");
      await finish(advancing, "advance");
      await closeWindow(client.page);
      await says(clientCard, en.turn.held("69.50 USDC"));
      expect(await gained()).to.deep.equal({ Amara: 30_500_000n });

      const extending = await open(client.page, "extend", ONE);
      await extending.getByRole("textbox", { name: en.actions.extend.days }).fill("10");
      await says(extending, withTime(en.actions.extend.until(TIME)));
      await finish(extending, "extend");
      await closeWindow(client.page);
      await says(clientCard, countdown(24, "69.50 USDC to Inês (you)"));
      expect((await first(world, agreement)).clock).to.equal(clock + 10 * DAY);

      const freelancer = await world.come("Amara");
      await freelancer.page.goto(await world.linkTo(agreement, { freelancer: signature }));
      const refunding = await open(freelancer.page, "refund", ONE);
      await says(refunding, en.actions.refund.sentence("69.50 USDC to Inês"));
      await finish(refunding, "refund");
      await closeWindow(freelancer.page);
      await says(milestone(freelancer.page, ONE), `${en.outcome.Refunded} 69.50 USDC to Inês`);
      expect(await gained()).to.deep.equal({ Amara: 30_500_000n, Inês: 69_500_000n });

      const closing = await openOther(client.page, "close");
      await says(closing, en.actions.close.sentence);
      await finish(closing, "close");
      await closeWindow(client.page);
      for (const { page } of [client, freelancer]) {
        await says(page, en.agreement.closed);
        await says(milestone(page, TWO), en.turn.closed);
        await becomes(() => milestone(page, TWO).getByRole("button").count(), 0);
        await becomes(() => page.getByRole("button", { name: en.actions.close.label, includeHidden: true }).count(), 0);
      }
    });

    it("takes a consent on the chain, of who cannot sign, for one", async () => {
      const agreement = world.agreement();
      const freelancer = await world.come("Amara");
      await freelancer.page.goto(await world.linkTo(agreement));
      const accepting = await openOther(freelancer.page, "accept");
      await says(accepting, en.actions.accept.sentence);
      await finish(accepting, "accept");
      await closeWindow(freelancer.page);
      await says(freelancer.page, en.proposal.consent.chain("Amara (you)"));
      await becomes(
        () => freelancer.page.getByRole("button", { name: en.actions.accept.label, includeHidden: true }).count(),
        0,
      );
      await becomes(() => freelancer.page.getByRole("button", { name: en.proposal.sign }).count(), 0);

      const client = await world.come("Inês");
      await client.page.goto(await world.linkTo(agreement));
      await says(client.page, en.proposal.consent.chain("Amara"));
      await client.page.getByRole("button", { name: en.funding.pay("100.00\u00a0USDC") }).click();
      await says(milestone(client.page, ONE), en.turn.Funded("Amara"));
      expect(await held(world, agreement)).to.equal(100_000_000n);
    });
  });

  describe("with a payment that the token refuses", () => {
    it("says that it waits, refuses to collect it without losing it, and pays it out when the token does", async () => {
      const { agreement, signature } = await world.submitted(content("Chapter one.").hash);
      const client = await world.come("Inês");
      await client.page.goto(await world.linkTo(agreement, { freelancer: signature }));
      const freelancer = await world.come("Amara");
      const { page } = freelancer;
      await page.goto(await world.linkTo(agreement, { freelancer: signature }));
      await says(milestone(page, ONE), en.status.Submitted);
      const gained = await purses(world);
      await freeze(world, "Amara", true);
      try {
        await finish(await open(client.page, "approve", ONE), "approve");
        await closeWindow(client.page);
        await says(client.page, en.events.PaymentDeferred("Amara", "100.00 USDC"));
        expect(await gained()).to.deep.equal({});
        expect(await claimable(world, "Amara")).to.equal(100_000_000n);

        await page.getByText(en.waiting.title("100.00\u00a0USDC")).waitFor();
        await freelancer.picture("waiting");
        await page.getByRole("button", { name: en.waiting.collect, exact: true }).click();
        const collect = page.getByRole("dialog").getByRole("button", { name: en.waiting.collect, exact: true });
        await collect.click();
        await says(page.getByRole("dialog").getByRole("alert"), en.reverted("Blacklistable: account is blacklisted"));
        expect(await claimable(world, "Amara")).to.equal(100_000_000n);
        await freeze(world, "Amara", false);
        await collect.click();
        await says(page.getByRole("dialog"), withHash(en.waiting.done));
        await closeWindow(page);
        await page.getByText(/is waiting for you in the escrow/).waitFor({ state: "detached" });
        expect(await gained()).to.deep.equal({ Amara: 100_000_000n });
        expect(await claimable(world, "Amara")).to.equal(0n);
      } finally {
        await freeze(world, "Amara", false);
      }
    });
  });

  describe("when time passes", () => {
    const world = later;
    /** There is enough time to fund for all of them. */
    const patient = { fundBy: new Date(Date.now() + 1_000 * DAY * 1_000) };

    const passTime = (page: Page, time: "week" | "month") =>
      page.getByRole("combobox", { name: en.passTime.label }).selectOption({ label: en.passTime[time] });

    it("pays the freelancer when the client is silent, by the hand of somebody who is not named in it", async () => {
      const { agreement, signature } = await world.submitted(content("Chapter one.").hash, patient);
      const gained = await purses(world);
      const link = await world.linkTo(agreement, { freelancer: signature });
      const client = await world.come("Inês");
      await client.page.goto(link);
      const clientCard = milestone(client.page, ONE);
      await says(clientCard, countdown(7, "100.00 USDC to Amara"));
      await offers(clientCard, ONE, ["approve", "requestChanges", "dispute", "settle", "advance"]);
      const passerBy = await world.come("Oskar");
      await passerBy.page.goto(link);
      const card = milestone(passerBy.page, ONE);
      await says(card, en.turn.Submitted("Inês"));
      await offers(card, ONE, []);

      await passTime(client.page, "week");
      await says(clientCard, en.turn.over);
      await says(clientCard, en.turn.due("100.00 USDC to Amara"));
      // What the client still can is a gift.
      await offers(clientCard, ONE, ["approve", "finalize", "settle", "advance"]);
      await client.picture("time-is-over");

      await says(card, en.turn.over);
      await offers(card, ONE, ["finalize"]);
      const finalizing = await open(passerBy.page, "finalize", ONE);
      await says(finalizing, en.actions.finalize.sentence("100.00 USDC to Amara"));
      await finish(finalizing, "finalize");
      await closeWindow(passerBy.page);
      for (const place of [card, clientCard]) await says(place, `${en.outcome.ReviewExpired} 100.00 USDC to Amara`);
      expect(await gained()).to.deep.equal({ Amara: 100_000_000n });
    });

    it("gives the client the money back when the freelancer is silent, by the hand of a stranger with a wallet", async () => {
      const { agreement, signature } = await world.funded(patient);
      const gained = await purses(world);
      const { address } = await world.provider.getSigner(15);
      const { page } = (await world.comeWithWallet(address)).visitor;
      await page.goto(await world.linkTo(agreement, { freelancer: signature }));
      const card = milestone(page, ONE);
      await says(card, countdown(14, "100.00 USDC to Inês"));
      await passTime(page, "month");
      await says(card, en.turn.due("100.00 USDC to Inês"));
      const finalizing = await open(page, "finalize", ONE);
      await says(finalizing, en.actions.finalize.sentence("100.00 USDC to Inês"));
      await finish(finalizing, "finalize");
      await closeWindow(page);
      await says(card, `${en.outcome.WorkExpired} 100.00 USDC to Inês`);
      expect(await gained()).to.deep.equal({ Inês: 100_000_000n });
    });

    it("divides a dispute by the agreed share when the arbiter is silent", async () => {
      const { agreement, signature } = await world.submitted(content("Chapter one.").hash, {
        ...patient,
        ifArbiterIsSilent: "30% to the freelancer",
      });
      await (await world.as("Inês")).dispute({ agreement, index: 0, submission: 1, evidence: content("No.").hash });
      const gained = await purses(world);
      const arbiter = await world.come("Tomasz");
      await arbiter.page.goto(await world.linkTo(agreement, { freelancer: signature }));
      const card = milestone(arbiter.page, ONE);
      await says(card, countdown(14, "30.00 USDC to Amara and 70.00 USDC to Inês"));
      await offers(card, ONE, ["rule", "submitEvidence"]);
      await passTime(arbiter.page, "month");
      await says(card, en.turn.due("30.00 USDC to Amara and 70.00 USDC to Inês"));
      await offers(card, ONE, ["finalize", "submitEvidence"]);
      await finish(await open(arbiter.page, "finalize", ONE), "finalize");
      await closeWindow(arbiter.page);
      await says(card, `${en.outcome.ArbitrationExpired} 30.00 USDC to Amara and 70.00 USDC to Inês`);
      expect(await gained()).to.deep.equal({ Amara: 30_000_000n, Inês: 70_000_000n });
    });

    it("lets more time be given after the time is over, from then on", async () => {
      const { agreement, signature } = await world.funded(patient);
      const { page } = await world.come("Inês");
      await page.goto(await world.linkTo(agreement, { freelancer: signature }));
      const card = milestone(page, ONE);
      await passTime(page, "month");
      await says(card, en.turn.over);
      const extending = await open(page, "extend", ONE);
      await extending.getByRole("textbox", { name: en.actions.extend.days }).fill("3");
      await finish(extending, "extend");
      await closeWindow(page);
      await says(card, en.turn.Funded("Amara"));
      await says(card, countdown(3, "100.00 USDC to Inês (you)"));
    });

    it("offers no split that is too old", async () => {
      const { agreement, signature: freelancer } = await world.funded(patient);
      const amara = await world.as("Amara");
      const deadline = (await amara.getTime()) + 3 * DAY;
      const settlement = await amara.signSettle({ agreement, index: 0, freelancerAmount: 40_000_000n, deadline });
      const { page } = await world.come("Inês");
      const link = await world.linkTo(agreement, { freelancer, settlement });
      await page.goto(link);
      const offered = milestone(page, ONE).getByText(/^Amara offers to divide it: 40\.00\sUSDC to Amara/);
      await offered.waitFor();
      // It passes by itself: nothing but the countdown tells the page.
      await world.provider.send("evm_increaseTime", [3 * DAY]);
      await world.provider.send("evm_mine", []);
      await offered.waitFor({ state: "detached" });
      const proposing = await open(page, "settle", ONE);
      await says(proposing, en.actions.settle.sentence("100.00 USDC"));
      await becomes(() => proposing.getByRole("button", { name: en.actions.settle.together }).count(), 0);
      await closeWindow(page);
      await page.goto(link);
      await says(page.getByRole("alert"), en.open.leftOut.split);
    });

    it("shows exactly the buttons that the SDK says are possible, to everybody, before and after", async () => {
      const titles = ["Not funded", "In work", "Submitted", "To be changed", "Disputed", "Given back"];
      const agreement = world.agreement({
        ...patient,
        ...checked(world),
        scope: { title: "Everything at once", milestones: titles },
        milestones: titles.map(() => ({ amount: "10", work: "14 days" as const })),
      });
      const [ines, amara] = [await world.as("Inês"), await world.as("Amara")];
      const freelancerSignature = await amara.sign(agreement);
      await ines.fund({ agreement, indices: [1, 2, 3, 4, 5], freelancerSignature });
      const { hash } = content("Something.");
      for (const index of [2, 3, 4]) await amara.submit({ agreement, index, deliverable: hash });
      await ines.requestChanges({ agreement, index: 3, submission: 1, reason: hash });
      await ines.dispute({ agreement, index: 4, submission: 1, evidence: hash });
      await amara.refund({ agreement, index: 5 });

      const { page, be } = await world.come("Oskar");
      await page.goto(await world.linkTo(agreement, { freelancer: freelancerSignature }));
      const compare = async () => {
        for (const name of ["Inês", "Amara", "Tomasz", "Fieldtest", "Workbench", "Oskar"]) {
          await be(name);
          const state = await ines.getAgreementState(agreement);
          const all = availableActions(agreement, state, world.addressOf(name), await ines.getTime());
          for (const [index, title] of titles.entries()) {
            const actions = all.filter((one) => one.index === index).map(({ action }) => action);
            await offers(milestone(page, title), title, actions, `${name}, ${title}`);
          }
          for (const action of ["accept", "close"] as const) {
            const button = page.getByRole("button", {
              name: en.actions[action].label,
              exact: true,
              includeHidden: true,
            });
            const isOffered = all.some((one) => one.action === action);
            await becomes(() => button.count(), isOffered ? 1 : 0, `${name}, ${action}`);
          }
        }
      };
      await compare();
      await passTime(page, "month");
      await says(milestone(page, "Disputed"), en.turn.over);
      await compare();
    });
  });
});

// ---------------------------------------------------------------------------------------------------------------- helpers

/** What comes into people's accounts from now on, token base units; who gets nothing is left out. */
async function purses(world: World): Promise<() => Promise<Readonly<Record<string, bigint>>>> {
  const all = ["Inês", "Amara", "Tomasz", "Workbench", "Fieldtest"];
  const balanceOf = tokenOf(world).getFunction("balanceOf");
  const count = (): Promise<bigint[]> => Promise.all(all.map((name) => balanceOf.staticCall(world.addressOf(name))));
  const before = await count();
  return async () => {
    const after = await count();
    const gains = all.map((name, at) => [name, (after[at] ?? 0n) - (before[at] ?? 0n)] as const);
    return Object.fromEntries(gains.filter(([, gain]) => gain !== 0n));
  };
}

/** The first milestone of an agreement, on the chain. */
async function first(world: World, agreement: Agreement): Promise<MilestoneState> {
  return (await world.as("Inês")).getMilestone({ agreement, index: 0 });
}

/** What the first milestone of an agreement holds. */
async function held(world: World, agreement: Agreement): Promise<bigint> {
  return (await first(world, agreement)).held;
}

/** What waits for somebody in the escrow. */
async function claimable(world: World, name: string): Promise<bigint> {
  const { address } = world.token;
  return (await world.as(name)).getClaimable({ token: address, account: world.addressOf(name) });
}

/** The issuer of the token freezes an account, or ends that. */
async function freeze(world: World, name: string, isFrozen: boolean): Promise<void> {
  const token = tokenOf(world);
  const issuer = new JsonRpcSigner(world.provider, await token.getFunction("blacklister").staticCall());
  const method = token.connect(issuer).getFunction(isFrozen ? "blacklist" : "unBlacklist");
  await (await method.send(world.addressOf(name))).wait();
}

const tokenOf = ({ token, provider }: World) =>
  new Contract(
    token.address,
    [
      "function balanceOf(address) view returns (uint256)",
      "function blacklister() view returns (address)",
      "function blacklist(address)",
      "function unBlacklist(address)",
    ],
    provider,
  );

/** With a verifier, after whose word the client has three days. */
const checked = (world: World): Partial<DefineAgreementParameters> => ({
  verifier: world.addressOf("Fieldtest"),
  challenge: "3 days",
});

/** Waits until a place says something, word by word. */
const says = (place: Locator | Page, text: string | RegExp) => place.getByText(text, { exact: true }).waitFor();

/** Stands for a time of day in {@link withTime}. */
const TIME = "@";
/** A pattern of exactly a text, with any kind of spaces. */
const literally = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll(" ", "\\s");

/** A text with any time where {@link TIME} is. */
const withTime = (text: string) =>
  new RegExp(`^${literally(text).replace(TIME, "[A-Z][a-z]{2} \\d{1,2}, \\d{4}, \\d{1,2}:\\d{2}\\s[AP]M")}$`);

/** A text with the beginning and the end of any hash behind it. */
const withHash = (text: string) => new RegExp(`^${literally(text)} 0x[0-9a-f]{4}…[0-9a-f]{4}$`);

/** What happens to a milestone by itself, and when: in whole days, or an hour less. */
const countdown = (days: number, payout: string) => {
  const left = [`${days} days`, `${days - 1} days 23 hours`].map(literally).join("|");
  return new RegExp(`^In\\s(${left})\\s\\([^()]+\\),\\sif\\snobody\\sacts:\\s${literally(payout)}\\.$`);
};

/** Waits until exactly some actions are offered on a milestone, in any order. */
async function offers(card: Locator, title: string, actions: readonly Verb[], message = title): Promise<void> {
  const expected = actions.map((action) => `${en.actions[action].label}: ${title}`).sort();
  await eventually(async () => {
    // Those of what was handed in are about that.
    const names = await card
      .getByRole("button")
      .evaluateAll((buttons) =>
        buttons.flatMap((button) =>
          button.closest("figure") === null ? [button.getAttribute("aria-label") ?? button.textContent ?? ""] : [],
        ),
      );
    // Nor is it an action to be another one of the demo's people.
    const actual = names.filter((name) => !name.startsWith(en.goOnAs("")));
    expect(actual.sort(), message).to.deep.equal(expected);
  });
}

/** Waits until a text that was handed in is shown, as what the chain has the hash of. */
async function showsMaterial(card: Locator, label: string, text: string): Promise<void> {
  const material = card.getByRole("figure", { name: label, exact: true });
  await says(material, text);
  await becomes(() => read(material), `${label} ${text} ${en.material.matches}`);
}
