/** Two people, one link, no server: from a form to the last payment, by clicking. */
import { type AgreementId, eventsOf } from "@micro-escrow/sdk";
import { expect } from "chai";
import { en } from "../../sdk/examples/dapp/src/language/en.ts";
import type { Visitor } from "./browser.ts";
import { choose, closeWindow, finish, linkIn, milestone, open, sign, writeFromExample } from "./clicks.ts";
import { eventually, tells } from "./waiting.ts";
import { setUp, World } from "./world.ts";

/** The first milestone of the example. */
const FIRST = "Articles 1–5";

describe("The web app, from a form to the last payment", function () {
  this.timeout(120_000);
  const world = new World();
  setUp(world);
  let client: Visitor;
  let freelancer: Visitor;

  before(async () => {
    client = await world.come("Inês");
    freelancer = await world.come("Amara");
  });

  it("lets a client write an agreement from an example, says the deal in sentences, and gives a link", async () => {
    const { page } = client;
    await client.go("/new");
    await writeFromExample(page, {
      freelancer: "Amara (food writer in Lagos)",
      arbiter: "Tomasz (retired editor in Kraków)",
    });
    const deal = page.getByRole("complementary").getByRole("region", { name: en.agreement.deal });
    await tells(deal, "“Twenty articles on bread”", `“${FIRST}”, pays 250.00 USDC`, "together pay 1,000.00 USDC");
    await client.picture("new-agreement");
    await page.getByRole("button", { name: en.draft.finish }).click();
    await page.getByRole("heading", { level: 1, name: "Twenty articles on bread" }).waitFor();
    expect(await linkIn(page)).to.match(new RegExp(`^${world.url}/#/open/[\\w-]{500,}$`));
  });

  it("shows the freelancer what is asked, takes the signature, and gives a link back", async () => {
    const { page } = freelancer;
    const link = await linkIn(client.page);
    await page.goto(link);
    await page.getByText(en.open.role.freelancer).waitFor();
    const deal = page.getByRole("region", { name: en.agreement.deal });
    await tells(deal, "pays 250.00 USDC for work submitted within 14 days");
    await freelancer.picture("proposal");
    await sign(page, "Amara");
    await eventually(async () => {
      expect(await linkIn(page)).not.to.equal(link);
    });
  });

  it("shows the client the cost before the money moves, and funds the first milestone", async () => {
    const { page } = client;
    await page.goto(await linkIn(freelancer.page));
    await page
      .getByRole("list", { name: en.proposal.consents })
      .getByText(en.proposal.consent.signature("Amara"))
      .waitFor();
    const fund = page.getByRole("button", { name: en.funding.pay("250.00\u00a0USDC") });
    const fee = await page.getByText(/^Network fee: about [\d.]+\sETH \([\d,]+ gas\)/).innerText();
    const gas = Number(/\(([\d,]+) gas\)/.exec(fee)?.[1]?.replaceAll(",", ""));
    await page.getByText(en.funding.balance("9,500.00\u00a0USDC")).waitFor();
    await client.picture("funding");
    await fund.click();
    await milestone(page, FIRST).getByText(en.status.Funded, { exact: true }).waitFor();
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
    await milestone(page, FIRST).getByText(en.turn.Funded("Amara (you)")).waitFor();
    const dialog = await open(page, "submit", FIRST);
    await choose(dialog.getByRole("button", { name: en.material.choose }), {
      name: "articles.md",
      mimeType: "text/markdown",
      buffer: Buffer.from("# Flour\n\nSmells of grass.\n"),
    });
    await dialog.getByText("articles.md").waitFor();
    await finish(dialog, "submit");
    await freelancer.picture("submitted");
  });

  it("shows the client the work, because its hash matches, and pays when the client approves", async () => {
    const { page } = client;
    const link = await linkIn(freelancer.page.getByRole("dialog"));
    const card = milestone(page, FIRST);
    await card.getByText(en.material.missing).waitFor();
    await page.goto(link);
    await card.getByText("Smells of grass.").waitFor();
    await card.getByText(en.material.matches).waitFor();
    await client.picture("reviewing");
    const dialog = await open(page, "approve", FIRST);
    await dialog.getByText(en.actions.approve.sentence("250.00\u00a0USDC to Amara", 1)).waitFor();
    await finish(dialog, "approve");
    await closeWindow(page);
    await card.getByText(en.status.Released, { exact: true }).waitFor();
    await card.getByText("250.00\u00a0USDC to Amara").waitFor();
    await client.picture("paid");
  });
});
