/** The SDK through ethers' own providers as they come, which give an answer again for a quarter of a second. */
import { defineAgreement, eventsOf, hashText, MicroEscrow, Status } from "@micro-escrow/sdk";
import { deploy } from "@micro-escrow/sdk/deploy";
import { expect } from "chai";
import { ContractFactory, HDNodeWallet, JsonRpcProvider, type Signer } from "ethers";
import { artifacts } from "hardhat";
import { stoppedAfterEach, UNIT } from "./chain.ts";
import { startNode } from "./evm.ts";

/** Hardhat's first accounts; anybody knows these keys. */
const PHRASE = "test test test test test test test test test test test junk";

describe("ethers' providers", () => {
  let node: Awaited<ReturnType<typeof startNode>>;
  let provider: JsonRpcProvider;
  const watching = stoppedAfterEach();

  before(async () => {
    node = await startNode();
    provider = new JsonRpcProvider(node.url);
  });

  after(async () => {
    provider.destroy();
    await node.stop();
  });

  /** Accounts whose key the node has, and accounts whose key only the program has. */
  const signers: Readonly<Record<string, (index: number) => Promise<Signer & { readonly address: string }>>> = {
    JsonRpcSigner: (index: number) => provider.getSigner(index),
    Wallet: async (index: number) =>
      HDNodeWallet.fromPhrase(PHRASE, undefined, `m/44'/60'/0'/0/${index}`).connect(provider),
  };

  for (const [kind, signerOf] of Object.entries(signers))
    it(`never answer with a state before what was sent: ${kind}`, async () => {
      const [client, freelancer, arbiter] = [await signerOf(1), await signerOf(2), await signerOf(3)];
      const deployer = await provider.getSigner(0);
      await deploy({ signer: deployer });
      const { abi, bytecode } = await artifacts.readArtifact("PlainToken");
      const token = await (await new ContractFactory(abi, bytecode, deployer).deploy(6)).waitForDeployment();
      await (await token.getFunction("mint")(client.address, 2_000n * UNIT)).wait();

      const escrow = await MicroEscrow.connect(client);
      const agreement = defineAgreement({
        client: client.address,
        freelancer: freelancer.address,
        arbiter: arbiter.address,
        token: { address: await token.getAddress(), decimals: 6 },
        scope: { title: "Shop app", milestones: ["UI design", "Backend"] },
        milestones: [
          { amount: "500", work: "14 days" },
          { amount: "900", work: "21 days" },
        ],
        review: "7 days",
        rework: "7 days",
        arbitration: "14 days",
        ifArbiterIsSilent: "50% to the freelancer",
        fundBy: (await escrow.getTime()) + 86_400,
      });
      const statuses = async () => (await escrow.getAgreementState(agreement)).milestones.map(({ status }) => status);
      const seen: string[] = [];
      const failures: unknown[] = [];
      const watch = watching(
        escrow.watch(agreement, ({ added }) => void seen.push(...added.map(({ type }) => type)), {
          interval: 50,
          onError: (error) => failures.push(error),
        }),
      );

      const freelancerSignature = await escrow.connect(freelancer).sign(agreement);
      await escrow.fund({ agreement, indices: [0], freelancerSignature });
      expect(await statuses()).to.deep.equal([Status.Funded, Status.None]);
      await escrow.connect(freelancer).submit({ agreement, index: 0, deliverable: hashText("draft") });
      await escrow.requestChanges({ agreement, index: 0, reason: hashText("in blue, please") });
      const { submission } = await escrow
        .connect(freelancer)
        .submit({ agreement, index: 0, deliverable: hashText("blue") });
      expect((await escrow.getProgress(agreement)).milestones.Submitted).to.equal(1);
      await escrow.approve({ agreement, index: 0, submission });
      expect((await escrow.getProgress(agreement)).milestones.Released).to.equal(1);
      await escrow.fund({ agreement, indices: [1] });
      expect(await statuses()).to.deep.equal([Status.Released, Status.Funded]);
      await escrow.advance({ agreement, index: 1, amount: 100n * UNIT });
      await escrow.advance({ agreement, index: 1, amount: 100n * UNIT });
      expect((await escrow.getMilestone({ agreement, index: 1 })).held).to.equal(700n * UNIT);
      expect(
        eventsOf(await escrow.getTimeline(agreement)).filter(({ type }) => type === "MilestoneAdvanced"),
      ).to.have.length(2);

      await new Promise((resolve) => setTimeout(resolve, 600));
      watch.stop();
      expect(failures).to.deep.equal([]);
      expect(seen.filter((type) => type === "MilestoneAdvanced")).to.have.length(2);
    });
});
