/**
 * The agreement as one JSON file that both parties keep: terms, schedule and scope.
 */
import { toAddress, toHash } from "./address.js";
import { type Agreement, agreementId, scheduleHash } from "./agreement.js";
import { AgreementMismatchError, InvalidAgreementFileError, MicroEscrowError } from "./errors.js";
import { isScope, MAX_MILESTONES, type Scope, scopeHash, scopeProblems } from "./scope.js";
import { inert } from "./text.js";
import type { AgreementId, Milestone, Terms } from "./types.js";
import { checkAgreement, MAX_UINT128 } from "./validate.js";

/** The version of the file's format. */
const VERSION = 1;

/** How each member of an object in a file is read; the path is for what is said when it cannot be. */
type Readers<T> = { readonly [Member in keyof T]-?: (value: unknown, path: string) => T[Member] };

/** The terms' members in the contract's order. */
const TERMS: Readers<Terms> = {
  client: readAddress,
  freelancer: readAddress,
  arbiter: readAddress,
  token: readAddress,
  payoutTo: readAddress,
  refundTo: readAddress,
  verifier: readAddress,
  gate: readAddress,
  feeRecipient: readAddress,
  feeBps: uintReader(16),
  arbiterFeeBps: uintReader(16),
  defaultShareBps: uintReader(16),
  reviewPeriod: uintReader(32),
  reworkPeriod: uintReader(32),
  challengePeriod: uintReader(32),
  arbitrationPeriod: uintReader(32),
  fundBy: uintReader(40),
  details: readHash,
  milestones: readHash,
};

const MILESTONE: Readers<Milestone> = { amount: readAmount, workPeriod: uintReader(32) };

/**
 * Writes an agreement as a JSON file, with its scope if that is known. Amounts are decimal text in token base units.
 *
 * @example
 * const download = new Blob([serializeAgreement(agreement)], { type: "application/json" });
 */
export function serializeAgreement(agreement: Agreement): string {
  const { id, terms, schedule, scope } = checkAgreement(agreement);
  const file = {
    microEscrowAgreement: VERSION,
    id,
    terms: Object.fromEntries(Object.keys(TERMS).map((member) => [member, terms[member as keyof Terms]])),
    schedule: schedule.map(({ amount, workPeriod }) => ({ amount: amount.toString(), workPeriod })),
    ...(scope === undefined ? {} : { scope }),
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/**
 * Reads an agreement's file. It computes every hash again, so a file that somebody edited is refused. Whether the terms
 * are valid and wise is another question: see `validateAgreement` and `warnings`.
 *
 * @throws {InvalidAgreementFileError} When it is not such a file.
 * @throws {AgreementMismatchError} When the scope, the schedule or the id is not that of the terms.
 * @example
 * const agreement = parseAgreement(await file.text());
 */
export function parseAgreement(text: string): Agreement {
  if (typeof text !== "string") refuse("it is not text");
  const file = readObject(parseJson(text), "the file", ["microEscrowAgreement", "id", "terms", "schedule", "scope"]);
  if (file.microEscrowAgreement !== VERSION)
    refuse(`its microEscrowAgreement is not ${VERSION}, the version read here`);

  const terms = readMembers(file.terms, "terms", TERMS);
  const entries = readArray(file.schedule, "schedule");
  if (entries.length > MAX_MILESTONES) refuse(`schedule has more than ${MAX_MILESTONES} milestones`);
  const schedule = entries.map((entry, index) => readMembers(entry, `schedule[${index}]`, MILESTONE));
  const id = readHash(file.id, "id") as AgreementId;
  const scope = file.scope === undefined ? undefined : readScope(file.scope);

  if (scope !== undefined) checkHash("details", scopeHash(scope), terms.details);
  checkHash("milestones", scheduleHash(schedule), terms.milestones);
  checkHash("id", agreementId(terms), id);
  return { id, terms, schedule, scope };
}

function checkHash(member: "id" | "details" | "milestones", actual: `0x${string}`, expected: `0x${string}`): void {
  if (actual !== expected) throw new AgreementMismatchError({ member, actual, expected });
}

function parseJson(text: string): unknown {
  try {
    // Some editors begin a file with a byte order mark, which JSON does not know.
    return JSON.parse(text.replace(/^\ufeff/, ""));
  } catch (cause) {
    throw new InvalidAgreementFileError("it is not JSON", { cause });
  }
}

function refuse(reason: string): never {
  throw new InvalidAgreementFileError(reason);
}

function readObject(value: unknown, path: string, known: readonly string[]): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return refuse(`${path} is not an object`);
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown !== undefined) refuse(`${path} has a member that this version does not know, "${inert(unknown, 40)}"`);
  return value as Record<string, unknown>;
}

function readArray(value: unknown, path: string): readonly unknown[] {
  return Array.isArray(value) ? value : refuse(`${path} is not a list`);
}

/** An object that has these members and no others. */
function readMembers<T extends object>(value: unknown, path: string, readers: Readers<T>): T {
  const members = readObject(value, path, Object.keys(readers));
  const read = Object.entries<Readers<T>[keyof T]>(readers).map(([name, reader]) => [
    name,
    reader(members[name], `${path}.${name}`),
  ]);
  return Object.fromEntries(read) as T;
}

function readAmount(value: unknown, path: string): bigint {
  if (typeof value === "string" && /^(0|[1-9]\d{0,38})$/.test(value) && BigInt(value) <= MAX_UINT128) {
    return BigInt(value);
  }
  return refuse(`${path} is not an amount in base units, as text`);
}

function readScope(value: unknown): Scope {
  if (isScope(value)) return value;
  const [problem] = scopeProblems(value);
  return refuse(`${problem?.path} holds ${problem?.reason}`);
}

function readAddress(value: unknown, path: string) {
  return readWith(toAddress, value, path, "an address");
}

function readHash(value: unknown, path: string) {
  return readWith(toHash, value, path, "a 32-byte hash");
}

function readWith<T>(reader: (text: string) => T, value: unknown, path: string, what: string): T {
  try {
    return reader(value as string);
  } catch (cause) {
    if (!(cause instanceof MicroEscrowError)) throw cause;
    throw new InvalidAgreementFileError(`${path} is not ${what}`, { cause });
  }
}

function uintReader(bits: number) {
  return (value: unknown, path: string): number => {
    if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value < 2 ** bits) return value;
    return refuse(`${path} is not a whole number of at most ${bits} bits`);
  };
}
