/** What is measured of each protocol: the life of a gig of several milestones, in transactions. */
import type { Call, Chain, Pair } from "../chain.ts";

/** A gig of some milestones between a client and a freelancer. A milestone's index counts from 0. */
export interface Gig {
  /** From nothing to the first milestone funded; `undefined`: nothing is held. */
  open?(): Promise<Call>;
  /** Funds a next milestone. */
  fund?(index: number): Promise<Call>;
  /** `undefined`: the protocol has no such step. */
  submit?(index: number): Promise<Call>;
  /** Pays the freelancer for a milestone. */
  release(index: number): Promise<Call>;
  /** From the dispute's beginning until a ruling of half each is paid; sent one after another. */
  dispute?(index: number): Promise<readonly Call[]>;
  /** Pays for a milestone and funds the next, in one transaction. */
  releaseAndFund?(index: number): Promise<Call>;
}

/** One deposit for everything, paid out in parts of a milestone's worth each. */
export interface Deposit {
  open(): Promise<Call>;
  release(part: number): Promise<Call>;
}

/** A protocol on a chain, deployed and ready. */
export interface Protocol {
  /** Begins a gig; nothing is sent yet. */
  gig(pair: Pair, length: number): Promise<Gig>;
  deposit?(pair: Pair, parts: number): Promise<Deposit>;
  /** What the freelancer gets for a milestone, base units. */
  readonly paid: bigint;
  /** What a ruling of half each pays, base units; left out: nobody rules. */
  readonly ruled?: { readonly freelancer: bigint; readonly client: bigint };
  /** What the platform gets for a milestone, base units, and when; left out: nothing. */
  readonly fee?: { readonly amount: bigint; readonly when: "funded" | "released"; has(): Promise<bigint> };
}

/** How to make one. */
export interface Peer {
  readonly name: string;
  /** The package, and its version, that its bytecode is from. */
  readonly source: string;
  /** Whether a platform can take a fee. */
  readonly takesFees: boolean;
  /** @param withFee Whether a platform takes 2.5% of each milestone. */
  deploy(chain: Chain, withFee: boolean): Promise<Protocol>;
}
