// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {vm} from "../utils/Vm.sol";
import {Fuzz} from "./Fuzz.sol";

/// @notice A signed call is good for exactly what was signed. Milestone `n` begins in status `n`.
contract SignedCallsTest is Fuzz {
    /// @dev Bytes behind a signature's 65, up to the next word.
    uint256 private constant PADDING = 31;

    function setUp() public override {
        super.setUp();
        _bringAll();
    }

    /// @dev Whether `position` is in the padding of the `n`th last signature. Each takes four words at the end of the call:
    /// its length and three of its own; before it stand its deadline and offset.
    function _inPadding(Action action, bytes memory data, uint256 position) private pure returns (bool) {
        uint256 end = data.length;
        if (position >= end - PADDING) return true;
        uint256 authorization = 32 * (2 + 4); // deadline, offset, length, 65 bytes in three words
        if (action != Action.Settle) return false;
        return position >= end - authorization - PADDING && position < end - authorization;
    }

    function _assertFlipRefused(Action action, uint256 bit) private {
        uint256 index = uint256(_statusFor(action));
        bytes memory data = _callFor(action, index, _signedFor(action, index, LATER));
        bit = 32 + (bit % ((data.length - 4) * 8)); // not in the selector
        _flip(data, bit);
        bool harmless = _inPadding(action, data, bit / 8);
        (bool success, ) = _call(stranger, data);
        vm.assertEq(success, harmless, "a changed bit");
    }

    function testFuzz_Close_AnyChangedBit_IsRefused(uint256 bit) public {
        _assertFlipRefused(Action.Close, bit);
    }

    function testFuzz_Submit_AnyChangedBit_IsRefused(uint256 bit) public {
        _assertFlipRefused(Action.Submit, bit);
    }

    function testFuzz_Approve_AnyChangedBit_IsRefused(uint256 bit) public {
        _assertFlipRefused(Action.Approve, bit);
    }

    function testFuzz_Advance_AnyChangedBit_IsRefused(uint256 bit) public {
        _assertFlipRefused(Action.Advance, bit);
    }

    function testFuzz_RequestChanges_AnyChangedBit_IsRefused(uint256 bit) public {
        _assertFlipRefused(Action.RequestChanges, bit);
    }

    function testFuzz_Attest_AnyChangedBit_IsRefused(uint256 bit) public {
        _assertFlipRefused(Action.Attest, bit);
    }

    function testFuzz_Extend_AnyChangedBit_IsRefused(uint256 bit) public {
        _assertFlipRefused(Action.Extend, bit);
    }

    function testFuzz_Dispute_AnyChangedBit_IsRefused(uint256 bit) public {
        _assertFlipRefused(Action.Dispute, bit);
    }

    function testFuzz_Rule_AnyChangedBit_IsRefused(uint256 bit) public {
        _assertFlipRefused(Action.Rule, bit);
    }

    function testFuzz_Settle_AnyChangedBit_IsRefused(uint256 bit) public {
        _assertFlipRefused(Action.Settle, bit);
    }

    function testFuzz_Refund_AnyChangedBit_IsRefused(uint256 bit) public {
        _assertFlipRefused(Action.Refund, bit);
    }

    /// @dev The consent to the agreement itself: any change to what is agreed.
    function testFuzz_Accept_AnyChangedBit_IsRefused(uint256 bit) public {
        agreement.details = keccak256("not accepted yet");
        _sealAgreement();
        bytes memory signature = _signature(freelancer, id);
        bytes memory data = abi.encodeCall(escrow.accept, (agreement, schedule, freelancer, signature));
        bit = 32 + (bit % ((data.length - 4) * 8));
        _flip(data, bit);
        bool harmless = bit / 8 >= data.length - PADDING;
        (bool success, ) = _call(stranger, data);
        vm.assertEq(success, harmless, "a changed bit");
    }
}
