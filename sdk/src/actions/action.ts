/**
 * What all actions have in common. An action is a pure function from its parameters to a {@link Call}, and one to the typed
 * data that its actor signs when somebody else sends it: no clock, no network, no signer.
 */

import { toAddress } from "../address.js";
import { type Agreement, type EscrowLocation, escrowDomain, type TypedData, typedFields } from "../agreement.js";
import { checkObject } from "../check.js";
import {
  AmountOutOfRangeError,
  InvalidAmountError,
  InvalidHashError,
  InvalidSubmissionError,
  MilestoneOutOfRangeError,
} from "../errors.js";
import type { Authorization, Call, Hex } from "../types.js";
import { checkAgreement, checkTime } from "../validate.js";

/** Parameters of every action on a milestone. */
export interface MilestoneParameters {
  readonly agreement: Agreement;
  /** The milestone, counted from 0. */
  readonly index: number;
}

/** Where a call goes, and who authorizes it. */
export interface CallParameters {
  /** Address of the escrow. */
  readonly escrow: string;
  /** The actor's authorization; left out when the actor sends the call itself. */
  readonly authorization?: Authorization;
}

/** Where a signature counts, and until when. */
export interface SigningParameters extends EscrowLocation {
  /** The signature is void at or after this time, Unix seconds. */
  readonly deadline: number;
}

/** The authorization of an actor who sends the call itself. */
export const bySender: Authorization = { deadline: 0, signature: "0x" };

/**
 * A call of the escrow; it never carries ether.
 *
 * @throws {InvalidAddressError} When the escrow is not an address.
 */
export function toCall(escrow: string, data: string): Call {
  return { to: toAddress(escrow), data: data as Hex, value: 0n };
}

/**
 * Typed data of an action.
 *
 * @param type The EIP-712 type as the contract has it: `"Refund(bytes32 agreement,…)"`.
 * @param message One value for each member of it, but for the deadline.
 */
export function actionTypedData(
  type: string,
  message: Record<string, unknown>,
  { chainId, escrow, deadline }: SigningParameters,
): TypedData {
  const [, primaryType = "", members = ""] = /^(\w+)\((.*)\)$/.exec(type) ?? [];
  return {
    domain: escrowDomain({ chainId, escrow }),
    types: { [primaryType]: typedFields(members) },
    primaryType,
    message: { ...message, deadline: checkTime(deadline) },
  };
}

/**
 * The parameters of an action, made sure that they are there, and that their agreement is one: after a trip through JSON its
 * amounts may be text, which adds up to something else.
 *
 * @throws {InvalidParameterError} When they are no object.
 * @throws {InvalidAgreementError} When the agreement has values that its types do not hold.
 */
export function checkParameters<P extends { readonly agreement: Agreement }>(parameters: P): P {
  checkAgreement(checkObject(parameters, "an object of parameters").agreement);
  return parameters;
}

/** @throws {MilestoneOutOfRangeError} When the schedule has no such milestone. */
export function checkIndex({ schedule }: Agreement, index: number): number {
  if (!Number.isInteger(index) || index < 0 || index >= schedule.length) {
    throw new MilestoneOutOfRangeError({ index, length: schedule.length });
  }
  return index;
}

/** @throws {InvalidAmountError} When it is not a bigint that fits the contract's bits. */
export function checkAmount(amount: bigint, bits = 128): bigint {
  if (typeof amount !== "bigint") throw new InvalidAmountError(amount, "is not a bigint of token base units");
  if (amount < 0n || amount >= 1n << BigInt(bits)) {
    throw new InvalidAmountError(amount, `must be between 0 and 2^${bits} - 1`);
  }
  return amount;
}

/**
 * @throws {InvalidAmountError} When it is not a bigint.
 * @throws {AmountOutOfRangeError} When it is not within the bounds, both included.
 */
export function checkRange(amount: bigint, minimum: bigint, maximum: bigint): bigint {
  if (typeof amount !== "bigint") throw new InvalidAmountError(amount, "is not a bigint of token base units");
  if (amount < minimum || amount > maximum) throw new AmountOutOfRangeError({ amount, minimum, maximum });
  return amount;
}

/** @throws {InvalidHashError} When it is not hexadecimal; whether it is valid decides the contract. */
export function checkSignature(signature: Hex): Hex {
  if (typeof signature === "string" && /^0x(?:[0-9a-fA-F]{2})*$/.test(signature)) return signature;
  throw new InvalidHashError(signature, "is not a signature; expected 0x and pairs of hexadecimal digits");
}

/**
 * @throws {InvalidHashError} When its signature is not hexadecimal.
 * @throws {InvalidTimeError} When its deadline is not whole Unix seconds.
 */
export function checkAuthorization(authorization: Authorization): Authorization {
  const signature = checkSignature(authorization?.signature);
  return { deadline: checkTime(authorization.deadline), signature };
}

/** @throws {InvalidSubmissionError} When it is not a whole number from 0 to 255. */
export function checkSubmission(submission: number): number {
  if (!Number.isInteger(submission) || submission < 0 || submission > 255) {
    throw new InvalidSubmissionError(
      submission,
      "is not the number of a submission; they count from 1 to 255, and 0 is none",
    );
  }
  return submission;
}
