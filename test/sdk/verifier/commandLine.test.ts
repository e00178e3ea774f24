/** Work checked at a terminal, before it is submitted. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineAgreement } from "@micro-escrow/sdk";
import { writeAgreement } from "@micro-escrow/sdk/node";
import { expect } from "chai";
import { parameters } from "../pure.ts";
import { runCommand } from "../terminal.ts";

describe("micro-escrow check", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "micro-escrow-check-"));
    const checks = [
      { kind: "words", in: "*.md", atLeast: 3 },
      { kind: "original", in: "*.md", phrase: 3 },
    ] as const;
    const milestones = parameters.milestones.map((_, index) => ({ title: `Part ${index + 1}`, checks }));
    await writeAgreement(
      join(folder, "agreement.json"),
      defineAgreement({ ...parameters, scope: { title: "Blog", milestones } }),
    );
    await mkdir(join(folder, "work"));
    await writeFile(join(folder, "work/a.md"), "It rises slowly and well.");
  });
  afterEach(() => rm(folder, { recursive: true }));

  const check = (...args: readonly string[]) =>
    runCommand(["check", join(folder, "agreement.json"), "1", ...args], { home: folder });

  it("says that the work passes, without an endpoint or a key", async () => {
    const { code, out } = await check(join(folder, "work"));
    expect(code).to.equal(0);
    expect(out)
      .to.match(/^# The work passes\.\n/)
      .and.include("a.md has 5 to 5 words.");
  });

  it("says why it does not, and ends with another exit code", async () => {
    await writeFile(join(folder, "work/b.md"), "It rises slowly.");
    const { code, out, err } = await check(join(folder, "work"));
    expect(code).to.equal(3);
    expect(out).to.include("b.md: 3 of its 3 words (100%) stand elsewhere too, and at most 20% may.");
    expect(err).to.equal("The verifier would fail this work.\n");
    const json = JSON.parse((await check(join(folder, "work"), "--json")).out);
    expect([json.error.code, json.error.report.verdict]).to.deep.equal(["ChecksNotPassed", "failed"]);
  });

  it("compares with other work, and gives one file without a manifest the name that it has for the verifier", async () => {
    await mkdir(join(folder, "before"));
    await writeFile(join(folder, "before/old.md"), "It rises slowly and well.");
    const copied = await check(join(folder, "work"), "--compare", join(folder, "before"));
    expect(copied.code).to.equal(3);
    expect(copied.out).to.include("In old.md (before) too: 'It rises slowly and well'.");
    const { out } = await check(join(folder, "work/a.md"));
    expect(out).to.include("No file fits '\\*.md'.");
  });
});
