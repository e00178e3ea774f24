// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IFundingGate} from "./interfaces/IFundingGate.sol";
import {IMicroEscrow} from "./interfaces/IMicroEscrow.sol";

/// @title MicroEscrow
/// @notice See {IMicroEscrow}. No owner, no pause, no upgrade, no fee switch: what client and freelancer signed is all
/// that can happen.
contract MicroEscrow is IMicroEscrow, EIP712, Multicall, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    // --------------------------------------------------------------------------------------------------- constants

    uint256 private constant BPS = 10_000;
    uint256 private constant MAX_FEE_BPS = 1_000;
    uint256 private constant MAX_ARBITER_FEE_BPS = 1_000;
    uint256 private constant MAX_SUBMISSIONS = type(uint8).max;

    /// @dev Gas that a payment may use; one that needs more is deferred. This bounds what a token or a recipient can burn.
    uint256 private constant PAYMENT_GAS = 200_000;

    /// @dev Gas that must be left for a payment to be deferred, so that nobody can make one fail by sending too little:
    /// EIP-150 keeps 1/64 of it back from the payment. The call itself costs about 3,000, and more where the token is an
    /// account that delegates (EIP-7702) or the chain prices cold access higher.
    uint256 private constant DEFERRAL_GAS = (PAYMENT_GAS * 64) / 63 + 20_000;

    // Bits of `MilestoneState.flags` in milestone 0.
    uint8 private constant CLIENT_CONSENTED = 1;
    uint8 private constant FREELANCER_CONSENTED = 2;
    uint8 private constant CLOSED = 4;

    // Sets of statuses, a bit each.
    uint256 private constant NONE = 1 << uint8(Status.None);
    uint256 private constant FUNDED = 1 << uint8(Status.Funded);
    uint256 private constant SUBMITTED = 1 << uint8(Status.Submitted);
    uint256 private constant CHANGES_REQUESTED = 1 << uint8(Status.ChangesRequested);
    uint256 private constant DISPUTED = 1 << uint8(Status.Disputed);
    uint256 private constant HELD = FUNDED | SUBMITTED | CHANGES_REQUESTED | DISPUTED;

    bytes32 private constant MILESTONE_TYPEHASH = keccak256("Milestone(uint128 amount,uint32 workPeriod)");
    bytes32 private constant AGREEMENT_TYPEHASH = keccak256(
        "Agreement(address client,address freelancer,address arbiter,address token,address payoutTo,address refundTo,"
        "address verifier,address gate,address feeRecipient,uint16 feeBps,uint16 arbiterFeeBps,"
        "uint16 defaultShareBps,uint32 reviewPeriod,uint32 reworkPeriod,uint32 challengePeriod,"
        "uint32 arbitrationPeriod,uint40 fundBy,bytes32 details,Milestone[] milestones)"
        "Milestone(uint128 amount,uint32 workPeriod)"
    );
    bytes32 private constant CLOSE_TYPEHASH = keccak256("Close(bytes32 agreement,uint256 deadline)");
    bytes32 private constant SUBMIT_TYPEHASH = keccak256(
        "Submit(bytes32 agreement,uint256 milestone,uint256 submission,bytes32 deliverable,uint256 deadline)"
    );
    bytes32 private constant APPROVE_TYPEHASH = keccak256(
        "Approve(bytes32 agreement,uint256 milestone,uint256 submission,uint128 amount,uint256 deadline)"
    );
    bytes32 private constant ADVANCE_TYPEHASH = keccak256(
        "Advance(bytes32 agreement,uint256 milestone,uint128 amount,uint128 remaining,uint256 deadline)"
    );
    bytes32 private constant REQUEST_CHANGES_TYPEHASH = keccak256(
        "RequestChanges(bytes32 agreement,uint256 milestone,uint256 submission,bytes32 reason,uint256 deadline)"
    );
    bytes32 private constant ATTEST_TYPEHASH = keccak256(
        "Attest(bytes32 agreement,uint256 milestone,uint256 submission,bool passed,bytes32 report,uint256 deadline)"
    );
    bytes32 private constant EXTEND_TYPEHASH = keccak256(
        "Extend(bytes32 agreement,uint256 milestone,uint256 submission,uint40 currentClock,uint40 newClock,uint256 deadline)"
    );
    bytes32 private constant DISPUTE_TYPEHASH = keccak256(
        "Dispute(bytes32 agreement,uint256 milestone,uint256 submission,bytes32 evidence,uint256 deadline)"
    );
    bytes32 private constant RULE_TYPEHASH = keccak256(
        "Rule(bytes32 agreement,uint256 milestone,uint128 freelancerAmount,bytes32 reasoning,uint256 deadline)"
    );
    bytes32 private constant SETTLE_TYPEHASH = keccak256(
        "Settle(bytes32 agreement,uint256 milestone,uint128 freelancerAmount,uint128 clientAmount,uint256 deadline)"
    );
    bytes32 private constant REFUND_TYPEHASH = keccak256(
        "Refund(bytes32 agreement,uint256 milestone,uint128 amount,uint256 deadline)"
    );

    // ----------------------------------------------------------------------------------------------------- storage

    mapping(bytes32 id => mapping(uint256 index => MilestoneState)) private _milestones;
    mapping(address token => mapping(address account => uint256)) private _claimable;

    constructor() EIP712("MicroEscrow", "1") {}

    // ---------------------------------------------------------------------------------------------- consent and end

    /// @inheritdoc IMicroEscrow
    function accept(
        Agreement calldata agreement,
        Milestone[] calldata schedule,
        address party,
        bytes calldata signature
    ) external nonReentrant {
        bytes32 id = _agreementId(agreement);
        uint8 consent = _consentFlag(agreement, party);
        uint8 flags = _milestones[id][0].flags;
        if (flags & consent != 0) return;

        _checkSchedule(agreement, schedule);
        if (signature.length != 0) _checkSignature(party, id, signature);
        else if (msg.sender != party) revert Unauthorized(msg.sender, party);

        _milestones[id][0].flags = _consent(agreement, schedule, id, party, flags, consent);
    }

    /// @inheritdoc IMicroEscrow
    function close(Agreement calldata agreement, address party, Authorization calldata auth) external nonReentrant {
        bytes32 id = _agreementId(agreement);
        _consentFlag(agreement, party); // reverts for anybody but a party
        _authorize(party, auth, keccak256(abi.encode(CLOSE_TYPEHASH, id, auth.deadline)));

        MilestoneState storage first = _milestones[id][0];
        if (first.flags & CLOSED != 0) return;
        first.flags |= CLOSED;
        emit AgreementClosed(id, party);
    }

    // ----------------------------------------------------------------------------------------------------- money in

    /// @inheritdoc IMicroEscrow
    function fund(
        Agreement calldata agreement,
        Milestone[] calldata schedule,
        uint256[] calldata indices,
        bytes calldata freelancerSignature
    ) external nonReentrant {
        bytes32 id = _agreementId(agreement);
        uint8 flags = _milestones[id][0].flags;
        if (flags & CLOSED != 0) revert FundingClosed(id);
        if (block.timestamp >= agreement.fundBy) revert FundingExpired(agreement.fundBy, block.timestamp);
        if (indices.length == 0) revert NothingToFund();
        _checkSchedule(agreement, schedule);

        uint8 consents = flags;
        if (flags & CLIENT_CONSENTED == 0) {
            address client = agreement.client;
            if (msg.sender != client) revert NotAccepted(client);
            consents = _consent(agreement, schedule, id, client, consents, CLIENT_CONSENTED);
        }
        if (flags & FREELANCER_CONSENTED == 0) {
            address freelancer = agreement.freelancer;
            if (msg.sender != freelancer) {
                if (freelancerSignature.length == 0) revert NotAccepted(freelancer);
                _checkSignature(freelancer, id, freelancerSignature);
            }
            consents = _consent(agreement, schedule, id, freelancer, consents, FREELANCER_CONSENTED);
        }
        if (consents != flags) _milestones[id][0].flags = consents;

        uint256 sum = 0;
        for (uint256 i = 0; i < indices.length; ++i) {
            sum += _fundMilestone(schedule, id, indices[i]);
        }
        if (agreement.gate != address(0)) _askGate(agreement, id, sum);
        _pull(agreement.token, sum);
    }

    /// @inheritdoc IMicroEscrow
    function permit(
        address token,
        uint256 value,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external nonReentrant {
        if (token.code.length == 0) return;
        try IERC20Permit(token).permit(msg.sender, address(this), value, deadline, v, r, s) {} catch {}
    }

    // --------------------------------------------------------------------------------------------------------- work

    /// @inheritdoc IMicroEscrow
    function submit(
        Agreement calldata agreement,
        uint256 index,
        bytes32 deliverable,
        Authorization calldata auth
    ) external nonReentrant {
        bytes32 id = _agreementId(agreement);
        MilestoneState storage state = _milestones[id][index];
        _checkStatus(state, index, FUNDED | CHANGES_REQUESTED);
        _checkBeforeClock(state);
        if (state.submissions == MAX_SUBMISSIONS) revert TooManySubmissions(MAX_SUBMISSIONS);
        uint8 submission = state.submissions + 1;
        _authorize(
            agreement.freelancer,
            auth,
            keccak256(abi.encode(SUBMIT_TYPEHASH, id, index, submission, deliverable, auth.deadline))
        );

        state.submissions = submission;
        uint40 clock = _passTurn(state, Status.Submitted, agreement.reviewPeriod);
        emit MilestoneSubmitted(id, index, submission, deliverable, clock);
    }

    /// @inheritdoc IMicroEscrow
    function approve(
        Agreement calldata agreement,
        uint256 index,
        uint256 submission,
        Authorization calldata auth
    ) external nonReentrant {
        bytes32 id = _agreementId(agreement);
        MilestoneState storage state = _milestones[id][index];
        _checkStatus(state, index, HELD);
        _checkSubmission(state, submission);
        _authorize(
            agreement.client,
            auth,
            keccak256(abi.encode(APPROVE_TYPEHASH, id, index, submission, state.amount, auth.deadline))
        );

        _split(agreement, id, index, state, Status.Released, Outcome.Approved, state.amount, 0);
    }

    /// @inheritdoc IMicroEscrow
    function advance(
        Agreement calldata agreement,
        uint256 index,
        uint128 amount,
        Authorization calldata auth
    ) external nonReentrant {
        bytes32 id = _agreementId(agreement);
        MilestoneState storage state = _milestones[id][index];
        _checkStatus(state, index, FUNDED | SUBMITTED | CHANGES_REQUESTED);
        _checkAmount(amount, 1, state.amount - 1);
        uint128 remaining = state.amount - amount;
        _authorize(
            agreement.client,
            auth,
            keccak256(abi.encode(ADVANCE_TYPEHASH, id, index, amount, remaining, auth.deadline))
        );

        state.amount = remaining;
        address token = agreement.token;
        (uint256 freelancerAmount, uint256 platformFee) = _takePlatformFee(agreement, token, amount);
        emit MilestoneAdvanced(id, index, freelancerAmount, platformFee, remaining);
        _pay(token, _payee(agreement.payoutTo, agreement.freelancer), freelancerAmount, id, index);
    }

    /// @inheritdoc IMicroEscrow
    function requestChanges(
        Agreement calldata agreement,
        uint256 index,
        uint256 submission,
        bytes32 reason,
        Authorization calldata auth
    ) external nonReentrant {
        bytes32 id = _agreementId(agreement);
        MilestoneState storage state = _milestones[id][index];
        _checkStatus(state, index, SUBMITTED);
        _checkBeforeClock(state);
        _checkSubmission(state, submission);
        _authorize(
            agreement.client,
            auth,
            keccak256(abi.encode(REQUEST_CHANGES_TYPEHASH, id, index, submission, reason, auth.deadline))
        );

        uint40 clock = _passTurn(state, Status.ChangesRequested, agreement.reworkPeriod);
        emit ChangesRequested(id, index, submission, reason, clock);
    }

    /// @inheritdoc IMicroEscrow
    function attest(
        Agreement calldata agreement,
        uint256 index,
        uint256 submission,
        bool passed,
        bytes32 report,
        Authorization calldata auth
    ) external nonReentrant {
        bytes32 id = _agreementId(agreement);
        MilestoneState storage state = _milestones[id][index];
        _checkStatus(state, index, SUBMITTED);
        _checkBeforeClock(state);
        _checkSubmission(state, submission);
        _authorize(
            agreement.verifier,
            auth,
            keccak256(abi.encode(ATTEST_TYPEHASH, id, index, submission, passed, report, auth.deadline))
        );

        if (!passed) {
            uint40 clock = _passTurn(state, Status.ChangesRequested, agreement.reworkPeriod);
            emit MilestoneAttested(id, index, submission, passed, report, clock);
            emit ChangesRequested(id, index, submission, report, clock);
        } else if (agreement.challengePeriod == 0) {
            emit MilestoneAttested(id, index, submission, passed, report, 0);
            _split(agreement, id, index, state, Status.Released, Outcome.Attested, state.amount, 0);
        } else {
            uint40 challengeEnd = _fromNow(agreement.challengePeriod);
            if (challengeEnd < state.clock) state.clock = challengeEnd;
            emit MilestoneAttested(id, index, submission, passed, report, state.clock);
        }
    }

    /// @inheritdoc IMicroEscrow
    function extend(
        Agreement calldata agreement,
        uint256 index,
        uint40 clock,
        Authorization calldata auth
    ) external nonReentrant {
        bytes32 id = _agreementId(agreement);
        MilestoneState storage state = _milestones[id][index];
        _checkStatus(state, index, FUNDED | CHANGES_REQUESTED);
        uint40 currentClock = state.clock;
        if (clock <= currentClock || clock <= block.timestamp) {
            revert ClockNotLater(clock, currentClock, block.timestamp);
        }
        _authorize(
            agreement.client,
            auth,
            keccak256(abi.encode(EXTEND_TYPEHASH, id, index, state.submissions, currentClock, clock, auth.deadline))
        );

        state.clock = clock;
        emit MilestoneExtended(id, index, clock);
    }

    // ------------------------------------------------------------------------------------------------- disagreement

    /// @inheritdoc IMicroEscrow
    function dispute(
        Agreement calldata agreement,
        uint256 index,
        uint256 submission,
        bytes32 evidence,
        Authorization calldata auth
    ) external nonReentrant {
        bytes32 id = _agreementId(agreement);
        MilestoneState storage state = _milestones[id][index];
        _checkStatus(state, index, SUBMITTED | CHANGES_REQUESTED);
        _checkBeforeClock(state);
        _checkSubmission(state, submission);
        address by = state.status == Status.Submitted ? agreement.client : agreement.freelancer;
        _authorize(by, auth, keccak256(abi.encode(DISPUTE_TYPEHASH, id, index, submission, evidence, auth.deadline)));

        uint40 clock = _passTurn(state, Status.Disputed, agreement.arbitrationPeriod);
        emit MilestoneDisputed(id, index, by, submission, evidence, clock);
    }

    /// @inheritdoc IMicroEscrow
    function submitEvidence(Agreement calldata agreement, uint256 index, bytes32 evidence) external nonReentrant {
        bytes32 id = _agreementId(agreement);
        _checkStatus(_milestones[id][index], index, DISPUTED);
        if (
            msg.sender != agreement.client &&
            msg.sender != agreement.freelancer &&
            msg.sender != agreement.arbiter &&
            msg.sender != agreement.verifier
        ) revert NotAParty(msg.sender);

        emit EvidenceSubmitted(id, index, msg.sender, evidence);
    }

    /// @inheritdoc IMicroEscrow
    function rule(
        Agreement calldata agreement,
        uint256 index,
        uint128 freelancerAmount,
        bytes32 reasoning,
        Authorization calldata auth
    ) external nonReentrant {
        bytes32 id = _agreementId(agreement);
        MilestoneState storage state = _milestones[id][index];
        _checkStatus(state, index, DISPUTED);
        _checkBeforeClock(state);
        uint256 held = state.amount;
        uint256 arbiterFee = (held * agreement.arbiterFeeBps) / BPS;
        uint256 pot = held - arbiterFee;
        _checkAmount(freelancerAmount, 0, pot);
        _authorize(
            agreement.arbiter,
            auth,
            keccak256(abi.encode(RULE_TYPEHASH, id, index, freelancerAmount, reasoning, auth.deadline))
        );

        _conclude({
            agreement: agreement,
            id: id,
            index: index,
            state: state,
            status: Status.Resolved,
            outcome: Outcome.Ruled,
            freelancerGross: freelancerAmount,
            clientAmount: pot - freelancerAmount,
            arbiterFee: arbiterFee,
            reasoning: reasoning
        });
    }

    /// @inheritdoc IMicroEscrow
    function settle(
        Agreement calldata agreement,
        uint256 index,
        uint128 freelancerAmount,
        Authorization calldata client,
        Authorization calldata freelancer
    ) external nonReentrant {
        bytes32 id = _agreementId(agreement);
        MilestoneState storage state = _milestones[id][index];
        _checkStatus(state, index, HELD);
        _checkAmount(freelancerAmount, 0, state.amount);
        uint128 clientAmount = state.amount - freelancerAmount;
        _authorize(
            agreement.client,
            client,
            keccak256(abi.encode(SETTLE_TYPEHASH, id, index, freelancerAmount, clientAmount, client.deadline))
        );
        _authorize(
            agreement.freelancer,
            freelancer,
            keccak256(abi.encode(SETTLE_TYPEHASH, id, index, freelancerAmount, clientAmount, freelancer.deadline))
        );

        _split(agreement, id, index, state, Status.Resolved, Outcome.Settled, freelancerAmount, clientAmount);
    }

    /// @inheritdoc IMicroEscrow
    function refund(Agreement calldata agreement, uint256 index, Authorization calldata auth) external nonReentrant {
        bytes32 id = _agreementId(agreement);
        MilestoneState storage state = _milestones[id][index];
        _checkStatus(state, index, HELD);
        _authorize(
            agreement.freelancer,
            auth,
            keccak256(abi.encode(REFUND_TYPEHASH, id, index, state.amount, auth.deadline))
        );

        _split(agreement, id, index, state, Status.Refunded, Outcome.Refunded, 0, state.amount);
    }

    // ------------------------------------------------------------------------------------------------ time and money

    /// @inheritdoc IMicroEscrow
    function finalize(Agreement calldata agreement, uint256 index) external nonReentrant {
        bytes32 id = _agreementId(agreement);
        MilestoneState storage state = _milestones[id][index];
        _checkStatus(state, index, HELD);
        if (block.timestamp < state.clock) revert ClockStillRunning(state.clock, block.timestamp);

        uint256 held = state.amount;
        Status status = state.status;
        if (status == Status.Funded) {
            _split(agreement, id, index, state, Status.Refunded, Outcome.WorkExpired, 0, held);
        } else if (status == Status.Submitted) {
            _split(agreement, id, index, state, Status.Released, Outcome.ReviewExpired, held, 0);
        } else if (status == Status.ChangesRequested) {
            _split(agreement, id, index, state, Status.Refunded, Outcome.ReworkExpired, 0, held);
        } else {
            uint256 share = (held * agreement.defaultShareBps) / BPS;
            _split(agreement, id, index, state, Status.Resolved, Outcome.ArbitrationExpired, share, held - share);
        }
    }

    /// @inheritdoc IMicroEscrow
    function withdraw(address token, address account) external nonReentrant returns (uint256 amount) {
        amount = _claimable[token][account];
        if (amount == 0) return 0;

        _claimable[token][account] = 0;
        emit Withdrawn(token, account, amount);
        IERC20(token).safeTransfer(account, amount);
    }

    // -------------------------------------------------------------------------------------------------------- views

    /// @inheritdoc IMicroEscrow
    function agreementId(Agreement calldata agreement) external pure returns (bytes32) {
        return _agreementId(agreement);
    }

    /// @inheritdoc IMicroEscrow
    function scheduleHash(Milestone[] calldata schedule) external pure returns (bytes32) {
        return _scheduleHash(schedule);
    }

    /// @inheritdoc IMicroEscrow
    function milestone(bytes32 id, uint256 index) external view returns (MilestoneState memory) {
        return _milestones[id][index];
    }

    /// @inheritdoc IMicroEscrow
    function claimable(address token, address account) external view returns (uint256) {
        return _claimable[token][account];
    }

    // ------------------------------------------------------------------------------------------------------- hashing

    /// @dev All 19 members are single words in the typed data's order, so the calldata is the encoding. An agreement with
    /// bits beyond a member's type has an id of its own, under which {_validate} lets no money in.
    function _agreementId(Agreement calldata agreement) private pure returns (bytes32 id) {
        bytes32 typehash = AGREEMENT_TYPEHASH;
        assembly ("memory-safe") {
            let data := mload(0x40)
            mstore(data, typehash)
            calldatacopy(add(data, 0x20), agreement, 608)
            id := keccak256(data, 640)
        }
    }

    /// @dev keccak256 of the concatenated struct hashes, as EIP-712 defines it for arrays. A milestone's two words of
    /// calldata are its encoding. The hashes are written one behind the other; each is computed beyond the last.
    function _scheduleHash(Milestone[] calldata schedule) private pure returns (bytes32 hash) {
        bytes32 typehash = MILESTONE_TYPEHASH;
        assembly ("memory-safe") {
            let start := mload(0x40)
            let end := add(start, shl(5, schedule.length))
            let source := schedule.offset
            for {
                let target := start
            } lt(target, end) {
                target := add(target, 0x20)
            } {
                mstore(end, typehash)
                calldatacopy(add(end, 0x20), source, 0x40)
                mstore(target, keccak256(end, 0x60))
                source := add(source, 0x40)
            }
            hash := keccak256(start, shl(5, schedule.length))
        }
    }

    // --------------------------------------------------------------------------------------------------- who may act

    /// @dev Requires that `actor` calls, or signed the action's struct hash before its deadline.
    function _authorize(address actor, Authorization calldata auth, bytes32 structHash) private view {
        if (auth.signature.length == 0) {
            if (msg.sender != actor) revert Unauthorized(msg.sender, actor);
        } else {
            if (block.timestamp >= auth.deadline) revert SignatureExpired(auth.deadline, block.timestamp);
            _checkSignature(actor, structHash, auth.signature);
        }
    }

    function _checkSignature(address signer, bytes32 structHash, bytes calldata signature) private view {
        bytes32 digest = _hashTypedDataV4(structHash);
        if (!SignatureChecker.isValidSignatureNowCalldata(signer, digest, signature)) {
            revert InvalidSignature(signer, digest);
        }
    }

    // ------------------------------------------------------------------------------------------------------- consent

    function _consentFlag(Agreement calldata agreement, address party) private pure returns (uint8) {
        if (party == agreement.client) return CLIENT_CONSENTED;
        if (party == agreement.freelancer) return FREELANCER_CONSENTED;
        revert NotAParty(party);
    }

    /// @dev Announces a consent, at the first one the agreement too; the caller stores the flags that it returns.
    function _consent(
        Agreement calldata agreement,
        Milestone[] calldata schedule,
        bytes32 id,
        address party,
        uint8 flags,
        uint8 consent
    ) private returns (uint8) {
        if (flags & (CLIENT_CONSENTED | FREELANCER_CONSENTED) == 0) {
            _validate(agreement, schedule);
            _emitOpened(agreement, schedule, id);
        }
        emit AgreementAccepted(id, party);
        return flags | consent;
    }

    /// @dev Takes a copy in memory: making it rejects members with bits beyond their type, and reading it is cheap.
    function _validate(Agreement memory agreement, Milestone[] calldata schedule) private view {
        (address client, address freelancer) = (agreement.client, agreement.freelancer);
        (address arbiter, address token) = (agreement.arbiter, agreement.token);
        if (client == address(0) || freelancer == address(0) || arbiter == address(0) || token == address(0)) {
            revert MissingParty(client, freelancer, arbiter, token);
        }
        if (client == freelancer || client == arbiter || freelancer == arbiter) {
            revert PartiesNotDistinct(client, freelancer, arbiter);
        }
        address escrow = address(this);
        (address payoutTo, address refundTo, address platform) = (
            agreement.payoutTo,
            agreement.refundTo,
            agreement.feeRecipient
        );
        if (token == escrow) revert ForbiddenAccount(token);
        if (client == escrow || client == token) revert ForbiddenAccount(client);
        if (freelancer == escrow || freelancer == token) revert ForbiddenAccount(freelancer);
        if (arbiter == escrow || arbiter == token) revert ForbiddenAccount(arbiter);
        if (payoutTo == escrow || payoutTo == token) revert ForbiddenAccount(payoutTo);
        if (refundTo == escrow || refundTo == token) revert ForbiddenAccount(refundTo);
        if (platform == escrow || platform == token) revert ForbiddenAccount(platform);

        address verifier = agreement.verifier;
        if (verifier == freelancer || verifier == arbiter) revert VerifierNotIndependent(verifier);
        if (agreement.feeBps > MAX_FEE_BPS) revert FeeTooHigh(agreement.feeBps, MAX_FEE_BPS);
        if (agreement.arbiterFeeBps > MAX_ARBITER_FEE_BPS) {
            revert ArbiterFeeTooHigh(agreement.arbiterFeeBps, MAX_ARBITER_FEE_BPS);
        }
        if (agreement.defaultShareBps > BPS) revert DefaultShareTooHigh(agreement.defaultShareBps, BPS);
        if (agreement.feeBps != 0 && platform == address(0)) revert FeeWithoutRecipient(agreement.feeBps);
        if (agreement.reviewPeriod == 0 || agreement.reworkPeriod == 0 || agreement.arbitrationPeriod == 0) {
            revert ZeroPeriod(agreement.reviewPeriod, agreement.reworkPeriod, agreement.arbitrationPeriod);
        }

        if (schedule.length == 0) revert EmptySchedule();
        for (uint256 i = 0; i < schedule.length; ++i) {
            Milestone calldata entry = schedule[i];
            if (entry.amount == 0 || entry.workPeriod == 0) revert InvalidMilestone(i, entry.amount, entry.workPeriod);
        }
    }

    /// @dev Emits AgreementOpened. Both arguments were validated, so no member has bits beyond its type, and their calldata
    /// is what Solidity would encode them to: the agreement's 19 words, then the schedule behind its offset and length.
    function _emitOpened(Agreement calldata agreement, Milestone[] calldata schedule, bytes32 id) private {
        bytes32 topic = AgreementOpened.selector;
        (address client, address freelancer) = (agreement.client, agreement.freelancer);
        assembly ("memory-safe") {
            let data := mload(0x40)
            let size := shl(6, schedule.length)
            calldatacopy(data, agreement, 608)
            mstore(add(data, 608), 640)
            mstore(add(data, 640), schedule.length)
            calldatacopy(add(data, 672), schedule.offset, size)
            log4(data, add(672, size), topic, id, client, freelancer)
        }
    }

    // ------------------------------------------------------------------------------------------------- state of work

    function _checkStatus(MilestoneState storage state, uint256 index, uint256 allowed) private view {
        if ((1 << uint8(state.status)) & allowed == 0) revert WrongStatus(index, state.status, allowed);
    }

    function _checkBeforeClock(MilestoneState storage state) private view {
        if (block.timestamp >= state.clock) revert ClockRanOut(state.clock, block.timestamp);
    }

    function _checkSubmission(MilestoneState storage state, uint256 submission) private view {
        if (submission != state.submissions) revert WrongSubmission(submission, state.submissions);
    }

    function _checkAmount(uint256 amount, uint256 minimum, uint256 maximum) private pure {
        if (amount < minimum || amount > maximum) revert AmountOutOfRange(amount, minimum, maximum);
    }

    function _checkSchedule(Agreement calldata agreement, Milestone[] calldata schedule) private pure {
        bytes32 actual = _scheduleHash(schedule);
        if (actual != agreement.milestones) revert ScheduleMismatch(actual, agreement.milestones);
    }

    /// @dev Hands the turn to the next party, which has `period` seconds from now.
    function _passTurn(MilestoneState storage state, Status status, uint32 period) private returns (uint40 clock) {
        clock = _fromNow(period);
        (state.clock, state.status) = (clock, status);
    }

    /// @dev The cast is safe until the year 36,812.
    function _fromNow(uint32 period) private view returns (uint40) {
        return uint40(block.timestamp + period);
    }

    // ------------------------------------------------------------------------------------------------------ money in

    function _fundMilestone(Milestone[] calldata schedule, bytes32 id, uint256 index) private returns (uint128 amount) {
        if (index >= schedule.length) revert MilestoneOutOfRange(index, schedule.length);
        MilestoneState storage state = _milestones[id][index];
        _checkStatus(state, index, NONE);

        amount = schedule[index].amount;
        uint40 clock = _fromNow(schedule[index].workPeriod);
        (state.amount, state.clock, state.status) = (amount, clock, Status.Funded);
        emit MilestoneFunded(id, index, msg.sender, amount, clock);
    }

    function _askGate(Agreement calldata agreement, bytes32 id, uint256 amount) private view {
        if (agreement.gate.code.length == 0) revert GateRefused(agreement.gate, "");
        try IFundingGate(agreement.gate).check(id, agreement, msg.sender, amount) {} catch (bytes memory reason) {
            revert GateRefused(agreement.gate, reason);
        }
    }

    /// @dev Pulls `amount` from the caller, and checks that it is what arrived.
    function _pull(address token, uint256 amount) private {
        if (token.code.length == 0) revert TokenWithoutCode(token);
        uint256 expected = IERC20(token).balanceOf(address(this)) + amount;
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
        uint256 actual = IERC20(token).balanceOf(address(this));
        if (actual != expected) revert UnexpectedBalance(token, actual, expected);
    }

    // ----------------------------------------------------------------------------------------------------- money out

    /// @dev Concludes without a ruling: `freelancerGross` to the freelancer, `clientAmount` back to the client, which
    /// together are what is held.
    function _split(
        Agreement calldata agreement,
        bytes32 id,
        uint256 index,
        MilestoneState storage state,
        Status status,
        Outcome outcome,
        uint256 freelancerGross,
        uint256 clientAmount
    ) private {
        _conclude({
            agreement: agreement,
            id: id,
            index: index,
            state: state,
            status: status,
            outcome: outcome,
            freelancerGross: freelancerGross,
            clientAmount: clientAmount,
            arbiterFee: 0,
            reasoning: 0
        });
    }

    /// @dev The only way out of escrow but {advance}: the arbiter gets `arbiterFee`, the freelancer `freelancerGross` less
    /// the platform fee, the client the rest of what is held.
    function _conclude(
        Agreement calldata agreement,
        bytes32 id,
        uint256 index,
        MilestoneState storage state,
        Status status,
        Outcome outcome,
        uint256 freelancerGross,
        uint256 clientAmount,
        uint256 arbiterFee,
        bytes32 reasoning
    ) private {
        (state.amount, state.clock, state.status, state.outcome) = (0, 0, status, outcome);
        address token = agreement.token;
        _credit(token, agreement.arbiter, arbiterFee);
        (uint256 freelancerAmount, uint256 platformFee) = _takePlatformFee(agreement, token, freelancerGross);

        emit MilestoneConcluded({
            id: id,
            index: index,
            outcome: outcome,
            freelancerAmount: freelancerAmount,
            clientAmount: clientAmount,
            platformFee: platformFee,
            arbiterFee: arbiterFee,
            reasoning: reasoning
        });
        _pay(token, _payee(agreement.payoutTo, agreement.freelancer), freelancerAmount, id, index);
        _pay(token, _payee(agreement.refundTo, agreement.client), clientAmount, id, index);
    }

    /// @dev Credits the platform with its fee, rounded down, on `gross`.
    function _takePlatformFee(
        Agreement calldata agreement,
        address token,
        uint256 gross
    ) private returns (uint256 freelancerAmount, uint256 platformFee) {
        platformFee = (gross * agreement.feeBps) / BPS;
        freelancerAmount = gross - platformFee;
        _credit(token, agreement.feeRecipient, platformFee);
    }

    /// @dev The account that a party named for its money, or else the party itself.
    function _payee(address named, address party) private pure returns (address) {
        return named == address(0) ? party : named;
    }

    /// @dev Pushes a payment; one that fails waits for its owner instead of blocking anybody else's.
    function _pay(address token, address account, uint256 amount, bytes32 id, uint256 index) private {
        uint256 available = gasleft();
        if (amount == 0 || _tryTransfer(token, account, amount)) return;
        if (available < DEFERRAL_GAS) revert NotEnoughGas(available, DEFERRAL_GAS);

        _credit(token, account, amount);
        emit PaymentDeferred(id, index, account, token, amount);
    }

    function _credit(address token, address account, uint256 amount) private {
        if (amount != 0) _claimable[token][account] += amount;
    }

    /// @dev Reads a transfer's result as SafeERC20 does (true, or nothing from a contract), but bounds its gas, and copies
    /// one word of what is returned at most.
    function _tryTransfer(address token, address to, uint256 amount) private returns (bool success) {
        bytes memory data = abi.encodeCall(IERC20.transfer, (to, amount));
        assembly ("memory-safe") {
            success := call(PAYMENT_GAS, token, 0, add(data, 0x20), mload(data), 0x00, 0x20)
            switch returndatasize()
            case 0 {
                success := and(success, gt(extcodesize(token), 0))
            }
            default {
                success := and(success, and(gt(returndatasize(), 0x1f), eq(mload(0x00), 1)))
            }
        }
    }
}
