// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {IPanelArbiter} from "../../../contracts/interfaces/IPanelArbiter.sol";
import {vm} from "../utils/Vm.sol";
import {PanelBase} from "./PanelBase.sol";

contract PanelRuleTest is PanelBase {
    function _rule() private {
        vm.prank(stranger);
        panel.rule(agreement, 0);
    }

    function _assertNotDecided(uint256 votes) private {
        uint256 close = _moment(CLOSE_BPS);
        vm.expectRevert(
            abi.encodeWithSelector(IPanelArbiter.NotDecided.selector, votes, QUORUM, close, block.timestamp)
        );
        _rule();
    }

    /// @dev Three voted: the first members, of whom the second awards least and the first most.
    function _assertRuled() private {
        address[] memory paid = new address[](3);
        (paid[0], paid[1], paid[2]) = (members[1], members[2], members[0]);
        _recordAll();
        _expectAward(2_000, members[2], paid);
        _rule();
        _assertAll();
        vm.assertEq(panel.votesOf(id, 0).length, 0, "votes that are kept");
    }

    function test_RevertGiven_TheMilestoneIsNotDisputed() public {
        _bring(0, IMicroEscrow.Status.ChangesRequested);
        vm.expectRevert(_notHeard());
        _rule();
    }

    function test_RevertGiven_TheClockRanOut() public {
        _openDispute();
        _send(_votes(_shares(3_000, 1_000, 2_000)));
        uint256 end = _milestone(0).clock;
        vm.warp(end);
        vm.expectRevert(_hearingOver(end));
        _rule();
        vm.warp(end + 1);
        vm.expectRevert(_hearingOver(end));
        _rule();
    }

    function test_RevertGiven_FewerThanTheQuorumVoted() public {
        _openDispute();
        _send(_votes(_shares(3_000, 1_000)));
        vm.warp(_moment(CLOSE_BPS));
        _assertNotDecided(2);
    }

    function test_RevertWhen_ItIsASecondBeforeTheClose() public {
        _openDispute();
        _send(_votes(_shares(3_000, 1_000, 2_000)));
        vm.warp(_moment(CLOSE_BPS) - 1);
        _assertNotDecided(3);
    }

    function test_RevertGiven_ThePanelRuled() public {
        _openDispute();
        uint256 close = _moment(CLOSE_BPS);
        _send(_votes(_shares(1, 1, 1)));
        vm.warp(close);
        vm.expectRevert(_notHeard());
        _rule();
    }

    function test_When_ItIsTheClose() public {
        _openDispute();
        _send(_votes(_shares(3_000, 1_000, 2_000)));
        vm.warp(_moment(CLOSE_BPS));
        _assertRuled();
    }

    function test_When_ItIsTheLastSecondBeforeTheClock() public {
        _openDispute();
        _send(_votes(_shares(3_000, 1_000, 2_000)));
        _warpToClock(0, -1);
        _assertRuled();
    }

    function test_Given_AnEvenNumberVoted() public {
        _openDispute();
        _send(_votes(_shares(2_004, 1_001, 9_000, 0)));
        vm.warp(_moment(CLOSE_BPS));
        address[] memory paid = new address[](4);
        (paid[0], paid[1], paid[2], paid[3]) = (members[3], members[1], members[0], members[2]);
        _recordAll();
        _expectAward(1_502, members[1], paid);
        _rule();
        _assertAll();
    }
}
