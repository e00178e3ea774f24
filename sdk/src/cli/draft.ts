/**
 * Making an agreement: from a file of terms, or by asking for each.
 */
import { toAddress } from "../address.js";
import type { Agreement } from "../agreement.js";
import type { MicroEscrow } from "../client.js";
import { type DefineAgreementParameters, defineAgreement, type TokenDescription } from "../define.js";
import { parseAmount, parseDuration, parseShare } from "../money.js";
import { serializeAgreement } from "../serialize.js";
import { findToken } from "../tokens.js";
import { isThere } from "./config.js";
import { UsageError } from "./errors.js";
import { readJson, timeOf, writeNew } from "./inputs.js";
import type { Session } from "./session.js";
import { type Terminal, toJsonText } from "./terminal.js";
import { explain } from "./verbs.js";

/**
 * What a file of terms has: what `defineAgreement` takes, as JSON. Amounts are text in whole tokens; the token is its address
 * or a symbol of the registry; `fundBy` is a date, or a duration from now.
 */
const TEMPLATE = {
  client: "0x…",
  freelancer: "0x…",
  arbiter: "0x…",
  token: "USDC",
  scope: { title: "Shop app", milestones: ["UI design", { title: "Backend", requirements: ["All tests pass"] }] },
  milestones: [
    { amount: "500", work: "14 days" },
    { amount: "900", work: "28 days" },
  ],
  review: "7 days",
  rework: "7 days",
  arbitration: "14 days",
  arbiterFee: "3%",
  ifArbiterIsSilent: "50% to the freelancer",
  fundBy: "90 days",
};

export interface DraftOptions {
  out: string;
  force?: boolean;
  template?: boolean;
}

/** Makes an agreement, shows it in sentences, and writes it. */
export async function draft(
  session: Session,
  file: string | undefined,
  { out, force, template }: DraftOptions,
): Promise<void> {
  const { terminal } = session;
  if (template) return terminal.print(toJsonText(TEMPLATE, 2));
  const escrow = await session.reader();
  if (!force && (await isThere(out))) {
    throw new UsageError(`${out} is there already; name another with --out, or say --force.`);
  }
  const agreement = await (file === undefined ? draftByAsking(terminal, escrow) : draftFrom(terminal, escrow, file));
  if (agreement.scope?.milestones.some(({ checks }) => checks !== undefined)) {
    // What it needs is loaded for it alone.
    const { checkProblems } = await import("../verifier/run.js");
    for (const problem of checkProblems(agreement.scope)) throw problem;
  }
  await explain({ session, escrow }, agreement);
  await writeNew(out, serializeAgreement(agreement), force);
  terminal.result([`Wrote ${out}, agreement ${agreement.id}.`], { agreement: agreement.id, file: out });
}

/**
 * The agreement that a file of terms says.
 *
 * @throws {UsageError} When it is no such file.
 * @throws {InvalidAgreementError} When its terms are not those of an agreement; all of its problems are listed.
 */
async function draftFrom(terminal: Terminal, escrow: MicroEscrow, file: string): Promise<Agreement> {
  const given = await readJson(terminal, file, "The file of terms");
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new UsageError(`${file} is not an object of terms: \`micro-escrow draft --template\` prints one.`);
  }
  const { token, fundBy, ...rest } = given as Record<string, unknown>;
  const terms = {
    ...rest,
    token: typeof token === "string" ? await tokenFrom(escrow, token) : token,
    fundBy: typeof fundBy === "string" ? timeOf(fundBy, await escrow.getTime()) : fundBy,
  };
  return defineAgreement(terms as unknown as DefineAgreementParameters, { escrow: escrow.address });
}

async function tokenFrom(escrow: MicroEscrow, text: string): Promise<TokenDescription> {
  return text.startsWith("0x") ? escrow.getToken(text) : findToken(escrow.chainId, text);
}

/** The agreement that somebody answers questions for. */
async function draftByAsking(terminal: Terminal, escrow: MicroEscrow): Promise<Agreement> {
  const ask = terminal.ask.bind(terminal);
  const address = (message: string) => ask({ message, read: toAddress, example: "0x…" });
  const duration = (message: string, initial: string) =>
    ask({ message, initial, example: "14 days", read: parseDuration });
  const words = (message: string) =>
    ask({
      message,
      read: (answer) => {
        if (answer === "") throw new UsageError("It is empty.");
        return answer;
      },
    });

  const client = await address("Client, who pays: address");
  const freelancer = await address("Freelancer, who is paid: address");
  const arbiter = await address("Arbiter, who decides disputes: address");
  const symbol = await ask({
    message: "Token to pay in: its address, or a symbol such as USDC",
    read: (answer) => (answer.startsWith("0x") ? toAddress(answer) : findToken(escrow.chainId, answer).address),
  });
  const token = await escrow.getToken(symbol);

  const title = await words("What is it about, in a few words");
  const scopes: string[] = [];
  const milestones: { amount: bigint; work: number }[] = [];
  let isMore = true;
  while (isMore) {
    const number = milestones.length + 1;
    scopes.push(await words(`Milestone ${number}: what is to be done`));
    milestones.push({
      amount: await ask({
        message: `Milestone ${number}: amount in ${token.symbol ?? "tokens"}`,
        example: "500",
        read: (answer) => parseAmount(answer, token.decimals),
      }),
      work: await duration(`Milestone ${number}: time to do it, from its funding`, "14 days"),
    });
    isMore = (await terminal.choose("Another milestone?", { no: "no", yes: "yes" })) === "yes";
  }

  const review = await duration(
    "Review period: how long the client has to answer; then the freelancer is paid",
    "7 days",
  );
  const rework = await duration(
    "Rework period: how long the freelancer has for changes; then the client is refunded",
    "7 days",
  );
  const arbitration = await duration("Arbitration period: how long the arbiter has to rule", "14 days");
  const share = await ask({
    message: "If the arbiter is silent, how much of the milestone gets the freelancer (the client gets the rest)",
    example: "50%",
    read: parseShare,
  });
  const arbiterFee = await ask({
    message: "Arbiter's fee on a milestone that it rules on, 10% at most",
    initial: "0%",
    read: parseShare,
  });
  const now = await escrow.getTime();
  const fundBy = await ask({
    message: "Until when milestones can be funded: a date, or a duration from now",
    initial: "90 days",
    read: (answer) => timeOf(answer, now),
  });
  return defineAgreement(
    {
      ...{ client, freelancer, arbiter, token, scope: { title, milestones: scopes }, milestones },
      ...{ review, rework, arbitration, arbiterFee, fundBy },
      ifArbiterIsSilent: `${share / 100}% to the freelancer`,
    },
    { escrow: escrow.address },
  );
}
