// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {Fault} from "../../../contracts/mocks/Fault.sol";
import {Vm, vm} from "../utils/Vm.sol";
import {CourtMoves} from "./CourtMoves.sol";
import {PanelMoves} from "./PanelMoves.sol";

/// @title ExitMoves
/// @notice What anybody may do: finalize, withdraw, send a signed call again; and the end of each sequence, at which
/// strangers bring everything to its end (invariant 10).
abstract contract ExitMoves is PanelMoves, CourtMoves {
    function finalize(uint256 seed) external drawnFrom(seed) {
        (uint256 e, uint256 i) = _chance(2) ? _pickInTime(_heldStatus(), 1) : _pick(HELD, Time.FromClock);
        _finalize(Action.Finalize, e, i, accounts[_draw(PEOPLE)]);
    }

    /// @notice Somebody finalizes with little gas, so that a payment fails that would not: all must happen, or nothing.
    function starve(uint256 seed) external drawnFrom(seed) {
        (uint256 e, uint256 i) = _pick(HELD, Time.FromClock);
        _finalize(Action.Starve, e, i, accounts[_draw(PEOPLE)]);
    }

    function withdraw(uint256 seed) external drawnFrom(seed) {
        (uint256 t, uint256 a) = (_draw(TOKENS), _draw(ACCOUNTS));
        // Where nothing waits there is little to see: the next account for which something does.
        for (uint256 k = 0; k < TOKENS * ACCOUNTS && waiting[t][a] == 0 && !_chance(100); ++k) {
            a = (a + 1) % ACCOUNTS;
            if (a == 0) t = (t + 1) % TOKENS;
        }
        _withdraw(Action.Withdraw, t, a, accounts[_draw(PEOPLE)]);
    }

    /// @notice Somebody sends again what was signed, and done, before. It may fail or not, but changes nothing.
    function replay(uint256 seed) external drawnFrom(seed) {
        if (signedCalls.length == 0) return;
        SignedCall storage signed = signedCalls[_pickSigned()];
        if (!_isHonest(signed.actor)) return; // its yes to what it never signed is its own affair
        vm.recordLogs();
        vm.prank(accounts[_draw(PEOPLE)]);
        (bool success, ) = signed.target.call{gas: CALL_GAS}(signed.data);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        if (success) _recordEvents(logs);
        _tallyReplay(signed.action, success);
    }

    /// @dev Each kind as often as the others, if there is one of it: there are many submissions, and few closes.
    function _pickSigned() private returns (uint256) {
        Action wanted = Action(_draw(uint256(Action.Refund) + 1));
        if (_chance(6)) wanted = Action.Close;
        if (_chance(10)) wanted = Action(uint256(Action.Vote) + _draw(4));
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
        if (_misleads(t, accounts[a])) return;
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
        for ((bool found, uint256 moment) = _nextMoment(); found; (found, moment) = _nextMoment()) {
            vm.warp(moment);
            _concludeHearings();
        }
        for (uint256 p = 0; p < places.length; ++p) {
            (uint256 e, uint256 i) = (places[p].entry, places[p].index);
            if (_isHeld(ghosts[e][i].status)) _finalize(Action.FinalizeAtTheEnd, e, i, accounts[STRANGER]);
            IMicroEscrow.Status status = escrow.milestone(entries[e].id, i).status;
            require(!_isHeld(status), "Invariant 10: a milestone does not end");
            _returnIfPossible(e, i);
        }
        for (uint256 k = 0; k < pairs.length; ++k) {
            require(openDeposits[k] == 0, "Invariant 16: a deposit does not find its way");
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
        feeToken.setFee(0, 0, 0);
        _withdrawEverything();
        _makeGood();
        _withdrawFromArbiters();
        this.checkEverything();
        _checkArbitersAreEmpty();
        for (uint256 t = 0; t < TOKENS; ++t) {
            require(tokens[t].balanceOf(address(escrow)) == donated[t], "Invariant 10: money is left in the escrow");
        }
    }

    /// @dev The clock that runs out next, or the moment in a hearing.
    function _nextMoment() private view returns (bool found, uint256 moment) {
        (found, moment) = _nextClock();
        for (uint256 p = 0; p < places.length; ++p) {
            (uint256 e, uint256 i) = (places[p].entry, places[p].index);
            if (ghosts[e][i].status != IMicroEscrow.Status.Disputed || _arbiterOf(e) == ACCOUNTS) continue;
            for (uint256 k = 0; k < 2; ++k) {
                uint256 candidate = k == 0 ? _momentOf(e, i) : _closeOf(e, i);
                if (candidate > block.timestamp && candidate < moment) moment = candidate;
            }
        }
    }

    /// @dev A stranger carries out what the arbiters have decided.
    function _concludeHearings() private {
        for (uint256 p = 0; p < places.length; ++p) {
            (uint256 e, uint256 i) = (places[p].entry, places[p].index);
            if (ghosts[e][i].status != IMicroEscrow.Status.Disputed || _arbiterOf(e) == ACCOUNTS) continue;
            _ruleIfPossible(e, i);
            _executeIfPossible(e, i);
            _executeCaseIfPossible(e, i);
        }
    }

    /// @dev Invariant 16. What a token burnt on its way to an arbiter is somebody's loss; here somebody makes it good.
    function _makeGood() private {
        for (uint256 k = 0; k < pairs.length; ++k) {
            (uint256 arbiter, uint256 t) = _pair(k);
            if (onTheWay[t][arbiter] >= 0) continue;
            uint256 amount = uint256(-onTheWay[t][arbiter]);
            feeToken.mint(accounts[arbiter], amount);
            _recordGift(arbiter, t, amount);
        }
    }

    function _checkArbitersAreEmpty() private view {
        for (uint256 k = 0; k < pairs.length; ++k) {
            (uint256 arbiter, uint256 t) = _pair(k);
            int256 left = int256(tokens[t].balanceOf(accounts[arbiter]));
            require(
                left == int256(gifts[k]) + onTheWay[t][arbiter],
                "Invariant 16: an arbiter keeps more than it was given"
            );
        }
    }

    function _withdrawFromArbiters() private {
        for (uint256 k = 0; k < pairs.length; ++k) {
            for (uint256 a = 0; a < ACCOUNTS; ++a) {
                if (owed[k][a] != 0) _withdrawFromArbiter(k, a, accounts[STRANGER]);
            }
        }
    }

    function _withdrawEverything() private {
        _withdrawFromArbiters();
        for (uint256 t = 0; t < TOKENS; ++t) {
            for (uint256 a = 0; a < ACCOUNTS; ++a) {
                if (waiting[t][a] != 0) _withdraw(Action.WithdrawAtTheEnd, t, a, accounts[STRANGER]);
            }
        }
    }
}
