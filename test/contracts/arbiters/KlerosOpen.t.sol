// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbitrator} from "@kleros/erc-792/contracts/IArbitrator.sol";
import {IEvidence} from "@kleros/erc-792/contracts/erc-1497/IEvidence.sol";

import {ICourtArbiter} from "../../../contracts/interfaces/ICourtArbiter.sol";
import {vm} from "../utils/Vm.sol";
import {KlerosBase} from "./KlerosBase.sol";

/// @dev A party without a way to take ether.
contract Purse {
    function open(ICourtArbiter arbiter, bytes calldata data) external payable {
        (bool success, bytes memory reason) = address(arbiter).call{value: msg.value}(data);
        if (success) return;
        assembly ("memory-safe") {
            revert(add(reason, 0x20), mload(reason))
        }
    }
}

contract KlerosOpenTest is KlerosBase {
    function _act(address caller) private {
        _open(caller);
    }

    function _actAndAssert(address party, uint256 payment) private {
        _recordAll();
        vm.expectEmit(arbiter);
        emit ICourtArbiter.CaseOpened(id, 0, party, 7);
        vm.expectEmit(arbiter);
        emit IEvidence.Dispute(court, 7, 0, uint256(keccak256(abi.encode(id, 0))));
        vm.expectCall(address(court), abi.encodeCall(IArbitrator.createDispute, (3, EXTRA_DATA)), 1);
        uint256 before = address(court).balance;
        vm.assertEq(_openPaying(party, payment), 7, "the court's number");
        _assertAll();
        vm.assertEq(address(court).balance - before, COST, "the court");
        vm.assertEq(party.balance, payment - COST, "the change");
        vm.assertEq(arbiter.balance, 0, "the arbiter");
        _assertCase(7, party, ICourtArbiter.Stage.Open, 0);
        vm.assertEq(kleros.disputeOf(id, 0), 7, "the case's number");
    }

    function test_RevertWhen_TheCallerIsNoPartyOrTheHearingHasNotBegunOrIsOver() public {
        _assertForPartiesInTheHearing(_act);
    }

    function test_RevertGiven_TheCaseIsOpen() public {
        _bringOpen(client);
        bytes memory reason = abi.encodeWithSelector(ICourtArbiter.AlreadyOpen.selector, 7);
        vm.expectRevert(reason);
        _act(client);
        vm.expectRevert(reason);
        _act(freelancer);
    }

    function test_RevertWhen_TheEtherDoesNotCoverTheCost() public {
        _openDispute();
        vm.expectRevert(abi.encodeWithSelector(ICourtArbiter.PaymentTooLow.selector, COST - 1, COST));
        _openPaying(client, COST - 1);
    }

    function test_RevertWhen_TheCallerDoesNotTakeItsChange() public {
        Purse purse = new Purse();
        agreement.client = address(purse);
        _sealAgreement();
        _mint(address(purse), schedule[0].amount);
        _bringPurse(address(purse));
        bytes memory data = abi.encodeCall(ICourtArbiter.open, (agreement, 0));
        vm.deal(stranger, 2 * COST + 1);
        vm.expectRevert(abi.encodeWithSelector(ICourtArbiter.ChangeRefused.selector, purse, 1));
        vm.prank(stranger);
        purse.open{value: COST + 1}(kleros, data);
        vm.prank(stranger);
        purse.open{value: COST}(kleros, data);
        _assertCase(7, address(purse), ICourtArbiter.Stage.Open, 0);
    }

    /// @dev Another funds its milestone, and it disputes what the freelancer submitted.
    function _bringPurse(address purse) private {
        vm.startPrank(purse);
        escrow.accept(agreement, schedule, purse, "");
        vm.stopPrank();
        _prepareMoney(payer, _only(0));
        bytes memory signature = _signature(freelancer, id);
        vm.prank(payer);
        escrow.fund(agreement, schedule, _only(0), signature);
        _submit(0);
        vm.prank(purse);
        escrow.dispute(agreement, 0, 1, EVIDENCE, _byCalling());
    }

    function test_When_TheClientCalls() public {
        _openDispute();
        _actAndAssert(client, COST);
    }

    function test_When_TheFreelancerCallsInTheLastSecond() public {
        _openDispute();
        _warpToClock(0, -1);
        _actAndAssert(freelancer, COST);
    }

    function test_When_ThereIsTooMuchEther() public {
        _openDispute();
        _actAndAssert(client, 3 * COST);
    }
}
