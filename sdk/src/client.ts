/**
 * The client: one method per verb of the contract. It holds a connection and perhaps a signer, and nothing else; what it
 * does is put together from the pure layers below.
 */
import type { Provider, Signer } from "ethers";
import { type AcceptParameters, acceptCall, acceptTypedData } from "./actions/accept.js";
import { checkIndex, checkParameters, type MilestoneParameters } from "./actions/action.js";
import { type AdvanceParameters, advanceCall, advanceTypedData } from "./actions/advance.js";
import { type ApproveParameters, approveCall, approveTypedData } from "./actions/approve.js";
import { type AttestParameters, attestCall, attestTypedData } from "./actions/attest.js";
import { type CloseParameters, closeCall, closeTypedData } from "./actions/close.js";
import { type DisputeParameters, disputeCall, disputeTypedData } from "./actions/dispute.js";
import { type ExtendParameters, extendCall, extendTypedData } from "./actions/extend.js";
import { type FinalizeParameters, finalizeCall } from "./actions/finalize.js";
import type { FundParameters } from "./actions/fund.js";
import { type MulticallParameters, multicallCall } from "./actions/multicall.js";
import { type RefundParameters, refundCall, refundTypedData } from "./actions/refund.js";
import {
  type RequestChangesParameters,
  requestChangesCall,
  requestChangesTypedData,
} from "./actions/requestChanges.js";
import { type RuleParameters, ruleCall, ruleTypedData } from "./actions/rule.js";
import { type SettleParameters, settleCall, settleTypedData } from "./actions/settle.js";
import { type SubmitParameters, submitCall, submitTypedData } from "./actions/submit.js";
import { type SubmitEvidenceParameters, submitEvidenceCall } from "./actions/submitEvidence.js";
import { type WithdrawParameters, withdrawCall } from "./actions/withdraw.js";
import { toAddress } from "./address.js";
import type { Agreement, TypedData } from "./agreement.js";
import { checkList, checkObject, checkProvider, checkRunner, checkSigner, isSigner } from "./check.js";
import {
  type ConfirmationOptions,
  confirmedDispute,
  confirmedSubmission,
  type Submission,
  type SubmissionSeen,
} from "./confirmation.js";
import { chainIdOf, checkCode, checkDomain } from "./connect.js";
import { decodeResult, type Results, type ResultVerb, type TransactionInfo } from "./decode.js";
import type { TokenDescription } from "./define.js";
import { deploymentBlock, escrowAddress } from "./deployments.js";
import {
  FundingExpiredError,
  InvalidAgreementError,
  InvalidParameterError,
  MissingProviderError,
  MissingSignerError,
  NotAPartyError,
  SignatureExpiredError,
  UnauthorizedError,
  WrongChainError,
  WrongStatusError,
} from "./errors.js";
import { type PaymentMethod, payFor } from "./funding.js";
import type { History, HistoryOptions } from "./history.js";
import { HELD } from "./model.js";
import type { Progress } from "./progress.js";
import * as reads from "./reads.js";
import type { EscrowConnection } from "./rpc.js";
import { type VerifySignatureParameters, verifySignature } from "./signatures.js";
import { checkSettlement, relayedCall, type SignableVerb, type SignedAction, type SignedSettlement } from "./signed.js";
import { checkCurrency, describeToken } from "./token.js";
import type { Address, AgreementId, AgreementState, Authorization, Call, Hash, Hex, MilestoneState } from "./types.js";
import { isUnlimited, unlimitedAllowance, validateAgreement, type Warning } from "./validate.js";
import { type Actor, actorOf, type SendingOptions, send, signTypedData, simulate } from "./wallet.js";
import { type Watch, type WatchOptions, type WatchUpdate, watch } from "./watch.js";

// ---------------------------------------------------------------------------------------------------------- parameters

/** Options of {@link MicroEscrow.connect}, with the defaults for decisions made through this client. */
export interface ConnectOptions extends ConfirmationOptions, SendingOptions {
  /** A deployment of your own; by default the one at the same address on every chain. */
  readonly address?: string;
  /** The first block that can have events of it; by default that of the recorded deployment, and 0 where there is none. */
  readonly startBlock?: number;
  /** The chain that it must be; refused when it is another one. */
  readonly chainId?: number;
  /** Reads go through this provider, and the signer must be on its chain; by default the signer's own. */
  readonly provider?: Provider;
}

/** How `fund` is paid; "auto" picks the first that works of allowance, permit and approve. */
export interface PaymentOptions {
  readonly payment?: PaymentMethod | "auto";
}

/** Options of everything that is signed for somebody else to send. */
export interface SigningOptions {
  /** The signature is void at or after this time, Unix seconds; by default 4 hours after the newest block. */
  readonly deadline?: number;
}

/** A decision about a submission: on the current one unless it says which, and only once that is in a block that stays. */
export type Decision<Parameters extends { readonly submission: number }> = Omit<Parameters, "submission"> &
  SubmissionSeen &
  ConfirmationOptions;

/** Parameters that leave the submission out to mean the current one. */
export type Current<Parameters extends { readonly submission: number }> = Omit<Parameters, "submission"> &
  Pick<SubmissionSeen, "submission">;

/** A submission by its number. */
type NumberedSubmission = Pick<Submission, "submission">;

/** The parameters of `settle`: who does not send it must have signed it. */
export interface SettlementParameters extends SettleParameters {
  /** The halves of those parties that do not send it; see `signSettle`. */
  readonly signatures?: readonly SignedSettlement[];
}

/** A result, and the submission that was decided on. */
export type Decided<Verb extends ResultVerb> = Results[Verb] & { readonly answered: Submission };

/** What other entries do with an account: `signFunding` and `relayFunding` are such, and so is what you write in this form. */
export type EscrowAction<Parameters = never, Result = unknown> = (
  connection: EscrowConnection,
  signer: Signer,
  parameters: Parameters,
  options: SendingOptions,
) => Promise<Result>;

/** How the money came in. */
export type FundResult = Results["fund"] & {
  readonly payment: PaymentMethod;
  /** The approvals that were sent before, in their order. */
  readonly approvals: readonly TransactionInfo[];
  /** `"unlimited-allowance"` when it was paid out of an allowance without limit, which stays. */
  readonly warnings: readonly Warning[];
};

