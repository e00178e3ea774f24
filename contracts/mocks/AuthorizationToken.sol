// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";
import {ERC20TransferAuthorization} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20TransferAuthorization.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {Hooks} from "./HookToken.sol";

/// @notice A token with transfers by signature as the standard has them (ERC-3009): of accounts without code.
contract AuthorizationToken is ERC3009 {
    constructor() ERC20("Authorization Token", "AUTH") EIP712("Authorization Token", "1") {}

    function mint(address account, uint256 amount) external {
        _mint(account, amount);
    }

    /// @notice The token's EIP-712 domain, as USDC tells it.
    // solhint-disable-next-line func-name-mixedcase
    function DOMAIN_SEPARATOR() public view virtual returns (bytes32) {
        return _domainSeparatorV4();
    }

    function decimals() public pure virtual override returns (uint8) {
        return 6;
    }
}

/// @notice The same, also of accounts with code, with nonces that count up within a key, and with hooks.
contract KeyedAuthorizationToken is AuthorizationToken, ERC20TransferAuthorization, Hooks {
    function authorizationState(
        address authorizer,
        bytes32 nonce
    ) public view override(ERC3009, ERC20TransferAuthorization) returns (bool) {
        return super.authorizationState(authorizer, nonce);
    }

    function decimals() public pure override(ERC20, AuthorizationToken) returns (uint8) {
        return super.decimals();
    }

    function _consumeNonce(address authorizer, bytes32 nonce) internal override(ERC3009, ERC20TransferAuthorization) {
        super._consumeNonce(authorizer, nonce);
    }

    function _update(address from, address to, uint256 amount) internal override(ERC20, Hooks) {
        super._update(from, to, amount);
    }
}
