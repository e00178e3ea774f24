/**
 * The gas of every function, for every status that it finds and leaves. Measured in one way: the gas of the whole transaction
 * (`gasUsed`), calldata included, on the chain of scripts/gas/chain.ts, each row from the same state. Everybody who is paid was paid
 * before, so that no row has the price of an account's first balance, unless it says so.
 */
import {
  type Address,
  type Agreement,
  acceptCall,
  advanceCall,
  advanceTypedData,
  approveCall,
  approveTypedData,
  attestCall,
  attestTypedData,
  type Call,
  closeCall,
  closeTypedData,
  type DefineAgreementParameters,
  disputeCall,
  disputeTypedData,
  extendCall,
  extendTypedData,
  finalizeCall,
  fundCall,
  type Hex,
  hashText,
  multicallCall,
  Outcome,
  permitCall,
  permitTypedData,
  refundCall,
  refundTypedData,
  requestChangesCall,
  requestChangesTypedData,
  ruleCall,
  ruleTypedData,
  Status,
  settleCall,
  settleTypedData,
  submitCall,
  submitEvidenceCall,
  submitTypedData,
  type TypedData,
  toAddress,
  withdrawCall,
} from "@micro-escrow/sdk";
import type { Signer } from "ethers";
import { createChain } from "../../scripts/gas/chain.ts";

const text = hashText("Any text will do.");
const held = 500_000_000n;
const part = 200_000_000n;
/** The first of January 2100, for deadlines and extensions. */
const later = 4_102_444_800;
const heldStatuses = [Status.Funded, Status.Submitted, Status.ChangesRequested, Status.Disputed];

