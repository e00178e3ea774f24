/**
 * The commands that read: nothing is signed or sent, and no key is needed.
 */
import type { Agreement } from "../agreement.js";
import type { MicroEscrow } from "../client.js";
import { describe as describeAgreement } from "../describe.js";
import { fileStorage } from "../history/file.js";
import { checkStatement, getBlockTimes, type Statement, statementOf, toCsv, toJson } from "../history/index.js";
import { eventsOf } from "../history.js";
import { availableActions, defaultOutcome } from "../model.js";
import { formatAmount } from "../money.js";
import { formatTime, inert } from "../text.js";
import { registeredToken } from "../tokens.js";
import { type Address, type AgreementState, outcomeName, Status, statusName } from "../types.js";
import { warnings } from "../validate.js";
import { sentences } from "./acting.js";
import { UsageError } from "./errors.js";
import { agreementIn, agreementOf, isId, milestoneOf, tokenOf } from "./inputs.js";
import { LOCAL_ENDPOINT, type Session } from "./session.js";
import { fetchDeliverable } from "./storing.js";
import { type Currency, capital, currencyOf, ENDS, eventJson, nameOf, payoutLines, roleOf, when } from "./words.js";

/** An agreement in sentences, and what is unwise in it. A file needs no endpoint, but then its times are not looked at. */
export async function describe(session: Session, fileOrId: string): Promise<void> {
  const isOnline = isId(fileOrId) || session.url !== LOCAL_ENDPOINT;
  const escrow = isOnline ? await session.reader() : undefined;
  const agreement = escrow === undefined ? await agreementIn(fileOrId) : await agreementOf(escrow, fileOrId);
  const options = escrow === undefined ? {} : { chainId: escrow.chainId, now: await escrow.getTime() };
  const sentencesOfIt = describeAgreement(agreement, options);
  const found = warnings(agreement, options);
  session.terminal.result([...sentencesOfIt, ...found.map(({ message }) => `Warning: ${message}`)], {
    ...{ agreement: agreement.id, sentences: sentencesOfIt, warnings: found },
  });
}

// ----------------------------------------------------------------------------------------------------------------- status

export async function status(session: Session, fileOrId: string): Promise<void> {
  const escrow = await session.reader();
  const agreement = await agreementOf(escrow, fileOrId);
  const [state, now, currency, viewer] = await Promise.all([
    escrow.getAgreementState(agreement),
    escrow.getTime(),
    currencyOf(escrow, agreement.terms.token),
    session.viewer(),
  ]);
  const { terms, schedule } = agreement;
  const actions = viewer === undefined ? [] : availableActions(agreement, state, viewer, now);
  const consent = (has: boolean) => (has ? "accepted" : "has not accepted");
  const lines = [
    `${capital(nameOf(agreement))}${agreement.scope === undefined ? "" : `, agreement ${agreement.id}`}`,
    `  client      ${terms.client} ${consent(state.clientConsented)}`,
    `  freelancer  ${terms.freelancer} ${consent(state.freelancerConsented)}`,
    `  arbiter     ${terms.arbiter}`,
    `  token       ${terms.token} ${registeredToken(escrow.chainId, terms.token)?.symbol ?? `calls its amounts ${currency.symbol}; the registry does not know it`}`,
    state.closed ? "  closed: nothing more can be funded" : `  can be funded before ${when(terms.fundBy, now)}`,
    ...schedule.flatMap((_, index) => milestoneLines(agreement, state, index, now, currency)),
  ];
  if (viewer !== undefined) {
    lines.push(`You are ${viewer}, ${roleOf(agreement, viewer)}. You can:`);
    for (const { action, index, until, needs } of actions) {
      const which = index === undefined ? "" : ` ${index + 1}`;
      const end = until === undefined ? "" : `, before ${when(until, now)}`;
      const consentOf = needs === undefined ? "" : `, with the signature of ${needs}`;
      lines.push(`  ${COMMANDS[action] ?? action}${which}${end}${consentOf}`);
    }
    if (actions.length === 0) lines.push("  nothing");
  }
  session.terminal.result(lines, {
    ...{ agreement: agreement.id, time: now, ...state },
    milestones: state.milestones.map((milestone, index) => ({
      ...{ index, ...milestone, status: statusName(milestone.status), outcome: outcomeName(milestone.outcome) },
      default: defaultJson(agreement, state, index, now),
    })),
    ...{ account: viewer ?? null, actions },
  });
}

/** The commands whose names are not the verbs'. */
const COMMANDS: Readonly<Record<string, string>> = { requestChanges: "request-changes", submitEvidence: "evidence" };

