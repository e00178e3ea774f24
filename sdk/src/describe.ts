/**
 * An agreement in plain sentences, for whoever is about to sign or fund it.
 */
import type { Agreement } from "./agreement.js";
import { type Clause, type Currency, clauses, type DescribeOptions } from "./clauses.js";
import { formatAmount, formatDuration, formatShare } from "./money.js";
import { formatTime } from "./text.js";

/**
 * An agreement in plain sentences: who pays whom, how much and when, what happens when somebody is silent, what funding
 * starts, which fees there are and where the money goes. For other languages, `clauses` has the same as data.
 *
 * Text that the parties wrote stands in “quotes” and is inert: no markup, no hidden characters, bounded in length. Show
 * the sentences as text all the same, not as HTML.
 *
 * @returns A sentence or a few for each of the `clauses`, in their order.
 * @throws {InvalidParameterError} When the options are not an object.
 * @throws {InvalidAgreementError} When the agreement does not hold what its types say; `validateAgreement` finds such agreements.
 * @throws {InvalidScopeError} When its scope is not one.
 * @throws {InvalidShareError} When a fee or share is above 10,000 basis points.
 * @example
 * for (const sentence of describe(agreement, { chainId: 8453 })) console.log(sentence);
 */
export function describe(agreement: Agreement, options: DescribeOptions = {}): readonly string[] {
  return clauses(agreement, options).map((clause) => sentenceOf(clause));
}

function sentenceOf<Code extends Clause["code"]>(clause: Clause<Code>): string {
  return english[clause.code](clause);
}

const english: { readonly [Code in Clause["code"]]: (clause: Clause<Code>) => string } = {
  // What, who, how much.
  "unknown-scope": ({ details }) => `What is to be done is not known here, only its hash (${details}).`,
  about: ({ title }) => `This agreement is about “${title}”.`,
  detail: ({ description }) => `In detail: “${description}”.`,
  payment: ({ client, freelancer }) => `The client ${client} pays the freelancer ${freelancer}.`,
  arbiter: ({ arbiter }) =>
    `The arbiter ${arbiter} decides disputes; its word is final, and it can rule for either side.`,
  "registered-token": ({ token, currency }) => `Everything is paid in the token ${token} (${currency.symbol}).`,
  "claimed-token": ({ token, currency }) =>
    `Everything is paid in the token ${token}, which the agreement calls “${currency.symbol}” with ${currency.decimals} decimals.`,
  "unknown-token": ({ token }) => `Everything is paid in the token ${token}, in its base units.`,
  milestone: ({ index, title, amount, currency, workPeriod }) =>
    `Milestone ${index + 1}, “${title}”, ${pay(amount, currency, workPeriod)}.`,
  "untitled-milestone": ({ index, amount, currency, workPeriod }) =>
    `Milestone ${index + 1} ${pay(amount, currency, workPeriod)}.`,
  "milestone-detail": ({ index, description }) => `Milestone ${index + 1} in detail: “${description}”.`,
  requirements: ({ index, requirements }) =>
    `Milestone ${index + 1} is judged by: ${requirements.map((requirement) => `“${requirement}”`).join("; ")}.`,
  check: ({ index, check }) => `Milestone ${index + 1} has to pass this check of the verifier: “${check}”.`,
  total: ({ count, amount, currency }) => `The ${count} milestones together pay ${money(amount, currency)}.`,

  // Funding.
  funding: ({ fundBy }) =>
    `Milestones can be funded before ${formatTime(fundBy)}, one by one or several at once. ` +
    "Funding a milestone starts its work period at once: who funds early starts it early, and gets the money back before the work period ends only if the freelancer agrees.",
  closing: () =>
    "Either party can close the agreement to further funding at any time; what is funded then goes on as agreed.",
  gate: ({ gate }) => `Before each funding the contract ${gate} is asked, and can refuse it.`,

  // Silence.
  "silent-freelancer": () => "If the freelancer submits nothing in time, the client gets the milestone's money back.",
  review: ({ reviewPeriod }) =>
    `After a submission the client has ${formatDuration(reviewPeriod)} to approve it, ask for changes or dispute it. ` +
    "If the client is silent, the freelancer is paid in full.",
  rework: ({ reworkPeriod }) =>
    `After a request for changes the freelancer has ${formatDuration(reworkPeriod)} to submit again or to dispute it. ` +
    "If the freelancer is silent, the client gets the money back.",
  verifier: ({ verifier, challengePeriod, reviewPeriod }) =>
    `The verifier ${verifier} can pass or fail a submission. ` +
    `If it passes, the client has ${formatDuration(challengePeriod)} at most to object; then the freelancer is paid. ` +
    otherwise(reviewPeriod),
  "verifier-pays-at-once": ({ verifier, reviewPeriod }) =>
    `The verifier ${verifier} can pass or fail a submission. ` +
    "If it passes, the freelancer is paid at once, and the client cannot object. " +
    otherwise(reviewPeriod),
  arbitration: ({ arbitrationPeriod, defaultShareBps, clientShareBps }) =>
    `In a dispute the arbiter has ${formatDuration(arbitrationPeriod)} to divide the milestone's money. ` +
    `If the arbiter is silent, the freelancer gets ${formatShare(defaultShareBps)} of it and the client ${formatShare(clientShareBps)}.`,

  // Fees, and where the money goes.
  "arbiter-fee": ({ arbiterFeeBps }) =>
    `When the arbiter rules, it takes ${formatShare(arbiterFeeBps)} of the milestone's money first, whoever wins; otherwise nothing.`,
  "no-arbiter-fee": () => "The arbiter takes no fee out of the milestone.",
  "platform-fee": ({ feeRecipient, feeBps }) =>
    `The platform ${feeRecipient} takes ${formatShare(feeBps)} of whatever is paid to the freelancer, and nothing of refunds.`,
  "no-platform-fee": () => "There is no platform fee.",
  "payout-to": ({ payoutTo }) => `The freelancer's money goes to ${payoutTo}.`,
  "refund-to": ({ refundTo }) => `The client's money goes back to ${refundTo}.`,

  // Gifts.
  gifts: () =>
    "While money is held, the client can approve, the freelancer can refund, and both together can divide it, at any time.",
  unchangeable: () => "Nobody else can change any of this once both have accepted it.",
};

function pay(amount: bigint, currency: Currency | undefined, workPeriod: number): string {
  return `pays ${money(amount, currency)} for work submitted within ${formatDuration(workPeriod)} of its funding`;
}

function money(amount: bigint, currency: Currency | undefined): string {
  if (currency === undefined) return `${amount} base units`;
  return `${formatAmount(amount, currency.decimals)} ${currency.symbol}`;
}

/** When the verifier does not pass the work. */
function otherwise(reviewPeriod: number): string {
  return `If it fails, that is a request for changes. If the verifier is silent, the client's ${formatDuration(reviewPeriod)} count.`;
}
