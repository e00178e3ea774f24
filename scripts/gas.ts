/**
 * Measures what each step of a milestone costs, and fails when one costs more than it may: `npm run gas [-- --json]`.
 * What it is measured on stands in gas/chain.ts.
 */
import {
  type Agreement,
  approveCall,
  disputeCall,
  finalizeCall,
  fundCall,
  hashText,
  ruleCall,
  submitCall,
} from "@micro-escrow/sdk";
import type { Signer } from "ethers";
import hre from "hardhat";
import { createChain } from "./gas/chain.ts";
import { readOptions } from "./script.ts";

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

const { json } = readOptions("npm run -s gas -- [--json]", { json: { type: "boolean", default: false } });

await hre.tasks.getTask("build").run({ quiet: true, noTests: true });
const { ethers, account, escrow, define, consent, send, wait } = await createChain();
const client = await account(0);
const freelancer = await account(1);
const stranger = await account(2);

const text = hashText("Any text will do.");
const ruling = { freelancerAmount: 200_000_000n, reasoning: text };

const openAndFund = async (agreement: Agreement) =>
  send(client, fundCall({ escrow, agreement, indices: [0], freelancerSignature: await consent(agreement) }));
const fund = (agreement: Agreement, index: number) => send(client, fundCall({ escrow, agreement, indices: [index] }));
const submit = (agreement: Agreement, index: number) =>
  send(freelancer, submitCall({ escrow, agreement, index, deliverable: text }));
const approve = (agreement: Agreement, index: number) =>
  send(client, approveCall({ escrow, agreement, index, submission: 1 }));
const dispute = (agreement: Agreement, index: number) =>
  send(client, disputeCall({ escrow, agreement, index, submission: 1, evidence: text }));
const rule = (arbiter: Signer, agreement: Agreement, index: number) =>
  send(arbiter, ruleCall({ escrow, agreement, index, ...ruling }));

/** Every step, in agreements of `length` milestones with an arbiter who has never ruled before. */
async function measure(length: number, arbiter: Signer): Promise<Record<Step, number>> {
  const agreement = await define(length, arbiter, "measured");
  const first = await openAndFund(agreement);
  const next = await fund(agreement, 1);
  await fund(agreement, 2);
  const submitted = await submit(agreement, 0);
  const approved = await approve(agreement, 0);
  await submit(agreement, 1);
  const disputed = await dispute(agreement, 1);
  const ruledFirst = await rule(arbiter, agreement, 1);
  await submit(agreement, 2);
  wait(agreement.terms.reviewPeriod);
  const finalized = await send(stranger, finalizeCall({ escrow, agreement, index: 2 }));

  const another = await define(length, arbiter, "another");
  await openAndFund(another);
  await submit(another, 0);
  await dispute(another, 0);
  const ruled = await rule(arbiter, another, 0);

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

/** The gas of an approval without that of its calldata, whose bytes are hashes and so cost a little more or less. */
async function approveExecution(length: number): Promise<number> {
  const agreement = await define(length, stranger, "approved");
  await openAndFund(agreement);
  await submit(agreement, 0);
  const { data } = approveCall({ escrow, agreement, index: 0, submission: 1 });
  const calldata = ethers.getBytes(data).reduce((sum, byte) => sum + (byte === 0 ? 4 : 16), 0);
  return (await approve(agreement, 0)) - calldata;
}

const three = await measure(3, await account(3));
const fifty = await measure(50, await account(4));
const approvals = [await approveExecution(1), await approveExecution(50)];

const failures = steps
  .filter((step) => three[step] > limits[step])
  .map((step) => `${step} costs ${three[step]} gas, and may cost ${limits[step]}.`);
if (approvals[0] !== approvals[1]) {
  failures.push(`approve costs ${approvals[0]} with 1 milestone and ${approvals[1]} with 50; it must cost the same.`);
}

if (json) {
  const rows = steps.map((step) => [step, { gas: three[step], ofFifty: fifty[step], limit: limits[step] }]);
  console.log(JSON.stringify({ steps: Object.fromEntries(rows), approveExecution: approvals, failures }, null, 2));
} else {
  const number = (value: number) => value.toLocaleString("en-US");
  console.log("| step | gas (3 milestones) | gas (50 milestones) | limit |\n|---|---:|---:|---:|");
  for (const step of steps) {
    console.log(`| ${step} | ${number(three[step])} | ${number(fifty[step])} | ${number(limits[step])} |`);
  }
}
for (const failure of failures) console.error(failure);
process.exitCode = failures.length === 0 ? 0 : 1;
