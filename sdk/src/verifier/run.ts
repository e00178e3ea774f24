/**
 * Running the checks that a scope declares for a milestone.
 */
import { Worker } from "node:worker_threads";
import { checkList, checkObject } from "../check.js";
import type { DeliverableFile } from "../deliverables.js";
import { InvalidParameterError, InvalidScopeError } from "../errors.js";
import { checkScope, type Scope } from "../scope.js";
import { inert } from "../text.js";
import { type Answer, type CheckKind, type OtherWork, type Result, unclear, type Work } from "./check.js";
import { type CommandLimits, commandLimits } from "./kinds/command.js";
import { builtInKinds, pureKinds } from "./kinds/index.js";

/** What a check found, beside what the scope declares. */
export interface CheckResult extends Answer {
  /** As it stands in the scope. */
  readonly declared: { readonly kind: string };
}

/** What all of a milestone's checks found. */
export interface Checked {
  /**
   * Passed when all checks passed, and there is one at least. Failed when one failed, whatever others could not tell: that one
   * is enough, since all have to pass. Unclear otherwise: then nothing is attested, and humans decide.
   */
  readonly verdict: Result;
  readonly checks: readonly CheckResult[];
}

/** Work to check. */
export interface CheckWorkParameters {
  /** The scope of the agreement, which declares the checks. */
  readonly scope: Scope;
  /** The milestone, from 0. */
  readonly index: number;
  readonly files: readonly DeliverableFile[];
  /** What it is compared with: the work for other milestones before, documents of one's own. Left out: nothing. */
  readonly others?: readonly OtherWork[];
  /** What commands may use; what is left out is as `commandLimits` has it. */
  readonly limits?: Partial<CommandLimits>;
  /** Kinds of checks beside the built-in ones, or instead of them: `judgementKind` needs a model. */
  readonly kinds?: readonly CheckKind[];
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/** Seconds that a check of the files alone may take, and MiB of its thread. */
const PURE_SECONDS = 60;
const PURE_MEMORY = 2_048;
/** Seconds that any other may take: a command bounds its own time. */
const LONGEST = 3_600;

/**
 * Everything that is wrong with the checks that a scope declares, each with its path; nothing when this version knows them
 * all. Who writes a scope asks this before anybody signs.
 *
 * @throws {InvalidScopeError} When it is no scope.
 * @example
 * const problems = agreement.scope === undefined ? [] : checkProblems(agreement.scope);
 * for (const { path, reason } of problems) console.warn(path, reason);
 */
export function checkProblems(scope: Scope, kinds: readonly CheckKind[] = []): readonly InvalidScopeError[] {
  const known = [...builtInKinds(commandLimits), ...kinds];
  const { milestones } = checkScope(scope);
  return milestones.flatMap(({ checks = [] }, milestone) =>
    checks.flatMap((declared, index) => {
      const read = readOne(declared, `scope.milestones[${milestone}].checks[${index}]`, known);
      return read instanceof InvalidScopeError ? [read] : [];
    }),
  );
}

/** A declared check with its kind, or why it cannot be read. */
function readOne(declared: { readonly kind: string }, path: string, kinds: readonly CheckKind[]) {
  const kind = kinds.find((one) => one.kind === declared.kind);
  if (kind === undefined) {
    const known = kinds.map((one) => one.kind).join(", ");
    return new InvalidScopeError(`${path}.kind`, `a check that this version does not know (it knows ${known})`);
  }
  try {
    return { kind, read: kind.read(declared, path) };
  } catch (error) {
    if (error instanceof InvalidScopeError) return error;
    throw error;
  }
}

/**
 * Runs the checks that a scope declares for a milestone: the same for the freelancer before the work is submitted, and for the
 * verifier after that. The same files give the same answer, as far as commands in them do.
 *
 * @throws {InvalidScopeError} When it is no scope.
 * @throws {InvalidParameterError} When the scope has no such milestone.
 * @throws The signal's reason when it aborts.
 * @example
 * const { scope } = agreement;
 * if (scope !== undefined) {
 *   const { verdict, checks } = await checkWork({ scope, index: 0, files: [{ path: "article-1.md", bytes }] });
 *   for (const { result, reasons } of checks) console.log(result, ...reasons);
 * }
 */
export async function checkWork(parameters: CheckWorkParameters): Promise<Checked> {
  const { scope, index, files, others = [], limits, kinds = [], signal } = checkObject(parameters, "work to check");
  const milestone = checkScope(scope).milestones[index];
  if (milestone === undefined) throw new InvalidParameterError(index, "is not the index of a milestone of the scope");
  const known = [...kinds, ...builtInKinds({ ...commandLimits, ...limits })];
  const { checks: declaredChecks = [], ...agreedMilestone } = milestone;
  const { title, description } = scope;
  const agreed = { title, ...(description !== undefined && { description }), milestone: agreedMilestone };
  const work: Work = {
    files: [...checkList(files, "files")].sort((a, b) => (a.path < b.path ? -1 : 1)),
    others,
    agreed,
  };
  const thread = new Thread(work);
  try {
    const checks: CheckResult[] = [];
    for (const [number, declared] of declaredChecks.entries()) {
      signal?.throwIfAborted();
      const path = `scope.milestones[${index}].checks[${number}]`;
      checks.push({ declared, ...(await answer(declared, path, known, work, thread, signal)) });
    }
    return { verdict: verdictOf(checks), checks };
  } finally {
    await thread.end();
  }
}

function verdictOf(checks: readonly CheckResult[]): Result {
  if (checks.some(({ result }) => result === "failed")) return "failed";
  return checks.length > 0 && checks.every(({ result }) => result === "passed") ? "passed" : "unclear";
}

async function answer(
  declared: { readonly kind: string },
  path: string,
  kinds: readonly CheckKind[],
  work: Work,
  thread: Thread,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const one = readOne(declared, path, kinds);
  if (one instanceof InvalidScopeError) return unclear(`The scope has at ${one.path} ${one.reason}.`);
  try {
    if (pureKinds.includes(one.kind)) return await thread.check(declared, path, signal);
    const time = AbortSignal.timeout(LONGEST * 1_000);
    return await one.kind.check(one.read, work, signal === undefined ? time : AbortSignal.any([signal, time]));
  } catch (error) {
    signal?.throwIfAborted();
    return unclear(`The check itself failed: ${inert(error instanceof Error ? error.message : String(error))}.`);
  }
}

/** A thread that checks; after one that was ended there is another. */
class Thread {
  readonly #work: Work;
  #worker: Worker | undefined;

