/** Each view for everybody: with a screen reader, with the keyboard alone, on a phone, in the dark, at once, and with 500 agreements. */

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { hashText, type Verb } from "@micro-escrow/sdk";
import { expect } from "chai";
import type { BrowserContextOptions, Locator, Page, Request } from "playwright-core";
import { DEMO_PATH, type DemoDocument } from "../../sdk/examples/dapp/src/demo.ts";
import { en } from "../../sdk/examples/dapp/src/language/en.ts";
import { toFile } from "../../sdk/examples/dapp/src/share.ts";
import { audit, bringAxe, sideways } from "./audit.ts";
import { NAMES, PICTURES, type Visitor } from "./browser.ts";
import { buttonOf, closeWindow, finish, keepProposal, milestone, open, openOther, writeFromExample } from "./clicks.ts";
import { isSmooth, makeMany, type Smoothness, scrollThrough } from "./many.ts";
import { becomes } from "./waiting.ts";
import { CHAIN, setUp, World } from "./world.ts";

/** A hash of something that nobody has. */
const someHash = hashText("Something.");

/** Why one would not see where the keyboard is; `undefined` when one does. Runs in the page. */
function focusProblem(): string | undefined {
  const at = document.activeElement;
  // At the end of the page it goes on in the browser's own frame.
  if (at === null || at === document.body) return document.hasFocus() ? undefined : "the page has no focus";
  // What is drawn in place of a radio button or a slider is around it.
  const shown = at.closest("[data-focus-visible]") ?? at;
  const { outlineStyle, outlineWidth } = getComputedStyle(shown);
  const what = `${shown.tagName} “${shown.textContent?.trim().slice(0, 40)}”`;
  if (outlineStyle === "none" || Number.parseFloat(outlineWidth) < 2) return `${what} has the focus and no outline`;
  const { top, bottom, left, right } = shown.getBoundingClientRect();
  const isInView = bottom > 0 && right > 0 && top < window.innerHeight && left < window.innerWidth;
  return isInView ? undefined : `${what} has the focus and is out of sight`;
}

