// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {Vm} from "../utils/Vm.sol";
import {World} from "./World.sol";

/// @title Store
/// @notice What must be true of the escrow, kept in two books. The first is written from the protocol's rules (sections
/// 4 and 5) whenever a call succeeds: what should have happened. The second is written from the events of the escrow and
/// the tokens alone: what was announced and moved. Nothing here reads the escrow's storage; {Checks} compares.
abstract contract Store is World {
    /// @notice Who got how much of a milestone, in token base units.
    struct Split {
        uint256 freelancer;
        uint256 client;
        uint256 platform;
        uint256 arbiter;
    }

    /// @notice A milestone, in both books.
    struct Ghost {
        IMicroEscrow.Status status;
        IMicroEscrow.Outcome outcome;
        uint8 submissions;
        uint40 clock;
        uint128 held;
        Split due;
        // From events:
        uint256 funded;
        Split announced;
        uint256 conclusions;
        IMicroEscrow.Outcome concludedAs;
    }

    // Bits of an agreement's flags.
    uint8 internal constant CLIENT_CONSENTED = 1;
    uint8 internal constant FREELANCER_CONSENTED = 2;
    uint8 internal constant CLOSED = 4;

    mapping(uint256 entry => mapping(uint256 index => Ghost)) internal ghosts;
    mapping(uint256 entry => uint8) internal flags;
    mapping(bytes32 id => uint256 entry) private _entryOf;

    /// @dev What each account should have in its own hands, and what should wait for it.
    uint256[ACCOUNTS][TOKENS] internal inHand;
    uint256[ACCOUNTS][TOKENS] internal waiting;

    /// @dev What tokens moved into and out of the escrow, as their events say. Donations are not among it.
    uint256[TOKENS] internal cameIn;
    uint256[TOKENS] internal wentOut;
    uint256[TOKENS] internal donated;

    mapping(IMicroEscrow.Status from => mapping(IMicroEscrow.Status to => uint256)) internal transitions;
    mapping(IMicroEscrow.Outcome => uint256) internal outcomes;
    uint256 internal deferrals;

    constructor() {
        for (uint256 e = 0; e < entries.length; ++e) _entryOf[entries[e].id] = e;
        for (uint256 t = 0; t < TOKENS; ++t) {
            for (uint256 a = 0; a < STRANGER; ++a) inHand[t][a] = RICHES;
        }
    }

    // ------------------------------------------------------------------------------------------- what should happen

    function _recordFunding(uint256 entry, uint256 index) internal {
        IMicroEscrow.Milestone memory planned = entries[entry].schedule[index];
        ghosts[entry][index].held = planned.amount;
        _recordTurn(entry, index, IMicroEscrow.Status.Funded, planned.workPeriod);
    }

    /// @dev Somebody else has the turn now, for `period` seconds.
    function _recordTurn(uint256 entry, uint256 index, IMicroEscrow.Status status, uint256 period) internal {
        Ghost storage ghost = ghosts[entry][index];
        ++transitions[ghost.status][status];
        ghost.status = status;
        ghost.clock = uint40(block.timestamp + period);
    }

    function _recordAdvance(uint256 entry, uint256 index, uint256 amount) internal {
        ghosts[entry][index].held -= uint128(amount);
        _payFreelancer(entry, index, amount);
    }

    /// @dev All of what is held to the freelancer.
    function _recordRelease(uint256 entry, uint256 index, IMicroEscrow.Outcome outcome) internal {
        _payFreelancer(entry, index, ghosts[entry][index].held);
        _recordEnd(entry, index, IMicroEscrow.Status.Released, outcome);
    }

    /// @dev All of what is held back to the client.
    function _recordRefund(uint256 entry, uint256 index, IMicroEscrow.Outcome outcome) internal {
        _payClient(entry, index, ghosts[entry][index].held);
        _recordEnd(entry, index, IMicroEscrow.Status.Refunded, outcome);
    }

    /// @dev `freelancerAmount` to the freelancer, the rest back to the client.
    function _recordSplit(
        uint256 entry,
        uint256 index,
        IMicroEscrow.Outcome outcome,
        uint256 freelancerAmount
    ) internal {
        _payFreelancer(entry, index, freelancerAmount);
        _payClient(entry, index, ghosts[entry][index].held - freelancerAmount);
        _recordEnd(entry, index, IMicroEscrow.Status.Resolved, outcome);
    }

    function _recordRuling(uint256 entry, uint256 index, uint256 freelancerAmount) internal {
        Ghost storage ghost = ghosts[entry][index];
        uint256 fee = _arbiterFee(entry, index);
        ghost.due.arbiter = fee;
        ghost.held -= uint128(fee);
        _wait(entry, entries[entry].agreement.arbiter, fee);
        _recordSplit(entry, index, IMicroEscrow.Outcome.Ruled, freelancerAmount);
    }

    function _recordEnd(
        uint256 entry,
        uint256 index,
        IMicroEscrow.Status status,
        IMicroEscrow.Outcome outcome
    ) private {
        Ghost storage ghost = ghosts[entry][index];
        ++transitions[ghost.status][status];
        ++outcomes[outcome];
        (ghost.status, ghost.outcome, ghost.clock, ghost.held) = (status, outcome, 0, 0);
    }

    function _recordWithdrawal(uint256 token, uint256 account) internal {
        if (waiting[token][account] == 0) return;
        inHand[token][account] += _arriving(token, waiting[token][account]);
        waiting[token][account] = 0;
    }

    function _arbiterFee(uint256 entry, uint256 index) internal view returns (uint256) {
        return (uint256(ghosts[entry][index].held) * entries[entry].agreement.arbiterFeeBps) / BPS;
    }

    function _payFreelancer(uint256 entry, uint256 index, uint256 gross) private {
        IMicroEscrow.Agreement memory agreement = entries[entry].agreement;
        uint256 fee = (gross * agreement.feeBps) / BPS;
        ghosts[entry][index].due.platform += fee;
        ghosts[entry][index].due.freelancer += gross - fee;
        _wait(entry, agreement.feeRecipient, fee);
        _push(entry, _freelancerPayee(agreement), gross - fee);
    }

    function _payClient(uint256 entry, uint256 index, uint256 amount) private {
        ghosts[entry][index].due.client += amount;
        _push(entry, _clientPayee(entries[entry].agreement), amount);
    }

    /// @dev Paid at once, or, where the token refuses that account, kept for it.
    function _push(uint256 entry, address payee, uint256 amount) private {
        uint256 token = entries[entry].token;
        if (amount == 0) return;
        if (_accepts(token, address(escrow), payee)) {
            inHand[token][_accountOf(payee)] += _arriving(token, amount);
        } else {
            ++deferrals;
            _wait(entry, payee, amount);
        }
    }

    function _wait(uint256 entry, address payee, uint256 amount) private {
        if (amount != 0) waiting[entries[entry].token][_accountOf(payee)] += amount;
    }

    function _accountOf(address account) internal view returns (uint256) {
        for (uint256 a = 0; a < ACCOUNTS; ++a) {
            if (accounts[a] == account) return a;
        }
        revert("the model pays nobody else");
    }

    // ------------------------------------------------------------------------------------------ what was announced

    /// @dev Writes a successful call's events into the second book.
    function _recordEvents(Vm.Log[] memory logs) internal {
        for (uint256 i = 0; i < logs.length; ++i) {
            Vm.Log memory log = logs[i];
            if (log.emitter != address(escrow)) _recordTransfer(log);
            else if (log.topics[0] == IMicroEscrow.MilestoneFunded.selector) _recordFunded(log);
            else if (log.topics[0] == IMicroEscrow.MilestoneAdvanced.selector) _recordAdvanced(log);
            else if (log.topics[0] == IMicroEscrow.MilestoneConcluded.selector) _recordConcluded(log);
        }
    }

    function _recordTransfer(Vm.Log memory log) private {
        if (log.topics[0] != IERC20.Transfer.selector) return;
        uint256 token = 0;
        while (address(tokens[token]) != log.emitter) ++token;
        uint256 amount = abi.decode(log.data, (uint256));
        if (log.topics[1] == _word(address(escrow))) wentOut[token] += amount;
        if (log.topics[2] == _word(address(escrow))) cameIn[token] += amount;
    }

    function _recordFunded(Vm.Log memory log) private {
        (uint128 amount, ) = abi.decode(log.data, (uint128, uint40));
        _announced(log).funded += amount;
    }

    function _recordAdvanced(Vm.Log memory log) private {
        Split storage announced = _announced(log).announced;
        (uint256 freelancerAmount, uint256 platformFee, ) = abi.decode(log.data, (uint256, uint256, uint128));
        _checkPlatformFee(log, freelancerAmount, platformFee);
        announced.freelancer += freelancerAmount;
        announced.platform += platformFee;
    }

    function _recordConcluded(Vm.Log memory log) private {
        Ghost storage ghost = _announced(log);
        Split memory split;
        (split.freelancer, split.client, split.platform, split.arbiter, ) = abi.decode(
            log.data,
            (uint256, uint256, uint256, uint256, bytes32)
        );
        _checkPlatformFee(log, split.freelancer, split.platform);
        uint256 held = split.freelancer + split.client + split.platform + split.arbiter;
        uint256 feeBps = entries[_entryOf[log.topics[1]]].agreement.arbiterFeeBps;
        require(split.arbiter * BPS <= held * feeBps, "Invariant 7: the arbiter takes more than was agreed");

        ghost.announced.freelancer += split.freelancer;
        ghost.announced.client += split.client;
        ghost.announced.platform += split.platform;
        ghost.announced.arbiter += split.arbiter;
        ghost.concludedAs = IMicroEscrow.Outcome(uint256(log.topics[3]));
        ++ghost.conclusions;
    }

    function _checkPlatformFee(Vm.Log memory log, uint256 freelancerAmount, uint256 platformFee) private view {
        uint256 feeBps = entries[_entryOf[log.topics[1]]].agreement.feeBps;
        require(
            platformFee * BPS <= (freelancerAmount + platformFee) * feeBps,
            "Invariant 7: the platform takes more than was agreed"
        );
    }

    function _announced(Vm.Log memory log) private view returns (Ghost storage) {
        return ghosts[_entryOf[log.topics[1]]][uint256(log.topics[2])];
    }

    function _word(address account) private pure returns (bytes32) {
        return bytes32(uint256(uint160(account)));
    }
}
