// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAppealableArbiter} from "../../../contracts/interfaces/IAppealableArbiter.sol";
import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {vm} from "../utils/Vm.sol";
import {AppealableBase} from "./AppealableBase.sol";

/// @notice Each milestone has a case of its own: whatever is done about milestone 1, that of milestone 0 stays what it is.
contract AppealableMilestonesTest is AppealableBase {
    /// @dev Milestone 0 is proposed later than milestone 1 is disputed and proposed.
    function _bringBoth() private {
        _openDispute();
        _bring(1, IMicroEscrow.Status.Disputed);
        vm.prank(first);
        appealable.propose(agreement, 1, 4_000, WHY, _byCalling());
        vm.warp(block.timestamp + 1 days);
        _propose();
    }

    function _appealSecond() private {
        _mint(client, _deposit() * 2);
        _prepareDeposit(client);
        vm.prank(client);
        appealable.appeal(agreement, 1, client, _byCalling());
    }

    function _assertStages(IAppealableArbiter.Stage ofZero, IAppealableArbiter.Stage ofOne) private view {
        vm.assertEq(uint256(appealable.caseOf(id, 0).stage), uint256(ofZero), "milestone 0");
        vm.assertEq(uint256(appealable.caseOf(id, 1).stage), uint256(ofOne), "milestone 1");
    }

    function test_AProposal() public {
        _bringBoth();
        vm.assertEq(appealable.caseOf(id, 0).shareBps, SHARE, "milestone 0");
        vm.assertEq(appealable.caseOf(id, 1).shareBps, 4_000, "milestone 1");
        vm.assertEq(appealable.caseOf(id, 0).since - appealable.caseOf(id, 1).since, 1 days, "when");
    }

    function test_ADecline() public {
        _openDispute();
        _bring(1, IMicroEscrow.Status.Disputed);
        vm.prank(first);
        appealable.decline(agreement, 1, WHY, _byCalling());
        _assertStages(IAppealableArbiter.Stage.None, IAppealableArbiter.Stage.Declined);
        vm.expectRevert(_notHeard());
        appealable.hearing(agreement, 0);
        (uint256 start, ) = appealable.hearing(agreement, 1);
        vm.assertEq(start, block.timestamp, "the hearing of milestone 1");
    }

    function test_AnAppealAndADecision() public {
        _bringBoth();
        _appealSecond();
        _assertStages(IAppealableArbiter.Stage.Proposed, IAppealableArbiter.Stage.Appealed);
        (uint256 start, ) = appealable.hearing(agreement, 1);
        vm.assertEq(start, block.timestamp, "the hearing of milestone 1");
        vm.prank(second);
        appealable.decide(agreement, 1, 4_000, REASONING, _paid());
        _assertStages(IAppealableArbiter.Stage.Proposed, IAppealableArbiter.Stage.None);
        vm.assertEq(uint256(_milestone(0).status), uint256(IMicroEscrow.Status.Disputed), "milestone 0");
        vm.assertEq(uint256(_milestone(1).status), uint256(IMicroEscrow.Status.Resolved), "milestone 1");
    }

    function test_AnExecution() public {
        _bringBoth();
        vm.warp(block.timestamp - 1 days + APPEAL_PERIOD);
        appealable.execute(agreement, 1);
        _assertStages(IAppealableArbiter.Stage.Proposed, IAppealableArbiter.Stage.None);
        vm.assertEq(uint256(_milestone(1).status), uint256(IMicroEscrow.Status.Resolved), "milestone 1");
    }

    function test_AReturnedDeposit() public {
        _bringBoth();
        _appealSecond();
        vm.prank(freelancer);
        escrow.refund(agreement, 1, _byCalling());
        appealable.returnDeposit(agreement, 1);
        _assertStages(IAppealableArbiter.Stage.Proposed, IAppealableArbiter.Stage.None);
        uint256 deposit = (uint256(schedule[1].amount) * APPEAL_FEE_BPS) / BPS;
        vm.assertEq(appealable.claimable(token, client), deposit, "the deposit of milestone 1");
    }
}
