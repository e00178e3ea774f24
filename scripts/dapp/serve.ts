/** Serves the web app beside a chain of its own, at one address: the page, its demo world and the node's JSON-RPC. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, rmSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { type Plugin, preview } from "vite";
import { DEMO_PATH, type DemoDocument } from "../../sdk/examples/dapp/src/demo.ts";
import { connect, startChain } from "../demo/chain.ts";
import { expect, ScriptError } from "../script.ts";
import { beginning, stageWorld } from "./world.ts";

const HOST = "127.0.0.1";
/** The page's folder, its mode for the demo, and where that is built. */
const root = join(import.meta.dirname, "../../sdk/examples/dapp");
const MODE = "demo";
const OUT = "dist/demo";
/** Vite sets it where it is not set; who starts this process's children did not ask for that. */
const nodeEnv = process.env.NODE_ENV;

/** Milliseconds between blocks when nobody sends anything: clocks run out by the newest block's time. */
const BLOCK_TIME = 5_000;

/** What pages may not be told in a `<meta>`, and what all answers have. */
const headers = {
  "Content-Security-Policy": "frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
};

export interface DappOptions {
  /** Where the page is served, or several such ports, of which the first that is free is taken; 0 is any free one. */
  readonly port?: number | readonly number[];
  /** Where the node answers JSON-RPC to others than the page; 0 is any free one. */
  readonly rpcPort?: number;
  /** The page is built already, by an earlier call. */
  readonly isBuilt?: boolean;
}

/** The web app while it is served. */
export interface Dapp {
  /** Of the page, without a slash at the end. */
  readonly url: string;
  /** Of the node. */
  readonly rpc: string;
  /** Ends the server and the node; returns when both have ended. */
  stop(): Promise<void>;
  /** Settles when the node has ended, whoever ended it: without it the page is of no use. */
  readonly ended: Promise<void>;
}

/**
 * Starts a node, stages the demo's world on it, builds the page and serves them. All of it is on 127.0.0.1 alone; several can run
 * at once.
 *
 * @throws {ScriptError} When a port is taken, the page cannot be built, or the node does not start. Nothing is left running then.
 * @example
 * const { url, stop } = await startDapp();
 * await fetch(url);
 * await stop();
 */
export async function startDapp({ port = 0, rpcPort = 0, isBuilt = false }: DappOptions = {}): Promise<Dapp> {
  const ports = typeof port === "number" ? [port] : port;
  // Said before anything has begun.
  await freePort(ports);
  await freePort([rpcPort]);
  if (isBuilt) expect(existsSync(join(root, OUT, "index.html")), "The page is not built.");

  // Both to the end, also when one of them fails: nothing goes on behind a failure.
  const [built, staged] = await Promise.allSettled([isBuilt ? undefined : build(), stage(rpcPort)]);
  if (staged.status === "rejected") throw staged.reason;
  const { chain, world, stopClock } = staged.value;
  try {
    if (built.status === "rejected") throw built.reason;
    const server = await serve(await freePort(ports), chain.url, world);
    return {
      url: server.url,
      rpc: chain.url,
      ended: chain.ended,
      async stop() {
        stopClock();
        chain.stop();
        await Promise.all([server.close(), chain.ended]);
      },
    };
  } catch (error) {
    stopClock();
    chain.stop();
    await chain.ended;
    throw error;
  }
}

/** Starts the chain with the demo's world on it, whose time goes on. */
async function stage(rpcPort: number) {
  const chain = await startChain(beginning(), rpcPort);
  try {
    const world = await stageWorld(chain);
    const provider = connect(chain.url);
    const clock = setInterval(() => {
      // Nobody waits for it, and the node may just have ended.
      provider.send("evm_mine", []).catch(() => {});
    }, BLOCK_TIME);
    const stopClock = () => {
      clearInterval(clock);
      provider.destroy();
    };
    return { chain, world, stopClock };
  } catch (error) {
    chain.stop();
    await chain.ended;
    throw error;
  }
}

