// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {RestrictedToken} from "../../../contracts/mocks/RestrictedToken.sol";
import {Vm, vm} from "../utils/Vm.sol";
import {TypedData} from "../utils/TypedData.sol";
import {Fuzz} from "./Fuzz.sol";

/// @notice What the events tell is what happened, for any input: their fields are the state and the balances' changes,
/// read afterwards. Milestone `n` begins in status `n`.
contract EventsTest is Fuzz {
    RestrictedToken private _restricted;

    function setUp() public override {
        super.setUp();
        _restricted = new RestrictedToken();
        _bringAll();
    }

    /// @dev The escrow's logs of one call.
    function _logsOf(address caller, bytes memory data) private returns (Vm.Log[] memory logs) {
        vm.recordLogs();
        _assertCall(caller, data);
        Vm.Log[] memory all = vm.getRecordedLogs();
        uint256 own = 0;
        for (uint256 i = 0; i < all.length; ++i) if (all[i].emitter == address(escrow)) ++own;
        logs = new Vm.Log[](own);
        own = 0;
        for (uint256 i = 0; i < all.length; ++i) if (all[i].emitter == address(escrow)) logs[own++] = all[i];
    }

    /// @dev The event's name, the agreement and the milestone; `third` is its last indexed field, if it has one.
    function _assertTopics(Vm.Log memory log, bytes32 selector, uint256 index, bytes32 third) private view {
        vm.assertEq(log.topics.length, third == 0 ? 3 : 4, "topics");
        vm.assertEq(log.topics[0], selector, "event");
        vm.assertEq(log.topics[1], id, "id");
        vm.assertEq(uint256(log.topics[2]), index, "index");
        if (third != 0) vm.assertEq(log.topics[3], third, "third topic");
    }

    function _word(address account) private pure returns (bytes32) {
        return bytes32(uint256(uint160(account)));
    }

    /// @dev One event, about this submission and this hash, with the clock that is stored.
    function _assertTurn(Action action, uint256 index, bytes memory data, bytes32 selector, bytes32 what) private {
        address actor = _actorFor(action, index);
        Vm.Log[] memory logs = _logsOf(actor, data);
        IMicroEscrow.MilestoneState memory state = _milestone(index);
        vm.assertEq(logs.length, 1, "events");
        _assertTopics(logs[0], selector, index, action == Action.Dispute ? _word(actor) : bytes32(0));
        vm.assertEq(logs[0].data, abi.encode(state.submissions, what, state.clock), "data");
    }

    // -------------------------------------------------------------------------------------------------------- turns

    function testFuzz_MilestoneSubmitted(bytes32 deliverable, bool again, uint32 delay) public {
        uint256 index = again ? 3 : 1;
        vm.warp(block.timestamp + (delay % 4 days));
        bytes memory data = abi.encodeCall(escrow.submit, (agreement, index, deliverable, _byCalling()));
        _assertTurn(Action.Submit, index, data, IMicroEscrow.MilestoneSubmitted.selector, deliverable);
    }

    function testFuzz_ChangesRequested(bytes32 reason, uint32 delay) public {
        vm.warp(block.timestamp + (delay % 4 days));
        bytes memory data = abi.encodeCall(escrow.requestChanges, (agreement, 2, 1, reason, _byCalling()));
        _assertTurn(Action.RequestChanges, 2, data, IMicroEscrow.ChangesRequested.selector, reason);
    }

    function testFuzz_MilestoneDisputed(bytes32 evidence, bool byClient, uint32 delay) public {
        uint256 index = byClient ? 2 : 3;
        vm.warp(block.timestamp + (delay % 4 days));
        bytes memory data = abi.encodeCall(escrow.dispute, (agreement, index, 1, evidence, _byCalling()));
        _assertTurn(Action.Dispute, index, data, IMicroEscrow.MilestoneDisputed.selector, evidence);
    }

    /// @dev A failed attestation is a request for changes too.
    function testFuzz_MilestoneAttested(bytes32 report, bool passed, uint32 delay) public {
        vm.warp(block.timestamp + (delay % 6 days));
        bytes memory data = abi.encodeCall(escrow.attest, (agreement, 2, 1, passed, report, _byCalling()));
        Vm.Log[] memory logs = _logsOf(verifier, data);
        uint40 clock = _milestone(2).clock;
        vm.assertEq(logs.length, passed ? 1 : 2, "events");
        _assertTopics(logs[0], IMicroEscrow.MilestoneAttested.selector, 2, 0);
        vm.assertEq(logs[0].data, abi.encode(1, passed, report, clock), "data");
        if (passed) return;
        _assertTopics(logs[1], IMicroEscrow.ChangesRequested.selector, 2, 0);
        vm.assertEq(logs[1].data, abi.encode(1, report, clock), "data");
    }

    function testFuzz_MilestoneExtended(uint256 seed, uint40 clock) public {
        uint256 index = uint256(_possibleStatus(Action.Extend, seed));
        clock = uint40(_bound(clock, uint256(_milestone(index).clock) + 1, type(uint40).max));
        bytes memory data = abi.encodeCall(escrow.extend, (agreement, index, clock, _byCalling()));
        Vm.Log[] memory logs = _logsOf(client, data);
        vm.assertEq(logs.length, 1, "events");
        _assertTopics(logs[0], IMicroEscrow.MilestoneExtended.selector, index, 0);
        vm.assertEq(logs[0].data, abi.encode(clock), "data");
        vm.assertEq(_milestone(index).clock, clock, "clock");
    }

    function testFuzz_EvidenceSubmitted(bytes32 evidence, uint256 who) public {
        address[4] memory named = [client, freelancer, arbiter, verifier];
        address by = named[who % 4];
        bytes32 before = _fingerprint();
        Vm.Log[] memory logs = _logsOf(by, abi.encodeCall(escrow.submitEvidence, (agreement, 4, evidence)));
        vm.assertEq(logs.length, 1, "events");
        _assertTopics(logs[0], IMicroEscrow.EvidenceSubmitted.selector, 4, _word(by));
        vm.assertEq(logs[0].data, abi.encode(evidence), "data");
        vm.assertEq(_fingerprint(), before, "more than an event");
    }

    // --------------------------------------------------------------------------------------------------------- money

    function testFuzz_AgreementOpenedAndAccepted(uint256 seed, bytes32 details, uint40 fundBy, bool byClient) public {
        (agreement.payoutTo, agreement.refundTo) = (_account(_draw(seed, 4)), _account(_draw(seed, 5)));
        (agreement.details, agreement.fundBy, agreement.gate) = (details, fundBy, address(uint160(seed)));
        _useTerms(_draw(seed, 6), seed);
        address party = byClient ? client : freelancer;
        Vm.Log[] memory logs = _logsOf(party, abi.encodeCall(escrow.accept, (agreement, schedule, party, "")));
        vm.assertEq(logs.length, 2, "events");
        vm.assertEq(logs[0].topics[0], IMicroEscrow.AgreementOpened.selector, "event");
        vm.assertEq(logs[0].topics[2], _word(client), "client");
        vm.assertEq(logs[0].topics[3], _word(freelancer), "freelancer");
        // Whoever reads it can rebuild both, and finds the id in them.
        (IMicroEscrow.Agreement memory read, IMicroEscrow.Milestone[] memory entries) = abi.decode(
            logs[0].data,
            (IMicroEscrow.Agreement, IMicroEscrow.Milestone[])
        );
        vm.assertEq(TypedData.agreementId(read), logs[0].topics[1], "id");
        vm.assertEq(TypedData.scheduleHash(entries), read.milestones, "schedule");
        vm.assertEq(logs[0].data, abi.encode(read, entries), "another encoding");
        vm.assertEq(logs[1].topics[0], IMicroEscrow.AgreementAccepted.selector, "event");
        vm.assertEq(logs[1].topics[1], id, "id");
        vm.assertEq(logs[1].topics[2], _word(party), "party");
    }

    /// @dev One for each milestone, in the order asked for; together, what the payer paid.
    function testFuzz_MilestoneFunded(uint256 seed, uint256 account, uint128[3] calldata amounts) public {
        agreement.details = bytes32(seed);
        for (uint256 i = 0; i < 3; ++i) schedule[i].amount = uint128(_bound(amounts[i], 1, type(uint128).max / 4));
        _sealAgreement();
        _assertCall(client, abi.encodeCall(escrow.accept, (agreement, schedule, client, "")));
        _assertCall(freelancer, abi.encodeCall(escrow.accept, (agreement, schedule, freelancer, "")));
        uint256[] memory indices = new uint256[](3);
        for (uint256 i = 0; i < 3; ++i) indices[i] = (i * (1 + (seed % 2)) + (seed % 3)) % 3;
        address from = _account(account);
        _prepareMoney(from, indices);
        uint256 before = _balance(from);
        Vm.Log[] memory logs = _logsOf(from, abi.encodeCall(escrow.fund, (agreement, schedule, indices, "")));
        vm.assertEq(logs.length, 3, "events");
        uint256 sum = 0;
        for (uint256 i = 0; i < 3; ++i) {
            IMicroEscrow.MilestoneState memory state = _milestone(indices[i]);
            _assertTopics(logs[i], IMicroEscrow.MilestoneFunded.selector, indices[i], _word(from));
            vm.assertEq(logs[i].data, abi.encode(state.amount, state.clock), "data");
            sum += state.amount;
        }
        vm.assertEq(before - _balance(from), sum, "payer");
    }

    function testFuzz_MilestoneAdvanced(uint256 seed, uint256 part) public {
        uint256 index = uint256(_possibleStatus(Action.Advance, seed));
        uint256 held = _milestone(index).amount;
        part = _bound(part, 1, held - 1);
        (uint256 paid, uint256 credited) = (_balance(freelancer), escrow.claimable(token, platform));
        bytes memory data = abi.encodeCall(escrow.advance, (agreement, index, uint128(part), _byCalling()));
        Vm.Log[] memory logs = _logsOf(client, data);
        (paid, credited) = (_balance(freelancer) - paid, escrow.claimable(token, platform) - credited);
        vm.assertEq(logs.length, 1, "events");
        _assertTopics(logs[0], IMicroEscrow.MilestoneAdvanced.selector, index, 0);
        vm.assertEq(logs[0].data, abi.encode(paid, credited, _milestone(index).amount), "data");
        vm.assertEq(paid + credited + _milestone(index).amount, held, "sum");
    }

    /// @dev What everybody has, and what they are owed.
    function _wealth() private view returns (Parts memory wealth) {
        wealth.freelancer = _balance(_payoutAccount()) + escrow.claimable(token, _payoutAccount());
        wealth.client = _balance(_refundAccount()) + escrow.claimable(token, _refundAccount());
        wealth.platform = escrow.claimable(token, platform);
        wealth.arbiter = escrow.claimable(token, arbiter);
    }

    /// @dev One end, one event: the outcome that is stored, and what each of the four gained.
    function testFuzz_MilestoneConcluded(uint256 amount, uint256 seed, uint256 share) public {
        agreement.details = keccak256("concluded");
        (agreement.payoutTo, agreement.refundTo) = (treasury, gateway);
        _useTerms(amount, seed);
        IMicroEscrow.Outcome outcome = _outcome(seed);
        _bring(0, _statusBefore(outcome, seed / 9));
        share = _share(outcome, schedule[0].amount, share);
        Parts memory gained = _wealth();
        (address caller, bytes memory data) = _ending(0, outcome, share);
        Vm.Log[] memory logs = _logsOf(caller, data);
        Parts memory wealth = _wealth();
        vm.assertEq(logs.length, outcome == IMicroEscrow.Outcome.Attested ? 2 : 1, "events");
        Vm.Log memory last = logs[logs.length - 1];
        bytes32 stored = bytes32(uint256(_milestone(0).outcome));
        _assertTopics(last, IMicroEscrow.MilestoneConcluded.selector, 0, stored);
        vm.assertEq(
            last.data,
            abi.encode(
                wealth.freelancer - gained.freelancer,
                wealth.client - gained.client,
                wealth.platform - gained.platform,
                wealth.arbiter - gained.arbiter,
                outcome == IMicroEscrow.Outcome.Ruled ? REASONING : bytes32(0)
            ),
            "data"
        );
        if (outcome == IMicroEscrow.Outcome.Attested) {
            _assertTopics(logs[0], IMicroEscrow.MilestoneAttested.selector, 0, 0);
            vm.assertEq(logs[0].data, abi.encode(1, true, REPORT, 0), "attestation");
        }
    }

    /// @dev The arbiter's reasoning is told as it was given.
    function testFuzz_MilestoneConcluded_CarriesTheReasoning(bytes32 reasoning, uint256 award) public {
        award = _share(IMicroEscrow.Outcome.Ruled, _milestone(4).amount, award);
        bytes memory data = abi.encodeCall(escrow.rule, (agreement, 4, uint128(award), reasoning, _byCalling()));
        Vm.Log[] memory logs = _logsOf(arbiter, data);
        (, , , , bytes32 told) = abi.decode(logs[0].data, (uint256, uint256, uint256, uint256, bytes32));
        vm.assertEq(told, reasoning, "reasoning");
    }

    /// @dev One for each payment that failed, with what is owed since; and the withdrawal's with what was.
    function testFuzz_PaymentDeferredAndWithdrawn(uint256 seed, uint256 share, uint256 who) public {
        _useToken(address(_restricted));
        _useTerms(_draw(seed, 5), seed);
        IMicroEscrow.Outcome outcome = seed % 2 == 0 ? IMicroEscrow.Outcome.Settled : IMicroEscrow.Outcome.Ruled;
        _bring(0, IMicroEscrow.Status.Disputed);
        (address caller, bytes memory data) = _ending(0, outcome, _share(outcome, schedule[0].amount, share));
        address[2] memory accounts = [freelancer, client];
        for (uint256 i = 0; i < 2; ++i) _restricted.setBlacklisted(accounts[i], (who >> i) & 1 == 1);
        Vm.Log[] memory logs = _logsOf(caller, data);
        uint256 n = 1; // behind MilestoneConcluded
        for (uint256 i = 0; i < 2; ++i) {
            _restricted.setBlacklisted(accounts[i], false);
            uint256 owed = escrow.claimable(token, accounts[i]);
            if (owed == 0) continue;
            _assertTopics(logs[n], IMicroEscrow.PaymentDeferred.selector, 0, _word(accounts[i]));
            vm.assertEq(logs[n++].data, abi.encode(token, owed), "data");
            _assertWithdrawal(accounts[i], owed);
        }
        vm.assertEq(logs.length, n, "events");
    }

    function _assertWithdrawal(address account, uint256 owed) private {
        uint256 before = _balance(account);
        Vm.Log[] memory logs = _logsOf(stranger, abi.encodeCall(escrow.withdraw, (token, account)));
        vm.assertEq(logs.length, 1, "events");
        vm.assertEq(logs[0].topics[0], IMicroEscrow.Withdrawn.selector, "event");
        vm.assertEq(logs[0].topics[1], _word(token), "token");
        vm.assertEq(logs[0].topics[2], _word(account), "account");
        vm.assertEq(logs[0].data, abi.encode(owed), "data");
        vm.assertEq(_balance(account) - before, owed, "paid");
    }
}
