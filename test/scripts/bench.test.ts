/** The bench's own parts: its arithmetic, its tables, and that its readers read the same. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { inMarkdown } from "../../scripts/bench/report.ts";
import { figuresOf, gasOf, isWorse, sizesOf } from "../../scripts/bench/run.ts";
import { checkCounts, measureHistory } from "../../scripts/bench/sdk/measure.ts";
import { measureInstalled, measurePage } from "../../scripts/bench/sdk/size.ts";
import { compare, median } from "../../scripts/bench/sdk/speed.ts";
import { startWorld } from "../../scripts/bench/sdk/world.ts";
import { closure } from "../../scripts/lockfile.ts";

describe("bench", () => {
  describe("a figure of ours", () => {
    const known = { gas: 100, bytes: 10, compressed: 5 };

    it("is worse when any of its numbers is more than on record, and not when it is equal or less", () => {
      expect(figuresOf("here", { A: known }, { A: known }).filter(isWorse)).to.deep.equal([]);
      expect(figuresOf("here", { A: { ...known, gas: 99 } }, { A: known }).filter(isWorse)).to.deep.equal([]);
      for (const unit of ["gas", "bytes", "compressed"] as const) {
        const worse = figuresOf("here", { A: { ...known, [unit]: known[unit] + 1 } }, { A: known }).filter(isWorse);
        expect(worse).to.deep.equal([{ what: `${unit}, A here`, measured: known[unit] + 1, known: known[unit] }]);
      }
    });

    it("is worse when it is not on record", () => {
      expect(figuresOf("here", { A: known }, {}).filter(isWorse)).to.have.length(3);
      expect(sizesOf({ page: { withoutEthers: 1, withEthers: 2 } }).filter(isWorse)).to.have.length(2);
      expect(gasOf("Arbiter", { call: 1 }).filter(isWorse)).to.have.length(1);
    });

    it("is worse when a call of an arbiter costs more gas, and not when it costs as much", () => {
      expect(gasOf("Arbiter", { call: 100 }, { call: 100 }).filter(isWorse)).to.deep.equal([]);
      expect(gasOf("Arbiter", { call: 101 }, { call: 100 }).filter(isWorse)).to.deep.equal([
        { what: "gas, call of Arbiter", measured: 101, known: 100 },
      ]);
    });

    it("may be half a percent more where it is the size of a script", () => {
      const recorded = { page: { withoutEthers: 10_000, withEthers: 20_000 } };
      const worse = (withoutEthers: number, withEthers: number) =>
        sizesOf({ page: { withoutEthers, withEthers } }, recorded).filter(isWorse).length;
      expect([worse(10_050, 20_100), worse(10_051, 20_100), worse(10_051, 20_101)]).to.deep.equal([0, 1, 2]);
    });
  });

  it("shows numbers with separators, text as it is, and a dash for what is not there", () => {
    const rows = [
      ["a", 1_234_567, "1.50", undefined],
      ["b", 2, "0.20", "x"],
    ];
    expect(inMarkdown({ title: "T", columns: ["", "n", "m", "o"], rows })).to.equal(
      "|  | n | m | o |\n| --- | ---: | ---: | ---: |\n| a | 1,234,567 | 1.50 | – |\n| b | 2 | 0.20 | x |",
    );
  });

  describe("speed", () => {
    it("has the middle one of several values", () => {
      expect(median([3, 1, 2])).to.equal(2);
      expect(median([10, 1, 1, 10, 10])).to.equal(10);
      expect(median([])).to.be.NaN;
    });

    it("is a ratio to the same work done otherwise, also for work that is awaited", async () => {
      const spin = (rounds: number) => {
        let sum = 0;
        for (let round = 0; round < rounds; round++) sum += Math.sqrt(round);
        return sum;
      };
      const { ratio, perSecond } = await compare(
        () => spin(40_000),
        async () => spin(10_000),
      );
      expect(ratio).to.be.within(2, 8);
      expect(perSecond).to.be.greaterThan(10);
    });
  });

  describe("a lockfile's packages", () => {
    const packages = {
      "": {},
      "node_modules/a": { dependencies: { b: "1", c: "1" }, optionalDependencies: { gone: "1", d: "1" } },
      "node_modules/a/node_modules/b": { dependencies: { c: "1" } },
      "node_modules/b": { dependencies: { unused: "1" } },
      "node_modules/c": { dependencies: { a: "1" } },
      "node_modules/d": { peerDependencies: { p: "1", q: "1" }, peerDependenciesMeta: { q: { optional: true } } },
      "node_modules/p": {},
      "node_modules/q": {},
      "node_modules/w": { link: true, resolved: "work" },
      work: { dependencies: { b: "1" } },
      "work/node_modules/b": {},
    };

    it("are found as Node finds them, each once", () => {
      expect(closure(packages, "a")).to.have.members([
        ...["node_modules/a", "node_modules/a/node_modules/b", "node_modules/c", "node_modules/d", "node_modules/p"],
      ]);
      expect(closure(packages, "w")).to.have.members(["node_modules/w", "work/node_modules/b"]);
      expect(() => closure(packages, "b")).to.throw("the lockfile has no unused");
    });

    it("are counted with their own files alone", async () => {
      const folder = await mkdtemp(join(tmpdir(), "micro-escrow-bench-"));
      try {
        await mkdir(join(folder, "node_modules/a/node_modules/b/inner"), { recursive: true });
        await writeFile(join(folder, "node_modules/a/index.js"), "x".repeat(100));
        await writeFile(join(folder, "node_modules/a/node_modules/b/inner/index.js"), "x".repeat(7));
        const lock = {
          packages: { "node_modules/a": { dependencies: { b: "1" } }, "node_modules/a/node_modules/b": {} },
        };
        await writeFile(join(folder, "package-lock.json"), JSON.stringify(lock));
        const library = { name: "A", package: "a", folder, pages: {} };
        expect(await measureInstalled(library)).to.deep.equal({ packages: 2, bytes: 107 });
      } finally {
        await rm(folder, { recursive: true });
      }
    });
  });

  it("measures a page without what it leaves to others", async () => {
    const library = { name: "Us", package: "x", folder: join(import.meta.dirname, "../.."), pages: {} };
    const page = 'export { keccak256 } from "ethers";';
    const { withoutEthers, withEthers } = await measurePage(library, page);
    expect(withoutEthers).to.be.within(40, 100);
    expect(withEthers).to.be.within(3_000, 20_000);
  });

  it("notices readings that lack events", () => {
    const reading = (events: number) => ({ events, milliseconds: 1, kept: 1, peak: 1 });
    checkCounts([reading(5), reading(5)], 5);
    expect(() => checkCounts([reading(5), reading(4)], 4)).to.throw("5 and 4 events were read, not 4 or more by each");
    expect(() => checkCounts([reading(5)], 6)).to.throw("5 events were read, not 6 or more by each");
    expect(() => checkCounts([], 1)).to.throw("events were read");
  });

  it("reads a history in three ways, and finds the same events", async function () {
    this.timeout(60_000);
    const world = await startWorld();
    try {
      await world.addEvents(1);
      const { readHistory, scanEvents, queryFilter } = await measureHistory(world, 1_000, 1);
      // Opened, two consents, two milestones funded and submitted, one disputed; and what was added.
      expect([readHistory.events, scanEvents.events, queryFilter.events]).to.deep.equal([1_008, 1_008, 1_008]);
      for (const { milliseconds, kept, peak } of [readHistory, scanEvents, queryFilter]) {
        expect(milliseconds).to.be.greaterThan(0);
        expect(kept).to.be.greaterThan(100_000);
        expect(peak).to.be.greaterThan(kept);
      }
    } finally {
      world.stop();
    }
  });
});
