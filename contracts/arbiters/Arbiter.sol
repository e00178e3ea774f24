// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IArbiter} from "../interfaces/IArbiter.sol";
import {IFundingGate} from "../interfaces/IFundingGate.sol";
import {IHearings} from "../interfaces/IHearings.sol";
import {IMicroEscrow} from "../interfaces/IMicroEscrow.sol";

/// @title Arbiter contract
/// @notice See {IArbiter}. The ground that the arbiters stand on: from the agreement they know whether they are its arbiter,
/// or the second instance of the arbiter that it names.
abstract contract Arbiter is IArbiter, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    uint256 internal constant BPS = 10_000;

    /// @inheritdoc IArbiter
    IMicroEscrow public immutable ESCROW;
    /// @inheritdoc IArbiter
    uint32 public immutable MIN_ARBITRATION_PERIOD;
    /// @inheritdoc IArbiter
    uint16 public immutable MIN_ARBITER_FEE_BPS;

    mapping(address token => mapping(address account => uint256)) private _claimable;

    constructor(IMicroEscrow escrow, uint32 minArbitrationPeriod, uint16 minArbiterFeeBps) {
        (ESCROW, MIN_ARBITRATION_PERIOD, MIN_ARBITER_FEE_BPS) = (escrow, minArbitrationPeriod, minArbiterFeeBps);
    }

    /// @inheritdoc IArbiter
    function withdraw(address token, address account) external nonReentrant returns (uint256 amount) {
        amount = _claimable[token][account];
        if (amount == 0) return 0;

        _claimable[token][account] = 0;
        emit Withdrawn(token, account, amount);
        // A fee waits in the escrow until somebody wants it.
        if (IERC20(token).balanceOf(address(this)) < amount) ESCROW.withdraw(token, address(this));
        IERC20(token).safeTransfer(account, amount);
    }

    /// @inheritdoc IFundingGate
    function check(
        bytes32 /* id */,
        IMicroEscrow.Agreement calldata agreement,
        address /* payer */,
        uint256 /* amount */
    ) public view virtual {
        if (msg.sender != address(ESCROW)) revert AnotherEscrow(msg.sender, address(ESCROW));
        if (agreement.arbiter != address(this)) revert AnotherArbiter(agreement.arbiter, address(this));
        if (agreement.arbitrationPeriod < MIN_ARBITRATION_PERIOD) {
            revert ArbitrationPeriodTooShort(agreement.arbitrationPeriod, MIN_ARBITRATION_PERIOD);
        }
        if (agreement.arbiterFeeBps < MIN_ARBITER_FEE_BPS) {
            revert ArbiterFeeTooLow(agreement.arbiterFeeBps, MIN_ARBITER_FEE_BPS);
        }
    }

    /// @inheritdoc IArbiter
    function claimable(address token, address account) external view returns (uint256) {
        return _claimable[token][account];
    }

    /// @dev The time in which this contract may decide on a milestone: it must be disputed, and before this contract.
    function _hearing(
        IMicroEscrow.Agreement calldata agreement,
        bytes32 id,
        uint256 index
    ) internal view returns (uint256 start, uint256 end) {
        if (agreement.arbiter != address(this)) {
            if (agreement.arbiter.code.length == 0) revert NotHeard(id, index);
            (start, end) = IHearings(agreement.arbiter).hearing(agreement, index);
        } else {
            (start, end) = _dispute(agreement, id, index);
        }
        if (block.timestamp >= end) revert HearingOver(end, block.timestamp);
    }

    /// @dev When a milestone was disputed, and when its arbitration ends.
    function _dispute(
        IMicroEscrow.Agreement calldata agreement,
        bytes32 id,
        uint256 index
    ) internal view returns (uint256 start, uint256 end) {
        IMicroEscrow.MilestoneState memory state = ESCROW.milestone(id, index);
        if (state.status != IMicroEscrow.Status.Disputed) revert NotHeard(id, index);
        return (state.clock - agreement.arbitrationPeriod, state.clock);
    }

    /// @dev Awards the freelancer its share, and those in `paid` the fee. What is told to another arbiter's second instance is
    /// that arbiter's to carry out, and to pay: a contract that an agreement names cannot reach these books.
    function _award(
        IMicroEscrow.Agreement calldata agreement,
        bytes32 id,
        uint256 index,
        uint16 shareBps,
        bytes32 reasoning,
        address[] memory paid
    ) internal {
        if (agreement.arbiter != address(this)) {
            IHearings(agreement.arbiter).decide(agreement, index, shareBps, reasoning, paid);
            return;
        }
        (uint256 fee, uint256 pot) = _parts(agreement, id, index);
        _creditEach(agreement.token, paid, fee);
        _rule(agreement, index, (pot * shareBps) / BPS, reasoning);
    }

    /// @dev What a ruling takes off for the arbiter, and what it divides, in base units.
    function _parts(
        IMicroEscrow.Agreement calldata agreement,
        bytes32 id,
        uint256 index
    ) internal view returns (uint256 fee, uint256 pot) {
        uint256 held = ESCROW.milestone(id, index).amount;
        fee = (held * agreement.arbiterFeeBps) / BPS;
        pot = held - fee;
    }

    /// @dev The escrow bounds the amount, and holds amounts of 128 bits.
    function _rule(
        IMicroEscrow.Agreement calldata agreement,
        uint256 index,
        uint256 freelancerAmount,
        bytes32 reasoning
    ) internal {
        IMicroEscrow.Authorization memory asCaller;
        ESCROW.rule(agreement, index, uint128(freelancerAmount), reasoning, asCaller);
    }

    /// @dev Splits `amount` in equal parts, rounded down; what does not divide goes to the first.
    function _creditEach(address token, address[] memory accounts, uint256 amount) internal {
        uint256 part = amount / accounts.length;
        _credit(token, accounts[0], amount - part * (accounts.length - 1));
        for (uint256 i = 1; i < accounts.length; ++i) _credit(token, accounts[i], part);
    }

    function _credit(address token, address account, uint256 amount) internal {
        if (amount == 0) return;
        _claimable[token][account] += amount;
        emit FeeCredited(token, account, amount);
    }

    function _checkShare(uint256 shareBps) internal pure {
        if (shareBps > BPS) revert ShareTooHigh(shareBps, BPS);
    }
}
