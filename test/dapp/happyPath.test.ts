/** Two people, one link, no server: from a form to the last payment, by clicking. */
import { type AgreementId, eventsOf } from "@micro-escrow/sdk";
import { expect } from "chai";
import type { Browser } from "playwright-core";
import { type Dapp, startDapp } from "../../scripts/dapp/serve.ts";
import { en } from "../../sdk/examples/dapp/src/language/en.ts";
import { linkIn, milestone, open, startBrowser, type Visitor, visit } from "./browser.ts";
import { type World, worldOf } from "./world.ts";

/** With spaces that break lines and such that do not as one. */
const textOf = (text: string) => text.replaceAll("\u00a0", " ");

describe("The web app, from a form to the last payment", function () {
  this.timeout(120_000);
  let dapp: Dapp;
  let browser: Browser;
  let world: World;
  let client: Visitor;
  let freelancer: Visitor;

  before(async () => {
    [dapp, browser] = await Promise.all([startDapp(), startBrowser()]);
    world = await worldOf(dapp);
    client = await visit(browser, dapp.url);
    freelancer = await visit(browser, dapp.url);
  });
  after(async () => {
    world?.provider.destroy();
    await browser?.close();
    await dapp?.stop();
  });
  afterEach(() => {
    expect([...client.complaints(), ...freelancer.complaints()]).to.deep.equal([]);
  });

  it("lets a client write an agreement from an example, says the deal in sentences, and gives a link", async () => {
    const { page } = client;
    await client.be("Inês");
    await client.go("/new");
    const [blog] = en.templates;
    await page.getByRole("button", { name: blog?.name ?? "" }).click();
    await page
      .getByRole("combobox", { name: en.chooseFor(en.role.freelancer) })
      .selectOption({ label: "Amara (food writer in Lagos)" });
    await page
      .getByRole("combobox", { name: en.chooseFor(en.role.arbiter) })
      .selectOption({ label: "Tomasz (retired editor in Kraków)" });
    const deal = page.getByRole("complementary").getByRole("region", { name: en.agreement.deal });
    await deal.waitFor();
    const said = textOf(await deal.innerText());
    for (const part of [
      "“Twenty articles on bread”",
      "“Articles 1–5”, pays 250.00 USDC",
      "together pay 1,000.00 USDC",
    ]) {
      expect(said).to.include(part);
    }
    await client.picture("new-agreement");
    await page.getByRole("button", { name: en.draft.finish }).click();
    await page.getByRole("heading", { level: 1, name: "Twenty articles on bread" }).waitFor();
    expect(await linkIn(page)).to.match(new RegExp(`^${dapp.url}/#/open/[\\w-]{500,}$`));
  });

  it("shows the freelancer what is asked, takes the signature, and gives a link back", async () => {
    const { page } = freelancer;
    const link = await linkIn(client.page);
    await freelancer.be("Amara");
    await page.goto(link);
    await page.getByText(en.open.role.freelancer).waitFor();
    expect(textOf(await page.getByRole("region", { name: en.agreement.deal }).innerText())).to.include(
      "pays 250.00 USDC for work submitted within 14 days",
    );
    await freelancer.picture("proposal");
    await page.getByRole("button", { name: en.proposal.sign, exact: true }).click();
    await page
      .getByRole("list", { name: en.proposal.consents })
      .getByText(en.proposal.consent("Amara (you)", "signature"))
      .waitFor();
    expect(await linkIn(page)).not.to.equal(link);
  });

  it("shows the client the cost before the money moves, and funds the first milestone", async () => {
    const { page } = client;
    await page.goto(await linkIn(freelancer.page));
    await page
      .getByRole("list", { name: en.proposal.consents })
      .getByText(en.proposal.consent("Amara", "signature"))
      .waitFor();
    const fund = page.getByRole("button", { name: en.funding.pay("250.00\u00a0USDC") });
    const fee = await page.getByText(/^Network fee: about [\d.]+\sETH \([\d,]+ gas\)/).innerText();
    const gas = Number(/\(([\d,]+) gas\)/.exec(fee)?.[1]?.replaceAll(",", ""));
    await page.getByText(en.funding.balance("9,500.00\u00a0USDC")).waitFor();
    await client.picture("funding");
    await fund.click();
    await milestone(page, "Articles 1–5").getByText(en.status.Funded, { exact: true }).waitFor();
    // What was said before is about what it took, with the permit that nobody could try.
    const id = page.url().split("/").at(-1) as AgreementId;
    const escrow = await world.as("Inês");
    const events = eventsOf(await escrow.getTimeline(await escrow.getAgreement(id)));
    const funded = events.find(({ type }) => type === "MilestoneFunded");
    const receipt = await world.provider.getTransactionReceipt(funded?.transaction ?? "");
    const used = Number(receipt?.gasUsed);
    expect(gas).to.be.within(used, 1.1 * used);
  });

  it("lets the freelancer hand in a file, of which the chain gets the hash alone", async () => {
    const { page } = freelancer;
    await milestone(page, "Articles 1–5").getByText(en.turn.Funded("Amara (you)")).waitFor();
    const dialog = await open(page, "submit", "Articles 1–5");
    const chooser = page.waitForEvent("filechooser");
    await dialog.getByRole("button", { name: en.material.choose }).click();
    await (await chooser).setFiles({
      name: "articles.md",
      mimeType: "text/markdown",
      buffer: Buffer.from("# Flour\n\nSmells of grass.\n"),
    });
    await dialog.getByText("articles.md").waitFor();
    await dialog.getByRole("button", { name: en.actions.submit.label, exact: true }).click();
    await dialog.getByText(en.actions.submit.done).waitFor();
    await freelancer.picture("submitted");
  });

  it("shows the client the work, because its hash matches, and pays when the client approves", async () => {
    const { page } = client;
    const link = await linkIn(freelancer.page.getByRole("dialog"));
    const card = milestone(page, "Articles 1–5");
    await card.getByText(en.material.missing).waitFor();
    await page.goto(link);
    await card.getByText("Smells of grass.").waitFor();
    await card.getByText(en.material.matches).waitFor();
    await client.picture("reviewing");
    const dialog = await open(page, "approve", "Articles 1–5");
    await dialog.getByText(en.actions.approve.sentence("250.00\u00a0USDC to Amara", 1)).waitFor();
    await dialog.getByRole("button", { name: en.actions.approve.label, exact: true }).click();
    await dialog.getByText(en.actions.approve.done).waitFor();
    await page.keyboard.press("Escape");
    await card.getByText(en.status.Released, { exact: true }).waitFor();
    await card.getByText("250.00\u00a0USDC to Amara").waitFor();
    await client.picture("paid");
  });
});
