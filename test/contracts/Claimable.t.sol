// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../contracts/interfaces/IMicroEscrow.sol";
import {Base} from "./utils/Base.sol";
import {vm} from "./utils/Vm.sol";

contract ClaimableTest is Base {
    function test_Given_NothingIsOwed() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        vm.assertEq(escrow.claimable(token, platform), 0, "claimable");
    }

    function test_Given_AFeeIsOwed() public {
        _bring(0, IMicroEscrow.Status.Released);
        vm.assertEq(escrow.claimable(token, platform), _fee(schedule[0].amount), "of the platform");
        vm.assertEq(escrow.claimable(token, freelancer), 0, "of another account");
        vm.assertEq(escrow.claimable(stranger, platform), 0, "of another token");
    }
}
