/**
 * What a command works with: the chain, the escrow on it, perhaps an account, and the terminal.
 */
import { resolve } from "node:path";
import { FetchRequest, Network, type Signer } from "ethers";
import { toAddress } from "../address.js";
import { MicroEscrow } from "../client.js";
import { localChainIds } from "../deployments.js";
import { NoCodeError, RpcError } from "../errors.js";
import { ask } from "../rpc.js";
import { inert } from "../text.js";
import type { Address, Hash } from "../types.js";
import { type Config, configFile, readConfig } from "./config.js";
import { KeyError, UsageError } from "./errors.js";
import { addressIn, type KeySource, keySource, signerOf } from "./keys.js";
import { SendingProvider } from "./sending.js";
import type { Terminal } from "./terminal.js";

/** The options of every command. */
export interface CommonOptions {
  readonly rpc?: string;
  readonly escrow?: string;
  readonly from?: string;
  readonly keystore?: string;
  readonly passwordFile?: string;
  readonly signer?: string;
  readonly config?: string;
  readonly patience?: string;
  readonly json?: boolean;
  readonly yes?: boolean;
}

/** The endpoint of Hardhat's and Anvil's nodes. */
export const LOCAL_ENDPOINT = "http://127.0.0.1:8545";
/** Milliseconds; some endpoints never answer. */
const TIMEOUT = 60_000;

/** An endpoint that answered, and the chain that it is. */
export interface Endpoint {
  readonly provider: SendingProvider;
  readonly chainId: number;
}

/**
 * @returns The same text.
 * @throws {UsageError} When it is not the URL of an endpoint.
 */
export function toEndpoint(url: string): string {
  if (/^https?:\/\//i.test(url) && URL.canParse(url)) return url;
  throw new UsageError(`"${hostOf(url)}" is not the URL of an endpoint, like ${LOCAL_ENDPOINT} or https://….`);
}

/** As much of a URL as may be shown: its path often has a key in it, and its user a password. */
function hostOf(url: string): string {
  if (!URL.canParse(url)) return inert(url);
  const { protocol, host } = new URL(url);
  return host === "" ? inert(url) : `${protocol}//${host}`;
}

/**
 * @param url HTTP or HTTPS.
 * @throws {UsageError} When it is no such URL.
 * @throws {RpcError} When it does not answer.
 */
export async function openEndpoint(url: string): Promise<Endpoint> {
  const request = new FetchRequest(toEndpoint(url));
  request.timeout = TIMEOUT;
  // A provider without a known network asks for it for ever.
  const question = request.clone();
  question.body = { jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] };
  const chainId = await ask(
    question.send().then((response) => {
      response.assertOk();
      return chainIdIn(response.bodyText);
    }),
  ).catch((cause: unknown) => {
    if (!(cause instanceof RpcError) || cause.reason !== "unreachable") throw cause;
    const advice = url === LOCAL_ENDPOINT ? "; start a node there (npx hardhat node), or name another with --rpc" : "";
    throw new RpcError({ reason: "unreachable", details: `nothing answers at ${hostOf(url)}${advice}` }, { cause });
  });
  if (chainId === undefined) {
    throw new RpcError({ reason: "malformed", details: `${hostOf(url)} does not answer like an Ethereum endpoint` });
  }
  const network = Network.from(chainId);
  // Most requests follow one another: none waits for others to go with.
  const provider = new SendingProvider(request, network, {
    staticNetwork: network,
    cacheTimeout: -1,
    batchStallTime: 0,
  });
  if (localChainIds.includes(chainId)) provider.pollingInterval = 100;
  return { provider, chainId };
}

function chainIdIn(text: string): number | undefined {
  try {
    const { result } = JSON.parse(text) as { readonly result?: unknown };
    const chainId = typeof result === "string" ? Number(result) : 0;
    return Number.isSafeInteger(chainId) && chainId > 0 ? chainId : undefined;
  } catch {
    return undefined;
  }
}

/** Whoever acts, and with what. */
export interface Acting {
  readonly session: Session;
  readonly escrow: MicroEscrow;
  readonly signer: Signer;
  readonly account: Address;
}

/** What a command works with. */
export class Session {
  readonly terminal: Terminal;
  readonly options: CommonOptions;
  readonly config: Config;
  readonly configFile: string;
  readonly onSent = (transaction: Hash): void => {
    this.terminal.note(`Sent ${transaction}; waiting until it is in a block …`);
  };
  #endpoint: Endpoint | undefined;

  private constructor(terminal: Terminal, options: CommonOptions, file: string, config: Config) {
    this.terminal = terminal;
    this.options = options;
    this.configFile = file;
    this.config = config;
  }

