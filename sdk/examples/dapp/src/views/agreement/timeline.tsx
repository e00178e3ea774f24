/** Everything that happened to an agreement, from the chain. */
import type { EscrowEvent, History } from "@micro-escrow/sdk";
import { outcomeName } from "@micro-escrow/sdk";
import { getBlockTimes } from "@micro-escrow/sdk/history";
import { escrowKeys, useEscrow } from "@micro-escrow/sdk/react";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import { useLanguage, type Words } from "../../language/index.tsx";
import { useNames } from "../../names.ts";
import { TransactionLink } from "../../parts/sending.tsx";
import { type Facts, useMilestoneTitle, usePayoutWords } from "./facts.ts";

/** What happened, newest first. */
export function Timeline({ facts, history }: { readonly facts: Facts; readonly history: History }): ReactNode {
  const { words, format } = useLanguage();
  const escrow = useEscrow();
  const tell = useEventWords(facts);
  const { events } = facts;
  const { data: times } = useQuery({
    // Not under the timeline's own key: the times of blocks stay, however often that is read again.
    queryKey: [...escrowKeys.all(escrow), "times", facts.agreement.id, events.at(-1)?.blockHash ?? ""],
    queryFn: () => getBlockTimes(escrow.connection, events),
    staleTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
    // Until that of something new is known, those of the rest stay.
    placeholderData: (before) => before,
  });
  const final = new Set(history.final);
  return (
    <section className="timeline" aria-labelledby="timeline">
      <h2 id="timeline">{words.timeline.title}</h2>
      <ol reversed>
        {events.toReversed().map((event) => {
          const time = times?.get(event.block);
          return (
            <li key={`${event.blockHash}${event.logIndex}`}>
              <span>{tell(event)}</span>{" "}
              <span className="quiet">
                {time === undefined ? (
                  "…"
                ) : (
                  <time dateTime={new Date(time * 1_000).toISOString()}>{format.time(time)}</time>
                )}
                {" · "}
                <TransactionLink hash={event.transaction} />
                {" · "}
                {final.has(event) ? words.timeline.final : words.timeline.confirmed}
              </span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

/** Says what the chain tells while the page is open to who does not see it change. */
export function News({ facts }: { readonly facts: Pick<Facts, "agreement" | "currency" | "events"> }): ReactNode {
  const { events } = facts;
  const tell = useEventWords(facts);
  const [said, setSaid] = useState("");
  const known = useRef(events.length);
  useEffect(() => {
    if (events.length > known.current) setSaid(events.slice(known.current).map(tell).join(" "));
    known.current = events.length;
  }, [events, tell]);
  return (
    <p role="status" className="hidden">
      {said}
    </p>
  );
}

/** An event in words. */
function useEventWords({ agreement, currency }: Pick<Facts, "agreement" | "currency">): (event: EscrowEvent) => string {
  const { words, format } = useLanguage();
  const nameOf = useNames();
  const title = useMilestoneTitle(agreement);
  const payoutWords = usePayoutWords(agreement.terms, currency);
  return useCallback(
    (event) => {
      const { events } = words;
      const { client, freelancer, verifier } = agreement.terms;
      switch (event.type) {
        case "AgreementOpened":
          return events.AgreementOpened;
        case "AgreementAccepted":
          return events.AgreementAccepted(nameOf(event.party));
        case "AgreementClosed":
          return events.AgreementClosed(nameOf(event.party));
        case "MilestoneFunded":
          return events.MilestoneFunded(nameOf(event.payer), title(event.index), format.money(event.amount, currency));
        case "MilestoneSubmitted":
          return events.MilestoneSubmitted(nameOf(freelancer), title(event.index), event.submission);
        case "ChangesRequested":
          return events.ChangesRequested(nameOf(client), title(event.index));
        case "MilestoneAttested":
          return events.MilestoneAttested(nameOf(verifier), title(event.index), event.passed);
        case "MilestoneAdvanced":
          return events.MilestoneAdvanced(
            nameOf(client),
            title(event.index),
            format.money(event.freelancerAmount, currency),
          );
        case "MilestoneExtended":
          return events.MilestoneExtended(nameOf(client), title(event.index), format.time(event.clock));
        case "MilestoneDisputed":
          return events.MilestoneDisputed(nameOf(event.by), title(event.index));
        case "EvidenceSubmitted":
          return events.EvidenceSubmitted(nameOf(event.by), title(event.index));
        case "MilestoneConcluded":
          return events.MilestoneConcluded(
            title(event.index),
            words.outcome[outcomeName(event.outcome) as keyof Words["outcome"]],
            payoutWords({
              freelancer: event.freelancerAmount,
              client: event.clientAmount,
              platform: event.platformFee,
              arbiter: event.arbiterFee,
            }),
          );
        case "PaymentDeferred":
          return events.PaymentDeferred(nameOf(event.account), format.money(event.amount, currency));
        case "Withdrawn":
          return events.Withdrawn(nameOf(event.account), format.money(event.amount, currency));
      }
    },
    [words, format, nameOf, title, payoutWords, agreement, currency],
  );
}
