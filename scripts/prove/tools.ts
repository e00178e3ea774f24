/**
 * The tools that npm does not have: halmos, a symbolic executor of EVM bytecode, and its solvers yices and z3, all from PyPI at
 * the versions of test/proofs/requirements.txt. They are installed once, into the user's cache.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "./compile.ts";

const run = promisify(execFile);

export interface Tools {
  halmos: string;
  yices: string;
  z3: string;
  /** A folder for PATH: see {@link install}. */
  path: string;
}

/** Why there are no tools, for the person who wants the proofs. */
export class NoTools extends Error {
  override readonly name = "NoTools";
}

const candidates = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python"];

async function findPython(): Promise<string> {
  for (const python of candidates) {
    try {
      await run(python, ["-c", "import sys, venv, ensurepip; assert (3, 11) <= sys.version_info"]);
      return python;
    } catch {
      // not this one
    }
  }
  throw new NoTools("no Python from 3.11 on, with venv and pip, was found");
}

/** @throws {NoTools} When Python or PyPI cannot be reached. */
export async function install(): Promise<Tools> {
  const requirements = join(root, "test/proofs/requirements.txt");
  const version = createHash("sha256")
    .update(await readFile(requirements))
    .digest("hex")
    .slice(0, 12);
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  const folder = join(cache, "micro-escrow", `prove-${version}`);
  const bin = join(folder, process.platform === "win32" ? "Scripts" : "bin");
  const tools = {
    halmos: join(bin, "halmos"),
    yices: join(bin, "yices-smt2"),
    z3: join(bin, "z3"),
    path: join(folder, "path"),
  };
  const complete = join(folder, "complete");
  if (await stat(complete).catch(() => undefined)) return tools;

  const python = await findPython();
  await rm(folder, { recursive: true, force: true });
  try {
    await run(python, ["-m", "venv", folder]);
    await run(join(bin, "python"), ["-m", "pip", "install", "--no-deps", "--requirement", requirements]);
  } catch (error) {
    throw new NoTools(`pip could not install ${requirements}: ${error instanceof Error ? error.message : error}`);
  }
  // Halmos has `forge` build the project first. It is built already.
  await mkdir(tools.path);
  await writeFile(join(tools.path, "forge"), "#!/bin/sh\nexit 0\n");
  await chmod(join(tools.path, "forge"), 0o755);
  await writeFile(complete, "");
  return tools;
}
