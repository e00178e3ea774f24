/**
 * Agreements, milestones and events in words, for people: milestones count from 1, amounts have the token's decimals, times
 * are UTC.
 */
import { zeroAddress } from "../address.js";
import type { Agreement } from "../agreement.js";
import type { MicroEscrow } from "../client.js";
import type { EscrowEvent } from "../decode.js";
import type { TokenDescription } from "../define.js";
import { InvalidAddressError, TokenWithoutCodeError } from "../errors.js";
import type { Payout } from "../model.js";
import { formatAmount, formatDuration } from "../money.js";
import { signedFundingAddress } from "../signedFunding.js";
import { formatTime, inert } from "../text.js";
import { registeredToken } from "../tokens.js";
import { type Address, Outcome, outcomeName } from "../types.js";

/** How amounts of a token are read and written. */
export interface Currency {
  /** 0 for a contract that says nothing of decimals: amounts are then base units. */
  readonly decimals: number;
  readonly symbol: string;
  readonly write: (amount: bigint) => string;
}

/** How a token's amounts are written: as the registry knows it, else as the token itself says. */
export async function currencyOf(escrow: MicroEscrow, token: Address): Promise<Currency> {
  const { decimals, symbol } = registeredToken(escrow.chainId, token) ?? (await described(escrow, token));
  const unit = inert(symbol ?? "tokens", 16);
  return { decimals, symbol: unit, write: (amount) => `${formatAmount(amount, decimals)} ${unit}` };
}

/** How amounts are written when nothing is known of their token. */
export const baseUnits: Currency = { decimals: 0, symbol: "base units", write: (amount) => `${amount} base units` };

async function described(escrow: MicroEscrow, token: Address): Promise<Pick<TokenDescription, "decimals" | "symbol">> {
  try {
    return await escrow.getToken(token);
  } catch (error) {
    if (error instanceof InvalidAddressError || error instanceof TokenWithoutCodeError) return baseUnits;
    throw error;
  }
}

/** “Blog”, or the id of an agreement whose scope is not known. */
export function nameOf({ id, scope }: Agreement): string {
  return scope === undefined ? `agreement ${id}` : `“${inert(scope.title)}”`;
}

/** Milestone 2, “Backend”, of “Shop app” */
export function milestoneName(agreement: Agreement, index: number): string {
  const title = agreement.scope?.milestones[index]?.title;
  return `milestone ${index + 1}${title === undefined ? "" : `, “${inert(title)}”,`} of ${nameOf(agreement)}`;
}

const NOBODY = "nobody in it";

/** What an account is to an agreement: "client", "client and platform", or "nobody in it". */
export function roleOf({ terms }: Agreement, account: Address): string {
  const { client, freelancer, arbiter, verifier, feeRecipient, payoutTo, refundTo } = terms;
  const roles = Object.entries({ client, freelancer, arbiter, verifier, platform: feeRecipient });
  const played = roles.filter(([, one]) => one === account && one !== zeroAddress).map(([role]) => role);
  if ([payoutTo, refundTo].includes(account)) played.push("payee");
  return played.length === 0 ? NOBODY : played.join(" and ");
}

/** A moment, and how far it is from now, in whole days, hours or minutes. */
export function when(time: number, now: number): string {
  const distance = Math.abs(time - now);
  const unit = [86_400, 3_600, 60].find((seconds) => distance >= seconds) ?? 1;
  const rough = formatDuration(Math.min(distance - (distance % unit), 2 ** 32 - 1));
  return `${formatTime(time)} (${time > now ? `in ${rough}` : `${rough} ago`})`;
}

/** Who gets how much. */
export function payoutLines({ terms }: Agreement, { write }: Currency, payout: Payout): string[] {
  const { client, freelancer, arbiter, feeRecipient } = terms;
  const to = (account: Address, elsewhere: Address) => (elsewhere === zeroAddress ? account : elsewhere);
  const parts: readonly (readonly [amount: bigint, who: string])[] = [
    [payout.freelancer, `the freelancer's ${to(freelancer, terms.payoutTo)}`],
    [payout.client, `the client's ${to(client, terms.refundTo)}`],
    [payout.platform, `the platform ${feeRecipient}, as its fee`],
    [payout.arbiter, `the arbiter ${arbiter}, as its fee`],
  ];
  return parts.filter(([amount]) => amount > 0n).map(([amount, who]) => `  ${write(amount)} to ${who}`);
}

