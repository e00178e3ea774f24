/**
 * PanelArbiter: a panel of named members whose signed votes anybody sends; the ruling is their median.
 */
import { Interface, type Signer } from "ethers";
import { checkIndex, checkParameters, checkSignature, type MilestoneParameters, toCall } from "../actions/action.js";
import { toAddress, toHash } from "../address.js";
import { type TypedData, typedFields } from "../agreement.js";
import { checkChainId, checkList, checkObject, checkSigner } from "../check.js";
import type { Deployed, DeployParameters } from "../creation.js";
import { InvalidParameterError } from "../errors.js";
import type { PanelArbiterInterface } from "../generated/PanelArbiter.js";
import { panelArbiterAbi } from "../generated/panelArbiterAbi.js";
import { panelArbiterInitCode } from "../generated/panelArbiterBytecode.js";
import { checkConnection, type EscrowConnection } from "../rpc.js";
import type { Address, Call, Hash, Hex } from "../types.js";
import { isUint } from "../validate.js";
import { actorOf, signTypedData } from "../wallet.js";
import {
  arbiterAddress,
  deployArbiter,
  escrowOf,
  getHearing,
  type Hearing,
  provenTerms,
  type ReadValue,
  view,
} from "./contract.js";

/** Functions, events and errors of PanelArbiter. */
export const panelArbiterInterface = /* @__PURE__ */ new Interface(panelArbiterAbi) as PanelArbiterInterface;

const contract = { abi: panelArbiterInterface as Interface, initCode: panelArbiterInitCode };

/** Basis points of the whole. */
const BPS = 10_000;

/** What a panel is, for good. */
export interface PanelTerms {
  /** The escrow whose disputes it hears; by default MicroEscrow at its address. */
  readonly escrow?: string;
  /** The least arbitration period that it takes as a gate, seconds. */
  readonly minArbitrationPeriod: number;
  /** The least arbiter's fee that it takes as a gate, basis points. */
  readonly minArbiterFeeBps: number;
  /** 1 to 32 accounts; there are as many seats. */
  readonly members: readonly string[];
  /** Up to 32 accounts that may vote when members are silent; by default none. */
  readonly substitutes?: readonly string[];
  /** How many must vote. */
  readonly quorum: number;
  /** After which part of a hearing substitutes may vote, basis points; by default 5,000: half of it. */
  readonly substituteBps?: number;
  /** After which part of a hearing the voting closes, basis points; by default 7,500. */
  readonly closeBps?: number;
}

/** A panel's terms, read from its contract. */
export interface Panel extends Required<PanelTerms> {
  readonly escrow: Address;
  readonly members: readonly Address[];
  readonly substitutes: readonly Address[];
}

function argumentsOf(terms: PanelTerms): readonly unknown[] {
  const { escrow, minArbitrationPeriod, minArbiterFeeBps, members, quorum } = checkObject(terms, "a panel's terms");
  const { substitutes = [], substituteBps = 5_000, closeBps = 7_500 } = terms;
  checkNumber(minArbitrationPeriod, 2 ** 32 - 1, "is no period in seconds");
  checkNumber(minArbiterFeeBps, BPS, "is no fee in basis points");
  const [named, others] = [checkAccounts(members), checkAccounts(substitutes)];
  if (named.length < 1 || named.length > 32 || others.length > 32) {
    throw new InvalidParameterError(named.length, "is not a number of members from 1 to 32, with as many substitutes");
  }
  if (new Set([...named, ...others]).size !== named.length + others.length) {
    throw new InvalidParameterError(members, "has an account twice, or one that is a substitute too");
  }
  if (!isUint(quorum, named.length) || quorum === 0)
    throw new InvalidParameterError(quorum, "is no quorum of these members");
  checkNumber(closeBps, BPS - 1, "is no part of a hearing in basis points");
  checkNumber(substituteBps, closeBps - 1, "is no part of a hearing in basis points, before the voting closes");
  return [escrowOf(escrow), minArbitrationPeriod, minArbiterFeeBps, named, others, quorum, substituteBps, closeBps];
}

function checkNumber(value: number, maximum: number, problem: string): number {
  if (!isUint(value, maximum)) throw new InvalidParameterError(value, problem);
  return value;
}

function checkAccounts(accounts: readonly string[]): Address[] {
  return checkList(accounts, "a list of accounts").map((account) => toAddress(account));
}

/**
 * Where the panel with these terms stands, on every chain where it was deployed: an agreement can name it before that, and
 * whoever knows the terms can check that an address is that panel.
 *
 * @throws {InvalidAddressError} When an account is not an address.
 * @throws {InvalidParameterError} When no panel can have these terms.
 * @example
 * const terms = { members: [arbiter], quorum: 1, minArbitrationPeriod: 14 * 86_400, minArbiterFeeBps: 300 };
 * const isThatPanel = agreement.terms.arbiter === panelArbiterAddress(terms);
 */
export function panelArbiterAddress(terms: PanelTerms): Address {
  return arbiterAddress(contract, argumentsOf(terms));
}

