/** What is proved, and the bugs that each proof must find when they are put into the contract. */

export interface Statement {
  /** `CONTRACT.FUNCTION` in test/proofs/CONTRACT.sol. */
  check: string;
  says: string;
  /** More options for halmos. */
  options?: string[];
  /** How long it takes, if that is more than half a minute: these are started first. */
  seconds?: number;
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
  /** Which other proofs find this bug too, or may: their own bugs go into another copy. */
  alsoIn?: RegExp;
}

/** What the proofs take for granted. */
export const assumptions = [
  "keccak-256 has no collisions; halmos and its solvers are right; the chain id is 31337",
  "the call comes before the year 19,391; a stored status is one of the eight",
  "calls are not nested, nor part of a multicall; the token does not call the escrow",
  "where nothing else is said, signatures are empty, so that the caller must be the actor",
  "signed: the signature is 32 bytes, of a contract account (ERC-1271) at an address of its own that answers with any word",
  "  when it is asked about the action's EIP-712 digest, and 0 otherwise; but for settle there are no fees, and the token pays",
  "money: the rates are within their caps, as accept and fund check at the first consent; claimable balances are below 2^160;",
  "  multiplication and division are functions of which only the lemmas above are known",
  "the token has code, and moves money when, and only when, it answers 1, or nothing at all; each of its answers to transfer is:",
  "  in rule, finalize, attest, and the settle that the client calls: any word; in the other two: 1;",
  "  in approve, refund, advance: any word, nothing, 31 or 64 bytes, or a revert; in withdraw: the same without the 31 bytes",
  "a call that pays may fail with NotEnoughGas, whatever the reason: nothing is said of how much gas is enough",
  "fund: one milestone of a schedule of up to two, no gate, any balances below 2^160; accept: a schedule of up to two",
  "a bug about money is looked for with numbers: 1,000,003 held, 400,001 of it asked for; rates of 10%, 5% and 30%",
];

/** What is not proved here, but tested. */
export const unproved =
  "multicall; ECDSA signatures, those of accept, fund, permit; the gate; reentrancy; events; gas; fund of several at once";

const schedules = ["--default-array-lengths", "0,1,2", "--loop", "5"];

export const statements: Statement[] = [
  { check: "Hashes.check_agreementId", says: "agreementId is the EIP-712 hash, for every agreement" },
  {
    check: "Hashes.check_scheduleHash",
    says: "scheduleHash is the EIP-712 hash, for every schedule of up to 4 milestones",
    options: ["--default-array-lengths", "0,1,2,3,4", "--loop", "5"],
  },
  { check: "Hashes.check_milestone", says: "milestone shows what is stored" },
  { check: "Hashes.check_claimable", says: "claimable shows what is stored" },
  {
    check: "Funding.check_accept",
    says: "accept: adds a party's consent, at the first one only to a valid agreement; only by that party",
    options: schedules,
    seconds: 42,
  },
  {
    check: "Funding.check_fund",
    says: "fund: None → Funded, only with both consents, in time, of a valid agreement; exactly its amount comes from the caller",
    options: schedules,
    seconds: 36,
  },
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
    says: "attest, unless it pays: Submitted → ChangesRequested, or an earlier clock; only before the clock, by the verifier",
  },
  {
    check: "Turns.check_dispute",
    says: "dispute: Submitted (client) or ChangesRequested (freelancer) → Disputed, only before the clock",
  },
  { check: "Turns.check_extend", says: "extend: a later clock in Funded or ChangesRequested, only by the client" },
  { check: "Turns.check_submitEvidence", says: "submitEvidence: while Disputed, changes nothing" },
  { check: "Turns.check_close", says: "close: sets its flag, keeps the others, only by a party" },
  { check: "Payments.check_permit", says: "permit: always succeeds, changes nothing" },
  {
    check: "Payments.check_advance",
    says: "advance: a part, not all, of what is held goes to the freelancer and the platform, to the unit; only by the client",
  },
  {
    check: "Payments.check_withdraw",
    says: "withdraw: all that an account can claim goes to that account, or nothing happens",
  },
  {
    check: "Conclusions.check_approve",
    says: "approve: pays the freelancer and the platform, to the unit",
    seconds: 43,
  },
  { check: "Conclusions.check_attest", says: "attest, without a challenge period: as approve; only by the verifier" },
  { check: "Conclusions.check_refund", says: "refund: pays all of it back to the client" },
  {
    check: "Conclusions.check_rule",
    says: "rule: the arbiter's fee off the top, the rest as ruled; only before the clock",
    seconds: 106,
  },
  {
    check: "Conclusions.check_settle",
    says: "settle: as agreed, without an arbiter's fee; the client calls, and the freelancer signed it",
    seconds: 58,
  },
  {
    check: "Conclusions.check_settleByFreelancer",
    says: "settle: as agreed, without an arbiter's fee; the freelancer calls, and the client signed it",
  },
  {
    check: "Conclusions.check_settleByAnybody",
    says: "settle: as agreed, without an arbiter's fee; anybody calls, and both signed it",
  },
  {
    check: "Conclusions.check_finalize",
    says: "finalize: the default outcome of each status; only from the clock on, by anybody",
    seconds: 120,
  },
  ...["close", "submit", "requestChanges", "attest", "extend", "dispute", "approve", "advance", "rule", "refund"].map(
    (action) => ({
      check: `Signatures.check_${action}`,
      says: `${action}, signed: does what its actor's own call does, only with the action's EIP-712 digest, before the deadline`,
    }),
  ),
];

