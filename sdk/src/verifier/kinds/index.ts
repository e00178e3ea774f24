/**
 * The kinds of checks that are built in.
 */
import type { CheckKind } from "../check.js";
import { archive } from "./archive.js";
import { type CommandLimits, commandKind } from "./command.js";
import { files } from "./files.js";
import { unjudged } from "./judgement.js";
import { language, reading } from "./language.js";
import { original } from "./original.js";
import { dates, metric } from "./tables.js";
import { articles, headings, keywords, links, words } from "./text.js";

/** Those that look at the work alone. */
export const pureKinds: readonly CheckKind[] = [
  files,
  articles,
  words,
  headings,
  keywords,
  reading,
  language,
  links,
  original,
  archive,
  metric,
  dates,
];

/** All of them. One more of somebody's making is added behind them. */
export function builtInKinds(limits: CommandLimits): readonly CheckKind[] {
  return [...pureKinds, commandKind(limits), unjudged];
}
