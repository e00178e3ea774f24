/**
 * The keeper: it makes the default outcome of milestones happen once their clocks have run out, carries out what arbiter contracts
 * decided, and pays out what waits for the accounts that it works for. Anybody may do all of it, so that a keeper needs nobody's
 * trust, and several may run. An entry of its own, for Node alone.
 *
 * @example
 * import { runKeeper } from "@micro-escrow/sdk/keeper";
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Block, formatEther, formatUnits, type JsonRpcProvider, type Signer } from "ethers";
import { zeroAddress } from "../../address.js";
import { decodeRevert } from "../../revert.js";
import { ask, type EscrowConnection, latestBlock } from "../../rpc.js";
import type { Address } from "../../types.js";
import { Aside } from "../aside.js";
import { type Configuration, Place } from "../config.js";
import { createLog, type Log, wordsOf } from "../log.js";
import { Monitor } from "../monitor.js";
import { type Fees, feesAt, type Mined, Sender } from "../sender.js";
import {
  isOfEndpoint,
  openConnection,
  openProvider,
  openSigner,
  repeat,
  type ServiceOptions,
  type StepResult,
  withDefaults,
} from "../service.js";
import { tokensOf } from "../tokens.js";
import { Arbiters } from "./arbiters.js";
import { Book, type BookedMilestone } from "./book.js";
import { type KeeperSection, readKeeperConfiguration } from "./config.js";
import { type Clients, concerns, duties, type Item, isAbout, type Look, partOf, subjectsOf } from "./duties.js";
import { metricsOf } from "./metrics.js";
import { aggregateCall, hasMulticall, simulateAggregate } from "./multicall.js";

export { KeyError } from "../../cli/errors.js";
export { ConfigurationError, ListenError, StateTakenError } from "../errors.js";
export type { ServiceOptions } from "../service.js";

/** How a keeper runs. */
export interface KeeperOptions extends ServiceOptions {
  /** Says what it would do, needs no key, and sends nothing. */
  readonly dryRun?: boolean;
}

/** Seconds that something is put aside for at most: because it failed, and because it is worth nothing now. */
const LONGEST_FAILED = 6 * 3_600;
const LONGEST_USELESS = 600;
/** Gas on top of a transaction's limit, so that its last payment can still be deferred: see MicroEscrow's NotEnoughGas. */
const RESERVE = 250_000n;
/** How many items are estimated at the same time. */
const AT_ONCE = 50;

/**
 * Runs a keeper until its signal is aborted. The guide `docs/keeper.md` says what stands in its configuration's file.
 *
 * @throws {ConfigurationError} When the configuration is none.
 * @throws {KeyError} When the key cannot be had.
 * @throws {ListenError} When something else listens where it should.
 * @throws {StateTakenError} When another process uses the same state folder.
 * @throws {WrongChainError} When the endpoint is another chain.
 * @throws {NoCodeError} When the escrow is not there.
 * @example
 * const stopped = new AbortController();
 * await runKeeper({ config: "services.json", signal: stopped.signal });
 */
export async function runKeeper(options: KeeperOptions): Promise<void> {
  const { config, once, signal, env, stderr } = withDefaults(options);
  const { dryRun = false } = options;
  const configuration = await readKeeperConfiguration(config, env);
  const { section } = configuration;
  const log = createLog(stderr, "keeper");
  const monitor = new Monitor("keeper", section.unhealthyAfter);
  const provider = openProvider(configuration);
  const server = await monitor.serve(section.listen);
  try {
    const signer = dryRun ? undefined : await openSigner(section.key, provider, env, log);
    log.info({ port: server.port, chainId: configuration.chainId, dryRun }, "Started");
    let keeper: Keeper | undefined;
    const step = async () => {
      keeper ??= await Keeper.open({ configuration, provider, signer, log, monitor });
      return keeper.step();
    };
    await repeat({ step, interval: section.interval, once, signal, log, monitor });
    log.info("Stopped");
  } finally {
    await server.stop();
    provider.destroy();
  }
}

