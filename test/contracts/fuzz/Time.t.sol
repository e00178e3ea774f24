// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {vm} from "../utils/Vm.sol";
import {Fuzz} from "./Fuzz.sol";

/// @notice At any time, around any clock: whose turn it is before it, and what anybody may do from it on. Milestone `n`
/// begins in status `n`.
contract TimeTest is Fuzz {
    function setUp() public override {
        super.setUp();
        _bringAll();
    }

    // ------------------------------------------------------------------------------------------------------- turns

    /// @dev At a time around the milestone's clock: before it the action is done, and leads to `status` with `period`
    /// from then on (0: to its end); from it on the action is refused.
    function _assertTurn(
        Action action,
        uint256 index,
        uint256 time,
        IMicroEscrow.Status status,
        uint256 period
    ) private {
        uint256 clock = _milestone(index).clock;
        time = _timeAround(clock, time);
        address actor = _actorFor(action, index);
        bytes memory data = _callFor(action, index, _byCalling());
        vm.warp(time);
        if (time >= clock) return _assertRefused(actor, data, _clockRanOut(clock));

        _assertCall(actor, data);
        vm.assertEq(uint256(_milestone(index).status), uint256(status), "status");
        vm.assertEq(_milestone(index).clock, period == 0 ? 0 : time + period, "clock");
    }

    function testFuzz_Submit_OnlyBeforeTheClock(uint256 time) public {
        _assertTurn(Action.Submit, 1, time, IMicroEscrow.Status.Submitted, agreement.reviewPeriod);
    }

    function testFuzz_SubmitAgain_OnlyBeforeTheClock(uint256 time) public {
        _assertTurn(Action.Submit, 3, time, IMicroEscrow.Status.Submitted, agreement.reviewPeriod);
    }

    function testFuzz_RequestChanges_OnlyBeforeTheClock(uint256 time) public {
        _assertTurn(Action.RequestChanges, 2, time, IMicroEscrow.Status.ChangesRequested, agreement.reworkPeriod);
    }

    function testFuzz_DisputeByTheClient_OnlyBeforeTheClock(uint256 time) public {
        _assertTurn(Action.Dispute, 2, time, IMicroEscrow.Status.Disputed, agreement.arbitrationPeriod);
    }

    function testFuzz_DisputeByTheFreelancer_OnlyBeforeTheClock(uint256 time) public {
        _assertTurn(Action.Dispute, 3, time, IMicroEscrow.Status.Disputed, agreement.arbitrationPeriod);
    }

    function testFuzz_Rule_OnlyBeforeTheClock(uint256 time) public {
        _assertTurn(Action.Rule, 4, time, IMicroEscrow.Status.Resolved, 0);
    }

    /// @dev Passed, the clock moves to the end of the challenge, if that is earlier; failed, the freelancer has its turn.
    function testFuzz_Attest_OnlyBeforeTheClock(uint256 time, bool passed) public {
        uint256 clock = _milestone(2).clock;
        time = _timeAround(clock, time);
        bytes memory data = abi.encodeCall(escrow.attest, (agreement, 2, 1, passed, REPORT, _byCalling()));
        vm.warp(time);
        if (time >= clock) return _assertRefused(verifier, data, _clockRanOut(clock));

        _assertCall(verifier, data);
        IMicroEscrow.Status status = passed ? IMicroEscrow.Status.Submitted : IMicroEscrow.Status.ChangesRequested;
        uint256 challengeEnd = time + agreement.challengePeriod;
        uint256 passedClock = challengeEnd < clock ? challengeEnd : clock;
        vm.assertEq(uint256(_milestone(2).status), uint256(status), "status");
        vm.assertEq(_milestone(2).clock, passed ? passedClock : time + agreement.reworkPeriod, "clock");
    }

    // ------------------------------------------------------------------------------------------------------- gifts

    /// @dev At any time, in any status where it is possible: done, and the status and outcome are these.
    function _assertGift(
        Action action,
        uint256 seed,
        uint256 time,
        IMicroEscrow.Status status,
        IMicroEscrow.Outcome outcome
    ) private {
        uint256 index = uint256(_possibleStatus(action, seed));
        bytes memory data = _callFor(action, index, _byCalling());
        vm.warp(_timeAround(_milestone(index).clock, time));
        if (action == Action.Settle) {
            data = abi.encodeCall(escrow.settle, (agreement, index, PART, _byCalling(), _half(index, PART)));
        }
        _assertCall(_actorFor(action, index), data);
        vm.assertEq(uint256(_milestone(index).status), uint256(status), "status");
        vm.assertEq(uint256(_milestone(index).outcome), uint256(outcome), "outcome");
    }

    function testFuzz_Approve_WhateverTheClockSays(uint256 seed, uint256 time) public {
        _assertGift(Action.Approve, seed, time, IMicroEscrow.Status.Released, IMicroEscrow.Outcome.Approved);
    }

    function testFuzz_Refund_WhateverTheClockSays(uint256 seed, uint256 time) public {
        _assertGift(Action.Refund, seed, time, IMicroEscrow.Status.Refunded, IMicroEscrow.Outcome.Refunded);
    }

    function testFuzz_Settle_WhateverTheClockSays(uint256 seed, uint256 time) public {
        _assertGift(Action.Settle, seed, time, IMicroEscrow.Status.Resolved, IMicroEscrow.Outcome.Settled);
    }

    /// @dev Neither status nor clock change.
    function testFuzz_Advance_WhateverTheClockSays(uint256 seed, uint256 time) public {
        IMicroEscrow.Status status = _possibleStatus(Action.Advance, seed);
        uint256 clock = _milestone(uint256(status)).clock;
        _assertGift(Action.Advance, seed, time, status, IMicroEscrow.Outcome.None);
        vm.assertEq(_milestone(uint256(status)).clock, clock, "clock");
    }

    function testFuzz_SubmitEvidence_WhateverTheClockSays(uint256 time) public {
        vm.warp(_timeAround(_milestone(4).clock, time));
        _assertCall(freelancer, _callFor(Action.SubmitEvidence, 4, _byCalling()));
    }

    // ------------------------------------------------------------------------------------------------------- extend

    /// @dev To any clock at any time: done exactly when that is later than the present clock and than now.
    function testFuzz_Extend_OnlyToLater(uint256 seed, uint256 time, uint40 newClock) public {
        uint256 index = uint256(_possibleStatus(Action.Extend, seed));
        uint256 clock = _milestone(index).clock;
        time = _timeAround(clock, time);
        if (seed % 3 == 0) newClock = uint40(_bound(newClock, clock - 1, clock + 1));
        if (seed % 3 == 1 && time < type(uint40).max) newClock = uint40(_bound(newClock, time - 1, time + 1));
        bytes memory data = abi.encodeCall(escrow.extend, (agreement, index, newClock, _byCalling()));
        vm.warp(time);
        bool later = newClock > clock && newClock > time;
        if (later) _assertCall(client, data);
        else {
            bytes4 selector = IMicroEscrow.ClockNotLater.selector;
            _assertRefused(client, data, abi.encodeWithSelector(selector, newClock, clock, time));
        }
        vm.assertEq(_milestone(index).clock, later ? newClock : clock, "clock");
    }

    /// @dev An extended clock is the clock: turns before it, the end from it on.
    function testFuzz_Extend_MovesTheEnd(uint40 newClock, uint256 time) public {
        uint256 clock = _milestone(1).clock;
        newClock = uint40(_bound(newClock, clock + 1, type(uint40).max));
        vm.prank(client);
        escrow.extend(agreement, 1, newClock, _byCalling());
        time = _timeAround(newClock, time);
        vm.warp(time);
        if (time < newClock) return _submit(1);
        _assertRefused(freelancer, _callFor(Action.Submit, 1, _byCalling()), _clockRanOut(newClock));
        escrow.finalize(agreement, 1);
    }

    // ----------------------------------------------------------------------------------------------------- finalize

    function testFuzz_Finalize_OnlyFromTheClockOn(uint256 seed, uint256 time, address caller) public {
        uint256 index = uint256(_heldStatus(seed));
        uint256 clock = _milestone(index).clock;
        time = _timeAround(clock, time);
        caller = _anybodyBut(address(0), caller);
        vm.warp(time);
        bytes memory data = _callFor(Action.Finalize, index, _byCalling());
        if (time < clock) {
            bytes4 selector = IMicroEscrow.ClockStillRunning.selector;
            return _assertRefused(caller, data, abi.encodeWithSelector(selector, clock, time));
        }
        _assertCall(caller, data);
        IMicroEscrow.Outcome outcome = [
            IMicroEscrow.Outcome.WorkExpired,
            IMicroEscrow.Outcome.ReviewExpired,
            IMicroEscrow.Outcome.ReworkExpired,
            IMicroEscrow.Outcome.ArbitrationExpired
        ][index - 1];
        vm.assertEq(uint256(_milestone(index).outcome), uint256(outcome), "outcome");
        vm.assertEq(uint256(_milestone(index).status), uint256(_statusAfter(outcome)), "status");
    }

    // --------------------------------------------------------------------------------------------------- attestation

    /// @dev However often, and whenever, the verifier passes the work: the clock never moves away.
    function testFuzz_AttestAgain_NeverMovesTheClockBack(uint32[3] calldata delays) public {
        for (uint256 i = 0; i < delays.length; ++i) {
            uint256 clock = _milestone(2).clock;
            vm.warp(_bound(block.timestamp + delays[i], block.timestamp, clock - 1));
            vm.prank(verifier);
            escrow.attest(agreement, 2, 1, true, REPORT, _byCalling());
            vm.assertLe(_milestone(2).clock, clock, "clock");
        }
    }

    function testFuzz_Attest_WithoutAChallengePeriod_PaysAtOnce(uint256 time, uint32 review) public {
        (agreement.challengePeriod, agreement.reviewPeriod) = (0, uint32(_bound(review, 1, type(uint32).max)));
        _sealAgreement();
        _bring(0, IMicroEscrow.Status.Submitted);
        vm.warp(_bound(time, block.timestamp, _milestone(0).clock - 1));
        uint256 before = _balance(freelancer);
        vm.prank(verifier);
        escrow.attest(agreement, 0, 1, true, REPORT, _byCalling());
        vm.assertEq(_balance(freelancer) - before, schedule[0].amount - _fee(schedule[0].amount), "freelancer");
        vm.assertEq(uint256(_milestone(0).outcome), uint256(IMicroEscrow.Outcome.Attested), "outcome");
        vm.assertEq(_milestone(0).clock, 0, "clock");
    }

    // ------------------------------------------------------------------------------------------------------ funding

    function testFuzz_Fund_OnlyBeforeFundBy(uint40 fundBy, uint256 time) public {
        agreement.fundBy = uint40(_bound(fundBy, block.timestamp + 1, type(uint40).max - 365 days));
        _sealAgreement();
        _prepareMoney(client, _only(0));
        bytes memory signature = _signature(freelancer, id);
        bytes memory data = abi.encodeCall(escrow.fund, (agreement, schedule, _only(0), signature));
        time = _timeAround(agreement.fundBy, time);
        vm.warp(time);
        if (time < agreement.fundBy) return _assertCall(client, data);
        bytes4 selector = IMicroEscrow.FundingExpired.selector;
        _assertRefused(client, data, abi.encodeWithSelector(selector, agreement.fundBy, time));
    }

    /// @dev At any time that a chain can reach, with any period: no clock is cut off.
    function testFuzz_Fund_AtAnyTime_GivesTheWholeWorkPeriod(uint40 time, uint32 workPeriod, uint256 index) public {
        index = _bound(index, 0, MILESTONES - 1);
        schedule[index].workPeriod = workPeriod == 0 ? 1 : workPeriod;
        agreement.fundBy = type(uint40).max;
        _sealAgreement();
        vm.warp(_bound(time, block.timestamp, type(uint40).max - uint256(type(uint32).max)));
        _fund(_only(index));
        vm.assertEq(_milestone(index).clock, block.timestamp + schedule[index].workPeriod, "clock");
    }

    // ---------------------------------------------------------------------------------------------------- deadlines

    /// @dev Any signed action, at any time: its signature counts exactly before its deadline.
    function testFuzz_Signature_OnlyBeforeItsDeadline(uint256 seed, uint256 deadline) public {
        Action action = Action(seed % SIGNED_ACTIONS);
        uint256 index = uint256(_possibleStatus(action, seed / SIGNED_ACTIONS));
        if (deadline % 2 == 0) deadline = _bound(deadline / 2, block.timestamp - 1, block.timestamp + 1);
        IMicroEscrow.Authorization memory auth = _signedFor(action, index, deadline);
        bytes memory data = _callFor(action, index, auth);
        if (deadline > block.timestamp) _assertCall(stranger, data);
        else _assertRefused(stranger, data, _signatureExpired(deadline));
    }

    /// @dev Each half of a settlement has a deadline of its own.
    function testFuzz_Settle_OnlyBeforeBothDeadlines(uint256 first, uint256 second) public {
        uint256 time = block.timestamp;
        first = _bound(first, time - 2, time + 2);
        second = _bound(second, time - 2, time + 2);
        bytes memory data = abi.encodeCall(
            escrow.settle,
            (agreement, 4, PART, _half(client, 4, PART, first), _half(freelancer, 4, PART, second))
        );
        if (first <= time) _assertRefused(stranger, data, _signatureExpired(first));
        else if (second <= time) _assertRefused(stranger, data, _signatureExpired(second));
        else _assertCall(stranger, data);
    }

    function testFuzz_DeadlineWithoutASignature_IsIgnored(uint256 seed, uint256 deadline) public {
        Action action = Action(seed % SIGNED_ACTIONS);
        uint256 index = uint256(_possibleStatus(action, seed / SIGNED_ACTIONS));
        bytes memory data = _callFor(action, index, IMicroEscrow.Authorization(deadline, ""));
        _assertCall(_actorFor(action, index), data);
    }
}

