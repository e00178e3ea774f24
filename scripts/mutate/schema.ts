/**
 * Many mutants in one contract, with a switch between them: the compiler takes seconds for a contract, and the tests of one
 * mutant less than one. The switch is a word in the bytecode, the number of the mutant that is on.
 */
import { type Edit, groupBy, type Node, type Place } from "./ast.ts";
import { type CompilerError, contractName } from "./compiler.ts";
import type { Mutant } from "./mutants.ts";

/** The statement or expression that is written once for each of its mutants and once as it is. */
export interface Slot {
  form: "statement" | "expression" | "assembly";
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

/** Where the edit of `place` can be switched. Slots never overlap. */
export function slotOf(place: Place, edit: Edit): Slot | undefined {
  const path = [place.node, ...[...place.above].reverse()];
  if (path.some(({ nodeType, kind }) => nodeType === "ModifierInvocation" || kind === "constructor")) return undefined;
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
  const bySlot = groupBy(mutants, ({ slot }) => slot?.start ?? -1);
  let copied = 0;
  const write = (text: string) => {
    schema.source += text;
  };
  for (const [, ofSlot] of [...bySlot].sort(([a], [b]) => a - b)) {
    const slot = ofSlot[0]?.slot;
    if (slot === undefined) throw new Error("A mutant without a slot");
    const original = source.slice(slot.start, slot.end);
    write(source.slice(copied, slot.start));
    copied = slot.end;

    write({ statement: "{ ", expression: "(", assembly: `switch 0x${SWITCH} ` }[slot.form]);
    for (const mutant of ofSlot) {
      schema.mutants.push(mutant);
      const number = schema.mutants.length;
      write(
        { statement: `if (_mutant(${number})) { `, expression: `_mutant(${number}) ? `, assembly: `case ${number} { ` }[
          slot.form
        ],
      );
      const start = schema.source.length;
      write(source.slice(slot.start, mutant.start) + mutant.text + source.slice(mutant.end, slot.end));
      schema.ranges.push({ start, end: schema.source.length });
      write({ statement: " } else ", expression: " : ", assembly: " } " }[slot.form]);
    }
    write(
      { statement: `{ ${original} } }`, expression: `${original})`, assembly: `default { ${original} }` }[slot.form],
    );
  }
  const end = source.lastIndexOf("}");
  write(source.slice(copied, end));
  write(`
    function _mutant(uint256 which) private pure returns (bool on) {
        assembly ("memory-safe") { on := eq(which, 0x${SWITCH}) }
    }
}
`);
  return schema;
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
