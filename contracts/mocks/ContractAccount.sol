// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import {Fault, commit} from "./Fault.sol";
import {ITokenHooks} from "./HookToken.sol";

/// @notice An account with code: makes any call, accepts its owner's signatures (ERC-1271), and, where a HookToken or an
/// incoming call wakes it, makes one call that was prepared.
contract ContractAccount is IERC1271, ITokenHooks {
    struct Call {
        address target;
        bytes data;
    }

    address public owner;
    /// @notice How `isValidSignature` fails; None: it does not.
    Fault public fault;

    Call private _onSending;
    Call private _onReceiving;

    /// @notice How the last call from a hook ended.
    bool public hookSucceeded;
    bytes public hookResult;
    uint256 public hookCalls;
    /// @notice How many calls from hooks failed with each error.
    mapping(bytes4 selector => uint256) public hookFailures;

    constructor(address owner_) {
        owner = owner_;
    }

    function setOwner(address owner_) external {
        owner = owner_;
    }

    function setFault(Fault fault_) external {
        fault = fault_;
    }

    /// @notice Prepares the call that a hook makes, before sending or after receiving.
    function setHook(bool sending, address target, bytes calldata data) external {
        if (sending) _onSending = Call(target, data);
        else _onReceiving = Call(target, data);
    }

    /// @notice Makes a call; reverts as it does.
    function execute(address target, bytes calldata data) external payable returns (bytes memory) {
        (bool success, bytes memory result) = target.call{value: msg.value}(data);
        if (!success) {
            assembly ("memory-safe") {
                revert(add(result, 0x20), mload(result))
            }
        }
        return result;
    }

    /// @inheritdoc ITokenHooks
    function onTokens(bool sending) external {
        Call memory prepared = sending ? _onSending : _onReceiving;
        if (prepared.target == address(0)) return;

        ++hookCalls;
        (hookSucceeded, hookResult) = prepared.target.call(prepared.data);
        if (!hookSucceeded) ++hookFailures[bytes4(hookResult)];
    }

    /// @inheritdoc IERC1271
    function isValidSignature(bytes32 hash, bytes calldata signature) public view virtual returns (bytes4) {
        commit(fault, bytes32(IERC1271.isValidSignature.selector));
        (address signer, ECDSA.RecoverError failure, ) = ECDSA.tryRecoverCalldata(hash, signature);
        bool valid = failure == ECDSA.RecoverError.NoError && signer == owner;
        return valid ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}
