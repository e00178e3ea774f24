// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAppealableArbiter} from "../../../contracts/interfaces/IAppealableArbiter.sol";
import {vm} from "../utils/Vm.sol";
import {AppealableBase} from "./AppealableBase.sol";

contract AppealableExecuteTest is AppealableBase {
    function _act() private {
        vm.prank(stranger);
        appealable.execute(agreement, 0);
    }

    function _notExecutableYet(uint256 start) private view returns (bytes memory) {
        return abi.encodeWithSelector(IAppealableArbiter.NotExecutableYet.selector, start, block.timestamp);
    }

    function test_RevertGiven_TheAgreementNamesAnotherArbiter() public {
        _bringProposed();
        vm.expectRevert(_anotherArbiter());
        _act();
    }

    function test_RevertGiven_TheMilestoneIsNotDisputedAnyMore() public {
        _bringProposed();
        vm.warp(block.timestamp + APPEAL_PERIOD);
        vm.prank(client);
        escrow.approve(agreement, 0, 1, _byCalling());
        vm.expectRevert(_notHeard());
        _act();
    }

    function test_RevertGiven_NothingIsProposed() public {
        _openDispute();
        vm.warp(_disputedAt() + PROPOSAL_PERIOD - 1);
        vm.expectRevert(_wrongStage(IAppealableArbiter.Stage.None, IAppealableArbiter.Stage.Proposed));
        _act();
        _decline();
        vm.warp(block.timestamp + DECISION_PERIOD);
        vm.expectRevert(_wrongStage(IAppealableArbiter.Stage.Declined, IAppealableArbiter.Stage.Proposed));
        _act();
    }

    function test_RevertGiven_TheProposalCanBeAppealedStill() public {
        _bringProposed();
        uint256 start = block.timestamp + APPEAL_PERIOD;
        vm.warp(start - 1);
        vm.expectRevert(_notExecutableYet(start));
        _act();
    }

    function test_RevertGiven_TheAppealCanBeDecidedStill() public {
        _bringAppealed(client);
        uint256 start = block.timestamp + DECISION_PERIOD;
        vm.warp(start - 1);
        vm.expectRevert(_notExecutableYet(start));
        _act();
    }

    function test_RevertWhen_TheClockRanOut() public {
        _bringProposed();
        uint256 clock = _milestone(0).clock;
        vm.warp(clock);
        vm.expectRevert(_clockRanOut(clock));
        _act();
    }

    function test_Given_NobodyAppealedInTime() public {
        _bringProposed();
        vm.warp(block.timestamp + APPEAL_PERIOD);
        _recordAll();
        _expectExecution();
        _expectRuling(_shareOf(SHARE), WHY);
        _act();
        _assertAll();
    }

    function test_Given_TheSecondInstanceWasSilent() public {
        _bringProposed();
        uint256 fresh = vm.snapshotState();
        _executeAppealed(client);
        vm.revertToState(fresh);
        _executeAppealed(freelancer);
    }

    function _executeAppealed(address party) private {
        _appeal(party);
        vm.warp(block.timestamp + DECISION_PERIOD);
        _recordAll();
        _expectExecution();
        _expectDepositReturned(party);
        _expectRuling(_shareOf(SHARE), WHY);
        _act();
        _assertAll();
    }
}
