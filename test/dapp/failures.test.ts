/** What a real page meets: a user who refuses, a wallet elsewhere, an endpoint that dies, and links and files that lie. */
import { deflateRawSync } from "node:zlib";
import { hashText, sha256, toHash } from "@micro-escrow/sdk";
import { expect } from "chai";
import { en } from "../../sdk/examples/dapp/src/language/en.ts";
import { toFile } from "../../sdk/examples/dapp/src/share.ts";
import { buttonOf, choose, milestone, open, sign } from "./clicks.ts";
import { becomes, eventually } from "./waiting.ts";
import { CHAIN, setUp, World } from "./world.ts";

describe("The web app, when something goes wrong", function () {
  this.timeout(120_000);
  const world = new World();
  setUp(world);
  afterEach(() => world.sendAway());

  describe("in the wallet", () => {
    it("says that the user refused to sign, that nothing was sent, and signs when asked again", async () => {
      const { visitor, wallet } = await world.comeWithWallet(world.addressOf("Amara"));
      const { page } = visitor;
      await page.goto(await world.linkTo(world.agreement()));
      await wallet.refuse(true);
      await page.getByRole("button", { name: en.proposal.sign, exact: true }).click();
      const alert = page.getByRole("alert");
      await becomes(() => alert.innerText(), en.errors.UserRejected);
      await visitor.picture("refused");
      await wallet.refuse(false);
      await sign(page, "Amara");
      await becomes(() => alert.count(), 0);
    });

    it("says that the user refused to pay, moves nothing, and pays when asked again", async () => {
      const agreement = world.agreement();
      const freelancer = await (await world.as("Amara")).sign(agreement);
      const {
        visitor: { page },
        wallet,
      } = await world.comeWithWallet(world.addressOf("Inês"));
      await page.goto(await world.linkTo(agreement, { freelancer }));
      const fund = page.getByRole("button", { name: en.funding.pay("100.00\u00a0USDC") });
      await wallet.refuse(true);
      await fund.click();
      await becomes(() => page.getByRole("alert").innerText(), en.errors.UserRejected);
      const reader = await world.as("Inês");
      expect((await reader.getAgreementState(agreement)).milestones[0]?.held).to.equal(0n);
      await wallet.refuse(false);
      await fund.click();
      await page.getByText(en.status.Funded, { exact: true }).waitFor();
      expect((await reader.getAgreementState(agreement)).milestones[0]?.held).to.equal(100_000_000n);
    });

    it("offers to switch a wallet that is on another network, and offers to send nothing until then", async () => {
      const { agreement } = await world.funded();
      const { visitor, wallet } = await world.comeWithWallet(world.addressOf("Inês"));
      const { page } = visitor;
      await wallet.move(1);
      await page.goto(await world.linkTo(agreement));
      const notice = page.getByRole("status").filter({ hasText: en.wrongNetwork("Demo") });
      await notice.waitFor();
      const dialog = await open(page, "approve", "Chapter one");
      await dialog.getByText(en.wrongNetwork("Demo")).waitFor();
      await becomes(() => buttonOf(dialog, "approve").count(), 0);
      await visitor.picture("wrong-network");
      await dialog.getByRole("button", { name: en.switchTo("Demo") }).click();
      await buttonOf(dialog, "approve").waitFor();
      await becomes(() => notice.count(), 0);
    });
  });

  describe("at the endpoint", () => {
    it("says when it does not answer and how old what is shown is, and goes on when it answers again", async () => {
      const { agreement, signature } = await world.funded();
      const visitor = await world.come("Inês");
      const { page } = visitor;
      await page.goto(await world.linkTo(agreement, { freelancer: signature }));
      const card = milestone(page, "Chapter one");
      await card.getByText(en.status.Funded, { exact: true }).waitFor();
      expect(visitor.complaints()).to.deep.equal([]);

      await page.route("**/rpc", (route) => route.abort("connectionrefused"));
      const stale = page.getByRole("status").filter({ hasText: /The network does not answer/ });
      await eventually(async () => {
        expect(await stale.innerText()).to.match(/What you see is from \w+ \d+, \d+, \d+:\d+/);
      });
      // What was read stays.
      expect(await card.getByText(en.status.Funded, { exact: true }).count()).to.equal(1);
      await visitor.picture("endpoint-down");
      await (await world.as("Amara")).submit({ agreement, index: 0, deliverable: toHash(`0x${"ab".repeat(32)}`) });

      await page.unroute("**/rpc");
      await card.getByText(en.status.Submitted, { exact: true }).waitFor();
      await stale.waitFor({ state: "detached" });
      for (const complaint of visitor.complaints()) expect(complaint).to.include("ERR_CONNECTION_REFUSED");
    });

    it("says that it cannot connect, and connects when it is asked to try again", async () => {
      const visitor = await world.visit();
      const { page } = visitor;
      await page.route("**/rpc", (route) => route.abort("connectionrefused"));
      await visitor.go("/new");
      await page.reload();
      const alert = page.getByRole("alert");
      await alert.getByText(en.errors.Rpc).waitFor({ timeout: 60_000 });
      await alert.getByText(en.cannotConnect("Demo")).waitFor();
      await page.unroute("**/rpc");
      await alert.getByRole("button", { name: en.tryAgain }).click();
      await page.getByRole("heading", { name: en.draft.title }).waitFor();
      for (const complaint of visitor.complaints()) expect(complaint).to.include("ERR_CONNECTION_REFUSED");
    });
  });

  describe("with what was handed over", () => {
    /** A share with another amount than the one that its hashes are of. */
    const forge = (text: string) => text.replace('"100000000"', '"900000000"');

    it("refuses a link in which somebody changed an amount, and shows nothing of it", async () => {
      const visitor = await world.come("Amara");
      const { page } = visitor;
      const file = forge(toFile({ chainId: CHAIN, agreement: world.agreement(), signatures: {}, contents: [] }));
      await visitor.go(`/open/${deflateRawSync(file).toString("base64url")}`);
      await becomes(() => page.getByRole("alert").innerText(), `${en.open.refused} ${en.errors.AgreementMismatch}`);
      expect(await page.getByText("A short book").count()).to.equal(0);
      await visitor.picture("forged-link");
    });

    it("refuses a link that is not whole", async () => {
      const { page } = await world.visit();
      const link = await world.linkTo(world.agreement());
      await page.goto(link.slice(0, -40));
      await becomes(() => page.getByRole("alert").innerText(), `${en.open.refused} ${en.errors.InvalidShareFile}`);
    });

    it("leaves out a signature that is another one's, says so, and offers no funding with it", async () => {
      const agreement = world.agreement();
      const other = await (await world.as("Amara")).sign(world.agreement());
      const { page } = await world.come("Inês");
      await page.goto(await world.linkTo(agreement, { freelancer: other }));
      await becomes(() => page.getByRole("alert").innerText(), en.open.leftOut.consent);
      await page.getByText(en.proposal.consent.none("Amara")).waitFor();
      expect(await page.getByRole("heading", { name: en.proposal.fund }).count()).to.equal(0);
    });

    it("does not show a file that is not what was submitted, and shows the one that is", async () => {
      const work = "The whole of chapter one.\n";
      const { agreement, signature } = await world.submitted(hashText(work));
      const visitor = await world.come("Inês");
      const { page } = visitor;
      await page.goto(await world.linkTo(agreement, { freelancer: signature }));
      const card = milestone(page, "Chapter one");
      await card.getByText(en.material.missing).waitFor();
      const give = (text: string) =>
        choose(card.getByRole("button", { name: en.material.open }), {
          ...{ name: "chapter.txt", mimeType: "text/plain" },
          buffer: Buffer.from(text),
        });
      await give("The half of chapter one.\n");
      await becomes(() => card.getByRole("alert").innerText(), en.material.mismatch);
      expect(await card.getByText("The half of chapter one.").count()).to.equal(0);
      await visitor.picture("other-file");
      await give(work);
      await card.getByText("The whole of chapter one.").waitFor();
    });

    it("shows hostile text as text", async () => {
      const hostile = '<img src=x onerror="alert(1)"><script>alert(2)</script>';
      const drawing = Buffer.from(
        `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(4)"><text>${hostile}</text></svg>`,
      );
      const { agreement, signature } = await world.submitted(sha256(drawing), {
        scope: {
          title: `${hostile} \u202e5 CDSU`,
          description: `[free](javascript:alert(3)) ${hostile}`,
          milestones: [{ title: hostile, description: hostile }, "Chapter two"],
        },
      });
      const visitor = await world.visit();
      const { page } = visitor;
      const dialogs: string[] = [];
      page.on("dialog", (dialog) => {
        dialogs.push(dialog.message());
        void dialog.dismiss();
      });
      await visitor.be("Inês");
      await page.goto(await world.linkTo(agreement, { freelancer: signature, contents: [drawing] }));
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
    });
  });
});