  /**
   * @param isFirst Whether the configuration's file may be missing although it was named: the command will write it.
   * @throws {UsageError} When the configuration is not one.
   */
  static async create(terminal: Terminal, options: CommonOptions, isFirst: boolean): Promise<Session> {
    const { env } = terminal.streams;
    const file = options.config === undefined ? configFile(env) : resolve(options.config);
    const isNamed = options.config !== undefined || Boolean(env.MICRO_ESCROW_CONFIG);
    return new Session(terminal, options, file, await readConfig(file, isNamed && !isFirst));
  }

  /** Where the endpoint is: what the command line says, else the environment, else the configuration, else a local node. */
  get url(): string {
    return (
      this.options.rpc ?? (this.terminal.streams.env.MICRO_ESCROW_RPC || undefined) ?? this.config.rpc ?? LOCAL_ENDPOINT
    );
  }

  /** Seconds to wait for a block at most; `undefined` for as long as the SDK does. */
  get patience(): number | undefined {
    const { patience } = this.options;
    if (patience === undefined || /^[1-9]\d{0,5}$/.test(patience))
      return patience === undefined ? undefined : Number(patience);
    throw new UsageError(`"${patience}" is no number of seconds to wait.`);
  }

  get key(): KeySource | undefined {
    return this.givenKey ?? keySource({}, undefined, this.config);
  }

  /** The key that the command line or the environment says, not the configuration. */
  get givenKey(): KeySource | undefined {
    const { keystore } = this.options;
    const flags = { ...this.options, ...(keystore !== undefined && { keystore: resolve(keystore) }) };
    return keySource(flags, this.terminal.streams.env.MICRO_ESCROW_PRIVATE_KEY, {});
  }

  async endpoint(): Promise<Endpoint> {
    this.#endpoint ??= await openEndpoint(this.url);
    return this.#endpoint;
  }

  /** The transactions that this command sent, or may have. */
  get sent(): readonly Hash[] {
    return [...(this.#endpoint?.provider.sent ?? [])];
  }

  /** Whether an account of the endpoint's own may have sent one more, whose hash is not known. */
  get isUnsure(): boolean {
    return this.#endpoint?.provider.isUnsure ?? false;
  }

  /** Ends what still runs in the background. */
  close(): void {
    this.#endpoint?.provider.destroy();
  }

  /** The escrow, to read from. */
  async reader(): Promise<MicroEscrow> {
    const { provider } = await this.endpoint();
    const { rpc, chainId, escrow } = this.config;
    const address = this.options.escrow ?? escrow;
    const { patience } = this;
    // The configuration's chain is that of its endpoint.
    const expected = this.url === rpc ? chainId : undefined;
    try {
      return await MicroEscrow.connect(provider, {
        ...(address !== undefined && { address }),
        ...(expected !== undefined && { chainId: expected }),
        onSent: this.onSent,
        ...(patience !== undefined && { patience, miningPatience: patience }),
      });
    } catch (error) {
      if (error instanceof NoCodeError && localChainIds.includes(error.chainId)) {
        this.terminal.note("This is a development node: `micro-escrow init` deploys MicroEscrow there.");
      }
      throw error;
    }
  }

  /**
   * The escrow, to act with.
   *
   * @throws {KeyError} When there is no key.
   */
  async actor(): Promise<Acting> {
    const escrow = await this.reader();
    const signer = await this.signer();
    const account = toAddress(await ask(signer.getAddress()));
    return { session: this, escrow: escrow.connect(signer), signer, account };
  }

  async signer(): Promise<Signer> {
    const { provider, chainId } = await this.endpoint();
    const { key } = this;
    if (key === undefined) {
      const advice = localChainIds.includes(chainId)
        ? "On a development node --from 0 is its first account, --from 1 its second."
        : "Set one up with micro-escrow init, say --keystore or --signer, or set MICRO_ESCROW_PRIVATE_KEY.";
      throw new KeyError(`Whose account? ${advice}`);
    }
    return signerOf(key, provider, this.terminal, this.options.passwordFile);
  }

  /** The account that is named, else that of the key. */
  async account(named: string | undefined): Promise<Address> {
    if (named !== undefined) return toAddress(named);
    return (await this.viewer()) ?? toAddress(await (await this.signer()).getAddress());
  }

  /** The account of the key, without its password; `undefined` when there is no key, or its keystore does not say. */
  async viewer(): Promise<Address | undefined> {
    const { key } = this;
    if (key?.type === "keystore") return addressIn(key.file);
    return key === undefined ? undefined : toAddress(await (await this.signer()).getAddress());
  }
}
