/** What a real page meets: a user who refuses, a wallet elsewhere, an endpoint that dies, and links and files that lie. */
import { expect } from "chai";
import type { Browser } from "playwright-core";
import { type Dapp, startDapp } from "../../scripts/dapp/serve.ts";
import { en } from "../../sdk/examples/dapp/src/language/en.ts";
import { toFile } from "../../sdk/examples/dapp/src/share.ts";
import { milestone, open, startBrowser, type Visitor, visit } from "./browser.ts";
import { install, type TestWallet, WALLET } from "./wallet.ts";
import { type World, worldOf } from "./world.ts";

describe("The web app, when something goes wrong", function () {
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

  /** Somebody who comes with a wallet, and connects it. */
  async function comeWithWallet(name: string): Promise<{ visitor: Visitor; wallet: TestWallet }> {
    const visitor = await visit(browser, dapp.url);
    const wallet = await install(visitor.page, world.addressOf(name), 31_337);
    await visitor.page.reload();
    await visitor.page.getByRole("main").getByRole("button", { name: WALLET }).click();
    await visitor.page.getByRole("heading", { level: 1, name: en.account.title }).waitFor();
    return { visitor, wallet };
  }

  describe("in the wallet", () => {
    it("says that the user refused to sign, that nothing was sent, and signs when asked again", async () => {
      const { visitor, wallet } = await comeWithWallet("Amara");
      const { page } = visitor;
      await page.goto(await world.linkTo({ agreement: world.agreement(), signatures: {}, contents: [] }));
      const sign = page.getByRole("button", { name: en.proposal.sign, exact: true });
      await sign.waitFor();
      await wallet.refuse(true);
      await sign.click();
      const alert = page.getByRole("alert");
      await alert.waitFor();
      expect(await alert.innerText()).to.equal(en.errors.UserRejected);
      await visitor.picture("refused");
      await wallet.refuse(false);
      await sign.click();
      await page.getByText(en.proposal.consent("Amara (you)", "signature")).waitFor();
      expect(await alert.count()).to.equal(0);
      expect(visitor.complaints()).to.deep.equal([]);
    });

    it("says that the user refused to pay, moves nothing, and pays when asked again", async () => {
      const agreement = world.agreement();
      const freelancer = await (await world.as("Amara")).sign(agreement);
      const { visitor, wallet } = await comeWithWallet("Inês");
      const { page } = visitor;
      await page.goto(await world.linkTo({ agreement, signatures: { freelancer }, contents: [] }));
      const fund = page.getByRole("button", { name: en.funding.pay("100.00\u00a0USDC") });
      await fund.waitFor();
      await wallet.refuse(true);
      await fund.click();
      const alert = page.getByRole("alert");
      await alert.waitFor();
      expect(await alert.innerText()).to.equal(en.errors.UserRejected);
      const reader = await world.as("Inês");
      expect((await reader.getAgreementState(agreement)).milestones[0]?.held).to.equal(0n);
      await wallet.refuse(false);
      await fund.click();
      await page.getByText(en.status.Funded, { exact: true }).waitFor();
      expect((await reader.getAgreementState(agreement)).milestones[0]?.held).to.equal(100_000_000n);
      expect(visitor.complaints()).to.deep.equal([]);
    });

    it("offers to switch a wallet that is on another network, and offers to send nothing until then", async () => {
      const { agreement } = await world.funded();
      const { visitor, wallet } = await comeWithWallet("Inês");
      const { page } = visitor;
      await wallet.move(1);
      await page.goto(await world.linkTo({ agreement, signatures: {}, contents: [] }));
      const notice = page.getByRole("status").filter({ hasText: en.wrongNetwork("Demo") });
      await notice.waitFor();
      const dialog = await open(page, "approve", "Chapter one");
      await dialog.getByText(en.wrongNetwork("Demo")).waitFor();
      expect(await dialog.getByRole("button", { name: en.actions.approve.label, exact: true }).count()).to.equal(0);
      await visitor.picture("wrong-network");
      await dialog.getByRole("button", { name: en.switchTo("Demo") }).click();
      await dialog.getByRole("button", { name: en.actions.approve.label, exact: true }).waitFor();
      expect(await notice.count()).to.equal(0);
      expect(visitor.complaints()).to.deep.equal([]);
    });
  });

  describe("at the endpoint", () => {
    it("says when it does not answer and how old what is shown is, and goes on when it answers again", async () => {
      const { agreement, signature } = await world.funded();
      const visitor = await visit(browser, dapp.url);
      const { page } = visitor;
      await visitor.be("Inês");
      await page.goto(await world.linkTo({ agreement, signatures: { freelancer: signature }, contents: [] }));
      const card = milestone(page, "Chapter one");
      await card.getByText(en.status.Funded, { exact: true }).waitFor();
      expect(visitor.complaints()).to.deep.equal([]);

      await page.route("**/rpc", (route) => route.abort("connectionrefused"));
      const stale = page.getByRole("status").filter({ hasText: /The network does not answer/ });
      await stale.waitFor();
      expect(await stale.innerText()).to.match(/What you see is from \w+ \d+, \d+, \d+:\d+/);
      // What was read stays.
      expect(await card.getByText(en.status.Funded, { exact: true }).count()).to.equal(1);
      await visitor.picture("endpoint-down");
      await (await world.as("Amara")).submit({ agreement, index: 0, deliverable: `0x${"ab".repeat(32)}` as never });

      await page.unroute("**/rpc");
      await card.getByText(en.status.Submitted, { exact: true }).waitFor();
      await stale.waitFor({ state: "detached" });
      for (const complaint of visitor.complaints()) expect(complaint).to.include("ERR_CONNECTION_REFUSED");
    });

    it("says that it cannot connect, and connects when it is asked to try again", async () => {
      const visitor = await visit(browser, dapp.url);
      const { page } = visitor;
      await page.route("**/rpc", (route) => route.abort("connectionrefused"));
      await visitor.go("/new");
      await page.reload();
      const alert = page.getByRole("alert");
      await alert.getByText(en.errors.Rpc).waitFor({ timeout: 60_000 });
      expect(await alert.innerText()).to.include(en.cannotConnect("Demo"));
      await page.unroute("**/rpc");
      await alert.getByRole("button", { name: en.tryAgain }).click();
      await page.getByRole("heading", { name: en.draft.title }).waitFor();
    });
  });

  describe("with what was handed over", () => {
    /** A share with another amount than the one that its hashes are of. */
    const forge = (text: string) => text.replace('"100000000"', '"900000000"');

    it("refuses a link in which somebody changed an amount, and shows nothing of it", async () => {
      const visitor = await visit(browser, dapp.url);
      const { page } = visitor;
      await visitor.be("Amara");
      const agreement = world.agreement();
      const forged = await page.evaluate(
        async (text) => {
          const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
          const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
          return btoa(String.fromCharCode(...bytes))
            .replaceAll("+", "-")
            .replaceAll("/", "_")
            .replaceAll("=", "");
        },
        forge(toFile({ chainId: 31_337, agreement, signatures: {}, contents: [] })),
      );
      await visitor.go(`/open/${forged}`);
      const alert = page.getByRole("alert");
      await alert.waitFor();
      expect(await alert.innerText()).to.equal(`${en.open.refused} ${en.errors.AgreementMismatch}`);
      expect(await page.getByText("A short book").count()).to.equal(0);
      await visitor.picture("forged-link");
      expect(visitor.complaints()).to.deep.equal([]);
    });

    it("refuses a link that is not whole", async () => {
      const visitor = await visit(browser, dapp.url);
      const { page } = visitor;
      const link = await world.linkTo({ agreement: world.agreement(), signatures: {}, contents: [] });
      await page.goto(link.slice(0, -40));
      const alert = page.getByRole("alert");
      await alert.waitFor();
      expect(await alert.innerText()).to.equal(`${en.open.refused} ${en.errors.InvalidShareFile}`);
      expect(visitor.complaints()).to.deep.equal([]);
    });

    it("leaves out a signature that is another one's, says so, and offers no funding with it", async () => {
      const agreement = world.agreement();
      const other = await (await world.as("Amara")).sign(world.agreement());
      const visitor = await visit(browser, dapp.url);
      const { page } = visitor;
      await visitor.be("Inês");
      await page.goto(await world.linkTo({ agreement, signatures: { freelancer: other }, contents: [] }));
      const alert = page.getByRole("alert");
      await alert.waitFor();
      expect(await alert.innerText()).to.equal(en.open.leftOut.consent);
      await page.getByText(en.proposal.consent("Amara", "none")).waitFor();
      expect(await page.getByRole("heading", { name: en.proposal.fund }).count()).to.equal(0);
      expect(visitor.complaints()).to.deep.equal([]);
    });

    it("does not show a file that is not what was submitted, and shows the one that is", async () => {
      const { agreement, signature } = await world.funded();
      const work = Buffer.from("The whole of chapter one.\n");
      const { sha256 } = await import("@micro-escrow/sdk");
      await (await world.as("Amara")).submit({ agreement, index: 0, deliverable: sha256(work) });
      const visitor = await visit(browser, dapp.url);
      const { page } = visitor;
      await visitor.be("Inês");
      await page.goto(await world.linkTo({ agreement, signatures: { freelancer: signature }, contents: [] }));
      const card = milestone(page, "Chapter one");
      await card.getByText(en.material.missing).waitFor();
      const give = async (buffer: Buffer) => {
        const chooser = page.waitForEvent("filechooser");
        await card.getByRole("button", { name: en.material.open }).click();
        await (await chooser).setFiles({ name: "chapter.txt", mimeType: "text/plain", buffer });
      };
      await give(Buffer.from("The half of chapter one.\n"));
      const alert = card.getByRole("alert");
      await alert.waitFor();
      expect(await alert.innerText()).to.equal(en.material.mismatch);
      expect(await card.getByText("The half of chapter one.").count()).to.equal(0);
      await visitor.picture("other-file");
      await give(work);
      await card.getByText("The whole of chapter one.").waitFor();
      expect(visitor.complaints()).to.deep.equal([]);
    });

    it("shows hostile text as text", async () => {
      const hostile = '<img src=x onerror="alert(1)"><script>alert(2)</script>';
      const { agreement, signature } = await world.funded({
        scope: {
          title: `${hostile} \u202e5 CDSU`,
          description: `[free](javascript:alert(3)) ${hostile}`,
          milestones: [{ title: hostile, description: hostile }, "Chapter two"],
        },
      });
      const page5 = Buffer.from(
        `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(4)"><text>${hostile}</text></svg>`,
      );
      const { sha256 } = await import("@micro-escrow/sdk");
      await (await world.as("Amara")).submit({ agreement, index: 0, deliverable: sha256(page5) });
      const visitor = await visit(browser, dapp.url);
      const { page } = visitor;
      const dialogs: string[] = [];
      page.on("dialog", (dialog) => {
        dialogs.push(dialog.message());
        void dialog.dismiss();
      });
      await visitor.be("Inês");
      await page.goto(await world.linkTo({ agreement, signatures: { freelancer: signature }, contents: [page5] }));
      await page.getByText(/onload="alert\(4\)"/).waitFor();
      await page.getByText(en.agreement.deal).click();
      await visitor.picture("hostile");
      expect(await page.locator("main img, main script, main svg text").count()).to.equal(0);
      expect(await page.locator("main a[href^='javascript']").count()).to.equal(0);
      await visitor.go("/");
      await page
        .getByText(/onerror/)
        .first()
        .waitFor();
      expect(dialogs).to.deep.equal([]);
      expect(visitor.complaints()).to.deep.equal([]);
    });
  });
});
