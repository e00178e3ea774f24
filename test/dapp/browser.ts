/** A real Chromium, with people in it: each has a context of their own, as on a device of their own. */
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { PATIENCE } from "./waiting.ts";

/** Where a Chromium commonly is; another place is named in the environment. */
const PLACES = [
  process.env.CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/** What runs the tests names functions in functions by a helper of its own, which pages do not have. */
export const NAMES = "globalThis.__name = (target) => target";

/** Screenshots are left there, to be looked at. */
export const PICTURES = join(import.meta.dirname, "../../coverage/dapp");

/** Starts Chromium, which asks nobody for anything by itself. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = PLACES.find((place) => place !== undefined && existsSync(place));
  if (executablePath === undefined) {
    throw new Error(
      "There is no Chromium. Install it (apt-get install chromium), or name it: CHROMIUM=/path/to/chrome.",
    );
  }
  const args = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
  return chromium.launch({ executablePath, args });
}

/** Somebody at the page. */
export interface Visitor {
  readonly page: Page;
  /** What the browser complained about since it was asked last: errors, refusals by the page's policy, requests to elsewhere. */
  complaints(): readonly string[];
  /** Becomes one of the demo's people. */
  be(name: string): Promise<void>;
  /** Goes to a view by what stands behind the # in its address. */
  go(view: string): Promise<void>;
  /** Keeps a picture of what is seen: the whole page, or what is in the window. */
  picture(name: string, isWhole?: boolean): Promise<void>;
}

/**
 * A new visitor, who has never been there before.
 *
 * @param url Of the page.
 */
export async function visit(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visitor> {
  const context = await browser.newContext({ locale: "en-US", viewport: { width: 1_100, height: 900 }, ...options });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  let heard: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") heard.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", ({ message }) => heard.push(`uncaught: ${message}`));
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== url && protocol !== "blob:") heard.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  return {
    page,
    complaints() {
      const all = heard;
      heard = [];
      return all;
    },
    async be(name) {
      const frame = page.getByRole("banner");
      await frame.getByRole("button").first().click();
      const person = page.getByRole("dialog").getByRole("button", { name: new RegExp(`^${name} `) });
      await person.click();
      await person.waitFor({ state: "detached" });
    },
    async go(view) {
      await page.goto(`${url}/#${view}`);
    },
    async picture(name, isWhole = true) {
      await mkdir(PICTURES, { recursive: true });
      await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: isWhole });
    },
  };
}
