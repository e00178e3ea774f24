// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../contracts/interfaces/IMicroEscrow.sol";
import {Base} from "./utils/Base.sol";
import {TypedData} from "./utils/TypedData.sol";
import {vm} from "./utils/Vm.sol";

contract ExtendTest is Base {
    uint40 private constant LATER = uint40(START + 90 days);

    function _extend(uint256 index, uint40 clock) private {
        vm.prank(client);
        escrow.extend(agreement, index, clock, _byCalling());
    }

    function _extendLater(uint256 index) private {
        _extend(index, LATER);
    }

    function _act(address caller, IMicroEscrow.Authorization memory auth) private {
        vm.prank(caller);
        escrow.extend(agreement, 0, LATER, auth);
    }

    function _structHash(uint256 deadline) private view returns (bytes32) {
        return TypedData.extend(id, 0, _milestone(0).submissions, _milestone(0).clock, LATER, deadline);
    }

    function _actAndAssert(uint40 clock, address caller, IMicroEscrow.Authorization memory auth) private {
        _recordWorld();
        _expectClock(0, clock);
        vm.expectEmit(address(escrow));
        emit IMicroEscrow.MilestoneExtended(id, 0, clock);
        vm.prank(caller);
        escrow.extend(agreement, 0, clock, auth);
        _assertWorld();
    }

    function _clockNotLater(uint256 newClock, uint256 currentClock) private view returns (bytes memory) {
        return abi.encodeWithSelector(IMicroEscrow.ClockNotLater.selector, newClock, currentClock, block.timestamp);
    }

    function test_RevertGiven_TheStatusIsNeitherFundedNorChangesRequested() public {
        _assertRefusedOutside(FUNDED | CHANGES_REQUESTED, _extendLater);
    }

    function test_RevertWhen_TheNewClockIsNotLaterThanTheCurrentOne() public {
        _bring(0, IMicroEscrow.Status.Funded);
        uint40 clock = _milestone(0).clock;
        vm.expectRevert(_clockNotLater(clock, clock));
        _extend(0, clock);
        vm.expectRevert(_clockNotLater(clock - 1, clock));
        _extend(0, clock - 1);
    }

    function test_RevertWhen_TheNewClockIsNotLaterThanNow() public {
        _bring(0, IMicroEscrow.Status.Funded);
        uint40 clock = _milestone(0).clock;
        vm.warp(clock + 10);
        vm.expectRevert(_clockNotLater(clock + 10, clock));
        _extend(0, clock + 10);
    }

    function test_RevertWhen_ThereIsNoSignatureAndTheCallerIsNotTheClient() public {
        _bring(0, IMicroEscrow.Status.Funded);
        vm.expectRevert(_unauthorized(freelancer, client));
        _act(freelancer, _byCalling());
    }

    function test_RevertWhen_TheSignatureIsAtItsDeadline() public {
        _bring(0, IMicroEscrow.Status.Funded);
        uint256 deadline = block.timestamp;
        IMicroEscrow.Authorization memory auth = _signed(client, _structHash(deadline), deadline);
        vm.expectRevert(_signatureExpired(deadline));
        _act(stranger, auth);
    }

    function test_RevertWhen_SomebodyElseSigned() public {
        _bring(0, IMicroEscrow.Status.Funded);
        bytes32 structHash = _structHash(_deadline());
        IMicroEscrow.Authorization memory auth = _signed(freelancer, structHash, _deadline());
        vm.expectRevert(_invalidSignature(client, structHash));
        _act(stranger, auth);
    }

    /// @dev The second request for changes comes just when it brings back the clock that the client's signature names.
    function test_RevertWhen_TheClockComesBackToWhatTheClientSigned() public {
        _bring(0, IMicroEscrow.Status.ChangesRequested);
        uint40 clock = _milestone(0).clock;
        IMicroEscrow.Authorization memory auth = _signed(client, _structHash(_deadline()), _deadline());
        _act(stranger, auth);
        _submit(0);
        _requestChanges(0);
        vm.assertEq(_milestone(0).clock, clock, "the clock that was signed");
        vm.expectRevert(_invalidSignature(client, TypedData.extend(id, 0, 2, clock, LATER, _deadline())));
        _act(stranger, auth);
    }

    function test_Given_TheMilestoneIsFunded() public {
        _bring(0, IMicroEscrow.Status.Funded);
        _actAndAssert(LATER, client, _byCalling());
    }

    function test_Given_ChangesWereRequested() public {
        _bring(0, IMicroEscrow.Status.ChangesRequested);
        _actAndAssert(LATER, client, _byCalling());
    }

    function test_When_TheNewClockIsOneSecondLater() public {
        _bring(0, IMicroEscrow.Status.Funded);
        _actAndAssert(_milestone(0).clock + 1, client, _byCalling());
    }

    function test_Given_TheClockRanOut() public {
        _bring(0, IMicroEscrow.Status.Funded);
        _warpToClock(0, 10);
        _actAndAssert(uint40(block.timestamp + 1), client, _byCalling());
    }

    function test_When_AStrangerSendsTheClientsSignature() public {
        _bring(0, IMicroEscrow.Status.Funded);
        _actAndAssert(LATER, stranger, _signed(client, _structHash(_deadline()), _deadline()));
    }
}
