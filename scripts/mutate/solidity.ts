/** The mistakes in Solidity that a mutant makes: each rule looks at one node of the syntax tree. */
import { type Edit, Place } from "./ast.ts";

/** What the rules know of the program beside the node: the members of each enum, the names of the type hashes. */
export interface Program {
  enums: Record<string, string[]>;
  typehashes: string[];
}

const OTHER_OPERATOR: Record<string, [kind: string, operator: string]> = {
  "<": ["boundary", "<="],
  "<=": ["boundary", "<"],
  ">": ["boundary", ">="],
  ">=": ["boundary", ">"],
  "==": ["relation", "!="],
  "!=": ["relation", "=="],
  "+": ["arithmetic", "-"],
  "-": ["arithmetic", "+"],
  "*": ["arithmetic", "/"],
  "/": ["arithmetic", "*"],
  "<<": ["bits", ">>"],
  "|": ["bits", "&"],
  "&": ["bits", "|"],
  "||": ["condition", "&&"],
  "&&": ["condition", "||"],
};

/** Another member of the agreement, of the same type, that a slip could take instead. */
const OTHER_MEMBER: Record<string, string> = {
  client: "freelancer",
  freelancer: "client",
  arbiter: "client",
  verifier: "arbiter",
  token: "gate",
  gate: "verifier",
  payoutTo: "refundTo",
  refundTo: "payoutTo",
  feeRecipient: "arbiter",
  feeBps: "arbiterFeeBps",
  arbiterFeeBps: "feeBps",
  defaultShareBps: "feeBps",
  reviewPeriod: "reworkPeriod",
  reworkPeriod: "reviewPeriod",
  challengePeriod: "reviewPeriod",
  arbitrationPeriod: "reworkPeriod",
};

const OTHER_FLAG: Record<string, string> = {
  CLIENT_CONSENTED: "FREELANCER_CONSENTED",
  FREELANCER_CONSENTED: "CLIENT_CONSENTED",
  CLOSED: "FREELANCER_CONSENTED",
};

const STATUS_SETS = ["FUNDED", "SUBMITTED", "CHANGES_REQUESTED", "DISPUTED"];

/** Functions whose integer arguments are money, the milestone's index aside. */
const MOVES_MONEY = /^_(pay|credit|tryTransfer|pull|split|askGate|takePlatformFee|checkAmount)$|^safeTransfer/;

const LOGICAL = ["||", "&&"];

export function edits(place: Place, program: Program): Edit[] {
  const rule = RULES[place.type];
  return rule === undefined ? [] : [...rule(place, program)];
}

const RULES: Record<string, (place: Place, program: Program) => Iterable<Edit>> = {
  BinaryOperation: binaryOperation,
  UnaryOperation: unaryOperation,
  Literal: literal,
  Identifier: identifier,
  MemberAccess: memberAccess,
  IndexAccess: indexAccess,
  FunctionCall: functionCall,
  Conditional: conditional,
  Assignment: assignment,
  IfStatement: ifStatement,
  ExpressionStatement: statement,
  EmitStatement: statement,
  RevertStatement: revertStatement,
  Return: returnStatement,
  ModifierInvocation: modifier,
};

function* binaryOperation(place: Place): Generator<Edit> {
  const [left, right] = [place.child("leftExpression"), place.child("rightExpression")];
  const operator = String(place.property("operator"));
  const inCondition = LOGICAL.includes(String(place.parent?.operator));
  const [kind, other] = OTHER_OPERATOR[operator] ?? [];
  // An equality in a chain of conditions is dropped from it (below) instead of being turned around.
  if (kind !== undefined && other !== undefined && !(kind === "relation" && inCondition)) {
    const start = place.source.indexOf(operator, left.end);
    yield { kind, start, end: start + operator.length, text: other };
  }
  if (LOGICAL.includes(operator)) {
    for (const operand of [left, right]) {
      if (operand.property("operator") === operator) continue;
      yield operand.replaceWith("condition", operator === "||" ? "false" : "true");
    }
  }
  if (operator === "|" && !isStatusSet(place)) {
    yield place.replaceWith("flag", left.text);
    yield place.replaceWith("flag", right.text);
  }
  if (operator === "/" && left.text.includes("*")) {
    yield place.replaceWith("rounding", `(${left.text} + ${right.text} - 1) / ${right.text}`);
  }
}

