/** What the tests of the web app begin with: the page beside a chain of its own, people who come to it, and agreements of theirs. */
import {
  type Agreement,
  type DefineAgreementParameters,
  defineAgreement,
  type Hash,
  type Hex,
  MicroEscrow,
} from "@micro-escrow/sdk";
import { expect } from "chai";
import { type JsonRpcProvider, JsonRpcSigner } from "ethers";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { type Dapp, startDapp } from "../../scripts/dapp/serve.ts";
import { connect } from "../../scripts/demo/chain.ts";
import { DEMO_PATH, type Demo, type DemoDocument } from "../../sdk/examples/dapp/src/demo.ts";
import { en } from "../../sdk/examples/dapp/src/language/en.ts";
import { type Share, toFragment } from "../../sdk/examples/dapp/src/share.ts";
import { startBrowser, type Visitor, visit } from "./browser.ts";
import { install, type TestWallet, WALLET } from "./wallet.ts";

/** The chain of the demo, as wallets and links name it. */
export const CHAIN = 31_337;

/** What is there while a world is. */
interface Running {
  readonly dapp: Dapp;
  readonly browser: Browser;
  readonly provider: JsonRpcProvider;
  readonly demo: DemoDocument;
}

/** What goes into a link beside its agreement. */
export interface LinkOptions extends Partial<Pick<Share, "contents" | "settlement">> {
  /** The freelancer's signature. */
  readonly freelancer?: Hex;
}

/** A demo of its own, and who has come to it. It is there between {@link World.start} and {@link World.stop}. */
export class World {
  #running: Running | undefined;
  readonly #visitors = new Set<Visitor>();
  /** The demo's people who are there, by their names. */
  readonly #people = new Map<string, Visitor>();
  /** What the browsers of those who left had complained about. */
  #heard: string[] = [];

  /** Starts the demo, whose visitors come in a browser that is there already. */
  async start(browser: Browser): Promise<void> {
    const dapp = await startDapp();
    try {
      const demo: DemoDocument = await (await fetch(`${dapp.url}/${DEMO_PATH}`)).json();
      this.#running = { dapp, browser, demo, provider: connect(dapp.rpc) };
    } catch (error) {
      await dapp.stop();
      throw error;
    }
  }

