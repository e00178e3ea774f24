/**
 * Actions that one account signs and another sends: plain data that survives JSON.
 */
import type { Result } from "ethers";
import { settleCall } from "./actions/settle.js";
import type { Agreement } from "./agreement.js";
import { type ResultVerb, verbOf } from "./decode.js";
import { InvalidSignedActionError, WrongChainError, WrongContractCallError } from "./errors.js";
import { escrowInterface } from "./interfaces.js";
import type { EscrowConnection } from "./rpc.js";
import type { Address, AgreementId, Authorization, Call, Hex } from "./types.js";

/** The verbs that somebody else can send for the actor. */
export const signableVerbs = [
  "accept",
  "close",
  "submit",
  "approve",
  "advance",
  "requestChanges",
  "attest",
  "extend",
  "dispute",
  "rule",
  "settle",
  "refund",
] as const satisfies readonly ResultVerb[];

/** A verb that somebody else can send for the actor. */
export type SignableVerb = (typeof signableVerbs)[number];

/** An action with the actor's signature in it; anybody can relay it. Plain data: `JSON.stringify` keeps all of it. */
export interface SignedAction<V extends SignableVerb = SignableVerb> {
  readonly verb: V;
  readonly chainId: number;
  /** The escrow. */
  readonly to: Address;
  /** Calldata, signature included. */
  readonly data: Hex;
  /** Who signed; for a settlement both parties. */
  readonly signers: readonly Address[];
  /** It is void at or after this time, Unix seconds; null for a consent, which ends with `fundBy` or `close`. */
  readonly deadline: number | null;
}

/** One party's half of a settlement. Plain data: `JSON.stringify` keeps all of it. */
export interface SignedSettlement {
  readonly chainId: number;
  readonly escrow: Address;
  readonly agreement: AgreementId;
  /** The milestone, counted from 0. */
  readonly index: number;
  /** The freelancer's part, gross, token base units, in decimal. */
  readonly freelancerAmount: string;
  readonly signer: Address;
  readonly authorization: Authorization;
}

/**
 * The call that a signed action is.
 *
 * @throws {WrongChainError} When it is for another chain.
 * @throws {WrongContractCallError} When it is for another escrow.
 * @throws {InvalidSignedActionError} When it is not what it says, or has no signature: then whoever sends it would act.
 */
export function relayedCall(action: SignedAction, { chainId, escrow }: EscrowConnection): Call {
  if (action.chainId !== chainId) throw new WrongChainError({ actual: action.chainId, expected: chainId });
  if (action.to !== escrow) throw new WrongContractCallError({ actual: action.to, expected: escrow });
  const call: Call = { to: escrow, data: action.data, value: 0n };
  if (!isSigned(action.verb, call)) {
    throw new InvalidSignedActionError(`it is not a signed call of ${String(action.verb)}`);
  }
  return call;
}

function isSigned(verb: SignableVerb, call: Call): boolean {
  if (!signableVerbs.includes(verb)) return false;
  try {
    if (verbOf(call) !== verb) return false;
    return signaturesIn(verb, escrowInterface.decodeFunctionData(verb, call.data)).every((one) => one !== "0x");
  } catch {
    return false;
  }
}

function signaturesIn(verb: SignableVerb, args: Result): string[] {
  if (verb === "accept") return [args.signature];
  if (verb === "settle") return [args.client.signature, args.freelancer.signature];
  return [args.auth.signature];
}

/**
 * Both halves of a settlement as one action that anybody can relay.
 *
 * @throws {InvalidSignedActionError} When they are not the two parties' halves of the same settlement.
 * @example
 * const action = joinSettlement(agreement, [signedByClient, signedByFreelancer]);
 */
export function joinSettlement(agreement: Agreement, halves: readonly SignedSettlement[]): SignedAction<"settle"> {
  const { client, freelancer } = agreement.terms;
  const [first, second] = [client, freelancer].map((party) => halves.find(({ signer }) => signer === party));
  if (first === undefined || second === undefined || halves.length !== 2) {
    throw new InvalidSignedActionError("a settlement needs one signature of the client and one of the freelancer");
  }
  const { chainId, escrow, index, freelancerAmount } = first;
  checkSettlement(first, { chainId, escrow, agreement: agreement.id, index, freelancerAmount });
  checkSettlement(second, { chainId, escrow, agreement: agreement.id, index, freelancerAmount });
  const { data } = settleCall({
    escrow,
    agreement,
    index,
    freelancerAmount: BigInt(freelancerAmount),
    client: first.authorization,
    freelancer: second.authorization,
  });
  const deadline = Math.min(first.authorization.deadline, second.authorization.deadline);
  return { verb: "settle", chainId, to: escrow, data, signers: [client, freelancer], deadline };
}

/** @throws {InvalidSignedActionError} When a half is of another settlement. */
export function checkSettlement(
  half: SignedSettlement,
  expected: Omit<SignedSettlement, "signer" | "authorization">,
): void {
  for (const key of Object.keys(expected) as (keyof typeof expected)[]) {
    if (half[key] !== expected[key]) {
      throw new InvalidSignedActionError(`its ${key} is ${half[key]}, not ${expected[key]}`);
    }
  }
}
