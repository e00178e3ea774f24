// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IFundingGate} from "../../../contracts/interfaces/IFundingGate.sol";
import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {ContractAccount} from "../../../contracts/mocks/ContractAccount.sol";
import {Disappointed, Fault} from "../../../contracts/mocks/Fault.sol";
import {FaultyToken} from "../../../contracts/mocks/FaultyToken.sol";
import {FeeToken} from "../../../contracts/mocks/FeeToken.sol";
import {HookToken} from "../../../contracts/mocks/HookToken.sol";
import {OddAmountToken} from "../../../contracts/mocks/OddAmountToken.sol";
import {PlainToken} from "../../../contracts/mocks/PlainToken.sol";
import {RestrictedToken} from "../../../contracts/mocks/RestrictedToken.sol";
import {TetherToken} from "../../../contracts/mocks/TetherToken.sol";
import {Actions} from "../utils/Actions.sol";
import {vm} from "../utils/Vm.sol";

/// @dev A "token" whose `permit`, and every other function, calls back.
contract CallsBack {
    address private immutable _target;
    bytes private _data;
    bool public succeeded;
    bytes public result;

    constructor(address target, bytes memory data) {
        (_target, _data) = (target, data);
    }

    fallback() external {
        (succeeded, result) = _target.call(_data);
    }
}

/// @dev Remembers the hash of what the escrow said. (All of it would be more than a hook can store with a payment's gas.)
contract Watcher {
    bytes32 public seen;

    function look(address escrow, bytes calldata data) external {
        (, bytes memory said) = escrow.call(data);
        seen = keccak256(said);
    }
}

/// @dev A gate that refuses, and gives as its reason what it saw of milestone 0.
contract WatchingGate is IFundingGate {
    function check(bytes32 id, IMicroEscrow.Agreement calldata, address, uint256) external view {
        bytes memory seen = abi.encode(IMicroEscrow(msg.sender).milestone(id, 0));
        assembly ("memory-safe") {
            revert(add(seen, 0x20), mload(seen))
        }
    }
}

