/**
 * `npm run audit:static`: the compiler's warnings, solhint, `forge lint` and Slither. What they find is either gone or explained in
 * .github/STATIC.md; a finding that is not in that file fails, and so does a line of it that nothing finds any more. The lines of
 * a tool that cannot run here are not looked at, and the last words say so.
 */
import { execFile } from "node:child_process";
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { homedir, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { type Build, compiler, outputOf, readBuilds } from "./static/compiler.ts";
import { type Finding, lineOf, triaged } from "./static/findings.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "..");
const DEPLOYED = [
  "contracts/MicroEscrow.sol",
  "contracts/periphery/SignedFunding.sol",
  ...["PanelArbiter", "AppealableArbiter", "KlerosArbiter"].map((name) => `contracts/arbiters/${name}.sol`),
];
const SLITHER = ["slither-analyzer==0.11.6", "crytic-compile==0.4.2"];

/**
 * Lints of forge that do not apply to tests: time is what they test, their shifts are sets of statuses, and what a cast cuts off
 * is not what they then expect.
 */
const OFF_IN_TESTS = ["block-timestamp", "incorrect-shift", "unsafe-typecast"];

/** What forge says, not as JSON, of docstrings in packages. */
const IN_DEPENDENCIES = /^warning: invalid natspec tag .*\n +╭▸ .*\/node_modules\/.*\n(?:.*\n)*? +╰.*\n/gm;

/** A tool that cannot run on this machine, and why. */
class NotRun extends Error {}

const reasonOf = (error: unknown) =>
  String((error as { stderr?: string }).stderr || (error as Error).message)
    .trim()
    .split("\n")
    .at(-1);

async function solhint(): Promise<Finding[]> {
  const bin = createRequire(import.meta.url).resolve("solhint/solhint.js");
  const parameters = [bin, "--disc", "--noPoster", "--formatter", "json", "{contracts,test}/**/*.sol"];
  const { stdout } = await run(process.execPath, parameters, { cwd: root }).catch((error) => error);
  return JSON.parse(stdout)
    .filter(({ ruleId }: { ruleId?: string }) => ruleId !== undefined)
    .map(({ filePath, line, ruleId, message }: Record<string, string>) => {
      console.error(`${filePath}:${line}: ${message}`);
      return { tool: "solhint", detector: ruleId, place: filePath, sites: 1 };
    });
}

/** Needs `forge` in PATH, as `npm exec` puts it there. Its configuration lies in a temporary folder. */
async function forgeLint(): Promise<Finding[]> {
  if (process.platform === "win32") throw new NotRun("the compiler's wrapper is written for Unix");
  const folder = await mkdtemp(join(tmpdir(), "micro-escrow-lint-"));
  try {
    // forge compiles before it lints, with an executable compiler; syntax trees are all that it needs.
    const compiler = join(folder, "solc");
    const soljson = createRequire(import.meta.url).resolve("solc");
    await writeFile(
      compiler,
      `#!${process.execPath}
const solc = require(${JSON.stringify(soljson)});
if (process.argv.includes("--version")) console.log("Version: " + solc.version());
else {
  const input = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
  input.settings.outputSelection = { "*": { "": ["ast"], "*": ["abi"] } };
  process.stdout.write(solc.compile(JSON.stringify(input)));
}
`,
    );
    await chmod(compiler, 0o755);
    const paths = { solc: compiler, src: join(root, "contracts"), test: join(root, "test/contracts") };
    const modules = join(root, "node_modules");
    await writeFile(
      join(folder, "foundry.toml"),
      [
        "[profile.default]",
        ...Object.entries(paths).map(([name, path]) => `${name} = ${JSON.stringify(path)}`),
        `libs = [${JSON.stringify(modules)}]`,
        "auto_detect_remappings = false",
        `remappings = ${JSON.stringify(["@kleros", "@openzeppelin", "hardhat"].map((name) => `${name}/=${modules}/${name}/`))}`,
      ].join("\n"),
    );
    const options = { cwd: folder, maxBuffer: 2 ** 28 };
    const { stderr } = await run("forge", ["lint", "--json", "--force"], options).catch((error) => {
      if (error.code === "ENOENT") throw new NotRun("there is no forge here: start this by `npm run audit:static`");
      throw new Error(`forge lint failed: ${reasonOf(error)}`);
    });
    const sites = new Map<string, number>();
    for (const line of stderr.replaceAll(IN_DEPENDENCIES, "").split("\n").filter(Boolean)) {
      // It ends with code 0 even when it could not compile.
      if (!line.startsWith("{")) throw new Error(`forge lint failed: ${stderr}`);
      const { code, spans } = JSON.parse(line);
      const file = String(spans[0].file_name).slice(root.length + 1);
      if (file.startsWith("test/") && OFF_IN_TESTS.includes(code.code)) continue;
      const site = JSON.stringify({ detector: code.code, place: await declarationAt(file, spans[0].line_start) });
      sites.set(site, (sites.get(site) ?? 0) + 1);
    }
    return [...sites].map(([site, count]) => ({ tool: "forge lint", ...JSON.parse(site), sites: count }));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The function or constant that a line belongs to, as `Contract.name`. */
async function declarationAt(file: string, line: number): Promise<string> {
  const lines = (await readFile(join(root, file), "utf8")).split("\n").slice(0, line).reverse();
  const name =
    /\bconstant (\w+)/.exec(lines[0] ?? "") ?? lines.map((text) => /^ {4}function (\w+)/.exec(text)).find(Boolean);
  return `${basename(file, ".sol")}.${name?.[1] ?? ""}`;
}

/** Slither from PyPI, in an environment of its own that later runs find again. */
async function installSlither(): Promise<string> {
  const python = await findPython();
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), `micro-escrow-${SLITHER.join("-")}`);
  const [bin, suffix] = process.platform === "win32" ? ["Scripts", ".exe"] : ["bin", ""];
  const slither = join(folder, bin, `slither${suffix}`);
  try {
    await run(slither, ["--version"]);
  } catch {
    try {
      await rm(folder, { recursive: true, force: true });
      await run(python, ["-m", "venv", folder]);
      await run(join(folder, bin, `python${suffix}`), ["-m", "pip", "install", "--quiet", ...SLITHER]);
    } catch (error) {
      throw new NotRun(`${SLITHER.join(" ")} could not be installed from PyPI: ${reasonOf(error)}`);
    }
  }
  return slither;
}

async function findPython(): Promise<string> {
  const isNewEnough = "import sys; sys.exit(sys.version_info < (3, 10))";
  for (const python of ["python3", "python"]) {
    const works = await run(python, ["-c", isNewEnough]).then(
      () => true,
      () => false,
    );
    if (works) return python;
  }
  throw new NotRun("there is no Python from 3.10 on here");
}

/** Slither on the contracts that are deployed, as Hardhat compiled them. */
async function slither(builds: readonly Build[]): Promise<Finding[]> {
  const executable = await installSlither();
  const folder = await mkdtemp(join(tmpdir(), "micro-escrow-slither-"));
  try {
    await mkdir(join(folder, "build-info"));
    for (const contract of DEPLOYED) {
      const artifact = join(root, `artifacts/${contract}/${basename(contract, ".sol")}.json`);
      const { buildInfoId } = JSON.parse(await readFile(artifact, "utf8"));
      const build = builds.find(({ path }) => basename(path, ".json") === buildInfoId);
      if (build?.isCurrent !== true) throw new Error(`${contract} is in no build.`);
      for (const path of [build.path, outputOf(build.path)]) {
        await copyFile(path, join(folder, "build-info", basename(path)));
      }
    }
    const report = join(folder, "report.json");
    await run(
      executable,
      [
        ...[".", "--compile-force-framework", "hardhat", "--hardhat-ignore-compile", "--npx-disable"],
        ...["--hardhat-artifacts-directory", folder, "--hardhat-cache-directory", folder],
        ...["--exclude-dependencies", "--filter-paths", "node_modules", "--fail-none", "--json", report],
      ],
      { cwd: root, maxBuffer: 2 ** 28 },
    ).catch((error) => {
      throw new Error(`Slither failed: ${reasonOf(error)}`);
    });
    const { success, error, results } = JSON.parse(await readFile(report, "utf8"));
    if (success !== true) throw new Error(`Slither failed: ${error}`);
    interface Element {
      type: string;
      name: string;
      type_specific_fields: { parent?: Element };
    }
    return (results.detectors ?? []).map(({ check, elements }: { check: string; elements: Element[] }) => {
      const [first] = elements as [Element];
      const parent = first.type_specific_fields.parent?.name;
      const place = parent === undefined ? first.name : `${parent}.${first.name}`;
      return {
        tool: "Slither",
        detector: check,
        place,
        sites: Math.max(elements.filter(({ type }) => type === "node").length, 1),
      };
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The lines that are not in the others, or not as often. */
function missing(lines: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return lines.filter((line) => {
    const found = left.indexOf(line);
    if (found >= 0) left.splice(found, 1);
    return found < 0;
  });
}

const builds = await readBuilds();
const tools = { Compiler: compiler, solhint, "forge lint": forgeLint, Slither: slither };
const known = await triaged();
const notRun: string[] = [];
for (const [tool, find] of Object.entries(tools)) {
  const expected = known.filter((finding) => finding.tool === tool).map(lineOf);
  try {
    const actual = (await find(builds)).map(lineOf);
    const problems = [
      ...missing(actual, expected).map((line) => `not in .github/STATIC.md: ${line}`),
      ...missing(expected, actual).map((line) => `only in .github/STATIC.md: ${line}`),
    ];
    for (const problem of problems) console.error(problem);
    if (problems.length > 0) process.exitCode = 1;
    console.log(`${tool}: ${actual.length} findings, ${problems.length === 0 ? "all explained" : "see above"}.`);
  } catch (error) {
    if (!(error instanceof NotRun)) throw error;
    notRun.push(`${tool} was NOT RUN: ${error.message}.`);
  }
}
for (const line of notRun) console.log(line);