/// @notice Any period: the clocks that follow from it.
contract PeriodsTest is Fuzz {
    function testFuzz_Clocks(uint32 work, uint32 review, uint32 rework, uint32 arbitration, uint256 offset) public {
        schedule[0].workPeriod = uint32(_bound(work, 2, type(uint32).max));
        agreement.reviewPeriod = uint32(_bound(review, 2, type(uint32).max));
        agreement.reworkPeriod = uint32(_bound(rework, 2, type(uint32).max));
        agreement.arbitrationPeriod = uint32(_bound(arbitration, 2, type(uint32).max));
        agreement.fundBy = type(uint40).max;
        _sealAgreement();

        _fund(_only(0));
        _assertClock(schedule[0].workPeriod, offset);
        _submit(0);
        _assertClock(agreement.reviewPeriod, offset);
        _requestChanges(0);
        _assertClock(agreement.reworkPeriod, offset);
        _dispute(0);
        _assertClock(agreement.arbitrationPeriod, offset);
    }

    /// @dev The clock is `period` from now; before it nobody can finalize, from it on anybody. Leaves some time before it.
    function _assertClock(uint256 period, uint256 offset) private {
        uint256 now_ = block.timestamp;
        uint256 clock = now_ + period;
        vm.assertEq(_milestone(0).clock, clock, "clock");
        uint256 snapshot = vm.snapshotState();
        vm.warp(clock + (offset % 1000 days));
        escrow.finalize(agreement, 0);
        vm.revertToState(snapshot);
        vm.warp(now_ + (offset % period));
        vm.expectRevert(abi.encodeWithSelector(IMicroEscrow.ClockStillRunning.selector, clock, block.timestamp));
        escrow.finalize(agreement, 0);
    }

    function testFuzz_Attestation_NeverMovesTheClockBack(uint32 review, uint32 challenge, uint256 offset) public {
        agreement.reviewPeriod = uint32(_bound(review, 1, type(uint32).max));
        agreement.challengePeriod = uint32(_bound(challenge, 1, type(uint32).max));
        _sealAgreement();
        _bring(0, IMicroEscrow.Status.Submitted);
        uint256 clock = _milestone(0).clock;
        vm.warp(block.timestamp + (offset % agreement.reviewPeriod));
        vm.prank(verifier);
        escrow.attest(agreement, 0, 1, true, REPORT, _byCalling());
        uint256 challengeEnd = block.timestamp + agreement.challengePeriod;
        vm.assertEq(_milestone(0).clock, challengeEnd < clock ? challengeEnd : clock, "clock");
    }
}
