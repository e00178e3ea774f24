// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {TypedData} from "../utils/TypedData.sol";
import {Calls} from "./Calls.sol";

/// @title DisputeMoves
/// @notice Disagreement and its ends: dispute, evidence, ruling, settlement, refund.
abstract contract DisputeMoves is Calls {
    function dispute(uint256 seed) external drawnFrom(seed) {
        (uint256 e, uint256 i) = _pickInTime(_orRather(CHANGES_REQUESTED, SUBMITTED | CHANGES_REQUESTED), 3);
        IMicroEscrow.Agreement memory agreement = entries[e].agreement;
        bool clients = ghosts[e][i].status == IMicroEscrow.Status.Submitted;
        Warrant memory w = _warrant(clients ? agreement.client : agreement.freelancer, 10);
        (uint256 submission, bool seen) = _submission(e, i);
        bytes32 evidence = bytes32(_draw(type(uint256).max));
        IMicroEscrow.Authorization memory auth = _seal(
            w,
            TypedData.dispute(entries[e].id, i, submission, evidence, w.deadline)
        );

        string memory refusal = _refusal(e, i, SUBMITTED | CHANGES_REQUESTED, Time.BeforeClock, w.valid && seen);
        bytes memory data = abi.encodeCall(IMicroEscrow.dispute, (agreement, i, submission, evidence, auth));
        if (!_call(Action.Dispute, w, data, refusal)) return;
        _recordTurn(e, i, IMicroEscrow.Status.Disputed, agreement.arbitrationPeriod);
    }

    function submitEvidence(uint256 seed) external drawnFrom(seed) {
        (uint256 e, uint256 i) = _pick(DISPUTED, Time.Any);
        IMicroEscrow.Agreement memory agreement = entries[e].agreement;
        address[4] memory involved = [agreement.client, agreement.freelancer, agreement.arbiter, agreement.verifier];
        address sender = _chance(3) ? accounts[_draw(PEOPLE)] : involved[_draw(3)];
        bool isInvolved = false;
        for (uint256 k = 0; k < involved.length; ++k) isInvolved = isInvolved || involved[k] == sender;

        string memory refusal = _refusal(e, i, DISPUTED, Time.Any, isInvolved);
        bytes memory data = abi.encodeCall(IMicroEscrow.submitEvidence, (agreement, i, bytes32(uint256(1))));
        _call(Action.SubmitEvidence, _direct(sender), data, refusal);
    }

    function rule(uint256 seed) external drawnFrom(seed) {
        (uint256 e, uint256 i) = _pickInTime(DISPUTED, 2);
        for (uint256 k = 0; k < 8 && _isArbiter(entries[e].agreement.arbiter) && !_chance(16); ++k) {
            (e, i) = _pick(DISPUTED, Time.BeforeClock);
        }
        IMicroEscrow.Agreement memory agreement = entries[e].agreement;
        // A contract rules by itself, or not at all: who tries it for one is somebody else.
        Warrant memory w = _warrant(_isArbiter(agreement.arbiter) ? address(0) : agreement.arbiter, 20);
        uint256 pot = ghosts[e][i].held - _arbiterFee(e, i);
        (uint128 amount, bytes32 reasoning) = (_amount(pot), bytes32(_draw(type(uint256).max)));
        IMicroEscrow.Authorization memory auth = _seal(
            w,
            TypedData.rule(entries[e].id, i, amount, reasoning, w.deadline)
        );

        string memory refusal = _refusal(e, i, DISPUTED, Time.BeforeClock, w.valid);
        if (amount > pot) refusal = "Invariant 8: awarded more than the pot";
        bytes memory data = abi.encodeCall(IMicroEscrow.rule, (agreement, i, amount, reasoning, auth));
        if (_call(Action.Rule, w, data, refusal)) _recordRuling(e, i, amount);
    }

    /// @notice Two authorizations. Each party, where it is not the sender, signs; now and then somebody else does.
    function settle(uint256 seed) external drawnFrom(seed) {
        (uint256 e, uint256 i) = _pickForGift();
        IMicroEscrow.Agreement memory agreement = entries[e].agreement;
        Warrant memory byClient = _warrant(agreement.client, 30);
        Warrant memory byFreelancer = _warrant(agreement.freelancer, 30);
        // One call has one sender: where two are drawn, the freelancer's stays, and the client's warrant with it or not.
        if (byFreelancer.signer != address(0)) byFreelancer.sender = byClient.sender;
        byClient.sender = byFreelancer.sender;
        if (byClient.signer == address(0)) byClient.valid = byClient.sender == agreement.client;

        uint128 held = ghosts[e][i].held;
        uint128 amount = _amount(held);
        bytes32 id = entries[e].id;
        uint128 rest = amount <= held ? held - amount : 0;
        IMicroEscrow.Authorization memory client = _seal(
            byClient,
            TypedData.settle(id, i, amount, rest, byClient.deadline)
        );
        IMicroEscrow.Authorization memory freelancer = _seal(
            byFreelancer,
            TypedData.settle(id, i, amount, rest, byFreelancer.deadline)
        );

        string memory refusal = _refusal(e, i, HELD, Time.Any, byClient.valid && byFreelancer.valid);
        if (amount > held) refusal = "Invariant 8: settled for more than is held";
        bytes memory data = abi.encodeCall(IMicroEscrow.settle, (agreement, i, amount, client, freelancer));
        if (_call(Action.Settle, byFreelancer, data, refusal)) {
            _recordSplit(e, i, IMicroEscrow.Outcome.Settled, amount);
        }
    }

    function refund(uint256 seed) external drawnFrom(seed) {
        (uint256 e, uint256 i) = _pickForGift();
        IMicroEscrow.Agreement memory agreement = entries[e].agreement;
        Warrant memory w = _warrant(agreement.freelancer, GIFT_FAULTS);
        IMicroEscrow.Authorization memory auth = _seal(
            w,
            TypedData.refund(entries[e].id, i, ghosts[e][i].held, w.deadline)
        );

        string memory refusal = _refusal(e, i, HELD, Time.Any, w.valid);
        bytes memory data = abi.encodeCall(IMicroEscrow.refund, (agreement, i, auth));
        if (_call(Action.Refund, w, data, refusal)) _recordRefund(e, i, IMicroEscrow.Outcome.Refunded);
    }
}
