// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../contracts/interfaces/IMicroEscrow.sol";
import {RestrictedToken} from "../../contracts/mocks/RestrictedToken.sol";
import {Base} from "./utils/Base.sol";
import {vm} from "./utils/Vm.sol";

contract FinalizeTest is Base {
    function _finalize(uint256 index) private {
        vm.prank(stranger);
        escrow.finalize(agreement, index);
    }

    /// @dev Requires that a second before the clock nobody can finalize, and leaves the time at the clock.
    function _assertNotBeforeTheClock() private {
        uint256 clock = _milestone(0).clock;
        vm.warp(clock - 1);
        vm.expectRevert(abi.encodeWithSelector(IMicroEscrow.ClockStillRunning.selector, clock, clock - 1));
        _finalize(0);
        vm.warp(clock);
    }

    function _finalizeAndAssertRefund(IMicroEscrow.Outcome outcome) private {
        _recordWorld();
        _expectRefund(0, outcome);
        _finalize(0);
        _assertWorld();
    }

    function _finalizeAndAssertRelease() private {
        _recordWorld();
        _expectRelease(0, IMicroEscrow.Outcome.ReviewExpired);
        _finalize(0);
        _assertWorld();
    }

    function _finalizeAndAssertSplit(uint256 share) private {
        _recordWorld();
        _expectConclusion({
            index: 0,
            status: IMicroEscrow.Status.Resolved,
            outcome: IMicroEscrow.Outcome.ArbitrationExpired,
            gross: share,
            clientAmount: schedule[0].amount - share,
            arbiterFee: 0,
            reasoning: 0
        });
        _finalize(0);
        _assertWorld();
    }

    function test_RevertGiven_TheStatusHoldsNothing() public {
        _assertRefusedOutside(HELD, _finalize);
    }

    function test_RevertGiven_TheWorkPeriodIsRunning() public {
        _bring(0, IMicroEscrow.Status.Funded);
        _assertNotBeforeTheClock();
    }

    function test_RevertGiven_TheReviewPeriodIsRunning() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        _assertNotBeforeTheClock();
    }

    function test_RevertGiven_TheReworkPeriodIsRunning() public {
        _bring(0, IMicroEscrow.Status.ChangesRequested);
        _assertNotBeforeTheClock();
    }

    function test_RevertGiven_TheArbitrationPeriodIsRunning() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        _assertNotBeforeTheClock();
    }

    function test_RevertGiven_TheChallengePeriodIsRunning() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        vm.prank(verifier);
        escrow.attest(agreement, 0, 1, true, REPORT, _byCalling());
        _assertNotBeforeTheClock();
    }

    function test_Given_TheWorkPeriodIsOver() public {
        _bring(0, IMicroEscrow.Status.Funded);
        _warpToClock(0, 0);
        _finalizeAndAssertRefund(IMicroEscrow.Outcome.WorkExpired);
    }

    function test_Given_TheReviewPeriodIsOver() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        _warpToClock(0, 0);
        _finalizeAndAssertRelease();
    }

    function test_Given_TheReworkPeriodIsOver() public {
        _bring(0, IMicroEscrow.Status.ChangesRequested);
        _warpToClock(0, 0);
        _finalizeAndAssertRefund(IMicroEscrow.Outcome.ReworkExpired);
    }

    function test_Given_TheArbitrationPeriodIsOver() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        _warpToClock(0, 0);
        _finalizeAndAssertSplit(600_000_001); // 60 % of 1,000,000,003, rounded down
    }

    function test_Given_TheChallengePeriodIsOver() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        vm.prank(verifier);
        escrow.attest(agreement, 0, 1, true, REPORT, _byCalling());
        _warpToClock(0, 0);
        _finalizeAndAssertRelease();
    }

    function test_Given_TheArbitrationPeriodIsOverAndTheDefaultShareIsNothing() public {
        agreement.defaultShareBps = 0;
        _sealAgreement();
        _bring(0, IMicroEscrow.Status.Disputed);
        _warpToClock(0, 0);
        _finalizeAndAssertSplit(0);
    }

    function test_Given_TheArbitrationPeriodIsOverAndTheDefaultShareIsEverything() public {
        agreement.defaultShareBps = 10_000;
        _sealAgreement();
        _bring(0, IMicroEscrow.Status.Disputed);
        _warpToClock(0, 0);
        _finalizeAndAssertSplit(schedule[0].amount);
    }

    function test_Given_TheClockRanOutLongAgo() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        _warpToClock(0, 3650 days);
        _finalizeAndAssertRelease();
    }

    function test_Given_AccountsForPayoutsAndRefunds() public {
        (agreement.payoutTo, agreement.refundTo) = (treasury, gateway);
        _sealAgreement();
        _bring(0, IMicroEscrow.Status.Disputed);
        _warpToClock(0, 0);
        _finalizeAndAssertSplit(600_000_001);
    }

    function test_Given_TheTokenRefusesThePayment() public {
        RestrictedToken restricted = new RestrictedToken();
        _useToken(address(restricted));
        _bring(0, IMicroEscrow.Status.Funded);
        restricted.setBlacklisted(client, true);
        _warpToClock(0, 0);
        _recordWorld();
        _expectRefund(0, IMicroEscrow.Outcome.WorkExpired);
        _expectDeferred(0, client, schedule[0].amount);
        _finalize(0);
        _assertWorld();
    }

    /// @dev Finalizes with a bounded amount of gas, which must not be enough, and returns the whole error.
    function _finalizeWith(uint256 gas_) private returns (bytes memory reason) {
        bytes memory data = abi.encodeCall(escrow.finalize, (agreement, 0));
        bool success;
        (success, reason) = address(escrow).call{gas: gas_}(data);
        vm.assertFalse(success, "finalize");
    }

    function test_RevertWhen_APaymentFailsWithTooLittleGasToTellWhy() public {
        RestrictedToken restricted = new RestrictedToken();
        _useToken(address(restricted));
        _bring(0, IMicroEscrow.Status.Funded);
        restricted.setBlacklisted(client, true);
        _warpToClock(0, 0);
        bytes memory first = _finalizeWith(150_000);
        uint256 available;
        assembly ("memory-safe") {
            available := mload(add(first, 0x24))
        }
        vm.assertLt(available, 150_000, "gas left when it is time to pay");
        uint256 required = (uint256(200_000) * 64) / 63 + 20_000;
        vm.assertEq(first, abi.encodeWithSelector(IMicroEscrow.NotEnoughGas.selector, available, required), "error");
        // With 1,000 more to begin with, 1,000 more are left.
        vm.assertEq(
            _finalizeWith(151_000),
            abi.encodeWithSelector(IMicroEscrow.NotEnoughGas.selector, available + 1_000, required),
            "error"
        );
    }
}
