// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

import {PlainToken} from "./PlainToken.sol";

/// @notice What a token with hooks calls on accounts that asked for it.
interface ITokenHooks {
    /// @notice Before `account` sends (`sending`), or after it received.
    function onTokens(bool sending) external;
}

/// @notice Hooks in the manner of ERC-777: the token calls the sender before a transfer and the recipient after it, where
/// they registered. A hook that reverts makes the transfer revert.
abstract contract Hooks is ERC20 {
    mapping(address account => bool) public registered;

    function setRegistered(address account, bool registered_) external {
        registered[account] = registered_;
    }

    function _update(address from, address to, uint256 amount) internal virtual override {
        if (registered[from]) ITokenHooks(from).onTokens({sending: true});
        super._update(from, to, amount);
        if (registered[to]) ITokenHooks(to).onTokens({sending: false});
    }
}

/// @notice A token with {Hooks}.
contract HookToken is PlainToken, Hooks {
    constructor() PlainToken(18) {}

    function decimals() public view override(ERC20, PlainToken) returns (uint8) {
        return super.decimals();
    }

    function _update(address from, address to, uint256 amount) internal override(ERC20, Hooks) {
        super._update(from, to, amount);
    }
}
