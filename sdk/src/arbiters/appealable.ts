/**
 * AppealableArbiter: a first instance proposes a ruling, each party may appeal for a deposit, then a second instance decides.
 */
import { Interface, type Result, type Signer } from "ethers";
import {
  bySender,
  checkAuthorization,
  checkIndex,
  checkParameters,
  type MilestoneParameters,
  toCall,
} from "../actions/action.js";
import { toAddress, toHash } from "../address.js";
import { type TypedData, typedFields } from "../agreement.js";
import { checkBoolean, checkChainId, checkList, checkObject, checkSigner } from "../check.js";
import type { Deployed, DeployParameters } from "../creation.js";
import { InvalidParameterError } from "../errors.js";
import type { AppealableArbiterInterface } from "../generated/AppealableArbiter.js";
import { appealableArbiterAbi } from "../generated/appealableArbiterAbi.js";
import { appealableArbiterInitCode } from "../generated/appealableArbiterBytecode.js";
import { getMilestone, getTime } from "../reads.js";
import { checkConnection, type EscrowConnection } from "../rpc.js";
import { type Address, type Authorization, type Call, type Hash, Status, type Terms } from "../types.js";
import { checkTime, isUint } from "../validate.js";
import { actorOf, signTypedData } from "../wallet.js";
import { arbiterAddress, deployArbiter, escrowOf, provenTerms, type ReadValue, view } from "./contract.js";

/** Functions, events and errors of AppealableArbiter. */
export const appealableArbiterInterface = /* @__PURE__ */ new Interface(
  appealableArbiterAbi,
) as AppealableArbiterInterface;

const contract = { abi: appealableArbiterInterface as Interface, initCode: appealableArbiterInitCode };

const BPS = 10_000;
/** The escrow's clock runs at least so long beyond all periods, seconds. */
const EXECUTION_PERIOD = 86_400;

// ------------------------------------------------------------------------------------------------------------- contracts

/** What an appealable arbiter is, for good. */
export interface AppealableTerms {
  /** The escrow whose disputes it hears; by default MicroEscrow at its address. */
  readonly escrow?: string;
  /** The least arbiter's fee that it takes as a gate, basis points. */
  readonly minArbiterFeeBps: number;
  /** Who proposes: a person, a service, or a contract that accepts signatures. */
  readonly firstInstance: string;
  /** Who decides appeals: a panel, a court, a person. */
  readonly secondInstance: string;
  /** How long the first instance has from the dispute on, seconds. */
  readonly proposalPeriod: number;
  /** How long the parties have from the proposal on, seconds. */
  readonly appealPeriod: number;
  /** How long the second instance has, seconds. */
  readonly decisionPeriod: number;
  /** What an appeal costs, basis points of what is held. */
  readonly appealFeeBps: number;
}

/** An appealable arbiter's terms, read from its contract. */
export interface Appealable extends Required<AppealableTerms> {
  readonly escrow: Address;
  readonly firstInstance: Address;
  readonly secondInstance: Address;
}

function argumentsOf(terms: AppealableTerms): readonly unknown[] {
  const { escrow, minArbiterFeeBps, firstInstance, secondInstance, ...numbers } = checkObject(
    terms,
    "an appealable arbiter's terms",
  );
  const { proposalPeriod, appealPeriod, decisionPeriod, appealFeeBps } = numbers;
  checkBps(minArbiterFeeBps);
  checkBps(appealFeeBps);
  const [first, second] = [toAddress(firstInstance), toAddress(secondInstance)];
  if (first === second) throw new InvalidParameterError(second, "is the first instance too");
  const sum = appealableArbitrationPeriod({ proposalPeriod, appealPeriod, decisionPeriod });
  if (sum >= 2 ** 32) throw new InvalidParameterError(sum, "is too long for all periods together, in seconds");
  return [
    escrowOf(escrow),
    minArbiterFeeBps,
    first,
    second,
    proposalPeriod,
    appealPeriod,
    decisionPeriod,
    appealFeeBps,
  ];
}

