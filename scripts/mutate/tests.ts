/**
 * The Solidity tests, run again and again in one process against bytecode that is put into a copy of the artifacts: the tests
 * deploy the contract from its artifact. The copy is without the compiler's inputs and outputs, which would only be read to
 * tell where a failing test failed.
 */
import { cpSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import config from "../../hardhat.config.ts";
import { contractName, contractPath, deployedName, deployedPath } from "./compiler.ts";

const root = join(import.meta.dirname, "../..");

/** Far above what any test needs (0.1 billion), and an endless loop ends in a second. */
const GAS_LIMIT = 2_000_000_000n;

/** What a survivor takes is nearly all fuzzing, and what 100 inputs do not notice, 1,000 hardly ever do. */
const FUZZ_RUNS = 100;

const globOf = (pattern: string): string[] => globSync(`test/contracts/${pattern}.t.sol`, { cwd: root }).sort();

/** Tests that must pass at once, in the order in which they are likely to notice something. */
const STAGES = contractPath.startsWith("contracts/arbiters/")
  ? stagesOfArbiter()
  : ["*", "threats/*", "fuzz/*"].map(globOf);

/**
 * The tests that deploy this arbiter, from what they share: its own, which begin with its name (of the base, with `Arbiter`, over
 * the panel), then the others, and then fuzzing, which takes longest.
 */
function stagesOfArbiter(): string[][] {
  const base = `${deployedName.replace("Arbiter", "")}Base.sol`;
  const all = globOf("arbiters/*").filter((file) => readFileSync(join(root, file), "utf8").includes(`/${base}"`));
  const isFuzz = (file: string) => file.endsWith("Fuzz.t.sol");
  const isOwn = (file: string) => basename(file).startsWith(ownPrefix());
  return [
    all.filter((file) => !isFuzz(file) && isOwn(file)),
    all.filter((file) => !isFuzz(file) && !isOwn(file)),
    all.filter(isFuzz),
  ].filter((files) => files.length > 0);
}

/** What the names of a contract's own tests begin with. */
function ownPrefix(): string {
  if (!contractPath.startsWith("contracts/arbiters/")) return "";
  return contractName === "Arbiter" ? "Arbiter" : deployedName.replace("Arbiter", "");
}

/** Fails when the tests did not run to their end: that says nothing about the contract. */
export class TestRunError extends Error {}

export interface Failure {
  /** "Suite.test" */
  test: string;
  reason: string;
}

/** What of Hardhat's result is looked at. */
interface SuiteResult {
  id: { name: string };
  testResults: { name: string; status: string; reason?: string }[];
}

export class TestRunner {
  readonly #artifact: string;
  readonly #hre: Awaited<ReturnType<typeof createHardhatRuntimeEnvironment>>;

  private constructor(folder: string, hre: Awaited<ReturnType<typeof createHardhatRuntimeEnvironment>>) {
    this.#artifact = join(folder, "artifacts", deployedPath, `${deployedName}.json`);
    this.#hre = hre;
  }

  /** A runner with a copy of the project's artifacts in `folder`. */
  static async create(folder: string): Promise<TestRunner> {
    const artifacts = join(folder, "artifacts");
    const isBuildInfo = (path: string) => basename(path) === "build-info";
    cpSync(join(root, "artifacts"), artifacts, { recursive: true, filter: (path) => !isBuildInfo(path) });
    const hre = await createHardhatRuntimeEnvironment(
      {
        ...config,
        paths: { ...config.paths, artifacts, cache: join(folder, "cache") },
        test: { solidity: { ...config.test?.solidity, fuzz: { runs: FUZZ_RUNS }, gasLimit: GAS_LIMIT } },
      },
      {},
      root,
    );
    return new TestRunner(folder, hre);
  }

  /** From now on the tests deploy this. */
  use(bytecode: string): void {
    const artifact = JSON.parse(readFileSync(this.#artifact, "utf8"));
    writeFileSync(this.#artifact, JSON.stringify({ ...artifact, bytecode }));
  }

  /** The first failure in these files; `undefined` when every test passes. */
  async firstFailure(files: readonly string[]): Promise<Failure | undefined> {
    const result = await this.#hre.tasks.getTask(["test", "solidity"]).run({ noCompile: true, testFiles: [...files] });
    const { suiteResults }: { suiteResults: SuiteResult[] } = result.success ? result.value : result.error;
    if (suiteResults.length < files.length)
      throw new TestRunError(`${files.length} test files, ${suiteResults.length} ran`);
    for (const suite of suiteResults) {
      for (const { name, status, reason } of suite.testResults) {
        if (status === "Failure") return { test: `${suite.id.name}.${name.replace(/\(.*/, "")}`, reason: reason ?? "" };
      }
    }
    if (!result.success) throw new TestRunError("The test run failed without a failing test");
    return undefined;
  }
}

/** The test files for a mutant of `owner`, those first that are likely to fail; a stage runs only when the ones before passed. */
export function stagesFor(owner: string): string[][] {
  const [first = []] = STAGES;
  const name = `${ownPrefix()}${owner.charAt(0).toUpperCase()}${owner.slice(1)}.t.sol`;
  const own = first.filter((file) => basename(file) === name);
  return own.length === 0 ? STAGES : [own, first.filter((file) => !own.includes(file)), ...STAGES.slice(1)];
}
