import {
  type Address,
  type Agreement,
  advanceCall,
  agreementTypedData,
  approveCall,
  defineAgreement,
  disputeCall,
  fundCall,
  type Hex,
  hashText,
  multicallCall,
  ruleCall,
  submitCall,
  type Call as ToCall,
} from "@micro-escrow/sdk";
import { id, type Signer } from "ethers";
import { AMOUNT, type Chain, FEE_BPS, type Pair } from "../chain.ts";
import type { Peer, Protocol } from "./protocol.ts";

const text = hashText("Any text will do.");
const by = (from: Signer, { to, data }: ToCall) => ({ from, to, data });

export const microEscrow: Peer = {
  name: "MicroEscrow",
  source: "this repository",
  takesFees: true,

  async deploy(chain: Chain, withFee: boolean): Promise<Protocol> {
    const { arbiter, platform, chainId, tokenAddress } = chain;
    const contract = await chain.ethers.deployContract("MicroEscrow", chain.deployer);
    const escrow = (await contract.getAddress()) as Address;
    await chain.prepare(escrow);
    const fee = withFee ? (AMOUNT * FEE_BPS) / 10_000n : 0n;

    // The arbiter's 3% come off what is held, and the platform's share off what the freelancer gets.
    const half = (AMOUNT - (AMOUNT * 300n) / 10_000n) / 2n;

    let gigs = 0;
    const define = async ({ client, freelancer }: Pair, amounts: readonly bigint[]): Promise<Agreement> => {
      gigs += 1;
      return defineAgreement({
        client: await client.getAddress(),
        freelancer: await freelancer.getAddress(),
        arbiter: await arbiter.getAddress(),
        ...(withFee ? { fee: { recipient: await platform.getAddress(), share: Number(FEE_BPS) } } : {}),
        token: { address: tokenAddress, decimals: 6 },
        scope: { title: "A gig", milestones: amounts.map((_, index) => `Milestone ${index + 1}`) },
        milestones: amounts.map((amount) => ({ amount, work: "14 days" })),
        ...{ review: "7 days", rework: "7 days", arbitration: "14 days", arbiterFee: "3%" },
        ifArbiterIsSilent: "50% to the freelancer",
        fundBy: new Date("2028-01-01"),
        nonce: id(`gig ${gigs}`) as Hex,
      });
    };

    /** The client's first transaction carries the freelancer's consent. */
    const open = async (agreement: Agreement, { client, freelancer }: Pair) => {
      const { domain, types, message } = agreementTypedData(agreement, { chainId, escrow });
      const freelancerSignature = (await freelancer.signTypedData(domain, types, message)) as Hex;
      return by(client, fundCall({ escrow, agreement, indices: [0], freelancerSignature }));
    };

    return {
      paid: AMOUNT - fee,
      ruled: { freelancer: withFee ? half - (half * FEE_BPS) / 10_000n : half, client: half },
      fee: {
        amount: fee,
        when: "released",
        has: async () => (await contract.getFunction("claimable")(tokenAddress, platform)) as bigint,
      },

      async gig(pair, length) {
        const { client, freelancer } = pair;
        const agreement = await define(pair, Array<bigint>(length).fill(AMOUNT));
        const fund = (index: number) => fundCall({ escrow, agreement, indices: [index] });
        const release = (index: number) => approveCall({ escrow, agreement, index, submission: 1 });
        return {
          open: () => open(agreement, pair),
          fund: async (index) => by(client, fund(index)),
          submit: async (index) => by(freelancer, submitCall({ escrow, agreement, index, deliverable: text })),
          release: async (index) => by(client, release(index)),
          dispute: async (index) => [
            by(client, disputeCall({ escrow, agreement, index, submission: 1, evidence: text })),
            by(arbiter, ruleCall({ escrow, agreement, index, freelancerAmount: half, reasoning: text })),
          ],
          releaseAndFund: async (index) =>
            by(client, multicallCall({ escrow, calls: [release(index), fund(index + 1)] })),
        };
      },

      async deposit(pair, parts) {
        const { client } = pair;
        const agreement = await define(pair, [AMOUNT * BigInt(parts)]);
        return {
          open: () => open(agreement, pair),
          release: async (part) =>
            by(
              client,
              part < parts - 1
                ? advanceCall({ escrow, agreement, index: 0, amount: AMOUNT })
                : approveCall({ escrow, agreement, index: 0, submission: 0 }),
            ),
        };
      },
    };
  },
};
