/**
 * Makes `npm ci` work under any Node from 20 on.
 *
 * npm takes optional native packages by the Node that it runs on itself, and Hardhat's (EDR) wants Node 22. Every npm
 * script here runs on the Node that is pinned as a dependency, but under an older one npm has left EDR's binding out by
 * then. So, when it is missing: the same npm once more, on the pinned Node, to add what it left out.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const pinnedNode = join(root, "node_modules/node/bin", process.platform === "win32" ? "node.exe" : "node");
const npm = process.env.npm_execpath;

function bindingLoads() {
  try {
    createRequire(import.meta.url)("@nomicfoundation/edr");
    return true;
  } catch {
    return false;
  }
}

const problem = "Hardhat's native part (@nomicfoundation/edr) is missing";

if (!bindingLoads()) {
  if (process.env.MICRO_ESCROW_SECOND_INSTALL !== undefined) {
    console.error(`${problem} for ${process.platform} ${process.arch}; it cannot run on this machine.`);
  } else if (npm === undefined || !existsSync(pinnedNode)) {
    console.error(`${problem}. Run \`npm ci\` with install scripts enabled, or under Node 24.`);
  } else {
    console.log(`${problem}: npm left it out under this Node. Adding it under the pinned one.`);
    const { status } = spawnSync(pinnedNode, [npm, "install", "--no-save", "--no-audit", "--no-fund"], {
      cwd: root,
      stdio: "inherit",
      env: { ...process.env, MICRO_ESCROW_SECOND_INSTALL: "1" },
    });
    process.exitCode = status ?? 1;
  }
}
