/**
 * KlerosArbiter: a party opens the case at a court by ERC-792, such as Kleros, pays it in ether, and anybody carries out its ruling.
 */
import { Interface, isHexString } from "ethers";
import { checkAmount, checkIndex, checkParameters, type MilestoneParameters, toCall } from "../actions/action.js";
import { toAddress } from "../address.js";
import { checkList, checkObject, checkText } from "../check.js";
import type { Deployed, DeployParameters } from "../creation.js";
import { InvalidHashError, InvalidParameterError } from "../errors.js";
import type { KlerosArbiterInterface } from "../generated/KlerosArbiter.js";
import { klerosArbiterAbi } from "../generated/klerosArbiterAbi.js";
import { klerosArbiterInitCode } from "../generated/klerosArbiterBytecode.js";
import { checkConnection, type EscrowConnection } from "../rpc.js";
import type { Address, Call, Hex } from "../types.js";
import { isUint } from "../validate.js";
import {
  arbiterAddress,
  deployArbiter,
  escrowOf,
  type PayingCall,
  provenTerms,
  type ReadValue,
  view,
} from "./contract.js";
import { ArbiterRefusedError } from "./errors.js";

/** Functions, events and errors of KlerosArbiter. */
export const klerosArbiterInterface = /* @__PURE__ */ new Interface(klerosArbiterAbi) as KlerosArbiterInterface;

const contract = { abi: klerosArbiterInterface as Interface, initCode: klerosArbiterInitCode };

/** What is asked of the court itself (ERC-792). */
const courtAbi = /* @__PURE__ */ new Interface([
  "function disputeStatus(uint256 disputeId) view returns (uint8 status)",
  "function currentRuling(uint256 disputeId) view returns (uint256 ruling)",
  "function appealPeriod(uint256 disputeId) view returns (uint256 start, uint256 end)",
]);

const BPS = 10_000;

// ------------------------------------------------------------------------------------------------------------- contracts

/** What a Kleros arbiter is, for good. */
export interface KlerosTerms {
  /** The escrow whose disputes it hears; by default MicroEscrow at its address. */
  readonly escrow?: string;
  /** The least arbitration period that it takes as a gate, seconds. Courts with appeals take weeks. */
  readonly minArbitrationPeriod: number;
  /** The least arbiter's fee that it takes as a gate, basis points. It reimburses who opened the case. */
  readonly minArbiterFeeBps: number;
  /** Address of the court: an arbitrator by ERC-792. */
  readonly court: string;
  /** What the court is told with every case: at Kleros, the subcourt and the number of jurors. */
  readonly extraData: Hex;
  /** Where ERC-1497's meta-evidence document stands: what the court's jurors read first. */
  readonly metaEvidence: string;
  /** What the court's options from 1 on award the freelancer, basis points; 0, "refused to rule", is the agreement's default. */
  readonly shares: readonly number[];
}

/** A Kleros arbiter's terms, read from its contract. */
export interface Kleros extends Required<KlerosTerms> {
  readonly escrow: Address;
  readonly court: Address;
}

function argumentsOf(terms: KlerosTerms): readonly unknown[] {
  const { escrow, minArbitrationPeriod, minArbiterFeeBps, court, extraData, metaEvidence, shares } = checkObject(
    terms,
    "a Kleros arbiter's terms",
  );
  if (!isUint(minArbitrationPeriod, 2 ** 32 - 1)) {
    throw new InvalidParameterError(minArbitrationPeriod, "is no period in seconds");
  }
  for (const bps of [minArbiterFeeBps, ...checkList(shares, "the shares of the court's options")]) {
    if (!isUint(bps, BPS)) throw new InvalidParameterError(bps, "is not a number of basis points from 0 to 10,000");
  }
  if (shares.length === 0) throw new InvalidParameterError(shares, "leaves the court nothing to choose from");
  if (!isHexString(extraData, true)) throw new InvalidHashError(extraData, "is no hexadecimal data");
  checkPlace(metaEvidence, "where the meta-evidence stands");
  return [
    escrowOf(escrow),
    minArbitrationPeriod,
    minArbiterFeeBps,
    toAddress(court),
    extraData,
    metaEvidence,
    [...shares],
  ];
}

