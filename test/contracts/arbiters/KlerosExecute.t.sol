// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICourtArbiter} from "../../../contracts/interfaces/ICourtArbiter.sol";
import {vm} from "../utils/Vm.sol";
import {KlerosBase} from "./KlerosBase.sol";

contract KlerosExecuteTest is KlerosBase {
    function test_RevertGiven_TheMilestoneHasEnded() public {
        _bringRuled(1);
        vm.prank(client);
        escrow.approve(agreement, 0, 1, _byCalling());
        vm.expectRevert(_notHeard());
        _execute();
    }

    function test_RevertGiven_NoCase() public {
        _openDispute();
        vm.expectRevert(_notOpen());
        _execute();
    }

    function test_RevertGiven_TheCourtHasNotRuled() public {
        uint256 disputeId = _bringOpen(client);
        vm.expectRevert(_wrongStage(disputeId, ICourtArbiter.Stage.Open, ICourtArbiter.Stage.Ruled));
        _execute();
        court.giveRuling(disputeId, 1);
        vm.expectRevert(_wrongStage(disputeId, ICourtArbiter.Stage.Open, ICourtArbiter.Stage.Ruled));
        _execute();
    }

    function test_RevertWhen_TheHearingIsOver() public {
        _bringRuled(1);
        uint256 end = _milestone(0).clock;
        vm.warp(end);
        vm.expectRevert(_hearingOver(end));
        _execute();
        escrow.finalize(agreement, 0);
    }

    function test_Given_TheCourtChoseAnOption() public {
        uint256 disputeId = _bringOpen(freelancer);
        uint256 fresh = vm.snapshotState();
        for (uint256 option = 1; option <= 3; ++option) {
            _ruleAtCourt(disputeId, option);
            _executeAndAssert(disputeId, freelancer, _options()[option - 1]);
            _assertCase(disputeId, freelancer, ICourtArbiter.Stage.Executed, option);
            vm.revertToState(fresh);
        }
    }

    function test_Given_TheCourtRefusedToRule() public {
        uint256 disputeId = _bringRuled(0);
        _executeAndAssert(disputeId, freelancer, agreement.defaultShareBps);
    }

    function test_Given_TheCourtRuledAsNoneOfTheOptions() public {
        uint256 disputeId = _bringOpen(client);
        uint256 fresh = vm.snapshotState();
        vm.prank(address(court));
        kleros.rule(disputeId, 4);
        _executeAndAssert(disputeId, client, agreement.defaultShareBps);
        vm.revertToState(fresh);
        vm.prank(address(court));
        kleros.rule(disputeId, type(uint256).max);
        _executeAndAssert(disputeId, client, agreement.defaultShareBps);
    }

    function test_Given_TheRulingWasAppealedAtTheCourt() public {
        uint256 disputeId = _bringOpen(client);
        court.giveRuling(disputeId, 1);
        vm.deal(client, 2 * COST);
        vm.prank(client);
        kleros.appeal{value: 2 * COST}(agreement, 0);
        _ruleAtCourt(disputeId, 2);
        _executeAndAssert(disputeId, client, 0);
    }

    function test_When_ItIsTheLastSecondOfTheHearing() public {
        uint256 disputeId = _bringRuled(3);
        _warpToClock(0, -1);
        _executeAndAssert(disputeId, freelancer, 4_567);
    }
}
