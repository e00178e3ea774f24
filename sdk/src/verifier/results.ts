/**
 * Results of tests, as data: JUnit's XML, or TAP. They come out of a stranger's program; nothing in them is done.
 */
import { SaxesParser } from "saxes";

/** What tests found. */
export interface TestResults {
  readonly passed: number;
  readonly skipped: number;
  /** The names of those that failed, as they are. */
  readonly failed: readonly string[];
}

/** The results, or why there are none: a sentence's end. */
export type ReadResults = TestResults | string;

const MAX_DEPTH = 100;

/**
 * JUnit's XML: every `testcase` counts by its own children; the sums in its attributes are somebody's word. Document types
 * are refused, and with them entities.
 */
export function parseJunit(text: string): ReadResults {
  const failed: string[] = [];
  let [all, skipped, problem]: [number, number, string | undefined] = [0, 0, undefined];
  let current: { readonly name: string; result: "passed" | "skipped" | "failed" } | undefined;
  let hasErrors = false;
  const parser = new SaxesParser();
  const path: string[] = [];
  parser.on("error", ({ message }) => {
    problem ??= `is not XML: ${message}`;
  });
  parser.on("doctype", () => {
    problem ??= "has a document type";
  });
  parser.on("opentag", ({ name, attributes }) => {
    path.push(name);
    if (path.length > MAX_DEPTH) problem ??= "is nested too deeply";
    if (name === "testcase") {
      const { classname = "", name: title = "" } = attributes as Record<string, string>;
      current = { name: [classname, title].filter(Boolean).join(": "), result: "passed" };
    } else if (name === "failure" || name === "error") {
      if (current === undefined) hasErrors = true;
      else current.result = "failed";
    } else if (name === "skipped" && current?.result === "passed") current.result = "skipped";
  });
  parser.on("closetag", ({ name }) => {
    path.pop();
    if (name !== "testcase" || current === undefined) return;
    all += 1;
    if (current.result === "failed") failed.push(current.name);
    if (current.result === "skipped") skipped += 1;
    current = undefined;
  });
  try {
    // Piece by piece, so that what is wrong at the beginning ends it.
    for (let at = 0; at < text.length && problem === undefined; at += 65_536) parser.write(text.slice(at, at + 65_536));
    if (problem === undefined) parser.close();
  } catch (error) {
    problem ??= `is not XML: ${(error as Error).message}`;
  }
  if (problem !== undefined) return problem;
  if (hasErrors) failed.push("a suite as a whole");
  return { passed: all - failed.length - skipped + (hasErrors ? 1 : 0), skipped, failed };
}

/**
 * TAP (versions 12 to 14): the tests of the outermost level. A plan that is not kept, tests out of order and `Bail out!` are
 * failures.
 */
export function parseTap(text: string): ReadResults {
  const failed: string[] = [];
  let [all, skipped]: [number, number] = [0, 0];
  let plan: number | undefined;
  let isBlock = false;
  for (const line of text.split(/\r?\n/)) {
    // What is indented is a subtest, which its parent sums up, or a block of YAML.
    if (/^\s+---\s*$/.test(line)) isBlock = true;
    else if (/^\s+\.\.\.\s*$/.test(line)) isBlock = false;
    if (isBlock || /^\s/.test(line)) continue;
    const planned = /^1\.\.(\d{1,7})(\s|$)/.exec(line);
    if (planned !== null) {
      if (plan !== undefined) return "has two plans";
      plan = Number(planned[1]);
      continue;
    }
    if (/^Bail out!/i.test(line)) failed.push(line);
    const test = /^(not )?ok\b(?:\s+(\d{1,9}))?(.*)$/.exec(line);
    if (test === null) continue;
    all += 1;
    const [, not, number, rest = ""] = test;
    const name = rest.replace(/^\s*-?\s*/, "") || `test ${all}`;
    if (number !== undefined && Number(number) !== all) return `has test ${number} where test ${all} should be`;
    if (/\s#\s*(skip|todo)/i.test(` ${rest}`)) skipped += 1;
    else if (not !== undefined) failed.push(name);
  }
  if (plan === undefined) return "has no plan (1..N)";
  if (plan !== all) return `has ${all} tests, and a plan of ${plan}`;
  return { passed: all - failed.length - skipped, skipped, failed };
}
