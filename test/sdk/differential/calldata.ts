/**
 * The contract's calldata for the model's actions. What the model only knows to be signed is really signed here, and what is
 * signed is written down a second time, from the protocol's text.
 */
import {
  type Action,
  type Address,
  type Agreement,
  type AgreementState,
  agreementTypedData,
  type Hex,
  type SignedBy,
} from "@micro-escrow/sdk";
import type { TypedDataField } from "ethers";
import { type Chain, signerOf } from "./chain.ts";

/** What an actor signs, from the protocol's text: the members of each type after `agreement`, before `deadline`. */
const signedMembers: Readonly<Record<string, string>> = {
  Close: "",
  Submit: "uint256 milestone,uint256 submission,bytes32 deliverable",
  Approve: "uint256 milestone,uint256 submission,uint128 amount",
  Advance: "uint256 milestone,uint128 amount,uint128 remaining",
  RequestChanges: "uint256 milestone,uint256 submission,bytes32 reason",
  Attest: "uint256 milestone,uint256 submission,bool passed,bytes32 report",
  Extend: "uint256 milestone,uint256 submission,uint40 currentClock,uint40 newClock",
  Dispute: "uint256 milestone,uint256 submission,bytes32 evidence",
  Rule: "uint256 milestone,uint128 freelancerAmount,bytes32 reasoning",
  Settle: "uint256 milestone,uint128 freelancerAmount,uint128 clientAmount",
  Refund: "uint256 milestone,uint128 amount",
};

/** The calldata of an action, with real signatures for what the model only knows to be signed. */
export async function encode(chain: Chain, agreement: Agreement, state: AgreementState, action: Action): Promise<Hex> {
  const { interface: abi } = chain.escrow;
  const { terms } = agreement;
  const schedule = [...agreement.schedule];
  const { held, submissions, clock } = ("index" in action ? state.milestones[action.index] : undefined) ?? {
    held: 0n,
    submissions: 0,
    clock: 0,
  };
  const sign = (type: string, message: Record<string, unknown>, by: SignedBy | undefined) =>
    authorization(chain, agreement, type, message, by);

  const encoded = async () => {
    switch (action.type) {
      case "accept": {
        const signature = await consent(chain, agreement, action.signer);
        return abi.encodeFunctionData("accept", [terms, schedule, action.party, signature]);
      }
      case "close": {
        const auth = await sign("Close", {}, action.authorization);
        return abi.encodeFunctionData("close", [terms, action.party, auth]);
      }
      case "fund": {
        const signature = await consent(chain, agreement, action.freelancerSigner);
        return abi.encodeFunctionData("fund", [terms, schedule, [...action.indices], signature]);
      }
      case "submit": {
        const { index, deliverable } = action;
        const message = { milestone: index, submission: submissions + 1, deliverable };
        const auth = await sign("Submit", message, action.authorization);
        return abi.encodeFunctionData("submit", [terms, index, deliverable, auth]);
      }
      case "approve": {
        const { index, submission } = action;
        const auth = await sign("Approve", { milestone: index, submission, amount: held }, action.authorization);
        return abi.encodeFunctionData("approve", [terms, index, submission, auth]);
      }
      case "advance": {
        const { index, amount } = action;
        const remaining = amount > held ? 0n : held - amount;
        const auth = await sign("Advance", { milestone: index, amount, remaining }, action.authorization);
        return abi.encodeFunctionData("advance", [terms, index, amount, auth]);
      }
      case "requestChanges": {
        const { index, submission, reason } = action;
        const auth = await sign("RequestChanges", { milestone: index, submission, reason }, action.authorization);
        return abi.encodeFunctionData("requestChanges", [terms, index, submission, reason, auth]);
      }
      case "attest": {
        const { index, submission, passed, report } = action;
        const auth = await sign("Attest", { milestone: index, submission, passed, report }, action.authorization);
        return abi.encodeFunctionData("attest", [terms, index, submission, passed, report, auth]);
      }
      case "extend": {
        const { index, clock: newClock } = action;
        const auth = await sign(
          "Extend",
          { milestone: index, submission: submissions, currentClock: clock, newClock },
          action.authorization,
        );
        return abi.encodeFunctionData("extend", [terms, index, newClock, auth]);
      }
      case "dispute": {
        const { index, submission, evidence } = action;
        const auth = await sign("Dispute", { milestone: index, submission, evidence }, action.authorization);
        return abi.encodeFunctionData("dispute", [terms, index, submission, evidence, auth]);
      }
      case "submitEvidence":
        return abi.encodeFunctionData("submitEvidence", [terms, action.index, action.evidence]);
      case "rule": {
        const { index, freelancerAmount, reasoning } = action;
        const auth = await sign("Rule", { milestone: index, freelancerAmount, reasoning }, action.authorization);
        return abi.encodeFunctionData("rule", [terms, index, freelancerAmount, reasoning, auth]);
      }
      case "settle": {
        const { index, freelancerAmount } = action;
        const clientAmount = freelancerAmount > held ? 0n : held - freelancerAmount;
        const message = { milestone: index, freelancerAmount, clientAmount };
        const client = await sign("Settle", message, action.client);
        const freelancer = await sign("Settle", message, action.freelancer);
        return abi.encodeFunctionData("settle", [terms, index, freelancerAmount, client, freelancer]);
      }
      case "refund": {
        const auth = await sign("Refund", { milestone: action.index, amount: held }, action.authorization);
        return abi.encodeFunctionData("refund", [terms, action.index, auth]);
      }
      case "finalize":
        return abi.encodeFunctionData("finalize", [terms, action.index]);
    }
  };
  return (await encoded()) as Hex;
}

async function consent(chain: Chain, agreement: Agreement, signer: Address | undefined): Promise<string> {
  if (signer === undefined) return "0x";
  const { chainId, address } = chain;
  const { domain, types, message } = agreementTypedData(agreement, { chainId, escrow: address });
  return signerOf(chain, signer).signTypedData(domain, types, message);
}

async function authorization(
  chain: Chain,
  { id }: Agreement,
  type: string,
  message: Record<string, unknown>,
  by: SignedBy | undefined,
): Promise<{ deadline: number; signature: string }> {
  if (by === undefined) return { deadline: 0, signature: "0x" };
  const { deadline, signer } = by;
  const members = ["bytes32 agreement", signedMembers[type], "uint256 deadline"].filter(Boolean).join(",").split(",");
  const fields = members.map((member): TypedDataField => {
    const [kind = "", name = ""] = member.split(" ");
    return { name, type: kind };
  });
  const { chainId, address: verifyingContract } = chain;
  const domain = { name: "MicroEscrow", version: "1", chainId, verifyingContract };
  const values = { agreement: id, ...message, deadline };
  return { deadline, signature: await signerOf(chain, signer).signTypedData(domain, { [type]: fields }, values) };
}
