// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The symbolic executor's cheatcodes that these proofs use.
interface Vm {
    function assertTrue(bool condition) external pure;
    function assume(bool condition) external pure;
    function envBool(string calldata name) external view returns (bool value);
    function getCode(string calldata artifact) external view returns (bytes memory initCode);
    function load(address account, bytes32 slot) external view returns (bytes32 word);
    function prank(address caller) external;
    function store(address account, bytes32 slot, bytes32 word) external;
    function warp(uint256 timestamp) external;
}

/// @notice Its symbols: values of which nothing is known, so that what is proved holds for every one.
interface Svm {
    function createUint256(string calldata name) external returns (uint256 value);
    function enableSymbolicStorage(address account) external;
}

Vm constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
Svm constant svm = Svm(address(uint160(uint256(keccak256("svm cheat code")))));
