// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAppealableArbiter} from "../../../contracts/interfaces/IAppealableArbiter.sol";
import {IPanelArbiter} from "../../../contracts/interfaces/IPanelArbiter.sol";
import {AppealMoves} from "./AppealMoves.sol";

/// @title PanelMoves
/// @notice A panel's votes and its ruling, as the arbiter and as the second instance.
abstract contract PanelMoves is AppealMoves {
    /// @dev A list of votes that is being made: what stands if it is sent, and why it must not.
    struct Ballot {
        uint256 e;
        uint256 i;
        uint256 start;
        uint256 end;
        address sender;
        IPanelArbiter.Vote[] all;
        uint256 count;
        string refusal;
    }

    bytes32 private constant VOTE_TYPEHASH = keccak256(
        "Vote(bytes32 agreement,uint256 milestone,uint16 shareBps,bytes32 reasoning)"
    );
    /// @dev Stages at which the panel, as the second instance, has its turn at once.
    uint256 private constant ITS_TURN =
        (1 << uint256(IAppealableArbiter.Stage.Declined)) | (1 << uint256(IAppealableArbiter.Stage.Appealed));

    /// @notice One to three votes in one call, each signed or, where its member is the sender, not.
    function vote(uint256 seed) external drawnFrom(seed) {
        (Ballot memory b, uint256 close) = _ballot();
        _cast(b, close);
    }

    function _cast(Ballot memory b, uint256 close) private {
        IPanelArbiter.SignedVote[] memory list = new IPanelArbiter.SignedVote[](1 + _draw(3));
        b.sender = accounts[_chance(2) ? _draw(PEOPLE) : panelists[_draw(panelists.length)]];
        string memory heard = b.refusal;
        b.refusal = "";
        for (uint256 k = 0; k < list.length; ++k) list[k] = _vote(b);
        bool decides = _isDecided(b.all, b.count);
        if (decides && !_hasSay(PANEL, b.e)) b.refusal = "Invariant 17: ruled for another arbiter's second instance";
        if (bytes(heard).length != 0) b.refusal = heard;
        else {
            if (bytes(b.refusal).length == 0) _noteEdge(Time.BeforeClock, close, ghosts[b.e][b.i].status);
            if (block.timestamp >= close) b.refusal = "Invariant 18: voted after the close";
        }

        bytes memory data = abi.encodeCall(IPanelArbiter.vote, (entries[b.e].agreement, b.i, list));
        Warrant memory w = _direct(b.sender);
        w.signer = list[0].signature.length == 0 ? address(0) : list[0].member; // to be sent again
        w.actor = list[0].member;
        if (!_askAbout(PANEL, b.e, b.i, Action.Vote, w, data, b.refusal)) return;
        if (decides) return _recordPanelRuling(b.e, b.i, b.all, b.count);
        delete votes[b.e][b.i];
        for (uint256 k = 0; k < b.count; ++k) votes[b.e][b.i].push(b.all[k]);
    }

    /// @notice The panel rules by the votes that are recorded.
    function ruleByPanel(uint256 seed) external drawnFrom(seed) {
        (Ballot memory b, uint256 close) = _quorate();
        _ruleByPanel(b, close, Action.RuleByPanel, accounts[_draw(PEOPLE)]);
    }

    function _ruleByPanel(Ballot memory b, uint256 close, Action action, address sender) private {
        if (bytes(b.refusal).length == 0) {
            if (!_hasSay(PANEL, b.e)) b.refusal = "Invariant 17: ruled for another arbiter's second instance";
            else if (b.count < QUORUM) b.refusal = "Invariant 18: ruled without a quorum";
            else _noteEdge(Time.FromClock, close, ghosts[b.e][b.i].status);
            if (block.timestamp < close) b.refusal = "Invariant 18: ruled before the close";
        }
        bytes memory data = abi.encodeCall(IPanelArbiter.rule, (entries[b.e].agreement, b.i));
        if (!_askAbout(PANEL, b.e, b.i, action, _direct(sender), data, b.refusal)) return;
        _recordPanelRuling(b.e, b.i, b.all, b.count);
    }

    /// @dev When the voting closes; 0: the milestone is not before the panel.
    function _closeOf(uint256 e, uint256 i) internal view returns (uint256) {
        (, uint256 start, uint256 end) = _hearing(PANEL, e, i);
        return start + ((end - start) * CLOSE_BPS) / BPS;
    }

    /// @dev At the end: a stranger rules where it is possible.
    function _ruleIfPossible(uint256 e, uint256 i) internal {
        Ballot memory b = _ballotOf(e, i);
        uint256 close = b.start + ((b.end - b.start) * CLOSE_BPS) / BPS;
        if (bytes(b.refusal).length != 0 || !_hasSay(PANEL, e)) return;
        if (b.count < QUORUM || block.timestamp < close) return;
        _ruleByPanel(b, close, Action.ConcludeAtTheEnd, accounts[STRANGER]);
    }

    // -------------------------------------------------------------------------------------------------------- votes

    /// @dev The votes on a milestone, and the close; now and then at the second of the substitutes' time or the close.
    function _ballot() private returns (Ballot memory b, uint256 close) {
        (uint256 e, uint256 i) = _pickCase(1 << APPEALS_TO_PANEL, ITS_TURN);
        if (cases[e][i].stage != IAppealableArbiter.Stage.Appealed && _chance(3)) {
            (e, i) = _appeal(1 << APPEALS_TO_PANEL);
        }
        b = _ballotOf(e, i);
        if (bytes(b.refusal).length != 0 ? !_chance(8) : _chance(2)) (e, i) = _pickCase(1 << PANEL, 1);
        b = _ballotOf(e, i);
        close = b.start + ((b.end - b.start) * CLOSE_BPS) / BPS;
        if (votes[e][i].length >= QUORUM) _comeTo(close, 3);
        else if (_chance(2)) _comeTo(b.start + ((b.end - b.start) * SUBSTITUTE_BPS) / BPS, 6);
        else _comeTo(_chance(3) ? b.end : close, 8);
        b = _ballotOf(e, i);
    }

    /// @dev One with a quorum, if there is one or comes about; in most cases at about the close.
    function _quorate() private returns (Ballot memory b, uint256 close) {
        (b, close) = _ballot();
        for (uint256 k = 0; k < 3 && b.count < QUORUM && bytes(b.refusal).length == 0; ++k) {
            _cast(b, close);
            b = _ballotOf(b.e, b.i);
        }
        uint256 start = _draw(places.length);
        for (uint256 k = 0; k < places.length; ++k) {
            Place memory place = places[(start + k) % places.length];
            if (votes[place.entry][place.index].length < QUORUM) continue;
            Ballot memory found = _ballotOf(place.entry, place.index);
            if (bytes(found.refusal).length != 0) continue;
            close = found.start + ((found.end - found.start) * CLOSE_BPS) / BPS;
            _comeTo(close, 1);
            return (_ballotOf(place.entry, place.index), close);
        }
    }

    function _ballotOf(uint256 e, uint256 i) private view returns (Ballot memory b) {
        (b.e, b.i) = (e, i);
        (b.refusal, b.start, b.end) = _hearing(PANEL, e, i);
        b.all = new IPanelArbiter.Vote[](SEATS);
        b.count = votes[e][i].length;
        for (uint256 k = 0; k < b.count; ++k) b.all[k] = votes[e][i][k];
    }

    /// @dev The next vote of the list. One that comes behind the last free seat or by who voted already is passed over,
    /// whatever is wrong with it.
    function _vote(Ballot memory b) private returns (IPanelArbiter.SignedVote memory given) {
        bool outsider = _chance(60);
        bool late = block.timestamp >= b.start + ((b.end - b.start) * SUBSTITUTE_BPS) / BPS;
        uint256 seat = _draw(late || _chance(24) ? panelists.length : SEATS);
        for (uint256 k = 0; k < 4 && _isParty(b.e, accounts[panelists[seat]]) && !_chance(30); ++k) seat = _draw(SEATS);
        given.member = accounts[outsider ? [CLIENT, TREASURY, STRANGER][_draw(3)] : panelists[seat]];
        (given.shareBps, given.reasoning) = (_share(), bytes32(_draw(type(uint256).max)));
        if (given.shareBps > BPS && !_chance(3)) given.shareBps = 5_000;
        bool valid = _authorizeVote(b, given);

        if (b.count == SEATS) return given;
        for (uint256 k = 0; k < b.count; ++k) {
            if (b.all[k].member == given.member) return given;
        }
        if (outsider) b.refusal = "Invariant 18: somebody voted who is not on the panel";
        else if (seat >= SEATS && !late) b.refusal = "Invariant 18: a substitute voted too early";
        else if (_isParty(b.e, given.member)) b.refusal = "Invariant 18: a party voted";
        else if (given.shareBps > BPS) b.refusal = "Invariant 18: more than everything was awarded";
        else if (!valid) b.refusal = "Invariant 18: a vote that its member did not authorize";
        b.all[b.count++] = IPanelArbiter.Vote(given.member, given.shareBps, given.reasoning);
    }

    function _isParty(uint256 e, address account) private view returns (bool) {
        return account == entries[e].agreement.client || account == entries[e].agreement.freelancer;
    }

    function _authorizeVote(Ballot memory b, IPanelArbiter.SignedVote memory given) private returns (bool) {
        if (given.member == b.sender && _chance(2)) return true;
        bool right = !_chance(30);
        if (!right && _chance(3)) return given.member == b.sender; // nobody signs
        bytes32 digest = _digestFor(
            PANEL,
            keccak256(abi.encode(VOTE_TYPEHASH, entries[b.e].id, b.i, given.shareBps, given.reasoning))
        );
        bool signsOther = !right && _chance(2);
        address signer = right || signsOther ? given.member : _other(given.member);
        given.signature = _signDigest(signer, signsOther ? keccak256(abi.encode(digest)) : digest);
        return _takes(given.member, digest, right);
    }
}
