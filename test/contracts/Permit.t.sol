// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PlainToken} from "../../contracts/mocks/PlainToken.sol";
import {TetherToken} from "../../contracts/mocks/TetherToken.sol";
import {Base} from "./utils/Base.sol";
import {vm} from "./utils/Vm.sol";

contract PermitTest is Base {
    uint256 private constant VALUE = 5_000_000;

    function _permitDigest(uint256 value) private view returns (bytes32) {
        bytes32 typehash = keccak256(
            "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
        );
        bytes32 structHash = keccak256(abi.encode(typehash, client, escrow, value, 0, _deadline()));
        return keccak256(abi.encodePacked(hex"1901", PlainToken(token).DOMAIN_SEPARATOR(), structHash));
    }

    /// @dev The client uses its signature for VALUE, saying that it is for `value`. Whatever the token does, to the escrow
    /// nothing happens.
    function _permit(address target, uint256 value) private {
        bytes memory signature = _signatureOfDigest(client, _permitDigest(VALUE));
        (bytes32 r, bytes32 s) = (_word(signature, 0), _word(signature, 32));
        uint8 v = uint8(signature[64]);
        _recordWorld();
        vm.prank(client);
        escrow.permit(target, value, _deadline(), v, r, s);
        _assertWorld();
        vm.assertEq(escrow.claimable(target, client), 0, "claimable");
    }

    function _word(bytes memory data, uint256 offset) private pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 0x20), offset))
        }
    }

    function _assertAllowance(uint256 expected) private view {
        vm.assertEq(PlainToken(token).allowance(client, address(escrow)), expected, "allowance");
    }

    function test_When_TheSignatureIsTheCallers() public {
        _permit(token, VALUE);
        _assertAllowance(VALUE);
    }

    function test_When_TheSignatureIsForAnotherValue() public {
        _permit(token, VALUE + 1);
        _assertAllowance(0);
    }

    function test_When_ThePermitWasUsedBefore() public {
        _permit(token, VALUE);
        _permit(token, VALUE);
        _assertAllowance(VALUE);
    }

    function test_When_TheTokenHasNoCode() public {
        _permit(stranger, VALUE);
        _assertAllowance(0);
    }

    function test_When_TheTokenKnowsNoPermit() public {
        TetherToken tether = new TetherToken();
        _permit(address(tether), VALUE);
        vm.assertEq(tether.allowance(client, address(escrow)), 0, "allowance");
    }
}
