// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IFundingGate} from "../interfaces/IFundingGate.sol";
import {IMicroEscrow} from "../interfaces/IMicroEscrow.sol";

/// @notice A funding gate that lets one payer pass.
contract PayerGate is IFundingGate {
    address public immutable PAYER;

    error NotOnTheList(address payer);

    constructor(address payer) {
        PAYER = payer;
    }

    /// @inheritdoc IFundingGate
    function check(bytes32, IMicroEscrow.Agreement calldata, address payer, uint256) external view {
        if (payer != PAYER) revert NotOnTheList(payer);
    }
}
