// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {PlainToken} from "../../../contracts/mocks/PlainToken.sol";
import {TypedData} from "./TypedData.sol";
import {Vm, vm} from "./Vm.sol";

/// @notice Everything that the escrow answers to.
interface IEscrow is IMicroEscrow, IERC5267 {
    function multicall(bytes[] calldata data) external returns (bytes[] memory results);
}

/// @notice Actors, an agreement, ways to bring a milestone into every status, signatures, and the world.
///
/// The world is every balance, every claimable balance and every milestone that a test could touch, and what the escrow
/// says. A test records it, says what it expects to change and which events it expects, acts, and asserts the world: what
/// it did not mention must not have moved, and there must be no event that it did not emit itself beforehand.
abstract contract Base {
    uint256 internal constant START = 1_800_000_000;
    uint256 internal constant BPS = 10_000;

    /// @dev One milestone for each status, so that a test can have all of them at once.
    uint256 internal constant MILESTONES = 8;
    /// @dev Odd, so that every share of it needs rounding.
    uint128 internal constant AMOUNT = 1_000_000_003;
    uint32 internal constant WORK_PERIOD = 10 days;

    bytes32 internal constant DELIVERABLE = keccak256("deliverable");
    bytes32 internal constant REASON = keccak256("reason");
    bytes32 internal constant REPORT = keccak256("report");
    bytes32 internal constant EVIDENCE = keccak256("evidence");
    bytes32 internal constant REASONING = keccak256("reasoning");

    // Sets of statuses, a bit each, as WrongStatus tells them.
    uint256 internal constant NONE = 1;
    uint256 internal constant FUNDED = 2;
    uint256 internal constant SUBMITTED = 4;
    uint256 internal constant CHANGES_REQUESTED = 8;
    uint256 internal constant DISPUTED = 16;
    uint256 internal constant HELD = FUNDED | SUBMITTED | CHANGES_REQUESTED | DISPUTED;

    // Bits of the flags in milestone 0.
    uint8 internal constant CLIENT_CONSENTED = 1;
    uint8 internal constant FREELANCER_CONSENTED = 2;
    uint8 internal constant CLOSED = 4;

    IEscrow internal escrow;
    address internal token;

    address internal client = _actor("client");
    address internal freelancer = _actor("freelancer");
    address internal arbiter = _actor("arbiter");
    address internal verifier = _actor("verifier");
    address internal platform = _actor("platform");
    address internal payer = _actor("payer");
    address internal stranger = _actor("stranger");
    address internal treasury = _actor("treasury");
    address internal gateway = _actor("gateway");

    IMicroEscrow.Agreement internal agreement;
    IMicroEscrow.Milestone[] internal schedule;
    bytes32 internal id;

    mapping(address actor => uint256) private _keys;

    function setUp() public virtual {
        vm.warp(START);
        escrow = _deployEscrow();
        token = address(new PlainToken(6));
        _draft();
    }

    /// @dev The real artifact, as it is deployed, and not what the settings for tests would make of the source.
    function _deployEscrow() internal returns (IEscrow deployed) {
        bytes memory initCode = vm.getCode("MicroEscrow.sol:MicroEscrow");
        assembly ("memory-safe") {
            deployed := create(0, add(initCode, 0x20), mload(initCode))
        }
    }

    // --------------------------------------------------------------------------------------------------- agreement

    /// @dev An agreement with every role but a gate, over `token`. Every period has a length of its own.
    function _draft() internal {
        agreement = IMicroEscrow.Agreement({
            client: client,
            freelancer: freelancer,
            arbiter: arbiter,
            token: token,
            payoutTo: address(0),
            refundTo: address(0),
            verifier: verifier,
            gate: address(0),
            feeRecipient: platform,
            feeBps: 250,
            arbiterFeeBps: 500,
            defaultShareBps: 6_000,
            reviewPeriod: 7 days,
            reworkPeriod: 5 days,
            challengePeriod: 2 days,
            arbitrationPeriod: 14 days,
            fundBy: uint40(START + 60 days),
            details: keccak256("scope"),
            milestones: 0
        });
        delete schedule;
        for (uint256 i = 0; i < MILESTONES; ++i) schedule.push(_entry(i));
        _sealAgreement();
    }

    /// @dev The schedule's entry `index` in a draft.
    function _entry(uint256 index) internal pure returns (IMicroEscrow.Milestone memory) {
        return IMicroEscrow.Milestone(AMOUNT + uint128(index) * 1_000, WORK_PERIOD + uint32(index) * 1 days);
    }

    /// @dev To be called whenever the agreement or its schedule was changed.
    function _sealAgreement() internal {
        agreement.milestones = TypedData.scheduleHash(schedule);
        id = TypedData.agreementId(agreement);
    }

    /// @dev Drafts the agreement anew, over another token.
    function _useToken(address token_) internal {
        token = token_;
        _draft();
    }

    // ------------------------------------------------------------------------------------------------------ actors

    function _actor(string memory name) internal returns (address account) {
        uint256 key = uint256(keccak256(bytes(name)));
        account = vm.addr(key);
        _keys[account] = key;
        vm.label(account, name);
    }

    /// @dev Lets `owner`'s key sign for the contract account `account`.
    function _signsFor(address owner, address account) internal {
        _keys[account] = _keys[owner];
    }

    function _digest(bytes32 structHash) internal view returns (bytes32) {
        return TypedData.digest(TypedData.domainSeparator(block.chainid, address(escrow)), structHash);
    }

    function _signature(address actor, bytes32 structHash) internal view returns (bytes memory) {
        return _signatureOfDigest(actor, _digest(structHash));
    }

    function _signatureOfDigest(address actor, bytes32 digest) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(_keys[actor], digest);
        return abi.encodePacked(r, s, v);
    }

    /// @dev No signature: the caller is the actor.
    function _byCalling() internal pure returns (IMicroEscrow.Authorization memory auth) {}

    /// @dev `structHash` must be over the same `deadline`.
    function _signed(
        address actor,
        bytes32 structHash,
        uint256 deadline
    ) internal view returns (IMicroEscrow.Authorization memory) {
        return IMicroEscrow.Authorization(deadline, _signature(actor, structHash));
    }

    function _deadline() internal view returns (uint256) {
        return block.timestamp + 1 hours;
    }

    // ------------------------------------------------------------------------------------------------------ errors

    function _unauthorized(address caller, address expected) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IMicroEscrow.Unauthorized.selector, caller, expected);
    }

    function _signatureExpired(uint256 deadline) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IMicroEscrow.SignatureExpired.selector, deadline, block.timestamp);
    }

    function _invalidSignature(address signer, bytes32 structHash) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IMicroEscrow.InvalidSignature.selector, signer, _digest(structHash));
    }

    function _wrongStatus(
        uint256 index,
        IMicroEscrow.Status actual,
        uint256 allowed
    ) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IMicroEscrow.WrongStatus.selector, index, actual, allowed);
    }

    function _clockRanOut(uint256 clock) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IMicroEscrow.ClockRanOut.selector, clock, block.timestamp);
    }

    function _wrongSubmission(uint256 actual, uint256 expected) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IMicroEscrow.WrongSubmission.selector, actual, expected);
    }

    function _amountOutOfRange(uint256 amount, uint256 minimum, uint256 maximum) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IMicroEscrow.AmountOutOfRange.selector, amount, minimum, maximum);
    }

    function _notAParty(address account) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IMicroEscrow.NotAParty.selector, account);
    }

    // ---------------------------------------------------------------------------------------------------- statuses

    function _mint(address account, uint256 amount) internal {
        PlainToken(token).mint(account, amount);
    }

    function _balance(address account) internal view returns (uint256) {
        return IERC20(token).balanceOf(account);
    }

    /// @dev Gives `account` the money for `indices` and the escrow the allowance to take it.
    function _prepareMoney(address account, uint256[] memory indices) internal returns (uint256 sum) {
        for (uint256 i = 0; i < indices.length; ++i) sum += schedule[indices[i]].amount;
        _mint(account, sum);
        if (IERC20(token).allowance(account, address(escrow)) >= sum) return sum;
        vm.prank(account);
        // A low-level call, for the tokens that return nothing.
        (bool success, ) = token.call(abi.encodeCall(IERC20.approve, (address(escrow), type(uint256).max)));
        vm.assertTrue(success, "approve");
    }

    function _only(uint256 index) internal pure returns (uint256[] memory indices) {
        indices = new uint256[](1);
        indices[0] = index;
    }

    /// @dev The client funds, with the freelancer's signature.
    function _fund(uint256[] memory indices) internal virtual {
        _prepareMoney(client, indices);
        bytes memory signature = _signature(freelancer, id);
        vm.prank(client);
        escrow.fund(agreement, schedule, indices, signature);
    }

    function _submit(uint256 index) internal {
        vm.prank(freelancer);
        escrow.submit(agreement, index, DELIVERABLE, _byCalling());
    }

    function _requestChanges(uint256 index) internal {
        uint256 submission = _milestone(index).submissions;
        vm.prank(client);
        escrow.requestChanges(agreement, index, submission, REASON, _byCalling());
    }

    function _dispute(uint256 index) internal {
        IMicroEscrow.MilestoneState memory state = _milestone(index);
        vm.prank(state.status == IMicroEscrow.Status.Submitted ? client : freelancer);
        escrow.dispute(agreement, index, state.submissions, EVIDENCE, _byCalling());
    }

    /// @dev Brings a fresh milestone into `status`, an hour before every step, and leaves the time at the last one.
    function _bring(uint256 index, IMicroEscrow.Status status) internal {
        if (status == IMicroEscrow.Status.None) return;
        _hourLater();
        _fund(_only(index));
        if (status == IMicroEscrow.Status.Funded) return;
        _hourLater();
        if (status == IMicroEscrow.Status.Refunded) {
            vm.prank(freelancer);
            escrow.refund(agreement, index, _byCalling());
            return;
        }
        _submit(index);
        if (status == IMicroEscrow.Status.Submitted) return;
        _hourLater();
        if (status == IMicroEscrow.Status.ChangesRequested) {
            _requestChanges(index);
        } else if (status == IMicroEscrow.Status.Released) {
            vm.prank(client);
            escrow.approve(agreement, index, 1, _byCalling());
        } else {
            _dispute(index);
            if (status == IMicroEscrow.Status.Disputed) return;
            _hourLater();
            vm.prank(arbiter);
            escrow.rule(agreement, index, 0, REASONING, _byCalling());
        }
    }

    /// @dev Brings milestone `n` into status `n`, for all of them.
    function _bringAll() internal {
        for (uint256 i = 0; i < MILESTONES; ++i) _bring(i, IMicroEscrow.Status(i));
    }

    function _hourLater() internal {
        vm.warp(block.timestamp + 1 hours);
    }

    /// @dev Lets time pass until the milestone's clock, and `offset` seconds beyond (or, negative, not quite).
    function _warpToClock(uint256 index, int256 offset) internal {
        vm.warp(uint256(int256(uint256(_milestone(index).clock)) + offset));
    }

    function _milestone(uint256 index) internal view returns (IMicroEscrow.MilestoneState memory) {
        return escrow.milestone(id, index);
    }

    /// @dev Requires that `act` is refused in every status that is not in the set `allowed`, by WrongStatus. Milestone
    /// `n` is in status `n` when `act` is called with it.
    function _assertRefusedOutside(uint256 allowed, function(uint256) internal act) internal {
        _bringAll();
        for (uint256 i = 0; i < MILESTONES; ++i) {
            if ((1 << i) & allowed != 0) continue;
            vm.expectRevert(_wrongStatus(i, IMicroEscrow.Status(i), allowed));
            act(i);
        }
    }

    // ------------------------------------------------------------------------------------------------------- world

    address[] private _accounts;
    mapping(address account => uint256) private _balances;
    mapping(address account => uint256) private _claimables;
    IMicroEscrow.MilestoneState[MILESTONES] private _milestones;

    /// @dev Watches an account beside the usual ones.
    function _watch(address account) internal {
        _accounts.push(account);
    }

    /// @dev Takes the present for what is expected, and listens to events from now on.
    function _recordWorld() internal {
        if (_accounts.length == 0 || _accounts[_accounts.length - 1] != address(escrow)) {
            _accounts.push(client);
            _accounts.push(freelancer);
            _accounts.push(arbiter);
            _accounts.push(verifier);
            _accounts.push(platform);
            _accounts.push(payer);
            _accounts.push(stranger);
            _accounts.push(treasury);
            _accounts.push(gateway);
            _accounts.push(address(0));
            _accounts.push(address(escrow));
        }
        for (uint256 i = 0; i < _accounts.length; ++i) {
            address account = _accounts[i];
            _balances[account] = IERC20(token).balanceOf(account);
            _claimables[account] = escrow.claimable(token, account);
        }
        for (uint256 i = 0; i < MILESTONES; ++i) _milestones[i] = _milestone(i);
        vm.recordLogs();
    }

    /// @dev The escrow pays `amount` to `account`.
    function _expectPaid(address account, uint256 amount) internal {
        _expectMoved(address(escrow), account, amount);
    }

    /// @dev The escrow takes `amount` from `account`.
    function _expectPulled(address account, uint256 amount) internal {
        _expectMoved(account, address(escrow), amount);
    }

    function _expectMoved(address from, address to, uint256 amount) internal {
        _balances[from] -= amount;
        _balances[to] += amount;
    }

    /// @dev The escrow owes `amount` more to `account`.
    function _expectCredited(address account, uint256 amount) internal {
        _claimables[account] += amount;
    }

    /// @dev The escrow pays `account` all that it owes it: the event, where that is something, and the money.
    function _expectWithdrawn(address account) internal {
        uint256 amount = _claimables[account];
        if (amount == 0) return;
        vm.expectEmit(address(escrow));
        emit IMicroEscrow.Withdrawn(token, account, amount);
        _expectPaid(account, amount);
        _claimables[account] = 0;
    }

    /// @dev The milestone passes to `status`, with `period` from now.
    function _expectTurn(uint256 index, IMicroEscrow.Status status, uint256 period) internal returns (uint40 clock) {
        clock = uint40(block.timestamp + period);
        (_milestones[index].status, _milestones[index].clock) = (status, clock);
    }

    function _expectClock(uint256 index, uint256 clock) internal {
        _milestones[index].clock = uint40(clock);
    }

    function _expectHeld(uint256 index, uint256 amount) internal {
        _milestones[index].amount = uint128(amount);
    }

    function _expectSubmissions(uint256 index, uint256 submissions) internal {
        _milestones[index].submissions = uint8(submissions);
    }

    /// @dev The milestone ends and holds nothing any more.
    function _expectEnd(uint256 index, IMicroEscrow.Status status, IMicroEscrow.Outcome outcome) internal {
        IMicroEscrow.MilestoneState storage state = _milestones[index];
        (state.amount, state.clock, state.status, state.outcome) = (0, 0, status, outcome);
    }

    function _expectFlags(uint8 flags) internal {
        _milestones[0].flags = flags;
    }

    /// @dev Everything is as expected, and the escrow can pay all that it owes.
    function _assertWorld() internal {
        _assertEvents();
        uint256 owed = 0;
        for (uint256 i = 0; i < _accounts.length; ++i) {
            address account = _accounts[i];
            vm.assertEq(IERC20(token).balanceOf(account), _balances[account], "balance");
            vm.assertEq(escrow.claimable(token, account), _claimables[account], "claimable");
            owed += _claimables[account];
        }
        for (uint256 i = 0; i < MILESTONES; ++i) {
            IMicroEscrow.MilestoneState memory actual = _milestone(i);
            IMicroEscrow.MilestoneState memory expected = _milestones[i];
            vm.assertEq(actual.amount, expected.amount, "milestone: amount");
            vm.assertEq(actual.clock, expected.clock, "milestone: clock");
            vm.assertEq(actual.submissions, expected.submissions, "milestone: submissions");
            vm.assertEq(uint256(actual.status), uint256(expected.status), "milestone: status");
            vm.assertEq(uint256(actual.outcome), uint256(expected.outcome), "milestone: outcome");
            vm.assertEq(actual.flags, expected.flags, "milestone: flags");
            owed += actual.amount;
        }
        vm.assertGe(IERC20(token).balanceOf(address(escrow)), owed, "the escrow owes more than it has");
    }

    /// @dev Since the last time, those who speak said what the test emitted, in that order, and nothing else: vm.expectEmit
    /// lets any other event stand before, between and behind those that it waits for.
    function _assertEvents() internal {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        _assertNoAllowance(logs);
        (uint256 expected, uint256 actual) = (0, 0);
        while (true) {
            while (expected < logs.length && logs[expected].emitter != address(this)) ++expected;
            while (actual < logs.length && !_speaks(logs[actual].emitter)) ++actual;
            if (expected == logs.length) break;
            vm.assertLt(actual, logs.length, "an event is missing");
            _assertSame(logs[actual++], logs[expected++]);
        }
        vm.assertEq(actual, logs.length, "an event that was not expected");
    }

    /// @dev No token said that the escrow lets somebody take its money.
    function _assertNoAllowance(Vm.Log[] memory logs) private view {
        bytes32 owner = bytes32(uint256(uint160(address(escrow))));
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics.length < 2 || logs[i].topics[0] != IERC20.Approval.selector) continue;
            vm.assertNotEq(logs[i].topics[1], owner, "the escrow granted an allowance");
        }
    }

    /// @dev Whose events a test has to expect: the escrow's, and those of a contract beside it that is tested.
    function _speaks(address emitter) internal view virtual returns (bool) {
        return emitter == address(escrow);
    }

    function _assertSame(Vm.Log memory actual, Vm.Log memory expected) private pure {
        vm.assertEq(actual.topics[0], expected.topics[0], "another event than expected");
        bytes32 content = keccak256(abi.encode(expected.topics, expected.data));
        vm.assertEq(keccak256(abi.encode(actual.topics, actual.data)), content, "another content of an event");
    }

    /// @dev To be called after a call that reverted: it said nothing, but what it would have said is recorded all the same.
    function _forgetEvents() internal {
        vm.getRecordedLogs();
    }

    /// @dev To be called after `vm.recordLogs()`.
    function _assertNoEvents() internal {
        vm.assertEq(vm.getRecordedLogs().length, 0, "events");
    }

    // ------------------------------------------------------------------------------------- consent and money coming in

    /// @dev The first consent: the event that carries the whole agreement, and the consent itself.
    function _expectOpened(address party) internal {
        vm.expectEmit(address(escrow));
        emit IMicroEscrow.AgreementOpened(id, agreement.client, agreement.freelancer, agreement, schedule);
        _expectAccepted(party);
    }

    function _expectAccepted(address party) internal {
        vm.expectEmit(address(escrow));
        emit IMicroEscrow.AgreementAccepted(id, party);
        _milestones[0].flags |= party == agreement.client ? CLIENT_CONSENTED : FREELANCER_CONSENTED;
    }

    /// @dev The milestone is funded with `from`'s money: the event, the money and the state.
    function _expectFunding(uint256 index, address from) internal {
        IMicroEscrow.MilestoneState storage state = _milestones[index];
        state.amount = schedule[index].amount;
        state.clock = uint40(block.timestamp + schedule[index].workPeriod);
        state.status = IMicroEscrow.Status.Funded;
        vm.expectEmit(address(escrow));
        emit IMicroEscrow.MilestoneFunded(id, index, from, state.amount, state.clock);
        _expectPulled(from, state.amount);
    }

    // ------------------------------------------------------------------------------------------------------- money

    /// @dev The platform's fee on `gross` in the present agreement.
    function _fee(uint256 gross) internal view returns (uint256) {
        return (gross * agreement.feeBps) / BPS;
    }

    /// @dev Everything that the milestone holds goes to the freelancer: the event and the money.
    function _expectRelease(uint256 index, IMicroEscrow.Outcome outcome) internal {
        _expectConclusion(index, IMicroEscrow.Status.Released, outcome, _milestones[index].amount, 0, 0, 0);
    }

    /// @dev Everything that the milestone holds goes back to the client: the event and the money.
    function _expectRefund(uint256 index, IMicroEscrow.Outcome outcome) internal {
        _expectConclusion(index, IMicroEscrow.Status.Refunded, outcome, 0, _milestones[index].amount, 0, 0);
    }

    /// @dev A payment that was expected fails: the event, and the money waits. To be called right after the expectation.
    function _expectDeferred(uint256 index, address account, uint256 amount) internal {
        vm.expectEmit(address(escrow));
        emit IMicroEscrow.PaymentDeferred({id: id, index: index, account: account, token: token, amount: amount});
        _expectPulled(account, amount);
        _expectCredited(account, amount);
    }

    /// @dev The end of a milestone: its event, where all of its money goes, and its last state.
    /// @param gross What the freelancer gets, before the platform's fee.
    function _expectConclusion(
        uint256 index,
        IMicroEscrow.Status status,
        IMicroEscrow.Outcome outcome,
        uint256 gross,
        uint256 clientAmount,
        uint256 arbiterFee,
        bytes32 reasoning
    ) internal {
        vm.assertEq(gross + clientAmount + arbiterFee, _milestones[index].amount, "the test's own sum");
        uint256 platformFee = _fee(gross);
        vm.expectEmit(address(escrow));
        emit IMicroEscrow.MilestoneConcluded({
            id: id,
            index: index,
            outcome: outcome,
            freelancerAmount: gross - platformFee,
            clientAmount: clientAmount,
            platformFee: platformFee,
            arbiterFee: arbiterFee,
            reasoning: reasoning
        });
        _expectPaid(agreement.payoutTo == address(0) ? freelancer : agreement.payoutTo, gross - platformFee);
        _expectPaid(agreement.refundTo == address(0) ? client : agreement.refundTo, clientAmount);
        _expectCredited(platform, platformFee);
        _expectCredited(arbiter, arbiterFee);
        _expectEnd(index, status, outcome);
    }
}
