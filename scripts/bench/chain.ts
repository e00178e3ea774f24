/**
 * A chain on which protocols are measured side by side: one token, the same people, and every transaction sent and counted in
 * the same way.
 */
import { MaxUint256, type Signer, Transaction, type TransactionReceipt, Wallet } from "ethers";
import { network } from "hardhat";
import solady from "solady";

/** What a milestone is worth: 500 tokens, in base units. */
export const AMOUNT = 500_000_000n;
/** The platform's fee where there is one, basis points. */
export const FEE_BPS = 250n;

/** A transaction of a protocol. */
export interface Call {
  readonly from: Signer;
  readonly to: string;
  readonly data: string;
  /** Wei; left out: none. */
  readonly value?: bigint;
}

/** What a transaction costs. */
export interface Cost {
  readonly gas: number;
  /** Bytes of calldata. */
  readonly bytes: number;
  /** Bytes of the signed transaction after FastLZ, by which chains of the OP Stack bill for data since their Fjord upgrade. */
  readonly compressed: number;
}

export const nothing: Cost = { gas: 0, bytes: 0, compressed: 0 };

export const sum = (costs: readonly Cost[]): Cost =>
  costs.reduce(
    (total, { gas, bytes, compressed }) => ({
      gas: total.gas + gas,
      bytes: total.bytes + bytes,
      compressed: total.compressed + compressed,
    }),
    nothing,
  );

/** A client and a freelancer. */
export interface Pair {
  readonly client: Signer;
  readonly freelancer: Signer;
}

export type Chain = Awaited<ReturnType<typeof createChain>>;

export async function createChain() {
  // No wall clock: everything repeats exactly.
  const { ethers, networkHelpers } = await network.create({ override: { initialDate: "2027-01-01T00:00:00Z" } });
  const signers = await ethers.getSigners();
  const [deployer, client, freelancer, arbiter, platform, otherClient, otherFreelancer] = signers;
  if (!deployer || !client || !freelancer || !arbiter || !platform || !otherClient || !otherFreelancer) {
    throw new Error("too few accounts");
  }
  const token = await ethers.deployContract("BasicToken", deployer);
  const { chainId } = await ethers.provider.getNetwork();
  for (const account of [client, freelancer, platform, arbiter, otherClient, otherFreelancer]) {
    await token.getFunction("transfer")(account, 10n ** 16n);
  }

  return {
    ...{ ethers, networkHelpers, token, chainId, deployer, arbiter, platform },
    tokenAddress: await token.getAddress(),
    /** Whose transactions are measured. */
    measured: { client, freelancer } as Pair,
    /** Who have done the same before. */
    others: { client: otherClient, freelancer: otherFreelancer } as Pair,

    /** Lets `spender` take everything that the clients have, and gives it some of the token. */
    prepare: async (spender: string): Promise<void> => {
      for (const account of [client, otherClient]) {
        await ethers.provider.waitForTransaction(
          (await account.sendTransaction(await token.getFunction("approve").populateTransaction(spender, MaxUint256)))
            .hash,
        );
      }
      await token.getFunction("transfer")(spender, 10n ** 6n);
    },

    balance: async (account: Signer | string): Promise<bigint> => token.getFunction("balanceOf")(account),

    /** Sends a call. */
    send: async ({ from, to, data, value = 0n }: Call): Promise<Cost> => {
      const sent = await from.sendTransaction({ to, data, value, gasLimit: 16_000_000 });
      const { gasUsed, status } = (await sent.wait()) as TransactionReceipt;
      if (status !== 1) throw new Error(`${data.slice(0, 10)} failed`);
      return { gas: Number(gasUsed), bytes: (data.length - 2) / 2, compressed: compressedLength(to, data, value) };
    },
  };
}

/** Signs with a key of its own: whose signature it is does not matter to its length. */
const wallet = new Wallet(`0x${"42".repeat(32)}`);

/** The length of a signed transaction on Base, with fees as they are there, after FastLZ. */
function compressedLength(to: string, data: string, value: bigint): number {
  const transaction = Transaction.from({
    ...{ type: 2, chainId: 8453, nonce: 17, gasLimit: 120_000, to, value, data },
    ...{ maxFeePerGas: 12_345_678n, maxPriorityFeePerGas: 1_234_567n },
  });
  transaction.signature = wallet.signingKey.sign(transaction.unsignedHash);
  return (solady.LibZip.flzCompress(transaction.serialized).length - 2) / 2;
}
