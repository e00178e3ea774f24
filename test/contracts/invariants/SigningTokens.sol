// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";

import {FaultyToken} from "../../../contracts/mocks/FaultyToken.sol";
import {FeeToken} from "../../../contracts/mocks/FeeToken.sol";
import {PlainToken} from "../../../contracts/mocks/PlainToken.sol";
import {RestrictedToken} from "../../../contracts/mocks/RestrictedToken.sol";

// The tokens that also have transfers by signature (ERC-3009). With them, the first is much as USDC.

contract SigningRestrictedToken is RestrictedToken, ERC3009 {
    function decimals() public view override(ERC20, PlainToken) returns (uint8) {
        return super.decimals();
    }

    function _update(address from, address to, uint256 amount) internal override(ERC20, RestrictedToken) {
        super._update(from, to, amount);
    }
}

contract SigningFeeToken is FeeToken, ERC3009 {
    function decimals() public view override(ERC20, PlainToken) returns (uint8) {
        return super.decimals();
    }

    function _update(address from, address to, uint256 amount) internal override(ERC20, FeeToken) {
        super._update(from, to, amount);
    }
}

contract SigningFaultyToken is FaultyToken, ERC3009 {
    function decimals() public view override(ERC20, PlainToken) returns (uint8) {
        return super.decimals();
    }

    function transfer(address to, uint256 amount) public override(ERC20, FaultyToken) returns (bool) {
        return super.transfer(to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override(ERC20, FaultyToken) returns (bool) {
        return super.transferFrom(from, to, amount);
    }
}