/** Hours, not years: a signature that nobody used should not linger. Seconds. */
const SIGNATURE_PERIOD = 4 * 3_600;

// -------------------------------------------------------------------------------------------------------------- client

/**
 * MicroEscrow on one chain. Without a signer it reads; with one it acts as that account.
 *
 * Every method fails with a {@link MicroEscrowError}; what would revert is found by simulation, and nothing is sent.
 * What many methods fail with is said here, and not again with each:
 * - `RpcError` when the endpoint fails;
 * - `MilestoneOutOfRangeError` for an index that the schedule does not have, and an `InvalidValueError` for an address,
 * a hash, an amount, a time or a number that is none;
 * - what acts: `MissingSignerError` when there is no signer, `WrongChainError` when its wallet is on another chain, and
 * `UserRejectedError` when its user refuses;
 * - what sends: `InsufficientGasFundsError`, `NotMinedError` and `TransactionReplacedError`, and
 * `TransactionRevertedError` when another transaction came first, or a token refuses to pay in words of its own.
 *
 * @example
 * const escrow = await MicroEscrow.connect(clientSigner);
 * await escrow.fund({ agreement, indices: [0], freelancerSignature });
 * await escrow.connect(freelancerSigner).submit({ agreement, index: 0, deliverable });
 * await escrow.approve({ agreement, index: 0 });
 */
export class MicroEscrow {
  /**
   * The chain, the contract's address, and the provider that reads go through: for the functions that take a
   * connection.
   *
   * @example
   * const milestone = await getMilestone(escrow.connection, agreement.id, 0, { blockTag: "finalized" });
   */
  readonly connection: EscrowConnection;
  readonly #signer: Signer | undefined;
  readonly #options: ConfirmationOptions & SendingOptions;

  private constructor(
    connection: EscrowConnection,
    signer: Signer | undefined,
    options: ConfirmationOptions & SendingOptions,
  ) {
    this.connection = connection;
    this.#signer = signer;
    this.#options = options;
  }

  /**
   * Connects to the escrow on the chain of a signer or provider, and makes sure that it is the right one.
   *
   * @throws {InvalidParameterError} When it is neither a signer nor a provider of ethers.
   * @throws {MissingProviderError} When the signer has no provider, and the options neither.
   * @throws {WrongChainError} When the chain is not `chainId`, or signer and provider are on two chains.
   * @throws {InvalidAddressError} When `address` is not an address.
   * @throws {NoCodeError} When there is no contract at the address.
   * @throws {WrongContractError} When it is another contract.
   * @throws {WrongDomainError} When it takes signatures under another domain.
   * @example
   * const escrow = await MicroEscrow.connect(clientSigner);
   * const reader = await MicroEscrow.connect(provider, { chainId: 8453 });
   */
  static async connect(runner: Signer | Provider, options: ConnectOptions = {}): Promise<MicroEscrow> {
    checkRunner(runner);
    const { address, startBlock, chainId: expected, provider: reader, ...rest } = checkObject(options, "options");
    if (reader !== undefined) checkProvider(reader);
    const signer = isSigner(runner) ? runner : undefined;
    const provider = reader ?? (signer === undefined ? (runner as Provider) : signer.provider);
    if (provider === null) throw new MissingProviderError();

    const chainId = await chainIdOf(provider);
    if (expected !== undefined && chainId !== expected) throw new WrongChainError({ actual: chainId, expected });
    const escrow = address === undefined ? escrowAddress(chainId) : toAddress(address);
    await checkCode(provider, escrow, chainId);
    await checkDomain(provider, escrow, chainId);
    const connection = { provider, chainId, escrow, startBlock: startBlock ?? deploymentBlock(chainId, escrow) };
    if (signer !== undefined) await actorOf(connection, signer);
    return new MicroEscrow(connection, signer, rest);
  }

