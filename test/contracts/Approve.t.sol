// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../contracts/interfaces/IMicroEscrow.sol";
import {RestrictedToken} from "../../contracts/mocks/RestrictedToken.sol";
import {Base} from "./utils/Base.sol";
import {TypedData} from "./utils/TypedData.sol";
import {vm} from "./utils/Vm.sol";

contract ApproveTest is Base {
    function _approve(address caller, uint256 submission, IMicroEscrow.Authorization memory auth) private {
        vm.prank(caller);
        escrow.approve(agreement, 0, submission, auth);
    }

    function _approveAsClient(uint256 index) private {
        vm.prank(client);
        escrow.approve(agreement, index, 1, _byCalling());
    }

    function _approveAndAssertRelease(uint256 submission) private {
        _recordWorld();
        _expectRelease(0, IMicroEscrow.Outcome.Approved);
        _approve(client, submission, _byCalling());
        _assertWorld();
    }

    function test_RevertGiven_TheStatusHoldsNothing() public {
        _assertRefusedOutside(HELD, _approveAsClient);
    }

    function test_RevertWhen_TheSubmissionIsAnEarlierOne() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        vm.expectRevert(_wrongSubmission(0, 1));
        _approve(client, 0, _byCalling());
    }

    function test_RevertWhen_TheSubmissionIsALaterOne() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        vm.expectRevert(_wrongSubmission(2, 1));
        _approve(client, 2, _byCalling());
    }

    function test_RevertWhen_ThereIsNoSignatureAndTheCallerIsNotTheClient() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        vm.expectRevert(_unauthorized(freelancer, client));
        _approve(freelancer, 1, _byCalling());
    }

    function test_RevertWhen_TheSignatureIsAtItsDeadline() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        uint256 deadline = block.timestamp;
        bytes32 structHash = TypedData.approve(id, 0, 1, schedule[0].amount, deadline);
        IMicroEscrow.Authorization memory auth = _signed(client, structHash, deadline);
        vm.expectRevert(_signatureExpired(deadline));
        _approve(stranger, 1, auth);
    }

    function test_RevertWhen_SomebodyElseSigned() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        bytes32 structHash = TypedData.approve(id, 0, 1, schedule[0].amount, _deadline());
        IMicroEscrow.Authorization memory auth = _signed(freelancer, structHash, _deadline());
        vm.expectRevert(_invalidSignature(client, structHash));
        _approve(stranger, 1, auth);
    }

    function test_RevertWhen_TheSignatureWasOverAnotherAmountThanIsHeld() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        bytes32 signedHash = TypedData.approve(id, 0, 1, schedule[0].amount - 1, _deadline());
        IMicroEscrow.Authorization memory auth = _signed(client, signedHash, _deadline());
        vm.expectRevert(_invalidSignature(client, TypedData.approve(id, 0, 1, schedule[0].amount, _deadline())));
        _approve(stranger, 1, auth);
    }

    function test_When_AStrangerSendsTheClientsSignature() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        bytes32 structHash = TypedData.approve(id, 0, 1, schedule[0].amount, _deadline());
        IMicroEscrow.Authorization memory auth = _signed(client, structHash, _deadline());
        _recordWorld();
        _expectRelease(0, IMicroEscrow.Outcome.Approved);
        _approve(stranger, 1, auth);
        _assertWorld();
    }

    function test_Given_TheMilestoneIsFundedAndNothingWasSubmitted() public {
        _bring(0, IMicroEscrow.Status.Funded);
        _approveAndAssertRelease(0);
    }

    function test_Given_TheMilestoneIsSubmitted() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        _approveAndAssertRelease(1);
    }

    function test_Given_ChangesWereRequested() public {
        _bring(0, IMicroEscrow.Status.ChangesRequested);
        _approveAndAssertRelease(1);
    }

    function test_Given_TheMilestoneIsDisputed() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        _approveAndAssertRelease(1);
    }

    function test_Given_TheClockRanOut() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        _warpToClock(0, 1);
        _approveAndAssertRelease(1);
    }

    function test_Given_APartWasAdvanced() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        vm.prank(client);
        escrow.advance(agreement, 0, 400_000_001, _byCalling());
        vm.assertEq(_milestone(0).amount, schedule[0].amount - 400_000_001, "held");
        _approveAndAssertRelease(1);
    }

    function test_Given_AnAccountForPayouts() public {
        agreement.payoutTo = treasury;
        _sealAgreement();
        _bring(0, IMicroEscrow.Status.Submitted);
        _approveAndAssertRelease(1);
    }

    function test_Given_NoPlatformFee() public {
        (agreement.feeBps, agreement.feeRecipient) = (0, address(0));
        _sealAgreement();
        _bring(0, IMicroEscrow.Status.Submitted);
        _approveAndAssertRelease(1);
    }

    function test_Given_TheTokenRefusesThePayment() public {
        RestrictedToken restricted = new RestrictedToken();
        _useToken(address(restricted));
        _bring(0, IMicroEscrow.Status.Submitted);
        restricted.setBlacklisted(freelancer, true);

        _recordWorld();
        _expectRelease(0, IMicroEscrow.Outcome.Approved);
        _expectDeferred(0, freelancer, schedule[0].amount - _fee(schedule[0].amount));
        _approve(client, 1, _byCalling());
        _assertWorld();
    }
}
