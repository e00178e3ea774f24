/** The play of what happens by itself, as its users run it: a process with services of its own, whose books must balance. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import type { AutomationDocument } from "../../scripts/automation/run.ts";

const run = promisify(execFile);
const script = join(import.meta.dirname, "../../scripts/automation.ts");
const usdc = (amount: number) => String(BigInt(Math.round(amount * 100)) * 10_000n);

describe("demo:automation", () => {
  let played: AutomationDocument;
  before(async function () {
    this.timeout(300_000);
    const { stdout, stderr } = await run(process.execPath, [script, "--json"], { maxBuffer: 2 ** 24 });
    expect(stderr).to.equal("");
    played = JSON.parse(stdout);
  });

  it("shows all that was to happen", () => {
    expect(played.happened.map(({ what, isSo }) => [what, isSo])).to.deep.equal([
      ["work that its checks passed was paid after the challenge period, without anybody acting", true],
      ["a copy failed, with the reasons in the report", true],
      ["a model's proposal was appealed to a panel and overturned", true],
      ["a court's ruling was appealed there, and the second one carried out", true],
      ["200 milestones whose clocks ran out were finalized, each once, through two kills and an outage", true],
    ]);
  });

  it("pays what was agreed, ruled and due", () => {
    const row = (name: string, milestones: number, outcome: string, ...amounts: readonly [number, number, number]) => {
      const [freelancer = "", client = "", fees = ""] = amounts.map(usdc);
      return { name, milestones, outcome, freelancer, client, fees };
    };
    const { blog, shop, app, photos } = played.endings;
    expect(blog).to.deep.equal([
      row("Articles 1–5", 1, "ReviewExpired", 250, 0, 0),
      row("Articles 6–10", 1, "ReviewExpired", 250, 0, 0),
    ]);
    expect(shop).to.deep.equal([row("Bowl, cup and vase", 1, "Ruled", 524.7, 57.3, 18)]);
    expect(app).to.deep.equal([row("Testing", 1, "Ruled", 873, 0, 27)]);
    const sorted = [...photos].sort((a, b) => a.name.localeCompare(b.name));
    expect(sorted).to.deep.equal([
      row("Delivered", 120, "ReviewExpired", 588, 0, 12),
      row("Not delivered", 80, "WorkExpired", 0, 400, 0),
    ]);
    expect(played.books).to.deep.equal({ in: usdc(3_000), out: usdc(3_000), problems: [] });
  });

  it("tells why the verifier refused a copy", () => {
    const refused = played.story.find(({ who, text }) => who === "Verifier" && text.startsWith("Failed"));
    expect(refused?.text).to.equal(
      "Failed, back to Amara. 10-ask-the-dough.md: 129 of its 129 words (100%) stand elsewhere too, and at most 20% may.",
    );
    expect(refused?.transaction).to.match(/^0x[0-9a-f]{64}$/);
  });
});
