// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../contracts/interfaces/IMicroEscrow.sol";
import {vm} from "./Cheats.sol";
import {Claim, amountIf, atMost, differ, eq, isIn, less, same} from "./Claim.sol";
import {Proof} from "./Proof.sol";

/// @notice What ends a milestone. Each call succeeds exactly when it is allowed here (given the gas); then what was held is
/// split exactly as is said here, whatever the token does and whichever accounts coincide, and the milestone holds nothing.
contract Conclusions is Proof {
    /// @dev Who gets what, and why.
    struct Conclusion {
        uint256 freelancerGross;
        uint256 clientAmount;
        uint256 arbiterFee;
        uint256 status;
        uint256 outcome;
    }

    function check_finalize(Call memory c, Elsewhere memory e) public {
        State memory s = _now(c);
        Claim allowed = isIn(s.status, HELD) & atMost(s.clock, c.time);
        Conclusion memory end = _defaultOutcome(s, c.agreement.defaultShareBps);
        _proveConclusion(c, e, s, abi.encodeCall(IMicroEscrow.finalize, (c.agreement, c.index)), allowed, end);
    }

    function check_approve(Call memory c, Elsewhere memory e, uint256 submission) public {
        State memory s = _now(c);
        Claim allowed = isIn(s.status, HELD) & eq(c.caller, c.agreement.client) & eq(submission, s.submissions);
        bytes memory data = abi.encodeCall(IMicroEscrow.approve, (c.agreement, c.index, submission, _unsigned()));
        _proveConclusion(c, e, s, data, allowed, _released(s, IMicroEscrow.Outcome.Approved));
    }

    function check_attest(Call memory c, Elsewhere memory e, uint256 submission, bytes32 report) public {
        c.agreement.challengePeriod = 0;
        State memory s = _now(c);
        Claim allowed = isIn(s.status, SUBMITTED) &
            less(c.time, s.clock) &
            eq(c.caller, c.agreement.verifier) &
            eq(submission, s.submissions);
        bytes memory data = abi.encodeCall(
            IMicroEscrow.attest,
            (c.agreement, c.index, submission, true, report, _unsigned())
        );
        _proveConclusion(c, e, s, data, allowed, _released(s, IMicroEscrow.Outcome.Attested));
    }

    function check_refund(Call memory c, Elsewhere memory e) public {
        State memory s = _now(c);
        Claim allowed = isIn(s.status, HELD) & eq(c.caller, c.agreement.freelancer);
        bytes memory data = abi.encodeCall(IMicroEscrow.refund, (c.agreement, c.index, _unsigned()));
        Conclusion memory end;
        end.clientAmount = s.amount;
        end.status = uint8(IMicroEscrow.Status.Refunded);
        end.outcome = uint8(IMicroEscrow.Outcome.Refunded);
        _proveConclusion(c, e, s, data, allowed, end);
    }

    function check_rule(Call memory c, Elsewhere memory e, uint128 freelancerAmount, bytes32 reasoning) public {
        State memory s = _now(c);
        Conclusion memory end;
        end.arbiterFee = _part(s.amount, c.agreement.arbiterFeeBps);
        uint256 pot = s.amount - end.arbiterFee;
        Claim allowed = isIn(s.status, DISPUTED) &
            less(c.time, s.clock) &
            eq(c.caller, c.agreement.arbiter) &
            atMost(freelancerAmount, pot);
        bytes memory data = abi.encodeCall(
            IMicroEscrow.rule,
            (c.agreement, c.index, freelancerAmount, reasoning, _unsigned())
        );
        end.freelancerGross = freelancerAmount;
        unchecked {
            end.clientAmount = pot - freelancerAmount;
        }
        end.status = uint8(IMicroEscrow.Status.Resolved);
        end.outcome = uint8(IMicroEscrow.Outcome.Ruled);
        _proveConclusion(c, e, s, data, allowed, end);
    }

    function _released(State memory s, IMicroEscrow.Outcome outcome) internal pure returns (Conclusion memory end) {
        end.freelancerGross = s.amount;
        end.status = uint8(IMicroEscrow.Status.Released);
        end.outcome = uint8(outcome);
    }

    /// @dev The last column of the protocol's table of statuses.
    function _defaultOutcome(State memory s, uint256 defaultShareBps) internal pure returns (Conclusion memory end) {
        Claim submitted = eq(s.status, uint8(IMicroEscrow.Status.Submitted));
        Claim disputed = eq(s.status, uint8(IMicroEscrow.Status.Disputed));
        end.freelancerGross = amountIf(submitted, s.amount) | amountIf(disputed, _part(s.amount, defaultShareBps));
        end.clientAmount = s.amount - end.freelancerGross;
        end.status = uint8(IMicroEscrow.Status.Refunded);
        end.outcome = uint8(IMicroEscrow.Outcome.WorkExpired);
        if (s.status == uint8(IMicroEscrow.Status.Submitted)) {
            end.status = uint8(IMicroEscrow.Status.Released);
            end.outcome = uint8(IMicroEscrow.Outcome.ReviewExpired);
        } else if (s.status == uint8(IMicroEscrow.Status.ChangesRequested)) {
            end.outcome = uint8(IMicroEscrow.Outcome.ReworkExpired);
        } else if (s.status == uint8(IMicroEscrow.Status.Disputed)) {
            end.status = uint8(IMicroEscrow.Status.Resolved);
            end.outcome = uint8(IMicroEscrow.Outcome.ArbitrationExpired);
        }
    }

    // -------------------------------------------------------------------------------------------------------- steps

    /// @dev The milestone at the time of the call. Its agreement's rates are ones that {Consent} proves to be the only ones.
    function _now(Call memory c) internal returns (State memory s) {
        c.agreement.token = address(token);
        vm.warp(c.time);
        _assume(less(c.time, 1 << 39)); // the year 19,391
        s = _state(_word(escrow.agreementId(c.agreement), c.index));
        _assume(
            atMost(s.status, uint8(type(IMicroEscrow.Status).max)) &
                atMost(c.agreement.feeBps, 1_000) &
                atMost(c.agreement.arbiterFeeBps, 1_000) &
                atMost(c.agreement.defaultShareBps, BPS)
        );
    }

    function _proveConclusion(
        Call memory c,
        Elsewhere memory e,
        State memory s,
        bytes memory data,
        Claim allowed,
        Conclusion memory end
    ) internal {
        bytes32 id = escrow.agreementId(c.agreement);
        uint256 platformFee = _part(end.freelancerGross, c.agreement.feeBps);
        address payoutTo = _payee(c.agreement.payoutTo, c.agreement.freelancer);
        address refundTo = _payee(c.agreement.refundTo, c.agreement.client);
        _assume(_small(payoutTo) & _small(refundTo) & _small(c.agreement.feeRecipient) & _small(c.agreement.arbiter));
        _assume(differ(e.id, id) | differ(e.index, c.index));
        uint256 elsewhere = _word(e.id, e.index);
        uint256 received = _received(e.account);

        (Claim success, bytes32 error) = _callAs(c.caller, data);

        _prove(same(success, allowed) | eq(error, IMicroEscrow.NotEnoughGas.selector));
        if (!Claim.unwrap(success)) return;
        unchecked {
            uint256 freelancerAmount = end.freelancerGross - platformFee;
            uint256 due =
                amountIf(eq(e.account, payoutTo), freelancerAmount) +
                    amountIf(eq(e.account, refundTo), end.clientAmount) +
                    amountIf(eq(e.account, c.agreement.feeRecipient), platformFee) +
                    amountIf(eq(e.account, c.agreement.arbiter), end.arbiterFee);
            _prove(
                eq(freelancerAmount + end.clientAmount + platformFee + end.arbiterFee, s.amount) &
                    atMost(platformFee, end.freelancerGross) &
                    eq(_received(e.account) - received, due) &
                    _same(_state(_word(id, c.index)), State(0, 0, s.submissions, end.status, end.outcome, s.flags)) &
                    eq(_word(e.id, e.index), elsewhere)
            );
        }
    }

    /// @dev Everything that an account got: what it was paid, and what waits for it.
    function _received(address account) internal view returns (uint256) {
        unchecked {
            return token.paid(account) + escrow.claimable(address(token), account);
        }
    }

    /// @dev No claimable balance comes near the largest number: the token's whole supply would have to.
    function _small(address account) internal view returns (Claim) {
        return less(escrow.claimable(address(token), account), 1 << 255);
    }
}
