// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {vm} from "../utils/Vm.sol";
import {Fuzz} from "./Fuzz.sol";

/// @notice Any action on any milestone: possible in exactly the statuses of the protocol's table, about exactly the
/// current submission, and touching nothing else. Milestone `n` begins in status `n`.
contract StatesTest is Fuzz {
    function setUp() public override {
        super.setUp();
        _bringAll();
    }

    /// @dev The slot that holds a milestone.
    function _slot(bytes32 id_, uint256 index) private pure returns (bytes32) {
        return keccak256(abi.encode(index, keccak256(abi.encode(id_, 2))));
    }

    function _stored(bytes32 id_, uint256 index) private view returns (bytes32) {
        return vm.load(address(escrow), _slot(id_, index));
    }

    // ---------------------------------------------------------------------------------------------------- the table

    /// @dev Any action, by its actor, at any time, in any status that is not for it.
    function testFuzz_AnyAction_InAnotherStatus_IsRefused(uint256 seed, uint256 index, uint40 time) public {
        Action action = _anyAction(seed);
        index = _bound(index, 0, MILESTONES - 1);
        while ((1 << index) & _allowed(action) != 0) index = (index + 1) % MILESTONES;
        bytes memory reason = _wrongStatus(index, IMicroEscrow.Status(index), _allowed(action));
        address actor = _actorFor(action, index);
        vm.warp(_bound(time, block.timestamp, type(uint40).max));
        _assertRefused(actor, _callOn(action, index), reason);
    }

    /// @dev The call, also on milestones that hold too little for the parts in `_callFor`.
    function _callOn(Action action, uint256 index) private view returns (bytes memory) {
        if (action != Action.Settle) return _callFor(action, index, _byCalling());
        return abi.encodeCall(escrow.settle, (agreement, index, 0, _byCalling(), _byCalling()));
    }

    /// @dev An index that the schedule does not have is a milestone that was never funded.
    function testFuzz_AnyAction_BeyondTheSchedule_IsRefused(uint256 seed, uint256 index) public {
        Action action = _anyAction(seed);
        index = _bound(index, MILESTONES, type(uint256).max);
        bytes memory reason = _wrongStatus(index, IMicroEscrow.Status.None, _allowed(action));
        _assertRefused(_actorFor(action, index), _callOn(action, index), reason);
    }

    /// @dev Any change to the terms makes another agreement, whose milestones were never funded.
    function testFuzz_AnyAction_WithOtherTerms_IsRefused(uint256 seed, uint256 index, bytes32 details) public {
        Action action = _anyAction(seed);
        if (details == agreement.details) details = 0;
        (agreement.details, agreement.payoutTo) =
            seed % 2 == 0 ? (details, address(0)) : (agreement.details, _account(uint256(details)));
        _sealAgreement();
        index = _bound(index, 1, 4);
        bytes memory reason = _wrongStatus(index, IMicroEscrow.Status.None, _allowed(action));
        _assertRefused(_actorFor(action, index), _callOn(action, index), reason);
    }

    /// @dev What is terminal stays so, at any later time: also for those whose action it was, calling or signing.
    function testFuzz_ATerminalMilestone_RefusesEverything(uint256 seed, uint256 account, uint40 time) public {
        uint256 index = 5 + (seed % 3);
        vm.warp(_bound(time, block.timestamp, LATER - 1));
        for (uint256 a = 1; a < ACTIONS; ++a) {
            Action action = Action(a);
            bytes memory reason = _wrongStatus(index, IMicroEscrow.Status(index), _allowed(action));
            bytes memory data = _callOn(action, index);
            _assertRefused(_actorFor(action, index), data, reason);
            _assertRefused(_account(account), data, reason);
            // Signed by them over a milestone that holds something still.
            if (a >= SIGNED_ACTIONS) continue;
            bytes memory signed = _callFor(action, index, _signedFor(action, uint256(_statusFor(action)), LATER));
            _assertRefused(stranger, signed, reason);
        }
    }

    /// @dev Once funded, a milestone can never be funded again, whatever became of it.
    function testFuzz_Fund_TheSecondTime_IsRefused(uint256 seed, uint256 account) public {
        uint256 index = 1 + (seed % (MILESTONES - 1));
        uint256[] memory indices = new uint256[](2);
        indices[seed % 2] = index; // the other one is 0
        address caller = _account(account);
        _mint(caller, type(uint128).max);
        bytes memory data = abi.encodeCall(escrow.fund, (agreement, schedule, indices, ""));
        _assertRefused(caller, data, _wrongStatus(index, IMicroEscrow.Status(index), NONE));
    }

    // -------------------------------------------------------------------------------------------------- submissions

    /// @dev Milestone 0 was submitted `rounds` times, the last time just now.
    function _submitted(uint256 rounds) private returns (uint256) {
        rounds = 1 + (rounds % 4);
        _bring(0, IMicroEscrow.Status.Submitted);
        for (uint256 i = 1; i < rounds; ++i) {
            _requestChanges(0);
            _submit(0);
        }
        return rounds;
    }

    /// @dev A number that is not the current submission's; often the one before or after it.
    function _otherThan(uint256 current, uint256 seed) private pure returns (uint256) {
        if (seed % 3 == 0) return current - 1;
        if (seed % 3 == 1) return current + 1;
        return seed == current ? seed + 256 : seed;
    }

    function testFuzz_Approve_OfAnotherSubmission_IsRefused(uint256 rounds, uint256 other) public {
        uint256 current = _submitted(rounds);
        other = _otherThan(current, other);
        bytes memory data = abi.encodeCall(escrow.approve, (agreement, 0, other, _byCalling()));
        _assertRefused(client, data, _wrongSubmission(other, current));
    }

    function testFuzz_RequestChanges_AboutAnotherSubmission_IsRefused(uint256 rounds, uint256 other) public {
        uint256 current = _submitted(rounds);
        other = _otherThan(current, other);
        bytes memory data = abi.encodeCall(escrow.requestChanges, (agreement, 0, other, REASON, _byCalling()));
        _assertRefused(client, data, _wrongSubmission(other, current));
    }

    function testFuzz_Attest_OfAnotherSubmission_IsRefused(uint256 rounds, uint256 other, bool passed) public {
        uint256 current = _submitted(rounds);
        other = _otherThan(current, other);
        bytes memory data = abi.encodeCall(escrow.attest, (agreement, 0, other, passed, REPORT, _byCalling()));
        _assertRefused(verifier, data, _wrongSubmission(other, current));
    }

    function testFuzz_Dispute_AboutAnotherSubmission_IsRefused(uint256 rounds, uint256 other, bool byClient) public {
        uint256 current = _submitted(rounds);
        other = _otherThan(current, other);
        if (!byClient) _requestChanges(0);
        bytes memory data = abi.encodeCall(escrow.dispute, (agreement, 0, other, EVIDENCE, _byCalling()));
        _assertRefused(byClient ? client : freelancer, data, _wrongSubmission(other, current));
    }

    // ------------------------------------------------------------------------------------------- nothing else changes

    /// @dev Whatever is done on one milestone, the slots of all the others, and those of an agreement that differs in its
    /// scope alone, stay as they are.
    function testFuzz_AnyAction_TouchesItsMilestoneAlone(uint256 seed, uint256 status) public {
        Action action = _anyAction(seed);
        uint256 index = uint256(_possibleStatus(action, status));
        bytes32 ownId = id;
        agreement.details = keccak256("another scope");
        _sealAgreement();
        _bring(index, IMicroEscrow.Status.Funded);
        bytes32 otherId = id;
        bytes32 other = _stored(otherId, index);
        vm.assertNotEq(other, 0, "no slot");
        agreement.details = keccak256("scope");
        _sealAgreement();
        vm.assertEq(id, ownId, "the test's own id");

        bytes32[MILESTONES] memory before;
        for (uint256 i = 0; i < MILESTONES; ++i) before[i] = _stored(id, i);
        if (action == Action.Finalize) _warpToClock(index, 0);
        _assertCall(_actorFor(action, index), _callFor(action, index, _byCalling()));
        for (uint256 i = 0; i < MILESTONES; ++i) {
            if (i != index) vm.assertEq(_stored(id, i), before[i], "another milestone");
            else if (action != Action.SubmitEvidence) vm.assertNotEq(_stored(id, i), before[i], "no change");
        }
        vm.assertEq(_stored(otherId, index), other, "another agreement");
    }

    /// @dev Milestone 0 carries the agreement's flags: every action on it leaves them.
    function testFuzz_AnyActionOnMilestone0_KeepsTheFlags(uint256 seed, uint256 status, bool closed) public {
        Action action = _anyAction(seed);
        _bring(0, _possibleStatus(action, status));
        uint8 flags = CLIENT_CONSENTED | FREELANCER_CONSENTED;
        if (closed) {
            flags |= CLOSED;
            vm.prank(freelancer);
            escrow.close(agreement, freelancer, _byCalling());
        }
        if (action == Action.Finalize) _warpToClock(0, 0);
        _assertCall(_actorFor(action, 0), _callFor(action, 0, _byCalling()));
        vm.assertEq(_milestone(0).flags, flags, "flags");
    }

    /// @dev At any time, in any status, by either party, once or twice: the flag, and nothing else; one event.
    function testFuzz_Close_SetsItsFlagAlone(uint256 seed, uint40 time, bool byClient, bool again) public {
        _bring(0, IMicroEscrow.Status(seed % 8));
        IMicroEscrow.MilestoneState memory expected = _milestone(0);
        expected.flags |= CLOSED;
        address party = byClient ? client : freelancer;
        vm.warp(_bound(time, block.timestamp, type(uint40).max));
        vm.recordLogs();
        _assertCall(party, abi.encodeCall(escrow.close, (agreement, party, _byCalling())));
        if (again) _assertCall(client, abi.encodeCall(escrow.close, (agreement, client, _byCalling())));
        vm.assertEq(vm.getRecordedLogs().length, 1, "events");
        vm.assertEq(abi.encode(_milestone(0)), abi.encode(expected), "milestone 0");
    }

    // ------------------------------------------------------------------------------------------------------- a walk

    /// @dev Any eight actions by their actors, at any times, with a challenge period or without: each is possible or not,
    /// and leads to where it leads, as the protocol's table says.
    function testFuzz_AWalk_FollowsTheTable(uint256 seed, uint32[8] calldata delays) public {
        if (seed % 2 == 0) agreement.challengePeriod = 0;
        _sealAgreement();
        _bring(0, IMicroEscrow.Status.Funded);
        for (uint256 i = 0; i < delays.length; ++i) {
            uint256 drawn = _draw(seed, i);
            Action action = _anyAction(drawn);
            bool passed = (drawn / ACTIONS) % 2 == 0;
            // A delay up to a fortnight, so that clocks run out now and then.
            vm.warp(block.timestamp + (delays[i] % (i % 2 == 0 ? 2 days : 14 days)));
            IMicroEscrow.MilestoneState memory expected = _milestone(0);
            bytes memory data = _moveOn(action, passed);
            bool possible = _step(expected, action, passed);
            (bool success, ) = _call(_actorFor(action, 0), data);
            vm.assertEq(success, possible, "possible");
            vm.assertEq(abi.encode(_milestone(0)), abi.encode(expected), "state");
        }
    }

    /// @dev The call on milestone 0: an attestation passes or fails; a settlement has the freelancer's signature.
    function _moveOn(Action action, bool passed) private view returns (bytes memory) {
        IMicroEscrow.MilestoneState memory state = _milestone(0);
        if (action == Action.Attest) {
            return abi.encodeCall(escrow.attest, (agreement, 0, state.submissions, passed, REPORT, _byCalling()));
        }
        if (action == Action.Settle) {
            uint128 share = state.amount / 3;
            return abi.encodeCall(escrow.settle, (agreement, 0, share, _byCalling(), _half(0, share)));
        }
        return _callOn(action, 0);
    }

    /// @dev The protocol's table.
    function _step(IMicroEscrow.MilestoneState memory state, Action action, bool passed) private view returns (bool) {
        if ((1 << uint8(state.status)) & _allowed(action) == 0) return false;
        bool over = block.timestamp >= state.clock;
        if (_isTurn(action) && over) return false;
        if (action == Action.Submit) {
            ++state.submissions;
            _turn(state, IMicroEscrow.Status.Submitted, agreement.reviewPeriod);
        } else if (action == Action.RequestChanges || (action == Action.Attest && !passed)) {
            _turn(state, IMicroEscrow.Status.ChangesRequested, agreement.reworkPeriod);
        } else if (action == Action.Dispute) {
            _turn(state, IMicroEscrow.Status.Disputed, agreement.arbitrationPeriod);
        } else if (action == Action.Attest && agreement.challengePeriod == 0) {
            _finish(state, IMicroEscrow.Outcome.Attested);
        } else if (action == Action.Attest) {
            uint256 challengeEnd = block.timestamp + agreement.challengePeriod;
            if (challengeEnd < state.clock) state.clock = uint40(challengeEnd);
        } else if (action == Action.Advance) {
            if (state.amount <= PART) return false;
            state.amount -= PART;
        } else if (action == Action.Extend) {
            if (state.clock >= LATER || block.timestamp >= LATER) return false;
            state.clock = LATER;
        } else if (action == Action.Approve) {
            _finish(state, IMicroEscrow.Outcome.Approved);
        } else if (action == Action.Refund) {
            _finish(state, IMicroEscrow.Outcome.Refunded);
        } else if (action == Action.Settle) {
            _finish(state, IMicroEscrow.Outcome.Settled);
        } else if (action == Action.Rule) {
            if (PART > state.amount - (uint256(state.amount) * agreement.arbiterFeeBps) / BPS) return false;
            _finish(state, IMicroEscrow.Outcome.Ruled);
        } else if (action == Action.Finalize) {
            if (!over) return false;
            IMicroEscrow.Outcome[5] memory outcomes = [
                IMicroEscrow.Outcome.None,
                IMicroEscrow.Outcome.WorkExpired,
                IMicroEscrow.Outcome.ReviewExpired,
                IMicroEscrow.Outcome.ReworkExpired,
                IMicroEscrow.Outcome.ArbitrationExpired
            ];
            _finish(state, outcomes[uint8(state.status)]);
        } else return action == Action.SubmitEvidence;
        return true;
    }

    function _turn(IMicroEscrow.MilestoneState memory state, IMicroEscrow.Status status, uint32 period) private view {
        (state.status, state.clock) = (status, uint40(block.timestamp + period));
    }

    function _finish(IMicroEscrow.MilestoneState memory state, IMicroEscrow.Outcome outcome) private pure {
        (state.amount, state.clock, state.status, state.outcome) = (0, 0, _statusAfter(outcome), outcome);
    }
}

