// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IMicroEscrow} from "./IMicroEscrow.sol";

/// @title Funding gate
/// @notice A contract that an agreement may name to be asked before money comes in: an allow-list, a sanctions screen,
/// a platform's own rules. It is never asked when money goes out.
interface IFundingGate {
    /// @notice Returns to let a funding happen, reverts to refuse it. Called statically, once per `fund`, after the
    /// milestones were recorded as funded and before the money is pulled.
    /// @param id Identifier of the agreement.
    /// @param agreement The whole agreement.
    /// @param payer The account that calls `fund`, and whose money would come in. Of SignedFunding it is the client's.
    /// @param amount The sum of all milestones of this funding, in token base units.
    function check(bytes32 id, IMicroEscrow.Agreement calldata agreement, address payer, uint256 amount) external view;
}
