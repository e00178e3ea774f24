/**
 * Arbiter contracts: a panel of members, two instances with an appeal, a court. An entry of its own, because it carries the contracts'
 * code.
 *
 * @example
 * import { deployPanelArbiter, signVote } from "@micro-escrow/sdk/arbiters";
 */
export {
  type FeeParameters,
  getClaimableFee,
  getHearing,
  type Hearing,
  sendToArbiter,
  withdrawFeeCall,
} from "./contract.js";
export { ArbiterRefusedError } from "./errors.js";
export {
  deployPanelArbiter,
  getPanel,
  getVoting,
  type Panel,
  type PanelTerms,
  panelArbiterAddress,
  panelArbiterInterface,
  panelRuleCall,
  type RecordedVote,
  type SignedVote,
  signVote,
  type VoteParameters,
  type Voting,
  voteCall,
  voteTypedData,
} from "./panel.js";
