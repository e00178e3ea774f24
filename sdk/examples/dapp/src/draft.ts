/** An agreement while somebody writes it: texts as they are typed, and what is wrong with them. */
import {
  type Agreement,
  type AgreementProblem,
  defineAgreement,
  formatAmount,
  InvalidAgreementError,
  type TokenDescription,
  zeroAddress,
} from "@micro-escrow/sdk";
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
}

/** A milestone that nobody has written yet. */
export const emptyMilestone = (): DraftMilestone => ({
  ...{ key: crypto.randomUUID(), title: "", description: "", amount: "", work: "14" },
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

/** A day in UTC, as `<input type="date">` has it. */
const dayOf = (seconds: number) => new Date(seconds * 1_000).toISOString().slice(0, 10);

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
  const described = draft.milestones.map(({ title, description }) => ({
    title: title.trim(),
    ...(description.trim() === "" ? {} : { description: description.trim() }),
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
      fundBy: new Date(`${draft.fundBy}T23:59:59Z`),
      ...(isSome(draft.arbiterFee) ? { arbiterFee: percent(draft.arbiterFee) } : {}),
      ...(hasPlatform ? { fee: { recipient: draft.platform.trim(), share: percent(draft.platformFee) } } : {}),
      ...(hasVerifier ? { verifier: draft.verifier.trim(), challenge: days(draft.challenge) } : {}),
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

/** The draft that an agreement was made from, for another version of it. What the form does not ask for is not kept. */
export function draftOf({ terms, schedule, scope }: Agreement, decimals: number): Draft {
  const days = (seconds: number) => String(seconds / 86_400);
  const share = (bps: number) => String(bps / 100);
  const address = (account: string) => (account === zeroAddress ? "" : account);
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
    challenge: days(terms.challengePeriod),
  };
}
