/** An agreement while somebody writes it: texts as they are typed, and what is wrong with them. */
import {
  type Agreement,
  type AgreementProblem,
  defineAgreement,
  formatAmount,
  InvalidAgreementError,
  type ScopeMilestone,
  type TokenDescription,
  zeroAddress,
} from "@micro-escrow/sdk";
import { hexlify, randomBytes } from "ethers";
import { decimal } from "./amounts.ts";

/** A milestone while it is written. */
export interface DraftMilestone {
  /** What tells it from the others while they are moved about. */
  readonly key: string;
  readonly title: string;
  readonly description: string;
  /** In whole tokens. */
  readonly amount: string;
  /** Days of work. */
  readonly work: string;
  /** What an earlier version has and the form does not ask for. */
  readonly carried?: Pick<ScopeMilestone, "requirements" | "checks">;
}

/** All that the form asks for, as it is typed. Periods are days, fees percent. */
export interface Draft {
  readonly client: string;
  readonly freelancer: string;
  readonly arbiter: string;
  /** Its address. */
  readonly token: string;
  readonly title: string;
  readonly description: string;
  readonly milestones: readonly DraftMilestone[];
  readonly review: string;
  readonly rework: string;
  readonly arbitration: string;
  readonly arbiterFee: string;
  /** The freelancer's share if the arbiter is silent; empty until somebody has said it. */
  readonly silentShare: string;
  /** A day, as `<input type="date">` has it. */
  readonly fundBy: string;
  readonly platform: string;
  readonly platformFee: string;
  readonly verifier: string;
  readonly challenge: string;
  /** What an earlier version has and the form does not ask for: whoever changes one thing drops no other. */
  readonly carried?: { readonly gate?: string; readonly payoutTo?: string; readonly refundTo?: string };
}

/** A milestone that nobody has written yet. */
export const emptyMilestone = (): DraftMilestone => ({
  ...{ key: hexlify(randomBytes(8)), title: "", description: "", amount: "", work: "14" },
});

/**
 * A draft that nobody has written yet.
 *
 * @param now Unix seconds.
 */
export const emptyDraft = (now: number): Draft => ({
  ...{ client: "", freelancer: "", arbiter: "", token: "", title: "", description: "" },
  milestones: [emptyMilestone()],
  // A week, and two for the arbiter: less than three days is unwise.
  ...{ review: "7", rework: "7", arbitration: "14", arbiterFee: "3", silentShare: "" },
  fundBy: dayOf(now + 180 * 86_400),
  ...{ platform: "", platformFee: "", verifier: "", challenge: "3" },
});

/**
 * A draft with an account as one of its two parties, or as neither. Who was in its place takes the account's former one, and nobody
 * else is touched.
 */
export function withRole({ client, freelancer }: Draft, account: string, role: "client" | "freelancer" | "neither") {
  const other = (party: string, opposite: string) => (party === account ? opposite : party);
  if (role === "client") return { client: account, freelancer: other(freelancer, client === account ? "" : client) };
  if (role === "freelancer")
    return { freelancer: account, client: other(client, freelancer === account ? "" : freelancer) };
  return { client: other(client, ""), freelancer: other(freelancer, "") };
}

/** A day of the user's own, as `<input type="date">` has it; empty where that has none, as in the year 36,812. */
function dayOf(seconds: number): string {
  const day = new Date(seconds * 1_000);
  const [year, month, date] = [day.getFullYear(), day.getMonth() + 1, day.getDate()].map((part) =>
    String(part).padStart(2, "0"),
  );
  return year?.length === 4 ? `${year}-${month}-${date}` : "";
}

/** A draft that was kept as JSON; `undefined` when it is none, as one that another version of the page has left behind. */
export function readDraft(text: string): Draft | undefined {
  const isLike = <Like extends object>(value: unknown, like: Like): value is Like =>
    typeof value === "object" &&
    value !== null &&
    Object.entries(like).every(([name, member]) => typeof value[name as keyof typeof value] === typeof member);
  try {
    const draft: unknown = JSON.parse(text);
    if (!isLike(draft, emptyDraft(0)) || !Array.isArray(draft.milestones)) return undefined;
    const isWhole = draft.milestones.length > 0 && draft.milestones.every((one) => isLike(one, emptyMilestone()));
    return isWhole ? draft : undefined;
  } catch {
    return undefined;
  }
}

/** What is wrong with a draft: by the path that `defineAgreement` gives it. */
export type Problems = ReadonlyMap<string, AgreementProblem>;

