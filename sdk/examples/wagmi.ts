/**
 * MicroEscrow with wagmi: the same builders and the same calls as with viem, sent by the wallet that is connected. The client
 * funds in one batch where its wallet can (EIP-5792), else call by call. Run against a chain in test/sdk/examples.test.ts.
 */
import {
  type Agreement,
  acceptTypedData,
  approveCall,
  type Call,
  type DecodableReceipt,
  decodeError,
  decodeResult,
  type Hash,
  type Results,
  submitCall,
  type TypedData,
} from "@micro-escrow/sdk";
import {
  BatchUnsupportedError,
  batchResults,
  decodeBatchError,
  fundCalls,
  sendCallsRequest,
} from "@micro-escrow/sdk/wallets";
import {
  type Config,
  getConnection,
  sendCalls,
  sendTransaction,
  signTypedData,
  call as simulate,
  waitForCallsStatus,
  waitForTransactionReceipt,
} from "@wagmi/core";
import type { Hex, TypedDataDomain } from "viem";
import { toReceipt } from "./viem.ts";

/** Sends a call from the connected account, unless it would fail; what fails comes as one of the SDK's errors. */
export async function send(config: Config, call: Call): Promise<DecodableReceipt> {
  try {
    await simulate(config, { ...call, account: getConnection(config).address });
    const hash = await sendTransaction(config, call);
    // It throws for a transaction that reverted.
    return toReceipt(await waitForTransactionReceipt(config, { hash }));
  } catch (error) {
    throw decodeError(error);
  }
}

/** Signs typed data with the connected account. */
export function sign(config: Config, { domain, types, primaryType, message }: TypedData): Promise<Hex> {
  return signTypedData(config, { domain: domain as TypedDataDomain, types, primaryType, message });
}

/** Where the agreement is acted on, by whoever is connected. */
export interface Deal {
  readonly escrow: Hex;
  readonly agreement: Agreement;
}

/** The connected freelancer signs. */
export function accept(config: Config, { escrow, agreement }: Deal): Promise<Hex> {
  const { chainId } = getConnection(config);
  return sign(config, acceptTypedData({ chainId: chainId ?? 0, escrow, agreement }));
}

/** The connected client funds the first milestone. */
export async function fund(config: Config, deal: Deal, freelancerSignature: Hex): Promise<Results["fund"]> {
  const { escrow, agreement } = deal;
  const calls = fundCalls({ escrow, agreement, indices: [0], freelancerSignature });
  const batch = await sendCalls(config, { calls, forceAtomic: true }).catch((error: unknown) => {
    const reason = decodeBatchError(error);
    // Nothing was sent: this wallet sends no batches.
    if (reason instanceof BatchUnsupportedError) return undefined;
    throw reason;
  });
  if (batch !== undefined) {
    const { chainId = 0, address = "0x" } = getConnection(config);
    const request = sendCallsRequest({ chainId, from: address, calls });
    const status = await waitForCallsStatus(config, batch);
    const funded = batchResults({ escrow, request, status })?.at(-1);
    return funded?.result as Results["fund"];
  }
  const [approval, funding] = calls as readonly [Call, Call];
  await send(config, approval);
  return decodeResult("fund", funding, await send(config, funding));
}

/** The connected freelancer submits. */
export async function submit(config: Config, deal: Deal, deliverable: Hash): Promise<Results["submit"]> {
  const call = submitCall({ ...deal, index: 0, deliverable });
  return decodeResult("submit", call, await send(config, call));
}

/** The connected client approves the submission that it has seen: the freelancer is paid. */
export async function approve(config: Config, deal: Deal, submission: number): Promise<Results["approve"]> {
  const call = approveCall({ ...deal, index: 0, submission });
  return decodeResult("approve", call, await send(config, call));
}
