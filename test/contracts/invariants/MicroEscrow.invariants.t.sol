// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {console} from "hardhat/console.sol";

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {Fault} from "../../../contracts/mocks/Fault.sol";
import {Mood} from "../../../contracts/mocks/MoodyWallet.sol";
import {Calls} from "./Calls.sol";
import {Handler} from "./Handler.sol";
import {Moods} from "./Moods.sol";
import {recorder} from "./Recorder.sol";

/// @notice The handler, deployed. It stands in this file because the runner knows the contracts of the files that it runs.
contract Game is Handler {}

/// @title Invariants of MicroEscrow
/// @notice The runner's own sequences of moves: shrunk to the shortest when one fails. README.md says what is checked.
contract InvariantsTest {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    /// @dev Every so many moves everything is looked at; what a move touched, each time.
    uint256 private constant EVERYTHING = 50;

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

    /// @dev All in one: the runner plays the sequences anew for every function of this kind. It asks after each move.
    /// hardhat-config: invariant.failOnRevert = true
    function invariant_Protocol() external view {
        if (_game.played() % EVERYTHING == 0) _game.checkEverything();
    }

    /// @notice Called when a sequence has ended; what it changes is forgotten.
    function afterInvariant() external {
        _game.checkEverything();
        _game.checkNothingGranted();
        _game.checkLiveness();
    }
}

