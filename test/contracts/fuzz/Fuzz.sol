// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {PlainToken} from "../../../contracts/mocks/PlainToken.sol";
import {Actions} from "../utils/Actions.sol";
import {TypedData} from "../utils/TypedData.sol";
import {vm} from "../utils/Vm.sol";

/// @dev A token whose transfers answer with any bytes, as a result or as a reason, and burn any amount of gas.
contract ScriptedToken is PlainToken {
    bool private _moves = true;
    bool private _reverts;
    bytes private _answer = abi.encode(true);
    uint256 private _appetite;
    bool private _handsBack;

    constructor() PlainToken(6) {}

    /// @param moves Whether the money moves before the answer.
    function setAnswer(bool moves, bool reverts, bytes calldata answer) external {
        (_moves, _reverts, _answer) = (moves, reverts, answer);
    }

    /// @param appetite Gas that a transfer burns at least.
    function setAppetite(uint256 appetite) external {
        _appetite = appetite;
    }

    /// @notice A transfer that gets less gas than its appetite fails at once, and hands back what it got.
    function setHandsBack(bool handsBack) external {
        _handsBack = handsBack;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        uint256 start = gasleft();
        uint256 end = start > _appetite ? start - _appetite : 0; // 0: it runs out of gas
        require(end != 0 || !_handsBack, "too little gas");
        if (_moves) super.transfer(to, amount);
        while (gasleft() > end) {}
        _say();
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        if (_moves) super.transferFrom(from, to, amount);
        _say();
    }

    function _say() private view {
        (bytes memory answer, bool reverts) = (_answer, _reverts);
        assembly ("memory-safe") {
            if reverts {
                revert(add(answer, 0x20), mload(answer))
            }
            return(add(answer, 0x20), mload(answer))
        }
    }
}

