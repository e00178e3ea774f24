/**
 * Random sequences of what people do, right and wrong, direct and signed, around every clock, walked in step through the
 * SDK's model and the real contract. After every step the answer (or the whole error), the events, the states, the balances
 * and the claimable balances must be the same. A trace that fails is shrunk, and told.
 *
 * The same traces every time, so that the counts at the end are facts; `SEED=n` walks others, `DEEP=1` walks 2,000 random
 * ones.
 */
import { randomInt } from "node:crypto";
import { Outcome } from "@micro-escrow/sdk";
import { expect } from "chai";
import fc from "fast-check";
import { onAnvil } from "../evm.ts";
import { type Chain, createChain } from "./chain.ts";
import { agreementOf, type Plan, plans } from "./plans.ts";
import { Disagreement } from "./story.ts";
import { type Step, steps, Walk, wildVerbs } from "./walk.ts";
import { World } from "./world.ts";

const DEEP = process.env.DEEP === "1";
const SEED = Number(process.env.SEED ?? (DEEP ? randomInt(2 ** 31) : 2027));
const RUNS = DEEP ? 2_000 : 60;
const MAX_STEPS = 100;
/** How often each verb must have succeeded, and failed. */
const ENOUGH = RUNS / 10;
/** Chains that traces are walked on at the same time: while one is busy with a transaction, another one's model steps. */
const CHAINS = 2;
/** How many shorter traces are tried once one failed. */
const TRIES = 300;

/** Two agreements, and what is done about them. */
interface Trace {
  readonly pair: readonly [Plan, Plan];
  readonly steps: readonly Step[];
}

const traces: fc.Arbitrary<Trace> = fc.record({
  pair: fc.noBias(fc.tuple(plans, plans)),
  steps: fc.array(fc.noBias(steps), { maxLength: MAX_STEPS, size: "max" }),
});

/** What happened in all traces. */
class Counts {
  readonly done = new Map(wildVerbs.map((verb) => [verb as string, { succeeded: 0, failed: 0 }]));
  readonly endings = new Map<string, number>();
  readonly outcomes = new Set<Outcome>();
  traces = 0;
  steps = 0;

  add(verb: string, ending: string | undefined): void {
    const counts = this.done.get(verb) as { succeeded: number; failed: number };
    counts[ending === undefined ? "succeeded" : "failed"] += 1;
    if (ending !== undefined) this.endings.set(ending, (this.endings.get(ending) ?? 0) + 1);
    this.steps += 1;
  }
}

/** Walks a trace on a chain; how many steps it took to a disagreement, if there was one. */
async function walk(chain: Chain, trace: Trace, counts?: Counts): Promise<{ error: Error; steps: number } | undefined> {
  const world = await World.create(chain, (now) =>
    trace.pair.map((plan, number) => agreementOf(plan, number, now, chain)),
  );
  const flawed = trace.pair.map(({ flaw }) => flaw !== undefined);
  for (const [position, step] of trace.steps.entries()) {
    try {
      const next = new Walk(world, step, flawed);
      const { deed, sender, verb } = next.deed();
      const ending = await world.act(deed, sender, next.now);
      counts?.add(verb, ending);
    } catch (error) {
      const told =
        error instanceof Disagreement ? error : new Error(`${world.story}\n\nAnd then it broke.`, { cause: error });
      return { error: told, steps: position + 1 };
    }
  }
  if (counts !== undefined) {
    counts.traces += 1;
    for (const { milestones } of world.states) for (const { outcome } of milestones) counts.outcomes.add(outcome);
  }
  return undefined;
}

/** Leaves out what is not needed to fail: first what comes after the failure, then halves, quarters and so on. */
async function shrink(chain: Chain, trace: Trace, failure: { error: Error; steps: number }): Promise<Error> {
  let shortest = trace.steps.slice(0, failure.steps);
  let { error } = failure;
  let tries = 0;
  for (let size = Math.ceil(shortest.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = shortest.length - size; start >= 0 && tries < TRIES; start -= size) {
      const candidate = [...shortest.slice(0, start), ...shortest.slice(start + size)];
      const shorter = await walk(chain, { ...trace, steps: candidate });
      tries += 1;
      if (shorter !== undefined) {
        shortest = candidate.slice(0, shorter.steps);
        error = shorter.error;
        start = Math.min(start, shortest.length);
      }
    }
  }
  error.message += `\n${trace.steps.length} steps, shrunk to ${shortest.length} in ${tries} tries.`;
  return error;
}

describe("differential", () => {
  it(`the model and the contract do the same, ${RUNS} traces long`, async function () {
    // It needs a chain that is set back thousands of times in a minute, which Hardhat's own is.
    if (onAnvil) this.skip();
    this.timeout(0);
    console.log(`      seed: ${SEED} (repeat with SEED=${SEED}${DEEP ? " DEEP=1" : ""})`);
    const counts = new Counts();
    let next = 0;
    let failed = false;
    await Promise.all(
      Array.from({ length: CHAINS }, async () => {
        const chain = await createChain();
        while (next < RUNS && !failed) {
          const seed = SEED + next++;
          const [trace] = fc.sample(traces, { seed, numRuns: 1 }) as [Trace];
          const failure = await walk(chain, trace, counts);
          if (failure === undefined) continue;
          failed = true;
          const error = await shrink(chain, trace, failure);
          error.message += ` SEED=${seed} begins with this trace.`;
          throw error;
        }
      }),
    );

    console.log(`      ${counts.traces} traces, ${counts.steps} steps`);
    console.log("      succeeded / failed:");
    for (const [verb, { succeeded, failed }] of counts.done) console.log(`        ${verb}: ${succeeded} / ${failed}`);
    const sorted = [...counts.endings].sort(([, a], [, b]) => b - a);
    console.log(`      errors: ${sorted.map(([code, count]) => `${code} ${count}`).join(", ")}`);
    expect(counts.traces).to.equal(RUNS);
    for (const [verb, { succeeded, failed }] of counts.done) {
      expect(succeeded, `successes of ${verb}`).to.be.at.least(ENOUGH);
      // Nothing is against what the token's issuer does.
      if (verb !== "freeze" && verb !== "thaw") expect(failed, `failures of ${verb}`).to.be.at.least(ENOUGH);
    }
    expect([...counts.outcomes].sort(), "every outcome happened").to.deep.equal(Object.values(Outcome));
  });
});
