// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CentralizedArbitratorWithAppeal} from "@kleros/erc-792/contracts/examples/CentralizedArbitratorWithAppeal.sol";

import {ICourtArbiter} from "../../../contracts/interfaces/ICourtArbiter.sol";
import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {vm} from "../utils/Vm.sol";
import {KlerosBase} from "./KlerosBase.sol";

contract KlerosDisputeOfTest is KlerosBase {
    function test_RevertGiven_NoCase() public {
        _bringOpen(client);
        bytes32 other = keccak256(abi.encode(id));
        vm.expectRevert(abi.encodeWithSelector(ICourtArbiter.NotOpen.selector, other, 0));
        kleros.disputeOf(other, 0);
        vm.expectRevert(abi.encodeWithSelector(ICourtArbiter.NotOpen.selector, id, 1));
        kleros.disputeOf(id, 1);
    }

    function test_Given_CasesOfTwoMilestones() public {
        _openDispute();
        _bring(1, IMicroEscrow.Status.Disputed);
        _open(client);
        vm.deal(freelancer, COST);
        vm.prank(freelancer);
        kleros.open{value: COST}(agreement, 1);
        vm.assertEq(kleros.disputeOf(id, 0), 7, "the first");
        vm.assertEq(kleros.disputeOf(id, 1), 8, "the second");
    }

    function test_Given_TheCourtsNumberIsZero() public {
        court = new CentralizedArbitratorWithAppeal();
        kleros = _deployKleros(address(court), _options());
        _useArbiter(address(kleros));
        vm.assertEq(_bringOpen(client), 0, "the court's number");
        vm.assertEq(kleros.disputeOf(id, 0), 0, "the case's number");
    }
}
