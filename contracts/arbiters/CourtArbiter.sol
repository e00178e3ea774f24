// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICourtArbiter} from "../interfaces/ICourtArbiter.sol";
import {IMicroEscrow} from "../interfaces/IMicroEscrow.sol";
import {Arbiter} from "./Arbiter.sol";

/// @title Court arbiter
/// @notice See {ICourtArbiter}. What every court has; how one is asked, and how it answers, is its adapter's.
abstract contract CourtArbiter is ICourtArbiter, Arbiter {
    /// @dev The court's number of each case, plus 1.
    mapping(bytes32 id => mapping(uint256 index => uint256)) private _disputeIds;
    mapping(uint256 disputeId => Case) private _cases;
    uint16[] private _shares;

    constructor(uint16[] memory options) {
        if (options.length == 0) revert NoOptions();
        for (uint256 i = 0; i < options.length; ++i) _checkShare(options[i]);
        _shares = options;
    }

    /// @inheritdoc ICourtArbiter
    function open(
        IMicroEscrow.Agreement calldata agreement,
        uint256 index
    ) external payable nonReentrant returns (uint256 disputeId) {
        bytes32 id = _checkPartyIsHeard(agreement, index);
        uint256 opened = _disputeIds[id][index];
        if (opened != 0) revert AlreadyOpen(opened - 1);
        uint256 cost = openingCost();
        if (msg.value < cost) revert PaymentTooLow(msg.value, cost);

        // Only the court can tell its number. Until it has, a ruling finds no case, and everything else is locked.
        disputeId = _createDispute(_shares.length, cost);
        if (_cases[disputeId].stage != Stage.None) revert DisputeNotNew(disputeId);
        _disputeIds[id][index] = disputeId + 1;
        (_cases[disputeId].opener, _cases[disputeId].stage) = (msg.sender, Stage.Open);
        emit CaseOpened(id, index, msg.sender, disputeId);
        _announce(id, index, disputeId);
        if (msg.value != cost) _giveChange(msg.value - cost);
    }

    /// @inheritdoc ICourtArbiter
    function execute(IMicroEscrow.Agreement calldata agreement, uint256 index) external nonReentrant {
        bytes32 id = ESCROW.agreementId(agreement);
        _hearing(agreement, id, index);
        uint256 disputeId = disputeOf(id, index);
        _checkStage(disputeId, Stage.Ruled);

        Case storage ruled = _cases[disputeId];
        ruled.stage = Stage.Executed;
        uint256 option = ruled.ruling;
        bool refused = option == 0 || option > _shares.length;
        uint16 shareBps = refused ? agreement.defaultShareBps : _shares[option - 1];
        address[] memory paid = new address[](1);
        paid[0] = ruled.opener;
        emit CaseExecuted(id, index, disputeId, shareBps);
        _award(agreement, id, index, shareBps, 0, paid);
    }

    /// @inheritdoc ICourtArbiter
    function caseOf(uint256 disputeId) external view returns (Case memory) {
        return _cases[disputeId];
    }

    /// @inheritdoc ICourtArbiter
    function shares() external view returns (uint16[] memory) {
        return _shares;
    }

    /// @inheritdoc ICourtArbiter
    function disputeOf(bytes32 id, uint256 index) public view returns (uint256 disputeId) {
        disputeId = _disputeIds[id][index];
        if (disputeId == 0) revert NotOpen(id, index);
        return disputeId - 1;
    }

    /// @inheritdoc ICourtArbiter
    function openingCost() public view virtual returns (uint256);

    // ------------------------------------------------------------------------------------------------- for adapters

    /// @dev Asks the court, and pays it.
    function _createDispute(uint256 options, uint256 cost) internal virtual returns (uint256 disputeId);

    /// @dev Tells of a new case what the court's standard wants told.
    function _announce(bytes32 id, uint256 index, uint256 disputeId) internal virtual;

    /// @dev Not locked: a court may rule within any call of this contract, and what it says is recorded whatever goes on.
    function _record(uint256 disputeId, uint256 ruling) internal {
        _checkStage(disputeId, Stage.Open);
        (_cases[disputeId].stage, _cases[disputeId].ruling) = (Stage.Ruled, ruling);
    }

    /// @dev The caller is a party of the agreement, and the milestone before this arbiter.
    function _checkPartyIsHeard(
        IMicroEscrow.Agreement calldata agreement,
        uint256 index
    ) internal view returns (bytes32 id) {
        if (msg.sender != agreement.client && msg.sender != agreement.freelancer) {
            revert IMicroEscrow.NotAParty(msg.sender);
        }
        id = ESCROW.agreementId(agreement);
        _hearing(agreement, id, index);
    }

    function _checkStage(uint256 disputeId, Stage expected) internal view {
        Stage actual = _cases[disputeId].stage;
        if (actual != expected) revert WrongStage(disputeId, actual, expected);
    }

    function _giveChange(uint256 amount) private {
        (bool success, ) = msg.sender.call{value: amount}("");
        if (!success) revert ChangeRefused(msg.sender, amount);
    }
}
