// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SignedFundingBase} from "./utils/SignedFundingBase.sol";
import {vm} from "./utils/Vm.sol";

contract EscrowTest is SignedFundingBase {
    function test_Given_TheContractIsDeployed() public view {
        vm.assertEq(address(signedFunding.ESCROW()), address(escrow), "escrow");
    }
}
