// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20TransferAuthorization} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20TransferAuthorization.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {Hooks} from "./HookToken.sol";

/// @notice A token with transfers by signature (ERC-3009), also of accounts with code, with nonces that count up within a
/// key, and with hooks.
contract AuthorizationToken is ERC20TransferAuthorization, Hooks {
    constructor() ERC20("Authorization Token", "AUTH") EIP712("Authorization Token", "1") {}

    function mint(address account, uint256 amount) external {
        _mint(account, amount);
    }

    /// @notice The token's EIP-712 domain, as USDC tells it.
    // solhint-disable-next-line func-name-mixedcase
    function DOMAIN_SEPARATOR() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }

    function _update(address from, address to, uint256 amount) internal override(ERC20, Hooks) {
        super._update(from, to, amount);
    }
}
