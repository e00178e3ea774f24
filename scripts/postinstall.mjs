/**
 * Makes `npm ci` work under any Node from 20 on.
 *
 * npm takes optional native packages by the Node that it runs on itself: Hardhat's (EDR) want Node 22, Vite's (Rolldown)
 * none of 22.0 to 22.11. Every npm script here runs on the Node that is pinned as a dependency, but under another one npm
 * has left them out by then. So, when one is missing: the same npm once more, on the pinned Node, to add what it left out.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const pinnedNode = join(root, "node_modules/node/bin", process.platform === "win32" ? "node.exe" : "node");
const npm = process.env.npm_execpath;

function edrLoads() {
  try {
    createRequire(import.meta.url)("@nomicfoundation/edr");
    return true;
  } catch {
    return false;
  }
}

/** Whether it loads says nothing: this Node may be too old for what is around it. */
function hasRolldown() {
  const packages = join(root, "node_modules/@rolldown");
  return existsSync(packages) && readdirSync(packages).some((name) => name.startsWith("binding-"));
}

const missing = [
  ...(edrLoads() ? [] : ["Hardhat's native part (@nomicfoundation/edr)"]),
  ...(hasRolldown() ? [] : ["Vite's native part (rolldown)"]),
];
const problem = `${missing.join(" and ")} ${missing.length > 1 ? "are" : "is"} missing`;

if (missing.length > 0) {
  if (process.env.MICRO_ESCROW_SECOND_INSTALL !== undefined) {
    console.error(`${problem} for ${process.platform} ${process.arch}: what needs it cannot run on this machine.`);
  } else if (npm === undefined || !existsSync(pinnedNode)) {
    console.error(`${problem}. Run \`npm ci\` with install scripts enabled, or under Node 24.`);
  } else {
    console.log(`${problem}, left out by npm under this Node. Adding what is missing under the pinned one.`);
    const { status } = spawnSync(pinnedNode, [npm, "install", "--no-save", "--no-audit", "--no-fund"], {
      cwd: root,
      stdio: "inherit",
      env: { ...process.env, MICRO_ESCROW_SECOND_INSTALL: "1" },
    });
    process.exitCode = status ?? 1;
  }
}