export async function gasLines(): Promise<string[]> {
  const chain = await createChain();
  const { escrow, chainId, account, define, consent, send, sign, wait, ethers, escrowContract } = chain;
  const client = await account(0);
  const freelancer = await account(1);
  const stranger = await account(2);
  const arbiter = await account(3);
  const verifier = await account(4);
  const platform = await account(5);
  const token = toAddress(await chain.token.getAddress());
  const fee = { fee: { recipient: await platform.getAddress(), share: "2%" } };
  const reviewed = { verifier: await verifier.getAddress(), challenge: "2 days" };

  // What the functions do to milestone 0 of an agreement, each as its actor's call.
  const open = async (agreement: Agreement, indices: readonly number[] = [0]) =>
    fundCall({ escrow, agreement, indices, freelancerSignature: await consent(agreement) });
  const on = (agreement: Agreement) => ({ escrow, agreement, index: 0 });
  const submit = (agreement: Agreement) => submitCall({ ...on(agreement), deliverable: text });
  const requestChanges = (agreement: Agreement) =>
    requestChangesCall({ ...on(agreement), submission: 1, reason: text });
  const dispute = (agreement: Agreement) => disputeCall({ ...on(agreement), submission: 1, evidence: text });
  const rule = (agreement: Agreement, freelancerAmount = part) =>
    ruleCall({ ...on(agreement), freelancerAmount, reasoning: text });

  /** Brings milestone 0 to a status that holds money. */
  async function bring(agreement: Agreement, status: Status): Promise<void> {
    await send(client, await open(agreement));
    if (status === Status.Funded) return;
    await send(freelancer, submit(agreement));
    if (status === Status.ChangesRequested) await send(client, requestChanges(agreement));
    if (status === Status.Disputed) await send(client, dispute(agreement));
  }

  // Everybody was paid before: the arbiter and the platform have something claimable.
  const former = await define(3, arbiter, "former", fee);
  await bring(former, Status.Disputed);
  await send(arbiter, rule(former));
  const backToStart = await chain.remember();

  const nameOf = (names: Record<string, number>, value: bigint) =>
    Object.keys(names).find((name) => names[name] === Number(value)) ?? "";
  const stateOf = async ({ id }: Agreement): Promise<string> => {
    const { status, outcome } = await escrowContract.getFunction("milestone")(id, 0);
    return outcome === 0n ? nameOf(Status, status) : `${nameOf(Status, status)} (${nameOf(Outcome, outcome)})`;
  };

  const lines: string[] = [];
  let agreement = await define(3, arbiter, "snapshot");

  /** Goes back to the start, with an agreement that differs from the usual one in `changes`, its milestone 0 in `status`. */
  async function begin(status: Status = Status.None, changes: Partial<DefineAgreementParameters> = {}): Promise<void> {
    await backToStart();
    agreement = await define(3, arbiter, "snapshot", changes);
    if (status !== Status.None) await bring(agreement, status);
  }

  /** Sends the call, and adds its line. */
  async function measure(what: string, sender: Signer, call: Call): Promise<void> {
    const before = await stateOf(agreement);
    const gas = await send(sender, call);
    const after = await stateOf(agreement);
    const step = before === after ? before : `${before} → ${after}`;
    lines.push(`${what.padEnd(44)}${step.padEnd(44)}${gas.toLocaleString("en-US").padStart(9)}`);
  }

  // ------------------------------------------------------------------------------------------------ consent and end

  const [clientAddress, freelancerAddress] = [
    toAddress(await client.getAddress()),
    toAddress(await freelancer.getAddress()),
  ];
  const accept = (party: Address, signature?: Hex) =>
    acceptCall({ escrow, agreement, party, ...(signature !== undefined && { signature }) });
  await begin();
  await measure("accept, the first consent", client, accept(clientAddress));
  await measure("accept, the second consent", freelancer, accept(freelancerAddress));
  await measure("accept, again", freelancer, accept(freelancerAddress));
  await begin();
  await measure("accept, the first consent, signed", stranger, accept(freelancerAddress, await consent(agreement)));

  const signed = async (signer: Signer, typedData: TypedData) => ({
    authorization: { deadline: later, signature: await sign(signer, typedData) },
  });
  const place = { chainId, escrow, deadline: later };
  await begin();
  await measure("close", client, closeCall({ escrow, agreement, party: clientAddress }));
  await measure("close, again", client, closeCall({ escrow, agreement, party: clientAddress }));
  await begin(Status.Funded);
  await measure("close", client, closeCall({ escrow, agreement, party: clientAddress }));
  await begin();
  const closing = await signed(client, closeTypedData({ agreement, ...place }));
  await measure("close, signed", stranger, closeCall({ escrow, agreement, party: clientAddress, ...closing }));

  // -------------------------------------------------------------------------------------------------------- money in

  await begin();
  await measure("fund, and both consent", client, await open(agreement));
  await measure("fund the next", client, fundCall({ escrow, agreement, indices: [1] }));
  await begin();
  await measure("fund three, and both consent", client, await open(agreement, [0, 1, 2]));
  await begin();
  await send(client, accept(clientAddress));
  await send(freelancer, accept(freelancerAddress));
  await measure("fund, after both consented", client, fundCall({ escrow, agreement, indices: [0] }));

  await backToStart();
  const plain = await ethers.deployContract("PlainToken", [6]);
  const permit = permitTypedData({
    domain: { name: "Plain Token", version: "1", chainId, verifyingContract: await plain.getAddress() },
    ...{ owner: clientAddress, escrow, value: held, nonce: 0n, deadline: later },
  });
  const permitting = permitCall({
    ...{ escrow, token: toAddress(await plain.getAddress()), value: held, deadline: later },
    signature: await sign(client, permit),
  });
  await measure("permit", client, permitting);
  await measure("permit, used before", client, permitting);

  // ------------------------------------------------------------------------------------------------------------ work

  for (const status of [Status.Funded, Status.ChangesRequested]) {
    await begin(status);
    await measure("submit", freelancer, submit(agreement));
    await begin(status);
    const submission = status === Status.Funded ? 1 : 2;
    const submitting = await signed(
      freelancer,
      submitTypedData({ agreement, index: 0, deliverable: text, submission, ...place }),
    );
    await measure("submit, signed", stranger, submitCall({ ...on(agreement), deliverable: text, ...submitting }));
  }
  for (const status of heldStatuses) {
    const submission = status === Status.Funded ? 0 : 1;
    await begin(status);
    await measure("approve", client, approveCall({ ...on(agreement), submission }));
    await begin(status, fee);
    await measure("approve, platform fee", client, approveCall({ ...on(agreement), submission }));
    await begin(status);
    const approving = await signed(client, approveTypedData({ agreement, index: 0, submission, held, ...place }));
    await measure("approve, signed", stranger, approveCall({ ...on(agreement), submission, ...approving }));
  }
  // A token that refuses the payment. It is compiled without the optimizer, so only the difference between the rows tells.
  await backToStart();
  const restricted = await ethers.deployContract("RestrictedToken");
  await restricted.getFunction("mint")(clientAddress, held);
  await restricted.getFunction("approve")(escrow, held);
  const otherToken = { token: { address: await restricted.getAddress(), decimals: 6 } };
  const backToOtherToken = await chain.remember();
  for (const refused of [false, true]) {
    await backToOtherToken();
    agreement = await define(3, arbiter, "snapshot", otherToken);
    await bring(agreement, Status.Submitted);
    await restricted.getFunction("setBlacklisted")(freelancerAddress, refused);
    const what = refused ? "approve, another token, it is deferred" : "approve, another token";
    await measure(what, client, approveCall({ ...on(agreement), submission: 1 }));
  }

  for (const status of heldStatuses.filter((each) => each !== Status.Disputed)) {
    await begin(status);
    await measure("advance", client, advanceCall({ ...on(agreement), amount: part }));
    await begin(status, fee);
    await measure("advance, platform fee", client, advanceCall({ ...on(agreement), amount: part }));
    await begin(status);
    const advancing = await signed(client, advanceTypedData({ agreement, index: 0, amount: part, held, ...place }));
    await measure("advance, signed", stranger, advanceCall({ ...on(agreement), amount: part, ...advancing }));
  }

  const asking = { submission: 1, reason: text };
  await begin(Status.Submitted);
  await measure("requestChanges", client, requestChanges(agreement));
  await begin(Status.Submitted);
  const requesting = await signed(client, requestChangesTypedData({ agreement, index: 0, ...asking, ...place }));
  await measure("requestChanges, signed", stranger, requestChangesCall({ ...on(agreement), ...asking, ...requesting }));

  for (const [what, challenge, passed] of [
    ["attest, failed", "2 days", false],
    ["attest, passed", "2 days", true],
    ["attest, passed, no challenge period", "0 days", true],
  ] as const) {
    const attestation = { submission: 1, passed, report: text };
    await begin(Status.Submitted, { ...reviewed, challenge });
    await measure(what, verifier, attestCall({ ...on(agreement), ...attestation }));
    await begin(Status.Submitted, { ...reviewed, challenge });
    const attesting = await signed(verifier, attestTypedData({ agreement, index: 0, ...attestation, ...place }));
    await measure(`${what}, signed`, stranger, attestCall({ ...on(agreement), ...attestation, ...attesting }));
  }
  for (const status of [Status.Funded, Status.ChangesRequested]) {
    await begin(status);
    await measure("extend", client, extendCall({ ...on(agreement), clock: later }));
    await begin(status);
    const { clock } = await escrowContract.getFunction("milestone")(agreement.id, 0);
    const extension = { submission: status === Status.Funded ? 0 : 1, currentClock: Number(clock), clock: later };
    const extending = await signed(client, extendTypedData({ agreement, index: 0, ...extension, ...place }));
    await measure("extend, signed", stranger, extendCall({ ...on(agreement), clock: later, ...extending }));
  }

  // ---------------------------------------------------------------------------------------------------- disagreement

  for (const [status, by] of [
    [Status.Submitted, client],
    [Status.ChangesRequested, freelancer],
  ] as const) {
    const disputed = { submission: 1, evidence: text };
    await begin(status);
    await measure("dispute", by, dispute(agreement));
    await begin(status);
    const disputing = await signed(by, disputeTypedData({ agreement, index: 0, ...disputed, ...place }));
    await measure("dispute, signed", stranger, disputeCall({ ...on(agreement), ...disputed, ...disputing }));
  }
  await begin(Status.Disputed);
  await measure("submitEvidence", client, submitEvidenceCall({ ...on(agreement), evidence: text }));

  const pot = (held * 97n) / 100n;
  for (const [what, freelancerAmount] of [
    ["rule, a part", part],
    ["rule, all to the freelancer", pot],
    ["rule, all to the client", 0n],
  ] as const) {
    await begin(Status.Disputed);
    await measure(what, arbiter, rule(agreement, freelancerAmount));
  }
  await begin(Status.Disputed, fee);
  await measure("rule, a part, platform fee", arbiter, rule(agreement));
  await begin(Status.Disputed, { arbiter: await stranger.getAddress() });
  await measure("rule, a part, the arbiter's first fee", stranger, rule(agreement));
  await begin(Status.Disputed);
  const ruling = { freelancerAmount: part, reasoning: text };
  const ruled = await signed(arbiter, ruleTypedData({ agreement, index: 0, ...ruling, ...place }));
  await measure("rule, a part, signed", stranger, ruleCall({ ...on(agreement), ...ruling, ...ruled }));

  for (const status of heldStatuses) {
    await begin(status);
    const settlement = { freelancerAmount: part };
    const typedData = settleTypedData({ agreement, index: 0, ...settlement, held, ...place });
    const ofClient = (await signed(client, typedData)).authorization;
    const ofFreelancer = (await signed(freelancer, typedData)).authorization;
    await measure("settle", client, settleCall({ ...on(agreement), ...settlement, freelancer: ofFreelancer }));
    await begin(status);
    const both = settleCall({ ...on(agreement), ...settlement, client: ofClient, freelancer: ofFreelancer });
    await measure("settle, both signed", stranger, both);
  }
  for (const status of heldStatuses) {
    await begin(status);
    await measure("refund", freelancer, refundCall(on(agreement)));
    await begin(status);
    const refunding = await signed(freelancer, refundTypedData({ agreement, index: 0, held, ...place }));
    await measure("refund, signed", stranger, refundCall({ ...on(agreement), ...refunding }));
  }

  // ------------------------------------------------------------------------------------------------- time and money

  for (const status of heldStatuses) {
    await begin(status);
    wait(agreement.terms.arbitrationPeriod);
    await measure("finalize", stranger, finalizeCall(on(agreement)));
  }
  await begin();
  const arbiterAddress = toAddress(await arbiter.getAddress());
  await measure(
    "withdraw, the account's first balance",
    stranger,
    withdrawCall({ escrow, token, account: arbiterAddress }),
  );
  await measure("withdraw, nothing", stranger, withdrawCall({ escrow, token, account: arbiterAddress }));

  await begin(Status.Submitted);
  const calls = [approveCall({ ...on(agreement), submission: 1 }), fundCall({ escrow, agreement, indices: [1] })];
  await measure("multicall: approve, fund the next", client, multicallCall({ escrow, calls }));

  // ----------------------------------------------------------------------------------------------------------- views

  await begin(Status.Funded);
  for (const [view, parameters] of [
    ["agreementId", [agreement.terms]],
    ["scheduleHash", [agreement.schedule]],
    ["milestone", [agreement.id, 0]],
    ["claimable", [token, arbiterAddress]],
    ["eip712Domain", []],
  ] as const) {
    const data = escrowContract.interface.encodeFunctionData(view, parameters) as Hex;
    await measure(`${view}, as a transaction`, stranger, { to: escrow, data, value: 0n });
  }
  return lines;
}
