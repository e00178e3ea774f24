// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../contracts/interfaces/IMicroEscrow.sol";
import {Base} from "./utils/Base.sol";
import {vm} from "./utils/Vm.sol";

contract SubmitEvidenceTest is Base {
    function _act(address caller) private {
        vm.prank(caller);
        escrow.submitEvidence(agreement, 0, EVIDENCE);
    }

    function _actAsClient(uint256 index) private {
        vm.prank(client);
        escrow.submitEvidence(agreement, index, EVIDENCE);
    }

    function _actAndAssert(address caller) private {
        _recordWorld();
        vm.expectEmit(address(escrow));
        emit IMicroEscrow.EvidenceSubmitted(id, 0, caller, EVIDENCE);
        _act(caller);
        _assertWorld();
    }

    function test_RevertGiven_TheStatusIsNotDisputed() public {
        _assertRefusedOutside(DISPUTED, _actAsClient);
    }

    function test_RevertWhen_TheCallerIsNotNamedForIt() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        address[4] memory others = [platform, payer, stranger, treasury];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(_notAParty(others[i]));
            _act(others[i]);
        }
    }

    function test_When_TheClientCalls() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        _actAndAssert(client);
    }

    function test_When_TheFreelancerCalls() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        _actAndAssert(freelancer);
    }

    function test_When_TheArbiterCalls() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        _actAndAssert(arbiter);
    }

    function test_When_TheVerifierCalls() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        _actAndAssert(verifier);
    }

    function test_Given_TheClockRanOut() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        _warpToClock(0, 1);
        _actAndAssert(client);
    }
}
