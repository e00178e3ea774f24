// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev A truth value whose `&` and `|` evaluate both sides. Solidity's `&&` and `||` branch, and each branch would double
/// the paths to prove.
type Claim is bool;

using {both as &, either as |} for Claim global;

function both(Claim a, Claim b) pure returns (Claim c) {
    assembly ("memory-safe") {
        c := and(a, b)
    }
}

function either(Claim a, Claim b) pure returns (Claim c) {
    assembly ("memory-safe") {
        c := or(a, b)
    }
}

function eq(uint256 a, uint256 b) pure returns (Claim) {
    return Claim.wrap(a == b);
}

function eq(address a, address b) pure returns (Claim) {
    return Claim.wrap(a == b);
}

function eq(bytes32 a, bytes32 b) pure returns (Claim) {
    return Claim.wrap(a == b);
}

function differ(uint256 a, uint256 b) pure returns (Claim) {
    return Claim.wrap(a != b);
}

function differ(bytes32 a, bytes32 b) pure returns (Claim) {
    return Claim.wrap(a != b);
}

/// @dev a < b
function less(uint256 a, uint256 b) pure returns (Claim) {
    return Claim.wrap(a < b);
}

/// @dev a <= b
function atMost(uint256 a, uint256 b) pure returns (Claim) {
    return Claim.wrap(a <= b);
}

/// @dev Whether bit `element` is set in `set`.
function isIn(uint256 element, uint256 set) pure returns (Claim) {
    return Claim.wrap((set >> element) & 1 == 1);
}

/// @dev `amount` if the claim is true, else 0; without a branch.
function amountIf(Claim claim, uint256 amount) pure returns (uint256 result) {
    assembly ("memory-safe") {
        result := and(amount, sar(255, shl(255, claim)))
    }
}

function implies(Claim a, Claim b) pure returns (Claim c) {
    assembly ("memory-safe") {
        c := or(iszero(a), b)
    }
}

function same(Claim a, Claim b) pure returns (Claim) {
    return Claim.wrap(Claim.unwrap(a) == Claim.unwrap(b));
}

/// @dev `a` if the claim is true, else `b`; without a branch.
function ifElse(Claim claim, uint256 a, uint256 b) pure returns (uint256 result) {
    assembly ("memory-safe") {
        let mask := sar(255, shl(255, claim))
        result := or(and(a, mask), and(b, not(mask)))
    }
}

function not(Claim a) pure returns (Claim) {
    return Claim.wrap(!Claim.unwrap(a));
}

/// @dev a / b, rounded down; 0 where b is 0.
function quotient(uint256 a, uint256 b) pure returns (uint256 result) {
    assembly ("memory-safe") {
        result := div(a, b)
    }
}
