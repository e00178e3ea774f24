/** What is proved, and the bugs that each proof must find when they are put into the contract. */

export interface Statement {
  /** `CONTRACT.FUNCTION` in test/proofs/CONTRACT.sol. */
  check: string;
  says: string;
  /** More options for halmos. */
  options?: string[];
}

/** A seeded bug: a copy of the contract with `original` replaced must make the proof fail, with a counterexample. */
export interface Canary {
  refutes: string;
  bug: string;
  /** The function's beginning. */
  within: string;
  /** Occurs exactly once in the function. */
  original: string;
  replacement: string;
  /** Other functions use this one: put the bug into a copy of its own. */
  shared?: true;
}

/** What the proofs take for granted. */
export const assumptions = [
  "keccak-256 has no collisions; halmos and its solvers are right; chain id 31337",
  "the time of the call is before the year 19,391; a stored status is one of the eight",
  "signatures are empty, so the caller must be the actor; calls are not nested, nor part of a multicall",
  "money: fees and default share are within their caps; `transfer` answers one word, and pays when, and only when, it is 1;",
  "  claimable balances are below 2^160; a call may also stop with NotEnoughGas",
];

/** What is not proved here, but tested. */
export const unproved = "accept, fund, permit, advance, withdraw, multicall; signatures; the gate; reentrancy; events";

export const statements: Statement[] = [
  { check: "Hashes.check_agreementId", says: "agreementId is the EIP-712 hash, for every agreement" },
  {
    check: "Hashes.check_scheduleHash",
    says: "scheduleHash is the EIP-712 hash, for every schedule of up to 4 milestones",
    options: ["--default-array-lengths", "0,1,2,3,4", "--loop", "5"],
  },
  { check: "Hashes.check_milestone", says: "milestone shows what is stored" },
  {
    check: "Turns.check_submit",
    says: "submit: Funded or ChangesRequested → Submitted, only before the clock, only by the freelancer",
  },
  {
    check: "Turns.check_requestChanges",
    says: "requestChanges: Submitted → ChangesRequested, only before the clock, only by the client",
  },
  {
    check: "Turns.check_attest",
    says: "attest: Submitted → ChangesRequested, or an earlier clock; only before the clock, only by the verifier",
  },
  {
    check: "Turns.check_dispute",
    says: "dispute: Submitted (client) or ChangesRequested (freelancer) → Disputed, only before the clock",
  },
  { check: "Turns.check_extend", says: "extend: a later clock in Funded or ChangesRequested, only by the client" },
  { check: "Turns.check_submitEvidence", says: "submitEvidence: while Disputed, changes nothing" },
  { check: "Turns.check_close", says: "close: sets its flag, keeps the others, only by a party" },
  { check: "Conclusions.check_approve", says: "approve: pays the freelancer and the platform, to the unit" },
  { check: "Conclusions.check_attest", says: "attest, without a challenge period: as approve; only by the verifier" },
  { check: "Conclusions.check_refund", says: "refund: pays all of it back to the client" },
  {
    check: "Conclusions.check_rule",
    says: "rule: the arbiter's fee off the top, the rest as ruled; only before the clock",
  },
  {
    check: "Conclusions.check_settle",
    says: "settle, by one account that is both parties: as agreed, without an arbiter's fee",
  },
  {
    check: "Conclusions.check_finalize",
    says: "finalize: the default outcome of each status; only from the clock on, by anybody",
  },
];

