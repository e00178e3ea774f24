// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {vm} from "../utils/Vm.sol";
import {PanelBase} from "./PanelBase.sol";

/// @notice What an arbiter owes, of which the panel is one.
contract ArbiterClaimableTest is PanelBase {
    function test_Given_NothingIsOwed() public {
        _openDispute();
        vm.assertEq(panel.claimable(token, members[0]), 0, "claimable");
    }

    function test_Given_AFeeIsOwed() public {
        _openDispute();
        _send(_votes(_shares(4_000, 4_000, 4_000)));
        uint256 part = _arbiterFee() / 3;
        vm.assertEq(panel.claimable(token, members[0]), _arbiterFee() - 2 * part, "the first");
        vm.assertEq(panel.claimable(token, members[1]), part, "the second");
        vm.assertEq(panel.claimable(token, members[2]), part, "the third");
        vm.assertEq(panel.claimable(token, members[3]), 0, "who did not vote");
        vm.assertEq(panel.claimable(address(escrow), members[0]), 0, "another token");
        vm.assertEq(panel.claimable(members[0], token), 0, "in this order");
    }
}
