/** Hands out the mutants to worker processes, and collects what became of them. */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Mutant } from "./mutants.ts";
import type { Result } from "./report.ts";
import type { Message, Task } from "./worker.ts";

/** So many mutants in one contract: more take the compiler too long, fewer too often. */
const SCHEMA_SIZE = 150;

/** @param onResult Called for each mutant, in any order. */
export async function runMutants(
  mutants: readonly Mutant[],
  jobs: number,
  onResult: (result: Result) => void,
): Promise<Result[]> {
  const folder = mkdtempSync(join(tmpdir(), "micro-escrow-mutate-"));
  const workers = new Set<ChildProcess>();
  const stop = () => {
    for (const worker of workers) worker.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  const interrupted = () => {
    stop();
    process.exit(130);
  };
  process.once("SIGINT", interrupted).once("SIGTERM", interrupted);

  const results: Result[] = [];
  const add = (result: Result) => {
    results.push(result);
    onResult(result);
  };
  try {
    const queue: Task[] = [{ task: "canary" }, ...divide(mutants, jobs)];
    const start = (name: string) => startWorker(join(folder, name), workers);
    await Promise.all(Array.from({ length: jobs }, (_, i) => work(queue, () => start(String(i)), add)));
  } finally {
    stop();
    process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
  }
  return results;
}

/** The contracts of many mutants first, evenly; then one by one those that need a contract of their own. */
function divide(mutants: readonly Mutant[], jobs: number): Task[] {
  const together = mutants.filter(({ slot }) => slot !== undefined);
  const alone = mutants.filter(({ slot }) => slot === undefined);
  const parts = Math.max(Math.ceil(together.length / SCHEMA_SIZE), Math.min(jobs, Math.ceil(together.length / 8)));
  const size = Math.ceil(together.length / parts);
  const chunks = Array.from({ length: parts }, (_, i) => together.slice(i * size, (i + 1) * size));
  return [...chunks, ...alone.map((mutant) => [mutant])].map((part) => ({ task: "mutants", mutants: part }));
}

function startWorker(folder: string, workers: Set<ChildProcess>): ChildProcess {
  // Hardhat's report of every run goes to standard output.
  const worker = fork(join(import.meta.dirname, "worker.ts"), [folder], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  workers.add(worker);
  worker.once("exit", () => workers.delete(worker));
  return worker;
}

async function work(queue: Task[], start: () => ChildProcess, onResult: (result: Result) => void): Promise<void> {
  let worker = start();
  for (let task = queue.shift(); task !== undefined; task = queue.shift()) {
    const left = await workOn(worker, task, onResult);
    if (left.length === 0) continue;
    // The first of them made the worker wait too long.
    const [mutant, ...others] = left;
    if (mutant !== undefined) onResult({ mutant, result: { outcome: "timed out" } });
    if (others.length > 0) queue.unshift({ task: "mutants", mutants: others });
    worker.kill("SIGKILL");
    worker = start();
  }
  worker.kill("SIGKILL");
}

/** Returns the mutants that are left when one of them, which then is the first, ran out of time. */
function workOn(worker: ChildProcess, task: Task, onResult: (result: Result) => void): Promise<Mutant[]> {
  const left = new Map(task.task === "canary" ? [] : task.mutants.map((mutant) => [mutant.id, mutant]));
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      worker.removeAllListeners("message").removeListener("exit", crashed);
      settle();
    };
    const crashed = () => end(() => reject(new Error("A worker ended by itself; see above.")));
    worker.once("exit", crashed);
    worker.on("message", (message: Message) => {
      if (message.message === "done") return end(() => resolve([]));
      if (message.message === "failed") return end(() => reject(new Error(message.error)));
      const mutant = left.get(message.id);
      if (mutant === undefined) return end(() => reject(new Error(`Nobody asked for ${message.id}`)));
      left.delete(mutant.id);
      if (message.message === "result") onResult({ mutant, result: message.result });
      else end(() => resolve([mutant, ...left.values()]));
    });
    worker.send(task);
  });
}
