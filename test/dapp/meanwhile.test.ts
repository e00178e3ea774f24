/** What somebody does at the page while something else happens: the network goes, a wallet answers late, the other party is faster. */
import { expect } from "chai";
import { en } from "../../sdk/examples/dapp/src/language/en.ts";
import { NAMES, type Visitor } from "./browser.ts";
import { buttonOf, closeWindow, keepProposal, linkIn, open } from "./clicks.ts";
import { becomes, eventually } from "./waiting.ts";
import { setUp, World } from "./world.ts";

describe("The web app, meanwhile", function () {
  this.timeout(120_000);
  const world = new World();
  setUp(world);
  afterEach(() => world.sendAway());

  /** The browser complained about nothing but that it was cut off. */
  const expectCut = (visitor: Visitor) => {
    for (const complaint of visitor.complaints())
      expect(complaint).to.match(/ERR_(INTERNET_DISCONNECTED|CONNECTION_REFUSED)/);
  };

  it("says that what it shows grows old when the browser goes offline, and not when it is back", async () => {
    const visitor = await world.come("Inês");
    const { page } = visitor;
    await page.getByRole("heading", { name: en.account.needs }).waitFor();
    const stale = page.getByRole("status").filter({ hasText: /The network does not answer/ });
    await page.context().setOffline(true);
    await stale.waitFor();
    await page.context().setOffline(false);
    await stale.waitFor({ state: "detached" });
    expectCut(visitor);
  });

  it("leaves what was opened and can be signed where it is, when it cannot be read again", async () => {
    const visitor = await world.come("Amara");
    const { page } = visitor;
    const agreement = world.agreement();
    await page.goto(await world.linkTo(agreement));
    const sign = page.getByRole("button", { name: en.proposal.sign, exact: true });
    await sign.waitFor();
    // It is read once, and three times more where the endpoint fails; in one batch with the arbiter's code.
    let failures = 0;
    let resolve: () => void = () => undefined;
    const hasFailed = new Promise<void>((done) => {
      resolve = done;
    });
    await page.route("**/rpc", (route) => {
      if (route.request().postData()?.includes("eth_getCode") && ++failures === 4) resolve();
      return route.abort("connectionrefused");
    });
    await page.evaluate(() => window.dispatchEvent(new Event("visibilitychange")));
    await hasFailed;
    await page
      .getByRole("status")
      .filter({ hasText: /The network does not answer/ })
      .waitFor();
    expect(await page.getByRole("alert").count()).to.equal(0);
    expect(await sign.count()).to.equal(1);
    expectCut(visitor);
  });

  it("calls a link copied until a signature makes it another one", async () => {
    const visitor = await world.visit({ permissions: ["clipboard-read", "clipboard-write"] });
    const { page } = visitor;
    await visitor.be("Amara");
    await page.goto(await world.linkTo(world.agreement()));
    await keepProposal(page);
    await page.getByText(en.proposal.unsigned).click();
    await page.getByRole("button", { name: en.share.copy }).click();
    const copied = page.getByText(en.share.copied, { exact: true });
    await copied.waitFor();
    const unsigned = await linkIn(page);
    expect(await page.evaluate(() => navigator.clipboard.readText())).to.equal(unsigned);
    await page.getByRole("button", { name: en.proposal.sign, exact: true }).click();
    await copied.waitFor({ state: "detached" });
    await eventually(async () => {
      expect(await linkIn(page)).not.to.equal(unsigned);
    });
  });

  it("asks for no signature and no money once a party has ended the funding", async () => {
    const agreement = world.agreement();
    const amara = await world.as("Amara");
    const freelancer = await amara.sign(agreement);
    await amara.close({ agreement });
    for (const [name, signatures, button] of [
      ["Amara", {}, en.proposal.sign],
      ["Inês", { freelancer }, en.funding.pay("100.00\u00a0USDC")],
    ] as const) {
      const { page } = await world.come(name);
      await page.goto(await world.linkTo(agreement, signatures));
      await page.getByText(en.agreement.closed).waitFor();
      expect(await page.getByRole("button", { name: button, exact: true }).count()).to.equal(0);
      await page.getByRole("button", { name: en.proposal.change }).waitFor();
    }
  });

  it("stays with the account that was chosen, when a wallet of the last time answers late", async () => {
    const visitor = await world.visit();
    const { page } = visitor;
    await page.addInitScript(NAMES);
    await page.addInitScript((account) => {
      localStorage.setItem("micro-escrow-account", JSON.stringify({ wallet: "example.late" }));
      let answer: (accounts: readonly string[]) => void = () => undefined;
      const accounts = new Promise((resolve) => {
        answer = resolve;
      });
      Object.assign(window, { answerLate: () => answer([account]) });
      const provider = {
        request: async ({ method }: { method: string }) => (method === "eth_accounts" ? accounts : "0x7a69"),
      };
      const info = { uuid: "7c1f2b3a-0000-4000-8000-000000000002", name: "Late", rdns: "example.late", icon: "data:," };
      window.addEventListener("eip6963:requestProvider", () =>
        window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail: { info, provider } })),
      );
    }, world.addressOf("Yuki"));
    await page.reload();
    await visitor.be("Inês");
    const who = page.getByRole("banner").getByRole("button").first();
    await becomes(() => who.innerText(), "Inês");
    await page.evaluate(async () => {
      (window as unknown as { answerLate(): void }).answerLate();
      await new Promise((resolve) => setTimeout(resolve));
    });
    await page.getByRole("heading", { name: en.account.needs }).waitFor();
    await becomes(() => who.innerText(), "Inês");
  });

  it("keeps an agreement that is funded from its link before the money has moved", async () => {
    const agreement = world.agreement();
    const freelancer = await (await world.as("Amara")).sign(agreement);
    const { page } = await world.come("Inês");
    await page.goto(await world.linkTo(agreement, { freelancer }));
    await page.evaluate(() => {
      const put = IDBObjectStore.prototype.put;
      Object.assign(window, { puts: 0 });
      IDBObjectStore.prototype.put = function (...args) {
        (window as unknown as { puts: number }).puts++;
        return put.apply(this, args);
      };
    });
    await world.provider.send("evm_setAutomine", [false]);
    try {
      await page.getByRole("button", { name: en.funding.pay("100.00\u00a0USDC") }).click();
      await page.getByText(en.funding.sent).waitFor();
      // Once: a block can take minutes.
      await page.waitForTimeout(1_000);
      expect(await page.evaluate(() => (window as unknown as { puts: number }).puts)).to.equal(1);
      // The tab is lost, and with it the link.
      const tab = await page.context().newPage();
      await page.close();
      await tab.goto(`${world.url}/#/agreement/${agreement.id}`);
      await tab.getByRole("heading", { level: 1, name: "A short book" }).waitFor();
    } finally {
      await world.provider.send("evm_setAutomine", [true]);
      await world.provider.send("evm_mine", []);
    }
  });

  it("says in a window that is opened again that something is still on its way", async () => {
    const { agreement } = await world.funded();
    const visitor = await world.come("Inês");
    const { page } = visitor;
    await visitor.go(`/agreement/${agreement.id}`);
    const dialog = await open(page, "advance", en.milestoneNumber(1));
    const warning = dialog.getByText(en.stillSending);
    await dialog.getByRole("textbox", { name: en.amount }).fill("10");
    expect(await warning.count()).to.equal(0);
    let send: () => void = () => undefined;
    const isAllowed = new Promise<void>((resolve) => {
      send = resolve;
    });
    await page.route("**/rpc", async (route) => {
      if (route.request().postData()?.includes("eth_sendTransaction")) await isAllowed;
      await route.continue();
    });
    await buttonOf(dialog, "advance").click();
    await dialog.getByText(en.pendingInDemo).waitFor();
    expect(await warning.count()).to.equal(0);
    await closeWindow(page);
    await open(page, "advance", en.milestoneNumber(1));
    await warning.waitFor();
    send();
    await warning.waitFor({ state: "detached" });
  });

  it("begins an agreement that nobody has touched anew for who comes with another account", async () => {
    const visitor = await world.visit();
    const { page } = visitor;
    const client = page.getByRole("textbox", { name: en.role.client, exact: true });
    await visitor.be("Inês");
    await visitor.go("/new");
    await becomes(() => client.inputValue(), world.addressOf("Inês"));
    await visitor.be("Amara");
    await page.getByRole("radio", { name: en.role.client, exact: true, checked: true }).waitFor({ state: "attached" });
    await becomes(() => client.inputValue(), world.addressOf("Amara"));
    await page.getByRole("textbox", { name: en.draft.name }).fill("A book");
    await visitor.be("Mateo");
    await page.getByRole("radio", { name: en.draft.neither, checked: true }).waitFor({ state: "attached" });
    await becomes(() => client.inputValue(), world.addressOf("Amara"));
  });
});