function checkBps(bps: number): number {
  if (!isUint(bps, BPS)) throw new InvalidParameterError(bps, "is not a number of basis points from 0 to 10,000");
  return bps;
}

/**
 * The arbitration period that an agreement must leave this arbiter: its three periods, and a day to carry out what stands then.
 * The contract refuses less, where it is the agreement's gate.
 *
 * @returns Seconds.
 * @throws {InvalidParameterError} When a period is not whole seconds below 2^32.
 * @example
 * const arbitration = appealableArbitrationPeriod({ proposalPeriod: 86_400, appealPeriod: 259_200, decisionPeriod: 604_800 });
 */
export function appealableArbitrationPeriod(
  terms: Pick<AppealableTerms, "proposalPeriod" | "appealPeriod" | "decisionPeriod">,
): number {
  const { proposalPeriod, appealPeriod, decisionPeriod } = checkPeriods(terms);
  return proposalPeriod + appealPeriod + decisionPeriod + EXECUTION_PERIOD;
}

function checkPeriods<Terms extends Parameters<typeof appealableArbitrationPeriod>[0]>(terms: Terms): Terms {
  const { proposalPeriod, appealPeriod, decisionPeriod } = checkObject(terms, "an appealable arbiter's terms");
  for (const period of [proposalPeriod, appealPeriod, decisionPeriod]) {
    if (!isUint(period, 2 ** 32 - 1)) throw new InvalidParameterError(period, "is no period in seconds");
  }
  return terms;
}

/**
 * Where the arbiter with these terms stands, on every chain where it was deployed: an agreement can name it before that, and
 * whoever knows the terms can check that an address is that arbiter.
 *
 * @throws {InvalidAddressError} When an account is not an address.
 * @throws {InvalidParameterError} When no arbiter can have these terms.
 * @example
 * const instances = { firstInstance: arbiter, secondInstance: panel };
 * const periods = { proposalPeriod: 3 * 86_400, appealPeriod: 3 * 86_400, decisionPeriod: 7 * 86_400 };
 * const terms = { ...instances, ...periods, minArbiterFeeBps: 300, appealFeeBps: 500 };
 * const isThatArbiter = agreement.terms.arbiter === appealableArbiterAddress(terms);
 */
export function appealableArbiterAddress(terms: AppealableTerms): Address {
  return arbiterAddress(contract, argumentsOf(terms));
}

/**
 * Deploys an appealable arbiter at its address on the signer's chain; where it is already, it sends nothing.
 *
 * @throws {InvalidAddressError} When an account is not an address.
 * @throws {InvalidParameterError} When no arbiter can have these terms.
 * @throws {MissingProviderError} When the signer is not connected to a chain.
 * @throws {DeploymentFailedError} When the chain has no CREATE2 deployer, or gives the contract no code.
 * @throws {InsufficientGasFundsError} When the signer cannot pay.
 * @throws {UserRejectedError} When the signer's user refuses.
 * @throws {NotMinedError} When it was sent and is in no block after half an hour.
 * @throws {RpcError} When the endpoint fails.
 * @example
 * const instances = { firstInstance: arbiter, secondInstance: panel };
 * const periods = { proposalPeriod: 3 * 86_400, appealPeriod: 3 * 86_400, decisionPeriod: 7 * 86_400 };
 * const terms = { ...instances, ...periods, minArbiterFeeBps: 300, appealFeeBps: 500 };
 * const { address } = await deployAppealableArbiter({ signer, ...terms });
 */
export async function deployAppealableArbiter(parameters: DeployParameters & AppealableTerms): Promise<Deployed> {
  return deployArbiter(contract, argumentsOf(parameters), parameters);
}

/**
 * The terms of the appealable arbiter at an address, proven: a contract that only says so stands at another address.
 *
 * @throws {InvalidAddressError} When it is not an address.
 * @throws {NoCodeError} When there is no contract.
 * @throws {WrongContractError} When the contract is no such arbiter.
 * @throws {RpcError} When the endpoint fails.
 * @example
 * const { firstInstance, appealPeriod } = await getAppealable(escrow.connection, agreement.terms.arbiter);
 */
