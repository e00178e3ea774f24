/** What accounts and tokens are called. */
import {
  findToken,
  type MicroEscrowError,
  RpcError,
  type TokenDescription,
  toAddress,
  tokens,
} from "@micro-escrow/sdk";
import { escrowKeys, useEscrow } from "@micro-escrow/sdk/react";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { currencyOf, short } from "./accounts.ts";
import type { Currency } from "./format.ts";
import { useLanguage } from "./language/index.tsx";
import { useSession } from "./session.tsx";

export { short } from "./accounts.ts";

/** How people are called: by their names in the demo, else by their addresses; and which of them is the user. */
export function useNames(): (address: string) => string {
  const { account, demo } = useSession();
  const { words } = useLanguage();
  return useCallback(
    (address) => {
      const person = demo?.people.find((one) => one.address === address);
      const name = person?.name ?? short(address);
      return address === account?.address ? words.isYou(name) : name;
    },
    [account, demo, words],
  );
}

/**
 * How amounts of a token are shown: as the registry knows it, else as its own contract says. What an agreement claims is not
 * asked, since whoever wrote that may gain from a wrong point.
 */
export function useToken(address: string | undefined) {
  const escrow = useEscrow();
  return useQuery<TokenDescription, MicroEscrowError>({
    queryKey: [...escrowKeys.all(escrow), "token", address ?? ""],
    queryFn: async () => {
      const token = toAddress(address ?? "");
      try {
        return findToken(escrow.chainId, token);
      } catch {
        return escrow.getToken(token);
      }
    },
    enabled: address !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    // A contract that says nothing will not say more when it is asked again.
    retry: (failures, error) => error instanceof RpcError && failures < 3,
  });
}

/** Tells of a token whether somebody vouches for what it says of itself: the registry, or in the demo the demo. */
export function useVouching(): (address: string) => boolean {
  const { chainId } = useEscrow();
  const { demo } = useSession();
  return useCallback(
    (address) =>
      address === demo?.token.address || tokens.some((one) => one.chainId === chainId && one.address === address),
    [chainId, demo],
  );
}

/** How amounts of a token are written, as {@link useToken} knows it; `undefined` until that is known. */
export function useCurrency(address: string | undefined): Currency | undefined {
  const { words } = useLanguage();
  const { data, error } = useToken(address);
  const isVouched = useVouching();
  return useMemo(() => {
    if (data !== undefined) return currencyOf(data, isVouched(data.address));
    // The contract says nothing: then there is nothing to write a point by, but nobody is kept from their money by that.
    const isSilent = error?.code === "InvalidAddress" || error?.code === "TokenWithoutCode";
    return isSilent && address !== undefined ? { symbol: words.baseUnits(short(address)), decimals: 0 } : undefined;
  }, [data, error, isVouched, address, words]);
}
