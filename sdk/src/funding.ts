/**
 * Paying for a funding: by an allowance that is there, by a permit in the same transaction, or by approving first.
 */
import type { TransactionReceipt } from "ethers";
import { type FundParameters, fundCall, fundingAmount } from "./actions/fund.js";
import { multicallCall } from "./actions/multicall.js";
import { permitCall, permitTypedData } from "./actions/permit.js";
import {
  CannotSignError,
  InsufficientAllowanceError,
  InsufficientBalanceError,
  InvalidParameterError,
  PermitUnsupportedError,
  SafeERC20FailedOperationError,
  TokenRefusedError,
  TransactionRevertedError,
} from "./errors.js";
import { latestBlock } from "./rpc.js";
import { allowanceOf, approvalCall, balanceOf, isApproved, permitTerms } from "./token.js";
import type { Address, Call } from "./types.js";
import { type Actor, send, signTypedData, simulate } from "./wallet.js";

/** How a funding is paid. */
export type PaymentMethod = "allowance" | "permit" | "approve";

/** What was sent for a funding. */
export interface Paid {
  readonly payment: PaymentMethod;
  /** What the escrow was allowed to take before, base units. */
  readonly allowance: bigint;
  /** The call of `fund`, as sent or as part of the multicall. */
  readonly call: Call;
  readonly receipt: TransactionReceipt;
  /** The approvals that were sent before it, in their order. */
  readonly approvals: readonly TransactionReceipt[];
}

const PAYMENTS: readonly (PaymentMethod | "auto")[] = ["auto", "allowance", "permit", "approve"];

/** Seconds that a permit is good for: it is used at once. */
const PERMIT_PERIOD = 3_600;

/**
 * Funds milestones from the actor's account.
 *
 * @param payment "auto": the first that works of allowance, permit, approve.
 * @throws {InsufficientBalanceError} When the account has too little.
 * @throws {InsufficientAllowanceError} For "allowance", when it is too small.
 * @throws {PermitUnsupportedError} For "permit", when the token or the account has none.
 */
export async function payFor(actor: Actor, parameters: FundParameters, payment: PaymentMethod | "auto"): Promise<Paid> {
  if (!PAYMENTS.includes(payment)) throw new InvalidParameterError(payment, `is not one of ${PAYMENTS.join(", ")}`);
  const { account, connection } = actor;
  const { token } = parameters.agreement.terms;
  const call = fundCall({ ...parameters, escrow: connection.escrow });
  const need = fundingAmount(parameters);

  const have = await balanceOf(connection, token, account);
  if (have < need) throw new InsufficientBalanceError({ token, account, have, need });
  const allowance = await allowanceOf(connection, token, account);
  const isAllowed = allowance >= need;
  if (payment === "allowance" || (payment === "auto" && isAllowed)) {
    if (!isAllowed) throw new InsufficientAllowanceError({ token, spender: connection.escrow, have: allowance, need });
    return { payment: "allowance", allowance, call, receipt: await send(actor, call), approvals: [] };
  }
  // The pull comes last in the contract: where only the token refuses, for want of an allowance, all else is well.
  if (!isAllowed) await simulate(actor, call).catch(unlessTokenRefused);

  if (payment !== "approve") {
    try {
      const batch = await withPermit(actor, call, token, need);
      return { payment: "permit", allowance, call, receipt: await send(actor, batch), approvals: [] };
    } catch (error) {
      if (payment === "permit" || !isPermitImpossible(error)) throw error;
    }
  }
  const approvals = await approve(actor, token, need, allowance);
  return { payment: "approve", allowance, call, receipt: await send(actor, call), approvals };
}

/** The funding with a permit before it, in one transaction. */
async function withPermit(actor: Actor, call: Call, token: Address, value: bigint): Promise<Call> {
  const { account: owner, connection } = actor;
  const { escrow, provider } = connection;
  const { domain, nonce } = await permitTerms(connection, { token, owner });
  const deadline = (await latestBlock(provider)).timestamp + PERMIT_PERIOD;
  const signature = await signTypedData(actor, permitTypedData({ domain, owner, escrow, value, nonce, deadline }));
  const batch = multicallCall({ escrow, calls: [permitCall({ escrow, token, value, deadline, signature }), call] });
  await simulate(actor, batch);
  return batch;
}

/** Approves exactly the amount; first nothing, where the token takes a new allowance only in place of none (USDT). */
async function approve(
  actor: Actor,
  token: Address,
  amount: bigint,
  allowance: bigint,
): Promise<readonly TransactionReceipt[]> {
  const { escrow } = actor.connection;
  const approval = approvalCall(token, escrow, amount);
  const approvals: TransactionReceipt[] = [];
  if (allowance !== 0n && !(await simulate(actor, approval).then(isApproved, unlessTokenRefused))) {
    approvals.push(await send(actor, approvalCall(token, escrow, 0n)));
  }
  if (!isApproved(await simulate(actor, approval))) throw new SafeERC20FailedOperationError({ token });
  approvals.push(await send(actor, approval));
  return approvals;
}

/** For a simulation: whether it failed in the token alone. */
export function unlessTokenRefused(error: unknown): false {
  if (!isOfToken(error)) throw error;
  return false;
}

/** Whether a simulation failed in the token, and not by a rule of the escrow. */
export function isOfToken(error: unknown): boolean {
  return [InsufficientAllowanceError, SafeERC20FailedOperationError, TokenRefusedError, TransactionRevertedError].some(
    (kind) => error instanceof kind,
  );
}

/** Whether there can be no permit, so that approving is what remains. */
function isPermitImpossible(error: unknown): boolean {
  const isMined = error instanceof TransactionRevertedError && error.transaction !== undefined;
  return error instanceof PermitUnsupportedError || error instanceof CannotSignError || (isOfToken(error) && !isMined);
}
