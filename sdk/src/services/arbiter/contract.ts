/**
 * What a first instance needs of an AppealableArbiter: to read its rules and its cases, and to propose or decline.
 */
import { Interface } from "ethers";
import { checkIndex, toCall } from "../../actions/action.js";
import { toAddress } from "../../address.js";
import type { Agreement } from "../../agreement.js";
import { InvalidShareError } from "../../errors.js";
import { escrowInterface } from "../../interfaces.js";
import { ask, type EscrowConnection } from "../../rpc.js";
import type { Address, AgreementId, Call, Hash } from "../../types.js";
import { isUint } from "../../validate.js";

const AGREEMENT = escrowInterface.getFunction("rule")?.inputs[0]?.format("full") ?? "";
const AUTHORIZATION = escrowInterface.getFunction("rule")?.inputs.at(-1)?.format("full") ?? "";

const appealable = new Interface([
  `function propose(${AGREEMENT}, uint256 index, uint16 shareBps, bytes32 reasoning, ${AUTHORIZATION})`,
  `function decline(${AGREEMENT}, uint256 index, bytes32 reasoning, ${AUTHORIZATION})`,
  "function caseOf(bytes32 id, uint256 index) view returns (tuple(uint128 deposit, uint40 since, uint16 shareBps, uint8 stage, bool byClient, bytes32 reasoning))",
  "function ESCROW() view returns (address)",
  "function FIRST_INSTANCE() view returns (address)",
  "function PROPOSAL_PERIOD() view returns (uint32)",
]);

/** The stage of a case in which the first instance may act. */
export const STAGE_NONE = 0n;

/** The rules of an AppealableArbiter, as far as its first instance needs them. */
export interface Rules {
  readonly escrow: Address;
  readonly firstInstance: Address;
  /** Seconds from the dispute on. */
  readonly proposalPeriod: number;
}

async function view(connection: EscrowConnection, to: Address, name: string, args: readonly unknown[], block?: number) {
  const data = appealable.encodeFunctionData(name, args);
  const result = await ask(connection.provider.call({ to, data, ...(block !== undefined && { blockTag: block }) }));
  return appealable.decodeFunctionResult(name, result)[0];
}

/** @throws An error of ethers' when it is no such contract. */
export async function readRules(connection: EscrowConnection, contract: Address): Promise<Rules> {
  const [escrow, firstInstance, period] = await Promise.all(
    ["ESCROW", "FIRST_INSTANCE", "PROPOSAL_PERIOD"].map((name) => view(connection, contract, name, [])),
  );
  return { escrow: toAddress(escrow), firstInstance: toAddress(firstInstance), proposalPeriod: Number(period) };
}

/** Whether nothing was proposed or declined yet. */
export async function isOpenCase(
  connection: EscrowConnection,
  contract: Address,
  [id, index]: readonly [AgreementId, number],
  block: number,
): Promise<boolean> {
  return (await view(connection, contract, "caseOf", [id, index], block)).stage === STAGE_NONE;
}

const asCaller = { deadline: 0, signature: "0x" };

/** @param shareBps Basis points. */
export function proposeCall(
  contract: Address,
  agreement: Agreement,
  index: number,
  shareBps: number,
  reasoning: Hash,
): Call {
  if (!isUint(shareBps, 10_000)) throw new InvalidShareError(shareBps, "is not whole basis points up to 10,000");
  const args = [agreement.terms, checkIndex(agreement, index), shareBps, reasoning, asCaller];
  return toCall(contract, appealable.encodeFunctionData("propose", args));
}

export function declineCall(contract: Address, agreement: Agreement, index: number, reasoning: Hash): Call {
  return toCall(
    contract,
    appealable.encodeFunctionData("decline", [agreement.terms, checkIndex(agreement, index), reasoning, asCaller]),
  );
}
