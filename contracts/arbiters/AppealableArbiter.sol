// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IAppealableArbiter} from "../interfaces/IAppealableArbiter.sol";
import {IFundingGate} from "../interfaces/IFundingGate.sol";
import {IHearings} from "../interfaces/IHearings.sol";
import {IMicroEscrow} from "../interfaces/IMicroEscrow.sol";
import {Arbiter} from "./Arbiter.sol";

/// @title Appealable arbiter
/// @notice See {IAppealableArbiter}.
contract AppealableArbiter is IAppealableArbiter, Arbiter, EIP712 {
    using SafeERC20 for IERC20;

    bytes32 private constant PROPOSAL_TYPEHASH = keccak256(
        "Proposal(bytes32 agreement,uint256 milestone,uint16 shareBps,bytes32 reasoning,uint256 deadline)"
    );
    bytes32 private constant DECLINE_TYPEHASH = keccak256(
        "Decline(bytes32 agreement,uint256 milestone,bytes32 reasoning,uint256 deadline)"
    );
    bytes32 private constant APPEAL_TYPEHASH = keccak256(
        "Appeal(bytes32 agreement,uint256 milestone,uint16 shareBps,uint256 deadline)"
    );

    /// @dev What is left of the arbitration period, whatever came before, to carry out a proposal.
    uint32 private constant EXECUTION_PERIOD = 1 days;

    /// @inheritdoc IAppealableArbiter
    address public immutable FIRST_INSTANCE;
    /// @inheritdoc IAppealableArbiter
    address public immutable SECOND_INSTANCE;
    /// @inheritdoc IAppealableArbiter
    uint32 public immutable PROPOSAL_PERIOD;
    /// @inheritdoc IAppealableArbiter
    uint32 public immutable APPEAL_PERIOD;
    /// @inheritdoc IAppealableArbiter
    uint32 public immutable DECISION_PERIOD;
    /// @inheritdoc IAppealableArbiter
    uint16 public immutable APPEAL_FEE_BPS;

    mapping(bytes32 id => mapping(uint256 index => Case)) private _cases;

    constructor(
        IMicroEscrow escrow,
        uint16 minArbiterFeeBps,
        address firstInstance,
        address secondInstance,
        uint32 proposalPeriod,
        uint32 appealPeriod,
        uint32 decisionPeriod,
        uint16 appealFeeBps
    )
        Arbiter(escrow, proposalPeriod + appealPeriod + decisionPeriod + EXECUTION_PERIOD, minArbiterFeeBps)
        EIP712("AppealableArbiter", "1")
    {
        if (firstInstance == secondInstance) revert InstancesNotDistinct(firstInstance, secondInstance);
        _checkShare(appealFeeBps);
        (FIRST_INSTANCE, SECOND_INSTANCE) = (firstInstance, secondInstance);
        (PROPOSAL_PERIOD, APPEAL_PERIOD, DECISION_PERIOD) = (proposalPeriod, appealPeriod, decisionPeriod);
        APPEAL_FEE_BPS = appealFeeBps;
    }

    // ----------------------------------------------------------------------------------------------- first instance

    /// @inheritdoc IAppealableArbiter
    function propose(
        IMicroEscrow.Agreement calldata agreement,
        uint256 index,
        uint16 shareBps,
        bytes32 reasoning,
        IMicroEscrow.Authorization calldata auth
    ) external nonReentrant {
        _checkShare(shareBps);
        bytes32 id = ESCROW.agreementId(agreement);
        uint256 clock = _checkFirstTurn(agreement, id, index);
        _authorize(
            FIRST_INSTANCE,
            auth,
            keccak256(abi.encode(PROPOSAL_TYPEHASH, id, index, shareBps, reasoning, auth.deadline))
        );

        Case storage current = _cases[id][index];
        (current.since, current.shareBps, current.stage) = (uint40(block.timestamp), shareBps, Stage.Proposed);
        current.reasoning = reasoning;
        emit RulingProposed({
            id: id,
            index: index,
            shareBps: shareBps,
            reasoning: reasoning,
            end: Math.min(block.timestamp + APPEAL_PERIOD, clock)
        });
    }

    /// @inheritdoc IAppealableArbiter
    function decline(
        IMicroEscrow.Agreement calldata agreement,
        uint256 index,
        bytes32 reasoning,
        IMicroEscrow.Authorization calldata auth
    ) external nonReentrant {
        bytes32 id = ESCROW.agreementId(agreement);
        uint256 clock = _checkFirstTurn(agreement, id, index);
        _authorize(FIRST_INSTANCE, auth, keccak256(abi.encode(DECLINE_TYPEHASH, id, index, reasoning, auth.deadline)));

        Case storage current = _cases[id][index];
        (current.since, current.stage) = (uint40(block.timestamp), Stage.Declined);
        emit ProposalDeclined(id, index, reasoning, Math.min(block.timestamp + DECISION_PERIOD, clock));
    }

    // ------------------------------------------------------------------------------------------------------- appeal

    /// @inheritdoc IAppealableArbiter
    function appeal(
        IMicroEscrow.Agreement calldata agreement,
        uint256 index,
        address party,
        IMicroEscrow.Authorization calldata auth
    ) external nonReentrant {
        if (!_isParty(agreement, party)) revert IMicroEscrow.NotAParty(party);
        bytes32 id = ESCROW.agreementId(agreement);
        (, uint256 clock) = _ownDispute(agreement, id, index);
        Case storage current = _cases[id][index];
        if (current.stage != Stage.Proposed) revert WrongStage(current.stage, Stage.Proposed);
        uint256 end = Math.min(current.since + APPEAL_PERIOD, clock);
        if (block.timestamp >= end) revert AppealOver(end, block.timestamp);
        _authorize(party, auth, keccak256(abi.encode(APPEAL_TYPEHASH, id, index, current.shareBps, auth.deadline)));

        uint256 deposit = depositOf(ESCROW.milestone(id, index).amount);
        (current.deposit, current.since) = (uint128(deposit), uint40(block.timestamp));
        (current.stage, current.byClient) = (Stage.Appealed, party == agreement.client);
        emit ProposalAppealed({
            id: id,
            index: index,
            party: party,
            deposit: deposit,
            end: Math.min(block.timestamp + DECISION_PERIOD, clock)
        });
        if (deposit != 0) _pull(agreement.token, deposit);
    }

    // ---------------------------------------------------------------------------------------------- second instance

    /// @inheritdoc IHearings
    function decide(
        IMicroEscrow.Agreement calldata agreement,
        uint256 index,
        uint16 shareBps,
        bytes32 reasoning,
        address[] calldata paid
    ) external nonReentrant {
        if (msg.sender != SECOND_INSTANCE) revert IMicroEscrow.Unauthorized(msg.sender, SECOND_INSTANCE);
        _checkNotParty(agreement, SECOND_INSTANCE);
        _checkShare(shareBps);
        if (paid.length == 0) revert NobodyToPay();
        bytes32 id = ESCROW.agreementId(agreement);
        (, uint256 end) = _secondHearing(agreement, id, index);
        if (block.timestamp >= end) revert HearingOver(end, block.timestamp);

        Case memory decided = _close(id, index);
        emit HearingDecided(id, index, shareBps, reasoning);
        (uint256 fee, uint256 pot) = _parts(agreement, id, index);
        uint256 freelancerAmount = (pot * shareBps) / BPS;
        if (decided.stage != Stage.Appealed) {
            _creditEach(agreement.token, paid, fee);
        } else {
            _credit(agreement.token, FIRST_INSTANCE, fee);
            _creditEach(agreement.token, paid, decided.deposit);
            if (decided.byClient && shareBps < decided.shareBps) {
                freelancerAmount -= Math.min(decided.deposit, freelancerAmount);
            } else if (!decided.byClient && shareBps > decided.shareBps) {
                freelancerAmount += Math.min(decided.deposit, pot - freelancerAmount);
            }
        }
        _rule(agreement, index, freelancerAmount, reasoning);
    }

    // ---------------------------------------------------------------------------------------------------------- end

    /// @inheritdoc IAppealableArbiter
    function execute(IMicroEscrow.Agreement calldata agreement, uint256 index) external nonReentrant {
        bytes32 id = ESCROW.agreementId(agreement);
        _ownDispute(agreement, id, index);
        Stage stage = _cases[id][index].stage;
        if (stage != Stage.Proposed && stage != Stage.Appealed) revert WrongStage(stage, Stage.Proposed);
        uint256 start = _cases[id][index].since + (stage == Stage.Proposed ? APPEAL_PERIOD : DECISION_PERIOD);
        if (block.timestamp < start) revert NotExecutableYet(start, block.timestamp);

        Case memory proposed = _close(id, index);
        emit ProposalExecuted(id, index, proposed.shareBps, proposed.reasoning);
        (uint256 fee, uint256 pot) = _parts(agreement, id, index);
        _credit(agreement.token, FIRST_INSTANCE, fee);
        if (stage == Stage.Appealed) _returnDeposit(agreement, id, index, proposed);
        _rule(agreement, index, (pot * proposed.shareBps) / BPS, proposed.reasoning);
    }

    /// @inheritdoc IAppealableArbiter
    function returnDeposit(IMicroEscrow.Agreement calldata agreement, uint256 index) external nonReentrant {
        bytes32 id = ESCROW.agreementId(agreement);
        Stage stage = _cases[id][index].stage;
        if (stage != Stage.Appealed) revert WrongStage(stage, Stage.Appealed);
        if (ESCROW.milestone(id, index).status == IMicroEscrow.Status.Disputed) revert StillDisputed(id, index);

        _returnDeposit(agreement, id, index, _close(id, index));
    }

    // -------------------------------------------------------------------------------------------------------- views

    /// @inheritdoc IHearings
    function hearing(
        IMicroEscrow.Agreement calldata agreement,
        uint256 index
    ) external view returns (uint256 start, uint256 end) {
        return _secondHearing(agreement, ESCROW.agreementId(agreement), index);
    }

    /// @inheritdoc IAppealableArbiter
    function caseOf(bytes32 id, uint256 index) external view returns (Case memory) {
        return _cases[id][index];
    }

    /// @inheritdoc IFundingGate
    function check(
        bytes32 id,
        IMicroEscrow.Agreement calldata agreement,
        address payer,
        uint256 amount
    ) public view override(Arbiter, IFundingGate) {
        super.check(id, agreement, payer, amount);
        _checkNotParty(agreement, FIRST_INSTANCE);
        _checkNotParty(agreement, SECOND_INSTANCE);
    }

    /// @inheritdoc IAppealableArbiter
    function depositOf(uint256 held) public view returns (uint256) {
        return (held * APPEAL_FEE_BPS) / BPS;
    }

    // ------------------------------------------------------------------------------------------------------ helpers

    /// @dev When a milestone of an agreement that names this arbiter was disputed, and when its arbitration ends.
    function _ownDispute(
        IMicroEscrow.Agreement calldata agreement,
        bytes32 id,
        uint256 index
    ) private view returns (uint256 start, uint256 clock) {
        if (agreement.arbiter != address(this)) revert AnotherArbiter(agreement.arbiter, address(this));
        return _dispute(agreement, id, index);
    }

    /// @dev It is the first instance's turn, which has not said anything yet.
    function _checkFirstTurn(
        IMicroEscrow.Agreement calldata agreement,
        bytes32 id,
        uint256 index
    ) private view returns (uint256 clock) {
        _checkNotParty(agreement, FIRST_INSTANCE);
        uint256 start;
        (start, clock) = _ownDispute(agreement, id, index);
        Stage stage = _cases[id][index].stage;
        if (stage != Stage.None) revert WrongStage(stage, Stage.None);
        uint256 end = Math.min(start + PROPOSAL_PERIOD, clock);
        if (block.timestamp >= end) revert HearingOver(end, block.timestamp);
    }

    /// @dev The second instance's hearing, which has begun.
    function _secondHearing(
        IMicroEscrow.Agreement calldata agreement,
        bytes32 id,
        uint256 index
    ) private view returns (uint256 start, uint256 end) {
        uint256 clock;
        (start, clock) = _ownDispute(agreement, id, index);
        Case storage current = _cases[id][index];
        if (current.stage == Stage.Proposed) revert NotHeard(id, index);
        start = current.stage == Stage.None ? start + PROPOSAL_PERIOD : current.since;
        if (block.timestamp < start) revert NotHeard(id, index);
        end = Math.min(start + DECISION_PERIOD, clock);
    }

    /// @dev The case is over, and forgotten.
    function _close(bytes32 id, uint256 index) private returns (Case memory closed) {
        closed = _cases[id][index];
        delete _cases[id][index];
    }

    function _returnDeposit(
        IMicroEscrow.Agreement calldata agreement,
        bytes32 id,
        uint256 index,
        Case memory closed
    ) private {
        address party = closed.byClient ? agreement.client : agreement.freelancer;
        emit DepositReturned(id, index, party, closed.deposit);
        _credit(agreement.token, party, closed.deposit);
    }

    /// @dev Pulls `amount` from the caller, and checks that it is what arrived.
    function _pull(address token, uint256 amount) private {
        uint256 expected = IERC20(token).balanceOf(address(this)) + amount;
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
        uint256 actual = IERC20(token).balanceOf(address(this));
        if (actual != expected) revert IMicroEscrow.UnexpectedBalance(token, actual, expected);
    }

    /// @dev As the escrow has it: by calling, or by signature.
    function _authorize(address actor, IMicroEscrow.Authorization calldata auth, bytes32 structHash) private view {
        if (auth.signature.length == 0) {
            if (msg.sender != actor) revert IMicroEscrow.Unauthorized(msg.sender, actor);
        } else {
            if (block.timestamp >= auth.deadline) revert IMicroEscrow.SignatureExpired(auth.deadline, block.timestamp);
            bytes32 digest = _hashTypedDataV4(structHash);
            if (!SignatureChecker.isValidSignatureNowCalldata(actor, digest, auth.signature)) {
                revert IMicroEscrow.InvalidSignature(actor, digest);
            }
        }
    }

    function _checkNotParty(IMicroEscrow.Agreement calldata agreement, address instance) private pure {
        if (_isParty(agreement, instance)) revert InstanceIsParty(instance);
    }

    function _isParty(IMicroEscrow.Agreement calldata agreement, address account) private pure returns (bool) {
        return account == agreement.client || account == agreement.freelancer;
    }
}
