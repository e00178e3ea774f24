// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title MicroEscrow
/// @notice Milestone escrow in ERC-20 tokens between a client and a freelancer, with an arbiter that both named
/// beforehand, and no administrator. Amounts are token base units, times are Unix seconds, shares and fees are basis
/// points (1/10,000).
/// @dev Every call carries the whole agreement; the chain stores one slot per milestone, under the agreement's
/// identifier. Every status that holds money has a clock and a default outcome. Before the clock
/// (`block.timestamp < clock`) the party whose turn it is acts; from the clock on anybody may call {finalize}.
interface IMicroEscrow {
    // ------------------------------------------------------------------------------------------------------- types

    /// @notice One entry of the schedule that both parties sign.
    struct Milestone {
        /// @dev Gross amount in token base units; greater than 0.
        uint128 amount;
        /// @dev Seconds from funding until work must be submitted; greater than 0.
        uint32 workPeriod;
    }

    /// @notice What client and freelancer agree on. As EIP-712 typed data its last member is the schedule itself
    /// (`Milestone[] milestones`); EIP-712 encodes an array as its hash, which is what stands here.
    struct Agreement {
        /// @dev Pays. Approves, asks for changes, disputes.
        address client;
        /// @dev Works. Submits, refunds, disputes.
        address freelancer;
        /// @dev Rules on disputes: an account or a contract.
        address arbiter;
        /// @dev The ERC-20 that is paid in.
        address token;
        /// @dev Where the freelancer's money goes; 0: to the freelancer.
        address payoutTo;
        /// @dev Where the client's money goes back; 0: to the client.
        address refundTo;
        /// @dev Attests that submitted work meets its requirements; 0: nobody does.
        address verifier;
        /// @dev Asked before money comes in (see IFundingGate); 0: nobody is.
        address gate;
        /// @dev The platform that receives the platform fee; 0: nobody does.
        address feeRecipient;
        /// @dev Platform fee on what the freelancer receives; at most 1,000 (10%).
        uint16 feeBps;
        /// @dev The arbiter's fee, taken from a milestone only when the arbiter rules on it; at most 1,000 (10%).
        uint16 arbiterFeeBps;
        /// @dev The freelancer's share of a disputed milestone if the arbiter never rules; at most 10,000 (100%).
        uint16 defaultShareBps;
        /// @dev Seconds the client has to answer a submission; greater than 0.
        uint32 reviewPeriod;
        /// @dev Seconds the freelancer has to answer a request for changes; greater than 0.
        uint32 reworkPeriod;
        /// @dev Seconds the client has to object after the verifier passed the work; 0: it is paid at once.
        uint32 challengePeriod;
        /// @dev Seconds the arbiter has to rule; greater than 0.
        uint32 arbitrationPeriod;
        /// @dev No milestone can be funded at or after this time.
        uint40 fundBy;
        /// @dev SHA-256 of the scope document. A nonce in the document makes agreements unique.
        bytes32 details;
        /// @dev EIP-712 hash of the schedule, see {scheduleHash}.
        bytes32 milestones;
    }

    /// @notice Where a milestone stands. The last three are terminal: they never change and hold nothing.
    enum Status {
        None,
        Funded,
        Submitted,
        ChangesRequested,
        Disputed,
        Released,
        Refunded,
        Resolved
    }

    /// @notice Why a milestone ended.
    enum Outcome {
        None,
        Approved,
        Attested,
        ReviewExpired,
        Refunded,
        WorkExpired,
        ReworkExpired,
        Ruled,
        ArbitrationExpired,
        Settled
    }

    /// @notice What the chain stores of a milestone: one slot.
    struct MilestoneState {
        /// @dev Still held, in token base units; 0 in a terminal status.
        uint128 amount;
        /// @dev When the default outcome becomes due, Unix seconds; 0 in a terminal status.
        uint40 clock;
        /// @dev How many times work was submitted. Binds decisions to the submission they were made about.
        uint8 submissions;
        Status status;
        Outcome outcome;
        /// @dev Used in milestone 0 only. Bit 0: the client consented, bit 1: the freelancer consented, bit 2: closed.
        uint8 flags;
    }

    /// @notice How an actor authorizes a call that somebody else sends.
    struct Authorization {
        /// @dev The signature is void at or after this time (Unix seconds). Ignored when the signature is empty.
        uint256 deadline;
        /// @dev Empty: the caller must be the actor. Otherwise the actor's EIP-712 signature: 65 bytes of ECDSA, or
        /// what an account with code accepts through ERC-1271.
        bytes signature;
    }

