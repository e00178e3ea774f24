// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The cheatcodes that only these tests use.
interface Recorder {
    /// @notice From now on, which storage slots are read and written; forgets what was recorded before.
    function record() external;
    function accesses(address target) external returns (bytes32[] memory reads, bytes32[] memory writes);

    function envOr(string calldata name, uint256 otherwise) external view returns (uint256 value);
}

Recorder constant recorder = Recorder(address(uint160(uint256(keccak256("hevm cheat code")))));
