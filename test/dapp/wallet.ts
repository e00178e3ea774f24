/**
 * A wallet in the browser, as an extension puts it there: it announces itself (EIP-6963), and its user may refuse. The demo's
 * node has its key, so what it signs is real.
 */
import type { Page } from "playwright-core";
import { NAMES } from "./browser.ts";

/** The name under which the wallet is offered. */
export const WALLET = "Test Wallet";

/** What a test does with the wallet. */
export interface TestWallet {
  /** The user refuses whatever is asked, until told otherwise. */
  refuse(refuses: boolean): Promise<void>;
  /** The user chooses another chain in the wallet. */
  move(chainId: number): Promise<void>;
}

interface State {
  refuses: boolean;
  chainId: number;
  readonly listeners: Map<string, ((value: unknown) => void)[]>;
}

/** Puts the wallet into a page; it is there after the next load. */
export async function install(page: Page, account: string, chainId: number): Promise<TestWallet> {
  await page.addInitScript(NAMES);
  await page.addInitScript(
    ({ account, chainId, name }) => {
      const state: State = { refuses: false, chainId, listeners: new Map() };
      Object.assign(window, { testWallet: state });
      const fail = (code: number, message: string) => Object.assign(new Error(message), { code });
      const emit = (event: string, value: unknown) => {
        for (const listener of state.listeners.get(event) ?? []) listener(value);
      };
      const provider = {
        async request({ method, params = [] }: { method: string; params?: unknown[] }) {
          if (method === "eth_accounts" || method === "eth_requestAccounts") return [account];
          if (method === "eth_chainId") return `0x${state.chainId.toString(16)}`;
          if (method === "wallet_switchEthereumChain") {
            if (state.refuses) throw fail(4001, "User rejected the request.");
            state.chainId = Number((params[0] as { chainId: string }).chainId);
            emit("chainChanged", `0x${state.chainId.toString(16)}`);
            return null;
          }
          const asks = method === "eth_sendTransaction" || method.startsWith("eth_signTypedData");
          if (asks && state.refuses) throw fail(4001, "User rejected the request.");
          const response = await fetch("rpc", {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
          });
          const { result, error } = await response.json();
          if (error !== undefined) throw Object.assign(new Error(error.message), error);
          return result;
        },
        on(event: string, listener: (value: unknown) => void) {
          state.listeners.set(event, [...(state.listeners.get(event) ?? []), listener]);
        },
        removeListener(event: string, listener: (value: unknown) => void) {
          state.listeners.set(
            event,
            (state.listeners.get(event) ?? []).filter((one) => one !== listener),
          );
        },
      };
      const info = { uuid: "7c1f2b3a-0000-4000-8000-000000000001", name, rdns: "example.wallet", icon: "data:," };
      const announce = () =>
        window.dispatchEvent(
          new CustomEvent("eip6963:announceProvider", { detail: Object.freeze({ info, provider }) }),
        );
      window.addEventListener("eip6963:requestProvider", announce);
      announce();
    },
    { account, chainId, name: WALLET },
  );
  return {
    refuse: (refuses) =>
      page.evaluate((value) => {
        (window as unknown as { testWallet: State }).testWallet.refuses = value;
      }, refuses),
    move: (chain) =>
      page.evaluate((value) => {
        const { testWallet } = window as unknown as { testWallet: State };
        testWallet.chainId = value;
        for (const listener of testWallet.listeners.get("chainChanged") ?? []) listener(`0x${value.toString(16)}`);
      }, chain),
  };
}
