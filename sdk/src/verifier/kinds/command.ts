import { inert } from "../../text.js";
import { type UnpackedFile, unpack, unpackLimits } from "../archive.js";
import { type Answer, answerOf, type CheckKind, failed, unclear, type Work } from "../check.js";
import type { CommandCheck } from "../checks.js";
import { fits } from "../glob.js";
import { glob, listOf, members, oneOf, only, optional, refuse, text, whole } from "../read.js";
import { parseJunit, parseTap } from "../results.js";
import { runInSandbox, type SandboxJob, type SandboxOutcome, SandboxUnavailable } from "../sandbox.js";

/** What a verifier gives to commands. */
export interface CommandLimits {
  /** Seconds, and MiB of memory: what a scope asks for beyond them is not run. */
  readonly seconds: number;
  readonly memory: number;
  /** MiB of the folder that it works in. */
  readonly disk: number;
  /** Processes and threads. */
  readonly processes: number;
  /** Folders with more programs than the system's: Node, a compiler. Their content can be read by what runs. */
  readonly tools: readonly string[];
}

/** What a verifier gives when nobody says otherwise. */
export const commandLimits: CommandLimits = { seconds: 600, memory: 2_048, disk: 512, processes: 128, tools: [] };

const SECONDS = 60;
const MEMORY = 512;
/** Bytes of output, and of results. */
const OUTPUT = 4 * 1_024 * 1_024;
/** Characters of the output that a reason has: the end of it. */
const TAIL = 500;

/** A command in the sandbox, with what the verifier gives. */
export function commandKind(limits: CommandLimits, run = runInSandbox): CheckKind<CommandCheck> {
  return {
    kind: "command",
    read: members<CommandCheck>({
      kind: only("command"),
      run: listOf(argument),
      in: optional(glob),
      seconds: optional(whole(1, 86_400)),
      memory: optional(whole(16, 1_048_576)),
      results: optional(
        members<NonNullable<CommandCheck["results"]>>({
          format: oneOf(["junit", "tap"]),
          file: optional(fileName),
          atLeast: optional(whole(1, 1_000_000)),
        }),
      ),
    }),
    async check(declared, work, signal) {
      const { seconds = SECONDS, memory = MEMORY, results } = declared;
      if (seconds > limits.seconds) return unclear(`This verifier gives ${limits.seconds} seconds, not ${seconds}.`);
      if (memory > limits.memory) return unclear(`This verifier gives ${limits.memory} MiB of memory, not ${memory}.`);
      const files = await filesOf(declared, work, signal);
      if (!Array.isArray(files)) return files as Answer;
      const { disk, processes, tools } = limits;
      const file = results?.file;
      const job: SandboxJob = {
        ...{ command: declared.run, files, seconds, memory, disk, processes, output: OUTPUT, tools },
        ...(file !== undefined && { result: file }),
      };
      try {
        return answerTo(declared, await run(job, signal));
      } catch (error) {
        if (!(error instanceof SandboxUnavailable)) throw error;
        return unclear(`There is no sandbox here, and nothing runs without one: ${inert(error.message)}.`);
      }
    },
  };
}

/** What stands in the folder: the files of an archive, or the deliverable's. */
async function filesOf(
  { in: pattern }: CommandCheck,
  work: Work,
  signal: AbortSignal,
): Promise<readonly UnpackedFile[] | Answer> {
  if (pattern === undefined) return work.files.map((file) => ({ ...file, isExecutable: false }));
  const archives = work.files.filter(({ path }) => fits(path, pattern));
  const [archive] = archives;
  if (archive === undefined) return failed(`No file fits '${inert(pattern)}'.`);
  if (archives.length > 1)
    return failed(`${archives.length} files fit '${inert(pattern)}', and one archive is asked for.`);
  const files = await unpack(archive.bytes, unpackLimits, signal);
  return typeof files === "string" ? failed(`${inert(archive.path)} ${files}.`) : files;
}

function answerTo({ run, seconds = SECONDS, memory = MEMORY, results }: CommandCheck, outcome: SandboxOutcome): Answer {
  const name = `'${inert(run.join(" "), 80)}'`;
  const { end, code, output, errors } = outcome;
  const tail = [
    ...(output.trim() === "" ? [] : [`Its output ends: '${inert(output.slice(-TAIL), TAIL)}'.`]),
    ...(errors.trim() === "" ? [] : [`Its errors end: '${inert(errors.slice(-TAIL), TAIL)}'.`]),
  ];
  if (end === "out of time") return failed(`${name} took longer than ${seconds} seconds.`, ...tail);
  if (end === "out of memory") return failed(`${name} took more than ${memory} MiB of memory.`, ...tail);
  if (end === "too much output") return failed(`${name} wrote more than ${OUTPUT} bytes.`);
  if (code === undefined) return unclear(`${name} ended, and nobody knows how.`);
  const problems = code === 0 ? [] : [`${name} ended with exit code ${code}.`, ...tail];
  if (results === undefined) return answerOf(problems, [`${name} ended with exit code 0.`]);
  const given = results.file === undefined ? output : outcome.result;
  const where = results.file === undefined ? "Its output" : inert(results.file);
  const read = results.format === "junit" ? parseJunit(given) : parseTap(given);
  if (typeof read === "string") return answerOf([...problems, `${where} ${inert(read)}.`]);
  for (const test of read.failed.slice(0, 20)) problems.push(`The test '${inert(test)}' fails.`);
  if (read.failed.length > 20) problems.push(`${read.failed.length} tests fail.`);
  const { atLeast = 1 } = results;
  if (read.passed < atLeast) problems.push(`${read.passed} tests pass, and at least ${atLeast} are asked for.`);
  return answerOf(problems, [`${name} ended with exit code 0; ${read.passed} tests pass.`]);
}

function argument(value: unknown, path: string): string {
  const given = text(1_000)(value, path);
  return given.includes("\0") ? refuse(path, "a text with a zero byte") : given;
}

/** A path in the folder. */
function fileName(value: unknown, path: string): string {
  const given = text()(value, path);
  if (/^[\w.-]+(\/[\w.-]+)*$/.test(given) && !given.split("/").includes("..")) return given;
  return refuse(path, 'anything but a path like "reports/junit.xml"');
}
