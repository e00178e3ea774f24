// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {console} from "hardhat/console.sol";

import {Base} from "../utils/Base.sol";
import {vm} from "../utils/Vm.sol";

/// @notice What the matrices share: who acts, how, and what becomes of a cell.
abstract contract Matrix is Base {
    enum Role {
        Client,
        Freelancer,
        Arbiter,
        Verifier,
        Platform,
        Payer,
        Stranger
    }

    /// @dev How a role acts: it calls, it calls in a multicall, or it signs and a stranger calls.
    enum Way {
        Calls,
        Multicalls,
        Signs
    }

    uint256 internal constant ROLES = 7;
    uint256 internal constant STATUSES = MILESTONES;
    uint256 internal constant WAYS = 3;
    /// @dev Of what needs no signature.
    uint256 internal constant UNSIGNED_WAYS = 2;
    /// @dev A second before the clock, at it, a second after it.
    uint256 internal constant TIMES = 3;
    uint40 internal constant LATER = uint40(START + 365 days);

    struct Count {
        uint256 allowed;
        uint256 refused;
    }

    /// @dev Where free memory begins.
    function _free() internal pure returns (uint256 pointer) {
        assembly ("memory-safe") {
            pointer := mload(0x40)
        }
    }

    /// @dev What was taken of memory since is free again: all cells together would take more than a test has.
    function _freeFrom(uint256 pointer) internal pure {
        assembly ("memory-safe") {
            mstore(0x40, pointer)
        }
    }

    function _account(Role role) internal view returns (address) {
        return [client, freelancer, arbiter, verifier, platform, payer, stranger][uint256(role)];
    }

    function _sender(Role role, Way way) internal view returns (address) {
        return way == Way.Signs ? stranger : _account(role);
    }

    function _in(Way way, bytes memory data) internal view returns (bytes memory) {
        if (way != Way.Multicalls) return data;
        bytes[] memory calls = new bytes[](1);
        calls[0] = data;
        return abi.encodeCall(escrow.multicall, (calls));
    }

    function _assertRefused(address sender, bytes memory data, bytes memory refusal) internal {
        vm.prank(sender);
        (bool success, bytes memory reason) = address(escrow).call(data);
        vm.assertFalse(success, "the call is not refused");
        vm.assertEq(reason, refusal, "the call is refused for another reason");
        _forgetEvents();
    }

    /// @dev To be called after everything that is expected was said, and nothing else called since.
    function _assertDone(address sender, bytes memory data) internal {
        vm.prank(sender);
        (bool success, ) = address(escrow).call(data);
        vm.assertTrue(success, "the call is refused");
        _assertWorld();
    }

    function _assertCount(string memory name, Count memory count, uint256 allowed, uint256 cells) internal pure {
        string memory refused = Strings.toString(count.refused);
        console.log(string.concat(name, ": allowed ", Strings.toString(count.allowed), ", refused ", refused));
        vm.assertEq(count.allowed, allowed, "cells that are allowed");
        vm.assertEq(count.allowed + count.refused, cells, "cells");
    }
}
