// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {PlainToken} from "./PlainToken.sol";

/// @notice A token that burns a fee out of every transfer, or adds a bonus to it, from whenever that is switched on.
contract FeeToken is PlainToken {
    uint256 public feeBps;
    uint256 public fixedFee;
    uint256 public bonus;

    constructor() PlainToken(6) {}

    /// @param feeBps_ Basis points of the amount that are burnt.
    /// @param fixedFee_ Base units that are burnt beside.
    /// @param bonus_ Base units that the recipient gets on top, out of nothing.
    function setFee(uint256 feeBps_, uint256 fixedFee_, uint256 bonus_) external {
        (feeBps, fixedFee, bonus) = (feeBps_, fixedFee_, bonus_);
    }

    function _update(address from, address to, uint256 amount) internal virtual override {
        super._update(from, to, amount);
        if (from == address(0) || to == address(0)) return;

        uint256 fee = (amount * feeBps) / 10_000 + fixedFee;
        if (fee != 0) _burn(to, fee);
        if (bonus != 0) _mint(to, bonus);
    }
}
