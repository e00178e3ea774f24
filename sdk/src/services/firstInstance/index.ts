/**
 * The first instance of an AppealableArbiter, by a language model: it reads what was agreed, what was submitted and what both
 * sides put before it, and proposes a share with reasons, or leaves the case to the second instance. Nothing that it says is
 * final: either party may appeal. An entry of its own, for Node alone.
 *
 * @example
 * import { runFirstInstance } from "@micro-escrow/sdk/first-instance";
 */
import { join } from "node:path";
import type { Block, JsonRpcProvider, Signer } from "ethers";
import {
  type Appealable,
  appealableArbitrationPeriod,
  declineCall,
  getAppealable,
  getAppealCase,
  proposeCall,
} from "../../arbiters/appealable.js";
import { storageAt } from "../../cli/storing.js";
import { type ContentStorage, putContent } from "../../content.js";
import { MicroEscrowError, RpcError } from "../../errors.js";
import { type Judge, openJudge } from "../../judgement/config.js";
import { getMilestone } from "../../reads.js";
import { ask, type EscrowConnection, latestBlock } from "../../rpc.js";
import { getDeliverable, getScope } from "../../storage.js";
import { type Address, type Call, type Hash, Status } from "../../types.js";
import { Aside } from "../aside.js";
import { type Configuration, Place } from "../config.js";
import { Journal } from "../journal.js";
import { createLog, type Log, wordsOf } from "../log.js";
import { Monitor } from "../monitor.js";
import { Sender } from "../sender.js";
import {
  openConnection,
  openProvider,
  openSigner,
  repeat,
  type ServiceOptions,
  type StepResult,
  withDefaults,
} from "../service.js";
import { type KeptToken, tokensOf } from "../tokens.js";
import { type FirstInstanceSection, readFirstInstanceConfiguration } from "./config.js";
import { type Decision, decide, type Side, type SubmittedEvidence } from "./decision.js";
import { type Dispute, Docket } from "./docket.js";
import { type ReasoningSubject, reasoningToMarkdown, serializeReasoning } from "./reasoning.js";

export { ConfigurationError, StateTakenError } from "../errors.js";
export type { ServiceOptions } from "../service.js";

/** Seconds that a case is put aside for at most, after something failed. */
const LONGEST_ASIDE = 3_600;
/** Bytes of a deliverable, or of a side's evidence, that are read at most. */
const MAX_SIZE = 16 * 1_024 * 1_024;

/** What the journal has: each decision, before anything of it is sent. It is never made again. */
interface Decided {
  readonly subject: string;
  /** Basis points; left out: the case is left to the second instance. */
  readonly shareBps?: number;
  readonly reasoning: Hash;
}

const TITLE = "micro-escrow decisions 1";

/**
 * Runs the first instance until it is told to stop, by its configuration's file: see the guide sdk/docs/judgement.md.
 *
 * @throws {ConfigurationError} When the configuration is none, or its key is not the first instance's.
 * @throws {ModelPackagesMissingError} When the packages that speak with the model are not installed.
 * @throws {StateTakenError} When another process uses the same state folder.
 * @throws {WrongChainError} When the endpoint is another chain.
 * @throws {NoCodeError} When the escrow is not there.
 * @example
 * const stopped = new AbortController();
 * process.once("SIGTERM", () => stopped.abort());
 * await runFirstInstance({ config: "services.json", signal: stopped.signal });
 */
export async function runFirstInstance(options: ServiceOptions): Promise<void> {
  const { config, once, signal, env, stderr } = withDefaults(options);
  const configuration = await readFirstInstanceConfiguration(config, env);
  const { section, state } = configuration;
  const log = createLog(stderr, "first-instance");
  const monitor = new Monitor("first-instance", section.unhealthyAfter);
  const provider = openProvider(configuration);
  const server = await monitor.serve(section.listen);
  try {
    const signer = await openSigner(section.key, provider, env, log);
    const judge = await openJudge(section.model, env, { state, service: "first-instance" });
    log.info({ port: server.port, chainId: configuration.chainId, model: section.model.model }, "Started");
    let instance: FirstInstance | undefined;
    const step = async () => {
      instance ??= await FirstInstance.open({ configuration, provider, signer, judge, log, monitor, signal });
      return instance.step();
    };
    await repeat({ step, interval: section.interval, once, signal, log, monitor });
    log.info("Stopped");
  } finally {
    await server.stop();
    provider.destroy();
  }
}

