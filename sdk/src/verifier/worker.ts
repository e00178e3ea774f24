/**
 * The thread in which checks look at strangers' files: it can be ended when it takes too long, and has memory of its own.
 */
import { parentPort, workerData } from "node:worker_threads";
import type { Work } from "./check.js";
import { pureKinds } from "./kinds/index.js";

const work = workerData as Work;

parentPort?.on(
  "message",
  async ({ declared, path }: { readonly declared: { readonly kind: string }; readonly path: string }) => {
    const kind = pureKinds.find((one) => one.kind === declared.kind);
    try {
      const answer = await kind?.check(kind.read(declared, path), work, new AbortController().signal);
      parentPort?.postMessage({ answer });
    } catch (error) {
      parentPort?.postMessage({ problem: error instanceof Error ? error.message : String(error) });
    }
  },
);
