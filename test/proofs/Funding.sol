// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../contracts/interfaces/IMicroEscrow.sol";
import {ArbitraryToken} from "./ArbitraryToken.sol";
import {Claim, atMost, differ, eq, ifElse, implies, less, not, same} from "./Claim.sol";
import {Proof} from "./Proof.sol";

/// @notice Consent, and money that comes in. Each call succeeds exactly when it is allowed here; then both slots become exactly
/// what is said here, and nothing else that is stored changes.
contract Funding is Proof {
    uint256 internal constant CLIENT_CONSENTED = 1;
    uint256 internal constant FREELANCER_CONSENTED = 2;
    uint256 internal constant CLOSED = 4;

    /// @dev Without a signature: the party itself calls. A schedule of up to two milestones.
    function check_accept(
        Call memory c,
        Anything memory any,
        IMicroEscrow.Milestone[] memory schedule,
        address party
    ) public {
        c.index = 0; // where the flags are
        State memory s = _milestone(c);
        Claim isClient = eq(party, c.agreement.client);
        Claim isFreelancer = eq(party, c.agreement.freelancer) & not(isClient);
        uint256 consent = ifElse(isClient, CLIENT_CONSENTED, FREELANCER_CONSENTED);
        Claim consented = differ(s.flags & consent, 0);
        Claim first = eq(s.flags & (CLIENT_CONSENTED | FREELANCER_CONSENTED), 0);
        Claim allowed =
            (isClient | isFreelancer) &
                (consented |
                    (eq(escrow.scheduleHash(schedule), c.agreement.milestones) &
                        eq(c.caller, party) &
                        implies(first, _valid(c.agreement, schedule))));
        bytes memory data = abi.encodeCall(IMicroEscrow.accept, (c.agreement, schedule, party, ""));

        Observed memory o = _attempt(c.caller, data, any);
        _prove(same(eq(o.success, 1), allowed));
        if (o.success == 0) return;
        s.flags |= consent;
        _set(0, s);
        _prove(_isStored(o, any));
    }

    /// @dev One milestone of a schedule of up to two, without a gate and without a signature: the freelancer has accepted before,
    /// or calls itself. The token may answer with any word, and the escrow's balance in it may become anything.
    function check_fund(
        Call memory c,
        Anything memory any,
        IMicroEscrow.Milestone[] memory schedule,
        ArbitraryToken.Arrival memory arrival
    ) public {
        c.agreement.gate = address(0);
        c.agreement.token = address(token);
        c.index =
            c.index == 0
                ? 0
                : c.index == 1
                    ? 1
                    : 2;
        token.expect(arrival);
        State memory s = _milestone(c);
        State memory first = _state(_word(id, 0));
        uint256 amount = c.index < schedule.length ? schedule[c.index].amount : 0;
        _assume(less(arrival.balanceBefore, 1 << 160));

        Claim consentedOrCalls =
            (differ(first.flags & CLIENT_CONSENTED, 0) | eq(c.caller, c.agreement.client)) &
                (differ(first.flags & FREELANCER_CONSENTED, 0) | eq(c.caller, c.agreement.freelancer));
        Claim isFirst = eq(first.flags & (CLIENT_CONSENTED | FREELANCER_CONSENTED), 0);
        Claim allowed =
            eq(first.flags & CLOSED, 0) &
                less(c.time, c.agreement.fundBy) &
                consentedOrCalls &
                eq(escrow.scheduleHash(schedule), c.agreement.milestones) &
                implies(isFirst, _valid(c.agreement, schedule)) &
                less(c.index, schedule.length) &
                eq(s.status, uint8(IMicroEscrow.Status.None)) &
                eq(arrival.answer, 1) &
                eq(arrival.balanceAfter, arrival.balanceBefore + amount);
        uint256[] memory indices = new uint256[](1);
        indices[0] = c.index;
        bytes memory data = abi.encodeCall(IMicroEscrow.fund, (c.agreement, schedule, indices, ""));

        Observed memory o = _attempt(c.caller, data, any);
        _prove(same(eq(o.success, 1), allowed));
        if (o.success == 0) return;

        _prove(
            eq(o.log.transfers, 1) &
                eq(o.log.from, c.caller) &
                eq(o.log.to[0], address(escrow)) &
                eq(o.log.amount[0], amount)
        );
        first.flags |= CLIENT_CONSENTED | FREELANCER_CONSENTED;
        _set(0, first);
        if (c.index == 0) s.flags = first.flags;
        s.status = uint8(IMicroEscrow.Status.Funded);
        s.amount = amount;
        s.clock = c.time + schedule[c.index].workPeriod;
        _set(c.index, s);
        _prove(_isStored(o, any));
    }

    /// @dev What is checked of an agreement before money can come in under it.
    function _valid(
        IMicroEscrow.Agreement memory a,
        IMicroEscrow.Milestone[] memory schedule
    ) internal view returns (Claim valid) {
        valid =
            not(eq(a.token, address(0))) &
            not(eq(a.token, address(escrow))) &
            _mayTakePart(a, a.client) &
            _mayTakePart(a, a.freelancer) &
            _mayTakePart(a, a.arbiter);
        valid =
            valid &
            not(eq(a.client, a.freelancer)) &
            not(eq(a.client, a.arbiter)) &
            not(eq(a.freelancer, a.arbiter));
        valid = valid & _mayReceive(a, a.payoutTo) & _mayReceive(a, a.refundTo) & _mayReceive(a, a.feeRecipient);
        valid = valid & not(eq(a.verifier, a.freelancer)) & not(eq(a.verifier, a.arbiter));
        valid = valid & atMost(a.feeBps, 1_000) & atMost(a.arbiterFeeBps, 1_000) & atMost(a.defaultShareBps, 10_000);
        valid = valid & (eq(a.feeBps, 0) | not(eq(a.feeRecipient, address(0))));
        valid = valid & differ(a.reviewPeriod, 0) & differ(a.reworkPeriod, 0) & differ(a.arbitrationPeriod, 0);
        valid = valid & differ(schedule.length, 0);
        for (uint256 i = 0; i < schedule.length; ++i) {
            valid = valid & differ(schedule[i].amount, 0) & differ(schedule[i].workPeriod, 0);
        }
    }

    function _mayTakePart(IMicroEscrow.Agreement memory a, address account) internal view returns (Claim) {
        return not(eq(account, address(0))) & _mayReceive(a, account);
    }

    function _mayReceive(IMicroEscrow.Agreement memory a, address account) internal view returns (Claim) {
        return not(eq(account, address(escrow))) & not(eq(account, a.token));
    }
}
