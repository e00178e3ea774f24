// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../contracts/interfaces/IMicroEscrow.sol";
import {RestrictedToken} from "../../contracts/mocks/RestrictedToken.sol";
import {Base} from "./utils/Base.sol";
import {TypedData} from "./utils/TypedData.sol";
import {vm} from "./utils/Vm.sol";

contract RuleTest is Base {
    uint128 private constant AWARD = 300_000_007;

    function _rule(uint256 index, uint128 award, address caller, IMicroEscrow.Authorization memory auth) private {
        vm.prank(caller);
        escrow.rule(agreement, index, award, REASONING, auth);
    }

    function _act(address caller, IMicroEscrow.Authorization memory auth) private {
        _rule(0, AWARD, caller, auth);
    }

    function _actAsArbiter(uint256 index) private {
        _rule(index, AWARD, arbiter, _byCalling());
    }

    function _structHash(uint256 deadline) private view returns (bytes32) {
        return TypedData.rule(id, 0, AWARD, REASONING, deadline);
    }

    function _arbiterFee() private view returns (uint256) {
        return (schedule[0].amount * uint256(agreement.arbiterFeeBps)) / BPS;
    }

    function _pot() private view returns (uint128) {
        return uint128(schedule[0].amount - _arbiterFee());
    }

    function _expectRuling(uint128 award) private {
        _expectConclusion({
            index: 0,
            status: IMicroEscrow.Status.Resolved,
            outcome: IMicroEscrow.Outcome.Ruled,
            gross: award,
            clientAmount: _pot() - award,
            arbiterFee: _arbiterFee(),
            reasoning: REASONING
        });
    }

    function _actAndAssert(uint128 award, address caller, IMicroEscrow.Authorization memory auth) private {
        _recordWorld();
        _expectRuling(award);
        _rule(0, award, caller, auth);
        _assertWorld();
    }

    function test_RevertGiven_TheStatusIsNotDisputed() public {
        _assertRefusedOutside(DISPUTED, _actAsArbiter);
    }

    function test_RevertWhen_TheClockRanOut() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        uint256 clock = _milestone(0).clock;
        vm.warp(clock);
        vm.expectRevert(_clockRanOut(clock));
        _act(arbiter, _byCalling());
        vm.warp(clock + 1);
        vm.expectRevert(_clockRanOut(clock));
        _act(arbiter, _byCalling());
    }

    function test_RevertWhen_TheAwardIsMoreThanThePot() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        uint128 pot = _pot();
        vm.expectRevert(_amountOutOfRange(pot + 1, 0, pot));
        _rule(0, pot + 1, arbiter, _byCalling());
    }

    function test_RevertWhen_ThereIsNoSignatureAndTheCallerIsNotTheArbiter() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        vm.expectRevert(_unauthorized(client, arbiter));
        _act(client, _byCalling());
    }

    function test_RevertWhen_TheSignatureIsAtItsDeadline() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        uint256 deadline = block.timestamp;
        IMicroEscrow.Authorization memory auth = _signed(arbiter, _structHash(deadline), deadline);
        vm.expectRevert(_signatureExpired(deadline));
        _act(stranger, auth);
    }

    function test_RevertWhen_SomebodyElseSigned() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        bytes32 structHash = _structHash(_deadline());
        IMicroEscrow.Authorization memory auth = _signed(client, structHash, _deadline());
        vm.expectRevert(_invalidSignature(arbiter, structHash));
        _act(stranger, auth);
    }

    function test_When_TheAwardIsAPart() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        vm.assertEq(_arbiterFee(), 50_000_000, "the fee of 5 % is rounded down");
        _actAndAssert(AWARD, arbiter, _byCalling());
    }

    function test_When_TheAwardIsThePot() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        _actAndAssert(_pot(), arbiter, _byCalling());
    }

    function test_When_TheAwardIsNothing() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        _actAndAssert(0, arbiter, _byCalling());
    }

    function test_Given_NoArbiterFee() public {
        agreement.arbiterFeeBps = 0;
        _sealAgreement();
        _bring(0, IMicroEscrow.Status.Disputed);
        _actAndAssert(schedule[0].amount, arbiter, _byCalling());
    }

    function test_Given_AccountsForPayoutsAndRefunds() public {
        (agreement.payoutTo, agreement.refundTo) = (treasury, gateway);
        _sealAgreement();
        _bring(0, IMicroEscrow.Status.Disputed);
        _actAndAssert(AWARD, arbiter, _byCalling());
    }

    function test_Given_TheTokenRefusesBothPayments() public {
        RestrictedToken restricted = new RestrictedToken();
        _useToken(address(restricted));
        _bring(0, IMicroEscrow.Status.Disputed);
        restricted.setPaused(true);
        _recordWorld();
        _expectRuling(AWARD);
        _expectDeferred(0, freelancer, AWARD - _fee(AWARD));
        _expectDeferred(0, client, _pot() - AWARD);
        _act(arbiter, _byCalling());
        _assertWorld();
    }

    function test_When_ItIsTheLastSecondBeforeTheClock() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        _warpToClock(0, -1);
        _actAndAssert(AWARD, arbiter, _byCalling());
    }

    function test_When_AStrangerSendsTheArbitersSignature() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        _actAndAssert(AWARD, stranger, _signed(arbiter, _structHash(_deadline()), _deadline()));
    }
}
