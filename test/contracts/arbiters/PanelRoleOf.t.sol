// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPanelArbiter} from "../../../contracts/interfaces/IPanelArbiter.sol";
import {vm} from "../utils/Vm.sol";
import {PanelBase} from "./PanelBase.sol";

contract PanelRoleOfTest is PanelBase {
    function _assertRole(address account, IPanelArbiter.Role role) private view {
        vm.assertEq(uint256(panel.roleOf(account)), uint256(role), "role");
    }

    function test_Given_TheAccountIsAMember() public view {
        for (uint256 i = 0; i < SEATS; ++i) _assertRole(members[i], IPanelArbiter.Role.Member);
    }

    function test_Given_TheAccountIsASubstitute() public view {
        for (uint256 i = 0; i < substitutes.length; ++i) _assertRole(substitutes[i], IPanelArbiter.Role.Substitute);
    }

    function test_Given_TheAccountIsNotOnThePanel() public view {
        _assertRole(stranger, IPanelArbiter.Role.None);
        _assertRole(address(0), IPanelArbiter.Role.None);
    }
}
