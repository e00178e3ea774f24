/**
 * What each command is called, takes and does.
 */
import type { Command } from "commander";
import { draft } from "./draft.js";
import * as looking from "./looking.js";
import type { Session } from "./session.js";
import { init } from "./setup.js";
import * as verbs from "./verbs.js";

/** What a command does, with its arguments and then its options. */
type Work = (session: Session, ...parameters: never[]) => Promise<void>;

const CONFIRMATIONS = "when what is decided on counts as settled: safe, finalized, or after so many blocks";

/**
 * Defines every command.
 *
 * @param inSession Runs what a command does; `isFirst` when there may be no configuration yet.
 */
export function defineCommands(
  program: Command,
  inSession: (work: (session: Session) => Promise<void>, isFirst: boolean) => Promise<void>,
): void {
  const command = (name: string, description: string, work: Work, isFirst = false) =>
    program
      .command(name)
      .description(description)
      // Last comes the command itself.
      .action((...parameters) =>
        inSession((session) => work(session, ...(parameters.slice(0, -1) as never[])), isFirst),
      );
  const onAgreement = (name: string, description: string, work: Work) =>
    command(name, description, work).argument("<agreement>");
  const onMilestone = (name: string, description: string, work: Work) =>
    onAgreement(name, description, work).argument("<milestone>");

  const signable = (one: Command) => one.option("--sign", "only sign, for somebody else to send: see relay");
  const decision = (one: Command) =>
    signable(one)
      .option("--submission <number>", "refuse when another submission is the current one")
      .option("--deliverable <files...>", "refuse when these files are not what was submitted")
      .option("--confirmations <blocks>", CONFIRMATIONS);
  const document = (one: Command, what: string) =>
    one
      .option("--text <text>", `${what}: a text`)
      .option("--file <file>", `${what}: a file`)
      .option("--hash <hash>", `${what}: its SHA-256`);

  program.commandsGroup("Agreements:");
  command("init", "set up the endpoint and the key", init, true)
    .option("--new-key <file>", "make a key and write it into this encrypted keystore")
    .option("--import-key <file>", "write a private key that you have into this encrypted keystore")
    .option("--deploy", "deploy MicroEscrow when it is not on a development node");
  command("draft", "make an agreement, by questions or from a file of terms", draft)
    .argument("[terms]", "JSON file; - is standard input")
    .option("-o, --out <file>", "where to write the agreement", "agreement.json")
    .option("--force", "overwrite it")
    .option("--template", "print a file of terms to fill in");
  onAgreement("describe", "an agreement in plain sentences, with warnings", looking.describe);
  onAgreement("sign", "sign an agreement, for the other party to fund or send", verbs.sign)
    .option("-o, --out <file>", "where to write the signature, beside printing it")
    .option("--force", "overwrite it");
  signable(onAgreement("accept", "accept an agreement on the chain", verbs.accept))
    .option("--party <address>", "record another party's consent")
    .option("--signature <signature>", "that party's signature, or its file");
  signable(onAgreement("close", "end the funding of an agreement for good", verbs.close));

  program.commandsGroup("Milestones:");
  signable(onAgreement("fund", "pay for milestones", verbs.fund))
    .argument("<milestones...>", "numbers, ranges like 2-4, or all")
    .option("--freelancer-signature <signature>", "the freelancer's consent, or its file, when it has not accepted yet")
    .option("--payment <way>", "allowance, permit or approve; with --sign: authorization or permit2", "auto");
  signable(onMilestone("submit", "submit work, as the freelancer", verbs.submit))
    .argument("[files...]", "one file, several, or one folder")
    .option("--hash <hash>", "the deliverable's SHA-256 instead of its files")
    .option("--manifest <file>", "where to write the list of several files, which the client needs")
    .option(
      "--store <places...>",
      "keep the files and the scope there: a folder, https://…, or ipfs:http://127.0.0.1:5001",
    )
    .option("--force", "overwrite the manifest");
  onMilestone("fetch", "get what was submitted from where it is stored, checked", looking.fetch)
    .requiredOption("--store <places...>", "where to look: folders, https://…, ipfs:http://127.0.0.1:5001")
    .requiredOption("-o, --out <folder>", "where to write the files")
    .option("--force", "overwrite files that are there");
  onMilestone(
    "check",
    "check work as the verifier will, before it is submitted",
    async (session: Session, ...rest: never[]) => {
      // What it needs is loaded with it alone.
      const { check } = await import("./check.js");
      return (check as Work)(session, ...rest);
    },
  )
    .argument("<files...>", "one file, several, or one folder")
    .option("--compare <places...>", "files or folders of other work that it must not repeat")
    .option("--tools <folders...>", "programs beside the system's that commands may use");
  decision(onMilestone("approve", "approve a milestone, as the client: the freelancer is paid", verbs.approve));
  document(
    decision(onMilestone("request-changes", "ask for changes, as the client", verbs.requestChanges)),
    "the reason",
  );
  document(decision(onMilestone("attest", "pass or fail a submission, as the verifier", verbs.attest)), "the report")
    .option("--passed", "the work meets its requirements")
    .option("--failed", "it does not");
  signable(onMilestone("extend", "give the freelancer more time, as the client", verbs.extend)).argument(
    "<until>",
    'a date, or a duration beyond the present clock, like "7 days"',
  );
  signable(onMilestone("advance", "pay a part of a milestone early, as the client", verbs.advance)).argument(
    "<amount>",
    "in whole tokens, or a percentage of what is held",
  );
  signable(onMilestone("refund", "give a milestone's money back, as the freelancer", verbs.refund));
  onMilestone("finalize", "make the default outcome happen once the clock has run out; anybody may", verbs.finalize);

  program.commandsGroup("Disputes:");
  for (const one of [
    signable(onMilestone("dispute", "hand a milestone to the arbiter", verbs.dispute)),
    onMilestone("evidence", "submit evidence on a disputed milestone", verbs.evidence),
  ]) {
    document(one, "the evidence").option(
      "--store <places...>",
      "keep it there, for whoever rules: a folder, https://…, or ipfs:http://127.0.0.1:5001",
    );
  }
  document(signable(onMilestone("rule", "divide a disputed milestone, as the arbiter", verbs.rule)), "the reasoning")
    .argument("<freelancer>", "the freelancer's part: in whole tokens, or a percentage of what the arbiter divides")
    .option("--confirmations <blocks>", CONFIRMATIONS);
  signable(onMilestone("settle", "divide a milestone's money, as both parties agree", verbs.settle))
    .argument("<freelancer>", "the freelancer's part: in whole tokens, or a percentage of what is held")
    .option("--with <files...>", "the other party's half, as settle --sign printed it");

  program.commandsGroup("Money and relaying:");
  command("withdraw", "pay an account what waits for it; anybody may", verbs.withdraw)
    .argument("<token>", "its address, or a symbol such as USDC")
    .argument("[account]", "default: your own");
  command("relay", "send what somebody else signed (--sign), and pay the network fee", verbs.relay).argument(
    "<file>",
    "what --sign printed; - is standard input",
  );

  program.commandsGroup("Looking:");
  onAgreement("status", "where an agreement stands, what happens next, and what you can do", looking.status);
  command("list", "the agreements of an account as client or freelancer", looking.list).argument(
    "[account]",
    "default: your own",
  );
  onAgreement("history", "everything that happened to an agreement", looking.history);
  command("statement", "an account's statement, compared with the chain", looking.statement)
    .argument("[account]", "default: your own")
    .option("--token <token>", "only this token: its address, or a symbol such as USDC")
    .option("--csv", "as CSV")
    .option("--cache <file>", "keep the escrow's events in this file, and read on from there the next time");
  onAgreement("watch", "tell of what happens to an agreement, as it happens", looking.watch)
    .option("--interval <seconds>", "between two looks", "4")
    .option("--until-done", "end when all milestones have ended");
}
