// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {IPanelArbiter} from "../../../contracts/interfaces/IPanelArbiter.sol";
import {vm} from "../utils/Vm.sol";
import {PanelBase, PanelTerms} from "./PanelBase.sol";

contract PanelFuzzTest is PanelBase {
    /// @dev A panel with so many seats, whose members are `members`.
    function _seat(uint256 seats, uint256 quorum) private {
        PanelTerms memory terms = _panelTerms();
        delete members;
        for (uint256 i = 0; i < seats; ++i)
            members.push(_actor(string(abi.encodePacked("seat ", bytes1(uint8(65 + i))))));
        (terms.members, terms.quorum) = (members, quorum);
        panel = _deployPanel(terms);
        for (uint256 i = 0; i < seats; ++i) _serve(members[i]);
        _useArbiter(address(panel));
    }

    /// @dev Shares of a coarse grid, so that equal ones are frequent.
    function _draw(uint256 seed, uint256 count) private pure returns (uint16[] memory shares) {
        shares = new uint16[](count);
        for (uint256 i = 0; i < count; ++i) {
            uint256 word = uint256(keccak256(abi.encode(seed, i)));
            shares[i] = uint16(word % 3 == 0 ? 2_500 : (word >> 8) % 10_001);
        }
    }

    /// @dev The median by counting, which has nothing of the contract's sorting: the least share that half of the others do
    /// not exceed, and the greatest that half of them do not fall short of; between the two, rounded down.
    function _median(uint16[] memory shares) private pure returns (uint256) {
        uint256 lower = type(uint256).max;
        uint256 upper = 0;
        uint256 count = shares.length;
        for (uint256 i = 0; i < count; ++i) {
            (uint256 notAbove, uint256 notBelow) = (0, 0);
            for (uint256 j = 0; j < count; ++j) {
                if (shares[j] <= shares[i]) ++notAbove;
                if (shares[j] >= shares[i]) ++notBelow;
            }
            if (2 * notAbove >= count && shares[i] < lower) lower = shares[i];
            if (2 * notBelow >= count && shares[i] > upper) upper = shares[i];
        }
        return (lower + upper) / 2;
    }

    /// @dev The share that the escrow ruled by, from what it paid.
    function _ruledGross() private view returns (uint256) {
        return _balance(freelancer) + escrow.claimable(token, platform);
    }

    function testFuzz_TheRulingIsTheMedian(uint256 seed, uint8 seats, uint8 voters) public {
        uint256 n = 1 + (seats % 9);
        uint256 k = 1 + (voters % n);
        _seat(n, k);
        _openDispute();
        uint16[] memory shares = _draw(seed, k);
        uint256 close = _moment(CLOSE_BPS);
        _send(_votes(shares));
        if (_milestone(0).status == IMicroEscrow.Status.Disputed) {
            vm.warp(close);
            panel.rule(agreement, 0);
        }
        vm.assertEq(uint256(_milestone(0).status), uint256(IMicroEscrow.Status.Resolved), "ruled");
        vm.assertEq(_ruledGross(), _shareOf(_median(shares)), "the freelancer's part");
        uint256 owed = 0;
        for (uint256 i = 0; i < k; ++i) {
            uint256 part = panel.claimable(token, members[i]);
            vm.assertGe(part, _arbiterFee() / k, "an equal part at least");
            vm.assertLe(part, _arbiterFee() / k + (_arbiterFee() % k), "and the rest at most");
            owed += part;
        }
        vm.assertEq(owed, _arbiterFee(), "the parts are the fee");
        vm.assertEq(escrow.claimable(token, address(panel)), owed, "and the escrow has it");
    }

    /// @notice Whatever order the votes come in, and in however many calls, the ruling is the same.
    function testFuzz_TheOrderDoesNotMatter(uint256 seed, uint8 seats) public {
        uint256 n = 1 + (seats % 7);
        _seat(n, n);
        _openDispute();
        uint16[] memory shares = _draw(seed, n);
        IPanelArbiter.SignedVote[] memory votes = _votes(shares);
        for (uint256 i = n - 1; i > 0; --i) {
            uint256 j = uint256(keccak256(abi.encode(seed, "order", i))) % (i + 1);
            (votes[i], votes[j]) = (votes[j], votes[i]);
        }
        for (uint256 i = 0; i < n; ++i) _send(_one(votes[i]));
        vm.assertEq(_ruledGross(), _shareOf(_median(shares)), "the freelancer's part");
    }

    /// @notice A ruling before the close is one that the votes that are missing could not have changed, whatever they were.
    function testFuzz_NoMissingVoteCouldHaveChangedIt(uint256 seed, uint8 seats, uint8 voters, uint256 others) public {
        uint256 n = 2 + (seats % 7);
        uint256 k = 1 + (voters % n);
        _seat(n, 1);
        _openDispute();
        uint16[] memory shares = _draw(seed, k);
        _send(_votes(shares));
        if (_milestone(0).status == IMicroEscrow.Status.Disputed) {
            vm.assertLt(k, n, "all seats voted");
            return;
        }
        // Any number of those that are missing, with any shares.
        uint16[] memory more = _draw(others, n);
        for (uint256 count = k; count <= n; ++count) {
            uint16[] memory all = new uint16[](count);
            for (uint256 i = 0; i < count; ++i) all[i] = i < k ? shares[i] : more[i];
            vm.assertEq(_ruledGross(), _shareOf(_median(all)), "the ruling with more votes");
        }
    }
}
