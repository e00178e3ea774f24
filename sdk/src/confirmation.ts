/**
 * Waiting until what a decision answers is in a block that stays. A reorganization could put other work under the same
 * number, and a decision that was signed about the first would count for the second.
 */
import { toBeHex } from "ethers";
import { toHash } from "./address.js";
import type { Agreement } from "./agreement.js";
import { checkWaiting } from "./check.js";
import type { EscrowEventOf } from "./decode.js";
import { localChainIds } from "./deployments.js";
import { DeliverableMismatchError, IncompleteHistoryError, NotConfirmedError, WrongSubmissionError } from "./errors.js";
import { findLast, getMilestone } from "./reads.js";
import { type EscrowConnection, type Finality, finalBlock, latestBlock, pause } from "./rpc.js";
import type { Hash, Hex } from "./types.js";

/** How decisions wait. */
export interface ConfirmationOptions {
  /**
   * When what a decision answers counts as settled: in the chain's `safe` block, in its `finalized` block, or after this
   * many further blocks; 0 waits for nothing. By default `safe` (64 blocks where a chain has no such tag), and 0 on a
   * development node.
   */
  readonly confirmations?: Finality;
  /** Seconds to wait at most; by default 1,800. */
  readonly patience?: number;
  /** Milliseconds between two looks; by default 4,000. */
  readonly pollingInterval?: number;
}

/** The submission that a decision is about. */
export interface SubmissionSeen {
  /** By default the current one. 0: nothing was submitted. */
  readonly submission?: number;
  /** Its deliverable as it was shown to whoever decides; when given, it must be the one on the chain. */
  readonly deliverable?: Hash;
}

/** A submission as the chain has it. */
export interface Submission {
  readonly submission: number;
  /** `undefined` when nothing was submitted. */
  readonly deliverable: Hash | undefined;
}

/**
 * The submission that a decision will be about, once it is in a block that stays.
 *
 * @throws {WrongSubmissionError} When it is not the current one.
 * @throws {DeliverableMismatchError} When it is not what was shown.
 * @throws {NotConfirmedError} When patience ran out.
 * @throws {InvalidParameterError} When the patience or the interval is no time.
 */
export async function confirmedSubmission(
  connection: EscrowConnection,
  agreement: Agreement,
  index: number,
  { submission, deliverable }: SubmissionSeen,
  options: ConfirmationOptions,
): Promise<Submission> {
  const { submissions } = await getMilestone(connection, agreement.id, index);
  if (submission !== undefined && submission !== submissions) {
    throw new WrongSubmissionError({ actual: submission, expected: submissions });
  }
  if (submissions === 0) {
    // Who saw a deliverable saw a submission.
    if (deliverable !== undefined) throw new WrongSubmissionError({ actual: 1, expected: 0 });
    return { submission: 0, deliverable: undefined };
  }

  // What was seen first is what is decided on: a reorganization while waiting must not put other work in its place.
  let seen = deliverable === undefined ? undefined : toHash(deliverable);
  const event = await confirmedEvent(connection, "MilestoneSubmitted", agreement, index, options, (candidate) => {
    if (candidate.submission !== submissions) {
      throw new WrongSubmissionError({ actual: submissions, expected: candidate.submission });
    }
    seen ??= candidate.deliverable;
    if (candidate.deliverable !== seen) {
      throw new DeliverableMismatchError({ actual: candidate.deliverable, expected: seen });
    }
  });
  return { submission: event.submission, deliverable: event.deliverable };
}

/** Waits until the dispute that a ruling answers is in a block that stays. */
export async function confirmedDispute(
  connection: EscrowConnection,
  agreement: Agreement,
  index: number,
  options: ConfirmationOptions,
): Promise<void> {
  await confirmedEvent(connection, "MilestoneDisputed", agreement, index, options, () => {});
}

/** How often an event that the state tells of is looked for in vain. */
const LOOKS_FOR_EVENT = 3;

/** The newest event of a kind on a milestone, once it stays; `check` throws when it is not the expected one. */
async function confirmedEvent<Name extends "MilestoneSubmitted" | "MilestoneDisputed">(
  connection: EscrowConnection,
  name: Name,
  agreement: Agreement,
  index: number,
  options: ConfirmationOptions,
  check: (event: EscrowEventOf<Name>) => void,
): Promise<EscrowEventOf<Name>> {
  const { confirmations = localChainIds.includes(connection.chainId) ? 0 : "safe" } = options;
  const { patience = 1_800, pollingInterval = 4_000 } = options;
  const end = Date.now() + checkWaiting(patience, "patience in seconds") * 1_000;
  checkWaiting(pollingInterval, "milliseconds between two looks");
  for (let look = 0; ; ++look) {
    const event = await findLast(connection, name, [agreement.id, toBeHex(index, 32) as Hex]);
    // The state says that there is one; of several nodes behind one address, the one that was asked may be late.
    if (event === undefined && look >= LOOKS_FOR_EVENT) {
      throw new IncompleteHistoryError({ id: agreement.id, details: `no ${name} of milestone ${index}` });
    }
    if (event !== undefined) {
      check(event);
      const latest = await latestBlock(connection.provider);
      const safeBlock = await finalBlock(connection.provider, confirmations, latest.number);
      if (event.block <= safeBlock) return event;
      if (Date.now() >= end) throw new NotConfirmedError({ index, block: event.block, safeBlock });
    }
    await pause(pollingInterval);
  }
}
