// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbitrable} from "@kleros/erc-792/contracts/IArbitrable.sol";
import {IArbitrator} from "@kleros/erc-792/contracts/IArbitrator.sol";

import {ICourtArbiter} from "../../../contracts/interfaces/ICourtArbiter.sol";
import {IKlerosArbiter} from "../../../contracts/interfaces/IKlerosArbiter.sol";
import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {ContractAccount} from "../../../contracts/mocks/ContractAccount.sol";
import {vm} from "../utils/Vm.sol";
import {KlerosBase} from "./KlerosBase.sol";

/// @dev A court that gives any number to a case, asks any price, and calls back while it is called.
contract LyingCourt is IArbitrator {
    uint256 public price;
    uint256 public number;
    bytes private _call;
    bool public succeeded;
    bytes public result;

    function setPrice(uint256 price_) external {
        price = price_;
    }

    function setNumber(uint256 number_) external {
        number = number_;
    }

    /// @notice Prepares the call that it makes to its arbiter, from within the next one.
    function setCall(bytes calldata data) external {
        _call = data;
    }

    function createDispute(uint256, bytes calldata) external payable returns (uint256) {
        _callBack();
        return number;
    }

    function appeal(uint256, bytes calldata) external payable {
        _callBack();
    }

    function rule(IArbitrable arbitrable, uint256 disputeId, uint256 ruling) external {
        arbitrable.rule(disputeId, ruling);
    }

    function arbitrationCost(bytes calldata) external view returns (uint256) {
        return price;
    }

    function appealCost(uint256, bytes calldata) external view returns (uint256) {
        return price;
    }

    function appealPeriod(uint256) external pure returns (uint256, uint256) {
        return (0, 0);
    }

    function disputeStatus(uint256) external pure returns (DisputeStatus) {
        return DisputeStatus.Waiting;
    }

    function currentRuling(uint256) external pure returns (uint256) {
        return 0;
    }

    function _callBack() private {
        if (_call.length != 0) (succeeded, result) = msg.sender.call(_call);
    }
}

/// @dev A party that calls back when its change comes.
contract Greedy is ContractAccount {
    address private immutable _target;
    bytes private _data;
    bytes public answer;

    constructor(address target) ContractAccount(msg.sender) {
        _target = target;
    }

    function setData(bytes calldata data) external {
        _data = data;
    }

    receive() external payable {
        (, answer) = _target.call{value: msg.value}(_data);
    }
}

