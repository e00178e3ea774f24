// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

import {ContractAccount} from "./ContractAccount.sol";

/// @notice What a {MoodyWallet} says to a signature. Honest: what its owner signed, unless a fault comes between.
/// DrawsLots: yes to every other digest, whatever the signature.
enum Mood {
    Honest,
    SaysYes,
    SaysNo,
    DrawsLots
}

/// @notice A wallet that nobody can rely on: what it says to a signature (ERC-1271) depends on its mood. Also code for an
/// account to delegate to (EIP-7702); it then has an owner and a mood of its own.
contract MoodyWallet is ContractAccount {
    Mood public mood;

    constructor(address owner) ContractAccount(owner) {}

    function setMood(Mood mood_) external {
        mood = mood_;
    }

    /// @inheritdoc IERC1271
    function isValidSignature(bytes32 hash, bytes calldata signature) public view override returns (bytes4) {
        if (mood == Mood.Honest) return super.isValidSignature(hash, signature);
        bool yes = mood == Mood.SaysYes || (mood == Mood.DrawsLots && uint256(hash) % 2 == 0);
        return yes ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}
