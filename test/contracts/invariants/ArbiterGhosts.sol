// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAppealableArbiter} from "../../../contracts/interfaces/IAppealableArbiter.sol";
import {ICourtArbiter} from "../../../contracts/interfaces/ICourtArbiter.sol";
import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {IPanelArbiter} from "../../../contracts/interfaces/IPanelArbiter.sol";
import {Ghosts} from "./Ghosts.sol";

/// @title ArbiterGhosts
/// @notice The first book's part on the arbiters: what each should owe, where each case should stand, and when it is whose
/// turn. It is written from what their interfaces say.
abstract contract ArbiterGhosts is Ghosts {
    /// @notice A case before the court.
    struct CourtCase {
        bool opened;
        uint256 disputeId;
        ICourtArbiter.Case state;
    }

    /// @notice Who is paid for a decision, in accounts; what does not divide goes to the first.
    struct Award {
        uint16 shareBps;
        uint256[] paid;
    }

    /// @dev What each arbiter should owe, by its place in `pairs`; the open deposits; what it was given unasked.
    mapping(uint256 pair => uint256[ACCOUNTS]) internal owed;
    mapping(uint256 pair => uint256) internal openDeposits;
    mapping(uint256 pair => uint256) internal gifts;

    mapping(uint256 entry => mapping(uint256 index => IPanelArbiter.Vote[])) internal votes;
    mapping(uint256 entry => mapping(uint256 index => IAppealableArbiter.Case)) internal cases;
    mapping(uint256 entry => mapping(uint256 index => CourtCase)) internal courtCases;

    /// @dev Which arbiters the present move calls: the others may store nothing.
    mapping(uint256 arbiter => bool) internal acts;

    /// @dev How often a deposit went to the second instance, and back; how often the appellant won.
    uint256[2] internal depositEnds;
    uint256 internal appealsWon;

    function _pair(uint256 k) internal view returns (uint256 arbiter, uint256 token) {
        return (pairs[k] >> 8, pairs[k] & 0xff);
    }

    function _pairOf(uint256 arbiter, uint256 token) internal view returns (uint256 k) {
        while (pairs[k] != (arbiter << 8) | token) ++k;
    }

    // ------------------------------------------------------------------------------------------------------- turns

    /// @dev When a milestone is before an arbiter; `refusal`: why it is not, now.
    function _hearing(
        uint256 arbiter,
        uint256 e,
        uint256 i
    ) internal view returns (string memory refusal, uint256 start, uint256 end) {
        Ghost storage ghost = ghosts[e][i];
        if (ghost.status != IMicroEscrow.Status.Disputed) return ("Invariant 17: heard without a dispute", 0, 0);
        end = ghost.clock;
        start = end - entries[e].agreement.arbitrationPeriod;
        uint256 named = _arbiterOf(e);
        if (named == arbiter) return (_over(end), start, end);
        if (!_isAppealable(named)) return ("Invariant 17: heard what is before another arbiter", 0, 0);
        IAppealableArbiter.Case storage current = cases[e][i];
        if (current.stage == IAppealableArbiter.Stage.Proposed) return ("Invariant 17: heard too early", 0, 0);
        start = current.stage == IAppealableArbiter.Stage.None ? start + PROPOSAL_PERIOD : current.since;
        end = _least(start + DECISION_PERIOD, end);
        return (block.timestamp < start ? "Invariant 17: heard too early" : _over(end), start, end);
    }

    function _over(uint256 end) internal view returns (string memory) {
        return block.timestamp < end ? "" : "Invariant 17: heard after the hearing";
    }

    /// @dev Whether what an arbiter awards on a milestone is carried out: it is named, or the second instance of the one that is.
    function _hasSay(uint256 arbiter, uint256 e) internal view returns (bool) {
        uint256 named = _arbiterOf(e);
        return named == arbiter || (_isAppealable(named) && _secondInstance(named) == arbiter);
    }

    function _least(uint256 a, uint256 b) internal pure returns (uint256) {
        return a < b ? a : b;
    }

    // ------------------------------------------------------------------------------------------- what should happen

    /// @dev An arbiter awards a share, and pays those who earned it: its own fee, or what the arbiter before it has for them.
    function _recordAward(uint256 arbiter, uint256 e, uint256 i, Award memory award) internal {
        uint256 named = _arbiterOf(e);
        if (named != arbiter) return _recordDecision(e, i, award);
        uint256 fee = _arbiterFee(e, i);
        _creditEach(named, e, award.paid, fee);
        _recordRuling(e, i, ((ghosts[e][i].held - fee) * award.shareBps) / BPS);
    }

    /// @dev The second instance decides: it gets the deposit, or, where nobody appealed, the arbiter's fee. A party that appealed
    /// and won is paid the deposit by the other one, as far as its part reaches.
    function _recordDecision(uint256 e, uint256 i, Award memory award) internal {
        uint256 named = _arbiterOf(e);
        IAppealableArbiter.Case memory decided = cases[e][i];
        uint256 fee = _arbiterFee(e, i);
        uint256 pot = ghosts[e][i].held - fee;
        uint256 freelancers = (pot * award.shareBps) / BPS;
        if (decided.stage == IAppealableArbiter.Stage.Appealed) {
            ++depositEnds[0];
            openDeposits[_pairOf(named, entries[e].token)] -= decided.deposit;
            _creditEach(named, e, award.paid, decided.deposit);
            _credit(named, e, _firstInstance(named), fee);
            bool won = decided.byClient ? award.shareBps < decided.shareBps : award.shareBps > decided.shareBps;
            if (won) ++appealsWon;
            if (won && decided.byClient) freelancers -= _least(decided.deposit, freelancers);
            else if (won) freelancers += _least(decided.deposit, pot - freelancers);
        } else {
            _creditEach(named, e, award.paid, fee);
        }
        delete cases[e][i];
        _touch(Page.Case, e, i);
        _recordRuling(e, i, freelancers);
    }

    /// @dev The proposal becomes the ruling; the first instance gets the fee, and who appealed its deposit back.
    function _recordExecution(uint256 e, uint256 i) internal {
        uint256 fee = _arbiterFee(e, i);
        uint256 pot = ghosts[e][i].held - fee;
        uint256 share = cases[e][i].shareBps;
        _credit(_arbiterOf(e), e, _firstInstance(_arbiterOf(e)), fee);
        _recordReturn(e, i);
        _recordRuling(e, i, (pot * share) / BPS);
    }

    /// @dev The case is over, and its deposit, if it has one, back with who appealed.
    function _recordReturn(uint256 e, uint256 i) internal {
        IAppealableArbiter.Case memory closed = cases[e][i];
        if (closed.stage == IAppealableArbiter.Stage.Appealed) {
            ++depositEnds[1];
            IMicroEscrow.Agreement memory agreement = entries[e].agreement;
            openDeposits[_pairOf(_arbiterOf(e), entries[e].token)] -= closed.deposit;
            address party = closed.byClient ? agreement.client : agreement.freelancer;
            _credit(_arbiterOf(e), e, _accountOf(party), closed.deposit);
        }
        delete cases[e][i];
        _touch(Page.Case, e, i);
    }

    /// @dev An appeal, for which `payer` pays.
    function _recordDeposit(uint256 e, uint256 i, uint256 payer, uint256 deposit) internal {
        IAppealableArbiter.Case storage current = cases[e][i];
        (current.stage, current.since) = (IAppealableArbiter.Stage.Appealed, uint40(block.timestamp));
        current.deposit = uint128(deposit);
        uint256 token = entries[e].token;
        openDeposits[_pairOf(_arbiterOf(e), token)] += deposit;
        _spend(token, payer, deposit);
        _receive(token, _arbiterOf(e), deposit);
    }

    function _recordGift(uint256 arbiter, uint256 token, uint256 amount) internal {
        gifts[_pairOf(arbiter, token)] += amount;
        _receive(token, arbiter, amount);
    }

    function _creditEach(uint256 arbiter, uint256 e, uint256[] memory paid, uint256 amount) private {
        uint256 part = amount / paid.length;
        _credit(arbiter, e, paid[0], amount % paid.length);
        for (uint256 k = 0; k < paid.length; ++k) _credit(arbiter, e, paid[k], part);
    }

    function _credit(uint256 arbiter, uint256 e, uint256 account, uint256 amount) private {
        uint256 pair = _pairOf(arbiter, entries[e].token);
        _touch(Page.Debt, pair, account);
        owed[pair][account] += amount;
    }

    // ----------------------------------------------------------------------------------------------------- the panel

    /// @dev The vote that stands at a place from 0 on, counted from the lowest share: less than it are at most so many, and less
    /// or equal are more.
    function _shareAt(IPanelArbiter.Vote[] memory list, uint256 count, uint256 place) internal pure returns (uint256) {
        for (uint256 k = 0; k < count; ++k) {
            (uint256 below, uint256 upTo) = (0, 0);
            for (uint256 v = 0; v < count; ++v) {
                if (list[v].shareBps < list[k].shareBps) ++below;
                if (list[v].shareBps <= list[k].shareBps) ++upTo;
            }
            if (below <= place && upTo > place) return list[k].shareBps;
        }
        revert("no votes");
    }

    /// @dev The median; of an even number the mean of the two in the middle, rounded down.
    function _median(IPanelArbiter.Vote[] memory list, uint256 count) internal pure returns (uint16) {
        return uint16((_shareAt(list, count, (count - 1) / 2) + _shareAt(list, count, count / 2)) / 2);
    }

    /// @dev Nobody is missing, or more than half of all seats award the same.
    function _isDecided(IPanelArbiter.Vote[] memory list, uint256 count) internal pure returns (bool) {
        if (count < QUORUM) return false;
        if (count == SEATS) return true;
        for (uint256 k = 0; k < count; ++k) {
            uint256 same = 0;
            for (uint256 v = 0; v < count; ++v) {
                if (list[v].shareBps == list[k].shareBps) ++same;
            }
            if (same > SEATS / 2) return true;
        }
        return false;
    }

    /// @dev The panel's ruling by these votes. The voter of the lowest share, the first of such, is the first to be paid.
    function _recordPanelRuling(uint256 e, uint256 i, IPanelArbiter.Vote[] memory list, uint256 count) internal {
        Award memory award = Award(_median(list, count), new uint256[](count));
        uint256 lowest = 0;
        for (uint256 k = 0; k < count; ++k) {
            award.paid[k] = _accountOf(list[k].member);
            if (list[k].shareBps < list[lowest].shareBps) lowest = k;
        }
        (award.paid[0], award.paid[lowest]) = (award.paid[lowest], award.paid[0]);
        delete votes[e][i];
        _touch(Page.Case, e, i);
        _recordAward(PANEL, e, i, award);
    }
}
