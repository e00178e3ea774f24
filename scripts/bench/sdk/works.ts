/** What the SDK and bare ethers are timed at. */
import {
  agreementId,
  agreementTypedData,
  approveCall,
  approveTypedData,
  type Call,
  decodeResult,
  escrowInterface,
  eventsOf,
  hashText,
  type ResultVerb,
  scheduleHash,
  step,
} from "@micro-escrow/sdk";
import { Contract, type TransactionReceipt, TypedDataEncoder, Wallet } from "ethers";
import { compare, type Speed } from "./speed.ts";
import type { World } from "./world.ts";

/** Everything, in one run. The second milestone is released by it. */
export async function measureSpeeds(world: World): Promise<Readonly<Record<string, Speed>>> {
  const { escrow, agreement, client } = world;
  const { id, terms, schedule } = agreement;
  const location = { chainId: escrow.chainId, escrow: escrow.address };
  const wallet = Wallet.createRandom();
  const now = await escrow.getTime();
  const deadline = now + 3_600;
  const state = await escrow.getAgreementState(agreement);
  const { held } = await escrow.getMilestone({ agreement, index: 1 });
  const evidence = hashText("A photograph");
  const approval = { ...location, agreement, index: 1, submission: 1 };
  const nobody = { deadline: 0, signature: "0x" };

  const outcome = {
    "know what an approval would do": await compare(
      () => step(agreement, state, { type: "approve", index: 1, submission: 1 }, { sender: terms.client, now }),
      () =>
        client.provider.send("eth_call", [
          { from: terms.client, to: escrow.address, data: approveCall(approval).data },
          "latest",
        ]),
    ),
  };
  const signedApproval = approveTypedData({ ...approval, held, deadline });
  const signedAgreement = agreementTypedData(agreement, location);
  const encoder = TypedDataEncoder.from(signedAgreement.types);
  if (encoder.hashStruct("Agreement", { ...terms, milestones: schedule }) !== id) throw new Error("the ids differ");
  const contract = new Contract(escrow.address, escrowInterface, client);
  const asClient = escrow.connect(client);
  await asClient.approve({ agreement, index: 1 });
  const [opened, approved] = await Promise.all([
    receiptOf(world, "AgreementOpened"),
    receiptOf(world, "MilestoneConcluded"),
  ]);

  const read = ({ receipt, call }: Awaited<ReturnType<typeof receiptOf>>, verb: ResultVerb) =>
    compare(
      () => decodeResult(verb, call, receipt),
      () => [escrowInterface.parseTransaction(call), ...receipt.logs.map((log) => escrowInterface.parseLog(log))],
    );
  return {
    "encode an approval": await compare(
      () => approveCall(approval),
      () => escrowInterface.encodeFunctionData("approve", [terms, 1, 1, nobody]),
    ),
    "sign an approval": await compare(
      () => {
        const { domain, types, message } = approveTypedData({ ...approval, held, deadline });
        return wallet.signTypedData(domain, types, message);
      },
      () =>
        wallet.signTypedData(signedApproval.domain, signedApproval.types, {
          ...{ agreement: id, milestone: 1, submission: 1, amount: held, deadline },
        }),
    ),
    "sign an agreement": await compare(
      () => {
        const { domain, types, message } = agreementTypedData(agreement, location);
        return wallet.signTypedData(domain, types, message);
      },
      () =>
        wallet.signTypedData(signedAgreement.domain, signedAgreement.types, {
          ...terms,
          milestones: schedule,
        }),
    ),
    "hash an agreement to its id": await compare(
      () => [scheduleHash(schedule), agreementId(terms)],
      () => encoder.hashStruct("Agreement", { ...terms, milestones: schedule }),
    ),
    "read the receipt of an approval": await read(approved, "approve"),
    "read the receipt of a funding that opens": await read(opened, "fund"),
    ...outcome,
    "send evidence from a node's account, until it is mined": await compare(
      () => asClient.submitEvidence({ agreement, index: 0, evidence }),
      async () => (await contract.getFunction("submitEvidence")(terms, 0, evidence)).wait(),
    ),
  };
}

/** A transaction of the agreement that emitted an event, and its receipt. */
async function receiptOf(
  { escrow, agreement }: World,
  event: string,
): Promise<{ call: Call; receipt: TransactionReceipt }> {
  const { provider } = escrow.connection;
  const hash = eventsOf(await escrow.getTimeline(agreement)).find(({ type }) => type === event)?.transaction ?? "";
  const [transaction, receipt] = await Promise.all([
    provider.getTransaction(hash),
    provider.getTransactionReceipt(hash),
  ]);
  if (transaction?.to == null || receipt === null) throw new Error(`no transaction with ${event}`);
  return { call: { to: transaction.to, data: transaction.data, value: transaction.value } as Call, receipt };
}
