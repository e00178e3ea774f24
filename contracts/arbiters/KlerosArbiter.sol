// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbitrator} from "@kleros/erc-792/contracts/IArbitrator.sol";

import {ICourtArbiter} from "../interfaces/ICourtArbiter.sol";
import {IKlerosArbiter} from "../interfaces/IKlerosArbiter.sol";
import {IMicroEscrow} from "../interfaces/IMicroEscrow.sol";
import {Arbiter} from "./Arbiter.sol";
import {CourtArbiter} from "./CourtArbiter.sol";

/// @title Kleros arbiter
/// @notice See {IKlerosArbiter}.
contract KlerosArbiter is IKlerosArbiter, CourtArbiter {
    /// @dev The one that all cases have.
    uint256 private constant META_EVIDENCE = 0;

    /// @inheritdoc IKlerosArbiter
    IArbitrator public immutable ARBITRATOR;
    /// @inheritdoc IKlerosArbiter
    bytes public extraData;
    /// @inheritdoc IKlerosArbiter
    string public metaEvidence;

    constructor(
        IMicroEscrow escrow,
        uint32 minArbitrationPeriod,
        uint16 minArbiterFeeBps,
        IArbitrator arbitrator,
        bytes memory extraData_,
        string memory metaEvidence_,
        uint16[] memory options
    ) Arbiter(escrow, minArbitrationPeriod, minArbiterFeeBps) CourtArbiter(options) {
        (ARBITRATOR, extraData, metaEvidence) = (arbitrator, extraData_, metaEvidence_);
        emit MetaEvidence(META_EVIDENCE, metaEvidence_);
    }

    /// @inheritdoc IKlerosArbiter
    function appeal(IMicroEscrow.Agreement calldata agreement, uint256 index) external payable nonReentrant {
        uint256 disputeId = disputeOf(_checkPartyIsHeard(agreement, index), index);
        _checkStage(disputeId, Stage.Open);

        ARBITRATOR.appeal{value: msg.value}(disputeId, extraData);
    }

    /// @inheritdoc IKlerosArbiter
    function submitEvidence(
        IMicroEscrow.Agreement calldata agreement,
        uint256 index,
        string calldata uri
    ) external nonReentrant {
        bytes32 id = _checkPartyIsHeard(agreement, index);

        emit Evidence(ARBITRATOR, evidenceGroup(id, index), msg.sender, uri);
    }

    /// @inheritdoc IKlerosArbiter
    function rule(uint256 disputeId, uint256 ruling) external {
        if (msg.sender != address(ARBITRATOR)) revert NotTheCourt(msg.sender, address(ARBITRATOR));

        _record(disputeId, ruling);
        emit Ruling(ARBITRATOR, disputeId, ruling);
    }

    /// @inheritdoc IKlerosArbiter
    function appealCost(bytes32 id, uint256 index) external view returns (uint256) {
        return ARBITRATOR.appealCost(disputeOf(id, index), extraData);
    }

    /// @inheritdoc ICourtArbiter
    function openingCost() public view override(CourtArbiter, ICourtArbiter) returns (uint256) {
        return ARBITRATOR.arbitrationCost(extraData);
    }

    /// @inheritdoc IKlerosArbiter
    function evidenceGroup(bytes32 id, uint256 index) public pure returns (uint256) {
        return uint256(keccak256(abi.encode(id, index)));
    }

    function _createDispute(uint256 options, uint256 cost) internal override returns (uint256 disputeId) {
        return ARBITRATOR.createDispute{value: cost}(options, extraData);
    }

    function _announce(bytes32 id, uint256 index, uint256 disputeId) internal override {
        emit Dispute(ARBITRATOR, disputeId, META_EVIDENCE, evidenceGroup(id, index));
    }
}
