/** A local JSON-RPC node with an agreement on it, for what is measured against a chain. */
import {
  type Agreement,
  defineAgreement,
  hashText,
  MicroEscrow,
  multicallCall,
  submitEvidenceCall,
} from "@micro-escrow/sdk";
import { deploy } from "@micro-escrow/sdk/deploy";
import { ContractFactory, type JsonRpcSigner, MaxUint256 } from "ethers";
import { artifacts } from "hardhat";
import { connect, startChain } from "../../demo/chain.ts";

export interface World {
  readonly url: string;
  readonly client: JsonRpcSigner;
  /** Without a signer. */
  readonly escrow: MicroEscrow;
  /** Its first milestone is disputed, the second one submitted. */
  readonly agreement: Agreement;
  /** Adds `EvidenceSubmitted` events: so many blocks of {@link BATCH} each, with {@link GAP} empty ones after it. */
  addEvents(blocks: number): Promise<void>;
  stop(): void;
}

/** Events in one block: what one transaction can pay for. */
export const BATCH = 1_000;
const GAP = 100;

export async function startWorld(): Promise<World> {
  const chain = await startChain("2027-01-01T00:00:00Z");
  const provider = connect(chain.url);
  provider.pollingInterval = 20;
  const stop = () => {
    provider.destroy();
    chain.stop();
  };
  try {
    const [deployer, client, freelancer, arbiter] = await provider.listAccounts();
    if (!deployer || !client || !freelancer || !arbiter) throw new Error("too few accounts");
    const { abi, bytecode } = await artifacts.readArtifact("BasicToken");
    const token = await (await new ContractFactory(abi, bytecode, deployer).deploy()).waitForDeployment();
    await (await token.getFunction("transfer")(client, 10n ** 12n)).wait();
    const { address } = await deploy({ signer: deployer });
    await (
      await client.sendTransaction(await token.getFunction("approve").populateTransaction(address, MaxUint256))
    ).wait();

    const escrow = await MicroEscrow.connect(provider);
    const agreement = defineAgreement({
      ...{ client: client.address, freelancer: freelancer.address, arbiter: arbiter.address },
      token: { address: await token.getAddress(), decimals: 6 },
      scope: { title: "Shop app", milestones: ["UI design", "Backend", "Testing"] },
      milestones: ["500", "900", "300"].map((amount) => ({ amount, work: "14 days" })),
      ...{ review: "7 days", rework: "7 days", arbitration: "14 days", arbiterFee: "3%" },
      ifArbiterIsSilent: "50% to the freelancer",
      fundBy: (await escrow.getTime()) + 86_400,
    });
    const [asClient, asFreelancer] = [escrow.connect(client), escrow.connect(freelancer)];
    const freelancerSignature = await asFreelancer.sign(agreement);
    await asClient.fund({ agreement, indices: [0, 1], freelancerSignature });
    for (const index of [0, 1]) await asFreelancer.submit({ agreement, index, deliverable: hashText("The work") });
    await asClient.dispute({ agreement, index: 0, evidence: hashText("It is not what we agreed on") });

    const evidence = submitEvidenceCall({ escrow: address, agreement, index: 0, evidence: hashText("A photograph") });
    const batch = multicallCall({ escrow: address, calls: Array(BATCH).fill(evidence) });
    return {
      ...{ url: chain.url, client, escrow, agreement, stop },
      async addEvents(blocks) {
        for (let added = 0; added < blocks; added++) {
          const receipt = await (await client.sendTransaction({ ...batch, gasLimit: 16_700_000 })).wait();
          if (receipt?.logs.length !== BATCH) throw new Error("not all events were emitted");
          await provider.send("hardhat_mine", [`0x${GAP.toString(16)}`]);
        }
      },
    };
  } catch (error) {
    stop();
    throw error;
  }
}