/// @notice What a court, a party and money can try with a KlerosArbiter, and what comes of it.
contract KlerosThreatsTest is KlerosBase {
    bytes private constant LOCKED = abi.encodeWithSignature("ReentrancyGuardReentrantCall()");

    LyingCourt private lying;

    function _useLyingCourt() private {
        lying = new LyingCourt();
        kleros = _deployKleros(address(lying), _options());
        _useArbiter(address(kleros));
    }

    function test_ACourtThatRaisesItsPriceGetsNoMoreThanIsSent() public {
        _useLyingCourt();
        _openDispute();
        lying.setPrice(COST + 1);
        vm.expectRevert(abi.encodeWithSelector(ICourtArbiter.PaymentTooLow.selector, COST, COST + 1));
        _open(client);
    }

    function test_ACourtThatGivesOneNumberTwiceKeepsOneCase() public {
        _useLyingCourt();
        lying.setNumber(5);
        _bringOpen(client);
        _bring(1, IMicroEscrow.Status.Disputed);
        vm.expectRevert(abi.encodeWithSelector(ICourtArbiter.DisputeNotNew.selector, 5));
        vm.prank(freelancer);
        kleros.open(agreement, 1);
        _assertCase(5, client, ICourtArbiter.Stage.Open, 0);
        // Nor a case that is over.
        lying.rule(kleros, 5, 1);
        _execute();
        vm.expectRevert(abi.encodeWithSelector(ICourtArbiter.DisputeNotNew.selector, 5));
        vm.prank(freelancer);
        kleros.open(agreement, 1);
    }

    function test_ACourtWithTheLargestNumberHasNoCase() public {
        _useLyingCourt();
        lying.setNumber(type(uint256).max);
        _openDispute();
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x11));
        _open(client);
    }

    function test_ACourtThatRulesBeforeThereIsACaseIsNotHeard() public {
        _useLyingCourt();
        lying.setCall(abi.encodeCall(IArbitrable.rule, (0, 1)));
        uint256 disputeId = _bringOpen(client);
        vm.assertFalse(lying.succeeded(), "the ruling");
        vm.assertEq(lying.result(), _wrongStage(0, ICourtArbiter.Stage.None, ICourtArbiter.Stage.Open), "the reason");
        _assertCase(disputeId, client, ICourtArbiter.Stage.Open, 0);
    }

    function test_ACourtThatRulesWithinAnAppealIsHeard() public {
        _useLyingCourt();
        uint256 disputeId = _bringOpen(client);
        lying.setCall(abi.encodeCall(IArbitrable.rule, (disputeId, 2)));
        vm.prank(client);
        kleros.appeal(agreement, 0);
        vm.assertTrue(lying.succeeded(), "the ruling");
        _executeAndAssert(disputeId, client, 0);
    }

    function test_ACourtThatCallsBackFindsEverythingElseLocked() public {
        _useLyingCourt();
        bytes[5] memory calls = [
            abi.encodeCall(ICourtArbiter.open, (agreement, 0)),
            abi.encodeCall(ICourtArbiter.execute, (agreement, 0)),
            abi.encodeCall(IKlerosArbiter.appeal, (agreement, 0)),
            abi.encodeCall(IKlerosArbiter.submitEvidence, (agreement, 0, URI)),
            abi.encodeCall(kleros.withdraw, (token, client))
        ];
        _openDispute();
        uint256 fresh = vm.snapshotState();
        for (uint256 i = 0; i < calls.length; ++i) {
            lying.setCall(calls[i]);
            _open(client);
            vm.assertEq(lying.result(), LOCKED, "the lock");
            vm.revertToState(fresh);
        }
    }

    function test_APartyThatCallsBackWithItsChangeFindsEverythingLocked() public {
        Greedy greedy = new Greedy(address(kleros));
        agreement.client = address(greedy);
        _sealAgreement();
        greedy.execute(address(escrow), abi.encodeCall(escrow.accept, (agreement, schedule, address(greedy), "")));
        _prepareMoney(payer, _only(0));
        bytes memory signature = _signature(freelancer, id);
        vm.prank(payer);
        escrow.fund(agreement, schedule, _only(0), signature);
        _submit(0);
        greedy.execute(address(escrow), abi.encodeCall(escrow.dispute, (agreement, 0, 1, EVIDENCE, _byCalling())));
        bytes memory opening = abi.encodeCall(ICourtArbiter.open, (agreement, 0));
        greedy.setData(opening);
        vm.deal(stranger, 2 * COST);
        vm.prank(stranger);
        greedy.execute{value: 2 * COST}(address(kleros), opening);
        vm.assertEq(greedy.answer(), LOCKED, "the lock");
        vm.assertEq(address(greedy).balance, COST, "the change");
    }

    function test_TwoPartiesWhoOpenAtOncePayOnce() public {
        _bringOpen(client);
        vm.deal(freelancer, COST);
        vm.expectRevert(abi.encodeWithSelector(ICourtArbiter.AlreadyOpen.selector, 7));
        vm.prank(freelancer);
        kleros.open{value: COST}(agreement, 0);
        vm.assertEq(freelancer.balance, COST, "the ether stays with the second");
    }

    function test_AnotherMilestonesRulingIsNotThisOnes() public {
        uint256 disputeId = _bringRuled(1);
        _bring(1, IMicroEscrow.Status.Disputed);
        vm.expectRevert(abi.encodeWithSelector(ICourtArbiter.NotOpen.selector, id, 1));
        kleros.execute(agreement, 1);
        vm.deal(client, COST);
        vm.prank(client);
        kleros.open{value: COST}(agreement, 1);
        vm.assertEq(kleros.disputeOf(id, 0), disputeId, "milestone 0");
        vm.assertEq(kleros.disputeOf(id, 1), disputeId + 1, "milestone 1");
        _executeAndAssert(disputeId, freelancer, 10_000);
    }

    function test_ALateRulingLeavesTheDefaultAndNoFee() public {
        uint256 disputeId = _bringOpen(client);
        _warpToClock(0, 0);
        escrow.finalize(agreement, 0);
        _ruleAtCourt(disputeId, 1);
        vm.expectRevert(_notHeard());
        _execute();
        uint256 gross = (schedule[0].amount * uint256(agreement.defaultShareBps)) / BPS;
        vm.assertEq(_balance(freelancer), gross - _fee(gross), "the default share");
        vm.assertEq(kleros.claimable(token, client), 0, "the fee");
    }

    function test_WhoOpenedTheCaseTakesTheFeeOutOfTheEscrow() public {
        _bringRuled(2);
        _execute();
        vm.assertEq(kleros.withdraw(token, freelancer), _arbiterFee(), "the fee");
        vm.assertEq(_balance(freelancer), _arbiterFee(), "the freelancer");
        vm.assertEq(_balance(arbiter) + escrow.claimable(token, arbiter), 0, "nothing is left");
    }

    /// @dev What the court rules awards one of the shares or the default, and everything is paid out.
    function testFuzz_AnyRulingPaysEverythingOut(uint256 amount, uint256 ruling, uint16 defaultShareBps) public {
        schedule[0].amount = uint128(amount % type(uint128).max) + 1;
        agreement.defaultShareBps = defaultShareBps % 10_001;
        _sealAgreement();
        uint256 disputeId = _bringOpen(client);
        if (ruling % 2 == 0) ruling = (ruling / 2) % 6;
        vm.prank(address(court));
        kleros.rule(disputeId, ruling);
        bool chosen = ruling >= 1 && ruling <= 3;
        _executeAndAssert(disputeId, client, chosen ? _options()[ruling - 1] : agreement.defaultShareBps);
        kleros.withdraw(token, client);
        escrow.withdraw(token, platform);
        uint256 sum = _balance(client) + _balance(freelancer) + _balance(platform);
        vm.assertEq(sum, schedule[0].amount, "everything is paid out");
    }
}
