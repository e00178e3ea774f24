/** What no escrow can get below: tokens that go straight to the freelancer, and a custody that remembers nothing. */
import { AMOUNT, type Chain } from "../chain.ts";
import type { Peer, Protocol } from "./protocol.ts";

export const custody: Peer = {
  name: "bare custody",
  source: "contracts/mocks/BareCustody.sol: money in, money out, no state, and its owner decides",
  takesFees: false,

  async deploy(chain: Chain): Promise<Protocol> {
    const { measured, tokenAddress } = chain;
    const contract = await chain.ethers.deployContract("BareCustody", [tokenAddress], measured.client);
    const address = await contract.getAddress();
    const abi = contract.interface;
    await chain.prepare(address);
    return {
      paid: AMOUNT,
      async gig({ client, freelancer }) {
        const fund = async () => ({ from: client, to: address, data: abi.encodeFunctionData("deposit", [AMOUNT]) });
        return {
          open: fund,
          fund,
          release: async () => ({
            // The owner's decision, whoever the client is.
            from: measured.client,
            to: address,
            data: abi.encodeFunctionData("pay", [await freelancer.getAddress(), AMOUNT]),
          }),
        };
      },
    };
  },
};

/** Sends the tokens of a milestone to the freelancer, when it is released. */
export const transfer: Peer = {
  name: "bare transfer",
  source: "no escrow: the client sends the tokens when it likes the work",
  takesFees: false,

  async deploy(chain: Chain): Promise<Protocol> {
    const { token, tokenAddress } = chain;
    return {
      paid: AMOUNT,
      async gig({ client, freelancer }) {
        return {
          release: async () => ({
            from: client,
            to: tokenAddress,
            data: token.interface.encodeFunctionData("transfer", [await freelancer.getAddress(), AMOUNT]),
          }),
        };
      },
    };
  },
};