  /** Sends everybody away, and ends the demo. */
  async stop(): Promise<void> {
    if (this.#running === undefined) return;
    const { dapp, provider } = this.#running;
    await this.sendAway();
    provider.destroy();
    await dapp.stop();
    this.#running = undefined;
  }

  get #here(): Running {
    if (this.#running === undefined) throw new Error("There is no world yet, or none any more.");
    return this.#running;
  }

  // -------------------------------------------------------------------------------------------------------- the page

  get browser(): Browser {
    return this.#here.browser;
  }

  /** The address of the page, without a slash at the end. */
  get url(): string {
    return this.#here.dapp.url;
  }

  /** Somebody who has never been there before, and has not said who they are. */
  async visit(options?: BrowserContextOptions): Promise<Visitor> {
    const visitor = await visit(this.browser, this.url, options);
    this.#visitors.add(visitor);
    return visitor;
  }

  /** One of the demo's people, each in a browser of their own; who is there already comes no second time. */
  async come(name: string): Promise<Visitor> {
    const there = this.#people.get(name);
    if (there !== undefined) return there;
    const visitor = await this.visit();
    this.#people.set(name, visitor);
    await visitor.be(name);
    return visitor;
  }

  /** Somebody who comes with a wallet, and connects it. */
  async comeWithWallet(account: string): Promise<{ readonly visitor: Visitor; readonly wallet: TestWallet }> {
    const visitor = await this.visit();
    const wallet = await install(visitor.page, account, CHAIN);
    await visitor.page.reload();
    await visitor.page.getByRole("main").getByRole("button", { name: WALLET }).click();
    await visitor.page.getByRole("heading", { level: 1, name: en.account.title }).waitFor();
    return { visitor, wallet };
  }

  /** Closes the browsers of all who are there: pages that are open go on asking the chain for what is new. */
  async sendAway(): Promise<void> {
    this.#heard.push(...[...this.#visitors].flatMap((visitor) => visitor.complaints()));
    const leave = async ({ page }: Visitor) => {
      const context = page.context();
      // A test's answer to a request may be under way, and has nobody any more whom it could be given to.
      for (const open of context.pages()) await open.unrouteAll({ behavior: "ignoreErrors" });
      await context.close();
    };
    await Promise.all([...this.#visitors].map(leave));
    this.#visitors.clear();
    this.#people.clear();
  }

  /** What browsers complained about since it was asked last, and no test has asked for. */
  complaints(): readonly string[] {
    const all = [...this.#heard, ...[...this.#visitors].flatMap((visitor) => visitor.complaints())];
    this.#heard = [];
    return all;
  }

  // ------------------------------------------------------------------------------------------------------- the chain

  get provider(): JsonRpcProvider {
    return this.#here.provider;
  }

  get token(): Demo["token"] {
    return this.#here.demo.token;
  }

  /** The address of one of the people. */
  addressOf(name: string): string {
    const person = this.#here.demo.people.find((one) => one.name === name);
    if (person === undefined) throw new Error(`The demo has no ${name}.`);
    return person.address;
  }

  /** The escrow, as one of the people. */
  as(name: string): Promise<MicroEscrow> {
    return MicroEscrow.connect(new JsonRpcSigner(this.provider, this.addressOf(name)));
  }

  /** An agreement of Inês, Amara and Tomasz about two chapters of 100 USDC each, unless said otherwise. */
  agreement(changes: Partial<DefineAgreementParameters> = {}): Agreement {
    return defineAgreement({
      client: this.addressOf("Inês"),
      freelancer: this.addressOf("Amara"),
      arbiter: this.addressOf("Tomasz"),
      token: this.token,
      scope: { title: "A short book", milestones: ["Chapter one", "Chapter two"] },
      milestones: [
        { amount: "100", work: "14 days" },
        { amount: "100", work: "14 days" },
      ],
      ...{ review: "7 days", rework: "7 days", arbitration: "14 days", arbiterFee: "3%" },
      ifArbiterIsSilent: "50% to the freelancer",
      fundBy: new Date(Date.now() + 100 * 86_400_000),
      ...changes,
    });
  }

  /** An agreement whose first milestone is funded, and the freelancer's signature of it. */
  async funded(
    changes?: Partial<DefineAgreementParameters>,
  ): Promise<{ readonly agreement: Agreement; readonly signature: Hex }> {
    const agreement = this.agreement(changes);
    const signature = await (await this.as("Amara")).sign(agreement);
    await (await this.as("Inês")).fund({ agreement, indices: [0], freelancerSignature: signature });
    return { agreement, signature };
  }

  /** One whose first milestone is funded, and for which something was handed in, by its hash. */
  async submitted(
    deliverable: Hash,
    changes?: Partial<DefineAgreementParameters>,
  ): Promise<{ readonly agreement: Agreement; readonly signature: Hex }> {
    const { agreement, signature } = await this.funded(changes);
    await (await this.as("Amara")).submit({ agreement, index: 0, deliverable });
    return { agreement, signature };
  }

  /** A link to an agreement. */
  async linkTo(agreement: Agreement, { freelancer, contents = [], settlement }: LinkOptions = {}): Promise<string> {
    const fragment = await toFragment({
      ...{ chainId: CHAIN, agreement, contents },
      signatures: freelancer === undefined ? {} : { freelancer },
      ...(settlement && { settlement }),
    });
    if (fragment === undefined) throw new Error("It is too much for a link.");
    return `${this.url}/#/open/${fragment}`;
  }
}

/**
 * In a `describe`: starts worlds and a Chromium before its tests, and ends them after. What a browser complains about in a test
 * fails it, unless the test has asked for it.
 */
export function setUp(...worlds: readonly World[]): void {
  let browser: Browser | undefined;
  before(async () => {
    const started = await startBrowser();
    browser = started;
    await Promise.all(worlds.map((world) => world.start(started)));
  });
  afterEach(function () {
    const complaints = worlds.flatMap((world) => world.complaints());
    // What failed has said why; and a hook that fails ends all tests.
    if (this.currentTest?.state !== "failed") expect(complaints).to.deep.equal([]);
  });
  after(async () => {
    await Promise.all(worlds.map((world) => world.stop()));
    await browser?.close();
  });
}
