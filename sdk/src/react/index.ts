/**
 * Hooks for React on TanStack Query: agreements, their state and history, what an account may do until when, and every verb
 * with its states. An entry of its own; `react` and `@tanstack/react-query` are needed by it alone.
 *
 * @example
 * import { EscrowProvider, useAgreement, useEscrowMutation } from "@micro-escrow/sdk/react";
 */
export { MissingEscrowProviderError } from "../errors.js";
export { type EscrowLocator, escrowKeys } from "./keys.js";
export {
  type EscrowMutation,
  type EscrowVerb,
  type MutationPhase,
  useEscrowMutation,
  type VerbParameters,
  type VerbResult,
} from "./mutation.js";
export { EscrowProvider, type EscrowProviderProps, useEscrow } from "./provider.js";
export { escrowQueries, type TimeRead } from "./queries.js";
export {
  type EscrowQueryOptions,
  type EscrowQueryResult,
  useAgreement,
  useAgreementState,
  useInbox,
  useMilestone,
  useTimeline,
} from "./reads.js";
export { type AvailableActionsResult, useAvailableActions, useCountdown } from "./time.js";
export { useWatch, type WatchHookOptions } from "./watch.js";
