// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICourtArbiter} from "../../../contracts/interfaces/ICourtArbiter.sol";
import {IKlerosArbiter} from "../../../contracts/interfaces/IKlerosArbiter.sol";
import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {vm} from "../utils/Vm.sol";
import {ArbiterMoves} from "./ArbiterMoves.sol";

/// @title CourtMoves
/// @notice A case before the court: open, the court's ruling, appeal, execute. The court asks another price each time, rules when
/// it likes or never, and some parties cannot take back their change.
abstract contract CourtMoves is ArbiterMoves {
    /// @dev The cases that were opened, in their order.
    Place[] private _opened;

    function open(uint256 seed) external drawnFrom(seed) {
        (uint256 e, uint256 i) = _pickCourtCase(ICourtArbiter.Stage.None);
        _open(e, i);
    }

    function _open(uint256 e, uint256 i) private {
        court.setMood(_draw(3) * 1e15, !_chance(3));
        (uint256 cost, uint256 number) = (court.price(), court.number());
        (Warrant memory w, bool byParty) = _payer(e);
        w.value = cost;
        if (_chance(12)) w.value = cost / 2;
        if (_chance(3)) w.value = cost + _draw(1e15);

        string memory refusal = _courtRefusal(e, i, byParty);
        if (courtCases[e][i].opened) refusal = "Invariant 17: a case was opened twice";
        if (w.value < cost) refusal = "Invariant 19: a case was opened for less than the court asks";
        bool takesChange = w.sender.code.length == 0;
        if (w.value > cost && !takesChange) refusal = "Invariant 19: change went to who does not take it";
        bytes memory data = abi.encodeCall(ICourtArbiter.open, (entries[e].agreement, i));
        uint256 before = _endow(w);
        bool success = _askAbout(COURT_ARBITER, e, i, Action.Open, w, data, refusal);
        _checkEther(w, before, success ? cost : 0);
        if (!success) return;
        CourtCase storage current = courtCases[e][i];
        (current.opened, current.disputeId) = (true, number);
        (current.state.opener, current.state.stage) = (w.sender, ICourtArbiter.Stage.Open);
        _opened.push(Place(e, i));
    }

    /// @notice The court rules, in time or late, and never twice; sometimes somebody pretends to be the court.
    function ruleAtCourt(uint256 seed) external drawnFrom(seed) {
        if (_opened.length == 0) return;
        Place memory place = _opened[_draw(_opened.length)];
        for (uint256 k = 0; k < 8 && !_isOpen(place) && !_chance(12); ++k) place = _opened[_draw(_opened.length)];
        _ruleAtCourt(place);
    }

    function _ruleAtCourt(Place memory place) private {
        CourtCase storage current = courtCases[place.entry][place.index];
        uint256 ruling = _chance(8) ? type(uint256).max - _draw(2) : _draw(courtShares.length + 2);

        bool pretends = _chance(16);
        string memory refusal = "";
        if (!_isOpen(place)) refusal = "Invariant 17: the court ruled twice";
        if (pretends) refusal = "Invariant 17: somebody ruled who is not the court";
        bytes memory data = abi.encodeCall(IKlerosArbiter.rule, (current.disputeId, ruling));
        Warrant memory w = _direct(pretends ? accounts[_draw(PEOPLE)] : address(court));
        if (!_askAbout(COURT_ARBITER, place.entry, place.index, Action.RuleAtCourt, w, data, refusal)) return;
        (current.state.stage, current.state.ruling) = (ICourtArbiter.Stage.Ruled, ruling);
    }

    function appealAtCourt(uint256 seed) external drawnFrom(seed) {
        (uint256 e, uint256 i) = _pickCourtCase(ICourtArbiter.Stage.Open);
        if (!_isOpen(Place(e, i)) && !_chance(6)) {
            (e, i) = _pickCourtCase(ICourtArbiter.Stage.None);
            _open(e, i);
        }
        (Warrant memory w, bool byParty) = _payer(e);
        w.value = court.price() + _draw(2);
        if (w.value != 0 && _chance(8)) --w.value;

        string memory refusal = _courtRefusal(e, i, byParty);
        if (courtCases[e][i].state.stage != ICourtArbiter.Stage.Open) refusal = "Invariant 17: appealed without a case";
        if (!court.hearsAppeals() || w.value < court.price()) refusal = "Invariant 19: appealed without the court";
        bytes memory data = abi.encodeCall(IKlerosArbiter.appeal, (entries[e].agreement, i));
        uint256 before = _endow(w);
        bool success = _askAbout(COURT_ARBITER, e, i, Action.AppealAtCourt, w, data, refusal);
        _checkEther(w, before, success ? w.value : 0);
    }

    /// @notice Anybody carries out what the court ruled.
    function executeCase(uint256 seed) external drawnFrom(seed) {
        (uint256 e, uint256 i) = _pickCourtCase(ICourtArbiter.Stage.Ruled);
        if (courtCases[e][i].state.stage != ICourtArbiter.Stage.Ruled && !_chance(6)) {
            (e, i) = _pickCourtCase(ICourtArbiter.Stage.Open);
            if (_isOpen(Place(e, i))) _ruleAtCourt(Place(e, i));
        }
        if (ghosts[e][i].status == IMicroEscrow.Status.Disputed) _comeTo(ghosts[e][i].clock, 3);
        _executeCase(Action.ExecuteCase, e, i, accounts[_draw(PEOPLE)]);
    }

    /// @dev At the end: a stranger carries out what can be.
    function _executeCaseIfPossible(uint256 e, uint256 i) internal {
        if (bytes(_executionRefusalOfCase(e, i)).length != 0) return;
        _executeCase(Action.ConcludeAtTheEnd, e, i, accounts[STRANGER]);
    }

    function _executeCase(Action action, uint256 e, uint256 i, address sender) private {
        string memory refusal = _executionRefusalOfCase(e, i);
        bytes memory data = abi.encodeCall(ICourtArbiter.execute, (entries[e].agreement, i));
        if (!_askAbout(COURT_ARBITER, e, i, action, _direct(sender), data, refusal)) return;
        ICourtArbiter.Case storage state = courtCases[e][i].state;
        state.stage = ICourtArbiter.Stage.Executed;
        Award memory award = Award(entries[e].agreement.defaultShareBps, new uint256[](1));
        bool refused = state.ruling == 0 || state.ruling > courtShares.length;
        if (!refused) award.shareBps = courtShares[state.ruling - 1];
        award.paid[0] = _accountOf(state.opener);
        _recordAward(COURT_ARBITER, e, i, award);
    }

    function _executionRefusalOfCase(uint256 e, uint256 i) private returns (string memory refusal) {
        (refusal, , ) = _hearing(COURT_ARBITER, e, i);
        if (!_hasSay(COURT_ARBITER, e)) return "Invariant 17: ruled for another arbiter's second instance";
        if (courtCases[e][i].state.stage != ICourtArbiter.Stage.Ruled) return "Invariant 17: executed without a ruling";
        if (ghosts[e][i].status == IMicroEscrow.Status.Disputed) {
            _noteEdge(Time.BeforeClock, ghosts[e][i].clock, IMicroEscrow.Status.Disputed);
        }
    }

    function _isOpen(Place memory place) private view returns (bool) {
        return courtCases[place.entry][place.index].state.stage == ICourtArbiter.Stage.Open;
    }

    function _pickCourtCase(ICourtArbiter.Stage stage) private returns (uint256 e, uint256 i) {
        return _pickCase(1 << COURT_ARBITER, 1 << uint256(stage));
    }

    function _courtRefusal(uint256 e, uint256 i, bool byParty) private view returns (string memory refusal) {
        (refusal, , ) = _hearing(COURT_ARBITER, e, i);
        if (!byParty) refusal = "Invariant 17: somebody went to court who is no party";
    }

    function _payer(uint256 e) private returns (Warrant memory w, bool byParty) {
        uint8 flag;
        (w.sender, flag) = _party(entries[e].agreement);
        byParty = flag != 0;
    }

    /// @dev Gives the sender the ether that it is about to send, and no more.
    function _endow(Warrant memory w) private returns (uint256 atCourt) {
        vm.deal(w.sender, w.value);
        return address(court).balance;
    }

    /// @dev So much went to the court, and the rest back; where the call failed, all of it.
    function _checkEther(Warrant memory w, uint256 before, uint256 cost) private view {
        require(address(court).balance == before + cost, "Invariant 19: the court got more or less than it asks");
        require(w.sender.balance == w.value - cost, "Invariant 19: ether did not come back");
    }
}
