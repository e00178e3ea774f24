/** What an agreement says, clause by clause, with nothing left out: nobody should sign what is not shown. */
import { type Agreement, type Clause, clauses, inert, type Scope } from "@micro-escrow/sdk";
import type { Currency } from "./format.ts";

/** A text that somebody else wrote as one inert line, all of it. */
export const whole = (text: string): string => inert(text, Math.max(text.length, 1));

/** What an agreement is about, as one inert line; `undefined` where it or its scope is not known. */
export function titleOf(agreement: Agreement | undefined): string | undefined {
  const title = agreement?.scope?.title;
  return title === undefined ? undefined : inert(title);
}

/** What is to be done for a milestone, as one inert line: it stands beside amounts, which nothing in it may turn around. */
export function milestoneTitleOf(agreement: Agreement | undefined, index: number): string | undefined {
  const title = agreement?.scope?.milestones[index]?.title;
  return title === undefined ? undefined : inert(title);
}

/**
 * The clauses of an agreement. The SDK's are cut where a text is long, and say what an unregistered token's amounts are as the
 * agreement claims; here texts are whole, and amounts are as the token's own contract says.
 *
 * @param currency How the page shows amounts of the token; `undefined` while that is not known.
 * @throws {MicroEscrowError} As `clauses` does: for shares above 100%, for example.
 */
export function wholeClauses(
  agreement: Agreement,
  { chainId, currency }: { readonly chainId: number; readonly currency?: Currency | undefined },
): readonly Clause[] {
  const { scope } = agreement;
  return clauses(agreement, { chainId })
    .map((clause) => (scope === undefined ? clause : inFull(clause, scope)))
    .map((clause) => (currency === undefined ? clause : inCurrency(clause, currency)));
}

function inFull(clause: Clause, { title, description = "", milestones }: Scope): Clause {
  switch (clause.code) {
    case "about":
      return { ...clause, title: whole(title) };
    case "detail":
      return { ...clause, description: whole(description) };
    case "milestone":
      return { ...clause, title: whole(milestones[clause.index]?.title ?? "") };
    case "milestone-detail":
      return { ...clause, description: whole(milestones[clause.index]?.description ?? "") };
    case "requirements":
      return { ...clause, requirements: (milestones[clause.index]?.requirements ?? []).map(whole) };
    default:
      return clause;
  }
}

function inCurrency(clause: Clause, currency: Currency): Clause {
  switch (clause.code) {
    case "milestone":
    case "untitled-milestone":
    case "total":
      // Where the agreement claims nothing, and the registry knows nothing, its sentence on the token speaks of base units.
      if (clause.currency === undefined || clause.currency.isRegistered) return clause;
      return { ...clause, currency: { ...currency, isRegistered: false } };
    default:
      return clause;
  }
}

/** Sentences that stand in one version and not in the other. */
export interface Difference {
  readonly before: string | undefined;
  readonly now: string | undefined;
}

/**
 * What changed between two versions, clause by clause. Clauses are about the same when they have the same code and are about the
 * same milestone.
 */
export function differences(
  before: readonly Clause[],
  now: readonly Clause[],
  say: (clause: Clause) => string,
): readonly Difference[] {
  const [old, current] = [byKey(before), byKey(now)];
  const keys = new Set([...old.keys(), ...current.keys()]);
  return [...keys].flatMap((key) => {
    const [was, is] = [old, current].map((all) => all.get(key)?.map(say) ?? []);
    const gone = was?.filter((sentence) => !is?.includes(sentence)) ?? [];
    const added = is?.filter((sentence) => !was?.includes(sentence)) ?? [];
    return Array.from({ length: Math.max(gone.length, added.length) }, (_, at) => ({
      before: gone[at],
      now: added[at],
    }));
  });
}

function byKey(list: readonly Clause[]): ReadonlyMap<string, readonly Clause[]> {
  const groups = new Map<string, Clause[]>();
  for (const clause of list) groups.set(keyOf(clause), [...(groups.get(keyOf(clause)) ?? []), clause]);
  return groups;
}

/** What a clause is about; several checks of a milestone are about the same. */
function keyOf(clause: Clause): string {
  return `${FAMILY[clause.code] ?? clause.code} ${"index" in clause ? clause.index : ""}`;
}

/** Clauses that stand in each other's place. */
const FAMILY: Partial<Record<Clause["code"], string>> = {
  "untitled-milestone": "milestone",
  "verifier-pays-at-once": "verifier",
  "no-arbiter-fee": "arbiter-fee",
  "no-platform-fee": "platform-fee",
  "registered-token": "token",
  "claimed-token": "token",
  "unknown-token": "token",
  "unknown-scope": "about",
};
