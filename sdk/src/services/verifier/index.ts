/**
 * The verifier as a service: it looks at what is submitted to it, checks it as the scope declares, stores its report, and attests
 * with the report's hash. What its checks cannot tell it leaves to humans.
 */
import { join } from "node:path";
import { type Block, formatEther, formatUnits, type JsonRpcProvider, type Signer } from "ethers";
import { attestCall } from "../../actions/attest.js";
import { putContent } from "../../content.js";
import { decodeLog } from "../../decode.js";
import { hashText } from "../../deliverables.js";
import {
  ContentMismatchError,
  ContentMissingError,
  ContentTooLargeError,
  MicroEscrowError,
  RpcError,
  StorageFailedError,
} from "../../errors.js";
import { folderStorage } from "../../folderStorage.js";
import { openJudge } from "../../judgement/config.js";
import { isJudged, LEAST_CHALLENGE } from "../../judgement/rule.js";
import { getMilestone } from "../../reads.js";
import { ask, type EscrowConnection, finalBlock, latestBlock } from "../../rpc.js";
import { scopeHash } from "../../scope.js";
import { completeAgreement, getDeliverable } from "../../storage.js";
import { type Hash, Status } from "../../types.js";
import { isText } from "../../verifier/articles.js";
import type { CheckKind, OtherWork } from "../../verifier/check.js";
import { judgementKind } from "../../verifier/kinds/judgement.js";
import { type Report, reportOf, reportToMarkdown, serializeReport } from "../../verifier/report.js";
import { checkWork } from "../../verifier/run.js";
import { Aside } from "../aside.js";
import type { Configuration } from "../config.js";
import { ConfigurationError } from "../errors.js";
import { Journal } from "../journal.js";
import { createLog, type Log, wordsOf } from "../log.js";
import { Monitor } from "../monitor.js";
import { type Mined, Sender } from "../sender.js";
import {
  openConnection,
  openProvider,
  openSigner,
  repeat,
  type ServiceOptions,
  type StepResult,
  withDefaults,
} from "../service.js";
import { readCollection, readVerifierConfiguration, type VerifierSection } from "./config.js";
import { Inbox, type Submitted } from "./inbox.js";

/** How a verifier runs. */
export interface VerifierOptions extends ServiceOptions {
  /** Checks and says what it would attest, needs no key, and stores and sends nothing. */
  readonly dryRun?: boolean;
  /** Kinds of checks beside the built-in ones. */
  readonly kinds?: readonly CheckKind[];
}

/**
 * Runs a verifier until it is told to stop, by its configuration's file: see the guide sdk/docs/verifier.md.
 *
 * @throws {ConfigurationError} When the configuration is none, or its key is of another account.
 * @throws {ModelPackagesMissingError} When it names a model, and the packages that speak with it are not installed.
 * @throws {StateTakenError} When another process uses the same state folder.
 * @throws {WrongChainError} When the endpoint is another chain.
 * @throws {NoCodeError} When the escrow is not there.
 * @example
 * const stopped = new AbortController();
 * process.once("SIGTERM", () => stopped.abort());
 * await runVerifier({ config: "services.json", signal: stopped.signal });
 */
export async function runVerifier(options: VerifierOptions): Promise<void> {
  const { config, once, signal, env, stderr } = withDefaults(options);
  const { dryRun = false, kinds: further = [] } = options;
  const configuration = await readVerifierConfiguration(config, env);
  const { section, file } = configuration;
  const log = createLog(stderr, "verifier");
  const monitor = new Monitor("verifier", section.unhealthyAfter);
  const provider = openProvider(configuration);
  const server = await monitor.serve(section.listen);
  try {
    const signer = dryRun ? undefined : await openSigner(section.key, provider, env, log);
    const account = signer === undefined ? section.account : await ask(signer.getAddress());
    if (account !== section.account) {
      const problem = `is not the account of the key, which is ${account}`;
      throw new ConfigurationError({ file, path: "verifier.account", problem });
    }
    const kinds = [...further, ...(await judgementsOf(configuration, env, log))];
    log.info({ port: server.port, chainId: configuration.chainId, account: section.account, dryRun }, "Started");
    let verifier: Verifier | undefined;
    const step = async () => {
      verifier ??= await Verifier.open({ configuration, provider, signer, log, monitor, kinds, signal });
      return verifier.step();
    };
    await repeat({ step, interval: section.interval, once, signal, log, monitor });
    log.info("Stopped");
  } finally {
    await server.stop();
    provider.destroy();
  }
}

