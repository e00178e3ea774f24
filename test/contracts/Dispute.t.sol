// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../contracts/interfaces/IMicroEscrow.sol";
import {Base} from "./utils/Base.sol";
import {TypedData} from "./utils/TypedData.sol";
import {vm} from "./utils/Vm.sol";

contract DisputeTest is Base {
    function _actOn(uint256 index, uint256 submission, address caller, IMicroEscrow.Authorization memory auth) private {
        vm.prank(caller);
        escrow.dispute(agreement, index, submission, EVIDENCE, auth);
    }

    function _act(address caller, IMicroEscrow.Authorization memory auth) private {
        _actOn(0, 1, caller, auth);
    }

    function _actAsClient(uint256 index) private {
        _actOn(index, 1, client, _byCalling());
    }

    function _structHash(uint256 deadline) private view returns (bytes32) {
        return TypedData.dispute(id, 0, 1, EVIDENCE, deadline);
    }

    function _actAndAssert(address by, address caller, IMicroEscrow.Authorization memory auth) private {
        _recordWorld();
        uint40 clock = _expectTurn(0, IMicroEscrow.Status.Disputed, agreement.arbitrationPeriod);
        vm.expectEmit(address(escrow));
        emit IMicroEscrow.MilestoneDisputed(id, 0, by, 1, EVIDENCE, clock);
        _act(caller, auth);
        _assertWorld();
    }

    function test_RevertGiven_TheStatusIsNeitherSubmittedNorChangesRequested() public {
        _assertRefusedOutside(SUBMITTED | CHANGES_REQUESTED, _actAsClient);
    }

    function test_RevertWhen_TheClockRanOut() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        uint256 clock = _milestone(0).clock;
        vm.warp(clock);
        vm.expectRevert(_clockRanOut(clock));
        _act(client, _byCalling());
        vm.warp(clock + 1);
        vm.expectRevert(_clockRanOut(clock));
        _act(client, _byCalling());
    }

    function test_RevertWhen_TheSubmissionIsAnEarlierOne() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        vm.expectRevert(_wrongSubmission(0, 1));
        _actOn(0, 0, client, _byCalling());
    }

    function test_RevertWhen_TheSubmissionIsALaterOne() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        vm.expectRevert(_wrongSubmission(2, 1));
        _actOn(0, 2, client, _byCalling());
    }

    function test_RevertGiven_TheMilestoneIsSubmittedWhenTheFreelancerCalls() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        vm.expectRevert(_unauthorized(freelancer, client));
        _act(freelancer, _byCalling());
    }

    function test_RevertGiven_ChangesWereRequestedWhenTheClientCalls() public {
        _bring(0, IMicroEscrow.Status.ChangesRequested);
        vm.expectRevert(_unauthorized(client, freelancer));
        _act(client, _byCalling());
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

    function test_Given_TheMilestoneIsSubmittedWhenTheClientCalls() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        _hourLater();
        _actAndAssert(client, client, _byCalling());
    }

    function test_Given_ChangesWereRequestedWhenTheFreelancerCalls() public {
        _bring(0, IMicroEscrow.Status.ChangesRequested);
        _hourLater();
        _actAndAssert(freelancer, freelancer, _byCalling());
    }

    function test_When_ItIsTheLastSecondBeforeTheClock() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        _warpToClock(0, -1);
        _actAndAssert(client, client, _byCalling());
    }

    function test_Given_TheMilestoneIsSubmittedWhenAStrangerSendsTheClientsSignature() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        _actAndAssert(client, stranger, _signed(client, _structHash(_deadline()), _deadline()));
    }

    function test_Given_ChangesWereRequestedWhenAStrangerSendsTheFreelancersSignature() public {
        _bring(0, IMicroEscrow.Status.ChangesRequested);
        _actAndAssert(freelancer, stranger, _signed(freelancer, _structHash(_deadline()), _deadline()));
    }
}
