/**
 * A chain to measure gas on, always the same one: the same accounts, addresses, agreements and times, hence the same bytes of
 * calldata.
 *
 * Conditions: a plain OpenZeppelin ERC-20 with 6 decimals; client, freelancer and escrow have some of it before; the escrow
 * has an infinite allowance; no platform fee, an arbiter fee of 3%; every call is a transaction of its own.
 */
import {
  type Address,
  type Agreement,
  agreementTypedData,
  type Call,
  type DefineAgreementParameters,
  defineAgreement,
  type Hex,
  type TypedData,
} from "@micro-escrow/sdk";
import { id, MaxUint256, type Signer } from "ethers";
import { network } from "hardhat";

/** A call, which may pay ether, wei. */
type SentCall = Pick<Call, "to" | "data"> & { readonly value?: bigint };

export async function createChain() {
  const { ethers, networkHelpers } = await network.create();
  const account = (index: number) => ethers.provider.getSigner(index);
  const [client, freelancer] = [await account(0), await account(1)];
  const { chainId } = await ethers.provider.getNetwork();
  const token = await ethers.deployContract("BasicToken");
  const escrowContract = await ethers.deployContract("MicroEscrow");
  const escrow = (await escrowContract.getAddress()) as Address;

  for (const receiver of [freelancer, escrow]) await token.getFunction("transfer")(receiver, 10n ** 6n);
  await token.getFunction("approve")(escrow, MaxUint256);

  /** A transaction's time is a minute after the one before it, from here on, whatever the time is. */
  let time = 4_000_000_000;

  const sign = async (signer: Signer, { domain, types, message }: TypedData) =>
    (await signer.signTypedData(domain, types, message)) as Hex;

  return {
    ...{ ethers, networkHelpers, chainId, account, token, escrow, escrowContract, sign },

    /** An agreement of `length` milestones of 500 tokens each; the nonce tells it from the others. */
    define: async (
      length: number,
      arbiter: Signer,
      nonce: string,
      changes: Partial<DefineAgreementParameters> = {},
    ): Promise<Agreement> =>
      defineAgreement({
        client: await client.getAddress(),
        freelancer: await freelancer.getAddress(),
        arbiter: await arbiter.getAddress(),
        token: { address: await token.getAddress(), decimals: 6 },
        scope: { title: "Gas", milestones: Array.from({ length }, (_, index) => `Milestone ${index + 1}`) },
        milestones: Array.from({ length }, () => ({ amount: "500", work: "14 days" })),
        review: "7 days",
        rework: "7 days",
        arbitration: "14 days",
        arbiterFee: "3%",
        ifArbiterIsSilent: "50% to the freelancer",
        fundBy: new Date("2100-01-01"),
        nonce: id(nonce) as Hex,
        ...changes,
      }),

    /** The freelancer's consent. */
    consent: (agreement: Agreement) => sign(freelancer, agreementTypedData(agreement, { chainId, escrow })),

    /** Sends a call and returns the gas of its transaction. */
    send: async (sender: Signer, { to, data, value = 0n }: SentCall): Promise<number> => {
      time += 60;
      await networkHelpers.time.setNextBlockTimestamp(time);
      const transaction = await sender.sendTransaction({ to, data, value });
      const receipt = await transaction.wait();
      return Number(receipt?.gasUsed);
    },

    /** Lets time pass before the next transaction. */
    wait: (seconds: number) => {
      time += seconds;
    },

    /** Remembers the chain and its time. The function that it returns goes back to them, as often as one likes. */
    remember: async () => {
      const [snapshot, then] = [await networkHelpers.takeSnapshot(), time];
      return async () => {
        await snapshot.restore();
        time = then;
      };
    },
  };
}
