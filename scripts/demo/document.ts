/** What `--json` prints: the same as the text, as data. Amounts are token base units as decimal text. */
import { type Address, outcomeName, statusName } from "@micro-escrow/sdk";
import type { Books, Flow } from "./books.ts";
import type { GigFacts, Happening } from "./facts.ts";
import { type Gig, type PersonKey, people } from "./gigs.ts";
import type { Line } from "./stage.ts";

export interface MilestoneDocument {
  readonly name: string;
  readonly amount: string;
  /** Its name in the SDK's `Status`. */
  readonly status: string;
  /** Its name in the SDK's `Outcome`. */
  readonly outcome: string;
  readonly submissions: number;
  readonly freelancer: string;
  readonly client: string;
  readonly platform: string;
  readonly arbiter: string;
  readonly notes: readonly string[];
}

interface PersonDocument {
  readonly name: string;
  readonly address: string;
}

export interface GigDocument {
  readonly key: Gig["key"];
  readonly title: string;
  readonly agreement: string;
  readonly client: PersonDocument;
  readonly freelancer: PersonDocument;
  readonly arbiter: PersonDocument;
  /** Null where there is none; so is the platform. */
  readonly verifier: PersonDocument | null;
  readonly platform: PersonDocument | null;
  /** Where the money of the whole schedule went; it sums to `total`. */
  readonly progress: {
    readonly total: string;
    readonly paid: string;
    readonly refunded: string;
    readonly fees: string;
    readonly held: string;
    readonly neverFunded: string;
  };
  /** The address of who ended the funding; null when nobody did. */
  readonly closedBy: string | null;
  /** What was withdrawn from the escrow in the meantime. */
  readonly withdrawals: readonly { readonly account: string; readonly amount: string }[];
  readonly milestones: readonly MilestoneDocument[];
}

interface FlowDocument {
  readonly transfers: number;
  readonly amount: string;
}

export interface BooksDocument {
  readonly accounts: readonly {
    readonly name: string;
    readonly address: string;
    readonly before: string;
    readonly after: string;
    readonly byGig: Readonly<Record<Gig["key"], string>>;
  }[];
  readonly in: FlowDocument;
  readonly out: FlowDocument;
  readonly held: string;
  readonly claimable: string;
  readonly problems: readonly string[];
}

export interface DemoDocument {
  readonly token: { readonly symbol: string; readonly address: string; readonly decimals: number };
  readonly escrow: string;
  readonly story: readonly Line[];
  readonly gigs: readonly GigDocument[];
  readonly happened: readonly Happening[];
  readonly books: BooksDocument;
  readonly balanced: boolean;
  /** Everything that was to happen did. */
  readonly complete: boolean;
}

/** Whether the books balance. */
export const isBalanced = ({ problems }: Pick<Books<string>, "problems">): boolean => problems.length === 0;

/** Whether everything that was to happen did. */
export const isComplete = (happened: readonly Happening[]): boolean => happened.every(({ where }) => where.length > 0);

/** Whether the demo may end with exit code 0. */
export const isAsItShouldBe = ({ books, happened }: Pick<DemoDocument, "books" | "happened">): boolean =>
  isBalanced(books) && isComplete(happened);

export function gigDocument(facts: GigFacts): GigDocument {
  const { gig, title, agreement, milestones, progress, closedBy, withdrawals } = facts;
  const { client, freelancer, arbiter, verifier, feeRecipient } = agreement.terms;
  const { total, paid, refunded, platformFees, arbiterFees, held, funded } = progress;
  return {
    key: gig.key,
    title,
    agreement: agreement.id,
    client: personDocument(gig.client, client),
    freelancer: personDocument(gig.freelancer, freelancer),
    arbiter: personDocument(gig.arbiter, arbiter),
    verifier: gig.verifier ? personDocument(gig.verifier, verifier) : null,
    platform: gig.platform ? personDocument(gig.platform, feeRecipient) : null,
    progress: {
      total: String(total),
      paid: String(paid),
      refunded: String(refunded),
      fees: String(platformFees + arbiterFees),
      held: String(held),
      neverFunded: String(total - funded),
    },
    closedBy: closedBy ?? null,
    withdrawals: withdrawals.map(({ account, amount }) => ({ account, amount: String(amount) })),
    milestones: milestones.map(({ name, amount, status, outcome, submissions, notes, ...shares }) => ({
      name,
      amount: String(amount),
      status: statusName(status),
      outcome: outcomeName(outcome),
      submissions,
      freelancer: String(shares.freelancer),
      client: String(shares.client),
      platform: String(shares.platform),
      arbiter: String(shares.arbiter),
      notes,
    })),
  };
}

const personDocument = (key: PersonKey, address: Address): PersonDocument => ({ name: people[key].name, address });

const flowDocument = ({ transfers, amount }: Flow): FlowDocument => ({ transfers, amount: String(amount) });

export function booksDocument(books: Books<Gig["key"]>): BooksDocument {
  return {
    accounts: books.accounts.map(({ name, address, before, after, byGig }) => ({
      name,
      address,
      before: String(before),
      after: String(after),
      byGig: { blog: String(byGig.blog), app: String(byGig.app), campaign: String(byGig.campaign) },
    })),
    in: flowDocument(books.in),
    out: flowDocument(books.out),
    held: String(books.held),
    claimable: String(books.claimable),
    problems: books.problems,
  };
}
