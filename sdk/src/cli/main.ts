/** The command `micro-escrow`, as a process. */
import process from "node:process";
import { run } from "./run.js";

// The reader of a pipe may go at any time (`micro-escrow history … | head`).
process.stdout.on("error", () => process.exit(0));
// What is only told to whoever watches must not end what is being sent.
process.stderr.on("error", () => {});

const interrupted = new AbortController();
process.once("SIGINT", () => {
  interrupted.abort();
  // What waits for something else than the signal (a block, a signer's device) ends here.
  setTimeout(() => process.exit(130), 500).unref();
});

process.exitCode = await run(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  signal: interrupted.signal,
});
