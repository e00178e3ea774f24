/**
 * Funding by what the client signed, through the contract SignedFunding: calls that anybody may send, and the two kinds of
 * payment that the client signs for them.
 */
import { AbiCoder, Interface, id, keccak256, type TypedDataDomain } from "ethers";
import { toAddress } from "../address.js";
import { type TypedData, typedFields } from "../agreement.js";
import { checkChainId, checkList } from "../check.js";
import { NothingToFundError } from "../errors.js";
import type { ISignedFunding, SignedFundingInterface } from "../generated/SignedFunding.js";
import { signedFundingAbi } from "../generated/signedFundingAbi.js";
import type { Address, Call, Hash, Hex } from "../types.js";
import { checkTime } from "../validate.js";
import { checkAmount, checkIndex, checkParameters, checkSignature, toCall } from "./action.js";
import { type FundParameters, fundingAmount } from "./fund.js";

/** Functions and errors of SignedFunding. */
export const signedFundingInterface = /* @__PURE__ */ new Interface(signedFundingAbi) as SignedFundingInterface;

/** Permit2, at the same address on every chain (https://github.com/Uniswap/permit2). */
export const permit2Address = "0x000000000022D473030F116dDEE9F6B43aC78BA3" as Address;

/** What a client signs to pay for milestones, whatever the kind of payment. */
export interface PaymentParameters extends Pick<FundParameters, "agreement" | "indices"> {
  /** Address of the contract SignedFunding. */
  readonly signedFunding: string;
  /** Tells this payment from every other of the client: any number below 2^256 that it has not used before. */
  readonly nonce: bigint;
  /** Unix seconds. An ERC-3009 authorization is void at or after it, a Permit2 transfer after it. */
  readonly deadline: number;
}

/** Parameters of the calls that fund by signature. */
export interface SignedFundingParameters extends PaymentParameters, Pick<FundParameters, "freelancerSignature"> {
  /** The client's signature over the payment. */
  readonly signature: Hex;
  /** The client's signature over the agreement; not needed when it consented already. */
  readonly clientSignature?: Hex;
}

/**
 * The call that funds milestones with an ERC-3009 authorization; see {@link authorizationTypedData}.
 *
 * @throws {InvalidAddressError} When the contract's address is none.
 * @throws {NothingToFundError} When the list of milestones is empty.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {InvalidHashError} When a signature is not hexadecimal.
 * @throws {InvalidAmountError} When the nonce does not fit 256 bits.
 * @throws {InvalidTimeError} When the deadline is not whole Unix seconds.
 * @example
 * const payment = { nonce: 1n, deadline, signature };
 * const milestones = { agreement, indices: [0], clientSignature, freelancerSignature };
 * const call = fundWithAuthorizationCall({ signedFunding: signedFundingAddress(), ...milestones, ...payment });
 */
export function fundWithAuthorizationCall(parameters: SignedFundingParameters): Call {
  const data = signedFundingInterface.encodeFunctionData("fundWithAuthorization", argumentsOf(parameters));
  return toCall(parameters.signedFunding, data);
}

/**
 * The call that funds milestones with a transfer by Permit2; see {@link permit2TypedData}. It fails as
 * {@link fundWithAuthorizationCall} does.
 *
 * @example
 * const payment = { nonce: 1n, deadline, signature };
 * const milestones = { agreement, indices: [0], clientSignature, freelancerSignature };
 * const call = fundWithPermit2Call({ signedFunding: signedFundingAddress(), ...milestones, ...payment });
 */
export function fundWithPermit2Call(parameters: SignedFundingParameters): Call {
  const data = signedFundingInterface.encodeFunctionData("fundWithPermit2", argumentsOf(parameters));
  return toCall(parameters.signedFunding, data);
}

function argumentsOf(
  parameters: SignedFundingParameters,
): [funding: ISignedFunding.FundingStruct, payment: ISignedFunding.PaymentStruct] {
  const { amount, nonce, deadline } = checkPayment(parameters);
  const { agreement, indices, signature, clientSignature = "0x", freelancerSignature = "0x" } = parameters;
  const funding = {
    agreement: agreement.terms,
    schedule: [...agreement.schedule],
    indices: [...indices],
    clientSignature: checkSignature(clientSignature),
    freelancerSignature: checkSignature(freelancerSignature),
  };
  return [funding, { amount, nonce, deadline, signature: checkSignature(signature) }];
}

/** The parts of a payment, each made sure of. */
function checkPayment(parameters: PaymentParameters) {
  const { signedFunding, deadline } = checkParameters(parameters);
  const { agreement, indices, nonce } = checkMilestones(parameters);
  return {
    signedFunding: toAddress(signedFunding),
    amount: fundingAmount({ agreement, indices }),
    nonce,
    deadline: checkTime(deadline),
  };
}

