/**
 * What a check is to the verifier: how a declared one is read, and what it answers. Each kind stands in a file of `kinds/`;
 * one more is one more object like these.
 */
import type { DeliverableFile } from "../deliverables.js";
import type { Reader } from "./read.js";

/** What a check found. */
export type Result =
  /** The work has what the check asks for. */
  | "passed"
  /** It has not, and the reasons say why. */
  | "failed"
  /** The check cannot tell: humans have to. */
  | "unclear";

/** A check's answer. */
export interface Answer {
  readonly result: Result;
  /** Sentences for people, inert whatever the work holds; of a check that passed, what it found. */
  readonly reasons: readonly string[];
  /** Whether what keeps it from telling may pass: then the same is checked again later. */
  readonly isPassing?: boolean;
  /** What the report has besides, for programs: numbers are whole, and texts inert. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Work that others are compared with: an earlier submission, or a document of the verifier's own. */
export interface OtherWork {
  /** What it is called in reasons: `"milestone 1"`. */
  readonly name: string;
  readonly files: readonly DeliverableFile[];
}

/** What is checked. */
export interface Work {
  readonly files: readonly DeliverableFile[];
  /** What was submitted for other milestones before, and what the verifier compares with by its own configuration. */
  readonly others: readonly OtherWork[];
  /** What was agreed on it in words, of the agreement and of the milestone; left out: nothing but the checks. */
  readonly agreed?: Readonly<Record<string, unknown>>;
}

/** A kind of check. */
export interface CheckKind<C extends { readonly kind: string } = { readonly kind: string }> {
  readonly kind: C["kind"];
  /** Reads a declared check out of a scope. */
  readonly read: Reader<C>;
  /**
   * Checks the work. What it throws counts as unclear: it must not fail the work for a failure of its own.
   *
   * @param signal Aborts when there is no more time.
   */
  check(declared: C, work: Work, signal: AbortSignal): Answer | Promise<Answer>;
  /** Whether it looks at the work alone, without processes or network: then it runs in a thread that can be ended. */
  readonly isPure?: boolean;
}

/** The answer of a check that found these problems; without any it passed. */
export function answerOf(problems: readonly string[], found: readonly string[] = []): Answer {
  return problems.length === 0 ? passed(...found) : { result: "failed", reasons: few(problems) };
}

export function passed(...reasons: string[]): Answer {
  return { result: "passed", reasons: few(reasons) };
}

export function failed(...reasons: string[]): Answer {
  return { result: "failed", reasons: few(reasons) };
}

export function unclear(...reasons: string[]): Answer {
  return { result: "unclear", reasons: few(reasons) };
}

/** Reasons of one check in a report. */
const MAX_REASONS = 50;

function few(reasons: readonly string[]): readonly string[] {
  if (reasons.length <= MAX_REASONS) return reasons;
  return [...reasons.slice(0, MAX_REASONS), `And ${reasons.length - MAX_REASONS} more like these.`];
}
