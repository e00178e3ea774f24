/** What an SDK weighs: in a page, in node_modules, and until it is loaded. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { builtinModules } from "node:module";
import { join, relative, sep } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { closure } from "../../lockfile.ts";
import { median } from "./speed.ts";

/** A package as its user installs it. */
export interface Library {
  readonly name: string;
  /** Where it is installed, and by which name. */
  readonly folder: string;
  readonly package: string;
  /** What pages import of it: in words, and as a module. */
  readonly pages: Readonly<Record<string, string>>;
}

/** Sizes of one page's script, minified and gzipped, bytes. */
export interface PageSize {
  readonly withoutEthers: number;
  readonly withEthers: number;
}

/** What is there once a library and all that it needs are installed. */
export interface Installed {
  readonly packages: number;
  readonly bytes: number;
}

/** A module's script for browsers. */
export async function measurePage({ folder }: Library, source: string): Promise<PageSize> {
  return {
    withoutEthers: await bundleSize(folder, source, ["ethers", "@ethersproject/*"]),
    withEthers: await bundleSize(folder, source, []),
  };
}

async function bundleSize(folder: string, contents: string, external: readonly string[]): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: folder },
    // What a page brings along anyway, and what only Node has: for the benefit of those who need it.
    external: [...external, "react", "react-dom", ...builtinModules],
    define: { "process.env.NODE_ENV": '"production"' },
    ...{ bundle: true, minify: true, write: false, logLevel: "silent" },
    ...{ platform: "browser", format: "esm", target: "es2022" },
  });
  const [script] = outputFiles;
  if (script === undefined) throw new Error("esbuild wrote nothing");
  return gzipSync(script.contents, { level: 9 }).length;
}

/** What a library installs, with everything that it needs; packages of types are among it. */
export async function measureInstalled({ folder, package: name }: Library): Promise<Installed> {
  const lock = JSON.parse(await readFile(join(folder, "package-lock.json"), "utf8"));
  // What is for other systems is in the lockfile, but not there.
  const paths = closure(lock.packages, name)
    .map((path) => join(folder, path))
    .filter(existsSync);
  const sizes = await Promise.all(paths.map(sizeOf));
  return { packages: paths.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

/** Bytes of a package's files, without the packages installed inside of it, which are counted by themselves. */
async function sizeOf(folder: string): Promise<number> {
  const root = await realpath(folder);
  const entries = await readdir(root, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const own = files.filter((file) => !relative(root, file).split(sep).includes("node_modules"));
  const sizes = await Promise.all(own.map(async (file) => (await stat(file)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** How often each is loaded. */
const LOADS = 9;

/** How long it takes until each package is loaded in a Node that is new each time: milliseconds, the median. */
export async function measureLoading(
  packages: readonly (readonly [folder: string, name: string])[],
): Promise<number[]> {
  const times = packages.map((): number[] => []);
  for (let load = 0; load < LOADS; load++) {
    for (const [index, [folder, name]] of packages.entries()) times[index]?.push(await loadingTime(folder, name));
  }
  return times.map(median);
}

async function loadingTime(folder: string, name: string): Promise<number> {
  const program = `const began = performance.now(); await import(${JSON.stringify(name)}); console.log(performance.now() - began);`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program], {
    cwd: folder,
  });
  return Number(stdout);
}