/// @notice What properties draw from: values, accounts, answers, statuses, and every way in which a milestone can end.
abstract contract Fuzz is Actions {
    /// @dev `value`, brought into the range from `minimum` to `maximum`, both included. The smallest values go to the
    /// range's beginning, the largest to its end, so that both are tried.
    function _bound(uint256 value, uint256 minimum, uint256 maximum) internal pure returns (uint256) {
        if (value >= minimum && value <= maximum) return value;
        uint256 size = maximum - minimum + 1;
        uint256 fromTheEnd = type(uint256).max - value;
        return fromTheEnd < 4 && fromTheEnd < size ? maximum - fromTheEnd : minimum + (value % size);
    }

    /// @dev Another number for each `n` from one seed.
    function _draw(uint256 seed, uint256 n) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, n)));
    }

    /// @dev A time: one second before the clock or at it, in half of the cases; else any before it, or any after it.
    function _timeAround(uint256 clock, uint256 seed) internal view returns (uint256) {
        uint256 kind = seed % 4;
        if (kind == 0) return clock - 1;
        if (kind == 1) return clock;
        if (kind == 2) return _bound(seed / 4, block.timestamp, clock - 1);
        return _bound(seed / 4, clock, type(uint40).max);
    }

    function _flip(bytes memory data, uint256 bit) internal pure {
        data[bit / 8] = bytes1(uint8(data[bit / 8]) ^ uint8(1 << (bit % 8)));
    }

    // ---------------------------------------------------------------------------------------------------- accounts

    /// @dev An account that can hold tokens: one of the usual ones, one with code, or any at all.
    function _account(uint256 seed) internal view returns (address account) {
        address[9] memory named = [
            client,
            freelancer,
            arbiter,
            verifier,
            platform,
            payer,
            stranger,
            treasury,
            address(this)
        ];
        if (seed % 2 == 0) return named[(seed / 2) % named.length];
        account = address(uint160(seed / 2));
        bool forbidden = account == address(0) || account == address(escrow) || account == token;
        return forbidden || account == address(vm) ? treasury : account;
    }

    mapping(address account => bool) private _isWatched;

    /// @dev Watches an account that `_account` gave, unless the world has it already.
    function _watchToo(address account) internal {
        address[8] memory usual = [client, freelancer, arbiter, verifier, platform, payer, stranger, treasury];
        for (uint256 i = 0; i < usual.length; ++i) if (account == usual[i]) return;
        if (_isWatched[account] || account == gateway) return;
        _isWatched[account] = true;
        _watch(account);
    }

    /// @dev `account`, unless it is `actor`.
    function _anybodyBut(address actor, address account) internal view returns (address) {
        if (account != actor && account != address(vm)) return account;
        return actor == stranger ? payer : stranger;
    }

    /// @dev Gives `account` code that answers every call with `answer`, as a result or as a reason.
    function _answers(address account, bool reverts, bytes memory answer) internal {
        bytes memory copyTheRest = hex"80600b5f395f";
        vm.etch(
            account,
            abi.encodePacked(hex"62", uint24(answer.length), copyTheRest, reverts ? bytes1(0xfd) : bytes1(0xf3), answer)
        );
    }

    /// @dev Something that a caller who waits for the word `good` might be answered: that, and more, or not all of it, or
    /// nothing of the kind.
    function _answer(uint256 seed, bytes memory other, bytes32 good) internal pure returns (bytes memory answer) {
        uint256 kind = seed % 5;
        if (kind == 0) return other;
        if (kind == 1) return bytes.concat(good, other);
        if (kind == 2) return abi.encode(uint256(good) ^ (1 << (seed % 256)));
        answer = abi.encode(good);
        if (kind == 3) return answer;
        uint256 length = seed % 32;
        assembly ("memory-safe") {
            mstore(answer, length)
        }
    }

    function _isWord(bytes memory answer, bytes32 good) internal pure returns (bool) {
        return answer.length >= 32 && abi.decode(answer, (bytes32)) == good;
    }

    // ------------------------------------------------------------------------------------------------------- terms

    /// @dev An agreement over milestone 0 alone, with these terms.
    function _useTerms(uint256 amount, uint256 feeBps, uint256 arbiterFeeBps, uint256 defaultShareBps) internal {
        schedule[0].amount = uint128(_bound(amount, 1, type(uint128).max));
        agreement.feeBps = uint16(_bound(feeBps, 0, 1_000));
        agreement.arbiterFeeBps = uint16(_bound(arbiterFeeBps, 0, 1_000));
        agreement.defaultShareBps = uint16(_bound(defaultShareBps, 0, 10_000));
        _sealAgreement();
    }

    /// @dev The same, all drawn from one seed, and with a verifier who releases at once, so that every outcome is possible.
    function _useTerms(uint256 amount, uint256 seed) internal {
        agreement.challengePeriod = 0;
        _useTerms(amount, _draw(seed, 1), _draw(seed, 2), _draw(seed, 3));
    }

    // ---------------------------------------------------------------------------------------------------- statuses

    /// @dev One of the four statuses that hold money.
    function _heldStatus(uint256 seed) internal pure returns (IMicroEscrow.Status) {
        return IMicroEscrow.Status(1 + (seed % 4));
    }

    /// @dev A status out of the set in which the action is possible.
    function _possibleStatus(Action action, uint256 seed) internal pure returns (IMicroEscrow.Status) {
        uint256 allowed = _allowed(action);
        while ((1 << uint256(_heldStatus(seed))) & allowed == 0) seed = (seed % 4) + 1;
        return _heldStatus(seed);
    }

    /// @dev One of the actions that are about a milestone and can be signed: all but Close.
    function _signedAction(uint256 seed) internal pure returns (Action) {
        return Action(1 + (seed % (SIGNED_ACTIONS - 1)));
    }

    /// @dev One of the actions that are about a milestone: all but Close.
    function _anyAction(uint256 seed) internal pure returns (Action) {
        return Action(1 + (seed % (ACTIONS - 1)));
    }

    // ---------------------------------------------------------------------------------------------------- outcomes

    /// @dev Who gets what when a milestone ends.
    struct Parts {
        uint256 freelancer;
        uint256 client;
        uint256 platform;
        uint256 arbiter;
    }

    function _outcome(uint256 seed) internal pure returns (IMicroEscrow.Outcome) {
        return IMicroEscrow.Outcome(1 + (seed % 9));
    }

    /// @dev A status in which a milestone can end so; any of those that hold money where each will do.
    function _statusBefore(IMicroEscrow.Outcome outcome, uint256 seed) internal pure returns (IMicroEscrow.Status) {
        if (outcome == IMicroEscrow.Outcome.WorkExpired) return IMicroEscrow.Status.Funded;
        if (outcome == IMicroEscrow.Outcome.ReworkExpired) return IMicroEscrow.Status.ChangesRequested;
        if (outcome == IMicroEscrow.Outcome.Attested || outcome == IMicroEscrow.Outcome.ReviewExpired) {
            return IMicroEscrow.Status.Submitted;
        }
        if (outcome == IMicroEscrow.Outcome.Ruled || outcome == IMicroEscrow.Outcome.ArbitrationExpired) {
            return IMicroEscrow.Status.Disputed;
        }
        return _heldStatus(seed);
    }

    function _statusAfter(IMicroEscrow.Outcome outcome) internal pure returns (IMicroEscrow.Status) {
        if (
            outcome == IMicroEscrow.Outcome.Approved ||
            outcome == IMicroEscrow.Outcome.Attested ||
            outcome == IMicroEscrow.Outcome.ReviewExpired
        ) return IMicroEscrow.Status.Released;
        if (
            outcome == IMicroEscrow.Outcome.Refunded ||
            outcome == IMicroEscrow.Outcome.WorkExpired ||
            outcome == IMicroEscrow.Outcome.ReworkExpired
        ) return IMicroEscrow.Status.Refunded;
        return IMicroEscrow.Status.Resolved;
    }

    /// @dev What is possible as the freelancer's part (before the platform's fee) where somebody decides on it.
    function _share(IMicroEscrow.Outcome outcome, uint256 held, uint256 seed) internal view returns (uint256) {
        uint256 fee = outcome == IMicroEscrow.Outcome.Ruled ? (held * agreement.arbiterFeeBps) / BPS : 0;
        return _bound(seed, 0, held - fee);
    }

    /// @dev The protocol's section on money.
    /// @param share The freelancer's part, where somebody decides on it.
    function _parts(
        IMicroEscrow.Outcome outcome,
        uint256 held,
        uint256 share
    ) internal view returns (Parts memory parts) {
        IMicroEscrow.Status status = _statusAfter(outcome);
        uint256 gross = share;
        if (status == IMicroEscrow.Status.Released) gross = held;
        if (status == IMicroEscrow.Status.Refunded) gross = 0;
        if (outcome == IMicroEscrow.Outcome.ArbitrationExpired) gross = (held * agreement.defaultShareBps) / BPS;
        if (outcome == IMicroEscrow.Outcome.Ruled) parts.arbiter = (held * agreement.arbiterFeeBps) / BPS;
        parts.platform = _fee(gross);
        parts.freelancer = gross - parts.platform;
        parts.client = held - gross - parts.arbiter;
    }

    function _payoutAccount() internal view returns (address) {
        return agreement.payoutTo == address(0) ? agreement.freelancer : agreement.payoutTo;
    }

    function _refundAccount() internal view returns (address) {
        return agreement.refundTo == address(0) ? agreement.client : agreement.refundTo;
    }

    /// @dev In the world: the milestone ends so, with the events that tell it.
    function _expectParts(uint256 index, IMicroEscrow.Outcome outcome, Parts memory parts) internal {
        if (outcome == IMicroEscrow.Outcome.Attested) {
            emit IMicroEscrow.MilestoneAttested(id, index, _milestone(index).submissions, true, REPORT, 0);
        }
        emit IMicroEscrow.MilestoneConcluded({
            id: id,
            index: index,
            outcome: outcome,
            freelancerAmount: parts.freelancer,
            clientAmount: parts.client,
            platformFee: parts.platform,
            arbiterFee: parts.arbiter,
            reasoning: outcome == IMicroEscrow.Outcome.Ruled ? REASONING : bytes32(0)
        });
        _expectPaid(_payoutAccount(), parts.freelancer);
        _expectPaid(_refundAccount(), parts.client);
        _expectCredited(agreement.feeRecipient, parts.platform);
        _expectCredited(agreement.arbiter, parts.arbiter);
        _expectEnd(index, _statusAfter(outcome), outcome);
    }

    /// @dev Ends a milestone that is in a status in which it can end so.
    function _end(uint256 index, IMicroEscrow.Outcome outcome, uint256 share) internal {
        (address caller, bytes memory data) = _ending(index, outcome, share);
        _assertCall(caller, data);
    }

    /// @dev The call that ends a milestone so, and who makes it; lets time pass where that is what it takes.
    function _ending(
        uint256 index,
        IMicroEscrow.Outcome outcome,
        uint256 share
    ) internal returns (address caller, bytes memory data) {
        IMicroEscrow.MilestoneState memory state = _milestone(index);
        IMicroEscrow.Authorization memory none;
        if (outcome == IMicroEscrow.Outcome.Approved) {
            return (client, abi.encodeCall(escrow.approve, (agreement, index, state.submissions, none)));
        }
        if (outcome == IMicroEscrow.Outcome.Attested) {
            return (
                agreement.verifier,
                abi.encodeCall(escrow.attest, (agreement, index, state.submissions, true, REPORT, none))
            );
        }
        if (outcome == IMicroEscrow.Outcome.Refunded) {
            return (freelancer, abi.encodeCall(escrow.refund, (agreement, index, none)));
        }
        if (outcome == IMicroEscrow.Outcome.Ruled) {
            return (arbiter, abi.encodeCall(escrow.rule, (agreement, index, uint128(share), REASONING, none)));
        }
        if (outcome == IMicroEscrow.Outcome.Settled) {
            return (
                client,
                abi.encodeCall(escrow.settle, (agreement, index, uint128(share), none, _half(index, share)))
            );
        }
        if (block.timestamp < state.clock) vm.warp(state.clock);
        return (stranger, abi.encodeCall(escrow.finalize, (agreement, index)));
    }

    /// @dev The freelancer's half of a settlement.
    function _half(uint256 index, uint256 share) internal view returns (IMicroEscrow.Authorization memory) {
        return _half(freelancer, index, share, _deadline());
    }

    function _half(
        address party,
        uint256 index,
        uint256 share,
        uint256 deadline
    ) internal view returns (IMicroEscrow.Authorization memory) {
        uint128 clientAmount = uint128(_milestone(index).amount - share);
        return _signed(party, TypedData.settle(id, index, uint128(share), clientAmount, deadline), deadline);
    }
}
