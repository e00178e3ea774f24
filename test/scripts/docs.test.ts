/** `npm run docs`: every export and every function of the contracts has its page, and what the pages say is what code says. */
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { escrowInterface } from "@micro-escrow/sdk";
import { signedFundingInterface } from "@micro-escrow/sdk/gasless";
import { expect } from "chai";
import { FunctionFragment, type Interface } from "ethers";
import ts from "typescript";
import { entriesOf } from "../../scripts/docs/site.ts";

const root = join(import.meta.dirname, "../..");

/** The names that a module exports; each stands in the file itself, which nothing beside it has to be read for. */
async function exportsOf(file: string): Promise<ReadonlySet<string>> {
  const { statements } = ts.createSourceFile(file, await readFile(file, "utf8"), ts.ScriptTarget.Latest);
  const names = statements.flatMap((statement): (string | undefined)[] => {
    if (ts.isExportDeclaration(statement)) {
      const { exportClause } = statement;
      if (exportClause === undefined || !ts.isNamedExports(exportClause))
        expect.fail(`${file} exports what it does not name`);
      return exportClause.elements.map(({ name }) => name.text);
    }
    const isExported =
      ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (!isExported) return [];
    if (!ts.isVariableStatement(statement)) return [(statement as ts.DeclarationStatement).name?.text];
    return statement.declarationList.declarations.map(({ name }) => (ts.isIdentifier(name) ? name.text : undefined));
  });
  return new Set(names.map((name) => name ?? expect.fail(`${file} exports something without a name`)));
}

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

  const functionsOf = (contract: Interface) =>
    contract.fragments.flatMap((fragment) => (fragment instanceof FunctionFragment ? [fragment] : []));
  const all = [escrowInterface, signedFundingInterface].flatMap(functionsOf);
  const functions = all.map(({ name }) => name);
  const pageOf = (name: string) => readFile(join(out, `contract/${name}.md`), "utf8");

  it("has a page for each export of each entry, or leads to it where it is another entry's too", async () => {
    const entries = await entriesOf();
    const missing: string[] = [];
    let count = 0;
    for (const [entry, file] of entries) {
      const module = entry.replaceAll(/[^\w-]/g, "_");
      const index = await readFile(join(out, `site/modules/${module}.html`), "utf8");
      for (const name of await exportsOf(file)) {
        count++;
        const hasPage = pages.some((page) => page.endsWith(`/${module}.${name}.html`));
        const [, elsewhere = ""] = new RegExp(`href="\\.\\./([^"]+\\.${name}\\.html)"`).exec(index) ?? [];
        if (!hasPage && !pages.includes(elsewhere)) missing.push(`${entry}: ${name}`);
      }
    }
    expect(missing).to.deep.equal([]);
    expect(printed).to.include(`${functions.length} functions of the contracts and ${count} exports of the SDK`);
  });

  it("has a page for each guide and for each function of the contracts, and lists the functions", async () => {
    const written = await readdir(join(out, "contract"));
    expect(written.sort()).to.deep.equal([...functions, "index"].map((name) => `${name}.md`).sort());
    const index = await pageOf("index");
    for (const name of functions) {
      expect(pages).to.include(join("documents", `Contracts.${name}.html`));
      expect(index).to.include(`| [${name}](${name}.md) |`);
    }
    const guides = pages.filter((page) => page.startsWith("documents") && !page.includes("Contracts"));
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

    for (const name of ["fundWithAuthorization", "fundWithPermit2"]) {
      const page = await pageOf(name);
      expect(names(page, "Errors"), name).to.have.members([
        ...["AmountNotTaken", "ReentrancyGuardReentrantCall", "SafeERC20FailedOperation", "UnexpectedBalance"],
      ]);
      expect(lines(page, "Parameters").slice(2), name).to.deep.equal([
        "| `funding` | `Funding` | What is funded, and the consents that are needed for it. |",
        "| `payment` | `Payment` | The transfer that the client signed, from itself to this contract. |",
      ]);
    }
    expect(lines(await pageOf("fundWithPermit2"), "Requirements")).to.deep.equal([
      "- the client's allowance of the token to Permit2 covers the amount;",
      "- Permit2 takes the client's signature over exactly this;",
      "- the amount is the sum of the milestones, and arrives whole;",
      "- everything that [accept](accept.md) requires, when there is a client's signature;",
      "- everything that [fund](fund.md) requires.",
    ]);
    expect(lines(await pageOf("ESCROW"), "Errors")).to.deep.equal([""]);
  });

  it("has what no page may be without: for each function a sentence, the SDK's way to call it, and its gas", async () => {
    for (const { name, constant } of all) {
      const page = await pageOf(name);
      const of = signedFundingInterface.hasFunction(name) ? "Of the contract SignedFunding.\n\n" : "";
      expect(page, name).to.match(new RegExp(`^---\ntitle: ${name}\n---\n\n# ${name}\n\n${of}[A-Z].+\\.$`, "m"));
      expect(page, name).to.match(/\n## In the SDK\n\n- \{@link @micro-escrow\/sdk(\/gasless)?!\w+/);
      // Of SignedFunding's views nothing is measured.
      const gas =
        /\n## Gas\n\n\| what \|( status \|)? gas \|\n\| --- \|( --- \|)? ---: \|\n\| [^|]+ \|( [^|]+ \|)? [\d,]+ \|\n/;
      if (of === "" || !constant) expect(page, name).to.match(gas);
      expect(page, name).not.to.match(/undefined|\[object|Requirements:/);
    }
  });
});
