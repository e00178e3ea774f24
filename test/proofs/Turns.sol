// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../contracts/interfaces/IMicroEscrow.sol";
import {vm} from "./Cheats.sol";
import {Claim, atMost, differ, eq, implies, isIn, less, same} from "./Claim.sol";
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

    /// @dev Without the attestation that pays at once, which is in {Conclusions}.
    function check_attest(Call memory c, Elsewhere memory e, uint256 submission, bool passed, bytes32 report) public {
        State memory s = _now(c);
        _assume(implies(Claim.wrap(passed), differ(c.agreement.challengePeriod, 0)));
        Claim allowed =
            isIn(s.status, SUBMITTED) &
                less(c.time, s.clock) &
                eq(c.caller, c.agreement.verifier) &
                eq(submission, s.submissions);
        bytes memory data = abi.encodeCall(
            IMicroEscrow.attest,
            (c.agreement, c.index, submission, passed, report, _unsigned())
        );
        uint256 challengeEnd = c.time + c.agreement.challengePeriod;
        if (!passed) {
            s.status = uint8(IMicroEscrow.Status.ChangesRequested);
            s.clock = c.time + c.agreement.reworkPeriod;
        } else if (challengeEnd < s.clock) {
            s.clock = challengeEnd;
        }
        _proveTransition(c, e, data, allowed, s);
    }

    function check_extend(Call memory c, Elsewhere memory e, uint40 clock) public {
        State memory s = _now(c);
        Claim allowed =
            isIn(s.status, FUNDED | CHANGES_REQUESTED) &
                less(s.clock, clock) &
                less(c.time, clock) &
                eq(c.caller, c.agreement.client);
        bytes memory data = abi.encodeCall(IMicroEscrow.extend, (c.agreement, c.index, clock, _unsigned()));
        s.clock = clock;
        _proveTransition(c, e, data, allowed, s);
    }

    function check_dispute(Call memory c, Elsewhere memory e, uint256 submission, bytes32 evidence) public {
        State memory s = _now(c);
        Claim byClient = isIn(s.status, SUBMITTED) & eq(c.caller, c.agreement.client);
        Claim byFreelancer = isIn(s.status, CHANGES_REQUESTED) & eq(c.caller, c.agreement.freelancer);
        Claim allowed = (byClient | byFreelancer) & less(c.time, s.clock) & eq(submission, s.submissions);
        bytes memory data = abi.encodeCall(
            IMicroEscrow.dispute,
            (c.agreement, c.index, submission, evidence, _unsigned())
        );
        s.status = uint8(IMicroEscrow.Status.Disputed);
        s.clock = c.time + c.agreement.arbitrationPeriod;
        _proveTransition(c, e, data, allowed, s);
    }

    function check_submitEvidence(Call memory c, Elsewhere memory e, bytes32 evidence) public {
        State memory s = _now(c);
        Claim allowed =
            isIn(s.status, DISPUTED) &
                (eq(c.caller, c.agreement.client) |
                    eq(c.caller, c.agreement.freelancer) |
                    eq(c.caller, c.agreement.arbiter) |
                    eq(c.caller, c.agreement.verifier));
        bytes memory data = abi.encodeCall(IMicroEscrow.submitEvidence, (c.agreement, c.index, evidence));
        _proveTransition(c, e, data, allowed, s);
    }

    function check_close(Call memory c, Elsewhere memory e, address party) public {
        c.index = 0; // where the flags are
        State memory s = _now(c);
        Claim allowed = (eq(party, c.agreement.client) | eq(party, c.agreement.freelancer)) & eq(c.caller, party);
        bytes memory data = abi.encodeCall(IMicroEscrow.close, (c.agreement, party, _unsigned()));
        s.flags |= 4;
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