/** What a keeper works with. */
interface Parts {
  readonly configuration: Configuration<KeeperSection>;
  readonly provider: JsonRpcProvider;
  readonly signer: Signer | undefined;
  readonly log: Log;
  readonly monitor: Monitor;
}

/** An item, and what it uses. */
interface Estimated {
  readonly item: Item;
  readonly gas: bigint;
}

class Keeper {
  readonly #parts: Parts;
  readonly #connection: EscrowConnection;
  readonly #clients: Clients;
  readonly #hasMulticall: boolean;
  readonly #book: Book;
  readonly #arbiters: Arbiters;
  readonly #aside = new Aside();
  /** What most likely will never be to be done: it neither failed nor waits. */
  readonly #over = new Aside();
  readonly #sender: Sender | undefined;
  readonly #metrics: ReturnType<typeof metricsOf>;
  #steps = 0;

  private constructor(
    parts: Parts,
    connection: EscrowConnection,
    clients: Clients,
    { sender, isBatching }: { sender: Sender | undefined; isBatching: boolean },
    metrics: ReturnType<typeof metricsOf>,
  ) {
    this.#parts = parts;
    this.#connection = connection;
    this.#clients = clients;
    this.#sender = sender;
    this.#hasMulticall = isBatching;
    this.#metrics = metrics;
    const { state, chainId } = parts.configuration;
    const file = join(state, `events-${chainId}-${connection.escrow}.history`);
    this.#arbiters = new Arbiters(connection);
    this.#book = new Book(connection, file, (agreement) => concerns(clients, agreement));
  }

  static async open(parts: Parts): Promise<Keeper> {
    const { configuration, provider, signer, log, monitor } = parts;
    const { chainId, state, section } = configuration;
    const connection = await openConnection(provider, configuration);
    const clients: Clients = {
      accounts: new Set(section.accounts),
      platforms: new Set(section.platforms),
      tokens: await tokensOf(connection, new Place(configuration.file, "keeper.tokens"), section.tokens),
    };
    const isBatching = await hasMulticall(provider);
    await mkdir(state, { recursive: true, mode: 0o700 });
    let keeper: Keeper | undefined;
    const account = signer && (await ask(signer.getAddress()));
    const sender =
      signer &&
      (await Sender.open({
        ...{ file: join(state, `keeper-${chainId}-${account}.journal`), connection, provider, signer, log, monitor },
        limits: section,
        onMined: (mined) => keeper?.mined(mined),
      }));
    log.info({ account, escrow: connection.escrow, isBatching }, "Ready");
    keeper = new Keeper(parts, connection, clients, { sender, isBatching }, metricsOf(monitor));
    return keeper;
  }

