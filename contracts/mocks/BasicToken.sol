// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice OpenZeppelin's ERC-20 with 6 decimals and nothing else: what gas is measured with.
contract BasicToken is ERC20("Basic Token", "BASIC") {
    constructor() {
        _mint(msg.sender, 10 ** 18);
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }
}