/** Text that UTF-8 can hold, as a contract's text is. */
function checkPlace(text: string, what: string): string {
  if (/\p{Surrogate}/u.test(checkText(text, what))) {
    throw new InvalidParameterError(text, "has half a surrogate pair: it is no text that can be written");
  }
  return text;
}

/**
 * Where the arbiter with these terms stands, on every chain where it was deployed: an agreement can name it before that, and
 * whoever knows the terms can check that an address is that arbiter.
 *
 * @throws {InvalidAddressError} When the escrow or the court is not an address.
 * @throws {InvalidParameterError} When no arbiter can have these terms.
 * @throws {InvalidHashError} When the court's data is not hexadecimal.
 * @example
 * const court = { court: arbiter, extraData: "0x", metaEvidence: "/ipfs/…/milestones.json" } as const;
 * const shares = [0, 2_500, 5_000, 7_500, 10_000];
 * const terms = { ...court, shares, minArbitrationPeriod: 60 * 86_400, minArbiterFeeBps: 0 };
 * const isThatArbiter = agreement.terms.arbiter === klerosArbiterAddress(terms);
 */
export function klerosArbiterAddress(terms: KlerosTerms): Address {
  return arbiterAddress(contract, argumentsOf(terms));
}

/**
 * Deploys a Kleros arbiter at its address on the signer's chain; where it is already, it sends nothing.
 *
 * @throws {InvalidAddressError} When the escrow or the court is not an address.
 * @throws {InvalidParameterError} When no arbiter can have these terms.
 * @throws {InvalidHashError} When the court's data is not hexadecimal.
 * @throws {MissingProviderError} When the signer is not connected to a chain.
 * @throws {DeploymentFailedError} When the chain has no CREATE2 deployer, or gives the contract no code.
 * @throws {InsufficientGasFundsError} When the signer cannot pay.
 * @throws {UserRejectedError} When the signer's user refuses.
 * @throws {NotMinedError} When it was sent and is in no block after half an hour.
 * @throws {RpcError} When the endpoint fails.
 * @example
 * const court = { court: arbiter, extraData: "0x", metaEvidence: "/ipfs/…/milestones.json" } as const;
 * const shares = [0, 2_500, 5_000, 7_500, 10_000];
 * const terms = { ...court, shares, minArbitrationPeriod: 60 * 86_400, minArbiterFeeBps: 0 };
 * const { address } = await deployKlerosArbiter({ signer, ...terms });
 */
export async function deployKlerosArbiter(parameters: DeployParameters & KlerosTerms): Promise<Deployed> {
  return deployArbiter(contract, argumentsOf(parameters), parameters);
}

/**
 * The terms of the Kleros arbiter at an address, proven: a contract that only says so stands at another address.
 *
 * @throws {InvalidAddressError} When it is not an address.
 * @throws {NoCodeError} When there is no contract.
 * @throws {WrongContractError} When the contract is no Kleros arbiter.
 * @throws {RpcError} When the endpoint fails.
 * @example
 * const { court, shares } = await getKleros(escrow.connection, agreement.terms.arbiter);
 */
export function getKleros(connection: EscrowConnection, address: string): Promise<Kleros> {
  return provenTerms(connection, address, contract, readTerms, klerosArbiterAddress);
}

async function readTerms(read: ReadValue): Promise<Kleros> {
  const [escrow, minPeriod, minFee, court, extraData, metaEvidence, shares] = await Promise.all(
    [
      "ESCROW",
      "MIN_ARBITRATION_PERIOD",
      "MIN_ARBITER_FEE_BPS",
      "ARBITRATOR",
      "extraData",
      "metaEvidence",
      "shares",
    ].map(read),
  );
  return {
    ...{ escrow, court, extraData, metaEvidence },
    minArbitrationPeriod: Number(minPeriod),
    minArbiterFeeBps: Number(minFee),
    shares: [...shares].map(Number),
  };
}

