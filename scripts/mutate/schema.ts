/**
 * Many mutants in one contract, with a switch between them: the compiler takes seconds for a contract, and the tests of one
 * mutant less than one. The switch is a word in the bytecode, the number of the mutant that is on.
 */
import { type Edit, groupBy, type Node, type Place } from "./ast.ts";
import { type CompilerError, contractName } from "./compiler.ts";
import type { Mutant } from "./mutants.ts";

/** The piece of code that is written once for each of its mutants and once as it is. */
export interface Slot {
  form: keyof typeof FORMS;
  start: number;
  end: number;
}

export interface Schema {
  source: string;
  /** The mutants, by their numbers, from 1 on. */
  mutants: Mutant[];
  /** The ranges of `source` that are theirs, in the same order. */
  ranges: { start: number; end: number }[];
}

/** Stands in the bytecode where the number of the mutant will be. */
const SWITCH = "d3b07384d113edec49eaa6238ad5ff0000c157a1be2bd3a1e52a3e5b9a7c3d21";

const SIMPLE_STATEMENTS = ["ExpressionStatement", "EmitStatement", "RevertStatement", "Return"];
const YUL_STATEMENTS = ["YulExpressionStatement", "YulAssignment"];

const CONSTANT = /\b(\w+) private constant (\w+) = ([^;]*);/;
const LET = /^let (\w+) :=/;

/** How a slot is written: what comes first, each of the mutants, and the original at the end. */
const FORMS = {
  statement: {
    begin: () => "{ ",
    mutant: (number: number) => [`if (_mutant(${number})) { `, " } else "],
    end: (original: string) => `{ ${original} } }`,
  },
  expression: {
    begin: () => "(",
    mutant: (number: number) => [`_mutant(${number}) ? `, " : "],
    end: (original: string) => `${original})`,
  },
  /** A constant becomes a function. */
  constant: {
    begin: (original: string) => original.replace(CONSTANT, "function $2() private pure returns ($1) { return "),
    mutant: (number: number) => [`_mutant(${number}) ? `, " : "],
    end: (original: string) => `${original}; }`,
  },
  assembly: {
    begin: () => `switch 0x${SWITCH} `,
    mutant: (number: number) => [`case ${number} { `, " } "],
    end: (original: string) => `default { ${original} }`,
  },
  /** `let x := …`: declared, then assigned in one of the cases. */
  let: {
    begin: (original: string) => `let ${LET.exec(original)?.[1]} switch 0x${SWITCH} `,
    mutant: (number: number) => [`case ${number} { `, " } "],
    end: (original: string) => `default { ${original} }`,
  },
};

/** What of a piece of code its versions differ in. */
function versionOf(form: Slot["form"], text: string): string {
  if (form === "constant") return CONSTANT.exec(text)?.[3] ?? text;
  return form === "let" ? text.replace(LET, "$1 :=") : text;
}

/** Where the edit of `place` can be switched. Slots never overlap. */
export function slotOf(place: Place, edit: Edit): Slot | undefined {
  const path = [place.node, ...[...place.above].reverse()];
  if (path.some(({ nodeType, kind }) => nodeType === "ModifierInvocation" || kind === "constructor")) return undefined;
  const constant = path.find(({ nodeType, stateVariable }) => nodeType === "VariableDeclaration" && stateVariable);
  if (constant !== undefined) {
    const { start, end } = rangeOf(constant);
    if (!functionsInsteadOfConstants(place.source).includes(String(constant.name))) return undefined;
    return { form: "constant", start, end: place.source.indexOf(";", end) + 1 };
  }
  const position = path.findIndex(({ nodeType }) => isStatement(nodeType));
  const [statement, parent] = [path[position], path[position + 1]];
  if (statement === undefined) return undefined;
  const { nodeType } = statement;
  const inside = (node: unknown, form: Slot["form"]): Slot | undefined => {
    if (node == null) return undefined;
    const slot = { form, ...rangeOf(node as Node) };
    return edit.start >= slot.start && edit.end <= slot.end ? slot : undefined;
  };
  if (YUL_STATEMENTS.includes(nodeType)) return inside(statement, "assembly");
  if (nodeType === "YulVariableDeclaration") return inside(statement, "let");
  if (nodeType === "VariableDeclarationStatement") return inside(statement.initialValue, "expression");
  if (nodeType === "IfStatement" || nodeType === "ForStatement") return inside(statement.condition, "expression");
  if (!SIMPLE_STATEMENTS.includes(nodeType) || parent?.nodeType === "ForStatement") return undefined;
  const { start, end } = rangeOf(statement);
  return { form: "statement", start, end: place.source.indexOf(";", end) + 1 };
}

