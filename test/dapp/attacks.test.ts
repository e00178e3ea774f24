/** What somebody who gains by it would try: links, texts, tokens and wallets that lie, and a device that keeps nothing. */
import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventsOf, hashText, inert, sha256, toAgreement } from "@micro-escrow/sdk";
import { expect } from "chai";
import { AbiCoder } from "ethers";
import type { Page } from "playwright-core";
import { en } from "../../sdk/examples/dapp/src/language/en.ts";
import { fromFragment } from "../../sdk/examples/dapp/src/share.ts";
import { NAMES } from "./browser.ts";
import { buttonOf, choose, closeWindow, finish, keepProposal, linkIn, milestone, open, sign } from "./clicks.ts";
import { becomes, eventually, read, tells } from "./waiting.ts";
import { CHAIN, setUp, World } from "./world.ts";

/** A contract that answers what it is called and how its amounts are written, and nothing else. */
function tokenCode(decimals: number, symbol: string): string {
  const hex = (value: number, bytes: number) => value.toString(16).padStart(2 * bytes, "0");
  const answer = AbiCoder.defaultAbiCoder().encode(["string"], [symbol]).slice(2);
  const dispatch = (selector: string, place: number) => `8063${selector}1461${hex(place, 2)}57`;
  const [start, size] = [5 + 2 * 11 + 3, answer.length / 2];
  const onDecimals = `5b60${hex(decimals, 1)}5f5260205ff3`;
  const onSymbol = `5b60${hex(size, 1)}61${hex(start + 9 + 12, 2)}5f3960${hex(size, 1)}5ff3`;
  const questions = dispatch("313ce567", start) + dispatch("95d89b41", start + 9);
  return `0x5f3560e01c${questions}5f5ffd${onDecimals}${onSymbol}${answer}`;
}

/** Puts things where the page keeps its own, under their names there, as another version of it may have. */
async function plant(
  page: Page,
  database: string,
  shelf: string,
  things: readonly (readonly [name: string, thing: unknown])[],
): Promise<void> {
  await page.evaluate(
    async ([database, shelf, things]) => {
      const opened = indexedDB.open(database);
      await new Promise((resolve) => {
        opened.onsuccess = resolve;
      });
      const store = opened.result.transaction(shelf, "readwrite").objectStore(shelf);
      for (const [name, thing] of things) store.put(thing, name);
      await new Promise((resolve) => {
        store.transaction.oncomplete = resolve;
      });
    },
    [database, shelf, things] as const,
  );
}

/** Whose signatures the link has that a page offers. */
async function signersIn(page: Page): Promise<readonly string[]> {
  const { signatures } = await fromFragment((await linkIn(page)).split("/open/")[1] ?? "");
  return Object.keys(signatures);
}

