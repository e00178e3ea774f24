/** The whole deal in plain sentences, what is unwise in it, and what is different from another version. */
import { type Agreement, type Clause, clauses, warnings } from "@micro-escrow/sdk";
import { escrowKeys, useEscrow } from "@micro-escrow/sdk/react";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useCallback } from "react";
import type { Tools } from "../../language/en.ts";
import { useLanguage } from "../../language/index.tsx";
import { short, useNames } from "../../names.ts";
import { Notice } from "../../parts/basics.tsx";
import { useSession } from "../../session.tsx";

/** A clause in the user's language. */
export function useClauseWords(): <Code extends Clause["code"]>(clause: Clause<Code>) => string {
  const { words, format } = useLanguage();
  const nameOf = useNames();
  return useCallback(
    (clause) => {
      const deal: { readonly [Code in Clause["code"]]: (clause: Clause<Code>, tools: Tools) => string } = words.deal;
      // Who signs has to see the whole address, where nobody vouches for a name.
      const accountOf = (address: string) => {
        const name = nameOf(address);
        return name.startsWith(short(address)) ? name.replace(short(address), address) : `${name}, ${address}`;
      };
      return deal[clause.code](clause, { format, accountOf });
    },
    [words, format, nameOf],
  );
}

/** The parts of a deal, in the order in which they are read. */
const PARTS = ["who", "work", "funding", "silence", "fees", "always"] as const;

/** Which part a clause belongs to. */
const PART: { readonly [Code in Clause["code"]]: (typeof PARTS)[number] } = {
  ...({ about: "who", "unknown-scope": "who", detail: "who", payment: "who", arbiter: "who" } as const),
  ...({ "registered-token": "who", "claimed-token": "who", "unknown-token": "who" } as const),
  ...({ milestone: "work", "untitled-milestone": "work", "milestone-detail": "work" } as const),
  ...({ requirements: "work", check: "work", total: "work" } as const),
  ...({ funding: "funding", closing: "funding", gate: "funding" } as const),
  ...({ "silent-freelancer": "silence", review: "silence", rework: "silence", arbitration: "silence" } as const),
  ...({ verifier: "silence", "verifier-pays-at-once": "silence" } as const),
  ...({ "arbiter-fee": "fees", "no-arbiter-fee": "fees", "platform-fee": "fees", "no-platform-fee": "fees" } as const),
  ...({ "payout-to": "fees", "refund-to": "fees", gifts: "always", unchangeable: "always" } as const),
};

/** The sentences of an agreement. */
export function Deal({ agreement }: { readonly agreement: Agreement }): ReactNode {
  const { words } = useLanguage();
  const { chainId } = useEscrow();
  const say = useClauseWords();
  const all = clauses(agreement, { chainId });
  return (
    <section className="deal" aria-label={words.agreement.deal}>
      {PARTS.map((part) => (
        <section key={part}>
          <h3>{words.parts[part]}</h3>
          <ul>
            {all
              .filter(({ code }) => PART[code] === part)
              .map(say)
              .map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
          </ul>
        </section>
      ))}
    </section>
  );
}

/** What is legal in an agreement, but unwise. */
export function Warnings({ agreement }: { readonly agreement: Agreement }): ReactNode {
  const { words } = useLanguage();
  const { network, provider } = useSession();
  const escrow = useEscrow();
  const { arbiter } = agreement.terms;
  const { data } = useQuery({
    queryKey: [...escrowKeys.all(escrow), "warnings", agreement.id],
    queryFn: async () => {
      const [now, code] = await Promise.all([escrow.getTime(), provider.getCode(arbiter)]);
      return warnings(agreement, { now, chainId: escrow.chainId, arbiterHasCode: code !== "0x" });
    },
  });
  // On the demo's chain nobody registers tokens.
  const shown = data?.filter(({ code }) => !(network.isDemo && code === "unregistered-token")) ?? [];
  if (shown.length === 0) return null;
  return (
    <Notice tone="warning">
      <strong>{words.agreement.warnings}</strong>
      <ul>
        {shown.map(({ code, path }) => (
          <li key={code + path}>{words.warnings[code]}</li>
        ))}
      </ul>
    </Notice>
  );
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
  const byKey = (list: readonly Clause[]) => Map.groupBy(list, keyOf);
  const [old, current] = [byKey(before), byKey(now)];
  const keys = new Set([...old.keys(), ...current.keys()]);
  return [...keys].flatMap((key) => {
    const [was, is] = [old.get(key) ?? [], current.get(key) ?? []].map((list) => list.map(say));
    const gone = was?.filter((sentence) => !is?.includes(sentence)) ?? [];
    const added = is?.filter((sentence) => !was?.includes(sentence)) ?? [];
    return Array.from({ length: Math.max(gone.length, added.length) }, (_, at) => ({
      before: gone[at],
      now: added[at],
    }));
  });
}

/** What a clause is about; several checks of a milestone are about the same. */
function keyOf(clause: Clause): string {
  return `${FAMILY[clause.code] ?? clause.code}${"index" in clause ? clause.index : ""}`;
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

/** The differences between two versions, for who is about to sign the newer one. */
export function Differences({ before, now }: { readonly before: Agreement; readonly now: Agreement }): ReactNode {
  const { words } = useLanguage();
  const { chainId } = useEscrow();
  const say = useClauseWords();
  const found = differences(clauses(before, { chainId }), clauses(now, { chainId }), say);
  if (found.length === 0) return <p>{words.agreement.noDifferences}</p>;
  return (
    <ul className="differences" aria-label={words.agreement.differences}>
      {found.map(({ before: was, now: is }) => (
        <li key={`${was}|${is}`}>
          {was !== undefined && (
            <del>
              <span className="hidden">{words.agreement.removed} </span>
              {was}
            </del>
          )}
          {is !== undefined && (
            <ins>
              <span className="hidden">{words.agreement.added} </span>
              {is}
            </ins>
          )}
        </li>
      ))}
    </ul>
  );
}
