// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {eq, ifElse} from "./Claim.sol";

/// @notice A contract account that has signed one digest, or has not: only the proof knows what it answers to that one.
contract Wallet {
    bytes32 private _digest;
    uint256 private _answer;

    function expect(bytes32 digest, uint256 answer) external {
        (_digest, _answer) = (digest, answer);
    }

    function isValidSignature(bytes32 digest, bytes calldata) external view returns (uint256) {
        return ifElse(eq(digest, _digest), _answer, 0);
    }
}