// ------------------------------------------------------------------------------------------------------------- the page

let building: Promise<void> | undefined;

/** Builds the page; whoever asks while it is being built gets the same. */
function build(): Promise<void> {
  building ??= runVite().finally(() => {
    building = undefined;
  });
  return building;
}

/**
 * Builds beside what may be served at present, also by other processes, and then takes its place: the names of what the page
 * loads are made from its contents, so whoever has the page open notices nothing.
 */
async function runVite(): Promise<void> {
  const out = join(root, OUT);
  const [next, last] = [`${out}-${process.pid}`, `${out}-${process.pid}-last`];
  try {
    await runViteInto(next);
    await rename(out, last).catch(unlessCode("ENOENT"));
    // Another process that has just built it did the same.
    await rename(next, out).catch(unlessCode("ENOTEMPTY", "EEXIST"));
  } finally {
    await Promise.all([next, last].map((path) => rm(path, { recursive: true, force: true })));
  }
}

/** Throws an error again, unless it has one of some codes. */
const unlessCode =
  (...codes: readonly string[]) =>
  (error: NodeJS.ErrnoException) => {
    if (error.code === undefined || !codes.includes(error.code)) throw error;
  };

/** In a process of its own: it would make this one's NODE_ENV "production", which whatever else runs here reads too. */
async function runViteInto(folder: string): Promise<void> {
  const vite = join(dirname(createRequire(import.meta.url).resolve("vite/package.json")), "bin/vite.js");
  const options = [`--mode=${MODE}`, `--outDir=${folder}`, "--logLevel=warn"];
  const child = spawn(process.execPath, [vite, "build", ...options], {
    cwd: root,
    env: { ...process.env, NODE_ENV: "production" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const kill = () => {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", kill);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  }
  const [code] = await once(child, "close");
  process.off("exit", kill);
  expect(code === 0, `The page could not be built.\n${said.trim()}`);
}

/** Serves the built page, the world and the node's JSON-RPC. */
async function serve(port: number, rpc: string, world: DemoDocument) {
  try {
    const server = await preview({
      root,
      mode: MODE,
      // What goes wrong between page and node is the page's to tell.
      logLevel: "silent",
      build: { outDir: OUT },
      // The page has one address, with whatever it shows behind the "#"; under another one it would find nothing that it loads.
      appType: "mpa",
      plugins: [serveWorld(world)],
      preview: {
        host: HOST,
        port,
        strictPort: true,
        open: false,
        cors: false,
        proxy: { "/rpc": { target: rpc, changeOrigin: true, rewrite: () => "/" } },
      },
    });
    return { url: `http://${HOST}:${port}`, close: () => server.close() };
  } finally {
    if (nodeEnv === undefined) delete process.env.NODE_ENV;
  }
}

/** Answers with the demo's world, and puts the headers on every answer. */
function serveWorld(world: DemoDocument): Plugin {
  const body = JSON.stringify(world);
  return {
    name: "micro-escrow-demo-world",
    configurePreviewServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
        if (request.url?.split("?")[0] !== `/${DEMO_PATH}`) return next();
        response.setHeader("Content-Type", "application/json; charset=utf-8");
        response.setHeader("Cache-Control", "no-store");
        response.end(body);
      });
    },
  };
}

// ---------------------------------------------------------------------------------------------------------------- ports

/**
 * The first of some ports that is free on 127.0.0.1; for 0, one that was free just now.
 *
 * @throws {ScriptError} When none is, or this user may use none.
 */
async function freePort(ports: readonly number[]): Promise<number> {
  let problem = "";
  for (const port of ports) {
    const server = createServer().listen(port, HOST);
    try {
      await once(server, "listening");
      const address = server.address();
      expect(typeof address === "object" && address !== null, "A server has no port.");
      return address.port;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      problem = code === "EADDRINUSE" ? `Port ${port} is taken.` : `Port ${port} cannot be used: ${message}.`;
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  }
  throw new ScriptError(`${problem} Choose another one, or leave it out.`);
}
