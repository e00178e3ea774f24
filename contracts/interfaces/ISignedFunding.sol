// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IMicroEscrow} from "./IMicroEscrow.sol";

/// @title Signed funding
/// @notice Funds milestones of one escrow with the client's tokens, in a transaction that anybody may send: the client needs
/// no ether, and gives no allowance to this contract. It signs the transfer in the token's own terms (ERC-3009), or in
/// Permit2's, and that signature is bound to one funding: this chain, this contract and with it its escrow, one agreement,
/// these milestones, their sum. It can pay for nothing else, whoever sends it.
/// @dev Holds nothing between two calls: no tokens, no allowance, no state. Without an owner. What is sent to it by mistake
/// stays, and pays for nothing.
///
/// Only the client's own tokens are taken, and only for an agreement that it accepted. A wallet shows what binds a transfer to
/// an agreement as a hash, which says nothing to a person: an account that was tricked into signing such a transfer, but no
/// agreement, loses nothing. Another payer calls {IMicroEscrow.fund} itself.
///
/// To the escrow this contract is the payer: that is what a gate is asked about, and what `MilestoneFunded` names.
interface ISignedFunding {
    /// @notice What is funded, and the consents that are needed for it.
    struct Funding {
        IMicroEscrow.Agreement agreement;
        /// @dev The schedule that the agreement names.
        IMicroEscrow.Milestone[] schedule;
        /// @dev The milestones to fund, in the order that was signed.
        uint256[] indices;
        /// @dev The client's signature over the agreement; empty when its consent is recorded.
        bytes clientSignature;
        /// @dev The freelancer's signature over the agreement; empty when its consent is recorded.
        bytes freelancerSignature;
    }

    /// @notice The transfer that the client signed, from itself to this contract.
    struct Payment {
        /// @dev The sum of the milestones, in token base units.
        uint256 amount;
        /// @dev Tells this payment from every other of the client: any number that it has not used before.
        uint256 nonce;
        /// @dev Unix seconds. ERC-3009: void at or after this time. Permit2: void after it.
        uint256 deadline;
        /// @dev The client's signature: 65 bytes of ECDSA, or, of an account with code, what the token (or Permit2) takes.
        /// A token that has ERC-3009 for keys alone takes none of an account with code, but one that delegates (EIP-7702).
        bytes signature;
    }

    /// @notice The milestones cost less than the client signed for; `remaining` would be left over, in base units.
    error AmountNotTaken(uint256 remaining);

    /// @notice Funds milestones with a transfer that the client signed in the token's own terms: `ReceiveWithAuthorization` of
    /// ERC-3009 (https://eips.ethereum.org/EIPS/eip-3009), from the client to this contract, valid after 0 and before the
    /// deadline, with the nonce {authorizationNonce}.
    ///
    /// Requirements:
    /// - the token has ERC-3009, and takes the client's signature over exactly this;
    /// - the amount is the sum of the milestones, and arrives whole;
    /// - everything that {IMicroEscrow.accept} requires, when there is a client's signature;
    /// - everything that {IMicroEscrow.fund} requires.
    function fundWithAuthorization(Funding calldata funding, Payment calldata payment) external;

    /// @notice Funds milestones with a transfer that the client signed for Permit2: `PermitWitnessTransferFrom`, with this
    /// contract as the spender and `Funding(bytes32 agreement,uint256[] indices)` as the witness.
    ///
    /// Requirements:
    /// - the client's allowance of the token to Permit2 covers the amount;
    /// - Permit2 takes the client's signature over exactly this;
    /// - the amount is the sum of the milestones, and arrives whole;
    /// - everything that {IMicroEscrow.accept} requires, when there is a client's signature;
    /// - everything that {IMicroEscrow.fund} requires.
    function fundWithPermit2(Funding calldata funding, Payment calldata payment) external;

    /// @notice The nonce that an ERC-3009 authorization for a funding must have: what binds it to that funding on this chain.
    /// @dev The upper 192 bits are those of a hash over the chain, the funding and the payment's nonce, the lower 64 are 0: to a token of
    /// plain ERC-3009 any number is as good as another, and tokens that count within a key take 0 as a new key's first
    /// (OpenZeppelin's ERC20TransferAuthorization).
    /// @param id Identifier of the agreement.
    /// @param nonce The payment's nonce.
    function authorizationNonce(bytes32 id, uint256[] calldata indices, uint256 nonce) external view returns (bytes32);

    /// @notice The escrow whose milestones are funded.
    function ESCROW() external view returns (IMicroEscrow);
}