function checkMilestones<P extends Pick<PaymentParameters, "agreement" | "indices" | "nonce">>(parameters: P): P {
  const { agreement, indices, nonce } = checkParameters(parameters);
  if (checkList(indices, "the milestones to fund").length === 0) throw new NothingToFundError();
  for (const index of indices) checkIndex(agreement, index);
  checkAmount(nonce, 256);
  return parameters;
}

/**
 * What the client signs to pay in the token's own terms: `ReceiveWithAuthorization` of ERC-3009
 * (https://eips.ethereum.org/EIPS/eip-3009), with a nonce that is bound to this funding.
 *
 * @param parameters `domain` is the token's EIP-712 domain.
 * @throws {InvalidAddressError} When the contract's address is none.
 * @throws {NothingToFundError} When the list of milestones is empty.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {InvalidAmountError} When the nonce does not fit 256 bits.
 * @throws {InvalidTimeError} When the deadline is not whole Unix seconds.
 * @throws {InvalidParameterError} When the chain's id is none.
 * @example
 * const domain = { name: "USD Coin", version: "2", chainId: 8453, verifyingContract: agreement.terms.token };
 * const payment = { chainId: 8453, agreement, indices: [0], nonce: 1n, deadline };
 * const typedData = authorizationTypedData({ domain, signedFunding: signedFundingAddress(), ...payment });
 */
export function authorizationTypedData(
  parameters: PaymentParameters & { readonly chainId: bigint | number; readonly domain: TypedDataDomain },
): TypedData {
  const { signedFunding, amount, deadline } = checkPayment(parameters);
  const { agreement, domain } = parameters;
  return {
    domain,
    types: {
      ReceiveWithAuthorization: typedFields(
        "address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce",
      ),
    },
    primaryType: "ReceiveWithAuthorization",
    message: {
      from: agreement.terms.client,
      to: signedFunding,
      value: amount,
      validAfter: 0,
      validBefore: deadline,
      nonce: authorizationNonce(parameters),
    },
  };
}

/**
 * The nonce that binds an ERC-3009 authorization to a funding on one chain: as SignedFunding's `authorizationNonce` computes it.
 *
 * @param parameters `nonce` is the payment's.
 * @throws {NothingToFundError} When the list of milestones is empty.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {InvalidAmountError} When the nonce does not fit 256 bits.
 * @throws {InvalidParameterError} When the chain's id is none.
 * @example
 * const nonce = authorizationNonce({ chainId: 8453, agreement, indices: [0], nonce: 1n });
 */
export function authorizationNonce(
  parameters: Pick<PaymentParameters, "agreement" | "indices" | "nonce"> & { readonly chainId: bigint | number },
): Hash {
  const { chainId, agreement, indices, nonce } = checkMilestones(parameters);
  const coder = AbiCoder.defaultAbiCoder();
  // EIP-712 hashes the elements of an array without their number.
  const hashOfIndices = keccak256(coder.encode(Array(indices.length).fill("uint256"), indices));
  const funding = coder.encode(["bytes32", "bytes32", "bytes32"], [FUNDING_TYPEHASH, agreement.id, hashOfIndices]);
  const all = [checkChainId(chainId), keccak256(funding), nonce];
  const hash = keccak256(coder.encode(["uint256", "bytes32", "uint256"], all));
  return `${hash.slice(0, -16)}${"0".repeat(16)}` as Hash; // the lower 64 bits are 0
}

const FUNDING = "bytes32 agreement,uint256[] indices";
const FUNDING_TYPEHASH = id(`Funding(${FUNDING})`);

/**
 * What the client signs to pay through Permit2: a `PermitWitnessTransferFrom` whose witness is this funding. The client must
 * have allowed Permit2 the amount.
 *
 * @throws {InvalidAddressError} When the contract's address is none.
 * @throws {NothingToFundError} When the list of milestones is empty.
 * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
 * @throws {InvalidAmountError} When the nonce does not fit 256 bits.
 * @throws {InvalidTimeError} When the deadline is not whole Unix seconds.
 * @example
 * const payment = { agreement, indices: [0], nonce: 1n, deadline };
 * const typedData = permit2TypedData({ chainId: 8453, signedFunding: signedFundingAddress(), ...payment });
 */
export function permit2TypedData(parameters: PaymentParameters & { readonly chainId: bigint | number }): TypedData {
  const { signedFunding, amount, nonce, deadline } = checkPayment(parameters);
  const { agreement, indices, chainId } = parameters;
  return {
    domain: { name: "Permit2", chainId: checkChainId(chainId), verifyingContract: permit2Address },
    types: {
      PermitWitnessTransferFrom: typedFields(
        "TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,Funding witness",
      ),
      Funding: typedFields(FUNDING),
      TokenPermissions: typedFields("address token,uint256 amount"),
    },
    primaryType: "PermitWitnessTransferFrom",
    message: {
      permitted: { token: agreement.terms.token, amount },
      spender: signedFunding,
      nonce,
      deadline,
      witness: { agreement: agreement.id, indices: [...indices] },
    },
  };
}
