// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC3009 as IERC3009Standard} from "@openzeppelin/contracts/interfaces/draft-IERC3009.sol";

/// @title ERC-3009, with signatures as bytes
/// @notice What the standard has (https://eips.ethereum.org/EIPS/eip-3009), and what USDC and others have beside it, for
/// accounts with code.
interface IERC3009 is IERC3009Standard {
    /// @notice Transfers `value` of `from`'s tokens to the caller, which must be `to`, once for each nonce.
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external;
}
