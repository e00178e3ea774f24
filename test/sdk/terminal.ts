/** The command line in this process, without a terminal: what it says is kept, and nobody can be asked. */
import { PassThrough, Writable } from "node:stream";
import { run } from "../../sdk/dist/cli/run.js";

/** What a command said, and how it ended. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Keeps what is written to it, as text. */
export class Sink extends Writable {
  text = "";
  override _write(chunk: Buffer | string, _: string, done: () => void): void {
    this.text += chunk;
    done();
  }
}

/** Where and with what a command runs. */
export interface RunOptions {
  readonly home: string;
  readonly stdin?: string;
  readonly signal?: AbortSignal;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a command; its configuration is in the folder that is its user's. */
export async function runCommand(
  args: readonly string[],
  { home, stdin = "", signal, env: more }: RunOptions,
): Promise<Ended> {
  const [stdout, stderr, input] = [new Sink(), new Sink(), new PassThrough()];
  input.end(stdin);
  const env = { HOME: home, XDG_CONFIG_HOME: home, ...more };
  // Whoever gives up a transaction leaves its timer behind, which would keep this process.
  const patience = args.includes("--patience") ? [] : ["--patience", "20"];
  const code = await run([...args, ...patience], { stdin: input, stdout, stderr, env, ...(signal && { signal }) });
  return { code, out: stdout.text, err: stderr.text };
}