/** What makes a lemma of lemmas.smt2 false, which the solver must see. */
export const wrongLemmas: { lemma: string; bug: string; original: string; replacement: string }[] = [
  {
    lemma: "amount * bps stays below 2^256",
    bug: "amounts up to 2^256",
    original: "(< amount 340282366920938463463374607431768211456)",
    replacement: "(< amount 115792089237316195423570985008687907853269984665640564039457584007913129639936)",
  },
  {
    lemma: "amount * bps / 10,000 is at most amount, for rates up to 10,000",
    bug: "rates above 100%",
    original: "(<= bps 10000)",
    replacement: "(<= bps 10001)",
  },
  {
    lemma: "amount * bps / 10,000 is less than amount, for rates below 10,000 and amounts above 0",
    bug: "a rate of 100%",
    original: "(assert (< bps 10000))",
    replacement: "(assert (<= bps 10000))",
  },
  {
    lemma: "amount * bps / bps is amount",
    bug: "a remainder as large as the divisor",
    original: "(< remainder bps)",
    replacement: "(<= remainder bps)",
  },
  {
    lemma: "amount * bps / amount is bps",
    bug: "a remainder as large as the divisor",
    original: "(< remainder amount)",
    replacement: "(<= remainder amount)",
  },
  {
    lemma: "nothing of something, and something of nothing, is nothing",
    bug: "the least rate counts as nothing",
    original: "(= bps 0))",
    replacement: "(<= bps 1))",
  },
];

