/** What the compiler knows of a contract: the documentation of each function, and the errors and events it can lead to. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Interface } from "ethers";
import { ScriptError } from "../script.ts";

/** A contract that is documented. */
export interface Contract {
  readonly name: string;
  /** Its file, from contracts/. */
  readonly file: string;
  /** What else its libraries declare, it never throws or emits. */
  readonly abi: Interface;
}

/** An error or an event. */
export interface Named {
  readonly name: string;
  readonly notice: string;
}

/** A function by its NatSpec, and what its code can lead to. */
export interface Documented {
  readonly notice: string;
  /** The paragraphs of `@dev`, but for the requirements. */
  readonly remarks: readonly string[];
  readonly requirements: readonly string[];
  readonly parameters: ReadonlyMap<string, string>;
  readonly returns: string;
  /** The types of its parameters, by their names in Solidity. */
  readonly types: ReadonlyMap<string, string>;
  /** What structs say of themselves, by the name of the parameter. */
  readonly members: ReadonlyMap<string, string>;
  readonly events: readonly Named[];
  readonly errors: readonly Named[];
}

/** A node of solc's syntax tree; which of these it has depends on its type. */
interface Node {
  readonly nodeType: string;
  readonly id: number;
  readonly name?: string;
  readonly kind?: string;
  readonly visibility?: string;
  readonly documentation?: { readonly text: string } | null;
  readonly body?: Node | null;
  readonly referencedDeclaration?: number;
  readonly baseFunctions?: readonly number[];
  readonly linearizedBaseContracts?: readonly number[];
  readonly nodes?: readonly Node[];
  readonly parameters?: { readonly parameters: readonly Node[] };
  readonly typeDescriptions?: { readonly typeString?: string };
}

const root = join(import.meta.dirname, "../..");

/**
 * What a contract is for, and its external functions by name: those of its interface (its name with an I before it) in its
 * order, then what it inherits.
 */
export async function readContract({ name, file: source, abi }: Contract): Promise<{
  readonly notice: string;
  readonly functions: ReadonlyMap<string, Documented>;
}> {
  const artifact = join(root, `artifacts/contracts/${source}/${name}.json`);
  const { inputSourceName, buildInfoId } = JSON.parse(await readFile(artifact, "utf8"));
  const file = join(root, `artifacts/build-info/${buildInfoId}.output.json`);
  const { output } = JSON.parse(await readFile(file, "utf8"));
  const byId = new Map<number, Node>();
  for (const { ast } of Object.values<{ readonly ast: Node }>(output.sources)) {
    visit(ast, (node) => byId.set(node.id, node));
  }
  const contracts: readonly Node[] = output.sources[inputSourceName].ast.nodes;
  const contract = contracts.find((one) => one.nodeType === "ContractDefinition" && one.name === name);
  if (contract === undefined) throw new ScriptError(`There is no ${name} in the build: npm run build`);
  const bases = (contract.linearizedBaseContracts ?? []).map((id) => byId.get(id)).filter((base) => base !== undefined);
  // A public variable is a function that returns it.
  const isGetter = ({ nodeType, visibility }: Node) => nodeType === "VariableDeclaration" && visibility === "public";
  const isExternal = (node: Node) =>
    isGetter(node) ||
    (node.nodeType === "FunctionDefinition" &&
      node.kind === "function" &&
      (node.visibility === "external" || node.visibility === "public"));
  const functions = bases.flatMap(({ nodes = [] }) => nodes.filter(isExternal));
  const own = bases.find((base) => base.name === `I${name}`);
  if (own === undefined) throw new ScriptError(`${name} does not implement I${name}.`);
  const ordered = [...(own.nodes ?? []).filter(isExternal), ...functions];
  const known = new Set(abi.fragments.map((one) => ("name" in one ? `${one.type} ${one.name}` : one.type)));

  const documented = new Map<string, Documented>();
  for (const { name = "" } of ordered) {
    if (documented.has(name)) continue;
    const all = ordered.filter((one) => one.name === name);
    const code = functions.find((one) => one.name === name && (one.body || isGetter(one)));
    const described = all.find(({ documentation }) => documentation && !/@inheritdoc/.test(documentation.text));
    if (code === undefined || described === undefined)
      throw new ScriptError(`There is no code or no NatSpec of ${name}.`);
    documented.set(name, { ...natSpecOf(described), ...parametersOf(described, byId), ...reached(code, byId, known) });
  }
  return { notice: natSpecOf(own).notice, functions: documented };
}