// ----------------------------------------------------------------------------------------------------------------- calls

/** A milestone's case before a Kleros arbiter. */
export interface CourtCaseParameters extends MilestoneParameters {
  /** Address of the arbiter contract; by default the one that the agreement names. */
  readonly arbiter?: string;
}

/** What is paid with a call. */
export interface CourtPayment {
  /** Wei. */
  readonly payment: bigint;
}

/** The arbiter, the agreement's terms and the milestone, each made sure of. */
function caseOf(parameters: CourtCaseParameters) {
  const { agreement, index, arbiter = agreement.terms.arbiter } = checkParameters(parameters);
  return { arbiter: toAddress(arbiter), terms: agreement.terms, index: checkIndex(agreement, index) };
}

/**
 * The call by which a party opens a case at the court, and pays it. What is sent beyond the cost comes back.
 *
 * @throws {InvalidAddressError} When the arbiter is not an address.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {InvalidAmountError} When the payment is no bigint of wei.
 * @example
 * const payment = await getOpeningCost(escrow.connection, agreement.terms.arbiter);
 * const call = openCaseCall({ agreement, index: 0, payment });
 */
export function openCaseCall(parameters: CourtCaseParameters & CourtPayment): PayingCall {
  const { arbiter, terms, index } = caseOf(parameters);
  const data = klerosArbiterInterface.encodeFunctionData("open", [terms, index]);
  return { ...toCall(arbiter, data), value: checkAmount(parameters.payment, 256) };
}

/**
 * The call by which a party appeals the court's ruling at the court. All of the payment goes to the court. It fails as
 * {@link openCaseCall} does.
 *
 * @example
 * const payment = await getCourtAppealCost(escrow.connection, { agreement, index: 0 });
 * const call = appealRulingCall({ agreement, index: 0, payment });
 */
export function appealRulingCall(parameters: CourtCaseParameters & CourtPayment): PayingCall {
  const { arbiter, terms, index } = caseOf(parameters);
  const data = klerosArbiterInterface.encodeFunctionData("appeal", [terms, index]);
  return { ...toCall(arbiter, data), value: checkAmount(parameters.payment, 256) };
}

/**
 * The call by which a party shows the court evidence.
 *
 * @param parameters `uri`: where ERC-1497's evidence document stands.
 * @throws {InvalidAddressError} When the arbiter is not an address.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {InvalidParameterError} When the place is no text.
 * @example
 * const call = courtEvidenceCall({ agreement, index: 0, uri: "/ipfs/bafy…/evidence.json" });
 */
export function courtEvidenceCall(parameters: CourtCaseParameters & { readonly uri: string }): Call {
  const { arbiter, terms, index } = caseOf(parameters);
  const uri = checkPlace(parameters.uri, "where the evidence stands");
  return toCall(arbiter, klerosArbiterInterface.encodeFunctionData("submitEvidence", [terms, index, uri]));
}

/**
 * The call that carries out what the court ruled; anybody may send it.
 *
 * @throws {InvalidAddressError} When the arbiter is not an address.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @example
 * const call = executeRulingCall({ agreement, index: 0 });
 */
export function executeRulingCall(parameters: CourtCaseParameters): Call {
  const { arbiter, terms, index } = caseOf(parameters);
  return toCall(arbiter, klerosArbiterInterface.encodeFunctionData("execute", [terms, index]));
}

// ----------------------------------------------------------------------------------------------------------------- reads

/** What has happened to a case at its arbiter. */
export type CourtStage = "open" | "ruled" | "executed";

const STAGES: readonly (CourtStage | undefined)[] = [undefined, "open", "ruled", "executed"];

/** What the court says of a case: it considers it, its ruling can be appealed, or it is done with it. */
export type CourtStatus = "waiting" | "appealable" | "solved";

const STATUSES: readonly CourtStatus[] = ["waiting", "appealable", "solved"];

