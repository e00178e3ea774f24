// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbitrator} from "@kleros/erc-792/contracts/IArbitrator.sol";

import {vm} from "../utils/Vm.sol";
import {KlerosBase} from "./KlerosBase.sol";

contract KlerosAppealCostTest is KlerosBase {
    function test_RevertGiven_NoCase() public {
        _openDispute();
        vm.expectRevert(_notOpen());
        kleros.appealCost(id, 0);
    }

    function test_Given_ACase() public {
        uint256 disputeId = _bringOpen(client);
        vm.expectCall(address(court), abi.encodeCall(IArbitrator.appealCost, (disputeId, EXTRA_DATA)), 1);
        vm.assertEq(kleros.appealCost(id, 0), COST, "what the court tells");
    }
}
