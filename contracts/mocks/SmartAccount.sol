// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Account} from "@openzeppelin/contracts/account/Account.sol";
import {ERC7821} from "@openzeppelin/contracts/account/extensions/draft-ERC7821.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ERC7739} from "@openzeppelin/contracts/utils/cryptography/signers/draft-ERC7739.sol";
import {SignerECDSA} from "@openzeppelin/contracts/utils/cryptography/signers/SignerECDSA.sol";
import {SignerEIP7702} from "@openzeppelin/contracts/utils/cryptography/signers/SignerEIP7702.sol";

/// @notice A smart account put together from OpenZeppelin's parts: its signatures nest what they sign (ERC-7739), and its
/// owner makes batches of calls through it (ERC-7821).
contract SmartAccount is Account, ERC7739, ERC7821, SignerECDSA {
    constructor(address owner) EIP712("SmartAccount", "1") SignerECDSA(owner) {}

    function _erc7821AuthorizedExecutor(
        address caller,
        bytes32 mode,
        bytes calldata executionData
    ) internal view override returns (bool) {
        return caller == signer() || super._erc7821AuthorizedExecutor(caller, mode, executionData);
    }
}

/// @notice The same as code for an account to delegate to (EIP-7702): the account's own key signs, and the account calls
/// itself to make batches.
contract DelegatedAccount is Account, ERC7739, ERC7821, SignerEIP7702 {
    constructor() EIP712("DelegatedAccount", "1") {}
}
