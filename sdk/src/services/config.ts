/**
 * The services' configuration: one JSON file, with what all services share and a section for each. No secret stands in it:
 * it names where a key is. Nothing in it is guessed: an unknown member, or one of the wrong kind, is an error that says where
 * it stands and what to write there.
 */
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { toAddress } from "../address.js";
import { isThere } from "../cli/config.js";
import { MicroEscrowError } from "../errors.js";
import { parseAmount, parseDuration } from "../money.js";
import { inert } from "../text.js";
import type { Address } from "../types.js";
import { ConfigurationError } from "./errors.js";

/** Where in a configuration a value stands. */
export class Place {
  readonly file: string;
  readonly path: string;

  constructor(file: string, path = "") {
    this.file = file;
    this.path = path;
  }

  /** A member of what stands here. */
  member(name: string): Place {
    return new Place(this.file, this.path === "" ? name : `${this.path}.${name}`);
  }

  /** An entry of the list that stands here, from 0. */
  entry(index: number): Place {
    return new Place(this.file, `${this.path}[${index}]`);
  }

  /** A file that is named here, relative to the configuration. */
  resolve(file: string): string {
    return resolve(dirname(this.file), file);
  }

  /** @param problem The rest of a sentence. */
  fail(problem: string, cause?: unknown): never {
    throw new ConfigurationError({ file: this.file, path: this.path, problem }, { cause });
  }

  /** @param expected What to write here. */
  refuse(value: unknown, expected: string): never {
    return this.fail(`${value === undefined ? "is missing" : "is something else"}: write ${expected}`);
  }
}

/** Reads a value of a configuration, `undefined` when it is not there. */
export type Reader<T> = (value: unknown, place: Place) => T;

/** A member that may be left out. */
export function optional<T, F>(reader: Reader<T>, fallback: F): Reader<T | F> {
  return (value, place) => (value === undefined ? fallback : reader(value, place));
}

/** @param expected What to write, for whoever wrote something else. */
export function text(expected: string, pattern = /./): Reader<string> {
  return (value, place) => (typeof value === "string" && pattern.test(value) ? value : place.refuse(value, expected));
}

/** @param what What is counted, for whoever wrote something else. */
export function integer(what: string, minimum: number, maximum: number): Reader<number> {
  return (value, place) =>
    Number.isSafeInteger(value) && (value as number) >= minimum && (value as number) <= maximum
      ? (value as number)
      : place.refuse(value, `${what}, a whole number from ${minimum} to ${maximum}`);
}

/** A text that another reader of the SDK reads. */
function parsed<T>(expected: string, parse: (text: string) => T): Reader<T> {
  return (value, place) => {
    if (typeof value !== "string") return place.refuse(value, expected);
    try {
      return parse(value);
    } catch (error) {
      // No cause: it quotes what stands there.
      if (error instanceof MicroEscrowError) return place.refuse(value, expected);
      throw error;
    }
  };
}

export const address: Reader<Address> = parsed("an address, 0x and 40 hexadecimal digits", toAddress);

/** A duration in seconds. */
export function duration(minimum: number, example: string): Reader<number> {
  const read = parsed(`a duration, like ${JSON.stringify(example)}`, parseDuration);
  return (value, place) => {
    const seconds = read(value, place);
    return seconds >= minimum ? seconds : place.refuse(value, `a duration of ${minimum} seconds at least`);
  };
}

/**
 * An amount as decimal text, in base units.
 *
 * @param unit What the text counts, like "gwei".
 */
export function amount(unit: string, decimals: number, example: string): Reader<bigint> {
  return parsed(`an amount of ${unit} as text, like ${JSON.stringify(example)}`, (value) =>
    parseAmount(value, decimals),
  );
}

export const boolean: Reader<boolean> = (value, place) =>
  typeof value === "boolean" ? value : place.refuse(value, "true or false");

/** A file or folder, relative to the configuration. */
export function path(what: string): Reader<string> {
  const read = text(what);
  return (value, place) => place.resolve(read(value, place));
}

/** A list. */
export function list<T>(reader: Reader<T>, what: string): Reader<readonly T[]> {
  return (value, place) =>
    Array.isArray(value)
      ? value.map((one, index) => reader(one, place.entry(index)))
      : place.refuse(value, `a list of ${what}`);
}

function members(value: unknown, place: Place, what: string): Readonly<Record<string, unknown>> {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : place.refuse(value, what);
}

/** An object with any names. */
export function map<T>(reader: Reader<T>, what: string): Reader<ReadonlyMap<string, T>> {
  return (value, place) => {
    const entries = Object.entries(members(value, place, what));
    return new Map(entries.map(([name, one]) => [name, reader(one, place.member(inert(name)))]));
  };
}

