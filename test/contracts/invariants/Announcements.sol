// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IAppealableArbiter} from "../../../contracts/interfaces/IAppealableArbiter.sol";
import {IArbiter} from "../../../contracts/interfaces/IArbiter.sol";
import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {IPanelArbiter} from "../../../contracts/interfaces/IPanelArbiter.sol";
import {Vm} from "../utils/Vm.sol";
import {ArbiterGhosts} from "./ArbiterGhosts.sol";

/// @title Announcements
/// @notice The second book: what was announced and moved. It is written from the events of the escrow, the tokens and the arbiters
/// alone, and {Checks} compares all that the escrow stores with it: an application that reads nothing else knows
/// everything. (What a milestone's parts add up to is compared too; what events say beyond that is for the unit tests.)
abstract contract Announcements is ArbiterGhosts {
    /// @notice A milestone as events tell it.
    struct Announced {
        IMicroEscrow.Status status;
        IMicroEscrow.Outcome outcome;
        uint8 submissions;
        uint40 clock;
        uint128 held;
        uint256 funded;
        uint256 conclusions;
        Split parts;
    }

    mapping(uint256 entry => mapping(uint256 index => Announced)) internal announced;
    mapping(uint256 entry => uint8) internal announcedFlags;
    mapping(uint256 entry => bool) private _opened;
    mapping(bytes32 id => uint256 entry) private _entryOf;

    /// @dev What is announced to wait for each account: fees and deferred payments, less what was withdrawn.
    uint256[ACCOUNTS][TOKENS] internal announcedWaiting;

    /// @dev What tokens moved into and out of the escrow, as their events say. Donations are not among it.
    uint256[TOKENS] internal cameIn;
    uint256[TOKENS] internal wentOut;
    uint256[TOKENS] internal donated;

    /// @dev What SignedFunding was given by mistake.
    uint256[TOKENS] internal stray;

    /// @dev What each arbiter says that it owes, and holds as a deposit; the votes that the panel says it has.
    mapping(uint256 pair => uint256[ACCOUNTS]) internal announcedOwed;
    mapping(bytes32 id => mapping(uint256 index => uint256)) private _deposits;
    mapping(bytes32 id => mapping(uint256 index => IPanelArbiter.Vote[])) private _votes;

    constructor() {
        for (uint256 e = 0; e < entries.length; ++e) _entryOf[entries[e].id] = e;
    }

    /// @dev Writes a successful call's events into the book.
    function _recordEvents(Vm.Log[] memory logs) internal {
        for (uint256 i = 0; i < logs.length; ++i) {
            Vm.Log memory log = logs[i];
            bytes32 topic = log.topics[0];
            if (_isArbiter(log.emitter)) _recordArbiterEvent(log);
            else if (log.emitter != address(escrow)) _recordTokenEvent(log);
            else if (topic == IMicroEscrow.AgreementOpened.selector) _recordOpened(log);
            else if (topic == IMicroEscrow.AgreementAccepted.selector) _recordAccepted(log);
            else if (topic == IMicroEscrow.AgreementClosed.selector) _recordClosed(log);
            else if (topic == IMicroEscrow.MilestoneFunded.selector) _recordFunded(log);
            else if (topic == IMicroEscrow.MilestoneAdvanced.selector) _recordAdvanced(log);
            else if (topic == IMicroEscrow.MilestoneConcluded.selector) _recordConcluded(log);
            else if (topic == IMicroEscrow.PaymentDeferred.selector) _recordDeferred(log, logs[i - 1]);
            else if (topic == IMicroEscrow.Withdrawn.selector) _recordWithdrawn(log);
            else if (_movesClock(topic)) _recordTurn(log);
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

    function _recordTokenEvent(Vm.Log memory log) private {
        if (log.topics[0] == IERC20.Approval.selector) {
            require(log.topics[1] != _word(address(escrow)), "Invariant 12: the escrow granted an allowance");
            bool byArbiter = _isArbiter(address(uint160(uint256(log.topics[1]))));
            require(!byArbiter, "Invariant 15: an arbiter granted an allowance");
        }
        if (log.topics[0] != IERC20.Transfer.selector) return;
        uint256 token = _tokenOf(log.emitter);
        uint256 amount = abi.decode(log.data, (uint256));
        if (log.topics[1] == _word(address(escrow))) wentOut[token] += amount;
        if (log.topics[2] == _word(address(escrow))) cameIn[token] += amount;
    }

    // --------------------------------------------------------------------------------------------------- agreements

    function _recordOpened(Vm.Log memory log) private {
        uint256 e = _announcedEntry(log);
        require(!_opened[e], "Invariant 3: an agreement was opened twice");
        _opened[e] = true;
        bytes memory terms = abi.encode(entries[e].agreement, entries[e].schedule);
        require(
            keccak256(log.data) == keccak256(terms),
            "Invariant 3: the agreement announced is not the one accepted"
        );
    }

    function _recordAccepted(Vm.Log memory log) private {
        uint256 e = _announcedEntry(log);
        require(_opened[e], "Invariant 3: accepted what was not opened");
        bool byClient = log.topics[2] == _word(entries[e].agreement.client);
        _announceFlag(e, byClient ? CLIENT_CONSENTED : FREELANCER_CONSENTED);
        require(
            byClient || log.topics[2] == _word(entries[e].agreement.freelancer),
            "Invariant 8: an outsider accepted"
        );
    }

    function _recordClosed(Vm.Log memory log) private {
        _announceFlag(_announcedEntry(log), CLOSED);
    }

    function _announceFlag(uint256 e, uint8 flag) private {
        require(announcedFlags[e] & flag == 0, "Invariant 3: a flag was announced twice");
        announcedFlags[e] |= flag;
    }

    function _announcedEntry(Vm.Log memory log) private returns (uint256 e) {
        e = _entryOf[log.topics[1]];
        require(entries[e].id == log.topics[1], "Invariant 8: an event about an agreement that does not exist");
        _touch(Page.Milestone, e, 0);
    }

    // --------------------------------------------------------------------------------------------------- milestones

    /// @dev The clock is the last field of all these events, the submission the first of those that are about one.
    function _recordTurn(Vm.Log memory log) private {
        Announced storage milestone = _announced(log);
        bytes32 topic = log.topics[0];
        milestone.clock = uint40(_lastWord(log.data));
        if (topic == IMicroEscrow.MilestoneExtended.selector) return;

        if (topic == IMicroEscrow.MilestoneSubmitted.selector) {
            milestone.status = IMicroEscrow.Status.Submitted;
            ++milestone.submissions;
        } else if (topic == IMicroEscrow.ChangesRequested.selector) {
            milestone.status = IMicroEscrow.Status.ChangesRequested;
        } else if (topic == IMicroEscrow.MilestoneDisputed.selector) {
            milestone.status = IMicroEscrow.Status.Disputed;
        }
        uint256 submission = uint256(bytes32(log.data));
        require(submission == milestone.submissions, "Invariant 3: an event about another submission");
    }

    function _recordFunded(Vm.Log memory log) private {
        (uint128 amount, uint40 clock) = abi.decode(log.data, (uint128, uint40));
        Announced storage milestone = _announced(log);
        milestone.status = IMicroEscrow.Status.Funded;
        (milestone.held, milestone.clock) = (milestone.held + amount, clock);
        milestone.funded += amount;
    }

    function _recordAdvanced(Vm.Log memory log) private {
        Split memory parts;
        uint128 remaining;
        (parts.freelancer, parts.platform, remaining) = abi.decode(log.data, (uint256, uint256, uint128));
        _recordParts(log, parts);
        _announced(log).held = remaining;
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
        milestone.status = _statusAfter(milestone.outcome);
        (milestone.clock, milestone.held) = (0, 0);
        ++milestone.conclusions;
    }

    function _statusAfter(IMicroEscrow.Outcome outcome) private pure returns (IMicroEscrow.Status) {
        if (
            outcome == IMicroEscrow.Outcome.Approved ||
            outcome == IMicroEscrow.Outcome.Attested ||
            outcome == IMicroEscrow.Outcome.ReviewExpired
        ) return IMicroEscrow.Status.Released;
        if (
            outcome == IMicroEscrow.Outcome.Refunded ||
            outcome == IMicroEscrow.Outcome.WorkExpired ||
            outcome == IMicroEscrow.Outcome.ReworkExpired
        ) return IMicroEscrow.Status.Refunded;
        return IMicroEscrow.Status.Resolved;
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

    /// @param before The log before it: the runner also records what was undone, the transfer that came too far before it failed.
    function _recordDeferred(Vm.Log memory log, Vm.Log memory before) private {
        (address token, uint256 amount) = abi.decode(log.data, (address, uint256));
        bool undone = before.emitter == token && before.topics[0] == IERC20.Transfer.selector;
        if (undone && before.topics[2] == log.topics[3]) wentOut[_tokenOf(token)] -= amount;
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

    // ---------------------------------------------------------------------------------------------------- arbiters

    function _recordArbiterEvent(Vm.Log memory log) private {
        bytes32 topic = log.topics[0];
        if (topic == IArbiter.FeeCredited.selector) _recordDebt(log, true);
        else if (topic == IArbiter.Withdrawn.selector) _recordDebt(log, false);
        else if (topic == IPanelArbiter.VoteCast.selector) _recordVote(log);
        else if (topic == IPanelArbiter.PanelRuled.selector) _recordPanelRuled(log);
        else if (topic == IAppealableArbiter.ProposalAppealed.selector) {
            uint256 deposit = abi.decode(log.data, (uint256));
            require(_deposits[log.topics[1]][uint256(log.topics[2])] == 0, "Invariant 16: two deposits for one case");
            _deposits[log.topics[1]][uint256(log.topics[2])] = deposit;
        } else if (topic == IAppealableArbiter.DepositReturned.selector) {
            uint256 deposit = abi.decode(log.data, (uint256));
            require(
                _deposits[log.topics[1]][uint256(log.topics[2])] == deposit,
                "Invariant 16: a deposit that is not there went back"
            );
            _deposits[log.topics[1]][uint256(log.topics[2])] = 0;
        } else if (topic == IAppealableArbiter.HearingDecided.selector) {
            _deposits[log.topics[1]][uint256(log.topics[2])] = 0;
        }
    }

    function _recordDebt(Vm.Log memory log, bool more) private {
        uint256 arbiter = _accountOf(log.emitter);
        uint256 pair = _pairOf(arbiter, _tokenOf(address(uint160(uint256(log.topics[1])))));
        uint256 account = _accountOf(address(uint160(uint256(log.topics[2]))));
        uint256 amount = abi.decode(log.data, (uint256));
        _touch(Page.Debt, pair, account);
        if (more) announcedOwed[pair][account] += amount;
        else announcedOwed[pair][account] -= amount;
    }

    function _recordVote(Vm.Log memory log) private {
        (uint16 shareBps, bytes32 reasoning) = abi.decode(log.data, (uint16, bytes32));
        address member = address(uint160(uint256(log.topics[3])));
        IPanelArbiter.Vote[] storage list = _votes[log.topics[1]][uint256(log.topics[2])];
        for (uint256 k = 0; k < list.length; ++k) {
            require(list[k].member != member, "Invariant 18: a member voted twice");
        }
        list.push(IPanelArbiter.Vote(member, shareBps, reasoning));
    }

    /// @dev The ruling is the median of the votes that were announced, and its reasoning one of theirs who voted so (of two in the
    /// middle, the lower).
    function _recordPanelRuled(Vm.Log memory log) private view {
        (uint16 shareBps, bytes32 reasoning, uint256 count) = abi.decode(log.data, (uint16, bytes32, uint256));
        IPanelArbiter.Vote[] memory list = _votes[log.topics[1]][uint256(log.topics[2])];
        require(list.length == count, "Invariant 18: the panel ruled by other votes than were cast");
        require(shareBps == _median(list, count), "Invariant 18: the panel's ruling is not the median");
        uint256 lower = _shareAt(list, count, (count - 1) / 2);
        bool isTheirs = false;
        for (uint256 k = 0; k < count; ++k) {
            isTheirs = isTheirs || (list[k].shareBps == lower && list[k].reasoning == reasoning);
        }
        require(isTheirs, "Invariant 18: the panel's reasoning is another vote's");
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
