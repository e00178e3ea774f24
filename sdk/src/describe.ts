/**
 * An agreement in plain sentences, for whoever is about to sign or fund it.
 */
import { zeroAddress } from "./address.js";
import type { Agreement } from "./agreement.js";
import { checkObject } from "./check.js";
import { BPS, formatAmount, formatDuration, formatShare } from "./money.js";
import { checkScope } from "./scope.js";
import { formatTime, inert } from "./text.js";
import { registeredToken } from "./tokens.js";
import { checkAgreement } from "./validate.js";
import type { Check } from "./verifier/checks.js";

/** What {@link describe} can know besides the agreement. */
export interface DescribeOptions {
  /** The chain that the agreement is for. Amounts are then shown as the registry knows the token, whatever the scope says. */
  readonly chainId?: number;
}

/**
 * An agreement in plain sentences: who pays whom, how much and when, what happens when somebody is silent, what funding
 * starts, which fees there are and where the money goes.
 *
 * Text that the parties wrote stands in “quotes” and is inert: no markup, no hidden characters, bounded in length. Show
 * the sentences as text all the same, not as HTML.
 *
 * @throws {InvalidDurationError} When a period is not whole seconds; `validateAgreement` finds such agreements.
 * @throws {InvalidShareError} When a fee or share is not whole basis points from 0 to 10,000.
 * @throws {InvalidAmountError} When an amount is negative, or the decimals of the scope's currency are not a token's.
 * @example
 * for (const sentence of describe(agreement, { chainId: 8453 })) console.log(sentence);
 */
