// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {FaultyToken} from "../../../contracts/mocks/FaultyToken.sol";
import {Fault} from "../../../contracts/mocks/Fault.sol";
import {PlainToken} from "../../../contracts/mocks/PlainToken.sol";
import {RestrictedToken} from "../../../contracts/mocks/RestrictedToken.sol";
import {vm} from "../utils/Vm.sol";
import {Fuzz, ScriptedToken} from "./Fuzz.sol";

/// @notice Any payments that fail, for any reason: they wait for their owner, and hold up nobody else's.
contract PaymentsTest is Fuzz {
    RestrictedToken private _restricted;
    ScriptedToken private _scripted;
    FaultyToken private _faulty;

    function setUp() public override {
        super.setUp();
        _restricted = new RestrictedToken();
        _scripted = new ScriptedToken();
        _faulty = new FaultyToken();
    }

    /// @dev Milestone 0, over any amount and terms, in a status in which it can end so.
    function _bringBefore(
        IMicroEscrow.Outcome outcome,
        uint256 seed,
        uint256 share
    ) private returns (Parts memory parts, uint256) {
        _useTerms(_draw(seed, 7), _draw(seed, 8));
        _bring(0, _statusBefore(outcome, seed / 9));
        share = _share(outcome, schedule[0].amount, share);
        return (_parts(outcome, schedule[0].amount, share), share);
    }

    // ------------------------------------------------------------------------------------------------------ deferred

    /// @dev Any of the four cannot receive: what is theirs waits, the others are paid as ever.
    function testFuzz_AnyWhoCannotReceive_HoldUpNobodyElse(uint256 seed, uint256 share, uint256 who) public {
        _useToken(address(_restricted));
        IMicroEscrow.Outcome outcome = _outcome(seed);
        Parts memory parts;
        (parts, share) = _bringBefore(outcome, seed, share);
        address[4] memory accounts = [freelancer, client, platform, arbiter];
        for (uint256 i = 0; i < 4; ++i) _restricted.setBlacklisted(accounts[i], (who >> i) & 1 == 1);
        _recordWorld();
        _expectParts(0, outcome, parts);
        if (who & 1 == 1 && parts.freelancer != 0) _expectDeferral(freelancer, parts.freelancer);
        if (who & 2 == 2 && parts.client != 0) _expectDeferral(client, parts.client);
        _end(0, outcome, share);
        _assertWorld();
    }

    function _expectDeferral(address account, uint256 amount) private {
        emit IMicroEscrow.PaymentDeferred({id: id, index: 0, account: account, token: token, amount: amount});
        _expectPulled(account, amount);
        _expectCredited(account, amount);
    }

    /// @dev A token that answers a payment with anything: a yes is `true`, or nothing at all; otherwise it is deferred.
    /// Never does the answer reach whoever ended the milestone.
    function testFuzz_AnyAnswerOfTheToken(uint256 seed, bytes calldata other, bool reverts) public {
        _useToken(address(_scripted));
        _bring(0, IMicroEscrow.Status.Submitted);
        bytes32 good = bytes32(uint256(1));
        bytes memory answer = _answer(seed, seed % 3 == 0 ? bytes("") : other, good);
        bool yes = !reverts && (answer.length == 0 || _isWord(answer, good));
        _scripted.setAnswer(yes, reverts, answer);
        uint256 net = schedule[0].amount - _fee(schedule[0].amount);
        _recordWorld();
        _expectRelease(0, IMicroEscrow.Outcome.Approved);
        if (!yes) _expectDeferred(0, freelancer, net);
        _end(0, IMicroEscrow.Outcome.Approved, 0);
        _assertWorld();
    }

    /// @dev A token that went away: nothing can be paid, everything is owed.
    function testFuzz_ATokenWithoutCode_DefersEverything(uint256 seed, uint256 share) public {
        IMicroEscrow.Outcome outcome = _outcome(seed);
        Parts memory parts;
        (parts, share) = _bringBefore(outcome, seed, share);
        vm.etch(token, "");
        _end(0, outcome, share);
        vm.assertEq(escrow.claimable(token, freelancer), parts.freelancer, "freelancer");
        vm.assertEq(escrow.claimable(token, client), parts.client, "client");
        vm.assertEq(escrow.claimable(token, platform), parts.platform, "platform");
        vm.assertEq(escrow.claimable(token, arbiter), parts.arbiter, "arbiter");
    }

    /// @dev With any gas: reverted, or what happens with plenty of it. A caller cannot have a payment deferred that the token
    /// would have made with the gas that a payment may use, also where it needs nearly all of that, or a little more.
    function testFuzz_AnyGas_CannotDeferAPayment(uint256 gasLimit, uint256 appetite, bool handsBack) public {
        _useToken(address(_scripted));
        // A payment that waits already makes it cheapest to have another one wait.
        _bring(1, IMicroEscrow.Status.Submitted);
        _scripted.setAppetite(type(uint256).max);
        _end(1, IMicroEscrow.Outcome.Approved, 0);
        uint256 owed = escrow.claimable(token, freelancer);
        vm.assertEq(owed, schedule[1].amount - _fee(schedule[1].amount), "claimable");
        _bring(0, IMicroEscrow.Status.Submitted);
        _warpToClock(0, 0);
        // Mostly where it is decided: a payment may use 200,000, and 64/63 of that and 20,000 must be left for deferring it.
        _scripted.setAppetite(appetite % 4 == 0 ? _bound(appetite, 0, 220_000) : 188_000 + (appetite % 14_000));
        _scripted.setHandsBack(handsBack);
        gasLimit = gasLimit % 4 == 0 ? _bound(gasLimit, 30_000, 500_000) : 200_000 + (gasLimit % 35_000);
        bytes memory data = abi.encodeCall(escrow.finalize, (agreement, 0));
        uint256 snapshot = vm.snapshotState();
        (bool success, ) = address(escrow).call{gas: 5_000_000}(data);
        vm.assertTrue(success, "held up");
        uint256 paid = _balance(freelancer);
        vm.revertToState(snapshot);
        (success, ) = address(escrow).call{gas: gasLimit}(data);
        uint256 net = schedule[0].amount - _fee(schedule[0].amount);
        vm.assertEq(_balance(freelancer), success ? paid : 0, "freelancer");
        vm.assertEq(escrow.claimable(token, freelancer), success ? owed + net - paid : owed, "deferred");
        vm.assertEq(_milestone(0).amount, success ? 0 : schedule[0].amount, "held");
    }

    /// @dev A payment that burns more than its share of gas, however much: the call needs no more than that share.
    function testFuzz_AGreedyToken_IsDeferred(uint256 appetite) public {
        _useToken(address(_scripted));
        _bring(0, IMicroEscrow.Status.Submitted);
        _warpToClock(0, 0);
        _scripted.setAppetite(_bound(appetite, 200_000, type(uint256).max));
        bytes memory data = abi.encodeCall(escrow.finalize, (agreement, 0));
        (bool success, ) = address(escrow).call{gas: 400_000}(data);
        vm.assertTrue(success, "held up");
        uint256 net = schedule[0].amount - _fee(schedule[0].amount);
        vm.assertEq(escrow.claimable(token, freelancer), net, "deferred");
    }

    /// @dev Payments that fail one after the other add up, and one withdrawal pays them all.
    function testFuzz_SeveralDeferredPayments_AddUp(uint256 seed, uint128[3] calldata amounts) public {
        _useToken(address(_restricted));
        for (uint256 i = 0; i < 3; ++i) schedule[i].amount = uint128(_bound(amounts[i], 1, type(uint128).max / 4));
        _useTerms(schedule[0].amount, seed);
        uint256 sum = 0;
        for (uint256 i = 0; i < 3; ++i) {
            IMicroEscrow.Outcome outcome = _outcome(_draw(seed, i));
            _bring(i, _statusBefore(outcome, _draw(seed, 10 + i)));
            _restricted.setBlacklisted(freelancer, true);
            uint256 share = _share(outcome, schedule[i].amount, _draw(seed, 20 + i));
            sum += _parts(outcome, schedule[i].amount, share).freelancer;
            _end(i, outcome, share);
            _restricted.setBlacklisted(freelancer, false);
        }
        vm.assertEq(escrow.claimable(token, freelancer), sum, "claimable");
        escrow.withdraw(token, freelancer);
        vm.assertEq(_balance(freelancer), sum, "freelancer");
    }

    /// @dev A deferred part of an advance: the rest of the milestone is where it was.
    function testFuzz_AnAdvance_CanBeDeferred(uint256 part, uint256 seed, bool toTreasury) public {
        _useToken(address(_restricted));
        if (toTreasury) agreement.payoutTo = treasury;
        _sealAgreement();
        _bring(0, _possibleStatus(Action.Advance, seed));
        part = _bound(part, 1, AMOUNT - 1);
        _restricted.setPaused(true);
        _recordWorld();
        _expectCredited(_payoutAccount(), part - _fee(part));
        _expectCredited(platform, _fee(part));
        _expectHeld(0, AMOUNT - part);
        emit IMicroEscrow.MilestoneAdvanced(id, 0, part - _fee(part), _fee(part), uint128(AMOUNT - part));
        emit IMicroEscrow.PaymentDeferred(id, 0, _payoutAccount(), token, part - _fee(part));
        _assertCall(client, abi.encodeCall(escrow.advance, (agreement, 0, uint128(part), _byCalling())));
        _assertWorld();
    }

    // ------------------------------------------------------------------------------------------------------- withdraw

    /// @dev Milestone 0 ended with a ruling while the token was paused: all four have something that waits.
    function _deferAll(uint256 seed) private {
        _useToken(address(_restricted));
        _bring(0, IMicroEscrow.Status.Disputed);
        _restricted.setPaused(true);
        _end(0, IMicroEscrow.Outcome.Ruled, _share(IMicroEscrow.Outcome.Ruled, AMOUNT, seed));
        _restricted.setPaused(false);
    }

    /// @dev By anybody, for anybody, in any order, again and again: each is paid once, what it was owed, and no other.
    function testFuzz_Withdraw_PaysEachOnce(uint256 seed, uint256[6] calldata accounts, uint256 caller) public {
        _deferAll(seed);
        _recordWorld();
        for (uint256 i = 0; i < accounts.length; ++i) {
            address[4] memory owed = [client, freelancer, platform, arbiter];
            address account = accounts[i] % 3 == 0 ? _usual(accounts[i]) : owed[accounts[i] % 4];
            uint256 amount = escrow.claimable(token, account);
            _expectWithdrawn(account);
            vm.prank(_account(caller));
            vm.assertEq(escrow.withdraw(token, account), amount, "amount");
        }
        _assertWorld();
    }

    function _usual(uint256 seed) private view returns (address) {
        address[4] memory others = [verifier, payer, stranger, treasury];
        return others[seed % 4];
    }

    /// @dev For an account that nothing is owed, in any token, there or not: nothing, and no event.
    function testFuzz_Withdraw_OfNothing_DoesNothing(address account, address anyToken, address caller) public {
        vm.recordLogs();
        vm.prank(_anybodyBut(address(0), caller));
        vm.assertEq(escrow.withdraw(anyToken, account), 0, "amount");
        _assertNoEvents();
    }

    /// @dev A withdrawal that the token does not make reverts, in whatever way it fails, and the balance waits on.
    function testFuzz_Withdraw_ThatFails_KeepsTheBalance(uint256 seed, bytes calldata other, bool reverts) public {
        _useToken(address(_scripted));
        _bring(0, IMicroEscrow.Status.Submitted);
        _scripted.setAnswer(false, true, "");
        _end(0, IMicroEscrow.Outcome.Approved, 0);
        bytes32 good = bytes32(uint256(1));
        bytes memory answer = _answer(seed, other, good);
        bool yes = !reverts && (answer.length == 0 || _isWord(answer, good));
        _scripted.setAnswer(yes, reverts, answer);
        uint256 owed = schedule[0].amount - _fee(schedule[0].amount);
        vm.assertEq(escrow.claimable(token, freelancer), owed, "claimable");
        (bool success, ) = _call(stranger, abi.encodeCall(escrow.withdraw, (token, freelancer)));
        vm.assertEq(success, yes, "withdrawn");
        vm.assertEq(escrow.claimable(token, freelancer), yes ? 0 : owed, "claimable");
        vm.assertEq(_balance(freelancer), yes ? owed : 0, "freelancer");
    }

    /// @dev What is owed in one token is not owed in another, and what is paid in one does not touch the other.
    function testFuzz_SeveralTokens_AreKeptApart(uint256 first, uint256 second, bool theSecond) public {
        address[2] memory tokens = [token, address(new PlainToken(18))];
        uint256[2] memory fees;
        for (uint256 i = 0; i < 2; ++i) {
            _useToken(tokens[i]);
            _useTerms(i == 0 ? first : second, 1_000, 0, 0);
            _bring(0, IMicroEscrow.Status.Released);
            fees[i] = _fee(schedule[0].amount);
        }
        uint256 paid = theSecond ? 1 : 0;
        escrow.withdraw(tokens[paid], platform);
        for (uint256 i = 0; i < 2; ++i) {
            vm.assertEq(escrow.claimable(tokens[i], platform), i == paid ? 0 : fees[i], "claimable");
            vm.assertEq(PlainToken(tokens[i]).balanceOf(platform), i == paid ? fees[i] : 0, "platform");
            vm.assertEq(PlainToken(tokens[i]).balanceOf(address(escrow)), i == paid ? 0 : fees[i], "escrow");
        }
    }

    /// @dev Any way in which a token can disappoint at the end: the milestone ends all the same, and nothing is lost once
    /// the token behaves.
    function testFuzz_AnyFault_ThenWithdrawals_PayEverybody(uint256 seed, uint256 share, uint256 fault) public {
        _useToken(address(_faulty));
        IMicroEscrow.Outcome outcome = _outcome(seed);
        Parts memory parts;
        (parts, share) = _bringBefore(outcome, seed, share);
        _faulty.setFaults(Fault(fault % 9), Fault.None);
        _end(0, outcome, share);
        _faulty.setFaults(Fault.None, Fault.None);
        address[4] memory accounts = [freelancer, client, platform, arbiter];
        for (uint256 i = 0; i < 4; ++i) escrow.withdraw(token, accounts[i]);
        vm.assertEq(_balance(freelancer), parts.freelancer, "freelancer");
        vm.assertEq(_balance(client), parts.client, "client");
        vm.assertEq(_balance(platform), parts.platform, "platform");
        vm.assertEq(_balance(arbiter), parts.arbiter, "arbiter");
        vm.assertEq(_balance(address(escrow)), 0, "escrow");
    }
}
