/** The peers' packages, which are installed for the measurements alone: `npm ci --prefix scripts/bench/peers`. */
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(import.meta.dirname, "peers/package.json"));

/** A file of a peer's package, loaded: JSON or CommonJS. */
// biome-ignore lint/suspicious/noExplicitAny: each file is of a shape of its own.
export function peerFile(path: string): any {
  return require(path);
}
