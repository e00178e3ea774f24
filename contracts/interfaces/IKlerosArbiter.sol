// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IArbitrable} from "@kleros/erc-792/contracts/IArbitrable.sol";
import {IArbitrator} from "@kleros/erc-792/contracts/IArbitrator.sol";
import {IEvidence} from "@kleros/erc-792/contracts/erc-1497/IEvidence.sol";

import {ICourtArbiter} from "./ICourtArbiter.sol";
import {IMicroEscrow} from "./IMicroEscrow.sol";

/// @title Kleros arbiter
/// @notice A court arbiter whose court is an arbitrator by ERC-792, such as Kleros, with meta-evidence and evidence by ERC-1497.
/// All cases have the meta-evidence 0, which is announced at deployment.
interface IKlerosArbiter is ICourtArbiter, IArbitrable, IEvidence {
    /// @notice The caller is not the court.
    error NotTheCourt(address caller, address court);

    /// @notice A party appeals the court's ruling at the court, and pays for it in ether.
    /// @dev Warning: everything that is sent goes to the court; whether it gives back what is too much is the court's affair. Send
    /// {appealCost}. (The court decides what is enough: arbitrators do not agree with their own `appealCost` to the wei.)
    ///
    /// Requirements:
    /// - the milestone is before this arbiter, and its hearing is not over;
    /// - the caller is the client or the freelancer;
    /// - its case is open, and the court takes the appeal.
    function appeal(IMicroEscrow.Agreement calldata agreement, uint256 index) external payable;

    /// @notice A party shows the court evidence, before the case is opened or later: an event, and nothing else.
    ///
    /// Requirements:
    /// - the milestone is before this arbiter, and its hearing is not over;
    /// - the caller is the client or the freelancer.
    /// @param uri Where ERC-1497's evidence document stands.
    function submitEvidence(IMicroEscrow.Agreement calldata agreement, uint256 index, string calldata uri) external;

    /// @notice The court tells its ruling, which is recorded and nothing else.
    /// @dev Requirements:
    /// - the caller is the court;
    /// - the dispute is a case that is open.
    function rule(uint256 disputeId, uint256 ruling) external;

    /// @notice What an appeal of a milestone's case costs now, in wei, as the court tells it.
    function appealCost(bytes32 id, uint256 index) external view returns (uint256);

    /// @notice ERC-1497's number for the evidence on a milestone.
    function evidenceGroup(bytes32 id, uint256 index) external pure returns (uint256);

    /// @notice The court.
    function ARBITRATOR() external view returns (IArbitrator);

    /// @notice What the court is told with every case: at Kleros, the subcourt and the number of jurors.
    function extraData() external view returns (bytes memory);

    /// @notice Where ERC-1497's meta-evidence document of all cases stands: what the court's jurors read first.
    function metaEvidence() external view returns (string memory);
}
