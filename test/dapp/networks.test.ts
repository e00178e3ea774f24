/** The page as whoever changes it has it: on Vite's server, where React does everything twice, with several networks. */
import { join } from "node:path";
import { expect } from "chai";
import type { Browser, Page } from "playwright-core";
import { createServer, type ViteDevServer } from "vite";
import { type Dapp, startDapp } from "../../scripts/dapp/serve.ts";
import { en } from "../../sdk/examples/dapp/src/language/en.ts";
import { networksOf } from "../../sdk/examples/dapp/src/networks.ts";
import { startBrowser } from "./browser.ts";

const [localhost, other] = networksOf("development");

describe("The web app on several networks", function () {
  this.timeout(120_000);
  let dapp: Dapp;
  let browser: Browser;
  let server: ViteDevServer;
  let url: string;

  before(async () => {
    const root = join(import.meta.dirname, "../../sdk/examples/dapp");
    [dapp, browser, server] = await Promise.all([
      startDapp(),
      startBrowser(),
      createServer({ root, mode: "development", logLevel: "silent", server: { host: "127.0.0.1", port: 0 } }),
    ]);
    await server.listen();
    url = server.resolvedUrls?.local[0] ?? "";
  });
  after(async () => {
    await server?.close();
    await browser?.close();
    await dapp?.stop();
  });

  /** Somebody at the page: the node is behind the network "localhost", and behind every other nothing. */
  async function come(): Promise<Page> {
    const context = await browser.newContext({ locale: "en-US" });
    context.setDefaultTimeout(20_000);
    const page = await context.newPage();
    await page.route(/^https:/, (route) => route.abort("connectionrefused"));
    await page.route(new URL("/", localhost.rpc).href, async (route) => {
      const headers = { "content-type": "application/json" };
      const response = await fetch(dapp.rpc, { method: "POST", headers, body: route.request().postData() });
      const body = await response.text();
      await route.fulfill({ body, headers: { ...headers, "access-control-allow-origin": "*" } });
    });
    await page.goto(`${url}#/new`);
    return page;
  }

  it("connects, though React begins everything twice", async () => {
    const page = await come();
    await page.getByRole("heading", { name: en.draft.title }).waitFor();
    await page.context().close();
  });

  it("is there again when its user comes back from a network that does not answer", async () => {
    const page = await come();
    const form = page.getByRole("heading", { name: en.draft.title });
    await form.waitFor();
    const choice = page.getByRole("combobox", { name: en.network });
    await choice.selectOption(String(other?.chainId));
    await page
      .getByRole("alert")
      .getByText(en.cannotConnect(String(other?.name)))
      .waitFor();
    expect(await form.count()).to.equal(0);
    await choice.selectOption(String(localhost.chainId));
    await form.waitFor();
    expect(await page.getByRole("alert").count()).to.equal(0);
    await page.context().close();
  });
});
