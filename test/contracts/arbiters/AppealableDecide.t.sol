// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAppealableArbiter} from "../../../contracts/interfaces/IAppealableArbiter.sol";
import {vm} from "../utils/Vm.sol";
import {AppealableBase} from "./AppealableBase.sol";

contract AppealableDecideTest is AppealableBase {
    function _expectDecision(uint16 shareBps) private {
        _recordAll();
        _expectForgotten();
        vm.expectEmit(arbiter);
        emit IAppealableArbiter.HearingDecided(id, 0, shareBps, REASONING);
    }

    /// @dev Without an appeal: the second instance earns the arbiter's fee.
    function _decideAlone(uint16 shareBps) private {
        _expectDecision(shareBps);
        _expectPaidOut(_arbiterFee());
        _expectRuling(_shareOf(shareBps), REASONING);
        _decide(shareBps);
        _assertAll();
    }

    /// @dev After an appeal: the first instance earns the arbiter's fee, the second the deposit.
    function _decideAppeal(uint16 shareBps, uint256 gross) private {
        _expectDecision(shareBps);
        _expectFee(first, _arbiterFee());
        _expectPaidOut(_deposit());
        _expectRuling(gross, REASONING);
        _decide(shareBps);
        _assertAll();
    }

    function test_RevertWhen_TheCallerIsNotTheSecondInstance() public {
        _bringAppealed(client);
        vm.expectRevert(_unauthorized(first, second));
        vm.prank(first);
        appealable.decide(agreement, 0, SHARE, REASONING, _paid());
    }

    function test_RevertGiven_TheSecondInstanceIsAParty() public {
        (agreement.gate, agreement.client) = (address(0), second);
        _sealAgreement();
        vm.expectRevert(_instanceIsParty(second));
        _decide(SHARE);
        (agreement.client, agreement.freelancer) = (client, second);
        _sealAgreement();
        vm.expectRevert(_instanceIsParty(second));
        _decide(SHARE);
    }

    function test_RevertWhen_TheShareIsAboveTheWhole() public {
        _bringAppealed(client);
        vm.expectRevert(_shareTooHigh(10_001));
        _decide(10_001);
    }

    function test_RevertWhen_NobodyIsToBePaid() public {
        _bringAppealed(client);
        vm.expectRevert(abi.encodeWithSelector(IAppealableArbiter.NobodyToPay.selector));
        vm.prank(second);
        appealable.decide(agreement, 0, SHARE, REASONING, new address[](0));
    }

    function test_RevertGiven_ItIsNotTheSecondInstancesTurn() public {
        _openDispute();
        vm.warp(_disputedAt() + PROPOSAL_PERIOD - 1);
        vm.expectRevert(_notHeard());
        _decide(SHARE);
        _propose();
        vm.warp(_disputedAt() + PROPOSAL_PERIOD);
        vm.expectRevert(_notHeard());
        _decide(SHARE);
    }

    function test_RevertWhen_TheHearingIsOver() public {
        _bringAppealed(client);
        uint256 end = block.timestamp + DECISION_PERIOD;
        vm.warp(end);
        vm.expectRevert(_hearingOver(end));
        _decide(SHARE);
        vm.warp(end + 1);
        vm.expectRevert(_hearingOver(end));
        _decide(SHARE);
    }

    function test_Given_NothingWasProposedInTime() public {
        _openDispute();
        vm.warp(_disputedAt() + PROPOSAL_PERIOD);
        _decideAlone(SHARE);
    }

    function test_Given_TheFirstInstanceDeclined() public {
        _bringDeclined();
        uint256 fresh = vm.snapshotState();
        _decideAlone(10_000);
        vm.revertToState(fresh);
        vm.warp(block.timestamp + DECISION_PERIOD - 1);
        _decideAlone(0);
    }

    function test_When_TheClientAppealedAndTheShareIsLower() public {
        _bringAppealed(client);
        _decideAppeal(SHARE - 1, _shareOf(SHARE - 1) - _deposit());
    }

    function test_When_TheClientAppealedAndTheShareIsTheSame() public {
        _bringAppealed(client);
        _decideAppeal(SHARE, _shareOf(SHARE));
    }

    function test_When_TheClientAppealedAndTheShareIsHigher() public {
        _bringAppealed(client);
        _decideAppeal(SHARE + 1, _shareOf(SHARE + 1));
    }

    function test_When_TheClientAppealedAndTheFreelancersPartIsSmallerThanTheDeposit() public {
        _bringAppealed(client);
        vm.assertLt(_shareOf(300), _deposit(), "the freelancer's part");
        _decideAppeal(300, 0);
    }

    function test_When_TheFreelancerAppealedAndTheShareIsHigher() public {
        _bringAppealed(freelancer);
        _decideAppeal(SHARE + 1, _shareOf(SHARE + 1) + _deposit());
    }

    function test_When_TheFreelancerAppealedAndTheShareIsTheSame() public {
        _bringAppealed(freelancer);
        _decideAppeal(SHARE, _shareOf(SHARE));
    }

    function test_When_TheFreelancerAppealedAndTheShareIsLower() public {
        _bringAppealed(freelancer);
        _decideAppeal(SHARE - 1, _shareOf(SHARE - 1));
    }

    function test_When_TheFreelancerAppealedAndTheClientsPartIsSmallerThanTheDeposit() public {
        _bringAppealed(freelancer);
        _decideAppeal(9_700, _pot());
    }

    function test_Given_TheAgreementHasNoArbitersFee() public {
        (agreement.gate, agreement.arbiterFeeBps) = (address(0), 0);
        _sealAgreement();
        _bringAppealed(client);
        _decideAppeal(SHARE, (schedule[0].amount * uint256(SHARE)) / BPS);
    }
}
