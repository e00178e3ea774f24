/** An account's money over time: what is held in its agreements, what it has earned and what it has paid. */
import { type EscrowEvent, escrowInterface, type MicroEscrow, scanEvents } from "@micro-escrow/sdk";
import { getBlockTimes, type Statement } from "@micro-escrow/sdk/history";

/** The values of one token after each change; base units. */
export interface Point {
  /** Unix seconds. */
  readonly time: number;
  /** In the milestones of its agreements. */
  readonly held: bigint;
  /** What came to it for work and as fees, in all. */
  readonly earned: bigint;
  /** What it paid in, less what came back, in all. */
  readonly paid: bigint;
}

/** Agreements that are asked for at once. */
const AT_ONCE = 100;
const MOVING = ["MilestoneFunded", "MilestoneAdvanced", "MilestoneConcluded"] as const;

/** What moved money, and when that began. */
export interface Moving {
  readonly events: readonly EscrowEvent[];
  /** Unix seconds by the numbers of blocks: of the first event, from which the others are placed. */
  readonly times: ReadonlyMap<number, number>;
}

/** The events that move money of a statement's agreements. */
export async function readMoving(escrow: MicroEscrow, { agreements }: Statement): Promise<Moving> {
  const topics = MOVING.map((name) => escrowInterface.getEvent(name).topicHash);
  const found: EscrowEvent[] = [];
  for (let start = 0; start < agreements.length; start += AT_ONCE) {
    const ids = agreements.slice(start, start + AT_ONCE).map(({ id }) => id);
    for await (const page of scanEvents(escrow.connection, [topics, ids])) found.push(...page);
  }
  const first = found.toSorted((a, b) => a.block - b.block).slice(0, 1);
  return { events: found, times: await getBlockTimes(escrow.connection, first) };
}

/**
 * The points of one token, oldest first.
 *
 * @param times Unix seconds by the numbers of blocks; blocks between two that are known are placed between them.
 */
export function pointsOf(
  statement: Statement,
  events: readonly EscrowEvent[],
  times: ReadonlyMap<number, number>,
  token: string,
): readonly Point[] {
  const tokenOf = new Map(statement.agreements.map(({ id, terms }) => [id, terms.token]));
  const timeAt = interpolated(times);
  interface Change {
    readonly block: number;
    readonly held?: bigint;
    readonly earned?: bigint;
    readonly paid?: bigint;
  }
  const changes: Change[] = [];
  for (const event of events) {
    if (!("id" in event) || tokenOf.get(event.id) !== token) continue;
    const { block } = event;
    if (event.type === "MilestoneFunded") changes.push({ block, held: event.amount });
    if (event.type === "MilestoneAdvanced")
      changes.push({ block, held: -(event.freelancerAmount + event.platformFee) });
    if (event.type === "MilestoneConcluded") {
      const { freelancerAmount, clientAmount, platformFee, arbiterFee } = event;
      changes.push({ block, held: -(freelancerAmount + clientAmount + platformFee + arbiterFee) });
    }
  }
  for (const entry of statement.entries) {
    if (entry.token !== token) continue;
    const { block, net, type } = entry;
    if (type === "funded") changes.push({ block, paid: net });
    else if (type === "refunded") changes.push({ block, paid: -net });
    else if (type !== "withdrawn") changes.push({ block, earned: net });
  }
  const points: Point[] = [];
  let sum = { held: 0n, earned: 0n, paid: 0n };
  for (const { block, held = 0n, earned = 0n, paid = 0n } of changes.sort((a, b) => a.block - b.block)) {
    sum = { held: sum.held + held, earned: sum.earned + earned, paid: sum.paid + paid };
    const point = { time: timeAt(block), ...sum };
    // Of what happens in one block, the end counts.
    if (points.at(-1)?.time === point.time) points.pop();
    points.push(point);
  }
  return points;
}

function interpolated(times: ReadonlyMap<number, number>): (block: number) => number {
  const known = [...times].sort(([a], [b]) => a - b);
  return (block) => {
    const after = known.find(([other]) => other >= block) ?? known.at(-1);
    const before = known.findLast(([other]) => other <= block) ?? known[0];
    if (after === undefined || before === undefined) return 0;
    const [[b0, t0], [b1, t1]] = [before, after];
    return b0 === b1 ? t0 : Math.round(t0 + ((t1 - t0) * (block - b0)) / (b1 - b0));
  };
}
