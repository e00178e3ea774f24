/** The mutator on a contract of a few lines: what it changes, that the switch works, and what it calls good enough. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { Interface, type Signer } from "ethers";
import { network } from "hardhat";
import { type Compilation, compile, contractPath, parse } from "../../scripts/mutate/compiler.ts";
import { diff, findMutants, type Mutant, mutatedSource } from "../../scripts/mutate/mutants.ts";
import { judge, type Result, type Survivor, table } from "../../scripts/mutate/report.ts";
import { sample } from "../../scripts/mutate/sample.ts";
import { mutantsAt, switchOn, writeSchema } from "../../scripts/mutate/schema.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
const settings = { viaIR: true, evmVersion: "cancun", metadata: { bytecodeHash: "none" } };

/** A contract named as the real one, with these members. */
function contract(members: string): string {
  return `pragma solidity 0.8.37;
contract MicroEscrow {
    enum Status { None, Funded, Submitted }
    struct Agreement { address client; address freelancer; uint32 reviewPeriod; uint32 reworkPeriod; }
    struct State { uint128 amount; uint40 clock; }
    error Refused(uint256 actual, uint256 expected);
    event Paid(address from, address to);
    uint256 private constant FUNDED = 2;
    uint256 private constant SUBMITTED = 4;
    uint256 private constant CHANGES_REQUESTED = 8;
    uint256 private constant DISPUTED = 16;
    modifier nonReentrant() { _; }
    function _checkStatus(State storage, uint256, uint256) private view {}
    function _pay(address, uint256) private pure {}
${members}
}
`;
}

function mutantsOf(source: string): Mutant[] {
  return findMutants(source, contractPath, parse(source, contractPath));
}

/** "kind: the changed lines", of the mutants in `owner`. */
function changes(members: string, owner = "f"): string[] {
  return mutantsOf(contract(members))
    .filter((mutant) => mutant.function === owner)
    .map(({ kind, mutated }) => `${kind}: ${mutated}`);
}

