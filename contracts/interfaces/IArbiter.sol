// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IFundingGate} from "./IFundingGate.sol";
import {IMicroEscrow} from "./IMicroEscrow.sol";

/// @title Arbiter contract
/// @notice What the arbiters of this folder have in common: whose disputes they hear, what they ask of an agreement, and how
/// they pay those who decided. An arbiter awards a share, in basis points, of what a ruling can divide: what is held, less
/// the arbiter's fee.
///
/// As the gate of an agreement, it refuses money for an agreement that it could not arbitrate: one in another escrow, or one that
/// names another arbiter, leaves it less time than it needs, or pays it less than it asks. Parties that name it as the arbiter should name it as
/// the gate too.
interface IArbiter is IFundingGate {
    /// @notice `account` was credited with its part of a fee, `amount` in base units of `token`.
    event FeeCredited(address indexed token, address indexed account, uint256 amount);
    /// @notice `account` was paid all that it could claim, `amount` in base units of `token`.
    event Withdrawn(address indexed token, address indexed account, uint256 amount);

    /// @notice Asked by another escrow than the one whose disputes it hears.
    error AnotherEscrow(address actual, address expected);
    /// @notice The agreement names another arbiter.
    error AnotherArbiter(address actual, address expected);
    /// @notice The agreement leaves its arbiter less time than this one needs; both in seconds.
    error ArbitrationPeriodTooShort(uint256 actual, uint256 minimum);
    /// @notice The agreement pays its arbiter less than this one asks; both in basis points.
    error ArbiterFeeTooLow(uint256 actual, uint256 minimum);
    /// @notice A milestone that is not disputed, or not before this arbiter.
    error NotHeard(bytes32 id, uint256 index);
    /// @notice The time to decide ended at `end`; both in Unix seconds.
    error HearingOver(uint256 end, uint256 timestamp);
    /// @notice A share above 10,000 basis points.
    error ShareTooHigh(uint256 actual, uint256 maximum);

    /// @notice Pays `account` everything that it can claim, to itself and nowhere else. Anybody may call it.
    /// @return amount Base units; 0 when there was nothing, which is no error.
    function withdraw(address token, address account) external returns (uint256 amount);

    /// @notice What `account` can claim, in base units of `token`.
    function claimable(address token, address account) external view returns (uint256);

    /// @notice The escrow whose disputes it hears.
    function ESCROW() external view returns (IMicroEscrow);

    /// @notice The least arbitration period that it takes as a gate, in seconds.
    function MIN_ARBITRATION_PERIOD() external view returns (uint32);

    /// @notice The least arbiter's fee that it takes as a gate, in basis points.
    function MIN_ARBITER_FEE_BPS() external view returns (uint16);
}
