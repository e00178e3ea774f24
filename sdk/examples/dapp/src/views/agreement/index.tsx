/** The page of one agreement. */
import { type Agreement, type AgreementId, eventsOf, sha256, toHash, UnknownAgreementError } from "@micro-escrow/sdk";
import {
  useAgreement,
  useAgreementState,
  useAvailableActions,
  useEscrow,
  useTimeline,
  useWatch,
} from "@micro-escrow/sdk/react";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { titleOf, whole } from "../../clauses.ts";
import { useTitle } from "../../focus.ts";
import { useLanguage } from "../../language/index.tsx";
import { type Kept, LIBRARY, useKeptAgreements } from "../../library.ts";
import { useCurrency, useNames, useToken } from "../../names.ts";
import { Loading, Notice } from "../../parts/basics.tsx";
import { contentsOf } from "../../parts/material.tsx";
import { Problem } from "../../parts/problem.tsx";
import { Sharing } from "../../parts/sharing.tsx";
import { Waiting } from "../../parts/waiting.tsx";
import { roleOf } from "../../roles.ts";
import { useAddress, useSession } from "../../session.tsx";
import { WholeActions } from "./actions/index.tsx";
import { Deal } from "./deal.tsx";
import { type Facts, handedIn, isUnderWay } from "./facts.ts";
import { MilestoneCard } from "./milestone.tsx";
import { AgreementPage } from "./page.tsx";
import { ProgressBar } from "./progress.tsx";
import { Proposal } from "./proposal.tsx";
import { News, Timeline } from "./timeline.tsx";

/** An agreement by its id: what is kept of it here, and what the chain knows. */
export function AgreementView({ id }: { readonly id: string }): ReactNode {
  const { words } = useLanguage();
  const { chainId } = useEscrow();
  const known = useMemo(() => idOf(id), [id]);
  const library = useKeptAgreements(chainId);
  const kept = library.data?.find(({ agreement }) => agreement.id === known);
  // Without its scope it is only known from the chain.
  const needsChain = library.isFetched && kept === undefined;
  const chain = useAgreement(needsChain ? known : undefined);
  const agreement = kept?.agreement ?? chain.data;
  if (known === undefined) return <Notice tone="problem">{words.agreement.noId}</Notice>;
  if (agreement === undefined) {
    if (chain.error instanceof UnknownAgreementError) return <Notice tone="problem">{words.agreement.unknown}</Notice>;
    return chain.error ? <Problem error={chain.error} onRetry={() => void chain.refetch()} /> : <Loading />;
  }
  return <KnownAgreement key={agreement.id} agreement={agreement} kept={kept} />;
}

function idOf(text: string): AgreementId | undefined {
  try {
    return toHash(text) as AgreementId;
  } catch {
    return undefined;
  }
}