export const canaries: Canary[] = [
  {
    refutes: "Hashes.check_agreementId",
    bug: "the schedule's hash is left out of the id",
    within: "function _agreementId(",
    original: "calldatacopy(add(data, 0x20), agreement, 608)",
    replacement: "calldatacopy(add(data, 0x20), agreement, 576)",
  },
  {
    refutes: "Hashes.check_agreementId",
    bug: "payoutTo and refundTo change places in the id",
    within: "function _agreementId(",
    original: "id := keccak256(data, 640)",
    replacement: `mstore(add(data, 0xa0), calldataload(add(agreement, 0xa0)))
            mstore(add(data, 0xc0), calldataload(add(agreement, 0x80)))
            id := keccak256(data, 640)`,
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
    alsoIn: /^Turns|\.check_(attest|rule)$/,
  },
  {
    refutes: "Conclusions.check_approve",
    bug: "the platform fee is rounded up",
    within: "function _takePlatformFee(",
    original: "(gross * agreement.feeBps) / BPS",
    replacement: "(gross * agreement.feeBps + BPS - 1) / BPS",
    alsoIn: /^Conclusions|advance/,
  },
  {
    refutes: "Conclusions.check_refund",
    bug: "the end of milestone 0 forgets who consented",
    within: "function _conclude(",
    original: "(state.amount, state.clock, state.status, state.outcome) = (0, 0, status, outcome);",
    replacement: "(state.amount, state.clock, state.status, state.outcome, state.flags) = (0, 0, status, outcome, 0);",
    alsoIn: /^Conclusions/,
  },
  {
    refutes: "Conclusions.check_approve",
    bug: "work is approved that the client has not seen",
    within: "function approve(",
    original: "_checkSubmission(state, submission);",
    replacement: "",
  },
  {
    refutes: "Conclusions.check_approve",
    bug: "what was released is released again",
    within: "function approve(",
    original: "_checkStatus(state, index, HELD);",
    replacement: "_checkStatus(state, index, HELD | (1 << uint8(Status.Released)));",
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
    refutes: "Conclusions.check_settleByFreelancer",
    bug: "the freelancer settles alone",
    within: "function settle(",
    original: "agreement.client,",
    replacement: "agreement.freelancer,",
  },
  {
    refutes: "Conclusions.check_settle",
    bug: "the freelancer's signature is good for any split",
    within: "function settle(",
    original: "freelancerAmount, clientAmount, freelancer.deadline",
    replacement: "clientAmount, clientAmount, freelancer.deadline",
  },
  {
    refutes: "Conclusions.check_settleByAnybody",
    bug: "a signature is still good at its deadline",
    within: "function _authorize(",
    original: "block.timestamp >= auth.deadline",
    replacement: "block.timestamp > auth.deadline",
    alsoIn: /\.check_settle/,
  },
  {
    refutes: "Conclusions.check_finalize",
    bug: "the default outcome happens a second before the clock",
    within: "function finalize(",
    original: "block.timestamp < state.clock",
    replacement: "block.timestamp + 1 < state.clock",
  },
  {
    refutes: "Conclusions.check_finalize",
    bug: "the default share goes to the wrong side",
    within: "function finalize(",
    original: "share, held - share",
    replacement: "held - share, share",
  },
  {
    refutes: "Turns.check_submit",
    bug: "the client has the freelancer's time",
    within: "function submit(",
    original: "agreement.reviewPeriod",
    replacement: "agreement.reworkPeriod",
  },
  {
    refutes: "Turns.check_requestChanges",
    bug: "the freelancer has the client's time",
    within: "function requestChanges(",
    original: "agreement.reworkPeriod",
    replacement: "agreement.reviewPeriod",
  },
  {
    refutes: "Turns.check_dispute",
    bug: "the arbiter has the client's time",
    within: "function dispute(",
    original: "agreement.arbitrationPeriod",
    replacement: "agreement.reviewPeriod",
  },
  {
    refutes: "Hashes.check_claimable",
    bug: "the view takes the account for the token",
    within: "function claimable(",
    original: "_claimable[token][account]",
    replacement: "_claimable[account][token]",
  },
  {
    refutes: "Funding.check_accept",
    bug: "anybody consents for a party",
    within: "function accept(",
    original: "msg.sender != party",
    replacement: "party == address(0)",
  },
  {
    refutes: "Funding.check_accept",
    bug: "the platform may take 11%",
    within: "function _validate(",
    original: "agreement.feeBps > MAX_FEE_BPS",
    replacement: "agreement.feeBps > 1_100",
    alsoIn: /^Funding/,
  },
  {
    refutes: "Funding.check_fund",
    bug: "consents by funding are forgotten",
    within: "function fund(",
    original: "if (consents != flags) _milestones[id][0].flags = consents;",
    replacement: "",
  },
  {
    refutes: "Funding.check_fund",
    bug: "less may arrive than was asked for",
    within: "function _pull(",
    original: "actual != expected",
    replacement: "actual > expected",
  },
  {
    refutes: "Payments.check_permit",
    bug: "a token without code makes it fail",
    within: "function permit(",
    original: "if (token.code.length == 0) return;",
    replacement: "",
  },
  {
    refutes: "Payments.check_advance",
    bug: "what is disputed is advanced",
    within: "function advance(",
    original: "FUNDED | SUBMITTED | CHANGES_REQUESTED",
    replacement: "HELD",
  },
  {
    refutes: "Payments.check_advance",
    bug: "an answer of less than a word counts as a payment",
    within: "function _tryTransfer(",
    original: "gt(returndatasize(), 0x1f)",
    replacement: "gt(returndatasize(), 0x1e)",
    alsoIn: /\.check_(approve|refund|advance)$/,
  },
  {
    refutes: "Payments.check_withdraw",
    bug: "the balance stays claimable",
    within: "function withdraw(",
    original: "_claimable[token][account] = 0;",
    replacement: "",
  },
  {
    refutes: "Payments.check_withdraw",
    bug: "the money goes to whoever calls",
    within: "function withdraw(",
    original: "safeTransfer(account, amount)",
    replacement: "safeTransfer(msg.sender, amount)",
  },
  {
    refutes: "Signatures.check_close",
    bug: "the agreement and the deadline change places in what is signed",
    within: "function close(",
    original: "CLOSE_TYPEHASH, id, auth.deadline",
    replacement: "CLOSE_TYPEHASH, auth.deadline, id",
  },
  {
    refutes: "Signatures.check_submit",
    bug: "the submission's number is not signed",
    within: "function submit(",
    original: "index, submission, deliverable, auth.deadline",
    replacement: "index, 0, deliverable, auth.deadline",
  },
  {
    refutes: "Signatures.check_requestChanges",
    bug: "the reason is not signed",
    within: "function requestChanges(",
    original: "submission, reason, auth.deadline",
    replacement: "submission, submission, auth.deadline",
  },
  {
    refutes: "Signatures.check_attest",
    bug: "who signed that the work fails, signed that it passes",
    within: "function attest(",
    original: "passed, report, auth.deadline",
    replacement: "true, report, auth.deadline",
  },
  {
    refutes: "Signatures.check_extend",
    bug: "the clocks change places in what is signed",
    within: "function extend(",
    original: "currentClock, clock, auth.deadline",
    replacement: "clock, currentClock, auth.deadline",
  },
  {
    refutes: "Signatures.check_dispute",
    bug: "who signed a request for changes, signed a dispute",
    within: "function dispute(",
    original: "DISPUTE_TYPEHASH, id",
    replacement: "REQUEST_CHANGES_TYPEHASH, id",
  },
  {
    refutes: "Signatures.check_approve",
    bug: "the amount is not signed",
    within: "function approve(",
    original: "submission, state.amount, auth.deadline",
    replacement: "submission, 0, auth.deadline",
  },
  {
    refutes: "Signatures.check_advance",
    bug: "the amounts change places in what is signed",
    within: "function advance(",
    original: "amount, remaining, auth.deadline",
    replacement: "remaining, amount, auth.deadline",
  },
  {
    refutes: "Signatures.check_rule",
    bug: "the amount is not signed",
    within: "function rule(",
    original: "index, freelancerAmount, reasoning, auth.deadline",
    replacement: "index, 0, reasoning, auth.deadline",
  },
  {
    refutes: "Signatures.check_refund",
    bug: "the milestone is not signed",
    within: "function refund(",
    original: "id, index, state.amount, auth.deadline",
    replacement: "id, 0, state.amount, auth.deadline",
  },
];

/** The contract's source with these bugs in it. */
export function sow(source: string, bugs: Canary[]): string {
  return bugs.reduce((text, { bug, within, original, replacement }) => {
    const start = text.indexOf(within);
    const end = text.indexOf("\n    }\n", start);
    if (start < 0 || end < 0) throw new NoPlace(bug);
    return text.slice(0, start) + replaceOnce(text.slice(start, end), original, replacement, bug) + text.slice(end);
  }, source);
}

/** @throws {NoPlace} Unless the original is there exactly once. */
export function replaceOnce(text: string, original: string, replacement: string, bug: string): string {
  if (text.split(original).length !== 2) throw new NoPlace(bug);
  return text.replace(original, () => replacement);
}

class NoPlace extends Error {
  override readonly name = "NoPlace";

  constructor(bug: string) {
    super(`The bug "${bug}" has no place any more: mend it in scripts/prove/statements.ts.`);
  }
}
