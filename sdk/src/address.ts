/**
 * Addresses and hashes on their way in.
 */
import { getAddress, ZeroAddress } from "ethers";
import { InvalidAddressError, InvalidHashError } from "./errors.js";
import type { Address, Hash } from "./types.js";

/** The zero address: nobody. */
export const zeroAddress = ZeroAddress as Address;

/** Addresses that were read before, as they were given: a checksum costs more than all that is done with most addresses. */
const known = new Map<string, Address>();
const MOST_KNOWN = 1_000;

/**
 * Reads an address and writes it with its checksum (EIP-55).
 *
 * @param text All lower case, or with a right checksum.
 * @throws {InvalidAddressError} When it is anything else; names (ENS) are not resolved.
 * @example
 * toAddress("0x833589fcd6edb6e08f4c7c32d4f71b54bda02913"); // "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"
 */
export function toAddress(text: string): Address {
  const before = known.get(text);
  if (before !== undefined) return before;
  if (typeof text !== "string" || !/^0x[0-9a-fA-F]{40}$/.test(text)) {
    const isName = typeof text === "string" && /^[^\s.]+(\.[^\s.]+)*\.\p{L}{2,}$/u.test(text);
    if (isName)
      throw new InvalidAddressError(text, "is a name, and names are not resolved", { advice: "Pass the address." });
    throw new InvalidAddressError(text, "is not an address", { advice: "Write 0x and 40 hexadecimal digits." });
  }
  const address = checksummed(text);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(text, address);
  return address;
}

function checksummed(text: string): Address {
  try {
    return getAddress(text) as Address;
  } catch (cause) {
    throw new InvalidAddressError(text, "has a wrong checksum: a character was mistyped", {
      advice: "Copy the address again.",
      cause,
    });
  }
}

/**
 * Reads a 32-byte hash and writes it in lower case.
 *
 * @throws {InvalidHashError} When it is not 0x and 64 hexadecimal digits.
 * @example
 * const deliverable = toHash("0xB94D27B9934D3E08A52E52D7DA7DABFAC484EFE37A5380EE9088F7ACE2EFCDE9");
 */
export function toHash(text: string): Hash {
  if (typeof text !== "string" || !/^0x[0-9a-fA-F]{64}$/.test(text)) {
    throw new InvalidHashError(text, "is not a 32-byte hash; expected 0x and 64 hexadecimal digits");
  }
  return text.toLowerCase() as Hash;
}
