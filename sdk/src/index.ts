/** The public interface: everything a user imports, by the file it comes from. */

export { type AcceptParameters, acceptCall, acceptTypedData } from "./actions/accept.js";
export { bySender, type CallParameters, type MilestoneParameters, type SigningParameters } from "./actions/action.js";
export { type AdvanceParameters, advanceCall, advanceTypedData } from "./actions/advance.js";
export { type ApproveParameters, approveCall, approveTypedData } from "./actions/approve.js";
export { type AttestParameters, attestCall, attestTypedData } from "./actions/attest.js";
export { type CloseParameters, closeCall, closeTypedData } from "./actions/close.js";
export { type DisputeParameters, disputeCall, disputeTypedData } from "./actions/dispute.js";
export { type ExtendParameters, extendCall, extendTypedData } from "./actions/extend.js";
export { type FinalizeParameters, finalizeCall } from "./actions/finalize.js";
export { type FundParameters, fundCall, fundingAmount } from "./actions/fund.js";
export { type MulticallParameters, multicallCall } from "./actions/multicall.js";
export { type PermitParameters, permitCall, permitTypedData } from "./actions/permit.js";
export { type RefundParameters, refundCall, refundTypedData } from "./actions/refund.js";
export {
  type RequestChangesParameters,
  requestChangesCall,
  requestChangesTypedData,
} from "./actions/requestChanges.js";
export { type RuleParameters, ruleCall, ruleTypedData } from "./actions/rule.js";
export { type SettleAuthorizations, type SettleParameters, settleCall, settleTypedData } from "./actions/settle.js";
export { type SubmitParameters, submitCall, submitTypedData } from "./actions/submit.js";
export { type SubmitEvidenceParameters, submitEvidenceCall } from "./actions/submitEvidence.js";
export { type WithdrawParameters, withdrawCall } from "./actions/withdraw.js";
export { toAddress, toHash, zeroAddress } from "./address.js";
export {
  type Agreement,
  agreementId,
  agreementTypedData,
  type EscrowLocation,
  escrowDomain,
  scheduleHash,
  type TypedData,
  toAgreement,
} from "./agreement.js";
export { type Clause, type ClauseValues, type Currency, clauses, type DescribeOptions } from "./clauses.js";
export {
  type ConnectOptions,
  type Current,
  type Decided,
  type Decision,
  type EscrowAction,
  type FundResult,
  MicroEscrow,
  type PaymentOptions,
  type SettlementParameters,
  type SigningOptions,
} from "./client.js";
export type { ConfirmationOptions, Submission, SubmissionSeen } from "./confirmation.js";
export { checkCode, checkDomain } from "./connect.js";
export {
  type CallResult,
  type Conclusion,
  type DecodableLog,
  type DecodableReceipt,
  type DeferredPayment,
  decodeLog,
  decodeLogs,
  decodeResult,
  type EscrowEvent,
  type EscrowEventName,
  type EscrowEventOf,
  type EscrowEvents,
  type EventPlace,
  type Results,
  type ResultVerb,
  type TransactionInfo,
} from "./decode.js";
export {
  type DefineAgreementParameters,
  type DefineMilestone,
  defineAgreement,
  type TokenDescription,
} from "./define.js";
export {
  cidOf,
  type DeliverableFile,
  hashOfCid,
  hashText,
  type Manifest,
  type ManifestEntry,
  type ManifestMismatch,
  manifest,
  manifestOf,
  parseManifest,
  sha256,
  verifyDeliverable,
  verifyManifest,
} from "./deliverables.js";
export { deploymentBlock, escrowAddress, localChainIds } from "./deployments.js";
export { describe } from "./describe.js";
export {
  AddressEmptyCodeError,
  AgreementMismatchError,
  type AgreementProblem,
  AmountOutOfRangeError,
  ArbiterFeeTooHighError,
  CannotSignError,
  ClockNotLaterError,
  ClockRanOutError,
  ClockStillRunningError,
  DefaultShareTooHighError,
  DeliverableMismatchError,
  DeploymentFailedError,
  EmptyMulticallError,
  EmptyScheduleError,
  FailedCallError,
  FeeTooHighError,
  FeeWithoutRecipientError,
  ForbiddenAccountError,
  FundingClosedError,
  FundingExpiredError,
  GasTooHighError,
  GateRefusedError,
  IncompleteHistoryError,
  InsufficientAllowanceError,
  InsufficientBalanceError,
  InsufficientGasFundsError,
  InvalidAddressError,
  InvalidAgreementError,
  InvalidAgreementFileError,
  InvalidAmountError,
  InvalidDeliverableError,
  InvalidDurationError,
  InvalidHashError,
  InvalidMilestoneError,
  InvalidParameterError,
  InvalidScopeError,
  InvalidShareError,
  InvalidShortStringError,
  InvalidSignatureError,
  InvalidSignedActionError,
  InvalidSubmissionError,
  InvalidTimeError,
  InvalidValueError,
  type InvalidValueOptions,
  MicroEscrowError,
  MilestoneOutOfRangeError,
  MissingEventError,
  MissingPartyError,
  MissingProviderError,
  MissingSignerError,
  NoCodeError,
  NotAcceptedError,
  NotAPartyError,
  NotConfirmedError,
  NotEnoughGasError,
  NothingToFundError,
  NotMinedError,
  PartiesNotDistinctError,
  PermitUnsupportedError,
  ReentrantCallError,
  RpcError,
  SafeERC20FailedOperationError,
  ScheduleMismatchError,
  SignatureExpiredError,
  StringTooLongError,
  TokenRefusedError,
  TokenWithoutCodeError,
  TooManySubmissionsError,
  TransactionReplacedError,
  TransactionRevertedError,
  UnauthorizedError,
  UnexpectedBalanceError,
  UnexpectedError,
  UnknownAgreementError,
  UnknownTokenError,
  UserRejectedError,
  VerifierNotIndependentError,
  WrongChainError,
  WrongContractCallError,
  WrongContractError,
  WrongDomainError,
  WrongStatusError,
  WrongSubmissionError,
  ZeroPeriodError,
} from "./errors.js";
export type { PaymentMethod } from "./funding.js";
export { type Cursor, eventsOf, type History, type HistoryOptions, readHistory, scanEvents } from "./history.js";
export { escrowInterface } from "./interfaces.js";
export type { BlockRange, Topics } from "./logs.js";
export {
  type Action,
  type AvailableAction,
  availableActions,
  type DefaultOutcome,
  defaultOutcome,
  emptyState,
  type PayingAction,
  type Payment,
  type Payout,
  payouts,
  type SignedBy,
  type StepContext,
  type StepResult,
  step,
  type Verb,
} from "./model.js";
export {
  type Duration,
  formatAmount,
  formatDuration,
  formatShare,
  parseAmount,
  parseDuration,
  parseShare,
  type Share,
} from "./money.js";
export { type Progress, type ProgressParameters, progress } from "./progress.js";
export {
  type AgreementList,
  getAgreement,
  getAgreementState,
  getClaimable,
  getMilestone,
  getProgress,
  getTime,
  getTimeline,
  type ListedAgreement,
  listAgreements,
  type StateOptions,
} from "./reads.js";
export { decodeError } from "./revert.js";
export type { EscrowConnection, Finality } from "./rpc.js";
export { canonicalJson, type Scope, type ScopeMilestone, scopeHash } from "./scope.js";
export { parseAgreement, serializeAgreement } from "./serialize.js";
export { digestOf, type VerifySignatureParameters, verifySignature } from "./signatures.js";
export {
  joinSettlement,
  type SignableVerb,
  type SignedAction,
  type SignedSettlement,
  signableVerbs,
} from "./signed.js";
export { inert } from "./text.js";
export { type PermitTerms, permitTerms } from "./token.js";
export { chains, findToken, type Token, type TokenSymbol, tokens } from "./tokens.js";
export {
  type Address,
  type AgreementId,
  type AgreementState,
  type Authorization,
  type Call,
  type Hash,
  type Hex,
  type Milestone,
  type MilestoneState,
  Outcome,
  outcomeName,
  Status,
  statusName,
  type Terms,
} from "./types.js";
export {
  MAX_ARBITER_FEE_BPS,
  MAX_FEE_BPS,
  type ValidateOptions,
  validateAgreement,
  type Warning,
  type WarningOptions,
  warnings,
} from "./validate.js";
export type { SendingOptions } from "./wallet.js";
export { type Watch, type WatchOptions, type WatchUpdate, watch } from "./watch.js";
