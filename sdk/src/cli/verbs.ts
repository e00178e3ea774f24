/**
 * The commands that act: one for each verb of the protocol.
 */
import { VoidSigner } from "ethers";
import { acceptCall } from "../actions/accept.js";
import { advanceCall } from "../actions/advance.js";
import { approveCall } from "../actions/approve.js";
import { attestCall } from "../actions/attest.js";
import { closeCall } from "../actions/close.js";
import { disputeCall } from "../actions/dispute.js";
import { extendCall } from "../actions/extend.js";
import { finalizeCall } from "../actions/finalize.js";
import { fundCall, fundingAmount } from "../actions/fund.js";
import { refundCall } from "../actions/refund.js";
import { requestChangesCall } from "../actions/requestChanges.js";
import { ruleCall } from "../actions/rule.js";
import { settleCall } from "../actions/settle.js";
import { submitCall } from "../actions/submit.js";
import { submitEvidenceCall } from "../actions/submitEvidence.js";
import { withdrawCall } from "../actions/withdraw.js";
import { toAddress, toHash, zeroAddress } from "../address.js";
import type { Agreement } from "../agreement.js";
import type { MicroEscrow } from "../client.js";
import { describe } from "../describe.js";
import { DeliverableMismatchError, InvalidSignedActionError, WrongSubmissionError } from "../errors.js";
import { isOfToken, type PaymentMethod } from "../funding.js";
import { relayFunding, type SignedFunding, type SignedPaymentMethod, signFunding } from "../gasless.js";
import { eventsOf } from "../history.js";
import { defaultOutcome, HELD, type PayingAction, payouts } from "../model.js";
import { formatDuration } from "../money.js";
import { decodeError } from "../revert.js";
import type { Finality } from "../rpc.js";
import { relayedCall, type SignedAction, type SignedSettlement } from "../signed.js";
import { formatTime, inert } from "../text.js";
import { type Address, type AgreementState, type Call, type Hash, Status } from "../types.js";
import { warnings } from "../validate.js";
import { type ActOptions, act, tell } from "./acting.js";
import { UsageError } from "./errors.js";
import {
  agreementOf,
  amountOf,
  type DocumentOptions,
  deliverableOf,
  documentOf,
  isManifest,
  milestoneOf,
  milestonesOf,
  readJson,
  signatureOf,
  timeOf,
  tokenOf,
  writeNew,
} from "./inputs.js";
import type { SendingProvider } from "./sending.js";
import type { Acting, Session } from "./session.js";
import { storeDeliverable, storeDocument } from "./storing.js";
import { type Currency, currencyOf, ENDS, milestoneName, nameOf, payoutLines, when } from "./words.js";

// ---------------------------------------------------------------------------------------------------------- what is there

/** Whoever acts, and the agreement. */
interface OnAgreement extends Acting {
  readonly agreement: Agreement;
}

/** The same, with a milestone and its state. */
interface OnMilestone extends OnAgreement {
  readonly index: number;
  readonly state: AgreementState;
  readonly currency: Currency;
  /** For the SDK's methods. */
  readonly at: { readonly agreement: Agreement; readonly index: number };
  /** For the builders of calls. */
  readonly on: { readonly escrow: Address; readonly agreement: Agreement; readonly index: number };
  readonly name: string;
}

async function onAgreement(session: Session, fileOrId: string): Promise<OnAgreement> {
  const acting = await session.actor();
  return { ...acting, agreement: await agreementOf(acting.escrow, fileOrId) };
}

async function onMilestone(session: Session, fileOrId: string, milestone: string): Promise<OnMilestone> {
  const acting = await onAgreement(session, fileOrId);
  const { escrow, agreement } = acting;
  const index = milestoneOf(agreement, milestone);
  const [state, currency] = await Promise.all([
    escrow.getAgreementState(agreement),
    currencyOf(escrow, agreement.terms.token),
  ]);
  return {
    ...{ ...acting, index, state, currency, at: { agreement, index } },
    ...{ on: { escrow: escrow.address, agreement, index }, name: milestoneName(agreement, index) },
  };
}

