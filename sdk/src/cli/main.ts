/** The command `micro-escrow`, as a process. */
import process from "node:process";
import { run } from "./run.js";

// The reader of a pipe may go at any time (`micro-escrow history … | head`); results come last.
process.stdout.on("error", ({ code }: NodeJS.ErrnoException) => {
  if (code === "EPIPE") process.exit(0);
});
// Nobody who listens is no reason to stop in the middle (`micro-escrow fund … 2>&1 | head`).
process.stderr.on("error", () => {});

const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupted.abort());

process.exitCode = await run(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  signal: interrupted.signal,
});
// Nothing that still waits holds it up: a transaction that was given up, a program that signs.
process.stdout.write("", () => process.exit());
