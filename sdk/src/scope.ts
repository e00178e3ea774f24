/**
 * The scope: what is to be done, in words. Its canonical JSON is hashed into the agreement, so that both parties sign it.
 */
import { sha256 } from "ethers";
import { InvalidScopeError } from "./errors.js";
import { inert } from "./text.js";
import type { Hash, Hex } from "./types.js";
import type { Check } from "./verifier/checks.js";

/** What is to be done for one milestone. */
export interface ScopeMilestone {
  readonly title: string;
  readonly description?: string;
  /** What the work is judged by: by the client, by the verifier, and by the arbiter in a dispute. */
  readonly requirements?: readonly string[];
  /**
   * What the verifier checks by itself. What its kinds take is checked by `checkProblems` of `@micro-escrow/sdk/verifier`, and
   * by the verifier; what it does not know it does not attest.
   */
  readonly checks?: readonly Check[];
}

/** What the parties agreed on in words. Amounts and periods are not in here: they are in the terms and the schedule. */
export interface Scope {
  readonly title: string;
  readonly description?: string;
  /** One entry per entry of the schedule, in its order. */
  readonly milestones: readonly ScopeMilestone[];
  /** How the amounts are to be shown. Somebody's word: check it against the token or the registry (`findToken`). */
  readonly currency?: { readonly symbol: string; readonly decimals: number };
  /** 32 random bytes. They make two agreements of equal terms different, and the scope impossible to guess. */
  readonly nonce: Hex;
}

/**
 * A value as canonical JSON (RFC 8785): members sorted by UTF-16 code units, no whitespace; members that are
 * `undefined` are left out.
 *
 * @throws {InvalidScopeError} For what has no canonical form: numbers that are not safe integers, text with half a
 * surrogate pair (it would not survive UTF-8), more than 100 levels of lists and objects, anything that is not JSON.
 * @example
 * canonicalJson({ b: 1, a: ["x"] }); // '{"a":["x"],"b":1}'
 */
export function canonicalJson(value: unknown): string {
  return canonical(value, "$", 0);
}

/**
 * The SHA-256 of a scope's canonical JSON in UTF-8, as it stands in {@link Terms.details}.
 *
 * @throws {InvalidScopeError} When it has no canonical form; see {@link canonicalJson}.
 * @example
 * const isTheScope = agreement.scope !== undefined && scopeHash(agreement.scope) === agreement.terms.details;
 */
export function scopeHash(scope: Scope): Hash {
  return sha256(new TextEncoder().encode(canonicalJson(scope))) as Hash;
}

/**
 * The most milestones of an agreement. The contract has no such rule, but every consent and funding carries the whole
 * schedule, and nodes pass on no transaction above 128 KiB, which is some 2,030 milestones. (The 2^24 gas that a transaction
 * may use, EIP-7825, would be enough for about 11,500, at 1,300 to 1,400 gas each.)
 */
export const MAX_MILESTONES = 2_000;

/** Whether a value is a scope; {@link scopeProblems} says why not. */
export function isScope(value: unknown): value is Scope {
  return scopeProblems(value).next().done === true;
}

/** @throws {InvalidScopeError} When it is no scope. */
export function checkScope(scope: Scope): Scope {
  for (const problem of scopeProblems(scope)) throw problem;
  return scope;
}

/**
 * Everything that is wrong with a value as a {@link Scope}; nothing when it is one. Unknown members are refused: nobody
 * should sign what is not shown to them.
 *
 * @param value Anything, for example out of a file.
 */
export function* scopeProblems(value: unknown): Generator<InvalidScopeError, void> {
  if (!isObject(value)) return yield new InvalidScopeError("scope", "anything but an object here");
  const { title, description, milestones, currency, nonce } = value;
  yield* memberProblems(value, "scope", ["title", "description", "milestones", "currency", "nonce"]);
  yield* textProblems(title, "scope.title");
  if (description !== undefined) yield* textProblems(description, "scope.description");
  const entries = yield* listProblems(milestones, "scope.milestones");
  if (entries.length > MAX_MILESTONES) {
    yield new InvalidScopeError("scope.milestones", `more than ${MAX_MILESTONES} milestones`);
  } else {
    for (const [index, entry] of entries.entries()) yield* milestoneProblems(entry, `scope.milestones[${index}]`);
  }
  if (currency !== undefined) yield* currencyProblems(currency, "scope.currency");
  if (typeof nonce !== "string" || !/^0x[0-9a-f]{64}$/.test(nonce)) {
    yield new InvalidScopeError("scope.nonce", "anything but 32 bytes in lower-case hexadecimal here");
  }
}

