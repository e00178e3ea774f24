// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {ISignedFunding} from "../../../contracts/interfaces/ISignedFunding.sol";
import {TypedData} from "./TypedData.sol";
import {vm} from "./Vm.sol";

/// @notice SignedFunding, the real Permit2, and what a client signs for them: put together here from the standards' own words, and
/// not from the contract's.
library SignedPayments {
    address internal constant PERMIT2 = 0x000000000022D473030F116dDEE9F6B43aC78BA3;

    bytes32 private constant RECEIVE_TYPEHASH = keccak256(
        "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );
    bytes32 private constant PERMIT_TYPEHASH = keccak256(
        "PermitWitnessTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,Funding witness)"
        "Funding(bytes32 agreement,uint256[] indices)TokenPermissions(address token,uint256 amount)"
    );

    // --------------------------------------------------------------------------------------------------- the contracts

    function deploySignedFunding(IMicroEscrow escrow) internal returns (ISignedFunding deployed) {
        bytes memory initCode = abi.encodePacked(vm.getCode("SignedFunding.sol:SignedFunding"), abi.encode(escrow));
        assembly ("memory-safe") {
            deployed := create(0, add(initCode, 0x20), mload(initCode))
        }
    }

    /// @dev The init code runs at Permit2's own address, which it remembers.
    function deployPermit2() internal {
        vm.etch(PERMIT2, vm.parseBytes(vm.readFile("test/contracts/utils/permit2.txt")));
        (bool success, bytes memory code) = PERMIT2.call("");
        vm.assertTrue(success, "Permit2 deployed");
        vm.etch(PERMIT2, code);
    }

    // -------------------------------------------------------------------------------------------------- what is signed

    /// @dev A payment in the token's own terms (ERC-3009).
    /// @param nonce As {ISignedFunding-authorizationNonce} has it.
    function authorizationDigest(
        ISignedFunding signedFunding,
        address token,
        address client,
        ISignedFunding.Payment memory payment,
        bytes32 nonce
    ) internal view returns (bytes32) {
        return
            TypedData.digest(
                IERC20Permit(token).DOMAIN_SEPARATOR(),
                keccak256(
                    abi.encode(RECEIVE_TYPEHASH, client, signedFunding, payment.amount, 0, payment.deadline, nonce)
                )
            );
    }

    /// @dev A payment in Permit2's terms.
    function permitDigest(
        ISignedFunding signedFunding,
        address token,
        bytes32 id,
        uint256[] memory indices,
        ISignedFunding.Payment memory payment
    ) internal view returns (bytes32) {
        bytes32 permitted = keccak256(
            abi.encode(keccak256("TokenPermissions(address token,uint256 amount)"), token, payment.amount)
        );
        bytes32 witness = keccak256(
            abi.encode(
                keccak256("Funding(bytes32 agreement,uint256[] indices)"),
                id,
                keccak256(abi.encodePacked(indices))
            )
        );
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,uint256 chainId,address verifyingContract)"),
                keccak256("Permit2"),
                block.chainid,
                PERMIT2
            )
        );
        return
            TypedData.digest(
                domain,
                keccak256(
                    abi.encode(PERMIT_TYPEHASH, permitted, signedFunding, payment.nonce, payment.deadline, witness)
                )
            );
    }
}
