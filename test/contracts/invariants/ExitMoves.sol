// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {Fault} from "../../../contracts/mocks/Fault.sol";
import {Vm, vm} from "../utils/Vm.sol";
import {Calls} from "./Calls.sol";

/// @title ExitMoves
/// @notice What anybody may do: finalize, withdraw, send a signed call again; and the end of each sequence, at which
/// strangers bring everything to its end (invariant 10).
abstract contract ExitMoves is Calls {
    function finalize(uint256 seed) external drawnFrom(seed) {
        (uint256 e, uint256 i) = _chance(2) ? _pickInTime(_heldStatus(), 1) : _pick(HELD, Time.FromClock);
        _finalize(Action.Finalize, e, i, accounts[_draw(ACCOUNTS)]);
    }

    /// @notice Somebody finalizes with little gas, so that a payment fails that would not: all must happen, or nothing.
    function starve(uint256 seed) external drawnFrom(seed) {
        (uint256 e, uint256 i) = _pick(HELD, Time.FromClock);
        _finalize(Action.Starve, e, i, accounts[_draw(ACCOUNTS)]);
    }

    function withdraw(uint256 seed) external drawnFrom(seed) {
        (uint256 t, uint256 a) = (_draw(TOKENS), _draw(ACCOUNTS));
        // Where nothing waits there is little to see: the next account for which something does.
        for (uint256 k = 0; k < TOKENS * ACCOUNTS && waiting[t][a] == 0 && !_chance(100); ++k) {
            a = (a + 1) % ACCOUNTS;
            if (a == 0) t = (t + 1) % TOKENS;
        }
        _withdraw(Action.Withdraw, t, a, accounts[_draw(ACCOUNTS)]);
    }

    /// @notice Somebody sends again what was signed, and done, before. It may fail or not, but changes nothing.
    function replay(uint256 seed) external drawnFrom(seed) {
        if (signedCalls.length == 0) return;
        SignedCall storage signed = signedCalls[_pickSigned()];
        if (!_isHonest(signed.actor)) return; // its yes to what it never signed is its own affair
        vm.recordLogs();
        vm.prank(accounts[_draw(ACCOUNTS)]);
        (bool success, ) = address(escrow).call{gas: CALL_GAS}(signed.data);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        if (success) _recordEvents(logs);
        _tallyReplay(signed.action, success);
    }

    /// @dev Each kind as often as the others, if there is one of it: there are many submissions, and few closes.
    function _pickSigned() private returns (uint256) {
        Action wanted = Action(_draw(uint256(Action.Refund) + 1));
        uint256 start = _draw(signedCalls.length);
        for (uint256 k = 0; k < signedCalls.length; ++k) {
            uint256 place = (start + k) % signedCalls.length;
            if (signedCalls[place].action == wanted) return place;
        }
        return start;
    }

    function _finalize(Action action, uint256 e, uint256 i, address sender) private {
        IMicroEscrow.Agreement memory agreement = entries[e].agreement;
        bytes memory data = abi.encodeCall(IMicroEscrow.finalize, (agreement, i));
        if (!_call(action, _direct(sender), data, _refusal(e, i, HELD, Time.FromClock, true))) return;

        IMicroEscrow.Status status = ghosts[e][i].status;
        if (status == IMicroEscrow.Status.Funded) _recordRefund(e, i, IMicroEscrow.Outcome.WorkExpired);
        else if (status == IMicroEscrow.Status.Submitted) _recordRelease(e, i, IMicroEscrow.Outcome.ReviewExpired);
        else if (status == IMicroEscrow.Status.ChangesRequested) {
            _recordRefund(e, i, IMicroEscrow.Outcome.ReworkExpired);
        } else {
            uint256 share = (uint256(ghosts[e][i].held) * agreement.defaultShareBps) / BPS;
            _recordSplit(e, i, IMicroEscrow.Outcome.ArbitrationExpired, share);
        }
    }

    function _withdraw(Action action, uint256 t, uint256 a, address sender) private {
        string memory refusal = "";
        if (waiting[t][a] != 0 && !_accepts(t, address(escrow), accounts[a])) {
            refusal = "Invariant 10: withdrawn without a transfer";
        }
        bytes memory data = abi.encodeCall(IMicroEscrow.withdraw, (address(tokens[t]), accounts[a]));
        if (_call(action, _direct(sender), data, refusal)) _recordWithdrawal(t, a);
    }

    // ------------------------------------------------------------------------------------------------------ the end

    /// @notice Invariant 10. Whatever happened before, and whatever mood the tokens are in: a stranger alone brings every
    /// milestone to its end and every balance that its token lets move to its owner; and once the tokens relent, all of
    /// them, until the escrow has nothing left but donations.
    function checkLiveness() external {
        for ((bool found, uint256 clock) = _nextClock(); found; (found, clock) = _nextClock()) vm.warp(clock);
        for (uint256 p = 0; p < places.length; ++p) {
            (uint256 e, uint256 i) = (places[p].entry, places[p].index);
            if (_isHeld(ghosts[e][i].status)) _finalize(Action.FinalizeAtTheEnd, e, i, accounts[STRANGER]);
            IMicroEscrow.Status status = escrow.milestone(entries[e].id, i).status;
            require(!_isHeld(status), "Invariant 10: a milestone does not end");
        }
        _withdrawEverything();
        this.checkEverything();

        restricted.setPaused(false);
        restricted.setBlacklisted(address(escrow), false);
        faultyToken.setFaults(Fault.None, Fault.None);
        for (uint256 a = 0; a < ACCOUNTS; ++a) {
            restricted.setBlacklisted(accounts[a], false);
            hook.setRegistered(accounts[a], false);
        }
        _withdrawEverything();
        this.checkEverything();
        for (uint256 t = 0; t < TOKENS; ++t) {
            require(tokens[t].balanceOf(address(escrow)) == donated[t], "Invariant 10: money is left in the escrow");
        }
    }

    function _withdrawEverything() private {
        for (uint256 t = 0; t < TOKENS; ++t) {
            for (uint256 a = 0; a < ACCOUNTS; ++a) {
                if (waiting[t][a] != 0) _withdraw(Action.WithdrawAtTheEnd, t, a, accounts[STRANGER]);
            }
        }
    }
}
