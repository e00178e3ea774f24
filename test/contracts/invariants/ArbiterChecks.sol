// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAppealableArbiter} from "../../../contracts/interfaces/IAppealableArbiter.sol";
import {IArbiter} from "../../../contracts/interfaces/IArbiter.sol";
import {ICourtArbiter} from "../../../contracts/interfaces/ICourtArbiter.sol";
import {Checks} from "./Checks.sol";
import {recorder} from "./Recorder.sol";

/// @title ArbiterChecks
/// @notice Compares the arbiters with the two books, as {Checks} does with the escrow. An arbiter that is not called in a move
/// writes nothing; in one that is, what it owes is known by its slots, and its case is looked at.
abstract contract ArbiterChecks is Checks {
    // What the last checks saw: what each arbiter owes.
    mapping(uint256 pair => uint256[ACCOUNTS]) private _owed;
    mapping(uint256 pair => uint256) private _sumOwed;

    constructor() {
        for (uint256 k = 0; k < pairs.length; ++k) {
            (uint256 arbiter, uint256 t) = _pair(k);
            for (uint256 a = 0; a < ACCOUNTS; ++a) {
                recorder.record();
                IArbiter(accounts[arbiter]).claimable(address(tokens[t]), accounts[a]);
                _learn(accounts[arbiter], _page(Page.Debt, k, a));
            }
        }
    }

    function _checkTouched() internal override {
        for (uint256 arbiter = PEOPLE; arbiter < ACCOUNTS; ++arbiter) {
            (, bytes32[] memory writes) = recorder.accesses(accounts[arbiter]);
            require(writes.length == 0 || acts[arbiter], "Invariant 17: an arbiter acted that was not asked");
            for (uint256 k = 0; k < writes.length; ++k) {
                uint256 page = pageOf[accounts[arbiter]][writes[k]];
                if (page != 0) _touch(page);
            }
            acts[arbiter] = false;
        }
        super._checkTouched();
        for (uint256 k = 0; k < pairs.length; ++k) _checkBacking(k, _sumOwed[k]);
        require(address(courtArbiter).balance == 0, "Invariant 19: ether stays with the court's arbiter");
    }

    function _checkPage(Page kind, uint256 a, uint256 b) internal override {
        if (kind == Page.Case) {
            _checkCase(a, b);
        } else if (kind == Page.Debt) {
            uint256 debt = _checkDebt(a, b);
            _sumOwed[a] = _sumOwed[a] + debt - _owed[a][b];
            _owed[a][b] = debt;
        } else {
            super._checkPage(kind, a, b);
        }
    }

    /// @notice Invariants 15 to 19 too, for everything there is.
    function checkEverything() public view override {
        super.checkEverything();
        for (uint256 k = 0; k < pairs.length; ++k) {
            uint256 sum = 0;
            for (uint256 a = 0; a < ACCOUNTS; ++a) sum += _checkDebt(k, a);
            _checkBacking(k, sum);
        }
        for (uint256 p = 0; p < places.length; ++p) _checkCase(places[p].entry, places[p].index);
        for (uint256 a = PEOPLE; a < ACCOUNTS; ++a) {
            require(accounts[a].balance == 0, "Invariant 19: an arbiter has ether");
        }
    }

    /// @dev What an arbiter has, and what the escrow has for it, which are as the first book says, is what it owes, with its
    /// open deposits, and donations; less what the token burnt on the way from the escrow.
    function _checkBacking(uint256 k, uint256 sum) private view {
        (uint256 arbiter, uint256 t) = _pair(k);
        int256 has = int256(inHand[t][arbiter] + waiting[t][arbiter]) - onTheWay[t][arbiter];
        int256 owes = int256(sum + openDeposits[k]);
        require(has >= owes, "Invariant 15: an arbiter owes more than it has");
        require(has == owes + int256(gifts[k]), "Invariant 15: an arbiter has more than it owes and was given");
    }

    function _checkDebt(uint256 k, uint256 a) private view returns (uint256 debt) {
        (uint256 arbiter, uint256 t) = _pair(k);
        debt = IArbiter(accounts[arbiter]).claimable(address(tokens[t]), accounts[a]);
        require(debt <= owed[k][a], "Invariant 16: an arbiter owes an account more than its fees and deposits");
        require(debt == owed[k][a], "Invariant 16: an arbiter owes an account less than its fees and deposits");
        require(debt == announcedOwed[k][a], "Invariant 16: what an arbiter owes is not what it announced");
    }

    function _checkCase(uint256 e, uint256 i) private view {
        bytes32 id = entries[e].id;
        uint256 arbiter = _arbiterOf(e);
        if (arbiter == ACCOUNTS) return; // nobody else hears it, which each call shows
        require(
            keccak256(abi.encode(panel.votesOf(id, i))) == keccak256(abi.encode(votes[e][i])),
            "Invariant 18: other votes are recorded than were cast"
        );
        if (_isAppealable(arbiter)) {
            IAppealableArbiter.Case memory current = IAppealableArbiter(accounts[arbiter]).caseOf(id, i);
            require(
                keccak256(abi.encode(current)) == keccak256(abi.encode(cases[e][i])),
                "Invariant 16: an appealable case stands elsewhere than it should"
            );
        }
        CourtCase storage expected = courtCases[e][i];
        try courtArbiter.disputeOf(id, i) returns (uint256 disputeId) {
            require(expected.opened && disputeId == expected.disputeId, "Invariant 17: a case that nobody opened");
        } catch {
            require(!expected.opened, "Invariant 17: a case was forgotten");
        }
        if (!expected.opened) return;
        ICourtArbiter.Case memory state = courtArbiter.caseOf(expected.disputeId);
        require(
            keccak256(abi.encode(state)) == keccak256(abi.encode(expected.state)),
            "Invariant 17: a court's case stands elsewhere than it should"
        );
    }
}