function milestoneLines(
  agreement: Agreement,
  state: AgreementState,
  index: number,
  now: number,
  currency: Currency,
): readonly string[] {
  const { amount = 0n } = agreement.schedule[index] ?? {};
  const milestone = state.milestones[index];
  const title = agreement.scope?.milestones[index]?.title;
  const heading = `${index + 1}. ${title === undefined ? "" : `${inert(title)}: `}${currency.write(amount)}`;
  if (milestone === undefined || milestone.status === Status.None) return [`${heading}, not funded`];
  const next = defaultOutcome(agreement, state, index, now);
  if (next === undefined) return [`${heading}, ended: ${ENDS[milestone.outcome]}`];
  const held = milestone.held === amount ? "" : `, ${currency.write(milestone.held)} still held`;
  const submission = milestone.submissions === 0 ? "" : `, submission ${milestone.submissions}`;
  const happens = next.due
    ? `   ${ENDS[next.outcome]}, since ${when(next.at, now)}: anybody can finalize, which pays`
    : `   ${TURN[milestone.status]} before ${when(next.at, now)}, or else:`;
  return [
    `${heading}, ${statusName(milestone.status)}${submission}${held}`,
    happens,
    ...payoutLines(agreement, currency, next.payout).map((line) => `   ${line}`),
  ];
}

/** Whose turn it is, and to do what. */
const TURN: Readonly<Record<number, string>> = {
  [Status.Funded]: "the freelancer submits",
  [Status.Submitted]: "the client answers",
  [Status.ChangesRequested]: "the freelancer submits again",
  [Status.Disputed]: "the arbiter rules",
};

function defaultJson(agreement: Agreement, state: AgreementState, index: number, now: number): object | null {
  const next = defaultOutcome(agreement, state, index, now);
  return next === undefined ? null : { ...next, outcome: outcomeName(next.outcome), status: statusName(next.status) };
}

// ------------------------------------------------------------------------------------------------------ lists and history

export async function list(session: Session, named: string | undefined): Promise<void> {
  const escrow = await session.reader();
  const account = await session.account(named);
  const { consented, inbox } = await escrow.listAgreements(account);
  const shown = async (listed: typeof consented) =>
    Promise.all(
      listed.map(async ({ agreement, opened, final }) => {
        const { milestones } = await escrow.getAgreementState(agreement);
        return { agreement, opened, final, milestones };
      }),
    );
  const [mine, others] = await Promise.all([shown(consented), shown(inbox)]);
  const lineOf = async ({ agreement, milestones }: (typeof mine)[number]) => {
    const { write } = await currencyOf(escrow, agreement.terms.token);
    const total = agreement.schedule.reduce((sum, { amount }) => sum + amount, 0n);
    const held = milestones.reduce((sum, one) => sum + one.held, 0n);
    const ended = milestones.filter((one) => one.status >= Status.Released).length;
    return `${agreement.id}  ${roleOf(agreement, account)}, ${write(total)}, ${write(held)} held, ${ended} of ${milestones.length} milestones ended`;
  };
  const jsonOf = ({ agreement, opened, final, milestones }: (typeof mine)[number]) => ({
    ...{ id: agreement.id, terms: agreement.terms, schedule: agreement.schedule, role: roleOf(agreement, account) },
    ...{ block: opened.block, transaction: opened.transaction, final },
    milestones: milestones.map((one) => ({
      ...one,
      status: statusName(one.status),
      outcome: outcomeName(one.outcome),
    })),
  });
  const lines = [
    ...(mine.length === 0 ? [`${account} has accepted no agreement.`] : await Promise.all(mine.map(lineOf))),
    ...(others.length === 0
      ? []
      : ["Named in, but not accepted (anybody can name anybody):", ...(await Promise.all(others.map(lineOf)))]),
  ];
  session.terminal.result(lines, { account, consented: mine.map(jsonOf), inbox: others.map(jsonOf) });
}

export async function history(session: Session, fileOrId: string): Promise<void> {
  const escrow = await session.reader();
  const agreement = await agreementOf(escrow, fileOrId);
  const timeline = await escrow.getTimeline(agreement);
  const events = eventsOf(timeline);
  const finalEvents = new Set(timeline.final);
  const [times, said] = await Promise.all([
    getBlockTimes(escrow.connection, events),
    sentences(escrow, events, agreement),
  ]);
  const lines = events.map(
    (event, place) =>
      `${formatTime(times.get(event.block) ?? 0)}  ${capital(said[place] ?? "")}${finalEvents.has(event) ? "" : " (not final)"}`,
  );
  const json = events.map((event) => ({
    ...eventJson(event),
    ...{ time: times.get(event.block), final: finalEvents.has(event) },
  }));
  session.terminal.result(lines.length === 0 ? ["Nothing has happened."] : lines, {
    ...{ agreement: agreement.id, toBlock: timeline.toBlock, events: json },
  });
}

export interface StatementFlags {
  token?: string;
  csv?: boolean;
  cache?: string;
}

