/**
 * Actions that one account signs and another sends: plain data that survives JSON.
 */
import type { Result } from "ethers";
import { checkAuthorization } from "./actions/action.js";
import { settleCall } from "./actions/settle.js";
import { toAddress } from "./address.js";
import type { Agreement } from "./agreement.js";
import { type ResultVerb, verbOf } from "./decode.js";
import { InvalidSignedActionError, WrongChainError, WrongContractCallError } from "./errors.js";
import { escrowInterface } from "./interfaces.js";
import type { EscrowConnection } from "./rpc.js";
import { inert } from "./text.js";
import type { Address, AgreementId, Authorization, Call, Hex } from "./types.js";
import { checkAgreement, isUint } from "./validate.js";

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
 * @param action Anything, for example out of JSON from outside.
 * @throws {WrongChainError} When it is for another chain.
 * @throws {WrongContractCallError} When it is for another escrow.
 * @throws {InvalidSignedActionError} When it is not what it says, or has no signature: then whoever sends it would act.
 */
export function relayedCall(action: SignedAction, { chainId, escrow }: EscrowConnection): Call {
  if (typeof action !== "object" || action === null) throw new InvalidSignedActionError("it is not an object");
  const { verb, data, signers, deadline } = action;
  if (!isUint(action.chainId, Number.MAX_SAFE_INTEGER)) throw new InvalidSignedActionError("it names no chain");
  if (action.chainId !== chainId) throw new WrongChainError({ actual: chainId, expected: action.chainId });
  const actual = readAddress(action.to, "to");
  if (actual !== escrow) throw new WrongContractCallError({ actual, expected: escrow });

  const call: Call = { to: escrow, data, value: 0n };
  const args = argumentsOf(verb, call);
  const found = args && authorizationsOf(verb, args);
  if (found === undefined || found.some(({ signature }) => signature === "0x")) {
    throw new InvalidSignedActionError(`it is not a signed call of ${inert(String(verb), 40)}`);
  }
  const deadlines = found.flatMap((one) => (one.deadline === undefined ? [] : [Number(one.deadline)]));
  const earliest = deadlines.length === 0 ? null : Math.min(...deadlines);
  if (deadline !== earliest) throw new InvalidSignedActionError("its deadline is not the one that was signed");
  const isSigner = (index: number) => found[index]?.actors.includes(signers[index] as Address);
  if (!Array.isArray(signers) || signers.length !== found.length || !signers.every((_, index) => isSigner(index))) {
    throw new InvalidSignedActionError("its signers are not those whose decision it is");
  }
  return call;
}

/** The arguments of a call of this verb; `undefined` when it is none. */
function argumentsOf(verb: SignableVerb, call: Call): Result | undefined {
  if (!signableVerbs.includes(verb)) return undefined;
  try {
    return verbOf(call) === verb ? escrowInterface.decodeFunctionData(verb, call.data) : undefined;
  } catch {
    return undefined;
  }
}

/** One signature in a call. */
interface FoundAuthorization {
  readonly signature: string;
  /** Unix seconds; `undefined` for a consent, which has none. */
  readonly deadline: bigint | undefined;
  /** Who can have signed it, by the agreement. */
  readonly actors: readonly Address[];
}

function authorizationsOf(verb: SignableVerb, args: Result): readonly FoundAuthorization[] {
  const { client, freelancer, arbiter, verifier } = args.agreement;
  const by = ({ signature, deadline }: Result, ...actors: Address[]) => ({ signature, deadline, actors });
  switch (verb) {
    case "accept":
      return [{ signature: args.signature, deadline: undefined, actors: [args.party] }];
    case "settle":
      return [by(args.client, client), by(args.freelancer, freelancer)];
    case "close":
      return [by(args.auth, args.party)];
    case "submit":
    case "refund":
      return [by(args.auth, freelancer)];
    case "approve":
    case "advance":
    case "requestChanges":
    case "extend":
      return [by(args.auth, client)];
    case "dispute":
      // Which of the two says the milestone's status.
      return [by(args.auth, client, freelancer)];
    case "attest":
      return [by(args.auth, verifier)];
    case "rule":
      return [by(args.auth, arbiter)];
  }
}

/**
 * Both halves of a settlement as one action that anybody can relay.
 *
 * @param halves Anything, for example out of JSON from outside.
 * @throws {InvalidSignedActionError} When they are not the two parties' halves of the same settlement.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {InvalidAmountError} When the freelancer's part does not fit 128 bits.
 * @example
 * const split = { agreement, index: 0, freelancerAmount: parseAmount("300", 6) };
 * const ofClient = await escrow.connect(clientSigner).signSettle(split);
 * const ofFreelancer = await escrow.connect(freelancerSigner).signSettle(split);
 * await escrow.relay(joinSettlement(agreement, [ofClient, ofFreelancer]));
 */
export function joinSettlement(agreement: Agreement, halves: readonly SignedSettlement[]): SignedAction<"settle"> {
  const { client, freelancer } = checkAgreement(agreement).terms;
  const given: readonly SignedSettlement[] = Array.isArray(halves) ? halves : [];
  const [first, second] = [client, freelancer].map((party) => given.find((half) => half?.signer === party));
  if (first === undefined || second === undefined || given.length !== 2) {
    throw new InvalidSignedActionError("a settlement needs one signature of the client and one of the freelancer");
  }
  const { chainId, escrow, index, freelancerAmount } = first;
  for (const half of [first, second]) {
    checkSettlement(half, { chainId, escrow, agreement: agreement.id, index, freelancerAmount });
  }
  const { to, data } = settleCall({
    escrow,
    agreement,
    index,
    freelancerAmount: BigInt(freelancerAmount),
    client: first.authorization,
    freelancer: second.authorization,
  });
  const deadline = Math.min(first.authorization.deadline, second.authorization.deadline);
  return { verb: "settle", chainId, to, data, signers: [client, freelancer], deadline };
}

/**
 * @param half Anything, for example out of JSON from outside.
 * @throws {InvalidSignedActionError} When it is malformed, or a half of another settlement.
 */
export function checkSettlement(
  half: SignedSettlement,
  expected: Omit<SignedSettlement, "signer" | "authorization">,
): void {
  if (typeof half !== "object" || half === null) throw new InvalidSignedActionError("it is not an object");
  const { chainId, escrow, index, freelancerAmount, authorization } = half;
  readAddress(escrow, "escrow");
  if (!isUint(chainId, Number.MAX_SAFE_INTEGER)) throw new InvalidSignedActionError("it names no chain");
  if (!isUint(index, Number.MAX_SAFE_INTEGER))
    throw new InvalidSignedActionError("its index is not that of a milestone");
  if (typeof freelancerAmount !== "string" || !/^(0|[1-9]\d{0,38})$/.test(freelancerAmount)) {
    throw new InvalidSignedActionError("its freelancerAmount is not decimal text in base units");
  }
  try {
    checkAuthorization(authorization);
  } catch (cause) {
    throw new InvalidSignedActionError("it has no signature with a deadline", { cause });
  }
  if (authorization.signature === "0x") throw new InvalidSignedActionError("its signature is empty");
  for (const key of Object.keys(expected) as (keyof typeof expected)[]) {
    if (half[key] !== expected[key]) {
      throw new InvalidSignedActionError(`its ${key} is ${inert(String(half[key]), 80)}, not ${expected[key]}`);
    }
  }
}

function readAddress(value: unknown, name: string): Address {
  try {
    return toAddress(value as string);
  } catch (cause) {
    throw new InvalidSignedActionError(`its ${name} is not an address`, { cause });
  }
}
