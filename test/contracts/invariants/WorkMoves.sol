// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {TypedData} from "../utils/TypedData.sol";
import {Calls} from "./Calls.sol";

/// @title WorkMoves
/// @notice The life of a milestone that nobody quarrels about: submit, approve, advance, request changes, attest, extend.
abstract contract WorkMoves is Calls {
    function submit(uint256 seed) external drawnFrom(seed) {
        (uint256 e, uint256 i) = _pickInTime(_orRather(CHANGES_REQUESTED, FUNDED | CHANGES_REQUESTED), 5);
        IMicroEscrow.Agreement memory agreement = entries[e].agreement;
        Warrant memory w = _warrant(agreement.freelancer, 10);
        bytes32 deliverable = bytes32(_draw(type(uint256).max));
        uint256 submission = uint256(ghosts[e][i].submissions) + 1;
        IMicroEscrow.Authorization memory auth = _seal(
            w,
            TypedData.submit(entries[e].id, i, submission, deliverable, w.deadline)
        );

        string memory refusal = _refusal(e, i, FUNDED | CHANGES_REQUESTED, Time.BeforeClock, w.valid);
        bytes memory data = abi.encodeCall(IMicroEscrow.submit, (agreement, i, deliverable, auth));
        if (!_call(Action.Submit, w, data, refusal)) return;
        ++ghosts[e][i].submissions;
        _recordTurn(e, i, IMicroEscrow.Status.Submitted, agreement.reviewPeriod);
    }

    function approve(uint256 seed) external drawnFrom(seed) {
        (uint256 e, uint256 i) = _pickForGift();
        IMicroEscrow.Agreement memory agreement = entries[e].agreement;
        Warrant memory w = _warrant(agreement.client, GIFT_FAULTS);
        (uint256 submission, bool seen) = _submission(e, i);
        IMicroEscrow.Authorization memory auth = _seal(
            w,
            TypedData.approve(entries[e].id, i, submission, ghosts[e][i].held, w.deadline)
        );

        string memory refusal = _refusal(e, i, HELD, Time.Any, w.valid && seen);
        bytes memory data = abi.encodeCall(IMicroEscrow.approve, (agreement, i, submission, auth));
        if (_call(Action.Approve, w, data, refusal)) _recordRelease(e, i, IMicroEscrow.Outcome.Approved);
    }

    function advance(uint256 seed) external drawnFrom(seed) {
        uint256 statuses = FUNDED | SUBMITTED | CHANGES_REQUESTED;
        (uint256 e, uint256 i) = _pick(statuses, Time.Any);
        IMicroEscrow.Agreement memory agreement = entries[e].agreement;
        Warrant memory w = _warrant(agreement.client, 10);
        uint128 held = ghosts[e][i].held;
        uint128 amount = _amount(held);
        uint128 remaining = amount <= held ? held - amount : 0;
        IMicroEscrow.Authorization memory auth = _seal(
            w,
            TypedData.advance(entries[e].id, i, amount, remaining, w.deadline)
        );

        string memory refusal = _refusal(e, i, statuses, Time.Any, w.valid);
        if (amount == 0 || amount >= held) refusal = "Invariant 8: advanced nothing, or everything, or more";
        bytes memory data = abi.encodeCall(IMicroEscrow.advance, (agreement, i, amount, auth));
        if (_call(Action.Advance, w, data, refusal)) _recordAdvance(e, i, amount);
    }

    function requestChanges(uint256 seed) external drawnFrom(seed) {
        (uint256 e, uint256 i) = _pickInTime(SUBMITTED, 5);
        IMicroEscrow.Agreement memory agreement = entries[e].agreement;
        Warrant memory w = _warrant(agreement.client, 10);
        (uint256 submission, bool seen) = _submission(e, i);
        bytes32 reason = bytes32(_draw(type(uint256).max));
        IMicroEscrow.Authorization memory auth = _seal(
            w,
            TypedData.requestChanges(entries[e].id, i, submission, reason, w.deadline)
        );

        string memory refusal = _refusal(e, i, SUBMITTED, Time.BeforeClock, w.valid && seen);
        bytes memory data = abi.encodeCall(IMicroEscrow.requestChanges, (agreement, i, submission, reason, auth));
        if (!_call(Action.RequestChanges, w, data, refusal)) return;
        _recordTurn(e, i, IMicroEscrow.Status.ChangesRequested, agreement.reworkPeriod);
    }

    function attest(uint256 seed) external drawnFrom(seed) {
        (uint256 e, uint256 i) = _pick(SUBMITTED, Time.BeforeClock);
        for (uint256 k = 0; k < 8 && entries[e].agreement.verifier == address(0); ++k) {
            (e, i) = _pick(SUBMITTED, Time.BeforeClock);
        }
        _comeInTime(e, i, 6);
        IMicroEscrow.Agreement memory agreement = entries[e].agreement;
        Warrant memory w = _warrant(agreement.verifier, 10);
        (uint256 submission, bool seen) = _submission(e, i);
        (bool passed, bytes32 report) = (_chance(2), bytes32(_draw(type(uint256).max)));
        IMicroEscrow.Authorization memory auth = _seal(
            w,
            TypedData.attest(entries[e].id, i, submission, passed, report, w.deadline)
        );

        string memory refusal = _refusal(e, i, SUBMITTED, Time.BeforeClock, w.valid && seen);
        bytes memory data = abi.encodeCall(IMicroEscrow.attest, (agreement, i, submission, passed, report, auth));
        if (!_call(Action.Attest, w, data, refusal)) return;
        if (!passed) {
            _recordTurn(e, i, IMicroEscrow.Status.ChangesRequested, agreement.reworkPeriod);
        } else if (agreement.challengePeriod == 0) {
            _recordRelease(e, i, IMicroEscrow.Outcome.Attested);
        } else if (block.timestamp + agreement.challengePeriod < ghosts[e][i].clock) {
            _recordClock(e, i, block.timestamp + agreement.challengePeriod);
        }
    }

    function extend(uint256 seed) external drawnFrom(seed) {
        (uint256 e, uint256 i) = _pick(FUNDED | CHANGES_REQUESTED, Time.Any);
        IMicroEscrow.Agreement memory agreement = entries[e].agreement;
        Warrant memory w = _warrant(agreement.client, 10);
        uint40 currentClock = ghosts[e][i].clock;
        uint40 clock = _laterClock(currentClock);
        IMicroEscrow.Authorization memory auth = _seal(
            w,
            TypedData.extend(entries[e].id, i, ghosts[e][i].submissions, currentClock, clock, w.deadline)
        );

        string memory refusal = _refusal(e, i, FUNDED | CHANGES_REQUESTED, Time.Any, w.valid);
        if (clock <= currentClock || clock <= block.timestamp) refusal = "Invariant 6: extended to no later clock";
        bytes memory data = abi.encodeCall(IMicroEscrow.extend, (agreement, i, clock, auth));
        if (_call(Action.Extend, w, data, refusal)) _recordClock(e, i, clock);
    }
}