/** What the milestone holds. */
const heldBy = ({ state, index }: OnMilestone): bigint => state.milestones[index]?.held ?? 0n;

/** Who would get how much; nothing when the contract will refuse it, and say why. */
function paid({ agreement, state, currency, index }: OnMilestone, action: PayingAction): readonly string[] {
  if (!HELD.includes(state.milestones[index]?.status ?? Status.None)) return [];
  return payoutLines(agreement, currency, payouts(agreement, state, action));
}

const beforeFee = ({ terms }: Agreement): string => (terms.feeBps === 0 ? "" : " before the platform's fee");

/** The newest submission, as it will be decided on. */
async function currentSubmission({ escrow, agreement, index, state }: OnMilestone) {
  const submission = state.milestones[index]?.submissions ?? 0;
  if (submission === 0) return { submission, deliverable: undefined };
  const deliverables = eventsOf(await escrow.getTimeline(agreement)).flatMap((event) =>
    event.type === "MilestoneSubmitted" && event.index === index ? [event.deliverable] : [],
  );
  return { submission, deliverable: deliverables.at(-1) };
}

// ---------------------------------------------------------------------------------------------------------------- consent

/** The agreement in sentences and what is unwise in it, before somebody consents to it. */
export async function explain(
  { session, escrow }: Pick<Acting, "session" | "escrow">,
  agreement: Agreement,
): Promise<void> {
  const { terminal } = session;
  const { chainId } = escrow;
  terminal.note(...describe(agreement, { chainId }));
  for (const { message } of warnings(agreement, { chainId, now: await escrow.getTime() })) {
    terminal.note(`Warning: ${message}`);
  }
}

export async function sign(session: Session, file: string, options: { out?: string; force?: boolean }): Promise<void> {
  const acting = await onAgreement(session, file);
  const { escrow, account, agreement } = acting;
  await explain(acting, agreement);
  await session.terminal.confirm(`Sign this agreement as ${account}?`);
  const signature = await escrow.sign(agreement);
  const result = { agreement: agreement.id, signer: account, signature };
  if (options.out !== undefined) await writeNew(options.out, `${JSON.stringify(result, null, 2)}\n`, options.force);
  session.terminal.result([signature], result);
}

export async function accept(
  session: Session,
  file: string,
  { party, signature, ...options }: ActOptions & { party?: string; signature?: string },
): Promise<void> {
  const acting = await onAgreement(session, file);
  const { escrow, account, agreement } = acting;
  if ((party === undefined) !== (signature === undefined)) {
    throw new UsageError("Another party's consent needs both --party and --signature.");
  }
  const given =
    signature === undefined || party === undefined
      ? { party: account }
      : { party: toAddress(party), signature: await signatureOf(session.terminal, signature) };
  await explain(acting, agreement);
  const plan = [
    party === undefined ? `accept ${nameOf(agreement)}` : `record that ${party} accepts ${nameOf(agreement)}`,
  ];
  const step = {
    ...{ verb: "accept", agreement, plan },
    call: acceptCall({ escrow: escrow.address, agreement, ...given }),
    send: () => escrow.accept({ agreement, ...given }),
    ...(party === undefined && { sign: () => escrow.signAccept({ agreement }) }),
  };
  await act(acting, step, options);
}

export async function close(session: Session, file: string, options: ActOptions): Promise<void> {
  const acting = await onAgreement(session, file);
  const { escrow, account, agreement } = acting;
  const step = {
    ...{ verb: "close", agreement },
    plan: [`close ${nameOf(agreement)} for good`, "  nothing more can be funded; what is funded goes on as agreed"],
    call: closeCall({ escrow: escrow.address, agreement, party: account }),
    send: () => escrow.close({ agreement }),
    sign: () => escrow.signClose({ agreement }),
  };
  await act(acting, step, options);
}

// --------------------------------------------------------------------------------------------------------------- money in

export interface FundOptions extends ActOptions {
  freelancerSignature?: string;
  payment?: string;
}

const PAYMENTS: readonly string[] = ["auto", "allowance", "permit", "approve"];
const SIGNED_PAYMENTS: readonly string[] = ["auto", "authorization", "permit2"];

