// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Fault, commit} from "./Fault.sol";
import {PlainToken} from "./PlainToken.sol";

/// @notice A token whose `transfer`, or `transferFrom`, can be made to fail in every way there is. (ReturnsNothing
/// and ReturnsHuge move the money first: there it is only the answer that is odd.)
contract FaultyToken is PlainToken {
    Fault public onTransfer;
    Fault public onTransferFrom;

    constructor() PlainToken(6) {}

    function setFaults(Fault onTransfer_, Fault onTransferFrom_) external {
        (onTransfer, onTransferFrom) = (onTransfer_, onTransferFrom_);
    }

    function transfer(address to, uint256 amount) public virtual override returns (bool) {
        if (_movesMoney(onTransfer)) super.transfer(to, amount);
        commit(onTransfer, bytes32(uint256(1)));
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) public virtual override returns (bool) {
        if (_movesMoney(onTransferFrom)) super.transferFrom(from, to, amount);
        commit(onTransferFrom, bytes32(uint256(1)));
        return true;
    }

    function _movesMoney(Fault fault) private pure returns (bool) {
        return fault == Fault.None || fault == Fault.ReturnsNothing || fault == Fault.ReturnsHuge;
    }
}
