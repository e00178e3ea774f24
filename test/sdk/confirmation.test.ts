/** Decisions wait until what they answer is in a block that stays. On a chain that is no development node. */
import { DeliverableMismatchError, type MicroEscrow, NotConfirmedError, Status } from "@micro-escrow/sdk";
import { expect } from "chai";
import { toQuantity } from "ethers";
import {
  type Context,
  deliverable,
  evidence,
  failure,
  otherDeliverable,
  reason,
  reasoning,
  rpcError,
  setUp,
  through,
} from "./chain.ts";

describe("A decision on a public chain", () => {
  let context: Context;
  before(async () => {
    context = await setUp({ chainId: 8_453 });
  });

  type Decider = "client" | "verifier" | "arbiter";
  /** The client, or who else decides, through an endpoint whose safe block is this many blocks behind, or that has none. */
  const behind = (
    lag: () => number | "unknown tag" | "no block",
    decider: Decider = "client",
    looked: () => unknown = () => {},
  ) =>
    through(
      context,
      async (method, parameters, forward) => {
        if (method !== "eth_getBlockByNumber" || parameters[0] !== "safe") return forward();
        await looked();
        const behind = lag();
        if (behind === "unknown tag") throw rpcError(-32_602, "invalid block tag: safe");
        if (behind === "no block") return null;
        const safe = Math.max((await context.ethers.provider.getBlockNumber()) - behind, 0);
        return context.chain.provider.request({ method, params: [toQuantity(safe), false] });
      },
      context.signers[decider],
    );
  const submitted = async () => {
    const agreement = await context.funded();
    await context.as.freelancer.submit({ agreement, index: 0, deliverable });
    return agreement;
  };
  const once = { pollingInterval: 1, patience: 0 };

  type Deciding = Parameters<MicroEscrow["approve"]>[0];
  const attestation = { passed: true, report: reasoning };
  const ruling = { freelancerAmount: 1n, reasoning };
  /** Every decision, and every signature of one. */
  const decisions: Record<string, [by: Decider, decide: (escrow: MicroEscrow, on: Deciding) => Promise<unknown>]> = {
    approve: ["client", (escrow, on) => escrow.approve(on)],
    signApprove: ["client", (escrow, on) => escrow.signApprove(on)],
    requestChanges: ["client", (escrow, on) => escrow.requestChanges({ ...on, reason })],
    signRequestChanges: ["client", (escrow, on) => escrow.signRequestChanges({ ...on, reason })],
    attest: ["verifier", (escrow, on) => escrow.attest({ ...on, ...attestation })],
    signAttest: ["verifier", (escrow, on) => escrow.signAttest({ ...on, ...attestation })],
    rule: ["arbiter", (escrow, on) => escrow.rule({ ...on, ...ruling })],
    signRule: ["arbiter", (escrow, on) => escrow.signRule({ ...on, ...ruling })],
  };
  for (const [name, [by, decide]] of Object.entries(decisions)) {
    it(`waits for the safe block by default: ${name}`, async () => {
      const agreement = await submitted();
      if (by === "arbiter") await context.as.client.dispute({ agreement, index: 0, evidence });
      const before = await context.escrow.getMilestone({ agreement, index: 0 });
      const decider = await behind(() => 2, by);
      const error = await failure(NotConfirmedError, decide(decider, { agreement, index: 0, ...once }));
      expect(error.block - error.safeBlock).to.equal(2);
      expect(await context.escrow.getMilestone({ agreement, index: 0 })).to.deep.equal(before);
      await context.networkHelpers.mine(2);
      await decide(decider, { agreement, index: 0, ...once });
    });
  }

  it("returns the submission that it waited for", async () => {
    const client = await behind(() => 0);
    const { answered } = await client.approve({ agreement: await submitted(), index: 0, ...once });
    expect(answered).to.deep.equal({ submission: 1, deliverable });
  });

  it("waits 64 blocks where the chain has no safe block", async () => {
    for (const kind of ["unknown tag", "no block"] as const) {
      const agreement = await submitted();
      const client = await behind(() => kind);
      await failure(NotConfirmedError, client.approve({ agreement, index: 0, ...once }));
      await context.networkHelpers.mine(64);
      await client.approve({ agreement, index: 0, ...once });
    }
  });

  it("waits for nothing when told so, and when nothing was submitted", async () => {
    const client = await behind(() => 100);
    await client.approve({ agreement: await submitted(), index: 0, confirmations: 0 });
    const { answered } = await client.approve({ agreement: await context.funded(), index: 0, ...once });
    expect(answered).to.deep.equal({ submission: 0, deliverable: undefined });
  });

  it("does not pass to other work that a reorganization puts under the same number", async () => {
    const agreement = await context.funded();
    const snapshot = await context.chain.provider.request({ method: "evm_snapshot", params: [] });
    await context.as.freelancer.submit({ agreement, index: 0, deliverable });
    let looks = 0;
    const client = await behind(
      () => (looks === 1 ? 1 : 0),
      "client",
      async () => {
        if (++looks !== 1) return;
        await context.chain.provider.request({ method: "evm_revert", params: [snapshot] });
        await context.as.freelancer.submit({ agreement, index: 0, deliverable: otherDeliverable });
      },
    );
    const approval = client.approve({ agreement, index: 0, pollingInterval: 1 });
    const error = await failure(DeliverableMismatchError, approval);
    expect(error).to.include({ actual: otherDeliverable, expected: deliverable });
    expect((await client.getMilestone({ agreement, index: 0 })).status).to.equal(Status.Submitted);
  });
});
