/** All mutants of a contract: where each differs from it, and what it is about. */
import { createHash } from "node:crypto";
import { assemblyEdits } from "./assembly.ts";
import { type Edit, type Node, Place, walk } from "./ast.ts";
import { type Group, groupOf } from "./groups.ts";
import { type Slot, slotOf } from "./schema.ts";
import { edits, type Program } from "./solidity.ts";

export interface Mutant extends Edit {
  /** The same as long as the function, the changed lines and the change stay the same. */
  id: string;
  group: Group;
  /** The function, or the constant, that is changed. */
  function: string;
  line: number;
  /** Where it can be switched on and off in a contract with many mutants; undefined: it needs a contract of its own. */
  slot: Slot | undefined;
  /** The changed lines, joined to one, before and after. */
  original: string;
  mutated: string;
}

/** The mutants of `path`, in the order of its source. No two of them are the same text. */
export function findMutants(source: string, path: string, sources: Record<string, { ast: Node }>): Mutant[] {
  const root = sources[path]?.ast;
  if (root === undefined) throw new Error(`No syntax tree of ${path}`);
  const trees = Object.values(sources).map(({ ast }) => ast);
  const program = describe(trees, root);

  const found = new Map<string, Mutant>();
  for (const place of walk(new Place(root, source))) {
    const owner = ownerOf(place);
    if (owner === undefined) continue;
    for (const edit of [...edits(place, program), ...assemblyEdits(place)]) {
      if (source.slice(edit.start, edit.end) === edit.text) continue;
      const text = mutatedSource(source, edit);
      if (!found.has(text))
        found.set(text, {
          ...edit,
          ...identify(source, edit, owner),
          group: groupOf(place, edit, owner),
          slot: slotOf(place, edit),
        });
    }
  }
  return withDistinctIds([...found.values()].sort((a, b) => a.start - b.start || a.end - b.end));
}

export function mutatedSource(source: string, { start, end, text }: Edit): string {
  return source.slice(0, start) + text + source.slice(end);
}

/** What the mutant changes, as lines of a diff. */
export function diff(source: string, mutant: Mutant): string {
  const { before, after } = changedLines(source, mutant);
  return [...before.map((line) => `- ${line}`), ...after.map((line) => `+ ${line}`)].join("\n");
}

/** The function or the constant that a place belongs to: what is outside of both is not mutated. */
function ownerOf(place: Place): string | undefined {
  if (place.above.some(({ nodeType }) => nodeType === "StructuredDocumentation")) return undefined;
  const owner = place.above.find(
    ({ nodeType, stateVariable }) =>
      nodeType === "FunctionDefinition" || (nodeType === "VariableDeclaration" && stateVariable),
  );
  if (owner === undefined) return undefined;
  return owner.kind === "constructor" ? "constructor" : String(owner.name);
}

function describe(trees: Node[], root: Node): Program {
  const enums: Record<string, string[]> = {};
  for (const tree of trees) {
    for (const { node } of walk(new Place(tree, ""))) {
      if (node.nodeType !== "EnumDefinition") continue;
      enums[String(node.name)] = (node.members as Node[]).map(({ name }) => String(name));
    }
  }
  const typehashes = [...walk(new Place(root, ""))]
    .filter(({ type, node }) => type === "VariableDeclaration" && /_TYPEHASH$/.test(String(node.name)))
    .map(({ node }) => String(node.name));
  return { enums, typehashes };
}

function changedLines(source: string, { start, end, text }: Edit) {
  const from = source.lastIndexOf("\n", start - 1) + 1;
  const to = source.indexOf("\n", end) < 0 ? source.length : source.indexOf("\n", end);
  const before = source.slice(from, to);
  const after = source.slice(from, start) + text + source.slice(end, to);
  return { before: before.split("\n"), after: after.split("\n") };
}

function identify(source: string, edit: Edit, owner: string) {
  const { before, after } = changedLines(source, edit);
  const join = (lines: string[]) => lines.map((line) => line.trim()).join(" ");
  const [original, mutated] = [join(before), join(after)];
  const line = source.slice(0, edit.start).split("\n").length;
  return { id: "", function: owner, line, original, mutated };
}

/** Lines that a function contains twice are told apart by a number. */
function withDistinctIds(mutants: Mutant[]): Mutant[] {
  const seen = new Map<string, number>();
  return mutants.map((mutant) => {
    const identity = [mutant.function, mutant.original, mutant.mutated].join("\n");
    const count = (seen.get(identity) ?? 0) + 1;
    seen.set(identity, count);
    const hash = createHash("sha256").update(`${identity}\n${count}`).digest("hex");
    return { ...mutant, id: `M${hash.slice(0, 6)}` };
  });
}