    // ------------------------------------------------------------------------------------------------------ events

    /// @notice The first consent to an agreement was recorded. Carries everything that is needed to rebuild it.
    event AgreementOpened(
        bytes32 indexed id,
        address indexed client,
        address indexed freelancer,
        Agreement agreement,
        Milestone[] schedule
    );

    /// @notice A party's consent was recorded.
    event AgreementAccepted(bytes32 indexed id, address indexed party);

    /// @notice A party ended the funding of an agreement. What is funded already goes on as agreed.
    event AgreementClosed(bytes32 indexed id, address indexed party);

    /// @notice A milestone was funded; its work must be submitted before `clock`.
    event MilestoneFunded(
        bytes32 indexed id,
        uint256 indexed index,
        address indexed payer,
        uint128 amount,
        uint40 clock
    );

    /// @notice Work was submitted; the client must answer before `clock`.
    event MilestoneSubmitted(
        bytes32 indexed id,
        uint256 indexed index,
        uint256 submission,
        bytes32 deliverable,
        uint40 clock
    );

    /// @notice The client, or the verifier by a failed attestation, asked for changes; the freelancer must answer before
    /// `clock`.
    event ChangesRequested(bytes32 indexed id, uint256 indexed index, uint256 submission, bytes32 reason, uint40 clock);

    /// @notice The verifier attested a submission. `clock` is the milestone's clock after the attestation; 0 when it was
    /// released by it.
    event MilestoneAttested(
        bytes32 indexed id,
        uint256 indexed index,
        uint256 submission,
        bool passed,
        bytes32 report,
        uint40 clock
    );

    /// @notice The client released a part of a milestone. Amounts are net; `remaining` is still held.
    event MilestoneAdvanced(
        bytes32 indexed id,
        uint256 indexed index,
        uint256 freelancerAmount,
        uint256 platformFee,
        uint128 remaining
    );

    /// @notice The client gave the freelancer more time.
    event MilestoneExtended(bytes32 indexed id, uint256 indexed index, uint40 clock);

    /// @notice A party called the arbiter, who must rule before `clock`.
    event MilestoneDisputed(
        bytes32 indexed id,
        uint256 indexed index,
        address indexed by,
        uint256 submission,
        bytes32 evidence,
        uint40 clock
    );

    /// @notice Somebody involved put evidence before the arbiter.
    event EvidenceSubmitted(bytes32 indexed id, uint256 indexed index, address indexed by, bytes32 evidence);

    /// @notice A milestone ended. The amounts are net, what each account received or was credited, and sum to what was
    /// held. `reasoning` is the arbiter's; 0 where nobody ruled.
    event MilestoneConcluded(
        bytes32 indexed id,
        uint256 indexed index,
        Outcome indexed outcome,
        uint256 freelancerAmount,
        uint256 clientAmount,
        uint256 platformFee,
        uint256 arbiterFee,
        bytes32 reasoning
    );

    /// @notice A payment failed and waits in {claimable} for `account`.
    event PaymentDeferred(
        bytes32 indexed id,
        uint256 indexed index,
        address indexed account,
        address token,
        uint256 amount
    );

    /// @notice A claimable balance was paid out to its owner.
    event Withdrawn(address indexed token, address indexed account, uint256 amount);

    // ------------------------------------------------------------------------------------------------------ errors

    /// @notice Client, freelancer, arbiter and token must all be set.
    error MissingParty(address client, address freelancer, address arbiter, address token);

    /// @notice Client, freelancer and arbiter must be three different accounts.
    error PartiesNotDistinct(address client, address freelancer, address arbiter);

    /// @notice Neither the escrow nor the token can be a party or receive payments, nor can the escrow be the token.
    error ForbiddenAccount(address account);

    /// @notice The verifier must be neither the freelancer nor the arbiter.
    error VerifierNotIndependent(address verifier);

    /// @notice The platform fee exceeds its cap (basis points).
    error FeeTooHigh(uint256 feeBps, uint256 maximum);

    /// @notice The arbiter fee exceeds its cap (basis points).
    error ArbiterFeeTooHigh(uint256 arbiterFeeBps, uint256 maximum);

    /// @notice The default share exceeds the whole (basis points).
    error DefaultShareTooHigh(uint256 defaultShareBps, uint256 maximum);

    /// @notice A platform fee (basis points) was agreed, but nobody to receive it.
    error FeeWithoutRecipient(uint256 feeBps);

