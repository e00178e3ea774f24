/**
 * What judging by a model fails with.
 */
import { MicroEscrowError } from "../errors.js";

/** The packages that speak with a model are not installed. */
export class ModelPackagesMissingError extends MicroEscrowError {
  /** What could not be loaded. */
  declare readonly packages: readonly string[];

  constructor({ packages }: { readonly packages: readonly string[] }, options?: ErrorOptions) {
    const command = `npm install ${packages.join(" ")}`;
    const why = "A model is configured, and what speaks with it is not installed with the SDK";
    super("ModelPackagesMissing", `${why}: run \`${command}\` (it needs Node 22 or later).`, { packages }, options);
  }
}

/** The day's money for judgements is spent. */
export class SpendingLimitError extends MicroEscrowError {
  constructor(options?: ErrorOptions) {
    super(
      "SpendingLimit",
      "The next request to the model could cost more than is left for today: wait until tomorrow (UTC), or raise the limit.",
      {},
      options,
    );
  }
}
