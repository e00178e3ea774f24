/**
 * What the local demo adds, and nothing else has: people with accounts that the node holds the keys of, a token, and gigs that
 * are under way. `npm run dapp` serves it beside the page.
 */
import { fromFile, type Share } from "./share.ts";

/** Somebody of the demo. */
export interface DemoPerson {
  readonly name: string;
  /** What they do, for example "food writer in Lagos". */
  readonly about: string;
  readonly address: string;
}

/** The demo's world, as it is served. */
export interface DemoDocument {
  readonly people: readonly DemoPerson[];
  readonly token: { readonly address: string; readonly symbol: string; readonly decimals: number };
  /** Agreements that are under way, each as the text of a share's file. */
  readonly shares: readonly string[];
}

/** Where the page finds it, beside itself. */
export const DEMO_PATH = "demo.json";

/** The demo's people, token, and what they have shared. */
export interface Demo extends Omit<DemoDocument, "shares"> {
  readonly shares: readonly Share[];
}

/** Reads the demo's world. */
export async function readDemo(): Promise<Demo> {
  const response = await fetch(DEMO_PATH, { cache: "no-store" });
  if (!response.ok) throw new Error(`${DEMO_PATH}: ${response.status}`);
  const { shares, ...world } = (await response.json()) as DemoDocument;
  return { ...world, shares: shares.map(fromFile) };
}
