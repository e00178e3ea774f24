/** What somebody who gains by it would try: links, texts, tokens and wallets that lie, and a device that keeps nothing. */
import { type Agreement, inert, toAgreement } from "@micro-escrow/sdk";
import { expect } from "chai";
import type { Browser } from "playwright-core";
import { type Dapp, startDapp } from "../../scripts/dapp/serve.ts";
import { en } from "../../sdk/examples/dapp/src/language/en.ts";
import { startBrowser, type Visitor, visit } from "./browser.ts";
import { type World, worldOf } from "./world.ts";

describe("The web app, attacked", function () {
  this.timeout(120_000);
  let dapp: Dapp;
  let browser: Browser;
  let world: World;

  before(async () => {
    [dapp, browser] = await Promise.all([startDapp(), startBrowser()]);
    world = await worldOf(dapp);
  });
  after(async () => {
    world?.provider.destroy();
    await browser?.close();
    await dapp?.stop();
  });

  /** Somebody of the demo at the page. */
  async function come(name: string): Promise<Visitor> {
    const visitor = await visit(browser, dapp.url);
    await visitor.be(name);
    return visitor;
  }

  const unsigned = (agreement: Agreement) => world.linkTo({ agreement, signatures: {}, contents: [] });

  describe("by what stands in a link", () => {
    it("says what is wrong with shares above everything, and lives", async () => {
      const { terms, schedule, scope } = world.agreement();
      const visitor = await come("Amara");
      const { page } = visitor;
      await page.goto(await unsigned(toAgreement({ ...terms, defaultShareBps: 20_000 }, schedule, scope)));
      await page.getByText(en.proposal.invalid).waitFor();
      await page.getByText(en.problems.DefaultShareTooHigh).waitFor();
      expect(await page.getByRole("button", { name: en.proposal.sign, exact: true }).count()).to.equal(0);
      expect(visitor.complaints()).to.deep.equal([]);
    });

    it("shows all that is signed, however long, and what is different at its end", async () => {
      const long = (end: string) => `${"Chapter and verse. ".repeat(120)}${end}`;
      const scope = (end: string) => ({
        title: "A short book",
        description: long(`In all ${end}.`),
        milestones: [
          { title: "Chapter one", description: long(`One ${end}.`), requirements: [long(`Must ${end}.`)] },
          "Chapter two",
        ],
      });
      const visitor = await come("Amara");
      const { page } = visitor;
      await page.goto(await unsigned(world.agreement({ scope: scope("for free") })));
      const deal = page.getByRole("region", { name: en.agreement.deal });
      await deal.waitFor();
      const said = await deal.innerText();
      for (const end of ["In all for free.", "One for free.", "Must for free."]) expect(said).to.include(end);
      await page.getByRole("button", { name: en.open.keep }).click();
      await page.waitForURL(/#\/agreement\//);
      await page.goto(await unsigned(world.agreement({ scope: scope("for life") })));
      const differences = page.getByRole("list", { name: en.agreement.differences });
      await differences.waitFor();
      const different = await differences.innerText();
      for (const end of ["In all for life.", "One for life.", "Must for life."]) expect(different).to.include(end);
      expect(visitor.complaints()).to.deep.equal([]);
    });

    it("lets no title turn the amounts beside it around", async () => {
      const title = "Chapter \u202eone";
      const { agreement, signature } = await world.funded({
        scope: { title: "A \u2067book", milestones: [title, `${title}\u200b, more`] },
      });
      const visitor = await come("Inês");
      const { page } = visitor;
      await page.goto(await world.linkTo({ agreement, signatures: { freelancer: signature }, contents: [] }));
      await page.getByText("funded with", { exact: false }).waitFor();
      await page
        .getByRole("button", { name: `${en.actions.fund.label}: ${inert(`${title}\u200b, more`)}`, exact: true })
        .click();
      const dialog = page.getByRole("dialog");
      await dialog.getByRole("checkbox").first().waitFor();
      const everything = await page.evaluate(() => document.documentElement.textContent ?? "");
      expect(everything.match(/[\u200b\u202a-\u202e\u2066-\u2069]/g)).to.equal(null);
      expect(visitor.complaints()).to.deep.equal([]);
    });
  });
});
