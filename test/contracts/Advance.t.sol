// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../contracts/interfaces/IMicroEscrow.sol";
import {RestrictedToken} from "../../contracts/mocks/RestrictedToken.sol";
import {Base} from "./utils/Base.sol";
import {TypedData} from "./utils/TypedData.sol";
import {vm} from "./utils/Vm.sol";

contract AdvanceTest is Base {
    uint128 private constant PART = 400_000_001;

    function _advance(uint256 index, uint128 amount) private {
        vm.prank(client);
        escrow.advance(agreement, index, amount, _byCalling());
    }

    function _advancePart(uint256 index) private {
        _advance(index, PART);
    }

    function _act(address caller, IMicroEscrow.Authorization memory auth) private {
        vm.prank(caller);
        escrow.advance(agreement, 0, PART, auth);
    }

    function _structHash(uint256 deadline) private view returns (bytes32) {
        return TypedData.advance(id, 0, PART, schedule[0].amount - PART, deadline);
    }

    function _expectAdvance(uint128 amount) private {
        uint128 remaining = schedule[0].amount - amount;
        uint256 platformFee = _fee(amount);
        _expectHeld(0, remaining);
        _expectPaid(agreement.payoutTo == address(0) ? freelancer : agreement.payoutTo, amount - platformFee);
        _expectCredited(platform, platformFee);
        vm.expectEmit(address(escrow));
        emit IMicroEscrow.MilestoneAdvanced(id, 0, amount - platformFee, platformFee, remaining);
    }

    function _actAndAssert(address caller, IMicroEscrow.Authorization memory auth) private {
        _recordWorld();
        _expectAdvance(PART);
        _act(caller, auth);
        _assertWorld();
    }

    function test_RevertGiven_TheStatusIsNotFundedSubmittedOrChangesRequested() public {
        _assertRefusedOutside(FUNDED | SUBMITTED | CHANGES_REQUESTED, _advancePart);
    }

    function test_RevertWhen_TheAmountIsZero() public {
        _bring(0, IMicroEscrow.Status.Funded);
        vm.expectRevert(_amountOutOfRange(0, 1, schedule[0].amount - 1));
        _advance(0, 0);
    }

    function test_RevertWhen_TheAmountIsEverythingThatIsHeld() public {
        _bring(0, IMicroEscrow.Status.Funded);
        uint128 held = schedule[0].amount;
        vm.expectRevert(_amountOutOfRange(held, 1, held - 1));
        _advance(0, held);
    }

    function test_RevertWhen_TheAmountIsMoreThanIsHeld() public {
        _bring(0, IMicroEscrow.Status.Funded);
        vm.expectRevert(_amountOutOfRange(type(uint128).max, 1, schedule[0].amount - 1));
        _advance(0, type(uint128).max);
    }

    function test_RevertWhen_ThereIsNoSignatureAndTheCallerIsNotTheClient() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        vm.expectRevert(_unauthorized(freelancer, client));
        _act(freelancer, _byCalling());
    }

    function test_RevertWhen_TheSignatureIsAtItsDeadline() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        uint256 deadline = block.timestamp;
        IMicroEscrow.Authorization memory auth = _signed(client, _structHash(deadline), deadline);
        vm.expectRevert(_signatureExpired(deadline));
        _act(stranger, auth);
    }

    function test_RevertWhen_SomebodyElseSigned() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        bytes32 structHash = _structHash(_deadline());
        IMicroEscrow.Authorization memory auth = _signed(freelancer, structHash, _deadline());
        vm.expectRevert(_invalidSignature(client, structHash));
        _act(stranger, auth);
    }

    function test_Given_TheMilestoneIsFunded() public {
        _bring(0, IMicroEscrow.Status.Funded);
        _actAndAssert(client, _byCalling());
    }

    function test_Given_TheMilestoneIsSubmitted() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        _actAndAssert(client, _byCalling());
    }

    function test_Given_ChangesWereRequested() public {
        _bring(0, IMicroEscrow.Status.ChangesRequested);
        _actAndAssert(client, _byCalling());
    }

    function test_Given_TheClockRanOut() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        _warpToClock(0, 1);
        _actAndAssert(client, _byCalling());
    }

    function test_When_TheAmountIsAllButOne() public {
        _bring(0, IMicroEscrow.Status.Funded);
        uint128 amount = schedule[0].amount - 1;
        _recordWorld();
        _expectAdvance(amount);
        _advance(0, amount);
        _assertWorld();
    }

    function test_When_TheAmountIsTooSmallForAFee() public {
        _bring(0, IMicroEscrow.Status.Funded);
        _recordWorld();
        _expectAdvance(39); // 2.5 % of it are less than 1
        _advance(0, 39);
        _assertWorld();
    }

    function test_Given_AnAccountForPayouts() public {
        agreement.payoutTo = treasury;
        _sealAgreement();
        _bring(0, IMicroEscrow.Status.Funded);
        _actAndAssert(client, _byCalling());
    }

    function test_Given_TheTokenRefusesThePayment() public {
        RestrictedToken restricted = new RestrictedToken();
        _useToken(address(restricted));
        _bring(0, IMicroEscrow.Status.Funded);
        restricted.setBlacklisted(freelancer, true);
        _recordWorld();
        _expectAdvance(PART);
        _expectDeferred(0, freelancer, PART - _fee(PART));
        _act(client, _byCalling());
        _assertWorld();
    }

    function test_When_AStrangerSendsTheClientsSignature() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        _actAndAssert(stranger, _signed(client, _structHash(_deadline()), _deadline()));
    }
}