function visit(node: unknown, act: (node: Node) => void): void {
  if (Array.isArray(node)) for (const one of node) visit(one, act);
  else if (typeof node === "object" && node !== null) {
    if ("nodeType" in node && "id" in node) act(node as Node);
    for (const child of Object.values(node)) visit(child, act);
  }
}

/** The errors and events that stand in a function, its modifiers, and all that they call inside of the contract. */
function reached(
  start: Node,
  byId: ReadonlyMap<number, Node>,
  known: ReadonlySet<string>,
): Pick<Documented, "events" | "errors"> {
  const seen = new Set<Node>();
  const follow = (from: Node): void => {
    if (seen.has(from)) return;
    seen.add(from);
    if (from.nodeType === "ErrorDefinition" || from.nodeType === "EventDefinition") return;
    visit(from, ({ referencedDeclaration }) => {
      const to = byId.get(referencedDeclaration ?? -1);
      const isCode = to?.nodeType === "FunctionDefinition" || to?.nodeType === "ModifierDefinition";
      if (to && ((isCode && to.body) || to.nodeType === "ErrorDefinition" || to.nodeType === "EventDefinition"))
        follow(to);
    });
  };
  follow(start);
  const named = (kind: string, isKnown: (name: string) => boolean) =>
    [...seen]
      .filter(({ nodeType, name = "" }) => nodeType === kind && isKnown(name))
      .sort((a, b) => a.id - b.id)
      .map((node) => ({ name: node.name ?? "", notice: natSpecOf(node).notice }));
  return {
    events: named("EventDefinition", (name) => known.has(`event ${name}`)),
    errors: named("ErrorDefinition", (name) => known.has(`error ${name}`)),
  };
}

function parametersOf(described: Node, byId: ReadonlyMap<number, Node>): Pick<Documented, "types" | "members"> {
  const types = new Map<string, string>();
  const members = new Map<string, string>();
  for (const { name = "", typeDescriptions } of described.parameters?.parameters ?? []) {
    const type = (typeDescriptions?.typeString ?? "").replace(/^(?:struct|contract) (?:\w+\.)?/, "");
    types.set(name, type);
    const struct = [...byId.values()].find(
      (one) => one.nodeType === "StructDefinition" && type.startsWith(one.name ?? "-"),
    );
    if (struct !== undefined) members.set(name, natSpecOf(struct).notice);
  }
  return { types, members };
}

function natSpecOf({
  documentation,
}: Node): Pick<Documented, "notice" | "remarks" | "requirements" | "parameters" | "returns"> {
  const text = (documentation?.text ?? "").replace(/^ *(?:\*|\/\/\/) ?/gm, "");
  // Without a tag it is a notice; a tag goes on until the next.
  const tags = `@notice ${text.trim()}`
    .replace(/^@notice @/, "@")
    .split(/^\s*(?=@[a-z]+\b)/m)
    .map((tag) => /^@([\w:-]+)\s+([\s\S]*)$/.exec(tag) ?? []);
  const of = (name: string) => tags.filter(([, tag]) => tag === name).map(([, , content = ""]) => content.trim());
  const paragraphs = [...of("notice").slice(0, 1), ...of("dev")].flatMap((part, position) =>
    part.split(/\n\s*\n/).map((paragraph) => ({ paragraph, isNotice: position === 0 })),
  );
  const requirements: string[] = [];
  const prose: string[] = [];
  for (const { paragraph } of paragraphs) {
    const [before = "", after] = paragraph.split(/^\s*Requirements:\s*$/m);
    if (before.trim() !== "") prose.push(joined(before));
    if (after !== undefined)
      requirements.push(
        ...after
          .split(/^\s*- /m)
          .map(joined)
          .filter(Boolean),
      );
  }
  const parameters = new Map(
    of("param").map((content) => {
      const [name = "", ...words] = content.split(/\s+/);
      return [name, words.join(" ")] as const;
    }),
  );
  const [notice = "", ...remarks] = prose;
  return {
    notice: notice.slice(0, 1).toUpperCase() + notice.slice(1),
    remarks,
    requirements,
    parameters,
    returns: of("return")
      .join(" ")
      .replace(/^amount /, ""),
  };
}

function joined(text: string): string {
  return text
    .trim()
    .split(/\s*\n\s*/)
    .join(" ");
}
