// Agreements: define, check, describe, hash, write and read.

// Money, durations, tokens, addresses, text.
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
  toStruct,
} from "./agreement.js";
export {
  type DefineAgreementParameters,
  type DefineMilestone,
  defineAgreement,
  type TokenDescription,
} from "./define.js";
// Deliverables.
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
export { type DescribeOptions, describe } from "./describe.js";
// The protocol as pure functions.
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
export { canonicalJson, type Scope, type ScopeMilestone, scopeHash } from "./scope.js";
export { parseAgreement, serializeAgreement } from "./serialize.js";
export { inert } from "./text.js";
export { chains, findToken, type Token, type TokenSymbol, tokens } from "./tokens.js";
// The protocol's own types.
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
  Status,
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