  /** Looks at the chain once, and sends what is to be sent; it does not wait for a block. */
  async step(): Promise<StepResult> {
    const { provider, log, monitor } = this.#parts;
    // Before the block: what the contracts are asked as of it is no older than what the events told.
    const booked = await this.#book.update();
    const block = await latestBlock(provider);
    monitor.read(block);
    await this.#sender?.advance(block);
    const milestones = this.#sorted(booked, block);
    ++this.#steps;
    if (this.#hasRoom) {
      const items = await this.#items(block, milestones);
      const fees = await this.#fees(block);
      if (fees !== undefined) await this.#sendAll(items, fees, block);
      else if (items.length > 0) log.info({ items: items.length }, "Waiting: gas costs more than maxFeePerGas");
    }
    return (this.#sender?.underWay.size ?? 0) > 0 ? "waiting" : "idle";
  }

  /** What became of a transaction. */
  mined({ receipt, subjects }: Mined): void {
    const { escrow } = this.#connection;
    const { log } = this.#parts;
    this.#metrics.spent.inc(Number(formatEther(receipt.gasUsed * receipt.gasPrice)));
    const done = new Set(receipt.logs.flatMap((one) => subjectsOf(one, escrow)));
    for (const subject of subjects) {
      const [kind] = subject.split(" ");
      if (done.has(subject)) this.#metrics.done.inc({ duty: kind ?? "" });
      else {
        // Somebody else did it, or it failed among the others: the next look tells.
        log.warn({ subject, transaction: receipt.hash }, "It was not done");
        this.#fail(subject, "NotDone");
      }
    }
  }

  // ----------------------------------------------------------------------------------------------------------- what to do

  /** The milestones that there may be something to do about, those with the oldest clock first, going by events. */
  #sorted(booked: readonly BookedMilestone[], { timestamp }: Block): Pick<Look, "due" | "disputed" | "ended"> {
    const all = [...booked].sort((a, b) => a.clock - b.clock);
    const held = all.filter(({ isHeld }) => isHeld);
    const due = held.filter(({ clock }) => clock <= timestamp);
    const disputed = held.filter(({ clock, isDisputed }) => isDisputed && clock > timestamp);
    const ended = all.filter(({ isHeld }) => !isHeld);
    this.#metrics.watched.set(held.length);
    this.#metrics.due.set(due.length);
    const wanted = new Set([...due, ...disputed, ...ended].map(({ agreement, index }) => `${agreement.id} ${index}`));
    for (const aside of [this.#aside, this.#over]) aside.keep((subject) => isAbout(subject, wanted));
    this.#metrics.aside.set(this.#aside.size);
    return { due, disputed, ended };
  }

  async #items(block: Block, milestones: Pick<Look, "due" | "disputed" | "ended">): Promise<readonly Item[]> {
    const underWay = this.#sender?.underWay ?? new Set();
    const look: Look = {
      ...{ connection: this.#connection, clients: this.#clients, arbiters: this.#arbiters, block, ...milestones },
      isOpen: (subject, before = Number.POSITIVE_INFINITY) =>
        !underWay.has(subject) && !this.#aside.has(subject, before - block.timestamp) && !this.#over.has(subject),
      putAside: (subject) => this.#aside.put(subject, LONGEST_USELESS, false),
      leave: (subject) => this.#over.put(subject, LONGEST_FAILED, false),
      some: (all) => partOf(all, this.#steps),
    };
    return (await Promise.all(duties.map((duty) => duty(look)))).flat();
  }

  async #fees(block: Block): Promise<Fees | undefined> {
    const { provider, configuration } = this.#parts;
    return this.#sender?.fees(block) ?? feesAt(provider, block, configuration.section.maxFeePerGas);
  }

  /** What can be sent of some items, and is worth what it costs. */
  async #worthwhile(items: readonly Item[], { expected }: Fees): Promise<readonly Estimated[]> {
    const { log } = this.#parts;
    const { marginPercent } = this.#parts.configuration.section;
    const gases = await Promise.all(items.map((item) => this.#estimate(item)));
    return items.flatMap((item, position) => {
      const gas = gases[position];
      if (gas === undefined) return [];
      const cost = (gas * expected * BigInt(100 + marginPercent)) / 100n;
      if (item.worth === undefined || item.worth > cost) return [{ item, gas }];
      const [worth, needed] = [formatEther(item.worth), formatEther(cost)];
      log.debug({ ...item.facts, worth, needed }, "It does not pay now");
      this.#aside.put(item.subject, LONGEST_USELESS, false);
      return [];
    });
  }

  /** What an item uses by itself; `undefined` when it fails, or uses more than it may. */
  async #estimate({ subject, call: { to, data }, facts }: Item): Promise<bigint | undefined> {
    const { provider, log, configuration } = this.#parts;
    const most = BigInt(configuration.section.maxGasPerItem);
    const request = { to, data, from: this.#account };
    try {
      const gas = await ask(provider.estimateGas(request)).catch(async (error: unknown) => {
        if (isOfEndpoint(error)) throw error;
        // Some nodes estimate nothing in which a call within fails for want of gas, as a hostile recipient's may.
        await ask(provider.call({ ...request, gasLimit: most }));
        return most;
      });
      if (gas <= most) return gas;
      log.warn({ ...facts, gas: `${gas}` }, "It uses more gas than maxGasPerItem");
      this.#fail(subject, "TooMuchGas");
    } catch (error) {
      if (isOfEndpoint(error)) throw error;
      const words = wordsOf(error);
      log.warn({ ...facts, ...words }, "It cannot be sent");
      this.#fail(subject, words.code);
    }
    return undefined;
  }

  get #account(): Address {
    return this.#sender?.account ?? zeroAddress;
  }

  #fail(subject: string, reason: string): void {
    this.#metrics.failed.inc({ reason });
    this.#aside.put(subject, LONGEST_FAILED, true);
  }

  // -------------------------------------------------------------------------------------------------------------- sending

  get #hasRoom(): boolean {
    return this.#sender === undefined || this.#sender.hasRoom;
  }