  constructor(work: Work) {
    this.#work = work;
  }

  async check(declared: object, path: string, signal: AbortSignal | undefined): Promise<Answer> {
    this.#worker ??= new Worker(new URL("./worker.js", import.meta.url), {
      workerData: this.#work,
      // Whatever is in the environment, a key perhaps, is not there.
      ...{ env: {}, argv: [], execArgv: [], resourceLimits: { maxOldGenerationSizeMb: PURE_MEMORY } },
    });
    const worker = this.#worker;
    const listening = new AbortController();
    try {
      return await new Promise<Answer>((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`it took longer than ${PURE_SECONDS} seconds`)),
          PURE_SECONDS * 1_000,
        );
        const onMessage = (message: { readonly answer?: Answer; readonly problem?: string }) => {
          if (message.answer !== undefined) resolve(message.answer);
          else reject(new Error(message.problem));
        };
        const onExit = () => reject(new Error("its thread ended"));
        const onAbort = () => reject(signal?.reason);
        listening.signal.addEventListener("abort", () => {
          clearTimeout(timer);
          worker.off("message", onMessage).off("error", reject).off("exit", onExit);
          signal?.removeEventListener("abort", onAbort);
        });
        worker.on("message", onMessage).on("error", reject).on("exit", onExit);
        signal?.addEventListener("abort", onAbort);
        worker.postMessage({ declared, path });
      });
    } catch (error) {
      listening.abort();
      await this.end();
      throw error;
    } finally {
      listening.abort();
    }
  }

  async end(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    // What it still says is nobody's.
    worker?.on("error", () => {});
    await worker?.terminate();
  }
}
