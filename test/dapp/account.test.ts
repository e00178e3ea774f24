/** What somebody reads about their money: when it moved and how much, on the page and as a file; and where they were reading. */
import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { formatOf } from "../../sdk/examples/dapp/src/format.ts";
import { en } from "../../sdk/examples/dapp/src/language/en.ts";
import { becomes, read } from "./waiting.ts";
import { setUp, World } from "./world.ts";

const DAY = 86_400;

describe("The web app's account", function () {
  this.timeout(120_000);
  const world = new World();
  setUp(world);
  afterEach(() => world.sendAway());

  it("says what moved when, by the clock of the blocks, on the page and in the statement", async () => {
    // A test lab that has paid nobody before.
    const [lab, amara] = [await world.as("Fieldtest"), await world.as("Amara")];
    const agreement = world.agreement({ client: world.addressOf("Fieldtest") });
    const freelancerSignature = await amara.sign(agreement);
    /** What the chain's clock says once something has happened, after some days. */
    const later = async (days: number, act: () => Promise<unknown>) => {
      await world.provider.send("evm_increaseTime", [days * DAY]);
      await act();
      return lab.getTime();
    };
    const funded = await later(1, () => lab.fund({ agreement, indices: [0], freelancerSignature }));
    const advanced = await later(9, () => lab.advance({ agreement, index: 0, amount: 25_000_000n }));
    // Between the two there is one block alone, and to the next there are many.
    await world.provider.send("hardhat_mine", ["0x40"]);
    const refunded = await later(2, () => amara.refund({ agreement, index: 0 }));

    const { page } = await world.come("Fieldtest");
    await page.getByText(en.chart.table).click();
    const { time } = formatOf("en-US");
    const rows = page.getByRole("region", { name: en.chart.title("USDC") }).getByRole("row");
    await becomes(
      async () => Promise.all((await rows.all()).map(read)),
      [
        [en.chart.time, en.chart.held, en.chart.earned, en.chart.paid],
        [time(refunded), "0.00", "0.00", "25.00"],
        [time(advanced), "75.00", "0.00", "100.00"],
        [time(funded), "100.00", "0.00", "100.00"],
      ].map((cells) => cells.join(" ").replace(/\s+/g, " ")),
    );

    const statement = page.getByRole("button", { name: en.account.statement });
    const [saved] = await Promise.all([page.waitForEvent("download"), statement.click()]);
    expect(saved.suggestedFilename()).to.equal(`statement-${world.addressOf("Fieldtest")}.csv`);
    const [header = "", ...lines] = (await readFile(await saved.path(), "utf8")).trim().split("\r\n");
    const names = header.replaceAll('"', "").split(",");
    const cell = (line: string, name: string) => line.replaceAll('"', "").split(",")[names.indexOf(name)];
    const date = (seconds: number) => new Date(seconds * 1_000).toISOString();
    expect(
      lines.map((line) => ["date", "event", "symbol", "net", "balance"].map((name) => cell(line, name))),
    ).to.deep.equal([
      [date(funded), "funded", "USDC", "100", "-100"],
      [date(refunded), "refunded", "USDC", "75", "75"],
    ]);
  });

  it("goes back to where its reader was, and begins another page at its beginning", async () => {
    const { page } = await world.come("Amara");
    await page.setViewportSize({ width: 900, height: 400 });
    await page.getByText(en.chart.table).waitFor();
    const place = () => page.evaluate(() => window.scrollY);
    await page.evaluate(() => window.scrollTo(0, 300));
    await becomes(place, 300);
    // Whoever presses what is seen does not scroll.
    await page
      .getByRole("link", { name: /Crumb/ })
      .last()
      .evaluate((link: HTMLElement) => link.click());
    await page.getByRole("heading", { name: en.timeline.title }).waitFor();
    await becomes(place, 0);
    await page.goBack();
    await page.getByText(en.chart.table).waitFor();
    await becomes(place, 300);
    await page.goForward();
    await page.getByRole("heading", { name: en.timeline.title }).waitFor();
    await becomes(place, 0);
  });
});
