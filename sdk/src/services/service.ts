/**
 * What all services do in the same way: they open the chain and the key, and repeat a step until they are told to stop.
 */
import process from "node:process";
import { Readable, type Writable } from "node:stream";
import { FetchRequest, JsonRpcProvider, Network, type Signer } from "ethers";
import { KeyError } from "../cli/errors.js";
import { signerOf, walletOf } from "../cli/keys.js";
import { Terminal } from "../cli/terminal.js";
import { MicroEscrow } from "../client.js";
import {
  HistoryMismatchError,
  InvalidHistoryError,
  NoCodeError,
  RpcError,
  WrongChainError,
  WrongContractError,
  WrongDomainError,
} from "../errors.js";
import { unwrap } from "../revert.js";
import { ask, type EscrowConnection, pause } from "../rpc.js";
import type { Configuration, Key } from "./config.js";
import { ConfigurationError, StateTakenError } from "./errors.js";
import { type Log, logStream, wordsOf } from "./log.js";
import type { Monitor } from "./monitor.js";

/** What a service is started with; what is left out is the process' own. */
export interface ServiceOptions {
  /** The configuration's file. */
  readonly config: string;
  /** Ends when nothing is left to do, and fails at the first failure, instead of going on for ever. */
  readonly once?: boolean;
  /** Ends it, after the step in hand. */
  readonly signal?: AbortSignal;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Where its log goes, a line of JSON for each event. */
  readonly stderr?: Writable;
}

/** The options with the process' own for what was left out. */
export function withDefaults(options: ServiceOptions): Required<ServiceOptions> {
  const { once = false, signal = new AbortController().signal, env = process.env, stderr = process.stderr } = options;
  return { config: options.config, once, signal, env, stderr };
}

/** Milliseconds; some endpoints never answer. */
const TIMEOUT = 30_000;

/** A provider for the configured endpoint, which is not asked anything yet. */
export function openProvider({ rpc, chainId }: Configuration<unknown>): JsonRpcProvider {
  const request = new FetchRequest(rpc);
  request.timeout = TIMEOUT;
  const network = Network.from(chainId);
  return new JsonRpcProvider(request, network, { staticNetwork: network, cacheTimeout: -1, batchStallTime: 0 });
}

/**
 * Makes sure that the endpoint is the configured chain, and has the escrow.
 *
 * @throws {RpcError} When the endpoint fails.
 * @throws {WrongChainError} When it is another chain.
 * @throws {NoCodeError} When there is no escrow, {@link WrongContractError} and {@link WrongDomainError} when it is another one.
 */
export async function openConnection(
  provider: JsonRpcProvider,
  { chainId, escrow }: Configuration<unknown>,
): Promise<EscrowConnection> {
  // The provider takes the chain for what it was told.
  const actual = Number(await ask(provider.send("eth_chainId", [])));
  if (actual !== chainId) throw new WrongChainError({ actual, expected: chainId });
  return (await MicroEscrow.connect(provider, { ...(escrow !== undefined && { address: escrow }) })).connection;
}

/**
 * The signer of a key, which nobody can be asked for. Open it before the first step: there, a signer that fails may work again
 * the next time.
 *
 * @throws {KeyError} When the key cannot be had.
 */
export async function openSigner(
  key: Key,
  provider: JsonRpcProvider,
  env: Required<ServiceOptions>["env"],
  log: Log,
): Promise<Signer> {
  if (key.type === "environment") {
    const privateKey = env[key.name];
    if (!privateKey)
      throw new KeyError(`The environment has no ${key.name}, which the configuration names as the key.`);
    return walletOf(privateKey, key.name).connect(provider);
  }
  const streams = {
    stdin: Readable.from([]),
    stdout: logStream(log, "key"),
    stderr: logStream(log, "key"),
    env,
  };
  const terminal = new Terminal(streams, () => ({ yes: true }));
  const source =
    key.type === "keystore"
      ? ({ type: "keystore", file: key.file } as const)
      : ({ type: "command", command: key.command } as const);
  return signerOf(source, provider, terminal, key.type === "keystore" ? key.passwordFile : undefined);
}

/** Whether a failure is everybody's: what an endpoint refuses is one item's, that it does not answer is not. */
export function isOfEndpoint(error: unknown): boolean {
  return error instanceof RpcError && error.reason !== "refused";
}

/** What a step of a service ends with: more can be done at once, something is under way, or there is nothing to do now. */
export type StepResult = "more" | "waiting" | "idle";

/** Seconds after the first failure in a row; each further one doubles them. */
const FIRST_PAUSE = 1;
const LONGEST_PAUSE = 60;

/** How steps are repeated. */
export interface Repetition {
  readonly step: () => Promise<StepResult>;
  /** Seconds between two steps. */
  readonly interval: number;
  readonly once: boolean;
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly monitor: Monitor;
}

/**
 * Repeats a step until it is told to stop, and never in the middle of one. After a failure it waits, longer each time, and
 * goes on; what cannot pass by itself ends it.
 */
export async function repeat({ step, interval, once, signal, log, monitor }: Repetition): Promise<void> {
  for (let failures = 0; !signal.aborted; ) {
    try {
      const result = await step();
      failures = 0;
      monitor.succeeded();
      if (result === "more") continue;
      if (once && result === "idle") return;
      await pause(interval * 1_000, signal);
    } catch (error) {
      const { code, reason } = wordsOf(error);
      monitor.failed(code);
      if (once || isLasting(error)) throw error;
      const seconds = Math.min(FIRST_PAUSE * 2 ** Math.min(failures++, 10), LONGEST_PAUSE);
      log.warn({ code, reason, seconds }, "A step failed; waiting before the next");
      await pause(seconds * 1_000, signal);
    }
  }
}

const LASTING = [
  ConfigurationError,
  StateTakenError,
  WrongChainError,
  NoCodeError,
  WrongContractError,
  WrongDomainError,
  InvalidHistoryError,
  HistoryMismatchError,
] as const;

/** The file system's refusals that somebody has to mend. */
const REFUSALS: readonly unknown[] = ["EACCES", "EPERM", "EISDIR", "ENOTDIR", "ENOENT", "EROFS"];

/** Whether a failure stays until somebody mends it. */
function isLasting(error: unknown): boolean {
  return (
    LASTING.some((one) => error instanceof one) ||
    unwrap(error).some(({ code, syscall }) => REFUSALS.includes(code) && syscall !== "connect")
  );
}