/// @notice Threats 1 to 9: what tokens can do to the escrow, and what they cannot.
contract TokensTest is Actions {
    /// @dev What the lock says.
    bytes private constant LOCKED = abi.encodeWithSignature("ReentrancyGuardReentrantCall()");

    function _funding(uint256 index) private view returns (bytes memory) {
        bytes memory signature = _signature(freelancer, id);
        return abi.encodeCall(escrow.fund, (agreement, schedule, _only(index), signature));
    }

    // ----------------------------------------------------------------------------------------------------- threat 1

    /// @dev Requires that the client cannot fund, and that nothing happened.
    function _assertFundingRefused(bytes memory reason) private {
        _prepareMoney(client, _only(0));
        _recordWorld();
        _assertRefused(client, _funding(0), reason);
        _assertWorld();
    }

    function _assertFeeRefused(uint256 feeBps, uint256 fixedFee, uint256 bonus) private {
        FeeToken(token).setFee(feeBps, fixedFee, bonus);
        uint256 amount = schedule[0].amount;
        uint256 arrived = amount - (amount * feeBps) / BPS - fixedFee + bonus;
        _assertFundingRefused(abi.encodeWithSelector(IMicroEscrow.UnexpectedBalance.selector, token, arrived, amount));
    }

    function test_T1_TokensThatDeliverLessOrMore_AreRefused() public {
        _useToken(address(new FeeToken()));
        _assertFeeRefused(0, 1, 0);
        _assertFeeRefused(1, 0, 0);
        _assertFeeRefused(10_000, 0, 0);
        _assertFeeRefused(0, 0, 1);
        _assertFeeRefused(100, 0, 5_000);
    }

    // ----------------------------------------------------------------------------------------------------- threat 2

    /// @dev Brings milestones 0 to 4 to five different ends, and withdraws the fees.
    function _assertWholeLife() private {
        for (uint256 i = 0; i < 5; ++i) _bring(i, i < 2 ? IMicroEscrow.Status.Submitted : IMicroEscrow.Status.Disputed);
        _recordWorld();
        _expectRelease(0, IMicroEscrow.Outcome.Approved);
        _assertCall(client, _callFor(Action.Approve, 0, _byCalling()));
        _expectRefund(1, IMicroEscrow.Outcome.Refunded);
        _assertCall(freelancer, _callFor(Action.Refund, 1, _byCalling()));
        for (uint256 i = 2; i < 5; ++i) {
            uint256 held = schedule[i].amount;
            uint256 arbiterFee = (held * agreement.arbiterFeeBps) / BPS;
            uint256 award =
                i == 2
                    ? 0
                    : i == 3
                        ? held / 3
                        : held - arbiterFee;
            _expectConclusion(
                i,
                IMicroEscrow.Status.Resolved,
                IMicroEscrow.Outcome.Ruled,
                award,
                held - arbiterFee - award,
                arbiterFee,
                REASONING
            );
            vm.prank(arbiter);
            escrow.rule(agreement, i, uint128(award), REASONING, _byCalling());
        }
        _assertWorld();
        _expectWithdrawn(platform);
        escrow.withdraw(token, platform);
        _expectWithdrawn(arbiter);
        escrow.withdraw(token, arbiter);
        _assertWorld();
        vm.assertEq(_balance(address(escrow)), 0, "something is left in the escrow");
    }

    function test_T2_NoReturnValue_EverythingWorks() public {
        _useToken(address(new TetherToken()));
        _assertWholeLife();
    }

    function test_T2_TransferFromThatFails_RefusesTheFunding() public {
        FaultyToken faulty = new FaultyToken();
        _useToken(address(faulty));
        bytes memory failed = abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, token);
        faulty.setFaults(Fault.None, Fault.ReturnsFalse);
        _assertFundingRefused(failed);
        faulty.setFaults(Fault.None, Fault.ReturnsGarbage);
        _assertFundingRefused(failed);
        faulty.setFaults(Fault.None, Fault.ReturnsShort);
        _assertFundingRefused(failed);
        faulty.setFaults(Fault.None, Fault.Reverts);
        _assertFundingRefused(abi.encodeWithSelector(Disappointed.selector));
    }

    function test_T2_TransferFromWithAnOddAnswer_IsTakenForWhatItSays() public {
        FaultyToken faulty = new FaultyToken();
        _useToken(address(faulty));
        faulty.setFaults(Fault.None, Fault.ReturnsNothing);
        _bring(0, IMicroEscrow.Status.Funded);
        faulty.setFaults(Fault.None, Fault.ReturnsHuge);
        _bring(1, IMicroEscrow.Status.Funded);
        vm.assertEq(_balance(address(escrow)), uint256(schedule[0].amount) + schedule[1].amount, "escrow");
    }

    function _approveWithFault(uint256 index, Fault fault, bool deferred) private {
        _bring(index, IMicroEscrow.Status.Submitted);
        FaultyToken(token).setFaults(fault, Fault.None);
        _recordWorld();
        _expectRelease(index, IMicroEscrow.Outcome.Approved);
        if (deferred) _expectDeferred(index, freelancer, schedule[index].amount - _fee(schedule[index].amount));
        uint256 gasBefore = gasleft();
        vm.prank(client);
        escrow.approve(agreement, index, 1, _byCalling());
        vm.assertLt(gasBefore - gasleft(), 350_000, "gas: the payment's bound, and what the rest costs");
        _assertWorld();
        FaultyToken(token).setFaults(Fault.None, Fault.None);
    }

    function test_T2_TransferThatFailsInAnyWay_DefersThePayment_AtABoundedCost() public {
        _useToken(address(new FaultyToken()));
        _approveWithFault(0, Fault.ReturnsFalse, true);
        _approveWithFault(1, Fault.ReturnsGarbage, true);
        _approveWithFault(2, Fault.ReturnsShort, true);
        _approveWithFault(3, Fault.Reverts, true);
        _approveWithFault(4, Fault.RevertsHuge, true);
        _approveWithFault(5, Fault.BurnsGas, true);
        _recordWorld();
        _expectWithdrawn(freelancer);
        escrow.withdraw(token, freelancer);
        _assertWorld();
    }

    function test_T2_TransferWithAnOddAnswer_IsTakenForWhatItSays() public {
        _useToken(address(new FaultyToken()));
        _approveWithFault(0, Fault.ReturnsNothing, false);
        _approveWithFault(1, Fault.ReturnsHuge, false);
    }

    /// @dev The word that such an answer is read as ends with what memory held before: the milestone's index, which is 1 here,
    /// and so is true.
    function test_T2_TransferWithAnAnswerOfLessThanAWord_IsTakenForNo() public {
        (agreement.feeBps, agreement.feeRecipient) = (0, address(0));
        _sealAgreement();
        _bring(1, IMicroEscrow.Status.Submitted);
        bytes memory code = token.code;
        vm.etch(token, hex"601f5ff3"); // return(0, 31)
        _assertCall(client, _callFor(Action.Approve, 1, _byCalling()));
        vm.etch(token, code);
        vm.assertEq(escrow.claimable(token, freelancer), schedule[1].amount, "what waits for the freelancer");
        vm.assertEq(_balance(freelancer), 0, "what the freelancer got");
    }

    /// @dev A byte of code makes it a contract, and nothing is what tokens like USDT answer.
    function test_T2_TransferThatSaysNothing_OfTheSmallestContract_IsTakenForYes() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        bytes memory code = token.code;
        vm.etch(token, hex"00"); // stop
        _assertCall(client, _callFor(Action.Approve, 0, _byCalling()));
        vm.etch(token, code);
        vm.assertEq(uint8(_milestone(0).status), uint8(IMicroEscrow.Status.Released), "status");
        vm.assertEq(escrow.claimable(token, freelancer), 0, "what waits for the freelancer");
    }

    // ----------------------------------------------------------------------------------------------------- threat 3

    function test_T3_NoCodeAtTheTokensAddress_IsRefused() public {
        agreement.token = stranger;
        _sealAgreement();
        _assertRefused(client, _funding(0), abi.encodeWithSelector(IMicroEscrow.TokenWithoutCode.selector, stranger));
    }

    function test_T3_TokenThatLosesItsCodeAfterFunding_DefersEverything() public {
        _bring(0, IMicroEscrow.Status.Disputed);
        _recordWorld();
        bytes memory code = token.code;
        vm.etch(token, "");
        uint256 held = schedule[0].amount;
        uint256 arbiterFee = (held * agreement.arbiterFeeBps) / BPS;
        uint256 clientAmount = held - arbiterFee - PART;
        _expectConclusion(
            0,
            IMicroEscrow.Status.Resolved,
            IMicroEscrow.Outcome.Ruled,
            PART,
            clientAmount,
            arbiterFee,
            REASONING
        );
        _expectDeferred(0, freelancer, PART - _fee(PART));
        _expectDeferred(0, client, clientAmount);
        _assertCall(arbiter, _callFor(Action.Rule, 0, _byCalling()));
        _assertEvents();
        (bool withdrawn, ) = _call(client, abi.encodeCall(escrow.withdraw, (token, client)));
        vm.assertFalse(withdrawn, "withdrawn from nothing");
        _forgetEvents();
        vm.etch(token, code);
        _assertWorld();
        _expectWithdrawn(client);
        escrow.withdraw(token, client);
        _assertWorld();
    }

    // -------------------------------------------------------------------------------------------------- threats 4, 5

    /// @dev A ruling with something for everybody, while `blacklisted` cannot receive; then its withdrawal.
    function _assertOnlyItsOwnPaymentWaits(uint256 index, address blacklisted) private {
        RestrictedToken restricted = RestrictedToken(token);
        _bring(index, IMicroEscrow.Status.Disputed);
        restricted.setBlacklisted(blacklisted, true);
        uint256 held = schedule[index].amount;
        uint256 arbiterFee = (held * agreement.arbiterFeeBps) / BPS;
        uint256 clientAmount = held - arbiterFee - PART;
        _recordWorld();
        _expectConclusion(
            index,
            IMicroEscrow.Status.Resolved,
            IMicroEscrow.Outcome.Ruled,
            PART,
            clientAmount,
            arbiterFee,
            REASONING
        );
        if (blacklisted == freelancer) _expectDeferred(index, freelancer, PART - _fee(PART));
        if (blacklisted == client) _expectDeferred(index, client, clientAmount);
        _assertCall(arbiter, _callFor(Action.Rule, index, _byCalling()));
        _assertWorld();

        address[4] memory accounts = [client, freelancer, arbiter, platform];
        for (uint256 i = 0; i < 4; ++i) {
            if (accounts[i] == blacklisted) {
                _assertRefused(
                    stranger,
                    abi.encodeCall(escrow.withdraw, (token, blacklisted)),
                    abi.encodeWithSelector(RestrictedToken.Blacklisted.selector, blacklisted)
                );
            } else {
                _expectWithdrawn(accounts[i]);
                escrow.withdraw(token, accounts[i]);
            }
            _assertWorld();
        }
        restricted.setBlacklisted(blacklisted, false);
        _expectWithdrawn(blacklisted);
        escrow.withdraw(token, blacklisted);
        _assertWorld();
    }

    function test_T4_Blacklisted_OnlyItsOwnPaymentWaits() public {
        _useToken(address(new RestrictedToken()));
        _assertOnlyItsOwnPaymentWaits(0, freelancer);
        _assertOnlyItsOwnPaymentWaits(1, client);
        _assertOnlyItsOwnPaymentWaits(2, platform);
        _assertOnlyItsOwnPaymentWaits(3, arbiter);
    }

    function test_T5_Paused_TransitionsWork_PaymentsWait_AndAreWithdrawnAfterwards() public {
        RestrictedToken restricted = new RestrictedToken();
        _useToken(address(restricted));
        _bring(0, IMicroEscrow.Status.Funded);
        restricted.setPaused(true);
        _submit(0);
        _requestChanges(0);
        _submit(0);
        _dispute(0);
        _warpToClock(0, 0);
        uint256 share = (uint256(schedule[0].amount) * agreement.defaultShareBps) / BPS;
        _recordWorld();
        _expectConclusion(
            0,
            IMicroEscrow.Status.Resolved,
            IMicroEscrow.Outcome.ArbitrationExpired,
            share,
            schedule[0].amount - share,
            0,
            0
        );
        _expectDeferred(0, freelancer, share - _fee(share));
        _expectDeferred(0, client, schedule[0].amount - share);
        escrow.finalize(agreement, 0);
        _assertWorld();
        _assertRefused(
            stranger,
            abi.encodeCall(escrow.withdraw, (token, client)),
            abi.encodeWithSelector(RestrictedToken.Paused.selector)
        );
        restricted.setPaused(false);
        address[3] memory owed = [client, freelancer, platform];
        for (uint256 i = 0; i < 3; ++i) {
            _expectWithdrawn(owed[i]);
            escrow.withdraw(token, owed[i]);
        }
        _assertWorld();
        vm.assertEq(_balance(address(escrow)), 0, "something is left in the escrow");
    }

    // ----------------------------------------------------------------------------------------------------- threat 6

    /// @dev Client and freelancer are contracts that a HookToken wakes.
    function _useHooks() private returns (ContractAccount clientAccount, ContractAccount freelancerAccount) {
        clientAccount = new ContractAccount(client);
        freelancerAccount = new ContractAccount(freelancer);
        _signsFor(client, address(clientAccount));
        _signsFor(freelancer, address(freelancerAccount));
        (client, freelancer) = (address(clientAccount), address(freelancerAccount));
        HookToken hookToken = new HookToken();
        _useToken(address(hookToken));
        hookToken.setRegistered(client, true);
        hookToken.setRegistered(freelancer, true);
        hookToken.setRegistered(platform, false);
    }

    /// @dev Every function of the escrow that changes anything, alone and in a multicall.
    function _allCalls() private view returns (bytes[] memory calls) {
        calls = new bytes[](2 * (ACTIONS + 4));
        uint256 n = 0;
        for (uint256 a = 0; a < ACTIONS; ++a) calls[n++] = _callFor(Action(a), 0, _byCalling());
        calls[n++] = abi.encodeCall(escrow.accept, (agreement, schedule, client, ""));
        calls[n++] = _funding(1);
        calls[n++] = abi.encodeCall(escrow.withdraw, (token, platform));
        calls[n++] = abi.encodeCall(escrow.permit, (token, 1, 1, 27, 0, 0));
        for (uint256 i = 0; i < ACTIONS + 4; ++i) {
            bytes[] memory one = new bytes[](1);
            one[0] = calls[i];
            calls[n++] = abi.encodeCall(escrow.multicall, (one));
        }
    }

    /// @dev The last call of the hook was stopped by the lock.
    function _assertLocked(ContractAccount account, uint256 hookCalls) private view {
        vm.assertEq(account.hookCalls(), hookCalls, "hook calls");
        vm.assertFalse(account.hookSucceeded(), "the hook's call succeeded");
        vm.assertEq(account.hookResult(), LOCKED, "the hook's call was refused for another reason");
    }

    function test_T6_HookOnReceiving_IntoEveryFunction_FindsTheLock() public {
        (, ContractAccount account) = _useHooks();
        _bring(0, IMicroEscrow.Status.Submitted);
        bytes[] memory calls = _allCalls();
        for (uint256 i = 0; i < calls.length; ++i) {
            uint256 snapshot = vm.snapshotState();
            account.setHook(false, address(escrow), calls[i]);
            _recordWorld();
            _expectRelease(0, IMicroEscrow.Outcome.Approved);
            vm.prank(client);
            escrow.approve(agreement, 0, 1, _byCalling());
            _assertLocked(account, 1);
            _assertWorld();
            vm.revertToState(snapshot);
        }
    }

    function test_T6_HookOnSending_IntoEveryFunction_FindsTheLock() public {
        (ContractAccount account, ) = _useHooks();
        _prepareMoney(client, _only(0));
        bytes memory funding = _funding(0);
        bytes[] memory calls = _allCalls();
        for (uint256 i = 0; i < calls.length; ++i) {
            uint256 snapshot = vm.snapshotState();
            account.setHook(true, address(escrow), calls[i]);
            _recordWorld();
            _expectOpened(client);
            _expectAccepted(freelancer);
            _expectFunding(0, client);
            account.execute(address(escrow), funding);
            _assertLocked(account, 1);
            _assertWorld();
            vm.revertToState(snapshot);
        }
    }

    function test_T6_HookDuringAWithdrawal_FindsTheLock() public {
        (, ContractAccount account) = _useHooks();
        agreement.feeRecipient = freelancer;
        _sealAgreement();
        _bring(0, IMicroEscrow.Status.Submitted);
        platform = freelancer;
        vm.prank(client);
        escrow.approve(agreement, 0, 1, _byCalling());
        account.setHook(false, address(escrow), abi.encodeCall(escrow.withdraw, (token, freelancer)));
        _recordWorld();
        _expectWithdrawn(freelancer);
        escrow.withdraw(token, freelancer);
        _assertLocked(account, 1);
        _assertWorld();
    }

    function test_T6_HookThatGivesItsMoneyAway_DoesNotDeferThePayment() public {
        (, ContractAccount account) = _useHooks();
        _bring(0, IMicroEscrow.Status.Submitted);
        uint256 paid = schedule[0].amount - _fee(schedule[0].amount);
        account.setHook(false, token, abi.encodeCall(IERC20.transfer, (address(escrow), paid)));
        _recordWorld();
        _expectRelease(0, IMicroEscrow.Outcome.Approved);
        _expectPulled(freelancer, paid); // a donation, that is nobody's
        vm.prank(client);
        escrow.approve(agreement, 0, 1, _byCalling());
        vm.assertTrue(account.hookSucceeded(), "the donation failed");
        _assertWorld();
    }

    function test_T6_PermitThatCallsBack_FindsTheLock() public {
        _bring(0, IMicroEscrow.Status.Released);
        CallsBack callsBack = new CallsBack(address(escrow), abi.encodeCall(escrow.withdraw, (token, platform)));
        _recordWorld();
        escrow.permit(address(callsBack), 1, 1, 27, 0, 0);
        vm.assertFalse(callsBack.succeeded(), "the call back succeeded");
        vm.assertEq(callsBack.result(), LOCKED, "the call back was refused for another reason");
        _assertWorld();
    }

    function test_T6_ReadOnly_ReceivingHookSeesTheMilestoneEnded() public {
        (, ContractAccount account) = _useHooks();
        _bring(0, IMicroEscrow.Status.Submitted);
        Watcher watcher = new Watcher();
        bytes memory question = abi.encodeCall(escrow.milestone, (id, 0));
        account.setHook(false, address(watcher), abi.encodeCall(watcher.look, (address(escrow), question)));
        vm.prank(client);
        escrow.approve(agreement, 0, 1, _byCalling());
        vm.assertTrue(account.hookSucceeded(), "the hook failed");
        vm.assertEq(watcher.seen(), keccak256(abi.encode(_milestone(0))), "seen");
        vm.assertEq(uint256(_milestone(0).status), uint256(IMicroEscrow.Status.Released), "status");
    }

    function test_T6_ReadOnly_ReceivingHookSeesTheFeesCredited() public {
        (, ContractAccount account) = _useHooks();
        _bring(0, IMicroEscrow.Status.Submitted);
        account.setHook(false, address(escrow), abi.encodeCall(escrow.claimable, (token, platform)));
        vm.prank(client);
        escrow.approve(agreement, 0, 1, _byCalling());
        vm.assertEq(account.hookResult(), abi.encode(_fee(schedule[0].amount)), "seen");
    }

    function test_T6_ReadOnly_SendingHookSeesTheMilestoneFunded() public {
        (ContractAccount account, ) = _useHooks();
        account.setHook(true, address(escrow), abi.encodeCall(escrow.milestone, (id, 0)));
        _bring(0, IMicroEscrow.Status.Funded);
        vm.assertTrue(account.hookSucceeded(), "views are never locked");
        vm.assertEq(account.hookResult(), abi.encode(_milestone(0)), "seen");
    }

    function test_T6_ReadOnly_GateSeesTheMilestoneFunded() public {
        address gate = address(new WatchingGate());
        agreement.gate = gate;
        _sealAgreement();
        IMicroEscrow.MilestoneState memory seen = IMicroEscrow.MilestoneState({
            amount: schedule[0].amount,
            clock: uint40(block.timestamp + WORK_PERIOD),
            submissions: 0,
            status: IMicroEscrow.Status.Funded,
            outcome: IMicroEscrow.Outcome.None,
            flags: CLIENT_CONSENTED | FREELANCER_CONSENTED
        });
        _assertFundingRefused(abi.encodeWithSelector(IMicroEscrow.GateRefused.selector, gate, abi.encode(seen)));
    }

    // ----------------------------------------------------------------------------------------------------- threat 7

    function test_T7_Decimals() public {
        uint8[5] memory decimals = [0, 2, 6, 18, 24];
        for (uint256 d = 0; d < decimals.length; ++d) {
            token = address(new PlainToken(decimals[d]));
            _draft();
            // From one base unit to five whole tokens and a bit.
            for (uint256 i = 0; i < MILESTONES; ++i) {
                schedule[i].amount = uint128(i == 0 ? 1 : 5 * 10 ** decimals[d] + i);
            }
            _sealAgreement();
            _assertWholeLife();
        }
    }

    function test_T7_TokenThatRefusesZero_IsNeverAskedToTransferZero() public {
        _useToken(address(new OddAmountToken()));
        _assertWholeLife();
    }

    function test_T7_TokenThatTakesTheMaximumForEverything_TheLargestAmountIsNotIt() public {
        _useToken(address(new OddAmountToken()));
        schedule[0].amount = type(uint128).max;
        _sealAgreement();
        _bring(1, IMicroEscrow.Status.Funded);
        _bring(0, IMicroEscrow.Status.Submitted);
        _recordWorld();
        _expectRelease(0, IMicroEscrow.Outcome.Approved);
        _assertCall(client, _callFor(Action.Approve, 0, _byCalling()));
        _assertWorld();
    }

    // ----------------------------------------------------------------------------------------------------- threat 8

    function test_T8_TokenThatBecomesFeeChargingAfterFunding() public {
        FeeToken feeToken = new FeeToken();
        _useToken(address(feeToken));
        _bring(0, IMicroEscrow.Status.Submitted);
        feeToken.setFee(100, 0, 0);
        uint256 gross = schedule[0].amount;
        uint256 net = gross - _fee(gross);
        _assertFundingOfMilestone1Refused();
        _recordWorld();
        _expectRelease(0, IMicroEscrow.Outcome.Approved);
        _assertCall(client, _callFor(Action.Approve, 0, _byCalling()));
        // The escrow paid what it had promised; the token kept a part of it.
        vm.assertEq(_balance(freelancer), net - net / 100, "freelancer");
        vm.assertEq(_balance(address(escrow)), _fee(gross), "escrow");
        vm.assertEq(escrow.claimable(token, platform), _fee(gross), "claimable");
    }

    function _assertFundingOfMilestone1Refused() private {
        _prepareMoney(client, _only(1));
        uint256 amount = schedule[1].amount;
        uint256 held = _balance(address(escrow));
        _assertRefused(
            client,
            _funding(1),
            abi.encodeWithSelector(
                IMicroEscrow.UnexpectedBalance.selector,
                token,
                held + amount - amount / 100,
                held + amount
            )
        );
    }

    // ----------------------------------------------------------------------------------------------------- threat 9

    function test_T9_Donations_ChangeNobodysEntitlement() public {
        _mint(address(escrow), 12_345);
        _bring(0, IMicroEscrow.Status.Submitted);
        _mint(address(escrow), 54_321);
        _bring(1, IMicroEscrow.Status.Funded);
        _recordWorld();
        _expectRelease(0, IMicroEscrow.Outcome.Approved);
        _assertCall(client, _callFor(Action.Approve, 0, _byCalling()));
        _expectRefund(1, IMicroEscrow.Outcome.Refunded);
        _assertCall(freelancer, _callFor(Action.Refund, 1, _byCalling()));
        _expectWithdrawn(platform);
        escrow.withdraw(token, platform);
        _assertWorld();
        vm.assertEq(_balance(address(escrow)), 12_345 + 54_321, "the donations");
    }

    function test_T9_ForcedEther_ChangesNothing() public {
        (bool accepted, ) = address(escrow).call{value: 0}("");
        vm.assertFalse(accepted, "the escrow takes calls without data");
        vm.deal(address(this), 1 ether);
        (accepted, ) = address(escrow).call{value: 1}("");
        vm.assertFalse(accepted, "the escrow takes ether");
        (accepted, ) = address(escrow).call{value: 1}(abi.encodeCall(escrow.withdraw, (token, platform)));
        vm.assertFalse(accepted, "a function takes ether");
        vm.deal(address(escrow), 1 ether);
        _assertWholeLife();
        vm.assertEq(address(escrow).balance, 1 ether, "ether");
    }
}
