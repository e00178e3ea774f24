/**
 * Calls for a Safe: the file that its Transaction Builder imports.
 */
import { id } from "ethers";
import { toAddress } from "./address.js";
import { type BatchCall, checkCalls } from "./batch.js";
import { checkChainId, checkObject, checkText } from "./check.js";
import { inert } from "./text.js";
import type { Address, Hash, Hex } from "./types.js";
import { checkTime } from "./validate.js";

/** The file of the Transaction Builder, version 1.0. Plain data: `JSON.stringify` makes the file. */
export interface SafeBatch {
  readonly version: "1.0";
  /** In decimal. */
  readonly chainId: string;
  /** Milliseconds. */
  readonly createdAt: number;
  readonly meta: {
    readonly name: string;
    readonly description: string;
    readonly createdFromSafeAddress: Address;
    /** By which the builder sees that the file is as it was made. */
    readonly checksum: Hash;
  };
  readonly transactions: readonly {
    readonly to: Address;
    /** Wei, in decimal. */
    readonly value: string;
    readonly data: Hex;
    readonly contractMethod: null;
    readonly contractInputsValues: null;
  }[];
}

/** What {@link safeTransactions} is made from. */
export interface SafeParameters {
  readonly chainId: bigint | number;
  /** Address of the Safe. */
  readonly safe: string;
  /** In the order in which they are to happen. The builder makes one transaction of several calls: all happen, or none. */
  readonly calls: readonly BatchCall[];
  /** What the owners read above the transactions. */
  readonly name: string;
  /** More about it; by default nothing. */
  readonly description?: string;
  /** When it was made, Unix seconds; by default 0. */
  readonly createdAt?: number;
}

/**
 * The file by which the owners of a Safe send calls, with the Transaction Builder in the Safe's app ("import"). The Safe
 * is then the client, the freelancer, the arbiter or the payer, and consents by `accept` or `fund` instead of a signature.
 *
 * @throws {InvalidParameterError} When the chain is none, there is no call, or the name is no text.
 * @throws {InvalidAddressError} When the Safe, or what a call is for, is not an address.
 * @throws {InvalidHashError} When the data of a call is not hexadecimal.
 * @throws {InvalidAmountError} When the value of a call is not a bigint.
 * @throws {InvalidTimeError} When the time is not whole Unix seconds.
 * @example
 * const calls = fundCalls({ escrow: escrow.address, agreement, indices: [0], freelancerSignature });
 * const batch = safeTransactions({ chainId: escrow.chainId, safe: client, calls, name: "Fund the first milestone" });
 * const file = new File([JSON.stringify(batch)], "fund.json", { type: "application/json" });
 */
export function safeTransactions(parameters: SafeParameters): SafeBatch {
  const {
    chainId,
    safe,
    calls,
    name,
    description = "",
    createdAt = 0,
  } = checkObject(parameters, "an object of parameters");
  const meta = {
    name: inert(checkText(name, "the name of the batch")),
    description: inert(checkText(description, "the description of the batch"), 1_000),
    createdFromSafeAddress: toAddress(safe),
  };
  const batch = {
    version: "1.0" as const,
    chainId: checkChainId(chainId).toString(),
    createdAt: checkTime(createdAt) * 1_000,
    transactions: checkCalls(calls).map(({ to, data, value }) => {
      return { to, value: value.toString(), data, contractMethod: null, contractInputsValues: null };
    }),
  };
  return { ...batch, meta: { ...meta, checksum: checksumOf({ ...batch, meta }) } };
}

/** The checksum of a file that has none yet. */
export function checksumOf(batch: object): Hash {
  return id(canonical(batch)) as Hash;
}

/**
 * A value as the builder hashes it: of an object first its names in their order, as JSON, then its values, each with a
 * comma behind it.
 */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  const names = JSON.stringify(members.map(([name]) => name));
  return `{${names}${members.map(([, member]) => `${canonical(member)},`).join("")}}`;
}
