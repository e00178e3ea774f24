// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../contracts/interfaces/IMicroEscrow.sol";
import {svm, vm} from "./Cheats.sol";
import {Claim, amountIf, atMost, differ, eq, ifElse, isIn, less, not, same} from "./Claim.sol";
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
        Claim allowed =
            isIn(s.status, SUBMITTED) &
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
        Claim allowed =
            isIn(s.status, DISPUTED) &
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

    /// @dev Only the case of one account that is client and freelancer in one goes without a signature: no valid agreement
    /// has it, but the money and the milestone go the same way in every settlement. Who may settle is left to the tests.
    function check_settle(Call memory c, Elsewhere memory e, uint128 freelancerAmount) public {
        State memory s = _now(c);
        Claim allowed =
            isIn(s.status, HELD) &
                eq(c.caller, c.agreement.client) &
                eq(c.caller, c.agreement.freelancer) &
                atMost(freelancerAmount, s.amount);
        bytes memory data = abi.encodeCall(
            IMicroEscrow.settle,
            (c.agreement, c.index, freelancerAmount, _unsigned(), _unsigned())
        );
        Conclusion memory end;
        end.freelancerGross = freelancerAmount;
        unchecked {
            end.clientAmount = s.amount - freelancerAmount;
        }
        end.status = uint8(IMicroEscrow.Status.Resolved);
        end.outcome = uint8(IMicroEscrow.Outcome.Settled);
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

    /// @dev The milestone at the time of the call. That its agreement's rates are within their caps is assumed.
    function _now(Call memory c) internal returns (State memory s) {
        c.agreement.token = address(token);
        token.prepare(svm.createUint256("first answer"), svm.createUint256("second answer"));
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
        _assume(differ(e.id, id) | differ(e.index, c.index));
        _assume(
            _small(_payoutTo(c)) & _small(_refundTo(c)) & _small(c.agreement.feeRecipient) & _small(c.agreement.arbiter)
        );
        uint256 elsewhere = _word(e.id, e.index);
        uint256 claimable = escrow.claimable(address(token), e.account);

        (Claim success, bytes32 error) = _callAs(c.caller, data);

        _prove(same(success, allowed) | eq(error, IMicroEscrow.NotEnoughGas.selector));
        if (!Claim.unwrap(success)) return;
        unchecked {
            uint256 freelancerAmount = end.freelancerGross - platformFee;
            _prove(
                eq(freelancerAmount + end.clientAmount + platformFee + end.arbiterFee, s.amount) &
                    atMost(platformFee, end.freelancerGross) &
                    _same(_state(_word(id, c.index)), State(0, 0, s.submissions, end.status, end.outcome, s.flags)) &
                    eq(_word(e.id, e.index), elsewhere)
            );
            _provePayments(c, e.account, claimable, end, freelancerAmount, platformFee);
        }
    }

    /// @dev Of any account: it was paid its part where the token paid, the rest of its part became claimable, and it got
    /// nothing else. Accounts may coincide: then their parts add up.
    function _provePayments(
        Call memory c,
        address account,
        uint256 claimable,
        Conclusion memory end,
        uint256 freelancerAmount,
        uint256 platformFee
    ) internal view {
        // Nothing is transferred when there is nothing to transfer: then the first answer is the one to the client's payment.
        Claim freelancerPaid = eq(token.answers(0), 1);
        Claim clientPaid = eq(ifElse(eq(freelancerAmount, 0), token.answers(0), token.answers(1)), 1);
        Claim toFreelancer = eq(account, _payoutTo(c));
        Claim toClient = eq(account, _refundTo(c));

        uint256 paid = _plusIf(toFreelancer & freelancerPaid, 0, freelancerAmount);
        paid = _plusIf(toClient & clientPaid, paid, end.clientAmount);
        claimable = _plusIf(eq(account, c.agreement.arbiter), claimable, end.arbiterFee);
        claimable = _plusIf(eq(account, c.agreement.feeRecipient), claimable, platformFee);
        claimable = _plusIf(toFreelancer & not(freelancerPaid), claimable, freelancerAmount);
        claimable = _plusIf(toClient & not(clientPaid), claimable, end.clientAmount);
        _prove(eq(token.paid(account), paid) & eq(escrow.claimable(address(token), account), claimable));
    }

    function _plusIf(Claim claim, uint256 sum, uint256 amount) internal pure returns (uint256) {
        unchecked {
            return ifElse(claim, sum + amount, sum);
        }
    }

    function _payoutTo(Call memory c) internal pure returns (address) {
        return _payee(c.agreement.payoutTo, c.agreement.freelancer);
    }

    function _refundTo(Call memory c) internal pure returns (address) {
        return _payee(c.agreement.refundTo, c.agreement.client);
    }

    /// @dev No claimable balance comes near the largest number: the token's whole supply would have to.
    function _small(address account) internal view returns (Claim) {
        return less(escrow.claimable(address(token), account), 1 << 160);
    }
}
