/** What the scripts have in common: options, and failures in words for the person who runs them, without a stack trace. */
import { type ParseArgsConfig, parseArgs } from "node:util";

/** What is wrong, and what to do. */
export class ScriptError extends Error {
  override readonly name = "ScriptError";
}

/** @throws {ScriptError} When the condition does not hold. */
export function expect(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new ScriptError(otherwise);
}

type Options = NonNullable<ParseArgsConfig["options"]>;
type Values<O extends Options> = ReturnType<typeof parseArgs<{ options: O }>>["values"];

/**
 * The options of the command line. With `--help`, or with anything else in it, this shows the usage and ends the process.
 *
 * @param usage How the script is called, in one line.
 * @param exitCode What the process ends with for a wrong command line.
 */
export function readOptions<const O extends Options>(usage: string, options: O, exitCode = 1): Values<O> {
  const isHelp = (argument: string) => argument === "--help" || argument === "-h";
  if (process.argv.slice(2).some(isHelp)) {
    console.log(`Usage: ${usage}`);
    process.exit(0);
  }
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const [extra] = positionals;
    const meant = "network" in options ? ` Did you mean --network ${extra}?` : "";
    expect(extra === undefined, `Unexpected "${extra}".${meant}`);
    return values;
  } catch (error) {
    // "Unknown option '--fast'. To specify a positional argument …": there are none.
    const [reason = ""] = (error as Error).message.split(". To ");
    console.error(`${reason}\nUsage: ${usage}`);
    process.exit(exitCode);
  }
}

/**
 * Runs a script; what it throws is explained on standard error.
 *
 * @param main Returns false when all is not well. It should import what needs the SDK itself, so that a missing build is a
 *   message too.
 * @param exitCode What the process ends with when it throws; when it returns false, that is 1.
 */
export async function runScript(main: () => Promise<unknown>, exitCode = 1): Promise<void> {
  // The reader of a pipe may go at any time (`npm run demo | head`).
  process.stdout.on("error", () => process.exit(1));
  try {
    process.exitCode = (await main()) === false ? 1 : 0;
  } catch (error) {
    process.exitCode = exitCode;
    console.error(explain(error));
  }
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message } = error;
  if ("code" in error && error.code === "ERR_MODULE_NOT_FOUND" && message.includes("@micro-escrow/sdk")) {
    return "The SDK is not built. Run `npm run build:sdk` first.";
  }
  const missing = /Configuration Variable "(\w+)" not found/.exec(message)?.[1];
  if (missing === undefined) return message;
  return `${message}\nTo keep it encrypted on this machine: npx hardhat keystore set ${missing}`;
}
