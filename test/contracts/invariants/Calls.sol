// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

import {Vm, vm} from "../utils/Vm.sol";
import {Warrants} from "./Warrants.sol";

/// @title Calls
/// @notice Makes a call of the escrow, and holds it to what the protocol says that must come of it; counts how it ended.
abstract contract Calls is Warrants {
    enum Action {
        Accept,
        Close,
        Fund,
        FundWithPermit,
        Submit,
        Approve,
        Advance,
        RequestChanges,
        Attest,
        Extend,
        Dispute,
        SubmitEvidence,
        Rule,
        Settle,
        Refund,
        Finalize,
        Starve,
        Withdraw,
        ApproveAndFund,
        Replay,
        SendEther,
        Donate,
        Pause,
        Blacklist,
        ChargeFee,
        SetHook,
        SetGate,
        SetFaults,
        SetWallet,
        Delegate,
        PassTime,
        FinalizeAtTheEnd,
        WithdrawAtTheEnd
    }

    /// @dev A signed call that succeeded, for {ExitMoves-replay}.
    struct SignedCall {
        bytes data;
        address actor;
    }

    /// @dev Far more than a call takes; but an account that burns all it gets must not burn what the test lives on.
    uint256 internal constant CALL_GAS = 12_000_000;

    /// @dev From less than a conclusion takes to more than it takes with two payments that burn all they get.
    uint256 private constant MIN_STARVING_GAS = 60_000;
    uint256 private constant MAX_STARVING_GAS = 560_000;

    /// @dev Invariant 11. Two payments of 200,000 each at most, and what the escrow does itself.
    uint256 private constant EXIT_GAS = 650_000;

    SignedCall[] internal signedCalls;

    mapping(Action => uint256) private _successes;
    mapping(Action => uint256) private _failures;

    /// @dev How often only the time decided, in the last second before the clock and at it.
    mapping(Time => uint256) private _lastSeconds;
    mapping(Time => uint256) private _clockSeconds;

    /// @param refusal Why the protocol does not allow this; empty: it does, and only a caller who starves the call of gas
    /// may see it fail: then nothing happens.
    function _call(Action action, Warrant memory w, bytes memory data, string memory refusal) internal returns (bool) {
        bool starves = action == Action.Starve;
        uint256 limit = starves ? MIN_STARVING_GAS + _draw(MAX_STARVING_GAS - MIN_STARVING_GAS) : CALL_GAS;
        vm.recordLogs();
        vm.prank(w.sender);
        uint256 gas = gasleft();
        (bool success, bytes memory result) = address(escrow).call{gas: limit}(data);
        gas -= gasleft();
        Vm.Log[] memory logs = vm.getRecordedLogs();

        if (bytes(refusal).length != 0) require(!success, refusal);
        else if (!success && !starves)
            revert(string.concat("Invariant 6: refused, with ", Strings.toHexString(result)));
        bool exit = action == Action.Finalize || action == Action.FinalizeAtTheEnd;
        require(!exit || gas < EXIT_GAS, "Invariant 11: an exit takes more gas than it may");
        _tally(action, success);
        if (!success) return false;
        _recordEvents(logs);
        if (w.signer != address(0)) signedCalls.push(SignedCall(data, w.actor));
        return true;
    }

    /// @dev Why the protocol forbids an action on a milestone; empty: it does not.
    function _refusal(
        uint256 e,
        uint256 i,
        uint256 statuses,
        Time time,
        bool authorized
    ) internal returns (string memory) {
        Ghost storage ghost = ghosts[e][i];
        if (!_in(ghost.status, statuses)) return "Invariant 3: acted in a status that does not allow it";
        if (authorized) _countEdge(time, ghost.clock);
        if (time == Time.BeforeClock && block.timestamp >= ghost.clock) return "Invariant 6: a turn after the clock";
        if (time == Time.FromClock && block.timestamp < ghost.clock) return "Invariant 6: finalized before the clock";
        if (!authorized) return "Invariant 8: acted without the authorization that it takes";
        return "";
    }

    // ----------------------------------------------------------------------------------------------- what was tried

    function _tally(Action action, bool success) internal {
        if (success) ++_successes[action];
        else ++_failures[action];
    }

    /// @dev To be called where nothing but the time decides.
    function _countEdge(Time time, uint256 clock) internal {
        if (block.timestamp + 1 == clock) ++_lastSeconds[time];
        if (block.timestamp == clock) ++_clockSeconds[time];
    }

    function tally(Action action) external view returns (uint256 successes, uint256 failures) {
        return (_successes[action], _failures[action]);
    }

    function edgeCounts(Time time) external view returns (uint256 lastSecond, uint256 atTheClock) {
        return (_lastSeconds[time], _clockSeconds[time]);
    }
}
