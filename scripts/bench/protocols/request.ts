import { ContractFactory, Interface, id } from "ethers";
import { AMOUNT, type Chain, FEE_BPS } from "../chain.ts";
import { type Artifact, peerFile } from "../peers.ts";
import type { Peer, Protocol } from "./protocol.ts";

/**
 * Request Network's escrow holds one payment under one reference, and pays it through Request's fee proxy when the payer says
 * so. It has no submissions and no arbiter: a payer can freeze a payment for a year, and then get it back.
 */
export const request: Peer = {
  name: "Request Network",
  source: "@requestnetwork/smart-contracts 0.48.0, ERC20EscrowToPay and ERC20FeeProxy",
  takesFees: true,

  async deploy(chain: Chain, withFee: boolean): Promise<Protocol> {
    const { deployer, platform, tokenAddress } = chain;
    const artifact = (name: string): Artifact => {
      const file = `@requestnetwork/smart-contracts/types/factories/src/contracts/${name}__factory.js`;
      const factory = peerFile<Record<string, Artifact>>(file)[`${name}__factory`];
      if (factory === undefined) throw new Error(`${file} has no factory`);
      return factory;
    };
    const deploy = async (name: string, parameters: unknown[]) => {
      const { abi, bytecode } = artifact(name);
      const contract = await new ContractFactory(abi, bytecode, deployer).deploy(...parameters);
      return (await contract.waitForDeployment()).getAddress();
    };
    const proxy = await deploy("ERC20FeeProxy", []);
    const escrow = await deploy("ERC20EscrowToPay", [proxy, await deployer.getAddress()]);
    const abi = new Interface(artifact("ERC20EscrowToPay").abi);
    await chain.prepare(escrow);

    // It refuses a fee of 0, so the least there is. A fee comes on top of the amount.
    const fee = withFee ? (AMOUNT * FEE_BPS) / 10_000n : 1n;
    const amount = withFee ? AMOUNT - fee : AMOUNT;
    let gigs = 0;
    return {
      paid: amount,
      fee: { amount: fee, when: "funded", has: () => chain.balance(platform) },
      async gig({ client, freelancer }) {
        gigs += 1;
        const number = gigs;
        // Eight bytes, as Request's own clients have it.
        const referenceOf = (index: number) => id(`gig ${number} milestone ${index}`).slice(0, 18);
        const fund = async (index: number) => ({
          from: client,
          to: escrow,
          data: abi.encodeFunctionData("payEscrow", [
            tokenAddress,
            await freelancer.getAddress(),
            amount,
            referenceOf(index),
            fee,
            await platform.getAddress(),
          ]),
        });
        return {
          open: () => fund(0),
          fund,
          release: async (index) => ({
            from: client,
            to: escrow,
            data: abi.encodeFunctionData("payRequestFromEscrow", [referenceOf(index)]),
          }),
        };
      },
    };
  },
};