/// @notice The end of the counter: a milestone that was submitted 252 times, and is to be again.
contract ManySubmissionsTest is Fuzz {
    function setUp() public override {
        super.setUp();
        _bring(0, IMicroEscrow.Status.ChangesRequested);
        for (uint256 i = 1; i < 252; ++i) {
            _submit(0);
            _requestChanges(0);
        }
    }

    /// @dev Any number of submissions more: each is counted, up to 255, and then no more are taken.
    function testFuzz_Submissions_AreCountedUpTo255(uint256 rounds) public {
        rounds = 1 + (rounds % 6);
        for (uint256 i = 1; i <= rounds; ++i) {
            if (252 + i > 255) {
                bytes memory reason = abi.encodeWithSelector(IMicroEscrow.TooManySubmissions.selector, 255);
                _assertRefused(freelancer, _callFor(Action.Submit, 0, _byCalling()), reason);
                vm.assertEq(_milestone(0).submissions, 255, "submissions");
                continue;
            }
            _submit(0);
            vm.assertEq(_milestone(0).submissions, 252 + i, "submissions");
            _requestChanges(0);
        }
    }

    /// @dev However many there were, every end is possible that there is.
    function testFuzz_ManySubmissions_EndInAnyWay(uint256 rounds, uint256 seed, uint256 share) public {
        for (uint256 i = 0; i < rounds % 4; ++i) {
            if (i != 0) _requestChanges(0);
            _submit(0);
        }
        IMicroEscrow.Status status = _milestone(0).status;
        if (seed % 2 == 0) {
            _dispute(0);
            status = IMicroEscrow.Status.Disputed;
        }
        IMicroEscrow.Outcome outcome = _outcome(seed / 2);
        while (outcome == IMicroEscrow.Outcome.Attested || _statusBefore(outcome, uint256(status) + 3) != status)
            outcome = _outcome(uint256(outcome));
        share = _share(outcome, schedule[0].amount, share);
        Parts memory parts = _parts(outcome, schedule[0].amount, share);
        _recordWorld();
        _expectParts(0, outcome, parts);
        _end(0, outcome, share);
        _assertWorld();
    }
}
