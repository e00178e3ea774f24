/**
 * An agreement as data, and its hashes. Everything here is pure: no clock, no network, no signer.
 */
import { id, keccak256, type TypedDataDomain, TypedDataEncoder, type TypedDataField } from "ethers";
import { toAddress } from "./address.js";
import { checkChainId, checkList, checkObject } from "./check.js";
import { DOMAIN } from "./deployments.js";
import { InvalidParameterError } from "./errors.js";
import type { Scope } from "./scope.js";
import type { AgreementId, Hash, Milestone, Terms } from "./types.js";

/** What client and freelancer agree on: the terms and the schedule that they sign, and the scope in words. */
export interface Agreement {
  /** The EIP-712 struct hash of terms and schedule; see {@link agreementId}. */
  readonly id: AgreementId;
  /** The contract's struct `Agreement`: the same members in the same order. */
  readonly terms: Terms;
  /** What each milestone pays and how long its work may take. The chain identifies a milestone by its index in here. */
  readonly schedule: readonly Milestone[];
  /**
   * What is to be done, in words. `undefined` when the agreement was read from the chain, which knows only its hash
   * (`terms.details`).
   */
  readonly scope: Scope | undefined;
}

/** Typed data (EIP-712) as every wallet takes it: `signer.signTypedData(domain, types, message)`. */
export interface TypedData {
  readonly domain: TypedDataDomain;
  /** Without `EIP712Domain`, as ethers wants it. */
  readonly types: Record<string, TypedDataField[]>;
  readonly primaryType: string;
  readonly message: Record<string, unknown>;
}

/** The members of an EIP-712 struct, as its type has them: `"address token,uint256 amount"`. */
export function typedFields(members: string): TypedDataField[] {
  return members.split(",").map((member) => {
    const [type = "", name = ""] = member.split(" ");
    return { name, type };
  });
}

/** Where a signature counts: one escrow contract on one chain. */
export interface EscrowLocation {
  readonly chainId: bigint | number;
  /** Address of the escrow contract. */
  readonly escrow: string;
}

/** The members of the contract's `Milestone` in their order. */
export const milestoneFields: TypedDataField[] = [
  { name: "amount", type: "uint128" },
  { name: "workPeriod", type: "uint32" },
];

/** The members of the contract's `Agreement` in their order. */
const fieldsOfTerms: TypedDataField[] = [
  { name: "client", type: "address" },
  { name: "freelancer", type: "address" },
  { name: "arbiter", type: "address" },
  { name: "token", type: "address" },
  { name: "payoutTo", type: "address" },
  { name: "refundTo", type: "address" },
  { name: "verifier", type: "address" },
  { name: "gate", type: "address" },
  { name: "feeRecipient", type: "address" },
  { name: "feeBps", type: "uint16" },
  { name: "arbiterFeeBps", type: "uint16" },
  { name: "defaultShareBps", type: "uint16" },
  { name: "reviewPeriod", type: "uint32" },
  { name: "reworkPeriod", type: "uint32" },
  { name: "challengePeriod", type: "uint32" },
  { name: "arbitrationPeriod", type: "uint32" },
  { name: "fundBy", type: "uint40" },
  { name: "details", type: "bytes32" },
];

/** The same in calls and events, with the schedule's hash in place of the schedule. */
export const termsFields: readonly TypedDataField[] = [...fieldsOfTerms, { name: "milestones", type: "bytes32" }];

const agreementTypes = {
  Agreement: [...fieldsOfTerms, { name: "milestones", type: "Milestone[]" }],
  Milestone: milestoneFields,
};

const typehash = id(TypedDataEncoder.from(agreementTypes).encodeType("Agreement"));

/** Bytes of encoded terms: each member is one word, in calls and events (ABI) as in hashes (EIP-712). */
const TERMS_LENGTH = 32 * termsFields.length;

/** EIP-712 encodes an array as one hash: so the terms, which have that hash, are encoded as a struct without arrays. */
const encoders = {
  terms: TypedDataEncoder.from({ Terms: [...termsFields] }),
  milestone: TypedDataEncoder.from({ Milestone: milestoneFields }),
};

/**
 * The EIP-712 hash of a schedule, as it stands in {@link Terms.milestones}.
 *
 * @param schedule Amounts in token base units, work periods in seconds.
 * @example
 * scheduleHash(agreement.schedule) === agreement.terms.milestones; // true
 */
