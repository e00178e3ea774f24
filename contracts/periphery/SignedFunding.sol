// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EIP7702Utils} from "@openzeppelin/contracts/account/utils/EIP7702Utils.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IERC3009} from "../interfaces/IERC3009.sol";
import {IMicroEscrow} from "../interfaces/IMicroEscrow.sol";
import {IPermit2} from "../interfaces/IPermit2.sol";
import {ISignedFunding} from "../interfaces/ISignedFunding.sol";

/// @title Signed funding
/// @notice See {ISignedFunding}.
contract SignedFunding is ISignedFunding, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    IPermit2 private constant PERMIT2 = IPermit2(0x000000000022D473030F116dDEE9F6B43aC78BA3);

    bytes32 private constant FUNDING_TYPEHASH = keccak256("Funding(bytes32 agreement,uint256[] indices)");
    /// @dev What follows `PermitWitnessTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,`:
    /// the last member, then the types that are used, by their names.
    string private constant WITNESS_TYPE =
        "Funding witness)Funding(bytes32 agreement,uint256[] indices)"
        "TokenPermissions(address token,uint256 amount)";

    /// @inheritdoc ISignedFunding
    IMicroEscrow public immutable ESCROW;

    constructor(IMicroEscrow escrow) {
        ESCROW = escrow;
    }

    /// @inheritdoc ISignedFunding
    function fundWithAuthorization(Funding calldata funding, Payment calldata payment) external nonReentrant {
        uint256 balanceBefore = _balance(funding);
        _receive(funding.agreement, payment, _authorizationNonce(_hash(funding), payment.nonce));
        _fund(funding, payment.amount, balanceBefore);
    }

    /// @inheritdoc ISignedFunding
    function fundWithPermit2(Funding calldata funding, Payment calldata payment) external nonReentrant {
        uint256 balanceBefore = _balance(funding);
        PERMIT2.permitWitnessTransferFrom({
            permit: IPermit2.PermitTransferFrom({
                permitted: IPermit2.TokenPermissions(funding.agreement.token, payment.amount),
                nonce: payment.nonce,
                deadline: payment.deadline
            }),
            transferDetails: IPermit2.SignatureTransferDetails(address(this), payment.amount),
            owner: funding.agreement.client,
            witness: _hash(funding),
            witnessTypeString: WITNESS_TYPE,
            signature: payment.signature
        });
        _fund(funding, payment.amount, balanceBefore);
    }

    /// @inheritdoc ISignedFunding
    function authorizationNonce(bytes32 id, uint256[] calldata indices, uint256 nonce) external view returns (bytes32) {
        return _authorizationNonce(_structHash(id, indices), nonce);
    }

    /// @dev Pulls the client's tokens by ERC-3009. Each such token takes the signature of a key in three parts, some take
    /// signatures as bytes too: those are for accounts with code. One that delegates to code (EIP-7702) still has its key.
    function _receive(IMicroEscrow.Agreement calldata agreement, Payment calldata payment, bytes32 nonce) private {
        IERC3009 token = IERC3009(agreement.token);
        bytes calldata signature = payment.signature;
        if (signature.length == 65 && _hasKey(agreement.client)) {
            token.receiveWithAuthorization({
                from: agreement.client,
                to: address(this),
                value: payment.amount,
                validAfter: 0,
                validBefore: payment.deadline,
                nonce: nonce,
                v: uint8(signature[64]),
                r: bytes32(signature[:32]),
                s: bytes32(signature[32:64])
            });
        } else {
            token.receiveWithAuthorization({
                from: agreement.client,
                to: address(this),
                value: payment.amount,
                validAfter: 0,
                validBefore: payment.deadline,
                nonce: nonce,
                signature: signature
            });
        }
    }

    function _hasKey(address account) private view returns (bool) {
        return account.code.length == 0 || EIP7702Utils.fetchDelegate(account) != address(0);
    }

    /// @dev Passes on to the escrow what has come since `balanceBefore`, all of it, and leaves no allowance.
    function _fund(Funding calldata funding, uint256 amount, uint256 balanceBefore) private {
        IMicroEscrow.Agreement calldata agreement = funding.agreement;
        IERC20 token = IERC20(agreement.token);
        (uint256 actual, uint256 expected) = (_balance(funding), balanceBefore + amount);
        if (actual != expected) revert IMicroEscrow.UnexpectedBalance(address(token), actual, expected);

        if (funding.clientSignature.length != 0) {
            ESCROW.accept(agreement, funding.schedule, agreement.client, funding.clientSignature);
        }
        token.forceApprove(address(ESCROW), amount);
        ESCROW.fund(agreement, funding.schedule, funding.indices, funding.freelancerSignature);
        uint256 remaining = token.allowance(address(this), address(ESCROW));
        if (remaining != 0) revert AmountNotTaken(remaining);
    }

    function _balance(Funding calldata funding) private view returns (uint256) {
        return IERC20(funding.agreement.token).balanceOf(address(this));
    }

    /// @dev What a payment is bound to.
    function _hash(Funding calldata funding) private view returns (bytes32) {
        return _structHash(ESCROW.agreementId(funding.agreement), funding.indices);
    }

    function _structHash(bytes32 id, uint256[] calldata indices) private pure returns (bytes32) {
        return keccak256(abi.encode(FUNDING_TYPEHASH, id, keccak256(abi.encodePacked(indices))));
    }

    /// @dev With the chain in it, because not every token has it in its domain.
    function _authorizationNonce(bytes32 structHash, uint256 nonce) private view returns (bytes32) {
        uint256 hash = uint256(keccak256(abi.encode(block.chainid, structHash, nonce)));
        return bytes32(hash & ~uint256(type(uint64).max));
    }
}
