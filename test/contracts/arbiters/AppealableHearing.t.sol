// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {vm} from "../utils/Vm.sol";
import {AppealableBase} from "./AppealableBase.sol";

contract AppealableHearingTest is AppealableBase {
    function _assertHearing(uint256 start, uint256 end) private view {
        (uint256 actualStart, uint256 actualEnd) = appealable.hearing(agreement, 0);
        vm.assertEq(actualStart, start, "start");
        vm.assertEq(actualEnd, end, "end");
    }

    function test_RevertGiven_TheAgreementNamesAnotherArbiter() public {
        _bringDeclined();
        vm.expectRevert(_anotherArbiter());
        appealable.hearing(agreement, 0);
    }

    function test_RevertGiven_TheMilestoneIsNotDisputed() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        vm.expectRevert(_notHeard());
        appealable.hearing(agreement, 0);
    }

    function test_RevertGiven_TheFirstInstanceMayProposeStill() public {
        _openDispute();
        vm.warp(_disputedAt() + PROPOSAL_PERIOD - 1);
        vm.expectRevert(_notHeard());
        appealable.hearing(agreement, 0);
    }

    function test_RevertGiven_AProposalStands() public {
        _bringProposed();
        vm.expectRevert(_notHeard());
        appealable.hearing(agreement, 0);
        vm.warp(_disputedAt() + PROPOSAL_PERIOD);
        vm.expectRevert(_notHeard());
        appealable.hearing(agreement, 0);
    }

    function test_Given_NothingWasProposedInTime() public {
        _openDispute();
        uint256 start = _disputedAt() + PROPOSAL_PERIOD;
        vm.warp(start);
        _assertHearing(start, start + DECISION_PERIOD);
    }

    function test_Given_TheFirstInstanceDeclined() public {
        _bringDeclined();
        _assertHearing(block.timestamp, block.timestamp + DECISION_PERIOD);
    }

    function test_Given_AnAppeal() public {
        _bringAppealed(freelancer);
        _assertHearing(block.timestamp, block.timestamp + DECISION_PERIOD);
    }

    function test_When_ItIsOver() public {
        _bringDeclined();
        uint256 start = block.timestamp;
        vm.warp(start + DECISION_PERIOD);
        _assertHearing(start, start + DECISION_PERIOD);
    }

    function test_Given_TheClockRunsOutBeforeTheTimeToDecide() public {
        (agreement.gate, agreement.arbitrationPeriod) = (address(0), 5 days);
        _sealAgreement();
        _bringDeclined();
        _assertHearing(block.timestamp, _milestone(0).clock);
    }
}
