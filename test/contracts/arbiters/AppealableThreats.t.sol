// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAppealableArbiter} from "../../../contracts/interfaces/IAppealableArbiter.sol";
import {IArbiter} from "../../../contracts/interfaces/IArbiter.sol";
import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {ContractAccount} from "../../../contracts/mocks/ContractAccount.sol";
import {FaultyToken} from "../../../contracts/mocks/FaultyToken.sol";
import {Fault} from "../../../contracts/mocks/Fault.sol";
import {HookToken} from "../../../contracts/mocks/HookToken.sol";
import {RestrictedToken} from "../../../contracts/mocks/RestrictedToken.sol";
import {vm} from "../utils/Vm.sol";
import {AppealableBase} from "./AppealableBase.sol";

/// @notice What tokens, parties and instances can try with an AppealableArbiter, and what comes of it.
contract AppealableThreatsTest is AppealableBase {
    bytes private constant LOCKED = abi.encodeWithSignature("ReentrancyGuardReentrantCall()");

    function _withdraw(address account) private returns (uint256) {
        return appealable.withdraw(token, account);
    }

    // ------------------------------------------------------------------------------------------------------ tokens

    /// @dev A client with code, whose token calls it back; its case stands at a proposal.
    function _bringHookedClient() private returns (ContractAccount account) {
        HookToken hookToken = new HookToken();
        account = new ContractAccount(client);
        _useTokenHere(address(hookToken));
        agreement.client = address(account);
        _sealAgreement();
        account.execute(address(escrow), abi.encodeCall(escrow.accept, (agreement, schedule, address(account), "")));
        _mint(address(account), schedule[0].amount);
        account.execute(token, abi.encodeWithSignature("approve(address,uint256)", escrow, type(uint256).max));
        bytes memory signature = _signature(freelancer, id);
        account.execute(address(escrow), abi.encodeCall(escrow.fund, (agreement, schedule, _only(0), signature)));
        _submit(0);
        account.execute(address(escrow), abi.encodeCall(escrow.dispute, (agreement, 0, 1, EVIDENCE, _byCalling())));
        _propose();
        _mint(address(account), _deposit());
        account.execute(token, abi.encodeWithSignature("approve(address,uint256)", arbiter, type(uint256).max));
        hookToken.setRegistered(address(account), true);
    }

    function _appealFrom(ContractAccount account) private {
        account.execute(arbiter, abi.encodeCall(appealable.appeal, (agreement, 0, address(account), _byCalling())));
    }

    function test_AHookDuringTheAppealFindsEverythingLocked() public {
        ContractAccount account = _bringHookedClient();
        bytes[7] memory calls = [
            abi.encodeCall(appealable.propose, (agreement, 0, SHARE, WHY, _byCalling())),
            abi.encodeCall(appealable.decline, (agreement, 0, WHY, _byCalling())),
            abi.encodeCall(appealable.appeal, (agreement, 0, address(account), _byCalling())),
            abi.encodeCall(appealable.execute, (agreement, 0)),
            abi.encodeCall(appealable.returnDeposit, (agreement, 0)),
            abi.encodeCall(appealable.decide, (agreement, 0, 0, REASONING, _paid())),
            abi.encodeCall(appealable.withdraw, (token, address(account)))
        ];
        uint256 fresh = vm.snapshotState();
        for (uint256 i = 0; i < calls.length; ++i) {
            account.setHook(true, arbiter, calls[i]);
            _appealFrom(account);
            vm.assertEq(account.hookCalls(), 1, "the hook");
            vm.assertEq(account.hookResult(), LOCKED, "the lock");
            vm.revertToState(fresh);
        }
    }

    function test_AHookThatEndsTheMilestoneDuringTheAppealGetsTheDepositBackAndNoMore() public {
        ContractAccount account = _bringHookedClient();
        bytes memory approval = abi.encodeCall(escrow.approve, (agreement, 0, 1, _byCalling()));
        account.setHook(true, address(escrow), approval);
        _appealFrom(account);
        vm.assertTrue(account.hookSucceeded(), "approved");
        appealable.returnDeposit(agreement, 0);
        vm.assertEq(_withdraw(address(account)), _deposit(), "the deposit");
        vm.assertEq(_balance(arbiter), 0, "the arbiter");
    }

    function test_AHookDuringTheRulingFindsEverythingLocked() public {
        ContractAccount account = _bringHookedClient();
        _appealFrom(account);
        account.setHook(false, arbiter, abi.encodeCall(appealable.returnDeposit, (agreement, 0)));
        _decide(0);
        vm.assertEq(account.hookResult(), LOCKED, "the lock");
    }

    function test_ABlacklistedAppellantsDepositWaitsAndStopsNobody() public {
        RestrictedToken restricted = new RestrictedToken();
        _useTokenHere(address(restricted));
        _bringAppealed(client);
        restricted.setBlacklisted(client, true);
        vm.warp(block.timestamp + DECISION_PERIOD);
        appealable.execute(agreement, 0);
        vm.assertEq(_balance(freelancer), _shareOf(SHARE) - _fee(_shareOf(SHARE)), "the freelancer");
        vm.assertEq(_withdraw(first), _arbiterFee(), "the first instance");
        vm.expectRevert(abi.encodeWithSelector(RestrictedToken.Blacklisted.selector, client));
        _withdraw(client);
        restricted.setBlacklisted(client, false);
        vm.assertEq(_withdraw(client), _deposit(), "the deposit");
    }

    function test_ATokenThatReturnsFalseTakesNoAppeal() public {
        FaultyToken faulty = new FaultyToken();
        _useTokenHere(address(faulty));
        _bringProposed();
        _prepareDeposit(client);
        faulty.setFaults(Fault.None, Fault.ReturnsFalse);
        vm.expectRevert(abi.encodeWithSignature("SafeERC20FailedOperation(address)", token));
        vm.prank(client);
        appealable.appeal(agreement, 0, client, _byCalling());
    }

    function test_WhatIsOwedIsThereWhoeverWithdrawsFirst() public {
        agreement.arbiterFeeBps = 200;
        _sealAgreement();
        _bringAppealed(client);
        // Another milestone is ruled on, whose fee waits in the escrow, and is less than the deposit.
        _bring(1, IMicroEscrow.Status.Disputed);
        vm.prank(first);
        appealable.propose(agreement, 1, SHARE, WHY, _byCalling());
        vm.warp(block.timestamp + APPEAL_PERIOD);
        appealable.execute(agreement, 1);
        uint256 fee = appealable.claimable(token, first);
        vm.assertLt(fee, _deposit(), "the deposit pays the fee; the escrow will pay the deposit");
        vm.assertEq(_withdraw(first), fee, "the fee");
        vm.prank(freelancer);
        escrow.refund(agreement, 0, _byCalling());
        appealable.returnDeposit(agreement, 0);
        vm.assertEq(_withdraw(client), _deposit(), "the deposit");
        vm.assertEq(_balance(arbiter) + escrow.claimable(token, arbiter), 0, "nothing is left");
    }

    function test_MoneySentToTheArbiterIsNobodys() public {
        _bringProposed();
        _mint(arbiter, 12_345);
        _appeal(client);
        _decide(0);
        vm.assertEq(_withdraw(member) + _withdraw(colleague) + _withdraw(first), _deposit() + _arbiterFee(), "fees");
        vm.assertEq(_balance(arbiter) + escrow.claimable(token, arbiter), 12_345, "what was sent");
    }

    // -------------------------------------------------------------------------------------------------- signatures

    function test_ASignedProposalIsVoidElsewhere() public {
        _openDispute();
        uint256 deadline = block.timestamp + 30 days;
        bytes32 structHash = _proposalHash(SHARE, deadline);
        IMicroEscrow.Authorization memory auth = _signedFor(first, structHash, deadline);
        uint256 fresh = vm.snapshotState();
        // On another chain.
        bytes32 here = _arbiterDigest(structHash);
        vm.chainId(block.chainid + 1);
        vm.assertNotEq(here, _arbiterDigest(structHash), "the digest has the chain in it");
        vm.expectRevert(_invalidArbiterSignature(first, structHash));
        appealable.propose(agreement, 0, SHARE, WHY, auth);
        vm.revertToState(fresh);
        // At another arbiter of the same kind.
        _useArbiter(address(_deployAppealable(first, second, APPEAL_FEE_BPS)));
        appealable = IAppealableArbiter(arbiter);
        _openDispute();
        vm.expectRevert(_invalidArbiterSignature(first, _proposalHash(SHARE, deadline)));
        appealable.propose(agreement, 0, SHARE, WHY, auth);
    }

    function test_ASignedProposalIsVoidForAnotherMilestone() public {
        _openDispute();
        _bring(1, IMicroEscrow.Status.Disputed);
        uint256 deadline = _deadline();
        IMicroEscrow.Authorization memory auth = _signedFor(first, _proposalHash(SHARE, deadline), deadline);
        bytes32 typehash = keccak256(
            "Proposal(bytes32 agreement,uint256 milestone,uint16 shareBps,bytes32 reasoning,uint256 deadline)"
        );
        bytes32 structHash = keccak256(abi.encode(typehash, id, 1, SHARE, WHY, deadline));
        vm.expectRevert(_invalidArbiterSignature(first, structHash));
        appealable.propose(agreement, 1, SHARE, WHY, auth);
    }

    // ------------------------------------------------------------------------------------------------------ people

    function test_WhoAppealsFirstIsTheAppellantAlone() public {
        _bringAppealed(client);
        _prepareDeposit(freelancer);
        vm.expectRevert(_wrongStage(IAppealableArbiter.Stage.Appealed, IAppealableArbiter.Stage.Proposed));
        vm.prank(freelancer);
        appealable.appeal(agreement, 0, freelancer, _byCalling());
        // The other party gains from a decision in its favour what is decided, and nothing of the deposit.
        _decide(SHARE + 100);
        vm.assertEq(_balance(freelancer), _deposit() + _shareOf(SHARE + 100) - _fee(_shareOf(SHARE + 100)), "part");
    }

    function test_ASettlementInTheMiddleOfAnAppealHoldsAndFreesTheDeposit() public {
        _bringAppealed(freelancer);
        vm.prank(client);
        escrow.approve(agreement, 0, 1, _byCalling());
        vm.expectRevert(_notHeard());
        _decide(0);
        appealable.returnDeposit(agreement, 0);
        vm.assertEq(appealable.claimable(token, freelancer), _deposit(), "the deposit");
        vm.assertEq(appealable.claimable(token, first), 0, "a fee is earned by a ruling alone");
    }

    function test_InAnAgreementThatSkippedTheGateTheClockIsTheEndOfEverything() public {
        (agreement.gate, agreement.arbitrationPeriod) = (address(0), 3 days);
        _sealAgreement();
        _bringAppealed(client);
        _warpToClock(0, 0);
        uint256 clock = block.timestamp;
        vm.expectRevert(_hearingOver(clock));
        _decide(0);
        vm.warp(_disputedAt() + 2 hours + DECISION_PERIOD);
        vm.expectRevert(_clockRanOut(clock));
        appealable.execute(agreement, 0);
        escrow.finalize(agreement, 0);
        appealable.returnDeposit(agreement, 0);
        vm.assertEq(_withdraw(client), _deposit(), "the deposit");
    }

    function test_TheSecondInstanceCannotPayItselfMoreThanThereIs() public {
        _bringAppealed(client);
        address[] memory paid = new address[](3);
        (paid[0], paid[1], paid[2]) = (member, member, member);
        vm.prank(second);
        appealable.decide(agreement, 0, 0, REASONING, paid);
        vm.assertEq(appealable.claimable(token, member), _deposit(), "the deposit, once");
        vm.expectRevert(_notHeard());
        _decide(0);
    }

    function test_AnArbiterThatIsNotOursHasNoWayIn() public {
        _bringAppealed(client);
        IMicroEscrow.Agreement memory forged = agreement;
        forged.arbiter = address(this);
        vm.expectRevert(abi.encodeWithSelector(IArbiter.AnotherArbiter.selector, address(this), arbiter));
        vm.prank(second);
        appealable.decide(forged, 0, 0, REASONING, _paid());
    }
}
