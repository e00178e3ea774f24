/** What a package needs, by an npm lockfile. */

/** An entry of a lockfile's `packages`. */
export interface LockEntry {
  readonly link?: boolean;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/**
 * The entries that a package needs, itself included: where each is installed. What is optional counts where it is there.
 *
 * @param from Who needs it: the path of a package, or "" for the project itself.
 */
export function closure(packages: Readonly<Record<string, LockEntry>>, name: string, from = ""): string[] {
  const found = new Set<string>();
  const visit = (dependency: string, from: string, isOptional: boolean): void => {
    const path = placesOf(dependency, from).find((candidate) => candidate in packages);
    if (path === undefined) {
      if (isOptional) return;
      throw new Error(`the lockfile has no ${dependency}`);
    }
    if (found.has(path)) return;
    found.add(path);
    // A workspace is a link to where it is.
    const { link, resolved = path } = packages[path] ?? {};
    const place = link === true ? resolved : path;
    const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = packages[place] ?? {};
    for (const next of Object.keys(dependencies ?? {})) visit(next, place, false);
    for (const next of Object.keys(optionalDependencies ?? {})) visit(next, place, true);
    for (const next of Object.keys(peerDependencies ?? {})) {
      if (peerDependenciesMeta?.[next]?.optional !== true) visit(next, place, true);
    }
  };
  visit(name, from, false);
  return [...found];
}

/** As Node looks it up: beside whoever needs it, then one level up after the other. */
function placesOf(dependency: string, from: string): string[] {
  const levels = from.split("/node_modules/");
  const beside = levels.map((_, depth) => levels.slice(0, levels.length - depth).join("/node_modules/"));
  return [
    ...beside.filter(Boolean).map((level) => `${level}/node_modules/${dependency}`),
    `node_modules/${dependency}`,
  ];
}
