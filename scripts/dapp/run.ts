/** The web app at the terminal: what to open, who is there, what to try; until somebody ends it. */
import { type Gig, type PersonKey, people } from "../demo/gigs.ts";
import { hanging, paint } from "../demo/terminal.ts";
import { expect, ScriptError } from "../script.ts";
import { type Dapp, startDapp } from "./serve.ts";
import { stories } from "./stories.ts";

/** Where Vite serves pages, when that port is free. */
const USUAL_PORT = 5173;

/**
 * Runs the web app until a signal ends this process.
 *
 * @param options Ports as they were given.
 * @throws {ScriptError} When it cannot start, or its node ends.
 */
export async function runDapp({ port, rpcPort }: Readonly<Record<"port" | "rpcPort", string | undefined>>) {
  const ports = port === undefined ? [USUAL_PORT, 0] : [portOf("--port", port)];
  const options = { port: ports, rpcPort: rpcPort === undefined ? 0 : portOf("--rpc-port", rpcPort) };
  let dapp: Dapp | undefined;
  const signalled = new Promise<number>((resolve) => {
    for (const [signal, code] of [
      ["SIGINT", 130],
      ["SIGTERM", 143],
    ] as const) {
      process.once(signal, () => {
        process.exitCode = code;
        // What has only begun to start ends with this process.
        if (dapp === undefined) process.exit();
        resolve(code);
      });
    }
  });

  console.log(`${paint("bold", "MicroEscrow")} ${paint("dim", "builds its page and begins three gigs, one moment …")}`);
  dapp = await startDapp(options);
  console.log(greeting(dapp));
  const code = await Promise.race([signalled, dapp.ended]);
  await dapp.stop();
  if (code !== undefined) process.exit(code);
  throw new ScriptError("The node has ended, and what was on its chain is gone. Start it once more.");
}

function portOf(option: string, text: string): number {
  const port = Number(text);
  expect(/^\d{1,5}$/.test(text) && port > 0 && port < 65_536, `${option} is a number from 1 to 65535, not "${text}".`);
  return port;
}

/** What is there and what can be tried; the address comes last. */
function greeting({ url, rpc }: Dapp): string {
  return [
    "",
    ...stories.flatMap(({ gig, today }) => [hanging("  ", 2, introduction(gig)), hanging("  ", 2, today, "dim"), ""]),
    hanging("  ", 2, "Or begin a gig of your own: everybody has USDC, and you can be all of them in turn.", "dim"),
    "",
    paint("dim", `  The chain is on this machine alone; for a wallet of your own: ${rpc}, chain 31337.`),
    paint("dim", "  Ctrl-C ends it, and all that happened on it is forgotten."),
    "",
    `  Open ${paint("bold", url)}`,
  ].join("\n");
}

function introduction({ client, freelancer, arbiter, verifier, platform }: Gig): string {
  const named = (key: PersonKey) => `${people[key].name} (${people[key].about})`;
  return [
    `${named(client)} hires ${named(freelancer)}.`,
    `In a dispute: ${named(arbiter)}.`,
    ...(verifier ? [`Work is checked by ${named(verifier)}.`] : []),
    ...(platform ? [`A fee goes to ${named(platform)}.`] : []),
  ].join(" ");
}