function isStatusSet(place: Place): boolean {
  return place.above.some(
    (node) => node.nodeType === "FunctionCall" && calledName(new Place(node, place.source)) === "_checkStatus",
  );
}

function* unaryOperation(place: Place): Generator<Edit> {
  const operand = place.child("subExpression").text;
  if (place.property("operator") === "!") yield place.replaceWith("condition", operand);
  if (place.property("operator") === "++") yield place.replaceWith("off by one", `${operand} += 2`);
}

function* literal(place: Place, { typehashes }: Program): Generator<Edit> {
  const { kind, value } = place.node;
  if (kind === "number") {
    if (["==", "!="].includes(String(place.parent?.operator))) return; // the comparison itself is mutated
    const [digits = "", ...unit] = place.text.replaceAll("_", "").split(" "); // "1 days" has a unit
    const number = BigInt(digits);
    const written = (changed: bigint) => place.replaceWith("constant", [changed, ...unit].join(" "));
    yield written(number + 1n);
    if (number > 0n && !reports(place)) yield written(number - 1n);
  }
  if (kind !== "string") return;
  const name = place.above.find(({ nodeType }) => nodeType === "VariableDeclaration")?.name;
  if (typehashes.includes(String(name))) yield* typehash(place, String(value));
  else yield place.replaceWith("constant", JSON.stringify(`${value}_`));
}

/** Two members swapped; the last member left out; a member of another type. */
function* typehash(place: Place, value: string): Generator<Edit> {
  const [, head, list, tail] = /^(\w+\()([^)]*)(\).*)$/.exec(value) ?? [];
  const members = (list ?? "").split(",");
  const [first = "", second = ""] = members;
  const written = (...changed: string[]) => place.replaceWith("typehash", JSON.stringify(`${head}${changed}${tail}`));
  yield written(second, first, ...members.slice(2));
  yield written(...members.slice(0, -1));
  const last = members.at(-1)?.split(" ") ?? [];
  yield written(...members.slice(0, -1), `uint64 ${last[1]}`);
}

function* identifier(place: Place, { typehashes }: Program): Generator<Edit> {
  const name = place.text;
  const flag = OTHER_FLAG[name];
  if (flag !== undefined) yield place.replaceWith("flag", flag);
  const hash = typehashes.indexOf(name);
  if (hash >= 0) yield place.replaceWith("typehash", typehashes[(hash + 1) % typehashes.length] ?? "");
  if (name === "this") yield place.replaceWith("account", "msg.sender");
}

function* memberAccess(place: Place, { enums }: Program): Generator<Edit> {
  const base = place.child("expression");
  const name = String(place.property("memberName"));
  const member = OTHER_MEMBER[name];
  if (base.text === "agreement" && member !== undefined) {
    const kind = /Period$/.test(name) ? "period" : /Bps$/.test(name) ? "fee" : "account";
    yield place.replaceWith(kind, `agreement.${member}`);
  }
  const members = enums[base.text];
  if (members !== undefined) {
    yield place.replaceWith("status", `${base.text}.${members[(members.indexOf(name) + 1) % members.length]}`);
  }
  if (place.text === "msg.sender") yield place.replaceWith("account", "tx.origin");
  if (place.text === "block.timestamp") yield place.replaceWith("off by one", "(block.timestamp + 1)");
  if (/^type\(\w+\)\.max$/.test(place.text)) yield place.replaceWith("off by one", `(${place.text} - 1)`);
}

function* indexAccess(place: Place): Generator<Edit> {
  const [base, index] = [place.child("baseExpression"), place.child("indexExpression")];
  if (index.type === "Identifier" && index.typeString === "uint256") yield index.replaceWith("index", "0");
  if (base.type !== "IndexAccess") return;
  const [outer, first] = [base.child("baseExpression"), base.child("indexExpression")];
  if (first.typeString === index.typeString) {
    yield place.replaceWith("index", `${outer.text}[${index.text}][${first.text}]`);
  }
}

