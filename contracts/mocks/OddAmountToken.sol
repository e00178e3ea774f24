// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {PlainToken} from "./PlainToken.sol";

/// @notice A token with opinions about amounts: it refuses zero, and takes the largest number for "all that I have".
contract OddAmountToken is PlainToken {
    error ZeroAmount();

    constructor() PlainToken(18) {}

    function transfer(address to, uint256 amount) public override returns (bool) {
        return super.transfer(to, _meant(msg.sender, amount));
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        return super.transferFrom(from, to, _meant(from, amount));
    }

    function _meant(address from, uint256 amount) private view returns (uint256) {
        if (amount == 0) revert ZeroAmount();
        return amount == type(uint256).max ? balanceOf(from) : amount;
    }
}