/** The check by a model, when the configuration has one. */
async function judgementsOf(
  { section: { model }, state }: Configuration<VerifierSection>,
  env: Required<ServiceOptions>["env"],
  log: Log,
): Promise<readonly CheckKind[]> {
  if (model === undefined) return [];
  const judge = await openJudge(model, env, { state, service: "verifier" });
  const details = (text: string) => log.warn({ text }, "The model's endpoint said");
  return [judgementKind({ ...judge, details })];
}

/** What a verifier works with. */
interface Parts {
  readonly configuration: Configuration<VerifierSection>;
  readonly provider: JsonRpcProvider;
  readonly signer: Signer | undefined;
  readonly log: Log;
  readonly monitor: Monitor;
  readonly kinds: readonly CheckKind[];
  /** Ends a check that runs; it is made again the next time. */
  readonly signal: AbortSignal;
}

/** What was found about a submission, written before it is acted on. */
type Entry =
  | { readonly type: "decided"; readonly subject: string; readonly passed: boolean; readonly report: Hash }
  /** Left to humans. */
  | { readonly type: "left"; readonly subject: string }
  | { readonly type: "attested"; readonly subject: string };

const TITLE = "micro-escrow verifications 1";

/** Seconds that something that failed is put aside for at most: a review is days. */
const LONGEST = 900;
/** Gas on top of what an attestation uses: a payment of it may have to be deferred. */
const RESERVE = 250_000n;

/** What cannot be had now, and perhaps later. */
const PASSING = [ContentMissingError, ContentMismatchError, StorageFailedError] as const;

/** A submission as the journals name it; with the deliverable, as a reorganization may put another one under its number. */
const subjectOf = ({ agreement, index, submission, deliverable }: Submitted): string =>
  `attest ${agreement.id} ${index} ${submission} ${deliverable}`;

class Verifier {
  readonly #parts: Parts;
  readonly #connection: EscrowConnection;
  readonly #journal: Journal<Entry>;
  readonly #inbox: Inbox;
  readonly #aside = new Aside();
  readonly #sender: Sender | undefined;
  readonly #metrics: ReturnType<typeof metricsOf>;
  readonly #decided = new Map<string, Extract<Entry, { type: "decided" }>>();
  /** What nothing more is to be done about. */
  readonly #done = new Set<string>();
  readonly #collection: readonly OtherWork[];