describe("The web app, attacked", function () {
  this.timeout(120_000);
  const world = new World();
  setUp(world);
  afterEach(() => world.sendAway());

  describe("by what stands in a link", () => {
    it("says what is wrong with shares above everything, and lives", async () => {
      const { terms, schedule, scope } = world.agreement();
      const { page } = await world.come("Amara");
      const shares = { defaultShareBps: 20_000, arbiterFeeBps: 20_000 };
      await page.goto(await world.linkTo(toAgreement({ ...terms, ...shares }, schedule, scope)));
      await page.getByText(en.proposal.invalid).waitFor();
      await page.getByText(en.problems.DefaultShareTooHigh).waitFor();
      await page.getByText(en.problems.ArbiterFeeTooHigh).waitFor();
      expect(await page.getByRole("button", { name: en.proposal.sign, exact: true }).count()).to.equal(0);
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
      const { page } = await world.come("Amara");
      await page.goto(await world.linkTo(world.agreement({ scope: scope("for free") })));
      const deal = page.getByRole("region", { name: en.agreement.deal });
      await tells(deal, "In all for free.", "One for free.", "Must for free.");
      await keepProposal(page);
      await page.goto(await world.linkTo(world.agreement({ scope: scope("for life") })));
      const differences = page.getByRole("list", { name: en.agreement.differences });
      await tells(differences, "In all for life.", "One for life.", "Must for life.");
    });

    it("lets no title turn the amounts beside it around", async () => {
      const title = "Chapter \u202eone";
      const { agreement, signature } = await world.funded({
        scope: { title: "A \u2067book", milestones: [title, `${title}\u200b, more`] },
      });
      const { page } = await world.come("Inês");
      await page.goto(await world.linkTo(agreement, { freelancer: signature }));
      await page.getByText("funded with", { exact: false }).waitFor();
      await page
        .getByRole("button", { name: `${en.actions.fund.label}: ${inert(`${title}\u200b, more`)}`, exact: true })
        .click();
      const dialog = page.getByRole("dialog");
      await dialog.getByRole("checkbox").first().waitFor();
      const everything = await page.evaluate(() => document.documentElement.textContent ?? "");
      expect(everything.match(/[\u200b\u202a-\u202e\u2066-\u2069]/g)).to.equal(null);
    });
  });

  describe("by a token, or by where the money goes", () => {
    const ofContract = `0x${"70".repeat(20)}`;

    it("shows amounts as the token says, marks one that calls itself like a known one, and warns of what does not fit", async () => {
      await world.provider.send("hardhat_setCode", [ofContract, tokenCode(18, "USDC")]);
      const agreement = world.agreement({
        token: { address: ofContract, symbol: "USDC", decimals: 6 },
        payoutTo: world.addressOf("Workbench"),
        gate: world.addressOf("Fieldtest"),
        fee: { recipient: world.addressOf("Inês"), share: "10%" },
        review: "400 days",
      });
      const { page } = await world.come("Amara");
      await page.goto(await world.linkTo(agreement));
      const warnings = page.getByRole("status").filter({ hasText: en.agreement.warnings });
      const codes = [
        "false-token",
        "wrong-currency",
        "payout-elsewhere",
        "gate",
        "fee-to-party",
        "long-period",
      ] as const;
      for (const code of codes) await warnings.getByText(en.warnings[code]).waitFor();
      await tells(page.getByRole("region", { name: en.agreement.deal }), "pays 0.0000000001 USDC (0x7070…7070)");
      // The SDK refuses it, too.
      await page.getByRole("button", { name: en.proposal.sign, exact: true }).click();
      await becomes(() => page.getByRole("alert").innerText(), en.errors.InvalidAgreement);
    });

    it("goes on where the token says nothing, in base units", async () => {
      await world.provider.send("hardhat_setCode", [ofContract, "0x5f5ffd"]);
      const agreement = world.agreement({
        token: ofContract,
        milestones: [
          { amount: 12_345_678n, work: "14 days" },
          { amount: 1n, work: "14 days" },
        ],
      });
      const freelancer = await (await world.as("Amara")).sign(agreement);
      const { page } = await world.come("Inês");
      await page.goto(await world.linkTo(agreement, { freelancer }));
      const amount = `12,345,678\u00a0${en.baseUnits("0x7070…7070")}`;
      await page.getByRole("button", { name: en.funding.pay(amount) }).waitFor();
    });

    it("says at which account the money will arrive, where that is not the payee's own", async () => {
      const { agreement, signature } = await world.funded({ payoutTo: world.addressOf("Workbench") });
      const { page } = await world.come("Inês");
      await page.goto(await world.linkTo(agreement, { freelancer: signature }));
      const dialog = await open(page, "approve", "Chapter one");
      await dialog.getByText(en.amountToAt("100.00\u00a0USDC", "Amara", "Workbench")).waitFor();
    });

    it("warns of an account that looks like a known one: of the demo, or of an agreement that is kept", async () => {
      /** What somebody makes who wants to be taken for an account. */
      const likenessOf = (account: string) =>
        `${account.slice(0, 6)}${"0".repeat(32)}${account.slice(-4)}`.toLowerCase();
      const warning = (page: Page) => page.getByText(en.warnings["look-alike"]);
      const { page } = await world.come("Amara");
      await page.goto(await world.linkTo(world.agreement({ arbiter: likenessOf(world.addressOf("Workbench")) })));
      await warning(page).waitFor();
      // Nobody whom the demo knows.
      const { address: arbiter } = await world.provider.getSigner(15);
      await page.goto(await world.linkTo(world.agreement({ arbiter })));
      await keepProposal(page);
      await becomes(() => warning(page).count(), 0);
      await page.goto(await world.linkTo(world.agreement({ arbiter: likenessOf(arbiter) })));
      await warning(page).waitFor();
    });

    it("compares with what is kept, also when client and freelancer change places, or a space in the title changes", async () => {
      const { page } = await world.come("Amara");
      await page.goto(await world.linkTo(world.agreement()));
      await keepProposal(page);
      await page.goto(
        await world.linkTo(
          world.agreement({
            client: world.addressOf("Amara"),
            freelancer: world.addressOf("Inês"),
            scope: { title: "A  short book\u200b", milestones: ["Chapter one", "Chapter two"] },
          }),
        ),
      );
      const differences = page.getByRole("list", { name: en.agreement.differences });
      await differences.getByText(/The client, Amara \(you\)/).waitFor();
    });
  });

  describe("on a device that keeps nothing, or the wrong things", () => {
    it("says so, and lets an agreement be signed and handed over all the same", async () => {
      const visitor = await world.visit();
      const { page } = visitor;
      await page.addInitScript(() => {
        for (const name of ["localStorage", "sessionStorage", "indexedDB"]) {
          Object.defineProperty(window, name, {
            get() {
              throw new DOMException("Forbidden", "SecurityError");
            },
          });
        }
      });
      await page.reload();
      await visitor.be("Amara");
      await page.getByText(en.keeping.notLasting).waitFor();
      await page.goto(await world.linkTo(world.agreement()));
      await sign(page, "Amara");
      expect(await signersIn(page)).to.deep.equal(["freelancer"]);
      await visitor.go("/new");
      await page.getByRole("heading", { name: en.draft.title, exact: true }).waitFor();
    });

    it("passes over what it cannot read, says how much that is, and shows the rest", async () => {
      const visitor = await world.come("Amara");
      const { page } = visitor;
      const agreement = world.agreement({ scope: { title: "The one that is left", milestones: ["One", "Two"] } });
      await page.goto(await world.linkTo(agreement));
      await keepProposal(page);
      await page.evaluate(() => {
        localStorage.setItem("micro-escrow-account", '{"demo":"5"}');
        localStorage.setItem("micro-escrow-network", "{");
        sessionStorage.setItem("micro-escrow-draft", '{"milestones":7');
      });
      await plant(page, "micro-escrow-agreements", "agreements", [
        [`${CHAIN} 0x${"12".repeat(32)}`, { chainId: CHAIN, file: '{"microEscrowAgreement":0}' }],
        [`${CHAIN} 0x${"34".repeat(32)}`, null],
      ]);
      await page.reload();
      await page.getByText(en.keeping.unreadable(2)).waitFor();
      await visitor.be("Amara");
      await visitor.go("/");
      await page
        .getByRole("link", { name: /The one that is left/ })
        .first()
        .waitFor();
      await visitor.go("/new");
      await page.getByRole("heading", { name: en.draft.title, exact: true }).waitFor();
    });

    it("says that there is no room, and lets an agreement be signed and handed over all the same", async () => {
      const { page } = await world.come("Amara");
      await page.evaluate(() => {
        IDBObjectStore.prototype.put = () => {
          throw new DOMException("No room", "QuotaExceededError");
        };
      });
      await page.goto(await world.linkTo(world.agreement()));
      await page.getByRole("button", { name: en.proposal.sign, exact: true }).click();
      await becomes(() => page.getByRole("alert").innerText(), en.errors.StorageFailed);
      expect(await signersIn(page)).to.deep.equal(["freelancer"]);
    });

    it("says that there is no room for what was handed in, and goes on to the agreement", async () => {
      const work = Buffer.from("Chapter one, whole.\n");
      const { agreement, signature } = await world.submitted(sha256(work));
      const { page } = await world.come("Inês");
      await page.evaluate(() => {
        const put = IDBObjectStore.prototype.put;
        IDBObjectStore.prototype.put = function (value, key) {
          if (value instanceof Uint8Array) throw new DOMException("No room", "QuotaExceededError");
          return put.call(this, value, key);
        };
      });
      await page.goto(await world.linkTo(agreement, { freelancer: signature, contents: [work] }));
      await becomes(() => page.getByRole("alert").innerText(), en.errors.StorageFailed);
      await page.getByRole("button", { name: en.open.goOn }).click();
      // What there was room for is kept: the chain alone does not know what it is about.
      await page.getByRole("heading", { level: 1, name: "A short book" }).waitFor();
      await page.getByText(en.material.missing).waitFor();
    });
  });

  describe("by what is handed in", () => {
    it("shows of a long text its beginning, says so, and gives all of it; and nothing that somebody put in its place", async () => {
      const work = Buffer.from(`In the beginning. ${"All work and no play. ".repeat(1_000)}And the client pays twice.`);
      const hash = sha256(work);
      const { agreement, signature } = await world.submitted(hash);
      const { page } = await world.come("Inês");
      await page.goto(await world.linkTo(agreement, { freelancer: signature, contents: [work] }));
      const card = milestone(page, "Chapter one");
      await card.getByText(en.material.cut).waitFor();
      expect(await read(card.getByRole("group", { name: en.material.text }))).to.match(
        /^In the beginning\. (?!.*twice).*…$/,
      );
      const save = card.getByRole("button", { name: en.material.save(en.material.text) });
      const [download] = await Promise.all([page.waitForEvent("download"), save.click()]);
      expect(sha256(await readFile(await download.path()))).to.equal(hash);

      await plant(page, "micro-escrow-contents", "contents", [[hash, new TextEncoder().encode("Something else.")]]);
      await page.reload();
      await card.getByText(en.material.missing).waitFor();
      expect(await card.getByText("Something else.").count()).to.equal(0);
      const file = { name: "work.txt", mimeType: "text/plain", buffer: work };
      await choose(card.getByRole("button", { name: en.material.open }), file);
      await card.getByText(en.material.cut).waitFor();
    });

    it("takes no more than the others can open", async () => {
      const { agreement, signature } = await world.funded();
      const folder = await mkdtemp(join(tmpdir(), "attack-"));
      try {
        const path = join(folder, "film.mp4");
        await writeFile(path, "");
        await truncate(path, 64 * 1_024 * 1_024 + 1);
        const { page } = await world.come("Amara");
        await page.goto(await world.linkTo(agreement, { freelancer: signature }));
        const dialog = await open(page, "submit", "Chapter one");
        await choose(dialog.getByRole("button", { name: en.material.choose }), path);
        await dialog.getByRole("alert").getByText(en.material.tooLarge).waitFor();
        await becomes(() => buttonOf(dialog, "submit").isDisabled(), true);
      } finally {
        await rm(folder, { recursive: true });
      }
    });
  });

  describe("by what calls itself a wallet", () => {
    it("offers those alone that are wallets, under names that are inert, with the domain that they claim", async () => {
      const { page } = await world.visit();
      await page.addInitScript(NAMES);
      await page.addInitScript(() => {
        const info = { uuid: "1", name: "Honest", rdns: "org.honest", icon: "data:," };
        const provider = {
          async request() {
            Object.assign(window, { isAsked: true });
            return [];
          },
        };
        window.addEventListener("eip6963:requestProvider", () => {
          for (const detail of [
            ...[undefined, null, 5, {}, { info }, { info: null, provider }, { info: { ...info, uuid: 7 }, provider }],
            ...[
              { info: { ...info, name: { toString: () => "x" } }, provider },
              { info, provider: {} },
            ],
            { info: { ...info, uuid: "2", name: `${"Long ".repeat(99)}`, rdns: "<b>\u202egro.etah" }, provider },
            { info, provider },
            // Who comes with another one's id does not take its place.
            { info: { ...info, name: "Long lost twin" }, provider },
          ]) {
            window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
          }
          window.dispatchEvent(new Event("eip6963:announceProvider"));
        });
      });
      await page.reload();
      const offered = page.getByRole("main").getByRole("button", { name: /org\.honest|Long/ });
      await eventually(async () => {
        const [long, honest, ...more] = await Promise.all((await offered.all()).map(read));
        expect(long).to.match(/^(Long ){8}… ‹b›\\u\{202e\}gro\.etah$/);
        expect(honest).to.equal("Honest org.honest");
        expect(more).to.deep.equal([]);
      });
      // It gives no account, and nothing happens.
      await offered.nth(1).click();
      await page.waitForFunction(() => "isAsked" in window);
      await page.evaluate(() => new Promise((resolve) => setTimeout(() => requestAnimationFrame(resolve))));
      expect(await page.getByRole("alert").count()).to.equal(0);
      await page.getByRole("heading", { name: en.welcome.title }).waitFor();
    });
  });

  describe("by a page around it", () => {
    it("has nothing to press but the way out", async () => {
      const { page } = await world.visit();
      // A server that does not forbid it, as many do not.
      await page.route(`${world.url}/`, async (route) => {
        const response = await route.fetch();
        const { "content-security-policy": _, ...headers } = response.headers();
        await route.fulfill({ response, headers });
      });
      await page.route(`${world.url}/around`, (route) =>
        route.fulfill({ contentType: "text/html", body: `<iframe src="${world.url}/#/new"></iframe>` }),
      );
      await page.goto(`${world.url}/around`);
      const frame = page.frameLocator("iframe");
      await frame.getByRole("link", { name: en.framed.open }).waitFor();
      expect(await frame.getByRole("button").count()).to.equal(0);
      expect(await frame.getByRole("link").count()).to.equal(1);
    });
  });

  describe("by an endpoint that leaves things out", () => {
    it("says so, and lets nobody approve what was not shown", async () => {
      const work = Buffer.from("Chapter one.");
      const { agreement, signature } = await world.submitted(sha256(work));
      const { page } = await world.come("Inês");
      let omits = true;
      await page.route("**/rpc", async (route) => {
        const asked = [route.request().postDataJSON()].flat() as { id: number; method: string }[];
        const response = await route.fetch();
        const answers = [await response.json()].flat() as { id: number; result: unknown }[];
        const isLog = ({ id }: { id: number }) => asked.some((one) => one.id === id && one.method === "eth_getLogs");
        const json = answers.map((answer) => (omits && isLog(answer) ? { ...answer, result: [] } : answer));
        await route.fulfill({ response, json: asked.length === 1 ? json[0] : json });
      });
      await page.goto(await world.linkTo(agreement, { freelancer: signature, contents: [work] }));
      await page.getByRole("alert").getByText(en.errors.IncompleteHistory).waitFor();
      const dialog = await open(page, "approve", "Chapter one");
      await becomes(() => buttonOf(dialog, "approve").isDisabled(), true);
      omits = false;
      await closeWindow(page);
      await page.getByRole("button", { name: en.tryAgain }).click();
      await page.getByText("Chapter one.", { exact: true }).waitFor();
      await finish(await open(page, "approve", "Chapter one"), "approve");
    });
  });

  describe("by another tab", () => {
    it("carries out the split that is read, also when another one was opened meanwhile", async () => {
      const { agreement, signature } = await world.funded();
      const amara = await world.as("Amara");
      const linkTo = async (freelancerAmount: bigint) => {
        const settlement = await amara.signSettle({ agreement, index: 0, freelancerAmount });
        return world.linkTo(agreement, { freelancer: signature, settlement });
      };
      const [fair, greedy] = [await linkTo(60_000_000n), await linkTo(99_000_000n)];
      const { page } = await world.come("Inês");
      await page.goto(fair);
      const card = milestone(page, "Chapter one");
      await card.getByText(/offers to divide it: 60\.00/).waitFor();
      const dialog = await open(page, "settle", "Chapter one");
      await dialog.getByText(/has signed this split: 60\.00/).waitFor();

      const tab = await page.context().newPage();
      await tab.goto(greedy);
      await milestone(tab, "Chapter one")
        .getByText(/offers to divide it: 99\.00/)
        .waitFor();
      await page.bringToFront();
      await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange", { bubbles: true })));
      // Behind the window it is the other one now.
      await page.getByText(/offers to divide it: 99\.00/).waitFor({ state: "attached" });
      await dialog.getByText(/has signed this split: 60\.00/).waitFor();
      await dialog.getByRole("button", { name: en.actions.settle.together, exact: true }).click();
      await dialog.getByText(en.actions.settle.done).waitFor();
      const concluded = eventsOf(await amara.getTimeline(agreement)).find(({ type }) => type === "MilestoneConcluded");
      expect(concluded).to.include({ freelancerAmount: 60_000_000n, clientAmount: 40_000_000n });
    });
  });

  describe("by haste", () => {
    it("sends once what is pressed twice while files are being hashed", async () => {
      const hash = hashText("Anything");
      const { agreement, signature } = await world.submitted(hash);
      await (await world.as("Inês")).dispute({ agreement, index: 0, evidence: hash });
      const { page } = await world.come("Inês");
      await page.goto(await world.linkTo(agreement, { freelancer: signature }));
      const dialog = await open(page, "submitEvidence", "Chapter one");
      await dialog.getByRole("textbox", { name: en.actions.submitEvidence.message }).fill("It is half as long.");
      // Faster than the page is drawn anew.
      await buttonOf(dialog, "submitEvidence").evaluate((button: HTMLElement) => {
        button.click();
        button.click();
      });
      await dialog.getByText(en.actions.submitEvidence.done).waitFor();
      const history = await (await world.as("Inês")).getTimeline(agreement);
      expect(eventsOf(history).filter(({ type }) => type === "EvidenceSubmitted")).to.have.length(1);
    });
  });
});
