/**
 * A signer that is a program of the user's: for a hardware wallet, a key service, or whatever else keeps a key.
 *
 * For each request the program is started anew, gets one JSON-RPC 2.0 request on its standard input, and answers with one
 * JSON-RPC 2.0 response on its standard output. Its standard error is shown. The requests are Ethereum's own:
 *
 *   eth_accounts          []                    → ["0x…"], of which the first is the account
 *   eth_signTransaction   [transaction]         → "0x…", the signed transaction (or { "raw": "0x…" })
 *   eth_signTypedData_v4  [account, typedData]  → "0x…", the signature
 *
 * Nothing that it answers is believed: a transaction must be the one that was asked for, signed by that account. Signatures of
 * typed data are checked by the SDK.
 */
import { spawn } from "node:child_process";
import {
  AbstractSigner,
  copyRequest,
  isHexString,
  type Provider,
  resolveAddress,
  resolveProperties,
  Transaction,
  type TransactionLike,
  type TransactionRequest,
  type TypedDataDomain,
  TypedDataEncoder,
  type TypedDataField,
  toQuantity,
} from "ethers";
import { toAddress } from "../address.js";
import { UserRejectedError } from "../errors.js";
import { inert } from "../text.js";
import type { Address } from "../types.js";
import { KeyError } from "./errors.js";
import type { Streams } from "./terminal.js";

/** Sends one request to the program and returns what it answered. */
type Request = (method: string, parameters: readonly unknown[]) => Promise<unknown>;

export class CommandSigner extends AbstractSigner {
  readonly #account: Address;
  readonly #request: Request;

  private constructor(account: Address, request: Request, provider: Provider) {
    super(provider);
    this.#account = account;
    this.#request = request;
  }

  /**
   * @param command As the shell takes it.
   * @param streams What the program says to its user goes to the standard error; the signal ends it.
   * @throws {KeyError} When the program fails, or names no account.
   */
  static async create(command: string, provider: Provider, streams: Streams): Promise<CommandSigner> {
    const request: Request = (method, parameters) => run(command, { method, parameters }, streams);
    const accounts = await request("eth_accounts", []);
    const [account] = Array.isArray(accounts) ? accounts : [];
    try {
      return new CommandSigner(toAddress(account), request, provider);
    } catch (cause) {
      throw new KeyError(`The signing program named no account: it answered eth_accounts with ${shown(accounts)}.`, {
        cause,
      });
    }
  }

  async getAddress(): Promise<string> {
    return this.#account;
  }

  connect(provider: Provider): CommandSigner {
    return new CommandSigner(this.#account, this.#request, provider);
  }

  async signTransaction(request: TransactionRequest): Promise<string> {
    const { to, from, ...rest } = copyRequest(request);
    const resolved = await resolveProperties({ to: to && resolveAddress(to, this.provider), rest });
    if (from !== undefined && from !== null && (await resolveAddress(from, this.provider)) !== this.#account) {
      throw new KeyError(`The transaction is from ${String(from)}, and the signing program has ${this.#account}.`);
    }
    const unsigned = Transaction.from({ ...resolved.rest, to: resolved.to ?? null } as TransactionLike<string>);
    const answer = await this.#request("eth_signTransaction", [rpcTransaction(unsigned, this.#account)]);
    const raw = typeof answer === "object" && answer !== null ? (answer as { raw?: unknown }).raw : answer;
    const signed = parseTransaction(raw);
    if (signed?.unsignedSerialized !== unsigned.unsignedSerialized || signed.from !== this.#account) {
      throw new KeyError(`The signing program did not sign the transaction that it was asked for: ${shown(answer)}.`);
    }
    return signed.serialized;
  }

  async signTypedData(
    domain: TypedDataDomain,
    types: Record<string, TypedDataField[]>,
    value: Record<string, unknown>,
  ): Promise<string> {
    const payload: unknown = TypedDataEncoder.getPayload(domain, types, value);
    const answer = await this.#request("eth_signTypedData_v4", [this.#account, payload]);
    if (!isHexString(answer)) throw new KeyError(`The signing program answered with no signature: ${shown(answer)}.`);
    return answer;
  }

  async signMessage(): Promise<string> {
    throw new KeyError("Messages are not signed here, only transactions and typed data.");
  }
}

/** A transaction as JSON-RPC has it. */
function rpcTransaction(unsigned: Transaction, from: Address): object {
  const { type, chainId, nonce, gasLimit, to, value, data, accessList } = unsigned;
  const fees =
    type === 2
      ? {
          maxFeePerGas: toQuantity(unsigned.maxFeePerGas ?? 0n),
          maxPriorityFeePerGas: toQuantity(unsigned.maxPriorityFeePerGas ?? 0n),
        }
      : { gasPrice: toQuantity(unsigned.gasPrice ?? 0n) };
  return {
    ...{ from, to, data, value: toQuantity(value), nonce: toQuantity(nonce), gas: toQuantity(gasLimit) },
    ...{ chainId: toQuantity(chainId), type: toQuantity(type ?? 0), ...fees },
    ...(type === 0 || accessList === null ? {} : { accessList }),
  };
}

function parseTransaction(raw: unknown): Transaction | undefined {
  try {
    return Transaction.from(raw as string);
  } catch {
    return undefined;
  }
}

function shown(answer: unknown): string {
  return inert(JSON.stringify(answer) ?? "nothing", 100);
}

/** EIP-1193: the user refused. */
const REFUSED = 4001;

async function run(
  command: string,
  { method, parameters }: { readonly method: string; readonly parameters: readonly unknown[] },
  { stderr, env, signal }: Streams,
): Promise<unknown> {
  // No time limit: somebody may have to find a device first, and press its button.
  const child = spawn(command, { shell: true, stdio: "pipe", env: withoutOurs(env), ...(signal && { signal }) });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => stderr.write(text));
  // It may not read what it is asked, and end: its exit code says enough.
  child.stdin.on("error", () => {});
  child.stdin.end(`${JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: parameters })}\n`);
  const code = await new Promise<number | string | null>((resolve, reject) => {
    child.on("close", (status, killed) => resolve(status ?? killed));
    child.on("error", (cause) =>
      reject(new KeyError(`The signing program did not start: ${cause.message}.`, { cause })),
    );
  });
  const response = parseResponse(output);
  if (response?.error?.code === REFUSED) throw new UserRejectedError({ action: method });
  // Some write "error": null beside a result.
  if (code !== 0 || response === undefined || (response.error ?? undefined) !== undefined || !("result" in response)) {
    const said = response?.error?.message ?? output.trim();
    const reason = said === "" ? "" : `: ${inert(String(said))}`;
    throw new KeyError(`The signing program failed at ${method} (exit code ${code})${reason}.`);
  }
  return response.result;
}

interface Response {
  readonly result?: unknown;
  readonly error?: { readonly code?: unknown; readonly message?: unknown } | null;
}

function parseResponse(output: string): Response | undefined {
  try {
    const value: unknown = JSON.parse(output);
    return typeof value === "object" && value !== null ? (value as Response) : undefined;
  } catch {
    return undefined;
  }
}

/** Another program needs none of our variables, which may have secrets; Windows takes them in small letters too. */
function withoutOurs(env: Streams["env"]): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^MICRO_ESCROW_/i.test(name)));
}
