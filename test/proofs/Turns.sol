// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../contracts/interfaces/IMicroEscrow.sol";
import {Claim, differ, eq, implies, isIn, less, same} from "./Claim.sol";
import {Proof} from "./Proof.sol";

/// @notice What pays nobody. Each call succeeds exactly when it is allowed here; then the milestone's slot becomes exactly
/// what is said here, and nothing else that is stored changes.
contract Turns is Proof {
    function check_submit(Call memory c, Anything memory any, bytes32 deliverable) public {
        State memory s = _milestone(c);
        Claim allowed =
            isIn(s.status, FUNDED | CHANGES_REQUESTED) &
                less(c.time, s.clock) &
                eq(c.caller, c.agreement.freelancer) &
                less(s.submissions, 255);
        bytes memory data = abi.encodeCall(IMicroEscrow.submit, (c.agreement, c.index, deliverable, _unsigned()));
        s.status = uint8(IMicroEscrow.Status.Submitted);
        s.clock = c.time + c.agreement.reviewPeriod;
        s.submissions += 1;
        _proveTransition(c, any, data, allowed, s);
    }

    function check_requestChanges(Call memory c, Anything memory any, uint256 submission, bytes32 reason) public {
        State memory s = _milestone(c);
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
        _proveTransition(c, any, data, allowed, s);
    }

    /// @dev Without the attestation that pays at once, which is in {Conclusions}.
    function check_attest(Call memory c, Anything memory any, uint256 submission, bool passed, bytes32 report) public {
        State memory s = _milestone(c);
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
        _proveTransition(c, any, data, allowed, s);
    }

    function check_extend(Call memory c, Anything memory any, uint40 clock) public {
        State memory s = _milestone(c);
        Claim allowed =
            isIn(s.status, FUNDED | CHANGES_REQUESTED) &
                less(s.clock, clock) &
                less(c.time, clock) &
                eq(c.caller, c.agreement.client);
        bytes memory data = abi.encodeCall(IMicroEscrow.extend, (c.agreement, c.index, clock, _unsigned()));
        s.clock = clock;
        _proveTransition(c, any, data, allowed, s);
    }

    function check_dispute(Call memory c, Anything memory any, uint256 submission, bytes32 evidence) public {
        State memory s = _milestone(c);
        Claim byClient = isIn(s.status, SUBMITTED) & eq(c.caller, c.agreement.client);
        Claim byFreelancer = isIn(s.status, CHANGES_REQUESTED) & eq(c.caller, c.agreement.freelancer);
        Claim allowed = (byClient | byFreelancer) & less(c.time, s.clock) & eq(submission, s.submissions);
        bytes memory data = abi.encodeCall(
            IMicroEscrow.dispute,
            (c.agreement, c.index, submission, evidence, _unsigned())
        );
        s.status = uint8(IMicroEscrow.Status.Disputed);
        s.clock = c.time + c.agreement.arbitrationPeriod;
        _proveTransition(c, any, data, allowed, s);
    }

    function check_submitEvidence(Call memory c, Anything memory any, bytes32 evidence) public {
        State memory s = _milestone(c);
        Claim allowed =
            isIn(s.status, DISPUTED) &
                (eq(c.caller, c.agreement.client) |
                    eq(c.caller, c.agreement.freelancer) |
                    eq(c.caller, c.agreement.arbiter) |
                    eq(c.caller, c.agreement.verifier));
        bytes memory data = abi.encodeCall(IMicroEscrow.submitEvidence, (c.agreement, c.index, evidence));
        _proveTransition(c, any, data, allowed, s);
    }

    function check_close(Call memory c, Anything memory any, address party) public {
        c.index = 0; // where the flags are
        State memory s = _milestone(c);
        Claim allowed = (eq(party, c.agreement.client) | eq(party, c.agreement.freelancer)) & eq(c.caller, party);
        bytes memory data = abi.encodeCall(IMicroEscrow.close, (c.agreement, party, _unsigned()));
        s.flags |= 4;
        _proveTransition(c, any, data, allowed, s);
    }

    // -------------------------------------------------------------------------------------------------------- steps

    function _proveTransition(
        Call memory c,
        Anything memory any,
        bytes memory data,
        Claim allowed,
        State memory expected
    ) internal {
        Observed memory o = _attempt(c.caller, data, any);
        _prove(same(eq(o.success, 1), allowed));
        if (o.success == 0) return;
        _set(c.index, expected);
        _prove(_isStored(o, any));
    }
}
