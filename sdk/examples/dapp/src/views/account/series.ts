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

/** What moved money, and when. */
export interface Moving {
  readonly events: readonly EscrowEvent[];
  /** Unix seconds by the numbers of the events' blocks. */
  readonly times: ReadonlyMap<number, number>;
}

/**
 * The events that move money of a statement's agreements.
 *
 * @param known Times that were read before: each block is asked for once.
 */
export async function readMoving(
  escrow: MicroEscrow,
  { agreements, entries }: Statement,
  known: ReadonlyMap<number, number> = new Map(),
): Promise<Moving> {
  const topics = MOVING.map((name) => escrowInterface.getEvent(name).topicHash);
  const found: EscrowEvent[] = [];
  for (let start = 0; start < agreements.length; start += AT_ONCE) {
    const ids = agreements.slice(start, start + AT_ONCE).map(({ id }) => id);
    for await (const page of scanEvents(escrow.connection, [topics, ids])) found.push(...page);
  }
  const times = new Map([...known, ...entries.map(({ block, time }) => [block, time] as const)]);
  return { events: found, times: await getBlockTimes(escrow.connection, found, times) };
}

/**
 * The points of one token, oldest first.
 *
 * @param moving What moved money of the statement's agreements, read at its block or later.
 */
export function pointsOf(statement: Statement, { events, times }: Moving, token: string): readonly Point[] {
  const tokenOf = new Map(statement.agreements.map(({ id, terms }) => [id, terms.token]));
  interface Change {
    readonly block: number;
    readonly time: number;
    readonly held?: bigint;
    readonly earned?: bigint;
    readonly paid?: bigint;
  }
  const changes: Change[] = [];
  for (const event of events) {
    if (!("id" in event) || tokenOf.get(event.id) !== token) continue;
    const at = { block: event.block, time: times.get(event.block) ?? 0 };
    if (event.type === "MilestoneFunded") changes.push({ ...at, held: event.amount });
    if (event.type === "MilestoneAdvanced")
      changes.push({ ...at, held: -(event.freelancerAmount + event.platformFee) });
    if (event.type === "MilestoneConcluded") {
      const { freelancerAmount, clientAmount, platformFee, arbiterFee } = event;
      changes.push({ ...at, held: -(freelancerAmount + clientAmount + platformFee + arbiterFee) });
    }
  }
  for (const entry of statement.entries) {
    if (entry.token !== token) continue;
    const { block, time, net, type } = entry;
    if (type === "funded") changes.push({ block, time, paid: net });
    else if (type === "refunded") changes.push({ block, time, paid: -net });
    else if (type !== "withdrawn") changes.push({ block, time, earned: net });
  }
  const points: Point[] = [];
  let sum = { held: 0n, earned: 0n, paid: 0n };
  for (const { time, held = 0n, earned = 0n, paid = 0n } of changes.sort((a, b) => a.block - b.block)) {
    sum = { held: sum.held + held, earned: sum.earned + earned, paid: sum.paid + paid };
    const point = { time, ...sum };
    // Of what happens at one time, the end counts.
    if (points.at(-1)?.time === point.time) points.pop();
    points.push(point);
  }
  return points;
}
