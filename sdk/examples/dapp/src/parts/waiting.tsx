/** Money that waits in the escrow for the account, to be collected: fees, and payments that a token refused. */
import { escrowKeys, useEscrow } from "@micro-escrow/sdk/react";
import { useQuery } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { useLanguage } from "../language/index.tsx";
import { useCurrency } from "../names.ts";
import { useAddress, useSession } from "../session.tsx";
import { Dialog, Loading, Notice, PrimaryButton } from "./basics.tsx";

// Most have nothing to collect.
const CollectForm = lazy(async () => ({ default: (await import("./collect.tsx")).CollectForm }));

/** What waits for the account in a token, with a button to collect it; nothing when nothing does. */
export function Waiting({ token }: { readonly token: string }): ReactNode {
  const { words, format } = useLanguage();
  const escrow = useEscrow();
  const { network } = useSession();
  const account = useAddress();
  const currency = useCurrency(token);
  const [isOpen, setIsOpen] = useState(false);
  const { data: amount = 0n } = useQuery({
    queryKey: [...escrowKeys.all(escrow), "claimable", token, account ?? ""],
    queryFn: () => escrow.getClaimable({ token, account: account ?? "" }),
    enabled: account !== undefined,
    // It comes from whatever anybody does, in any agreement of the account.
    refetchInterval: network.isDemo ? 2_000 : 12_000,
    structuralSharing: false,
  });
  if (currency === undefined || account === undefined || (amount === 0n && !isOpen)) return null;
  return (
    <>
      {amount > 0n && (
        <Notice tone="good">
          {words.waiting.title(format.money(amount, currency))}
          <PrimaryButton onPress={() => setIsOpen(true)}>{words.waiting.collect}</PrimaryButton>
        </Notice>
      )}
      <Dialog title={words.waiting.collect} isOpen={isOpen} onClose={() => setIsOpen(false)}>
        <Suspense fallback={<Loading />}>
          <CollectForm token={token} account={account} amount={format.money(amount, currency)} />
        </Suspense>
      </Dialog>
    </>
  );
}