export function scheduleHash(schedule: readonly Milestone[]): Hash {
  const entries = checkList(schedule, "the milestones of an agreement");
  const hashes = entries.map((entry, index) =>
    keccak256(encodeStruct(encoders.milestone, entry, `schedule[${index}]`)),
  );
  return keccak256(`0x${hashes.map((hash) => hash.slice(2)).join("")}`) as Hash;
}

/**
 * The identifier of an agreement: the EIP-712 struct hash of its terms, without a domain. It is the same on every
 * chain; what the parties sign is not (see {@link agreementTypedData}).
 *
 * @example
 * agreementId(agreement.terms) === agreement.id; // true
 */
export function agreementId(terms: Terms): AgreementId {
  // The members alone are those of the contract's struct.
  return encodedAgreementId(encodeStruct(encoders.terms, terms, "terms"), 32);
}

/**
 * The identifier of an agreement from data in which its encoded terms stand. It says nothing about what they decode to: a
 * decoder passes over bits that a type does not have.
 *
 * @param data In hexadecimal, with the terms whole.
 * @param start Bytes before the terms.
 */
export function encodedAgreementId(data: string, start: number): AgreementId {
  const first = 2 + 2 * start;
  return keccak256(typehash + data.slice(first, first + 2 * TERMS_LENGTH)) as AgreementId;
}

/** The hash of a struct's type and its members, each of one word. */
function encodeStruct(encoder: TypedDataEncoder, struct: object, path: string): string {
  checkObject(struct, `the ${path} of an agreement`);
  try {
    return encoder.encodeData(encoder.primaryType, struct);
  } catch (cause) {
    throw misfit(encoder, struct, path, cause);
  }
}

/** Which member of a struct it is that cannot be encoded. */
function misfit(encoder: TypedDataEncoder, struct: object, path: string, cause: unknown): InvalidParameterError {
  const advice = "Make the agreement with defineAgreement.";
  for (const field of encoder.types[encoder.primaryType] ?? []) {
    const value: unknown = struct[field.name as keyof typeof struct];
    try {
      TypedDataEncoder.from({ Member: [field] }).encodeData("Member", { [field.name]: value });
    } catch (reason) {
      const what = `cannot be ${path}.${field.name} of an agreement`;
      return new InvalidParameterError(value, what, { advice, cause: reason });
    }
  }
  return new InvalidParameterError(struct, `cannot be the ${path} of an agreement`, { advice, cause });
}

/**
 * An agreement of these terms and this schedule; computes the id and checks nothing (see `validateAgreement`).
 *
 * @param schedule The one that `terms.milestones` is the hash of.
 * @example
 * const { terms, schedule, scope } = agreement;
 * const later = toAgreement({ ...terms, fundBy: terms.fundBy + parseDuration("30 days") }, schedule, scope);
 */
export function toAgreement(terms: Terms, schedule: readonly Milestone[], scope?: Scope): Agreement {
  return { id: agreementId(terms), terms, schedule, scope };
}

/**
 * What client and freelancer sign: the agreement with its whole schedule, for one escrow on one chain.
 *
 * @throws {InvalidAddressError} When the escrow is not an address.
 * @example
 * const { domain, types, message } = agreementTypedData(agreement, escrow.connection);
 * const freelancerSignature = await freelancerSigner.signTypedData(domain, types, message);
 */
export function agreementTypedData(agreement: Agreement, location: EscrowLocation): TypedData {
  checkObject(agreement, "an agreement");
  checkList(agreement.schedule, "the milestones of an agreement");
  return {
    domain: escrowDomain(location),
    types: agreementTypes,
    primaryType: "Agreement",
    message: { ...agreement.terms, milestones: agreement.schedule.map((entry) => ({ ...entry })) },
  };
}

/**
 * The EIP-712 domain of an escrow, for everything that is signed for it.
 *
 * @throws {InvalidAddressError} When the escrow is not an address.
 * @example
 * const domain = escrowDomain({ chainId: 8453, escrow: escrowAddress(8453) });
 */
export function escrowDomain(location: EscrowLocation): TypedDataDomain {
  const { chainId, escrow } = checkObject(location, "where the signature counts");
  return { ...DOMAIN, chainId: checkChainId(chainId), verifyingContract: toAddress(escrow) };
}