/** What the service works with. */
interface Parts {
  readonly configuration: Configuration<FirstInstanceSection>;
  readonly provider: JsonRpcProvider;
  readonly signer: Signer;
  readonly judge: Judge;
  readonly log: Log;
  readonly monitor: Monitor;
  readonly signal: AbortSignal;
}

/** What the contract lets in as a gate, and the tokens in which it is worth to judge. */
interface Rules extends Appealable {
  readonly tokens: ReadonlyMap<Address, KeptToken>;
}

class FirstInstance {
  readonly #parts: Parts;
  readonly #rules: Rules;
  readonly #connection: EscrowConnection;
  readonly #sender: Sender;
  readonly #docket: Docket;
  readonly #journal: Journal<Decided>;
  readonly #decided: Map<string, Decided>;
  /** What was judged, and could not be stored yet: it is not judged, and paid for, again. */
  readonly #judged = new Map<string, { readonly about: ReasoningSubject; readonly decision: Decision }>();
  readonly #storages: readonly ContentStorage[];
  readonly #aside = new Aside();
  readonly #metrics: ReturnType<typeof metricsOf>;

  private constructor(
    parts: Parts,
    rules: Rules,
    connection: EscrowConnection,
    sender: Sender,
    { journal, records }: { readonly journal: Journal<Decided>; readonly records: readonly Decided[] },
  ) {
    this.#parts = parts;
    this.#rules = rules;
    this.#connection = connection;
    this.#sender = sender;
    this.#journal = journal;
    this.#decided = new Map(records.map((record) => [record.subject, record]));
    const { state, chainId, section } = parts.configuration;
    const file = join(state, `events-${chainId}-${connection.escrow}.history`);
    this.#docket = new Docket(connection, file, section.contract);
    this.#storages = section.storages.map(storageAt);
    this.#metrics = metricsOf(parts.monitor);
  }

  static async open(parts: Parts): Promise<FirstInstance> {
    const { configuration, provider, signer, log, monitor } = parts;
    const { file, chainId, state, section } = configuration;
    const connection = await openConnection(provider, configuration);
    const place = new Place(file, "first-instance");
    const terms = await getAppealable(connection, section.contract).catch((error) => {
      if (error instanceof RpcError) throw error;
      return place.member("contract").fail("is no AppealableArbiter on this chain", error);
    });
    if (terms.escrow !== connection.escrow) place.member("contract").fail(`is of another escrow, ${terms.escrow}`);
    const account = await ask(signer.getAddress());
    if (terms.firstInstance !== account) {
      place.member("key").fail(`is of ${account}, and the contract's first instance is ${terms.firstInstance}`);
    }
    if (section.waitForEvidence + section.timeToPropose > terms.proposalPeriod) {
      const most = `${terms.proposalPeriod} seconds, in which the contract lets it propose`;
      place.member("waitForEvidence").fail(`is too long: with timeToPropose it has to fit into the ${most}`);
    }
    const tokens = await tokensOf(connection, place.member("tokens"), section.tokens);
    const sender = await Sender.open({
      ...{
        file: join(state, `first-instance-${chainId}-${account}.journal`),
        connection,
        provider,
        signer,
        log,
        monitor,
      },
      limits: section,
      onMined: ({ receipt, subjects }) => {
        if (receipt.status === 1) log.info({ subjects, transaction: receipt.hash }, "Said");
      },
    });
    const decisions = await Journal.open<Decided>(
      join(state, `first-instance-${chainId}-${section.contract}.journal`),
      TITLE,
    );
    log.info({ account, escrow: connection.escrow, contract: section.contract }, "Ready");
    return new FirstInstance(parts, { ...terms, tokens }, connection, sender, decisions);
  }