export async function fund(
  session: Session,
  file: string,
  milestones: readonly string[],
  { freelancerSignature, payment = "auto", ...options }: FundOptions,
): Promise<void> {
  const known = options.sign ? SIGNED_PAYMENTS : PAYMENTS;
  if (!known.includes(payment)) {
    throw new UsageError(
      `"${payment}" is no way to pay${options.sign ? " by signature" : ""}: take one of ${known.join(", ")}.`,
    );
  }
  const acting = await onAgreement(session, file);
  const { escrow, signer, account, agreement } = acting;
  const indices = milestonesOf(agreement, milestones);
  const consent = freelancerSignature && {
    freelancerSignature: await signatureOf(session.terminal, freelancerSignature),
  };
  const funding = { agreement, indices, ...consent };
  const [{ write }, { clientConsented }] = await Promise.all([
    currencyOf(escrow, agreement.terms.token),
    escrow.getAgreementState(agreement),
  ]);
  if (!clientConsented) await explain(acting, agreement);
  const parts = indices.map((index) => {
    const { amount = 0n, workPeriod = 0 } = agreement.schedule[index] ?? {};
    return `  ${write(amount)} for ${milestoneName(agreement, index)}: its ${formatDuration(workPeriod)} begin at once`;
  });
  const call = fundCall({ escrow: escrow.address, ...funding });
  const isAllowed = await isPayable(escrow, call, account);
  const { client, refundTo } = agreement.terms;
  const notes = [
    ...(isAllowed || options.sign ? [] : ["  the token is told before to let the escrow take exactly that"]),
    ...(account === client ? [] : [`  what is refunded goes to the client's ${toOr(refundTo, client)}, not to you`]),
  ];
  await act(
    acting,
    {
      ...{ verb: "fund", agreement },
      plan: [`pay ${write(fundingAmount({ agreement, indices }))} into escrow`, ...parts, ...notes],
      ...(isAllowed && { call }),
      send: () => escrow.fund({ ...funding, payment: payment as PaymentMethod | "auto" }),
      sign: () =>
        signFunding(escrow.connection, signer, { ...funding, payment: payment as SignedPaymentMethod | "auto" }),
    },
    options,
  );
}

const toOr = (account: Address, party: Address): Address => (account === zeroAddress ? party : account);

/** Whether the token would be paid right now; before an approval it would not, and what it costs is not known. */
async function isPayable(escrow: MicroEscrow, call: Call, from: Address): Promise<boolean> {
  try {
    await escrow.connection.provider.call({ ...call, from });
    return true;
  } catch (cause) {
    const error = decodeError(cause);
    if (isOfToken(error)) return false;
    throw error;
  }
}

// ------------------------------------------------------------------------------------------------------------------- work

export interface SubmitOptions extends ActOptions {
  hash?: string;
  manifest?: string;
  store?: string[];
  force?: boolean;
}

export async function submit(
  session: Session,
  file: string,
  milestone: string,
  paths: readonly string[],
  { hash, manifest: manifestFile, store = [], force, ...options }: SubmitOptions,
): Promise<void> {
  if ((paths.length === 0) === (hash === undefined))
    throw new UsageError("Name the files of the deliverable, or its --hash.");
  const acting = await onMilestone(session, file, milestone);
  const { escrow, at, on, name } = acting;
  const delivered =
    hash === undefined ? await deliverableOf(paths) : { hash: toHash(hash), manifest: undefined, files: [] };
  const { manifest, files } = delivered;
  const deliverable = delivered.hash;
  if (manifest !== undefined && manifestFile === undefined && store.length === 0) {
    throw new UsageError(
      "Several files are one deliverable through a manifest, which the client needs: say where to write it (--manifest) or where to store it all (--store).",
    );
  }
  // After the question: what a storage has, others may have.
  const keep = async () => {
    if (manifest !== undefined && manifestFile !== undefined) await writeNew(manifestFile, manifest.text, force);
    if (files.length > 0) await storeDeliverable(store, delivered, acting.agreement.scope);
  };
  const plan = [
    `submit ${files.length === 0 ? "work" : `${files.length} ${files.length === 1 ? "file" : "files"}`} for ${name}`,
    `  deliverable ${deliverable}`,
    ...(files.length === 0 ? [] : store.map((place) => `  stored in ${place} before`)),
    ...(files.length > 0 && store.length > 0 && acting.agreement.scope !== undefined
      ? ["  with the scope, which a verifier reads there"]
      : []),
  ];
  const step = {
    ...{ verb: "submit", agreement: acting.agreement, plan },
    call: submitCall({ ...on, deliverable }),
    send: () => keep().then(() => escrow.submit({ ...at, deliverable })),
    sign: () => keep().then(() => escrow.signSubmit({ ...at, deliverable })),
  };
  await act(acting, step, options);
}

