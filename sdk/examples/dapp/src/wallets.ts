/** The wallets in this browser, as they announce themselves (EIP-6963). Any extension, and any script of one, can do that. */
import { inert } from "@micro-escrow/sdk";
import type { Eip1193Provider } from "ethers";
import { useSyncExternalStore } from "react";

/** A wallet's interface (EIP-1193), with its events. */
export interface WalletProvider extends Eip1193Provider {
  on?(event: string, listener: (...values: never[]) => void): unknown;
  removeListener?(event: string, listener: (...values: never[]) => void): unknown;
}

/** A wallet. What it says of itself is its own word: its name and its domain (`rdns`) are inert here. */
export interface Wallet {
  readonly info: { readonly uuid: string; readonly name: string; readonly rdns: string };
  readonly provider: WalletProvider;
}

/** What was announced, if it is a wallet at all. */
function walletOf(detail: unknown): Wallet | undefined {
  const { info, provider } = membersOf(detail);
  const { uuid, name, rdns } = membersOf(info);
  const isWallet = [uuid, name, rdns].every(isText) && typeof membersOf(provider).request === "function";
  if (!isWallet) return undefined;
  return {
    info: { uuid: String(uuid), name: inert(String(name), 40), rdns: inert(String(rdns), 60) },
    provider: provider as WalletProvider,
  };
}

const isText = (value: unknown) => typeof value === "string" && value.trim() !== "";

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

let wallets: readonly Wallet[] = [];
const listeners = new Set<() => void>();

window.addEventListener("eip6963:announceProvider", (event) => {
  const wallet = event instanceof CustomEvent ? walletOf(event.detail) : undefined;
  if (wallet === undefined || wallets.some(({ info }) => info.uuid === wallet.info.uuid)) return;
  wallets = [...wallets, wallet];
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