  /** Looks at the chain once, decides what is to be decided, and sends it; it does not wait for a block. */
  async step(): Promise<StepResult> {
    const { provider, monitor, signal } = this.#parts;
    const block = await latestBlock(provider);
    monitor.read(block);
    await this.#sender.advance(block);
    const disputes = (await this.#docket.update()).filter((dispute) => this.#isFor(dispute));
    this.#metrics.disputes.set(disputes.length);
    const wanted = new Set(disputes.map(subjectOf));
    this.#aside.keep((subject) => wanted.has(subject));
    // What failed before comes behind the rest: it may take its time again.
    const isSuspect = (dispute: Dispute) => Number(this.#aside.isSuspect(subjectOf(dispute)));
    for (const dispute of [...disputes].sort((a, b) => isSuspect(a) - isSuspect(b))) {
      if (signal.aborted) break;
      const subject = subjectOf(dispute);
      if (this.#sender.underWay.has(subject) || this.#aside.has(subject)) continue;
      try {
        // It took time: what is next is looked at as of a newer block.
        if ((await this.#hear(dispute, subject, block)) === "judged") return "more";
      } catch (error) {
        // What fails for one case must not hold up the others; what fails for all of them does.
        if (!(error instanceof MicroEscrowError) || (error instanceof RpcError && error.reason !== "refused"))
          throw error;
        this.#postpone(subject, wordsOf(error));
      }
    }
    return this.#sender.underWay.size > 0 ? "waiting" : "idle";
  }

  /**
   * An agreement that does not have the contract as its gate may pay less than its fee, or end before anybody can appeal, and any may
   * pay in a token of its own making: that is nobody's to judge, and to pay a model for.
   */
  #isFor({ agreement: { terms } }: Dispute): boolean {
    const { tokens, minArbiterFeeBps, proposalPeriod, appealPeriod, decisionPeriod } = this.#rules;
    const period = appealableArbitrationPeriod({ proposalPeriod, appealPeriod, decisionPeriod });
    return tokens.has(terms.token) && terms.arbiterFeeBps >= minArbiterFeeBps && terms.arbitrationPeriod >= period;
  }

  #postpone(subject: string, words: object): void {
    this.#parts.log.warn({ subject, ...words }, "It has to wait");
    // Not over the time in which it is late and something has to be said.
    const { timeToPropose } = this.#parts.configuration.section;
    this.#aside.put(subject, Math.min(LONGEST_ASIDE, timeToPropose / 4), true);
  }

  /**
   * One case: nothing as long as the parties have time, then a decision, then what was decided is sent.
   *
   * @returns Whether it was judged now, or that was tried: it takes time.
   */
  async #hear(dispute: Dispute, subject: string, block: Block): Promise<"judged" | undefined> {
    const { section } = this.#parts.configuration;
    const { agreement, index } = dispute;
    const { status, clock, held } = await getMilestone(this.#connection, agreement.id, index, {
      blockTag: block.number,
    });
    const { minimum = 0n } = this.#rules.tokens.get(agreement.terms.token) ?? {};
    if (held < minimum) return undefined;
    const start = clock - agreement.terms.arbitrationPeriod;
    if (status !== Status.Disputed || block.timestamp < start + section.waitForEvidence) return undefined;
    const { turn, until: end = 0 } = await getAppealCase(this.#connection, { agreement, index });
    if (turn !== "propose") return undefined;
    const isLate = block.timestamp >= end - section.timeToPropose / 2;
    const decided = this.#decided.get(subject);
    if (decided === undefined) {
      await this.#decide(dispute, subject, isLate);
      return "judged";
    }
    const { shareBps, reasoning } = decided;
    const call =
      shareBps === undefined
        ? declineCall({ agreement, index, reasoning })
        : proposeCall({ agreement, index, shareBps, reasoning });
    await this.#send(call, subject, block);
    return undefined;
  }

  /** @param isLate Whether there is no more time to wait for what may still be had. */
  async #decide(dispute: Dispute, subject: string, isLate: boolean): Promise<void> {
    const { log, configuration } = this.#parts;
    const { agreement, index, deliverable, evidence } = dispute;
    let judged = this.#judged.get(subject);
    if (judged === undefined) {
      const decision = await this.#judge(dispute, subject, isLate);
      if (decision === undefined) return;
      const about = {
        ...{ chainId: configuration.chainId, escrow: this.#connection.escrow, arbiter: configuration.section.contract },
        ...{ agreement: agreement.id, milestone: index, scope: agreement.terms.details, deliverable, evidence },
      };
      judged = { about, decision };
      this.#judged.set(subject, judged);
    }
    const { about, decision } = judged;
    const readable = await putContent(this.#storages, reasoningToMarkdown(about, decision));
    const reasoning = await putContent(this.#storages, serializeReasoning(about, decision));
    const { shareBps } = decision;
    const decided: Decided = { subject, ...(shareBps !== undefined && { shareBps }), reasoning };
    // From here on it is this decision, whatever happens.
    await this.#journal.append(decided);
    this.#decided.set(subject, decided);
    this.#judged.delete(subject);
    this.#metrics.decided.inc({ decision: shareBps === undefined ? "declined" : "proposed" });
    log.info({ agreement: agreement.id, index, shareBps, reasoning, readable, declined: decision.declined }, "Decided");
  }

  /** `undefined` when it is put aside, for what may still come. */
  async #judge(dispute: Dispute, subject: string, isLate: boolean): Promise<Decision | undefined> {
    const { judge, signal } = this.#parts;
    const decision = await this.#consider(dispute, judge, isLate);
    if (decision !== undefined && (!decision.isPassing || isLate)) return decision;
    if (!signal.aborted) this.#postpone(subject, { reason: decision?.declined.join(" ") ?? "Not all is there yet" });
    return undefined;
  }

  /** `undefined` when something is not there that may come. */
  async #consider(dispute: Dispute, judge: Judge, isLate: boolean): Promise<Decision | undefined> {
    const { log, signal } = this.#parts;
    const { agreement, index, deliverable } = dispute;
    const read = { signal: this.#reading(), maxSize: MAX_SIZE };
    const declined = (reason: string): Decision => ({
      ...{ shareBps: undefined, declined: [reason], isPassing: false },
      ...{ criteria: [], leftOut: [], findings: [], judgements: [] },
    });
    const scope = await this.#thereOrNot(getScope(this.#storages, agreement.terms.details, read));
    if (scope === undefined) return isLate ? declined("What was agreed on could not be read.") : undefined;
    if (scope.milestones.length !== agreement.schedule.length) return declined("The scope is of another agreement.");
    const work = deliverable && (await this.#thereOrNot(getDeliverable(this.#storages, deliverable, read)));
    if (deliverable !== undefined && work === undefined) {
      return isLate ? declined("What was submitted could not be read.") : undefined;
    }
    const evidence = await this.#evidence(dispute);
    if (!isLate && evidence.some(({ files }) => files === undefined)) return undefined;
    const materials = { scope, index, deliverable: work?.files ?? [], evidence };
    return decide(materials, judge, signal, (text) => log.warn({ text }, "The model's endpoint said"));
  }

  /** What each side put before the arbiter. */
  async #evidence({ agreement, evidence }: Dispute): Promise<readonly SubmittedEvidence[]> {
    const { client, freelancer, verifier } = agreement.terms;
    const sides: readonly (readonly [Side, string])[] = [
      ["client", client],
      ["freelancer", freelancer],
      ["verifier", verifier],
    ];
    const found: SubmittedEvidence[] = [];
    for (const [side, account] of sides) {
      let left = MAX_SIZE;
      const reading = this.#reading();
      for (const { hash } of evidence.filter(({ by }) => by === account)) {
        const read = { signal: reading, maxSize: left };
        const files = (await this.#thereOrNot(getDeliverable(this.#storages, hash, read)))?.files;
        left -= (files ?? []).reduce((sum, { bytes }) => sum + bytes.length, 0);
        found.push({ side, hash, files });
      }
    }
    return found;
  }

  /** For reading what one side wrote: slow storages of one take no time from the other's. */
  #reading(): AbortSignal {
    const { signal, configuration } = this.#parts;
    return AbortSignal.any([signal, AbortSignal.timeout(configuration.section.timeToRead * 1_000)]);
  }

  /** What a storage gives; `undefined` when it has not, fails, is too slow, or gives what is not to be read. */
  async #thereOrNot<T>(content: Promise<T>): Promise<T | undefined> {
    try {
      return await content;
    } catch (error) {
      if (error instanceof MicroEscrowError && !this.#parts.signal.aborted) return undefined;
      throw error;
    }
  }

  async #send(call: Call, subject: string, block: Block): Promise<void> {
    const { provider, log, configuration } = this.#parts;
    const { maxGas } = configuration.section;
    const fees = await this.#sender.fees(block);
    if (fees === undefined || !this.#sender.hasRoom) {
      log.info({ subject }, "Waiting: gas costs more than maxFeePerGas");
      return;
    }
    const { to, data } = call;
    const gas = await ask(provider.estimateGas({ to, data, from: this.#sender.account }));
    const gasLimit = (gas * 5n) / 4n;
    if (gasLimit > BigInt(maxGas)) return this.#postpone(subject, { reason: "It uses more gas than maxGas" });
    if ((await this.#sender.send({ call, gasLimit, subjects: [subject] }, fees)) !== "sent") {
      this.#postpone(subject, { reason: "It was refused, or the account has too little" });
    }
  }
}

function subjectOf({ agreement, index }: Dispute): string {
  return `case ${agreement.id} ${index}`;
}

function metricsOf(monitor: Monitor) {
  return {
    disputes: monitor.gauge("disputes", "Milestones that are in dispute before the contract"),
    decided: monitor.counter("decisions_total", "Cases that were decided, by what was said", ["decision"]),
  };
}