/**
 * Deploys a panel at its address on the signer's chain; where it is already, it sends nothing.
 *
 * @throws {InvalidAddressError} When an account is not an address.
 * @throws {InvalidParameterError} When no panel can have these terms.
 * @throws {MissingProviderError} When the signer is not connected to a chain.
 * @throws {DeploymentFailedError} When the chain has no CREATE2 deployer, or gives the contract no code.
 * @throws {InsufficientGasFundsError} When the signer cannot pay.
 * @throws {UserRejectedError} When the signer's user refuses.
 * @throws {NotMinedError} When it was sent and is in no block after half an hour.
 * @throws {RpcError} When the endpoint fails.
 * @example
 * const terms = { members: [arbiter], quorum: 1, minArbitrationPeriod: 14 * 86_400, minArbiterFeeBps: 300 };
 * const { address } = await deployPanelArbiter({ signer, ...terms });
 */
export async function deployPanelArbiter(parameters: DeployParameters & PanelTerms): Promise<Deployed> {
  return deployArbiter(contract, argumentsOf(parameters), parameters);
}

/**
 * The terms of the panel at an address, proven: a contract that only says so stands at another address.
 *
 * @throws {InvalidAddressError} When it is not an address.
 * @throws {NoCodeError} When there is no contract.
 * @throws {WrongContractError} When the contract is no panel.
 * @throws {RpcError} When the endpoint fails.
 * @example
 * const { members, quorum } = await getPanel(escrow.connection, agreement.terms.arbiter);
 */
export function getPanel(connection: EscrowConnection, address: string): Promise<Panel> {
  return provenTerms(connection, address, contract, readTerms, panelArbiterAddress);
}

async function readTerms(read: ReadValue): Promise<Panel> {
  const [escrow, minPeriod, minFee, members, substitutes, quorum, substituteBps, closeBps] = await Promise.all(
    [
      "ESCROW",
      "MIN_ARBITRATION_PERIOD",
      "MIN_ARBITER_FEE_BPS",
      "members",
      "substitutes",
      "QUORUM",
      "SUBSTITUTE_BPS",
      "CLOSE_BPS",
    ].map(read),
  );
  return {
    escrow,
    minArbitrationPeriod: Number(minPeriod),
    minArbiterFeeBps: Number(minFee),
    members: [...members],
    substitutes: [...substitutes],
    quorum: Number(quorum),
    substituteBps: Number(substituteBps),
    closeBps: Number(closeBps),
  };
}

// ----------------------------------------------------------------------------------------------------------------- votes

/** What a member awards, and why. */
export interface VoteParameters extends MilestoneParameters {
  /** Address of the panel. */
  readonly panel: string;
  /** The freelancer's share of what a ruling can divide (what is held, less the arbiter's fee), basis points, at most 10,000. */
  readonly shareBps: number;
  /** SHA-256 of the member's reasoning. */
  readonly reasoning: Hash;
}

/** A vote as anybody can send it. Plain data: `JSON.stringify` keeps all of it. */
export interface SignedVote {
  readonly member: Address;
  readonly shareBps: number;
  readonly reasoning: Hash;
  /** `0x`: the member sends it itself. */
  readonly signature: Hex;
}

/** A vote that is recorded. */
export type RecordedVote = Omit<SignedVote, "signature">;

/**
 * What a member signs. A member's first vote that is recorded is its last; the signature has no deadline but the dispute's own.
 *
 * @throws {InvalidAddressError} When the panel is not an address.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {InvalidParameterError} When the share is above 10,000 basis points, or the chain's id none.
 * @throws {InvalidHashError} When the reasoning is not a 32-byte hash.
 * @example
 * const award = { shareBps: 6_000, reasoning: hashText("The backend runs; the tests are missing.") };
 * const typedData = voteTypedData({ chainId: 8453, panel, agreement, index: 0, ...award });
 */
export function voteTypedData(parameters: VoteParameters & { readonly chainId: bigint | number }): TypedData {
  const { chainId, panel, agreement, index, shareBps, reasoning } = checkParameters(parameters);
  return {
    domain: {
      name: "PanelArbiter",
      version: "1",
      chainId: checkChainId(chainId),
      verifyingContract: toAddress(panel),
    },
    types: { Vote: typedFields("bytes32 agreement,uint256 milestone,uint16 shareBps,bytes32 reasoning") },
    primaryType: "Vote",
    message: {
      agreement: agreement.id,
      milestone: checkIndex(agreement, index),
      shareBps: checkShare(shareBps),
      reasoning: toHash(reasoning),
    },
  };
}

/**
 * Signs a member's vote, for anybody to send.
 *
 * @throws {InvalidAddressError} When the panel is not an address.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {InvalidParameterError} When the share is above 10,000 basis points.
 * @throws {InvalidHashError} When the reasoning is not a 32-byte hash.
 * @throws {WrongChainError} When the signer is on another chain.
 * @throws {CannotSignError} When the account cannot sign, or its code does not accept the signature.
 * @throws {UserRejectedError} When the signer's user refuses.
 * @throws {RpcError} When the endpoint fails.
 * @example
 * const award = { shareBps: 6_000, reasoning: hashText("The backend runs; the tests are missing.") };
 * const vote = await signVote(escrow.connection, signer, { panel, agreement, index: 0, ...award });
 */
