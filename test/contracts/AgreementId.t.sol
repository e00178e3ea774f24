// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Base} from "./utils/Base.sol";
import {TypedData} from "./utils/TypedData.sol";
import {vm} from "./utils/Vm.sol";

contract AgreementIdTest is Base {
    function test_When_AnAgreementIsGiven() public view {
        vm.assertEq(escrow.agreementId(agreement), TypedData.agreementId(agreement), "id");
    }

    function test_When_AnyOneMemberIsAnother() public view {
        bytes memory data = abi.encodeCall(escrow.agreementId, (agreement));
        bytes32[19] memory ids;
        for (uint256 i = 0; i < ids.length; ++i) {
            uint256 lastByte = 4 + 32 * i + 31;
            data[lastByte] ^= 0x01;
            (bool success, bytes memory result) = address(escrow).staticcall(data);
            vm.assertTrue(success, "agreementId");
            ids[i] = bytes32(result);
            data[lastByte] ^= 0x01;
            vm.assertNotEq(ids[i], id, "as of the agreement itself");
            for (uint256 j = 0; j < i; ++j) vm.assertNotEq(ids[i], ids[j], "as with another member changed");
        }
    }
}
