/** The SDK's work beside the same work in bare ethers, alternating in one run. */

/** How often a second, and how many times as long as with bare ethers. */
export interface Speed {
  readonly perSecond: number;
  readonly ratio: number;
}

/** Rounds of both, and how long each of a round takes, milliseconds. */
const ROUNDS = 21;
const ROUND = 40;

type Work = () => unknown;

/** Compares two ways to do the same; what is awaited counts. */
export async function compare(ours: Work, theirs: Work): Promise<Speed> {
  const [often, theirOften] = [await timesInRound(ours), await timesInRound(theirs)];
  const ratios: number[] = [];
  const durations: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const mine = (await timed(ours, often)) / often;
    durations.push(mine);
    ratios.push(mine / ((await timed(theirs, theirOften)) / theirOften));
  }
  return { perSecond: 1_000 / median(durations), ratio: median(ratios) };
}

/** How often something can be done in a round, once it is warm. */
async function timesInRound(work: Work): Promise<number> {
  let times = 1;
  for (let taken = await timed(work, times); taken < ROUND; taken = await timed(work, times)) times *= 2;
  return times;
}

/** Milliseconds that so many times take. */
async function timed(work: Work, times: number): Promise<number> {
  const began = performance.now();
  for (let count = 0; count < times; count++) {
    const result = work();
    if (result instanceof Promise) await result;
  }
  return performance.now() - began;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
