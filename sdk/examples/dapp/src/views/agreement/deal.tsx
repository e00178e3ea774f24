/** The whole deal in plain sentences, what is unwise in it, and what is different from another version. */
import {
  type Agreement,
  type Clause,
  MicroEscrowError,
  type Warning,
  type WarningOptions,
  warnings,
} from "@micro-escrow/sdk";
import { escrowKeys, useEscrow } from "@micro-escrow/sdk/react";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useCallback, useMemo } from "react";
import { differences, wholeClauses } from "../../clauses.ts";
import { type Danger, dangersOf } from "../../dangers.ts";
import { useLanguage } from "../../language/index.tsx";
import type { Tools } from "../../language/tools.ts";
import { useKeptAgreements } from "../../library.ts";
import { short, useCurrency, useNames, useToken, useVouching } from "../../names.ts";
import { Notice } from "../../parts/basics.tsx";
import { useAddress, useSession } from "../../session.tsx";

/** A clause in the user's language. */
function useClauseWords(): <Code extends Clause["code"]>(clause: Clause<Code>) => string {
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

/** All that an agreement says; nothing of one that says what cannot be, as somebody's link may. */
function useClauses(agreement: Agreement): readonly Clause[] {
  const { chainId } = useEscrow();
  const currency = useCurrency(agreement.terms.token);
  try {
    return wholeClauses(agreement, { chainId, currency });
  } catch (error) {
    // Whoever shows it lists what is wrong with it, too.
    if (error instanceof MicroEscrowError) return [];
    throw error;
  }
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
  const say = useClauseWords();
  const all = useClauses(agreement);
  if (all.length === 0) return null;
  return (
    <section className="deal" aria-label={words.agreement.deal}>
      {PARTS.map((part) => (
        <section key={part}>
          <h3>{words.parts[part]}</h3>
          <ul>
            {all
              .filter(({ code }) => PART[code] === part)
              .map((clause, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: an agreement does not change, and may say the same twice.
                <li key={at}>{say(clause)}</li>
              ))}
          </ul>
        </section>
      ))}
    </section>
  );
}

/** What the SDK warns of; nothing in what says what cannot be, whose problems are listed. */
function warningsOf(agreement: Agreement, options: WarningOptions): readonly Warning[] {
  try {
    return warnings(agreement, options);
  } catch (error) {
    if (error instanceof MicroEscrowError) return [];
    throw error;
  }
}

/** What the page knows to be dangerous in an agreement. */
function useDangers(agreement: Agreement): readonly Danger[] {
  const { chainId } = useEscrow();
  const { demo } = useSession();
  const account = useAddress();
  const { token } = agreement.terms;
  const { data } = useToken(token);
  const isVouched = useVouching();
  const { data: kept = [] } = useKeptAgreements(chainId);
  return useMemo(() => {
    const known = kept.flatMap(({ agreement: { terms } }) => [
      terms.client,
      terms.freelancer,
      terms.arbiter,
      terms.token,
    ]);
    const people = demo?.people.map(({ address }) => address) ?? [];
    return dangersOf(agreement, {
      token: isVouched(token) ? undefined : data,
      known: [...known, ...people, ...(account === undefined ? [] : [account])],
    });
  }, [agreement, token, data, isVouched, kept, demo, account]);
}

/** What is legal in an agreement, but unwise. What does not depend on the chain is there also when that does not answer. */
export function Warnings({ agreement }: { readonly agreement: Agreement }): ReactNode {
  const { words } = useLanguage();
  const { network, provider } = useSession();
  const escrow = useEscrow();
  const { arbiter } = agreement.terms;
  const dangers = useDangers(agreement);
  const { data = warningsOf(agreement, { chainId: escrow.chainId }) } = useQuery({
    queryKey: [...escrowKeys.all(escrow), "warnings", agreement.id, agreement.scope === undefined],
    queryFn: async () => {
      const [now, code] = await Promise.all([escrow.getTime(), provider.getCode(arbiter)]);
      return warningsOf(agreement, { now, chainId: escrow.chainId, arbiterHasCode: code !== "0x" });
    },
  });
  // On the demo's chain nobody registers tokens.
  const shown = new Set([
    ...dangers,
    ...data.map(({ code }) => code).filter((code) => !(network.isDemo && code === "unregistered-token")),
  ]);
  if (shown.size === 0) return null;
  return (
    <Notice tone="warning">
      <strong>{words.agreement.warnings}</strong>
      <ul>
        {[...shown].map((code) => (
          <li key={code}>{words.warnings[code]}</li>
        ))}
      </ul>
    </Notice>
  );
}

/** The differences between two versions, for who is about to sign the newer one. */
export function Differences({ before, now }: { readonly before: Agreement; readonly now: Agreement }): ReactNode {
  const { words } = useLanguage();
  const say = useClauseWords();
  const found = differences(useClauses(before), useClauses(now), say);
  if (found.length === 0) return <p>{words.agreement.noDifferences}</p>;
  return (
    <ul className="differences" aria-label={words.agreement.differences}>
      {found.map(({ before: was, now: is }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two versions do not change.
        <li key={at}>
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
