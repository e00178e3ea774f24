/** How the milestones of a story ended, read from the chain, as a table. */
import { type EscrowEvent, type EscrowEventOf, Outcome, outcomeName } from "@micro-escrow/sdk";
import { money, table } from "../demo/terminal.ts";
import type { Told } from "./world.ts";

/** Milestones that stand in one row. Amounts are their sums, token base units. */
export interface Ending {
  readonly name: string;
  readonly milestones: number;
  readonly outcome: Outcome;
  readonly freelancer: bigint;
  readonly client: bigint;
  /** The platform's and the arbiter's. */
  readonly fees: bigint;
}

const words: Partial<Record<Outcome, string>> = {
  [Outcome.ReviewExpired]: "paid, nobody objected",
  [Outcome.WorkExpired]: "returned, deadline missed",
  [Outcome.Ruled]: "ruled",
};

/** One row for each name and outcome, in the order in which they ended. */
export function endingsOf({ agreements, rowOf }: Told, events: readonly EscrowEvent[]): readonly Ending[] {
  const rows = new Map<string, Ending>();
  for (const event of events) {
    if (event.type !== "MilestoneConcluded") continue;
    const agreement = agreements.find(({ id }) => id === event.id);
    if (agreement === undefined) continue;
    const name = rowOf(agreement, event.index);
    const key = `${name} ${event.outcome}`;
    rows.set(key, add(rows.get(key) ?? none(name, event.outcome), event));
  }
  return [...rows.values()];
}

const none = (name: string, outcome: Outcome): Ending => {
  return { name, milestones: 0, outcome, freelancer: 0n, client: 0n, fees: 0n };
};

function add(ending: Ending, event: EscrowEventOf<"MilestoneConcluded">): Ending {
  return {
    ...ending,
    milestones: ending.milestones + 1,
    freelancer: ending.freelancer + event.freelancerAmount,
    client: ending.client + event.clientAmount,
    fees: ending.fees + event.platformFee + event.arbiterFee,
  };
}

export function endingsReport(endings: readonly Ending[]): string {
  const right = "right" as const;
  return table(
    [
      { title: "Milestone" },
      { title: "Number", align: right },
      { title: "How it ended" },
      ...["To freelancer", "To client", "Fees"].map((title) => ({ title, align: right })),
    ],
    endings.map(({ name, milestones, outcome, freelancer, client, fees }) => [
      ...[name, String(milestones), words[outcome] ?? outcomeName(outcome)],
      ...[freelancer, client, fees].map((amount) => (amount === 0n ? "–" : money(amount))),
    ]),
  );
}
