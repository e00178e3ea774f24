/**
 * What the arbiters' modules share: where a contract with such arguments stands, what it says, and sending to it.
 */
import {
  AbiCoder,
  concat,
  type FunctionFragment,
  Interface,
  isHexString,
  keccak256,
  type Result,
  type Signer,
} from "ethers";
import { checkAmount, checkIndex, checkParameters, type MilestoneParameters, toCall } from "../actions/action.js";
import { toAddress } from "../address.js";
import { checkObject, checkSigner } from "../check.js";
import { addressOf, chainOf, create, type Deployed, type DeployParameters } from "../creation.js";
import type { TransactionInfo } from "../decode.js";
import {
  InvalidHashError,
  InvalidParameterError,
  MicroEscrowError,
  NoCodeError,
  RpcError,
  TransactionRevertedError,
  WrongContractError,
} from "../errors.js";
import { microEscrowAddress } from "../generated/code.js";
import { panelArbiterAbi } from "../generated/panelArbiterAbi.js";
import { namedValues } from "../interfaces.js";
import { getMilestone } from "../reads.js";
import { callLatest, checkConnection, codeOf, decodeView, type EscrowConnection } from "../rpc.js";
import { type Address, type Call, type Hash, Status } from "../types.js";
import { actorOf, type SendingOptions, send } from "../wallet.js";
import { ArbiterRefusedError } from "./errors.js";

// ------------------------------------------------------------------------------------------------------------- contracts

/** An arbiter contract as it is released: its interface, and the code that is deployed with arguments. */
export interface ArbiterContract {
  readonly abi: Interface;
  /** Init code without the constructor's arguments. */
  readonly initCode: string;
}

/** The escrow of an arbiter that none is named for. */
export const escrowOf = (escrow: string = microEscrowAddress): Address => toAddress(escrow);

/** Init code with the constructor's arguments. */
export function initCodeOf({ abi, initCode }: ArbiterContract, values: readonly unknown[]): string {
  return concat([initCode, AbiCoder.defaultAbiCoder().encode(abi.deploy.inputs, values)]);
}

/** Where an arbiter with these arguments stands, on every chain where it was deployed. */
export function arbiterAddress(contract: ArbiterContract, values: readonly unknown[]): Address {
  return addressOf(initCodeOf(contract, values));
}

/** Deploys an arbiter; where it is already, it sends nothing. */
export async function deployArbiter(
  contract: ArbiterContract,
  values: readonly unknown[],
  parameters: DeployParameters,
): Promise<Deployed> {
  const { signer, provider, chainId } = await chainOf(parameters);
  const initCode = initCodeOf(contract, values);
  const address = addressOf(initCode);
  // What stands at an address that follows from the init code was made by it.
  const check = async () => {
    if ((await codeOf(provider, address)) === "0x") throw new NoCodeError({ address, chainId });
  };
  return create(signer, provider, { chainId, address, initCode, check });
}

// ----------------------------------------------------------------------------------------------------------------- reads

/** What a view of an arbiter returns. */
export async function view(
  { provider, chainId }: EscrowConnection,
  abi: Interface,
  arbiter: string,
  name: string,
  values: readonly unknown[] = [],
  options: { readonly gasLimit?: number } = {},
): Promise<Result> {
  const address = toAddress(arbiter);
  const data = abi.encodeFunctionData(name, values);
  const answer = await callLatest(provider, { to: address, data, ...options }).catch((error: unknown) => {
    throw refusalOf(error, abi, address);
  });
  if (answer === "0x" && (await codeOf(provider, address)) === "0x") throw new NoCodeError({ address, chainId });
  return decodeView(abi, name, answer);
}

/** One value that a view of an arbiter returns. */
// biome-ignore lint/suspicious/noExplicitAny: ethers has no types for what a view returns
export type ReadValue = (name: string) => Promise<any>;

/** Gas for a view of a contract that is not proven yet: enough for the longest terms, and not all that an endpoint gives. */
export const GAS_OF_UNPROVEN = 5_000_000;

/**
 * The terms that the contract at an address tells, proven: a contract that only says so stands at another address.
 *
 * @throws {InvalidAddressError} When it is not an address.
 * @throws {NoCodeError} When there is no contract.
 * @throws {WrongContractError} When the contract is not one with such terms.
 * @throws {RpcError} When the endpoint fails.
 */
