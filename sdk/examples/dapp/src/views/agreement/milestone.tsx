/** One milestone: where it stands, whose turn it is, what happens by itself and when, what the account can do, and what was handed in. */
import {
  type AvailableAction,
  defaultOutcome,
  type EscrowEvent,
  type Hash,
  Outcome,
  outcomeName,
  payouts,
  Status,
  statusName,
} from "@micro-escrow/sdk";
import { useCountdown } from "@micro-escrow/sdk/react";
import type { ReactNode } from "react";
import { whole } from "../../clauses.ts";
import { useOffer } from "../../consents.ts";
import { useLanguage, type Words } from "../../language/index.tsx";
import { useNames } from "../../names.ts";
import { Notice } from "../../parts/basics.tsx";
import { Material } from "../../parts/material.tsx";
import { GoOnAs } from "../../parts/who.tsx";
import { Actions } from "./actions/index.tsx";
import { type Facts, handedIn, useMilestoneTitle, usePayoutWords } from "./facts.ts";

/** A milestone of an agreement. */
export function MilestoneCard({
  facts,
  index,
  available,
}: {
  readonly facts: Facts;
  readonly index: number;
  /** What the account can do now; nothing while that is not known. */
  readonly available: readonly AvailableAction[];
}): ReactNode {
  const { words, format } = useLanguage();
  const { agreement, state, currency, events } = facts;
  const title = useMilestoneTitle(agreement);
  const milestone = state.milestones[index];
  const planned = agreement.schedule[index];
  if (milestone === undefined || planned === undefined) return null;
  const { status, outcome, held } = milestone;
  const described = agreement.scope?.milestones[index];
  const own = events.filter((event) => "index" in event && event.index === index);
  const name = statusName(status) as keyof Words["status"];
  return (
    <article className="milestone" aria-labelledby={`milestone-${index}`}>
      <header>
        <h3 id={`milestone-${index}`}>
          <span className="number">{index + 1}</span> {title(index)}
        </h3>
        <span className="amount">{format.money(planned.amount, currency)}</span>
        <span className="badge">{words.status[name]}</span>
      </header>
      {described?.description !== undefined && <p dir="auto">{whole(described.description)}</p>}
      {status === Status.None && (
        <p className="quiet">
          {state.closed ? words.turn.closed : words.turn.None(format.duration(planned.workPeriod))}
        </p>
      )}
      {held > 0n && <Turn facts={facts} index={index} />}
      {held > 0n && <Offer facts={facts} index={index} />}
      {outcome !== Outcome.None && <Ending facts={facts} index={index} own={own} />}
      <Actions facts={facts} available={available} />
      <Handed facts={facts} own={own} status={status} />
    </article>
  );
}

/** Whose turn it is, and what happens if nobody acts. */
function Turn({ facts, index }: { readonly facts: Facts; readonly index: number }): ReactNode {
  const { words, format } = useLanguage();
  const { agreement, state, currency } = facts;
  const nameOf = useNames();
  const payoutWords = usePayoutWords(agreement.terms, currency);
  const { clock = 0, status = Status.None, held = 0n } = state.milestones[index] ?? {};
  const left = useCountdown(clock);
  // It asks whether it is due, which the countdown says.
  const outcome = defaultOutcome(agreement, state, index, 0);
  if (outcome === undefined) return null;
  const { client, freelancer, arbiter } = agreement.terms;
  const turns: { readonly [S in Status]?: readonly [actor: string, say: (name: string) => string] } = {
    [Status.Funded]: [freelancer, words.turn.Funded],
    [Status.Submitted]: [client, words.turn.Submitted],
    [Status.ChangesRequested]: [freelancer, words.turn.ChangesRequested],
    [Status.Disputed]: [arbiter, words.turn.Disputed],
  };
  const [actor, say] = turns[status] ?? [];
  return (
    <div className="turn">
      <p>
        <strong>{left === 0 ? words.turn.over : actor && say?.(nameOf(actor))}</strong>{" "}
        <span className="quiet">{words.turn.held(format.money(held, currency))}</span>{" "}
        {left !== 0 && actor !== undefined && <GoOnAs account={actor} />}
      </p>
      <p className={left === 0 ? "due" : undefined}>
        {left === 0
          ? words.turn.due(payoutWords(outcome.payout))
          : words.turn.otherwise(
              left === undefined ? "…" : format.countdown(left),
              format.time(clock),
              payoutWords(outcome.payout),
            )}
      </p>
    </div>
  );
}

