/**
 * Who uses the page, on which chain, and through what: the chosen network, the account (of a wallet, or in the demo one of the
 * node's), and the escrow that all views act through.
 */
import { type Address, MicroEscrow, type MicroEscrowError, RpcError, toAddress } from "@micro-escrow/sdk";
import { useQuery } from "@tanstack/react-query";
import {
  BrowserProvider,
  Network as EthersNetwork,
  FetchRequest,
  JsonRpcProvider,
  JsonRpcSigner,
  type Signer,
} from "ethers";
import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { type Demo, readDemo } from "./demo.ts";
import { recall, remember } from "./device.ts";
import { forget, keep, LIBRARY } from "./library.ts";
import { coinOf, type Network, networksOf } from "./networks.ts";
import { useWallets, type Wallet } from "./wallets.ts";

/** The networks of this build. */
export const networks = networksOf(import.meta.env.MODE);

/** The account that acts. */
export interface Account {
  readonly address: Address;
  /** The wallet that has its key; `undefined` for one of the demo's, whose keys the node has. */
  readonly wallet?: Wallet;
}

/** What every view knows. */
export interface Session {
  readonly network: Network;
  chooseNetwork(chainId: number): void;
  readonly provider: JsonRpcProvider;
  readonly account: Account | undefined;
  /** The chain that the account's wallet is on; `undefined` when it is the page's, or not known. */
  readonly otherChain: number | undefined;
  readonly demo: Demo | undefined;
  chooseDemo(address: string): void;
  /** Asks a wallet for its accounts. Rejects with what the wallet says when its user refuses. */
  connectWallet(wallet: Wallet): Promise<void>;
  /** Asks the wallet to move to the page's chain. */
  switchChain(): Promise<void>;
  disconnect(): void;
}

const SessionContext = createContext<Session | undefined>(undefined);

/** The session around a component. */
export function useSession(): Session {
  const session = use(SessionContext);
  if (session === undefined) throw new Error("There is no SessionProvider around this component.");
  return session;
}

/** The address of the account that acts; `undefined` for somebody who only reads. */
export const useAddress = (): Address | undefined => useSession().account?.address;

/** Milliseconds that an endpoint has for an answer: then it counts as down. */
const PATIENCE = 15_000;

/** By their chains. A reader that is kept is of one of them, so that to come back to a chain is not to begin anew. */
const providers = new Map<number, JsonRpcProvider>();

/** Reads a chain through its endpoint: one for as long as the page is open. Without listeners it holds nothing to let go of. */
function providerOf(network: Network): JsonRpcProvider {
  const provider = providers.get(network.chainId) ?? createProvider(network);
  providers.set(network.chainId, provider);
  return provider;
}

function createProvider({ rpc, chainId }: Network): JsonRpcProvider {
  const request = new FetchRequest(new URL(rpc, document.baseURI).href);
  request.timeout = PATIENCE;
  // The chain is known, so that a page whose endpoint is down does not ask for it forever; and no answer is given twice,
  // because what was asked a moment ago may be about the time before a transaction.
  const staticNetwork = EthersNetwork.from(chainId);
  return new JsonRpcProvider(request, staticNetwork, { staticNetwork, cacheTimeout: -1, batchMaxCount: 10 });
}

/** Which account was used last, so that the next visit begins with it. */
type Remembered = { readonly demo: string } | { readonly wallet: string } | undefined;

const ACCOUNT = "micro-escrow-account";
const NETWORK = "micro-escrow-network";
/** Which of the demo's worlds was seen last. */
const WORLD = "micro-escrow-demo";

function recallAccount(): Remembered {
  try {
    const found: unknown = JSON.parse(recall(ACCOUNT) ?? "null");
    if (typeof found !== "object" || found === null) return undefined;
    if ("demo" in found) return { demo: toAddress(String(found.demo)) };
    return "wallet" in found ? { wallet: String(found.wallet) } : undefined;
  } catch {
    return undefined;
  }
}

function rememberAccount(account: Remembered): void {
  remember(ACCOUNT, account && JSON.stringify(account));
}

