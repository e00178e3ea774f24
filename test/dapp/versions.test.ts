/** Writing, and writing again: what is wrong is said at once, nothing is lost, and what changed between two versions is shown. */
import { expect } from "chai";
import type { Browser } from "playwright-core";
import { type Dapp, startDapp } from "../../scripts/dapp/serve.ts";
import { en } from "../../sdk/examples/dapp/src/language/en.ts";
import { linkIn, startBrowser, type Visitor, visit } from "./browser.ts";
import { type World, worldOf } from "./world.ts";

describe("The web app, while an agreement is written", function () {
  this.timeout(120_000);
  let dapp: Dapp;
  let browser: Browser;
  let world: World;
  let visitor: Visitor;

  before(async () => {
    [dapp, browser] = await Promise.all([startDapp(), startBrowser()]);
    world = await worldOf(dapp);
  });
  after(async () => {
    world?.provider.destroy();
    await browser?.close();
    await dapp?.stop();
  });
  beforeEach(async () => {
    visitor = await visit(browser, dapp.url);
  });
  afterEach(async () => {
    expect(visitor.complaints()).to.deep.equal([]);
    await visitor.page.context().close();
  });

  const field = (name: string) => visitor.page.getByRole("textbox", { name, exact: true });

  it("says what is wrong with a field when its writer leaves it, and no more when it is right", async () => {
    const { page } = visitor;
    await visitor.be("Inês");
    await visitor.go("/new");
    const told = async (name: string, text: string) => {
      await field(name).first().fill(text);
      await field(name).first().blur();
      const describedBy = await field(name).first().getAttribute("aria-describedby");
      const texts = await Promise.all(
        (describedBy ?? "")
          .split(" ")
          .filter((id) => id !== "")
          .map((id) => page.locator(`[id="${id}"]`).innerText()),
      );
      return texts.at(-1) ?? "";
    };
    const wrong: readonly (readonly [field: string, text: string, problem: string])[] = [
      [en.role.freelancer, "Amara", en.problems.InvalidAddress],
      [en.role.freelancer, world.addressOf("Inês"), en.problems.PartiesNotDistinct],
      [en.amount, "five", en.problems.InvalidAmount],
      // A thousand and two hundred, or one and a fifth: nobody knows.
      [en.amount, "1.200", en.problems.InvalidAmount],
      [en.amount, "1,200.50", en.problems.InvalidAmount],
      [en.amount, "0.0000001", en.problems.InvalidAmount],
      [en.amount, "0", en.problems.InvalidMilestone],
      [en.draft.days, "two", en.problems.InvalidDuration],
      [en.draft.review, "0", en.problems.ZeroPeriod],
      [en.draft.arbiterFee, "11", en.problems.ArbiterFeeTooHigh],
    ];
    for (const [name, text, problem] of wrong) expect(await told(name, text), `${name}: ${text}`).to.equal(problem);
    for (const [name, text] of [
      [en.role.freelancer, world.addressOf("Amara")],
      [en.amount, "1200,50"],
      [en.amount, "0,125"],
      [en.draft.days, "14"],
    ] as const) {
      const problems: readonly string[] = Object.values(en.problems);
      expect(problems, `${name}: ${text}`).not.to.include(await told(name, text));
    }
  });

  it("lists all that is missing, by the names that the form has for it", async () => {
    const { page } = visitor;
    await visitor.be("Inês");
    await visitor.go("/new");
    await page.getByRole("button", { name: en.draft.check }).click();
    const list = page.getByRole("alert").getByRole("listitem");
    expect(await list.allInnerTexts()).to.deep.equal([
      `${en.milestoneNumber(1)}, ${en.amount}: ${en.problems.InvalidAmount}`,
      `${en.role.freelancer}: ${en.problems.MissingParty}`,
      `${en.role.arbiter}: ${en.problems.MissingParty}`,
      `${en.draft.silentShare}: ${en.draft.chooseShare}`,
      `${en.draft.name}: ${en.problems.InvalidScope}`,
      `${en.milestoneNumber(1)}, ${en.draft.milestone}: ${en.problems.InvalidScope}`,
    ]);
    await visitor.picture("missing");
  });

  it("keeps what was written over a reload", async () => {
    const { page } = visitor;
    await visitor.be("Inês");
    await visitor.go("/new");
    await field(en.draft.name).fill("A garden");
    await page.reload();
    expect(await field(en.draft.name).inputValue()).to.equal("A garden");
  });

  it("shows who gets the next version what is different from the one that is kept here", async () => {
    const { page } = visitor;
    // The form asks for a day, which it takes to its end.
    const fundBy = new Date(Date.now() + 100 * 86_400_000);
    fundBy.setHours(23, 59, 59, 0);
    const agreement = world.agreement({ fundBy });
    await visitor.be("Amara");
    await page.goto(await world.linkTo({ agreement, signatures: {}, contents: [] }));
    await page.getByRole("button", { name: en.proposal.change }).click();
    await page.getByRole("heading", { name: en.draft.newVersion }).waitFor();
    expect(await field(en.draft.name).inputValue()).to.equal("A short book");
    await field(en.amount).first().fill("150");
    await field(en.draft.review).fill("5");
    await page.getByRole("button", { name: en.draft.finish }).click();
    await page.getByRole("heading", { name: en.proposal.title, exact: true }).waitFor();
    const link = await linkIn(page);

    const other = await visit(browser, dapp.url);
    await other.be("Inês");
    await other.page.goto(await world.linkTo({ agreement, signatures: {}, contents: [] }));
    await other.page.getByRole("button", { name: en.open.keep }).click();
    await other.page.getByRole("heading", { name: en.proposal.title, exact: true }).waitFor();
    await other.page.goto(link);
    const differences = other.page.getByRole("list", { name: en.agreement.differences });
    await differences.waitFor();
    const texts = (await differences.getByRole("listitem").allInnerTexts()).map((text) => text.replace(/\s+/g, " "));
    await other.picture("differences");
    expect(texts).to.have.length(3);
    expect(texts[0]).to.match(/^Before: Milestone 1, .* pays 100\.00 USDC .* Now: Milestone 1, .* pays 150\.00 USDC /);
    expect(texts[1]).to.match(/^Before: .* together pay 200\.00 USDC\. Now: .* together pay 250\.00 USDC\.$/);
    expect(texts[2]).to.match(
      /^Before: After a submission the client has 7 days .* Now: After a submission the client has 5 days /,
    );
    expect(other.complaints()).to.deep.equal([]);
    await other.page.context().close();
  });
});
