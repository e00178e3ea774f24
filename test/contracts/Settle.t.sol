// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../contracts/interfaces/IMicroEscrow.sol";
import {Base} from "./utils/Base.sol";
import {TypedData} from "./utils/TypedData.sol";
import {vm} from "./utils/Vm.sol";

contract SettleTest is Base {
    uint128 private constant SHARE = 700_000_001;

    function _settle(
        uint128 share,
        address caller,
        IMicroEscrow.Authorization memory ofClient,
        IMicroEscrow.Authorization memory ofFreelancer
    ) private {
        vm.prank(caller);
        escrow.settle(agreement, 0, share, ofClient, ofFreelancer);
    }

    function _actOn(uint256 index) private {
        vm.prank(client);
        escrow.settle(agreement, index, SHARE, _byCalling(), _byCalling());
    }

    function _signedBy(address actor, uint128 share) private view returns (IMicroEscrow.Authorization memory) {
        uint128 held = _milestone(0).amount;
        return _signed(actor, TypedData.settle(id, 0, share, held - share, _deadline()), _deadline());
    }

    function _expectSettlement(uint128 share) private {
        _expectConclusion({
            index: 0,
            status: IMicroEscrow.Status.Resolved,
            outcome: IMicroEscrow.Outcome.Settled,
            gross: share,
            clientAmount: _milestone(0).amount - share,
            arbiterFee: 0,
            reasoning: 0
        });
    }

    /// @dev The client calls, the freelancer signed.
    function _settleAndAssert(uint128 share) private {
        IMicroEscrow.Authorization memory ofFreelancer = _signedBy(freelancer, share);
        _recordWorld();
        _expectSettlement(share);
        _settle(share, client, _byCalling(), ofFreelancer);
        _assertWorld();
    }

    function test_RevertGiven_TheStatusHoldsNothing() public {
        _assertRefusedOutside(HELD, _actOn);
    }

    function test_RevertWhen_TheShareIsMoreThanIsHeld() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        uint128 held = schedule[0].amount;
        vm.expectRevert(_amountOutOfRange(held + 1, 0, held));
        _settle(held + 1, client, _byCalling(), _byCalling());
    }

    function test_RevertWhen_TheClientNeitherSignedNorCalls() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        IMicroEscrow.Authorization memory ofFreelancer = _signedBy(freelancer, SHARE);
        vm.expectRevert(_unauthorized(freelancer, client));
        _settle(SHARE, freelancer, _byCalling(), ofFreelancer);
    }

    function test_RevertWhen_TheFreelancerNeitherSignedNorCalls() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        IMicroEscrow.Authorization memory ofClient = _signedBy(client, SHARE);
        vm.expectRevert(_unauthorized(client, freelancer));
        _settle(SHARE, client, ofClient, _byCalling());
    }

    function test_RevertWhen_TheClientsSignatureIsAtItsDeadline() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        IMicroEscrow.Authorization memory ofClient = _signedBy(client, SHARE);
        vm.warp(ofClient.deadline);
        vm.expectRevert(_signatureExpired(ofClient.deadline));
        _settle(SHARE, freelancer, ofClient, _byCalling());
    }

    function test_RevertWhen_TheFreelancersSignatureIsAtItsDeadline() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        IMicroEscrow.Authorization memory ofFreelancer = _signedBy(freelancer, SHARE);
        vm.warp(ofFreelancer.deadline);
        vm.expectRevert(_signatureExpired(ofFreelancer.deadline));
        _settle(SHARE, client, _byCalling(), ofFreelancer);
    }

    function test_RevertWhen_TheClientSignedAnotherShare() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        IMicroEscrow.Authorization memory ofClient = _signedBy(client, SHARE - 1);
        bytes32 structHash = TypedData.settle(id, 0, SHARE, schedule[0].amount - SHARE, ofClient.deadline);
        vm.expectRevert(_invalidSignature(client, structHash));
        _settle(SHARE, freelancer, ofClient, _byCalling());
    }

    function test_RevertWhen_TheFreelancerSignedAnotherShare() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        IMicroEscrow.Authorization memory ofFreelancer = _signedBy(freelancer, SHARE + 1);
        bytes32 structHash = TypedData.settle(id, 0, SHARE, schedule[0].amount - SHARE, ofFreelancer.deadline);
        vm.expectRevert(_invalidSignature(freelancer, structHash));
        _settle(SHARE, client, _byCalling(), ofFreelancer);
    }

    function test_RevertWhen_OneSignatureIsGivenForBoth() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        IMicroEscrow.Authorization memory ofClient = _signedBy(client, SHARE);
        bytes32 structHash = TypedData.settle(id, 0, SHARE, schedule[0].amount - SHARE, ofClient.deadline);
        vm.expectRevert(_invalidSignature(freelancer, structHash));
        _settle(SHARE, stranger, ofClient, ofClient);
    }

    function test_Given_TheMilestoneIsFunded() public {
        _bring(0, IMicroEscrow.Status.Funded);
        _settleAndAssert(SHARE);
    }

    function test_Given_TheMilestoneIsSubmitted() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        _settleAndAssert(SHARE);
    }

    function test_Given_ChangesWereRequested() public {
        _bring(0, IMicroEscrow.Status.ChangesRequested);
        _settleAndAssert(SHARE);
    }

    function test_Given_TheMilestoneIsDisputed() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        _settleAndAssert(SHARE);
    }

    function test_Given_TheClockRanOut() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        _warpToClock(0, 1);
        _settleAndAssert(SHARE);
    }

    function test_When_TheShareIsEverything() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        _settleAndAssert(schedule[0].amount);
    }

    function test_When_TheShareIsNothing() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        _settleAndAssert(0);
    }

    function test_Given_AccountsForPayoutsAndRefunds() public {
        (agreement.payoutTo, agreement.refundTo) = (treasury, gateway);
        _sealAgreement();
        _bring(0, IMicroEscrow.Status.Disputed);
        _settleAndAssert(SHARE);
    }

    function test_When_TheFreelancerCallsWithTheClientsSignature() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        IMicroEscrow.Authorization memory ofClient = _signedBy(client, SHARE);
        _recordWorld();
        _expectSettlement(SHARE);
        _settle(SHARE, freelancer, ofClient, _byCalling());
        _assertWorld();
    }

    function test_When_AStrangerSendsBothSignatures() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        IMicroEscrow.Authorization memory ofClient = _signedBy(client, SHARE);
        IMicroEscrow.Authorization memory ofFreelancer = _signedBy(freelancer, SHARE);
        _recordWorld();
        _expectSettlement(SHARE);
        _settle(SHARE, stranger, ofClient, ofFreelancer);
        _assertWorld();
    }
}