export interface DecisionOptions extends ActOptions {
  submission?: string;
  deliverable?: string[];
  confirmations?: string;
}

/** How a decision waits, where it says. */
function waiting(confirmations: string | undefined): { readonly confirmations?: Finality } {
  if (confirmations === undefined) return {};
  if (confirmations === "safe" || confirmations === "finalized") return { confirmations };
  if (/^\d{1,6}$/.test(confirmations)) return { confirmations: Number(confirmations) };
  throw new UsageError(`"${confirmations}" are no confirmations: write safe, finalized, or a number of blocks.`);
}

/** The submission that a decision is about: the current one, which must be what was named, and what was looked at. */
async function decidedOn(
  acting: OnMilestone,
  { submission: number, deliverable: paths, confirmations }: DecisionOptions,
) {
  const current = await currentSubmission(acting);
  if (number !== undefined && !/^\d{1,3}$/.test(number)) throw new UsageError(`"${number}" is no submission's number.`);
  let deliverable: Hash | undefined = current.deliverable;
  if (paths !== undefined) {
    const { hash } = await deliverableOf(paths);
    const [first = ""] = paths;
    if (paths.length === 1 && (await isManifest(first))) {
      throw new UsageError(`${first} only lists the files of a deliverable: name these files, or their folder.`);
    }
    if (current.submission === 0) throw new WrongSubmissionError({ actual: 1, expected: 0 });
    if (deliverable !== undefined && hash !== deliverable) {
      throw new DeliverableMismatchError({ actual: deliverable, expected: hash });
    }
    deliverable = hash;
  }
  const submission = number === undefined ? current.submission : Number(number);
  const seen = { submission, ...(deliverable !== undefined && { deliverable }), ...waiting(confirmations) };
  const line =
    submission === 0
      ? "  nothing was submitted yet"
      : `  about submission ${submission}, deliverable ${deliverable ?? "unknown"}${paths === undefined ? "" : ", which these files are"}`;
  const after = submission === 0 ? undefined : `submission ${submission}`;
  return { seen, line, submission, after };
}

export async function approve(
  session: Session,
  file: string,
  milestone: string,
  options: DecisionOptions,
): Promise<void> {
  const acting = await onMilestone(session, file, milestone);
  const { escrow, at, on, index, name, agreement } = acting;
  const { seen, line, submission, after } = await decidedOn(acting, options);
  const step = {
    ...{ verb: "approve", agreement, after },
    plan: [`approve ${name}`, line, ...paid(acting, { type: "approve", index })],
    call: approveCall({ ...on, submission }),
    send: () => escrow.approve({ ...at, ...seen }),
    sign: () => escrow.signApprove({ ...at, ...seen }),
  };
  await act(acting, step, options);
}

export async function advance(
  session: Session,
  file: string,
  milestone: string,
  text: string,
  options: ActOptions,
): Promise<void> {
  const acting = await onMilestone(session, file, milestone);
  const { escrow, at, on, index, name, agreement, currency } = acting;
  const amount = amountOf(text, currency, heldBy(acting));
  const step = {
    ...{ verb: "advance", agreement },
    plan: [`pay ${currency.write(amount)} of ${name} early`, ...paid(acting, { type: "advance", index, amount })],
    call: advanceCall({ ...on, amount }),
    send: () => escrow.advance({ ...at, amount }),
    sign: () => escrow.signAdvance({ ...at, amount }),
  };
  await act(acting, step, options);
}