export function getAppealable(connection: EscrowConnection, address: string): Promise<Appealable> {
  return provenTerms(connection, address, contract, readTerms, appealableArbiterAddress);
}

async function readTerms(read: ReadValue): Promise<Appealable> {
  const [escrow, firstInstance, secondInstance, ...numbers] = await Promise.all(
    [
      "ESCROW",
      "FIRST_INSTANCE",
      "SECOND_INSTANCE",
      "MIN_ARBITER_FEE_BPS",
      "PROPOSAL_PERIOD",
      "APPEAL_PERIOD",
      "DECISION_PERIOD",
      "APPEAL_FEE_BPS",
    ].map(read),
  );
  const [minArbiterFeeBps = 0, proposalPeriod = 0, appealPeriod = 0, decisionPeriod = 0, appealFeeBps = 0] =
    numbers.map(Number);
  return {
    ...{ escrow, minArbiterFeeBps, firstInstance, secondInstance },
    ...{ proposalPeriod, appealPeriod, decisionPeriod, appealFeeBps },
  };
}

// -------------------------------------------------------------------------------------------------------- what is signed

/** A milestone's case before an arbiter. */
export interface CaseParameters extends MilestoneParameters {
  /** Address of the arbiter contract; by default the one that the agreement names. */
  readonly arbiter?: string;
}

/** What the first instance proposes. */
export interface ProposalParameters extends CaseParameters {
  /** The freelancer's share of what a ruling can divide, basis points. */
  readonly shareBps: number;
  /** SHA-256 of the reasoning. */
  readonly reasoning: Hash;
}

/** Why the first instance leaves a case to the second. */
export interface DeclineParameters extends CaseParameters {
  /** SHA-256 of the reasoning. */
  readonly reasoning: Hash;
}

/** Who appeals what. */
export interface AppealParameters extends CaseParameters {
  /** The share that was proposed, basis points. */
  readonly shareBps: number;
}

/** Where such a signature counts, and until when. */
export interface CaseSigningParameters {
  readonly chainId: number;
  /** The signature is void at or after this time, Unix seconds. */
  readonly deadline: number;
}

function typedData(
  type: string,
  parameters: CaseParameters & CaseSigningParameters,
  message: Record<string, unknown>,
): TypedData {
  const { agreement, index, arbiter = agreement.terms.arbiter, chainId, deadline } = parameters;
  const [, primaryType = "", members = ""] = /^(\w+)\((.*)\)$/.exec(type) ?? [];
  return {
    domain: {
      name: "AppealableArbiter",
      version: "1",
      chainId: checkChainId(chainId),
      verifyingContract: toAddress(arbiter),
    },
    types: { [primaryType]: typedFields(members) },
    primaryType,
    message: {
      agreement: agreement.id,
      milestone: checkIndex(agreement, index),
      ...message,
      deadline: checkTime(deadline),
    },
  };
}

/**
 * What the first instance signs so that somebody else can send its proposal. Sign one for a milestone: of two, whoever sends one
 * has the choice.
 *
 * @throws {InvalidAddressError} When the arbiter is not an address.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {InvalidParameterError} When the share is no number of basis points, or the chain's id none.
 * @throws {InvalidHashError} When the reasoning is not a 32-byte hash.
 * @throws {InvalidTimeError} When the deadline is not whole Unix seconds.
 * @example
 * const proposal = { agreement, index: 0, shareBps: 6_000, reasoning: hashText("Six of ten articles are there") };
 * const typedData = proposalTypedData({ ...proposal, chainId: escrow.connection.chainId, deadline });
 */
