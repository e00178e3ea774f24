/**
 * Compares what the Solidity tests should show with the tests that are there, both as text.
 *
 * Each external function has a tree, test/contracts/NAME.tree, and its tests beside it in NAME.t.sol. A branch is an `it` with the
 * `given` or `when` right above it, and has exactly one test, in the tree's order. Its name is made of that condition's words:
 * "given the clock ran out" is `test_Given_TheClockRanOut`, or `test_RevertGiven_TheClockRanOut` where "it reverts …".
 *
 * The arbiters' stand in a folder of their own, arbiters/, by the names of contract and function: PanelVote, KlerosOpen; of what all of
 * them have, ArbiterWithdraw; of a deployment and what it fixes, PanelDeploy.
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { escrowInterface } from "@micro-escrow/sdk";
import { appealableArbiterInterface, klerosArbiterInterface, panelArbiterInterface } from "@micro-escrow/sdk/arbiters";
import { signedFundingInterface } from "@micro-escrow/sdk/gasless";
import { expect } from "chai";
import { ErrorFragment, EventFragment, FunctionFragment, type Interface, type NamedFragment } from "ethers";

const folder = join(import.meta.dirname, "../contracts");
const read = (path: string): string => readFileSync(join(folder, path), "utf8");
const capitalize = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
const ARBITERS = "arbiters/";
/** The files right in this folder that end so, without that, by their paths. */
const namesOf = (extension: string, within = ""): string[] =>
  files
    .filter((file) => file.startsWith(within) && !file.slice(within.length).includes("/") && file.endsWith(extension))
    .map((file) => file.slice(0, -extension.length));
const treeNames = [...namesOf(".tree"), ...namesOf(".tree", ARBITERS)];
const testFiles = files.filter((file) => file.endsWith(".t.sol"));

// ------------------------------------------------------------------------------------------------------------ trees

interface Node {
  readonly text: string;
  readonly children: Node[];
}

/** Reads a tree as it is drawn: two spaces or dashes a level would not do, it must be the lines of box characters. */
function parseTree(name: string): Node {
  const [title, ...lines] = read(`${name}.tree`).trimEnd().split("\n");
  expect(title, `${name}.tree: its first line`).to.equal(`${basename(name)}.t.sol`);
  const root: Node = { text: "", children: [] };
  const path = [root];
  for (const line of lines) {
    const [, indent = "", text = ""] = /^((?:│ {3}| {4})*)[├└]── (.+)$/.exec(line) ?? [];
    expect(text, `${name}.tree: "${line}"`).to.match(/^(given|when|it) \S/);
    const parent = path[indent.length / 4];
    if (parent === undefined) expect.fail(`${name}.tree: "${line}" has nothing above it`);
    const node = { text, children: [] };
    parent.children.push(node);
    path.splice(indent.length / 4 + 1, path.length, node);
  }
  expect(draw(root.children), `${name}.tree: its lines`).to.deep.equal(lines);
  return root;
}

function draw(nodes: readonly Node[], indent = ""): string[] {
  return nodes.flatMap(({ text, children }, i) => {
    const last = i === nodes.length - 1;
    return [`${indent}${last ? "└" : "├"}── ${text}`, ...draw(children, `${indent}${last ? " " : "│"}   `)];
  });
}

interface Branch {
  readonly test: string;
  readonly outcome: string;
}

function branchesOf(name: string): Branch[] {
  const visit = ({ text, children }: Node): Branch[] => {
    const outcomes = children.filter((child) => child.text.startsWith("it "));
    if (outcomes.length === 0) {
      expect(children, `${name}.tree: what comes of "${text}"`).to.not.deep.equal([]);
      return children.flatMap(visit);
    }
    expect(text, `${name}.tree: the condition of "${outcomes[0]?.text}"`).to.not.equal("");
    expect(children, `${name}.tree: "${text}" has one outcome, and nothing else`).to.deep.equal([outcomes[0]]);
    const outcome = outcomes[0]?.text ?? "";
    const [keyword = "", ...words] = text.replaceAll("'", "").split(/[^A-Za-z0-9]+/);
    const kind = `${outcome.startsWith("it reverts ") ? "Revert" : ""}${capitalize(keyword)}`;
    return [{ test: `test_${kind}_${words.map(capitalize).join("")}`, outcome }];
  };
  return visit(parseTree(name));
}

