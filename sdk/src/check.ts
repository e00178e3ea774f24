/**
 * Checks of what comes in where types are not checked: from JavaScript, out of JSON, or through a cast.
 */
import type { Provider, Signer } from "ethers";
import { InvalidParameterError } from "./errors.js";

/** @throws {InvalidParameterError} When it is not an object with members; a list is none. */
export function checkObject<T>(value: T, what: string): T {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new InvalidParameterError(value, `is not an object: expected ${what}`);
}

/** @throws {InvalidParameterError} When it is not a list. */
export function checkList<T>(value: readonly T[], what: string): readonly T[] {
  if (Array.isArray(value)) return value;
  throw new InvalidParameterError(value, `is not a list: expected ${what}`);
}

/** @throws {InvalidParameterError} When it is not text. */
export function checkText(value: string, what: string): string {
  if (typeof value === "string") return value;
  throw new InvalidParameterError(value, `is not text: expected ${what}`);
}

/** @throws {InvalidParameterError} For what only counts as true or false, as the text "false" counts as true. */
export function checkBoolean(value: boolean, what: string): boolean {
  if (typeof value === "boolean") return value;
  throw new InvalidParameterError(value, `does not say ${what}`, { advice: "Pass true or false, not text." });
}

/** In seconds and in milliseconds less than what timers take for nothing: 2^31 ms. */
const MAX_WAITING = 2_000_000;

/** @throws {InvalidParameterError} When it is not a number from 0 to 2,000,000. */
export function checkWaiting(time: number, what: string): number {
  if (typeof time === "number" && time >= 0 && time <= MAX_WAITING) return time;
  throw new InvalidParameterError(time, `is no time to wait: expected ${what}`, {
    advice: "Pass a number from 0 to 2,000,000.",
  });
}

/** @throws {InvalidParameterError} When it is not the id of a chain. */
export function checkChainId(chainId: bigint | number): bigint | number {
  const isNumber = typeof chainId === "number" && Number.isSafeInteger(chainId) && chainId > 0;
  if (isNumber || (typeof chainId === "bigint" && chainId > 0n)) return chainId;
  throw new InvalidParameterError(chainId, "is not the id of a chain", { advice: "Pass a number, like 8453." });
}

/** @throws {InvalidParameterError} When it is not a signer of ethers. */
export function checkSigner(signer: Signer): Signer {
  if (isSigner(signer)) return signer;
  throw notOfEthers(
    signer,
    "a signer",
    "Pass one of ethers, like await new BrowserProvider(window.ethereum).getSigner().",
  );
}

/** @throws {InvalidParameterError} When it is not a provider of ethers. */
export function checkProvider(provider: Provider): Provider {
  if (hasMethod(provider, "getNetwork")) return provider;
  throw notOfEthers(provider, "a provider", "Pass one of ethers, like new JsonRpcProvider(url).");
}

/** @throws {InvalidParameterError} When it is neither a signer nor a provider of ethers. */
export function checkRunner(runner: Signer | Provider): Signer | Provider {
  if (isSigner(runner) || hasMethod(runner, "getNetwork")) return runner;
  throw notOfEthers(runner, "a signer or provider", "Pass one of ethers, like new JsonRpcProvider(url).");
}

/** Whether it is a signer of ethers. */
export function isSigner(runner: Signer | Provider): runner is Signer {
  return hasMethod(runner, "signTypedData");
}

function notOfEthers(value: unknown, what: string, advice: string): InvalidParameterError {
  if (!hasMethod(value, "request")) return new InvalidParameterError(value, `is not ${what}`, { advice });
  const wrap = "Wrap it: new BrowserProvider(window.ethereum), and its getSigner() to act.";
  return new InvalidParameterError(value, `is not ${what} of ethers, but of a wallet (EIP-1193)`, { advice: wrap });
}

function hasMethod(value: unknown, name: string): boolean {
  return typeof value === "object" && value !== null && typeof (value as Record<string, unknown>)[name] === "function";
}
