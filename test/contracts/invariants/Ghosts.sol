// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {Moods} from "./Moods.sol";

/// @title Ghosts
/// @notice The first book: what should have happened. It is written from the protocol's rules (sections 4 and 5) whenever a
/// call succeeds, and knows nothing of the escrow's storage and events; {Checks} compares. Every change of a page is
/// noted, so that a move need not be followed by a look at all of them.
abstract contract Ghosts is Moods {
    /// @notice Who got how much of a milestone, in token base units.
    struct Split {
        uint256 freelancer;
        uint256 client;
        uint256 platform;
        uint256 arbiter;
    }

    /// @notice A milestone as it should be.
    struct Ghost {
        IMicroEscrow.Status status;
        IMicroEscrow.Outcome outcome;
        uint8 submissions;
        uint40 clock;
        uint128 held;
        Split due;
    }

    /// @notice What a page of the books is about: a milestone (entry, index), or a token and an account, the last two of
    /// which are the escrow and SignedFunding; what an arbiter owes (a pair of arbiter and token, an account); its case (entry, index).
    enum Page {
        Nothing,
        Milestone,
        Account,
        Debt,
        Case
    }

    // Bits of an agreement's flags.
    uint8 internal constant CLIENT_CONSENTED = 1;
    uint8 internal constant FREELANCER_CONSENTED = 2;
    uint8 internal constant CLOSED = 4;

    mapping(uint256 entry => mapping(uint256 index => Ghost)) internal ghosts;
    mapping(uint256 entry => uint8) internal flags;

    /// @dev What each account should have in its own hands, and what should wait for it.
    uint256[ACCOUNTS][TOKENS] internal inHand;
    uint256[ACCOUNTS][TOKENS] internal waiting;

    /// @dev What a token burnt (or added) of what was withdrawn.
    int256[ACCOUNTS][TOKENS] internal onTheWay;

    /// @dev Pages that were written since the last check, each once.
    uint256[] internal touched;
    mapping(uint256 page => bool) internal isTouched;

    mapping(IMicroEscrow.Status from => mapping(IMicroEscrow.Status to => uint256)) internal transitions;
    mapping(IMicroEscrow.Outcome => uint256) internal outcomes;
    uint256 internal deferrals;

    constructor() {
        for (uint256 t = 0; t < TOKENS; ++t) {
            for (uint256 a = 0; a < STRANGER; ++a) inHand[t][a] = RICHES;
        }
    }

    // ------------------------------------------------------------------------------------------- what should happen

    /// @dev `bits`: who consents, or that nobody funds any more.
    function _recordFlags(uint256 entry, uint8 bits) internal {
        _touch(Page.Milestone, entry, 0);
        flags[entry] |= bits;
    }

    function _recordFunding(uint256 entry, uint256 index) internal {
        IMicroEscrow.Milestone memory planned = entries[entry].schedule[index];
        ghosts[entry][index].held = planned.amount;
        _recordTurn(entry, index, IMicroEscrow.Status.Funded, planned.workPeriod);
    }

    /// @dev The clock alone changes.
    function _recordClock(uint256 entry, uint256 index, uint256 clock) internal {
        _touch(Page.Milestone, entry, index);
        ghosts[entry][index].clock = uint40(clock);
    }

    /// @dev Somebody else has the turn now, for `period` seconds.
    function _recordTurn(uint256 entry, uint256 index, IMicroEscrow.Status status, uint256 period) internal {
        Ghost storage ghost = ghosts[entry][index];
        ++transitions[ghost.status][status];
        ghost.status = status;
        _recordClock(entry, index, block.timestamp + period);
    }

    function _recordAdvance(uint256 entry, uint256 index, uint256 amount) internal {
        _touch(Page.Milestone, entry, index);
        ghosts[entry][index].held -= uint128(amount);
        _payFreelancer(entry, index, amount);
    }

    /// @dev All of what is held to the freelancer.
    function _recordRelease(uint256 entry, uint256 index, IMicroEscrow.Outcome outcome) internal {
        _payFreelancer(entry, index, ghosts[entry][index].held);
        _recordEnd(entry, index, IMicroEscrow.Status.Released, outcome);
    }

    /// @dev All of what is held back to the client.
    function _recordRefund(uint256 entry, uint256 index, IMicroEscrow.Outcome outcome) internal {
        _payClient(entry, index, ghosts[entry][index].held);
        _recordEnd(entry, index, IMicroEscrow.Status.Refunded, outcome);
    }

    /// @dev `freelancerAmount` to the freelancer, the rest back to the client.
    function _recordSplit(
        uint256 entry,
        uint256 index,
        IMicroEscrow.Outcome outcome,
        uint256 freelancerAmount
    ) internal {
        _payFreelancer(entry, index, freelancerAmount);
        _payClient(entry, index, ghosts[entry][index].held - freelancerAmount);
        _recordEnd(entry, index, IMicroEscrow.Status.Resolved, outcome);
    }

    function _recordRuling(uint256 entry, uint256 index, uint256 freelancerAmount) internal {
        Ghost storage ghost = ghosts[entry][index];
        uint256 fee = _arbiterFee(entry, index);
        ghost.due.arbiter = fee;
        ghost.held -= uint128(fee);
        _wait(entry, entries[entry].agreement.arbiter, fee);
        _recordSplit(entry, index, IMicroEscrow.Outcome.Ruled, freelancerAmount);
    }

    function _recordEnd(
        uint256 entry,
        uint256 index,
        IMicroEscrow.Status status,
        IMicroEscrow.Outcome outcome
    ) private {
        _touch(Page.Milestone, entry, index);
        Ghost storage ghost = ghosts[entry][index];
        ++transitions[ghost.status][status];
        ++outcomes[outcome];
        (ghost.status, ghost.outcome, ghost.clock, ghost.held) = (status, outcome, 0, 0);
    }

    function _recordWithdrawal(uint256 token, uint256 account) internal {
        if (waiting[token][account] == 0) return;
        uint256 arriving = _arriving(token, waiting[token][account]);
        onTheWay[token][account] += int256(arriving) - int256(waiting[token][account]);
        _receive(token, account, arriving);
        waiting[token][account] = 0;
    }

    function _arbiterFee(uint256 entry, uint256 index) internal view returns (uint256) {
        return (uint256(ghosts[entry][index].held) * entries[entry].agreement.arbiterFeeBps) / BPS;
    }

    function _payFreelancer(uint256 entry, uint256 index, uint256 gross) private {
        IMicroEscrow.Agreement memory agreement = entries[entry].agreement;
        uint256 fee = (gross * agreement.feeBps) / BPS;
        ghosts[entry][index].due.platform += fee;
        ghosts[entry][index].due.freelancer += gross - fee;
        _wait(entry, agreement.feeRecipient, fee);
        _push(entry, _freelancerPayee(agreement), gross - fee);
    }

    function _payClient(uint256 entry, uint256 index, uint256 amount) private {
        ghosts[entry][index].due.client += amount;
        _push(entry, _clientPayee(entries[entry].agreement), amount);
    }

    /// @dev Paid at once, or, where the token refuses that account, kept for it.
    function _push(uint256 entry, address payee, uint256 amount) private {
        uint256 token = entries[entry].token;
        if (amount == 0) return;
        _meetToken(token, true);
        if (_accepts(token, address(escrow), payee)) {
            _receive(token, _accountOf(payee), _arriving(token, amount));
        } else {
            ++deferrals;
            _wait(entry, payee, amount);
        }
    }

    function _receive(uint256 token, uint256 account, uint256 amount) internal {
        _touch(Page.Account, token, account);
        inHand[token][account] += amount;
    }

    function _spend(uint256 token, uint256 account, uint256 amount) internal {
        _touch(Page.Account, token, account);
        inHand[token][account] -= amount;
    }

    function _wait(uint256 entry, address payee, uint256 amount) private {
        if (amount == 0) return;
        (uint256 token, uint256 account) = (entries[entry].token, _accountOf(payee));
        _touch(Page.Account, token, account);
        waiting[token][account] += amount;
    }

    function _accountOf(address account) internal view returns (uint256) {
        for (uint256 a = 0; a < ACCOUNTS; ++a) {
            if (accounts[a] == account) return a;
        }
        revert("the model pays nobody else");
    }

    // ------------------------------------------------------------------------------------------------------- pages

    function _page(Page kind, uint256 a, uint256 b) internal pure returns (uint256) {
        return (uint256(kind) << 16) | (a << 8) | b;
    }

    function _touch(Page kind, uint256 a, uint256 b) internal {
        _touch(_page(kind, a, b));
    }

    function _touch(uint256 page) internal {
        if (isTouched[page]) return;
        isTouched[page] = true;
        touched.push(page);
    }
}
