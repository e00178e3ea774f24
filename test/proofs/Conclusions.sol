// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../contracts/interfaces/IMicroEscrow.sol";
import {ArbitraryToken} from "./ArbitraryToken.sol";
import {Claim, atMost, eq, isIn, less, same} from "./Claim.sol";
import {TypedData} from "../contracts/utils/TypedData.sol";
import {Money} from "./Money.sol";
import {Wallet} from "./Wallet.sol";

/// @notice What ends a milestone. Each call succeeds exactly when it is allowed here, or fails with NotEnoughGas; then what was
/// held is split exactly as is said here, however {ArbitraryToken} answers and whichever accounts coincide, the milestone
/// holds nothing, and nothing else that is stored changes.
contract Conclusions is Money {
    /// @dev Who gets what, and why.
    struct Conclusion {
        uint256 freelancerGross;
        uint256 clientAmount;
        uint256 arbiterFee;
        uint256 status;
        uint256 outcome;
    }

    function check_finalize(Call memory c, Anything memory any) public {
        State memory s = _now(c);
        Claim allowed = isIn(s.status, HELD) & atMost(s.clock, c.time);
        Conclusion memory end = _defaultOutcome(s, c.agreement.defaultShareBps);
        _proveConclusion(c, any, s, abi.encodeCall(IMicroEscrow.finalize, (c.agreement, c.index)), allowed, end);
    }

    function check_approve(Call memory c, Anything memory any, uint256 submission) public {
        token.become(ArbitraryToken.Mood.Careless);
        State memory s = _now(c);
        Claim allowed = isIn(s.status, HELD) & eq(c.caller, c.agreement.client) & eq(submission, s.submissions);
        bytes memory data = abi.encodeCall(IMicroEscrow.approve, (c.agreement, c.index, submission, _unsigned()));
        _proveConclusion(c, any, s, data, allowed, _released(s, IMicroEscrow.Outcome.Approved));
    }

    function check_attest(Call memory c, Anything memory any, uint256 submission, bytes32 report) public {
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
        _proveConclusion(c, any, s, data, allowed, _released(s, IMicroEscrow.Outcome.Attested));
    }

    function check_refund(Call memory c, Anything memory any) public {
        token.become(ArbitraryToken.Mood.Careless);
        State memory s = _now(c);
        Claim allowed = isIn(s.status, HELD) & eq(c.caller, c.agreement.freelancer);
        bytes memory data = abi.encodeCall(IMicroEscrow.refund, (c.agreement, c.index, _unsigned()));
        Conclusion memory end;
        end.clientAmount = s.amount;
        end.status = uint8(IMicroEscrow.Status.Refunded);
        end.outcome = uint8(IMicroEscrow.Outcome.Refunded);
        _proveConclusion(c, any, s, data, allowed, end);
    }

    function check_rule(Call memory c, Anything memory any, uint128 freelancerAmount, bytes32 reasoning) public {
        State memory s = _now(c);
        freelancerAmount = _amount(freelancerAmount);
        Conclusion memory end;
        end.arbiterFee = _part(s.amount, c.agreement.arbiterFeeBps);
        uint256 pot;
        unchecked {
            pot = s.amount - end.arbiterFee;
            end.clientAmount = pot - freelancerAmount; // where it is allowed
        }
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
        end.status = uint8(IMicroEscrow.Status.Resolved);
        end.outcome = uint8(IMicroEscrow.Outcome.Ruled);
        _proveConclusion(c, any, s, data, allowed, end);
    }

    /// @dev The client calls, and the freelancer signed.
    function check_settle(Call memory c, Anything memory any, uint128 freelancerAmount, Signatures memory by) public {
        by.client = Wallet(address(0));
        by.freelancer = new Wallet();
        _proveSettlement(c, any, freelancerAmount, by);
    }

    /// @dev The freelancer calls, and the client signed.
    function check_settleByFreelancer(
        Call memory c,
        Anything memory any,
        uint128 freelancerAmount,
        Signatures memory by
    ) public {
        token.become(ArbitraryToken.Mood.Willing);
        by.client = new Wallet();
        by.freelancer = Wallet(address(0));
        _proveSettlement(c, any, freelancerAmount, by);
    }

    /// @dev Anybody calls, and both signed.
    function check_settleByAnybody(
        Call memory c,
        Anything memory any,
        uint128 freelancerAmount,
        Signatures memory by
    ) public {
        token.become(ArbitraryToken.Mood.Willing);
        by.client = new Wallet();
        by.freelancer = new Wallet();
        _proveSettlement(c, any, freelancerAmount, by);
    }

    /// @dev Who signs a settlement; the one who does not, calls.
    struct Signatures {
        Wallet client;
        Wallet freelancer;
        uint256 clientDeadline;
        uint256 freelancerDeadline;
        uint256 clientAnswer;
        uint256 freelancerAnswer;
    }

    function _proveSettlement(Call memory c, Anything memory any, uint128 amount, Signatures memory by) internal {
        if (address(by.client) != address(0)) c.agreement.client = address(by.client);
        if (address(by.freelancer) != address(0)) c.agreement.freelancer = address(by.freelancer);
        State memory s = _now(c);
        amount = _amount(amount);
        Conclusion memory end;
        end.freelancerGross = amount;
        unchecked {
            end.clientAmount = uint128(s.amount) - amount; // where it is allowed
        }
        end.status = uint8(IMicroEscrow.Status.Resolved);
        end.outcome = uint8(IMicroEscrow.Outcome.Settled);

        Claim allowed = isIn(s.status, HELD) & atMost(amount, s.amount);
        IMicroEscrow.Authorization memory client;
        IMicroEscrow.Authorization memory freelancer;
        if (address(by.client) == address(0)) {
            allowed = allowed & eq(c.caller, c.agreement.client);
        } else {
            allowed = allowed & less(c.time, by.clientDeadline) & eq(by.clientAnswer, SIGNED);
            bytes32 hash = TypedData.settle(id, c.index, amount, uint128(end.clientAmount), by.clientDeadline);
            client = _signed(by.client, hash, by.clientDeadline, by.clientAnswer);
        }
        if (address(by.freelancer) == address(0)) {
            allowed = allowed & eq(c.caller, c.agreement.freelancer);
        } else {
            allowed = allowed & less(c.time, by.freelancerDeadline) & eq(by.freelancerAnswer, SIGNED);
            bytes32 hash = TypedData.settle(id, c.index, amount, uint128(end.clientAmount), by.freelancerDeadline);
            freelancer = _signed(by.freelancer, hash, by.freelancerDeadline, by.freelancerAnswer);
        }
        bytes memory data = abi.encodeCall(IMicroEscrow.settle, (c.agreement, c.index, amount, client, freelancer));
        _proveConclusion(c, any, s, data, allowed, end);
    }

    function _released(State memory s, IMicroEscrow.Outcome outcome) internal pure returns (Conclusion memory end) {
        end.freelancerGross = s.amount;
        end.status = uint8(IMicroEscrow.Status.Released);
        end.outcome = uint8(outcome);
    }

    /// @dev The last column of the protocol's table of statuses.
    function _defaultOutcome(State memory s, uint256 defaultShareBps) internal view returns (Conclusion memory end) {
        if (s.status == uint8(IMicroEscrow.Status.Submitted)) return _released(s, IMicroEscrow.Outcome.ReviewExpired);
        if (s.status == uint8(IMicroEscrow.Status.Disputed)) {
            end.freelancerGross = _part(s.amount, defaultShareBps);
            end.status = uint8(IMicroEscrow.Status.Resolved);
            end.outcome = uint8(IMicroEscrow.Outcome.ArbitrationExpired);
        } else {
            bool funded = s.status == uint8(IMicroEscrow.Status.Funded);
            end.status = uint8(IMicroEscrow.Status.Refunded);
            end.outcome = uint8(funded ? IMicroEscrow.Outcome.WorkExpired : IMicroEscrow.Outcome.ReworkExpired);
        }
        unchecked {
            end.clientAmount = s.amount - end.freelancerGross;
        }
    }

    // -------------------------------------------------------------------------------------------------------- steps

    /// @dev The agreement's rates are within their caps, without which no agreement gets its first consent: see {Funding}.
    function _proveConclusion(
        Call memory c,
        Anything memory any,
        State memory s,
        bytes memory data,
        Claim allowed,
        Conclusion memory end
    ) internal {
        IMicroEscrow.Agreement memory a = c.agreement;
        uint256 platformFee = _part(end.freelancerGross, a.feeBps);
        uint256 freelancerAmount;
        unchecked {
            freelancerAmount = end.freelancerGross - platformFee;
        }
        _assume(
            atMost(a.feeBps, 1_000) &
                atMost(a.arbiterFeeBps, 1_000) &
                atMost(a.defaultShareBps, BPS) &
                _hasRoom(a.arbiter) &
                _hasRoom(a.feeRecipient) &
                _hasRoom(_payee(a.payoutTo, a.freelancer)) &
                _hasRoom(_payee(a.refundTo, a.client))
        );

        Observed memory o = _attempt(c.caller, data, any);
        _prove(same(eq(o.success, 1), allowed) | eq(o.answer, IMicroEscrow.NotEnoughGas.selector));
        if (o.success == 0) return;

        Claim adds;
        unchecked {
            adds = eq(freelancerAmount + end.clientAmount + platformFee + end.arbiterFee, s.amount);
        }
        _set(c.index, State(0, 0, s.submissions, end.status, end.outcome, s.flags));
        if (end.outcome == uint8(IMicroEscrow.Outcome.Ruled)) _credit(address(token), a.arbiter, end.arbiterFee);
        else assert(end.arbiterFee == 0);
        Claim paid = _settle(o, a, platformFee, freelancerAmount, end.clientAmount);
        _prove(adds & atMost(platformFee, end.freelancerGross) & paid & _isStored(o, any));
    }
}