export function proposalTypedData(parameters: ProposalParameters & CaseSigningParameters): TypedData {
  const { shareBps, reasoning } = checkParameters(parameters);
  return typedData(
    "Proposal(bytes32 agreement,uint256 milestone,uint16 shareBps,bytes32 reasoning,uint256 deadline)",
    parameters,
    { shareBps: checkBps(shareBps), reasoning: toHash(reasoning) },
  );
}

/**
 * What the first instance signs so that somebody else can send its decline. It fails as {@link proposalTypedData} does.
 *
 * @example
 * const decline = { agreement, index: 0, reasoning: hashText("The scope does not say enough") };
 * const typedData = declineTypedData({ ...decline, chainId: escrow.connection.chainId, deadline });
 */
export function declineTypedData(parameters: DeclineParameters & CaseSigningParameters): TypedData {
  const { reasoning } = checkParameters(parameters);
  return typedData("Decline(bytes32 agreement,uint256 milestone,bytes32 reasoning,uint256 deadline)", parameters, {
    reasoning: toHash(reasoning),
  });
}

/**
 * What a party signs so that somebody else can send its appeal, and pay its deposit: it is bound to the share that was
 * proposed. It fails as {@link proposalTypedData} does.
 *
 * @example
 * const appeal = { agreement, index: 0, shareBps: 6_000 };
 * const typedData = appealTypedData({ ...appeal, chainId: escrow.connection.chainId, deadline });
 */
export function appealTypedData(parameters: AppealParameters & CaseSigningParameters): TypedData {
  const { shareBps } = checkParameters(parameters);
  return typedData("Appeal(bytes32 agreement,uint256 milestone,uint16 shareBps,uint256 deadline)", parameters, {
    shareBps: checkBps(shareBps),
  });
}

async function sign<P extends CaseParameters & Pick<CaseSigningParameters, "deadline">>(
  connection: EscrowConnection,
  signer: Signer,
  toTypedData: (parameters: P & CaseSigningParameters) => TypedData,
  parameters: P,
): Promise<Authorization> {
  const { chainId } = checkConnection(connection);
  checkSigner(signer);
  const typedData = toTypedData({ ...checkParameters(parameters), chainId });
  const actor = await actorOf(connection, signer);
  return { deadline: parameters.deadline, signature: await signTypedData(actor, typedData) };
}

/**
 * Signs a proposal, as the first instance, for {@link proposeCall}. It fails as {@link proposalTypedData} does.
 *
 * @throws {WrongChainError} When the signer is on another chain.
 * @throws {UserRejectedError} When the signer's user refuses.
 * @throws {CannotSignError} When the contract would not accept a signature of this account.
 * @throws {RpcError} When the endpoint fails.
 * @example
 * const proposal = { agreement, index: 0, shareBps: 6_000, reasoning: hashText("Six of ten articles are there") };
 * const authorization = await signProposal(escrow.connection, signer, { ...proposal, deadline });
 * const call = proposeCall({ ...proposal, authorization });
 */
export function signProposal(
  connection: EscrowConnection,
  signer: Signer,
  parameters: ProposalParameters & Pick<CaseSigningParameters, "deadline">,
): Promise<Authorization> {
  return sign(connection, signer, proposalTypedData, parameters);
}

/**
 * Signs a decline, as the first instance, for {@link declineCall}. It fails as {@link signProposal} does.
 *
 * @example
 * const decline = { agreement, index: 0, reasoning: hashText("The scope does not say enough") };
 * const authorization = await signDecline(escrow.connection, signer, { ...decline, deadline });
 */
export function signDecline(
  connection: EscrowConnection,
  signer: Signer,
  parameters: DeclineParameters & Pick<CaseSigningParameters, "deadline">,
): Promise<Authorization> {
  return sign(connection, signer, declineTypedData, parameters);
}

/**
 * Signs an appeal, as a party, for {@link appealCall}. It fails as {@link signProposal} does.
 *
 * @example
 * const authorization = await signAppeal(escrow.connection, signer, { agreement, index: 0, shareBps: 6_000, deadline });
 */
