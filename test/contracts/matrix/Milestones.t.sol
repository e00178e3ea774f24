// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {TypedData} from "../utils/TypedData.sol";
import {vm} from "../utils/Vm.sol";
import {Table} from "./Table.sol";

/// @notice Threats 10 and 11: every move × every status × every role × every way to authorize it × a second before the
/// clock, at it and a second after it × with the right argument and with a wrong one. Each cell of this is tried, and
/// must do exactly what the table says, or be refused by exactly the error that comes first: status, clock, argument,
/// authorization.
///
/// All money comes from the payer. Statuses without a clock are tried around the one of the funded milestone. What has no signature (submitEvidence,
/// finalize) is tried in the other two ways; what has no argument that could be wrong, with the right one alone.
contract MilestonesMatrixTest is Table {
    struct Attempt {
        Move move;
        uint256 index; // also the milestone's status
        Role role;
        Way way;
        bool wrong; // another submission than the current, an amount beyond the limit, a clock that is not later
    }

    uint128 private constant PART = 300_000_001;

    // -------------------------------------------------------------------------------------------------------- tests

    function test_T10_T11_Submit() public {
        _try("submit", Move.Submit, WAYS, false, 2 * 3);
    }

    function test_T10_T11_Approve() public {
        _try("approve", Move.Approve, WAYS, true, 4 * 3 * 3);
    }

    function test_T10_T11_Advance() public {
        _try("advance", Move.Advance, WAYS, true, 3 * 3 * 3);
    }

    function test_T10_T11_RequestChanges() public {
        _try("requestChanges", Move.RequestChanges, WAYS, true, 3);
    }

    function test_T10_T11_AttestFailed() public {
        _try("attest, failed", Move.AttestFailed, WAYS, true, 3);
    }

    function test_T10_T11_AttestPassed() public {
        _try("attest, passed", Move.AttestPassed, WAYS, true, 3);
    }

    function test_T10_T11_AttestPassedAtOnce() public {
        agreement.challengePeriod = 0;
        _sealAgreement();
        _try("attest, passed, no challenge period", Move.AttestPassedAtOnce, WAYS, true, 3);
    }

    function test_T10_T11_Extend() public {
        _try("extend", Move.Extend, WAYS, true, 2 * 3 * 3);
    }

    function test_T10_T11_Dispute() public {
        _try("dispute", Move.Dispute, WAYS, true, 2 * 3);
    }

    function test_T10_T11_SubmitEvidence() public {
        _try("submitEvidence", Move.SubmitEvidence, UNSIGNED_WAYS, false, 4 * 2 * 3);
    }

    function test_T10_T11_Rule() public {
        _try("rule", Move.Rule, WAYS, true, 3);
    }

    function test_T10_T11_SettleAsClient() public {
        _try("settle, the client's part", Move.SettleAsClient, WAYS, true, 4 * 3 * 3);
    }

    function test_T10_T11_SettleAsFreelancer() public {
        _try("settle, the freelancer's part", Move.SettleAsFreelancer, WAYS, true, 4 * 3 * 3);
    }

    function test_T10_T11_Refund() public {
        _try("refund", Move.Refund, WAYS, false, 4 * 3 * 3);
    }

    function test_T10_T11_Finalize() public {
        _try("finalize", Move.Finalize, UNSIGNED_WAYS, false, 4 * 7 * 2 * 2);
    }

    /// @dev With the payer's money, which is the client's from then on: no cell of the table gives any to the payer.
    function _fund(uint256[] memory indices) internal override {
        vm.prank(client);
        escrow.accept(agreement, schedule, client, "");
        vm.prank(freelancer);
        escrow.accept(agreement, schedule, freelancer, "");
        _prepareMoney(payer, indices);
        vm.prank(payer);
        escrow.fund(agreement, schedule, indices, "");
    }

    // -------------------------------------------------------------------------------------------------------- loops

    /// @dev All cells of a move, `expected` of which are allowed: statuses × roles × ways × times.
    function _try(string memory name, Move move, uint256 ways, bool hasArgument, uint256 expected) private {
        _bringAll();
        Count memory count;
        for (uint256 i = 0; i < STATUSES; ++i) {
            uint256 clock = _milestone(i).clock;
            if (clock == 0) clock = _milestone(uint256(IMicroEscrow.Status.Funded)).clock;
            for (uint256 time = clock - 1; time <= clock + 1; ++time) {
                vm.warp(time);
                for (uint256 r = 0; r < ROLES; ++r) {
                    for (uint256 w = 0; w < ways; ++w) {
                        if (_isAllowed(Attempt(move, i, Role(r), Way(w), false))) ++count.allowed;
                        else ++count.refused;
                        if (!hasArgument) continue;
                        vm.assertFalse(
                            _isAllowed(Attempt(move, i, Role(r), Way(w), true)),
                            "allowed with a wrong argument"
                        );
                        ++count.refused;
                    }
                }
            }
        }
        _assertCount(name, count, expected, STATUSES * TIMES * ROLES * ways * (hasArgument ? 2 : 1));
    }

    /// @dev Tries a cell, requires exactly what the table says, and takes it back.
    function _isAllowed(Attempt memory attempt) private returns (bool) {
        bytes memory data = _in(attempt.way, _call(attempt));
        bytes memory refusal = _refusal(attempt);
        address sender = _sender(attempt.role, attempt.way);
        if (refusal.length != 0) {
            _assertRefused(sender, data, refusal);
            return false;
        }
        uint256 snapshot = vm.snapshotState();
        _recordWorld();
        _expectEffect(attempt);
        _assertDone(sender, data);
        vm.revertToState(snapshot);
        return true;
    }

    // ------------------------------------------------------------------------------------------- why it is refused

    /// @dev The first reason to refuse it; none: it is allowed.
    function _refusal(Attempt memory attempt) private view returns (bytes memory) {
        IMicroEscrow.MilestoneState memory state = _milestone(attempt.index);
        Cell memory cell = _cell(attempt.move, state.status);
        if (cell.who == 0) return _wrongStatus(attempt.index, state.status, _allowed(attempt.move));
        bool isBefore = block.timestamp < state.clock;
        if (cell.when == When.BeforeClock && !isBefore) return _clockRanOut(state.clock);
        if (cell.when == When.FromClock && isBefore) {
            return abi.encodeWithSelector(IMicroEscrow.ClockStillRunning.selector, state.clock, block.timestamp);
        }
        if (attempt.wrong) return _wrongArgument(attempt, state);
        if (_includes(cell.who, attempt.role)) return "";

        address account = _account(attempt.role);
        if (attempt.move == Move.SubmitEvidence) return _notAParty(account);
        address actor = _first(cell.who);
        if (attempt.way == Way.Signs) return _invalidSignature(actor, _structHash(attempt, state));
        return _unauthorized(account, actor);
    }

    function _wrongArgument(
        Attempt memory attempt,
        IMicroEscrow.MilestoneState memory state
    ) private view returns (bytes memory) {
        Move move = attempt.move;
        uint128 amount = _amount(attempt, state);
        if (move == Move.Advance) return _amountOutOfRange(amount, 1, state.amount - 1);
        if (move == Move.Rule) return _amountOutOfRange(amount, 0, _pot(state.amount));
        if (move == Move.SettleAsClient || move == Move.SettleAsFreelancer) {
            return _amountOutOfRange(amount, 0, state.amount);
        }
        if (move == Move.Extend) {
            return
                abi.encodeWithSelector(
                    IMicroEscrow.ClockNotLater.selector,
                    _clock(attempt, state),
                    state.clock,
                    block.timestamp
                );
        }
        return _wrongSubmission(_submission(attempt, state), state.submissions);
    }

    // ---------------------------------------------------------------------------------------------------- arguments

    function _pot(uint256 held) private view returns (uint256) {
        return held - (held * agreement.arbiterFeeBps) / BPS;
    }

    /// @dev Wrong: one more than is possible.
    function _amount(Attempt memory attempt, IMicroEscrow.MilestoneState memory state) private view returns (uint128) {
        if (!attempt.wrong) return PART;
        if (attempt.move == Move.Advance) return state.amount;
        if (attempt.move == Move.Rule) return uint128(_pot(state.amount)) + 1;
        return state.amount + 1;
    }

    /// @dev Wrong: the next one.
    function _submission(
        Attempt memory attempt,
        IMicroEscrow.MilestoneState memory state
    ) private pure returns (uint256) {
        return attempt.wrong ? state.submissions + 1 : state.submissions;
    }

    /// @dev Wrong: the present one.
    function _clock(Attempt memory attempt, IMicroEscrow.MilestoneState memory state) private pure returns (uint40) {
        return attempt.wrong ? state.clock : LATER;
    }

    // -------------------------------------------------------------------------------------------------------- calls

    /// @dev What is left of what is held; of no meaning where nothing is held, or too little.
    function _rest(IMicroEscrow.MilestoneState memory state, uint128 amount) private pure returns (uint128) {
        return state.amount < amount ? 0 : state.amount - amount;
    }

    function _structHash(
        Attempt memory attempt,
        IMicroEscrow.MilestoneState memory state
    ) private view returns (bytes32) {
        (Move move, uint256 index) = (attempt.move, attempt.index);
        uint256 submission = _submission(attempt, state);
        uint128 amount = _amount(attempt, state);
        uint128 rest = _rest(state, amount);
        if (move == Move.Submit) return TypedData.submit(id, index, submission + 1, DELIVERABLE, LATER);
        if (move == Move.Approve) return TypedData.approve(id, index, submission, state.amount, LATER);
        if (move == Move.Advance) return TypedData.advance(id, index, amount, rest, LATER);
        if (move == Move.RequestChanges) return TypedData.requestChanges(id, index, submission, REASON, LATER);
        if (move == Move.AttestFailed) return TypedData.attest(id, index, submission, false, REPORT, LATER);
        if (move == Move.AttestPassed || move == Move.AttestPassedAtOnce) {
            return TypedData.attest(id, index, submission, true, REPORT, LATER);
        }
        if (move == Move.Extend) {
            return TypedData.extend(id, index, state.submissions, state.clock, _clock(attempt, state), LATER);
        }
        if (move == Move.Dispute) return TypedData.dispute(id, index, submission, EVIDENCE, LATER);
        if (move == Move.Rule) return TypedData.rule(id, index, amount, REASONING, LATER);
        if (move == Move.Refund) return TypedData.refund(id, index, state.amount, LATER);
        return TypedData.settle(id, index, amount, rest, LATER);
    }

    function _call(Attempt memory attempt) private view returns (bytes memory) {
        (Move move, uint256 index) = (attempt.move, attempt.index);
        if (move == Move.SubmitEvidence) return abi.encodeCall(escrow.submitEvidence, (agreement, index, EVIDENCE));
        if (move == Move.Finalize) return abi.encodeCall(escrow.finalize, (agreement, index));

        IMicroEscrow.MilestoneState memory state = _milestone(index);
        bytes32 structHash = _structHash(attempt, state);
        IMicroEscrow.Authorization memory auth;
        if (attempt.way == Way.Signs) auth = _signed(_account(attempt.role), structHash, LATER);
        uint256 submission = _submission(attempt, state);
        uint128 amount = _amount(attempt, state);
        if (move == Move.Submit) return abi.encodeCall(escrow.submit, (agreement, index, DELIVERABLE, auth));
        if (move == Move.Approve) return abi.encodeCall(escrow.approve, (agreement, index, submission, auth));
        if (move == Move.Advance) return abi.encodeCall(escrow.advance, (agreement, index, amount, auth));
        if (move == Move.RequestChanges) {
            return abi.encodeCall(escrow.requestChanges, (agreement, index, submission, REASON, auth));
        }
        if (move == Move.Extend) {
            return abi.encodeCall(escrow.extend, (agreement, index, _clock(attempt, state), auth));
        }
        if (move == Move.Dispute) return abi.encodeCall(escrow.dispute, (agreement, index, submission, EVIDENCE, auth));
        if (move == Move.Rule) return abi.encodeCall(escrow.rule, (agreement, index, amount, REASONING, auth));
        if (move == Move.Refund) return abi.encodeCall(escrow.refund, (agreement, index, auth));
        if (move == Move.SettleAsClient) {
            IMicroEscrow.Authorization memory theirs = _signed(freelancer, structHash, LATER);
            return abi.encodeCall(escrow.settle, (agreement, index, amount, auth, theirs));
        }
        if (move == Move.SettleAsFreelancer) {
            IMicroEscrow.Authorization memory theirs = _signed(client, structHash, LATER);
            return abi.encodeCall(escrow.settle, (agreement, index, amount, theirs, auth));
        }
        bool passed = move != Move.AttestFailed;
        return abi.encodeCall(escrow.attest, (agreement, index, submission, passed, REPORT, auth));
    }

    // ------------------------------------------------------------------------------------------------- what it does

    /// @dev The events, the money and the state that the table's line leads to.
    function _expectEffect(Attempt memory attempt) private {
        (Move move, uint256 index) = (attempt.move, attempt.index);
        IMicroEscrow.MilestoneState memory state = _milestone(index);
        Cell memory cell = _cell(move, state.status);
        if (cell.outcome != IMicroEscrow.Outcome.None) {
            if (move == Move.AttestPassedAtOnce) {
                vm.expectEmit(address(escrow));
                emit IMicroEscrow.MilestoneAttested(id, index, state.submissions, true, REPORT, 0);
            }
            _expectEnding(index, cell, state.amount);
        } else if (cell.status != state.status) {
            _expectTurnEvent(move, index, state.submissions, _expectTurn(index, cell.status, _period(cell.status)));
        } else if (move == Move.Advance) {
            _expectHeld(index, state.amount - PART);
            _expectPaid(freelancer, PART - _fee(PART));
            _expectCredited(platform, _fee(PART));
            vm.expectEmit(address(escrow));
            emit IMicroEscrow.MilestoneAdvanced(id, index, PART - _fee(PART), _fee(PART), state.amount - PART);
        } else if (move == Move.Extend) {
            _expectClock(index, LATER);
            vm.expectEmit(address(escrow));
            emit IMicroEscrow.MilestoneExtended(id, index, LATER);
        } else if (move == Move.AttestPassed) {
            // In the last second, the challenge period would end after the clock, which stays.
            vm.expectEmit(address(escrow));
            emit IMicroEscrow.MilestoneAttested(id, index, state.submissions, true, REPORT, state.clock);
        } else {
            vm.expectEmit(address(escrow));
            emit IMicroEscrow.EvidenceSubmitted(id, index, _account(attempt.role), EVIDENCE);
        }
    }

    function _period(IMicroEscrow.Status status) private view returns (uint256) {
        if (status == IMicroEscrow.Status.Submitted) return agreement.reviewPeriod;
        if (status == IMicroEscrow.Status.ChangesRequested) return agreement.reworkPeriod;
        return agreement.arbitrationPeriod;
    }

    function _expectTurnEvent(Move move, uint256 index, uint256 submissions, uint40 clock) private {
        if (move == Move.Submit) {
            _expectSubmissions(index, submissions + 1);
            vm.expectEmit(address(escrow));
            emit IMicroEscrow.MilestoneSubmitted(id, index, submissions + 1, DELIVERABLE, clock);
        } else if (move == Move.RequestChanges) {
            vm.expectEmit(address(escrow));
            emit IMicroEscrow.ChangesRequested(id, index, submissions, REASON, clock);
        } else if (move == Move.AttestFailed) {
            vm.expectEmit(address(escrow));
            emit IMicroEscrow.MilestoneAttested(id, index, submissions, false, REPORT, clock);
            vm.expectEmit(address(escrow));
            emit IMicroEscrow.ChangesRequested(id, index, submissions, REPORT, clock);
        } else {
            address by = index == uint256(IMicroEscrow.Status.Submitted) ? client : freelancer;
            vm.expectEmit(address(escrow));
            emit IMicroEscrow.MilestoneDisputed(id, index, by, submissions, EVIDENCE, clock);
        }
    }

    /// @dev Who gets what, from the protocol's section on money.
    function _expectEnding(uint256 index, Cell memory cell, uint256 held) private {
        uint256 arbiterFee = cell.outcome == IMicroEscrow.Outcome.Ruled ? held - _pot(held) : 0;
        uint256 gross = 0;
        if (cell.status == IMicroEscrow.Status.Released) gross = held;
        if (cell.status == IMicroEscrow.Status.Resolved) gross = PART;
        if (cell.outcome == IMicroEscrow.Outcome.ArbitrationExpired) gross = (held * agreement.defaultShareBps) / BPS;
        _expectConclusion({
            index: index,
            status: cell.status,
            outcome: cell.outcome,
            gross: gross,
            clientAmount: held - gross - arbiterFee,
            arbiterFee: arbiterFee,
            reasoning: cell.outcome == IMicroEscrow.Outcome.Ruled ? REASONING : bytes32(0)
        });
    }
}