export async function requestChanges(
  session: Session,
  file: string,
  milestone: string,
  options: DecisionOptions & DocumentOptions,
): Promise<void> {
  const reason = await documentOf(options, "the reason");
  const acting = await onMilestone(session, file, milestone);
  const { escrow, at, on, name, agreement } = acting;
  const { seen, line, submission, after } = await decidedOn(acting, options);
  const rework = formatDuration(agreement.terms.reworkPeriod);
  const step = {
    ...{ verb: "requestChanges", agreement, after },
    plan: [`request changes to ${name}`, line, `  reason ${reason}`, `  the freelancer gets ${rework} to submit again`],
    call: requestChangesCall({ ...on, submission, reason }),
    send: () => escrow.requestChanges({ ...at, ...seen, reason }),
    sign: () => escrow.signRequestChanges({ ...at, ...seen, reason }),
  };
  await act(acting, step, options);
}

export async function attest(
  session: Session,
  file: string,
  milestone: string,
  options: DecisionOptions & DocumentOptions & { passed?: boolean; failed?: boolean },
): Promise<void> {
  const { passed = false, failed = false } = options;
  if (passed === failed) throw new UsageError("Say --passed or --failed.");
  const report = await documentOf(options, "the report");
  const acting = await onMilestone(session, file, milestone);
  const { escrow, at, on, index, name, agreement } = acting;
  const { seen, line, submission, after } = await decidedOn(acting, options);
  const { challengePeriod, reworkPeriod } = agreement.terms;
  const then = !passed
    ? [`  the freelancer gets ${formatDuration(reworkPeriod)} to submit again`]
    : challengePeriod > 0
      ? [`  the client has ${formatDuration(challengePeriod)} at most to object; then the freelancer is paid`]
      : paid(acting, { type: "attest", index });
  const step = {
    ...{ verb: "attest", agreement, after },
    plan: [`attest that ${name} ${passed ? "passed" : "failed"}`, line, `  report ${report}`, ...then],
    call: attestCall({ ...on, submission, passed, report }),
    send: () => escrow.attest({ ...at, ...seen, passed, report }),
    sign: () => escrow.signAttest({ ...at, ...seen, passed, report }),
  };
  await act(acting, step, options);
}

export async function extend(
  session: Session,
  file: string,
  milestone: string,
  until: string,
  options: ActOptions,
): Promise<void> {
  const acting = await onMilestone(session, file, milestone);
  const { escrow, at, on, index, name, agreement, state } = acting;
  const present = state.milestones[index]?.clock ?? 0;
  const clock = timeOf(until, present);
  const step = {
    ...{ verb: "extend", agreement },
    plan: [
      `give the freelancer more time for ${name}`,
      `  until ${formatTime(clock)} instead of ${formatTime(present)}`,
    ],
    call: extendCall({ ...on, clock }),
    send: () => escrow.extend({ ...at, clock }),
    sign: () => escrow.signExtend({ ...at, clock }),
  };
  await act(acting, step, options);
}

// --------------------------------------------------------------------------------------------------------------- disputes

/** Evidence, and where it is kept for whoever rules. */
export interface EvidenceOptions extends ActOptions, DocumentOptions {
  store?: string[];
}

/** Keeps evidence before it is sent, and says so. */
function keeping({ store = [], ...options }: EvidenceOptions, hash: Hash) {
  if (store.length > 0 && options.hash !== undefined) {
    throw new UsageError("What is stored is a text or a file: say --text or --file with --store.");
  }
  return {
    keep: () => storeDocument(store, options, hash),
    lines: store.map((place) => `  stored in ${place} before`),
  };
}