export async function provenTerms<Terms>(
  connection: EscrowConnection,
  address: string,
  { abi, initCode }: ArbiterContract,
  readTerms: (read: ReadValue) => Promise<Terms>,
  addressOf: (terms: Terms) => Address,
): Promise<Terms> {
  const { provider, chainId } = checkConnection(connection);
  const arbiter = toAddress(address);
  const code = await codeOf(provider, arbiter);
  if (code === "0x") throw new NoCodeError({ address: arbiter, chainId });
  try {
    const options = { gasLimit: GAS_OF_UNPROVEN };
    const terms = await readTerms(async (name) => (await view(connection, abi, arbiter, name, [], options))[0]);
    if (addressOf(terms) === arbiter) return terms;
  } catch (error) {
    // Another contract answers with something else, or not at all.
    const isOfContract = error instanceof RpcError ? error.reason === "malformed" : error instanceof MicroEscrowError;
    if (!isOfContract) throw error;
  }
  throw new WrongContractError({
    address: arbiter,
    actual: keccak256(code) as Hash,
    expected: keccak256(initCode) as Hash,
  });
}

/** The time in which an arbiter may decide, Unix seconds: from `start` until before `end`. */
export interface Hearing {
  readonly start: number;
  readonly end: number;
}

const hearingAbi = /* @__PURE__ */ new Interface([
  `function hearing(${tupleOf("check", "agreement")} agreement, uint256 index) view returns (uint256 start, uint256 end)`,
]);

/** The type of a parameter of the panel's function, as text. */
function tupleOf(name: string, parameter: string): string {
  const { inputs } = new Interface(panelArbiterAbi).getFunction(name) as FunctionFragment;
  return (
    inputs
      .find((input) => input.name === parameter)
      ?.format("full")
      .replace(/ \w+$/, "") ?? ""
  );
}

/**
 * When an arbiter may decide on a milestone: from the dispute until the escrow's clock; or, where the agreement names another
 * arbiter, when that one says that it is this one's turn as the second instance.
 *
 * @returns `undefined` when it is not before this arbiter.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {InvalidAddressError} When the arbiter is not an address.
 * @throws {RpcError} When the endpoint fails.
 * @example
 * const hearing = await getHearing(escrow.connection, { arbiter: panel, agreement, index: 0 });
 * const isOpen = hearing !== undefined && now >= hearing.start && now < hearing.end;
 */
export async function getHearing(
  connection: EscrowConnection,
  parameters: MilestoneParameters & { readonly arbiter: string },
): Promise<Hearing | undefined> {
  checkConnection(connection);
  const { agreement, index, arbiter } = checkParameters(parameters);
  checkIndex(agreement, index);
  const { terms } = agreement;
  if (toAddress(arbiter) !== terms.arbiter) {
    try {
      const { start, end } = await view(connection, hearingAbi, terms.arbiter, "hearing", [terms, index]);
      return { start: Number(start), end: Number(end) };
    } catch (error) {
      // An arbiter without a second instance, or not at this stage; or a person.
      const kinds = [ArbiterRefusedError, TransactionRevertedError, NoCodeError];
      if (kinds.some((kind) => error instanceof kind)) return undefined;
      throw error;
    }
  }
  const { status, clock } = await getMilestone(connection, agreement.id, index);
  return status === Status.Disputed ? { start: clock - terms.arbitrationPeriod, end: clock } : undefined;
}

/**
 * What an account can claim of an arbiter, token base units.
 *
 * @throws {InvalidAddressError} When the arbiter, the token or the account is not an address.
 * @throws {NoCodeError} When there is no contract at the arbiter's address.
 * @throws {RpcError} When the endpoint fails.
 * @example
 * const fee = await getClaimableFee(escrow.connection, { arbiter: panel, token: USDC, account: member });
 */
export async function getClaimableFee(connection: EscrowConnection, parameters: FeeParameters): Promise<bigint> {
  checkConnection(connection);
  const { arbiter, token, account } = checkObject(parameters, "an object of parameters");
  const [amount] = await view(connection, arbiterAbi, arbiter, "claimable", [toAddress(token), toAddress(account)]);
  return amount;
}

// ----------------------------------------------------------------------------------------------------------------- calls

