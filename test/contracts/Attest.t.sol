// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../contracts/interfaces/IMicroEscrow.sol";
import {Base} from "./utils/Base.sol";
import {TypedData} from "./utils/TypedData.sol";
import {vm} from "./utils/Vm.sol";

contract AttestTest is Base {
    function _actOn(uint256 index, uint256 submission, address caller, IMicroEscrow.Authorization memory auth) private {
        vm.prank(caller);
        escrow.attest(agreement, index, submission, true, REPORT, auth);
    }

    function _act(address caller, IMicroEscrow.Authorization memory auth) private {
        _actOn(0, 1, caller, auth);
    }

    function _actAsVerifier(uint256 index) private {
        _actOn(index, 1, verifier, _byCalling());
    }

    function _structHash(uint256 deadline) private view returns (bytes32) {
        return TypedData.attest(id, 0, 1, true, REPORT, deadline);
    }

    function _expectAttested(bool passed, uint256 clock) private {
        vm.expectEmit(address(escrow));
        emit IMicroEscrow.MilestoneAttested(id, 0, 1, passed, REPORT, uint40(clock));
        _expectClock(0, clock);
    }

    function test_RevertGiven_TheStatusIsNotSubmitted() public {
        _assertRefusedOutside(SUBMITTED, _actAsVerifier);
    }

    function test_RevertWhen_TheClockRanOut() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        uint256 clock = _milestone(0).clock;
        vm.warp(clock);
        vm.expectRevert(_clockRanOut(clock));
        _act(verifier, _byCalling());
        vm.warp(clock + 1);
        vm.expectRevert(_clockRanOut(clock));
        _act(verifier, _byCalling());
    }

    function test_RevertWhen_TheSubmissionIsAnEarlierOne() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        vm.expectRevert(_wrongSubmission(0, 1));
        _actOn(0, 0, verifier, _byCalling());
    }

    function test_RevertWhen_TheSubmissionIsALaterOne() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        vm.expectRevert(_wrongSubmission(2, 1));
        _actOn(0, 2, verifier, _byCalling());
    }

    function test_RevertWhen_ThereIsNoSignatureAndTheCallerIsNotTheVerifier() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        vm.expectRevert(_unauthorized(client, verifier));
        _act(client, _byCalling());
    }

    function test_RevertWhen_TheSignatureIsAtItsDeadline() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        uint256 deadline = block.timestamp;
        IMicroEscrow.Authorization memory auth = _signed(verifier, _structHash(deadline), deadline);
        vm.expectRevert(_signatureExpired(deadline));
        _act(stranger, auth);
    }

    function test_RevertWhen_SomebodyElseSigned() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        bytes32 structHash = _structHash(_deadline());
        IMicroEscrow.Authorization memory auth = _signed(client, structHash, _deadline());
        vm.expectRevert(_invalidSignature(verifier, structHash));
        _act(stranger, auth);
    }

    function test_RevertGiven_ThereIsNoVerifier() public {
        agreement.verifier = address(0);
        _sealAgreement();
        _bring(0, IMicroEscrow.Status.Submitted);
        vm.expectRevert(_unauthorized(stranger, address(0)));
        _act(stranger, _byCalling());

        bytes32 structHash = _structHash(_deadline());
        IMicroEscrow.Authorization memory auth = IMicroEscrow.Authorization(_deadline(), new bytes(65));
        vm.expectRevert(_invalidSignature(address(0), structHash));
        _act(stranger, auth);
    }

    function test_When_TheWorkFailed() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        _hourLater();
        _recordWorld();
        uint40 clock = _expectTurn(0, IMicroEscrow.Status.ChangesRequested, agreement.reworkPeriod);
        _expectAttested(false, clock);
        vm.expectEmit(address(escrow));
        emit IMicroEscrow.ChangesRequested(id, 0, 1, REPORT, clock);
        vm.prank(verifier);
        escrow.attest(agreement, 0, 1, false, REPORT, _byCalling());
        _assertWorld();
    }

    function test_When_TheWorkPassedAndThereIsNoChallengePeriod() public {
        agreement.challengePeriod = 0;
        _sealAgreement();
        _bring(0, IMicroEscrow.Status.Submitted);
        _recordWorld();
        _expectAttested(true, 0);
        _expectRelease(0, IMicroEscrow.Outcome.Attested);
        _act(verifier, _byCalling());
        _assertWorld();
    }

    function test_When_TheWorkPassedAndTheChallengePeriodEndsBeforeTheClock() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        _hourLater();
        _recordWorld();
        _expectAttested(true, block.timestamp + agreement.challengePeriod);
        _act(verifier, _byCalling());
        _assertWorld();
    }

    function test_When_TheWorkPassedAndTheClockComesBeforeTheEndOfTheChallengePeriod() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        _warpToClock(0, 1 - int256(uint256(agreement.challengePeriod)));
        _recordWorld();
        _expectAttested(true, _milestone(0).clock);
        _act(verifier, _byCalling());
        _assertWorld();
    }

    function test_When_ItIsTheLastSecondBeforeTheClock() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        _warpToClock(0, -1);
        _recordWorld();
        _expectAttested(true, block.timestamp + 1);
        _act(verifier, _byCalling());
        _assertWorld();
    }

    function test_When_AStrangerSendsTheVerifiersSignature() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        IMicroEscrow.Authorization memory auth = _signed(verifier, _structHash(_deadline()), _deadline());
        _recordWorld();
        _expectAttested(true, block.timestamp + agreement.challengePeriod);
        _act(stranger, auth);
        _assertWorld();
    }
}