function* milestoneProblems(value: unknown, path: string): Generator<InvalidScopeError, void> {
  if (!isObject(value)) return yield new InvalidScopeError(path, "anything but an object here");
  const { title, description, requirements, checks } = value;
  yield* memberProblems(value, path, ["title", "description", "requirements", "checks"]);
  yield* textProblems(title, `${path}.title`);
  if (description !== undefined) yield* textProblems(description, `${path}.description`);
  if (requirements !== undefined) {
    const list = yield* listProblems(requirements, `${path}.requirements`);
    for (const [index, text] of list.entries()) yield* textProblems(text, `${path}.requirements[${index}]`);
  }
  if (checks === undefined) return;
  const list = yield* listProblems(checks, `${path}.checks`);
  for (const [index, check] of list.entries()) yield* declaredProblems(check, `${path}.checks[${index}]`);
}

/** Of a check only what every one has: its kinds are the verifier's to know. */
function* declaredProblems(value: unknown, path: string): Generator<InvalidScopeError, void> {
  if (!isObject(value)) return yield new InvalidScopeError(path, "anything but an object here");
  yield* textProblems(value.kind, `${path}.kind`);
  try {
    canonical(value, path, 0);
  } catch (error) {
    yield error as InvalidScopeError; // It throws nothing else.
  }
}

function* currencyProblems(value: unknown, path: string): Generator<InvalidScopeError, void> {
  if (!isObject(value)) return yield new InvalidScopeError(path, "anything but an object here");
  const { symbol, decimals } = value;
  yield* memberProblems(value, path, ["symbol", "decimals"]);
  yield* textProblems(symbol, `${path}.symbol`);
  if (typeof decimals !== "number" || !Number.isInteger(decimals) || decimals < 0 || decimals > 255) {
    yield new InvalidScopeError(`${path}.decimals`, "anything but a number of decimals (0 to 255) here");
  }
}

function* memberProblems(object: object, path: string, known: readonly string[]): Generator<InvalidScopeError, void> {
  for (const name of Object.keys(object)) {
    if (known.includes(name)) continue;
    yield new InvalidScopeError(`${path}.${inert(name, 40)}`, "a member that this version does not know");
  }
}

function* textProblems(value: unknown, path: string): Generator<InvalidScopeError, void> {
  if (typeof value !== "string") yield new InvalidScopeError(path, "anything but text here");
  else if (/\p{Surrogate}/u.test(value)) yield new InvalidScopeError(path, "text with half a surrogate pair");
  else if (value.trim() === "") yield new InvalidScopeError(path, "an empty text");
}

function* listProblems(value: unknown, path: string): Generator<InvalidScopeError, readonly unknown[]> {
  if (Array.isArray(value)) return value;
  yield new InvalidScopeError(path, "anything but a list here");
  return [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Nobody's scope is as deep; what contains itself is. */
const MAX_DEPTH = 100;

function canonical(value: unknown, path: string, depth: number): string {
  if (depth > MAX_DEPTH) throw new InvalidScopeError(path, `more than ${MAX_DEPTH} levels`);
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") {
    if (/\p{Surrogate}/u.test(value)) throw new InvalidScopeError(path, "text with half a surrogate pair");
    return JSON.stringify(value);
  }
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new InvalidScopeError(path, `the number ${value}`);
    return String(value === 0 ? 0 : value);
  }
  if (Array.isArray(value))
    return `[${value.map((item, index) => canonical(item, `${path}[${index}]`, depth + 1)).join(",")}]`;
  if (typeof value === "object" && [Object.prototype, null].includes(Object.getPrototypeOf(value))) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(
        ([name, member]) =>
          `${canonical(name, path, depth)}:${canonical(member, `${path}.${inert(name, 40)}`, depth + 1)}`,
      );
    return `{${members.join(",")}}`;
  }
  throw new InvalidScopeError(path, `a value of type ${typeof value}`);
}
