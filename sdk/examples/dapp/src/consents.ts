/** Who has consented to an agreement: by signatures that are here, and on the chain. */

import type { MicroEscrow } from "@micro-escrow/sdk";
import { type Agreement, acceptTypedData, RpcError, settleTypedData, verifySignature } from "@micro-escrow/sdk";
import { escrowKeys, useCountdown, useEscrow } from "@micro-escrow/sdk/react";
import { useQuery } from "@tanstack/react-query";
import { type Kept, settlementOf } from "./library.ts";
import { useAddress } from "./session.tsx";
import type { Share } from "./share.ts";

/** A share, with nothing in it that the contract would not take. */
export interface Verified {
  readonly share: Share;
  /** What was in it and is left out: somebody's consent, or half of a split. */
  readonly leftOut: "consent" | "split" | undefined;
}

/** Leaves out of a share what the contract would not take. */
export async function verify(escrow: MicroEscrow, { signatures, settlement, ...rest }: Share): Promise<Verified> {
  const { agreement } = rest;
  const { provider } = escrow.connection;
  const typedData = acceptTypedData({ agreement, ...escrow.connection });
  const isGood = async (party: "client" | "freelancer") => {
    const signature = signatures[party];
    return (
      signature !== undefined && verifySignature(provider, { signer: agreement.terms[party], typedData, signature })
    );
  };
  const [client, freelancer] = await Promise.all([isGood("client"), isGood("freelancer")]);
  const isSettled = settlement !== undefined && (await isGoodHalf(escrow, agreement, settlement));
  const good = {
    ...(client && signatures.client && { client: signatures.client }),
    ...(freelancer && signatures.freelancer && { freelancer: signatures.freelancer }),
  };
  return {
    share: { ...rest, signatures: good, ...(isSettled ? { settlement } : {}) },
    leftOut:
      Object.keys(good).length < Object.keys(signatures).length
        ? "consent"
        : settlement !== undefined && !isSettled
          ? "split"
          : undefined,
  };
}

/**
 * Whether a half of a settlement is a party's, of what the milestone holds now, and not too old.
 *
 * @param shown What its reader is shown that the milestone holds: of another amount the same half says something else.
 */
async function isGoodHalf(
  escrow: MicroEscrow,
  agreement: Agreement,
  settlement: NonNullable<Share["settlement"]>,
  shown?: bigint,
): Promise<boolean> {
  const { client, freelancer } = agreement.terms;
  const { index, freelancerAmount, signer, authorization, chainId, escrow: address } = settlement;
  const isHere = settlement.agreement === agreement.id && chainId === escrow.chainId && address === escrow.address;
  if (!isHere || ![client, freelancer].includes(signer)) return false;
  try {
    const [{ held }, now] = await Promise.all([escrow.getMilestone({ agreement, index }), escrow.getTime()]);
    const { deadline, signature } = authorization;
    if (shown !== undefined && shown !== held) return false;
    if (now >= deadline || BigInt(freelancerAmount) > held) return false;
    const parameters = { agreement, index, freelancerAmount: BigInt(freelancerAmount), held, deadline };
    const typedData = settleTypedData({ ...parameters, ...escrow.connection });
    return await verifySignature(escrow.connection.provider, { signer, typedData, signature });
  } catch (error) {
    if (error instanceof RpcError) throw error;
    // There is no such milestone, or no such signature.
    return false;
  }
}

/** The other party's half of a settlement of a milestone, while the contract would take it; `null` until that is known. */
export function useOffer(
  agreement: Agreement,
  index: number,
  { held }: { readonly held: bigint },
  library: Kept | undefined,
) {
  const escrow = useEscrow();
  const account = useAddress();
  const { client, freelancer } = agreement.terms;
  const other = account === client ? freelancer : account === freelancer ? client : undefined;
  const kept = other && settlementOf(library, index, other);
  const isOfOther = kept !== undefined;
  const { data: isGood, isLoading } = useQuery({
    queryKey: [...escrowKeys.all(escrow), "offer", agreement.id, JSON.stringify(kept), held.toString()],
    queryFn: () => kept !== undefined && isGoodHalf(escrow, agreement, kept, held),
    enabled: isOfOther,
  });
  const left = useCountdown(isOfOther && isGood ? kept.authorization.deadline : undefined);
  if (isLoading) return null;
  return isOfOther && isGood && left !== 0 ? kept : undefined;
}

/** A share, with nothing in it that the contract would not take. */
export function useVerified(share: Share | undefined) {
  const escrow = useEscrow();
  return useQuery({
    queryKey: [
      ...escrowKeys.all(escrow),
      "verified",
      share?.agreement.id ?? "",
      JSON.stringify([share?.signatures, share?.settlement]),
    ],
    queryFn: async () => {
      if (share === undefined) throw new TypeError("Nothing to verify.");
      return verify(escrow, share);
    },
    enabled: share !== undefined,
    // What the contract takes changes with what it holds.
    gcTime: 0,
  });
}
