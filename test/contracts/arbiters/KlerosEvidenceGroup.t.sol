// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {vm} from "../utils/Vm.sol";
import {KlerosBase} from "./KlerosBase.sol";

contract KlerosEvidenceGroupTest is KlerosBase {
    function test_When_AnybodyAsks() public view {
        vm.assertEq(kleros.evidenceGroup(id, 0), uint256(keccak256(abi.encode(id, 0))), "the first milestone's");
        vm.assertEq(kleros.evidenceGroup(id, 5), uint256(keccak256(abi.encode(id, 5))), "the sixth milestone's");
    }
}
