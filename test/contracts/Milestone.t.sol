// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../contracts/interfaces/IMicroEscrow.sol";
import {Base} from "./utils/Base.sol";
import {vm} from "./utils/Vm.sol";

contract MilestoneTest is Base {
    function test_Given_ItWasNeverFunded() public {
        _recordWorld();
        IMicroEscrow.MilestoneState memory nothing;
        vm.assertEq(abi.encode(_milestone(0)), abi.encode(nothing), "milestone 0");
        _bring(0, IMicroEscrow.Status.Funded);
        vm.assertEq(abi.encode(_milestone(1)), abi.encode(nothing), "milestone 1");
        vm.assertEq(abi.encode(_milestone(type(uint256).max)), abi.encode(nothing), "no milestone");
    }

    function test_Given_ItIsSubmitted() public {
        _bring(1, IMicroEscrow.Status.Submitted);
        IMicroEscrow.MilestoneState memory expected = IMicroEscrow.MilestoneState({
            amount: schedule[1].amount,
            clock: uint40(block.timestamp + agreement.reviewPeriod),
            submissions: 1,
            status: IMicroEscrow.Status.Submitted,
            outcome: IMicroEscrow.Outcome.None,
            flags: 0
        });
        vm.assertEq(abi.encode(_milestone(1)), abi.encode(expected), "milestone");
    }

    function test_Given_ItEnded() public {
        _bring(0, IMicroEscrow.Status.Released);
        // Two slots of EIP712 come first, then the milestones: keccak256(index . keccak256(id . 2)).
        bytes32 slot = keccak256(abi.encode(0, keccak256(abi.encode(id, 2))));
        uint256 flags = uint256(CLIENT_CONSENTED | FREELANCER_CONSENTED) << 192;
        uint256 outcome = uint256(IMicroEscrow.Outcome.Approved) << 184;
        uint256 status = uint256(IMicroEscrow.Status.Released) << 176;
        uint256 submissions = 1 << 168;
        vm.assertEq(
            vm.load(address(escrow), slot),
            bytes32(flags | outcome | status | submissions),
            "the slot of milestone 0"
        );
        vm.assertEq(vm.load(address(escrow), bytes32(uint256(slot) + 1)), 0, "the slot after it");
        IMicroEscrow.MilestoneState memory expected = IMicroEscrow.MilestoneState({
            amount: 0,
            clock: 0,
            submissions: 1,
            status: IMicroEscrow.Status.Released,
            outcome: IMicroEscrow.Outcome.Approved,
            flags: CLIENT_CONSENTED | FREELANCER_CONSENTED
        });
        vm.assertEq(abi.encode(_milestone(0)), abi.encode(expected), "milestone");
    }
}
