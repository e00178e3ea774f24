/**
 * A model's word is never the last one: the client has time to object to it.
 */
import type { Scope } from "../scope.js";

/** The shortest challenge period of an agreement whose work a model judges, in seconds: a day. */
export const LEAST_CHALLENGE = 86_400;

/** Whether a scope declares that a model judges work: of one of its milestones, or of any. */
export function isJudged({ milestones }: Pick<Scope, "milestones">, index?: number): boolean {
  const some = index === undefined ? milestones : milestones.slice(index, index + 1);
  return some.some(({ checks }) => checks?.some(({ kind }) => kind === "judgement") === true);
}
