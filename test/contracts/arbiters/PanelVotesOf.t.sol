// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {IPanelArbiter} from "../../../contracts/interfaces/IPanelArbiter.sol";
import {vm} from "../utils/Vm.sol";
import {PanelBase} from "./PanelBase.sol";

contract PanelVotesOfTest is PanelBase {
    /// @dev The votes of the members at these places, with these shares.
    function _assertVotes(uint256 index, uint256[] memory places, uint16[] memory shares) private view {
        IPanelArbiter.Vote[] memory expected = new IPanelArbiter.Vote[](places.length);
        for (uint256 i = 0; i < places.length; ++i) {
            address member = members[places[i]];
            expected[i] = IPanelArbiter.Vote(member, shares[i], _reasoningOf(member));
        }
        vm.assertEq(abi.encode(panel.votesOf(id, index)), abi.encode(expected), "votes");
    }

    function _assertNone(bytes32 id_, uint256 index) private view {
        vm.assertEq(panel.votesOf(id_, index).length, 0, "how many votes");
    }

    function test_Given_NobodyVoted() public {
        _openDispute();
        _assertNone(id, 0);
    }

    function test_Given_VotesOnTwoMilestones() public {
        _openDispute();
        _bring(1, IMicroEscrow.Status.Disputed);
        _send(_votes(_shares(4_000, 3_000)));
        vm.prank(stranger);
        panel.vote(agreement, 1, _one(_vote(1, members[2], 5_000)));
        uint256[] memory places = new uint256[](2);
        places[1] = 1;
        _assertVotes(0, places, _shares(4_000, 3_000));
        places = new uint256[](1);
        places[0] = 2;
        _assertVotes(1, places, _shares(5_000));
        _assertNone(id, 2);
        _assertNone(keccak256(abi.encode(id)), 0);
    }

    function test_Given_ThePanelRuled() public {
        _openDispute();
        _bring(1, IMicroEscrow.Status.Disputed);
        _send(_votes(_shares(4_000, 3_000)));
        IPanelArbiter.SignedVote[] memory votes = new IPanelArbiter.SignedVote[](3);
        for (uint256 i = 0; i < 3; ++i) votes[i] = _vote(1, members[i], i == 0 ? 1 : 2);
        panel.vote(agreement, 1, votes);
        panel.vote(agreement, 1, _one(_vote(1, members[3], 2)));
        vm.assertEq(uint256(_milestone(1).status), uint256(IMicroEscrow.Status.Resolved), "ruled");
        _assertNone(id, 1);
        uint256[] memory places = new uint256[](2);
        places[1] = 1;
        _assertVotes(0, places, _shares(4_000, 3_000));
    }
}
