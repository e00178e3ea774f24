// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {Base} from "./Base.sol";
import {TypedData} from "./TypedData.sol";
import {vm} from "./Vm.sol";

/// @notice The escrow's actions as data, for tests that say something about all of them.
abstract contract Actions is Base {
    enum Action {
        Close,
        Submit,
        Approve,
        Advance,
        RequestChanges,
        Attest,
        Extend,
        Dispute,
        Rule,
        Settle,
        Refund,
        SubmitEvidence,
        Finalize
    }

    /// @dev The first so many can be signed.
    uint256 internal constant SIGNED_ACTIONS = 11;
    uint256 internal constant ACTIONS = 13;

    uint128 internal constant PART = 300_000_001;
    uint40 internal constant LATER = uint40(START + 365 days);

    /// @dev A status in which the action is possible.
    function _statusFor(Action action) internal pure returns (IMicroEscrow.Status) {
        if (action == Action.Close) return IMicroEscrow.Status.None;
        if (action == Action.Submit || action == Action.Extend) return IMicroEscrow.Status.Funded;
        if (action == Action.Rule || action == Action.SubmitEvidence) return IMicroEscrow.Status.Disputed;
        return IMicroEscrow.Status.Submitted;
    }

    /// @dev The set of statuses in which the action is possible, from the protocol's table.
    function _allowed(Action action) internal pure returns (uint256) {
        if (action == Action.Submit || action == Action.Extend) return FUNDED | CHANGES_REQUESTED;
        if (action == Action.Advance) return FUNDED | SUBMITTED | CHANGES_REQUESTED;
        if (action == Action.RequestChanges || action == Action.Attest) return SUBMITTED;
        if (action == Action.Dispute) return SUBMITTED | CHANGES_REQUESTED;
        if (action == Action.Rule || action == Action.SubmitEvidence) return DISPUTED;
        return HELD;
    }

    /// @dev Whether the action is a turn, which is over when the clock runs out; the others are gifts.
    function _isTurn(Action action) internal pure returns (bool) {
        return
            action == Action.Submit ||
            action == Action.RequestChanges ||
            action == Action.Attest ||
            action == Action.Dispute ||
            action == Action.Rule;
    }

    /// @dev Whose decision the action is. (Of a settlement, the client's half; see {_callFor}.)
    function _actorFor(Action action, uint256 index) internal view returns (address) {
        if (action == Action.Submit || action == Action.Refund) return agreement.freelancer;
        if (action == Action.Attest) return agreement.verifier;
        if (action == Action.Rule) return agreement.arbiter;
        if (action == Action.Dispute && _milestone(index).status == IMicroEscrow.Status.ChangesRequested) {
            return agreement.freelancer;
        }
        return agreement.client;
    }

    /// @dev What the actor signs in the milestone's present state.
    function _hashFor(Action action, uint256 index, uint256 deadline) internal view returns (bytes32) {
        IMicroEscrow.MilestoneState memory state = _milestone(index);
        if (action == Action.Close) return TypedData.close(id, deadline);
        if (action == Action.Submit) {
            return TypedData.submit(id, index, state.submissions + 1, DELIVERABLE, deadline);
        }
        if (action == Action.Approve) {
            return TypedData.approve(id, index, state.submissions, state.amount, deadline);
        }
        if (action == Action.Advance) return TypedData.advance(id, index, PART, state.amount - PART, deadline);
        if (action == Action.RequestChanges) {
            return TypedData.requestChanges(id, index, state.submissions, REASON, deadline);
        }
        if (action == Action.Attest) return TypedData.attest(id, index, state.submissions, true, REPORT, deadline);
        if (action == Action.Extend)
            return TypedData.extend(id, index, state.submissions, state.clock, LATER, deadline);
        if (action == Action.Dispute) return TypedData.dispute(id, index, state.submissions, EVIDENCE, deadline);
        if (action == Action.Rule) return TypedData.rule(id, index, PART, REASONING, deadline);
        if (action == Action.Settle) return TypedData.settle(id, index, PART, state.amount - PART, deadline);
        return TypedData.refund(id, index, state.amount, deadline);
    }

    function _signedFor(
        Action action,
        uint256 index,
        uint256 deadline
    ) internal view returns (IMicroEscrow.Authorization memory) {
        return _signed(_actorFor(action, index), _hashFor(action, index, deadline), deadline);
    }

    /// @dev The call. A settlement carries the freelancer's signature beside the client's `auth`.
    function _callFor(
        Action action,
        uint256 index,
        IMicroEscrow.Authorization memory auth
    ) internal view returns (bytes memory) {
        uint256 submission = _milestone(index).submissions;
        if (action == Action.Close) return abi.encodeCall(escrow.close, (agreement, agreement.client, auth));
        if (action == Action.Submit) return abi.encodeCall(escrow.submit, (agreement, index, DELIVERABLE, auth));
        if (action == Action.Approve) return abi.encodeCall(escrow.approve, (agreement, index, submission, auth));
        if (action == Action.Advance) return abi.encodeCall(escrow.advance, (agreement, index, PART, auth));
        if (action == Action.RequestChanges) {
            return abi.encodeCall(escrow.requestChanges, (agreement, index, submission, REASON, auth));
        }
        if (action == Action.Attest) {
            return abi.encodeCall(escrow.attest, (agreement, index, submission, true, REPORT, auth));
        }
        if (action == Action.Extend) return abi.encodeCall(escrow.extend, (agreement, index, LATER, auth));
        if (action == Action.Dispute) {
            return abi.encodeCall(escrow.dispute, (agreement, index, submission, EVIDENCE, auth));
        }
        if (action == Action.Rule) return abi.encodeCall(escrow.rule, (agreement, index, PART, REASONING, auth));
        if (action == Action.Settle) return abi.encodeCall(escrow.settle, (agreement, index, PART, auth, _half(index)));
        if (action == Action.Refund) return abi.encodeCall(escrow.refund, (agreement, index, auth));
        if (action == Action.SubmitEvidence) {
            return abi.encodeCall(escrow.submitEvidence, (agreement, index, EVIDENCE));
        }
        return abi.encodeCall(escrow.finalize, (agreement, index));
    }

    /// @dev The freelancer's half of a settlement.
    function _half(uint256 index) private view returns (IMicroEscrow.Authorization memory auth) {
        uint128 held = _milestone(index).amount;
        if (held < PART) return auth;
        return _signed(freelancer, TypedData.settle(id, index, PART, held - PART, LATER), LATER);
    }

    function _call(address caller, bytes memory data) internal returns (bool success, bytes memory result) {
        vm.prank(caller);
        return address(escrow).call(data);
    }

    function _assertCall(address caller, bytes memory data) internal {
        (bool success, ) = _call(caller, data);
        vm.assertTrue(success, "the call is refused");
    }

    function _assertRefused(address caller, bytes memory data, bytes memory reason) internal {
        (bool success, bytes memory result) = _call(caller, data);
        vm.assertFalse(success, "the call is not refused");
        vm.assertEq(result, reason, "the call is refused for another reason");
        _forgetEvents();
    }

    /// @dev Requires that these signatures are not the parties' consents to the agreement, here and now: not in `accept`,
    /// and the freelancer's not in `fund` either.
    function _assertNoConsent(bytes memory ofClient, bytes memory ofFreelancer) internal {
        _assertRefused(stranger, _accepting(client, ofClient), _invalidSignature(client, id));
        _assertRefused(stranger, _accepting(freelancer, ofFreelancer), _invalidSignature(freelancer, id));
        bytes memory funding = abi.encodeCall(escrow.fund, (agreement, schedule, _only(0), ofFreelancer));
        _assertRefused(client, funding, _invalidSignature(freelancer, id));
    }

    function _accepting(address party, bytes memory signature) internal view returns (bytes memory) {
        return abi.encodeCall(escrow.accept, (agreement, schedule, party, signature));
    }

    /// @dev Everything that could have changed, as one value.
    function _fingerprint() internal view returns (bytes32) {
        address[9] memory accounts = [
            client,
            freelancer,
            arbiter,
            verifier,
            platform,
            payer,
            stranger,
            treasury,
            address(escrow)
        ];
        bytes memory everything;
        for (uint256 i = 0; i < accounts.length; ++i) {
            everything = bytes.concat(
                everything,
                abi.encode(_balance(accounts[i]), escrow.claimable(token, accounts[i]))
            );
        }
        for (uint256 i = 0; i < MILESTONES; ++i) everything = bytes.concat(everything, abi.encode(_milestone(i)));
        return keccak256(everything);
    }
}
