// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {IPanelArbiter} from "../../../contracts/interfaces/IPanelArbiter.sol";
import {vm} from "../utils/Vm.sol";
import {PanelBase} from "./PanelBase.sol";

/// @notice What an arbiter owes, of which the panel is one.
contract ArbiterClaimableTest is PanelBase {
    function test_Given_NothingIsOwed() public {
        _openDispute();
        vm.assertEq(panel.claimable(token, members[0]), 0, "claimable");
    }

    function test_Given_AFeeIsOwed() public {
        _openDispute();
        _send(_votes(_shares(4_000, 4_000, 4_000)));
        uint256 part = _arbiterFee() / 3;
        vm.assertEq(panel.claimable(token, members[0]), _arbiterFee() - 2 * part, "the first");
        vm.assertEq(panel.claimable(token, members[1]), part, "the second");
        vm.assertEq(panel.claimable(token, members[2]), part, "the third");
        vm.assertEq(panel.claimable(token, members[3]), 0, "who did not vote");
        vm.assertEq(panel.claimable(address(escrow), members[0]), 0, "another token");
        vm.assertEq(panel.claimable(members[0], token), 0, "in this order");
    }

    function test_Given_FeesOfTwoMilestonesAreOwed() public {
        _openDispute();
        _bring(1, IMicroEscrow.Status.Disputed);
        _send(_votes(_shares(4_000, 4_000, 4_000)));
        IPanelArbiter.SignedVote[] memory votes = new IPanelArbiter.SignedVote[](3);
        for (uint256 i = 0; i < 3; ++i) votes[i] = _vote(1, members[i + 1], 5_000);
        panel.vote(agreement, 1, votes);
        uint256 other = (uint256(schedule[1].amount) * agreement.arbiterFeeBps) / BPS;
        vm.assertEq(panel.claimable(token, members[0]), _arbiterFee() - 2 * (_arbiterFee() / 3), "of the first");
        uint256 rest = other - 2 * (other / 3);
        vm.assertEq(panel.claimable(token, members[1]), _arbiterFee() / 3 + rest, "of both, and what does not divide");
        vm.assertEq(panel.claimable(token, members[2]), _arbiterFee() / 3 + other / 3, "of both");
        vm.assertEq(panel.claimable(token, members[3]), other / 3, "of the second");
        vm.assertEq(escrow.claimable(token, address(panel)), _arbiterFee() + other, "and the escrow has it");
    }
}
