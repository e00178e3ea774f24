/** The services as the processes that they are, and the line between one of them and the node. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, ScriptError } from "../script.ts";
import type { ServiceKey } from "./people.ts";

const command = join(import.meta.dirname, "../../sdk/bin/micro-escrow.js");

/** A service that runs: `micro-escrow keeper`, `verifier` or `first-instance`. */
export class Service {
  readonly name: ServiceKey;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #log = "";

  /**
   * @param config The configuration's file.
   * @param secrets Its environment, beside PATH.
   */
  constructor(name: ServiceKey, config: string, secrets: Readonly<Record<string, string>>) {
    this.name = name;
    const env = { PATH: process.env.PATH ?? "", ...secrets };
    const child = spawn(process.execPath, [command, name, "--config", config], {
      ...{ env, stdio: ["ignore", "ignore", "pipe"] },
    });
    child.stderr?.setEncoding("utf8").on("data", (piece: string) => {
      this.#log += piece;
    });
    this.#child = child;
    this.#ended = once(child, "close");
  }

  /** How often its log says something. */
  said(message: string): number {
    return this.#log.split(JSON.stringify(message)).length - 1;
  }

  /** @throws {ScriptError} When it ended. */
  expectToRun(): void {
    const { exitCode, signalCode } = this.#child;
    if (exitCode === null && signalCode === null) return;
    throw new ScriptError(`The ${this.name} ended (${exitCode ?? signalCode}). Its last words:\n${this.#lastWords()}`);
  }

  #lastWords(): string {
    return this.#log.trimEnd().split("\n").slice(-5).join("\n");
  }

  /** Kills it as a power failure does. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** Waits until it is gone. */
  async gone(): Promise<void> {
    await this.#ended;
  }

  /** Asks it to end, and waits until it has. */
  async stop(): Promise<void> {
    this.#child.kill("SIGTERM");
    await Promise.race([this.#ended, sleep(10_000, undefined, { ref: false })]);
    this.kill();
  }
}

/** The moment at which the process at the other end is killed: before the node has its transaction, or before it hears so. */
export type Moment = "before" | "after";

/** A line to the node that can be cut. */
export interface Line {
  readonly url: string;
  /** Whether nothing gets through. */
  isCut: boolean;
  /** Calls `act` once, when the next transaction leaves: from then on that request gets no answer. */
  atNextTransaction(moment: Moment, act: () => void): Promise<void>;
  close(): void;
}

/** Opens a line on a free port of 127.0.0.1. */
export async function openLine(node: string): Promise<Line> {
  let next: { readonly moment: Moment; readonly act: () => void } | undefined;
  const server = createServer(async (request, response) => {
    try {
      const body = await text(request);
      const armed = body.includes('"eth_sendRawTransaction"') ? next : undefined;
      if (armed !== undefined) next = undefined;
      if (armed?.moment === "before") {
        armed.act();
        throw new Error("The line broke.");
      }
      if (line.isCut) throw new Error("The line is cut.");
      const headers = { "content-type": "application/json" };
      const answer = await (await fetch(node, { method: "POST", headers, body })).text();
      armed?.act();
      if (armed !== undefined || line.isCut) throw new Error("The line broke.");
      response.writeHead(200, headers).end(answer);
    } catch {
      response.destroy(); // as an endpoint that is gone
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const line: Line = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    isCut: false,
    atNextTransaction: (moment, act) =>
      new Promise((resolve) => {
        next = {
          moment,
          act() {
            act();
            resolve();
          },
        };
      }),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  return line;
}

/**
 * Looks until there is something to see.
 *
 * @param what For whoever waited in vain.
 * @param running Which service it depends on.
 * @throws {ScriptError} After two minutes, or when the service ended.
 */
export async function eventually<T>(
  what: string,
  running: () => Service,
  look: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const end = performance.now() + 120_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    running().expectToRun();
    expect(performance.now() < end, `Waited two minutes in vain: ${what}.`);
    await sleep(100);
  }
}