  /**
   * Sends as many as there is gas for in each transaction; alone what failed before, and all where there is no Multicall3. They
   * are estimated as they are needed, and what is not sent now is looked at again in the next step.
   */
  async #sendAll(items: readonly Item[], fees: Fees, block: Block): Promise<void> {
    const most = BigInt(this.#parts.configuration.section.maxGasPerTransaction);
    const isAlone = ({ subject }: Item) => !this.#hasMulticall || this.#aside.isSuspect(subject);
    const send = async (some: readonly Estimated[]) => this.#hasRoom && (await this.#send(some, fees, block));
    let batch: Estimated[] = [];
    for (let from = 0; from < items.length; from += AT_ONCE) {
      for (const one of await this.#worthwhile(items.slice(from, from + AT_ONCE), fees)) {
        if (isAlone(one.item)) {
          if (!(await send([one]))) return;
        } else if (batch.length > 0 && limitOf([...batch, one]) > most) {
          if (!(await send(batch))) return;
          batch = [one];
        } else batch.push(one);
      }
    }
    if (batch.length > 0) await send(batch);
  }

  /** @returns Whether more can be sent after it. */
  async #send(batch: readonly Estimated[], fees: Fees, block: Block): Promise<boolean> {
    const { log } = this.#parts;
    const sound = batch.length > 1 ? await this.#soundTogether(batch, block) : batch;
    const [first] = sound;
    if (first === undefined) return true;
    const calls = sound.map(({ item }) => item.call);
    const call = sound.length > 1 ? aggregateCall(calls) : first.item.call;
    const gasLimit = limitOf(sound);
    const facts = { items: sound.map(({ item }) => item.facts), gasLimit: `${gasLimit}` };
    if (this.#sender === undefined) {
      const gas = sound.reduce((sum, one) => sum + one.gas, 0n);
      log.info({ ...facts, fee: formatEther(gas * fees.expected) }, "Would send");
      return true;
    }
    log.info({ ...facts, gwei: formatUnits(fees.expected, "gwei") }, "Sending");
    const subjects = sound.map(({ item }) => item.subject);
    const isSent = await this.#sender.send({ call, gasLimit, subjects }, fees);
    if (isSent === "refused") for (const subject of subjects) this.#fail(subject, "Refused");
    return isSent === "sent";
  }

  /** Those of a batch that succeed also with the others before them. */
  async #soundTogether(batch: readonly Estimated[], { number }: Block): Promise<readonly Estimated[]> {
    const { provider, log } = this.#parts;
    const call = aggregateCall(batch.map(({ item }) => item.call));
    const failures = await simulateAggregate(provider, call, {
      ...{ from: this.#account, gasLimit: limitOf(batch), blockTag: number },
    });
    return batch.filter(({ item }, position) => {
      const data = failures[position];
      if (data === undefined) return true;
      const words = wordsOf(decodeRevert(data));
      log.warn({ ...item.facts, ...words }, "It fails among the others");
      this.#fail(item.subject, words.code);
      return false;
    });
  }
}

/** The limit of a transaction: what its items use by themselves, a quarter more, and the reserve. */
function limitOf(batch: readonly Estimated[]): bigint {
  return (batch.reduce((sum, { gas }) => sum + gas, 0n) * 5n) / 4n + RESERVE;
}