describe("The web app's views", function () {
  this.timeout(120_000);
  const world = new World();
  setUp(world);
  /** What was measured, for who wants to know. */
  const figures: Record<string, unknown> = {};

  after(async () => {
    await mkdir(PICTURES, { recursive: true });
    await writeFile(join(PICTURES, "figures.json"), `${JSON.stringify(figures, undefined, 2)}\n`);
  });

  describe("in light, in dark and as wide as a phone", () => {
    let visitor: Visitor;
    let page: Page;
    let person: string | undefined;

    before(async () => {
      visitor = await world.visit();
      page = visitor.page;
      await bringAxe(visitor);
    });
    after(() => world.sendAway());

    /** Becomes somebody, if that is somebody else than before. */
    async function as(name: string): Promise<void> {
      if (person !== name) await visitor.be(name);
      person = name;
    }
    async function expectGood(name: string): Promise<void> {
      expect(await audit(visitor, name)).to.deep.equal([]);
    }
    /** Looks at the window that is open, and closes it. */
    async function expectGoodAndClose(name: string): Promise<void> {
      await expectGood(name);
      await closeWindow(page);
    }
    /** Looks at the window of an action, and closes it. */
    async function expectGoodWindow(action: Verb, title: string): Promise<void> {
      const dialog = await open(page, action, title);
      await buttonOf(dialog, action).waitFor();
      await expectGoodAndClose(`action-${action}`);
    }

    it("welcomes who is new", async () => {
      await page.getByRole("heading", { name: en.welcome.title }).waitFor();
      await page.getByRole("main").getByRole("button", { name: "Inês" }).waitFor();
      await expectGood("welcome");
    });

    it("shows an account, with its money as a table too", async () => {
      await as("Inês");
      await visitor.go("/");
      await page.getByText(en.chart.table).click();
      await expectGood("account");
    });

    it("shows who can be chosen, and who is", async () => {
      await as("Inês");
      await page.getByRole("banner").getByRole("button").first().click();
      await page.getByRole("dialog").waitFor();
      await expectGoodAndClose("who-are-you");
    });

    it("shows an empty form, and what is missing in it", async () => {
      await as("Inês");
      await visitor.go("/new");
      await page.getByRole("button", { name: en.draft.check }).click();
      await page.getByRole("alert").waitFor();
      await expectGood("new-empty");
    });

    it("shows a form that is filled in, with the deal", async () => {
      await as("Inês");
      await visitor.go("/new");
      await writeFromExample(page, { freelancer: world.addressOf("Amara"), arbiter: world.addressOf("Tomasz") });
      await page.getByText(en.draft.others).click();
      await page.getByRole("button", { name: en.draft.finish }).waitFor();
      await expectGood("new-complete");
    });

    it("shows where a link or a file is opened, and refuses what is none", async () => {
      await as("Inês");
      await visitor.go("/open");
      await page.getByRole("heading", { name: en.open.title }).waitFor();
      await expectGood("open-empty");
      await page.getByRole("textbox", { name: en.open.link }).fill("https://example.com/");
      await page.getByRole("button", { name: en.open.follow }).click();
      await page.getByRole("alert").waitFor();
      await expectGood("open-refused");
    });

    it("shows what is new in a proposal, and what is unwise in it", async () => {
      await as("Amara");
      const before = world.agreement();
      await page.goto(await world.linkTo(before));
      await keepProposal(page);
      const now = world.agreement({ review: "1 day", arbiterFee: "9%" });
      await page.goto(await world.linkTo(now));
      await page.getByRole("list", { name: en.agreement.differences }).waitFor();
      await page.getByText(en.warnings["short-period"]).waitFor();
      await page.getByText(en.proposal.unsigned).click();
      await page.getByRole("textbox", { name: en.share.link }).waitFor();
      await expectGood("proposal-changed");
    });

    it("shows a proposal that can be funded", async () => {
      const agreement = world.agreement();
      const freelancer = await (await world.as("Amara")).sign(agreement);
      await as("Inês");
      await page.goto(await world.linkTo(agreement, { freelancer }));
      await page.getByText(/^Network fee/).waitFor();
      await expectGood("proposal-signed");
      await buttonOf(await openOther(page, "accept"), "accept").waitFor();
      await expectGoodAndClose("action-accept");
    });

    it("shows an agreement under way, with work to answer, and what its client can do", async () => {
      await as("Inês");
      await visitor.go("/");
      await page.getByRole("link", { name: en.account.need.answer }).first().click();
      await page.getByRole("heading", { name: en.timeline.title }).waitFor();
      await page.getByText(en.share.agreement).click();
      await expectGood("agreement-under-way");
      for (const action of ["approve", "requestChanges", "dispute", "settle", "advance"] as const) {
        const button = page.getByRole("button", { name: new RegExp(`^${en.actions[action].label}: `) }).first();
        await button.click();
        await page.getByRole("dialog").getByRole("button").nth(1).waitFor();
        await expectGoodAndClose(`action-${action}`);
      }
    });

    it("shows a client what can be funded, ended and given more time", async () => {
      const { agreement, signature } = await world.funded();
      await as("Inês");
      await page.goto(await world.linkTo(agreement, { freelancer: signature }));
      await expectGoodWindow("extend", "Chapter one");
      await open(page, "fund", "Chapter two");
      await expectGoodAndClose("action-fund");
      await buttonOf(await openOther(page, "close"), "close").waitFor();
      await expectGoodAndClose("action-close");
    });

    it("shows a freelancer how to hand in work, also when it is handed in, and how to give the money back", async () => {
      const { agreement, signature } = await world.funded();
      await as("Amara");
      await page.goto(await world.linkTo(agreement, { freelancer: signature }));
      await page.getByRole("heading", { name: en.timeline.title }).waitFor();
      await expectGoodWindow("refund", "Chapter one");
      const dialog = await open(page, "submit", "Chapter one");
      await expectGood("action-submit");
      await dialog.getByRole("textbox", { name: en.actions.submit.message }).fill("It was a dark and stormy night.");
      await finish(dialog, "submit");
      await dialog.getByRole("textbox", { name: en.share.link }).waitFor();
      await expectGoodAndClose("action-submit-done");
    });

    it("shows a split that the other party has signed", async () => {
      const { agreement, signature } = await world.funded();
      const settlement = await (await world.as("Inês")).signSettle({
        agreement,
        index: 0,
        freelancerAmount: 60_000_000n,
      });
      await as("Amara");
      await page.goto(await world.linkTo(agreement, { freelancer: signature, settlement }));
      const dialog = await open(page, "settle", "Chapter one");
      await dialog.getByText(en.actions.settle.other).click();
      await dialog.getByRole("slider").waitFor();
      await expectGoodAndClose("action-settle-signed");
    });

    it("shows a verifier what is to be attested", async () => {
      const verifier = world.addressOf("Fieldtest");
      const { agreement, signature } = await world.submitted(someHash, { verifier, challenge: "3 days" });
      await as("Fieldtest");
      await page.goto(await world.linkTo(agreement, { freelancer: signature }));
      await expectGoodWindow("attest", "Chapter one");
      await visitor.go("/");
      await page.getByRole("link", { name: en.account.need.attest }).first().waitFor();
    });

    it("shows an arbiter both sides' material, and how to rule", async () => {
      await as("Noor");
      await visitor.go("/");
      await page.getByRole("link", { name: en.account.need.rule }).first().click();
      await page.getByRole("heading", { name: en.timeline.title }).waitFor();
      await page.getByText(en.material.matches).filter({ visible: true }).first().waitFor();
      await expectGood("agreement-disputed");
      for (const action of ["rule", "submitEvidence"] as const) {
        await page.getByRole("button", { name: new RegExp(`^${en.actions[action].label}: `) }).click();
        await page.getByRole("dialog").getByRole("button").nth(1).waitFor();
        await expectGoodAndClose(`action-${action}`);
      }
    });

    it("shows a freelancer what a silent client has left to finalize", async () => {
      await as("Diego");
      await visitor.go("/");
      await page.getByRole("link", { name: en.account.need.finalize }).first().click();
      await page.getByRole("heading", { name: en.timeline.title }).waitFor();
      await page.getByRole("button", { name: new RegExp(`^${en.actions.finalize.label}: `) }).click();
      await page.getByRole("dialog").getByRole("button").nth(1).waitFor();
      await expectGoodAndClose("action-finalize");
    });

    it("shows an agreement that has ended", async () => {
      const { agreement, signature } = await world.submitted(someHash);
      const [client, freelancer] = [await world.as("Inês"), await world.as("Amara")];
      await client.approve({ agreement, index: 0 });
      await client.fund({ agreement, indices: [1] });
      await freelancer.refund({ agreement, index: 1 });
      await as("Inês");
      await page.goto(await world.linkTo(agreement, { freelancer: signature }));
      await milestone(page, "Chapter two").getByText(en.status.Refunded, { exact: true }).waitFor();
      await page.getByText(en.agreement.deal).click();
      await expectGood("agreement-ended");
    });

    it("shows a platform what waits for it, and how to collect it", async () => {
      const { agreement } = await world.funded({ fee: { recipient: world.addressOf("Workbench"), share: "5%" } });
      await (await world.as("Inês")).approve({ agreement, index: 0 });
      await as("Workbench");
      await visitor.go("/");
      const collect = page.getByRole("button", { name: en.waiting.collect });
      await collect.waitFor();
      await expectGood("account-platform");
      await collect.click();
      await page.getByRole("dialog").waitFor();
      await expectGoodAndClose("collect");
    });
  });

  describe("on a phone", () => {
    after(() => world.sendAway());

    it("takes two people from an example to the first payment, with no scrolling sideways and nothing too small to press", async () => {
      const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };
      const visitor = await world.visit(phone);
      const { page } = visitor;
      /** Presses something, if a finger can: WCAG asks for 24 by 24 pixels, and buttons have more. */
      const press = async (target: Locator, height = 44) => {
        await target.waitFor();
        expect(await sideways(visitor), `the page is too wide at ${target}`).to.equal(0);
        const box = await target.boundingBox();
        expect(box?.height, `the height of ${target}`).to.be.at.least(height);
        expect(box?.width, `the width of ${target}`).to.be.at.least(24);
        await target.tap();
      };
      const button = (name: string) => page.getByRole("button", { name, exact: true });
      const be = async (name: string) => {
        await press(page.getByRole("banner").getByRole("button").first());
        const person = page.getByRole("dialog").getByRole("button", { name: new RegExp(`^${name} `) });
        await press(person);
        await person.waitFor({ state: "detached" });
      };
      const confirm = async (action: "submit" | "approve") => {
        const dialog = page.getByRole("dialog");
        await press(dialog.getByRole("button", { name: en.actions[action].label, exact: true }));
        await dialog.getByText(en.actions[action].done).waitFor();
        await press(dialog.getByRole("button", { name: en.close }));
        await dialog.waitFor({ state: "detached" });
      };

      await press(page.getByRole("main").getByRole("button", { name: /^Inês / }));
      await press(page.getByRole("link", { name: en.nav.new }), 24);
      await press(button(en.templates[0]?.name ?? ""));
      for (const [role, name] of [
        ["freelancer", "Amara"],
        ["arbiter", "Tomasz"],
      ] as const) {
        const list = page.getByRole("combobox", { name: en.chooseFor(en.role[role]) });
        await press(list);
        await list.selectOption({ value: world.addressOf(name) });
      }
      await press(button(en.draft.finish));
      await page.getByRole("heading", { level: 1, name: en.templates[0]?.title ?? "" }).waitFor();
      await be("Amara");
      await press(button(en.proposal.sign));
      await page.getByText(en.proposal.consent.signature("Amara (you)")).waitFor();
      await be("Inês");
      await press(button(en.funding.pay("250.00\u00a0USDC")));
      const title = en.templates[0]?.milestones[0]?.title ?? "";
      await milestone(page, title).getByText(en.status.Funded, { exact: true }).waitFor();
      await be("Amara");
      await press(button(`${en.actions.submit.label}: ${title}`));
      await page.getByRole("textbox", { name: en.actions.submit.message }).fill("Five articles.");
      await confirm("submit");
      await be("Inês");
      await press(button(`${en.actions.approve.label}: ${title}`));
      await confirm("approve");
      await milestone(page, title).getByText(en.status.Released, { exact: true }).waitFor();
      await visitor.picture("phone-paid");
      expect(await sideways(visitor)).to.equal(0);
    });
  });

  describe("with the keyboard alone", () => {
    let visitor: Visitor;
    let page: Page;

    before(async () => {
      const [client, freelancer] = [await world.as("Mateo"), await world.as("Yuki")];
      const agreement = world.agreement({ client: world.addressOf("Mateo"), freelancer: world.addressOf("Yuki") });
      const freelancerSignature = await freelancer.sign(agreement);
      await client.fund({ agreement, indices: [0], freelancerSignature });
      await freelancer.submit({ agreement, index: 0, deliverable: someHash });
      visitor = await world.visit();
      page = visitor.page;
    });
    after(() => world.sendAway());

    /** Goes on to something with the Tab key alone; wherever it comes by, one sees where it is. */
    async function tabTo(target: Locator, key = "Tab"): Promise<void> {
      for (let stops = 0; stops < 80; ++stops) {
        await page.keyboard.press(key);
        await becomes(() => page.evaluate(focusProblem), undefined);
        if (await target.evaluate((element) => element === document.activeElement)) return;
      }
      throw new Error(`The Tab key does not come to ${target}.`);
    }
    /** The focus comes to somewhere within something, and not to nowhere. */
    async function expectFocusIn(place: Locator): Promise<void> {
      await place.and(page.locator(":focus, :focus-within")).waitFor();
    }

    it("comes from the link that skips the frame to an account, and begins each view at its beginning", async () => {
      await page
        .getByRole("main")
        .getByRole("button", { name: /^Mateo / })
        .waitFor();
      await page.keyboard.press("Tab");
      await expectFocusIn(page.getByRole("button", { name: en.skip }));
      await becomes(() => page.evaluate(focusProblem), undefined);
      await page.keyboard.press("Enter");
      await expectFocusIn(page.getByRole("main"));
      await tabTo(page.getByRole("main").getByRole("button", { name: /^Mateo / }));
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { level: 1, name: en.account.title }).waitFor();
      await expectFocusIn(page.getByRole("main"));
      await becomes(() => page.title(), `${en.account.title} · MicroEscrow`);
      const need = page.getByRole("link", { name: en.account.need.answer });
      await need.waitFor();
      await tabTo(need);
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: en.timeline.title }).waitFor();
      await expectFocusIn(page.getByRole("main"));
      await becomes(() => page.title(), `${en.agreement.untitled} · MicroEscrow`);
    });

    it("opens a window, stays in it, and comes back to the button with Escape", async () => {
      const button = page.getByRole("button", { name: new RegExp(`^${en.actions.requestChanges.label}: `) });
      await tabTo(button);
      await page.keyboard.press("Enter");
      const dialog = page.getByRole("dialog");
      await dialog.waitFor();
      for (let stops = 0; stops < 6; ++stops) {
        await expectFocusIn(dialog);
        await page.keyboard.press("Tab");
        await becomes(() => page.evaluate(focusProblem), undefined);
      }
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
      await expectFocusIn(button);
    });

    it("approves, and loses its place neither in the window nor when that closes, nor on the way back", async () => {
      const button = page.getByRole("button", { name: new RegExp(`^${en.actions.approve.label}: `) });
      await tabTo(button, "Shift+Tab");
      await page.keyboard.press("Enter");
      const dialog = page.getByRole("dialog");
      const confirm = dialog.getByRole("button", { name: en.actions.approve.label, exact: true });
      await confirm.waitFor();
      await tabTo(confirm);
      await page.keyboard.press("Enter");
      // At what came of it: not at the beginning of the window, and not of the page.
      await dialog.locator(":focus").filter({ hasText: en.actions.approve.done }).waitFor();
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
      await button.waitFor({ state: "detached" });
      await expectFocusIn(page.getByRole("main"));
      await page.goBack();
      await page.getByRole("heading", { level: 1, name: en.account.title }).waitFor();
      await expectFocusIn(page.getByRole("main"));
      // A link of the frame stays where it is, but what is new is the view.
      await tabTo(page.getByRole("link", { name: en.nav.new }), "Shift+Tab");
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { level: 1, name: en.draft.title }).waitFor();
      await expectFocusIn(page.getByRole("main"));
      await becomes(() => page.title(), `${en.draft.title} · MicroEscrow`);
    });
  });

  describe("while the chain goes on", () => {
    afterEach(() => world.sendAway());

    it("says what the other party does, and shows it without a reload", async () => {
      const { agreement, signature } = await world.funded();
      const { page } = await world.come("Inês");
      await page.goto(await world.linkTo(agreement, { freelancer: signature }));
      const card = milestone(page, "Chapter one");
      await card.getByText(en.status.Funded, { exact: true }).waitFor();
      await page.getByRole("heading", { name: en.timeline.title }).waitFor();
      await becomes(() => page.title(), "A short book · MicroEscrow");
      await (await world.as("Amara")).submit({ agreement, index: 0, deliverable: someHash });
      await page
        .getByRole("status")
        .getByText(en.events.MilestoneSubmitted("Amara", "Chapter one", 1), { exact: true })
        .waitFor();
      await card.getByText(en.status.Submitted, { exact: true }).waitFor();
    });

    it("shows in an account what needs it as soon as it does", async () => {
      const { agreement } = await world.funded();
      const { page } = await world.come("Inês");
      const needs = page.locator(`a[href="#/agreement/${agreement.id}"]`, { hasText: en.account.need.answer });
      const rows = page.locator(`.agreements a[href="#/agreement/${agreement.id}"]`);
      await rows.waitFor();
      expect(await needs.count()).to.equal(0);
      await (await world.as("Amara")).submit({ agreement, index: 0, deliverable: someHash });
      await needs.waitFor();
      await rows.getByText(`1 × ${en.status.Submitted}`).waitFor();
      await (await world.as("Inês")).approve({ agreement, index: 0 });
      await needs.waitFor({ state: "detached" });
      await rows.getByText(`1 × ${en.status.Released}`).waitFor();
    });
  });

  describe("on a first visit", () => {
    /** Somebody's first visit, until a view is of use. */
    async function firstVisit(ready: string, options: BrowserContextOptions = {}) {
      const context = await world.browser.newContext({ locale: "en-US", ...options });
      const page = await context.newPage();
      const requests: Request[] = [];
      page.on("request", (request) => requests.push(request));
      await page.addInitScript(NAMES);
      await page.addInitScript((selectors) => {
        requestAnimationFrame(function look() {
          if (selectors.split(", ").every((one) => document.querySelector(one))) performance.mark("ready");
          else requestAnimationFrame(look);
        });
      }, ready);
      await page.goto(world.url);
      await page.waitForFunction(() => performance.getEntriesByName("ready").length > 0);
      const milliseconds = await page.evaluate(() => performance.getEntriesByName("ready")[0]?.startTime ?? 0);
      const bodies = requests.map(async (request) => {
        if (!["document", "script", "stylesheet"].includes(request.resourceType())) return 0;
        return gzipSync((await (await request.response())?.body()) ?? "").length;
      });
      const kilobytes = (await Promise.all(bodies)).reduce((sum, size) => sum + size, 0) / 1_000;
      const origins = [...new Set(requests.map((request) => new URL(request.url()).origin))];
      await context.close();
      return { milliseconds, kilobytes, origins };
    }

    it("is welcome within two seconds", async () => {
      let fastest = Number.POSITIVE_INFINITY;
      for (let count = 0; count < 5 && fastest >= 2_000; ++count) {
        fastest = Math.min(fastest, (await firstVisit("main h1, main .people button")).milliseconds);
      }
      figures.welcomeMilliseconds = fastest;
      expect(fastest).to.be.below(2_000);
    });

    for (const locale of ["en-US", "es-UY"]) {
      it(`loads less than 250 kB, also where it was an account before, and asks nobody else for anything (${locale})`, async () => {
        const { page } = await world.come("Inês");
        const storageState = await page.context().storageState();
        await world.sendAway();
        const welcome = await firstVisit("main h1, main .people button", { locale });
        const account = await firstVisit("main h1, .agreements a, .chart svg", { locale, storageState });
        figures[`kilobytes ${locale}`] = { welcome: welcome.kilobytes, account: account.kilobytes };
        for (const { kilobytes, origins } of [welcome, account]) {
          expect(kilobytes).to.be.within(50, 250);
          expect(origins).to.deep.equal([world.url]);
        }
      });
    }
  });

  describe("with 500 agreements", () => {
    const MANY = 500;
    let visitor: Visitor;
    let page: Page;
    const rows = () => page.locator(".agreements a");

    before(async () => {
      const agreements = await makeMany(world, MANY, { client: "Hanna", freelancer: "Diego", arbiter: "Oskar" });
      visitor = await world.visit();
      page = visitor.page;
      // They are kept in the browser too, as by who made them there; the demo's page keeps what its people have shared.
      await page.route(`**/${DEMO_PATH}`, async (route) => {
        const response = await route.fetch();
        const document = (await response.json()) as DemoDocument;
        const own = agreements.map((agreement) => toFile({ chainId: CHAIN, agreement, signatures: {}, contents: [] }));
        await route.fulfill({ response, json: { ...document, shares: [...document.shares, ...own] } });
      });
      await page.reload();
      await visitor.be("Hanna");
      await page.getByText(`Job ${MANY} of ${MANY}`).waitFor({ timeout: 60_000 });
      await page.unroute(`**/${DEMO_PATH}`);
    });

    it("lists them all, and then asks for what is new alone", async () => {
      const start = performance.now();
      await page.reload();
      await rows().nth(MANY).waitFor();
      const listed = performance.now() - start;
      await page.locator(".chart svg").waitFor();
      const asked = new Map<string, number>();
      page.on("request", (request) => {
        const calls = [request.postDataJSON() ?? []].flat() as { readonly method: string }[];
        for (const { method } of calls) asked.set(method, (asked.get(method) ?? 0) + 1);
      });
      const count = (method: string) => asked.get(`eth_${method}`) ?? 0;
      // It asks for the newest block again and again: by that, two times that the view is read again are over.
      await page.waitForRequest(() => count("getBlockByNumber") >= 20);
      Object.assign(figures, { listed, asked: Object.fromEntries(asked) });
      expect(count("getLogs")).to.be.within(1, 9);
      expect(count("call")).to.be.below(20);
      expect(listed).to.be.below(20_000);
    });

    it("scrolls to the end without a hitch that one would see", async () => {
      // Again when there was a hitch: the machine has other things to do, too.
      let smoothness: Smoothness | undefined;
      for (let attempt = 0; attempt < 10 && !isSmooth(smoothness); ++attempt) smoothness = await scrollThrough(page);
      figures.scrolling = smoothness;
      await rows().last().waitFor({ state: "visible" });
      expect(smoothness).to.satisfy(isSmooth);
    });

    it("opens one, and comes back, in less than a second", async () => {
      const turns: number[] = [];
      for (let attempt = 0; attempt < 10 && !turns.some((one) => one < 1_000); ++attempt) {
        const row = rows().nth(100 + attempt);
        await row.scrollIntoViewIfNeeded();
        const start = performance.now();
        await row.click();
        await page.locator(".milestone").first().waitFor();
        const opened = performance.now();
        await page.goBack();
        await rows().nth(MANY).waitFor();
        turns.push(Math.max(opened - start, performance.now() - opened));
      }
      figures.opened = turns;
      expect(Math.min(...turns)).to.be.below(1_000);
    });
  });
});
