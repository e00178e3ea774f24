// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {eq, ifElse} from "./Claim.sol";

/// @notice A token of which only this is known: it moves money when, and only when, it answers 1. Each transfer may succeed
/// or fail with any other word, whatever happened before.
contract ArbitraryToken {
    /// @notice What the first two transfers answer.
    uint256[2] public answers;
    uint256 private _transfers;

    /// @notice What the escrow paid an account.
    mapping(address account => uint256) public paid;

    function prepare(uint256 first, uint256 second) external {
        answers = [first, second];
    }

    function transfer(address to, uint256 amount) external returns (uint256 answer) {
        unchecked {
            answer = answers[_transfers++];
            paid[to] = ifElse(eq(answer, 1), paid[to] + amount, paid[to]);
        }
    }
}
