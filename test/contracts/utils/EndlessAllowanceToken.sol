// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

import {AuthorizationToken} from "../../../contracts/mocks/AuthorizationToken.sol";

/// @notice A token that takes allowances from some amount on for endless: what is spent does not lower them.
contract EndlessAllowanceToken is AuthorizationToken {
    /// @dev Token base units.
    uint256 private immutable ENDLESS;

    constructor(uint256 endless) {
        ENDLESS = endless;
    }

    function _spendAllowance(address owner, address spender, uint256 amount) internal override {
        uint256 granted = allowance(owner, spender);
        super._spendAllowance(owner, spender, amount);
        if (granted >= ENDLESS) _approve(owner, spender, granted);
    }
}