/** An event in a sentence. */
export function sentenceOf(event: EscrowEvent, agreement: Agreement | undefined, currency: Currency): string {
  const { write } = currency;
  const party = (account: Address) => {
    if (account === signedFundingAddress()) return "the client, by signature";
    const role = agreement === undefined ? NOBODY : roleOf(agreement, account);
    return role === NOBODY ? account : `the ${role}`;
  };
  const milestone = "index" in event ? `milestone ${event.index + 1}` : "";
  const until = "clock" in event ? formatTime(event.clock) : "";
  switch (event.type) {
    case "AgreementOpened":
      return `agreement ${event.id} opened`;
    case "AgreementAccepted":
      return `${party(event.party)} accepted the agreement`;
    case "AgreementClosed":
      return `${party(event.party)} closed the agreement: nothing more can be funded`;
    case "MilestoneFunded":
      return `${milestone} funded with ${write(event.amount)} by ${party(event.payer)}; work is due by ${until}`;
    case "MilestoneSubmitted":
      return `${milestone}: submission ${event.submission}, deliverable ${event.deliverable}; the client answers by ${until}`;
    case "ChangesRequested":
      return `${milestone}: changes requested to submission ${event.submission}, reason ${event.reason}; the freelancer answers by ${until}`;
    case "MilestoneAttested": {
      const then = event.clock === 0 ? "" : `; answer by ${until}`;
      return `${milestone}: submission ${event.submission} ${event.passed ? "passed" : "failed"} by the verifier, report ${event.report}${then}`;
    }
    case "MilestoneAdvanced":
      return `${milestone}: ${write(event.freelancerAmount)} paid early${fee("platform", event.platformFee, write)}; ${write(event.remaining)} stay held`;
    case "MilestoneExtended":
      return `${milestone} extended to ${until}`;
    case "MilestoneDisputed":
      return `${milestone} disputed by ${party(event.by)}, evidence ${event.evidence}; the arbiter rules by ${until}`;
    case "EvidenceSubmitted":
      return `${milestone}: evidence ${event.evidence} by ${party(event.by)}`;
    case "MilestoneConcluded": {
      const { freelancerAmount, clientAmount, platformFee, arbiterFee, outcome } = event;
      const parts = [
        ...(freelancerAmount > 0n ? [`${write(freelancerAmount)} to the freelancer`] : []),
        ...(clientAmount > 0n ? [`${write(clientAmount)} to the client`] : []),
      ];
      const paid = parts.length === 0 ? "nothing to either party" : parts.join(", ");
      return `${milestone} ended (${ENDS[outcome]}): ${paid}${fee("platform", platformFee, write)}${fee("arbiter", arbiterFee, write)}`;
    }
    case "PaymentDeferred":
      return `${milestone}: the token refused ${write(event.amount)} to ${party(event.account)}, which wait to be withdrawn`;
    case "Withdrawn":
      return `${write(event.amount)} withdrawn to ${party(event.account)}`;
  }
}

/** Why a milestone ended. */
export const ENDS: Readonly<Record<Outcome, string>> = {
  [Outcome.None]: "not ended",
  [Outcome.Approved]: "approved",
  [Outcome.Attested]: "passed by the verifier",
  [Outcome.ReviewExpired]: "the client was silent",
  [Outcome.Refunded]: "refunded by the freelancer",
  [Outcome.WorkExpired]: "nothing was submitted in time",
  [Outcome.ReworkExpired]: "no changes were submitted in time",
  [Outcome.Ruled]: "ruled by the arbiter",
  [Outcome.ArbitrationExpired]: "the arbiter was silent",
  [Outcome.Settled]: "settled by both",
};

function fee(who: string, amount: bigint, write: (amount: bigint) => string): string {
  return amount === 0n ? "" : `, ${write(amount)} ${who} fee`;
}

/** A sentence as it begins a line. */
export function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** An event as JSON: outcomes by their names. */
export function eventJson(event: EscrowEvent): object {
  if (event.type === "AgreementOpened") {
    const { agreement: _, ...rest } = event;
    return rest;
  }
  return event.type === "MilestoneConcluded" ? { ...event, outcome: outcomeName(event.outcome) } : event;
}
