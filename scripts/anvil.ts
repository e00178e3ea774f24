/**
 * Anvil, Foundry's node: a second EVM for tests. It is no dependency, since the registry lacks its binaries for some platforms and
 * a lockfile without them would break `npm ci` there; `npm run test:anvil` has npm fetch it, at an exact version, when it is wanted.
 */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import type { Socket } from "node:net";
import { delimiter, join } from "node:path";

export interface Node {
  /** Where the node answers JSON-RPC. */
  readonly url: string;
  stop(): void;
}

/** Whether the tests are to run on Anvil, not on Hardhat's node. */
export const onAnvil = process.env.EVM === "anvil";

/** The executable itself, not its wrapper in Node: a process less per chain, and one that ends when it is told to. */
function executable(): string {
  const { platform, arch } = process;
  const file = `@foundry-rs/anvil-${platform}-${arch === "x64" ? "amd64" : arch}/bin/anvil${platform === "win32" ? ".exe" : ""}`;
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    try {
      return createRequire(join(folder, "anvil")).resolve(file);
    } catch {}
  }
  throw new Error(
    `${file} is not there: start this by \`npm run test:anvil\`. npm's registry may lack it for this platform.`,
  );
}

/**
 * Starts Anvil on 127.0.0.1; it ends with this process at the latest.
 *
 * @param port By default any free one.
 * @param initialDate The time of its first block, ISO 8601.
 */
export async function startAnvil({
  chainId = 31_337,
  initialDate,
  port = 0,
}: {
  chainId?: number;
  initialDate?: string;
  port?: number;
} = {}): Promise<Node> {
  // Hardhat's 20 accounts, and no CREATE2 deployer yet, as on any other new chain.
  const options = [`--port=${port}`, `--chain-id=${chainId}`, "--accounts=20", "--disable-default-create2-deployer"];
  if (initialDate !== undefined) options.push(`--timestamp=${Date.parse(initialDate) / 1_000}`);
  const child = spawn(executable(), options, { stdio: ["ignore", "pipe", "inherit"] });
  const stop = () => {
    process.off("exit", stop);
    child.kill();
  };
  process.on("exit", stop);
  const url = await new Promise<string>((resolve, reject) => {
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      const [, address] = /Listening on (\S+)\n/.exec(output) ?? [];
      if (address !== undefined) resolve(`http://${address}`);
    });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`Anvil ended with code ${code}. ${output}`)));
  });
  // Its pipe stays open, unread but drained, and neither keeps this process from ending.
  child.stdout.removeAllListeners("data").resume();
  (child.stdout as Socket).unref();
  child.unref();
  return { url, stop };
}
