/**
 * Reading declared checks out of a scope. A reader returns what it read, or throws an error that names the path.
 */
import { InvalidScopeError } from "../errors.js";
import { inert } from "../text.js";
import { checkGlob } from "./glob.js";

/** Reads a value at a path. */
export type Reader<T> = (value: unknown, path: string) => T;

/** How each member of an object is read; what may be left out is told of that. */
export type Readers<T> = {
  readonly [Member in keyof T]-?: undefined extends T[Member]
    ? Optional<Exclude<T[Member], undefined>>
    : Reader<T[Member]>;
};

/** A member that may be left out. */
interface Optional<T> {
  readonly optional: Reader<T>;
}

export function refuse(path: string, reason: string): never {
  throw new InvalidScopeError(path, reason);
}

export function optional<T>(reader: Reader<T>): Optional<T> {
  return { optional: reader };
}

/** An object that has these members and no others. */
export function members<T extends object>(readers: Readers<T>): Reader<T> {
  return (value, path) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return refuse(path, "anything but an object here");
    }
    const given = value as Record<string, unknown>;
    for (const name of Object.keys(given)) {
      if (!Object.hasOwn(readers, name)) {
        refuse(`${path}.${inert(name, 40)}`, `a member that this check does not know (it knows ${known(readers)})`);
      }
    }
    const read: Record<string, unknown> = {};
    for (const [name, reader] of Object.entries<Reader<unknown> | Optional<unknown>>(readers)) {
      const member = Object.hasOwn(given, name) ? given[name] : undefined;
      if (typeof reader === "function") read[name] = reader(member, `${path}.${name}`);
      else if (member !== undefined) read[name] = reader.optional(member, `${path}.${name}`);
    }
    return read as T;
  };
}

const known = (readers: object) => Object.keys(readers).join(", ");

export function only<const T extends string>(text: T): Reader<T> {
  return oneOf([text]);
}

export function oneOf<const T extends string>(texts: readonly T[]): Reader<T> {
  return (value, path) =>
    texts.find((text) => text === value) ?? refuse(path, `anything but ${texts.map((text) => `"${text}"`).join(", ")}`);
}

/** A text that is not empty, of at most so many characters. */
export function text(limit = 200): Reader<string> {
  return (value, path) => {
    if (typeof value !== "string" || value.trim() === "") return refuse(path, "anything but text here");
    return value.length > limit ? refuse(path, `a text of more than ${limit} characters`) : value;
  };
}

export function whole(least: number, most: number): Reader<number> {
  return (value, path) => {
    if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
    return refuse(path, `anything but a whole number from ${least} to ${most}`);
  };
}

export function listOf<T>(reader: Reader<T>, most = 100): Reader<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value) || value.length === 0)
      return refuse(path, "anything but a list that has something in it");
    if (value.length > most) return refuse(path, `a list of more than ${most}`);
    return value.map((item, index) => reader(item, `${path}[${index}]`));
  };
}

/** Texts by their names. */
export function textsByName(value: unknown, path: string): Readonly<Record<string, string>> {
  if (typeof value !== "object" || value === null || Array.isArray(value) || Object.keys(value).length === 0) {
    return refuse(path, "anything but an object of texts");
  }
  const entries = Object.entries(value).map(([name, one]) => [name, text()(one, `${path}.${inert(name, 40)}`)]);
  return Object.fromEntries(entries);
}

export function glob(value: unknown, path: string): string {
  const pattern = text(200)(value, path);
  const problem = checkGlob(pattern);
  return problem === undefined ? pattern : refuse(path, problem);
}

/** A number as text or as a whole number, as it was declared. */
export function decimal(value: unknown, path: string): number | string {
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  if (typeof value === "string" && /^-?\d{1,30}(\.\d{1,30})?$/.test(value)) return value;
  return refuse(path, 'anything but a whole number, or text like "4.50"');
}

/** A day as `"2027-10-01"`. */
export function day(value: unknown, path: string): string {
  if (typeof value === "string" && isDay(value)) return value;
  return refuse(path, 'anything but a day like "2027-10-01"');
}

export function isDay(value: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const date = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
}

/** The same, and the lower bound is not above the upper one. */
export function inOrder<T extends { readonly atLeast?: number; readonly atMost?: number }>(
  reader: Reader<T>,
): Reader<T> {
  return (value, path) => {
    const read = reader(value, path);
    const { atLeast, atMost } = read;
    if (atLeast !== undefined && atMost !== undefined && atLeast > atMost) {
      refuse(`${path}.atMost`, "less than atLeast");
    }
    return read;
  };
}

/** One that says at least one bound: otherwise it checks nothing. */
export function bounded<T extends { readonly atLeast?: unknown; readonly atMost?: unknown }>(
  reader: Reader<T>,
): Reader<T> {
  return (value, path) => {
    const read = reader(value, path);
    if (read.atLeast === undefined && read.atMost === undefined) refuse(path, "neither atLeast nor atMost");
    return read;
  };
}

/** Whether a number lies in a range, and if not, what is said of that. */
export function outside(
  count: number,
  { atLeast = 0, atMost = Number.POSITIVE_INFINITY }: { readonly atLeast?: number; readonly atMost?: number },
): string | undefined {
  if (count < atLeast) return `at least ${atLeast} ${atLeast === 1 ? "is" : "are"} asked for`;
  if (count > atMost) return `at most ${atMost} ${atMost === 1 ? "is" : "are"} asked for`;
  return undefined;
}
