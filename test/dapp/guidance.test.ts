/** How the page guides who sees it for the first time: what is next, in whose name, and that nothing written is lost. */
import { hashText } from "@micro-escrow/sdk";
import { expect } from "chai";
import { en } from "../../sdk/examples/dapp/src/language/en.ts";
import { finish, keepProposal, milestone, open, sign, writeFromExample } from "./clicks.ts";
import { becomes, eventually, read } from "./waiting.ts";
import { setUp, World } from "./world.ts";

const ONE = "Chapter one";

describe("The web app, to who is new", function () {
  this.timeout(120_000);
  const world = new World();
  setUp(world);
  afterEach(() => world.sendAway());

  it("says at the top of a proposal what is next, goes there, and goes on as the one whose turn it is", async () => {
    const { page } = await world.come("Inês");
    const next = (step: keyof typeof en.proposal.next) => page.getByText(en.proposal.next[step]);
    const goOnAs = (name: string) => page.getByRole("button", { name: en.goOnAs(name), exact: true });
    await page.goto(await world.linkTo(world.agreement()));
    await keepProposal(page);
    await next("toFreelancer").waitFor();
    await page.getByText(en.proposal.consent.funding("Inês (you)")).waitFor();
    await goOnAs("Amara").click();
    await next("sign").waitFor();
    await page.setViewportSize({ width: 900, height: 300 });
    const signing = page.getByRole("button", { name: en.proposal.sign, exact: true });
    const isSeen = () => signing.evaluate((button) => button.getBoundingClientRect().top < window.innerHeight);
    expect(await isSeen()).to.equal(false);
    await page.getByRole("button", { name: en.proposal.toEnd }).click();
    await becomes(isSeen, true);
    await sign(page, "Amara");
    await next("toClient").waitFor();
    await goOnAs("Inês").click();
    await next("fund").waitFor();
    await page.getByRole("button", { name: en.funding.pay("100.00\u00a0USDC") }).click();
    // All of the page is another one then, and says what has happened at its top.
    await page.getByText(en.actions.fund.done).waitFor();
    await becomes(() => page.evaluate(() => window.scrollY), 0);
    await milestone(page, ONE).getByText(en.turn.Funded("Amara")).waitFor();
    await goOnAs("Amara").click();
    await milestone(page, ONE).getByText(en.turn.Funded("Amara (you)")).waitFor();
    await becomes(() => page.getByRole("button", { name: en.goOnAs("") }).count(), 0);
  });

  it("makes only the next piece look like the next step, and says to others whose money it would be", async () => {
    const { agreement, signature } = await world.funded();
    const isPrimary = (title: string, action: "fund" | "submit") =>
      milestone(page, title)
        .getByRole("button", { name: `${en.actions[action].label}: ${title}`, exact: true })
        .evaluate((button) => button.classList.contains("primary"));
    const { page, be } = await world.come("Inês");
    await page.goto(await world.linkTo(agreement, { freelancer: signature }));
    await becomes(() => isPrimary("Chapter two", "fund"), false);
    await milestone(page, "Chapter two").getByText(en.actions.fund.hint, { exact: true }).waitFor();
    await be("Amara");
    await becomes(() => isPrimary(ONE, "submit"), true);
    await milestone(page, "Chapter two").getByText(en.actions.fund.hintForOthers, { exact: true }).waitFor();
    await becomes(() => isPrimary("Chapter two", "fund"), false);
    await (await world.as("Inês")).approve({ agreement, index: 0, submission: 0 });
    await be("Inês");
    await becomes(() => isPrimary("Chapter two", "fund"), true);
  });

  it("keeps what is written in a window that is closed, for the one who wrote it, until it is sent", async () => {
    const { agreement, signature } = await world.submitted(hashText("Chapter one."));
    await (await world.as("Inês")).dispute({ agreement, index: 0, submission: 1, evidence: hashText("It is short.") });
    const { page, be } = await world.come("Amara");
    await page.goto(await world.linkTo(agreement, { freelancer: signature }));
    const text = page.getByRole("dialog").getByRole("textbox");
    await open(page, "submitEvidence", ONE);
    await text.fill("It is as long as we said.");
    await page.keyboard.press("Escape");
    await be("Inês");
    await open(page, "submitEvidence", ONE);
    await becomes(() => text.inputValue(), "");
    await page.keyboard.press("Escape");
    await be("Amara");
    const dialog = await open(page, "submitEvidence", ONE);
    await becomes(() => text.inputValue(), "It is as long as we said.");
    await finish(dialog, "submitEvidence");
    await dialog.getByRole("button", { name: en.ready, exact: true }).click();
    await dialog.waitFor({ state: "detached" });
    await open(page, "submitEvidence", ONE);
    await becomes(() => text.inputValue(), "");
  });

  it("gives back what was written when an example was taken over it", async () => {
    const visitor = await world.come("Inês");
    const { page } = visitor;
    await visitor.go("/new");
    const name = page.getByRole("textbox", { name: en.draft.name, exact: true });
    await name.fill("A garden");
    await writeFromExample(page, { freelancer: world.addressOf("Amara"), arbiter: world.addressOf("Tomasz") });
    await becomes(() => name.inputValue(), en.templates[0]?.title ?? "");
    const undo = page.getByRole("button", { name: en.draft.undo });
    await undo.click();
    await becomes(() => name.inputValue(), "A garden");
    await becomes(() => undo.count(), 0);
  });

  it("keeps what is written of another version over a reload", async () => {
    const agreement = world.agreement();
    const { page } = await world.come("Amara");
    await page.goto(await world.linkTo(agreement));
    await page.getByRole("button", { name: en.proposal.change }).click();
    const name = page.getByRole("textbox", { name: en.draft.name, exact: true });
    await becomes(() => name.inputValue(), "A short book");
    await name.fill("A long book");
    await page.reload();
    await becomes(() => name.inputValue(), "A long book");
  });

  it("asks who somebody is where that is not known, and there", async () => {
    const { page } = await world.visit();
    await page.goto(await world.linkTo(world.agreement()));
    await page.getByText(en.open.noAccount).waitFor();
    await page
      .getByRole("main")
      .getByRole("button", { name: /^Amara / })
      .click();
    await page.getByText(en.open.role.freelancer).waitFor();
  });

  it("says how late it is when time is let pass", async () => {
    const { page } = await world.come("Oskar");
    const time = page.getByRole("combobox", { name: en.passTime.label });
    await time.selectOption({ label: en.passTime.week });
    await eventually(async () => {
      const { timestamp = 0 } = (await world.provider.getBlock("latest")) ?? {};
      const date = new Intl.DateTimeFormat("en-US", { dateStyle: "medium" }).format(timestamp * 1_000);
      expect(timestamp).to.be.greaterThan(Date.now() / 1_000 + 6 * 86_400);
      expect(await read(time.locator("option:checked"))).to.equal(en.passTime.now(date));
    });
  });

  it("says no cost of what would be refused, and why it is when it is tried", async () => {
    const agreement = world.agreement({ fundBy: new Date(Date.now() + 30 * 86_400_000) });
    const freelancer = await (await world.as("Amara")).sign(agreement);
    await world.provider.send("evm_increaseTime", [40 * 86_400]);
    await world.provider.send("evm_mine", []);
    const { page } = await world.come("Inês");
    const [estimated] = await Promise.all([
      page.waitForResponse((response) => /eth_estimateGas/.test(response.request().postData() ?? "")),
      page.goto(await world.linkTo(agreement, { freelancer })),
    ]);
    await estimated.finished();
    const pay = page.getByRole("button", { name: en.funding.pay("100.00\u00a0USDC") });
    await pay.click();
    await page.getByRole("alert").getByText(en.errors.FundingExpired).waitFor();
    expect(await page.getByText(/^Network fee/).count()).to.equal(0);
  });
});
