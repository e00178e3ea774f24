/**
 * Whose account it is: an encrypted keystore, a private key in the environment, a program that signs, or an account that the
 * endpoint itself holds, as a local node does. No key is ever an argument: arguments are seen by everybody on the machine.
 */
import { isUtf8 } from "node:buffer";
import { readFile } from "node:fs/promises";
import { isAddress, isError, isKeystoreJson, type JsonRpcProvider, type Signer, Wallet } from "ethers";
import { toAddress } from "../address.js";
import { RpcError } from "../errors.js";
import { ask } from "../rpc.js";
import type { Address } from "../types.js";
import { CommandSigner } from "./commandSigner.js";
import { KeyError, UsageError } from "./errors.js";
import type { Terminal } from "./terminal.js";

/** Where a key is. */
export type KeySource =
  | { readonly type: "keystore"; readonly file: string }
  | { readonly type: "environment"; readonly privateKey: string }
  | { readonly type: "command"; readonly command: string }
  | { readonly type: "node"; readonly account: string };

/** The options and the part of the configuration that say where a key is. */
export interface KeyOptions {
  readonly keystore?: string | undefined;
  readonly signer?: string | undefined;
  readonly from?: string | undefined;
}

/**
 * Where the key is: what the command line says, else the environment, else the configuration.
 *
 * @returns `undefined` when nothing says it: then the command can only read.
 * @throws {UsageError} When one of them names two.
 */
export function keySource(
  flags: KeyOptions,
  privateKey: string | undefined,
  config: KeyOptions,
): KeySource | undefined {
  return (
    sourceIn(flags, "The command line") ??
    (privateKey ? { type: "environment", privateKey } : undefined) ??
    sourceIn(config, "The configuration")
  );
}

function sourceIn({ keystore, signer, from }: KeyOptions, where: string): KeySource | undefined {
  const sources: KeySource[] = [
    ...(keystore === undefined ? [] : [{ type: "keystore", file: keystore } as const]),
    ...(signer === undefined ? [] : [{ type: "command", command: signer } as const]),
    ...(from === undefined ? [] : [{ type: "node", account: from } as const]),
  ];
  if (sources.length > 1) throw new UsageError(`${where} names more than one of keystore, signer and from: take one.`);
  return sources[0];
}

/**
 * The signer of a key, connected to the chain.
 *
 * @param passwordFile Has the keystore's password; else the environment's MICRO_ESCROW_PASSWORD, else it is asked for.
 * @throws {KeyError} When the key cannot be had.
 */
export async function signerOf(
  source: KeySource,
  provider: JsonRpcProvider,
  terminal: Terminal,
  passwordFile: string | undefined,
): Promise<Signer> {
  switch (source.type) {
    case "keystore":
      return (await unlock(source.file, terminal, passwordFile)).connect(provider);
    case "environment":
      return walletOf(source.privateKey, "MICRO_ESCROW_PRIVATE_KEY").connect(provider);
    case "command":
      return CommandSigner.create(source.command, provider, terminal.streams);
    case "node":
      return provider.getSigner(await nodeAccount(provider, source.account));
  }
}

/** @throws {KeyError} When it is not a private key; the error does not have it. */
export function walletOf(privateKey: string, name: string): Wallet {
  const key = privateKey.trim();
  try {
    return new Wallet(key.startsWith("0x") ? key : `0x${key}`);
  } catch {
    throw new KeyError(`${name} is not a private key: 32 bytes in hexadecimal, like 0x4c08….`);
  }
}

async function readKeystore(file: string): Promise<string> {
  const json = await readFile(file, "utf8").catch((cause: Error) => {
    throw new KeyError(`The keystore ${file} cannot be read: ${cause.message}.`, { cause });
  });
  if (!isKeystoreJson(json)) throw new KeyError(`${file} is not an encrypted JSON keystore (Web3 Secret Storage).`);
  return json;
}

/** The account that a keystore says it is of, for which no password is needed; some do not say. */
export async function addressIn(file: string): Promise<Address | undefined> {
  const { address } = JSON.parse(await readKeystore(file)) as { readonly address?: unknown };
  if (typeof address !== "string") return undefined;
  return toAddress(address.startsWith("0x") ? address : `0x${address}`);
}

/** @throws {KeyError} When there is no such file, or the password is wrong. */
async function unlock(file: string, terminal: Terminal, passwordFile: string | undefined): Promise<Wallet> {
  const json = await readKeystore(file);
  const secret = await passwordOf(terminal, passwordFile, `Password of ${file}`);
  terminal.note("Unlocking the keystore …");
  try {
    const wallet = await Wallet.fromEncryptedJson(json, secret);
    return new Wallet(wallet.privateKey);
  } catch (cause) {
    const wrong = isError(cause, "INVALID_ARGUMENT") && cause.argument === "password";
    throw new KeyError(wrong ? `The password of ${file} is wrong.` : `The keystore ${file} is damaged.`, { cause });
  }
}

/** A password, from where it is kept or from whoever is there. */
export async function passwordOf(terminal: Terminal, file: string | undefined, question: string): Promise<string> {
  if (file !== undefined) {
    const bytes = await readFile(file).catch((cause: Error) => {
      throw new KeyError(`The password's file ${file} cannot be read: ${cause.message}.`, { cause });
    });
    // Windows likes UTF-16, in which the same password is another.
    if (!isUtf8(bytes) || bytes.includes(0)) throw new KeyError(`The password's file ${file} is not text in UTF-8.`);
    return bytes.toString().replace(/^\ufeff|\r?\n$/g, "");
  }
  return terminal.streams.env.MICRO_ESCROW_PASSWORD || terminal.secret(question);
}

/** The accounts that the endpoint itself holds. */
export async function accountsOf(provider: JsonRpcProvider): Promise<readonly Address[]> {
  const accounts: unknown = await ask(provider.send("eth_accounts", []));
  if (Array.isArray(accounts) && accounts.every((one) => isAddress(one))) return accounts.map((one) => toAddress(one));
  throw new RpcError({ reason: "malformed", details: "eth_accounts returned no list of accounts" });
}

/** An account of the endpoint's own, by its address or its number. */
async function nodeAccount(provider: JsonRpcProvider, account: string): Promise<string> {
  const held = await accountsOf(provider);
  const isNumber = /^\d{1,4}$/.test(account);
  const found = isNumber ? held[Number(account)] : held.find((one) => one === toAddress(account));
  if (found !== undefined) return found;
  const advice =
    held.length === 0
      ? "It holds none: take a keystore (--keystore), a program that signs (--signer) or MICRO_ESCROW_PRIVATE_KEY."
      : `It holds ${held.length}: --from takes an address, or a number from 0.`;
  throw new KeyError(`The endpoint holds no account ${account}. ${advice}`);
}
