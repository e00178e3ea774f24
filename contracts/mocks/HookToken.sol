// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {PlainToken} from "./PlainToken.sol";

/// @notice What a HookToken calls on accounts that asked for it.
interface ITokenHooks {
    /// @notice Before `account` sends (`sending`), or after it received.
    function onTokens(bool sending) external;
}

/// @notice A token in the manner of ERC-777: calls the sender before a transfer and the recipient after it, where they
/// registered. A hook that reverts makes the transfer revert.
contract HookToken is PlainToken {
    mapping(address account => bool) public registered;

    constructor() PlainToken(18) {}

    function setRegistered(address account, bool registered_) external {
        registered[account] = registered_;
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (registered[from]) ITokenHooks(from).onTokens({sending: true});
        super._update(from, to, amount);
        if (registered[to]) ITokenHooks(to).onTokens({sending: false});
    }
}
