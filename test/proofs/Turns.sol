// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../contracts/interfaces/IMicroEscrow.sol";
import {vm} from "./Cheats.sol";
import {Claim, atMost, differ, eq, isIn, less, same} from "./Claim.sol";
import {Proof} from "./Proof.sol";

/// @notice What pays nobody. Each call succeeds exactly when it is allowed here; then the milestone's slot becomes exactly
/// what is said here, and nothing else that is stored changes.
contract Turns is Proof {
    function check_submit(Call memory c, Elsewhere memory e, bytes32 deliverable) public {
        State memory s = _now(c);
        Claim allowed =
            isIn(s.status, FUNDED | CHANGES_REQUESTED) &
                less(c.time, s.clock) &
                eq(c.caller, c.agreement.freelancer) &
                less(s.submissions, 255);
        bytes memory data = abi.encodeCall(IMicroEscrow.submit, (c.agreement, c.index, deliverable, _unsigned()));
        s.status = uint8(IMicroEscrow.Status.Submitted);
        s.clock = c.time + c.agreement.reviewPeriod;
        s.submissions += 1;
        _proveTransition(c, e, data, allowed, s);
    }

    function check_requestChanges(Call memory c, Elsewhere memory e, uint256 submission, bytes32 reason) public {
        State memory s = _now(c);
        Claim allowed =
            isIn(s.status, SUBMITTED) &
                less(c.time, s.clock) &
                eq(c.caller, c.agreement.client) &
                eq(submission, s.submissions);
        bytes memory data = abi.encodeCall(
            IMicroEscrow.requestChanges,
            (c.agreement, c.index, submission, reason, _unsigned())
        );
        s.status = uint8(IMicroEscrow.Status.ChangesRequested);
        s.clock = c.time + c.agreement.reworkPeriod;
        _proveTransition(c, e, data, allowed, s);
    }

    // -------------------------------------------------------------------------------------------------------- steps

    /// @dev The milestone at the time of the call, in which only its status is known to be one.
    function _now(Call memory c) internal returns (State memory s) {
        vm.warp(c.time);
        _assume(less(c.time, 1 << 39)); // the year 19,391
        s = _state(_word(escrow.agreementId(c.agreement), c.index));
        _assume(atMost(s.status, uint8(type(IMicroEscrow.Status).max)));
    }

    function _proveTransition(
        Call memory c,
        Elsewhere memory e,
        bytes memory data,
        Claim allowed,
        State memory expected
    ) internal {
        bytes32 id = escrow.agreementId(c.agreement);
        _assume(differ(e.id, id) | differ(e.index, c.index));
        uint256 elsewhere = _word(e.id, e.index);
        uint256 claimable = escrow.claimable(e.token, e.account);

        (Claim success, ) = _callAs(c.caller, data);

        _prove(same(success, allowed));
        if (!Claim.unwrap(success)) return;
        _prove(
            _same(_state(_word(id, c.index)), expected) &
                eq(_word(e.id, e.index), elsewhere) &
                eq(escrow.claimable(e.token, e.account), claimable)
        );
    }
}
