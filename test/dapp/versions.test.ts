/** Writing, and writing again: what is wrong is said at once, nothing is lost, and what changed between two versions is shown. */
import { expect } from "chai";
import type { Page } from "playwright-core";
import { en } from "../../sdk/examples/dapp/src/language/en.ts";
import { keepProposal, linkIn } from "./clicks.ts";
import { becomes, eventually, read } from "./waiting.ts";
import { setUp, World } from "./world.ts";

describe("The web app, while an agreement is written", function () {
  this.timeout(120_000);
  const world = new World();
  setUp(world);
  afterEach(() => world.sendAway());

  const field = (page: Page, name: string) => page.getByRole("textbox", { name, exact: true }).first();

  /** Somebody who has opened the form. */
  async function comeToWrite() {
    const visitor = await world.come("Inês");
    await visitor.go("/new");
    return visitor;
  }

  it("says what is wrong with a field when its writer leaves it, and no more when it is right", async () => {
    const { page } = await comeToWrite();
    /** Writes a text into a field and leaves it. */
    const write = async (name: string, text: string) => {
      await field(page, name).fill(text);
      await field(page, name).blur();
    };
    /** The last of what a field is described by, which is what is wrong with it, if anything is. */
    const told = async (name: string) => {
      const describedBy = (await field(page, name).getAttribute("aria-describedby")) ?? "";
      const last = describedBy.split(" ").at(-1) ?? "";
      return last === "" ? "" : page.locator(`[id="${last}"]`).innerText();
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
    for (const [name, text, problem] of wrong) {
      await write(name, text);
      await becomes(() => told(name), problem, `${name}: ${text}`);
    }
    for (const [name, text] of [
      [en.role.freelancer, world.addressOf("Amara")],
      [en.amount, "1200,50"],
      [en.amount, "0,125"],
      [en.draft.days, "14"],
    ] as const) {
      const problems: readonly string[] = Object.values(en.problems);
      await write(name, text);
      await eventually(async () => {
        expect(problems, `${name}: ${text}`).not.to.include(await told(name));
      });
    }
  });

  it("lists all that is missing, by the names that the form has for it", async () => {
    const visitor = await comeToWrite();
    const { page } = visitor;
    await page.getByRole("button", { name: en.draft.check }).click();
    const list = page.getByRole("alert").getByRole("listitem");
    await becomes(
      () => list.allInnerTexts(),
      [
        `${en.milestoneNumber(1)}, ${en.amount}: ${en.problems.InvalidAmount}`,
        `${en.role.freelancer}: ${en.problems.MissingParty}`,
        `${en.role.arbiter}: ${en.problems.MissingParty}`,
        `${en.draft.silentShare}: ${en.draft.chooseShare}`,
        `${en.draft.name}: ${en.problems.InvalidScope}`,
        `${en.milestoneNumber(1)}, ${en.draft.milestone}: ${en.problems.InvalidScope}`,
      ],
    );
    await visitor.picture("missing");
    // Each of them leads to its field.
    const focused = (name: string) => page.locator(":focus").and(page.getByRole("textbox", { name, exact: true }));
    await list.getByRole("button", { name: en.role.arbiter, exact: true }).click();
    await focused(en.role.arbiter).waitFor();
    await list.getByRole("button", { name: `${en.milestoneNumber(1)}, ${en.amount}`, exact: true }).click();
    await focused(en.amount).waitFor();
    await list.getByRole("button", { name: en.draft.silentShare, exact: true }).click();
    await page
      .locator(":focus")
      .and(page.getByRole("radio", { name: en.draft.silentShares["0"] }))
      .waitFor();
  });

  it("goes on in the milestone that was added", async () => {
    const { page } = await comeToWrite();
    const titles = page.getByRole("textbox", { name: en.draft.milestone, exact: true });
    await page.getByRole("button", { name: en.draft.add, exact: true }).click();
    await titles.nth(1).and(page.locator(":focus")).waitFor();
    await page.keyboard.type("The second");
    await becomes(async () => Promise.all((await titles.all()).map((title) => title.inputValue())), ["", "The second"]);
  });

  it("keeps what was written over a reload", async () => {
    const { page } = await comeToWrite();
    await field(page, en.draft.name).fill("A garden");
    await page.reload();
    await becomes(() => field(page, en.draft.name).inputValue(), "A garden");
  });

  it("shows who gets the next version what is different from the one that is kept here", async () => {
    // The form asks for a day, which it takes to its end.
    const fundBy = new Date(Date.now() + 100 * 86_400_000);
    fundBy.setHours(23, 59, 59, 0);
    const agreement = world.agreement({ fundBy });
    const { page } = await world.come("Amara");
    await page.goto(await world.linkTo(agreement));
    await page.getByRole("button", { name: en.proposal.change }).click();
    await page.getByRole("heading", { name: en.draft.newVersion }).waitFor();
    await becomes(() => field(page, en.draft.name).inputValue(), "A short book");
    await field(page, en.amount).fill("150");
    await field(page, en.draft.review).fill("5");
    await page.getByRole("button", { name: en.draft.finish }).click();
    await page.getByRole("heading", { name: en.proposal.title, exact: true }).waitFor();
    await page.getByText(en.proposal.unsigned).click();
    const link = await linkIn(page);

    const other = await world.come("Inês");
    await other.page.goto(await world.linkTo(agreement));
    await keepProposal(other.page);
    await other.page.goto(link);
    const differences = other.page.getByRole("list", { name: en.agreement.differences }).getByRole("listitem");
    const expected = [
      /^Before: Milestone 1, .* pays 100\.00 USDC .* Now: Milestone 1, .* pays 150\.00 USDC /,
      /^Before: .* together pay 200\.00 USDC\. Now: .* together pay 250\.00 USDC\.$/,
      /^Before: After a submission the client has 7 days .* Now: After a submission the client has 5 days /,
    ];
    await eventually(async () => {
      const texts = await Promise.all((await differences.all()).map(read));
      expect(texts).to.have.length(expected.length);
      for (const [at, pattern] of expected.entries()) expect(texts[at]).to.match(pattern);
    });
    await other.picture("differences");
  });
});
