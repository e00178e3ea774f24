/**
 * The scope: what is to be done, in words. Its canonical JSON is hashed into the agreement, so that both parties sign it.
 */
import { sha256 } from "ethers";
import { InvalidScopeError } from "./errors.js";
import { inert } from "./text.js";
import type { Hash, Hex } from "./types.js";

/** What is to be done for one milestone. */
export interface ScopeMilestone {
  readonly title: string;
  readonly description?: string;
  /** What the work is judged by: by the client, by the verifier, and by the arbiter in a dispute. */
  readonly requirements?: readonly string[];
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
 * A value as canonical JSON (RFC 8785): members sorted by UTF-16 code units, no whitespace; members that are `undefined`
 * are left out.
 *
 * @throws {InvalidScopeError} For what has no canonical form: numbers that are not safe integers, text with half a
 * surrogate pair (it would not survive UTF-8), anything that is not JSON.
 * @example
 * canonicalJson({ b: 1, a: ["x"] }); // {"a":["x"],"b":1}
 */
export function canonicalJson(value: unknown): string {
  return canonical(value, "$");
}

/** The SHA-256 of a scope's canonical JSON in UTF-8, as it stands in {@link Terms.details}. */
export function scopeHash(scope: Scope): Hash {
  return sha256(new TextEncoder().encode(canonicalJson(scope))) as Hash;
}

/**
 * Everything that is wrong with a value as a {@link Scope}; nothing when it is one. Unknown members are refused: nobody
 * should sign what is not shown to them.
 *
 * @param value Anything, for example out of a file.
 */
export function scopeProblems(value: unknown): readonly InvalidScopeError[] {
  const problems: InvalidScopeError[] = [];
  const check = (correct: boolean, path: string, reason: string) => {
    if (!correct) problems.push(new InvalidScopeError(path, reason));
  };
  const checkText = (text: unknown, path: string, optional = false) => {
    if (optional && text === undefined) return;
    if (typeof text !== "string") problems.push(new InvalidScopeError(path, "anything but text here"));
    else if (/\p{Surrogate}/u.test(text)) problems.push(new InvalidScopeError(path, "text with half a surrogate pair"));
    else check(text.trim() !== "", path, "an empty text");
  };
  const checkMembers = (object: Record<string, unknown>, path: string, known: readonly string[]) => {
    for (const name of Object.keys(object)) {
      check(known.includes(name), `${path}.${inert(name, 40)}`, "a member that this version does not know");
    }
  };

  if (!isObject(value)) return [new InvalidScopeError("scope", "anything but an object here")];
  const { title, description, milestones, currency, nonce } = value;
  checkMembers(value, "scope", ["title", "description", "milestones", "currency", "nonce"]);
  checkText(title, "scope.title");
  checkText(description, "scope.description", true);
  if (!Array.isArray(milestones)) problems.push(new InvalidScopeError("scope.milestones", "anything but a list here"));
  else {
    for (const [index, milestone] of (milestones as unknown[]).entries()) {
      const path = `scope.milestones[${index}]`;
      if (!isObject(milestone)) {
        problems.push(new InvalidScopeError(path, "anything but an object here"));
        continue;
      }
      checkMembers(milestone, path, ["title", "description", "requirements"]);
      checkText(milestone.title, `${path}.title`);
      checkText(milestone.description, `${path}.description`, true);
      const { requirements } = milestone;
      if (requirements === undefined) continue;
      check(Array.isArray(requirements), `${path}.requirements`, "anything but a list here");
      const list: unknown[] = Array.isArray(requirements) ? requirements : [];
      for (const [position, text] of list.entries()) checkText(text, `${path}.requirements[${position}]`);
    }
  }
  if (isObject(currency)) {
    checkMembers(currency, "scope.currency", ["symbol", "decimals"]);
    checkText(currency.symbol, "scope.currency.symbol");
    const { decimals } = currency;
    const inRange = typeof decimals === "number" && Number.isInteger(decimals) && decimals >= 0 && decimals <= 255;
    check(inRange, "scope.currency.decimals", "anything but a number of decimals (0 to 255) here");
  } else check(currency === undefined, "scope.currency", "anything but an object here");
  check(
    typeof nonce === "string" && /^0x[0-9a-f]{64}$/.test(nonce),
    "scope.nonce",
    "anything but 32 bytes in lower-case hexadecimal here",
  );
  return problems;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function canonical(value: unknown, path: string): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") {
    if (/\p{Surrogate}/u.test(value)) throw new InvalidScopeError(path, "text with half a surrogate pair");
    return JSON.stringify(value);
  }
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new InvalidScopeError(path, `the number ${value}`);
    return String(value === 0 ? 0 : value);
  }
  if (Array.isArray(value)) return `[${value.map((item, index) => canonical(item, `${path}[${index}]`)).join(",")}]`;
  if (typeof value === "object" && [Object.prototype, null].includes(Object.getPrototypeOf(value))) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => `${canonical(name, path)}:${canonical(member, `${path}.${inert(name, 40)}`)}`);
    return `{${members.join(",")}}`;
  }
  throw new InvalidScopeError(path, `a value of type ${typeof value}`);
}