describe("mutate", () => {
  describe("finds", () => {
    it("operators and boundaries", () => {
      expect(changes("function f(uint a, uint b) public pure returns (bool) {\nreturn a < b;\n}")).to.deep.equal([
        "boundary: return a <= b;",
      ]);
      expect(changes("function f(uint a, uint b) public pure returns (bool) {\nreturn a != b;\n}")).to.deep.equal([
        "relation: return a == b;",
      ]);
    });

    it("arithmetic, and the direction of rounding", () => {
      expect(
        changes("function f(uint a, uint b) public pure returns (uint c) {\nc += (a * b) / 3;\n}"),
      ).to.have.members([
        "removed effect: {}",
        "arithmetic: c = (a * b) / 3;",
        "arithmetic: c -= (a * b) / 3;",
        "arithmetic: c += (a / b) / 3;",
        "arithmetic: c += (a * b) * 3;",
        "rounding: c += ((a * b) + 3 - 1) / 3;",
        "constant: c += (a * b) / 4;",
        "constant: c += (a * b) / 2;",
      ]);
    });

    it("constants", () => {
      expect(changes("uint private constant CAP = 1_000;", "CAP")).to.deep.equal([
        "constant: uint private constant CAP = 1001;",
        "constant: uint private constant CAP = 999;",
      ]);
    });

    it("conditions of which a part is dropped", () => {
      expect(changes("function f(bool a, bool b) public pure {\nif (a || !b) return;\n}")).to.have.members([
        "removed check: if (false) return;",
        "condition: if (a && !b) return;",
        "condition: if (false || !b) return;",
        "condition: if (a || false) return;",
        "condition: if (a || b) return;",
      ]);
    });

    it("checks that are gone, and errors that tell something else", () => {
      const f = "function f(uint a, uint b) public pure {\nif (a > b) revert Refused(a, b);\n}";
      expect(changes(f)).to.have.members([
        "removed check: if (false) revert Refused(a, b);",
        "boundary: if (a >= b) revert Refused(a, b);",
        "swapped arguments: if (a > b) revert Refused(b, a);",
      ]);
    });

    it("effects and events that are gone, and accounts that change places", () => {
      expect(changes("function f(address a, address b) public {\nemit Paid(a, b);\n}")).to.have.members([
        "removed event: {}",
        "swapped arguments: emit Paid(b, a);",
      ]);
      expect(changes("uint x;\nfunction f(uint a) public {\nx = a;\n}")).to.deep.equal(["removed effect: {}"]);
      expect(changes("State x;\nfunction f() public {\n(x.amount, x.clock) = (0, 1);\n}")).to.include.members([
        "removed effect: (x.amount, x.clock) = (x.amount, 1);",
        "removed effect: (x.amount, x.clock) = (0, x.clock);",
      ]);
    });

    it("accounts, periods and statuses in the place of others", () => {
      expect(
        changes(
          "function f(Agreement calldata agreement) public pure returns (address) {\nreturn agreement.client;\n}",
        ),
      )
        .to //
        .deep.equal(["account: return agreement.freelancer;"]);
      expect(
        changes(
          "function f(Agreement calldata agreement) public pure returns (uint32) {\nreturn agreement.reviewPeriod;\n}",
        ),
      ).to.include("period: return agreement.reworkPeriod;");
      expect(changes("function f() public pure returns (Status) {\nreturn Status.Submitted;\n}")).to.deep.equal([
        "status: return Status.None;",
      ]);
      expect(changes("function f() public view returns (address) {\nreturn msg.sender;\n}")).to.deep.equal([
        "account: return tx.origin;",
      ]);
    });

    it("sets of statuses with one more or one less", () => {
      const f = "State x;\nfunction f() public view {\n_checkStatus(x, 0, FUNDED | SUBMITTED);\n}";
      expect(changes(f)).to.include.members(
        ["FUNDED", "SUBMITTED", "CHANGES_REQUESTED", "DISPUTED"].map(
          (status) => `status set: _checkStatus(x, 0, (FUNDED | SUBMITTED) ^ ${status});`,
        ),
      );
    });

    it("a second too many and a unit too much", () => {
      expect(changes("function f() public view returns (bool) {\nreturn block.timestamp >= 7;\n}")).to.include.members([
        "off by one: return (block.timestamp + 1) >= 7;",
        "boundary: return block.timestamp > 7;",
      ]);
      expect(changes("function f(address a, uint b) public pure {\n_pay(a, b);\n}")).to.include(
        "off by one: _pay(a, b + 1);",
      );
    });

    it("locks that are gone", () => {
      expect(changes("function f() public nonReentrant {}")).to.deep.equal([
        "removed modifier: function f() public  {}",
      ]);
    });

    it("signed members and type hashes that are gone or changed", () => {
      const hash = 'bytes32 private constant F_TYPEHASH = keccak256("F(bytes32 a,uint256 b)");';
      const f =
        "function f(uint b) public pure returns (bytes32) {\nreturn keccak256(abi.encode(F_TYPEHASH, 1, b));\n}";
      expect(changes(`${hash}\n${f}`)).to.include.members([
        "signed member: return keccak256(abi.encode(F_TYPEHASH, b));",
        "signed member: return keccak256(abi.encode(F_TYPEHASH, 1));",
      ]);
      expect(changes(hash, "F_TYPEHASH")).to.deep.equal(
        ["F(uint256 b,bytes32 a)", "F(bytes32 a)", "F(bytes32 a,uint64 b)"].map(
          (type) => `typehash: bytes32 private constant F_TYPEHASH = keccak256("${type}");`,
        ),
      );
    });

    it("assembly: offsets, opcodes, statements, cases", () => {
      const f =
        "function f(uint a) public pure returns (uint b) {\nassembly {\nswitch lt(a, 0x40)\ncase 0 { b := 1 }\n}\n}";
      expect(changes(f)).to.have.members([
        "assembly: switch gt(a, 0x40)",
        "assembly: switch iszero(gt(a, 0x40))",
        "assembly: switch lt(a, 96)",
        "assembly: switch lt(a, 32)",
        "assembly: case 1 { b := 1 }",
        "assembly: case 0 {}",
        "assembly: case 0 { {} }",
        "assembly: case 0 { b := 2 }",
        "assembly: case 0 { b := 0 }",
      ]);
    });

    it("nothing in comments, types and declarations", () => {
      expect(changes("/// @dev a < b\nfunction f(uint[] memory a) public pure {} // c > d")).to.deep.equal([]);
    });
  });

  describe("identifies a mutant", () => {
    const f = "function f(uint a, uint b) public pure returns (bool) {\n        return a < b;\n    }";

    it("by its function and its change, wherever it stands", () => {
      const [here] = mutantsOf(contract(f));
      const [there] = mutantsOf(contract(`// A line more.\n\n        ${f.replace(/\n +/g, "\n")}`)).filter(
        ({ function: owner }) => owner === "f",
      );
      const mutant = mutantsOf(contract(f)).find(({ function: owner }) => owner === "f");
      expect(mutant?.id).to.match(/^M[0-9a-f]{6}$/);
      expect(mutant?.id).to.equal(there?.id).and.not.equal(here?.id);
      expect(mutant && diff(contract(f), mutant)).to.equal("-         return a < b;\n+         return a <= b;");
    });

    it("with different ids where the same lines stand twice", () => {
      const twice = "function f(uint a) public pure returns (uint b) {\nb = a + a;\nb = a + a;\n}";
      const ids = mutantsOf(contract(twice)).map(({ id }) => id);
      expect(new Set(ids).size).to.equal(ids.length);
    });
  });

  describe("the switch between many mutants in one contract", () => {
    const members = `
    uint256 private constant CAP = 7;
    uint256 private constant TWICE = CAP * 2;
    uint256 private constant WORD = 32;
    uint256 public x = 5;
    function f(uint256 a, uint256 b) public returns (uint256 c) {
        uint256 sum = a + b;
        if (a < b) revert Refused(a, b);
        else x = sum;
        c = a > CAP && x < TWICE && b != 3 ? sum : a;
        emit Paid(msg.sender, address(this));
        assembly {
            let offset := mul(WORD, 1)
            mstore(offset, add(c, 2))
            c := mload(offset)
        }
        for (uint256 i = 0; i < 2; ++i) c += i;
        x += c;
        return c;
    }`;
    const source = contract(members);
    const abi = new Interface(["function f(uint256,uint256)", "function x()"]);
    const calls = [
      [9n, 4n],
      [4n, 9n],
      [9n, 9n],
      [9n, 3n],
      [7n, 1n],
    ];

    let signer: Signer;
    before(async () => {
      const { ethers } = await network.create();
      signer = await ethers.provider.getSigner();
    });

    /** What the calls revert with, what they emit, and what they leave behind. */
    async function behaviour(bytecode: string): Promise<string[]> {
      const creation = await signer.sendTransaction({ data: bytecode });
      const to = (await creation.wait())?.contractAddress;
      if (to == null) throw new Error("no contract");
      const results: string[] = [];
      for (const call of calls) {
        const data = abi.encodeFunctionData("f", call);
        const logs = await signer.sendTransaction({ to, data, gasLimit: 1_000_000n }).then(
          async (sent) => (await sent.wait())?.logs.map((log) => log.data) ?? [],
          (error) => [`reverts: ${error.data ?? error.message}`],
        );
        results.push(logs.join().toLowerCase().replaceAll(to.slice(2).toLowerCase(), "itself"));
        results.push(await signer.call({ to, data: abi.encodeFunctionData("x") }));
      }
      return results;
    }

    const bytecodeOf = (compilation: Compilation): string => {
      if ("errors" in compilation) throw new Error(compilation.errors[0]?.message);
      return compilation.bytecode;
    };

    it("makes of the contract each of its mutants, and the contract itself", async function () {
      this.timeout(120_000);
      let mutants = mutantsOf(source).filter(({ slot }) => slot !== undefined);
      expect(mutants.length).to.be.greaterThan(30);
      let schema = writeSchema(source, mutants);
      let compilation = compile(schema.source, settings);
      if ("errors" in compilation) {
        const refused = mutantsAt(schema, compilation.errors);
        mutants = mutants.filter((mutant) => !refused.has(mutant));
        schema = writeSchema(source, mutants);
        compilation = compile(schema.source, settings);
      }
      const all = bytecodeOf(compilation);
      const original = await behaviour(bytecodeOf(compile(source, settings)));
      expect(await behaviour(switchOn(all, 0))).to.deep.equal(original);
      let different = 0;
      let tried = 0;
      for (const [position, mutant] of schema.mutants.entries()) {
        // Compiling each on its own is what takes the time.
        if (process.env.DEEP !== "1" && position % 3 !== 0) continue;
        tried += 1;
        const alone = await behaviour(bytecodeOf(compile(mutatedSource(source, mutant), settings)));
        expect(await behaviour(switchOn(all, position + 1)), diff(source, mutant)).to.deep.equal(alone);
        if (alone.join() !== original.join()) different += 1;
      }
      expect(different).to.be.greaterThan(tried / 2);
    });

    it("leaves out the mutants that the compiler refuses", () => {
      const f = "function f(uint8 a, uint256 b) public pure returns (uint8) {\nreturn g(a, b);\n}";
      const g = "function g(uint8 a, uint256) private pure returns (uint8) {\nreturn a;\n}";
      const typed = contract(f + g);
      const mutants = mutantsOf(typed).filter(({ slot }) => slot !== undefined);
      const schema = writeSchema(typed, mutants);
      const compilation = compile(schema.source, settings);
      if (!("errors" in compilation)) throw new Error("A uint256 was taken for a uint8");
      expect([...mutantsAt(schema, compilation.errors)].map(({ mutated }) => mutated)).to.deep.equal([
        "return g(b, a);",
      ]);
    });

    it("tells what the compiler refuses from what it cannot make code of", () => {
      const errorsOf = (members: string) => {
        const compilation = compile(contract(members), { ...settings, optimizer: { enabled: false } });
        return "errors" in compilation ? compilation.errors.map(({ refusesSource }) => refusesSource) : undefined;
      };
      const names = Array.from({ length: 18 }, (_, i) => `x${i}`);
      const deep = `function f(uint[] memory a) public pure returns (uint) {
        ${names.map((name, i) => `uint ${name} = a[${i}];`).join("\n")}
        assembly { let m := mload(0x40) mstore(m, x0) }
        return ${names.join(" + ")} + ${names.join(" * ")};
      }`;
      expect(errorsOf("function f() public pure returns (uint8) {\nreturn 256;\n}")).to.deep.equal([true]);
      expect(errorsOf(deep)).to.deep.equal([false]);
    });
  });

  describe("of the real contract", () => {
    const source = readFileSync(join(root, contractPath), "utf8");
    const all = mutantsOf(source);

    it("finds hundreds, each with an id of its own, in every group", () => {
      expect(all.length).to.be.greaterThan(800);
      expect(new Set(all.map(({ id }) => id)).size).to.equal(all.length);
      expect(new Set(all.map(({ group }) => group)).size).to.equal(7);
    });

    it("draws the same sample for the same seed, from every group", () => {
      const ids = (seed: number) => sample(all, 40, seed).map(({ id }) => id);
      expect(ids(7)).to.deep.equal(ids(7)).and.to.have.length(40);
      expect(ids(8)).not.to.deep.equal(ids(7));
      expect(new Set(sample(all, 40, 7).map(({ group }) => group)).size).to.equal(7);
      expect(sample(all, all.length + 1, 7)).to.deep.equal(all);
    });
  });

  describe("judges", () => {
    const mutants = mutantsOf(contract("function f(uint a) public pure returns (uint) {\nreturn a + 1 + 2 + 3;\n}"));
    const [first, second] = mutants;
    if (first === undefined || second === undefined) throw new Error("too few mutants");
    const killed = (mutant: Mutant): Result => ({ mutant, result: { outcome: "killed", test: "T.t", reason: "" } });
    const survived = (mutant: Mutant): Result => ({ mutant, result: { outcome: "survived" } });
    const listing = ({ function: owner, original, mutated }: Mutant, reason = "It is the same."): Survivor => ({
      function: owner,
      original,
      mutated,
      reason,
    });
    const problems = (results: Result[], listed: Survivor[] = []) => judge(mutants, results, listed).problems;

    it("all killed: good", () => {
      expect(problems(mutants.map(killed))).to.deep.equal([]);
    });

    it("a survivor that is not listed: not good", () => {
      expect(problems([survived(first), killed(second)])).to.deep.equal([
        `${first.id} (${first.group}) survives and is not listed.`,
      ]);
    });

    it("a survivor that is listed with a reason: good; without: not", () => {
      expect(problems([survived(first), killed(second)], [listing(first)])).to.deep.equal([]);
      expect(problems([survived(first), killed(second)], [listing(first, " ")])).to.have.length(1);
    });

    it("a listed one is equivalent, and the score is of the others; one that is not listed lowers it", () => {
      const results = [survived(first), killed(second)];
      expect(table(judge(mutants, results, [listing(first)]).scores)).to.match(/^all +2 +1 +1 +0 +100\.0%$/m);
      expect(table(judge(mutants, results, []).scores)).to.match(/^all +2 +1 +0 +1 +50\.0%$/m);
      expect(table(judge(mutants, [survived(first)], [listing(first)]).scores)).to.match(/^all +1 +0 +1 +0 +-$/m);
    });

    it("a listed one that is killed, or that there is not any more: not good; one that was not drawn: good", () => {
      expect(problems([killed(first)], [listing(first)]).join()).to.contain("does not survive any more: killed");
      expect(problems([killed(second)], [{ ...listing(first), mutated: "?" }]).join()).to.contain(
        "not among the mutants",
      );
      expect(problems([killed(second)], [listing(first)])).to.deep.equal([]);
    });

    it("less than 95% killed of all: not good, listed or not; of a sample it says nothing", () => {
      const results = mutants.map((mutant) => (mutant === first ? survived(mutant) : killed(mutant)));
      expect(mutants.length).to.be.lessThan(20);
      expect(problems(results, [listing(first)]).join()).to.match(/^\d\d\.\d% killed is less than 95%\.$/);
      expect(problems(results.slice(0, -1), [listing(first)])).to.deep.equal([]);
    });

    it("one that the compiler cannot make code of: not good, for no test saw it", () => {
      const notCompiled: Result = { mutant: first, result: { outcome: "not compiled", error: "Stack too deep." } };
      expect(problems([notCompiled, killed(second)])).to.deep.equal([
        `${first.id} could not be compiled: Stack too deep.`,
      ]);
    });

    it("what the compiler refuses or does not change: not counted; out of time: killed", () => {
      const { scores } = judge(
        mutants,
        [
          killed(first),
          { mutant: second, result: { outcome: "timed out" } },
          ...mutants.slice(2, 4).map((mutant): Result => ({ mutant, result: { outcome: "same bytecode" } })),
          ...mutants.slice(4).map((mutant): Result => ({ mutant, result: { outcome: "rejected", error: "" } })),
        ],
        [],
      );
      expect(scores.at(-1)).to.deep.equal({ group: "all", mutants: 2, killed: 2, equivalent: 0, survived: 0 });
      expect(table(scores)).to.match(/^all +2 +2 +0 +0 +100\.0%$/m);
      expect(
        problems(mutants.map((mutant): Result => ({ mutant, result: { outcome: "same bytecode" } }))),
      ).to.have.length(1);
    });
  });

  it("says so, with exit code 2, when it is asked for a sample that is no number", async function () {
    this.timeout(60_000);
    const failed = await run(process.execPath, [join(root, "scripts/mutate.ts"), "--sample", "many"]).catch(
      (error: { code: number; stderr: string }) => error,
    );
    expect(failed).to.include({ code: 2, stderr: "--sample must be a positive number, not many.\n" });
  });

  it("says so, with exit code 2, when it is asked for a mutant that there is not", async function () {
    this.timeout(120_000);
    const failed = await run(process.execPath, [join(root, "scripts/mutate.ts"), "--id", "M000000"]).catch(
      (error: { code: number; stderr: string }) => error,
    );
    expect(failed).to.include({ code: 2, stderr: "There is no such mutant.\n" });
  });
});
