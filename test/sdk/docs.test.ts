/**
 * Every export of the package says what it is, and every function, and every public member of the class MicroEscrow, shows
 * it. The examples are compiled, all in one program, against the package as it is built.
 */
import { join } from "node:path";
import { runInThisContext } from "node:vm";
import * as sdk from "@micro-escrow/sdk";
import { expect } from "chai";
import ts from "typescript";
import { shop } from "./pure.ts";

const root = join(import.meta.dirname, "../..");

const packageTypes = {
  "@micro-escrow/sdk": join(root, "sdk/dist/index.d.ts"),
  "@micro-escrow/sdk/arbiters": join(root, "sdk/dist/arbiters/index.d.ts"),
  "@micro-escrow/sdk/deploy": join(root, "sdk/dist/deploy.d.ts"),
  "@micro-escrow/sdk/first-instance": join(root, "sdk/dist/services/firstInstance/index.d.ts"),
  "@micro-escrow/sdk/gasless": join(root, "sdk/dist/gasless.d.ts"),
  "@micro-escrow/sdk/history": join(root, "sdk/dist/history/index.d.ts"),
  "@micro-escrow/sdk/keeper": join(root, "sdk/dist/services/keeper/index.d.ts"),
  "@micro-escrow/sdk/node": join(root, "sdk/dist/node.d.ts"),
  "@micro-escrow/sdk/react": join(root, "sdk/dist/react/index.d.ts"),
  "@micro-escrow/sdk/storage": join(root, "sdk/dist/storage.d.ts"),
  "@micro-escrow/sdk/verifier": join(root, "sdk/dist/verifier/index.d.ts"),
  "@micro-escrow/sdk/wallets": join(root, "sdk/dist/wallets.d.ts"),
};

/** What examples start from, by the names of the README. */
const given = `
import { QueryClient, useQuery } from "@tanstack/react-query";
import type { Provider, Signer } from "ethers";
import { createElement } from "react";

declare const provider: Provider;
declare const signer: Signer, clientSigner: Signer, freelancerSigner: Signer, arbiterSigner: Signer, verifierSigner: Signer;
declare const client: Address, freelancer: Address, arbiter: Address;
declare const panel: Address, member: Address, votes: SignedVote[], USDC: Address;
declare const escrow: MicroEscrow;
declare const agreement: Agreement, id: AgreementId;
declare const state: AgreementState, now: number;
declare const signature: Hex, clientSignature: Hex, freelancerSignature: Hex, deadline: number;
declare const deliverable: Hash, file: File, bytes: Uint8Array, text: string;
declare const transaction: Hash;
/** A wallet by EIP-1193, as pages have it at \`window.ethereum\`. */
declare const ethereum: { request(request: { method: string; params: unknown[] }): Promise<any> };
`;

const { options } = ts.parseJsonConfigFileContent(
  ts.readConfigFile(join(root, "sdk/tsconfig.json"), ts.sys.readFile).config,
  ts.sys,
  join(root, "sdk"),
);

/** The two programs, of the package and of the examples, read each file once. */
const parsed = new Map<string, ts.SourceFile | undefined>();

function createProgram(rootNames: readonly string[], written: Readonly<Record<string, string>> = {}): ts.Program {
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name in written || fileExists(name);
  host.getSourceFile = (name, version, ...rest) => {
    const source = written[name];
    if (source !== undefined) return ts.createSourceFile(name, source, version);
    if (!parsed.has(name)) parsed.set(name, getSourceFile(name, version, ...rest));
    return parsed.get(name);
  };
  return ts.createProgram({ rootNames, options, host });
}

/** An export of the package, or a member of its class. */
interface Documented {
  readonly name: string;
  /** Whether it is something to call or to read: not a type, an error or a constant. */
  readonly needsExample: boolean;
  readonly prose: string;
  readonly examples: readonly string[];
  /** The classes that its `@throws` name. */
  readonly errors: readonly string[];
}

interface Exports {
  /** The names that exist at run time, and those that are only types. */
  readonly values: readonly string[];
  readonly types: readonly string[];
  readonly documented: readonly Documented[];
}

function exportsOf(program: ts.Program, file: string): Exports {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file) ?? expect.fail(`${file} is not there: npm run build:sdk`);
  const module = checker.getSymbolAtLocation(source) ?? expect.fail(`${file} exports nothing`);
  const symbols = checker.getExportsOfModule(module).map((symbol) => ({
    name: symbol.name,
    symbol: symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
  }));
  const isValue = ({ symbol }: { readonly symbol: ts.Symbol }) => (symbol.flags & ts.SymbolFlags.Value) !== 0;
  const members = symbols.filter(({ name }) => name === "MicroEscrow").flatMap(({ symbol }) => publicMembers(symbol));
  return {
    values: symbols.filter(isValue).map(({ name }) => name),
    types: symbols.filter((one) => !isValue(one)).map(({ name }) => name),
    documented: [...symbols, ...members].map(({ name, symbol }) => documentationOf(checker, name, symbol)),
  };
}