function isStatement(nodeType: string): boolean {
  return /Statement$|^(Return|YulAssignment|YulVariableDeclaration|YulForLoop|YulSwitch|YulCase)$/.test(nodeType);
}

function rangeOf({ src }: Node): { start: number; end: number } {
  const [start = 0, length = 0] = src.split(":").map(Number);
  return { start, end: start + length };
}

/** The contract with all of `mutants` in it. */
export function writeSchema(source: string, mutants: readonly Mutant[]): Schema {
  const schema: Schema = { source: "", mutants: [], ranges: [] };
  const constants = functionsInsteadOfConstants(source);
  const references = new RegExp(`(?<!constant )\\b(${constants.join("|")})\\b`, "g");
  const write = (text: string) => {
    const called = constants.length === 0 ? text : text.replace(references, "$1()");
    const isFunction = (_: string, type: string, name: string, value: string) =>
      constants.includes(name)
        ? `function ${name}() private pure returns (${type}) { return ${value}; }`
        : `${type} private constant ${name} = ${value};`;
    schema.source += called.replace(new RegExp(CONSTANT, "g"), isFunction);
  };

  let copied = 0;
  const bySlot = groupBy(mutants, ({ slot }) => slot?.start ?? -1);
  for (const [, ofSlot] of [...bySlot].sort(([a], [b]) => a - b)) {
    const slot = ofSlot[0]?.slot;
    if (slot === undefined) throw new Error("A mutant without a slot");
    const form = FORMS[slot.form];
    const original = source.slice(slot.start, slot.end);
    write(source.slice(copied, slot.start));
    copied = slot.end;

    schema.source += form.begin(original);
    for (const mutant of ofSlot) {
      schema.mutants.push(mutant);
      const [before = "", after = ""] = form.mutant(schema.mutants.length);
      schema.source += before;
      const start = schema.source.length;
      const mutated = source.slice(slot.start, mutant.start) + mutant.text + source.slice(mutant.end, slot.end);
      write(versionOf(slot.form, mutated));
      schema.ranges.push({ start, end: schema.source.length });
      schema.source += after;
    }
    write(form.end(versionOf(slot.form, original)));
  }
  const end = source.lastIndexOf("}");
  write(source.slice(copied, end));
  schema.source += `
    function _mutant(uint256 which) private pure returns (bool on) {
        assembly ("memory-safe") { on := eq(which, 0x${SWITCH}) }
    }
}
`;
  return schema;
}

/** Constants become functions, so that they can be switched; but assembly cannot call those. */
function functionsInsteadOfConstants(source: string): string[] {
  const assembly = assemblyOf(source);
  const names = [...source.matchAll(new RegExp(CONSTANT, "g"))].map(([, , name]) => name ?? "");
  return names.filter((name) => !new RegExp(`\\b${name}\\b`).test(assembly));
}

/** The text of all assembly blocks. */
function assemblyOf(source: string): string {
  let text = "";
  for (const { index } of source.matchAll(/\bassembly\b[^{};]*\{/g)) {
    const start = source.indexOf("{", index);
    let [end, depth] = [start + 1, 1];
    for (; depth > 0 && end < source.length; end++) depth += { "{": 1, "}": -1 }[source[end] ?? ""] ?? 0;
    text += source.slice(start, end);
  }
  return text;
}

/** The mutants that the compiler's errors are in. */
export function mutantsAt(schema: Schema, errors: readonly CompilerError[]): Set<Mutant> {
  const found = new Set<Mutant>();
  for (const { position } of errors) {
    const index = schema.ranges.findIndex(({ start, end }) => position >= start && position <= end);
    const mutant = schema.mutants[index];
    if (mutant !== undefined) found.add(mutant);
  }
  return found;
}

/** The bytecode with one mutant on; 0: none. */
export function switchOn(bytecode: string, number: number): string {
  if (!bytecode.includes(SWITCH)) throw new Error(`The switch is not in ${contractName}'s bytecode`);
  return bytecode.replaceAll(SWITCH, number.toString(16).padStart(64, "0"));
}
