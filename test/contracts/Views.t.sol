// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../contracts/interfaces/IMicroEscrow.sol";
import {Base} from "./utils/Base.sol";
import {TypedData} from "./utils/TypedData.sol";
import {vm} from "./utils/Vm.sol";

contract ViewsTest is Base {
    function test_AgreementId_IsTheStructHashOfTheAgreement() public view {
        vm.assertEq(escrow.agreementId(agreement), TypedData.agreementId(agreement), "id");
    }

    function test_ScheduleHash_IsTheHashOfTheMilestones() public view {
        vm.assertEq(escrow.scheduleHash(schedule), TypedData.scheduleHash(schedule), "schedule");
    }

    function test_ScheduleHash_GivenNoMilestones_IsTheHashOfNothing() public view {
        vm.assertEq(escrow.scheduleHash(new IMicroEscrow.Milestone[](0)), keccak256(""), "schedule");
    }

    function test_Milestone_GivenItWasNeverFunded_IsAllZero() public {
        _recordWorld();
        IMicroEscrow.MilestoneState memory nothing;
        vm.assertEq(abi.encode(_milestone(0)), abi.encode(nothing), "milestone 0");
        _bring(0, IMicroEscrow.Status.Funded);
        vm.assertEq(abi.encode(_milestone(1)), abi.encode(nothing), "milestone 1");
        vm.assertEq(abi.encode(_milestone(type(uint256).max)), abi.encode(nothing), "no milestone");
    }

    function test_Milestone_IsWhatIsStored() public {
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

    function test_Milestone_IsOneStorageSlot() public {
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
    }

    function test_Claimable_IsWhatIsOwed() public {
        vm.assertEq(escrow.claimable(token, platform), 0, "before");
        _bring(0, IMicroEscrow.Status.Released);
        vm.assertEq(escrow.claimable(token, platform), _fee(schedule[0].amount), "after");
        vm.assertEq(escrow.claimable(stranger, platform), 0, "of another token");
    }

    function test_Eip712Domain_IsWhatThePartiesSign() public view {
        (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        ) = escrow.eip712Domain();
        vm.assertEq(bytes32(fields), bytes32(hex"0f"), "fields");
        vm.assertEq(bytes(name), "MicroEscrow", "name");
        vm.assertEq(bytes(version), "1", "version");
        vm.assertEq(chainId, block.chainid, "chain id");
        vm.assertEq(verifyingContract, address(escrow), "verifying contract");
        vm.assertEq(salt, 0, "salt");
        vm.assertEq(extensions.length, 0, "extensions");
    }
}
