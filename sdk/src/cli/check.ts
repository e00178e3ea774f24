/**
 * Work against the checks that its scope declares, as the verifier makes them: for the freelancer, before it is submitted.
 */
import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { cidOf } from "../deliverables.js";
import { escrowAddress } from "../deployments.js";
import { MicroEscrowError } from "../errors.js";
import { scopeHash } from "../scope.js";
import type { OtherWork } from "../verifier/check.js";
import { commandLimits } from "../verifier/kinds/command.js";
import { type Report, reportOf, reportToMarkdown } from "../verifier/report.js";
import { checkWork } from "../verifier/run.js";
import { UsageError } from "./errors.js";
import { agreementIn, type DeliverableOnDisk, deliverableOf, milestoneOf, withFile } from "./inputs.js";
import type { Session } from "./session.js";

/** The checks did not pass; nothing was sent. */
export class ChecksNotPassedError extends MicroEscrowError {
  declare readonly report: Report;

  constructor(report: Report) {
    const message =
      report.verdict === "failed"
        ? "The verifier would fail this work."
        : "The verifier would leave this work to humans.";
    super("ChecksNotPassed", message, { report });
  }
}

export interface CheckOptions {
  readonly compare?: readonly string[];
  readonly tools?: readonly string[];
}

/** Checks files as a milestone's work. */
export async function check(
  session: Session,
  file: string,
  milestone: string,
  paths: readonly string[],
  { compare = [], tools = [] }: CheckOptions,
): Promise<void> {
  const agreement = await agreementIn(file);
  const index = milestoneOf(agreement, milestone);
  const { scope, id } = agreement;
  if (scope === undefined) throw new UsageError(`${file} has no scope in it, which declares the checks.`);
  const deliverable = await deliverableOf(paths);
  const others = await Promise.all(
    compare.map(async (path): Promise<OtherWork> => {
      return { name: basename(resolve(path)), files: await contentsOf(await deliverableOf([path])) };
    }),
  );
  const checked = await checkWork({
    ...{ scope, index, files: await contentsOf(deliverable), others },
    limits: { ...commandLimits, tools: tools.map((folder) => resolve(folder)) },
    ...(session.terminal.streams.signal && { signal: session.terminal.streams.signal }),
  });
  const chainId = session.config.chainId ?? 31_337;
  const report = reportOf(
    {
      ...{ chainId, escrow: escrowAddress(chainId), agreement: id, milestone: index, submission: 0 },
      ...{ deliverable: deliverable.hash, scope: scopeHash(scope) },
    },
    checked,
  );
  if (report.verdict === "passed")
    return session.terminal.result(reportToMarkdown(report).trimEnd().split("\n"), report);
  if (!session.terminal.isJson) session.terminal.print(reportToMarkdown(report));
  throw new ChecksNotPassedError(report);
}

/** The files as the verifier gets them: one file without a manifest has no name, but its CID. */
async function contentsOf({ files, manifest, hash }: DeliverableOnDisk) {
  return Promise.all(
    files.map(({ path, file }) =>
      withFile(file, "The work", async () => ({
        path: manifest === undefined ? cidOf(hash) : path,
        bytes: new Uint8Array(await readFile(file)),
      })),
    ),
  );
}
