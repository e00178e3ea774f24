/** The gas and the data of each step, of whole gigs, and of gigs on top of thousands of others. */
import { type Call, type Chain, type Cost, createChain, type Pair, sum } from "./chain.ts";
import type { Gig, Peer, Protocol } from "./protocols/protocol.ts";

/** The steps of a milestone, in their order. */
export const steps = {
  A: "open a gig of three and fund the first",
  B: "fund the next",
  C: "submit",
  D: "release",
  E: "dispute, until a ruling of half each is paid",
} as const;
export type Step = keyof typeof steps;

export type Steps = Readonly<Partial<Record<Step, Cost>>>;

/** Ways to go through a gig. */
export const ways = {
  "one by one": "each milestone funded, submitted and released in transactions of its own",
  batched: "each release funds the next milestone in the same transaction",
  "in parts": "one deposit for everything, paid out in parts",
} as const;
export type Way = keyof typeof ways;

/** Measures every step. */
export async function measureSteps(peer: Peer, withFee: boolean): Promise<Steps> {
  const { chain, protocol } = await begin(peer, withFee);
  const gig = await protocol.gig(chain.measured, 3);
  const measured: Partial<Record<Step, Cost>> = {};
  const step = async (name: Step, call: Call | undefined) => {
    if (call !== undefined) measured[name] = await chain.send(call);
  };

  const { client, freelancer } = chain.measured;
  const platformHad = await protocol.fee?.has();
  await step("A", await gig.open?.());
  await step("B", await gig.fund?.(1));
  await step("C", await gig.submit?.(0));
  const freelancerHad = await chain.balance(freelancer);
  await step("D", await gig.release(0));
  check((await chain.balance(freelancer)) - freelancerHad, protocol.paid, `what ${peer.name} pays the freelancer`);
  if (protocol.fee !== undefined && platformHad !== undefined) {
    const { amount, when, has } = protocol.fee;
    // Two milestones are funded, and one is released.
    check((await has()) - platformHad, when === "funded" ? 2n * amount : amount, `what ${peer.name} pays the platform`);
  }

  if (gig.dispute !== undefined) {
    if (gig.submit !== undefined) await chain.send(await gig.submit(1));
    const [clientHad, had] = [await chain.balance(client), await chain.balance(freelancer)];
    measured.E = await dispute(chain, gig, 1);
    check((await chain.balance(freelancer)) - had, protocol.ruled?.freelancer ?? 0n, `${peer.name}'s ruling`);
    check((await chain.balance(client)) - clientHad, protocol.ruled?.client ?? 0n, `${peer.name}'s ruling`);
  }
  return measured;
}

/** Measures whole gigs of a number of milestones; `undefined` where the protocol has no such way. */
export async function measureGig(peer: Peer, way: Way, length: number): Promise<Cost | undefined> {
  const { chain, protocol } = await begin(peer, false);
  const pair = chain.measured;
  const before = await chain.balance(pair.freelancer);
  const cost =
    way === "in parts"
      ? await inParts(chain, protocol, pair, length)
      : await byMilestones(chain, protocol, pair, length, way);
  if (cost === undefined) return undefined;
  check((await chain.balance(pair.freelancer)) - before, protocol.paid * BigInt(length), `${peer.name}, ${way}`);
  return cost;
}

async function byMilestones(
  chain: Chain,
  protocol: Protocol,
  pair: Pair,
  length: number,
  way: Way,
): Promise<Cost | undefined> {
  const gig = await protocol.gig(pair, length);
  const { releaseAndFund } = gig;
  if (way === "batched" && releaseAndFund === undefined) return undefined;
  const costs: Cost[] = [];
  const send = async (call: Call | undefined) => {
    if (call !== undefined) costs.push(await chain.send(call));
  };
  await send(await gig.open?.());
  for (let index = 0; index < length; index++) {
    await send(await gig.submit?.(index));
    const isLast = index === length - 1;
    if (way === "batched" && !isLast) await send(await releaseAndFund?.(index));
    else {
      await send(await gig.release(index));
      if (!isLast) await send(await gig.fund?.(index + 1));
    }
  }
  return sum(costs);
}

async function inParts(chain: Chain, protocol: Protocol, pair: Pair, parts: number): Promise<Cost | undefined> {
  const deposit = await protocol.deposit?.(pair, parts);
  if (deposit === undefined) return undefined;
  const costs = [await chain.send(await deposit.open())];
  for (let part = 0; part < parts; part++) costs.push(await chain.send(await deposit.release(part)));
  return sum(costs);
}

/** A protocol on a chain of its own, on which other people have done everything once. */
async function begin(peer: Peer, withFee: boolean): Promise<{ chain: Chain; protocol: Protocol }> {
  const chain = await createChain();
  const protocol = await peer.deploy(chain, withFee);
  const gig = await protocol.gig(chain.others, 2);
  const send = async (call: Call | undefined) => call && chain.send(call);
  await send(await gig.open?.());
  await send(await gig.submit?.(0));
  await send(await gig.release(0));
  await send(await gig.fund?.(1));
  await send(await gig.submit?.(1));
  await dispute(chain, gig, 1);
  return { chain, protocol };
}

async function dispute(chain: Chain, gig: Gig, index: number): Promise<Cost> {
  const costs: Cost[] = [];
  for (const call of (await gig.dispute?.(index)) ?? []) costs.push(await chain.send(call));
  return sum(costs);
}

function check(actual: bigint, expected: bigint, what: string): void {
  if (actual !== expected) throw new Error(`${what}: ${actual} instead of ${expected}`);
}

/** What a call costs beside what: so many milestones in the agreement, or so many agreements in the escrow. */
export interface Growth {
  readonly size: number;
  readonly steps: Steps;
}

/** The steps of gigs of 1 to 50 milestones; those of one milestone have no next one to fund. */
export async function measureLengths(peer: Peer, lengths: readonly number[]): Promise<Growth[]> {
  const { chain, protocol } = await begin(peer, false);
  const measured: Growth[] = [];
  for (const length of lengths) measured.push({ size: length, steps: await stepsOf(chain, protocol, length) });
  return measured;
}

/** The steps of gigs of three milestones, on top of other gigs of one milestone each, all of them open. */
export async function measureCrowds(peer: Peer, crowds: readonly number[]): Promise<Growth[]> {
  const { chain, protocol } = await begin(peer, false);
  const measured: Growth[] = [];
  let existing = 1;
  for (const crowd of crowds) {
    for (; existing < crowd; existing++) {
      const call = await (await protocol.gig(chain.others, 1)).open?.();
      if (call !== undefined) await chain.send(call);
    }
    measured.push({ size: crowd, steps: await stepsOf(chain, protocol, 3) });
    existing += 1;
  }
  return measured;
}

/** A gig's first two milestones: hashes make a few bytes of difference, 12 gas each, between one gig and another. */
async function stepsOf(chain: Chain, protocol: Protocol, length: number): Promise<Steps> {
  const gig = await protocol.gig(chain.measured, length);
  const measured: Partial<Record<Step, Cost>> = {};
  const step = async (name: Step, call: Call | undefined) => {
    if (call !== undefined) measured[name] = await chain.send(call);
  };
  await step("A", await gig.open?.());
  if (length > 1) await step("B", await gig.fund?.(1));
  await step("C", await gig.submit?.(0));
  await step("D", await gig.release(0));
  return measured;
}
