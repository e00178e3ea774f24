/** The peers' packages, which are installed for the measurements alone: `npm ci --prefix scripts/bench/peers`. */
import { createRequire } from "node:module";
import { join } from "node:path";
import type { InterfaceAbi } from "ethers";

const require = createRequire(join(import.meta.dirname, "peers/package.json"));

/** What a contract is deployed with. */
export interface Artifact {
  readonly abi: InterfaceAbi;
  readonly bytecode: string;
}

/** A file of a peer's package, loaded: JSON or CommonJS, an artifact or an object with artifacts in it. */
export function peerFile<Content>(path: string): Content {
  return require(path);
}
