// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAppealableArbiter} from "../../../contracts/interfaces/IAppealableArbiter.sol";
import {IHearings} from "../../../contracts/interfaces/IHearings.sol";
import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {ArbiterMoves} from "./ArbiterMoves.sol";

/// @title AppealMoves
/// @notice Two instances: propose, decline, appeal, decide, execute, and the way back of a deposit. (Where the second instance is
/// the panel, it decides by its votes.)
abstract contract AppealMoves is ArbiterMoves {
    uint256 private constant APPEALABLE = (1 << APPEALS) | (1 << APPEALS_TO_PANEL);
    uint256 private constant ANY_STAGE = 15;

    function propose(uint256 seed) external drawnFrom(seed) {
        (uint256 e, uint256 i) = _pickFirstTurn();
        _propose(e, i, 8);
    }

    /// @param faults In so many of 100 cases one thing is wrong.
    function _propose(uint256 e, uint256 i, uint256 faults) private {
        uint256 arbiter = _asked(e);
        (uint16 shareBps, bytes32 reasoning) = (_share(), bytes32(_draw(type(uint256).max)));
        Warrant memory w = _warrant(accounts[_firstInstance(arbiter)], faults);
        bytes32 typehash = keccak256(
            "Proposal(bytes32 agreement,uint256 milestone,uint16 shareBps,bytes32 reasoning,uint256 deadline)"
        );
        IMicroEscrow.Authorization memory auth = _sealDigest(
            w,
            _digestFor(arbiter, keccak256(abi.encode(typehash, entries[e].id, i, shareBps, reasoning, w.deadline)))
        );
        string memory refusal = _firstTurnRefusal(arbiter, e, i, w.valid && shareBps <= BPS);
        bytes memory data = abi.encodeCall(
            IAppealableArbiter.propose,
            (entries[e].agreement, i, shareBps, reasoning, auth)
        );
        if (!_askAbout(arbiter, e, i, Action.Propose, w, data, refusal)) return;
        IAppealableArbiter.Case storage current = cases[e][i];
        (current.stage, current.since) = (IAppealableArbiter.Stage.Proposed, uint40(block.timestamp));
        (current.shareBps, current.reasoning) = (shareBps, reasoning);
    }

    function decline(uint256 seed) external drawnFrom(seed) {
        (uint256 e, uint256 i) = _pickFirstTurn();
        uint256 arbiter = _asked(e);
        bytes32 reasoning = bytes32(_draw(type(uint256).max));
        Warrant memory w = _warrant(accounts[_firstInstance(arbiter)], 12);
        bytes32 typehash = keccak256("Decline(bytes32 agreement,uint256 milestone,bytes32 reasoning,uint256 deadline)");
        IMicroEscrow.Authorization memory auth = _sealDigest(
            w,
            _digestFor(arbiter, keccak256(abi.encode(typehash, entries[e].id, i, reasoning, w.deadline)))
        );
        string memory refusal = _firstTurnRefusal(arbiter, e, i, w.valid);
        bytes memory data = abi.encodeCall(IAppealableArbiter.decline, (entries[e].agreement, i, reasoning, auth));
        if (!_askAbout(arbiter, e, i, Action.Decline, w, data, refusal)) return;
        (cases[e][i].stage, cases[e][i].since) = (IAppealableArbiter.Stage.Declined, uint40(block.timestamp));
    }

    /// @notice A party appeals, or signs and somebody else pays the deposit.
    function appeal(uint256 seed) external drawnFrom(seed) {
        _appeal(APPEALABLE);
    }

    /// @return e i A milestone of one of `arbiters`, which is appealed now if all went well.
    function _appeal(uint256 arbiters) internal returns (uint256 e, uint256 i) {
        (e, i) = _pickCase(arbiters, _bit(IAppealableArbiter.Stage.Proposed));
        if (cases[e][i].stage != IAppealableArbiter.Stage.Proposed && !_chance(6)) {
            (e, i) = _pickCase(arbiters, _bit(IAppealableArbiter.Stage.None));
            _propose(e, i, 0);
        }
        uint256 arbiter = _asked(e);
        _comeTo(_momentOf(e, i), 5);
        (address party, uint8 flag) = _party(entries[e].agreement);
        Warrant memory w = _warrant(party, 10);
        IMicroEscrow.Authorization memory auth = _sealAppeal(w, arbiter, e, i);
        uint256 deposit = (ghosts[e][i].held * APPEAL_FEE_BPS) / BPS;
        uint256 allowance = deposit != 0 && _chance(20) ? deposit - 1 : deposit;
        _approve(w.sender, e, accounts[arbiter], allowance);

        string memory refusal = _appealRefusal(arbiter, e, i, flag != 0 && w.valid);
        if (deposit != 0 && bytes(refusal).length == 0) {
            refusal =
                allowance < deposit
                    ? "Invariant 15: appealed with less than it takes"
                    : _depositRefusal(arbiter, entries[e].token, w.sender, deposit);
        }
        bytes memory data = abi.encodeCall(IAppealableArbiter.appeal, (entries[e].agreement, i, party, auth));
        if (!_askAbout(arbiter, e, i, Action.Appeal, w, data, refusal)) return (e, i);
        cases[e][i].byClient = flag == CLIENT_CONSENTED;
        _recordDeposit(e, i, _accountOf(w.sender), deposit);
    }

    /// @notice The second instance that is a person decides; now and then somebody else tries.
    function decide(uint256 seed) external drawnFrom(seed) {
        (uint256 e, uint256 i) = _pickCase(
            _chance(12) ? APPEALABLE : 1 << APPEALS,
            ANY_STAGE & ~_bit(IAppealableArbiter.Stage.Proposed)
        );
        if (cases[e][i].stage != IAppealableArbiter.Stage.Appealed && _chance(2)) (e, i) = _appeal(1 << APPEALS);
        uint256 arbiter = _asked(e);
        _comeTo(_momentOf(e, i), 3);
        Award memory award = Award(_share(), new uint256[](_chance(24) ? 0 : 1 + _draw(3)));
        address[] memory paid = new address[](award.paid.length);
        for (uint256 k = 0; k < paid.length; ++k) {
            award.paid[k] = _draw(PAYER); // no outsider
            paid[k] = accounts[award.paid[k]];
        }
        address sender = accounts[_chance(12) ? _draw(PEOPLE) : OTHER_ARBITER];

        (string memory refusal, , uint256 end) = _hearing(_secondInstance(arbiter), e, i);
        if (end != 0) _noteEdge(Time.BeforeClock, end, IMicroEscrow.Status.Disputed);
        if (award.shareBps > BPS || paid.length == 0 || sender != accounts[_secondInstance(arbiter)]) {
            refusal = "Invariant 17: decided too much, for nobody, or by somebody else";
        } else if (_asked(e) != _arbiterOf(e)) refusal = "Invariant 17: decided for another arbiter";
        bytes memory data = abi.encodeCall(
            IHearings.decide,
            (entries[e].agreement, i, award.shareBps, bytes32(uint256(1)), paid)
        );
        if (_askAbout(arbiter, e, i, Action.Decide, _direct(sender), data, refusal)) _recordDecision(e, i, award);
    }

    /// @notice Anybody makes a proposal the ruling.
    function execute(uint256 seed) external drawnFrom(seed) {
        (uint256 e, uint256 i) = _pickCase(
            APPEALABLE,
            _bit(IAppealableArbiter.Stage.Proposed) | _bit(IAppealableArbiter.Stage.Appealed)
        );
        _comeTo(_momentOf(e, i), 1);
        _execute(Action.Execute, e, i, accounts[_draw(PEOPLE)]);
    }

    /// @notice Anybody sends the deposit back of a case that ended otherwise.
    function returnDeposit(uint256 seed) external drawnFrom(seed) {
        (uint256 e, uint256 i) = _pickCase(APPEALABLE, _bit(IAppealableArbiter.Stage.Appealed));
        uint256 start = _draw(places.length);
        for (uint256 k = 0; k < places.length && !_isStranded(e, i); ++k) {
            Place memory place = places[(start + k) % places.length];
            if (_isStranded(place.entry, place.index)) (e, i) = (place.entry, place.index);
        }
        _returnDeposit(Action.ReturnDeposit, e, i, accounts[_draw(PEOPLE)]);
    }

    // ------------------------------------------------------------------------------------------------------ the end

    /// @dev A stranger executes what can be.
    function _executeIfPossible(uint256 e, uint256 i) internal {
        bool possible = _isAppealable(_arbiterOf(e)) && bytes(_executionRefusal(e, i)).length == 0;
        if (possible) _execute(Action.ConcludeAtTheEnd, e, i, accounts[STRANGER]);
    }

    function _returnIfPossible(uint256 e, uint256 i) internal {
        if (_isStranded(e, i)) _returnDeposit(Action.ConcludeAtTheEnd, e, i, accounts[STRANGER]);
    }

    // ------------------------------------------------------------------------------------------------------ helpers

    function _execute(Action action, uint256 e, uint256 i, address sender) private {
        string memory refusal = _executionRefusal(e, i);
        bytes memory data = abi.encodeCall(IAppealableArbiter.execute, (entries[e].agreement, i));
        if (_askAbout(_asked(e), e, i, action, _direct(sender), data, refusal)) _recordExecution(e, i);
    }

    function _returnDeposit(Action action, uint256 e, uint256 i, address sender) private {
        string memory refusal = _isStranded(e, i) ? "" : "Invariant 16: a deposit went back that has another way";
        bytes memory data = abi.encodeCall(IAppealableArbiter.returnDeposit, (entries[e].agreement, i));
        if (_askAbout(_asked(e), e, i, action, _direct(sender), data, refusal)) _recordReturn(e, i);
    }

    function _isStranded(uint256 e, uint256 i) private view returns (bool) {
        bool appealed = cases[e][i].stage == IAppealableArbiter.Stage.Appealed;
        return appealed && ghosts[e][i].status != IMicroEscrow.Status.Disputed;
    }

    /// @dev A dispute of which the first instance has said nothing yet; now and then at the second at which its time is over.
    function _pickFirstTurn() private returns (uint256 e, uint256 i) {
        (e, i) = _pickCase(APPEALABLE, _bit(IAppealableArbiter.Stage.None));
        _comeTo(_momentOf(e, i), 6);
    }

    /// @dev The arbiter that is asked about an agreement: its own, if it is of this kind.
    function _asked(uint256 e) private view returns (uint256) {
        return _isAppealable(_arbiterOf(e)) ? _arbiterOf(e) : APPEALS;
    }

    /// @dev When the present turn ends, or the next begins.
    function _momentOf(uint256 e, uint256 i) internal view returns (uint256) {
        if (!_isAppealable(_arbiterOf(e)) || ghosts[e][i].status != IMicroEscrow.Status.Disputed) return 0;
        IAppealableArbiter.Case storage current = cases[e][i];
        uint256 start = ghosts[e][i].clock - entries[e].agreement.arbitrationPeriod;
        uint256 end = current.since + DECISION_PERIOD;
        if (current.stage == IAppealableArbiter.Stage.Proposed) end = current.since + APPEAL_PERIOD;
        if (current.stage == IAppealableArbiter.Stage.None) {
            end = start + PROPOSAL_PERIOD;
            if (block.timestamp >= end) end += DECISION_PERIOD;
        }
        return _least(end, ghosts[e][i].clock);
    }

    function _sealAppeal(
        Warrant memory w,
        uint256 arbiter,
        uint256 e,
        uint256 i
    ) private returns (IMicroEscrow.Authorization memory) {
        bytes32 typehash = keccak256("Appeal(bytes32 agreement,uint256 milestone,uint16 shareBps,uint256 deadline)");
        bytes32 structHash = keccak256(abi.encode(typehash, entries[e].id, i, cases[e][i].shareBps, w.deadline));
        return _sealDigest(w, _digestFor(arbiter, structHash));
    }

    function _depositRefusal(
        uint256 arbiter,
        uint256 token,
        address payer,
        uint256 deposit
    ) private returns (string memory) {
        _meetToken(token, false);
        bool arrives = _accepts(token, payer, accounts[arbiter]) && _arriving(token, deposit) == deposit;
        if (!arrives || inHand[token][_accountOf(payer)] < deposit) return "Invariant 15: appealed without the deposit";
        return "";
    }

    function _firstTurnRefusal(uint256 arbiter, uint256 e, uint256 i, bool authorized) private returns (string memory) {
        string memory refusal = _caseRefusal(arbiter, e, i, _bit(IAppealableArbiter.Stage.None));
        if (bytes(refusal).length != 0) return refusal;
        if (!authorized) return "Invariant 17: proposed without the first instance, or too much";
        uint256 clock = ghosts[e][i].clock;
        uint256 end = _least(clock - entries[e].agreement.arbitrationPeriod + PROPOSAL_PERIOD, clock);
        _noteEdge(Time.BeforeClock, end, IMicroEscrow.Status.Disputed);
        return block.timestamp < end ? "" : "Invariant 17: proposed too late";
    }

    function _appealRefusal(uint256 arbiter, uint256 e, uint256 i, bool authorized) private returns (string memory) {
        string memory refusal = _caseRefusal(arbiter, e, i, _bit(IAppealableArbiter.Stage.Proposed));
        if (bytes(refusal).length != 0) return refusal;
        if (!authorized) return "Invariant 17: appealed without a party";
        uint256 end = _least(cases[e][i].since + APPEAL_PERIOD, ghosts[e][i].clock);
        _noteEdge(Time.BeforeClock, end, IMicroEscrow.Status.Disputed);
        return block.timestamp < end ? "" : "Invariant 17: appealed too late";
    }

    function _executionRefusal(uint256 e, uint256 i) private returns (string memory) {
        IAppealableArbiter.Stage stage = cases[e][i].stage;
        uint256 stages = _bit(IAppealableArbiter.Stage.Proposed) | _bit(IAppealableArbiter.Stage.Appealed);
        string memory refusal = _caseRefusal(_asked(e), e, i, stages);
        if (bytes(refusal).length != 0) return refusal;
        bool appealed = stage == IAppealableArbiter.Stage.Appealed;
        uint256 start = cases[e][i].since + (appealed ? DECISION_PERIOD : APPEAL_PERIOD);
        if (block.timestamp >= ghosts[e][i].clock) return "Invariant 17: executed after the clock";
        _noteEdge(Time.FromClock, start, IMicroEscrow.Status.Disputed);
        return block.timestamp >= start ? "" : "Invariant 17: executed before the other's time is over";
    }

    function _caseRefusal(uint256 arbiter, uint256 e, uint256 i, uint256 stages) private view returns (string memory) {
        if (_arbiterOf(e) != arbiter) return "Invariant 17: heard what is before another arbiter";
        if (ghosts[e][i].status != IMicroEscrow.Status.Disputed) return "Invariant 17: heard without a dispute";
        if (_bit(cases[e][i].stage) & stages == 0) return "Invariant 17: acted at another stage";
        return "";
    }

    function _bit(IAppealableArbiter.Stage stage) private pure returns (uint256) {
        return 1 << uint256(stage);
    }
}