// --------------------------------------------------------------------------------------------------------- Solidity

/** The text from an opening bracket to the one that closes it, without them. */
function inBrackets(source: string, open: number): string {
  let depth = 0;
  for (let i = open; i < source.length; i++) {
    if ("([{".includes(source.charAt(i))) depth++;
    else if (")]}".includes(source.charAt(i)) && --depth === 0) return source.slice(open + 1, i);
  }
  return expect.fail(`unbalanced brackets after "${source.slice(open, open + 40)}"`);
}

/** A list of arguments, split at its own commas. */
function splitArguments(list: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const character of list) {
    if ("([{".includes(character)) depth++;
    if (")]}".includes(character)) depth--;
    if (character === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += character;
  }
  return parts.filter((part) => part.trim() !== "");
}

const withoutComments = (source: string): string => source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/\/\/.*/g, "");

/** The functions of a file and what stands in them; the constants too, because tests name errors by them. */
function definitionsOf(path: string): Map<string, string> {
  const source = withoutComments(read(path));
  const found = new Map<string, string>();
  for (const match of source.matchAll(/function (\w+)\([^{;]*\{/g)) {
    const body = inBrackets(source, match.index + match[0].length - 1);
    found.set(match[1] ?? "", (found.get(match[1] ?? "") ?? "") + body);
  }
  for (const [, name = "", value = ""] of source.matchAll(/ constant (\w+) = ([^;]+);/g)) found.set(name, value);
  return found;
}

const shared = files
  .filter((file) => file.startsWith("utils/") && file.endsWith(".sol"))
  .map((file) => definitionsOf(file));

/** What a test of the arbiters shares with others beyond that: the files of its folder that it imports, and those that they do. */
function sharedInFolder(file: string, seen: string[] = []): Map<string, string>[] {
  if (!file.startsWith(ARBITERS)) return [];
  return [...read(file).matchAll(/from "\.\/(\w+\.sol)"/g)].flatMap(([, name = ""]) => {
    const path = `${ARBITERS}${name}`;
    if (seen.includes(path)) return [];
    seen.push(path);
    return [definitionsOf(path), ...sharedInFolder(path, seen)];
  });
}

interface Test {
  readonly file: string;
  readonly name: string;
  /** What stands between its parameters and its body. */
  readonly modifiers: string;
  /** Its body, and those of the functions of its own file that it comes to. */
  readonly ownText: string;
  /** The numbers in its name: `test_T10_T11_…`. */
  readonly threats: readonly number[];
  /** The test's body, and those of all the functions that it comes to in its file and in what it shares with others. */
  readonly text: string;
  /** What of it is compared: the arguments of assertions, and what the names among them stand for. */
  readonly compared: string;
}

/** Adds to a text what its names stand for, and the names in that, and so on. */
function withNames(text: string, meaning: (name: string) => string): string {
  const parts = [text];
  const seen = new Set<string>();
  for (const part of parts) {
    for (const [name] of part.matchAll(/\b\w+\b/g)) {
      if (seen.has(name)) continue;
      seen.add(name);
      parts.push(meaning(name));
    }
  }
  return parts.join("\n");
}

/** The arguments of all calls in the text that match. */
const argumentsOf = (text: string, call: RegExp): string[] =>
  [...text.matchAll(call)].map(({ index, 0: { length } }) => inBrackets(text, index + length - 1));

const tests: Test[] = testFiles.flatMap((file) => {
  const own = definitionsOf(file);
  const source = withoutComments(read(file));
  const all = [own, ...shared, ...sharedInFolder(file)];
  const definition = (name: string): string => all.map((found) => found.get(name) ?? "").join("\n");
  return [...own.keys()]
    .filter((name) => name.startsWith("test"))
    .map((name) => {
      const numbers = /^test(?:Fuzz)?((?:_T\d+)*)_/.exec(name)?.[1]?.match(/\d+/g) ?? [];
      const text = withNames(definition(name), definition);
      const assertions = argumentsOf(text, /\b(vm\.expectRevert|vm\.assertEq|_assert\w*)\(/g).join("\n");
      const compared = withNames(assertions, (word) => {
        const values = [...text.matchAll(new RegExp(`\\b${word} = ([^;]+);`, "g"))].map((match) => match[1]);
        return [definition(word), ...values].join("\n");
      });
      const ownText = withNames(own.get(name) ?? "", (word) => own.get(word) ?? "");
      const modifiers = new RegExp(`function ${name}\\([^)]*\\)([^{]*)\\{`).exec(source)?.[1] ?? "";
      return { file, name, modifiers, ownText, threats: numbers.map(Number), text, compared };
    });
});

/** Whether the test compares the error, with all of its arguments. */
function assertsError({ compared }: Test, { name, inputs }: NamedFragment): boolean {
  if (compared.includes(`abi.encodeWithSignature("${name}()")`)) return inputs.length === 0;
  return argumentsOf(compared, /abi\.encodeWithSelector\(/g).some((list) => {
    const [selector = "", ...values] = splitArguments(list);
    return new RegExp(`\\b${name}\\.selector$`).test(selector.trim()) && values.length === inputs.length;
  });
}

// ------------------------------------------------------------------------------------------------------ what there is

/** What is shown together: errors and events, by the tests of these files; the functions, by these trees. */
interface Subject {
  readonly title: string;
  readonly fragments: readonly NamedFragment[];
  readonly shows: (file: string) => boolean;
  /** Which of its events a test expects, each by its own pattern. */
  readonly whole: (event: string) => RegExp;
}

const of = (contract: Interface) => contract.fragments as readonly NamedFragment[];
const named = (fragments: readonly NamedFragment[]) => new Set(fragments.map(({ name }) => name));
const without = (fragments: readonly NamedFragment[], others: readonly NamedFragment[]) =>
  fragments.filter(({ name }) => !named(others).has(name));
const functionsOf = (fragments: readonly NamedFragment[]) =>
  fragments.filter((fragment): fragment is FunctionFragment => FunctionFragment.isFragment(fragment));
const errorsOf = (fragments: readonly NamedFragment[]) => fragments.filter((found) => ErrorFragment.isFragment(found));
const eventsOf = (fragments: readonly NamedFragment[]) => fragments.filter((found) => EventFragment.isFragment(found));

/** Of the escrow and SignedFunding; what both have, once. */
const escrow: Subject = {
  title: "",
  fragments: [...of(escrowInterface), ...without(of(signedFundingInterface), of(escrowInterface))],
  shows: (file) => !file.startsWith(ARBITERS),
  whole: (event) => new RegExp(`vm\\.expectEmit\\(address\\(escrow\\)\\);\\s*emit IMicroEscrow\\.${event}[({]`),
};

const arbiterInterfaces: Readonly<Record<string, Interface>> = {
  Panel: panelArbiterInterface,
  Appealable: appealableArbiterInterface,
  Kleros: klerosArbiterInterface,
};

/** An arbiter is the emitter by the name that its tests have for it; what a constructor announces, they find among the logs. */
function wholeOfArbiter(event: string): RegExp {
  const emitter = "(?:arbiter|address\\((?:panel|appealable|kleros)\\))";
  return event === "MetaEvidence"
    ? /logs\.length, 1,[^;]+;[^;]+topics\[0\], IEvidence\.MetaEvidence\.selector[^;]+;[^;]+topics\[1\], 0,[^;]+;[^;]+logs\[0\]\.data/
    : new RegExp(`vm\\.expectEmit\\(${emitter}\\);\\s*emit I\\w+\\.${event}[({]`);
}

/** What all arbiters have; any of them shows it. */
const everyArbiter: Subject = {
  title: "Arbiter",
  fragments: of(panelArbiterInterface).filter(({ name }) =>
    Object.values(arbiterInterfaces).every((contract) => named(of(contract)).has(name)),
  ),
  shows: (file) => file.startsWith(ARBITERS),
  whole: wholeOfArbiter,
};

/** What one of them has beyond that; its own tests show it. */
const arbiters: readonly Subject[] = Object.entries(arbiterInterfaces).map(([title, contract]) => ({
  title,
  fragments: without(of(contract), everyArbiter.fragments),
  shows: (file) => file.startsWith(`${ARBITERS}${title}`),
  whole: wholeOfArbiter,
}));

const subjects: readonly Subject[] = [escrow, everyArbiter, ...arbiters];

/** Where an arbiter asks for more than all of them do. */
const overridden = ["AppealableCheck"];

/** The arbiters' other tests: attacks, random inputs, milestones beside each other, and arbiters one after the other. */
const WITHOUT_TREE = /(?:Threats|Fuzz|Milestones|Instances)$/;

/** What comes with OpenZeppelin's code and cannot happen, and why. */
const unreachable = {
  InvalidShortString: "name and version of the EIP-712 domain are short",
  StringTooLong: "name and version of the EIP-712 domain are short",
  AddressEmptyCode: "multicall delegates to the escrow itself, which has code",
  EIP712DomainChanged: "the EIP-712 domain never changes",
};
const reachable = ({ name }: NamedFragment): boolean => !(name in unreachable);

describe("The Solidity tests", () => {
  describe("have a tree", () => {
    it("for each external function, and for nothing else", () => {
      const wanted = functionsOf(escrow.fragments).map(({ name }) => capitalize(name));
      expect(namesOf(".tree")).to.deep.equal(wanted.sort());
      expect(namesOf(".t.sol")).to.deep.equal(namesOf(".tree"));
    });

    it("for each external function of an arbiter that is asked about something, and for its deployment", () => {
      const wanted = [everyArbiter, ...arbiters].flatMap(({ title, fragments }) => [
        ...(title === everyArbiter.title ? [] : [`${title}Deploy`]),
        ...functionsOf(fragments)
          .filter(({ inputs }) => inputs.length > 0)
          .map(({ name }) => `${title}${capitalize(name)}`),
      ]);
      const paths = [...wanted, ...overridden].map((name) => `${ARBITERS}${name}`).sort();
      expect(namesOf(".tree", ARBITERS)).to.deep.equal(paths);
      expect(namesOf(".t.sol", ARBITERS).filter((name) => !WITHOUT_TREE.test(name))).to.deep.equal(paths);
    });

    for (const { title, fragments } of arbiters) {
      it(`${title}Deploy: it compares all that the arbiter tells unasked`, () => {
        const { [title]: contract } = arbiterInterfaces;
        const told = functionsOf(contract === undefined ? fragments : of(contract)).filter(
          ({ inputs }) => inputs.length === 0,
        );
        const deployment = tests.filter(({ file }) => file === `${ARBITERS}${title}Deploy.t.sol`);
        for (const { name } of told) {
          expect(
            deployment.some(({ text }) => text.includes(`.${name}()`)),
            name,
          ).to.equal(true);
        }
      });
    }

    for (const name of treeNames) {
      it(`${name}: each branch has its test, each test its branch`, () => {
        const branches = branchesOf(name).map(({ test }) => test);
        expect(branches, "two branches by one name").to.deep.equal([...new Set(branches)]);
        expect([...definitionsOf(`${name}.t.sol`).keys()].filter((key) => key.startsWith("test"))).to.deep.equal(
          branches,
        );
      });
    }

    it("whose branches name errors of the contracts, which their tests compare whole", () => {
      for (const name of treeNames) {
        const inFile = subjects.filter(({ shows }) => shows(`${name}.t.sol`));
        const own = inFile.flatMap(({ fragments }) => fragments);
        // What the escrow says comes through an arbiter as it is.
        const errors = errorsOf([...own, ...without(escrow.fragments, own)]);
        for (const { test, outcome } of branchesOf(name)) {
          const first = /^it reverts with (\w+)/.exec(outcome)?.[1];
          if (first === undefined) continue;
          expect([...named(errors)], `${name}.tree: "${outcome}"`).to.include(first);
          const found = tests.filter((candidate) => candidate.file === `${name}.t.sol` && candidate.name === test);
          for (const error of errors.filter((candidate) => outcome.split(/\W+/).includes(candidate.name))) {
            const comparing = found.filter((candidate) => assertsError(candidate, error));
            expect(comparing.length, `${name}: tests by the name of ${test} that compare ${error.name}`).to.equal(1);
          }
        }
      }
    });
  });

  for (const { title, fragments, shows, whole } of subjects) {
    describe(title === "" ? "show" : `of ${title} show`, () => {
      for (const error of errorsOf(fragments).filter(reachable)) {
        it(`the error ${error.name}, with all of its arguments`, () => {
          expect(tests.filter((test) => shows(test.file) && assertsError(test, error)).length).to.not.equal(0);
        });
      }

      for (const { name } of eventsOf(fragments).filter(reachable)) {
        it(`the event ${name}, with all of its fields`, () => {
          const pattern = whole(name);
          expect(tests.filter(({ file, text }) => shows(file) && pattern.test(text)).length).to.not.equal(0);
        });
      }
    });
  }

  it("expect both whole: no test can ask for less", () => {
    const cheatcodes = [...read("utils/Vm.sol").matchAll(/function (expect(?:Emit|Revert)\([^)]*\))/g)];
    expect(cheatcodes.map((match) => match[1])).to.deep.equal([
      "expectRevert(bytes calldata reason)",
      "expectEmit(address emitter)",
    ]);
  });

  const nameOf = ({ file, name }: Test): string => `${file}: ${name}`;

  it("are run: the runner leaves out what is neither external nor public", () => {
    expect(tests.filter(({ modifiers }) => !/\b(external|public)\b/.test(modifiers)).map(nameOf)).to.deep.equal([]);
  });

  /** What a test asks for stands in its file, or in a function that says so; what brings about a state has assertions of its own. */
  it("ask for something", () => {
    const asserts = /\b(vm\.(assert|expect)\w*|_assert\w*|_\w+AndAssert|require)\(/;
    expect(tests.filter(({ ownText }) => !asserts.test(ownText)).map(nameOf)).to.deep.equal([]);
  });

  describe("show what happens under threat", () => {
    const rows = [...read("threats/README.md").matchAll(/^\| (\d+) \| (.+) \| (.+) \|$/gm)].map(
      ([, number = "", title = "", where = ""]) => ({ number, title, where }),
    );

    it("1 to 36, each of which stands in the list", () => {
      expect(rows.map(({ number }) => Number(number))).to.deep.equal(Array.from({ length: 36 }, (_, i) => i + 1));
      expect(tests.filter(({ threats }) => threats.some((threat) => threat < 1 || threat > 36))).to.deep.equal([]);
    });

    for (const { number, title, where } of rows) {
      it(`${number}: ${title}`, () => {
        const places = [...where.matchAll(/\[[^\]]+\]\(([^)]+)\)(?:: ("[^"]+"(?:, "[^"]+")*))?/g)];
        expect(places.length).to.not.equal(0);
        for (const [, link = "", titles = ""] of places) {
          const path = join("threats", link);
          if (path.endsWith(".sol")) {
            const shown = tests.filter(({ file, threats }) => file === path && threats.includes(Number(number)));
            expect(shown.length, `tests of threat ${number} in ${path}`).to.not.equal(0);
          } else {
            const written = [...read(path).matchAll(/^ *it\(\s*(["'`])(.+?)\1, /gm)].map((match) =>
              match[2]?.replace(/\$\{[^}]*\}/g, "…"),
            );
            expect(titles, `titles of tests in ${path}`).to.not.equal("");
            for (const [, wanted] of titles.matchAll(/"([^"]+)"/g)) expect(written, path).to.include(wanted);
          }
        }
      });
    }
  });
});
