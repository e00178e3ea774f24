// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../contracts/interfaces/IMicroEscrow.sol";
import {Base} from "./utils/Base.sol";
import {TypedData} from "./utils/TypedData.sol";
import {vm} from "./utils/Vm.sol";

contract ScheduleHashTest is Base {
    function test_When_ThereAreMilestones() public view {
        vm.assertEq(escrow.scheduleHash(schedule), TypedData.scheduleHash(schedule), "schedule");
    }

    function test_When_ThereAreNoMilestones() public view {
        vm.assertEq(escrow.scheduleHash(new IMicroEscrow.Milestone[](0)), keccak256(""), "schedule");
    }
}
