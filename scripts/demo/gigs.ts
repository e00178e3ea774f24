/**
 * The three gigs as data: who, how much, by when. The demo plays them on a chain, the comparison calculates with them.
 * What is to be done stands in words in each gig's scope.json.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Address, type Agreement, defineAgreement, type TokenDescription } from "@micro-escrow/sdk";

/** Somebody with an account. */
export interface Person {
  readonly name: string;
  /** What they do in this story, for example "food writer in Lagos". */
  readonly about: string;
}

/** Everybody in the three stories. */
export const people = {
  ines: { name: "Inês", about: "owns a flour mill in Porto" },
  amara: { name: "Amara", about: "food writer in Lagos" },
  tomasz: { name: "Tomasz", about: "retired editor in Kraków" },
  mateo: { name: "Mateo", about: "runs a bicycle courier co-operative in Montevideo" },
  yuki: { name: "Yuki", about: "developer in Osaka" },
  noor: { name: "Noor", about: "engineer and mediator in Rotterdam" },
  fieldtest: { name: "Fieldtest", about: "a test lab" },
  hanna: { name: "Hanna", about: "has a ceramics studio in Helsinki" },
  diego: { name: "Diego", about: "does marketing from Lima" },
  oskar: { name: "Oskar", about: "an arbiter who does not answer his mail" },
  workbench: { name: "Workbench", about: "the platform where they met" },
  circle: { name: "Circle", about: "issuer of USDC" },
  passerby: { name: "Passer-by", about: "anybody at all" },
} as const satisfies Record<string, Person>;
export type PersonKey = keyof typeof people;

/** One milestone as agreed, and how it goes when all goes well. */
export interface PlannedMilestone {
  /** Short name for tables. */
  readonly name: string;
  /** In USDC. */
  readonly amount: string;
  /** Work period: the time from funding until the work must be submitted. */
  readonly work: string;
  /** Days from funding to submission when all goes well. */
  readonly daysOfWork: number;
}

/** Periods and shares of an agreement, in the words that `defineAgreement` takes. */
export interface GigTerms {
  readonly review: string;
  readonly rework: string;
  readonly arbitration: string;
  readonly challenge?: string;
  readonly arbiterFee: string;
  readonly ifArbiterIsSilent: `${number}% to the freelancer`;
  /** The platform's share, where there is a platform. */
  readonly platformFee?: string;
}

export interface Gig {
  readonly key: "blog" | "app" | "campaign";
  readonly client: PersonKey;
  readonly freelancer: PersonKey;
  readonly arbiter: PersonKey;
  readonly verifier?: PersonKey;
  readonly platform?: PersonKey;
  /** The day on which it begins, and the day before which everything must be funded. */
  readonly begins: string;
  readonly fundBy: string;
  readonly terms: GigTerms;
  readonly milestones: readonly PlannedMilestone[];
  /** Days that the client takes to answer a submission when all goes well. */
  readonly daysOfReview: number;
}

const articles = (name: string): PlannedMilestone => ({ name, amount: "250", work: "14 days", daysOfWork: 10 });
const month = (name: string): PlannedMilestone => ({ name, amount: "800", work: "35 days", daysOfWork: 30 });

export const blog: Gig = {
  key: "blog",
  client: "ines",
  freelancer: "amara",
  arbiter: "tomasz",
  begins: "2027-01-04",
  fundBy: "2027-06-01",
  terms: {
    review: "7 days",
    rework: "7 days",
    arbitration: "14 days",
    arbiterFee: "3%",
    ifArbiterIsSilent: "50% to the freelancer",
  },
  milestones: ["Articles 1–5", "Articles 6–10", "Articles 11–15", "Articles 16–20"].map(articles),
  daysOfReview: 2,
};

export const app: Gig = {
  key: "app",
  client: "mateo",
  freelancer: "yuki",
  arbiter: "noor",
  verifier: "fieldtest",
  begins: "2027-04-05",
  fundBy: "2027-12-01",
  terms: {
    review: "10 days",
    rework: "10 days",
    arbitration: "14 days",
    challenge: "0 days",
    arbiterFee: "3%",
    ifArbiterIsSilent: "50% to the freelancer",
  },
  milestones: [
    { name: "UI design", amount: "1200", work: "28 days", daysOfWork: 21 },
    { name: "Backend", amount: "2400", work: "45 days", daysOfWork: 35 },
    { name: "Testing", amount: "900", work: "21 days", daysOfWork: 14 },
  ],
  daysOfReview: 3,
};

export const campaign: Gig = {
  key: "campaign",
  client: "hanna",
  freelancer: "diego",
  arbiter: "oskar",
  platform: "workbench",
  begins: "2027-09-01",
  fundBy: "2028-03-01",
  terms: {
    review: "5 days",
    rework: "5 days",
    arbitration: "14 days",
    arbiterFee: "3%",
    ifArbiterIsSilent: "50% to the freelancer",
    platformFee: "2.5%",
  },
  milestones: ["September", "October", "November", "December", "January", "February"].map(month),
  daysOfReview: 1,
};

export const gigs: readonly Gig[] = [blog, app, campaign];

/** What is to be done, in words: the part of an agreement's scope that people write. */
export interface ScopeText {
  readonly title: string;
  readonly description: string;
  readonly milestones: readonly { readonly title: string; readonly description: string }[];
}

/** The path of a file of this folder, for example `fileOf("blog/scope.json")`. */
export const fileOf = (path: string): string => join(import.meta.dirname, path);

/** Reads a gig's scope.json. */
export async function readScope(gig: Gig): Promise<ScopeText> {
  return JSON.parse(await readFile(fileOf(`${gig.key}/scope.json`), "utf8"));
}

/**
 * A gig as an agreement.
 *
 * @param scope What is to be done, see {@link readScope}.
 * @param address The account of each person.
 */
export function agreementOf(
  gig: Gig,
  scope: ScopeText,
  address: (person: PersonKey) => Address,
  token: TokenDescription,
): Agreement {
  const { platformFee, ...terms } = gig.terms;
  return defineAgreement({
    client: address(gig.client),
    freelancer: address(gig.freelancer),
    arbiter: address(gig.arbiter),
    ...(gig.verifier && { verifier: address(gig.verifier) }),
    ...(gig.platform && platformFee && { fee: { recipient: address(gig.platform), share: platformFee } }),
    ...terms,
    token,
    scope,
    milestones: gig.milestones.map(({ amount, work }) => ({ amount, work })),
    fundBy: new Date(gig.fundBy),
  });
}
