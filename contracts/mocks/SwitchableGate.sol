// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IFundingGate} from "../interfaces/IFundingGate.sol";
import {IMicroEscrow} from "../interfaces/IMicroEscrow.sol";
import {Fault, commit} from "./Fault.sol";

/// @notice A funding gate that lets everything pass until it is made to fail.
contract SwitchableGate is IFundingGate {
    Fault public fault;

    function setFault(Fault fault_) external {
        fault = fault_;
    }

    /// @inheritdoc IFundingGate
    function check(bytes32, IMicroEscrow.Agreement calldata, address, uint256) external view {
        commit(fault, 0);
    }
}
