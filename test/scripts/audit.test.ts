/** The report of `npm run audit`: it says no more than what ran. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { type Check, checks } from "../../scripts/audit/checks.ts";
import { type Result, verdictOf, writeReport } from "../../scripts/audit/report.ts";

const root = join(import.meta.dirname, "../..");

describe("The audit's", () => {
  const subject = {
    commit: "commit 1234, with uncommitted changes",
    initCodeHash: "0xaa",
    address: "0xbb",
    machine: "2 cores",
    started: new Date(0),
  };
  const named = (name: string) => checks.find((check) => check.name === name) as Check;
  const result = (name: string, exitCode: number | null, output: string, seconds = 61): Result => {
    const check = named(name);
    return { check, verdict: verdictOf(check, exitCode, output), seconds, output };
  };
  const row = (report: string, name: string) => report.split("\n").find((line) => line.startsWith(`| ${name} |`));

  it("checks are scripts of package.json, each once", async () => {
    const { scripts } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
    expect(Object.keys(scripts)).to.include.members(checks.map(({ script }) => script));
    expect(new Set(checks.map(({ name }) => name)).size).to.equal(checks.length);
  });

  it("options reach what they shorten through a script that runs another", async () => {
    const { scripts } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
    const commands = checks
      .filter(({ shortened }) => shortened?.options !== undefined)
      .map(({ script }): string => scripts[script].split(" && ").at(-1));
    const others = commands.filter((command) => /\bnpm run\b/.test(command));
    expect(others).to.not.be.empty;
    // npm takes for its own what stands before it.
    for (const command of others) expect(command).to.match(/ --$/);
  });

  it("conclusion counts what passed, failed, could not run in full, and was left out", () => {
    const results = [
      result("gas", 0, "| step | gas |"),
      result("demo", 1, "  The books do not balance"),
      result("coverage", null, "killed"),
      result("prove", 0, "NOT PROVED  close\n\nNothing was proved: no Python."),
    ];
    const report = writeReport(subject, results, checks);
    expect(report).to.include(
      `**1 of ${checks.length} checks passed, 2 failed, 1 could not run in full on this machine, ${checks.length - 4} left out.**`,
    );
    expect(row(report, "gas")).to.include("| passed | 1:01 |");
    expect(row(report, "demo")).to.include("| FAILED | 1:01 |");
    expect(row(report, "coverage")).to.include("| FAILED |");
    expect(row(report, "prove")).to.include("| NOT RUN in part |");
    expect(row(report, "mutate")).to.include("| left out |");
    expect(report).to.include("took 4:04").and.to.include(subject.commit).and.to.include("NOT PROVED  close");
  });

  it("section of a failed check ends with what it wrote last", () => {
    const report = writeReport(subject, [result("lint", 1, "one\ntwo\nsdk/src/model.ts:1 is wrong\n")], checks);
    expect(report).to.include("```text\n…\none\ntwo\nsdk/src/model.ts:1 is wrong\n```");
  });

  it("numbers of the tests are counted from their output", () => {
    const output = [
      "    ✔ testFuzz_Approve(uint256) (runs: 10000)",
      "    ✔ testFuzz_Refund(uint256,uint256) (runs: 10000)",
      "    ✔ testFuzz_Short(uint256) (runs: 1000)",
      "move                     succeeded failed    ",
      "accept                         212        43 ",
      "permit + fund                  109      1149 ",
      "finalize, starved                3         2 ",
      "calls of the escrow: 302500",
      "status 0 -> 1: 822",
      "  545 passing",
      "      seed: 2027 (repeat with SEED=2027)",
      "      60 traces, 2819 steps",
      "  887 passing (3m)",
    ].join("\n");
    const report = writeReport(subject, [result("tests", 0, output)], checks);
    expect(report).to.include("- Fuzz properties that held in 10,000 runs each: 2.\n");
    expect(report).to.include("- Fuzz properties that held in 1,000 runs each: 1.\n");
    expect(report).to.include(
      "- 302,500 calls of the escrow in the invariants' fixed sequences; " +
        'of 3 kinds of moves the rarest ("finalize, starved") 5 times.\n',
    );
    expect(report).to.include(
      "```text\n  545 passing\n      seed: 2027 (repeat with SEED=2027)\n      60 traces, 2819 steps\n  887 passing (3m)\n```",
    );
  });

  it("commands stand as a person types them, with what shortens them", () => {
    const report = writeReport(subject, [], checks);
    expect(row(report, "tests")).to.include("| `FUZZ_RUNS=3000 npm run test:deep` |");
    expect(row(report, "mutate")).to.include("| `npm run mutate -- --sample 40 --seed 2` |");
    expect(row(report, "prove")).to.include("| `npm run prove` |");
  });

  it("mutants that survive without a reason are quoted", () => {
    const output = "1060 of 1060 mutants of contracts/MicroEscrow.sol\nM12ab34 (money) survives and is not listed.\n";
    const report = writeReport(subject, [result("mutate", 1, output)], checks);
    expect(report).to.include("\nM12ab34 (money) survives and is not listed.\n");
  });
});
