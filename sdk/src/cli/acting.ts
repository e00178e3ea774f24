/**
 * How every command acts: it says what will happen and what it costs, asks, and then sends, or signs for somebody else to
 * send; at the end it tells what happened, from the transaction's events.
 */

import { formatEther } from "ethers";
import type { Agreement } from "../agreement.js";
import type { MicroEscrow } from "../client.js";
import { decodeLogs, type EscrowEvent, type TransactionInfo } from "../decode.js";
import { localChainIds } from "../deployments.js";
import { ask } from "../rpc.js";
import type { Address, Call } from "../types.js";
import { KeyError } from "./errors.js";
import type { Acting, Session } from "./session.js";
import { baseUnits, type Currency, capital, currencyOf, eventJson, roleOf, sentenceOf } from "./words.js";

/** What is to be done. */
export interface Step<Result extends { readonly transaction: TransactionInfo }> {
  /** As JSON has it: the SDK's verb. */
  readonly verb: string;
  /** What it is about; left out for `withdraw`. */
  readonly agreement?: Agreement;
  /** What will happen, in lines: the first is the question. */
  readonly plan: readonly string[];
  /** What must be in a block that stays before this is signed or sent: "submission 2"; left out: nothing. */
  readonly after?: string | undefined;
  /** To find out what it costs; left out where that cannot be known before. */
  readonly call?: Call;
  readonly send: (escrow: MicroEscrow) => Promise<Result>;
  /** Signs it for somebody else to send; left out where that is not possible. */
  readonly sign?: ((escrow: MicroEscrow) => Promise<object>) | undefined;
}

export interface ActOptions {
  /** Sign only, and print what was signed. */
  readonly sign?: boolean;
}

/**
 * Says it, asks, does it, and tells what happened.
 *
 * @throws {DeclinedError} When the answer is no.
 */
export async function act<Result extends { readonly transaction: TransactionInfo }>(
  { session, escrow, account }: Acting,
  step: Step<Result>,
  options: ActOptions,
): Promise<void> {
  const { terminal } = session;
  const role = step.agreement === undefined ? "" : ` (${roleOf(step.agreement, account)})`;
  const [question = "", ...details] = step.plan;
  const isWaiting = step.after !== undefined && !localChainIds.includes(escrow.chainId);
  const announce = () => isWaiting && terminal.note(`Waiting until ${step.after} is in a block that stays …`);
  if (options.sign) {
    if (step.sign === undefined)
      throw new KeyError(`${capital(step.verb)} cannot be signed for somebody else to send.`);
    terminal.note(`${capital(question)}, by a signature of ${account}${role}:`, ...details);
    await terminal.confirm("Sign this?");
    announce();
    terminal.print(JSON.stringify(await step.sign(escrow), null, 2));
    return;
  }

  const fee = step.call === undefined ? undefined : await networkFee(escrow, step.call, account);
  terminal.note(`${capital(question)}, as ${account}${role} on chain ${escrow.chainId}:`, ...details);
  if (fee !== undefined) terminal.note(`  network fee: about ${fee} ether`);
  await terminal.confirm("Send this?");
  announce();
  const result = await step.send(escrow);
  await tell(session, escrow, step.verb, result, step.agreement);
}

/** What happened, from the events of the transaction. */
export async function tell(
  session: Session,
  escrow: MicroEscrow,
  verb: string,
  result: { readonly transaction: TransactionInfo },
  agreement: Agreement | undefined,
): Promise<void> {
  const { hash, blockNumber } = result.transaction;
  const { provider } = await session.endpoint();
  const receipt = await ask(provider.getTransactionReceipt(hash));
  const events = decodeLogs(receipt?.logs ?? [], escrow.address);
  const about = agreement ?? (await agreementIn(escrow, events));
  const lines = await sentences(escrow, events, about);
  const happened = lines.length === 0 ? ["Nothing changed."] : lines.map((line) => `${capital(line)}.`);
  const { transaction: _, ...facts } = result;
  session.terminal.result([...happened, `Transaction ${hash}, block ${blockNumber}.`], {
    verb,
    ...(about !== undefined && { agreement: about.id }),
    ...facts,
    transaction: result.transaction,
    events: events.map(eventJson),
  });
}

/** The agreement that events are about, from the chain. */
async function agreementIn(escrow: MicroEscrow, events: readonly EscrowEvent[]): Promise<Agreement | undefined> {
  for (const event of events) if ("id" in event) return escrow.getAgreement(event.id);
  return undefined;
}

/** Events in sentences; each with the amounts of its own token. */
export async function sentences(
  escrow: MicroEscrow,
  events: readonly EscrowEvent[],
  agreement: Agreement | undefined,
): Promise<string[]> {
  const known = new Map<Address, Promise<Currency>>();
  const inToken = (token: Address): Promise<Currency> => {
    const currency = known.get(token) ?? currencyOf(escrow, token);
    known.set(token, currency);
    return currency;
  };
  return Promise.all(
    events.map(async (event) => {
      const token = "token" in event ? event.token : agreement?.terms.token;
      return sentenceOf(event, agreement, token === undefined ? baseUnits : await inToken(token));
    }),
  );
}

/** What a call costs now, in ether; fails as the call would. */
export async function networkFee(escrow: MicroEscrow, call: Call, from: Address): Promise<string> {
  const { provider } = escrow.connection;
  const [gas, { maxFeePerGas, gasPrice }] = await Promise.all([
    ask(provider.estimateGas({ ...call, from })),
    ask(provider.getFeeData()),
  ]);
  return formatEther(gas * (maxFeePerGas ?? gasPrice ?? 0n));
}
