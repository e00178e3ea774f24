/** Where everybody begins: who they are, what needs them now, and all their agreements. */
import { type Agreement, type AgreementState, type Status, statusName } from "@micro-escrow/sdk";
import { useEscrow } from "@micro-escrow/sdk/react";
import { useQuery } from "@tanstack/react-query";
import { lazy, memo, type ReactNode, Suspense } from "react";
import { Link } from "wouter";
import { milestoneTitleOf, titleOf } from "../../clauses.ts";
import { useLanguage, type Words } from "../../language/index.tsx";
import { type Kept, useKeptAgreements } from "../../library.ts";
import { useCurrency, useNames } from "../../names.ts";
import { type Listed, needsOf, overviewQuery } from "../../overview.ts";
import { Loading, Notice } from "../../parts/basics.tsx";
import { Problem } from "../../parts/problem.tsx";
import { type Role, roleOf } from "../../roles.ts";
import { useAddress, useSession } from "../../session.tsx";
import { isUnderWay } from "../agreement/facts.ts";

const Money = lazy(async () => ({ default: (await import("./money.tsx")).Money }));

/** The account's own page. */
export function AccountView(): ReactNode {
  const { words } = useLanguage();
  const { network } = useSession();
  const escrow = useEscrow();
  const account = useAddress();
  const { data, error, refetch, isPending } = useQuery({
    ...overviewQuery(escrow, account),
    refetchInterval: network.isDemo ? 5_000 : 30_000,
  });
  const { data: library = [] } = useKeptAgreements(escrow.chainId);
  if (account === undefined) return null;
  if (error !== null && data === undefined) return <Problem error={error} onRetry={() => void refetch()} />;
  if (isPending || data === undefined) return <Loading>{words.account.loading}</Loading>;

  const kept = new Map<string, Kept>(library.map((one) => [one.agreement.id, one]));
  const known = data.listed.filter(({ isUnasked, agreement }) => !isUnasked || kept.has(agreement.id));
  const unasked = data.listed.filter(({ isUnasked, agreement }) => isUnasked && !kept.has(agreement.id));
  const onChain = new Set(data.listed.map(({ agreement }) => agreement.id));
  const proposals = library.filter(
    ({ agreement }) => !onChain.has(agreement.id) && roleOf(agreement, account) !== undefined,
  );
  const needs = known
    .flatMap(({ agreement, state }) =>
      needsOf(agreement, state, account, data.time).map((need) => ({ agreement, ...need })),
    )
    .sort((a, b) => a.clock - b.clock);
  // A freelancer who cannot sign has agreed on the chain.
  const agreed = known
    .filter(({ agreement, state }) => isToBegin(agreement, state, account, data.time))
    .flatMap(({ agreement }) => kept.get(agreement.id) ?? []);
  const unsigned = proposals.filter((one) => needsSignature(one, account));
  const signed = proposals.filter((one) => needsFunding(one, account, data.time));
  const keptOf = (id: string) => kept.get(id)?.agreement;
  const nameOf = (id: string) => titleOf(keptOf(id)) ?? words.agreement.untitled;

  return (
    <>
      <section aria-labelledby="needs">
        <h2 id="needs">{words.account.needs}</h2>
        {needs.length + unsigned.length + signed.length + agreed.length === 0 && (
          <p className="quiet">{words.account.nothingNeeded}</p>
        )}
        <ul className="needs">
          {[...unsigned, ...signed, ...agreed].map(({ agreement: { id } }) => (
            <li key={id}>
              <Link href={`/agreement/${id}`}>
                {unsigned.some(({ agreement }) => agreement.id === id) ? words.account.sign : words.account.fund}
                <span className="quiet" dir="auto">
                  {nameOf(id)}
                </span>
              </Link>
            </li>
          ))}
          {needs.map(({ agreement, need, index, clock }) => (
            <li key={agreement.id + index}>
              <Link href={`/agreement/${agreement.id}`}>
                {words.account.need[need]}
                <span className="quiet" dir="auto">
                  {nameOf(agreement.id)}
                  {" · "}
                  {milestoneTitleOf(keptOf(agreement.id), index) ?? words.milestoneNumber(index + 1)}
                </span>
                {need !== "finalize" && <Until clock={clock} now={data.time} />}
              </Link>
            </li>
          ))}
        </ul>
      </section>
      <Suspense fallback={<Loading />}>
        <Money overview={data} />
      </Suspense>
      {known.length + proposals.length + unasked.length === 0 && <Notice tone="info">{words.account.empty}</Notice>}
      {(["client", "freelancer", "arbiter", "verifier", "platform"] as const).map((role) => (
        <RoleList
          key={role}
          role={role}
          listed={known.filter(({ agreement }) => roleOf(agreement, account) === role)}
          kept={kept}
        />
      ))}
      {proposals.length > 0 && (
        <section aria-labelledby="proposals">
          <h2 id="proposals">{words.account.proposals}</h2>
          <ul className="agreements">
            {proposals.map((one) => (
              <ProposalRow key={one.agreement.id} kept={one} />
            ))}
          </ul>
        </section>
      )}
      {unasked.length > 0 && (
        <section aria-labelledby="unasked">
          <h2 id="unasked">{words.account.unasked}</h2>
          <p className="quiet">{words.account.unaskedWhy}</p>
          <ul className="agreements">
            {unasked.map((one) => (
              <Row key={one.agreement.id} listed={one} kept={undefined} />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

const needsSignature = ({ agreement, signatures }: Kept, account: string) =>
  agreement.terms.freelancer === account && signatures.freelancer === undefined;
const needsFunding = ({ agreement: { terms }, signatures }: Kept, account: string, now: number) =>
  terms.client === account && signatures.freelancer !== undefined && now < terms.fundBy;
/** Whether its client can begin it, as the freelancer has agreed to it. */
const isToBegin = ({ terms }: Agreement, state: AgreementState, account: string, now: number) =>
  terms.client === account && state.freelancerConsented && !state.closed && now < terms.fundBy && !isUnderWay(state);

function Until({ clock, now }: { readonly clock: number; readonly now: number }): ReactNode {
  const { words, format } = useLanguage();
  return <span className="quiet">{words.account.left(format.countdown(Math.max(clock - now, 0)))}</span>;
}

function RoleList({
  role,
  listed,
  kept,
}: {
  readonly role: Role;
  readonly listed: readonly Listed[];
  readonly kept: ReadonlyMap<string, Kept>;
}): ReactNode {
  const { words, format } = useLanguage();
  if (listed.length === 0) return null;
  return (
    <section aria-labelledby={`as-${role}`}>
      <h2 id={`as-${role}`}>
        {words.account.as[role]} <span className="quiet">{format.number(listed.length)}</span>
      </h2>
      <ul className="agreements">
        {listed.map((one) => (
          <Row key={one.agreement.id} listed={one} kept={kept.get(one.agreement.id)} />
        ))}
      </ul>
    </section>
  );
}

/** How many milestones are in which status, in words. */
function useCounts(): (state: Listed["state"]) => string {
  const { words, format } = useLanguage();
  return ({ milestones }) => {
    const counts = new Map<Status, number>();
    for (const { status } of milestones) counts.set(status, (counts.get(status) ?? 0) + 1);
    return [...counts]
      .sort(([a], [b]) => b - a)
      .map(
        ([status, count]) => `${format.number(count)} × ${words.status[statusName(status) as keyof Words["status"]]}`,
      )
      .join(" · ");
  };
}

/** A row stays as it is while its agreement does: there may be hundreds, and the view is read again every few seconds. */
const Row = memo(function Row({
  listed: { agreement, state },
  kept,
}: {
  readonly listed: Listed;
  readonly kept: Kept | undefined;
}): ReactNode {
  const { words, format } = useLanguage();
  const nameOf = useNames();
  const counts = useCounts();
  const currency = useCurrency(agreement.terms.token);
  const { client, freelancer } = agreement.terms;
  const total = agreement.schedule.reduce((sum, { amount }) => sum + amount, 0n);
  return (
    <li>
      <Link href={`/agreement/${agreement.id}`}>
        <span className="title" dir="auto">
          {titleOf(kept?.agreement) ?? words.agreement.untitled}
        </span>
        <span className="amount">{currency && format.money(total, currency)}</span>
        <span className="quiet">{words.account.between(nameOf(client), nameOf(freelancer))}</span>
        <span className="quiet">{counts(state)}</span>
      </Link>
    </li>
  );
});

function ProposalRow({ kept: { agreement, changedAt } }: { readonly kept: Kept }): ReactNode {
  const { words, format } = useLanguage();
  const nameOf = useNames();
  const { client, freelancer } = agreement.terms;
  return (
    <li>
      <Link href={`/agreement/${agreement.id}`}>
        <span className="title" dir="auto">
          {titleOf(agreement) ?? words.agreement.untitled}
        </span>
        <span className="quiet">{words.account.between(nameOf(client), nameOf(freelancer))}</span>
        <span className="quiet">{words.account.changed(format.time(changedAt / 1_000))}</span>
      </Link>
    </li>
  );
}