export async function statement(
  session: Session,
  named: string | undefined,
  { token, csv = false, cache }: StatementFlags,
): Promise<void> {
  const escrow = await session.reader();
  const account = await session.account(named);
  const made = await statementOf(escrow.connection, account, {
    ...(token !== undefined && { token: tokenOf(escrow, token) }),
    ...(cache !== undefined && { storage: fileStorage(cache) }),
  });
  for (const difference of await checkStatement(escrow.connection, made)) {
    const { what, token: address, statement: said, chain } = difference;
    const { write } = await currencyOf(escrow, address);
    session.terminal.note(`Warning: ${what} is ${write(said)} by the statement, and ${write(chain)} by the chain.`);
  }
  const { terminal } = session;
  if (terminal.isJson) terminal.print(toJson(made).trimEnd());
  else if (csv) terminal.print(toCsv(made).trimEnd());
  else terminal.result(await statementLines(escrow, made), {});
}

async function statementLines(
  escrow: MicroEscrow,
  { account, entries, totals }: Statement,
): Promise<readonly string[]> {
  if (entries.length === 0) return [`No money of ${account} has moved.`];
  const currencies = new Map<Address, Currency>();
  for (const { token } of totals) currencies.set(token, await currencyOf(escrow, token));
  const write = (token: Address, amount: bigint) => {
    const { decimals = 0, symbol = "base units" } = currencies.get(token) ?? {};
    const digits = amount < 0n ? `-${formatAmount(-amount, decimals)}` : formatAmount(amount, decimals);
    return `${digits} ${symbol}`;
  };
  const lines = entries.map(({ time, type, token, net, direction, agreement, index, final }) => {
    const where = agreement === undefined ? "" : `, milestone ${(index ?? 0) + 1} of ${agreement}`;
    const sign = direction === "out" ? -1n : 1n;
    return `${formatTime(time)}  ${type.padEnd(12)}  ${write(token, sign * net)}${where}${final ? "" : " (not final)"}`;
  });
  const sums = totals.map(
    ({ token, paid, received, claimable, held }) =>
      `Total: paid ${write(token, paid)}, received ${write(token, received)}, waiting ${write(token, claimable)}, held in its agreements ${write(token, held)}`,
  );
  return [...lines, ...sums];
}

/** Tells of each event of an agreement, until it is interrupted, or until all of its milestones have ended with `--until-done`. */
export async function watch(
  session: Session,
  fileOrId: string,
  { interval, untilDone = false }: { interval?: string; untilDone?: boolean },
): Promise<void> {
  const seconds = interval === undefined ? 4 : Number(interval);
  // A timer that waits longer than it can waits for nothing; after failures it waits 16 times as long.
  if (!(seconds > 0 && seconds <= 86_400)) throw new UsageError(`"${interval}" is no number of seconds up to a day.`);
  const escrow = await session.reader();
  const agreement = await agreementOf(escrow, fileOrId);
  const { terminal } = session;
  terminal.note(`Watching ${nameOf(agreement)}; Ctrl-C ends it.`);
  await new Promise<void>((resolve) => {
    const { stop } = escrow.watch(
      agreement,
      async ({ added, removed, history: known }) => {
        const [taken, said] = [await sentences(escrow, removed, agreement), await sentences(escrow, added, agreement)];
        for (const [place, event] of removed.entries()) {
          terminal.item(`Taken back by a reorganization: ${taken[place]}`, { removed: true, ...eventJson(event) });
        }
        for (const [place, event] of added.entries()) {
          terminal.item(`Block ${event.block}: ${said[place]}`, eventJson(event));
        }
        const ended = new Set(
          eventsOf(known).flatMap((event) => (event.type === "MilestoneConcluded" ? [event.index] : [])),
        );
        if (untilDone && ended.size === agreement.schedule.length) end();
      },
      { interval: seconds * 1_000, onError: (error) => terminal.note(`${error.message} Going on.`) },
    );
    const end = () => {
      stop();
      resolve();
    };
    const { signal } = terminal.streams;
    signal?.addEventListener("abort", end, { once: true });
    if (signal?.aborted) end();
  });
}

/** The current deliverable of a milestone, from where it is stored, checked against the chain. */
export async function fetch(
  session: Session,
  fileOrId: string,
  milestone: string,
  { store, out, force }: { store: string[]; out: string; force?: boolean },
): Promise<void> {
  const escrow = await session.reader();
  const agreement = await agreementOf(escrow, fileOrId);
  const index = milestoneOf(agreement, milestone);
  const submitted = eventsOf(await escrow.getTimeline(agreement)).flatMap((event) =>
    event.type === "MilestoneSubmitted" && event.index === index ? [event] : [],
  );
  const newest = submitted.at(-1);
  if (newest === undefined) throw new UsageError(`Nothing was submitted for milestone ${index + 1} yet.`);
  const { deliverable, submission } = newest;
  const files = await fetchDeliverable(store, deliverable, out, force);
  session.terminal.result(
    [`Submission ${submission}, as it was submitted:`, ...files.map((file) => `  ${inert(file)}`)],
    { agreement: agreement.id, index, submission, deliverable, files },
  );
}