export function signAppeal(
  connection: EscrowConnection,
  signer: Signer,
  parameters: AppealParameters & Pick<CaseSigningParameters, "deadline">,
): Promise<Authorization> {
  return sign(connection, signer, appealTypedData, parameters);
}

// ----------------------------------------------------------------------------------------------------------------- calls

/** Who authorizes a call. */
export interface CaseCallParameters {
  /** The actor's authorization; left out when the actor sends the call itself. */
  readonly authorization?: Authorization;
}

/** The arbiter, the agreement's terms and the milestone, each made sure of. */
function caseOf(parameters: CaseParameters) {
  const { agreement, index, arbiter = agreement.terms.arbiter } = checkParameters(parameters);
  return { arbiter: toAddress(arbiter), terms: agreement.terms, index: checkIndex(agreement, index) };
}

/**
 * The call by which the first instance proposes a ruling.
 *
 * @throws {InvalidAddressError} When the arbiter is not an address.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {InvalidParameterError} When the share is no number of basis points.
 * @throws {InvalidHashError} When the reasoning is no 32-byte hash, or the authorization's signature not hexadecimal.
 * @throws {InvalidTimeError} When the authorization's deadline is not whole Unix seconds.
 * @example
 * const reasoning = hashText("Six of ten articles are there");
 * const call = proposeCall({ agreement, index: 0, shareBps: 6_000, reasoning });
 */
export function proposeCall(parameters: ProposalParameters & CaseCallParameters): Call {
  const { arbiter, terms, index } = caseOf(parameters);
  const { shareBps, reasoning, authorization = bySender } = parameters;
  const values = [terms, index, checkBps(shareBps), toHash(reasoning), checkAuthorization(authorization)] as const;
  return toCall(arbiter, appealableArbiterInterface.encodeFunctionData("propose", [...values]));
}

/**
 * The call by which the first instance leaves a case to the second. It fails as {@link proposeCall} does.
 *
 * @example
 * const call = declineCall({ agreement, index: 0, reasoning: hashText("The scope does not say enough") });
 */
export function declineCall(parameters: DeclineParameters & CaseCallParameters): Call {
  const { arbiter, terms, index } = caseOf(parameters);
  const { reasoning, authorization = bySender } = parameters;
  const values = [terms, index, toHash(reasoning), checkAuthorization(authorization)] as const;
  return toCall(arbiter, appealableArbiterInterface.encodeFunctionData("decline", [...values]));
}

/**
 * The call by which a party appeals. Whoever sends it pays the deposit, and must have given the arbiter an allowance of the
 * agreement's token for it. It fails as {@link proposeCall} does.
 *
 * @example
 * const { appealCost } = await getAppealCase(escrow.connection, { agreement, index: 0 });
 * const call = appealCall({ agreement, index: 0, party: agreement.terms.freelancer });
 */
export function appealCall(parameters: CaseParameters & CaseCallParameters & { readonly party: string }): Call {
  const { arbiter, terms, index } = caseOf(parameters);
  const { party, authorization = bySender } = parameters;
  const values = [terms, index, toAddress(party), checkAuthorization(authorization)] as const;
  return toCall(arbiter, appealableArbiterInterface.encodeFunctionData("appeal", [...values]));
}

/**
 * The call by which the second instance decides, where that is a person: panels and courts make it themselves. It fails as
 * {@link proposeCall} does.
 *
 * @param parameters `paid`: among whom the second instance's fee is split, in equal parts; at least one account.
 * @example
 * const decision = { shareBps: 5_000, reasoning: hashText("Half of it is done"), paid: [panel] };
 * const call = decideCall({ agreement, index: 0, ...decision });
 */
export function decideCall(parameters: ProposalParameters & { readonly paid: readonly string[] }): Call {
  const { arbiter, terms, index } = caseOf(parameters);
  const { shareBps, reasoning } = parameters;
  const paid = checkList(parameters.paid, "the accounts to pay").map((account) => toAddress(account));
  if (paid.length === 0) throw new InvalidParameterError(paid, "names nobody to pay");
  const values = [terms, index, checkBps(shareBps), toHash(reasoning), paid] as const;
  return toCall(arbiter, appealableArbiterInterface.encodeFunctionData("decide", [...values]));
}