  private constructor(
    parts: Parts,
    connection: EscrowConnection,
    opened: { readonly journal: Journal<Entry>; readonly records: readonly Entry[] },
    sender: Sender | undefined,
    collection: readonly OtherWork[],
  ) {
    this.#parts = parts;
    this.#connection = connection;
    this.#journal = opened.journal;
    this.#sender = sender;
    this.#collection = collection;
    this.#metrics = metricsOf(parts.monitor);
    for (const record of opened.records) this.#remember(record);
    const { state, chainId, section } = parts.configuration;
    const file = join(state, `events-${chainId}-${connection.escrow}.history`);
    const accounts = new Set(section.accounts);
    this.#inbox = new Inbox(connection, file, ({ terms: { verifier, client, freelancer } }) => {
      const isFor = section.accounts === undefined || accounts.has(client) || accounts.has(freelancer);
      return verifier === section.account && isFor;
    });
  }

  static async open(parts: Parts): Promise<Verifier> {
    const { configuration, provider, signer, log, monitor } = parts;
    const { chainId, state, section } = configuration;
    const connection = await openConnection(provider, configuration);
    const collection = section.collection === undefined ? [] : [await readCollection(section.collection)];
    const name = `${chainId}-${connection.escrow}-${section.account}`;
    const opened = await Journal.open<Entry>(join(state, `verified-${name}.journal`), TITLE);
    let verifier: Verifier | undefined;
    const sender =
      signer &&
      (await Sender.open({
        ...{ file: join(state, `verifier-${chainId}-${section.account}.journal`), connection, provider, signer },
        ...{ log, monitor, limits: section },
        onMined: (mined) => verifier?.mined(mined),
      }));
    log.info({ account: section.account, escrow: connection.escrow }, "Ready");
    verifier = new Verifier(parts, connection, opened, sender, collection);
    return verifier;
  }

  /** Looks at the chain once, checks one submission at most, and sends what is decided; it does not wait for a block. */
  async step(): Promise<StepResult> {
    const { provider, log, monitor, signal } = this.#parts;
    const { section } = this.#parts.configuration;
    const block = await latestBlock(provider);
    monitor.read(block);
    await this.#sender?.advance(block);
    await this.#settle();
    const safe = await finalBlock(provider, section.finality, block.number);
    const submitted = await this.#inbox.update();
    const open = submitted.filter((one) => !this.#done.has(subjectOf(one)));
    this.#metrics.open.set(open.length);
    const wanted = new Set(open.map(subjectOf));
    this.#aside.keep((subject) => wanted.has(subject));
    const underWay = this.#sender?.underWay ?? new Set();
    let [isWaiting, isBusy] = [underWay.size > 0, false];
    // What failed before comes behind the rest: it may take its time again.
    const isSuspect = (one: Submitted) => Number(this.#aside.isSuspect(subjectOf(one)));
    for (const one of [...open].sort((a, b) => isSuspect(a) - isSuspect(b))) {
      const subject = subjectOf(one);
      if (signal.aborted) break;
      if (underWay.has(subject)) continue;
      if (one.clock <= block.timestamp + section.margin) {
        log.warn(factsOf(one), "Too late to attest: humans decide");
        await this.#leave(subject);
        continue;
      }
      // Beyond that, it may still be taken back.
      if (one.block > safe) {
        isWaiting = true;
        continue;
      }
      if (this.#aside.has(subject)) continue;
      try {
        if (!this.#decided.has(subject)) {
          if (isBusy) return "more";
          isBusy = true;
          await this.#check(one);
        }
        if (await this.#attest(one, block)) isWaiting = true;
      } catch (error) {
        if (signal.aborted) break;
        if (!(error instanceof MicroEscrowError) || (error instanceof RpcError && error.reason !== "refused"))
          throw error;
        const words = wordsOf(error);
        this.#metrics.failed.inc({ reason: words.code });
        if (PASSING.some((kind) => error instanceof kind) || error instanceof RpcError) {
          log.warn({ ...factsOf(one), ...words }, "It cannot be done now; trying again");
          this.#aside.put(subject, LONGEST, true);
        } else {
          log.warn({ ...factsOf(one), ...words }, "It cannot be checked: humans decide");
          await this.#leave(subject);
        }
      }
    }
    return isWaiting ? "waiting" : isBusy ? "more" : "idle";
  }

  /** What was attested in a block, to be written down; the callback itself cannot wait. */
  readonly #mined: string[] = [];

  /** What became of a transaction. */
  mined({ receipt, subjects }: Mined): void {
    const { log } = this.#parts;
    this.#metrics.spent.inc(Number(formatEther(receipt.gasUsed * receipt.gasPrice)));
    const attested = receipt.logs
      .map((one) => decodeLog(one, this.#connection.escrow))
      .some((event) => event?.type === "MilestoneAttested");
    for (const subject of subjects) {
      if (attested) this.#mined.push(subject);
      else {
        log.warn({ subject, transaction: receipt.hash }, "It was not attested");
        this.#aside.put(subject, LONGEST, true);
      }
    }
  }

  async #settle(): Promise<void> {
    for (const subject of this.#mined.splice(0)) {
      if (this.#done.has(subject)) continue;
      await this.#write({ type: "attested", subject });
      this.#metrics.attested.inc({ passed: String(this.#decided.get(subject)?.passed) });
    }
  }

  async #leave(subject: string): Promise<void> {
    this.#metrics.left.inc();
    await this.#write({ type: "left", subject });
  }

  #remember(entry: Entry): void {
    if (entry.type === "decided") this.#decided.set(entry.subject, entry);
    else this.#done.add(entry.subject);
  }

  /** Nothing is written by a dry run, which may stand beside the service itself. */
  async #write(entry: Entry): Promise<void> {
    if (this.#sender !== undefined) await this.#journal.append(entry);
    this.#remember(entry);
  }

  // ------------------------------------------------------------------------------------------------------------- checking

  async #check(submitted: Submitted): Promise<void> {
    const { log, configuration, kinds, signal } = this.#parts;
    const { storages, commands, account } = configuration.section;
    const { index, submission, deliverable } = submitted;
    const time = AbortSignal.timeout(configuration.section.time * 1_000);
    const ending = AbortSignal.any([signal, time]);
    const options = { signal: ending, maxSize: configuration.section.maxSize * 1_024 * 1_024 };
    const agreement = await completeAgreement(storages, submitted.agreement, { signal: ending });
    const { scope } = agreement;
    if (scope === undefined) return;
    if (isJudged(scope, index) && agreement.terms.challengePeriod < LEAST_CHALLENGE) {
      log.warn(factsOf(submitted), "The client has less than a day to object to a model's judgement: humans decide");
      return this.#leave(subjectOf(submitted));
    }
    const { files } = await getDeliverable(storages, deliverable, options);
    const checks = scope.milestones[index]?.checks ?? [];
    const isCompared = checks.some(({ kind }) => kind === "original");
    const others = isCompared ? [...(await this.#earlier(submitted, options)), ...this.#collection] : [];
    log.info({ ...factsOf(submitted), files: files.length, checks: checks.length }, "Checking");
    const parameters = { scope, index, files, others, limits: commands, kinds, signal: ending };
    const checked = await checkWork(parameters).catch((error) => {
      if (signal.aborted || !time.aborted) throw error;
    });
    if (checked === undefined) {
      log.warn(factsOf(submitted), "Its checks take too long: humans decide");
      return this.#leave(subjectOf(submitted));
    }
    if (checked.verdict === "unclear" && checked.checks.some(({ isPassing }) => isPassing)) {
      log.warn(factsOf(submitted), "A model could not be asked; trying again");
      this.#aside.put(subjectOf(submitted), LONGEST, true);
      return;
    }
    const report = reportOf(
      {
        ...{ chainId: this.#connection.chainId, escrow: this.#connection.escrow, agreement: agreement.id },
        ...{ milestone: index, submission, deliverable, scope: scopeHash(scope) },
      },
      checked,
    );
    this.#metrics.checked.inc({ verdict: report.verdict });
    const hash = await this.#store(report);
    const facts = { ...factsOf(submitted), account, report: hash, verdict: report.verdict };
    if (report.verdict === "unclear") {
      log.warn(facts, "The checks cannot tell: humans decide");
      return this.#leave(subjectOf(submitted));
    }
    log.info(facts, "Checked");
    const subject = subjectOf(submitted);
    await this.#write({ type: "decided", subject, passed: report.verdict === "passed", report: hash });
  }

  /**
   * What was submitted for other milestones before, as far as it is compared: each content once, its texts alone, and together
   * no more than one deliverable may have.
   */
  async #earlier(
    submitted: Submitted,
    options: { readonly signal: AbortSignal; readonly maxSize: number },
  ): Promise<readonly OtherWork[]> {
    const works = new Map<Hash, OtherWork>();
    let size = 0;
    for (const { index, submission, deliverable } of this.#inbox.earlier(submitted)) {
      if (works.has(deliverable)) continue;
      const { files } = await getDeliverable(this.#parts.configuration.section.storages, deliverable, options);
      const texts = files.filter(({ path }) => isText(path));
      size += texts.reduce((sum, { bytes }) => sum + bytes.length, 0);
      if (size > options.maxSize) {
        throw new ContentTooLargeError({ hash: deliverable, limit: options.maxSize, during: "reading" });
      }
      works.set(deliverable, { name: `milestone ${index + 1}, submission ${submission}`, files: texts });
    }
    return [...works.values()];
  }

  /** Keeps a report in the state folder, and where others find it, in both of its forms. */
  async #store(report: Report): Promise<Hash> {
    const { state, section } = this.#parts.configuration;
    const text = serializeReport(report);
    if (this.#sender === undefined) return hashText(text);
    const options = { signal: this.#parts.signal };
    const places = [folderStorage(join(state, "reports")), ...(section.reports ?? section.storages)];
    await putContent(places, reportToMarkdown(report), options);
    return putContent(places, text, options);
  }

  // ------------------------------------------------------------------------------------------------------------ attesting

  /** @returns Whether something was sent, or waits for being sent. */
  async #attest(submitted: Submitted, block: Block): Promise<boolean> {
    const { provider, log, configuration } = this.#parts;
    const { account, margin } = configuration.section;
    const subject = subjectOf(submitted);
    const decision = this.#decided.get(subject);
    if (decision === undefined || this.#done.has(subject)) return false;
    const { agreement, index, submission } = submitted;
    const { passed, report } = decision;
    const facts = { ...factsOf(submitted), passed, report };
    // The contract is asked: the client may have answered meanwhile.
    const state = await getMilestone(this.#connection, agreement.id, index);
    const isOpen = state.status === Status.Submitted && state.submissions === submission;
    if (!isOpen || state.clock <= block.timestamp + margin) return false;
    if (this.#sender === undefined) {
      log.info(facts, "Would attest");
      this.#done.add(subject);
      return false;
    }
    const fees = await this.#sender.fees(block);
    if (fees === undefined || !this.#sender.hasRoom) {
      log.info(facts, "Waiting: gas costs more than maxFeePerGas, or too much is under way");
      return true;
    }
    const call = attestCall({ ...this.#connection, agreement, index, submission, passed, report });
    const gas = await ask(provider.estimateGas({ to: call.to, data: call.data, from: account }));
    log.info({ ...facts, gwei: formatUnits(fees.expected, "gwei") }, "Attesting");
    const gasLimit = (gas * 5n) / 4n + RESERVE;
    const result = await this.#sender.send({ call, gasLimit, subjects: [subject] }, fees);
    if (result !== "sent") this.#aside.put(subject, LONGEST, true);
    return true;
  }
}

function factsOf({ agreement, index, submission, deliverable }: Submitted) {
  return { agreement: agreement.id, index, submission, deliverable };
}

function metricsOf(monitor: Monitor) {
  return {
    open: monitor.gauge("submissions_open", "Submissions that wait for the verifier"),
    checked: monitor.counter("checked_total", "Submissions that were checked, by what was found", ["verdict"]),
    attested: monitor.counter("attested_total", "Attestations in a block", ["passed"]),
    left: monitor.counter("left_total", "Submissions that were left to humans"),
    failed: monitor.counter("items_failed_total", "What could not be done, by the reason", ["reason"]),
    spent: monitor.counter("gas_spent_ether_total", "Network fees that were paid, in the chain's coin"),
  };
}
