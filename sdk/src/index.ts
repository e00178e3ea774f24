// Agreements: define, check, describe, hash, write and read.
export {
  type Agreement,
  type EscrowLocation,
  type TypedData,
  agreementId,
  agreementTypedData,
  escrowDomain,
  scheduleHash,
  toAgreement,
  toStruct,
} from "./agreement.js";
export { type DefineAgreementParameters, type DefineMilestone, type TokenDescription, defineAgreement } from "./define.js";
export { type DescribeOptions, describe } from "./describe.js";
export { type Scope, type ScopeMilestone, canonicalJson, scopeHash } from "./scope.js";
export { parseAgreement, serializeAgreement } from "./serialize.js";
export {
  MAX_ARBITER_FEE_BPS,
  MAX_FEE_BPS,
  type ValidateOptions,
  type Warning,
  type WarningOptions,
  validateAgreement,
  warnings,
} from "./validate.js";

// The protocol as pure functions.
export {
  type Action,
  type AvailableAction,
  type DefaultOutcome,
  type PayingAction,
  type Payment,
  type Payout,
  type SignedBy,
  type StepContext,
  type StepResult,
  type Verb,
  availableActions,
  defaultOutcome,
  emptyState,
  payouts,
  step,
} from "./model.js";

// Deliverables.
export {
  type DeliverableFile,
  type Manifest,
  type ManifestEntry,
  type ManifestMismatch,
  cidOf,
  hashOfCid,
  hashText,
  manifest,
  manifestOf,
  parseManifest,
  sha256,
  verifyDeliverable,
  verifyManifest,
} from "./deliverables.js";

// Money, durations, tokens, addresses, text.
export { toAddress, toHash, zeroAddress } from "./address.js";
export {
  type Duration,
  type Share,
  formatAmount,
  formatDuration,
  formatShare,
  parseAmount,
  parseDuration,
  parseShare,
} from "./money.js";
export { inert } from "./text.js";
export { type Token, type TokenSymbol, chains, findToken, tokens } from "./tokens.js";

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