export async function dispute(
  session: Session,
  file: string,
  milestone: string,
  options: EvidenceOptions,
): Promise<void> {
  const evidence = await documentOf(options, "the evidence");
  const { keep, lines } = keeping(options, evidence);
  const acting = await onMilestone(session, file, milestone);
  const { escrow, at, on, index, name, agreement, state } = acting;
  const submission = state.milestones[index]?.submissions ?? 0;
  const { arbiter, arbitrationPeriod } = agreement.terms;
  const step = {
    ...{ verb: "dispute", agreement },
    plan: [
      `dispute ${name}`,
      `  the arbiter ${arbiter} gets ${formatDuration(arbitrationPeriod)} to divide what it holds`,
      `  evidence ${evidence}`,
      ...lines,
    ],
    call: disputeCall({ ...on, submission, evidence }),
    send: () => keep().then(() => escrow.dispute({ ...at, submission, evidence })),
    sign: () => keep().then(() => escrow.signDispute({ ...at, submission, evidence })),
  };
  await act(acting, step, options);
}

export async function evidence(
  session: Session,
  file: string,
  milestone: string,
  options: EvidenceOptions,
): Promise<void> {
  const document = await documentOf(options, "the evidence");
  const { keep, lines } = keeping(options, document);
  const acting = await onMilestone(session, file, milestone);
  const { escrow, at, on, name, agreement } = acting;
  const step = {
    ...{ verb: "submitEvidence", agreement },
    plan: [`submit evidence on ${name}`, `  evidence ${document}`, ...lines],
    call: submitEvidenceCall({ ...on, evidence: document }),
    send: () => keep().then(() => escrow.submitEvidence({ ...at, evidence: document })),
  };
  await act(acting, step, options);
}

export async function rule(
  session: Session,
  file: string,
  milestone: string,
  share: string,
  options: ActOptions & DocumentOptions & Pick<DecisionOptions, "confirmations">,
): Promise<void> {
  const settled = waiting(options.confirmations);
  const reasoning = await documentOf(options, "the reasoning");
  const acting = await onMilestone(session, file, milestone);
  const { escrow, at, on, index, name, agreement, currency, state } = acting;
  const { arbiter } = payouts(agreement, state, { type: "rule", index, freelancerAmount: 0n });
  const freelancerAmount = amountOf(share, currency, heldBy(acting) - arbiter);
  const step = {
    ...{ verb: "rule", agreement, after: "the dispute" },
    plan: [
      `rule on ${name}: ${currency.write(freelancerAmount)} to the freelancer${beforeFee(agreement)}`,
      ...paid(acting, { type: "rule", index, freelancerAmount }),
      `  reasoning ${reasoning}`,
    ],
    call: ruleCall({ ...on, freelancerAmount, reasoning }),
    send: () => escrow.rule({ ...at, ...settled, freelancerAmount, reasoning }),
    sign: () => escrow.signRule({ ...at, ...settled, freelancerAmount, reasoning }),
  };
  await act(acting, step, options);
}

export async function settle(
  session: Session,
  file: string,
  milestone: string,
  share: string,
  { with: files = [], ...options }: ActOptions & { with?: string[] },
): Promise<void> {
  const acting = await onMilestone(session, file, milestone);
  const { escrow, at, on, index, name, agreement, currency } = acting;
  const freelancerAmount = amountOf(share, currency, heldBy(acting));
  const halves = await Promise.all(
    files.map(async (half) => (await readJson(session.terminal, half, "The half of a settlement")) as SignedSettlement),
  );
  const by = (party: Address) => halves.find((half) => half?.signer === party)?.authorization;
  const [client, freelancer] = [by(agreement.terms.client), by(agreement.terms.freelancer)];
  const step = {
    ...{ verb: "settle", agreement },
    plan: [
      `settle ${name}: ${currency.write(freelancerAmount)} to the freelancer${beforeFee(agreement)}`,
      ...paid(acting, { type: "settle", index, freelancerAmount }),
    ],
    ...(!options.sign && {
      call: settleCall({ ...on, freelancerAmount, ...(client && { client }), ...(freelancer && { freelancer }) }),
    }),
    send: () => escrow.settle({ ...at, freelancerAmount, signatures: halves }),
    sign: () => escrow.signSettle({ ...at, freelancerAmount }),
  };
  await act(acting, step, options);
}