/** An object with the members that are named, and no others. */
export function object<R extends Readonly<Record<string, Reader<unknown>>>>(
  readers: R,
): Reader<{ readonly [Name in keyof R]: ReturnType<R[Name]> }> {
  const names = Object.keys(readers);
  const what = `an object with ${names.join(", ")}`;
  return (value, place) => {
    const given = members(value, place, what);
    for (const name of Object.keys(given)) {
      if (!Object.hasOwn(readers, name)) place.member(inert(name)).fail(`is not known: ${names.join(", ")} are`);
    }
    const read = names.map((name) => [name, readers[name]?.(given[name], place.member(name))]);
    return Object.fromEntries(read);
  };
}

// -------------------------------------------------------------------------------------------------- what services share

/** Where a service's key is. */
export type Key =
  | { readonly type: "keystore"; readonly file: string; readonly passwordFile: string | undefined }
  | { readonly type: "signer"; readonly command: string }
  | { readonly type: "environment"; readonly name: string };

const keyMembers = object({
  keystore: optional(path("the file of an encrypted JSON keystore"), undefined),
  passwordFile: optional(path("the file that has the keystore's password"), undefined),
  signer: optional(text("the command of a program that signs"), undefined),
  environment: optional(
    // Variables of this beginning are kept from the programs that a service starts.
    text("the name of an environment variable that begins with MICRO_ESCROW_", /^MICRO_ESCROW_[A-Z0-9_]+$/),
    undefined,
  ),
});

/** Where a key is: exactly one of a keystore, a program that signs, and an environment variable. */
export const key: Reader<Key> = (value, place) => {
  if (value === undefined) place.refuse(value, "an object with one of keystore, signer and environment");
  const { keystore, passwordFile, signer, environment } = keyMembers(value, place);
  const keys: Key[] = [
    ...(keystore === undefined ? [] : [{ type: "keystore", file: keystore, passwordFile } as const]),
    ...(signer === undefined ? [] : [{ type: "signer", command: signer } as const]),
    ...(environment === undefined ? [] : [{ type: "environment", name: environment } as const]),
  ];
  if (passwordFile !== undefined && keystore === undefined) {
    place.member("passwordFile").fail("is of no use without a keystore: leave it out, or write keystore too");
  }
  return keys.length === 1 && keys[0] !== undefined
    ? keys[0]
    : place.fail("must have exactly one of keystore, signer and environment");
};

/** Where something listens. */
export interface Listen {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

/** An address and port to listen at. */
export const listen: Reader<Listen> = (value, place) => {
  const expected = 'an address and a port, like "127.0.0.1:9464"';
  const [, host = "", port = ""] = /^(.+):(\d{1,5})$/.exec(text(expected)(value, place)) ?? [];
  if (host === "" || Number(port) > 65_535) return place.refuse(value, expected);
  return { host: host.replace(/^\[(.+)\]$/, "$1"), port: Number(port) };
};

const url: Reader<string> = (value, place) => {
  const expected = "the URL of an Ethereum JSON-RPC endpoint, like https://…; or set MICRO_ESCROW_RPC";
  const given = text(expected, /^https?:\/\//i)(value, place);
  return URL.canParse(given) ? given : place.refuse(value, expected);
};

/** What every service is told. */
export interface Configuration<T> {
  readonly file: string;
  /** URL of the endpoint; it may have a secret in it, and is never shown. */
  readonly rpc: string;
  /** The chain that it must be. */
  readonly chainId: number;
  /** A deployment of one's own. */
  readonly escrow: Address | undefined;
  /** The folder that has what the services must not forget. */
  readonly state: string;
  /** The service's own section. */
  readonly section: T;
}

/** The services, each by its section. */
export type ServiceName = "keeper" | "verifier" | "first-instance";

/** A section that is another service's, or is read later. */
const unread: Reader<unknown> = (value) => value;

/**
 * Reads the configuration, as far as a service needs it; paths in it are relative to it.
 *
 * @param env MICRO_ESCROW_RPC in it says the endpoint instead of the file.
 * @throws {ConfigurationError} When it is not such a file.
 */
export async function readConfiguration<T>(
  given: string,
  service: ServiceName,
  section: Reader<T>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Configuration<T>> {
  const file = resolve(given);
  const place = new Place(file);
  const json = await readFile(file, "utf8").catch(async (cause: Error) =>
    place.fail((await isThere(file)) ? "cannot be read" : "is not there", cause),
  );
  const all = object({
    rpc: optional(url, undefined),
    chainId: integer("the chain's id", 1, Number.MAX_SAFE_INTEGER),
    escrow: optional(address, undefined),
    state: path("a folder for what the services must not forget"),
    keeper: unread,
    verifier: unread,
    "first-instance": unread,
  });
  const read = all(parse(json, place), place);
  const { chainId, escrow, state } = read;
  const rpc = url(env.MICRO_ESCROW_RPC || read.rpc, place.member("rpc"));
  return { file, rpc, chainId, escrow, state, section: section(read[service], place.member(service)) };
}

function parse(json: string, place: Place): unknown {
  try {
    return JSON.parse(json.replace(/^\ufeff/, ""));
  } catch {
    // No cause: it would quote what stands there.
    return place.fail("is not JSON");
  }
}
