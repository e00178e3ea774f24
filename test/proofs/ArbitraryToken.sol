// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {svm} from "./Cheats.sol";

/// @notice A token of which only this is known: it moves money when, and only when, its answer says so, which is when it
/// answers 1, or nothing at all. Each transfer is answered anew, whatever happened before.
contract ArbitraryToken {
    /// @dev How it may answer a transfer: with any word; or also with nothing, with more than a word, or by reverting; or
    /// also with a byte too few; or always with 1.
    enum Mood {
        Terse,
        Talkative,
        Careless,
        Willing
    }

    /// @dev What was asked of it and how it answered, unless it reverted; of more than two transfers only their number.
    struct Log {
        uint256 transfers;
        address from;
        uint256[2] paid;
        address[2] to;
        uint256[2] amount;
    }

    /// @dev What it answers to `transferFrom`, and how much the escrow has of it before and after that.
    struct Arrival {
        uint256 answer;
        uint256 balanceBefore;
        uint256 balanceAfter;
    }

    Log private _log;
    Arrival private _arrival;
    Mood private _mood;

    function become(Mood mood) external {
        _mood = mood;
    }

    function log() external view returns (Log memory) {
        return _log;
    }

    function expect(Arrival calldata arrival) external {
        _arrival = arrival;
    }

    /// @dev Of the escrow, which asks for its own.
    function balanceOf(address account) external view returns (uint256) {
        require(account == msg.sender);
        return _log.transfers == 0 ? _arrival.balanceBefore : _arrival.balanceAfter;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (uint256) {
        _log.transfers++;
        (_log.from, _log.to[0], _log.amount[0]) = (from, to, amount);
        return _arrival.answer;
    }

    function transfer(address to, uint256 amount) external {
        uint256 answer = _mood == Mood.Willing ? 1 : svm.createUint256("answer");
        uint256 size = _mood == Mood.Terse || _mood == Mood.Willing ? 32 : _sizeOfAnswer(answer);
        uint256 paid = 0;
        if (size == 0) {
            paid = 1;
        } else if (size >= 32) {
            if (answer == 1) (paid, answer) = (1, 1); // a branch: from here on it is known
        }
        uint256 i = _log.transfers++;
        if (i < 2) (_log.paid[i], _log.to[i], _log.amount[i]) = (paid, to, amount);
        assembly ("memory-safe") {
            mstore(0x00, answer)
            return(0x00, size)
        }
    }

    function _sizeOfAnswer(uint256 answer) private returns (uint256) {
        uint256 choice = svm.createUint256("choice");
        if (choice == 0) return 0;
        if (choice == 1) return 64;
        if (choice == 2) {
            assembly ("memory-safe") {
                mstore(0x00, answer)
                revert(0x00, 0x20)
            }
        }
        if (choice == 3) {
            if (_mood == Mood.Careless) return 31;
        }
        return 32;
    }
}
