// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {console} from "hardhat/console.sol";

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {Handler} from "./Handler.sol";

/// @notice The handler, deployed. It stands in this file because the runner knows the contracts of the files that it runs.
contract Game is Handler {}

/// @title Invariants of MicroEscrow
/// @notice The runner's own sequences of moves: shrunk to the shortest when one fails. README.md says what is checked.
contract InvariantsTest {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    Game private _game;

    function setUp() public {
        _game = new Game();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_game);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(_game), _game.moves());
    }

    /// @dev All in one: the runner plays the sequences anew for every function of this kind.
    /// hardhat-config: invariant.failOnRevert = true
    function invariant_Protocol() external view {
        _game.checkAlways();
    }

    /// @notice Called when a sequence has ended; what it changes is forgotten.
    function afterInvariant() external {
        _game.checkNothingGranted();
        _game.checkLiveness();
    }
}

/// @title That the invariants are not vacuous
/// @notice Plays sequences from fixed seeds, and counts: every move succeeds often enough and fails often enough, every
/// step of section 4 is taken, every outcome happens.
contract InvariantsAreReachedTest {
    uint256 private constant SEQUENCES = 16;
    uint256 private constant MOVES = 400;

    /// @dev How often a move must have succeeded, and, where it calls the escrow, failed.
    uint256 private constant ENOUGH = 8;

    Game[] private _games;

    function test_EveryMoveStepAndOutcomeHappens() external {
        for (uint256 sequence = 0; sequence < SEQUENCES; ++sequence) _play(sequence);
        _assertMoves();
        _assertSteps();
        _assertOutcomes();
        _assertEdges(Handler.Time.BeforeClock, "turns");
        _assertEdges(Handler.Time.FromClock, "finalize");
    }

    function _play(uint256 sequence) private {
        Game game = new Game();
        _games.push(game);
        bytes4[] memory moves = game.moves();
        for (uint256 m = 0; m < MOVES; ++m) {
            uint256 seed = uint256(keccak256(abi.encode(sequence, m)));
            bytes4 move = moves[seed % moves.length];
            (bool success, bytes memory reason) = address(game).call(abi.encodeWithSelector(move, seed));
            if (!success) _bubble(reason);
            if (m % 10 == 0) game.checkAlways();
        }
        game.checkNothingGranted();
        game.checkLiveness();
    }

    function _assertMoves() private view {
        string[29] memory names = [
            "accept",
            "close",
            "fund",
            "permit + fund",
            "submit",
            "approve",
            "advance",
            "requestChanges",
            "attest",
            "extend",
            "dispute",
            "submitEvidence",
            "rule",
            "settle",
            "refund",
            "finalize",
            "withdraw",
            "approve + fund",
            "replay a signature",
            "send ether",
            "donate",
            "pause",
            "blacklist",
            "charge a fee",
            "set a hook",
            "set the gate",
            "pass time",
            "finalize at the end",
            "withdraw at the end"
        ];
        console.log("move: succeeded, failed");
        for (uint256 a = 0; a <= uint256(type(Handler.Action).max); ++a) {
            Handler.Action action = Handler.Action(a);
            (uint256 successes, uint256 failures) = (0, 0);
            for (uint256 g = 0; g < _games.length; ++g) {
                (uint256 s, uint256 f) = _games[g].tally(action);
                (successes, failures) = (successes + s, failures + f);
            }
            console.log(string.concat(names[a], ":"), successes, failures);
            bool forbidden = action == Handler.Action.SendEther;
            bool callsEscrow = action <= Handler.Action.Replay;
            require(forbidden || successes >= ENOUGH, string.concat("too seldom succeeded: ", names[a]));
            require(!(forbidden || callsEscrow) || failures >= ENOUGH, string.concat("too seldom failed: ", names[a]));
        }
    }

    /// @dev Section 4: the life of a milestone, and the three ends that each status with money has.
    function _assertSteps() private view {
        IMicroEscrow.Status funded = IMicroEscrow.Status.Funded;
        IMicroEscrow.Status submitted = IMicroEscrow.Status.Submitted;
        IMicroEscrow.Status changes = IMicroEscrow.Status.ChangesRequested;
        IMicroEscrow.Status disputed = IMicroEscrow.Status.Disputed;
        _assertStep(IMicroEscrow.Status.None, funded);
        _assertStep(funded, submitted);
        _assertStep(submitted, changes);
        _assertStep(submitted, disputed);
        _assertStep(changes, submitted);
        _assertStep(changes, disputed);
        for (uint256 from = uint256(funded); from <= uint256(disputed); ++from) {
            _assertStep(IMicroEscrow.Status(from), IMicroEscrow.Status.Released);
            _assertStep(IMicroEscrow.Status(from), IMicroEscrow.Status.Refunded);
            _assertStep(IMicroEscrow.Status(from), IMicroEscrow.Status.Resolved);
        }
    }

    function _assertStep(IMicroEscrow.Status from, IMicroEscrow.Status to) private view {
        uint256 count = 0;
        for (uint256 g = 0; g < _games.length; ++g) count += _games[g].transitionCount(from, to);
        string memory step = string.concat(Strings.toString(uint256(from)), " -> ", Strings.toString(uint256(to)));
        console.log(string.concat("status ", step, ":"), count);
        require(count != 0, string.concat("never happened: status ", step));
    }

    function _assertOutcomes() private view {
        for (uint256 o = 1; o <= uint256(type(IMicroEscrow.Outcome).max); ++o) {
            uint256 count = 0;
            for (uint256 g = 0; g < _games.length; ++g) count += _games[g].outcomeCount(IMicroEscrow.Outcome(o));
            console.log(string.concat("outcome ", Strings.toString(o), ":"), count);
            require(count >= ENOUGH, string.concat("too seldom: outcome ", Strings.toString(o)));
        }
        (uint256 deferred, uint256 hookCalls) = (0, 0);
        for (uint256 g = 0; g < _games.length; ++g) {
            (uint256 d, uint256 h) = _games[g].paymentCounts();
            (deferred, hookCalls) = (deferred + d, hookCalls + h);
        }
        console.log("payments deferred, calls from within a transfer:", deferred, hookCalls);
        require(deferred >= ENOUGH, "too seldom: deferred payments");
        require(hookCalls >= ENOUGH, "too seldom: calls from within a transfer");
    }

    function _assertEdges(Handler.Time time, string memory what) private view {
        (uint256 lastSecond, uint256 atTheClock) = (0, 0);
        for (uint256 g = 0; g < _games.length; ++g) {
            (uint256 l, uint256 a) = _games[g].edgeCounts(time);
            (lastSecond, atTheClock) = (lastSecond + l, atTheClock + a);
        }
        console.log(string.concat(what, " tried in the last second before the clock, at it:"), lastSecond, atTheClock);
        require(lastSecond >= ENOUGH, string.concat("too seldom tried in the last second: ", what));
        require(atTheClock >= ENOUGH, string.concat("too seldom tried at the clock: ", what));
    }

    function _bubble(bytes memory reason) private pure {
        assembly ("memory-safe") {
            revert(add(reason, 0x20), mload(reason))
        }
    }
}
