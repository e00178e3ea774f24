// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {Store} from "./Store.sol";

/// @title Checks
/// @notice Compares the escrow and the tokens with the books of {Store}. Numbers are those of README.md; the failure of
/// a check names its invariant.
abstract contract Checks is Store {
    /// @notice Invariants 1 to 6, 8 and 9: true after every call.
    function checkAlways() external view {
        uint256[TOKENS] memory held = _checkMilestones();
        for (uint256 t = 0; t < TOKENS; ++t) _checkToken(t, held[t]);
        require(!wallet.hookSucceeded(), "Invariant 8: a call from within a token's transfer took effect");
    }

    /// @notice Invariant 12: as nothing ever takes it back, once at the end is enough.
    function checkNothingGranted() external view {
        require(address(escrow).balance == 0, "Invariant 12: the escrow has ether");
        for (uint256 t = 0; t < TOKENS; ++t) {
            for (uint256 a = 0; a < ACCOUNTS; ++a) {
                uint256 allowance = tokens[t].allowance(address(escrow), accounts[a]);
                require(allowance == 0, "Invariant 12: the escrow granted an allowance");
            }
        }
    }

    /// @return held The sum of what the escrow's milestones hold, by token.
    function _checkMilestones() private view returns (uint256[TOKENS] memory held) {
        for (uint256 e = 0; e < entries.length; ++e) {
            bytes32 id = entries[e].id;
            uint256 token = entries[e].token;
            for (uint256 i = 0; i < entries[e].schedule.length; ++i) {
                IMicroEscrow.MilestoneState memory state = escrow.milestone(id, i);
                if (i == 0) _checkFlags(state.flags, flags[e]);
                else require(state.flags == 0, "Invariant 3: flags beyond milestone 0");
                _checkMilestone(state, ghosts[e][i]);
                held[token] += state.amount;
            }
        }
    }

    function _checkFlags(uint8 actual, uint8 expected) private pure {
        require(actual & expected == expected, "Invariant 3: a flag lost a bit");
        require(actual == expected, "Invariant 8: a flag that nobody set");
    }

    function _checkMilestone(IMicroEscrow.MilestoneState memory state, Ghost storage ghost) private view {
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
        require(ghost.conclusions == (ended ? 1 : 0), "Invariant 5: not exactly one MilestoneConcluded");
        require(ghost.concludedAs == state.outcome, "Invariant 5: the outcome announced is not the one stored");
        require(state.outcome == ghost.outcome, "Invariant 5: another outcome than section 4 says");
        require(state.clock == ghost.clock, "Invariant 6: the clock");

        Split memory got = ghost.announced;
        require(
            got.freelancer + got.client + got.platform + got.arbiter + state.amount == ghost.funded,
            "Invariant 4: the parts and what is held are not what was funded"
        );
        require(state.amount == ghost.held, "Invariant 8: a milestone holds something else than it should");
        Split memory due = ghost.due;
        require(got.platform == due.platform && got.arbiter == due.arbiter, "Invariant 7: another fee than agreed");
        require(
            got.freelancer == due.freelancer && got.client == due.client,
            "Invariant 8: a party got more or less than its due"
        );
    }

    function _checkToken(uint256 t, uint256 held) private view {
        uint256 claimable = 0;
        for (uint256 a = 0; a < ACCOUNTS; ++a) claimable += escrow.claimable(address(tokens[t]), accounts[a]);

        uint256 balance = tokens[t].balanceOf(address(escrow));
        require(balance >= held + claimable, "Invariant 1: the escrow owes more than it has");
        require(
            balance == held + claimable + donated[t],
            "Invariant 1: the escrow has more than it owes and was given"
        );
        require(cameIn[t] == wentOut[t] + held + claimable, "Invariant 2: in is not out, held and claimable");

        for (uint256 a = 0; a < ACCOUNTS; ++a) {
            address account = accounts[a];
            uint256 balanceOfAccount = tokens[t].balanceOf(account);
            if (a == STRANGER) require(balanceOfAccount == 0, "Invariant 8: an outsider gained");
            if (a == PAYER) require(balanceOfAccount <= RICHES, "Invariant 8: an outsider gained");
            uint256 waits = escrow.claimable(address(tokens[t]), account);
            // Both together first: a payment at the wrong place is another failure than a wrong payment.
            require(
                balanceOfAccount + waits == inHand[t][a] + waiting[t][a] || t == FEE,
                "Invariant 8: an account has more or less than its due"
            );
            require(
                waits == waiting[t][a],
                "Invariant 9: an account waits, or does not wait, for no reason of its own"
            );
            require(balanceOfAccount == inHand[t][a], "Invariant 8: an account was paid more or less than its due");
        }
    }

    function _isHeld(IMicroEscrow.Status status) internal pure returns (bool) {
        return status >= IMicroEscrow.Status.Funded && status <= IMicroEscrow.Status.Disputed;
    }
}
