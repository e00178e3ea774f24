/** Of `npm run audit:static`, what costs nothing and so is looked at in every test run. */
import { expect } from "chai";
import { compiler, readBuilds } from "../../scripts/static/compiler.ts";
import { lineOf, triaged } from "../../scripts/static/findings.ts";

describe("The compiler", () => {
  it("warns of nothing in our own files that .github/STATIC.md does not explain", async function () {
    this.timeout(30_000);
    const explained = (await triaged()).filter(({ tool }) => tool === "Compiler");
    expect((await compiler(await readBuilds())).map(lineOf)).to.have.members(explained.map(lineOf));
  });
});
