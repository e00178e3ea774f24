/**
 * The commands that run until they are stopped. They are told everything by a configuration of their own, and what they need is
 * loaded with them alone.
 */
import type { Command } from "commander";
import { UsageError } from "./errors.js";
import type { CommonOptions } from "./session.js";
import type { Streams } from "./terminal.js";

/** The options of all commands that a service takes: the rest is in its configuration. */
const TAKEN: readonly string[] = ["config"];

/**
 * Defines the services' commands.
 *
 * @param onStart Told when a service starts: it is given time to end what it has begun.
 */
export function defineServices(program: Command, streams: Streams, onStart: () => void): void {
  program.commandsGroup("Services:");
  program
    .command("keeper")
    .description("finalize milestones whose clocks ran out, and pay out what waits, until it is stopped")
    .option("--dry-run", "say what it would do, without a key, and send nothing")
    .option("--once", "end when nothing is left to do")
    .action(async (options: { readonly dryRun?: boolean; readonly once?: boolean }) => {
      const common = commonOf(program.opts<CommonOptions>());
      onStart();
      const { runKeeper } = await import("../services/keeper/index.js");
      await runKeeper({ ...options, ...common, ...streams });
    });
  program
    .command("first-instance")
    .description("propose rulings on disputes before an AppealableArbiter, by a model, until it is stopped")
    .option("--once", "end when nothing is left to do now")
    .action(async (options: { readonly once?: boolean }) => {
      const common = commonOf(program.opts<CommonOptions>());
      onStart();
      const { runFirstInstance } = await import("../services/firstInstance/index.js");
      await runFirstInstance({ ...options, ...common, ...streams });
    });
  program
    .command("verifier")
    .description("check what is submitted to a verifier's account, and attest, until it is stopped")
    .option("--dry-run", "say what it would attest, without a key, and send nothing")
    .option("--once", "end when nothing is left to do")
    .action(async (options: { readonly dryRun?: boolean; readonly once?: boolean }) => {
      const common = commonOf(program.opts<CommonOptions>());
      onStart();
      const { runVerifier } = await import("../services/verifier/index.js");
      await runVerifier({ ...options, ...common, ...streams });
    });
}

function commonOf(common: CommonOptions): { readonly config: string } {
  const other = Object.keys(common).find((name) => !TAKEN.includes(name));
  if (other !== undefined)
    throw new UsageError(`A service takes no option "${other}": write it into its configuration.`);
  if (common.config !== undefined) return { config: common.config };
  throw new UsageError("Name the service's configuration: --config <file>.");
}
