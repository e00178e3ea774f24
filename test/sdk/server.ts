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

/** In a `describe`: starts servers on free ports, which are stopped after the test, with all that hangs on them. */
export function serversOfEachTest(): (
  answer: Answer,
) => Promise<{ readonly url: string; readonly asked: readonly Asked[]; readonly closed: Promise<void> }> {
  const running: { stop(): Promise<unknown> }[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((server) => server.stop()));
  });
  return async (answer) => {
    const asked: Asked[] = [];
    let close = () => {};
    /** Resolves when somebody breaks off a request. */
    const closed = new Promise<void>((resolve) => (close = resolve));
    const server = createServer(async (request, response) => {
      response.on("close", () => {
        if (!response.writableFinished) close();
      });
      const { method = "", url: path = "", headers } = request;
      const one = { method, path, headers, body: Buffer.concat(await Array.fromAsync(request)) };
      asked.push(one);
      answer(one, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const stop = () => {
      const stopped = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      return stopped;
    };
    running.push({ stop });
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, closed };
  };
}
