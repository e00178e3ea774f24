// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {vm} from "../utils/Vm.sol";
import {AppealableBase} from "./AppealableBase.sol";

contract AppealableDepositOfTest is AppealableBase {
    function test_When_ItDivides() public view {
        vm.assertEq(appealable.depositOf(100_000), 3_330, "deposit");
        vm.assertEq(appealable.depositOf(0), 0, "deposit of nothing");
    }

    function test_When_ItDoesNotDivide() public view {
        vm.assertEq(appealable.depositOf(30), 0, "deposit of 30");
        vm.assertEq(appealable.depositOf(31), 1, "deposit of 31");
    }

    function test_When_ItIsTheLargestAmount() public view {
        uint256 largest = type(uint128).max;
        vm.assertEq(appealable.depositOf(largest), (largest * 333) / 10_000, "deposit");
    }
}
