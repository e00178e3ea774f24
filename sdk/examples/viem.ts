/**
 * MicroEscrow with viem: the SDK's builders make calls and typed data, viem sends and signs them. From an agreement to a paid
 * milestone; run against a chain in test/sdk/examples.test.ts.
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
  submitCall,
  TransactionRevertedError,
  type TypedData,
} from "@micro-escrow/sdk";
import { fundCalls } from "@micro-escrow/sdk/wallets";
import type {
  Account,
  Chain,
  Hex,
  PublicClient,
  TransactionReceipt,
  Transport,
  TypedDataDomain,
  WalletClient,
} from "viem";

/** An account that signs and sends. */
export type Wallet = WalletClient<Transport, Chain, Account>;

/** A receipt of viem's, as `decodeResult` takes it. */
export function toReceipt({ transactionHash, blockNumber, blockHash, logs }: TransactionReceipt): DecodableReceipt {
  const place = { transactionHash, blockHash, blockNumber: Number(blockNumber) };
  return {
    hash: transactionHash,
    blockNumber: place.blockNumber,
    logs: logs.map(({ address, topics, data, logIndex }) => ({ ...place, address, topics, data, index: logIndex })),
  };
}

/** Sends a call, unless it would fail; what fails comes as one of the SDK's errors. */
export async function send(chain: PublicClient, wallet: Wallet, call: Call): Promise<DecodableReceipt> {
  try {
    // A call is a transaction as it is: { to, data, value }.
    await chain.call({ ...call, account: wallet.account });
    const hash = await wallet.sendTransaction(call);
    const receipt = await chain.waitForTransactionReceipt({ hash });
    if (receipt.status === "success") return toReceipt(receipt);
    throw new TransactionRevertedError({ reason: undefined, data: "0x", transaction: hash as Hash });
  } catch (error) {
    throw decodeError(error);
  }
}

/** Signs typed data. viem makes `EIP712Domain` from the domain itself, and wants to be told the primary type. */
export function sign(wallet: Wallet, { domain, types, primaryType, message }: TypedData): Promise<Hex> {
  return wallet.signTypedData({ domain: domain as TypedDataDomain, types, primaryType, message });
}

/** The freelancer signs, the client funds the first milestone, the freelancer submits, the client pays. */
export async function work(parameters: {
  readonly chain: PublicClient;
  readonly client: Wallet;
  readonly freelancer: Wallet;
  readonly escrow: Hex;
  readonly agreement: Agreement;
  readonly deliverable: Hash;
}) {
  const { chain, client, freelancer, escrow, agreement, deliverable } = parameters;
  const freelancerSignature = await sign(freelancer, acceptTypedData({ chainId: client.chain.id, escrow, agreement }));

  // The approval at the token, and the funding.
  for (const call of fundCalls({ escrow, agreement, indices: [0], freelancerSignature }))
    await send(chain, client, call);

  const submission = submitCall({ escrow, agreement, index: 0, deliverable });
  const submitted = decodeResult("submit", submission, await send(chain, freelancer, submission));

  const approval = approveCall({ escrow, agreement, index: 0, submission: submitted.submission });
  return decodeResult("approve", approval, await send(chain, client, approval));
}