/** The agreement that a draft makes; or what is wrong with it. */
export type Made =
  | { readonly agreement: Agreement; readonly problems: undefined }
  | { readonly agreement: undefined; readonly problems: Problems };

/**
 * Makes the agreement of a draft.
 *
 * @param token What its contract says; `undefined` while that is not known.
 * @param nonce 32 bytes that stay the same while it is written, so that the agreement stays the same too.
 */
export function make(draft: Draft, token: TokenDescription | undefined, nonce: `0x${string}`): Made {
  const days = (text: string) => `${text.trim()} days` as const;
  const hasVerifier = draft.verifier.trim() !== "";
  const hasPlatform = draft.platform.trim() !== "" || isSome(draft.platformFee);
  const described = draft.milestones.map(({ title, description, carried }) => ({
    title: title.trim(),
    ...(description.trim() === "" ? {} : { description: description.trim() }),
    ...carried,
  }));
  try {
    const agreement = defineAgreement({
      client: draft.client.trim(),
      freelancer: draft.freelancer.trim(),
      arbiter: draft.arbiter.trim(),
      token: token ?? draft.token.trim(),
      scope: {
        title: draft.title.trim(),
        ...(draft.description.trim() === "" ? {} : { description: draft.description.trim() }),
        milestones: described,
      },
      milestones: draft.milestones.map(({ amount, work }) => ({ amount: decimal(amount), work: days(work) })),
      review: days(draft.review),
      rework: days(draft.rework),
      arbitration: days(draft.arbitration),
      ifArbiterIsSilent: `${decimal(draft.silentShare)}% to the freelancer` as `${number}% to the freelancer`,
      // To the end of the user's own day.
      fundBy: new Date(`${draft.fundBy}T23:59:59`),
      ...(isSome(draft.arbiterFee) ? { arbiterFee: percent(draft.arbiterFee) } : {}),
      ...(hasPlatform ? { fee: { recipient: draft.platform.trim(), share: percent(draft.platformFee) } } : {}),
      ...(hasVerifier ? { verifier: draft.verifier.trim(), challenge: days(draft.challenge) } : {}),
      ...draft.carried,
      nonce,
    });
    return { agreement, problems: undefined };
  } catch (error) {
    if (!(error instanceof InvalidAgreementError)) throw error;
    return { agreement: undefined, problems: new Map(error.problems.map((problem) => [problem.path, problem])) };
  }
}

const percent = (text: string) => `${decimal(text)}%` as `${number}%`;
const isSome = (text: string) => !/^0*([.,]0*)?$/.test(text.trim());

/** The draft that an agreement was made from, for another version of it. */
export function draftOf({ terms, schedule, scope }: Agreement, decimals: number): Draft {
  const days = (seconds: number) => String(seconds / 86_400);
  const share = (bps: number) => String(bps / 100);
  const address = (account: string) => (account === zeroAddress ? "" : account);
  const { gate, payoutTo, refundTo } = terms;
  const carried = Object.fromEntries(
    Object.entries({ gate, payoutTo, refundTo }).filter(([, account]) => account !== zeroAddress),
  );
  const carriedOf = ({ requirements, checks }: Partial<ScopeMilestone> = {}) => ({
    ...(requirements && { requirements }),
    ...(checks && { checks }),
  });
  return {
    client: terms.client,
    freelancer: terms.freelancer,
    arbiter: terms.arbiter,
    token: terms.token,
    title: scope?.title ?? "",
    description: scope?.description ?? "",
    milestones: schedule.map(({ amount, workPeriod }, index) => ({
      ...emptyMilestone(),
      title: scope?.milestones[index]?.title ?? "",
      description: scope?.milestones[index]?.description ?? "",
      amount: formatAmount(amount, decimals),
      work: days(workPeriod),
      carried: carriedOf(scope?.milestones[index]),
    })),
    review: days(terms.reviewPeriod),
    rework: days(terms.reworkPeriod),
    arbitration: days(terms.arbitrationPeriod),
    arbiterFee: share(terms.arbiterFeeBps),
    silentShare: share(terms.defaultShareBps),
    fundBy: dayOf(terms.fundBy),
    platform: address(terms.feeRecipient),
    platformFee: terms.feeBps === 0 ? "" : share(terms.feeBps),
    verifier: address(terms.verifier),
    // 0 means something else where there is a verifier.
    challenge: terms.verifier === zeroAddress ? emptyDraft(0).challenge : days(terms.challengePeriod),
    carried,
  };
}
