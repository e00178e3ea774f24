/** Who has consented to an agreement: by signatures that are here, and on the chain. */

import type { MicroEscrow } from "@micro-escrow/sdk";
import { type Agreement, acceptTypedData, settleTypedData, verifySignature } from "@micro-escrow/sdk";
import { escrowKeys, useEscrow } from "@micro-escrow/sdk/react";
import { useQuery } from "@tanstack/react-query";
import type { Share } from "./share.ts";

/** A share, with nothing in it that the contract would not take. */
export interface Verified {
  readonly share: Share;
  /** Whether there was a signature in it that the contract would not take, and which is left out. */
  readonly hasForged: boolean;
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
    hasForged: Object.keys(good).length < Object.keys(signatures).length || (settlement !== undefined && !isSettled),
  };
}

/** Whether a half of a settlement is a party's, and of what the milestone holds now. */
async function isGoodHalf(
  escrow: MicroEscrow,
  agreement: Agreement,
  settlement: NonNullable<Share["settlement"]>,
): Promise<boolean> {
  const { client, freelancer } = agreement.terms;
  const { index, freelancerAmount, signer, authorization, chainId, escrow: address } = settlement;
  const isHere = settlement.agreement === agreement.id && chainId === escrow.chainId && address === escrow.address;
  if (!isHere || ![client, freelancer].includes(signer) || !/^\d{1,39}$/.test(freelancerAmount)) return false;
  try {
    const { held } = await escrow.getMilestone({ agreement, index });
    const { deadline, signature } = authorization;
    const parameters = { agreement, index, freelancerAmount: BigInt(freelancerAmount), held, deadline };
    const typedData = settleTypedData({ ...parameters, ...escrow.connection });
    return await verifySignature(escrow.connection.provider, { signer, typedData, signature });
  } catch {
    // It is not even shaped like one; an endpoint that is down says so elsewhere on the page.
    return false;
  }
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
  });
}
