// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice The ways in which a contract that is called can disappoint its caller.
enum Fault {
    None,
    ReturnsNothing,
    ReturnsFalse,
    ReturnsGarbage,
    ReturnsShort,
    ReturnsHuge,
    Reverts,
    RevertsHuge,
    BurnsGas
}

/// @notice The reason given by a mock that reverts.
error Disappointed();

/// @dev How much a mock with too much to say returns, in bytes. Expanding memory so far costs about 60,000 gas, so
/// that it fits into the gas that the escrow gives a payment, but hurts a caller that copies it.
uint256 constant HUGE = 150_000;

/// @notice Ends the running external call with `fault`; returns if there is none.
/// @param good What a caller would take for success; ReturnsHuge and ReturnsShort begin with it.
function commit(Fault fault, bytes32 good) pure {
    if (fault == Fault.None) return;
    if (fault == Fault.Reverts) revert Disappointed();
    assembly ("memory-safe") {
        switch fault
        case 1 {
            return(0x00, 0x00)
        }
        case 2 {
            mstore(0x00, 0)
            return(0x00, 0x20)
        }
        case 3 {
            mstore(0x00, not(0))
            return(0x00, 0x20)
        }
        case 4 {
            mstore(0x00, good)
            return(0x00, 0x1f)
        }
        case 5 {
            let data := mload(0x40)
            mstore(data, good)
            return(data, HUGE)
        }
        case 7 {
            revert(mload(0x40), HUGE)
        }
        default {
            invalid()
        }
    }
}
