/**
 * What the command line says and asks. Results go to standard output, and all else (progress, questions, failures in words)
 * to standard error; with `--json`, standard output has JSON alone.
 */
import type { Readable, Writable } from "node:stream";
import { confirm, isCancel, password, select, text } from "@clack/prompts";
import { MicroEscrowError } from "../errors.js";
import { DeclinedError, UsageError } from "./errors.js";

/** What a process has. */
export interface Streams {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable;
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when whoever uses it wants to end; `watch` ends by it alone. */
  readonly signal?: AbortSignal;
}

/** How to talk. */
export interface TerminalOptions {
  /** Results as JSON. */
  readonly json?: boolean;
  /** Nobody is asked whether to sign or send. */
  readonly yes?: boolean;
}

/** A question whose answer must be readable: what makes it a value throws one of the SDK's errors when it cannot. */
export interface Question<T> {
  readonly message: string;
  readonly read: (answer: string) => T;
  readonly example?: string;
  /** What an empty answer stands for. */
  readonly initial?: string;
}

/** JSON with amounts as decimal text. */
export function toJsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, (_, one: unknown) => (typeof one === "bigint" ? one.toString() : one), indent);
}

/** What every prompt is told. */
interface Prompt {
  readonly input: Readable;
  readonly output: Writable;
  readonly withGuide: boolean;
  readonly signal: AbortSignal;
}

export class Terminal {
  readonly streams: Streams;
  readonly #options: () => TerminalOptions;

  /** @param options Asked for when they are needed: the command line is read after this is there. */
  constructor(streams: Streams, options: () => TerminalOptions) {
    this.streams = streams;
    this.#options = options;
  }

  get isJson(): boolean {
    return this.#options().json === true;
  }

  /** Whether somebody can answer questions. */
  get isInteractive(): boolean {
    return this.streams.stdin.isTTY === true && this.streams.stderr.isTTY === true;
  }

  /** A command's result: lines for people, or one JSON document. */
  result(lines: readonly string[], json: unknown): void {
    this.print(this.isJson ? toJsonText(json, 2) : lines.join("\n"));
  }

  /** One of many results: a line for people, or a line of JSON. */
  item(line: string, json: unknown): void {
    this.print(this.isJson ? toJsonText(json) : line);
  }

  /** Something for standard output as it is. */
  print(text: string): void {
    if (text !== "") this.streams.stdout.write(`${text}\n`);
  }

  /** What is going on, for whoever watches. */
  note(...lines: readonly string[]): void {
    for (const line of lines) this.streams.stderr.write(`${line}\n`);
  }

  /**
   * Goes on only when whoever uses it says yes.
   *
   * @throws {DeclinedError} When the answer is no.
   * @throws {UsageError} When nobody can be asked.
   */
  async confirm(message: string): Promise<void> {
    if (this.#options().yes) return;
    if (!this.isInteractive) throw new UsageError(`${message} Nobody can be asked here: say --yes.`);
    if (!(await this.#answer((prompt) => confirm({ ...prompt, message, initialValue: false }))))
      throw new DeclinedError();
  }

  /** Asks until the answer can be read. */
  async ask<T>({ message, read, example, initial }: Question<T>): Promise<T> {
    this.#needsPerson(message);
    const value = (answer: string | undefined): T => read(answer?.trim() || (initial ?? ""));
    const validate = (answer: string | undefined): string | undefined => {
      try {
        value(answer);
        return undefined;
      } catch (error) {
        if (error instanceof MicroEscrowError) return error.message;
        throw error;
      }
    };
    const placeholder = initial === undefined ? example : `${initial} (Enter takes this)`;
    const shown = {
      ...{ message, validate },
      ...(placeholder !== undefined && { placeholder }),
      ...(initial !== undefined && { defaultValue: initial }),
    };
    return value(await this.#answer((prompt) => text({ ...prompt, ...shown })));
  }

  /** Asks for one of several. */
  async choose<T extends string>(message: string, choices: Readonly<Partial<Record<T, string>>>): Promise<T> {
    this.#needsPerson(message);
    const options = Object.entries<string | undefined>(choices).map(([value, label = value]) => ({ value, label }));
    return (await this.#answer((prompt) => select({ ...prompt, message, options }))) as T;
  }

  /** Asks for what must not be shown. */
  async secret(message: string): Promise<string> {
    this.#needsPerson(message);
    const validate = (answer: string | undefined) => (answer ? undefined : "It is empty.");
    return this.#answer((prompt) => password({ ...prompt, message, validate }));
  }

  #needsPerson(message: string): void {
    if (!this.isInteractive) throw new UsageError(`${message} Nobody can be asked here: use the options, see --help.`);
  }

  /** The answer to a prompt, which ends without one when whoever is asked hangs up, by Ctrl-D or with the terminal. */
  async #answer<T>(prompt: (common: Prompt) => Promise<T>): Promise<Exclude<T, symbol>> {
    const { stdin, stderr, signal } = this.streams;
    if (stdin.readableEnded || stdin.destroyed) throw new DeclinedError();
    const gone = new AbortController();
    const hangUp = () => gone.abort();
    const onKey = (_: unknown, key: { readonly ctrl?: boolean; readonly name?: string }) => {
      if (key.ctrl === true && key.name === "d") hangUp();
    };
    stdin.on("keypress", onKey).once("close", hangUp);
    try {
      const signals = signal === undefined ? [gone.signal] : [gone.signal, signal];
      const common = { input: stdin, output: stderr, withGuide: false, signal: AbortSignal.any(signals) };
      const answer = await prompt(common);
      if (isCancel(answer)) throw new DeclinedError();
      return answer as Exclude<T, symbol>;
    } finally {
      stdin.off("keypress", onKey).off("close", hangUp);
    }
  }
}