function KnownAgreement({
  agreement,
  kept,
}: {
  readonly agreement: Agreement;
  readonly kept: Kept | undefined;
}): ReactNode {
  const { words } = useLanguage();
  const { network } = useSession();
  const account = useAddress();
  const { terms, scope } = agreement;
  const nameOf = useNames();
  const currency = useCurrency(terms.token);
  const token = useToken(terms.token);
  const state = useAgreementState(agreement);
  const timeline = useTimeline(agreement);
  useWatch(agreement, { interval: network.isDemo ? 1_000 : 4_000 });
  const hasBegun = isUnderWay(state.data);
  const events = useMemo(() => (timeline.data ? eventsOf(timeline.data) : []), [timeline.data]);
  const role = roleOf(agreement, account);
  const facts = state.data && currency && { agreement, state: state.data, currency, events, kept };
  // Whoever sees it begin is told so: all of the page is another one then.
  const [wasProposal, setWasProposal] = useState(false);
  if (!wasProposal && state.data !== undefined && !hasBegun) setWasProposal(true);
  useTitle(titleOf(agreement) ?? words.agreement.untitled);
  return (
    <AgreementPage
      agreement={agreement}
      heading={
        <>
          <p>
            {words.agreement.between(nameOf(terms.client), nameOf(terms.freelancer), nameOf(terms.arbiter))}{" "}
            {role !== undefined && <span className="badge">{words.role[role]}</span>}
          </p>
          {scope?.description !== undefined && <p dir="auto">{whole(scope.description)}</p>}
        </>
      }
    >
      {wasProposal && hasBegun && <Begun />}
      {scope === undefined && <Notice tone="warning">{words.agreement.noScope}</Notice>}
      {state.error && state.data === undefined && <Problem error={state.error} onRetry={() => void state.refetch()} />}
      {timeline.error && <Problem error={timeline.error} onRetry={() => void timeline.refetch()} />}
      <Waiting token={terms.token} />
      {token.error && currency === undefined && <Problem error={token.error} onRetry={() => void token.refetch()} />}
      {(state.data === undefined || currency === undefined) && !state.error && !token.error && <Loading />}
      {currency !== undefined && timeline.data !== undefined && <News facts={{ agreement, currency, events }} />}
      {state.data !== undefined && !hasBegun && (
        <Proposal agreement={agreement} state={state.data} signatures={kept?.signatures ?? {}} />
      )}
      {facts !== undefined && hasBegun && (
        <>
          <UnderWay facts={facts} />
          {timeline.data !== undefined && <Timeline facts={facts} history={timeline.data} />}
          <details>
            <summary>{words.agreement.deal}</summary>
            <Deal agreement={agreement} />
          </details>
          <ShareAll facts={facts} />
        </>
      )}
    </AgreementPage>
  );
}

function Begun(): ReactNode {
  const { words } = useLanguage();
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    window.scrollTo(0, 0);
    place.current?.focus({ preventScroll: true });
  }, []);
  return (
    <div ref={place} tabIndex={-1}>
      <Notice tone="good">{words.actions.fund.done}</Notice>
    </div>
  );
}

/** The agreement with all that was handed in and is kept here: for the arbiter, say, who has seen nothing of it yet. */
function ShareAll({ facts: { agreement, events, kept } }: { readonly facts: Facts }): ReactNode {
  const { words } = useLanguage();
  const { network } = useSession();
  const [isOpen, setIsOpen] = useState(false);
  const hashes = events.map(handedIn).filter((hash) => hash !== undefined);
  const { data: contents } = useQuery({
    queryKey: [LIBRARY, "material", "all", ...hashes],
    queryFn: async () => {
      const all = (await Promise.all(hashes.map(contentsOf))).flat();
      return [...new Map(all.map((bytes) => [sha256(bytes), bytes])).values()];
    },
    enabled: isOpen,
    structuralSharing: false,
  });
  return (
    <details onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>{words.share.agreement}</summary>
      {contents === undefined ? (
        <Loading />
      ) : (
        <Sharing
          share={{ chainId: network.chainId, agreement, signatures: kept?.signatures ?? {}, contents }}
          name={agreement.scope?.title ?? agreement.id}
        />
      )}
    </details>
  );
}

function UnderWay({ facts }: { readonly facts: Facts }): ReactNode {
  const { words } = useLanguage();
  const { agreement } = facts;
  // Who only reads can finalize what is due as soon as there is an account: no buttons until then.
  const account = useAddress();
  const { data: available = [] } = useAvailableActions({ agreement, account });
  return (
    <>
      <ProgressBar facts={facts} />
      <section aria-labelledby="milestones">
        <h2 id="milestones">{words.agreement.milestones}</h2>
        {agreement.schedule.map((_, index) => (
          <MilestoneCard
            // biome-ignore lint/suspicious/noArrayIndexKey: a schedule does not change.
            key={index}
            facts={facts}
            index={index}
            available={available.filter((one) => one.index === index)}
          />
        ))}
        {facts.state.closed && <Notice tone="info">{words.agreement.closed}</Notice>}
        <WholeActions facts={facts} available={available} />
      </section>
    </>
  );
}
