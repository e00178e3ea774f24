import { Outcome, Status } from "@micro-escrow/sdk";
import { runKeeper } from "@micro-escrow/sdk/keeper";
import { expect } from "chai";
import { DAY, UNIT } from "../chain.ts";
import { LogSink, worldOfEachTest } from "./world.ts";

describe("The keeper", function () {
  this.timeout(60_000);
  const world = worldOfEachTest();

  it("finalizes for an account, many in one transaction", async () => {
    const { fund, elapse, configure, newAccount, escrow } = world();
    const agreements = await fund(3);
    await elapse(DAY);
    const stderr = new LogSink();
    const account = await newAccount();
    const config = await configure();
    try {
      await runKeeper({ config, once: true, env: { MICRO_ESCROW_KEEPER_KEY: account.privateKey }, stderr });
    } finally {
      console.log(stderr.text);
    }
    for (const agreement of agreements) {
      const { milestones } = await escrow.getAgreementState(agreement);
      expect(milestones.map(({ status }) => status)).to.deep.equal([Status.Refunded]);
    }
  });
});
