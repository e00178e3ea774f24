// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {PlainToken} from "./PlainToken.sol";

/// @notice A token whose issuer can pause it and blacklist accounts, as USDC's and USDT's can. A blacklisted account
/// can neither send nor receive.
contract RestrictedToken is PlainToken {
    bool public paused;
    mapping(address account => bool) public blacklisted;

    error Paused();
    error Blacklisted(address account);

    constructor() PlainToken(6) {}

    function setPaused(bool paused_) external {
        paused = paused_;
    }

    function setBlacklisted(address account, bool blacklisted_) external {
        blacklisted[account] = blacklisted_;
    }

    function _update(address from, address to, uint256 amount) internal virtual override {
        if (paused) revert Paused();
        if (blacklisted[from]) revert Blacklisted(from);
        if (blacklisted[to]) revert Blacklisted(to);
        super._update(from, to, amount);
    }
}