export const canaries: Canary[] = [
  {
    refutes: "Hashes.check_agreementId",
    bug: "the schedule's hash is left out of the id",
    within: "function _agreementId(",
    original: "calldatacopy(add(data, 0x20), agreement, 608)",
    replacement: "calldatacopy(add(data, 0x20), agreement, 576)",
    shared: true,
  },
  {
    refutes: "Hashes.check_scheduleHash",
    bug: "the work period is left out of a milestone's hash",
    within: "function _scheduleHash(",
    original: "calldatacopy(add(end, 0x20), source, 0x40)",
    replacement: "calldatacopy(add(end, 0x20), source, 0x20)",
  },
  {
    refutes: "Hashes.check_milestone",
    bug: "the view shows milestone 0 instead",
    within: "function milestone(",
    original: "_milestones[id][index]",
    replacement: "_milestones[id][0 * index]",
  },
  {
    refutes: "Turns.check_submit",
    bug: "the freelancer may submit after the clock ran out",
    within: "function submit(",
    original: "_checkBeforeClock(state);",
    replacement: "",
  },
  {
    refutes: "Turns.check_requestChanges",
    bug: "changes may be requested before anything was submitted",
    within: "function requestChanges(",
    original: "_checkStatus(state, index, SUBMITTED);",
    replacement: "_checkStatus(state, index, FUNDED | SUBMITTED);",
  },
  {
    refutes: "Turns.check_attest",
    bug: "an attestation moves the clock later",
    within: "function attest(",
    original: "challengeEnd < state.clock",
    replacement: "challengeEnd > state.clock",
  },
  {
    refutes: "Turns.check_dispute",
    bug: "the freelancer disputes its own submission",
    within: "function dispute(",
    original: "state.status == Status.Submitted ?",
    replacement: "state.status != Status.Submitted ?",
  },
  {
    refutes: "Turns.check_extend",
    bug: "the client shortens the freelancer's time",
    within: "function extend(",
    original: "clock <= currentClock || ",
    replacement: "",
  },
  {
    refutes: "Turns.check_submitEvidence",
    bug: "a stranger submits evidence",
    within: "function submitEvidence(",
    original: "msg.sender != agreement.verifier",
    replacement: "msg.sender == agreement.verifier",
  },
  {
    refutes: "Turns.check_close",
    bug: "closing forgets who consented",
    within: "function close(",
    original: "first.flags |= CLOSED;",
    replacement: "first.flags = CLOSED;",
  },
  {
    refutes: "Turns.check_submit",
    bug: "at the clock, the turn and the default outcome are both open",
    within: "function _checkBeforeClock(",
    original: "block.timestamp >= state.clock",
    replacement: "block.timestamp > state.clock",
    shared: true,
  },
  {
    refutes: "Conclusions.check_approve",
    bug: "the platform fee is rounded up",
    within: "function _takePlatformFee(",
    original: "(gross * agreement.feeBps) / BPS",
    replacement: "(gross * agreement.feeBps + BPS - 1) / BPS",
    shared: true,
  },
  {
    refutes: "Conclusions.check_refund",
    bug: "the end of milestone 0 forgets who consented",
    within: "function _conclude(",
    original: "(state.amount, state.clock, state.status, state.outcome) = (0, 0, status, outcome);",
    replacement: "(state.amount, state.clock, state.status, state.outcome, state.flags) = (0, 0, status, outcome, 0);",
    shared: true,
  },
  {
    refutes: "Conclusions.check_approve",
    bug: "work is approved that the client has not seen",
    within: "function approve(",
    original: "_checkSubmission(state, submission);",
    replacement: "",
  },
  {
    refutes: "Conclusions.check_attest",
    bug: "what the verifier passed goes back to the client",
    within: "function attest(",
    original: "state.amount, 0);",
    replacement: "0, state.amount);",
  },
  {
    refutes: "Conclusions.check_refund",
    bug: "a refund goes to the freelancer",
    within: "function refund(",
    original: "0, state.amount);",
    replacement: "state.amount, 0);",
  },
  {
    refutes: "Conclusions.check_rule",
    bug: "the arbiter's fee is paid twice: off the top, and by the escrow",
    within: "function rule(",
    original: "clientAmount: pot - freelancerAmount,",
    replacement: "clientAmount: held - freelancerAmount,",
  },
  {
    refutes: "Conclusions.check_settle",
    bug: "the freelancer settles alone",
    within: "function settle(",
    original: "agreement.client,",
    replacement: "agreement.freelancer,",
  },
  {
    refutes: "Conclusions.check_finalize",
    bug: "the default outcome happens a second before the clock",
    within: "function finalize(",
    original: "block.timestamp < state.clock",
    replacement: "block.timestamp + 1 < state.clock",
  },
];

/** The contract's source with these bugs in it. */
export function sow(source: string, bugs: Canary[]): string {
  return bugs.reduce((text, { bug, within, original, replacement }) => {
    const start = text.indexOf(within);
    const end = text.indexOf("\n    }\n", start);
    const scope = text.slice(start, end);
    if (start < 0 || end < 0 || scope.split(original).length !== 2) {
      throw new Error(
        `The bug "${bug}" has no place in the contract any more: mend it in scripts/prove/statements.ts.`,
      );
    }
    return text.slice(0, start) + scope.replace(original, () => replacement) + text.slice(end);
  }, source);
}
