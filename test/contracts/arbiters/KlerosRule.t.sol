// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbitrable} from "@kleros/erc-792/contracts/IArbitrable.sol";

import {ICourtArbiter} from "../../../contracts/interfaces/ICourtArbiter.sol";
import {IKlerosArbiter} from "../../../contracts/interfaces/IKlerosArbiter.sol";
import {vm} from "../utils/Vm.sol";
import {KlerosBase} from "./KlerosBase.sol";

contract KlerosRuleTest is KlerosBase {
    function _act(address caller, uint256 disputeId, uint256 ruling) private {
        vm.prank(caller);
        kleros.rule(disputeId, ruling);
    }

    function _actAndAssert(uint256 disputeId, uint256 ruling) private {
        _recordAll();
        vm.expectEmit(arbiter);
        emit IArbitrable.Ruling(court, disputeId, ruling);
        _act(address(court), disputeId, ruling);
        _assertAll();
        _assertCase(disputeId, client, ICourtArbiter.Stage.Ruled, ruling);
    }

    function test_RevertWhen_TheCallerIsNotTheCourt() public {
        uint256 disputeId = _bringOpen(client);
        vm.expectRevert(abi.encodeWithSelector(IKlerosArbiter.NotTheCourt.selector, client, court));
        _act(client, disputeId, 1);
    }

    function test_RevertGiven_ThereIsNoSuchCase() public {
        vm.expectRevert(_wrongStage(3, ICourtArbiter.Stage.None, ICourtArbiter.Stage.Open));
        _act(address(court), 3, 1);
    }

    function test_RevertGiven_TheCourtHasRuled() public {
        uint256 disputeId = _bringRuled(1);
        vm.expectRevert(_wrongStage(disputeId, ICourtArbiter.Stage.Ruled, ICourtArbiter.Stage.Open));
        _act(address(court), disputeId, 2);
    }

    function test_When_TheCourtRules() public {
        _actAndAssert(_bringOpen(client), 3);
    }

    function test_When_TheCourtRulesAsNoneOfTheOptions() public {
        _actAndAssert(_bringOpen(client), type(uint256).max);
    }

    function test_Given_TheMilestoneHasEnded() public {
        uint256 disputeId = _bringOpen(client);
        _warpToClock(0, 0);
        escrow.finalize(agreement, 0);
        _actAndAssert(disputeId, 1);
    }
}
