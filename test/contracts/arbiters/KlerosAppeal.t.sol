// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbitrator} from "@kleros/erc-792/contracts/IArbitrator.sol";
import {CentralizedArbitratorWithAppeal} from "@kleros/erc-792/contracts/examples/CentralizedArbitratorWithAppeal.sol";

import {ICourtArbiter} from "../../../contracts/interfaces/ICourtArbiter.sol";
import {vm} from "../utils/Vm.sol";
import {KlerosBase} from "./KlerosBase.sol";

contract KlerosAppealTest is KlerosBase {
    /// @dev The example court doubles its price before it compares: what it takes is twice what it tells.
    uint256 private constant APPEAL_COST = 2 * COST;

    function _act(address caller) private {
        vm.deal(caller, APPEAL_COST);
        vm.prank(caller);
        kleros.appeal{value: APPEAL_COST}(agreement, 0);
    }

    function test_RevertWhen_TheCallerIsNoPartyOrTheHearingHasNotBegunOrIsOver() public {
        _assertForPartiesInTheHearing(_act);
    }

    function test_RevertGiven_TheCaseIsNotOpen() public {
        _openDispute();
        vm.expectRevert(_notOpen());
        _act(client);
    }

    function test_RevertGiven_TheCourtHasToldItsRuling() public {
        uint256 disputeId = _bringRuled(1);
        vm.expectRevert(_wrongStage(disputeId, ICourtArbiter.Stage.Ruled, ICourtArbiter.Stage.Open));
        _act(client);
    }

    function test_RevertGiven_TheCourtTakesNoAppeal() public {
        _bringOpen(client);
        vm.expectRevert(
            abi.encodeWithSelector(
                CentralizedArbitratorWithAppeal.InvalidStatus.selector,
                IArbitrator.DisputeStatus.Waiting,
                IArbitrator.DisputeStatus.Appealable
            )
        );
        _act(client);
    }

    function test_Given_TheCourtTakesOne() public {
        uint256 disputeId = _bringOpen(client);
        court.giveRuling(disputeId, 1);
        uint256 fresh = vm.snapshotState();
        _actAndAssert(disputeId, client);
        vm.revertToState(fresh);
        _actAndAssert(disputeId, freelancer);
    }

    function _actAndAssert(uint256 disputeId, address party) private {
        vm.assertEq(kleros.appealCost(id, 0), COST, "what the court tells");
        uint256 before = address(court).balance;
        _recordAll();
        vm.expectCall(address(court), abi.encodeCall(IArbitrator.appeal, (disputeId, EXTRA_DATA)));
        _act(party);
        _assertAll();
        vm.assertEq(address(court).balance - before, APPEAL_COST, "the court");
        vm.assertEq(arbiter.balance, 0, "the arbiter");
        bool waits = court.disputeStatus(disputeId) == IArbitrator.DisputeStatus.Waiting;
        vm.assertTrue(waits, "the court hears it again");
    }
}
