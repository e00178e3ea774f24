// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {Fault} from "../../../contracts/mocks/Fault.sol";
import {TypedData} from "../utils/TypedData.sol";
import {Vm, vm} from "../utils/Vm.sol";
import {Checks} from "./Checks.sol";

/// @title Handler
/// @notice The moves of the game: one function for each thing that people, tokens, gate and time can do, with everything
/// about it drawn from one seed. Most calls are such that they should succeed, so that milestones live long lives; the
/// others have one thing wrong. Before each call it is decided from the protocol alone whether the escrow may let it
/// happen, and a call that ends otherwise fails the run, as does one whose effects differ (see {Checks}).
abstract contract Handler is Checks {
    enum Action {
        Accept,
        Close,
        Fund,
        FundWithPermit,
        Submit,
        Approve,
        Advance,
        RequestChanges,
        Attest,
        Extend,
        Dispute,
        SubmitEvidence,
        Rule,
        Settle,
        Refund,
        Finalize,
        Withdraw,
        ApproveAndFund,
        Replay,
        SendEther,
        Donate,
        Pause,
        Blacklist,
        ChargeFee,
        SetHook,
        SetGate,
        PassTime,
        FinalizeAtTheEnd,
        WithdrawAtTheEnd
    }

    /// @notice What an action asks of a milestone's clock.
    enum Time {
        Any,
        BeforeClock,
        FromClock
    }

    /// @notice Who sends a call, and how the actor authorizes it.
    struct Warrant {
        address sender;
        /// @dev 0: nobody signs.
        address signer;
        uint256 deadline;
        /// @dev Whether something else is signed than what is done.
        bool signsOther;
        bool valid;
    }

    struct Funding {
        uint256 entry;
        uint256[] indices;
        address payer;
        /// @dev The entry whose schedule is passed.
        uint256 scheduleOf;
        bytes signature;
        bool signatureValid;
        uint256 sum;
        uint256 allowance;
    }

    // Sets of statuses, a bit each.
    uint256 private constant NONE = 1 << uint8(IMicroEscrow.Status.None);
    uint256 private constant FUNDED = 1 << uint8(IMicroEscrow.Status.Funded);
    uint256 private constant SUBMITTED = 1 << uint8(IMicroEscrow.Status.Submitted);
    uint256 private constant CHANGES_REQUESTED = 1 << uint8(IMicroEscrow.Status.ChangesRequested);
    uint256 private constant DISPUTED = 1 << uint8(IMicroEscrow.Status.Disputed);
    uint256 private constant HELD = FUNDED | SUBMITTED | CHANGES_REQUESTED | DISPUTED;

    /// @dev In how many of 100 cases a gift has a fault: many, as it ends a milestone in any status.
    uint256 private constant GIFT_FAULTS = 50;

    /// @dev How far time jumps to a clock, so that one that was extended by years does not end every other life.
    uint256 private constant PATIENCE = 20 days;
    uint256 private constant FAR_FUTURE = 100 * 365 days;

    /// @dev The calldata of every signed call that succeeded, for {replay}.
    bytes[] private _signedCalls;
    uint256 private _entropy;

    mapping(Action => uint256) private _successes;
    mapping(Action => uint256) private _failures;

    /// @dev How often only the time decided, in the last second before the clock and at it.
    mapping(Time => uint256) private _lastSeconds;
    mapping(Time => uint256) private _clockSeconds;

    modifier drawnFrom(uint256 seed) {
        _entropy = seed;
        _;
    }

    constructor() {
        vm.deal(address(this), 1 ether);
    }

    // --------------------------------------------------------------------------------------------- consent and end

    function accept(uint256 seed) external drawnFrom(seed) {
        uint256 e = _draw(entries.length);
        IMicroEscrow.Agreement memory agreement = entries[e].agreement;
        (address party, uint8 flag) = _party(agreement);
        Warrant memory w = _warrant(party, 10);
        w.valid = w.sender == party || (w.signer == party && !w.signsOther); // there is no deadline
        bytes memory signature = _seal(w, entries[e].id).signature;
        uint256 scheduleOf = _chance(12) ? _draw(entries.length) : e;

        string memory refusal = "";
        if (flag == 0) refusal = "Invariant 8: an outsider accepted";
        else if (flags[e] & flag == 0) {
            if (!_sameSchedule(e, scheduleOf)) refusal = "Invariant 8: accepted with another schedule";
            else if (!w.valid) refusal = "Invariant 8: accepted for somebody else";
        }
        bytes memory data = abi.encodeCall(
            IMicroEscrow.accept,
            (agreement, entries[scheduleOf].schedule, party, signature)
        );
        if (_call(Action.Accept, w, data, refusal)) flags[e] |= flag;
    }

    function close(uint256 seed) external drawnFrom(seed) {
        uint256 e = _draw(entries.length);
        IMicroEscrow.Agreement memory agreement = entries[e].agreement;
        (address party, uint8 flag) = _party(agreement);
        Warrant memory w = _warrant(party, 85); // seldom right: what is closed cannot be funded
        IMicroEscrow.Authorization memory auth = _seal(w, TypedData.close(entries[e].id, w.deadline));

        string memory refusal = "";
        if (flag == 0) refusal = "Invariant 8: an outsider closed";
        else if (!w.valid) refusal = "Invariant 8: closed for somebody else";
        bytes memory data = abi.encodeCall(IMicroEscrow.close, (agreement, party, auth));
        if (_call(Action.Close, w, data, refusal)) flags[e] |= CLOSED;
    }

    // ---------------------------------------------------------------------------------------------------- money in

    function fund(uint256 seed) external drawnFrom(seed) {
        Funding memory f = _funding();
        _approve(f.payer, f.entry, f.allowance);
        if (_call(Action.Fund, _direct(f.payer), _fundData(f), _fundRefusal(f))) _recordFunded(f);
    }

    /// @notice Permit and fund in one multicall; where the payer or the token cannot permit, the permit is void and an
    /// allowance there already. Sometimes somebody else uses the permit first.
    function fundWithPermit(uint256 seed) external drawnFrom(seed) {
        Funding memory f = _funding();
        address token = entries[f.entry].agreement.token;
        bool permits = entries[f.entry].token != TETHER && f.payer.code.length == 0;
        _approve(f.payer, f.entry, permits ? 0 : f.allowance);

        bytes memory signature = permits ? _signPermit(token, f.payer, f.allowance) : new bytes(65);
        (bytes32 r, bytes32 s, uint8 v) = (_wordAt(signature, 0), _wordAt(signature, 32), uint8(signature[64]));
        if (permits && _chance(4)) {
            IERC20Permit(token).permit(f.payer, address(escrow), f.allowance, type(uint256).max, v, r, s);
        }
        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(IMicroEscrow.permit, (token, f.allowance, type(uint256).max, v, r, s));
        calls[1] = _fundData(f);
        bytes memory data = abi.encodeCall(Multicall.multicall, (calls));
        if (_call(Action.FundWithPermit, _direct(f.payer), data, _fundRefusal(f))) _recordFunded(f);
    }

    /// @notice How a sequential schedule goes on: one milestone approved, another one funded, in one transaction.
    function approveAndFund(uint256 seed) external drawnFrom(seed) {
        (uint256 e, uint256 i) = _pickForGift();
        IMicroEscrow.Agreement memory agreement = entries[e].agreement;
        Funding memory f;
        (f.entry, f.scheduleOf) = (e, e);
        f.payer = _chance(2) ? agreement.client : _other(agreement.client);
        f.indices = new uint256[](1);
        f.indices[0] = _indexWith(e, IMicroEscrow.Status.None);
        f.sum = _sum(e, f.indices);
        f.allowance = f.sum;
        _approve(f.payer, e, f.allowance);

        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(
            IMicroEscrow.approve,
            (agreement, i, ghosts[e][i].submissions, IMicroEscrow.Authorization(0, ""))
        );
        calls[1] = _fundData(f);
        string memory refusal = _refusal(e, i, HELD, Time.Any, f.payer == agreement.client);
        if (bytes(refusal).length == 0) refusal = _fundRefusal(f);
        bytes memory data = abi.encodeCall(Multicall.multicall, (calls));
        if (!_call(Action.ApproveAndFund, _direct(f.payer), data, refusal)) return;
        _recordRelease(e, i, IMicroEscrow.Outcome.Approved);
        _recordFunded(f);
    }

    // -------------------------------------------------------------------------------------------------------- work

    function submit(uint256 seed) external drawnFrom(seed) {
        (uint256 e, uint256 i) = _pick(FUNDED | CHANGES_REQUESTED, Time.BeforeClock);
        _comeInTime(e, i, 12);
        IMicroEscrow.Agreement memory agreement = entries[e].agreement;
        Warrant memory w = _warrant(agreement.freelancer, 10);
        bytes32 deliverable = bytes32(_draw(type(uint256).max));
        uint256 submission = uint256(ghosts[e][i].submissions) + 1;
        IMicroEscrow.Authorization memory auth = _seal(
            w,
            TypedData.submit(entries[e].id, i, submission, deliverable, w.deadline)
        );

        string memory refusal = _refusal(e, i, FUNDED | CHANGES_REQUESTED, Time.BeforeClock, w.valid);
        bytes memory data = abi.encodeCall(IMicroEscrow.submit, (agreement, i, deliverable, auth));
        if (!_call(Action.Submit, w, data, refusal)) return;
        ++ghosts[e][i].submissions;
        _recordTurn(e, i, IMicroEscrow.Status.Submitted, agreement.reviewPeriod);
    }

    function approve(uint256 seed) external drawnFrom(seed) {
        (uint256 e, uint256 i) = _pickForGift();
        IMicroEscrow.Agreement memory agreement = entries[e].agreement;
        Warrant memory w = _warrant(agreement.client, GIFT_FAULTS);
        (uint256 submission, bool seen) = _submission(e, i);
        IMicroEscrow.Authorization memory auth = _seal(
            w,
            TypedData.approve(entries[e].id, i, submission, ghosts[e][i].held, w.deadline)
        );

        string memory refusal = _refusal(e, i, HELD, Time.Any, w.valid && seen);
        bytes memory data = abi.encodeCall(IMicroEscrow.approve, (agreement, i, submission, auth));
        if (_call(Action.Approve, w, data, refusal)) _recordRelease(e, i, IMicroEscrow.Outcome.Approved);
    }

    function advance(uint256 seed) external drawnFrom(seed) {
        uint256 statuses = FUNDED | SUBMITTED | CHANGES_REQUESTED;
        (uint256 e, uint256 i) = _pick(statuses, Time.Any);
        IMicroEscrow.Agreement memory agreement = entries[e].agreement;
        Warrant memory w = _warrant(agreement.client, 10);
        uint128 held = ghosts[e][i].held;
        uint128 amount = _amount(held);
        uint128 remaining = amount <= held ? held - amount : 0;
        IMicroEscrow.Authorization memory auth = _seal(
            w,
            TypedData.advance(entries[e].id, i, amount, remaining, w.deadline)
        );

        string memory refusal = _refusal(e, i, statuses, Time.Any, w.valid);
        if (amount == 0 || amount >= held) refusal = "Invariant 8: advanced nothing, or everything, or more";
        bytes memory data = abi.encodeCall(IMicroEscrow.advance, (agreement, i, amount, auth));
        if (_call(Action.Advance, w, data, refusal)) _recordAdvance(e, i, amount);
    }

    function requestChanges(uint256 seed) external drawnFrom(seed) {
        (uint256 e, uint256 i) = _pick(SUBMITTED, Time.BeforeClock);
        _comeInTime(e, i, 12);
        IMicroEscrow.Agreement memory agreement = entries[e].agreement;
        Warrant memory w = _warrant(agreement.client, 10);
        (uint256 submission, bool seen) = _submission(e, i);
        bytes32 reason = bytes32(_draw(type(uint256).max));
        IMicroEscrow.Authorization memory auth = _seal(
            w,
            TypedData.requestChanges(entries[e].id, i, submission, reason, w.deadline)
        );

        string memory refusal = _refusal(e, i, SUBMITTED, Time.BeforeClock, w.valid && seen);
        bytes memory data = abi.encodeCall(IMicroEscrow.requestChanges, (agreement, i, submission, reason, auth));
        if (!_call(Action.RequestChanges, w, data, refusal)) return;
        _recordTurn(e, i, IMicroEscrow.Status.ChangesRequested, agreement.reworkPeriod);
    }

    function attest(uint256 seed) external drawnFrom(seed) {
        (uint256 e, uint256 i) = _pick(SUBMITTED, Time.BeforeClock);
        for (uint256 k = 0; k < 8 && entries[e].agreement.verifier == address(0); ++k) {
            (e, i) = _pick(SUBMITTED, Time.BeforeClock);
        }
        _comeInTime(e, i, 12);
        IMicroEscrow.Agreement memory agreement = entries[e].agreement;
        Warrant memory w = _warrant(agreement.verifier, 10);
        (uint256 submission, bool seen) = _submission(e, i);
        (bool passed, bytes32 report) = (_chance(2), bytes32(_draw(type(uint256).max)));
        IMicroEscrow.Authorization memory auth = _seal(
            w,
            TypedData.attest(entries[e].id, i, submission, passed, report, w.deadline)
        );

        string memory refusal = _refusal(e, i, SUBMITTED, Time.BeforeClock, w.valid && seen);
        bytes memory data = abi.encodeCall(IMicroEscrow.attest, (agreement, i, submission, passed, report, auth));
        if (!_call(Action.Attest, w, data, refusal)) return;
        if (!passed) {
            _recordTurn(e, i, IMicroEscrow.Status.ChangesRequested, agreement.reworkPeriod);
        } else if (agreement.challengePeriod == 0) {
            _recordRelease(e, i, IMicroEscrow.Outcome.Attested);
        } else if (block.timestamp + agreement.challengePeriod < ghosts[e][i].clock) {
            ghosts[e][i].clock = uint40(block.timestamp + agreement.challengePeriod);
        }
    }

    function extend(uint256 seed) external drawnFrom(seed) {
        (uint256 e, uint256 i) = _pick(FUNDED | CHANGES_REQUESTED, Time.Any);
        IMicroEscrow.Agreement memory agreement = entries[e].agreement;
        Warrant memory w = _warrant(agreement.client, 10);
        uint40 currentClock = ghosts[e][i].clock;
        uint40 clock = _laterClock(currentClock);
        IMicroEscrow.Authorization memory auth = _seal(
            w,
            TypedData.extend(entries[e].id, i, ghosts[e][i].submissions, currentClock, clock, w.deadline)
        );

        string memory refusal = _refusal(e, i, FUNDED | CHANGES_REQUESTED, Time.Any, w.valid);
        if (clock <= currentClock || clock <= block.timestamp) refusal = "Invariant 6: extended to no later clock";
        bytes memory data = abi.encodeCall(IMicroEscrow.extend, (agreement, i, clock, auth));
        if (_call(Action.Extend, w, data, refusal)) ghosts[e][i].clock = clock;
    }

    // ------------------------------------------------------------------------------------------------ disagreement

    function dispute(uint256 seed) external drawnFrom(seed) {
        (uint256 e, uint256 i) = _pick(SUBMITTED | CHANGES_REQUESTED, Time.BeforeClock);
        _comeInTime(e, i, 12);
        IMicroEscrow.Agreement memory agreement = entries[e].agreement;
        bool clients = ghosts[e][i].status == IMicroEscrow.Status.Submitted;
        Warrant memory w = _warrant(clients ? agreement.client : agreement.freelancer, 10);
        (uint256 submission, bool seen) = _submission(e, i);
        bytes32 evidence = bytes32(_draw(type(uint256).max));
        IMicroEscrow.Authorization memory auth = _seal(
            w,
            TypedData.dispute(entries[e].id, i, submission, evidence, w.deadline)
        );

        string memory refusal = _refusal(e, i, SUBMITTED | CHANGES_REQUESTED, Time.BeforeClock, w.valid && seen);
        bytes memory data = abi.encodeCall(IMicroEscrow.dispute, (agreement, i, submission, evidence, auth));
        if (!_call(Action.Dispute, w, data, refusal)) return;
        _recordTurn(e, i, IMicroEscrow.Status.Disputed, agreement.arbitrationPeriod);
    }

    function submitEvidence(uint256 seed) external drawnFrom(seed) {
        (uint256 e, uint256 i) = _pick(DISPUTED, Time.Any);
        IMicroEscrow.Agreement memory agreement = entries[e].agreement;
        address[4] memory involved = [agreement.client, agreement.freelancer, agreement.arbiter, agreement.verifier];
        address sender = _chance(3) ? accounts[_draw(ACCOUNTS)] : involved[_draw(3)];
        bool isInvolved = false;
        for (uint256 k = 0; k < involved.length; ++k) isInvolved = isInvolved || involved[k] == sender;

        string memory refusal = _refusal(e, i, DISPUTED, Time.Any, isInvolved);
        bytes memory data = abi.encodeCall(IMicroEscrow.submitEvidence, (agreement, i, bytes32(uint256(1))));
        _call(Action.SubmitEvidence, _direct(sender), data, refusal);
    }

    function rule(uint256 seed) external drawnFrom(seed) {
        (uint256 e, uint256 i) = _pick(DISPUTED, Time.BeforeClock);
        _comeInTime(e, i, 12);
        IMicroEscrow.Agreement memory agreement = entries[e].agreement;
        Warrant memory w = _warrant(agreement.arbiter, 20);
        uint256 pot = ghosts[e][i].held - _arbiterFee(e, i);
        (uint128 amount, bytes32 reasoning) = (_amount(pot), bytes32(_draw(type(uint256).max)));
        IMicroEscrow.Authorization memory auth = _seal(
            w,
            TypedData.rule(entries[e].id, i, amount, reasoning, w.deadline)
        );

        string memory refusal = _refusal(e, i, DISPUTED, Time.BeforeClock, w.valid);
        if (amount > pot) refusal = "Invariant 8: awarded more than the pot";
        bytes memory data = abi.encodeCall(IMicroEscrow.rule, (agreement, i, amount, reasoning, auth));
        if (_call(Action.Rule, w, data, refusal)) _recordRuling(e, i, amount);
    }

    /// @notice Two authorizations. Each party, where it is not the sender, signs; now and then somebody else does.
    function settle(uint256 seed) external drawnFrom(seed) {
        (uint256 e, uint256 i) = _pickForGift();
        IMicroEscrow.Agreement memory agreement = entries[e].agreement;
        Warrant memory byClient = _warrant(agreement.client, 40);
        Warrant memory byFreelancer = _warrant(agreement.freelancer, 40);
        // One call has one sender: where two are drawn, the freelancer's stays, and the client's warrant with it or not.
        if (byFreelancer.signer != address(0)) byFreelancer.sender = byClient.sender;
        byClient.sender = byFreelancer.sender;
        if (byClient.signer == address(0)) byClient.valid = byClient.sender == agreement.client;

        uint128 held = ghosts[e][i].held;
        uint128 amount = _amount(held);
        bytes32 id = entries[e].id;
        uint128 rest = amount <= held ? held - amount : 0;
        IMicroEscrow.Authorization memory client = _seal(
            byClient,
            TypedData.settle(id, i, amount, rest, byClient.deadline)
        );
        IMicroEscrow.Authorization memory freelancer = _seal(
            byFreelancer,
            TypedData.settle(id, i, amount, rest, byFreelancer.deadline)
        );

        string memory refusal = _refusal(e, i, HELD, Time.Any, byClient.valid && byFreelancer.valid);
        if (amount > held) refusal = "Invariant 8: settled for more than is held";
        bytes memory data = abi.encodeCall(IMicroEscrow.settle, (agreement, i, amount, client, freelancer));
        if (_call(Action.Settle, byFreelancer, data, refusal)) {
            _recordSplit(e, i, IMicroEscrow.Outcome.Settled, amount);
        }
    }

    function refund(uint256 seed) external drawnFrom(seed) {
        (uint256 e, uint256 i) = _pickForGift();
        IMicroEscrow.Agreement memory agreement = entries[e].agreement;
        Warrant memory w = _warrant(agreement.freelancer, GIFT_FAULTS);
        IMicroEscrow.Authorization memory auth = _seal(
            w,
            TypedData.refund(entries[e].id, i, ghosts[e][i].held, w.deadline)
        );

        string memory refusal = _refusal(e, i, HELD, Time.Any, w.valid);
        bytes memory data = abi.encodeCall(IMicroEscrow.refund, (agreement, i, auth));
        if (_call(Action.Refund, w, data, refusal)) _recordRefund(e, i, IMicroEscrow.Outcome.Refunded);
    }

    // ----------------------------------------------------------------------------------------------- time and money

    function finalize(uint256 seed) external drawnFrom(seed) {
        (uint256 e, uint256 i) = _pick(HELD, _chance(2) ? Time.FromClock : Time.Any);
        _comeInTime(e, i, 3);
        _finalize(Action.Finalize, e, i, accounts[_draw(ACCOUNTS)]);
    }

    function withdraw(uint256 seed) external drawnFrom(seed) {
        (uint256 t, uint256 a) = (_draw(TOKENS), _draw(ACCOUNTS));
        // Where nothing waits there is little to see: the next account for which something does.
        for (uint256 k = 0; k < TOKENS * ACCOUNTS && waiting[t][a] == 0 && !_chance(100); ++k) {
            a = (a + 1) % ACCOUNTS;
            if (a == 0) t = (t + 1) % TOKENS;
        }
        _withdraw(Action.Withdraw, t, a, accounts[_draw(ACCOUNTS)]);
    }

    /// @notice Somebody sends again what was signed, and done, before. It may fail or not, but changes nothing.
    function replay(uint256 seed) external drawnFrom(seed) {
        if (_signedCalls.length == 0) return;
        bytes memory data = _signedCalls[_draw(_signedCalls.length)];
        vm.recordLogs();
        vm.prank(accounts[_draw(ACCOUNTS)]);
        (bool success, ) = address(escrow).call(data);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        if (success) _recordEvents(logs);
        _tally(Action.Replay, success);
    }

    // ---------------------------------------------------------------------------------------- what the world does

    function sendEther(uint256 seed) external drawnFrom(seed) {
        bytes memory data = _chance(2) ? bytes("") : abi.encodeCall(IMicroEscrow.withdraw, (address(0), address(0)));
        (bool success, ) = address(escrow).call{value: 1}(data);
        require(!success, "Invariant 12: the escrow took ether");
        _tally(Action.SendEther, success);
    }

    /// @notice Tokens out of nowhere: nobody's entitlement changes.
    function donate(uint256 seed) external drawnFrom(seed) {
        (uint256 t, uint256 amount) = (_draw(TOKENS), _draw(1e9));
        bytes memory data = abi.encodeWithSignature("mint(address,uint256)", address(escrow), amount);
        (bool success, ) = address(tokens[t]).call(data);
        if (success) donated[t] += amount;
        _tally(Action.Donate, success);
    }

    function pause(uint256 seed) external drawnFrom(seed) {
        restricted.setPaused(_chance(4));
        _tally(Action.Pause, true);
    }

    function blacklist(uint256 seed) external drawnFrom(seed) {
        address account = _chance(16) ? address(escrow) : accounts[_draw(ACCOUNTS)];
        restricted.setBlacklisted(account, !restricted.blacklisted(account) && _chance(3));
        _tally(Action.Blacklist, true);
    }

    function chargeFee(uint256 seed) external drawnFrom(seed) {
        if (_chance(3)) feeToken.setFee(_draw(1_000), 0, _draw(3));
        else feeToken.setFee(0, 0, 0);
        _tally(Action.ChargeFee, true);
    }

    /// @notice An account without code that registers cannot receive anymore; the wallet answers by calling the escrow.
    function setHook(uint256 seed) external drawnFrom(seed) {
        address account = accounts[_chance(2) ? WALLET : _draw(ACCOUNTS)];
        hook.setRegistered(account, account == address(wallet) || _chance(4));
        bytes memory data = abi.encodeCall(IMicroEscrow.withdraw, (address(hook), accounts[_draw(ACCOUNTS)]));
        wallet.setHook(_chance(2), address(escrow), data);
        _tally(Action.SetHook, true);
    }

    /// @notice Only a revert refuses: an answer, even a strange one, lets the money in.
    function setGate(uint256 seed) external drawnFrom(seed) {
        Fault[4] memory faults = [Fault.None, Fault.None, Fault.ReturnsFalse, Fault.Reverts];
        gate.setFault(faults[_draw(4)]);
        _tally(Action.SetGate, true);
    }

    /// @notice A little while, or to the second before, at or after the clock that runs out next.
    function passTime(uint256 seed) external drawnFrom(seed) {
        (bool found, uint256 clock) = _nextClock();
        bool jumps = found && clock < block.timestamp + PATIENCE && _chance(3);
        vm.warp(jumps ? clock - 1 + _draw(3) : block.timestamp + 1 + _draw(1 days));
        _tally(Action.PassTime, true);
    }

    // ------------------------------------------------------------------------------------------------------ the end

    /// @notice Invariant 10. Whatever happened before, and whatever mood the tokens are in: a stranger alone brings every
    /// milestone to its end and every balance that its token lets move to its owner; and once the tokens relent, all of
    /// them, until the escrow has nothing left but donations.
    function checkLiveness() external {
        for ((bool found, uint256 clock) = _nextClock(); found; (found, clock) = _nextClock()) vm.warp(clock);
        for (uint256 p = 0; p < places.length; ++p) {
            (uint256 e, uint256 i) = (places[p].entry, places[p].index);
            if (_isHeld(ghosts[e][i].status)) _finalize(Action.FinalizeAtTheEnd, e, i, accounts[STRANGER]);
            IMicroEscrow.Status status = escrow.milestone(entries[e].id, i).status;
            require(!_isHeld(status), "Invariant 10: a milestone does not end");
        }
        _withdrawEverything();
        this.checkAlways();

        restricted.setPaused(false);
        restricted.setBlacklisted(address(escrow), false);
        for (uint256 a = 0; a < ACCOUNTS; ++a) {
            restricted.setBlacklisted(accounts[a], false);
            hook.setRegistered(accounts[a], false);
        }
        _withdrawEverything();
        this.checkAlways();
        for (uint256 t = 0; t < TOKENS; ++t) {
            require(tokens[t].balanceOf(address(escrow)) == donated[t], "Invariant 10: money is left in the escrow");
        }
    }

    function _withdrawEverything() private {
        for (uint256 t = 0; t < TOKENS; ++t) {
            for (uint256 a = 0; a < ACCOUNTS; ++a) {
                if (waiting[t][a] != 0) _withdraw(Action.WithdrawAtTheEnd, t, a, accounts[STRANGER]);
            }
        }
    }

    // ----------------------------------------------------------------------------------------------- what was tried

    /// @notice The functions to call, each with a seed. What the others live on stands there twice.
    function moves() external pure returns (bytes4[] memory selectors) {
        bytes4[29] memory all = [
            this.accept.selector,
            this.close.selector,
            this.fund.selector,
            this.fund.selector,
            this.fundWithPermit.selector,
            this.submit.selector,
            this.submit.selector,
            this.approve.selector,
            this.advance.selector,
            this.requestChanges.selector,
            this.attest.selector,
            this.extend.selector,
            this.dispute.selector,
            this.submitEvidence.selector,
            this.rule.selector,
            this.settle.selector,
            this.refund.selector,
            this.finalize.selector,
            this.withdraw.selector,
            this.approveAndFund.selector,
            this.replay.selector,
            this.sendEther.selector,
            this.donate.selector,
            this.pause.selector,
            this.blacklist.selector,
            this.chargeFee.selector,
            this.setHook.selector,
            this.setGate.selector,
            this.passTime.selector
        ];
        selectors = new bytes4[](all.length);
        for (uint256 k = 0; k < all.length; ++k) selectors[k] = all[k];
    }

    function tally(Action action) external view returns (uint256 successes, uint256 failures) {
        return (_successes[action], _failures[action]);
    }

    function edgeCounts(Time time) external view returns (uint256 lastSecond, uint256 atTheClock) {
        return (_lastSeconds[time], _clockSeconds[time]);
    }

    function transitionCount(IMicroEscrow.Status from, IMicroEscrow.Status to) external view returns (uint256) {
        return transitions[from][to];
    }

    function outcomeCount(IMicroEscrow.Outcome outcome) external view returns (uint256) {
        return outcomes[outcome];
    }

    function paymentCounts() external view returns (uint256 deferred, uint256 hookCalls) {
        return (deferrals, wallet.hookCalls());
    }

    function _tally(Action action, bool success) private {
        if (success) ++_successes[action];
        else ++_failures[action];
    }

    // ----------------------------------------------------------------------------------------------------- the call

    /// @param refusal Why the protocol does not allow this; empty: it does.
    function _call(Action action, Warrant memory w, bytes memory data, string memory refusal) private returns (bool) {
        vm.recordLogs();
        vm.prank(w.sender);
        (bool success, bytes memory result) = address(escrow).call(data);
        Vm.Log[] memory logs = vm.getRecordedLogs();

        if (bytes(refusal).length != 0) require(!success, refusal);
        else
            require(success, string.concat("Invariant 6: refused what is allowed, with ", Strings.toHexString(result)));
        _tally(action, success);
        if (!success) return false;
        _recordEvents(logs);
        if (w.signer != address(0)) _signedCalls.push(data);
        return true;
    }

    function _refusal(
        uint256 e,
        uint256 i,
        uint256 statuses,
        Time time,
        bool authorized
    ) private returns (string memory) {
        Ghost storage ghost = ghosts[e][i];
        if (!_in(ghost.status, statuses)) return "Invariant 3: acted in a status that does not allow it";
        if (authorized && block.timestamp + 1 == ghost.clock) ++_lastSeconds[time];
        if (authorized && block.timestamp == ghost.clock) ++_clockSeconds[time];
        if (time == Time.BeforeClock && block.timestamp >= ghost.clock) return "Invariant 6: a turn after the clock";
        if (time == Time.FromClock && block.timestamp < ghost.clock) return "Invariant 6: finalized before the clock";
        if (!authorized) return "Invariant 8: acted without the authorization that it takes";
        return "";
    }

    function _finalize(Action action, uint256 e, uint256 i, address sender) private {
        IMicroEscrow.Agreement memory agreement = entries[e].agreement;
        bytes memory data = abi.encodeCall(IMicroEscrow.finalize, (agreement, i));
        if (!_call(action, _direct(sender), data, _refusal(e, i, HELD, Time.FromClock, true))) return;

        IMicroEscrow.Status status = ghosts[e][i].status;
        if (status == IMicroEscrow.Status.Funded) _recordRefund(e, i, IMicroEscrow.Outcome.WorkExpired);
        else if (status == IMicroEscrow.Status.Submitted) _recordRelease(e, i, IMicroEscrow.Outcome.ReviewExpired);
        else if (status == IMicroEscrow.Status.ChangesRequested) {
            _recordRefund(e, i, IMicroEscrow.Outcome.ReworkExpired);
        } else {
            uint256 share = (uint256(ghosts[e][i].held) * agreement.defaultShareBps) / BPS;
            _recordSplit(e, i, IMicroEscrow.Outcome.ArbitrationExpired, share);
        }
    }

    function _withdraw(Action action, uint256 t, uint256 a, address sender) private {
        string memory refusal = "";
        if (waiting[t][a] != 0 && !_accepts(t, address(escrow), accounts[a])) {
            refusal = "Invariant 10: withdrawn without a transfer";
        }
        bytes memory data = abi.encodeCall(IMicroEscrow.withdraw, (address(tokens[t]), accounts[a]));
        if (_call(action, _direct(sender), data, refusal)) _recordWithdrawal(t, a);
    }

    // ------------------------------------------------------------------------------------------------------ funding

    function _funding() private returns (Funding memory f) {
        (uint256 e, uint256 i) = _pick(NONE, Time.Any);
        for (uint256 k = 0; k < 8 && !_isOpen(e); ++k) (e, i) = _pick(NONE, Time.Any);
        IMicroEscrow.Agreement memory agreement = entries[e].agreement;
        (f.entry, f.scheduleOf) = (e, _chance(30) ? _draw(entries.length) : e);
        f.indices = _indices(e, i);
        f.payer = agreement.client;
        if (_chance(flags[e] & CLIENT_CONSENTED == 0 ? 8 : 2)) {
            f.payer = _chance(2) ? agreement.freelancer : accounts[PAYER];
        }
        f.signatureValid = !_chance(12);
        if (!_chance(24)) {
            address signer = f.signatureValid ? agreement.freelancer : _other(agreement.freelancer);
            f.signature = _sign(signer, entries[e].id);
        } else {
            f.signatureValid = false; // none
        }
        f.sum = _sum(e, f.indices);
        f.allowance = f.sum != 0 && _chance(30) ? f.sum - 1 : f.sum;
    }

    function _isOpen(uint256 e) private view returns (bool) {
        return flags[e] & CLOSED == 0 && block.timestamp < entries[e].agreement.fundBy;
    }

    /// @dev One milestone or, where more wait for it, up to three; now and then none, one twice, or one that does not exist.
    function _indices(uint256 e, uint256 i) private returns (uint256[] memory indices) {
        if (_chance(40)) return indices;
        uint256 length = entries[e].schedule.length;
        uint256 wanted = 1 + _draw(3);
        indices = new uint256[](wanted);
        uint256 found = 0;
        for (uint256 k = 0; k < length && found < wanted; ++k) {
            uint256 index = (i + k) % length;
            if (k == 0 || ghosts[e][index].status == IMicroEscrow.Status.None) indices[found++] = index;
        }
        assembly ("memory-safe") {
            mstore(indices, found)
        }
        if (_chance(20)) indices[found - 1] = _chance(2) ? length : i;
    }

    function _sum(uint256 e, uint256[] memory indices) private view returns (uint256 sum) {
        for (uint256 k = 0; k < indices.length; ++k) {
            if (indices[k] < entries[e].schedule.length) sum += entries[e].schedule[indices[k]].amount;
        }
    }

    function _fundData(Funding memory f) private view returns (bytes memory) {
        return
            abi.encodeCall(
                IMicroEscrow.fund,
                (entries[f.entry].agreement, entries[f.scheduleOf].schedule, f.indices, f.signature)
            );
    }

    function _fundRefusal(Funding memory f) private view returns (string memory) {
        uint256 e = f.entry;
        uint256 token = entries[e].token;
        IMicroEscrow.Agreement memory agreement = entries[e].agreement;
        if (flags[e] & CLOSED != 0) return "Invariant 8: funded after the close";
        if (block.timestamp >= agreement.fundBy) return "Invariant 6: funded too late";
        if (f.indices.length == 0) return "Invariant 8: funded nothing";
        if (!_sameSchedule(e, f.scheduleOf)) return "Invariant 8: funded another schedule";
        if (flags[e] & CLIENT_CONSENTED == 0 && f.payer != agreement.client) {
            return "Invariant 8: funded without the client's consent";
        }
        if (flags[e] & FREELANCER_CONSENTED == 0 && f.payer != agreement.freelancer && !f.signatureValid) {
            return "Invariant 8: funded without the freelancer's consent";
        }
        for (uint256 k = 0; k < f.indices.length; ++k) {
            if (f.indices[k] >= entries[e].schedule.length) return "Invariant 8: funded beyond the schedule";
            if (ghosts[e][f.indices[k]].status != IMicroEscrow.Status.None) return "Invariant 3: funded again";
            if (k != 0 && f.indices[k] == f.indices[0]) return "Invariant 3: funded twice";
        }
        if (agreement.gate != address(0) && !_gatePasses()) return "Invariant 8: funded past the gate";
        if (f.allowance < f.sum) return "Invariant 1: funded with less than it takes";
        if (!_accepts(token, f.payer, address(escrow))) return "Invariant 1: funded without a transfer";
        if (_arriving(token, f.sum) != f.sum) return "Invariant 1: funded with another amount than asked for";
        return "";
    }

    /// @dev Whoever was missing has consented now.
    function _recordFunded(Funding memory f) private {
        flags[f.entry] |= CLIENT_CONSENTED | FREELANCER_CONSENTED;
        inHand[entries[f.entry].token][_accountOf(f.payer)] -= f.sum;
        for (uint256 k = 0; k < f.indices.length; ++k) _recordFunding(f.entry, f.indices[k]);
    }

    /// @dev Exactly `amount`, by way of zero, as some tokens want it.
    function _approve(address payer, uint256 e, uint256 amount) private {
        address token = entries[e].agreement.token;
        for (uint256 k = 0; k < 2; ++k) {
            vm.prank(payer);
            (bool success, ) = token.call(abi.encodeCall(IERC20.approve, (address(escrow), k == 0 ? 0 : amount)));
            require(success, "the token took no approval");
        }
    }

    function _signPermit(address token, address payer, uint256 amount) private view returns (bytes memory) {
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
                payer,
                address(escrow),
                amount,
                IERC20Permit(token).nonces(payer),
                type(uint256).max
            )
        );
        return _signDigest(payer, TypedData.digest(IERC20Permit(token).DOMAIN_SEPARATOR(), structHash));
    }

    function _wordAt(bytes memory data, uint256 offset) private pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 0x20), offset))
        }
    }

    // -------------------------------------------------------------------------------------------------- who may act

    /// @dev The client or the freelancer, with its flag; seldom somebody else, with none.
    function _party(IMicroEscrow.Agreement memory agreement) private returns (address, uint8) {
        if (_chance(12)) {
            address account = accounts[_draw(ACCOUNTS)];
            if (account != agreement.client && account != agreement.freelancer) return (account, 0);
        }
        return _chance(2) ? (agreement.client, CLIENT_CONSENTED) : (agreement.freelancer, FREELANCER_CONSENTED);
    }

    function _direct(address sender) private pure returns (Warrant memory w) {
        w.sender = sender;
    }

    /// @dev A way to act for `actor`: it calls, or signs and somebody else calls; `faults` in 100 times with a fault.
    function _warrant(address actor, uint256 faults) private returns (Warrant memory w) {
        bool right = actor != address(0) && _draw(100) >= faults;
        (w.valid, w.deadline) = (right, type(uint256).max);
        if (right && _chance(2)) {
            (w.sender, w.deadline) = (actor, 0); // a deadline without a signature means nothing
            return w;
        }
        w.sender = accounts[_draw(ACCOUNTS)];
        w.signer = actor;
        if (right) {
            if (_chance(4)) w.deadline = block.timestamp + 1;
            return w;
        }
        uint256 fault = actor == address(0) ? _draw(2) : _draw(4);
        if (fault == 0) (w.sender, w.signer) = (_other(actor), address(0));
        else if (fault == 1) w.signer = _other(actor);
        else if (fault == 2) w.deadline = block.timestamp - _draw(2);
        else w.signsOther = true;
    }

    function _seal(Warrant memory w, bytes32 structHash) private view returns (IMicroEscrow.Authorization memory auth) {
        auth.deadline = w.deadline;
        if (w.signer == address(0)) return auth;
        auth.signature = _sign(w.signer, w.signsOther ? keccak256(abi.encode(structHash)) : structHash);
    }

    /// @dev An account that is not `account` and does not sign with its key.
    function _other(address account) private returns (address) {
        uint256 a = _draw(ACCOUNTS);
        return accounts[a] == account ? accounts[(a + 1) % ACCOUNTS] : accounts[a];
    }

    // ----------------------------------------------------------------------------------------------------- choosing

    function _draw(uint256 n) private returns (uint256) {
        _entropy = uint256(keccak256(abi.encode(_entropy)));
        return _entropy % n;
    }

    /// @dev True in one of `n` cases.
    function _chance(uint256 n) private returns (bool) {
        return _draw(n) == 0;
    }

    /// @dev A milestone in one of `statuses`, and on the right side of its clock, if there is one; seldom just any.
    function _pick(uint256 statuses, Time time) private returns (uint256 e, uint256 i) {
        uint256 start = _draw(places.length);
        (e, i) = (places[start].entry, places[start].index);
        if (_chance(16)) return (e, i);
        for (uint256 k = 0; k < places.length; ++k) {
            Place memory place = places[(start + k) % places.length];
            Ghost storage ghost = ghosts[place.entry][place.index];
            if (!_in(ghost.status, statuses)) continue;
            (e, i) = (place.entry, place.index);
            if (time == Time.Any || (time == Time.BeforeClock) == (block.timestamp < ghost.clock)) return (e, i);
        }
    }

    /// @dev In one of `n` cases the move comes to the second: just before, at or just after the milestone's clock.
    function _comeInTime(uint256 e, uint256 i, uint256 n) private {
        uint256 clock = ghosts[e][i].clock;
        if (clock <= block.timestamp + 1 || clock > block.timestamp + PATIENCE) return;
        if (_chance(n)) vm.warp(clock - 1 + _draw(3));
    }

    /// @dev Gifts are possible in every status that holds money; each of these as likely as the next.
    function _pickForGift() private returns (uint256 e, uint256 i) {
        return _pick([FUNDED, SUBMITTED, CHANGES_REQUESTED, DISPUTED][_draw(4)], Time.Any);
    }

    function _indexWith(uint256 e, IMicroEscrow.Status status) private returns (uint256 index) {
        uint256 length = entries[e].schedule.length;
        index = _draw(length);
        for (uint256 k = 0; k < length && ghosts[e][index].status != status; ++k) index = (index + 1) % length;
    }

    /// @dev The current submission; seldom one before or after it.
    function _submission(uint256 e, uint256 i) private returns (uint256 submission, bool seen) {
        submission = ghosts[e][i].submissions;
        if (!_chance(16)) return (submission, true);
        return (submission == 0 || _chance(2) ? submission + 1 : submission - 1, false);
    }

    /// @dev Between 0 and `limit`, both as likely as what is between; seldom 1 more.
    function _amount(uint256 limit) private returns (uint128) {
        uint256 way = _draw(12);
        uint256 amount = _draw(limit + 1);
        if (way == 0) amount = 0;
        else if (way == 1) amount = limit;
        else if (way == 2) amount = 1;
        else if (way == 3) amount = limit + 1;
        return amount > type(uint128).max ? type(uint128).max : uint128(amount);
    }

    /// @dev Mostly later than the present clock; seldom the same, or earlier, or just now; at most in the far future.
    function _laterClock(uint40 currentClock) private returns (uint40) {
        uint256 way = _draw(16);
        if (way == 0) return currentClock;
        if (way == 1) return uint40(_draw(currentClock + 1));
        if (way == 2) return uint40(block.timestamp);
        if (way == 3) return uint40(block.timestamp + 1);
        if (way == 4) return currentClock + 1;
        if (way == 5) return uint40(block.timestamp + FAR_FUTURE);
        return uint40((currentClock > block.timestamp ? currentClock : block.timestamp) + 1 + _draw(7 days));
    }

    /// @dev The clock that runs out next.
    function _nextClock() private view returns (bool found, uint256 clock) {
        for (uint256 p = 0; p < places.length; ++p) {
            uint256 candidate = ghosts[places[p].entry][places[p].index].clock;
            if (candidate <= block.timestamp || (found && candidate >= clock)) continue;
            (found, clock) = (true, candidate);
        }
    }

    function _sameSchedule(uint256 e, uint256 other) private view returns (bool) {
        return entries[e].agreement.milestones == entries[other].agreement.milestones;
    }

    function _in(IMicroEscrow.Status status, uint256 statuses) private pure returns (bool) {
        return (1 << uint8(status)) & statuses != 0;
    }
}
