// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {SignedPayments} from "../utils/SignedPayments.sol";
import {Announcements} from "./Announcements.sol";
import {recorder} from "./Recorder.sol";

/// @title Checks
/// @notice Compares the escrow and the tokens with the two books. Numbers are those of README.md; the failure of a check
/// names its invariant.
///
/// After each move {_checkTouched} looks at every page that the move wrote in a book or on the chain. The chain's part is
/// known from the storage slots that were written: a value whose slot was not written is what it was at its last check.
/// So nothing can change unseen, and {checkEverything} now and then finds nothing that was missed.
abstract contract Checks is Announcements {
    /// @dev The page after the escrow's.
    uint256 private constant SIGNED_FUNDING = ACCOUNTS + 1;

    /// @dev Which page a slot belongs to; 0: none.
    mapping(address target => mapping(bytes32 slot => uint256 page)) internal pageOf;

    // What the last checks saw, and its sums by token.
    mapping(uint256 entry => mapping(uint256 index => uint256)) private _held;
    uint256[ACCOUNTS][TOKENS] private _claimable;
    uint256[TOKENS] private _sumHeld;
    uint256[TOKENS] private _sumClaimable;
    uint256[TOKENS] private _balance;

    /// @dev Asks for everything once, to see which slot it is in.
    constructor() {
        for (uint256 p = 0; p < places.length; ++p) {
            (uint256 e, uint256 i) = (places[p].entry, places[p].index);
            recorder.record();
            escrow.milestone(entries[e].id, i);
            _learn(address(escrow), _page(Page.Milestone, e, i));
        }
        for (uint256 t = 0; t < TOKENS; ++t) {
            for (uint256 a = 0; a <= SIGNED_FUNDING; ++a) {
                address account = a < ACCOUNTS ? accounts[a] : address(escrow);
                if (a == SIGNED_FUNDING) account = address(signedFunding);
                recorder.record();
                tokens[t].balanceOf(account);
                _learn(address(tokens[t]), _page(Page.Account, t, a));
                recorder.record();
                escrow.claimable(address(tokens[t]), account);
                _learn(address(escrow), _page(Page.Account, t, a));
            }
            recorder.record();
            tokens[t].allowance(address(signedFunding), address(escrow));
            _learn(address(tokens[t]), _page(Page.Account, t, SIGNED_FUNDING));
        }
    }

    function _learn(address target, uint256 page) internal {
        (bytes32[] memory reads, ) = recorder.accesses(target);
        require(reads.length != 0, "what is asked for is not in storage");
        for (uint256 k = 1; k < reads.length; ++k) {
            require(reads[k] == reads[0], "what is asked for is not in one slot");
        }
        pageOf[target][reads[0]] = page;
    }

    // ------------------------------------------------------------------------------------------------ what changed

    /// @dev Begins a move.
    function _watch() internal {
        recorder.record();
    }

    /// @dev Ends a move: invariants 1 to 6, 8 and 9, for whatever it touched.
    function _checkTouched() internal virtual {
        _touchWritten(address(escrow));
        for (uint256 t = 0; t < TOKENS; ++t) _touchWritten(address(tokens[t]));

        for (uint256 k = 0; k < touched.length; ++k) {
            uint256 page = touched[k];
            isTouched[page] = false;
            _checkPage(Page(page >> 16), (page >> 8) & 0xff, page & 0xff);
        }
        delete touched;
        for (uint256 t = 0; t < TOKENS; ++t) _checkSums(t, _balance[t], _sumHeld[t], _sumClaimable[t]);
        _checkHooks();
    }

    function _touchWritten(address target) private {
        (, bytes32[] memory writes) = recorder.accesses(target);
        for (uint256 k = 0; k < writes.length; ++k) {
            uint256 page = pageOf[target][writes[k]];
            if (page != 0)
                _touch(page);
                // A token has more in its storage (allowances, nonces, its moods); the escrow has not.
            else require(target != address(escrow), "Invariant 8: the escrow wrote to a slot that belongs to nobody");
        }
    }

    function _checkPage(Page kind, uint256 a, uint256 b) internal virtual {
        if (kind == Page.Milestone) {
            uint256 held = _checkMilestone(a, b);
            _sumHeld[entries[a].token] = _sumHeld[entries[a].token] + held - _held[a][b];
            _held[a][b] = held;
        } else if (b == ACCOUNTS) {
            _balance[a] = tokens[a].balanceOf(address(escrow));
            require(
                escrow.claimable(address(tokens[a]), address(escrow)) == 0,
                "Invariant 8: the escrow owes itself something"
            );
        } else if (b == SIGNED_FUNDING) {
            _checkSignedFunding(a);
        } else {
            uint256 claimable = _checkAccount(a, b);
            _sumClaimable[a] = _sumClaimable[a] + claimable - _claimable[a][b];
            _claimable[a][b] = claimable;
        }
    }

    // -------------------------------------------------------------------------------------------------- everything

    /// @notice Invariants 1 to 6, 8 and 9, for everything there is.
    function checkEverything() public view virtual {
        uint256[TOKENS] memory held;
        for (uint256 p = 0; p < places.length; ++p) {
            (uint256 e, uint256 i) = (places[p].entry, places[p].index);
            held[entries[e].token] += _checkMilestone(e, i);
        }
        for (uint256 t = 0; t < TOKENS; ++t) {
            uint256 claimable = 0;
            for (uint256 a = 0; a < ACCOUNTS; ++a) claimable += _checkAccount(t, a);
            _checkSums(t, tokens[t].balanceOf(address(escrow)), held[t], claimable);
            _checkSignedFunding(t);
        }
        _checkHooks();
    }

    /// @notice Invariants 12 and 14, for everybody there is, at the end. (A token's Approval fails at once, whoever it is for.)
    function checkNothingGranted() external view {
        require(address(escrow).balance == 0, "Invariant 12: the escrow has ether");
        require(address(signedFunding).balance == 0, "Invariant 14: SignedFunding has ether");
        for (uint256 t = 0; t < TOKENS; ++t) {
            for (uint256 a = 0; a < ACCOUNTS; ++a) _checkAllowances(t, accounts[a]);
            for (uint256 other = 0; other < TOKENS; ++other) _checkAllowances(t, address(tokens[other]));
            _checkAllowances(t, address(gate));
            _checkAllowances(t, address(escrow));
            _checkAllowances(t, address(signedFunding));
            _checkAllowances(t, SignedPayments.PERMIT2);
        }
    }

    function _checkAllowances(uint256 t, address spender) private view {
        uint256 allowance = tokens[t].allowance(address(escrow), spender);
        require(allowance == 0, "Invariant 12: the escrow granted an allowance");
        allowance = tokens[t].allowance(address(signedFunding), spender);
        require(allowance == 0, "Invariant 14: SignedFunding left an allowance");
    }

    // -------------------------------------------------------------------------------------------------- comparisons

    function _checkFlags(uint8 actual, uint8 expected, uint8 told) private pure {
        require(actual & expected == expected, "Invariant 3: a flag lost a bit");
        require(actual == expected, "Invariant 8: a flag that nobody set");
        require(actual == told, "Invariant 3: the flags announced are not those stored");
    }

    /// @return What the milestone holds.
    function _checkMilestone(uint256 e, uint256 i) private view returns (uint256) {
        IMicroEscrow.MilestoneState memory state = escrow.milestone(entries[e].id, i);
        if (i == 0) _checkFlags(state.flags, flags[e], announcedFlags[e]);
        else require(state.flags == 0, "Invariant 3: flags beyond milestone 0");

        Ghost storage ghost = ghosts[e][i];
        Announced storage told = announced[e][i];
        require(state.status == told.status, "Invariant 3: the status announced is not the one stored");
        require(state.submissions == told.submissions, "Invariant 3: the submissions announced are not those stored");
        require(state.amount == told.held, "Invariant 4: what is announced to be held is not");
        require(state.status == ghost.status, "Invariant 3: a status moved otherwise than section 4 says");
        require(state.submissions == ghost.submissions, "Invariant 3: the number of submissions");

        bool holds = _isHeld(state.status);
        bool ended = state.status > IMicroEscrow.Status.Disputed;
        if (holds) {
            require(state.amount != 0, "Invariant 3: a status that holds money holds none");
            require(state.clock != 0, "Invariant 6: money without a clock");
            require(state.outcome == IMicroEscrow.Outcome.None, "Invariant 5: an outcome before the end");
        } else {
            require(state.amount == 0, "Invariant 3: money is held outside of a milestone's life");
            require(state.clock == 0, "Invariant 3: a clock runs outside of a milestone's life");
        }
        require(told.conclusions == (ended ? 1 : 0), "Invariant 5: not exactly one MilestoneConcluded");
        require(told.outcome == state.outcome, "Invariant 5: the outcome announced is not the one stored");
        require(state.outcome == ghost.outcome, "Invariant 5: another outcome than section 4 says");
        require(state.clock == ghost.clock, "Invariant 6: the clock");
        require(state.clock == told.clock, "Invariant 6: the clock announced is not the one stored");

        Split memory got = told.parts;
        require(
            got.freelancer + got.client + got.platform + got.arbiter + state.amount == told.funded,
            "Invariant 4: the parts and what is held are not what was funded"
        );
        require(state.amount == ghost.held, "Invariant 8: a milestone holds something else than it should");
        Split memory due = ghost.due;
        require(got.platform == due.platform && got.arbiter == due.arbiter, "Invariant 7: another fee than agreed");
        require(
            got.freelancer == due.freelancer && got.client == due.client,
            "Invariant 8: a party got more or less than its due"
        );
        return state.amount;
    }

    /// @return waits What waits for the account.
    function _checkAccount(uint256 t, uint256 a) private view returns (uint256 waits) {
        uint256 balance = tokens[t].balanceOf(accounts[a]);
        waits = escrow.claimable(address(tokens[t]), accounts[a]);
        if (a == STRANGER) require(balance == 0, "Invariant 8: an outsider gained");
        if (a == PAYER) require(balance <= RICHES, "Invariant 8: an outsider gained");
        // Both together first: a payment at the wrong place is another failure than a wrong payment.
        require(
            balance + waits == inHand[t][a] + waiting[t][a] || t == FEE,
            "Invariant 8: an account has more or less than its due"
        );
        require(waits == waiting[t][a], "Invariant 9: an account waits, or does not wait, for no reason of its own");
        require(balance == inHand[t][a], "Invariant 8: an account was paid more or less than its due");
        require(waits == announcedWaiting[t][a], "Invariant 9: what waits is not what was announced");
    }

    function _checkSums(uint256 t, uint256 balance, uint256 held, uint256 claimable) private view {
        require(balance >= held + claimable, "Invariant 1: the escrow owes more than it has");
        require(
            balance == held + claimable + donated[t],
            "Invariant 1: the escrow has more than it owes and was given"
        );
        require(cameIn[t] == wentOut[t] + held + claimable, "Invariant 2: in is not out, held and claimable");
    }

    function _checkSignedFunding(uint256 t) private view {
        uint256 balance = tokens[t].balanceOf(address(signedFunding));
        require(balance == stray[t], "Invariant 14: SignedFunding holds something else than it was given by mistake");
        uint256 allowance = tokens[t].allowance(address(signedFunding), address(escrow));
        require(allowance == 0, "Invariant 14: SignedFunding left an allowance");
        uint256 claimable = escrow.claimable(address(tokens[t]), address(signedFunding));
        require(claimable == 0, "Invariant 14: the escrow owes SignedFunding something");
    }

    /// @dev Whatever a token's hooks tried, the lock stopped it, each time.
    function _checkHooks() private view {
        require(
            wallet.hookFailures(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector) == wallet.hookCalls(),
            "Invariant 8: a call from within a token's transfer was not stopped by the lock"
        );
    }

    function _isHeld(IMicroEscrow.Status status) internal pure returns (bool) {
        return status >= IMicroEscrow.Status.Funded && status <= IMicroEscrow.Status.Disputed;
    }
}
