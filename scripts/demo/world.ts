/** What the stories play in. */
import type { Address, Agreement, Hash, MicroEscrow, TokenDescription } from "@micro-escrow/sdk";
import { hashFile, hashFiles } from "@micro-escrow/sdk/node";
import type { Cast } from "./cast.ts";
import { agreementOf, fileOf, type Gig, type PersonKey, readScope } from "./gigs.ts";
import type { Stage } from "./stage.ts";
import type { Usdc } from "./usdc.ts";

export interface World {
  readonly cast: Cast<PersonKey>;
  /** Everybody's own client of the escrow. */
  readonly escrow: Readonly<Record<PersonKey, MicroEscrow>>;
  readonly usdc: Usdc;
  readonly token: Required<TokenDescription> & { readonly address: Address };
  readonly stage: Stage<PersonKey>;
}

/** A gig as an agreement between the people of this world. */
export const draft = async ({ cast, token }: World, gig: Gig): Promise<Agreement> =>
  agreementOf(gig, await readScope(gig), (person) => cast[person].address, token);

/** The hash of one file of this folder. */
export const hashOf = (path: string): Promise<Hash> => hashFile(fileOf(path));

/** The hash of the manifest of several files of this folder. */
export const manifestOf = async (paths: readonly string[]): Promise<Hash> => (await hashFiles(paths.map(fileOf))).hash;

/** The beginning and the end of a hash, to recognize it by. */
export const short = (hash: string): string => `${hash.slice(2, 8)}…${hash.slice(-4)}`;
