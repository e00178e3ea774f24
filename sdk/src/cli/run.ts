/**
 * The command line as a whole: from its arguments to its exit code. Its commands are in `commands.ts`.
 */
import { createRequire } from "node:module";
import { Command, CommanderError } from "commander";
import { decodeError } from "../revert.js";
import { defineCommands } from "./commands.js";
import { ExitCode, exitCodeOf, exitCodes, InterruptedError, messageOf, UsageError } from "./errors.js";
import { defineServices } from "./services.js";
import { type CommonOptions, Session } from "./session.js";
import { type Streams, Terminal, toJsonText } from "./terminal.js";

const { version } = createRequire(import.meta.url)("../../package.json") as { readonly version: string };

const EPILOGUE = `
An agreement is its file, or its id (0x…). Milestones count from 1. With --json, standard output has one JSON document (for
watch, one per line), in which indices count from 0 and amounts are base units; a failure is {"error": …}.

Environment: MICRO_ESCROW_RPC, MICRO_ESCROW_PRIVATE_KEY, MICRO_ESCROW_PASSWORD (of the keystore), MICRO_ESCROW_CONFIG.

Exit codes:
${exitCodes.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`).join("\n")}`;

/**
 * Runs the command line.
 *
 * @param args Without the program's name.
 * @returns The exit code, one of {@link exitCodes}.
 */
export async function run(args: readonly string[], streams: Streams): Promise<number> {
  const program = new Command("micro-escrow");
  const common = () => program.opts<CommonOptions>();
  const terminal = new Terminal(streams, common);
  let session: Session | undefined;

  program
    .description("Milestone escrow in stablecoins: agreements, payments, disputes and statements.")
    .option("--rpc <url>", "endpoint (default: the configuration's, or a local node)")
    .option("--escrow <address>", "a deployment of your own")
    .option("--keystore <file>", "sign with an encrypted JSON keystore")
    .option("--password-file <file>", "the keystore's password (default: it is asked for)")
    .option("--signer <command>", "sign with a program, as for a hardware wallet")
    .option("--from <account>", "an account that the endpoint holds, as a local node does: its number or address")
    .option("--config <file>", "configuration (default: in your own folder)")
    .option("--patience <seconds>", "how long to wait for a block (default: half an hour)")
    .option("--json", "results as JSON")
    .option("-y, --yes", "do not ask before signing or sending")
    .version(version)
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true })
    .addHelpText("after", EPILOGUE)
    .showHelpAfterError("Add --help for what it takes.");
  defineCommands(program, async (work, isFirst) => {
    session = await Session.create(terminal, common(), isFirst);
    await work(session);
  });
  const interruption = new Interruption(streams.signal);
  defineServices(program, streams, () => {
    interruption.grace = SERVICE_GRACE;
  });
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => void streams.stdout.write(text),
      writeErr: (text) => void streams.stderr.write(text),
    });
  }
  let lost: NodeJS.ErrnoException | undefined;
  streams.stdout.on("error", (error) => {
    lost ??= error;
  });
  try {
    await Promise.race([program.parseAsync([...args], { from: "user" }), interruption.thrown]);
    await new Promise((done) => streams.stdout.write("", done));
    if (lost !== undefined) throw new UsageError(`The output could not be written: ${lost.message}.`, { cause: lost });
    return ExitCode.Done;
  } catch (cause) {
    if (!(cause instanceof CommanderError)) return fail(terminal, cause, session);
    if (cause.exitCode === 0) return ExitCode.Done;
    if (args.includes("--json")) {
      const message = cause.code === "commander.help" ? "no command" : cause.message.replace(/^error: /, "");
      terminal.print(toJsonText({ error: { code: "Usage", message } }, 2));
    }
    return ExitCode.Usage;
  } finally {
    interruption.forget();
    session?.close();
  }
}

/** Milliseconds in which a command may end in its own way after a signal: what waits for a block, or for a device, does not. */
const GRACE = 500;
/** The same for a service, which ends the step that it is in. */
const SERVICE_GRACE = 30_000;

/** The end of a command by a signal. */
class Interruption {
  grace = GRACE;
  readonly thrown: Promise<never>;
  readonly forget: () => void;

  constructor(signal: AbortSignal | undefined) {
    let timer: NodeJS.Timeout | undefined;
    let abort = () => {};
    this.thrown = new Promise((_, reject) => {
      abort = () => {
        timer = setTimeout(() => reject(new InterruptedError()), this.grace);
      };
    });
    signal?.addEventListener("abort", abort, { once: true });
    this.forget = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    };
  }
}

/** Tells of a failure, and what may have been sent before it. */
function fail(terminal: Terminal, cause: unknown, session: Session | undefined): number {
  // What an interruption breaks off fails in its own way.
  const error = terminal.streams.signal?.aborted ? new InterruptedError() : decodeError(cause);
  const { sent, isUnsure } = session ?? { sent: [], isUnsure: false };
  const message = messageOf(error);
  if (terminal.isJson) terminal.print(toJsonText({ error: { ...error, message, sent } }, 2));
  terminal.note(message);
  if (sent.length > 0) terminal.note(`Sent before that, or perhaps sent: ${sent.join(", ")}.`);
  if (isUnsure) terminal.note("Perhaps a transaction was sent: look at what the account sent last.");
  return exitCodeOf(error, sent.length + (isUnsure ? 1 : 0));
}
