// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IArbiter} from "./IArbiter.sol";
import {IMicroEscrow} from "./IMicroEscrow.sol";

/// @title Court arbiter
/// @notice Takes disputes to a court on this chain: a contract that is paid in ether when a case is opened, and later tells
/// its ruling as one of a few options. Each option is a share, which was fixed when this arbiter was deployed.
///
/// A party opens the case and pays the court; who opened it gets the arbiter's fee of the agreement once the ruling is carried
/// out. The court's ruling is recorded, and carried out by anybody in a call of its own, so that nothing of the escrow or its tokens
/// can make the court's call fail. A ruling that comes too late, or never, leaves the agreement's default.
///
/// It takes ether with its calls alone, and keeps none.
/// @dev Warning: a court takes its time, and where it has appeals, each of them takes more. Give it an arbitration period (or, as
/// a second instance, a decision period) that is long enough for some: the party that the default favours gains from appealing until
/// time has run out.
interface ICourtArbiter is IArbiter {
    enum Stage {
        None,
        Open,
        Ruled,
        Executed
    }

    /// @notice A case before the court.
    struct Case {
        address opener;
        Stage stage;
        /// @dev What the court ruled: 0, it refused to; n, the n-th of {shares}. Any other number counts as 0.
        uint256 ruling;
    }

    /// @notice `opener` opened a case, which is the court's dispute `disputeId`.
    event CaseOpened(bytes32 indexed id, uint256 indexed index, address indexed opener, uint256 disputeId);
    /// @notice The court's ruling was carried out: the freelancer's share, in basis points.
    event CaseExecuted(bytes32 indexed id, uint256 indexed index, uint256 indexed disputeId, uint16 shareBps);

    /// @notice A court needs something to choose from.
    error NoOptions();
    /// @notice The milestone's case was opened before.
    error AlreadyOpen(uint256 disputeId);
    /// @notice The milestone has no case before the court.
    error NotOpen(bytes32 id, uint256 index);
    /// @notice The court gave a number to a case that another has already.
    error DisputeNotNew(uint256 disputeId);
    /// @notice The court's dispute is at another stage than this needs.
    error WrongStage(uint256 disputeId, Stage actual, Stage expected);
    /// @notice Less ether than the court asks; both in wei.
    error PaymentTooLow(uint256 actual, uint256 expected);
    /// @notice The caller did not take back the ether that was too much, in wei.
    error ChangeRefused(address caller, uint256 amount);

    /// @notice A party opens the case, and pays {openingCost} in ether. What is sent beyond goes back.
    ///
    /// Requirements:
    /// - the milestone is before this arbiter, and its hearing is not over;
    /// - the caller is the client or the freelancer;
    /// - no case of it was opened before;
    /// - the ether covers the cost, and the court takes the case.
    /// @return disputeId The court's number for it.
    function open(
        IMicroEscrow.Agreement calldata agreement,
        uint256 index
    ) external payable returns (uint256 disputeId);

    /// @notice Carries out what the court ruled. Anybody may call it.
    ///
    /// Requirements:
    /// - the milestone is before this arbiter, and its hearing is not over;
    /// - the court ruled on its case.
    function execute(IMicroEscrow.Agreement calldata agreement, uint256 index) external;

    /// @notice The court's number of a milestone's case. Reverts with NotOpen where there is none.
    function disputeOf(bytes32 id, uint256 index) external view returns (uint256 disputeId);

    /// @notice A case by the court's number.
    function caseOf(uint256 disputeId) external view returns (Case memory);

    /// @notice What opening a case costs now, in wei.
    function openingCost() external view returns (uint256);

    /// @notice What the options from 1 on award the freelancer, in basis points. Option 0 awards the agreement's default.
    function shares() external view returns (uint16[] memory);
}