export function describe(agreement: Agreement, options: DescribeOptions = {}): readonly string[] {
  const { chainId } = checkObject(options, "options");
  const { terms, schedule, scope } = checkAgreement(agreement);
  if (scope !== undefined) checkScope(scope);
  const money = amountWriter(agreement, chainId);
  const named = terms.verifier !== zeroAddress;
  const review = formatDuration(terms.reviewPeriod);
  const rework = formatDuration(terms.reworkPeriod);
  const arbitration = formatDuration(terms.arbitrationPeriod);
  const total = schedule.reduce((sum, { amount }) => sum + amount, 0n);
  const sentences: string[] = [];
  const say = (sentence: string) => sentences.push(sentence);

  // What, who, how much.
  if (scope === undefined) {
    say(`What is to be done is not known here, only its hash (${terms.details}).`);
  } else {
    say(`This agreement is about ${quoted(scope.title)}.`);
    if (scope.description !== undefined) say(`In detail: ${quoted(scope.description, 1_000)}.`);
  }
  say(`The client ${terms.client} pays the freelancer ${terms.freelancer}.`);
  say(`The arbiter ${terms.arbiter} decides disputes; its word is final, and it can rule for either side.`);
  say(`Everything is paid in the token ${terms.token}${money.note}.`);
  for (const [index, { amount, workPeriod }] of schedule.entries()) {
    const described = scope?.milestones[index];
    const title = described === undefined ? "" : `, ${quoted(described.title)},`;
    const work = formatDuration(workPeriod);
    say(`Milestone ${index + 1}${title} pays ${money.write(amount)} for work submitted within ${work} of its funding.`);
    if (described?.description !== undefined) {
      say(`Milestone ${index + 1} in detail: ${quoted(described.description, 1_000)}.`);
    }
    if (described?.requirements !== undefined && described.requirements.length > 0) {
      const requirements = described.requirements.map((requirement) => quoted(requirement)).join("; ");
      say(`Milestone ${index + 1} is judged by: ${requirements}.`);
    }
    for (const check of described?.checks ?? []) {
      say(`Milestone ${index + 1} has to pass this check of the verifier: ${declared(check)}.`);
    }
  }
  if (schedule.length > 1) say(`The ${schedule.length} milestones together pay ${money.write(total)}.`);

  // Funding.
  say(
    `Milestones can be funded before ${formatTime(terms.fundBy)}, one by one or several at once. ` +
      "Funding a milestone starts its work period at once: who funds early starts it early, and gets the money back before the work period ends only if the freelancer agrees.",
  );
  say("Either party can close the agreement to further funding at any time; what is funded then goes on as agreed.");
  if (terms.gate !== zeroAddress) say(`Before each funding the contract ${terms.gate} is asked, and can refuse it.`);

  // Silence.
  say("If the freelancer submits nothing in time, the client gets the milestone's money back.");
  say(
    `After a submission the client has ${review} to approve it, ask for changes or dispute it. ` +
      "If the client is silent, the freelancer is paid in full.",
  );
  say(
    `After a request for changes the freelancer has ${rework} to submit again or to dispute it. ` +
      "If the freelancer is silent, the client gets the money back.",
  );
  if (named) {
    const passed =
      terms.challengePeriod === 0
        ? "the freelancer is paid at once, and the client cannot object"
        : `the client has ${formatDuration(terms.challengePeriod)} at most to object; then the freelancer is paid`;
    say(
      `The verifier ${terms.verifier} can pass or fail a submission. If it passes, ${passed}. ` +
        `If it fails, that is a request for changes. If the verifier is silent, the client's ${review} count.`,
    );
  }
  const arbiterShare = formatShare(terms.defaultShareBps);
  const clientShare = formatShare(BPS - terms.defaultShareBps);
  say(
    `In a dispute the arbiter has ${arbitration} to divide the milestone's money. ` +
      `If the arbiter is silent, the freelancer gets ${arbiterShare} of it and the client ${clientShare}.`,
  );

  // Fees, and where the money goes.
  if (terms.arbiterFeeBps === 0) say("The arbiter takes no fee out of the milestone.");
  else {
    say(
      `When the arbiter rules, it takes ${formatShare(terms.arbiterFeeBps)} of the milestone's money first, whoever wins; otherwise nothing.`,
    );
  }
  if (terms.feeBps === 0) say("There is no platform fee.");
  else {
    say(
      `The platform ${terms.feeRecipient} takes ${formatShare(terms.feeBps)} of whatever is paid to the freelancer, and nothing of refunds.`,
    );
  }
  if (terms.payoutTo !== zeroAddress) say(`The freelancer's money goes to ${terms.payoutTo}.`);
  if (terms.refundTo !== zeroAddress) say(`The client's money goes back to ${terms.refundTo}.`);

  // Gifts.
  say(
    "While money is held, the client can approve, the freelancer can refund, and both together can divide it, at any time.",
  );
  say("Nobody else can change any of this once both have accepted it.");
  return sentences;
}

/** How amounts are written: as the registry knows the token, else as the scope says, else in base units. */
function amountWriter({ terms, scope }: Agreement, chainId: number | undefined) {
  const registered = chainId === undefined ? undefined : registeredToken(chainId, terms.token);
  const currency = registered ?? scope?.currency;
  if (currency === undefined) {
    return { write: (amount: bigint) => `${amount} base units`, note: ", in its base units" };
  }
  const symbol = inert(currency.symbol, 16);
  const claim = `, which the agreement calls ${quoted(currency.symbol, 16)} with ${currency.decimals} decimals`;
  return {
    write: (amount: bigint) => `${formatAmount(amount, currency.decimals)} ${symbol}`,
    note: registered === undefined ? claim : ` (${symbol})`,
  };
}

/** A check with all that it says, however long: nobody should sign what is not shown. */
function declared({ kind, ...members }: Check): string {
  const text = [kind, ...Object.entries(members).map(([name, value]) => `${name}: ${written(value)}`)].join(", ");
  return quoted(text, text.length);
}

function written(value: unknown): string {
  if (typeof value !== "object" || value === null) return typeof value === "string" ? `'${value}'` : String(value);
  if (Array.isArray(value)) return `[${value.map(written).join(", ")}]`;
  return `{${Object.entries(value)
    .map(([name, member]) => `${name}: ${written(member)}`)
    .join(", ")}}`;
}

function quoted(text: string, limit?: number): string {
  return `“${inert(text, limit)}”`;
}