/**
 * The call that makes a proposal the ruling; anybody may send it. It fails as {@link proposeCall} does.
 *
 * @example
 * const call = executeProposalCall({ agreement, index: 0 });
 */
export function executeProposalCall(parameters: CaseParameters): Call {
  const { arbiter, terms, index } = caseOf(parameters);
  return toCall(arbiter, appealableArbiterInterface.encodeFunctionData("execute", [terms, index]));
}

/**
 * The call that credits an appeal's deposit to the party that appealed, when the milestone ended without a ruling; anybody may
 * send it. {@link withdrawFeeCall} then pays it out. It fails as {@link proposeCall} does.
 *
 * @example
 * const call = returnDepositCall({ agreement, index: 0 });
 */
export function returnDepositCall(parameters: CaseParameters): Call {
  const { arbiter, terms, index } = caseOf(parameters);
  return toCall(arbiter, appealableArbiterInterface.encodeFunctionData("returnDeposit", [terms, index]));
}

// ----------------------------------------------------------------------------------------------------------------- reads

/** What has happened in a case. */
export type AppealStage = "none" | "proposed" | "declined" | "appealed";

const STAGES: readonly AppealStage[] = ["none", "proposed", "declined", "appealed"];

/**
 * What can be done about a case now: the first instance may propose or decline; a party may appeal; the second instance may
 * decide; anybody may execute the proposal, finalize the milestone at the escrow, or return the deposit; or all wait for the
 * escrow's clock, or it is over.
 */
export type AppealTurn = "propose" | "appeal" | "decide" | "execute" | "wait" | "finalize" | "returnDeposit" | "over";

/** A case's facts, as the arbiter has them. */
export interface AppealRecord {
  readonly stage: AppealStage;
  /** When the stage began, Unix seconds; 0 where nothing happened yet. */
  readonly since: number;
  /** The share that is proposed, basis points; 0 where nothing is. */
  readonly shareBps: number;
  /** SHA-256 of the proposal's reasoning; zero where nothing is proposed. */
  readonly reasoning: Hash;
  /** What was paid for an appeal, token base units. */
  readonly deposit: bigint;
  /** Who appealed. */
  readonly appellant: Address | undefined;
}

/** A case's facts, out of what the contract's `caseOf` returned. */
export function recordOf({ client, freelancer }: Terms, found: Result): AppealRecord {
  const stage = STAGES[Number(found.stage)] ?? "none";
  return {
    stage,
    since: Number(found.since),
    shareBps: Number(found.shareBps),
    reasoning: found.reasoning,
    deposit: found.deposit,
    appellant: stage !== "appealed" ? undefined : found.byClient ? client : freelancer,
  };
}

/** Where a case stands. */
export interface AppealStatus {
  readonly turn: AppealTurn;
  /** Until before when, Unix seconds; `undefined` when it has no end. */
  readonly until: number | undefined;
  /** What it will be from then on, if nobody acts. */
  readonly next: AppealTurn | undefined;
}

/** A case: what happened, where it stands, and what an appeal costs. */
export interface AppealCase extends AppealRecord, AppealStatus {
  /** What an appeal costs, token base units; 0 when the milestone holds nothing any more. */
  readonly appealCost: bigint;
}

/** What a case's status follows from. */
export interface AppealStatusParameters {
  readonly terms: Pick<AppealableTerms, "proposalPeriod" | "appealPeriod" | "decisionPeriod">;
  readonly record: Pick<AppealRecord, "stage" | "since">;
  /** Whether the milestone is in dispute. */
  readonly isDisputed: boolean;
  /** When it was disputed, Unix seconds. */
  readonly disputedAt: number;
  /** The milestone's clock, Unix seconds. */
  readonly clock: number;
  /** Unix seconds. */
  readonly now: number;
}