export async function refund(session: Session, file: string, milestone: string, options: ActOptions): Promise<void> {
  const acting = await onMilestone(session, file, milestone);
  const { escrow, at, on, index, name, agreement } = acting;
  const step = {
    ...{ verb: "refund", agreement },
    plan: [`give back what ${name} holds`, ...paid(acting, { type: "refund", index })],
    call: refundCall(on),
    send: () => escrow.refund(at),
    sign: () => escrow.signRefund(at),
  };
  await act(acting, step, options);
}

// --------------------------------------------------------------------------------------------------------- time and money

export async function finalize(session: Session, file: string, milestone: string, options: ActOptions): Promise<void> {
  const acting = await onMilestone(session, file, milestone);
  const { escrow, at, on, index, name, agreement, state } = acting;
  const now = await escrow.getTime();
  const next = defaultOutcome(agreement, state, index, now);
  const why = next === undefined ? [] : [`  ${ENDS[next.outcome]}; its clock: ${when(next.at, now)}`];
  const step = {
    ...{ verb: "finalize", agreement },
    plan: [`finalize ${name}`, ...why, ...paid(acting, { type: "finalize", index })],
    call: finalizeCall(on),
    send: () => escrow.finalize(at),
  };
  await act(acting, step, options);
}

export async function withdraw(session: Session, tokenText: string, named: string | undefined): Promise<void> {
  const acting = await session.actor();
  const { escrow } = acting;
  const token = tokenOf(escrow, tokenText);
  const account = named === undefined ? acting.account : toAddress(named);
  const [waiting, { write }] = await Promise.all([escrow.getClaimable({ token, account }), currencyOf(escrow, token)]);
  if (waiting === 0n) {
    const nothing = `Nothing waits for ${account} in the token ${token}; nothing was sent.`;
    session.terminal.result([nothing], { verb: "withdraw", token, account, amount: 0n });
    return;
  }
  const step = {
    ...{ verb: "withdraw", plan: [`pay ${account} the ${write(waiting)} that wait for it`] },
    call: withdrawCall({ escrow: escrow.address, token, account }),
    send: () => escrow.withdraw({ token, account }),
  };
  await act(acting, step, {});
}

/** Sends what somebody else signed. */
export async function relay(session: Session, file: string): Promise<void> {
  const signed = await readJson(session.terminal, file, "The signed action");
  if (typeof signed !== "object" || signed === null) throw new InvalidSignedActionError("it is not an object");
  const { escrow, signer, account } = await session.actor();
  const { terminal, onSent, patience } = session;
  if ("freelancerAmount" in signed) {
    throw new UsageError("This is one party's half of a settlement: the other party sends it, with settle --with.");
  }
  const isFunding = "payment" in signed;
  const [action, funding] = [signed as SignedAction, signed as SignedFunding];
  const call = isFunding ? undefined : relayedCall(action, escrow.connection);
  const { provider } = await session.endpoint();
  const fee =
    call === undefined
      ? await fundingFee(escrow, provider, funding, account)
      : await provider.networkFee(call, account);
  const verb = isFunding ? "fund" : action.verb;
  const who = isFunding ? inert(String(funding.signer)) : action.signers.join(" and ");
  terminal.note(`Send the ${verb} that ${who} signed, as ${account} on chain ${escrow.chainId}:`);
  terminal.note(`  network fee: ${fee}`);
  await terminal.confirm("Send this?");
  const result = isFunding
    ? await relayFunding(escrow.connection, signer, funding, {
        onSent,
        ...(patience !== undefined && { miningPatience: patience }),
      })
    : await escrow.relay(action);
  await tell(session, escrow, verb, result, undefined);
}

/** What it costs to send a funding; where it would fail, a signer that cannot sign finds out how. */
async function fundingFee(
  { connection }: MicroEscrow,
  provider: SendingProvider,
  funding: SignedFunding,
  account: Address,
): Promise<string> {
  try {
    const { to, data } = funding;
    return await provider.networkFee({ to: toAddress(to), data, value: 0n }, account);
  } catch (cause) {
    await relayFunding(connection, new VoidSigner(account, provider), funding);
    throw cause;
  }
}
