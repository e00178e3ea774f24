// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {svm} from "./Cheats.sol";
import {amountIf, eq} from "./Claim.sol";

/// @notice A token of which only this is known: it moves money when, and only when, it answers 1. Every transfer may
/// succeed or fail with any other word, whatever happened before.
contract ArbitraryToken {
    /// @notice What the escrow paid an account.
    mapping(address account => uint256) public paid;

    function transfer(address to, uint256 amount) external returns (uint256 answer) {
        answer = svm.createUint256("answer");
        unchecked {
            paid[to] += amountIf(eq(answer, 1), amount);
        }
    }
}
