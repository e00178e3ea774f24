/**
 * The command line: what each command is called and takes. What a command does is in the files beside this one.
 */
import { createRequire } from "node:module";
import { Command, CommanderError } from "commander";
import { decodeError } from "../revert.js";
import { serializeAgreement } from "../serialize.js";
import { isThere } from "./config.js";
import { draftByAsking, draftFrom, TEMPLATE } from "./draft.js";
import { ExitCode, exitCodeOf, exitCodes, InterruptedError, messageOf, UsageError } from "./errors.js";
import { writeNew } from "./inputs.js";
import * as looking from "./looking.js";
import { type CommonOptions, Session } from "./session.js";
import { init } from "./setup.js";
import { type Streams, Terminal, toJsonText } from "./terminal.js";
import * as verbs from "./verbs.js";

const { version } = createRequire(import.meta.url)("../../package.json") as { readonly version: string };

const EPILOGUE = `
An agreement is its file, or its id (0x…). Milestones count from 1. With --json, standard output has one JSON document (for
watch, one per line), in which indices count from 0 and amounts are base units; a failure is {"error": …}.

Environment: MICRO_ESCROW_RPC, MICRO_ESCROW_PRIVATE_KEY, MICRO_ESCROW_PASSWORD (of the keystore), MICRO_ESCROW_CONFIG.

Exit codes:
${exitCodes.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`).join("\n")}`;

const CONFIRMATIONS = "when what is decided on counts as settled: safe, finalized, or after so many blocks";

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

  define(program, terminal, async (work, isFirst = false) => {
    session = await Session.create(terminal, common(), isFirst);
    await work(session);
  });
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => void streams.stdout.write(text),
      writeErr: (text) => void streams.stderr.write(text),
    });
  }
  const interruption = new Interruption(streams.signal);
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

/** The end of a command by a signal. */
class Interruption {
  readonly thrown: Promise<never>;
  readonly forget: () => void;

  constructor(signal: AbortSignal | undefined) {
    let timer: NodeJS.Timeout | undefined;
    let abort = () => {};
    this.thrown = new Promise((_, reject) => {
      abort = () => {
        timer = setTimeout(() => reject(new InterruptedError()), GRACE);
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

/** Runs a command's work in a session. */
type InSession = (work: (session: Session) => Promise<void>, isFirst?: boolean) => Promise<void>;

function define(program: Command, terminal: Terminal, inSession: InSession): void {
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

  const signable = (command: Command) => command.option("--sign", "only sign, for somebody else to send: see relay");
  const document = (command: Command, what: string) =>
    command
      .option("--text <text>", `${what}: a text`)
      .option("--file <file>", `${what}: a file`)
      .option("--hash <hash>", `${what}: its SHA-256`);
  const decision = (command: Command) =>
    signable(command)
      .option("--submission <number>", "refuse when another submission is the current one")
      .option("--deliverable <files...>", "refuse when these files are not what was submitted")
      .option("--confirmations <blocks>", CONFIRMATIONS);

  program.commandsGroup("Agreements:");
  program
    .command("init")
    .description("set up the endpoint and the key")
    .option("--new-key <file>", "make a key and write it into this encrypted keystore")
    .option("--import-key <file>", "write a private key that you have into this encrypted keystore")
    .option("--deploy", "deploy MicroEscrow when it is not on a development node")
    .action((options) => inSession((session) => init(session, options), true));
  program
    .command("draft")
    .description("make an agreement, by questions or from a file of terms")
    .argument("[terms]", "JSON file; - is standard input")
    .option("-o, --out <file>", "where to write the agreement", "agreement.json")
    .option("--force", "overwrite it")
    .option("--template", "print a file of terms to fill in")
    .action(async (file: string | undefined, options: { out: string; force?: boolean; template?: boolean }) => {
      if (options.template) return terminal.print(toJsonText(TEMPLATE, 2));
      await inSession(async (session) => {
        const escrow = await session.reader();
        if (!options.force && (await isThere(options.out))) {
          throw new UsageError(`${options.out} is there already; name another with --out, or say --force.`);
        }
        const agreement = await (file === undefined
          ? draftByAsking(terminal, escrow)
          : draftFrom(terminal, escrow, file));
        await verbs.explain({ session, escrow }, agreement);
        await writeNew(options.out, serializeAgreement(agreement), options.force);
        terminal.result([`Wrote ${options.out}, agreement ${agreement.id}.`], {
          agreement: agreement.id,
          file: options.out,
        });
      });
    });
  program
    .command("describe")
    .description("an agreement in plain sentences, with warnings")
    .argument("<agreement>")
    .action((file: string) => inSession((session) => looking.describe(session, file)));
  program
    .command("sign")
    .description("sign an agreement, for the other party to fund or send")
    .argument("<agreement>", "its file")
    .option("-o, --out <file>", "where to write the signature, beside printing it")
    .option("--force", "overwrite it")
    .action((file: string, options) => inSession((session) => verbs.sign(session, file, options)));
  signable(
    program
      .command("accept")
      .description("accept an agreement on the chain")
      .argument("<agreement>")
      .option("--party <address>", "record another party's consent")
      .option("--signature <signature>", "that party's signature, or its file"),
  ).action((file: string, options) => inSession((session) => verbs.accept(session, file, options)));
  signable(
    program.command("close").description("end the funding of an agreement for good").argument("<agreement>"),
  ).action((file: string, options) => inSession((session) => verbs.close(session, file, options)));

  program.commandsGroup("Milestones:");
  signable(
    program
      .command("fund")
      .description("pay for milestones")
      .argument("<agreement>")
      .argument("<milestones...>", "numbers, ranges like 2-4, or all")
      .option(
        "--freelancer-signature <signature>",
        "the freelancer's consent, or its file, when it has not accepted yet",
      )
      .option("--payment <way>", "allowance, permit or approve; with --sign: authorization or permit2", "auto"),
  ).action((file: string, milestones: string[], options) =>
    inSession((session) => verbs.fund(session, file, milestones, options)),
  );
  signable(
    program
      .command("submit")
      .description("submit work, as the freelancer")
      .argument("<agreement>")
      .argument("<milestone>")
      .argument("[files...]", "one file, several, or one folder")
      .option("--hash <hash>", "the deliverable's SHA-256 instead of its files")
      .option("--manifest <file>", "where to write the list of several files, which the client needs")
      .option("--store <places...>", "keep the files there: a folder, https://…, or ipfs:http://127.0.0.1:5001")
      .option("--force", "overwrite the manifest"),
  ).action((file: string, milestone: string, files: string[], options) =>
    inSession((session) => verbs.submit(session, file, milestone, files, options)),
  );
  program
    .command("fetch")
    .description("get what was submitted from where it is stored, checked")
    .argument("<agreement>")
    .argument("<milestone>")
    .requiredOption("--store <places...>", "where to look: folders, https://…, ipfs:http://127.0.0.1:5001")
    .requiredOption("-o, --out <folder>", "where to write the files")
    .option("--force", "overwrite files that are there")
    .action((file: string, milestone: string, options) =>
      inSession((session) => looking.fetch(session, file, milestone, options)),
    );
  decision(
    program
      .command("approve")
      .description("approve a milestone, as the client: the freelancer is paid")
      .argument("<agreement>")
      .argument("<milestone>"),
  ).action((file: string, milestone: string, options) =>
    inSession((session) => verbs.approve(session, file, milestone, options)),
  );
  document(
    decision(
      program
        .command("request-changes")
        .description("ask for changes, as the client")
        .argument("<agreement>")
        .argument("<milestone>"),
    ),
    "the reason",
  ).action((file: string, milestone: string, options) =>
    inSession((session) => verbs.requestChanges(session, file, milestone, options)),
  );
  document(
    decision(
      program
        .command("attest")
        .description("pass or fail a submission, as the verifier")
        .argument("<agreement>")
        .argument("<milestone>")
        .option("--passed", "the work meets its requirements")
        .option("--failed", "it does not"),
    ),
    "the report",
  ).action((file: string, milestone: string, options) =>
    inSession((session) => verbs.attest(session, file, milestone, options)),
  );
  signable(
    program
      .command("extend")
      .description("give the freelancer more time, as the client")
      .argument("<agreement>")
      .argument("<milestone>")
      .argument("<until>", 'a date, or a duration beyond the present clock, like "7 days"'),
  ).action((file: string, milestone: string, until: string, options) =>
    inSession((session) => verbs.extend(session, file, milestone, until, options)),
  );
  signable(
    program
      .command("advance")
      .description("pay a part of a milestone early, as the client")
      .argument("<agreement>")
      .argument("<milestone>")
      .argument("<amount>", "in whole tokens, or a percentage of what is held"),
  ).action((file: string, milestone: string, amount: string, options) =>
    inSession((session) => verbs.advance(session, file, milestone, amount, options)),
  );
  signable(
    program
      .command("refund")
      .description("give a milestone's money back, as the freelancer")
      .argument("<agreement>")
      .argument("<milestone>"),
  ).action((file: string, milestone: string, options) =>
    inSession((session) => verbs.refund(session, file, milestone, options)),
  );
  program
    .command("finalize")
    .description("make the default outcome happen once the clock has run out; anybody may")
    .argument("<agreement>")
    .argument("<milestone>")
    .action((file: string, milestone: string, options) =>
      inSession((session) => verbs.finalize(session, file, milestone, options)),
    );

  program.commandsGroup("Disputes:");
  document(
    signable(
      program
        .command("dispute")
        .description("hand a milestone to the arbiter")
        .argument("<agreement>")
        .argument("<milestone>"),
    ),
    "the evidence",
  ).action((file: string, milestone: string, options) =>
    inSession((session) => verbs.dispute(session, file, milestone, options)),
  );
  document(
    program
      .command("evidence")
      .description("submit evidence on a disputed milestone")
      .argument("<agreement>")
      .argument("<milestone>"),
    "the evidence",
  ).action((file: string, milestone: string, options) =>
    inSession((session) => verbs.evidence(session, file, milestone, options)),
  );
  document(
    signable(
      program
        .command("rule")
        .description("divide a disputed milestone, as the arbiter")
        .argument("<agreement>")
        .argument("<milestone>")
        .argument(
          "<freelancer>",
          "the freelancer's part: in whole tokens, or a percentage of what the arbiter divides",
        ),
    ),
    "the reasoning",
  ).action((file: string, milestone: string, share: string, options) =>
    inSession((session) => verbs.rule(session, file, milestone, share, options)),
  );
  signable(
    program
      .command("settle")
      .description("divide a milestone's money, as both parties agree")
      .argument("<agreement>")
      .argument("<milestone>")
      .argument("<freelancer>", "the freelancer's part: in whole tokens, or a percentage of what is held")
      .option("--with <files...>", "the other party's half, as settle --sign printed it"),
  ).action((file: string, milestone: string, share: string, options) =>
    inSession((session) => verbs.settle(session, file, milestone, share, options)),
  );

  program.commandsGroup("Money and relaying:");
  program
    .command("withdraw")
    .description("pay an account what waits for it; anybody may")
    .argument("<token>", "its address, or a symbol such as USDC")
    .argument("[account]", "default: your own")
    .action((token: string, account: string | undefined) =>
      inSession((session) => verbs.withdraw(session, token, account)),
    );
  program
    .command("relay")
    .description("send what somebody else signed (--sign), and pay the network fee")
    .argument("<file>", "what --sign printed; - is standard input")
    .action((file: string) => inSession((session) => verbs.relay(session, file)));

  program.commandsGroup("Looking:");
  program
    .command("status")
    .description("where an agreement stands, what happens next, and what you can do")
    .argument("<agreement>")
    .action((file: string) => inSession((session) => looking.status(session, file)));
  program
    .command("list")
    .description("the agreements of an account as client or freelancer")
    .argument("[account]", "default: your own")
    .action((account: string | undefined) => inSession((session) => looking.list(session, account)));
  program
    .command("history")
    .description("everything that happened to an agreement")
    .argument("<agreement>")
    .action((file: string) => inSession((session) => looking.history(session, file)));
  program
    .command("statement")
    .description("an account's statement, compared with the chain")
    .argument("[account]", "default: your own")
    .option("--token <token>", "only this token: its address, or a symbol such as USDC")
    .option("--csv", "as CSV")
    .option("--cache <file>", "keep the escrow's events in this file, and read on from there the next time")
    .action((account: string | undefined, options) =>
      inSession((session) => looking.statement(session, account, options)),
    );
  program
    .command("watch")
    .description("tell of what happens to an agreement, as it happens")
    .argument("<agreement>")
    .option("--interval <seconds>", "between two looks", "4")
    .option("--until-done", "end when all milestones have ended")
    .action((file: string, options) => inSession((session) => looking.watch(session, file, options)));
}
