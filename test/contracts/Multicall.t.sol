// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Errors} from "@openzeppelin/contracts/utils/Errors.sol";

import {IMicroEscrow} from "../../contracts/interfaces/IMicroEscrow.sol";
import {Base} from "./utils/Base.sol";
import {vm} from "./utils/Vm.sol";

contract MulticallTest is Base {
    function _pair(bytes memory first, bytes memory second) private pure returns (bytes[] memory calls) {
        calls = new bytes[](2);
        (calls[0], calls[1]) = (first, second);
    }

    function _approval(uint256 index) private view returns (bytes memory) {
        return abi.encodeCall(escrow.approve, (agreement, index, 1, _byCalling()));
    }

    function _funding(uint256 index) private view returns (bytes memory) {
        return abi.encodeCall(escrow.fund, (agreement, schedule, _only(index), ""));
    }

    function test_RevertWhen_OneOfTheCallsReverts() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        _recordWorld();
        bytes[] memory calls = _pair(_approval(0), _approval(0));
        vm.expectRevert(_wrongStatus(0, IMicroEscrow.Status.Released, HELD));
        vm.prank(client);
        escrow.multicall(calls);
        _forgetEvents();
        _assertWorld();
    }

    function test_RevertWhen_ACallIsNotTheCallersToMake() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        bytes[] memory calls = _pair(_approval(0), _approval(0));
        vm.expectRevert(_unauthorized(stranger, client));
        vm.prank(stranger);
        escrow.multicall(calls);
    }

    function test_RevertWhen_ACallFailsWithoutAReason() public {
        bytes[] memory calls = new bytes[](1);
        calls[0] = hex"00000000"; // no such function
        vm.expectRevert(abi.encodeWithSelector(Errors.FailedCall.selector));
        escrow.multicall(calls);
    }

    function test_When_TheClientApprovesAndFundsTheNext() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        _prepareMoney(client, _only(1));
        bytes[] memory calls = _pair(_approval(0), _funding(1));
        _recordWorld();
        _expectRelease(0, IMicroEscrow.Outcome.Approved);
        _expectFunding(1, client);
        vm.prank(client);
        escrow.multicall(calls);
        _assertWorld();
    }

    function test_When_AStrangerFinalizesSeveral() public {
        _bring(0, IMicroEscrow.Status.Funded);
        _bring(1, IMicroEscrow.Status.Submitted);
        vm.warp(START + 30 days);
        bytes[] memory calls = _pair(
            abi.encodeCall(escrow.finalize, (agreement, 0)),
            abi.encodeCall(escrow.finalize, (agreement, 1))
        );
        _recordWorld();
        _expectRefund(0, IMicroEscrow.Outcome.WorkExpired);
        _expectRelease(1, IMicroEscrow.Outcome.ReviewExpired);
        vm.prank(stranger);
        escrow.multicall(calls);
        _assertWorld();
    }

    function test_When_TheCallsReturnSomething() public {
        _bring(0, IMicroEscrow.Status.Resolved);
        _bring(1, IMicroEscrow.Status.Released);
        uint256 arbiterFee = escrow.claimable(token, arbiter);
        uint256 platformFee = escrow.claimable(token, platform);
        bytes[] memory results = escrow.multicall(
            _pair(abi.encodeCall(escrow.withdraw, (token, arbiter)), abi.encodeCall(escrow.withdraw, (token, platform)))
        );
        vm.assertEq(results.length, 2, "results");
        vm.assertEq(results[0], abi.encode(arbiterFee), "the arbiter's");
        vm.assertEq(results[1], abi.encode(platformFee), "the platform's");
    }

    function test_When_AMulticallIsAmongTheCalls() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        bytes[] memory inner = new bytes[](1);
        inner[0] = _approval(0);
        bytes[] memory outer = new bytes[](1);
        outer[0] = abi.encodeCall(escrow.multicall, (inner));
        _recordWorld();
        _expectRelease(0, IMicroEscrow.Outcome.Approved);
        vm.prank(client);
        escrow.multicall(outer);
        _assertWorld();
    }

    function test_When_ThereAreNoCalls() public {
        _recordWorld();
        vm.assertEq(escrow.multicall(new bytes[](0)).length, 0, "results");
        _assertWorld();
    }
}
