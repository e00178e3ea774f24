/**
 * The chains that the page works with, and the only endpoints that it contacts: its Content-Security-Policy is made of this
 * list, so a browser refuses every other.
 */

/** What the fees of a chain are paid in. It has 18 decimals, whatever it is called. */
export interface Coin {
  readonly name: string;
  readonly symbol: string;
}

/** A chain, and how the page reads it. */
export interface Network {
  readonly chainId: number;
  readonly name: string;
  /** JSON-RPC endpoint: an address, or a path beside the page. */
  readonly rpc: string;
  /** A block explorer, for links to transactions and accounts. */
  readonly explorer?: string;
  /** By default ether; POL on Polygon, for example. */
  readonly coin?: Coin;
  /** The local chain of `npm run dapp`, whose accounts anybody may use. */
  readonly isDemo?: true;
}

const demo: Network = { chainId: 31_337, name: "Demo", rpc: "rpc", isDemo: true };

/** A node of your own, as `npm run node` starts it. */
const localhost: Network = { chainId: 31_337, name: "localhost", rpc: "http://127.0.0.1:8545" };

/** The endpoints that the chains themselves recommend for trying things out; put your own in their place. */
const chains: readonly Network[] = [
  { chainId: 8_453, name: "Base", rpc: "https://mainnet.base.org", explorer: "https://basescan.org" },
  { chainId: 10, name: "OP Mainnet", rpc: "https://mainnet.optimism.io", explorer: "https://optimistic.etherscan.io" },
  { chainId: 42_161, name: "Arbitrum One", rpc: "https://arb1.arbitrum.io/rpc", explorer: "https://arbiscan.io" },
  { chainId: 84_532, name: "Base Sepolia", rpc: "https://sepolia.base.org", explorer: "https://sepolia.basescan.org" },
];

/** What the fees of a network are paid in. */
export const coinOf = ({ coin = { name: "Ether", symbol: "ETH" } }: Network): Coin => coin;

/**
 * The networks of a build.
 *
 * @param mode Vite's: "demo", "development" or "production".
 */
export function networksOf(mode: string): readonly [Network, ...Network[]] {
  if (mode === "demo") return [demo];
  const [first, ...others] = chains;
  if (first === undefined) throw new Error("Name a network in src/networks.ts.");
  return mode === "development" ? [localhost, first, ...others] : [first, ...others];
}