/// @title That the invariants are not vacuous
/// @notice Plays sequences from fixed seeds, and counts: every move succeeds often enough and fails often enough, every
/// step of section 4 is taken, every outcome happens, everybody who can disappoint does so in every way.
contract InvariantsAreReachedTest {
    uint256 private constant MOVES = 400;
    uint256 private constant SEQUENCES = 36;
    uint256 private constant DEEP_SEQUENCES = 1_100;

    // Floors for `SEQUENCES` sequences.

    /// @dev Calls of the escrow: the deep sequences make at least 300,000.
    uint256 private constant CALLS = 9_900;
    /// @dev How often a move must have succeeded, and, where it calls the escrow, failed; each outcome, too.
    uint256 private constant ENOUGH = 12;
    /// @dev Each step between two statuses.
    uint256 private constant STEPS = 2;
    /// @dev Each action in each of its statuses, in the last second before the clock, and at it.
    uint256 private constant EDGES = 1;
    /// @dev Signatures of each kind, used again.
    uint256 private constant REPLAYS = 3;

    Game[] private _games;
    uint256 private _sequences;

    function test_EveryMoveStepAndOutcomeHappens() external {
        _sequences = recorder.envOr("DEEP", 0) == 1 ? DEEP_SEQUENCES : SEQUENCES;
        for (uint256 sequence = 0; sequence < _sequences; ++sequence) this.play(sequence);
        _assertMoves();
        _assertSteps();
        _assertOutcomes();
        _assertEdges();
        _assertReplays();
        _assertTroubles();
        _assertReentries();
        _assertDeposits();
    }

    /// @dev A floor for `SEQUENCES` sequences, for as many as are played.
    function _floor(uint256 least) private view returns (uint256) {
        return (least * _sequences) / SEQUENCES;
    }

    /// @dev A call of its own, so that its memory is free again afterwards: what a test may use of it is limited.
    function play(uint256 sequence) external {
        Game game = new Game();
        _games.push(game);
        bytes4[] memory moves = game.moves();
        for (uint256 m = 0; m < MOVES; ++m) {
            uint256 seed = uint256(keccak256(abi.encode(sequence, m)));
            bytes4 move = moves[seed % moves.length];
            (bool success, bytes memory reason) = address(game).call(abi.encodeWithSelector(move, seed));
            if (!success) {
                console.log("sequence, move, seed of what failed:", sequence, m, seed);
                _bubble(reason);
            }
        }
        game.checkEverything();
        game.checkNothingGranted();
        game.checkLiveness();
    }

    /// @dev Names of the actions.
    function _names() private pure returns (string[49] memory) {
        return
            [
                "accept",
                "close",
                "fund",
                "permit + fund",
                "fundWithAuthorization",
                "fundWithPermit2",
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
                "finalize, starved",
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
                "set the token's faults",
                "set a wallet's mood",
                "delegate to code",
                "pass time",
                "finalize at the end",
                "withdraw at the end",
                "vote",
                "propose",
                "decline",
                "appeal",
                "rule by panel",
                "decide",
                "execute",
                "return a deposit",
                "open a case",
                "rule at court",
                "appeal at court",
                "execute a case",
                "withdraw from arbiter",
                "conclude at the end"
            ];
    }

    function _assertMoves() private view {
        string[49] memory names = _names();
        uint256 calls = 0;
        console.log(string.concat(_column("move", 24), _column("succeeded", 9), _column("failed", 9)));
        for (uint256 a = 0; a <= uint256(type(Calls.Action).max); ++a) {
            Calls.Action action = Calls.Action(a);
            (uint256 successes, uint256 failures) = (0, 0);
            for (uint256 g = 0; g < _games.length; ++g) {
                (uint256 s, uint256 f) = _games[g].tally(action);
                (successes, failures) = (successes + s, failures + f);
            }
            console.log(string.concat(_column(names[a], 24), _column(successes, 9), _column(failures, 9)));
            bool forbidden = action == Calls.Action.SendEther;
            bool atTheEnd =
                action == Calls.Action.FinalizeAtTheEnd ||
                    action == Calls.Action.WithdrawAtTheEnd ||
                    action == Calls.Action.ConcludeAtTheEnd;
            bool callsEscrow =
                action <= Calls.Action.Replay ||
                    (action >= Calls.Action.Vote && action < Calls.Action.ConcludeAtTheEnd);
            if (forbidden || atTheEnd || callsEscrow) calls += successes + failures;
            require(forbidden || successes >= _floor(ENOUGH), string.concat("too seldom succeeded: ", names[a]));
            require(
                !(forbidden || callsEscrow) || failures >= _floor(ENOUGH),
                string.concat("too seldom failed: ", names[a])
            );
        }
        // The others are what tokens, wallets, the gate and time do.
        console.log("moves:", _sequences * MOVES);
        console.log("calls of the escrow:", calls);
        require(calls >= _floor(CALLS), "too few calls of the escrow");
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
        require(count >= _floor(STEPS), string.concat("too seldom: status ", step));
    }

    function _assertOutcomes() private view {
        for (uint256 o = 1; o <= uint256(type(IMicroEscrow.Outcome).max); ++o) {
            uint256 count = 0;
            for (uint256 g = 0; g < _games.length; ++g) count += _games[g].outcomeCount(IMicroEscrow.Outcome(o));
            console.log(string.concat("outcome ", Strings.toString(o), ":"), count);
            require(count >= _floor(ENOUGH), string.concat("too seldom: outcome ", Strings.toString(o)));
        }
        uint256 deferred = 0;
        for (uint256 g = 0; g < _games.length; ++g) deferred += _games[g].deferralCount();
        console.log("payments deferred:", deferred);
        require(deferred >= _floor(ENOUGH), "too seldom: deferred payments");
    }

    /// @dev Each turn, and `finalize`, in each of its statuses, and `fund`: where nothing but the time decided.
    function _assertEdges() private view {
        IMicroEscrow.Status funded = IMicroEscrow.Status.Funded;
        IMicroEscrow.Status submitted = IMicroEscrow.Status.Submitted;
        IMicroEscrow.Status changes = IMicroEscrow.Status.ChangesRequested;
        IMicroEscrow.Status disputed = IMicroEscrow.Status.Disputed;
        _assertEdge(Calls.Action.Fund, IMicroEscrow.Status.None);
        _assertEdge(Calls.Action.Submit, funded);
        _assertEdge(Calls.Action.Submit, changes);
        _assertEdge(Calls.Action.RequestChanges, submitted);
        _assertEdge(Calls.Action.Attest, submitted);
        _assertEdge(Calls.Action.Dispute, submitted);
        _assertEdge(Calls.Action.Dispute, changes);
        _assertEdge(Calls.Action.Rule, disputed);
        _assertEdge(Calls.Action.Vote, disputed);
        _assertEdge(Calls.Action.RuleByPanel, disputed);
        _assertEdge(Calls.Action.Propose, disputed);
        _assertEdge(Calls.Action.Appeal, disputed);
        _assertEdge(Calls.Action.Decide, disputed);
        _assertEdge(Calls.Action.Execute, disputed);
        _assertEdge(Calls.Action.ExecuteCase, disputed);
        for (uint256 s = uint256(funded); s <= uint256(disputed); ++s) {
            _assertEdge(Calls.Action.Finalize, IMicroEscrow.Status(s));
        }
    }

    function _assertEdge(Calls.Action action, IMicroEscrow.Status status) private view {
        (uint256 lastSecond, uint256 atTheClock) = (0, 0);
        for (uint256 g = 0; g < _games.length; ++g) {
            (uint256 l, uint256 a) = _games[g].edgeCounts(action, status);
            (lastSecond, atTheClock) = (lastSecond + l, atTheClock + a);
        }
        string memory what = string.concat(_names()[uint256(action)], " in status ", Strings.toString(uint256(status)));
        console.log(string.concat(what, ", in the last second before the clock, at it:"), lastSecond, atTheClock);
        require(lastSecond >= _floor(EDGES), string.concat("too seldom in the last second: ", what));
        require(atTheClock >= _floor(EDGES), string.concat("too seldom at the clock: ", what));
    }

    /// @dev Signatures of each kind were used again. Those that only repeat what holds already succeed; an attestation does
    /// where it passes and the challenge period goes on; all others fail.
    function _assertReplays() private view {
        for (uint256 a = 0; a <= uint256(Calls.Action.Refund); ++a) {
            Calls.Action action = Calls.Action(a);
            // For these nothing is signed that the escrow sees.
            if (action >= Calls.Action.Fund && action <= Calls.Action.FundWithPermit2) continue;
            if (action == Calls.Action.SubmitEvidence) continue;
            (uint256 successes, uint256 failures) = (0, 0);
            for (uint256 g = 0; g < _games.length; ++g) {
                (uint256 s, uint256 f) = _games[g].replayCounts(action);
                (successes, failures) = (successes + s, failures + f);
            }
            string memory name = _names()[a];
            console.log(string.concat("replayed: ", name, ", succeeded, failed:"), successes, failures);
            bool repeats = action == Calls.Action.Accept || action == Calls.Action.Close;
            require((repeats ? successes : failures) >= _floor(REPLAYS), string.concat("too seldom replayed: ", name));
            require(repeats || action == Calls.Action.Attest || successes == 0, string.concat("had an effect: ", name));
        }
    }

    /// @dev Whoever can disappoint has met a call in each of its ways.
    function _assertTroubles() private view {
        uint256 faults = uint256(type(Fault).max) + 1;
        _assertTrouble(Moods.Trouble.TokenOut, faults, "the token, paying");
        _assertTrouble(Moods.Trouble.TokenIn, faults, "the token, funding");
        _assertTrouble(Moods.Trouble.GateFault, faults, "the gate");
        _assertTrouble(Moods.Trouble.WalletFault, faults, "a wallet, by fault");
        _assertTrouble(Moods.Trouble.WalletMood, uint256(type(Mood).max) + 1, "a wallet, by mood");

        (uint256 yes, uint256 no) = (0, 0);
        for (uint256 g = 0; g < _games.length; ++g) {
            (yes, no) = (yes + _games[g].walletAnswerCount(true), no + _games[g].walletAnswerCount(false));
        }
        console.log("wallets said yes, no:", yes, no);
        require(yes >= _floor(ENOUGH) && no >= _floor(ENOUGH), "too seldom asked: wallets");
    }

    function _assertTrouble(Moods.Trouble trouble, uint256 ways, string memory who) private view {
        string memory line = string.concat(who, ", how often in each of its ways:");
        uint256 rarest = type(uint256).max;
        for (uint256 way = 0; way < ways; ++way) {
            uint256 count = 0;
            for (uint256 g = 0; g < _games.length; ++g) count += _games[g].troubleCount(trouble, way);
            line = string.concat(line, " ", Strings.toString(count));
            if (count < rarest) rarest = count;
        }
        console.log(line);
        require(rarest >= _floor(1), string.concat("too seldom in some way: ", who));
    }

    /// @dev Each function was called from within a transfer, in vain.
    function _assertReentries() private view {
        string memory line = "each function, and the arbiters', from within a transfer:";
        uint256 rarest = type(uint256).max;
        for (uint256 f = 0; f <= 17; ++f) {
            uint256 count = 0;
            for (uint256 g = 0; g < _games.length; ++g) count += _games[g].reentryCount(f);
            line = string.concat(line, " ", Strings.toString(count));
            if (count < rarest) rarest = count;
        }
        console.log(line);
        require(rarest >= _floor(1), "too seldom called from within a transfer: some function");
    }

    /// @dev Deposits went both ways, and appellants won.
    function _assertDeposits() private view {
        (uint256 decided, uint256 back, uint256 won) = (0, 0, 0);
        for (uint256 g = 0; g < _games.length; ++g) {
            (uint256 d, uint256 b, uint256 w) = _games[g].depositCounts();
            (decided, back, won) = (decided + d, back + b, won + w);
        }
        console.log("deposits to the second instance, back; appeals won:", decided, back, won);
        require(decided >= _floor(ENOUGH), "too seldom: a deposit for the second instance");
        require(back >= _floor(ENOUGH), "too seldom: a deposit that goes back");
        require(won >= _floor(STEPS), "too seldom: an appeal that is won");
    }

    function _column(uint256 number, uint256 width) private pure returns (string memory) {
        return _column(Strings.toString(number), width);
    }

    /// @dev Text to the left, numbers to the right.
    function _column(string memory text, uint256 width) private pure returns (string memory cell) {
        cell = text;
        bool number = bytes(text)[0] >= "0" && bytes(text)[0] <= "9";
        while (bytes(cell).length < width) cell = number ? string.concat(" ", cell) : string.concat(cell, " ");
        return string.concat(cell, " ");
    }

    function _bubble(bytes memory reason) private pure {
        assembly ("memory-safe") {
            revert(add(reason, 0x20), mload(reason))
        }
    }
}
