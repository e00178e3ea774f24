// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SignedFundingBase} from "./utils/SignedFundingBase.sol";
import {vm} from "./utils/Vm.sol";

contract AuthorizationNonceTest is SignedFundingBase {
    function test_When_AnythingOfTheFundingIsAnother() public view {
        bytes32[6] memory nonces = [
            signedFunding.authorizationNonce(id, _pair(0, 1), NONCE),
            signedFunding.authorizationNonce(bytes32(uint256(id) + 1), _pair(0, 1), NONCE),
            signedFunding.authorizationNonce(id, _pair(1, 0), NONCE),
            signedFunding.authorizationNonce(id, _pair(0, 2), NONCE),
            signedFunding.authorizationNonce(id, _only(0), NONCE),
            signedFunding.authorizationNonce(id, _pair(0, 1), NONCE + 1)
        ];
        for (uint256 i = 0; i < nonces.length; ++i) {
            for (uint256 k = 0; k < i; ++k) vm.assertNotEq(nonces[i], nonces[k], "nonces");
        }
    }

    function test_When_ItIsAnotherChain() public {
        bytes32 here = signedFunding.authorizationNonce(id, _only(0), NONCE);
        vm.chainId(block.chainid + 1);
        vm.assertNotEq(signedFunding.authorizationNonce(id, _only(0), NONCE), here, "nonce");
    }

    function test_When_ItIsTheSame() public view {
        bytes32 indices = keccak256(abi.encode(0, 1)); // as EIP-712 hashes an array: its elements, each a word
        bytes32 typehash = keccak256("Funding(bytes32 agreement,uint256[] indices)");
        bytes32 hash = keccak256(abi.encode(block.chainid, keccak256(abi.encode(typehash, id, indices)), NONCE));
        bytes32 expected = (hash >> 64) << 64;
        vm.assertEq(signedFunding.authorizationNonce(id, _pair(0, 1), NONCE), expected, "nonce");
    }
}
