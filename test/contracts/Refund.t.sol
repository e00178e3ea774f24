// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../contracts/interfaces/IMicroEscrow.sol";
import {RestrictedToken} from "../../contracts/mocks/RestrictedToken.sol";
import {Base} from "./utils/Base.sol";
import {TypedData} from "./utils/TypedData.sol";
import {vm} from "./utils/Vm.sol";

contract RefundTest is Base {
    function _act(address caller, IMicroEscrow.Authorization memory auth) private {
        vm.prank(caller);
        escrow.refund(agreement, 0, auth);
    }

    function _actAsFreelancer(uint256 index) private {
        vm.prank(freelancer);
        escrow.refund(agreement, index, _byCalling());
    }

    function _structHash(uint256 deadline) private view returns (bytes32) {
        return TypedData.refund(id, 0, schedule[0].amount, deadline);
    }

    function _actAndAssert(address caller, IMicroEscrow.Authorization memory auth) private {
        _recordWorld();
        _expectRefund(0, IMicroEscrow.Outcome.Refunded);
        _act(caller, auth);
        _assertWorld();
    }

    function test_RevertGiven_TheStatusHoldsNothing() public {
        _assertRefusedOutside(HELD, _actAsFreelancer);
    }

    function test_RevertWhen_ThereIsNoSignatureAndTheCallerIsNotTheFreelancer() public {
        _bring(0, IMicroEscrow.Status.Funded);
        vm.expectRevert(_unauthorized(client, freelancer));
        _act(client, _byCalling());
    }

    function test_RevertWhen_TheSignatureIsAtItsDeadline() public {
        _bring(0, IMicroEscrow.Status.Funded);
        uint256 deadline = block.timestamp;
        IMicroEscrow.Authorization memory auth = _signed(freelancer, _structHash(deadline), deadline);
        vm.expectRevert(_signatureExpired(deadline));
        _act(stranger, auth);
    }

    function test_RevertWhen_SomebodyElseSigned() public {
        _bring(0, IMicroEscrow.Status.Funded);
        bytes32 structHash = _structHash(_deadline());
        IMicroEscrow.Authorization memory auth = _signed(client, structHash, _deadline());
        vm.expectRevert(_invalidSignature(freelancer, structHash));
        _act(stranger, auth);
    }

    function test_RevertWhen_TheSignatureWasOverAnotherAmountThanIsHeld() public {
        _bring(0, IMicroEscrow.Status.Funded);
        IMicroEscrow.Authorization memory auth = _signed(freelancer, _structHash(_deadline()), _deadline());
        vm.prank(client);
        escrow.advance(agreement, 0, 1, _byCalling());
        bytes32 structHash = TypedData.refund(id, 0, schedule[0].amount - 1, auth.deadline);
        vm.expectRevert(_invalidSignature(freelancer, structHash));
        _act(stranger, auth);
    }

    function test_Given_TheMilestoneIsFunded() public {
        _bring(0, IMicroEscrow.Status.Funded);
        _actAndAssert(freelancer, _byCalling());
    }

    function test_Given_TheMilestoneIsSubmitted() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        _actAndAssert(freelancer, _byCalling());
    }

    function test_Given_ChangesWereRequested() public {
        _bring(0, IMicroEscrow.Status.ChangesRequested);
        _actAndAssert(freelancer, _byCalling());
    }

    function test_Given_TheMilestoneIsDisputed() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        _actAndAssert(freelancer, _byCalling());
    }

    function test_Given_TheClockRanOut() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        _warpToClock(0, 1);
        _actAndAssert(freelancer, _byCalling());
    }

    function test_Given_AnAccountForRefunds() public {
        agreement.refundTo = gateway;
        _sealAgreement();
        _bring(0, IMicroEscrow.Status.Funded);
        _actAndAssert(freelancer, _byCalling());
    }

    function test_Given_TheTokenRefusesThePayment() public {
        RestrictedToken restricted = new RestrictedToken();
        _useToken(address(restricted));
        _bring(0, IMicroEscrow.Status.Funded);
        restricted.setBlacklisted(client, true);
        _recordWorld();
        _expectRefund(0, IMicroEscrow.Outcome.Refunded);
        _expectDeferred(0, client, schedule[0].amount);
        _act(freelancer, _byCalling());
        _assertWorld();
    }

    function test_When_AStrangerSendsTheFreelancersSignature() public {
        _bring(0, IMicroEscrow.Status.Funded);
        _actAndAssert(stranger, _signed(freelancer, _structHash(_deadline()), _deadline()));
    }
}
