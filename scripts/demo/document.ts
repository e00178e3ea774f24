/** What `--json` prints: the same as the text, as data. Amounts are token base units as decimal text. */
import { Outcome, Status } from "@micro-escrow/sdk";
import type { Books, Flow } from "./books.ts";
import type { GigFacts, Happening } from "./facts.ts";
import type { Gig } from "./gigs.ts";
import type { Line } from "./stage.ts";

export interface MilestoneDocument {
  readonly name: string;
  readonly amount: string;
  readonly status: keyof typeof Status;
  readonly outcome: keyof typeof Outcome;
  readonly submissions: number;
  readonly freelancer: string;
  readonly client: string;
  readonly platform: string;
  readonly arbiter: string;
  readonly notes: readonly string[];
}

export interface GigDocument {
  readonly key: Gig["key"];
  readonly title: string;
  readonly agreement: string;
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

/** The name of a status or an outcome. */
export const statusName = (status: Status) => nameOf(Status, status);
export const outcomeName = (outcome: Outcome) => nameOf(Outcome, outcome);

function nameOf<Names extends Record<string, number>>(names: Names, value: Names[keyof Names]): keyof Names {
  return Object.keys(names).find((name) => names[name] === value) ?? "None";
}

export function gigDocument({ gig, title, agreement, milestones }: GigFacts): GigDocument {
  return {
    key: gig.key,
    title,
    agreement: agreement.id,
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

const flowDocument = ({ transfers, amount }: Flow): FlowDocument => ({ transfers, amount: String(amount) });

export function booksDocument(books: Books): BooksDocument {
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