/** A milestone's case at the court. */
export interface CourtCase {
  /** The court's number for it. */
  readonly disputeId: bigint;
  /** Who opened it, and gets the arbiter's fee. */
  readonly opener: Address;
  readonly stage: CourtStage;
  readonly status: CourtStatus;
  /** What the court ruled: final where it is `ruled` or `executed`, else what it would be without an appeal. */
  readonly ruling: bigint;
  /** What that ruling awards the freelancer, basis points. */
  readonly shareBps: number;
  /** In which time the court takes an appeal, Unix seconds; `undefined` when it says none. */
  readonly appealPeriod: { readonly start: number; readonly end: number } | undefined;
}

/**
 * A milestone's case at the court.
 *
 * @returns `undefined` when nobody opened one.
 * @throws {InvalidAddressError} When the arbiter is not an address.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {NoCodeError} When there is no contract at the arbiter's address.
 * @throws {RpcError} When the endpoint fails.
 * @example
 * const found = await getCourtCase(escrow.connection, { agreement, index: 0 });
 * const canExecute = found?.stage === "ruled";
 */
export async function getCourtCase(
  connection: EscrowConnection,
  parameters: CourtCaseParameters,
): Promise<CourtCase | undefined> {
  checkConnection(connection);
  const { arbiter, terms, index } = caseOf(parameters);
  const read = async (name: string, ...values: unknown[]) => view(connection, contract.abi, arbiter, name, values);
  const disputeId = await read("disputeOf", parameters.agreement.id, index).then(
    ([found]) => found as bigint,
    (error: unknown) => {
      if (error instanceof ArbiterRefusedError && error.reason === "NotOpen") return undefined;
      throw error;
    },
  );
  if (disputeId === undefined) return undefined;
  const [[found], [court], [shares]] = await Promise.all([
    read("caseOf", disputeId),
    read("ARBITRATOR"),
    read("shares"),
  ]);
  const ask = (name: string) => view(connection, courtAbi, court, name, [disputeId]);
  const [[status], [current], { start, end }] = await Promise.all([
    ask("disputeStatus"),
    ask("currentRuling"),
    ask("appealPeriod"),
  ]);
  const stage = STAGES[Number(found.stage)] ?? "open";
  const ruling: bigint = stage === "open" ? current : found.ruling;
  const isChosen = ruling >= 1n && ruling <= BigInt(shares.length);
  return {
    disputeId,
    opener: toAddress(found.opener),
    stage,
    status: STATUSES[Number(status)] ?? "waiting",
    ruling,
    shareBps: isChosen ? Number(shares[Number(ruling) - 1]) : terms.defaultShareBps,
    appealPeriod: end === 0n ? undefined : { start: Number(start), end: Number(end) },
  };
}

/**
 * What opening a case costs now, as the court tells it.
 *
 * @returns Wei.
 * @throws {InvalidAddressError} When the arbiter is not an address.
 * @throws {NoCodeError} When there is no contract at the arbiter's address.
 * @throws {RpcError} When the endpoint fails.
 * @example
 * const payment = await getOpeningCost(escrow.connection, agreement.terms.arbiter);
 */
export async function getOpeningCost(connection: EscrowConnection, arbiter: string): Promise<bigint> {
  checkConnection(connection);
  const [cost] = await view(connection, contract.abi, arbiter, "openingCost");
  return cost;
}

/**
 * What an appeal of the court's ruling costs now, as the court tells it.
 *
 * @returns Wei.
 * @throws {ArbiterRefusedError} When nobody opened a case.
 * @throws {InvalidAddressError} When the arbiter is not an address.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {NoCodeError} When there is no contract at the arbiter's address.
 * @throws {RpcError} When the endpoint fails.
 * @example
 * const payment = await getCourtAppealCost(escrow.connection, { agreement, index: 0 });
 */
export async function getCourtAppealCost(
  connection: EscrowConnection,
  parameters: CourtCaseParameters,
): Promise<bigint> {
  checkConnection(connection);
  const { arbiter, index } = caseOf(parameters);
  const [cost] = await view(connection, contract.abi, arbiter, "appealCost", [parameters.agreement.id, index]);
  return cost;
}