/**
 * Where a case stands at a time: whose turn it is, until when, and what comes then. As the contract has it: at most one turn at
 * a time, and nothing but the default from the escrow's clock on.
 *
 * @throws {InvalidParameterError} When the stage is none, or a period not whole seconds.
 * @throws {InvalidTimeError} When a time is not whole Unix seconds.
 * @example
 * const record = { stage: "proposed", since: now - 3_600 } as const;
 * const terms = { proposalPeriod: 3 * 86_400, appealPeriod: 3 * 86_400, decisionPeriod: 7 * 86_400 };
 * const times = { disputedAt: now - 86_400, clock: now + 13 * 86_400, now };
 * const { turn, until, next } = appealStatus({ terms, record, isDisputed: true, ...times });
 */
export function appealStatus(parameters: AppealStatusParameters): AppealStatus {
  const { terms, record, isDisputed, disputedAt, clock, now } = checkObject(parameters, "an object of parameters");
  const { stage, since } = checkObject(record, "a case's record");
  if (!STAGES.includes(stage)) throw new InvalidParameterError(stage, `is no stage: expected ${STAGES.join(", ")}`);
  const { proposalPeriod, appealPeriod, decisionPeriod } = checkPeriods(terms);
  for (const time of [since, clock, now]) checkTime(time);
  if (!checkBoolean(isDisputed, "whether it is in dispute")) {
    return { turn: stage === "appealed" ? "returnDeposit" : "over", until: undefined, next: undefined };
  }
  const proposed = checkTime(disputedAt) + proposalPeriod;
  const ends: Record<AppealStage, readonly (readonly [AppealTurn, number])[]> = {
    none: [
      ["propose", proposed],
      ["decide", proposed + decisionPeriod],
      ["wait", clock],
    ],
    proposed: [
      ["appeal", since + appealPeriod],
      ["execute", clock],
    ],
    declined: [
      ["decide", since + decisionPeriod],
      ["wait", clock],
    ],
    appealed: [
      ["decide", since + decisionPeriod],
      ["execute", clock],
    ],
  };
  // Each turn lasts until its end, and none beyond the clock.
  const turns = ends[stage].map(([turn, end]) => [turn, Math.min(end, clock)] as const);
  const current = turns.findIndex(([, end]) => now < end);
  const [turn, until] = turns[current] ?? [];
  if (turn === undefined || until === undefined) return { turn: "finalize", until: undefined, next: undefined };
  const following = turns.slice(current + 1).find(([, end]) => until < end);
  return { turn, until, next: following?.[0] ?? "finalize" };
}

/**
 * A milestone's case: what happened, whose turn it is, until when, what comes then, and what an appeal costs.
 *
 * @throws {InvalidAddressError} When the arbiter is not an address.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {NoCodeError} When there is no contract at the arbiter's address.
 * @throws {WrongContractError} When the contract is no appealable arbiter.
 * @throws {RpcError} When the endpoint fails.
 * @example
 * const { turn, until, shareBps, appealCost } = await getAppealCase(escrow.connection, { agreement, index: 0 });
 */
export async function getAppealCase(connection: EscrowConnection, parameters: CaseParameters): Promise<AppealCase> {
  checkConnection(connection);
  const { arbiter, terms, index } = caseOf(parameters);
  const { id } = parameters.agreement;
  const [appealable, [found], milestone, now] = await Promise.all([
    getAppealable(connection, arbiter),
    view(connection, contract.abi, arbiter, "caseOf", [id, index]),
    getMilestone(connection, id, index),
    getTime(connection),
  ]);
  const record = recordOf(terms, found);
  const { status, clock, held } = milestone;
  const isDisputed = status === Status.Disputed;
  const disputedAt = clock - terms.arbitrationPeriod;
  const where = appealStatus({ terms: appealable, record, isDisputed, disputedAt, clock, now });
  return { ...record, ...where, appealCost: (held * BigInt(appealable.appealFeeBps)) / BigInt(BPS) };
}
