// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../contracts/interfaces/IMicroEscrow.sol";
import {Base} from "./utils/Base.sol";
import {TypedData} from "./utils/TypedData.sol";
import {vm} from "./utils/Vm.sol";

contract SubmitTest is Base {
    function _act(address caller, IMicroEscrow.Authorization memory auth) private {
        vm.prank(caller);
        escrow.submit(agreement, 0, DELIVERABLE, auth);
    }

    function _structHash(uint256 deadline) private view returns (bytes32) {
        return TypedData.submit(id, 0, 1, DELIVERABLE, deadline);
    }

    function _actAndAssert(uint256 submission, address caller, IMicroEscrow.Authorization memory auth) private {
        _recordWorld();
        uint40 clock = _expectTurn(0, IMicroEscrow.Status.Submitted, agreement.reviewPeriod);
        _expectSubmissions(0, submission);
        vm.expectEmit(address(escrow));
        emit IMicroEscrow.MilestoneSubmitted(id, 0, submission, DELIVERABLE, clock);
        _act(caller, auth);
        _assertWorld();
    }

    function test_RevertGiven_TheStatusIsNeitherFundedNorChangesRequested() public {
        _assertRefusedOutside(FUNDED | CHANGES_REQUESTED, _submit);
    }

    function test_RevertWhen_TheClockRanOut() public {
        _bring(0, IMicroEscrow.Status.Funded);
        uint256 clock = _milestone(0).clock;
        vm.warp(clock);
        vm.expectRevert(_clockRanOut(clock));
        _act(freelancer, _byCalling());
        vm.warp(clock + 1);
        vm.expectRevert(_clockRanOut(clock));
        _act(freelancer, _byCalling());
    }

    function test_RevertGiven_TwoHundredAndFiftyFiveSubmissionsWereMade() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        for (uint256 i = 1; i < 255; ++i) {
            _requestChanges(0);
            _submit(0);
        }
        _requestChanges(0);
        vm.assertEq(_milestone(0).submissions, 255, "submissions");
        vm.expectRevert(abi.encodeWithSelector(IMicroEscrow.TooManySubmissions.selector, 255));
        _act(freelancer, _byCalling());
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

    function test_Given_TheMilestoneIsFunded() public {
        _bring(0, IMicroEscrow.Status.Funded);
        _hourLater();
        _actAndAssert(1, freelancer, _byCalling());
    }

    function test_Given_ChangesWereRequested() public {
        _bring(0, IMicroEscrow.Status.ChangesRequested);
        _hourLater();
        _actAndAssert(2, freelancer, _byCalling());
    }

    function test_When_ItIsTheLastSecondBeforeTheClock() public {
        _bring(0, IMicroEscrow.Status.Funded);
        _warpToClock(0, -1);
        _actAndAssert(1, freelancer, _byCalling());
    }

    function test_When_AStrangerSendsTheFreelancersSignature() public {
        _bring(0, IMicroEscrow.Status.Funded);
        _actAndAssert(1, stranger, _signed(freelancer, _structHash(_deadline()), _deadline()));
    }
}