function* functionCall(place: Place): Generator<Edit> {
  if (place.property("kind") !== "functionCall") return;
  const name = calledName(place);
  const args = place.list("arguments");
  const names = place.property("names") as string[];
  if (name === "encode") {
    // The first one is the type hash.
    for (const arg of args.slice(1)) {
      const rest = args.filter((other) => other !== arg).map(({ text }) => text);
      yield place.replaceWith("signed member", `abi.encode(${rest.join(", ")})`);
    }
    return;
  }
  if (name === "_checkStatus") {
    for (const set of args.slice(2)) {
      for (const status of STATUS_SETS) yield set.replaceWith("status set", `(${set.text}) ^ ${status}`);
    }
  }
  yield* swaps(args);
  if (!MOVES_MONEY.test(name)) return;
  for (const [position, arg] of args.entries()) {
    const isIndex = arg.text === "index" || names[position] === "index";
    if (kindOfType(arg) === "integer" && arg.type !== "Literal" && !isIndex) {
      yield arg.replaceWith("off by one", `${arg.text} + 1`);
    }
  }
}

/** Each argument changes places with the next one of its type. */
function* swaps(args: Place[]): Generator<Edit> {
  for (const [position, first] of args.entries()) {
    const second = args.slice(position + 1).find((arg) => kindOfType(arg) === kindOfType(first));
    if (second === undefined || second.text === first.text) continue;
    const between = first.source.slice(first.end, second.start);
    yield {
      kind: "swapped arguments",
      start: first.start,
      end: second.end,
      text: `${second.text}${between}${first.text}`,
    };
  }
}

/** Integers count as one type: they are converted when they are passed. */
function kindOfType(place: Place): string {
  return /^(uint|int_const)/.test(place.typeString) ? "integer" : place.typeString;
}

function calledName(place: Place): string {
  const text = place.child("expression").text;
  return text.slice(text.lastIndexOf(".") + 1);
}

function* conditional(place: Place): Generator<Edit> {
  yield place.replaceWith("condition", place.child("trueExpression").text);
  yield place.replaceWith("condition", place.child("falseExpression").text);
}

function* assignment(place: Place): Generator<Edit> {
  const [left, right] = [place.child("leftHandSide"), place.child("rightHandSide")];
  const operator = String(place.property("operator"));
  if (operator !== "=") {
    const start = place.source.indexOf(operator, left.end);
    for (const text of operator === "+=" ? ["=", "-="] : ["="]) {
      yield { kind: "arithmetic", start, end: start + operator.length, text };
    }
  }
  if (left.type !== "TupleExpression") return;
  const [targets, values] = [left.list("components"), right.list("components")];
  for (const [position, target] of targets.entries()) {
    const value = values[position];
    if (value !== undefined) yield value.replaceWith("removed effect", target.text);
  }
}

function* ifStatement(place: Place): Generator<Edit> {
  const condition = place.child("condition");
  if (isCheck(place)) {
    yield condition.replaceWith("removed check", "false");
    if (condition.type !== "BinaryOperation") yield condition.replaceWith("condition", "true");
    return;
  }
  yield condition.replaceWith("condition", "true");
  yield condition.replaceWith("condition", "false");
}

/** An `if` that does nothing but stop. */
function isCheck(place: Place): boolean {
  if (place.property("falseBody") != null) return false;
  const body = place.child("trueBody");
  const statements = body.type === "Block" ? body.list("statements") : [body];
  return statements.length === 1 && ["RevertStatement", "Return"].includes(statements[0]?.type ?? "");
}

function* statement(place: Place): Generator<Edit> {
  if (place.parent?.nodeType === "ForStatement") return;
  const kind = place.type === "EmitStatement" ? "removed event" : "removed effect";
  yield { kind, start: place.start, end: place.source.indexOf(";", place.end) + 1, text: "{}" };
}

function* revertStatement(place: Place): Generator<Edit> {
  const above = [...place.above].reverse().find(({ nodeType }) => nodeType !== "Block");
  if (above?.nodeType === "IfStatement") return; // the `if` is removed as a whole
  yield { kind: "removed check", start: place.start, end: place.source.indexOf(";", place.end) + 1, text: "{}" };
}

function* returnStatement(place: Place): Generator<Edit> {
  if (place.property("expression") == null) return;
  const value = place.child("expression");
  if (/^uint/.test(value.typeString)) yield value.replaceWith("return value", "0");
}

function* modifier(place: Place): Generator<Edit> {
  if (place.text === "nonReentrant") yield place.replaceWith("removed modifier", "");
}

/** Whether the place is in what an event or an error tells. */
export function reports(place: Place): boolean {
  return place.within("EmitStatement") || place.within("RevertStatement");
}
