/**
 * `npm run dapp [-- --port N] [--rpc-port N]`: the web app of sdk/examples/dapp with a chain of its own on this machine, on which
 * people have accounts and gigs are under way. It runs until Ctrl-C. Exit code 1 when it cannot start, or its chain ends.
 */
import { readOptions, runScript } from "./script.ts";

const { port, "rpc-port": rpcPort } = readOptions("npm run dapp -- [--port N] [--rpc-port N]", {
  port: { type: "string" },
  "rpc-port": { type: "string" },
});
await runScript(async () => {
  const { runDapp } = await import("./dapp/run.ts");
  await runDapp({ port, rpcPort });
});
