/** A sample that a seed decides: the same seed draws the same mutants, from every group its share. */
import { groupBy } from "./ast.ts";
import type { Mutant } from "./mutants.ts";

export function sample(mutants: readonly Mutant[], size: number, seed: number): Mutant[] {
  if (size >= mutants.length) return [...mutants];
  const random = randomFrom(seed);
  // Shuffled inside of each group, then taken from all groups evenly: the n-th of a group of m stands at (n + random) / m.
  const places = new Map<Mutant, number>();
  for (const [, group] of groupBy(mutants, (mutant) => mutant.group)) {
    const order = group.map((mutant) => ({ mutant, key: random() })).sort((a, b) => a.key - b.key);
    const offset = random();
    for (const [n, { mutant }] of order.entries()) places.set(mutant, (n + offset) / order.length);
  }
  const chosen = new Set(
    [...places]
      .sort(([, a], [, b]) => a - b)
      .slice(0, size)
      .map(([mutant]) => mutant),
  );
  return mutants.filter((mutant) => chosen.has(mutant));
}

/** Mulberry32: numbers from 0 to 1. */
function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}
