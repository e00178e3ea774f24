// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEvidence} from "@kleros/erc-792/contracts/erc-1497/IEvidence.sol";

import {vm} from "../utils/Vm.sol";
import {KlerosBase} from "./KlerosBase.sol";

contract KlerosSubmitEvidenceTest is KlerosBase {
    function _act(address caller) private {
        vm.prank(caller);
        kleros.submitEvidence(agreement, 0, URI);
    }

    function _actAndAssert(address party) private {
        _recordAll();
        vm.expectEmit(arbiter);
        emit IEvidence.Evidence(court, uint256(keccak256(abi.encode(id, 0))), party, URI);
        _act(party);
        _assertAll();
    }

    function test_RevertWhen_TheCallerIsNoPartyOrTheHearingHasNotBegunOrIsOver() public {
        _assertForPartiesInTheHearing(_act);
    }

    function test_When_APartyCallsBeforeAndAfterTheCaseIsOpened() public {
        _openDispute();
        _actAndAssert(client);
        _open(client);
        _actAndAssert(freelancer);
    }
}
