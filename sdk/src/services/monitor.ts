/**
 * How a service is: metrics for Prometheus at `/metrics`, and `/health`, which answers with status 503 and the reasons when
 * something is wrong.
 */
import { createServer } from "node:http";
import { Counter, Gauge, Registry } from "prom-client";
import type { Listen } from "./config.js";
import { ListenError } from "./errors.js";

/** What is wrong, as a sentence; `undefined` when nothing is. */
export type HealthCheck = () => string | undefined;

/** The beginning of every metric's name. */
const PREFIX = "micro_escrow_";

export class Monitor {
  readonly #registry = new Registry();
  readonly #checks: HealthCheck[] = [];
  readonly #failures: Counter<"reason">;
  #block: { readonly number: number; readonly time: number } | undefined;
  /** Milliseconds of this process' own clock, which nobody sets. */
  #lastRead = performance.now();
  #lastSuccess = 0;

  /** @param patience Seconds without reading the chain after which the service counts as unhealthy. */
  constructor(service: string, patience: number) {
    this.#registry.setDefaultLabels({ service });
    this.#failures = this.counter("failures_total", "Steps that failed, by the error's code", ["reason"]);
    this.gauge("block_height", "Number of the newest block that was read", () => this.#block?.number ?? 0);
    this.gauge("block_age_seconds", "Seconds since the time of the newest block that was read", () =>
      this.#block === undefined ? 0 : Date.now() / 1_000 - this.#block.time,
    );
    this.gauge("last_success_seconds", "When the last step ended well, Unix seconds", () => this.#lastSuccess);
    this.check(() => {
      const seconds = Math.floor((performance.now() - this.#lastRead) / 1_000);
      return seconds > patience ? `The chain was not read for ${seconds} seconds.` : undefined;
    });
  }

  /** A metric that is asked for its value, or set. */
  gauge(name: string, help: string, value?: () => number): Gauge {
    return new Gauge({
      name: `${PREFIX}${name}`,
      help,
      registers: [this.#registry],
      ...(value !== undefined && {
        collect() {
          this.set(value());
        },
      }),
    });
  }

  /** A metric that only grows. */
  counter<Label extends string>(name: string, help: string, labelNames: readonly Label[] = []): Counter<Label> {
    return new Counter({ name: `${PREFIX}${name}`, help, labelNames: [...labelNames], registers: [this.#registry] });
  }

  /** Adds something that must be well. */
  check(check: HealthCheck): void {
    this.#checks.push(check);
  }

  /** The chain was read. */
  read({ number, timestamp }: { readonly number: number; readonly timestamp: number }): void {
    this.#block = { number, time: timestamp };
    this.#lastRead = performance.now();
  }

  /** A step ended well. */
  succeeded(): void {
    this.#lastSuccess = Math.floor(Date.now() / 1_000);
  }

  /** A step failed. */
  failed(code: string): void {
    this.#failures.inc({ reason: code });
  }

  /** What is wrong, in sentences. */
  problems(): readonly string[] {
    return this.#checks.flatMap((check) => check() ?? []);
  }

  /** All metrics, as Prometheus reads them. */
  metrics(): Promise<string> {
    return this.#registry.metrics();
  }

  /**
   * Answers at an address and port until it is stopped.
   *
   * @throws {ListenError} When something else listens there: another process with this configuration, perhaps.
   */
  async serve({ host, port }: Listen): Promise<{ readonly port: number; stop(): Promise<void> }> {
    const server = createServer(async (request, response) => {
      const answer = (status: number, type: string, body: string) =>
        response.writeHead(status, { "content-type": type, "cache-control": "no-store" }).end(body);
      if (request.method !== "GET" && request.method !== "HEAD") return answer(405, "text/plain", "GET alone\n");
      if (request.url === "/metrics") return answer(200, this.#registry.contentType, await this.metrics());
      if (request.url !== "/health") return answer(404, "text/plain", "There are /health and /metrics\n");
      const problems = this.problems();
      const isHealthy = problems.length === 0;
      return answer(isHealthy ? 200 : 503, "application/json", `${JSON.stringify({ healthy: isHealthy, problems })}\n`);
    });
    await new Promise<void>((done, fail) => server.once("error", fail).listen(port, host, done)).catch(
      (cause: Error) => {
        throw new ListenError({ at: `${host}:${port}`, reason: cause.message }, { cause });
      },
    );
    const bound = server.address();
    return {
      port: typeof bound === "object" && bound !== null ? bound.port : port,
      stop: () =>
        new Promise((done) => {
          server.close(() => done());
          server.closeAllConnections();
        }),
    };
  }
}
