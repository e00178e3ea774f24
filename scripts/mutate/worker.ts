/** A process that compiles mutants and runs the tests on them: `node worker.ts FOLDER`; what to do comes by messages. */
import { settings } from "../../hardhat.config.ts";
import { type CompilerError, compile, readContract } from "./compiler.ts";
import { type Mutant, mutatedSource } from "./mutants.ts";
import { mutantsAt, switchOn, writeSchema } from "./schema.ts";
import { type Failure, stagesFor, TestRunner } from "./tests.ts";

/** What became of a mutant. Only the killed and the survivors count. */
export type Outcome =
  | { outcome: "killed"; test: string; reason: string }
  | { outcome: "survived" }
  | { outcome: "rejected"; error: string }
  | { outcome: "not compiled"; error: string }
  | { outcome: "same bytecode" };

export type Task = { task: "canary" } | { task: "mutants"; mutants: Mutant[] };
export type Message =
  | { message: "result"; id: string; result: Outcome }
  | { message: "timed out"; id: string }
  | { message: "done" }
  | { message: "failed"; error: string };

/**
 * The release's settings without the optimizer, which takes four times as long as the rest. The canary shows that the
 * contract as it is passes the same tests with them.
 */
const quick = { ...settings, optimizer: { enabled: false }, debug: { debugInfo: [] } };

/**
 * Seconds of processor time, which do not depend on what else the machine does. The tests of a survivor take less than a
 * minute, so this is an endless loop, and counts as noticed.
 */
const TIME_LIMIT = 240;

const source = readContract();
let released: string | undefined;

function send(message: Message): void {
  process.send?.(message);
}

/** Starts the clock for a mutant, which `report` stops. */
let stopClock = () => {};
function begin({ id }: Mutant): void {
  const before = process.cpuUsage();
  const timer = setInterval(() => {
    const { user, system } = process.cpuUsage(before);
    if ((user + system) / 1e6 < TIME_LIMIT) return;
    stopClock();
    send({ message: "timed out", id });
  }, 1000);
  stopClock = () => clearInterval(timer);
}

async function canary(runner: TestRunner): Promise<void> {
  const compilation = compile(source, quick);
  if ("errors" in compilation) throw new Error(compilation.errors[0]?.message);
  runner.use(compilation.bytecode);
  for (const files of stagesFor("")) {
    const failure = await runner.firstFailure(files);
    if (failure !== undefined) throw new Error(`The contract as it is fails ${failure.test}: ${failure.reason}`);
  }
}

/** Those that can be switched go into one contract; whatever the compiler refuses there, and the others, into their own. */
async function testMutants(runner: TestRunner, mutants: readonly Mutant[]): Promise<void> {
  let together = mutants.filter(({ slot }) => slot !== undefined);
  if (together.length < 4) together = [];
  while (together.length > 0) {
    const schema = writeSchema(source, together);
    const compilation = compile(schema.source, quick);
    if ("bytecode" in compilation) {
      const disturbed = await testSchema(runner, compilation.bytecode, schema.mutants);
      together = together.filter((mutant) => !disturbed.has(mutant));
      break;
    }
    const refused = mutantsAt(schema, compilation.errors);
    together = refused.size === 0 ? [] : together.filter((mutant) => !refused.has(mutant));
  }
  for (const mutant of mutants) if (!together.includes(mutant)) await testOnItsOwn(runner, mutant);
}

/**
 * A failure counts only where the same contract passes the same tests with no mutant on. Returns the mutants whose failure
 * does not count.
 */
async function testSchema(runner: TestRunner, bytecode: string, mutants: readonly Mutant[]): Promise<Set<Mutant>> {
  const passes = new Map<string, boolean>();
  const disturbed = new Set<Mutant>();
  for (const [position, mutant] of mutants.entries()) {
    begin(mutant);
    runner.use(switchOn(bytecode, position + 1));
    const failure = await firstFailure(runner, mutant);
    const files = failure?.files ?? [];
    if (failure !== undefined && !passes.has(files.join())) {
      runner.use(switchOn(bytecode, 0));
      passes.set(files.join(), (await runner.firstFailure(files)) === undefined);
    }
    if (failure === undefined || passes.get(files.join())) report(mutant, outcomeOf(mutant, failure));
    else disturbed.add(mutant);
    stopClock();
  }
  return disturbed;
}

async function testOnItsOwn(runner: TestRunner, mutant: Mutant): Promise<void> {
  begin(mutant);
  const text = mutatedSource(source, mutant);
  let compilation = compile(text, quick);
  // The optimizer needs less of the stack.
  if ("errors" in compilation && !isRefused(compilation.errors)) compilation = compile(text, settings);
  if ("errors" in compilation) {
    const error = compilation.errors[0]?.message ?? "";
    report(mutant, { outcome: isRefused(compilation.errors) ? "rejected" : "not compiled", error });
    return;
  }
  runner.use(compilation.bytecode);
  report(mutant, outcomeOf(mutant, await firstFailure(runner, mutant)));
}

function isRefused(errors: readonly CompilerError[]): boolean {
  return errors.some(({ refusesSource }) => refusesSource);
}

/** The first failure, and the files that were run together with it. */
async function firstFailure(runner: TestRunner, mutant: Mutant): Promise<(Failure & { files: string[] }) | undefined> {
  for (const files of stagesFor(mutant.function)) {
    const failure = await runner.firstFailure(files);
    if (failure !== undefined) return { ...failure, files };
  }
  return undefined;
}

function report({ id }: Mutant, result: Outcome): void {
  stopClock();
  send({ message: "result", id, result });
}

function outcomeOf(mutant: Mutant, failure: Failure | undefined): Outcome {
  if (failure !== undefined) return { outcome: "killed", test: failure.test, reason: failure.reason };
  return { outcome: isTheContract(mutant) ? "same bytecode" : "survived" };
}

/** A survivor may be no mutant at all: the release's settings make the same bytecode of it as of the contract. */
function isTheContract(mutant: Mutant): boolean {
  released ??= bytecodeOf(source);
  return bytecodeOf(mutatedSource(source, mutant)) === released;
}

function bytecodeOf(text: string): string {
  const compilation = compile(text, settings);
  if ("errors" in compilation) throw new Error(compilation.errors[0]?.message);
  return compilation.bytecode;
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("worker.ts is started by mutate.ts");
const runner = TestRunner.create(folder);
process.on("disconnect", () => process.exit(1));
process.on("SIGINT", () => {}); // the parent ends this process
process.on("message", (task: Task) => {
  const work = async () => (task.task === "canary" ? canary(await runner) : testMutants(await runner, task.mutants));
  work().then(
    () => send({ message: "done" }),
    (error) => send({ message: "failed", error: String(error?.stack ?? error) }),
  );
});