/** Functions and errors that every arbiter has. */
const arbiterAbi = /* @__PURE__ */ new Interface(panelArbiterAbi);

/** Whose fee it is, and where. */
export interface FeeParameters {
  /** Address of the arbiter contract. */
  readonly arbiter: string;
  readonly token: string;
  readonly account: string;
}

/**
 * The call that pays an account what it can claim of an arbiter, to itself. Anybody may send it.
 *
 * @throws {InvalidAddressError} When the arbiter, the token or the account is not an address.
 * @example
 * const call = withdrawFeeCall({ arbiter: panel, token: USDC, account: member });
 */
export function withdrawFeeCall(parameters: FeeParameters): Call {
  const { arbiter, token, account } = checkObject(parameters, "an object of parameters");
  return toCall(arbiter, arbiterAbi.encodeFunctionData("withdraw", [toAddress(token), toAddress(account)]));
}

/** A call that pays a court in ether; all others carry none. */
export interface PayingCall extends Omit<Call, "value"> {
  /** Wei. */
  readonly value: bigint;
}

/**
 * Sends a call to an arbiter, and waits until it is mined. It is simulated first: what the arbiter or the escrow would refuse is
 * not sent.
 *
 * @param abi The arbiter's interface, by which its errors are told: `panelArbiterInterface` and its like.
 * @returns The transaction.
 * @throws {ArbiterRefusedError} When the arbiter refuses.
 * @throws {InvalidParameterError} When the interface or an option is none.
 * @throws {InvalidAddressError} When the call is to no address.
 * @throws {InvalidHashError} When the call's data is not hexadecimal.
 * @throws {InvalidAmountError} When the call's value is no bigint of wei.
 * @throws {WrongChainError} When the signer is on another chain.
 * @throws {TransactionRevertedError} When it reverts with something else; what the escrow refuses has its own error.
 * @throws {GasTooHighError} When it would take more than `maxGas`.
 * @throws {UserRejectedError} When the signer's user refuses.
 * @throws {InsufficientGasFundsError} When the signer cannot pay for the gas.
 * @throws {NotMinedError} When it was sent and is in no block in time.
 * @throws {TransactionReplacedError} When the signer's user put another transaction in its place.
 * @throws {RpcError} When the endpoint fails.
 * @example
 * const call = panelRuleCall({ panel, agreement, index: 0 });
 * const { hash } = await sendToArbiter(escrow.connection, signer, panelArbiterInterface, call);
 */
export async function sendToArbiter(
  connection: EscrowConnection,
  signer: Signer,
  abi: Interface,
  call: Call | PayingCall,
  options: SendingOptions = {},
): Promise<TransactionInfo> {
  checkConnection(connection);
  checkSigner(signer);
  if (typeof abi?.parseError !== "function") {
    const advice = "Pass the arbiter's, like panelArbiterInterface.";
    throw new InvalidParameterError(abi, "is not an interface of ethers", { advice });
  }
  const { to, data, value } = checkObject(call, "a call of an arbiter");
  if (!isHexString(data, true)) throw new InvalidHashError(data, "is no calldata");
  const sent = { to: toAddress(to), data, value: checkAmount(value, 256) };
  const actor = await actorOf(connection, signer, checkObject(options, "options"));
  // It is sent as it is, whatever it carries.
  const receipt = await send(actor, sent as Call).catch((error: unknown) => {
    throw refusalOf(error, abi, sent.to);
  });
  return { hash: receipt.hash as Hash, blockNumber: receipt.blockNumber };
}

/** The arbiter's own error out of a revert that the escrow's errors do not explain. */
export function refusalOf(error: unknown, abi: Interface, arbiter: Address): unknown {
  // What has a reason said it in words, or is a panic: no error of the arbiter's, though every Interface of ethers knows both.
  if (!(error instanceof TransactionRevertedError) || error.reason !== undefined) return error;
  try {
    const parsed = abi.parseError(error.data);
    if (parsed === null) return error;
    const values = namedValues<Record<string, unknown>>(parsed.args, parsed.fragment.inputs, []);
    return new ArbiterRefusedError({ arbiter, reason: parsed.name, values }, { cause: error });
  } catch {
    // Too short for an error, or for its values.
    return error;
  }
}
