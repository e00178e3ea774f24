// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAppealableArbiter} from "../../../contracts/interfaces/IAppealableArbiter.sol";
import {IArbiter} from "../../../contracts/interfaces/IArbiter.sol";
import {ICourtArbiter} from "../../../contracts/interfaces/ICourtArbiter.sol";
import {IHearings} from "../../../contracts/interfaces/IHearings.sol";
import {IKlerosArbiter} from "../../../contracts/interfaces/IKlerosArbiter.sol";
import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {IPanelArbiter} from "../../../contracts/interfaces/IPanelArbiter.sol";
import {TypedData} from "../utils/TypedData.sol";
import {vm} from "../utils/Vm.sol";
import {FundingMoves} from "./FundingMoves.sol";

/// @title ArbiterMoves
/// @notice What the moves of all arbiters have in common: which dispute, which moment, the call; and the withdrawal of what an
/// arbiter owes.
abstract contract ArbiterMoves is FundingMoves {
    /// @dev How many functions of the arbiters a hook tries.
    uint256 private constant HOOKED = 15;

    /// @dev How often the parties try to have a dispute, where there is none.
    uint256 private constant QUARRELS = 1;

    /// @dev How far time jumps to a moment of a hearing, so that not every other life ends by then.
    uint256 private constant SOON = 4 days;

    /// @notice Anybody sends an account what an arbiter owes it.
    function withdrawFromArbiter(uint256 seed) external drawnFrom(seed) {
        (uint256 k, uint256 a) = (_draw(pairs.length), _draw(ACCOUNTS));
        for (uint256 n = 0; n < pairs.length * ACCOUNTS && owed[k][a] == 0; ++n) {
            a = (a + 1) % ACCOUNTS;
            if (a == 0) k = (k + 1) % pairs.length;
        }
        _withdrawFromArbiter(k, a, accounts[_draw(PEOPLE)]);
    }

    function _withdrawFromArbiter(uint256 k, uint256 a, address sender) internal {
        (uint256 arbiter, uint256 t) = _pair(k);
        uint256 amount = owed[k][a];
        if (_misleads(t, accounts[a]) || _misleads(t, accounts[arbiter])) return;
        bool fetches = amount != 0 && inHand[t][arbiter] < amount;
        bool fails = fetches && waiting[t][arbiter] != 0 && !_accepts(t, address(escrow), accounts[arbiter]);
        uint256 arriving = fetches && waiting[t][arbiter] != 0 ? _arriving(t, waiting[t][arbiter]) : 0;
        if (amount != 0 && inHand[t][arbiter] + arriving < amount) fails = true; // what the token burnt is missing
        if (amount != 0 && !_accepts(t, accounts[arbiter], accounts[a])) fails = true;

        bytes memory data = abi.encodeCall(IArbiter.withdraw, (address(tokens[t]), accounts[a]));
        string memory refusal = fails ? "Invariant 16: withdrawn from an arbiter without a transfer" : "";
        if (!_ask(arbiter, t, Action.WithdrawFromArbiter, _direct(sender), data, refusal)) return;
        if (amount == 0) return;
        if (fetches) _recordWithdrawal(t, arbiter);
        _spend(t, arbiter, amount);
        _receive(t, a, _arriving(t, amount));
        _touch(Page.Debt, k, a);
        owed[k][a] = 0;
    }

    // -------------------------------------------------------------------------------------------------------- calls

    /// @dev A call of an arbiter about a milestone, whose case is looked at when the move is over.
    function _askAbout(
        uint256 arbiter,
        uint256 e,
        uint256 i,
        Action action,
        Warrant memory w,
        bytes memory data,
        string memory refusal
    ) internal returns (bool) {
        _touch(Page.Case, e, i);
        uint256 named = _arbiterOf(e);
        if (named != ACCOUNTS) acts[named] = true;
        return _ask(arbiter, entries[e].token, action, w, data, refusal);
    }

    /// @dev A call of an arbiter, in which transfers of a token may happen: the wallet, when it is called by that token, finds the
    /// arbiter locked.
    function _ask(
        uint256 arbiter,
        uint256 token,
        Action action,
        Warrant memory w,
        bytes memory data,
        string memory refusal
    ) internal returns (bool success) {
        acts[arbiter] = true;
        w.target = accounts[arbiter];
        if (token != HOOK) return _call(action, w, data, refusal);
        uint256 before = _prepareHookFor(w.target, _hookCall(arbiter));
        success = _call(action, w, data, refusal);
        _restoreHook(before);
    }

    /// @dev A call of one of the arbiter's functions, about an agreement of which the wallet is the client.
    function _hookCall(uint256 arbiter) private returns (bytes memory) {
        uint256 e = _draw(entries.length);
        while (entries[e].token != HOOK || _arbiterOf(e) == ACCOUNTS) e = (e + 1) % entries.length;
        uint256 i = _draw(entries[e].schedule.length);
        IMicroEscrow.Agreement memory a = entries[e].agreement;
        IMicroEscrow.Authorization memory none;
        uint256 f = _draw(HOOKED);
        if (f < 4) return abi.encodeCall(IArbiter.withdraw, (a.token, accounts[_draw(ACCOUNTS)]));
        if (arbiter == PANEL) {
            if (f < 8) return abi.encodeCall(IPanelArbiter.rule, (a, i));
            return abi.encodeCall(IPanelArbiter.vote, (a, i, new IPanelArbiter.SignedVote[](0)));
        }
        if (arbiter == COURT_ARBITER) {
            if (f < 8) return abi.encodeCall(ICourtArbiter.execute, (a, i));
            if (f < 12) return abi.encodeCall(ICourtArbiter.open, (a, i));
            return abi.encodeCall(IKlerosArbiter.appeal, (a, i));
        }
        if (f < 6) return abi.encodeCall(IAppealableArbiter.execute, (a, i));
        if (f < 8) return abi.encodeCall(IAppealableArbiter.returnDeposit, (a, i));
        if (f < 10) return abi.encodeCall(IAppealableArbiter.appeal, (a, i, a.client, none));
        if (f < 12) return abi.encodeCall(IAppealableArbiter.propose, (a, i, 1, 0, none));
        if (f < 13) return abi.encodeCall(IAppealableArbiter.decline, (a, i, 0, none));
        return abi.encodeCall(IHearings.decide, (a, i, 1, 0, new address[](1)));
    }

    // ------------------------------------------------------------------------------------------------------ choices

    /// @dev A dispute before one of `arbiters` whose case is at one of `stages`, both a bit each; where there is none, and a new
    /// case would do, the parties quarrel; seldom any milestone before any arbiter.
    function _pickCase(uint256 arbiters, uint256 stages) internal returns (uint256 e, uint256 i) {
        bool any = _chance(20);
        uint256 start = _draw(places.length);
        for (uint256 k = 0; k < places.length; ++k) {
            (e, i) = (places[(start + k) % places.length].entry, places[(start + k) % places.length].index);
            uint256 arbiter = _arbiterOf(e);
            if (any && arbiter != ACCOUNTS) return (e, i);
            if (any || (1 << arbiter) & arbiters == 0) continue;
            if (ghosts[e][i].status != IMicroEscrow.Status.Disputed) continue;
            if (block.timestamp < ghosts[e][i].clock && _isAt(e, i, arbiter, stages)) return (e, i);
        }
        uint256 tries = stages & 1 == 0 ? 0 : QUARRELS;
        for (uint256 k = 0; k < places.length && tries != 0; ++k) {
            (e, i) = (places[(start + k) % places.length].entry, places[(start + k) % places.length].index);
            if ((1 << _arbiterOf(e)) & arbiters == 0 || !_quarrels(e, i)) continue;
            if (ghosts[e][i].status == IMicroEscrow.Status.Disputed) return (e, i);
            --tries;
        }
    }

    /// @dev The parties bring a milestone that nobody has funded yet before its arbiter, if the token lets them.
    /// @return tried Whether there was something to try.
    function _quarrels(uint256 e, uint256 i) private returns (bool tried) {
        if (ghosts[e][i].status != IMicroEscrow.Status.None || flags[e] & CLOSED != 0) return false;
        IMicroEscrow.Agreement memory agreement = entries[e].agreement;
        IMicroEscrow.Authorization memory none;
        Funding memory f;
        (f.entry, f.scheduleOf, f.payer, f.indices) = (e, e, agreement.client, new uint256[](1));
        f.indices[0] = i;
        f.sum = entries[e].schedule[i].amount;
        f.allowance = f.sum;
        f.signature = _sign(agreement.freelancer, entries[e].id);
        f.signatureValid = _takes(agreement.freelancer, TypedData.digest(domain, entries[e].id), true);
        _approve(f.payer, e, address(escrow), f.sum);
        if (!_call(Action.Fund, _direct(f.payer), _fundData(f), _fundRefusal(f))) return true;
        _recordFunded(f);
        bytes memory data = abi.encodeCall(IMicroEscrow.submit, (agreement, i, 0, none));
        _call(Action.Submit, _direct(agreement.freelancer), data, "");
        ++ghosts[e][i].submissions;
        _recordTurn(e, i, IMicroEscrow.Status.Submitted, agreement.reviewPeriod);
        data = abi.encodeCall(IMicroEscrow.dispute, (agreement, i, 1, 0, none));
        _call(Action.Dispute, _direct(agreement.client), data, "");
        _recordTurn(e, i, IMicroEscrow.Status.Disputed, agreement.arbitrationPeriod);
        return true;
    }

    function _isAt(uint256 e, uint256 i, uint256 arbiter, uint256 stages) private view returns (bool) {
        if (_isAppealable(arbiter)) return (1 << uint256(cases[e][i].stage)) & stages != 0;
        return arbiter == PANEL || (1 << uint256(courtCases[e][i].state.stage)) & stages != 0;
    }

    /// @dev In one of `n` cases the move comes to the second: just before, at or just after a moment that is to come.
    function _comeTo(uint256 moment, uint256 n) internal {
        if (moment <= block.timestamp + 1 || moment > block.timestamp + SOON) return;
        if (_chance(n)) vm.warp(moment - 1 + _draw(5) / 2);
    }

    /// @dev A share: often one that others award too; seldom too high.
    function _share() internal returns (uint16) {
        uint256 way = _draw(24);
        if (way == 0) return 10_001;
        if (way < 16) return uint16((way % 4) * 3_333);
        return uint16(_draw(BPS + 1));
    }

    function _digestFor(uint256 arbiter, bytes32 structHash) internal view returns (bytes32) {
        bytes32 separator = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256(arbiter == PANEL ? bytes("PanelArbiter") : bytes("AppealableArbiter")),
                keccak256("1"),
                block.chainid,
                accounts[arbiter]
            )
        );
        return TypedData.digest(separator, structHash);
    }
}