    /// @notice Review, rework and arbitration period (seconds) must be greater than 0.
    error ZeroPeriod(uint256 reviewPeriod, uint256 reworkPeriod, uint256 arbitrationPeriod);

    /// @notice The schedule has no milestone.
    error EmptySchedule();

    /// @notice A milestone's amount (base units) and work period (seconds) must be greater than 0.
    error InvalidMilestone(uint256 index, uint256 amount, uint256 workPeriod);

    /// @notice The schedule passed is not the one that the agreement names.
    error ScheduleMismatch(bytes32 actual, bytes32 expected);

    /// @notice Only somebody named in the agreement can do this, and this account is not among them.
    error NotAParty(address account);

    /// @notice No signature was given, and the caller is not the account whose decision this is.
    error Unauthorized(address caller, address expected);

    /// @notice The signature's deadline has passed.
    error SignatureExpired(uint256 deadline, uint256 time);

    /// @notice `signer` did not sign `digest`.
    error InvalidSignature(address signer, bytes32 digest);

    /// @notice This party has not consented to the agreement yet.
    error NotAccepted(address party);

    /// @notice A party closed the agreement: nothing more can be funded.
    error FundingClosed(bytes32 id);

    /// @notice The agreement's funding time is over.
    error FundingExpired(uint256 fundBy, uint256 time);

    /// @notice The list of milestones to fund is empty.
    error NothingToFund();

    /// @notice The schedule has no milestone with this index.
    error MilestoneOutOfRange(uint256 index, uint256 length);

    /// @notice The gate refused the funding: it has no code, or reverted with `reason`.
    error GateRefused(address gate, bytes reason);

    /// @notice There is no token contract at this address.
    error TokenWithoutCode(address token);

    /// @notice The token delivered another amount than was asked for: the escrow's balance afterwards, in base units.
    error UnexpectedBalance(address token, uint256 actual, uint256 expected);

    /// @notice The milestone's status does not allow this. Bit `n` of `allowed` is set for each status `n` that does.
    error WrongStatus(uint256 index, Status actual, uint256 allowed);

    /// @notice The milestone's clock has run out: whose turn it was missed it. What remains are {finalize}, and what one
    /// may always give (approve, advance, refund, settle, extend).
    error ClockRanOut(uint256 clock, uint256 time);

    /// @notice The milestone's clock is still running: its default outcome is not due yet.
    error ClockStillRunning(uint256 clock, uint256 time);

    /// @notice The new clock must be later than the present one and than now.
    error ClockNotLater(uint256 newClock, uint256 currentClock, uint256 time);

    /// @notice The decision was made about another submission than the current one.
    error WrongSubmission(uint256 actual, uint256 expected);

    /// @notice No more than `maximum` submissions are taken for one milestone.
    error TooManySubmissions(uint256 maximum);

    /// @notice The amount (base units) must be between `minimum` and `maximum`, both included.
    error AmountOutOfRange(uint256 amount, uint256 minimum, uint256 maximum);

    /// @notice A payment failed with too little gas to tell whether it would fail with enough: send at least
    /// `required` - `available` more, and about 30,000 on top for a payment that uses up its gas.
    error NotEnoughGas(uint256 available, uint256 required);

    // ---------------------------------------------------------------------------------------------- consent and end

    /// @notice Records a party's consent to an agreement. Where it is recorded already, nothing happens, whatever the
    /// signature: nobody can break a batch by sending its `accept` first.
    /// @dev The signature is over the agreement itself, as typed data under the escrow's EIP-712 domain. It has no
    /// deadline: `fundBy` bounds what it can lead to, and {close} ends it.
    ///
    /// Requirements:
    /// - `party` is the client or the freelancer;
    /// - the caller is `party`, or `signature` is `party`'s signature over the agreement;
    /// - `schedule` is the one that the agreement names;
    /// - at the first consent: the agreement is valid (every error above about its parties, fees and periods).
    /// @param signature Empty: the caller is the party.
    function accept(
        Agreement calldata agreement,
        Milestone[] calldata schedule,
        address party,
        bytes calldata signature
    ) external;

    /// @notice Ends the funding of an agreement, for good. Either party may, at any time, also before anybody consented.
    /// What is funded already goes on as agreed. Closing again does nothing.
    /// @dev Requirements:
    /// - `party` is the client or the freelancer, and authorizes it: `Close(agreement,deadline)`.
    function close(Agreement calldata agreement, address party, Authorization calldata auth) external;

