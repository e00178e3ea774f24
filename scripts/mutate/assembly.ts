/** The mistakes in assembly that a mutant makes. */
import type { Edit, Place } from "./ast.ts";

const OTHER_OPCODE: Record<string, string> = {
  add: "sub",
  shl: "shr",
  lt: "gt",
  gt: "lt",
  eq: "lt",
  and: "or",
  mload: "calldataload",
  returndatasize: "calldatasize",
  extcodesize: "balance",
};

export function* assemblyEdits(place: Place): Generator<Edit> {
  switch (place.type) {
    case "YulLiteral":
      return yield* literal(place);
    case "YulFunctionCall":
      return yield* call(place);
    case "YulExpressionStatement":
    case "YulAssignment":
      // An empty block takes the place, which is a statement wherever one may stand.
      return yield place.replaceWith("assembly", "{}");
    case "YulCase":
      return yield place.child("body").replaceWith("assembly", "{}");
  }
}

/** A size or an offset is off by a word, anything else by one. */
function* literal(place: Place): Generator<Edit> {
  const value = BigInt(place.text);
  const step = value > 0n && value % 32n === 0n ? 32n : 1n;
  yield place.replaceWith("assembly", `${value + step}`);
  if (value >= step) yield place.replaceWith("assembly", `${value - step}`);
}

function* call(place: Place): Generator<Edit> {
  const name = place.child("functionName").text;
  const args = place.list("arguments");
  const other = OTHER_OPCODE[name];
  if (other !== undefined) yield place.child("functionName").replaceWith("assembly", other);
  if (name === "and") for (const arg of args) yield place.replaceWith("assembly", arg.text);
  // The boundary: what was strict is not any more.
  const inverse = { lt: "gt", gt: "lt" }[name];
  if (inverse !== undefined) {
    const operands = args.map(({ text }) => text).join(", ");
    yield place.replaceWith("assembly", `iszero(${inverse}(${operands}))`);
  }
  // What a payment may use: everything.
  if (name === "call") yield* args.slice(0, 1).map((gas) => gas.replaceWith("assembly", "gas()"));
}
