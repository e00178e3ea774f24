/**
 * Checks of what comes in where types are not checked: from JavaScript, out of JSON, or through a cast.
 */
import { InvalidParameterError } from "./errors.js";

/** @throws {InvalidParameterError} When it is not an object with members; a list is none. */
export function checkObject<T>(value: T, what: string): T {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new InvalidParameterError(value, `is not an object: expected ${what}`);
}

/** @throws {InvalidParameterError} When it is not a list. */
export function checkList<T>(value: readonly T[], what: string): readonly T[] {
  if (Array.isArray(value)) return value;
  throw new InvalidParameterError(value, `is not a list: expected ${what}`);
}

/** @throws {InvalidParameterError} When it is not text. */
export function checkText(value: string, what: string): string {
  if (typeof value === "string") return value;
  throw new InvalidParameterError(value, `is not text: expected ${what}`);
}

/** @throws {InvalidParameterError} For what only counts as true or false, as the text "false" counts as true. */
export function checkBoolean(value: boolean, what: string): boolean {
  if (typeof value === "boolean") return value;
  throw new InvalidParameterError(value, `does not say ${what}`, { advice: "Pass true or false, not text." });
}
