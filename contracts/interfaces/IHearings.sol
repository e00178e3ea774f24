// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IMicroEscrow} from "./IMicroEscrow.sol";

/// @title Hearings
/// @notice What an arbiter offers to its second instance: which of its disputes are for that instance to decide, until when,
/// and the way to do so.
interface IHearings {
    /// @notice The time in which the second instance may decide, in Unix seconds: from `start` until before `end`.
    ///
    /// Requirements:
    /// - the milestone is disputed, its agreement names this arbiter, and it is the second instance's turn.
    function hearing(
        IMicroEscrow.Agreement calldata agreement,
        uint256 index
    ) external view returns (uint256 start, uint256 end);

    /// @notice Decides, which rules on the milestone.
    ///
    /// Requirements:
    /// - the caller is the second instance;
    /// - the hearing is open;
    /// - `shareBps` is at most 10,000, `paid` is not empty.
    /// @param shareBps The freelancer's share of what a ruling can divide, in basis points.
    /// @param reasoning SHA-256 of the reasoning.
    /// @param paid Among whom the second instance's fee is split, in equal parts; what does not divide goes to the first.
    function decide(
        IMicroEscrow.Agreement calldata agreement,
        uint256 index,
        uint16 shareBps,
        bytes32 reasoning,
        address[] calldata paid
    ) external;
}