  /**
   * The same escrow, acting as another account. Its chain is checked when it acts.
   *
   * @example
   * await escrow.connect(freelancerSigner).submit({ agreement, index: 0, deliverable });
   */
  connect(signer: Signer): MicroEscrow {
    return new MicroEscrow(this.connection, checkSigner(signer), this.#options);
  }

  /**
   * The same escrow and account with other options for what is sent and decided; those left out stay. Who was told of
   * transactions before (`onSent`) is told too.
   *
   * @throws {InvalidParameterError} When the options are no object.
   * @example
   * const told = escrow.withOptions({ onSent: (transaction) => console.log(transaction) });
   * await told.approve({ agreement, index: 0 });
   */
  withOptions(options: ConfirmationOptions & SendingOptions): MicroEscrow {
    const before = this.#options.onSent;
    const { onSent: another } = checkObject(options, "options");
    const onSent = (transaction: Hash): void => {
      before?.(transaction);
      another?.(transaction);
    };
    return new MicroEscrow(this.connection, this.#signer, { ...this.#options, ...options, onSent });
  }

  /**
   * Address of the contract.
   *
   * @example
   * const call = finalizeCall({ escrow: escrow.address, agreement, index: 0 });
   */
  get address(): Address {
    return this.connection.escrow;
  }

  /**
   * The chain's id.
   *
   * @example
   * for (const sentence of describe(agreement, { chainId: escrow.chainId })) console.log(sentence);
   */
  get chainId(): number {
    return this.connection.chainId;
  }

  // ---------------------------------------------------------------------------------------------------------- consent

  /**
   * Signs an agreement as one of its parties: its consent, for the other one to fund with or to send.
   *
   * @throws {InvalidAgreementError} When it breaks a rule of the contract; all of its problems are listed.
   * @throws {FundingExpiredError} When it is too late to fund it.
   * @throws {NotAPartyError} When the signer is neither client nor freelancer.
   * @throws {CannotSignError} When the contract would not accept the signature: use {@link accept} instead.
   * @example
   * const freelancerSignature = await escrow.connect(freelancerSigner).sign(agreement);
   */
  async sign(agreement: Agreement): Promise<Hex> {
    await this.#checkAgreement(agreement);
    const { fundBy } = agreement.terms;
    const time = await this.getTime();
    if (time >= fundBy) throw new FundingExpiredError({ fundBy, time });
    const actor = await this.#party(agreement);
    return signTypedData(actor, acceptTypedData({ agreement, ...this.connection }));
  }

  /**
   * Records a party's consent: the signer's own, or another party's with its signature.
   *
   * @throws {InvalidAgreementError} When it breaks a rule of the contract, or contradicts itself or its token; see {@link sign}.
   * @throws {InvalidSignatureError} When the signature is not the party's.
   * @throws {UnauthorizedError} When it is another party's consent, and there is no signature.
   * @throws {NotAPartyError} When the party is neither client nor freelancer.
   * @example
   * const { recorded } = await escrow.connect(freelancerSigner).accept({ agreement });
   */
  async accept(
    parameters: Omit<AcceptParameters, "party"> & Partial<Pick<AcceptParameters, "party">>,
  ): Promise<Results["accept"]> {
    const { agreement, ...options } = checkObject(parameters, "an object of parameters");
    await this.#checkAgreement(agreement);
    const actor = await this.#actor();
    return this.#send("accept", acceptCall({ agreement, party: actor.account, ...options, ...this.connection }));
  }

  /**
   * Signs a consent that anybody can relay; see {@link sign}. It has no deadline: `fundBy` and `close` end it.
   *
   * @throws {InvalidAgreementError} When it breaks a rule of the contract; all of its problems are listed.
   * @throws {FundingExpiredError} When it is too late to fund it.
   * @throws {NotAPartyError} When the signer is neither client nor freelancer.
   * @throws {CannotSignError} When the contract would not accept the signature: use {@link accept} instead.
   * @example
   * const action = await escrow.connect(freelancerSigner).signAccept({ agreement });
   */
  async signAccept(parameters: Pick<AcceptParameters, "agreement">): Promise<SignedAction<"accept">> {
    const { agreement } = checkParameters(parameters);
    const signature = await this.sign(agreement);
    const { account: party } = await this.#actor();
    const { to, data } = acceptCall({ ...this.connection, agreement, party, signature });
    return { verb: "accept", chainId: this.chainId, to, data, signers: [party], deadline: null };
  }

  /**
   * Ends the funding of an agreement for good, as its client or freelancer. What is funded goes on as agreed.
   *
   * @throws {NotAPartyError} When the signer is neither client nor freelancer.
   * @example
   * const { recorded } = await escrow.close({ agreement });
   */
  async close(parameters: Pick<CloseParameters, "agreement">): Promise<Results["close"]> {
    const { agreement } = checkParameters(parameters);
    const { account: party } = await this.#party(agreement);
    return this.#send("close", closeCall({ ...this.connection, agreement, party }));
  }

  /**
   * Signs a {@link close} that anybody can relay.
   *
   * @throws {NotAPartyError} When the signer is neither client nor freelancer.
   * @throws {SignatureExpiredError} When the deadline has passed.
   * @throws {CannotSignError} When the contract would not accept the signature.
   * @example
   * const action = await escrow.connect(freelancerSigner).signClose({ agreement });
   */
  async signClose(parameters: Pick<CloseParameters, "agreement"> & SigningOptions): Promise<SignedAction<"close">> {
    const { account: party } = await this.#party(checkParameters(parameters).agreement);
    return this.#sign("close", party, parameters, {
      call: (authorization) => closeCall({ ...parameters, ...this.connection, party, ...authorization }),
      typedData: (deadline) => closeTypedData({ ...parameters, ...this.connection, deadline }),
    });
  }

  // --------------------------------------------------------------------------------------------------------- money in

  /**
   * Funds milestones with the signer's tokens. It uses an allowance that is large enough, else a permit in the same
   * transaction, else it approves exactly the amount first.
   *
   * @throws {InvalidAgreementError} When it breaks a rule of the contract, or contradicts itself or its token; see {@link sign}.
   * @throws {NothingToFundError} When the list of milestones is empty.
   * @throws {InsufficientBalanceError} When the account has too little of the token.
   * @throws {NotAcceptedError} When a party's consent is missing.
   * @throws {InvalidSignatureError} When the freelancer's signature is not one of this agreement.
   * @throws {FundingClosedError} When a party closed the agreement.
   * @throws {FundingExpiredError} When it is too late to fund.
   * @throws {WrongStatusError} When a milestone was funded before.
   * @throws {GateRefusedError} When the agreement's gate refuses.
   * @throws {InsufficientAllowanceError} When it must be paid by "allowance", and that is too small.
   * @throws {PermitUnsupportedError} When it must be paid by "permit", and the token or the account has none.
   * @throws {CannotSignError} When it must be paid by "permit", and the wallet signs none.
   * @throws {TokenWithoutCodeError} When there is no token at its address.
   * @throws {TokenRefusedError} When the token refuses to pay, and says why by the standard.
   * @throws {SafeERC20FailedOperationError} When it refuses by returning false.
   * @throws {UnexpectedBalanceError} When it delivers another amount than it was asked for.
   * @example
   * const { payment, milestones } = await escrow.fund({ agreement, indices: [0, 1], freelancerSignature });
   */
  async fund(parameters: FundParameters & PaymentOptions): Promise<FundResult> {
    const { payment = "auto", ...funding } = checkObject(parameters, "an object of parameters");
    await this.#checkAgreement(funding.agreement);
    const actor = await this.#actor();
    const paid = await payFor(actor, funding, payment);
    return {
      ...decodeResult("fund", paid.call, paid.receipt),
      payment: paid.payment,
      approvals: paid.approvals.map(({ hash, blockNumber }) => ({ hash: hash as Hash, blockNumber })),
      warnings: paid.payment === "allowance" && isUnlimited(paid.allowance) ? [unlimitedAllowance] : [],
    };
  }

  // ------------------------------------------------------------------------------------------------------------- work

  /**
   * Submits work, as the freelancer.
   *
   * @throws {WrongStatusError} When the milestone is neither funded nor sent back for changes.
   * @throws {ClockRanOutError} When it is too late.
   * @throws {TooManySubmissionsError} When there were 255 submissions before.
   * @throws {UnauthorizedError} When the signer is not the freelancer.
   * @example
   * const { submission, clock } = await escrow.connect(freelancerSigner).submit({ agreement, index: 0, deliverable });
   */
  async submit(parameters: SubmitParameters): Promise<Results["submit"]> {
    return this.#send("submit", submitCall({ ...parameters, ...this.connection }));
  }

