// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../contracts/interfaces/IMicroEscrow.sol";
import {TypedData} from "../contracts/utils/TypedData.sol";
import {ArbitraryToken} from "./ArbitraryToken.sol";
import {Claim, eq, less, same} from "./Claim.sol";
import {Proof} from "./Proof.sol";
import {Wallet} from "./Wallet.sol";

/// @notice What the actor signed, anybody may send: it succeeds exactly when the actor's own call would, it is before the
/// deadline, and the actor's wallet accepts the action's EIP-712 digest, with every field in it; then it does what that call
/// would do. There are no fees here, and the token always pays. Settlements are in {Conclusions}.
contract Signatures is Proof {
    /// @dev The actor's wallet accepts if it answers {SIGNED}.
    struct Signature {
        uint256 deadline;
        uint256 answer;
    }

    Wallet private _actor;

    function check_close(Call memory c, Anything memory any, Signature memory by) public {
        c.index = 0; // where the flags are
        address party = c.agreement.freelancer = _newActor(c);
        _milestone(c);
        bytes32 hash = TypedData.close(id, by.deadline);
        bytes memory called = abi.encodeCall(IMicroEscrow.close, (c.agreement, party, _unsigned()));
        bytes memory signed = abi.encodeCall(IMicroEscrow.close, (c.agreement, party, _sign(hash, by)));
        _proveSame(c, any, by, called, signed);
    }

    function check_submit(Call memory c, Anything memory any, Signature memory by, bytes32 deliverable) public {
        c.agreement.freelancer = _newActor(c);
        State memory s = _milestone(c);
        bytes32 hash = TypedData.submit(id, c.index, uint8(s.submissions + 1), deliverable, by.deadline);
        bytes memory called = abi.encodeCall(IMicroEscrow.submit, (c.agreement, c.index, deliverable, _unsigned()));
        bytes memory signed = abi.encodeCall(IMicroEscrow.submit, (c.agreement, c.index, deliverable, _sign(hash, by)));
        _proveSame(c, any, by, called, signed);
    }

    function check_requestChanges(
        Call memory c,
        Anything memory any,
        Signature memory by,
        uint256 submission,
        bytes32 reason
    ) public {
        c.agreement.client = _newActor(c);
        _milestone(c);
        bytes32 hash = TypedData.requestChanges(id, c.index, submission, reason, by.deadline);
        bytes memory called = abi.encodeCall(
            IMicroEscrow.requestChanges,
            (c.agreement, c.index, submission, reason, _unsigned())
        );
        bytes memory signed = abi.encodeCall(
            IMicroEscrow.requestChanges,
            (c.agreement, c.index, submission, reason, _sign(hash, by))
        );
        _proveSame(c, any, by, called, signed);
    }

    function check_attest(
        Call memory c,
        Anything memory any,
        Signature memory by,
        uint256 submission,
        bool passed,
        bytes32 report
    ) public {
        c.agreement.verifier = _newActor(c);
        _milestone(c);
        bytes32 hash = TypedData.attest(id, c.index, submission, passed, report, by.deadline);
        bytes memory called = abi.encodeCall(
            IMicroEscrow.attest,
            (c.agreement, c.index, submission, passed, report, _unsigned())
        );
        bytes memory signed = abi.encodeCall(
            IMicroEscrow.attest,
            (c.agreement, c.index, submission, passed, report, _sign(hash, by))
        );
        _proveSame(c, any, by, called, signed);
    }

    function check_extend(Call memory c, Anything memory any, Signature memory by, uint40 clock) public {
        c.agreement.client = _newActor(c);
        State memory s = _milestone(c);
        bytes32 hash = TypedData.extend(id, c.index, s.submissions, uint40(s.clock), clock, by.deadline);
        bytes memory called = abi.encodeCall(IMicroEscrow.extend, (c.agreement, c.index, clock, _unsigned()));
        bytes memory signed = abi.encodeCall(IMicroEscrow.extend, (c.agreement, c.index, clock, _sign(hash, by)));
        _proveSame(c, any, by, called, signed);
    }

    /// @dev Of a submission by the client, of a request for changes by the freelancer.
    function check_dispute(
        Call memory c,
        Anything memory any,
        Signature memory by,
        uint256 submission,
        bytes32 evidence,
        bool isSubmitted
    ) public {
        if (isSubmitted) c.agreement.client = _newActor(c);
        else c.agreement.freelancer = _newActor(c);
        State memory s = _milestone(c);
        _assume(same(eq(s.status, uint8(IMicroEscrow.Status.Submitted)), Claim.wrap(isSubmitted)));
        bytes32 hash = TypedData.dispute(id, c.index, submission, evidence, by.deadline);
        bytes memory called = abi.encodeCall(
            IMicroEscrow.dispute,
            (c.agreement, c.index, submission, evidence, _unsigned())
        );
        bytes memory signed = abi.encodeCall(
            IMicroEscrow.dispute,
            (c.agreement, c.index, submission, evidence, _sign(hash, by))
        );
        _proveSame(c, any, by, called, signed);
    }

    function check_approve(Call memory c, Anything memory any, Signature memory by, uint256 submission) public {
        c.agreement.client = _newActor(c);
        State memory s = _milestone(c);
        bytes32 hash = TypedData.approve(id, c.index, submission, uint128(s.amount), by.deadline);
        bytes memory called = abi.encodeCall(IMicroEscrow.approve, (c.agreement, c.index, submission, _unsigned()));
        bytes memory signed = abi.encodeCall(IMicroEscrow.approve, (c.agreement, c.index, submission, _sign(hash, by)));
        _proveSame(c, any, by, called, signed);
    }

    function check_advance(Call memory c, Anything memory any, Signature memory by, uint128 amount) public {
        c.agreement.client = _newActor(c);
        State memory s = _milestone(c);
        uint128 remaining;
        unchecked {
            remaining = uint128(s.amount) - amount; // where it is allowed
        }
        bytes32 hash = TypedData.advance(id, c.index, amount, remaining, by.deadline);
        bytes memory called = abi.encodeCall(IMicroEscrow.advance, (c.agreement, c.index, amount, _unsigned()));
        bytes memory signed = abi.encodeCall(IMicroEscrow.advance, (c.agreement, c.index, amount, _sign(hash, by)));
        _proveSame(c, any, by, called, signed);
    }

    function check_rule(
        Call memory c,
        Anything memory any,
        Signature memory by,
        uint128 freelancerAmount,
        bytes32 reasoning
    ) public {
        c.agreement.arbiter = _newActor(c);
        _milestone(c);
        bytes32 hash = TypedData.rule(id, c.index, freelancerAmount, reasoning, by.deadline);
        bytes memory called = abi.encodeCall(
            IMicroEscrow.rule,
            (c.agreement, c.index, freelancerAmount, reasoning, _unsigned())
        );
        bytes memory signed = abi.encodeCall(
            IMicroEscrow.rule,
            (c.agreement, c.index, freelancerAmount, reasoning, _sign(hash, by))
        );
        _proveSame(c, any, by, called, signed);
    }

    function check_refund(Call memory c, Anything memory any, Signature memory by) public {
        c.agreement.freelancer = _newActor(c);
        State memory s = _milestone(c);
        bytes32 hash = TypedData.refund(id, c.index, uint128(s.amount), by.deadline);
        bytes memory called = abi.encodeCall(IMicroEscrow.refund, (c.agreement, c.index, _unsigned()));
        bytes memory signed = abi.encodeCall(IMicroEscrow.refund, (c.agreement, c.index, _sign(hash, by)));
        _proveSame(c, any, by, called, signed);
    }

    // -------------------------------------------------------------------------------------------------------- steps

    function _newActor(Call memory c) internal returns (address) {
        c.agreement.token = address(token);
        (c.agreement.feeBps, c.agreement.arbiterFeeBps) = (0, 0);
        token.become(ArbitraryToken.Mood.Willing);
        _actor = new Wallet();
        return address(_actor);
    }

    function _sign(bytes32 structHash, Signature memory by) internal returns (IMicroEscrow.Authorization memory) {
        return _signed(_actor, structHash, by.deadline, by.answer);
    }

    function _proveSame(
        Call memory c,
        Anything memory any,
        Signature memory by,
        bytes memory called,
        bytes memory signed
    ) internal {
        Observed memory a = _attempt(address(_actor), called, any);
        Observed memory b = _attempt(c.caller, signed, any);
        _prove(same(eq(b.success, 1), eq(a.success, 1) & less(c.time, by.deadline) & eq(by.answer, SIGNED)));
        if (b.success == 0) return;
        _prove(
            eq(a.word, b.word) &
                eq(a.claimable, b.claimable) &
                eq(a.log.transfers, b.log.transfers) &
                eq(a.log.to[0], b.log.to[0]) &
                eq(a.log.to[1], b.log.to[1]) &
                eq(a.log.amount[0], b.log.amount[0]) &
                eq(a.log.amount[1], b.log.amount[1])
        );
    }
}
