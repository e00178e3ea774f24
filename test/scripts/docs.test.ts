/** `npm run docs`: every export and every function of the contract has its page, and what the pages say is what code says. */
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { escrowInterface } from "@micro-escrow/sdk";
import { expect } from "chai";
import ts from "typescript";
import { entriesOf } from "../../scripts/docs/site.ts";

const root = join(import.meta.dirname, "../..");

describe("npm run docs", function () {
  this.timeout(180_000);

  let out: string;
  let printed: string;
  /** The pages of the site, by their paths in it. */
  let pages: readonly string[];

  before(async () => {
    out = await mkdtemp(join(tmpdir(), "micro-escrow-docs-"));
    // It fails when TypeDoc warns of anything.
    const { stdout } = await promisify(execFile)(process.execPath, ["scripts/docs.ts", "--out", out], { cwd: root });
    printed = stdout;
    pages = (await readdir(join(out, "site"), { recursive: true })).filter((file) => file.endsWith(".html"));
  });

  after(() => rm(out, { recursive: true, force: true }));

  const functions: string[] = [];
  escrowInterface.forEachFunction(({ name }) => void functions.push(name));
  const pageOf = (name: string) => readFile(join(out, `contract/${name}.md`), "utf8");

  it("has a page for each export of each entry", async () => {
    const entries = await entriesOf();
    const program = ts.createProgram([...entries.values()], { module: ts.ModuleKind.NodeNext, skipLibCheck: true });
    const checker = program.getTypeChecker();
    const missing: string[] = [];
    let count = 0;
    for (const [entry, file] of entries) {
      const source = program.getSourceFile(file) ?? expect.fail(`${file} is not there`);
      const module = checker.getSymbolAtLocation(source) ?? expect.fail(`${file} exports nothing`);
      for (const { name } of checker.getExportsOfModule(module)) {
        count++;
        const ending = `/${entry.replaceAll(/[^\w-]/g, "_")}.${name}.html`;
        if (!pages.some((page) => page.endsWith(ending))) missing.push(`${entry}: ${name}`);
      }
    }
    expect(missing).to.deep.equal([]);
    expect(printed).to.include(`${functions.length} functions of the contract and ${count} exports of the SDK`);
  });

  it("has a page for each guide and for each function of the contract, and lists the functions", async () => {
    const written = await readdir(join(out, "contract"));
    expect(written.sort()).to.deep.equal([...functions, "index"].map((name) => `${name}.md`).sort());
    const index = await pageOf("index");
    for (const name of functions) {
      expect(pages).to.include(join("documents", `Contract.${name}.html`));
      expect(index).to.include(`| [${name}](${name}.md) |`);
    }
    const guides = pages.filter((page) => page.startsWith("documents") && !page.includes("Contract"));
    expect(guides).to.have.length((await readdir(join(root, "sdk/docs"))).length);
  });

  it("says who, when and what it pays, as the protocol has it", async () => {
    const approve = await pageOf("approve");
    for (const status of ["Funded", "Submitted", "ChangesRequested", "Disputed"]) {
      expect(approve).to.include(
        `| ${status} | client | at any time | Released (Approved) | 20 to the platform (claimable), 980 to the freelancer |`,
      );
    }
    expect(await pageOf("rule")).to.include(
      "| Disputed | 600 to the freelancer | arbiter | before the clock | Resolved (Ruled) | 30 to the arbiter (claimable), 12 to the platform (claimable), 588 to the freelancer, 370 to the client |",
    );
    const finalize = await pageOf("finalize");
    expect(finalize).to.include(
      "| Funded | anybody | from the clock on | Refunded (WorkExpired) | 1000 to the client |",
    );
    expect(finalize).to.include(
      "| Disputed | anybody | from the clock on | Resolved (ArbitrationExpired) | 10 to the platform (claimable), 490 to the freelancer, 500 to the client |",
    );
    const dispute = await pageOf("dispute");
    expect(dispute).to.include("| Submitted | client | before the clock | Disputed |");
    expect(dispute).to.include("| ChangesRequested | freelancer | before the clock | Disputed |");
    expect(await pageOf("fund")).to.include("| None | both consented before | anybody | before `fundBy` | Funded |");
  });

  it("lists exactly what code can lead to, and what NatSpec requires", async () => {
    const lines = (page: string, title: string) => {
      const [, section = ""] = page.split(`\n## ${title}\n`);
      return section.split("\n## ")[0]?.trim().split("\n") ?? [];
    };
    const names = (page: string, title: string) => lines(page, title).map((line) => /^- `(\w+)`/.exec(line)?.[1]);
    const submit = await pageOf("submit");
    expect(names(submit, "Events")).to.deep.equal(["MilestoneSubmitted"]);
    expect(names(submit, "Errors")).to.have.members([
      ...["ReentrancyGuardReentrantCall", "Unauthorized", "SignatureExpired", "InvalidSignature", "WrongStatus"],
      ...["ClockRanOut", "TooManySubmissions"],
    ]);
    expect(lines(submit, "Requirements")).to.deep.equal([
      "- the status is Funded or ChangesRequested, before the clock;",
      "- fewer than 255 submissions were made;",
      "- the freelancer authorizes it: `Submit(agreement,milestone,submission,deliverable,deadline)`.",
    ]);
    expect(names(await pageOf("withdraw"), "Events")).to.deep.equal(["Withdrawn"]);
    expect(lines(await pageOf("scheduleHash"), "Errors")).to.deep.equal([""]);
  });

  it("has what no page may be without: for each function a sentence, the SDK's way to call it, and its gas", async () => {
    for (const name of functions) {
      const page = await pageOf(name);
      expect(page, name).to.match(new RegExp(`^---\ntitle: ${name}\n---\n\n# ${name}\n\n[A-Z].+\\.$`, "m"));
      expect(page, name).to.match(/\n## In the SDK\n\n- \{@link @micro-escrow\/sdk!\w+/);
      expect(page, name).to.match(/\n## Gas\n\n\| what \| status \| gas \|\n\| --- \| --- \| ---: \|\n\| /);
      expect(page, name).not.to.match(/undefined|\[object|Requirements:/);
    }
  });
});
