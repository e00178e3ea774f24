/** HTTP servers of the tests' own making, on this computer. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a server was asked. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** Answers a request as it likes; left unanswered, it hangs. */
export type Answer = (asked: Asked, response: ServerResponse) => unknown;

/** A server that runs. */
export interface Server {
  readonly url: string;
  /** What it was asked, in this order. */
  readonly asked: readonly Asked[];
  /** Resolves when somebody leaves before the answer is whole. */
  readonly closed: Promise<void>;
  readonly stop: () => Promise<unknown>;
}

/** In a `describe`: starts servers on free ports, which are stopped after the test, with all that hangs on them. */
export function serversOfEachTest(): (answer: Answer) => Promise<Server> {
  const running: Server[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((server) => server.stop()));
  });
  return async (answer) => {
    const asked: Asked[] = [];
    let close = () => {};
    const closed = new Promise<void>((resolve) => (close = resolve));
    const server = createServer(async (request, response) => {
      response.on("close", () => {
        if (!response.writableFinished) close();
      });
      const { method = "", url: path = "", headers } = request;
      const pieces: Buffer[] = [];
      try {
        for await (const piece of request) pieces.push(piece);
      } catch {
        return;
      }
      const one = { method, path, headers, body: Buffer.concat(pieces) };
      asked.push(one);
      answer(one, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const stop = () => {
      const stopped = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      return stopped;
    };
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const started = { url, asked, closed, stop };
    running.push(started);
    return started;
  };
}
