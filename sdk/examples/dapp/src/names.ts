/** What accounts and tokens are called. */
import { findToken, type MicroEscrowError, type TokenDescription, toAddress } from "@micro-escrow/sdk";
import { escrowKeys, useEscrow } from "@micro-escrow/sdk/react";
import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import type { Currency } from "./format.ts";
import { useLanguage } from "./language/index.tsx";
import { useSession } from "./session.tsx";

/** The beginning and the end of an address or a hash, to recognize it by. */
export const short = (text: string): string => `${text.slice(0, 6)}…${text.slice(-4)}`;

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
    retry: 1,
  });
}

/** The same for who only shows amounts; `undefined` until it is known. */
export function useCurrency(address: string | undefined): Currency | undefined {
  const { data } = useToken(address);
  return data && { symbol: data.symbol ?? "tokens", decimals: data.decimals };
}