  /**
   * Signs a {@link submit} that anybody can relay.
   *
   * @throws {UnauthorizedError} When the signer is not the freelancer.
   * @throws {SignatureExpiredError} When the deadline has passed.
   * @throws {CannotSignError} When the contract would not accept the signature.
   * @throws {MicroEscrowError} What {@link submit} would fail with: it is simulated.
   * @example
   * const action = await escrow.connect(freelancerSigner).signSubmit({ agreement, index: 0, deliverable });
   */
  async signSubmit(parameters: SubmitParameters & SigningOptions): Promise<SignedAction<"submit">> {
    const { submissions } = await this.getMilestone(parameters);
    return this.#sign("submit", parameters.agreement.terms.freelancer, parameters, {
      call: (authorization) => submitCall({ ...parameters, ...this.connection, ...authorization }),
      typedData: (deadline) =>
        submitTypedData({ ...parameters, ...this.connection, submission: submissions + 1, deadline }),
    });
  }

  /**
   * Approves a milestone, as the client: the freelancer is paid what is held. It binds to one submission, the current
   * one by default, waits until that is in a block that stays, and returns it with its deliverable. A UI passes the
   * submission, or the deliverable, that it showed.
   *
   * @throws {WrongStatusError} When the milestone holds nothing.
   * @throws {UnauthorizedError} When the signer is not the client.
   * @throws {WrongSubmissionError} When there is a newer submission.
   * @throws {DeliverableMismatchError} When the deliverable is not what was shown.
   * @throws {NotConfirmedError} When the submission did not get into a safe block in time.
   * @throws {IncompleteHistoryError} When the endpoint leaves out the submission's event.
   * @example
   * const { freelancerAmount, answered } = await escrow.approve({ agreement, index: 0, submission: 1 });
   */
  async approve(parameters: Decision<ApproveParameters>): Promise<Decided<"approve">> {
    const build = (seen: NumberedSubmission) => approveCall({ ...parameters, ...this.connection, ...seen });
    const answered = await this.#confirmed(parameters, build);
    return { ...(await this.#send("approve", build(answered))), answered };
  }

  /**
   * Signs an {@link approve} that anybody can relay. It is void when the submission or the amount changes.
   *
   * @throws {UnauthorizedError} When the signer is not the client.
   * @throws {SignatureExpiredError} When the deadline has passed.
   * @throws {CannotSignError} When the contract would not accept the signature.
   * @throws {MicroEscrowError} What {@link approve} would fail with: it is simulated, and waits as that does.
   * @example
   * const action = await escrow.signApprove({ agreement, index: 0, submission: 1 });
   */
  async signApprove(parameters: Decision<ApproveParameters> & SigningOptions): Promise<SignedAction<"approve">> {
    const build = (seen: NumberedSubmission) => approveCall({ ...parameters, ...this.connection, ...seen });
    const answered = await this.#confirmed(parameters, build);
    const { held } = await this.getMilestone(parameters);
    return this.#sign("approve", parameters.agreement.terms.client, parameters, {
      call: (authorization) => approveCall({ ...parameters, ...this.connection, ...answered, ...authorization }),
      typedData: (deadline) => approveTypedData({ ...parameters, ...this.connection, ...answered, held, deadline }),
    });
  }

  /**
   * Releases a part of a milestone early, as the client. Status and clock stay.
   *
   * @throws {WrongStatusError} When the milestone holds nothing, or is disputed.
   * @throws {AmountOutOfRangeError} When the part is nothing, or not less than what is held.
   * @throws {UnauthorizedError} When the signer is not the client.
   * @example
   * const { remaining } = await escrow.advance({ agreement, index: 0, amount: parseAmount("100", 6) });
   */
  async advance(parameters: AdvanceParameters): Promise<Results["advance"]> {
    return this.#send("advance", advanceCall({ ...parameters, ...this.connection }));
  }

  /**
   * Signs an {@link advance} that anybody can relay.
   *
   * @throws {UnauthorizedError} When the signer is not the client.
   * @throws {SignatureExpiredError} When the deadline has passed.
   * @throws {CannotSignError} When the contract would not accept the signature.
   * @throws {MicroEscrowError} What {@link advance} would fail with: it is simulated.
   * @example
   * const action = await escrow.signAdvance({ agreement, index: 0, amount: parseAmount("100", 6) });
   */
  async signAdvance(parameters: AdvanceParameters & SigningOptions): Promise<SignedAction<"advance">> {
    const { held } = await this.getMilestone(parameters);
    return this.#sign("advance", parameters.agreement.terms.client, parameters, {
      call: (authorization) => advanceCall({ ...parameters, ...this.connection, ...authorization }),
      typedData: (deadline) => advanceTypedData({ ...parameters, ...this.connection, held, deadline }),
    });
  }

  /**
   * Asks for changes, as the client. It binds to a submission as {@link approve} does.
   *
   * @throws {WrongStatusError} When there is no submission to answer.
   * @throws {ClockRanOutError} When the review period is over.
   * @throws {UnauthorizedError} When the signer is not the client.
   * @throws {WrongSubmissionError} When there is a newer submission.
   * @throws {DeliverableMismatchError} When the deliverable is not what was shown.
   * @throws {NotConfirmedError} When the submission did not get into a safe block in time.
   * @throws {IncompleteHistoryError} When the endpoint leaves out the submission's event.
   * @example
   * const { clock } = await escrow.requestChanges({ agreement, index: 0, reason: hashText("The logo is missing") });
   */
  async requestChanges(parameters: Decision<RequestChangesParameters>): Promise<Decided<"requestChanges">> {
    const build = (seen: NumberedSubmission) => requestChangesCall({ ...parameters, ...this.connection, ...seen });
    const answered = await this.#confirmed(parameters, build);
    return { ...(await this.#send("requestChanges", build(answered))), answered };
  }

  /**
   * Signs a {@link requestChanges} that anybody can relay.
   *
   * @throws {UnauthorizedError} When the signer is not the client.
   * @throws {SignatureExpiredError} When the deadline has passed.
   * @throws {CannotSignError} When the contract would not accept the signature.
   * @throws {MicroEscrowError} What {@link requestChanges} would fail with: it is simulated, and waits as that does.
   * @example
   * const action = await escrow.signRequestChanges({ agreement, index: 0, reason: hashText("The logo is missing") });
   */
  async signRequestChanges(
    parameters: Decision<RequestChangesParameters> & SigningOptions,
  ): Promise<SignedAction<"requestChanges">> {
    const build = (seen: NumberedSubmission) => requestChangesCall({ ...parameters, ...this.connection, ...seen });
    const answered = await this.#confirmed(parameters, build);
    return this.#sign("requestChanges", parameters.agreement.terms.client, parameters, {
      call: (authorization) => requestChangesCall({ ...parameters, ...this.connection, ...answered, ...authorization }),
      typedData: (deadline) => requestChangesTypedData({ ...parameters, ...this.connection, ...answered, deadline }),
    });
  }

  /**
   * Passes or fails a submission, as the verifier. It binds to a submission as {@link approve} does.
   *
   * @throws {WrongStatusError} When there is no submission to answer.
   * @throws {ClockRanOutError} When the review period is over.
   * @throws {UnauthorizedError} When the signer is not the verifier.
   * @throws {WrongSubmissionError} When there is a newer submission.
   * @throws {DeliverableMismatchError} When the deliverable is not what was shown.
   * @throws {NotConfirmedError} When the submission did not get into a safe block in time.
   * @throws {IncompleteHistoryError} When the endpoint leaves out the submission's event.
   * @example
   * const decision = { agreement, index: 0, passed: true, report: hashText("All tests pass") };
   * const { conclusion } = await escrow.connect(verifierSigner).attest(decision);
   */
  async attest(parameters: Decision<AttestParameters>): Promise<Decided<"attest">> {
    const build = (seen: NumberedSubmission) => attestCall({ ...parameters, ...this.connection, ...seen });
    const answered = await this.#confirmed(parameters, build);
    return { ...(await this.#send("attest", build(answered))), answered };
  }

  /**
   * Signs an {@link attest} that anybody can relay.
   *
   * @throws {UnauthorizedError} When the signer is not the verifier.
   * @throws {SignatureExpiredError} When the deadline has passed.
   * @throws {CannotSignError} When the contract would not accept the signature.
   * @throws {MicroEscrowError} What {@link attest} would fail with: it is simulated, and waits as that does.
   * @example
   * const decision = { agreement, index: 0, passed: true, report: hashText("All tests pass") };
   * const action = await escrow.connect(verifierSigner).signAttest(decision);
   */
  async signAttest(parameters: Decision<AttestParameters> & SigningOptions): Promise<SignedAction<"attest">> {
    const build = (seen: NumberedSubmission) => attestCall({ ...parameters, ...this.connection, ...seen });
    const answered = await this.#confirmed(parameters, build);
    return this.#sign("attest", parameters.agreement.terms.verifier, parameters, {
      call: (authorization) => attestCall({ ...parameters, ...this.connection, ...answered, ...authorization }),
      typedData: (deadline) => attestTypedData({ ...parameters, ...this.connection, ...answered, deadline }),
    });
  }

  /**
   * Gives the freelancer more time, as the client; also after the clock ran out, as long as nobody finalized.
   *
   * @throws {WrongStatusError} When the milestone is neither funded nor sent back for changes.
   * @throws {ClockNotLaterError} When the new clock is not later than the present one and than now.
   * @throws {UnauthorizedError} When the signer is not the client.
   * @example
   * const { clock } = await escrow.getMilestone({ agreement, index: 0 });
   * await escrow.extend({ agreement, index: 0, clock: clock + parseDuration("7 days") });
   */
  async extend(parameters: ExtendParameters): Promise<Results["extend"]> {
    return this.#send("extend", extendCall({ ...parameters, ...this.connection }));
  }

  /**
   * Signs an {@link extend} that anybody can relay. It is void when the clock or the submission changes.
   *
   * @throws {UnauthorizedError} When the signer is not the client.
   * @throws {SignatureExpiredError} When the deadline has passed.
   * @throws {CannotSignError} When the contract would not accept the signature.
   * @throws {MicroEscrowError} What {@link extend} would fail with: it is simulated.
   * @example
   * const { clock } = await escrow.getMilestone({ agreement, index: 0 });
   * const action = await escrow.signExtend({ agreement, index: 0, clock: clock + parseDuration("7 days") });
   */
  async signExtend(parameters: ExtendParameters & SigningOptions): Promise<SignedAction<"extend">> {
    const { clock: currentClock, submissions: submission } = await this.getMilestone(parameters);
    return this.#sign("extend", parameters.agreement.terms.client, parameters, {
      call: (authorization) => extendCall({ ...parameters, ...this.connection, ...authorization }),
      typedData: (deadline) =>
        extendTypedData({ ...parameters, ...this.connection, submission, currentClock, deadline }),
    });
  }

  // ----------------------------------------------------------------------------------------------------- disagreement

  /**
   * Calls the arbiter: the client about a submission, the freelancer about a request for changes. The submission is the
   * current one by default.
   *
   * @throws {WrongStatusError} When there is neither a submission nor a request for changes to answer.
   * @throws {ClockRanOutError} When it is too late.
   * @throws {WrongSubmissionError} When there is a newer submission.
   * @throws {UnauthorizedError} When the signer is not the party whose turn it is.
   * @example
   * const { clock } = await escrow.dispute({ agreement, index: 0, evidence: hashText("It is a copy") });
   */
  async dispute(parameters: Current<DisputeParameters>): Promise<Results["dispute"]> {
    const submission = await this.#current(parameters);
    return this.#send("dispute", disputeCall({ ...parameters, ...this.connection, submission }));
  }

  /**
   * Signs a {@link dispute} that anybody can relay, as the client or the freelancer.
   *
   * @throws {NotAPartyError} When the signer is neither client nor freelancer.
   * @throws {SignatureExpiredError} When the deadline has passed.
   * @throws {CannotSignError} When the contract would not accept the signature.
   * @throws {MicroEscrowError} What {@link dispute} would fail with: it is simulated.
   * @example
   * const action = await escrow.signDispute({ agreement, index: 0, evidence: hashText("It is a copy") });
   */
  async signDispute(parameters: Current<DisputeParameters> & SigningOptions): Promise<SignedAction<"dispute">> {
    const submission = await this.#current(parameters);
    const { account } = await this.#party(parameters.agreement);
    return this.#sign("dispute", account, parameters, {
      call: (authorization) => disputeCall({ ...parameters, ...this.connection, submission, ...authorization }),
      typedData: (deadline) => disputeTypedData({ ...parameters, ...this.connection, submission, deadline }),
    });
  }

  /**
   * Puts evidence before the arbiter, as a party, the arbiter or the verifier.
   *
   * @throws {WrongStatusError} When the milestone is not disputed.
   * @throws {NotAPartyError} When the signer is none of these.
   * @example
   * await escrow.submitEvidence({ agreement, index: 0, evidence: hashText("Our chat") });
   */
  async submitEvidence(parameters: SubmitEvidenceParameters): Promise<Results["submitEvidence"]> {
    return this.#send("submitEvidence", submitEvidenceCall({ ...parameters, ...this.connection }));
  }

  /**
   * Splits a disputed milestone, as the arbiter, once the dispute is in a block that stays. The arbiter's fee comes off
   * the top.
   *
   * @throws {WrongStatusError} When the milestone is not disputed.
   * @throws {ClockRanOutError} When the arbitration period is over.
   * @throws {AmountOutOfRangeError} When it is more than what is held less the arbiter's fee.
   * @throws {UnauthorizedError} When the signer is not the arbiter.
   * @throws {NotConfirmedError} When the dispute did not get into a safe block in time.
   * @throws {IncompleteHistoryError} When the endpoint leaves out the dispute's event.
   * @example
   * const ruling = { freelancerAmount: parseAmount("250", 6), reasoning: hashText("Half is done") };
   * const { arbiterFee } = await escrow.connect(arbiterSigner).rule({ agreement, index: 0, ...ruling });
   */
  async rule(parameters: RuleParameters & ConfirmationOptions): Promise<Results["rule"]> {
    const call = ruleCall({ ...parameters, ...this.connection });
    await this.#confirmedDispute(parameters, call);
    return this.#send("rule", call);
  }

  /**
   * Signs a {@link rule} that anybody can relay.
   *
   * @throws {UnauthorizedError} When the signer is not the arbiter.
   * @throws {SignatureExpiredError} When the deadline has passed.
   * @throws {CannotSignError} When the contract would not accept the signature.
   * @throws {MicroEscrowError} What {@link rule} would fail with: it is simulated, and waits as that does.
   * @example
   * const ruling = { freelancerAmount: parseAmount("250", 6), reasoning: hashText("Half is done") };
   * const action = await escrow.connect(arbiterSigner).signRule({ agreement, index: 0, ...ruling });
   */
  async signRule(parameters: RuleParameters & ConfirmationOptions & SigningOptions): Promise<SignedAction<"rule">> {
    await this.#confirmedDispute(parameters, ruleCall({ ...parameters, ...this.connection }));
    return this.#sign("rule", parameters.agreement.terms.arbiter, parameters, {
      call: (authorization) => ruleCall({ ...parameters, ...this.connection, ...authorization }),
      typedData: (deadline) => ruleTypedData({ ...parameters, ...this.connection, deadline }),
    });
  }

  /**
   * Splits a milestone as both parties agree. Who does not send it must have signed it (see {@link signSettle}); with
   * both signatures anybody can send it.
   *
   * @throws {UnauthorizedError} When a signature is missing.
   * @throws {InvalidSignedActionError} When a signature is for another settlement.
   * @throws {WrongStatusError} When the milestone holds nothing.
   * @throws {AmountOutOfRangeError} When it is more than what is held.
   * @throws {SignatureExpiredError} When a signature's deadline has passed.
   * @throws {InvalidSignatureError} When what is held has changed since a party signed.
   * @example
   * const split = { agreement, index: 0, freelancerAmount: parseAmount("300", 6) };
   * const half = await escrow.connect(clientSigner).signSettle(split);
   * await escrow.connect(freelancerSigner).settle({ ...split, signatures: [half] });
   */
  async settle(settlement: SettlementParameters): Promise<Results["settle"]> {
    const { signatures = [], ...parameters } = checkParameters(settlement);
    const { agreement, index, freelancerAmount } = parameters;
    for (const half of checkList(signatures, "the parties' halves of the settlement")) {
      checkSettlement(half, {
        chainId: this.chainId,
        escrow: this.address,
        agreement: agreement.id,
        index,
        freelancerAmount: freelancerAmount.toString(),
      });
    }
    const by = (party: Address) => signatures.find(({ signer }) => signer === party)?.authorization;
    const [client, freelancer] = [by(agreement.terms.client), by(agreement.terms.freelancer)];
    const call = settleCall({
      ...parameters,
      ...this.connection,
      ...(client && { client }),
      ...(freelancer && { freelancer }),
    });
    return this.#send("settle", call);
  }

  /**
   * Signs one party's half of a settlement. The other party sends it, or signs too (see `joinSettlement`).
   *
   * @throws {NotAPartyError} When the signer is neither client nor freelancer.
   * @throws {WrongStatusError} When nothing is held.
   * @throws {AmountOutOfRangeError} When it is more than what is held.
   * @throws {SignatureExpiredError} When the deadline has passed.
   * @throws {CannotSignError} When the contract would not accept the signature.
   * @example
   * const half = await escrow.signSettle({ agreement, index: 0, freelancerAmount: parseAmount("300", 6) });
   */
  async signSettle(parameters: SettleParameters & SigningOptions): Promise<SignedSettlement> {
    const { agreement, index, freelancerAmount } = checkParameters(parameters);
    const actor = await this.#party(agreement);
    const { held, status } = await this.getMilestone(parameters);
    if (!HELD.includes(status)) throw new WrongStatusError({ index, actual: status, allowed: HELD });
    const deadline = await this.#deadline(parameters);
    const typedData = settleTypedData({ ...parameters, ...this.connection, held, deadline });
    return {
      chainId: this.chainId,
      escrow: this.address,
      agreement: agreement.id,
      index,
      freelancerAmount: freelancerAmount.toString(),
      signer: actor.account,
      authorization: { deadline, signature: await signTypedData(actor, typedData) },
    };
  }

  /**
   * Gives everything that is held back to the client, as the freelancer.
   *
   * @throws {WrongStatusError} When the milestone holds nothing.
   * @throws {UnauthorizedError} When the signer is not the freelancer.
   * @example
   * const { clientAmount } = await escrow.connect(freelancerSigner).refund({ agreement, index: 0 });
   */
  async refund(parameters: RefundParameters): Promise<Results["refund"]> {
    return this.#send("refund", refundCall({ ...parameters, ...this.connection }));
  }

  /**
   * Signs a {@link refund} that anybody can relay. It is void when the amount changes.
   *
   * @throws {UnauthorizedError} When the signer is not the freelancer.
   * @throws {SignatureExpiredError} When the deadline has passed.
   * @throws {CannotSignError} When the contract would not accept the signature.
   * @throws {MicroEscrowError} What {@link refund} would fail with: it is simulated.
   * @example
   * const action = await escrow.connect(freelancerSigner).signRefund({ agreement, index: 0 });
   */
  async signRefund(parameters: RefundParameters & SigningOptions): Promise<SignedAction<"refund">> {
    const { held } = await this.getMilestone(parameters);
    return this.#sign("refund", parameters.agreement.terms.freelancer, parameters, {
      call: (authorization) => refundCall({ ...parameters, ...this.connection, ...authorization }),
      typedData: (deadline) => refundTypedData({ ...parameters, ...this.connection, held, deadline }),
    });
  }

  // --------------------------------------------------------------------------------------------------- time and money

  /**
   * Makes the default outcome happen; anybody may, once the milestone's clock has run out.
   *
   * @throws {WrongStatusError} When the milestone holds nothing.
   * @throws {ClockStillRunningError} When it is too early.
   * @example
   * const { outcome } = await escrow.finalize({ agreement, index: 0 });
   */
  async finalize(parameters: FinalizeParameters): Promise<Results["finalize"]> {
    return this.#send("finalize", finalizeCall({ ...parameters, ...this.connection }));
  }

  /**
   * Pays an account everything that waits for it in a token; anybody may. With nothing to pay, `amount` is 0.
   *
   * @throws {TokenRefusedError} When the token refuses to pay, and says why by the standard. The balance stays.
   * @throws {SafeERC20FailedOperationError} When it refuses by returning false.
   * @example
   * const { amount } = await escrow.withdraw({ token: agreement.terms.token, account: arbiter });
   */
  async withdraw(parameters: WithdrawParameters): Promise<Results["withdraw"]> {
    return this.#send("withdraw", withdrawCall({ ...parameters, ...this.connection }));
  }

  /**
   * Makes several calls of the escrow in one transaction, all or none.
   *
   * @throws {EmptyMulticallError} When there is no call.
   * @throws {WrongContractCallError} When a call is for another contract.
   * @throws {MicroEscrowError} What the first call that cannot happen would fail with.
   * @example
   * const approval = approveCall({ escrow: escrow.address, agreement, index: 0, submission: 1 });
   * const next = fundCall({ escrow: escrow.address, agreement, indices: [1] });
   * await escrow.multicall({ calls: [approval, next] });
   */
  async multicall(parameters: MulticallParameters): Promise<Results["multicall"]> {
    return this.#send("multicall", multicallCall({ ...parameters, ...this.connection }));
  }

  /**
   * Sends what another account signed. The signer of this client pays the network fee, and nothing else. Tokens, and parties
   * that are contracts, can use up gas: whoever sends for everybody sets the option `maxGas`.
   *
   * @throws {GasTooHighError} When it would use more gas than that.
   * @throws {InvalidSignedActionError} When it is not a signed call of its verb.
   * @throws {WrongChainError} When it is for another chain.
   * @throws {WrongContractCallError} When it is for another escrow.
   * @throws {SignatureExpiredError} When its deadline has passed.
   * @throws {InvalidSignatureError} When the state that was signed about has changed.
   * @throws {MicroEscrowError} What its verb would fail with.
   * @example
   * const action = await escrow.connect(freelancerSigner).signSubmit({ agreement, index: 0, deliverable });
   * const { submission } = await escrow.withOptions({ maxGas: 500_000n }).relay(action);
   */
  async relay<V extends SignableVerb>(action: SignedAction<V>): Promise<Results[V]> {
    const call = relayedCall(action, this.connection);
    return this.#send(action.verb, call);
  }

  /**
   * What a function of another entry does, as this account and with the options for what is sent.
   *
   * @throws {InvalidParameterError} When the action is not a function.
   * @throws {MissingSignerError} When there is no signer.
   * @throws {MicroEscrowError} What the action fails with.
   * @example
   * const funding = await escrow.act(signFunding, { agreement, indices: [0], freelancerSignature });
   */
  async act<Parameters, Result>(action: EscrowAction<Parameters, Result>, parameters: Parameters): Promise<Result> {
    if (typeof action !== "function") throw new InvalidParameterError(action, "is not a function to call");
    if (this.#signer === undefined) throw new MissingSignerError();
    return action(this.connection, this.#signer, parameters, this.#options);
  }

  // ------------------------------------------------------------------------------------------------------------ reads

  /**
   * The chain's time, Unix seconds: compare clocks with this, not with the device's clock.
   *
   * @example
   * const { clock } = await escrow.getMilestone({ agreement, index: 0 });
   * const secondsLeft = clock - (await escrow.getTime());
   */
  getTime(): Promise<number> {
    return reads.getTime(this.connection);
  }

  /**
   * The state of one milestone.
   *
   * @throws {MilestoneOutOfRangeError} When the schedule has no such milestone.
   * @example
   * const { status, held, clock } = await escrow.getMilestone({ agreement, index: 0 });
   */
  async getMilestone(parameters: MilestoneParameters): Promise<MilestoneState> {
    const { agreement, index } = checkParameters(parameters);
    return reads.getMilestone(this.connection, agreement.id, checkIndex(agreement, index));
  }

  /**
   * The state of a whole agreement.
   *
   * @example
   * const { closed, milestones } = await escrow.getAgreementState(agreement);
   */
  getAgreementState(agreement: Agreement): Promise<AgreementState> {
    return reads.getAgreementState(this.connection, agreement);
  }

  /**
   * What waits for an account in a token, base units; see {@link withdraw}.
   *
   * @throws {InvalidAddressError} When the token or the account is not an address.
   * @example
   * const waiting = await escrow.getClaimable({ token: agreement.terms.token, account: arbiter });
   */
  getClaimable(parameters: { readonly token: string; readonly account: string }): Promise<bigint> {
    return reads.getClaimable(this.connection, parameters);
  }

  /**
   * An agreement from the chain alone, without its scope.
   *
   * @throws {UnknownAgreementError} When nobody has accepted or funded such an agreement here.
   * @example
   * const agreement = await escrow.getAgreement(id);
   */
  getAgreement(id: AgreementId): Promise<Agreement> {
    return reads.getAgreement(this.connection, id);
  }

  /**
   * The agreements that name an account as client or freelancer; see {@link reads.listAgreements}.
   *
   * @throws {InvalidAddressError} When the account is not an address.
   * @example
   * const { consented, inbox } = await escrow.listAgreements(freelancer);
   */
  listAgreements(account: string, options?: HistoryOptions): Promise<reads.AgreementList> {
    return reads.listAgreements(this.connection, account, options);
  }

  /**
   * Everything that happened to an agreement; see {@link reads.getTimeline}.
   *
   * @throws {IncompleteHistoryError} When the endpoint leaves out events.
   * @example
   * const history = await escrow.getTimeline(agreement);
   * for (const { type, block } of eventsOf(history)) console.log(type, block);
   */
  getTimeline(agreement: Agreement, options?: HistoryOptions): Promise<History> {
    return reads.getTimeline(this.connection, agreement, options);
  }

  /**
   * How far an agreement is, in money and in milestones.
   *
   * @throws {IncompleteHistoryError} When the endpoint leaves out events.
   * @example
   * const { paid, total, milestones } = await escrow.getProgress(agreement);
   */
  getProgress(agreement: Agreement, options?: HistoryOptions): Promise<Progress> {
    return reads.getProgress(this.connection, agreement, options);
  }

  /**
   * Calls a listener when something happens to an agreement; see {@link watch}.
   *
   * @example
   * const { stop } = escrow.watch(agreement, ({ added }) => {
   *   for (const { type, block } of added) console.log(type, block);
   * });
   */
  watch(agreement: Agreement, listener: (update: WatchUpdate) => void | Promise<void>, options?: WatchOptions): Watch {
    return watch(this.connection, agreement, listener, options);
  }

  /**
   * What there is to know of a token to agree on amounts in it: from the token itself, so that nobody has to know its
   * decimals.
   *
   * @throws {TokenWithoutCodeError} When there is no contract at the address.
   * @throws {InvalidAddressError} When it is not an address, or the contract has no decimals: then it is no ERC-20 to
   * agree on.
   * @example
   * const { address, decimals, symbol } = await escrow.getToken("0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913");
   */
  getToken(address: string): Promise<TokenDescription> {
    return describeToken(this.connection, toAddress(address));
  }

  /**
   * Whether the contract would accept this signature now; see {@link verifySignature}.
   *
   * @example
   * const typedData = agreementTypedData(agreement, escrow.connection);
   * const isSigned = await escrow.verifySignature({ signer: freelancer, typedData, signature: freelancerSignature });
   */
  verifySignature(parameters: VerifySignatureParameters): Promise<boolean> {
    return verifySignature(this.connection.provider, parameters);
  }

  // --------------------------------------------------------------------------------------------------------- together

  /**
   * What everybody who consents to an agreement or pays for it goes through, before anything is signed or sent: `sign` is one
   * way to consent, but a smart wallet consents by `accept`, the client by `fund`, and whoever pays relies on the file too.
   */
  async #checkAgreement(agreement: Agreement): Promise<void> {
    const problems = validateAgreement(agreement, { escrow: this.address });
    if (problems.length > 0) throw new InvalidAgreementError({ problems });
    await checkCurrency(this.connection, agreement);
  }

  async #actor(): Promise<Actor> {
    if (this.#signer === undefined) throw new MissingSignerError();
    return actorOf(this.connection, this.#signer, this.#options);
  }

  /** The signer as one of the two parties. */
  async #party({ terms }: Agreement): Promise<Actor> {
    const actor = await this.#actor();
    if (actor.account !== terms.client && actor.account !== terms.freelancer) {
      throw new NotAPartyError({ account: actor.account });
    }
    return actor;
  }

  async #send<V extends ResultVerb>(verb: V, call: Call): Promise<Results[V]> {
    return decodeResult(verb, call, await send(await this.#actor(), call));
  }

  /** Signs an action, after simulating it as the actor's own: so nobody is asked to sign what cannot happen. */
  async #sign<V extends SignableVerb>(
    verb: V,
    expected: Address,
    options: SigningOptions,
    build: {
      readonly call: (by: { readonly authorization?: Authorization }) => Call;
      readonly typedData: (deadline: number) => TypedData;
    },
  ): Promise<SignedAction<V>> {
    const actor = await this.#actor();
    if (actor.account !== expected) throw new UnauthorizedError({ caller: actor.account, expected });
    await simulate(actor, build.call({}));
    const deadline = await this.#deadline(options);
    const signature = await signTypedData(actor, build.typedData(deadline));
    const { to, data } = build.call({ authorization: { deadline, signature } });
    return { verb, chainId: this.chainId, to, data, signers: [actor.account], deadline };
  }

  async #deadline({ deadline }: SigningOptions): Promise<number> {
    const time = await this.getTime();
    if (deadline !== undefined && deadline <= time) throw new SignatureExpiredError({ deadline, time });
    return deadline ?? time + SIGNATURE_PERIOD;
  }

  async #current(parameters: MilestoneParameters & Pick<SubmissionSeen, "submission">): Promise<number> {
    return checkParameters(parameters).submission ?? (await this.getMilestone(parameters)).submissions;
  }

  /** The submission that a decision is about, once it stays; before the wait, the decision is simulated. */
  async #confirmed(
    parameters: Decision<ApproveParameters>,
    build: (seen: NumberedSubmission) => Call,
  ): Promise<Submission> {
    const { agreement, index, ...options } = checkParameters(parameters);
    await simulate(await this.#actor(), build({ submission: await this.#current(parameters) }));
    return confirmedSubmission(this.connection, agreement, index, options, { ...this.#options, ...options });
  }

  async #confirmedDispute(parameters: RuleParameters & ConfirmationOptions, call: Call): Promise<void> {
    const { agreement, index, ...options } = parameters;
    await simulate(await this.#actor(), call);
    return confirmedDispute(this.connection, agreement, index, { ...this.#options, ...options });
  }
}