/** Gives the session to the views. */
export function SessionProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [network, setNetwork] = useState<Network>(() => {
    const chosen = Number(recall(NETWORK));
    return networks.find(({ chainId }) => chainId === chosen) ?? networks[0];
  });
  const provider = providerOf(network);

  const { data: demo } = useQuery({
    queryKey: ["demo"],
    queryFn: async ({ client }) => {
      const world = await readDemo();
      // Its chain ends with it, and what was kept of that is of no use then.
      const ids = world.shares.map(({ agreement }) => agreement.id).join(" ");
      if (recall(WORLD) === ids) return world;
      await forget();
      // What its people have shared is kept as if they had opened each other's links.
      for (const share of world.shares) {
        // Of what there is no room for, the page says that it is missing where it is missing.
        await keep(share, network.chainId).catch(() => undefined);
      }
      remember(WORLD, ids);
      // A view may have read the library before.
      void client.invalidateQueries({ queryKey: [LIBRARY] });
      return world;
    },
    enabled: network.isDemo === true,
    staleTime: Number.POSITIVE_INFINITY,
  });

  const wallets = useWallets();
  const [account, setAccount] = useState<Account | undefined>(() => {
    const remembered = recallAccount();
    return network.isDemo && remembered && "demo" in remembered ? { address: toAddress(remembered.demo) } : undefined;
  });
  const [walletChain, setWalletChain] = useState<number>();
  /** Counts what the user chose: a wallet that answers late does not take the place of who was chosen since. */
  const choices = useRef(0);

  const adopt = useCallback(async (wallet: Wallet, method: "eth_requestAccounts" | "eth_accounts") => {
    // To ask it without its user is no choice.
    const choice = method === "eth_requestAccounts" ? ++choices.current : choices.current;
    const [address] = (await wallet.provider.request({ method })) as string[];
    if (address === undefined) return;
    const account = { address: toAddress(address), wallet };
    const chain = Number(await wallet.provider.request({ method: "eth_chainId" }));
    if (choice !== choices.current) return;
    setWalletChain(chain);
    setAccount(account);
    rememberAccount({ wallet: wallet.info.rdns });
  }, []);

  // A wallet that was used before gives its account without asking.
  useEffect(() => {
    const remembered = recallAccount();
    if (account !== undefined || !remembered || !("wallet" in remembered)) return;
    const wallet = wallets.find(({ info }) => info.rdns === remembered.wallet);
    // One that does not answer is one that was not connected.
    if (wallet !== undefined) adopt(wallet, "eth_accounts").catch(() => rememberAccount(undefined));
  }, [wallets, account, adopt]);

  const wallet = account?.wallet;
  useEffect(() => {
    if (wallet === undefined) return;
    const onAccounts = ([address]: readonly string[]) => {
      try {
        setAccount(address === undefined ? undefined : { address: toAddress(address), wallet });
      } catch {
        // What is no account of the chain's is none that could act here.
        setAccount(undefined);
      }
    };
    const onChain = (chainId: string) => setWalletChain(Number(chainId));
    wallet.provider.on?.("accountsChanged", onAccounts);
    wallet.provider.on?.("chainChanged", onChain);
    return () => {
      wallet.provider.removeListener?.("accountsChanged", onAccounts);
      wallet.provider.removeListener?.("chainChanged", onChain);
    };
  }, [wallet]);

  const session = useMemo(
    (): Session => ({
      network,
      chooseNetwork(chainId) {
        const chosen = networks.find((one) => one.chainId === chainId);
        if (chosen === undefined) return;
        remember(NETWORK, String(chainId));
        setNetwork(chosen);
      },
      provider,
      account,
      otherChain: wallet !== undefined && walletChain !== network.chainId ? walletChain : undefined,
      demo,
      chooseDemo(address) {
        choices.current++;
        setAccount({ address: toAddress(address) });
        rememberAccount({ demo: address });
      },
      connectWallet: (chosen) => adopt(chosen, "eth_requestAccounts"),
      async switchChain() {
        if (wallet === undefined) return;
        const chainId = `0x${network.chainId.toString(16)}`;
        try {
          await wallet.provider.request({ method: "wallet_switchEthereumChain", params: [{ chainId }] });
        } catch (error) {
          // It does not know the chain yet (EIP-3326).
          if ((error as { readonly code?: number }).code !== 4902) throw error;
          const rpcUrls = [new URL(network.rpc, document.baseURI).href];
          const nativeCurrency = { ...coinOf(network), decimals: 18 };
          const chain = { chainId, chainName: network.name, rpcUrls, nativeCurrency };
          await wallet.provider.request({ method: "wallet_addEthereumChain", params: [chain] });
        }
        setWalletChain(Number(await wallet.provider.request({ method: "eth_chainId" })));
      },
      disconnect() {
        choices.current++;
        rememberAccount(undefined);
        setAccount(undefined);
      },
    }),
    [network, provider, account, wallet, walletChain, demo, adopt],
  );
  return <SessionContext value={session}>{children}</SessionContext>;
}

/** Who signs for an account: its wallet, or in the demo the node. Reads go through the page's own endpoint either way. */
function signerOf({ address, wallet }: Account, provider: JsonRpcProvider): Signer {
  return new JsonRpcSigner(wallet === undefined ? provider : new BrowserProvider(wallet.provider), address);
}

/** The escrow on the page's chain, checked, acting as the account; or why there is none. */
export function useConnectedEscrow() {
  const { network, provider, account } = useSession();
  const {
    data: reader,
    error,
    refetch,
  } = useQuery<MicroEscrow, MicroEscrowError>({
    queryKey: ["escrow", network.chainId],
    queryFn: () => MicroEscrow.connect(provider, { chainId: network.chainId }),
    staleTime: Number.POSITIVE_INFINITY,
    // Where there is another contract, or none, there will be no escrow when it is asked again.
    retry: (failures, error) => error instanceof RpcError && failures < 3,
    // It is an object with methods: there is nothing to compare.
    structuralSharing: false,
  });
  const escrow = useMemo(() => {
    if (reader === undefined) return undefined;
    return account === undefined ? reader : reader.connect(signerOf(account, provider));
  }, [reader, provider, account]);
  return { escrow, error, refetch };
}
