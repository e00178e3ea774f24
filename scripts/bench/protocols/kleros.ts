import { ContractFactory, Interface, parseEther } from "ethers";
import { AMOUNT, type Chain } from "../chain.ts";
import { type Artifact, peerFile } from "../peers.ts";
import type { Peer, Protocol } from "./protocol.ts";

/** What the arbitrator asks of each party, wei. */
const ARBITRATION_COST = parseEther("0.01");
/** "Refused to arbitrate": each party gets half. */
const HALF_EACH = 0;

/**
 * Kleros' escrow for tokens holds one sum, pays it in parts when the sender says so, and asks an arbitrator when both have paid
 * for that. Nothing is submitted in it, and no platform takes a fee.
 */
export const kleros: Peer = {
  name: "Kleros",
  source: "@kleros/kleros-interaction 0.10.0, MultipleArbitrableTokenTransaction and CentralizedArbitrator",
  takesFees: false,

  async deploy(chain: Chain): Promise<Protocol> {
    const { deployer, arbiter, tokenAddress } = chain;
    const artifact = (name: string): Artifact => peerFile(`@kleros/kleros-interaction/build/contracts/${name}.json`);
    const deploy = async (name: string, parameters: unknown[], signer = deployer) => {
      const { abi, bytecode } = artifact(name);
      const contract = await new ContractFactory(abi, bytecode, signer).deploy(...parameters);
      return (await contract.waitForDeployment()).getAddress();
    };
    const arbitrator = await deploy("CentralizedArbitrator", [ARBITRATION_COST], arbiter);
    const feeTimeout = 7 * 86_400;
    const escrow = await deploy("MultipleArbitrableTokenTransaction", [arbitrator, "0x", feeTimeout]);
    const abi = new Interface(artifact("MultipleArbitrableTokenTransaction").abi);
    const arbitratorAbi = new Interface(artifact("CentralizedArbitrator").abi);
    await chain.prepare(escrow);

    // Both number what they hold from 0 on, in the order in which it comes.
    let [transactions, disputes] = [0, 0];
    return {
      paid: AMOUNT,
      ruled: { freelancer: AMOUNT / 2n, client: AMOUNT / 2n },
      async gig({ client, freelancer }) {
        const numbers = new Map<number, number>();
        const numberOf = (index: number) => numbers.get(index) ?? -1;
        const fund = async (index: number) => {
          numbers.set(index, transactions++);
          return { from: client, to: escrow, data: await create(AMOUNT, await freelancer.getAddress()) };
        };
        return {
          open: () => fund(0),
          fund,
          release: async (index) => ({
            from: client,
            to: escrow,
            data: abi.encodeFunctionData("pay", [numberOf(index), AMOUNT]),
          }),
          dispute: async (index) => [
            {
              ...{ from: freelancer, to: escrow, value: ARBITRATION_COST },
              data: abi.encodeFunctionData("payArbitrationFeeByReceiver", [numberOf(index)]),
            },
            {
              ...{ from: client, to: escrow, value: ARBITRATION_COST },
              data: abi.encodeFunctionData("payArbitrationFeeBySender", [numberOf(index)]),
            },
            {
              ...{ from: arbiter, to: arbitrator },
              data: arbitratorAbi.encodeFunctionData("giveRuling", [disputes++, HALF_EACH]),
            },
          ],
        };
      },
      async deposit({ client, freelancer }, parts) {
        const number = transactions++;
        return {
          open: async () => ({
            from: client,
            to: escrow,
            data: await create(AMOUNT * BigInt(parts), await freelancer.getAddress()),
          }),
          release: async () => ({
            from: client,
            to: escrow,
            data: abi.encodeFunctionData("pay", [number, AMOUNT]),
          }),
        };
      },
    };

    async function create(amount: bigint, freelancer: string): Promise<string> {
      const timeout = 14 * 86_400;
      // Where the agreement can be read: a CID, as Kleros' own client has it.
      const evidence = "/ipfs/QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG/metaEvidence.json";
      return abi.encodeFunctionData("createTransaction", [amount, tokenAddress, timeout, freelancer, evidence]);
    }
  },
};
