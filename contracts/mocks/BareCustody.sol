// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @notice Takes money in and pays it out, and remembers nothing: what gas an escrow cannot get below. Its owner says who gets
/// what.
contract BareCustody {
    using SafeERC20 for IERC20;

    IERC20 private immutable _TOKEN;
    address private immutable _OWNER = msg.sender;

    error NotTheOwner();

    constructor(IERC20 token) {
        _TOKEN = token;
    }

    function deposit(uint256 amount) external {
        _TOKEN.safeTransferFrom(msg.sender, address(this), amount);
    }

    function pay(address to, uint256 amount) external {
        if (msg.sender != _OWNER) revert NotTheOwner();
        _TOKEN.safeTransfer(to, amount);
    }
}
