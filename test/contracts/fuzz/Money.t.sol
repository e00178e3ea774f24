// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {PlainToken} from "../../../contracts/mocks/PlainToken.sol";
import {TypedData} from "../utils/TypedData.sol";
import {vm} from "../utils/Vm.sol";
import {Fuzz} from "./Fuzz.sol";

/// @notice Any amount, any fee, any outcome: where the money goes.
contract MoneyTest is Fuzz {
    function setUp() public override {
        super.setUp();
        while (schedule.length > 3) schedule.pop();
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

    // ------------------------------------------------------------------------------------------------- what is refused

    function testFuzz_Settlement_AboveWhatIsHeld(uint256 amount, uint256 share, uint256 seed) public {
        _useTerms(_bound(amount, 1, type(uint128).max - 1), seed);
        _bring(0, _heldStatus(seed));
        uint256 held = schedule[0].amount;
        share = _bound(share, held + 1, type(uint128).max);
        bytes memory data = abi.encodeCall(escrow.settle, (agreement, 0, uint128(share), _byCalling(), _byCalling()));
        _assertRefused(client, data, _amountOutOfRange(share, 0, held));
    }

    function testFuzz_Advance_OfNothingOrOfAllOrMore(uint256 amount, uint256 part, uint256 seed) public {
        _useTerms(amount, seed);
        _bring(0, _possibleStatus(Action.Advance, seed));
        uint256 held = schedule[0].amount;
        part = part % 4 == 0 ? 0 : _bound(part, held, type(uint128).max);
        bytes memory data = abi.encodeCall(escrow.advance, (agreement, 0, uint128(part), _byCalling()));
        _assertRefused(client, data, _amountOutOfRange(part, 1, held - 1));
    }

    // ---------------------------------------------------------------------------------------------------- whole worlds

    /// @dev Brings milestone 0 to an outcome drawn from `seed`: how much was whose, and the call that makes it so.
    function _bringBefore(
        uint256 seed,
        uint256 share
    ) private returns (IMicroEscrow.Outcome outcome, Parts memory parts, uint256) {
        outcome = _outcome(seed);
        _bring(0, _statusBefore(outcome, seed / 9));
        uint256 held = schedule[0].amount;
        share = _share(outcome, held, share);
        parts = _parts(outcome, held, share);
        vm.assertEq(parts.freelancer + parts.client + parts.platform + parts.arbiter, held, "the test's own sum");
        return (outcome, parts, share);
    }

    /// @dev Milestone 0 ends in any way; everything that could have changed is as the protocol says.
    function _assertWorldAfterAnyOutcome(uint256 seed, uint256 share) private {
        (IMicroEscrow.Outcome outcome, Parts memory parts, uint256 part) = _bringBefore(seed, share);
        _recordWorld();
        _expectParts(0, outcome, parts);
        _end(0, outcome, part);
        _assertWorld();
    }

    /// @dev Milestone 0 ends in any way; the four who get something have what the protocol says, and the escrow the rest.
    function _assertAnyOutcome(uint256 seed, uint256 share) private {
        (IMicroEscrow.Outcome outcome, Parts memory parts, uint256 part) = _bringBefore(seed, share);
        uint256 before = _balance(address(escrow));
        _end(0, outcome, part);
        vm.assertEq(_balance(freelancer), parts.freelancer, "freelancer");
        vm.assertEq(_balance(client), parts.client, "client");
        vm.assertEq(escrow.claimable(token, platform), parts.platform, "platform");
        vm.assertEq(escrow.claimable(token, arbiter), parts.arbiter, "arbiter");
        vm.assertEq(before - _balance(address(escrow)), parts.freelancer + parts.client, "escrow");
    }

    function testFuzz_AnyOutcome(uint256 amount, uint256 terms, uint256 seed, uint256 share) public {
        _useTerms(amount, terms);
        _assertWorldAfterAnyOutcome(seed, share);
    }

    function testFuzz_AnyOutcome_ToAnyAccounts(uint256 payout, uint256 refund, uint256 seed, uint256 share) public {
        (agreement.payoutTo, agreement.refundTo) = (_account(payout), _account(refund));
        _watchToo(agreement.payoutTo);
        _watchToo(agreement.refundTo);
        _useTerms(AMOUNT, seed);
        _assertWorldAfterAnyOutcome(seed, share);
    }

    function testFuzz_AnyOutcome_OneAccountInSeveralRoles(uint256 roles, uint256 seed, uint256 share) public {
        agreement.feeRecipient = _account(_draw(roles, 1) & ~uint256(1));
        agreement.payoutTo = roles % 3 == 0 ? agreement.feeRecipient : _account(_draw(roles, 2) & ~uint256(1));
        agreement.refundTo = roles % 5 == 0 ? agreement.payoutTo : _account(_draw(roles, 3) & ~uint256(1));
        agreement.verifier = roles % 2 == 0 ? client : agreement.verifier;
        _watchToo(address(this));
        _useTerms(AMOUNT, seed);
        _assertWorldAfterAnyOutcome(seed, share);
    }

    function testFuzz_AnyOutcome_WithoutFees_LeavesNothingBehind(uint256 amount, uint256 seed, uint256 share) public {
        (agreement.feeRecipient, agreement.challengePeriod) = (address(0), 0);
        _useTerms(amount, 0, 0, _draw(seed, 1));
        _assertAnyOutcome(seed, share);
        vm.assertEq(_balance(address(escrow)), 0, "left in the escrow");
        vm.assertEq(_balance(client) + _balance(freelancer), schedule[0].amount, "with the parties");
    }

    function testFuzz_AnyOutcome_WhateverTheTokensDecimals(uint8 decimals, uint256 seed, uint256 share) public {
        agreement.token = token = address(new PlainToken(decimals));
        _useTerms(_draw(seed, 5), seed);
        _assertAnyOutcome(seed, share);
    }

    /// @dev Tokens that somebody sent to the escrow, before or after the funding, are nobody's.
    function testFuzz_AnyOutcome_WhateverWasDonated(uint128 first, uint128 second, uint256 seed, uint256 share) public {
        _useTerms(AMOUNT, seed);
        _mint(address(escrow), first);
        _bring(1, IMicroEscrow.Status.Funded);
        _mint(address(escrow), second);
        _assertAnyOutcome(seed, share);
        uint256 owed = escrow.claimable(token, platform) + escrow.claimable(token, arbiter) + schedule[1].amount;
        vm.assertEq(_balance(address(escrow)), uint256(first) + second + owed, "escrow");
    }

    // ------------------------------------------------------------------------------------------------- sums over many

    function testFuzz_Advance_PaysNowAndLeavesTheRest(
        uint256 amount,
        uint256 terms,
        uint256 part,
        uint256 seed
    ) public {
        _useTerms(_bound(amount, 2, type(uint128).max), terms);
        _bring(0, _possibleStatus(Action.Advance, seed));
        uint256 held = schedule[0].amount;
        part = _bound(part, 1, held - 1);
        _recordWorld();
        _expectPaid(freelancer, part - _fee(part));
        _expectCredited(platform, _fee(part));
        _expectHeld(0, held - part);
        emit IMicroEscrow.MilestoneAdvanced(id, 0, part - _fee(part), _fee(part), uint128(held - part));
        _assertCall(client, abi.encodeCall(escrow.advance, (agreement, 0, uint128(part), _byCalling())));
        _assertWorld();
    }

    /// @dev Parts paid in advance, in one status after the other, and then any end: in all, what was funded.
    function testFuzz_AdvancesAndAnyOutcome_PayOutWhatWasFunded(
        uint256 amount,
        uint256 terms,
        uint256[3] calldata parts,
        uint256 seed
    ) public {
        _useTerms(amount, terms);
        _fund(_only(0));
        _advance(parts[0]);
        _submit(0);
        _advance(parts[1]);
        _requestChanges(0);
        _advance(parts[2]);
        uint256 advanced = _balance(freelancer) + escrow.claimable(token, platform);
        uint256 held = _milestone(0).amount;
        vm.assertEq(advanced + held, schedule[0].amount, "advances");

        IMicroEscrow.Outcome outcome = _outcome(seed);
        if (outcome == IMicroEscrow.Outcome.WorkExpired) outcome = IMicroEscrow.Outcome.ReworkExpired; // too late for it
        IMicroEscrow.Status status = _statusBefore(outcome, seed / 9);
        if (status == IMicroEscrow.Status.Submitted) _submit(0);
        if (status == IMicroEscrow.Status.Disputed) _dispute(0);
        uint256 share = _share(outcome, held, _draw(seed, 1));
        Parts memory expected = _parts(outcome, held, share);
        _end(0, outcome, share);
        vm.assertEq(_balance(client), expected.client, "client");
        vm.assertEq(escrow.claimable(token, arbiter), expected.arbiter, "arbiter");
        vm.assertEq(
            _balance(freelancer) + escrow.claimable(token, platform),
            advanced + expected.freelancer + expected.platform,
            "freelancer and platform"
        );
        vm.assertLe(
            escrow.claimable(token, platform),
            _fee(advanced + expected.freelancer + expected.platform),
            "the platform gained by rounding"
        );
    }

    function _advance(uint256 part) private {
        uint256 held = _milestone(0).amount;
        if (held == 1) return;
        part = _bound(part, 1, held - 1);
        vm.prank(client);
        escrow.advance(agreement, 0, uint128(part), _byCalling());
    }

    /// @dev Three milestones of one agreement, of any sizes, each with an end of its own: the sums of the parts.
    function testFuzz_SeveralMilestones_PayOutTheSumOfTheirParts(uint256[3] calldata amounts, uint256 seed) public {
        for (uint256 i = 0; i < 3; ++i) schedule[i].amount = uint128(_bound(amounts[i], 1, type(uint128).max / 4));
        _useTerms(schedule[0].amount, seed);
        Parts memory sum;
        uint256 funded = 0;
        for (uint256 i = 0; i < 3; ++i) {
            IMicroEscrow.Outcome outcome = _outcome(_draw(seed, 10 + i));
            _bring(i, _statusBefore(outcome, _draw(seed, 20 + i)));
            uint256 held = schedule[i].amount;
            uint256 share = _share(outcome, held, _draw(seed, 30 + i));
            Parts memory parts = _parts(outcome, held, share);
            sum.freelancer += parts.freelancer;
            sum.client += parts.client;
            sum.platform += parts.platform;
            sum.arbiter += parts.arbiter;
            funded += held;
            _end(i, outcome, share);
        }
        vm.assertEq(_balance(freelancer), sum.freelancer, "freelancer");
        vm.assertEq(_balance(client), sum.client, "client");
        vm.assertEq(escrow.claimable(token, platform), sum.platform, "platform");
        vm.assertEq(escrow.claimable(token, arbiter), sum.arbiter, "arbiter");
        vm.assertEq(_balance(address(escrow)), sum.platform + sum.arbiter, "escrow");
        vm.assertEq(sum.freelancer + sum.client + sum.platform + sum.arbiter, funded, "what was funded");
    }
}
