// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {Actions} from "../utils/Actions.sol";
import {vm} from "../utils/Vm.sol";

/// @notice Threats 10 to 19: every action in every status, at every time, by everybody.
contract StatesAndTimeTest is Actions {
    // ------------------------------------------------------------------------------------------------- threats 10, 11

    /// @dev Why the action must be refused; empty: it must not.
    function _refusal(Action action, uint256 index, address caller) private view returns (bytes memory) {
        IMicroEscrow.MilestoneState memory state = _milestone(index);
        uint256 allowed = _allowed(action);
        if ((1 << uint8(state.status)) & allowed == 0) return _wrongStatus(index, state.status, allowed);
        if (_isTurn(action) && block.timestamp >= state.clock) return _clockRanOut(state.clock);
        if (action == Action.Finalize) {
            return
                block.timestamp >= state.clock
                    ? bytes("")
                    : abi.encodeWithSelector(IMicroEscrow.ClockStillRunning.selector, state.clock, block.timestamp);
        }
        if (action == Action.SubmitEvidence) {
            bool named = caller == client || caller == freelancer || caller == arbiter || caller == verifier;
            return named ? bytes("") : _notAParty(caller);
        }
        address actor = _actorFor(action, index);
        return caller == actor ? bytes("") : _unauthorized(caller, actor);
    }

    /// @dev Milestone `n` is in status `n`. Every action in every status by everybody, at the present time.
    function _assertTable(uint256 index) private returns (uint256 accepted) {
        address[7] memory callers = [client, freelancer, arbiter, verifier, platform, payer, stranger];
        for (uint256 a = 1; a < ACTIONS; ++a) {
            for (uint256 c = 0; c < callers.length; ++c) {
                bytes memory refusal = _refusal(Action(a), index, callers[c]);
                bytes memory data = _callFor(Action(a), index, _byCalling());
                uint256 snapshot = vm.snapshotState();
                if (refusal.length == 0) {
                    _assertCall(callers[c], data);
                    ++accepted;
                } else {
                    _assertRefused(callers[c], data, refusal);
                }
                vm.revertToState(snapshot);
            }
        }
    }

    function test_T10_EveryActionInEveryStatusByEverybody_BeforeTheClock() public {
        _bringAll();
        uint256 accepted = 0;
        for (uint256 i = 0; i < MILESTONES; ++i) accepted += _assertTable(i);
        // Funded: submit, approve, advance, extend, settle, refund. Submitted: approve, advance, requestChanges,
        // attest, dispute, settle, refund. ChangesRequested: submit, approve, advance, extend, dispute, settle, refund.
        // Disputed: approve, rule, settle, refund, and submitEvidence by four.
        vm.assertEq(accepted, 6 + 7 + 7 + 8, "accepted");
    }

    function test_T11_EveryActionInEveryStatusByEverybody_AroundEveryClock() public {
        _bringAll();
        for (uint256 i = 1; i <= 4; ++i) {
            _warpToClock(i, -1);
            uint256 before = _assertTable(i);
            _warpToClock(i, 0);
            uint256 atClock = _assertTable(i);
            _warpToClock(i, 1);
            vm.assertEq(_assertTable(i), atClock, "at the clock and after it the same is possible");
            // Finalize by all seven comes; the turns go.
            uint256 turns =
                i == 1
                    ? 1
                    : i == 2
                        ? 3
                        : i == 3
                            ? 2
                            : 1;
            vm.assertEq(atClock, before + 7 - turns, "accepted at the clock");
        }
    }

    // ---------------------------------------------------------------------------------------------------- threat 12

    /// @dev In one block, `first` by its actor, then `second` by its own, which must find another status.
    function _assertFirstWins(
        IMicroEscrow.Status status,
        Action first,
        Action second,
        IMicroEscrow.Status then
    ) private {
        uint256 snapshot = vm.snapshotState();
        _bring(0, status);
        address loser = _actorFor(second, 0);
        _assertCall(_actorFor(first, 0), _callFor(first, 0, _byCalling()));
        bytes memory late = _callFor(second, 0, _byCalling());
        _assertRefused(loser, late, _wrongStatus(0, then, _allowed(second)));
        vm.revertToState(snapshot);
    }

    function test_T12_ApproveAndDispute_InOneBlock() public {
        _assertFirstWins(IMicroEscrow.Status.Submitted, Action.Approve, Action.Dispute, IMicroEscrow.Status.Released);
    }

    /// @dev The other order is no conflict: a dispute does not take the right to give away.
    function test_T12_DisputeAndApprove_InOneBlock_BothCount() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        _recordWorld();
        uint40 clock = _expectTurn(0, IMicroEscrow.Status.Disputed, agreement.arbitrationPeriod);
        vm.expectEmit(address(escrow));
        emit IMicroEscrow.MilestoneDisputed(id, 0, client, 1, EVIDENCE, clock);
        _assertCall(client, _callFor(Action.Dispute, 0, _byCalling()));
        _assertWorld();
        _expectRelease(0, IMicroEscrow.Outcome.Approved);
        _assertCall(client, _callFor(Action.Approve, 0, _byCalling()));
        _assertWorld();
    }

    function test_T12_SubmitAndFinalize_InOneBlock() public {
        _bring(0, IMicroEscrow.Status.Funded);
        _warpToClock(0, -1);
        uint256 clock = _milestone(0).clock;
        bytes memory finalize = _callFor(Action.Finalize, 0, _byCalling());
        bytes memory stillRunning = abi.encodeWithSelector(
            IMicroEscrow.ClockStillRunning.selector,
            clock,
            block.timestamp
        );
        _assertRefused(stranger, finalize, stillRunning);
        vm.warp(clock);
        _assertRefused(freelancer, _callFor(Action.Submit, 0, _byCalling()), _clockRanOut(clock));
        _assertCall(stranger, finalize);
        _assertRefused(
            freelancer,
            _callFor(Action.Submit, 0, _byCalling()),
            _wrongStatus(0, IMicroEscrow.Status.Refunded, FUNDED | CHANGES_REQUESTED)
        );
    }

    function test_T12_RequestChangesAndAttest_InOneBlock() public {
        agreement.challengePeriod = 0;
        _sealAgreement();
        _assertFirstWins(
            IMicroEscrow.Status.Submitted,
            Action.RequestChanges,
            Action.Attest,
            IMicroEscrow.Status.ChangesRequested
        );
        _assertFirstWins(
            IMicroEscrow.Status.Submitted,
            Action.Attest,
            Action.RequestChanges,
            IMicroEscrow.Status.Released
        );
    }

    function test_T12_ApproveAndRefund_InOneBlock() public {
        _assertFirstWins(IMicroEscrow.Status.Funded, Action.Approve, Action.Refund, IMicroEscrow.Status.Released);
        _assertFirstWins(IMicroEscrow.Status.Funded, Action.Refund, Action.Approve, IMicroEscrow.Status.Refunded);
    }

    function test_T12_RuleAndSettle_InOneBlock() public {
        _assertFirstWins(IMicroEscrow.Status.Disputed, Action.Rule, Action.Settle, IMicroEscrow.Status.Resolved);
        _assertFirstWins(IMicroEscrow.Status.Disputed, Action.Settle, Action.Rule, IMicroEscrow.Status.Resolved);
    }

    // ---------------------------------------------------------------------------------------------------- threat 13

    function test_T13_ApprovalForSubmission1_AfterSubmission2_Reverts() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        bytes memory called = _callFor(Action.Approve, 0, _byCalling());
        bytes memory signed = _callFor(Action.Approve, 0, _signedFor(Action.Approve, 0, LATER));
        _requestChanges(0);
        _submit(0);
        _assertRefused(client, called, _wrongSubmission(1, 2));
        _assertRefused(stranger, signed, _wrongSubmission(1, 2));
    }

    function test_T13_ApprovalBeforeAnySubmission_AfterSubmission1_Reverts() public {
        _bring(0, IMicroEscrow.Status.Funded);
        bytes memory called = _callFor(Action.Approve, 0, _byCalling());
        _submit(0);
        _assertRefused(client, called, _wrongSubmission(0, 1));
    }

    // ---------------------------------------------------------------------------------------------------- threat 14

    function _funding(uint256[] memory indices) private view returns (bytes memory) {
        return abi.encodeCall(escrow.fund, (agreement, schedule, indices, _signature(freelancer, id)));
    }

    function test_T14_FundingTwice_TwiceTheSame_BeyondTheSchedule_OrNothing_Reverts() public {
        _bring(0, IMicroEscrow.Status.Funded);
        uint256[] memory indices = new uint256[](3);
        (indices[0], indices[1], indices[2]) = (1, 2, 1);
        _prepareMoney(client, indices);
        bytes32 before = _fingerprint();
        _assertRefused(client, _funding(_only(0)), _wrongStatus(0, IMicroEscrow.Status.Funded, NONE));
        _assertRefused(client, _funding(indices), _wrongStatus(1, IMicroEscrow.Status.Funded, NONE));
        uint256[2] memory beyond = [MILESTONES, type(uint256).max];
        for (uint256 i = 0; i < beyond.length; ++i) {
            _assertRefused(
                client,
                _funding(_only(beyond[i])),
                abi.encodeWithSelector(IMicroEscrow.MilestoneOutOfRange.selector, beyond[i], MILESTONES)
            );
        }
        _assertRefused(client, _funding(new uint256[](0)), abi.encodeWithSelector(IMicroEscrow.NothingToFund.selector));
        vm.assertEq(_fingerprint(), before, "something happened");
    }

    // ---------------------------------------------------------------------------------------------------- threat 15

    /// @dev Two milestones of the largest amount, every period the longest, every fee the highest.
    function _useTheLargest() private {
        (agreement.feeBps, agreement.arbiterFeeBps, agreement.defaultShareBps) = (1_000, 1_000, 10_000);
        agreement.reviewPeriod = type(uint32).max;
        agreement.reworkPeriod = type(uint32).max;
        agreement.challengePeriod = type(uint32).max;
        agreement.arbitrationPeriod = type(uint32).max;
        agreement.fundBy = type(uint40).max;
        for (uint256 i = 0; i < MILESTONES; ++i) {
            schedule[i] = IMicroEscrow.Milestone(type(uint128).max, type(uint32).max);
        }
        _sealAgreement();
    }

    function test_T15_LargestAmountsAndPeriods_Release() public {
        _useTheLargest();
        uint256[] memory both = new uint256[](2);
        both[1] = 1;
        _fund(both);
        vm.assertEq(_balance(address(escrow)), 2 * uint256(type(uint128).max), "the sum");
        vm.assertEq(_milestone(1).clock, START + type(uint32).max, "clock");
        vm.warp(START + type(uint32).max - 1);
        _submit(0);
        vm.assertEq(_milestone(0).clock, block.timestamp + type(uint32).max, "clock");
        _warpToClock(0, 0);
        _recordWorld();
        _expectRelease(0, IMicroEscrow.Outcome.ReviewExpired);
        escrow.finalize(agreement, 0);
        _expectRefund(1, IMicroEscrow.Outcome.WorkExpired);
        escrow.finalize(agreement, 1);
        _assertWorld();
    }

    function test_T15_LargestAmountsAndPeriods_Ruling() public {
        _useTheLargest();
        _bring(0, IMicroEscrow.Status.Disputed);
        uint256 held = type(uint128).max;
        uint256 arbiterFee = held / 10;
        _recordWorld();
        _expectConclusion({
            index: 0,
            status: IMicroEscrow.Status.Resolved,
            outcome: IMicroEscrow.Outcome.Ruled,
            gross: held - arbiterFee,
            clientAmount: 0,
            arbiterFee: arbiterFee,
            reasoning: REASONING
        });
        vm.prank(arbiter);
        escrow.rule(agreement, 0, uint128(held - arbiterFee), REASONING, _byCalling());
        _assertWorld();
    }

    function test_T15_LargestAmountsAndPeriods_ArbitrationDefault() public {
        _useTheLargest();
        agreement.defaultShareBps = 9_999;
        _sealAgreement();
        _bring(0, IMicroEscrow.Status.Disputed);
        vm.assertEq(_milestone(0).clock, block.timestamp + type(uint32).max, "clock");
        _warpToClock(0, 0);
        uint256 held = type(uint128).max;
        uint256 share = (held * 9_999) / 10_000;
        _recordWorld();
        _expectConclusion({
            index: 0,
            status: IMicroEscrow.Status.Resolved,
            outcome: IMicroEscrow.Outcome.ArbitrationExpired,
            gross: share,
            clientAmount: held - share,
            arbiterFee: 0,
            reasoning: 0
        });
        escrow.finalize(agreement, 0);
        _assertWorld();
    }

    function _expectAttested(uint40 clock) private {
        vm.expectEmit(address(escrow));
        emit IMicroEscrow.MilestoneAttested(id, 0, 1, true, REPORT, clock);
    }

    function test_T15_LargestAmountsAndPeriods_Attestation() public {
        _useTheLargest();
        _bring(0, IMicroEscrow.Status.Submitted);
        uint40 clock = _milestone(0).clock;
        _warpToClock(0, -1);
        _recordWorld();
        _expectAttested(clock); // the challenge period would end after it
        _assertCall(verifier, _callFor(Action.Attest, 0, _byCalling()));
        _assertWorld();
        vm.warp(clock);
        _expectRelease(0, IMicroEscrow.Outcome.ReviewExpired);
        escrow.finalize(agreement, 0);
        _assertWorld();
    }

    function test_T15_LargestAmount_AttestationThatReleasesAtOnce() public {
        _useTheLargest();
        agreement.challengePeriod = 0;
        _sealAgreement();
        _bring(0, IMicroEscrow.Status.Submitted);
        _recordWorld();
        _expectAttested(0);
        _expectRelease(0, IMicroEscrow.Outcome.Attested);
        _assertCall(verifier, _callFor(Action.Attest, 0, _byCalling()));
        _assertWorld();
    }

    function test_T15_LargestClock() public {
        _bring(0, IMicroEscrow.Status.Funded);
        vm.prank(client);
        escrow.extend(agreement, 0, type(uint40).max, _byCalling());
        vm.warp(type(uint40).max);
        _recordWorld();
        _expectRefund(0, IMicroEscrow.Outcome.WorkExpired);
        escrow.finalize(agreement, 0);
        _assertWorld();
    }

    // ---------------------------------------------------------------------------------------------------- threat 16

    function test_T16_DisputeOnOneMilestone_TouchesNoOther() public {
        _bringAll();
        _bringAnotherAgreement();
        _recordWorld();
        uint40 clock = _expectTurn(2, IMicroEscrow.Status.Disputed, agreement.arbitrationPeriod);
        vm.expectEmit(address(escrow));
        emit IMicroEscrow.MilestoneDisputed(id, 2, client, 1, EVIDENCE, clock);
        _dispute(2);
        _assertWorld(); // it looks at all eight

        // What others do to the second milestone while the third is disputed goes on as usual.
        _recordWorld();
        _expectRelease(1, IMicroEscrow.Outcome.Approved);
        vm.prank(client);
        escrow.approve(agreement, 1, 0, _byCalling());
        _assertWorld();
        vm.assertEq(uint256(escrow.milestone(_otherId, 2).status), 1, "the other agreement's milestone");
    }

    bytes32 private _otherId;

    /// @dev The same people and terms, another scope, whose milestone 2 is funded.
    function _bringAnotherAgreement() private {
        agreement.details = keccak256("another scope");
        _sealAgreement();
        _bring(2, IMicroEscrow.Status.Funded);
        _otherId = id;
        agreement.details = keccak256("scope");
        _sealAgreement();
    }

    // ---------------------------------------------------------------------------------------------------- threat 17

    function test_T17_CloseThenFinalizeMilestone0_ThenFundMilestone1_IsStillClosed() public {
        _bring(0, IMicroEscrow.Status.Funded);
        vm.prank(client);
        escrow.close(agreement, client, _byCalling());
        _warpToClock(0, 0);
        escrow.finalize(agreement, 0);
        _prepareMoney(client, _only(1));
        _assertRefused(client, _funding(_only(1)), abi.encodeWithSelector(IMicroEscrow.FundingClosed.selector, id));
    }

    function test_T17_WhatWasFundedBeforeTheClose_CanBeFinished() public {
        _bring(0, IMicroEscrow.Status.Funded);
        vm.prank(client);
        escrow.close(agreement, client, _byCalling());
        _submit(0);
        _requestChanges(0);
        _submit(0);
        _dispute(0);
        vm.assertEq(_milestone(0).flags, CLIENT_CONSENTED | FREELANCER_CONSENTED | CLOSED, "flags");
        _recordWorld();
        _expectRelease(0, IMicroEscrow.Outcome.Approved);
        vm.prank(client);
        escrow.approve(agreement, 0, 2, _byCalling());
        _assertWorld();
    }

    function test_T17_CloseBeforeAnything_Holds() public {
        vm.prank(freelancer);
        escrow.close(agreement, freelancer, _byCalling());
        _prepareMoney(client, _only(0));
        _assertRefused(client, _funding(_only(0)), abi.encodeWithSelector(IMicroEscrow.FundingClosed.selector, id));
    }

    function test_T17_FundingAtOrAfterFundBy_IsRefused() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        _prepareMoney(client, _only(1));
        for (uint256 late = 0; late < 2; ++late) {
            vm.warp(agreement.fundBy + late);
            bytes4 selector = IMicroEscrow.FundingExpired.selector;
            _assertRefused(
                client,
                _funding(_only(1)),
                abi.encodeWithSelector(selector, agreement.fundBy, block.timestamp)
            );
        }
        // What was funded before is as whole as ever.
        _recordWorld();
        _expectRelease(0, IMicroEscrow.Outcome.Approved);
        _assertCall(client, _callFor(Action.Approve, 0, _byCalling()));
        _assertWorld();
    }

    // ---------------------------------------------------------------------------------------------------- threat 18

    function test_T18_ClientRejectsEverything_TheFreelancerCallsTheArbiter() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        for (uint256 i = 0; i < 5; ++i) {
            _requestChanges(0);
            _submit(0);
        }
        _requestChanges(0);
        _dispute(0);
        _recordWorld();
        uint256 arbiterFee = (uint256(schedule[0].amount) * agreement.arbiterFeeBps) / BPS;
        uint256 pot = schedule[0].amount - arbiterFee;
        _expectConclusion(0, IMicroEscrow.Status.Resolved, IMicroEscrow.Outcome.Ruled, pot, 0, arbiterFee, REASONING);
        vm.prank(arbiter);
        escrow.rule(agreement, 0, uint128(pot), REASONING, _byCalling());
        _assertWorld();
    }

    function test_T18_FreelancerNeverAnswers_TheClientGetsItsMoneyBack() public {
        _bring(0, IMicroEscrow.Status.Funded);
        _bring(1, IMicroEscrow.Status.ChangesRequested);
        vm.warp(START + 30 days);
        _recordWorld();
        _expectRefund(0, IMicroEscrow.Outcome.WorkExpired);
        escrow.finalize(agreement, 0);
        _expectRefund(1, IMicroEscrow.Outcome.ReworkExpired);
        escrow.finalize(agreement, 1);
        _assertWorld();
    }

    function test_T18_ArbiterNeverRules_TheDefaultShareDoes() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        _warpToClock(0, 0);
        _recordWorld();
        uint256 share = (uint256(schedule[0].amount) * agreement.defaultShareBps) / BPS;
        _expectConclusion(
            0,
            IMicroEscrow.Status.Resolved,
            IMicroEscrow.Outcome.ArbitrationExpired,
            share,
            schedule[0].amount - share,
            0,
            0
        );
        escrow.finalize(agreement, 0);
        _assertWorld();
    }

    function test_T18_VerifierNeverAttests_TheClientsSilencePays() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        _warpToClock(0, 0);
        _recordWorld();
        _expectRelease(0, IMicroEscrow.Outcome.ReviewExpired);
        escrow.finalize(agreement, 0);
        _assertWorld();
    }

    // ---------------------------------------------------------------------------------------------------- threat 19

    function test_T19_Resubmission_GivesAFullNewReviewPeriod() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        _warpToClock(0, -1);
        _requestChanges(0);
        _warpToClock(0, -1);
        _submit(0);
        vm.assertEq(_milestone(0).clock, block.timestamp + agreement.reviewPeriod, "clock");
        vm.assertEq(_milestone(0).submissions, 2, "submissions");
    }

    function test_T19_The256thSubmission_IsRefused_AndDisputingStillWorks() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        for (uint256 i = 1; i < 255; ++i) {
            _requestChanges(0);
            _submit(0);
        }
        _requestChanges(0);
        _assertRefused(
            freelancer,
            abi.encodeCall(escrow.submit, (agreement, 0, DELIVERABLE, _byCalling())),
            abi.encodeWithSelector(IMicroEscrow.TooManySubmissions.selector, 255)
        );
        _recordWorld();
        uint40 clock = _expectTurn(0, IMicroEscrow.Status.Disputed, agreement.arbitrationPeriod);
        vm.expectEmit(address(escrow));
        emit IMicroEscrow.MilestoneDisputed(id, 0, freelancer, 255, EVIDENCE, clock);
        vm.prank(freelancer);
        escrow.dispute(agreement, 0, 255, EVIDENCE, _byCalling());
        _assertWorld();
    }
}
