/**
 * In place of what ethers reads ENS names with: this page asks for addresses alone, and a name that looks like another one cannot
 * take anybody in. It also saves a twelfth of what the page weighs.
 */
export function ens_normalize(name: string): never {
  throw new Error(`The page takes addresses, and no names (${name}).`);
}

/** Finds nobody. */
export const EnsResolver = { fromName: async () => null, lookupAddress: async () => null };

/** What ethers exports beside it. */
export class MulticoinProviderPlugin {}