function publicMembers(type: ts.Symbol): { readonly name: string; readonly symbol: ts.Symbol }[] {
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
  const isPublic = (symbol: ts.Symbol) =>
    symbol.declarations?.every(
      (member) =>
        ts.isClassElement(member) &&
        member.name !== undefined &&
        !ts.isPrivateIdentifier(member.name) &&
        !(ts.getCombinedModifierFlags(member) & hidden),
    ) ?? false;
  const statics = [...(type.exports?.values() ?? [])].map((symbol) => ({
    name: `${type.name}.${symbol.name}`,
    symbol,
  }));
  const others = [...(type.members?.values() ?? [])].map((symbol) => ({ name: `${type.name}#${symbol.name}`, symbol }));
  return [...statics, ...others].filter(({ symbol }) => isPublic(symbol));
}

function documentationOf(checker: ts.TypeChecker, name: string, symbol: ts.Symbol): Documented {
  const tags = symbol.declarations?.flatMap((declaration) => ts.getJSDocTags(declaration)) ?? [];
  const textOf = ({ comment }: ts.JSDocTag) => ts.getTextOfJSDocComment(comment)?.trim() ?? "";
  return {
    name,
    needsExample: (symbol.flags & (ts.SymbolFlags.Function | ts.SymbolFlags.ClassMember)) !== 0,
    prose: ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim(),
    examples: tags.filter(({ tagName }) => tagName.text === "example").map(textOf),
    errors: tags.filter(ts.isJSDocThrowsTag).flatMap(({ typeExpression }) => typeExpression?.type.getText() ?? []),
  };
}

/** Every example as a function of its own, in one file that imports all of the package. */
function sourceOf(exports: readonly (Exports & { readonly module: string })[]) {
  // What two entries share is imported once.
  const known = new Set<string>();
  const isNew = (name: string) => !known.has(name) && known.add(name);
  const imports = exports.map(({ module, values, types }) => {
    const names = [...values.filter(isNew), ...types.filter(isNew).map((name) => `type ${name}`)];
    return `import { ${names.join(", ")} } from "${module}";`;
  });
  const places: { readonly name: string; readonly from: number; readonly to: number }[] = [];
  let source = [...imports, given].join("\n");
  for (const { name, examples } of exports.flatMap(({ documented }) => documented)) {
    for (const example of examples) {
      const from = source.length;
      source += `\nasync function example${places.length}() {\n${example}\n}`;
      places.push({ name, from, to: source.length });
    }
  }
  return { source, places };
}

describe("Docstrings", function () {
  this.timeout(60_000);

  let exports: readonly (Exports & { readonly module: string })[];
  let documented: readonly Documented[];

  before(() => {
    const program = createProgram(Object.values(packageTypes));
    exports = Object.entries(packageTypes).map(([module, file]) => ({ module, ...exportsOf(program, file) }));
    documented = exports.flatMap((one) => one.documented);
  });

  it("are found for the package's functions and for the members of MicroEscrow", () => {
    const names = documented.filter(({ needsExample }) => needsExample).map(({ name }) => name);
    expect(names).to.include.members(["approveCall", "hashFile", "MicroEscrow.connect", "MicroEscrow#approve"]);
    expect(names).to.include.members(["MicroEscrow#address", "MicroEscrow#connection"]);
    expect(names.filter((name) => /#.*#|constructor/.test(name))).to.deep.equal([]);
  });

  it("say what it is", () => {
    expect(documented.filter(({ prose }) => prose === "").map(({ name }) => name)).to.deep.equal([]);
  });

  it("have an example", () => {
    const isMissing = ({ needsExample, examples }: Documented) =>
      (needsExample && examples.length === 0) || examples.includes("");
    expect(documented.filter(isMissing).map(({ name }) => name)).to.deep.equal([]);
  });

  it("name errors that the package exports", () => {
    const values = new Set(exports.flatMap((one) => one.values));
    const unknown = documented.flatMap(({ name, errors }) =>
      errors.filter((error) => !values.has(error)).map((error) => `${name}: ${error}`),
    );
    expect(unknown).to.deep.equal([]);
  });

  it("have examples that compile", () => {
    const { source, places } = sourceOf(exports);
    const file = join(root, "test/sdk/examples.ts");
    const examples = createProgram([file], { [file]: source });
    const written = examples.getSourceFile(file);
    const errors = [...examples.getSyntacticDiagnostics(written), ...examples.getSemanticDiagnostics(written)];
    const problems = errors.map(({ start = 0, messageText }) => {
      const place = places.find(({ from, to }) => from <= start && start < to);
      const line = source.slice(source.lastIndexOf("\n", start) + 1, source.indexOf("\n", start)).trim();
      return `${place?.name ?? "what is given"}: ${ts.flattenDiagnosticMessageText(messageText, " ")} At: ${line}`;
    });
    expect(problems).to.deep.equal([]);
  });

  it("have examples with the results that they say", () => {
    // Whole lines of the form `statusName(Status.Submitted); // "Submitted"`.
    const results = documented.flatMap(({ examples }) =>
      examples.flatMap((example) => [...example.matchAll(/^(\w+\(.*); \/\/ (.+)$/gm)]),
    );
    expect(results).to.have.length.above(10);
    const scope = { ...sdk, agreement: shop };
    for (const [line, expression, result] of results) {
      const evaluate = runInThisContext(`({ ${Object.keys(scope).join(", ")} }) => [${expression}, ${result}]`);
      const [actual, expected] = evaluate(scope);
      expect(actual, line).to.equal(expected);
    }
  });
});
