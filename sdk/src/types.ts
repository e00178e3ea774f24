/**
 * The protocol's own types, as plain data. Amounts are bigint in token base units; times (Unix seconds), periods (seconds)
 * and shares (basis points, 1/10,000) are numbers, because they are exact in 53 bits.
 */

/** 0x-prefixed hexadecimal text. */
export type Hex = `0x${string}`;

/** A checksummed address (EIP-55). */
export type Address = Hex & { readonly __brand: "Address" };

/** A 32-byte hash. */
export type Hash = Hex & { readonly __brand: "Hash" };

/** The identifier of an agreement: the EIP-712 struct hash of its terms, without a domain. */
export type AgreementId = Hash & { readonly __hashOf: "Agreement" };

/** One entry of the schedule that both parties sign. */
export interface Milestone {
  /** Gross amount, token base units, greater than 0. */
  readonly amount: bigint;
  /** Seconds from funding until work must be submitted, greater than 0. */
  readonly workPeriod: number;
}

/** The terms that both parties sign, member for member as in the contract's `Agreement`. */
export interface Terms {
  readonly client: Address;
  readonly freelancer: Address;
  readonly arbiter: Address;
  /** ERC-20 contract. */
  readonly token: Address;
  /** Where the freelancer's money goes; zero address: to the freelancer. */
  readonly payoutTo: Address;
  /** Where the client's money goes back; zero address: to the client. */
  readonly refundTo: Address;
  /** Attests submitted work; zero address: nobody. */
  readonly verifier: Address;
  /** Asked before money comes in; zero address: nobody. */
  readonly gate: Address;
  /** The platform; zero address: nobody. */
  readonly feeRecipient: Address;
  /** Platform fee on what the freelancer receives, basis points, at most 1,000. */
  readonly feeBps: number;
  /** The arbiter's fee, taken only when it rules, basis points, at most 1,000. */
  readonly arbiterFeeBps: number;
  /** The freelancer's share if the arbiter never rules, basis points, at most 10,000. */
  readonly defaultShareBps: number;
  /** Seconds the client has to answer a submission. */
  readonly reviewPeriod: number;
  /** Seconds the freelancer has to answer a request for changes. */
  readonly reworkPeriod: number;
  /** Seconds the client has to object after the verifier passed the work; 0: paid at once. */
  readonly challengePeriod: number;
  /** Seconds the arbiter has to rule. */
  readonly arbitrationPeriod: number;
  /** No milestone can be funded at or after this time, Unix seconds. */
  readonly fundBy: number;
  /** SHA-256 of the scope document. */
  readonly details: Hash;
  /** EIP-712 hash of the schedule. */
  readonly milestones: Hash;
}

/** Where a milestone stands; the values are the contract's. */
export const Status = {
  None: 0,
  Funded: 1,
  Submitted: 2,
  ChangesRequested: 3,
  Disputed: 4,
  Released: 5,
  Refunded: 6,
  Resolved: 7,
} as const;
export type Status = (typeof Status)[keyof typeof Status];

/**
 * A status in words: its name in {@link Status}.
 *
 * @example
 * statusName(Status.Submitted); // "Submitted"
 */
export function statusName(status: Status): string {
  return nameOf(Status, status);
}

/** Why a milestone ended; the values are the contract's. */
export const Outcome = {
  None: 0,
  Approved: 1,
  Attested: 2,
  ReviewExpired: 3,
  Refunded: 4,
  WorkExpired: 5,
  ReworkExpired: 6,
  Ruled: 7,
  ArbitrationExpired: 8,
  Settled: 9,
} as const;
export type Outcome = (typeof Outcome)[keyof typeof Outcome];

/**
 * An outcome in words: its name in {@link Outcome}.
 *
 * @example
 * outcomeName(Outcome.ReviewExpired); // "ReviewExpired"
 */
export function outcomeName(outcome: Outcome): string {
  return nameOf(Outcome, outcome);
}

function nameOf(names: Readonly<Record<string, number>>, value: number): string {
  return Object.entries(names).find(([, other]) => other === value)?.[0] ?? String(value);
}

/** What the chain stores of a milestone. The flags of milestone 0 are read apart, see {@link AgreementState}. */
export interface MilestoneState {
  /** Still held, token base units; 0 in a terminal status. */
  readonly held: bigint;
  /** When the default outcome becomes due, Unix seconds; 0 in a terminal status. */
  readonly clock: number;
  /** How many times work was submitted. */
  readonly submissions: number;
  readonly status: Status;
  readonly outcome: Outcome;
}

/** What the chain stores of an agreement. */
export interface AgreementState {
  readonly clientConsented: boolean;
  readonly freelancerConsented: boolean;
  /** Closed: nothing more can be funded. */
  readonly closed: boolean;
  /** One entry per entry of the schedule, in its order. */
  readonly milestones: readonly MilestoneState[];
}

/** How an actor authorizes an action that somebody else sends. */
export interface Authorization {
  /** The signature is void at or after this time, Unix seconds; ignored when the signature is empty. */
  readonly deadline: number;
  /** Empty (`0x`): the sender is the actor. */
  readonly signature: Hex;
}

/** A transaction that any wallet, relayer or batch can send as it is. */
export interface Call {
  readonly to: Address;
  readonly data: Hex;
  /** Always 0: the contract takes no ether. */
  readonly value: 0n;
}
