/**
 * The verifier: checks that a scope declares, run before the work is submitted and after it, the report on what they found, and
 * the service that attests by it. For Node alone.
 *
 * @example
 * import { checkProblems, checkWork } from "@micro-escrow/sdk/verifier";
 */

export { ModelPackagesMissingError } from "../judgement/errors.js";
export type { JudgeOptions } from "../judgement/judge.js";
export { Model, type ModelOptions, openModel } from "../judgement/model.js";
export { Spending } from "../judgement/spending.js";
export { ConfigurationError, StateTakenError } from "../services/errors.js";
export type { ServiceOptions } from "../services/service.js";
export { runVerifier, type VerifierOptions } from "../services/verifier/index.js";
export type { Answer, CheckKind, OtherWork, Result, Work } from "./check.js";
export type {
  ArchiveCheck,
  ArticlesCheck,
  Check,
  CommandCheck,
  DatesCheck,
  FilesCheck,
  FileType,
  HeadingsCheck,
  InFiles,
  InRows,
  InTexts,
  JudgedCriterion,
  JudgementCheck,
  KeywordsCheck,
  LanguageCheck,
  LinksCheck,
  MetricCheck,
  OriginalCheck,
  Range,
  ReadingCheck,
  WordsCheck,
} from "./checks.js";
export { type CommandLimits, commandLimits } from "./kinds/command.js";
export { type Judge, judgementKind } from "./kinds/judgement.js";
export type { Reader } from "./read.js";
export { type Report, type ReportSubject, reportOf, reportToMarkdown, serializeReport } from "./report.js";
export { type Checked, type CheckResult, type CheckWorkParameters, checkProblems, checkWork } from "./run.js";
