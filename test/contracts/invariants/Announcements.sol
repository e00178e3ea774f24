// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {Vm} from "../utils/Vm.sol";
import {Ghosts} from "./Ghosts.sol";

/// @title Announcements
/// @notice The second book: what was announced and moved. It is written from the events of the escrow and the tokens
/// alone, so that an application that reads nothing else can be shown to know everything.
abstract contract Announcements is Ghosts {
    /// @notice A milestone as events tell it.
    struct Announced {
        uint256 funded;
        uint40 clock;
        Split parts;
        uint256 conclusions;
        IMicroEscrow.Outcome outcome;
    }

    mapping(uint256 entry => mapping(uint256 index => Announced)) internal announced;
    mapping(bytes32 id => uint256 entry) private _entryOf;

    /// @dev What is announced to wait for each account: fees and deferred payments, less what was withdrawn.
    uint256[ACCOUNTS][TOKENS] internal announcedWaiting;

    /// @dev What tokens moved into and out of the escrow, as their events say. Donations are not among it.
    uint256[TOKENS] internal cameIn;
    uint256[TOKENS] internal wentOut;
    uint256[TOKENS] internal donated;

    constructor() {
        for (uint256 e = 0; e < entries.length; ++e) _entryOf[entries[e].id] = e;
    }

    /// @dev Writes a successful call's events into the book.
    function _recordEvents(Vm.Log[] memory logs) internal {
        for (uint256 i = 0; i < logs.length; ++i) {
            Vm.Log memory log = logs[i];
            bytes32 topic = log.topics[0];
            if (log.emitter != address(escrow)) _recordTransfer(log);
            else if (topic == IMicroEscrow.MilestoneFunded.selector) _recordFunded(log);
            else if (topic == IMicroEscrow.MilestoneAdvanced.selector) _recordAdvanced(log);
            else if (topic == IMicroEscrow.MilestoneConcluded.selector) _recordConcluded(log);
            else if (topic == IMicroEscrow.PaymentDeferred.selector) _recordDeferred(log);
            else if (topic == IMicroEscrow.Withdrawn.selector) _recordWithdrawn(log);
            else if (_movesClock(topic)) _announced(log).clock = uint40(_lastWord(log.data));
        }
    }

    function _movesClock(bytes32 topic) private pure returns (bool) {
        return
            topic == IMicroEscrow.MilestoneSubmitted.selector ||
            topic == IMicroEscrow.ChangesRequested.selector ||
            topic == IMicroEscrow.MilestoneAttested.selector ||
            topic == IMicroEscrow.MilestoneExtended.selector ||
            topic == IMicroEscrow.MilestoneDisputed.selector;
    }

    function _recordTransfer(Vm.Log memory log) private {
        if (log.topics[0] != IERC20.Transfer.selector) return;
        uint256 token = _tokenOf(log.emitter);
        uint256 amount = abi.decode(log.data, (uint256));
        if (log.topics[1] == _word(address(escrow))) wentOut[token] += amount;
        if (log.topics[2] == _word(address(escrow))) cameIn[token] += amount;
    }

    function _recordFunded(Vm.Log memory log) private {
        (uint128 amount, uint40 clock) = abi.decode(log.data, (uint128, uint40));
        Announced storage milestone = _announced(log);
        (milestone.funded, milestone.clock) = (milestone.funded + amount, clock);
    }

    function _recordAdvanced(Vm.Log memory log) private {
        Split memory parts;
        (parts.freelancer, parts.platform, ) = abi.decode(log.data, (uint256, uint256, uint128));
        _recordParts(log, parts);
    }

    function _recordConcluded(Vm.Log memory log) private {
        Split memory parts;
        (parts.freelancer, parts.client, parts.platform, parts.arbiter, ) = abi.decode(
            log.data,
            (uint256, uint256, uint256, uint256, bytes32)
        );
        uint256 held = parts.freelancer + parts.client + parts.platform + parts.arbiter;
        uint256 feeBps = entries[_entryOf[log.topics[1]]].agreement.arbiterFeeBps;
        require(parts.arbiter * BPS <= held * feeBps, "Invariant 7: the arbiter takes more than was agreed");
        _recordParts(log, parts);

        Announced storage milestone = _announced(log);
        milestone.outcome = IMicroEscrow.Outcome(uint256(log.topics[3]));
        milestone.clock = 0;
        ++milestone.conclusions;
    }

    /// @dev Fees wait for whom they are for.
    function _recordParts(Vm.Log memory log, Split memory parts) private {
        Entry storage entry = entries[_entryOf[log.topics[1]]];
        require(
            parts.platform * BPS <= (parts.freelancer + parts.platform) * entry.agreement.feeBps,
            "Invariant 7: the platform takes more than was agreed"
        );
        Split storage all = _announced(log).parts;
        all.freelancer += parts.freelancer;
        all.client += parts.client;
        all.platform += parts.platform;
        all.arbiter += parts.arbiter;
        if (parts.platform != 0) _announceWaiting(entry.token, entry.agreement.feeRecipient, parts.platform);
        if (parts.arbiter != 0) _announceWaiting(entry.token, entry.agreement.arbiter, parts.arbiter);
    }

    function _recordDeferred(Vm.Log memory log) private {
        (address token, uint256 amount) = abi.decode(log.data, (address, uint256));
        _announceWaiting(_tokenOf(token), address(uint160(uint256(log.topics[3]))), amount);
    }

    function _announceWaiting(uint256 token, address payee, uint256 amount) private {
        uint256 account = _accountOf(payee);
        _touch(Page.Account, token, account);
        announcedWaiting[token][account] += amount;
    }

    function _recordWithdrawn(Vm.Log memory log) private {
        uint256 token = _tokenOf(address(uint160(uint256(log.topics[1]))));
        uint256 account = _accountOf(address(uint160(uint256(log.topics[2]))));
        _touch(Page.Account, token, account);
        announcedWaiting[token][account] -= abi.decode(log.data, (uint256));
    }

    function _announced(Vm.Log memory log) private returns (Announced storage) {
        (uint256 e, uint256 i) = (_entryOf[log.topics[1]], uint256(log.topics[2]));
        bool exists = entries[e].id == log.topics[1] && i < entries[e].schedule.length;
        require(exists, "Invariant 8: an event about a milestone that does not exist");
        _touch(Page.Milestone, e, i);
        return announced[e][i];
    }

    function _tokenOf(address token) private view returns (uint256 index) {
        while (address(tokens[index]) != token) ++index;
    }

    function _word(address account) private pure returns (bytes32) {
        return bytes32(uint256(uint160(account)));
    }

    function _lastWord(bytes memory data) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(data, mload(data)))
        }
    }
}
