// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title Permit2, as far as it is used here
/// @notice Transfers by signature out of the allowance that an account gave to Permit2, once and for all applications.
/// @dev The same contract at the same address on every chain: 0x000000000022D473030F116dDEE9F6B43aC78BA3
/// (https://github.com/Uniswap/permit2, SignatureTransfer).
interface IPermit2 {
    struct TokenPermissions {
        address token;
        uint256 amount;
    }

    struct PermitTransferFrom {
        TokenPermissions permitted;
        uint256 nonce;
        uint256 deadline;
    }

    struct SignatureTransferDetails {
        address to;
        uint256 requestedAmount;
    }

    /// @notice Transfers `owner`'s tokens to whom the caller says; the caller and the witness are part of what was signed.
    /// @param witness EIP-712 hash of a struct that the signature covers beside the transfer.
    /// @param witnessTypeString The member `witness` of the signed type and everything behind it.
    function permitWitnessTransferFrom(
        PermitTransferFrom calldata permit,
        SignatureTransferDetails calldata transferDetails,
        address owner,
        bytes32 witness,
        string calldata witnessTypeString,
        bytes calldata signature
    ) external;
}