/** How the other party has offered to divide it. */
function Offer({ facts, index }: { readonly facts: Facts; readonly index: number }): ReactNode {
  const { words, format } = useLanguage();
  const { agreement, state, currency, kept } = facts;
  const nameOf = useNames();
  const payoutWords = usePayoutWords(agreement.terms, currency);
  const offer = useOffer(agreement, index, state.milestones[index] ?? { held: 0n }, kept);
  if (!offer) return null;
  const payout = payouts(agreement, state, { type: "settle", index, freelancerAmount: BigInt(offer.freelancerAmount) });
  const { deadline } = offer.authorization;
  return (
    <Notice tone="info">
      {words.actions.settle.offer(nameOf(offer.signer), payoutWords(payout), format.time(deadline))}
    </Notice>
  );
}

/** How it ended, and who got what. */
function Ending({
  facts,
  index,
  own,
}: {
  readonly facts: Facts;
  readonly index: number;
  readonly own: readonly EscrowEvent[];
}) {
  const { words } = useLanguage();
  const { agreement, state, currency } = facts;
  const payoutWords = usePayoutWords(agreement.terms, currency);
  const { outcome = Outcome.None } = state.milestones[index] ?? {};
  const ended = own.find((event) => event.type === "MilestoneConcluded");
  const reason = words.outcome[outcomeName(outcome) as keyof Words["outcome"]];
  if (ended?.type !== "MilestoneConcluded") return <p>{reason}</p>;
  const { freelancerAmount, clientAmount, platformFee, arbiterFee } = ended;
  const payout = { freelancer: freelancerAmount, client: clientAmount, platform: platformFee, arbiter: arbiterFee };
  return (
    <p>
      {reason} <strong>{payoutWords(payout)}</strong>
    </p>
  );
}

/** What somebody handed in, and whose side it is on. */
interface HandedIn {
  /** Of its event: the same can be handed in twice. */
  readonly key: string;
  readonly hash: Hash;
  readonly label: string;
  readonly side: "client" | "freelancer" | "other";
}

/** Everything that was handed in for a milestone: in a dispute the two sides beside each other. */
function Handed({
  facts: { agreement },
  own,
  status,
}: {
  readonly facts: Facts;
  readonly own: readonly EscrowEvent[];
  readonly status: Status;
}): ReactNode {
  const { words } = useLanguage();
  const nameOf = useNames();
  const { client, freelancer } = agreement.terms;
  const sideOf = (account: string) => (account === client ? "client" : account === freelancer ? "freelancer" : "other");
  const handed = own.flatMap((event): HandedIn[] => {
    const hash = handedIn(event);
    if (hash === undefined) return [];
    const key = `${event.blockHash}${event.logIndex}`;
    switch (event.type) {
      case "MilestoneSubmitted":
        return [{ key, hash, label: words.handed.submission(event.submission), side: "freelancer" }];
      case "ChangesRequested":
        return [{ key, hash, label: words.handed.changes(event.submission), side: "client" }];
      case "MilestoneAttested":
        return [{ key, hash, label: words.handed.report(event.submission, event.passed), side: "other" }];
      case "MilestoneDisputed":
      case "EvidenceSubmitted":
        return [{ key, hash, label: words.handed.evidence(nameOf(event.by)), side: sideOf(event.by) }];
      case "MilestoneConcluded":
        return [{ key, hash, label: words.handed.reasoning(nameOf(agreement.terms.arbiter)), side: "other" }];
      default:
        return [];
    }
  });
  if (handed.length === 0) return null;
  const shown = (side: HandedIn["side"]) =>
    handed
      .filter((one) => one.side === side)
      .map(({ key, hash, label }) => <Material key={key} hash={hash} label={label} />);
  if (status !== Status.Disputed) {
    const isAtWork = status === Status.Funded || status === Status.Submitted || status === Status.ChangesRequested;
    return (
      <details open={isAtWork}>
        <summary>{words.handed.title(handed.length)}</summary>
        {handed.map(({ key, hash, label }) => (
          <Material key={key} hash={hash} label={label} />
        ))}
      </details>
    );
  }
  return (
    <div className="sides">
      {(["freelancer", "client"] as const).map((side) => (
        <section key={side} aria-label={words.handed.side(nameOf(agreement.terms[side]))}>
          <h4>{words.handed.side(nameOf(agreement.terms[side]))}</h4>
          {shown(side)}
        </section>
      ))}
      {shown("other")}
    </div>
  );
}