export async function signVote(
  connection: EscrowConnection,
  signer: Signer,
  parameters: VoteParameters,
): Promise<SignedVote> {
  const { chainId } = checkConnection(connection);
  checkSigner(signer);
  const typedData = voteTypedData({ ...checkParameters(parameters), chainId });
  const actor = await actorOf(connection, signer);
  const signature = await signTypedData(actor, typedData);
  const { shareBps, reasoning } = parameters;
  return { member: actor.account, shareBps, reasoning: toHash(reasoning), signature };
}

/**
 * The call that records votes, and rules when they decide. Anybody may send it; a vote without a signature counts when its
 * member does. Votes of those who voted already are passed over.
 *
 * @throws {InvalidAddressError} When the panel or a member is not an address.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {InvalidParameterError} When there is no list of votes, or a share is above 10,000 basis points.
 * @throws {InvalidHashError} When a reasoning is not a 32-byte hash, or a signature not hexadecimal.
 * @example
 * const call = voteCall({ panel, agreement, index: 0, votes });
 * await sendToArbiter(escrow.connection, signer, panelArbiterInterface, call);
 */
export function voteCall(
  parameters: MilestoneParameters & { readonly panel: string; readonly votes: readonly SignedVote[] },
): Call {
  const { panel, agreement, index, votes } = checkParameters(parameters);
  const given = checkList(votes, "a list of votes").map((vote) => {
    const { member, shareBps, reasoning, signature } = checkObject(vote, "a vote");
    return {
      member: toAddress(member),
      shareBps: checkShare(shareBps),
      reasoning: toHash(reasoning),
      signature: checkSignature(signature),
    };
  });
  const values = [agreement.terms, checkIndex(agreement, index), given] as const;
  return toCall(panel, panelArbiterInterface.encodeFunctionData("vote", [...values]));
}

/**
 * The call that rules by the votes that are recorded, when the voting has closed. Anybody may send it.
 *
 * @throws {InvalidAddressError} When the panel is not an address.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @example
 * const call = panelRuleCall({ panel, agreement, index: 0 });
 * await sendToArbiter(escrow.connection, signer, panelArbiterInterface, call);
 */
export function panelRuleCall(parameters: MilestoneParameters & { readonly panel: string }): Call {
  const { panel, agreement, index } = checkParameters(parameters);
  const values = [agreement.terms, checkIndex(agreement, index)] as const;
  return toCall(panel, panelArbiterInterface.encodeFunctionData("rule", [...values]));
}

function checkShare(shareBps: number): number {
  if (!isUint(shareBps, BPS)) throw new InvalidParameterError(shareBps, "is no share from 0 to 10,000 basis points");
  return shareBps;
}

// ----------------------------------------------------------------------------------------------------------------- reads

/** Where a panel stands with a milestone. */
export interface Voting {
  /** In the order in which they were recorded; none when the panel ruled. */
  readonly votes: readonly RecordedVote[];
  /** `undefined` when the milestone is not before the panel. */
  readonly hearing: Hearing | undefined;
  /** When substitutes may vote, and when the voting closes, Unix seconds; `undefined` without a hearing. */
  readonly substitutesFrom: number | undefined;
  readonly close: number | undefined;
}

/**
 * The votes on a milestone, and how long the panel has. It can be ruled from `close` on, when the quorum voted.
 *
 * @param parameters `panel`: what {@link getPanel} says of it.
 * @throws {InvalidAddressError} When the panel is not an address.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {NoCodeError} When there is no contract.
 * @throws {RpcError} When the endpoint fails.
 * @example
 * const { votes, close } = await getVoting(escrow.connection, { panel, agreement, index: 0 });
 */
export async function getVoting(
  connection: EscrowConnection,
  parameters: MilestoneParameters & { readonly panel: string },
): Promise<Voting> {
  checkConnection(connection);
  const { panel, agreement, index } = checkParameters(parameters);
  checkIndex(agreement, index);
  const { abi } = contract;
  const [[recorded], hearing, [substituteBps], [closeBps]] = await Promise.all([
    view(connection, abi, panel, "votesOf", [agreement.id, index]),
    getHearing(connection, { arbiter: panel, agreement, index }),
    view(connection, abi, panel, "SUBSTITUTE_BPS"),
    view(connection, abi, panel, "CLOSE_BPS"),
  ]);
  const votes = [...recorded].map(({ member, shareBps, reasoning }) => {
    return { member, shareBps: Number(shareBps), reasoning };
  });
  const moment = (partBps: bigint) =>
    hearing && hearing.start + Math.floor(((hearing.end - hearing.start) * Number(partBps)) / BPS);
  return { votes, hearing, substitutesFrom: moment(substituteBps), close: moment(closeBps) };
}
