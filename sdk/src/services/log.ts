/**
 * What a service says: a line of JSON for each event. Nothing secret is ever handed to it: of an error it is told the code and
 * the words, not the error, whose causes have the endpoint's whole address in them.
 */
import { Writable } from "node:stream";
import { type Logger, pino, stdTimeFunctions } from "pino";
import { decodeError } from "../revert.js";
import { inert } from "../text.js";

export type Log = Logger;

/** @param stream Where the lines go: a process' standard error. */
export function createLog(stream: Writable, service: string): Log {
  return pino(
    {
      base: { service },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    stream,
  );
}

/** Most characters of what others wrote. */
const LONGEST = 500;

/** An error as a log has it. Some of its words are what others wrote: a token's reason, an endpoint's answer. */
export function wordsOf(error: unknown): { readonly code: string; readonly reason: string } {
  const { code, message } = decodeError(error);
  return { code, reason: inert(message, LONGEST) };
}

/** A stream whose lines become a log's: for what else would write to the standard error. */
export function logStream(log: Log, source: string): Writable {
  let begun = "";
  return new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _, done) {
      const lines = `${begun}${chunk}`.split("\n");
      begun = (lines.pop() ?? "").slice(-LONGEST);
      for (const line of lines) if (line.trim() !== "") log.info({ source, text: inert(line, LONGEST) }, "Said");
      done();
    },
  });
}
