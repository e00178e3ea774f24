/** How the demo's scripts fail: with words for the person who runs them and exit code 1, without a stack trace. */

/** Something is not as the story expects it, or as the script needs it. */
export class DemoError extends Error {
  override readonly name = "DemoError";
}

/** @throws {DemoError} When the condition does not hold. */
export function expect(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new DemoError(otherwise);
}

/**
 * Runs a script. It should import what needs the SDK itself, so that a missing build is a message too.
 *
 * @param main Returns whether all is well; what it throws is explained on standard error.
 */
export async function runScript(main: () => Promise<boolean>): Promise<void> {
  // The reader of a pipe may go at any time (`npm run demo | head`).
  process.stdout.on("error", () => process.exit(1));
  try {
    process.exitCode = (await main()) ? 0 : 1;
  } catch (error) {
    process.exitCode = 1;
    console.error(`\nThis did not work: ${explain(error)}`);
  }
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const notFound =
    "code" in error && error.code === "ERR_MODULE_NOT_FOUND" && error.message.includes("@micro-escrow/sdk");
  return notFound ? "the SDK is not built. Run `npm run build:sdk` first." : error.message;
}
