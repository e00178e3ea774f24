/** The wallets in this browser, as they announce themselves (EIP-6963). */
import type { Eip1193Provider } from "ethers";
import { useSyncExternalStore } from "react";

/** A wallet's interface (EIP-1193), with its events. */
export interface WalletProvider extends Eip1193Provider {
  on?(event: string, listener: (...values: never[]) => void): unknown;
  removeListener?(event: string, listener: (...values: never[]) => void): unknown;
}

/** A wallet. What it says of itself is its own word. */
export interface Wallet {
  readonly info: { readonly uuid: string; readonly name: string; readonly rdns: string };
  readonly provider: WalletProvider;
}

let wallets: readonly Wallet[] = [];
const listeners = new Set<() => void>();

window.addEventListener("eip6963:announceProvider", (event) => {
  const { detail } = event as CustomEvent<Wallet>;
  if (wallets.some(({ info }) => info.uuid === detail.info.uuid)) return;
  wallets = [...wallets, detail];
  for (const listener of listeners) listener();
});
window.dispatchEvent(new Event("eip6963:requestProvider"));

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The wallets that have announced themselves so far. */
export function useWallets(): readonly Wallet[] {
  return useSyncExternalStore(subscribe, () => wallets);
}
