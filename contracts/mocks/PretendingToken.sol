// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {PlainToken} from "./PlainToken.sol";

/// @notice A token that seems to have transfers by signature (ERC-3009) and has none: it takes every call that it does not
/// know for a good one, as a wrapper of ether does.
contract PretendingToken is PlainToken {
    constructor() PlainToken(6) {}

    fallback() external {}

    function authorizationState(address, bytes32) external pure returns (bool) {
        return false;
    }
}