    // ----------------------------------------------------------------------------------------------------- money in

    /// @notice Funds milestones with the caller's tokens and starts their work periods.
    /// @dev Pulls the sum from the caller and nobody else. A party that calls consents by calling. Warning: anybody may
    /// fund what both consented to; refunds go to the client (or `refundTo`) all the same.
    ///
    /// Requirements:
    /// - `schedule` is the one that the agreement names, and the agreement is valid;
    /// - neither party closed the agreement, and `fundBy` is in the future;
    /// - the client consented, or calls;
    /// - the freelancer consented, calls, or `freelancerSignature` is its signature over the agreement;
    /// - `indices` is not empty; each is within the schedule and was never funded;
    /// - the gate, if there is one, does not refuse;
    /// - the token delivers exactly the sum.
    /// @param indices The milestones to fund, counted from 0.
    /// @param freelancerSignature Ignored when the freelancer consented already.
    function fund(
        Agreement calldata agreement,
        Milestone[] calldata schedule,
        uint256[] calldata indices,
        bytes calldata freelancerSignature
    ) external;

    /// @notice Uses the caller's EIP-2612 permit for this escrow, for a {fund} later in the same multicall.
    /// @dev A failure is ignored: somebody may have used the permit already, and the allowance decides anyway.
    function permit(address token, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;

    // --------------------------------------------------------------------------------------------------------- work

    /// @notice The freelancer submits work. Funded or ChangesRequested becomes Submitted, with a full review period.
    /// @dev Requirements:
    /// - the status is Funded or ChangesRequested, before the clock;
    /// - fewer than 255 submissions were made;
    /// - the freelancer authorizes it: `Submit(agreement,milestone,submission,deliverable,deadline)`.
    /// @param deliverable SHA-256 of the deliverable, or of a manifest of its files.
    function submit(
        Agreement calldata agreement,
        uint256 index,
        bytes32 deliverable,
        Authorization calldata auth
    ) external;

    /// @notice The client approves: the freelancer is paid what is held. Any held status becomes Released, whatever the
    /// clock says.
    /// @dev Requirements:
    /// - the milestone holds money;
    /// - `submission` is the current submission (0: approved before anything was submitted);
    /// - the client authorizes it: `Approve(agreement,milestone,submission,amount,deadline)`.
    function approve(
        Agreement calldata agreement,
        uint256 index,
        uint256 submission,
        Authorization calldata auth
    ) external;

    /// @notice The client releases a part of a milestone early, whatever the clock says. Status and clock stay.
    /// @dev Requirements:
    /// - the status is Funded, Submitted or ChangesRequested;
    /// - `amount` is greater than 0 and less than what is held;
    /// - the client authorizes it: `Advance(agreement,milestone,amount,remaining,deadline)`.
    /// @param amount Gross, in token base units.
    function advance(Agreement calldata agreement, uint256 index, uint128 amount, Authorization calldata auth) external;

    /// @notice The client asks for changes. Submitted becomes ChangesRequested, with a rework period.
    /// @dev Requirements:
    /// - the status is Submitted, before the clock;
    /// - `submission` is the current submission;
    /// - the client authorizes it: `RequestChanges(agreement,milestone,submission,reason,deadline)`.
    /// @param reason SHA-256 of the request's text.
    function requestChanges(
        Agreement calldata agreement,
        uint256 index,
        uint256 submission,
        bytes32 reason,
        Authorization calldata auth
    ) external;

    /// @notice The verifier attests a submission. Passed: the clock moves to at most `challengePeriod` from now, and when
    /// that is 0 the milestone is Released at once. Failed: ChangesRequested, with a rework period.
    /// @dev Requirements:
    /// - the status is Submitted, before the clock;
    /// - `submission` is the current submission;
    /// - the verifier authorizes it: `Attest(agreement,milestone,submission,passed,report,deadline)`.
    /// @param report SHA-256 of the verifier's report.
    function attest(
        Agreement calldata agreement,
        uint256 index,
        uint256 submission,
        bool passed,
        bytes32 report,
        Authorization calldata auth
    ) external;

    /// @notice The client gives the freelancer more time, also after the clock ran out, as long as nobody finalized.
    /// @dev Requirements:
    /// - the status is Funded or ChangesRequested;
    /// - `clock` is later than the present clock and than now;
    /// - the client authorizes it: `Extend(agreement,milestone,submission,currentClock,newClock,deadline)`.
    /// @param clock The new clock, Unix seconds.
    function extend(Agreement calldata agreement, uint256 index, uint40 clock, Authorization calldata auth) external;

    // ------------------------------------------------------------------------------------------------- disagreement

    /// @notice Calls the arbiter. The client disputes what was Submitted; the freelancer disputes ChangesRequested.
    /// @dev Requirements:
    /// - the status is Submitted or ChangesRequested, before the clock;
    /// - `submission` is the current submission;
    /// - the client (Submitted) or the freelancer (ChangesRequested) authorizes it:
    ///   `Dispute(agreement,milestone,submission,evidence,deadline)`.
    /// @param evidence SHA-256 of the disputing party's evidence.
    function dispute(
        Agreement calldata agreement,
        uint256 index,
        uint256 submission,
        bytes32 evidence,
        Authorization calldata auth
    ) external;

    /// @notice Puts further evidence before the arbiter: an event, nothing else.
    /// @dev Requirements:
    /// - the status is Disputed (whatever the clock says);
    /// - the caller is the client, the freelancer, the arbiter or the verifier.
    /// @param evidence SHA-256 of the evidence.
    function submitEvidence(Agreement calldata agreement, uint256 index, bytes32 evidence) external;

    /// @notice The arbiter splits a disputed milestone. The arbiter's fee comes off the top; of the rest the freelancer
    /// gets `freelancerAmount` (less the platform fee) and the client what remains.
    /// @dev Warning: the arbiter's word is final, and it can rule for either side as it likes.
    ///
    /// Requirements:
    /// - the status is Disputed, before the clock;
    /// - `freelancerAmount` is at most what is held less the arbiter's fee;
    /// - the arbiter authorizes it: `Rule(agreement,milestone,freelancerAmount,reasoning,deadline)`.
    /// @param freelancerAmount Gross, in token base units.
    /// @param reasoning SHA-256 of the ruling's reasoning.
    function rule(
        Agreement calldata agreement,
        uint256 index,
        uint128 freelancerAmount,
        bytes32 reasoning,
        Authorization calldata auth
    ) external;

    /// @notice Client and freelancer together split a milestone as they like, whatever the clock says. No arbiter fee.
    /// @dev Requirements:
    /// - the milestone holds money;
    /// - `freelancerAmount` is at most what is held;
    /// - both authorize it: `Settle(agreement,milestone,freelancerAmount,clientAmount,deadline)`.
    /// @param freelancerAmount Gross, in token base units.
    /// @param client The client's authorization.
    /// @param freelancer The freelancer's authorization.
    function settle(
        Agreement calldata agreement,
        uint256 index,
        uint128 freelancerAmount,
        Authorization calldata client,
        Authorization calldata freelancer
    ) external;

    /// @notice The freelancer gives everything that is held back to the client, whatever the clock says.
    /// @dev Requirements:
    /// - the milestone holds money;
    /// - the freelancer authorizes it: `Refund(agreement,milestone,amount,deadline)`.
    function refund(Agreement calldata agreement, uint256 index, Authorization calldata auth) external;

    // ------------------------------------------------------------------------------------------------ time and money

    /// @notice Makes the default outcome happen; anybody may. Funded and ChangesRequested: back to the client.
    /// Submitted: to the freelancer. Disputed: split by `defaultShareBps`.
    /// @dev Requirements:
    /// - the milestone holds money, and its clock has run out.
    function finalize(Agreement calldata agreement, uint256 index) external;

    /// @notice Pays the whole claimable balance of `account` to `account`; anybody may call. With nothing to pay it does
    /// nothing.
    /// @dev Requirements:
    /// - the token makes the transfer; otherwise the balance stays.
    /// @return amount What was paid, in token base units.
    function withdraw(address token, address account) external returns (uint256 amount);

    // -------------------------------------------------------------------------------------------------------- views

    /// @notice The identifier of an agreement: its EIP-712 struct hash, without the domain.
    function agreementId(Agreement calldata agreement) external pure returns (bytes32);

    /// @notice The EIP-712 hash of a schedule, as it stands in {Agreement}.
    function scheduleHash(Milestone[] calldata schedule) external pure returns (bytes32);

    /// @notice The state of a milestone; all zero when it was never funded (but for the flags of milestone 0).
    function milestone(bytes32 id, uint256 index) external view returns (MilestoneState memory);

    /// @notice What waits for `account`: fees, and payments that failed; in token base units.
    function claimable(address token, address account) external view returns (uint256);
}
