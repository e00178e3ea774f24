// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {Base} from "../utils/Base.sol";
import {vm} from "../utils/Vm.sol";
import {TypedData} from "../utils/TypedData.sol";

/// @notice Any amount, any fee, any period: where the money goes, and when.
contract MoneyTest is Base {
    /// @dev `value`, brought into the range from `minimum` to `maximum`, both included.
    function _bound(uint256 value, uint256 minimum, uint256 maximum) private pure returns (uint256) {
        if (value >= minimum && value <= maximum) return value;
        return minimum + (value % (maximum - minimum + 1));
    }

    /// @dev An agreement over milestone 0 alone, with these terms.
    function _useTerms(uint256 amount, uint256 feeBps, uint256 arbiterFeeBps, uint256 defaultShareBps) private {
        schedule[0].amount = uint128(_bound(amount, 1, type(uint128).max));
        agreement.feeBps = uint16(_bound(feeBps, 0, 1_000));
        agreement.arbiterFeeBps = uint16(_bound(arbiterFeeBps, 0, 1_000));
        agreement.defaultShareBps = uint16(_bound(defaultShareBps, 0, 10_000));
        _sealAgreement();
    }

    /// @dev Everything of milestone 0 is with its people, and nobody's fee is above what was agreed.
    /// @param gross What was the freelancer's before the platform's fee.
    /// @param arbiterBase What the arbiter's fee is taken from.
    function _assertSplit(uint256 gross, uint256 arbiterBase) private view {
        uint256 held = schedule[0].amount;
        uint256 platformFee = escrow.claimable(token, platform);
        uint256 arbiterFee = escrow.claimable(token, arbiter);
        vm.assertEq(_balance(freelancer) + _balance(client) + platformFee + arbiterFee, held, "the parts' sum");
        vm.assertEq(_balance(address(escrow)), platformFee + arbiterFee, "escrow");
        vm.assertEq(_balance(freelancer) + platformFee, gross, "the freelancer's gross");
        // Rounded down: at most what was agreed, and less than one unit below it.
        vm.assertLe(platformFee * BPS, gross * agreement.feeBps, "platform fee");
        vm.assertLt(gross * agreement.feeBps, (platformFee + 1) * BPS, "platform fee");
        vm.assertLe(arbiterFee * BPS, arbiterBase * agreement.arbiterFeeBps, "arbiter fee");
        vm.assertLt(arbiterBase * agreement.arbiterFeeBps, (arbiterFee + 1) * BPS, "arbiter fee");
        vm.assertEq(_milestone(0).amount, 0, "held");
    }

    function testFuzz_Release(uint256 amount, uint256 feeBps) public {
        _useTerms(amount, feeBps, 500, 0);
        _bring(0, IMicroEscrow.Status.Released);
        _assertSplit(schedule[0].amount, 0);
    }

    function testFuzz_Refund(uint256 amount, uint256 feeBps) public {
        _useTerms(amount, feeBps, 500, 0);
        _bring(0, IMicroEscrow.Status.Refunded);
        _assertSplit(0, 0);
    }

    function testFuzz_Ruling(uint256 amount, uint256 feeBps, uint256 arbiterFeeBps, uint256 award) public {
        _useTerms(amount, feeBps, arbiterFeeBps, 0);
        _bring(0, IMicroEscrow.Status.Disputed);
        uint256 held = schedule[0].amount;
        award = _bound(award, 0, held - (held * agreement.arbiterFeeBps) / BPS);
        vm.prank(arbiter);
        escrow.rule(agreement, 0, uint128(award), REASONING, _byCalling());
        _assertSplit(award, held);
    }

    function testFuzz_Ruling_AboveThePot(uint256 amount, uint256 arbiterFeeBps, uint256 award) public {
        _useTerms(amount, 250, arbiterFeeBps, 0);
        uint256 held = schedule[0].amount;
        uint256 pot = held - (held * agreement.arbiterFeeBps) / BPS;
        vm.assume(pot < type(uint128).max);
        _bring(0, IMicroEscrow.Status.Disputed);
        award = _bound(award, pot + 1, type(uint128).max);
        vm.expectRevert(_amountOutOfRange(award, 0, pot));
        vm.prank(arbiter);
        escrow.rule(agreement, 0, uint128(award), REASONING, _byCalling());
    }

    function testFuzz_Settlement(uint256 amount, uint256 feeBps, uint256 share) public {
        _useTerms(amount, feeBps, 500, 0);
        _bring(0, IMicroEscrow.Status.Disputed);
        uint128 held = schedule[0].amount;
        share = _bound(share, 0, held);
        bytes32 structHash = TypedData.settle(id, 0, uint128(share), uint128(held - share), _deadline());
        IMicroEscrow.Authorization memory ofFreelancer = _signed(freelancer, structHash, _deadline());
        vm.prank(client);
        escrow.settle(agreement, 0, uint128(share), _byCalling(), ofFreelancer);
        _assertSplit(share, 0);
    }

    function testFuzz_ArbitrationDefault(uint256 amount, uint256 feeBps, uint256 defaultShareBps) public {
        _useTerms(amount, feeBps, 500, defaultShareBps);
        _bring(0, IMicroEscrow.Status.Disputed);
        _warpToClock(0, 0);
        escrow.finalize(agreement, 0);
        _assertSplit((uint256(schedule[0].amount) * agreement.defaultShareBps) / BPS, 0);
    }

    function testFuzz_Advances_NeverCostMoreThanTheAgreedFee(
        uint256 amount,
        uint256 feeBps,
        uint256[8] calldata parts
    ) public {
        _useTerms(amount, feeBps, 500, 0);
        _bring(0, IMicroEscrow.Status.Submitted);
        uint256 remaining = schedule[0].amount;
        for (uint256 i = 0; i < parts.length && remaining > 1; ++i) {
            uint256 part = _bound(parts[i], 1, remaining - 1);
            remaining -= part;
            vm.prank(client);
            escrow.advance(agreement, 0, uint128(part), _byCalling());
            vm.assertEq(_milestone(0).amount, remaining, "held");
            vm.assertGe(_balance(address(escrow)), remaining + escrow.claimable(token, platform), "escrow");
        }
        vm.prank(client);
        escrow.approve(agreement, 0, 1, _byCalling());
        uint256 platformFee = escrow.claimable(token, platform);
        vm.assertLe(platformFee, _fee(schedule[0].amount), "platform fee");
        vm.assertEq(_balance(freelancer) + platformFee, schedule[0].amount, "sum");
    }

    // ------------------------------------------------------------------------------------------------------ clocks

    function testFuzz_Clocks(uint32 work, uint32 review, uint32 rework, uint32 arbitration, uint256 offset) public {
        schedule[0].workPeriod = uint32(_bound(work, 2, type(uint32).max));
        agreement.reviewPeriod = uint32(_bound(review, 2, type(uint32).max));
        agreement.reworkPeriod = uint32(_bound(rework, 2, type(uint32).max));
        agreement.arbitrationPeriod = uint32(_bound(arbitration, 2, type(uint32).max));
        agreement.fundBy = type(uint40).max;
        _sealAgreement();

        _fund(_only(0));
        _assertClock(schedule[0].workPeriod, offset);
        _submit(0);
        _assertClock(agreement.reviewPeriod, offset);
        _requestChanges(0);
        _assertClock(agreement.reworkPeriod, offset);
        _dispute(0);
        _assertClock(agreement.arbitrationPeriod, offset);
    }

    /// @dev The clock is `period` from now; before it nobody can finalize, from it on anybody. Leaves some time before it.
    function _assertClock(uint256 period, uint256 offset) private {
        uint256 now_ = block.timestamp;
        uint256 clock = now_ + period;
        vm.assertEq(_milestone(0).clock, clock, "clock");
        uint256 snapshot = vm.snapshotState();
        vm.warp(clock + (offset % 1000 days));
        escrow.finalize(agreement, 0);
        vm.revertToState(snapshot);
        vm.warp(now_ + (offset % period));
        vm.expectRevert(abi.encodeWithSelector(IMicroEscrow.ClockStillRunning.selector, clock, block.timestamp));
        escrow.finalize(agreement, 0);
    }

    function testFuzz_Attestation_NeverMovesTheClockBack(uint32 review, uint32 challenge, uint256 offset) public {
        agreement.reviewPeriod = uint32(_bound(review, 1, type(uint32).max));
        agreement.challengePeriod = uint32(_bound(challenge, 1, type(uint32).max));
        _sealAgreement();
        _bring(0, IMicroEscrow.Status.Submitted);
        uint256 clock = _milestone(0).clock;
        vm.warp(block.timestamp + (offset % agreement.reviewPeriod));
        vm.prank(verifier);
        escrow.attest(agreement, 0, 1, true, REPORT, _byCalling());
        uint256 challengeEnd = block.timestamp + agreement.challengePeriod;
        vm.assertEq(_milestone(0).clock, challengeEnd < clock ? challengeEnd : clock, "clock");
    }
}
