// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbitrable} from "@kleros/erc-792/contracts/IArbitrable.sol";
import {IArbitrator} from "@kleros/erc-792/contracts/IArbitrator.sol";

/// @notice A court that rules when it is told to: late, twice, or never; it asks what it likes, and takes appeals when it likes.
contract Court is IArbitrator {
    uint256 public price;
    bool public hearsAppeals;
    /// @notice The number of the case that comes next.
    uint256 public number = 42;

    function setMood(uint256 price_, bool hearsAppeals_) external {
        (price, hearsAppeals) = (price_, hearsAppeals_);
    }

    function rule(IArbitrable arbitrable, uint256 disputeId, uint256 ruling) external {
        arbitrable.rule(disputeId, ruling);
    }

    function createDispute(uint256, bytes calldata) external payable returns (uint256) {
        require(msg.value == price, "another price");
        return number++;
    }

    function appeal(uint256, bytes calldata) external payable {
        require(hearsAppeals && msg.value >= price, "no appeal");
    }

    function arbitrationCost(bytes calldata) external view returns (uint256) {
        return price;
    }

    function appealCost(uint256, bytes calldata) external view returns (uint256) {
        return price;
    }

    function appealPeriod(uint256) external pure returns (uint256, uint256) {
        return (0, 0);
    }

    function disputeStatus(uint256) external pure returns (DisputeStatus) {
        return DisputeStatus.Waiting;
    }

    function currentRuling(uint256) external pure returns (uint256) {
        return 0;
    }
}
