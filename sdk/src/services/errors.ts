/**
 * What the services themselves fail with.
 */
import { MicroEscrowError } from "../errors.js";

/** The services' configuration is not what it should be. What stands there is not shown: it may be a secret in the wrong place. */
export class ConfigurationError extends MicroEscrowError {
  declare readonly file: string;
  /** The member, like `keeper.accounts[1]`; empty for the whole of the file. */
  declare readonly path: string;

  constructor(
    { file, path, problem }: { readonly file: string; readonly path: string; readonly problem: string },
    options?: ErrorOptions,
  ) {
    const where = path === "" ? `The configuration ${file}` : `In ${file}, ${path}`;
    super("Configuration", `${where} ${problem}.`, { file, path }, options);
  }
}

/** Another process writes the same journal. */
export class StateTakenError extends MicroEscrowError {
  declare readonly file: string;

  constructor({ file }: { readonly file: string }, options?: ErrorOptions) {
    super(
      "StateTaken",
      `Another process writes ${file}: this one stops. Give each service a state folder of its own, and start it once.`,
      { file },
      options,
    );
  }
}

/** A service cannot listen where it is told to. */
export class ListenError extends MicroEscrowError {
  /** Address and port. */
  declare readonly at: string;

  constructor({ at, reason }: { readonly at: string; readonly reason: string }, options?: ErrorOptions) {
    super(
      "Listen",
      `Nothing can listen at ${at}: ${reason}. Another process with this configuration may run; else change listen.`,
      { at },
      options,
    );
  }
}
