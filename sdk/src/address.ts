/**
 * Addresses and hashes on their way in.
 */
import { getAddress, ZeroAddress } from "ethers";
import { InvalidAddressError, InvalidHashError } from "./errors.js";
import type { Address, Hash } from "./types.js";

/** The zero address: nobody. */
export const zeroAddress = ZeroAddress as Address;

/**
 * Reads an address and writes it with its checksum (EIP-55).
 *
 * @param text All lower case, or with a right checksum.
 * @throws {InvalidAddressError} When it is anything else; names are not resolved.
 */
export function toAddress(text: string): Address {
  if (typeof text !== "string" || !/^0x[0-9a-fA-F]{40}$/.test(text)) {
    throw new InvalidAddressError(String(text), "is not an address; expected 0x and 40 hexadecimal digits");
  }
  try {
    return getAddress(text) as Address;
  } catch (cause) {
    const reason = "has a wrong checksum: a character was mistyped; copy the address again";
    throw new InvalidAddressError(text, reason, { cause });
  }
}

/**
 * Reads a 32-byte hash and writes it in lower case.
 *
 * @throws {InvalidHashError} When it is not 0x and 64 hexadecimal digits.
 */
export function toHash(text: string): Hash {
  if (typeof text !== "string" || !/^0x[0-9a-fA-F]{64}$/.test(text)) {
    throw new InvalidHashError(String(text), "is not a 32-byte hash; expected 0x and 64 hexadecimal digits");
  }
  return text.toLowerCase() as Hash;
}
