// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";

/// @notice A token with permits in the manner of DAI: nonces and a domain as EIP-2612 has them, but other permits, of all or
/// nothing.
contract DaiToken is ERC20("Dai Token", "DAIT"), EIP712("Dai Token", "1"), Nonces {
    bytes32 public constant PERMIT_TYPEHASH = keccak256(
        "Permit(address holder,address spender,uint256 nonce,uint256 expiry,bool allowed)"
    );

    error InvalidPermit();

    function mint(address account, uint256 amount) external {
        _mint(account, amount);
    }

    function permit(
        address holder,
        address spender,
        uint256 nonce,
        uint256 expiry,
        bool allowed,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external {
        bytes32 hash = keccak256(abi.encode(PERMIT_TYPEHASH, holder, spender, nonce, expiry, allowed));
        bool isLate = expiry != 0 && block.timestamp > expiry;
        if (isLate || ECDSA.recover(_hashTypedDataV4(hash), v, r, s) != holder) revert InvalidPermit();
        _useCheckedNonce(holder, nonce);
        _approve(holder, spender, allowed ? type(uint256).max : 0);
    }

    // solhint-disable-next-line func-name-mixedcase
    function DOMAIN_SEPARATOR() external view returns (bytes32) {
        return _domainSeparatorV4();
    }
}
