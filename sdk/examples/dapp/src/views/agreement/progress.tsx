/** How far an agreement is, in money and in milestones. */
import { progress } from "@micro-escrow/sdk";
import type { ReactNode } from "react";
import { useLanguage } from "../../language/index.tsx";
import type { Facts } from "./facts.ts";

/** Where the money of the whole schedule is, as a bar and in words. */
export function ProgressBar({ facts }: { readonly facts: Facts }): ReactNode {
  const { words, format } = useLanguage();
  const { agreement, state, events, currency } = facts;
  const { total, paid, held, refunded, platformFees, arbiterFees, funded, milestones } = progress({
    agreement,
    state,
    events,
  });
  const parts = [
    ["paid", paid],
    ["fees", platformFees + arbiterFees],
    ["held", held],
    ["refunded", refunded],
    ["open", total - funded],
  ] as const;
  const ended = milestones.Released + milestones.Refunded + milestones.Resolved;
  /** Hundredths of a percent, for a width. */
  const width = (amount: bigint) => (total === 0n ? 0 : Number((amount * 10_000n) / total) / 100);
  return (
    <section className="progress" aria-labelledby="progress">
      <h2 id="progress">{words.progress.title}</h2>
      <p>{words.progress.summary(ended, agreement.schedule.length, format.money(total, currency))}</p>
      <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        {
          parts.reduce<{ readonly at: number; readonly drawn: readonly ReactNode[] }>(
            ({ at, drawn }, [name, amount]) => ({
              at: at + width(amount),
              drawn: [...drawn, <rect key={name} className={name} x={at} width={width(amount)} height="4" />],
            }),
            { at: 0, drawn: [] },
          ).drawn
        }
      </svg>
      <dl>
        {parts
          .filter(([name, amount]) => amount > 0n || name === "paid" || name === "held")
          .map(([name, amount]) => (
            <div key={name} className={name}>
              <dt>{words.progress[name]}</dt>
              <dd>{format.money(amount, currency)}</dd>
            </div>
          ))}
      </dl>
    </section>
  );
}
