// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {vm} from "../utils/Vm.sol";
import {AppealableBase} from "./AppealableBase.sol";

/// @notice Any amount, any fee, any time, any end of a case.
contract AppealableFuzzTest is AppealableBase {
    function _bound(uint256 value, uint256 minimum, uint256 maximum) private pure returns (uint256) {
        if (value >= minimum && value <= maximum) return value;
        return minimum + (value % (maximum - minimum + 1));
    }

    /// @dev Another number for each `n` from one seed.
    function _draw(uint256 seed, uint256 n) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, n)));
    }

    function _useTerms(uint256 amount, uint256 appealFeeBps, uint256 seed) private {
        appealable = _deployAppealable(first, second, uint16(appealFeeBps));
        arbiter = address(appealable);
        _name();
        schedule[0].amount = uint128(amount);
        agreement.feeBps = uint16(_draw(seed, 1) % 1_001);
        agreement.arbiterFeeBps = uint16(_bound(_draw(seed, 2) % 1_001, MIN_ARBITER_FEE_BPS, 1_000));
        agreement.defaultShareBps = uint16(_draw(seed, 3) % 10_001);
        _sealAgreement();
    }

    /// @dev Whatever was paid out, everybody's balance is what came in.
    function _withdrawAll() private {
        address[6] memory accounts = [first, second, member, colleague, client, freelancer];
        for (uint256 i = 0; i < accounts.length; ++i) appealable.withdraw(token, accounts[i]);
        escrow.withdraw(token, platform);
    }

    /// @dev Decided, executed, settled or left to the clock, with or without an appeal: what everybody got is what was held and
    /// the deposit; nothing stays behind.
    function testFuzz_EverythingIsPaidOutWhateverTheEnd(
        uint256 amount,
        uint256 appealFeeBps,
        uint256 proposedShare,
        uint256 decidedShare,
        uint256 seed
    ) public {
        amount = _bound(amount, 1, type(uint128).max);
        appealFeeBps = _bound(appealFeeBps, 0, 10_000);
        _useTerms(amount, appealFeeBps, seed);
        _openDispute();
        uint16 proposed = uint16(_bound(proposedShare, 0, 10_000));
        uint16 decided = uint16(_bound(decidedShare, 0, 10_000));
        bool byClient = _draw(seed, 4) % 2 == 0;
        address party = byClient ? client : freelancer;
        uint256 deposit = 0;

        vm.prank(first);
        appealable.propose(agreement, 0, proposed, WHY, _byCalling());
        uint256 end = _draw(seed, 5) % 5;
        if (end != 0) {
            deposit = (amount * appealFeeBps) / BPS;
            _mintDeposit(party, deposit);
            vm.prank(party);
            appealable.appeal(agreement, 0, party, _byCalling());
        }
        if (end == 1) {
            _decide(decided);
            _assertDecided(byClient, proposed, decided, deposit);
        } else if (end == 0 || end == 2) {
            vm.warp(block.timestamp + (end == 0 ? APPEAL_PERIOD : DECISION_PERIOD));
            appealable.execute(agreement, 0);
            _assertShares(_shareOf(proposed));
            vm.assertEq(appealable.claimable(token, party), deposit, "the deposit went back");
        } else {
            if (end == 3) vm.prank(client);
            if (end == 3) escrow.approve(agreement, 0, 1, _byCalling());
            if (end == 4) _warpToClock(0, 0);
            if (end == 4) escrow.finalize(agreement, 0);
            appealable.returnDeposit(agreement, 0);
            vm.assertEq(appealable.claimable(token, party), deposit, "the deposit went back");
        }

        _withdrawAll();
        uint256 sum = _balance(client) + _balance(freelancer) + _balance(platform) + _balance(first);
        sum += _balance(member) + _balance(colleague);
        vm.assertEq(sum, amount + deposit, "everything is paid out");
        vm.assertEq(_balance(arbiter), 0, "the arbiter is empty");
        vm.assertEq(_balance(address(escrow)), 0, "the escrow is empty");
        vm.assertEq(uint256(appealable.caseOf(id, 0).stage), 0, "the case is forgotten");
    }

    function _mintDeposit(address party, uint256 deposit) private {
        _mint(party, deposit);
        vm.prank(party);
        (bool success, ) = token.call(abi.encodeWithSignature("approve(address,uint256)", arbiter, type(uint256).max));
        vm.assertTrue(success, "approve");
    }

    /// @dev The loser pays, as far as its part reaches.
    function _assertDecided(bool byClient, uint16 proposed, uint16 decided, uint256 deposit) private view {
        uint256 gross = _shareOf(decided);
        uint256 clientPart = _pot() - gross;
        if (byClient && decided < proposed) gross = gross > deposit ? gross - deposit : 0;
        if (!byClient && decided > proposed) gross += clientPart > deposit ? deposit : clientPart;
        _assertShares(gross);
        vm.assertEq(appealable.claimable(token, first), _arbiterFee(), "the first instance");
        vm.assertEq(
            appealable.claimable(token, member) + appealable.claimable(token, colleague),
            deposit,
            "those who decided"
        );
    }

    function _assertShares(uint256 gross) private view {
        vm.assertEq(_balance(freelancer), gross - _fee(gross), "the freelancer");
        vm.assertEq(_balance(client), _pot() - gross, "the client");
    }

    // ------------------------------------------------------------------------------------------------------- turns

    enum Turn {
        Propose,
        Decline,
        Appeal,
        Decide,
        Execute,
        Finalize
    }

    /// @dev Whoever comes when, in agreements that fit and in those that do not: what is possible is what the table of stages
    /// says, and never is it the turn of two.
    function testFuzz_NeverIsItTheTurnOfTwo(
        uint256 period,
        uint256 stage,
        uint256 spoken,
        uint256 appealed,
        uint256 now_
    ) public {
        (agreement.gate, agreement.arbitrationPeriod) = (address(0), uint32(_bound(period, 3, 15 days)));
        _sealAgreement();
        _openDispute();
        (uint256 start, uint256 clock) = (_disputedAt(), _milestone(0).clock);
        uint256 proposalEnd = _least(start + PROPOSAL_PERIOD, clock);
        stage %= 4;
        uint256 since = start;
        if (stage != 0) {
            since = _bound(spoken, start, proposalEnd - 1);
            vm.warp(since);
            if (stage == 2) _decline();
            else _propose();
        }
        if (stage == 3) {
            since = _bound(appealed, since, _least(since + APPEAL_PERIOD, clock) - 1);
            vm.warp(since);
            _appeal(client);
        }
        uint256 time = _near(now_, start, since, clock);
        vm.warp(time);

        bool[6] memory expected;
        bool live = time < clock;
        expected[0] = stage == 0 && time < proposalEnd;
        expected[1] = expected[0];
        expected[2] = stage == 1 && time < since + APPEAL_PERIOD && live;
        uint256 hearing = stage == 0 ? start + PROPOSAL_PERIOD : since;
        expected[3] = stage != 1 && time >= hearing && time < hearing + DECISION_PERIOD && live;
        expected[4] = live && ((stage == 1 && time >= since + APPEAL_PERIOD) || (stage == 3 && !expected[3]));
        expected[5] = !live;
        uint256 turns = 0;
        for (uint256 i = 0; i < 6; ++i) {
            vm.assertEq(_isPossible(Turn(i)), expected[i], "what is possible");
            if (expected[i] && i != uint256(Turn.Decline)) ++turns;
        }
        vm.assertLe(turns, 1, "turns");
    }

    /// @dev A second before, at and after each moment that something begins or ends at, or any other time.
    function _near(uint256 seed, uint256 start, uint256 since, uint256 clock) private pure returns (uint256) {
        uint256[6] memory moments = [
            since + 1,
            start + PROPOSAL_PERIOD,
            start + PROPOSAL_PERIOD + DECISION_PERIOD,
            since + APPEAL_PERIOD,
            since + DECISION_PERIOD,
            clock
        ];
        uint256 kind = seed % 8;
        uint256 time =
            kind < 6 ? moments[kind] - 1 + ((seed / 8) % 3) : start + ((seed / 8) % (clock - start + 3 days));
        return time < since ? since : time;
    }

    function _isPossible(Turn turn) private returns (bool possible) {
        uint256 fresh = vm.snapshotState();
        if (turn == Turn.Appeal) _prepareDeposit(freelancer);
        bytes memory data;
        address caller = stranger;
        if (turn == Turn.Propose) {
            (caller, data) = (first, abi.encodeCall(appealable.propose, (agreement, 0, SHARE, WHY, _byCalling())));
        } else if (turn == Turn.Decline) {
            (caller, data) = (first, abi.encodeCall(appealable.decline, (agreement, 0, WHY, _byCalling())));
        } else if (turn == Turn.Appeal) {
            data = abi.encodeCall(appealable.appeal, (agreement, 0, freelancer, _byCalling()));
            caller = freelancer;
        } else if (turn == Turn.Decide) {
            (caller, data) = (second, abi.encodeCall(appealable.decide, (agreement, 0, SHARE, REASONING, _paid())));
        } else if (turn == Turn.Execute) {
            data = abi.encodeCall(appealable.execute, (agreement, 0));
        } else {
            data = abi.encodeCall(escrow.finalize, (agreement, 0));
        }
        vm.prank(caller);
        (possible, ) = (turn == Turn.Finalize ? address(escrow) : arbiter).call(data);
        vm.revertToState(fresh);
    }

    function _least(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
