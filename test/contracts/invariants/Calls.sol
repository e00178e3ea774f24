// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {Vm, vm} from "../utils/Vm.sol";
import {Warrants} from "./Warrants.sol";

/// @title Calls
/// @notice Makes a call of the escrow, of SignedFunding or of an arbiter, and holds it to what the protocol says that must come of it; counts how it ended.
abstract contract Calls is Warrants {
    enum Action {
        Accept,
        Close,
        Fund,
        FundWithPermit,
        FundWithAuthorization,
        FundWithPermit2,
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
        WithdrawAtTheEnd,
        Vote,
        Propose,
        Decline,
        Appeal,
        RuleByPanel,
        Decide,
        Execute,
        ReturnDeposit,
        Open,
        RuleAtCourt,
        AppealAtCourt,
        ExecuteCase,
        WithdrawFromArbiter,
        ConcludeAtTheEnd
    }

    /// @dev A signed call that succeeded, for {ExitMoves-replay}.
    struct SignedCall {
        Action action;
        bytes data;
        address actor;
        address target;
    }

    /// @dev How near a call comes to the moment at which the time decides, and what it decides there.
    struct Edge {
        bool lastSecond;
        bool atTheClock;
        bool forbids;
        IMicroEscrow.Status status;
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

    /// @dev How signed calls ended that were sent again.
    mapping(Action => uint256) private _replaySuccesses;
    mapping(Action => uint256) private _replayFailures;

    /// @dev How often only the time decided, in the last second before the clock and at it.
    mapping(Action => mapping(IMicroEscrow.Status => uint256)) private _lastSeconds;
    mapping(Action => mapping(IMicroEscrow.Status => uint256)) private _clockSeconds;

    /// @dev The escrow's functions that change something, in the interface's order; behind them, as one, the arbiters'.
    uint256 internal constant FUNCTIONS = 17;

    /// @dev How often each function was called from within a transfer; the one that is prepared now; up to which call.
    uint256[FUNCTIONS + 1] internal reentered;
    uint256 private _prepared;
    uint256 private _hookCallsCounted;
    address private _preparedTarget;
    bytes private _preparedData;

    /// @dev Of the call that is about to be made.
    Edge private _edge;

    /// @param refusal Why the protocol does not allow this; empty: it does, and only a caller who starves the call of gas
    /// may see it fail: then nothing happens.
    function _call(Action action, Warrant memory w, bytes memory data, string memory refusal) internal returns (bool) {
        bool starves = action == Action.Starve;
        uint256 limit = starves ? MIN_STARVING_GAS + _draw(MAX_STARVING_GAS - MIN_STARVING_GAS) : CALL_GAS;
        vm.recordLogs();
        vm.prank(w.sender);
        uint256 gas = gasleft();
        (bool success, bytes memory result) = _target(action, w).call{gas: limit, value: w.value}(data);
        gas -= gasleft();
        Vm.Log[] memory logs = vm.getRecordedLogs();

        if (bytes(refusal).length != 0) require(!success, refusal);
        else if (!success && !starves)
            revert(string.concat("Invariant 6: refused, with ", Strings.toHexString(result)));
        bool exit = action == Action.Finalize || action == Action.FinalizeAtTheEnd;
        require(!exit || gas < EXIT_GAS, "Invariant 11: an exit takes more gas than it may");
        _tally(action, success);
        _tallyEdge(action, success);
        if (!success) return false;
        _recordEvents(logs);
        if (w.signer != address(0)) signedCalls.push(SignedCall(action, data, w.actor, _target(action, w)));
        return true;
    }

    function _target(Action action, Warrant memory w) private view returns (address) {
        if (w.target != address(0)) return w.target;
        bool signed = action == Action.FundWithAuthorization || action == Action.FundWithPermit2;
        return signed ? address(signedFunding) : address(escrow);
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
        if (authorized && time != Time.Any) _noteEdge(time, ghost.clock, ghost.status);
        if (time == Time.BeforeClock && block.timestamp >= ghost.clock) return "Invariant 6: a turn after the clock";
        if (time == Time.FromClock && block.timestamp < ghost.clock) return "Invariant 6: finalized before the clock";
        if (!authorized) return "Invariant 8: acted without the authorization that it takes";
        return "";
    }

    /// @dev Exactly `amount`, by way of zero, as some tokens want it.
    function _approve(address payer, uint256 e, address spender, uint256 amount) internal {
        address token = entries[e].agreement.token;
        for (uint256 k = 0; k < 2; ++k) {
            vm.prank(payer);
            (bool success, ) = token.call(abi.encodeCall(IERC20.approve, (spender, k == 0 ? 0 : amount)));
            require(success, "the token took no approval");
        }
    }

    // ------------------------------------------------------------------------------------------- the wallet's hook

    /// @dev The call that the wallet makes from within transfers.
    function _prepareHook(uint256 f, address target, bytes memory data) internal {
        (_preparedTarget, _preparedData) = (target, data);
        _setHook(f, target, data);
    }

    /// @dev For one call alone: from within a transfer that an arbiter makes, the escrow may be called, and the arbiter not.
    function _prepareHookFor(address arbiter, bytes memory data) internal returns (uint256 before) {
        before = _prepared;
        _setHook(FUNCTIONS, arbiter, data);
    }

    function _restoreHook(uint256 f) internal {
        _setHook(f, _preparedTarget, _preparedData);
    }

    function _setHook(uint256 f, address target, bytes memory data) private {
        uint256 calls = wallet.hookCalls();
        reentered[_prepared] += calls - _hookCallsCounted;
        (_hookCallsCounted, _prepared) = (calls, f);
        wallet.setHook(true, target, data);
        wallet.setHook(false, target, data);
    }

    // ----------------------------------------------------------------------------------------------- what was tried

    function _tally(Action action, bool success) internal {
        if (success) ++_successes[action];
        else ++_failures[action];
    }

    function _tallyReplay(Action action, bool success) internal {
        _tally(Action.Replay, success);
        if (success) ++_replaySuccesses[action];
        else ++_replayFailures[action];
    }

    /// @dev To be called before {_call} where all is right with it but, perhaps, the time.
    function _noteEdge(Time time, uint256 clock, IMicroEscrow.Status status) internal {
        bool before = block.timestamp < clock;
        bool forbids = before == (time == Time.FromClock);
        _edge = Edge(block.timestamp + 1 == clock, block.timestamp == clock, forbids, status);
    }

    /// @dev Nothing but the time decided if the call ended as the time wanted it.
    function _tallyEdge(Action action, bool success) private {
        if (success != _edge.forbids) {
            if (_edge.lastSecond) ++_lastSeconds[action][_edge.status];
            if (_edge.atTheClock) ++_clockSeconds[action][_edge.status];
        }
        delete _edge;
    }

    function tally(Action action) external view returns (uint256 successes, uint256 failures) {
        return (_successes[action], _failures[action]);
    }

    function replayCounts(Action action) external view returns (uint256 successes, uint256 failures) {
        return (_replaySuccesses[action], _replayFailures[action]);
    }

    function edgeCounts(
        Action action,
        IMicroEscrow.Status status
    ) external view returns (uint256 lastSecond, uint256 atTheClock) {
        return (_lastSeconds[action][status], _clockSeconds[action][status]);
    }
}
