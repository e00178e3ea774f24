// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAppealableArbiter} from "../../../contracts/interfaces/IAppealableArbiter.sol";
import {vm} from "../utils/Vm.sol";
import {AppealableBase} from "./AppealableBase.sol";

contract AppealableReturnDepositTest is AppealableBase {
    function _act() private {
        vm.prank(stranger);
        appealable.returnDeposit(agreement, 0);
    }

    function _actAndAssert(address party) private {
        _recordAll();
        _expectForgotten();
        _expectDepositReturned(party);
        _act();
        _assertAll();
    }

    function _stillDisputed() private view returns (bytes memory) {
        return abi.encodeWithSelector(IAppealableArbiter.StillDisputed.selector, id, 0);
    }

    function test_RevertGiven_NothingWasAppealed() public {
        _bringProposed();
        vm.expectRevert(_wrongStage(IAppealableArbiter.Stage.Proposed, IAppealableArbiter.Stage.Appealed));
        _act();
    }

    function test_RevertGiven_TheMilestoneIsDisputedStill() public {
        _bringAppealed(client);
        vm.expectRevert(_stillDisputed());
        _act();
        _warpToClock(0, 0);
        vm.expectRevert(_stillDisputed());
        _act();
    }

    function test_Given_TheClientApproved() public {
        _bringAppealed(client);
        vm.prank(client);
        escrow.approve(agreement, 0, 1, _byCalling());
        _actAndAssert(client);
    }

    function test_Given_TheDefaultHappened() public {
        _bringAppealed(freelancer);
        _warpToClock(0, 0);
        escrow.finalize(agreement, 0);
        _actAndAssert(freelancer);
    }

    function test_RevertWhen_ItIsCalledAgain() public {
        _bringAppealed(client);
        vm.prank(freelancer);
        escrow.refund(agreement, 0, _byCalling());
        _act();
        vm.expectRevert(_wrongStage(IAppealableArbiter.Stage.None, IAppealableArbiter.Stage.Appealed));
        _act();
    }
}
