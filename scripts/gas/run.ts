/** The gas of each step, its limit, and that no exit costs more where there are more milestones. */
import {
  type Agreement,
  advanceCall,
  approveCall,
  type Call,
  disputeCall,
  finalizeCall,
  fundCall,
  hashText,
  refundCall,
  ruleCall,
  settleCall,
  settleTypedData,
  submitCall,
} from "@micro-escrow/sdk";
import { getBytes, type Signer } from "ethers";
import hre from "hardhat";
import { createChain } from "./chain.ts";

/** What each step may cost at most, gas, in an agreement of three milestones. */
const limits = {
  "open and fund the first": 99_500,
  "fund a next one": 78_500,
  submit: 37_800,
  approve: 54_000,
  dispute: 38_000,
  "rule, the arbiter's first fee in this token": 85_500,
  rule: 68_600,
  finalize: 53_000,
} as const;

type Step = keyof typeof limits;
const steps = Object.keys(limits) as Step[];

const exits = ["approve", "rule", "finalize", "refund", "settle", "advance"] as const;
type Exit = (typeof exits)[number];

/**
 * Measures, and prints a table or, with `json`, data.
 *
 * @returns Whether no step is above its limit and every exit costs the same in agreements of 1 and of 50 milestones.
 */
export async function runGas({ json }: { json: boolean }): Promise<boolean> {
  await hre.tasks.getTask("build").run({ quiet: true, noTests: true });
  const { chainId, account, escrow, define, consent, send, sign, wait } = await createChain();
  const [client, freelancer, stranger] = [await account(0), await account(1), await account(2)];

  const text = hashText("Any text will do.");
  const held = 500_000_000n;
  const freelancerAmount = 200_000_000n;

  const openAndFund = async (agreement: Agreement) =>
    send(client, fundCall({ escrow, agreement, indices: [0], freelancerSignature: await consent(agreement) }));
  const fund = (agreement: Agreement, index: number) => send(client, fundCall({ escrow, agreement, indices: [index] }));
  const submit = (agreement: Agreement, index: number) =>
    send(freelancer, submitCall({ escrow, agreement, index, deliverable: text }));
  const dispute = (agreement: Agreement, index: number) =>
    send(client, disputeCall({ escrow, agreement, index, submission: 1, evidence: text }));
  const approval = (agreement: Agreement, index: number) => approveCall({ escrow, agreement, index, submission: 1 });
  const ruling = (agreement: Agreement, index: number) =>
    ruleCall({ escrow, agreement, index, freelancerAmount, reasoning: text });

  /** Every step, in agreements of `length` milestones with an arbiter who has never ruled before. */
  async function measure(length: number, arbiter: Signer): Promise<Record<Step, number>> {
    const agreement = await define(length, arbiter, "measured");
    const first = await openAndFund(agreement);
    const next = await fund(agreement, 1);
    await fund(agreement, 2);
    const submitted = await submit(agreement, 0);
    const approved = await send(client, approval(agreement, 0));
    await submit(agreement, 1);
    const disputed = await dispute(agreement, 1);
    const ruledFirst = await send(arbiter, ruling(agreement, 1));
    await submit(agreement, 2);
    wait(agreement.terms.reviewPeriod);
    const finalized = await send(stranger, finalizeCall({ escrow, agreement, index: 2 }));

    const another = await define(length, arbiter, "another");
    await openAndFund(another);
    await submit(another, 0);
    await dispute(another, 0);
    const ruled = await send(arbiter, ruling(another, 0));

    return {
      "open and fund the first": first,
      "fund a next one": next,
      submit: submitted,
      approve: approved,
      dispute: disputed,
      "rule, the arbiter's first fee in this token": ruledFirst,
      rule: ruled,
      finalize: finalized,
    };
  }

  /** Both parties' settlement, which the client sends. */
  async function settlement(agreement: Agreement): Promise<Call> {
    const split = { escrow, agreement, index: 0, freelancerAmount };
    const deadline = agreement.terms.fundBy;
    const signature = await sign(freelancer, settleTypedData({ ...split, held, chainId, deadline }));
    return settleCall({ ...split, freelancer: { deadline, signature } });
  }

  /** The gas of an exit without that of its calldata, whose bytes are hashes and so cost a little more or less. */
  async function execution(sender: Signer, call: Call): Promise<number> {
    const calldata = getBytes(call.data).reduce((sum, byte) => sum + (byte === 0 ? 4 : 16), 0);
    return (await send(sender, call)) - calldata;
  }

  /** Every way out, each from a submitted milestone (a ruling from a disputed one) of an agreement of its own. */
  async function measureExits(length: number, arbiter: Signer): Promise<Record<Exit, number>> {
    const submitted = async (exit: Exit) => {
      const agreement = await define(length, arbiter, exit);
      await openAndFund(agreement);
      await submit(agreement, 0);
      return agreement;
    };
    const disputed = await submitted("rule");
    await dispute(disputed, 0);
    const silent = await submitted("finalize");
    wait(silent.terms.reviewPeriod);
    const expired = { escrow, agreement: silent, index: 0 };

    return {
      rule: await execution(arbiter, ruling(disputed, 0)),
      finalize: await execution(stranger, finalizeCall(expired)),
      approve: await execution(client, approval(await submitted("approve"), 0)),
      refund: await execution(freelancer, refundCall({ escrow, agreement: await submitted("refund"), index: 0 })),
      settle: await execution(client, await settlement(await submitted("settle"))),
      advance: await execution(
        client,
        advanceCall({ escrow, agreement: await submitted("advance"), index: 0, amount: freelancerAmount }),
      ),
    };
  }

  // Each arbiter has ruled before its exits are measured.
  const [one, other] = [await account(3), await account(4)];
  const three = await measure(3, one);
  const fifty = await measure(50, other);
  const ofOne = await measureExits(1, one);
  const ofFifty = await measureExits(50, other);

  const failures = [
    ...steps
      .filter((step) => three[step] > limits[step])
      .map((step) => `${step} costs ${three[step]} gas, and may cost ${limits[step]}.`),
    ...exits
      .filter((exit) => ofOne[exit] !== ofFifty[exit])
      .map((exit) => {
        const costs = `costs ${ofOne[exit]} with 1 milestone and ${ofFifty[exit]} with 50`;
        return `${exit} ${costs}; it must cost the same.`;
      }),
  ];

  if (json) {
    const rows = steps.map((step) => [step, { gas: three[step], ofFifty: fifty[step], limit: limits[step] }]);
    const executions = exits.map((exit) => [exit, { gas: ofOne[exit], ofFifty: ofFifty[exit] }]);
    const data = { steps: Object.fromEntries(rows), exits: Object.fromEntries(executions), failures };
    console.log(JSON.stringify(data, null, 2));
  } else {
    const number = (value: number) => value.toLocaleString("en-US");
    console.log("| step | gas (3 milestones) | gas (50 milestones) | limit |\n|---|---:|---:|---:|");
    for (const step of steps) {
      console.log(`| ${step} | ${number(three[step])} | ${number(fifty[step])} | ${number(limits[step])} |`);
    }
  }
  for (const failure of failures) console.error(failure);
  return failures.length === 0;
}
