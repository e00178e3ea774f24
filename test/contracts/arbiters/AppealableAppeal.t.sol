// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IAppealableArbiter} from "../../../contracts/interfaces/IAppealableArbiter.sol";
import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {FeeToken} from "../../../contracts/mocks/FeeToken.sol";
import {OddAmountToken} from "../../../contracts/mocks/OddAmountToken.sol";
import {vm} from "../utils/Vm.sol";
import {AppealableBase} from "./AppealableBase.sol";

contract AppealableAppealTest is AppealableBase {
    function _act(address caller, address party, IMicroEscrow.Authorization memory auth) private {
        vm.prank(caller);
        appealable.appeal(agreement, 0, party, auth);
    }

    function _expectAppeal(address caller, address party, uint256 deposit, uint256 end) private {
        IAppealableArbiter.Case memory expected = appealable.caseOf(id, 0);
        (expected.deposit, expected.since) = (uint128(deposit), uint40(block.timestamp));
        (expected.stage, expected.byClient) = (IAppealableArbiter.Stage.Appealed, party == client);
        _expectCase(expected);
        vm.expectEmit(arbiter);
        emit IAppealableArbiter.ProposalAppealed({id: id, index: 0, party: party, deposit: deposit, end: end});
        _expectMoved(caller, arbiter, deposit);
    }

    function _actAndAssert(address caller, address party, IMicroEscrow.Authorization memory auth) private {
        _prepareDeposit(caller);
        _recordAll();
        _expectAppeal(caller, party, _deposit(), block.timestamp + DECISION_PERIOD);
        _act(caller, party, auth);
        _assertAll();
    }

    function test_RevertWhen_TheAccountIsNoParty() public {
        _bringProposed();
        vm.expectRevert(_notAParty(platform));
        _act(platform, platform, _byCalling());
    }

    function test_RevertGiven_TheAgreementNamesAnotherArbiter() public {
        _bringProposed();
        vm.expectRevert(_anotherArbiter());
        _act(client, client, _byCalling());
    }

    function test_RevertGiven_TheMilestoneIsNotDisputedAnyMore() public {
        _bringProposed();
        vm.prank(freelancer);
        escrow.refund(agreement, 0, _byCalling());
        vm.expectRevert(_notHeard());
        _act(client, client, _byCalling());
    }

    function test_RevertGiven_NothingIsProposed() public {
        _openDispute();
        vm.expectRevert(_wrongStage(IAppealableArbiter.Stage.None, IAppealableArbiter.Stage.Proposed));
        _act(client, client, _byCalling());
        uint256 fresh = vm.snapshotState();
        _decline();
        vm.expectRevert(_wrongStage(IAppealableArbiter.Stage.Declined, IAppealableArbiter.Stage.Proposed));
        _act(client, client, _byCalling());
        vm.revertToState(fresh);
        _propose();
        _appeal(client);
        _prepareDeposit(freelancer);
        vm.expectRevert(_wrongStage(IAppealableArbiter.Stage.Appealed, IAppealableArbiter.Stage.Proposed));
        _act(freelancer, freelancer, _byCalling());
    }

    function test_RevertWhen_TheTimeToAppealIsOver() public {
        _bringProposed();
        _prepareDeposit(client);
        uint256 end = block.timestamp + APPEAL_PERIOD;
        vm.warp(end);
        vm.expectRevert(_appealOver(end));
        _act(client, client, _byCalling());
        vm.warp(end + 1);
        vm.expectRevert(_appealOver(end));
        _act(client, client, _byCalling());
    }

    function test_RevertGiven_TheClockRunsOutBeforeTheTimeToAppeal() public {
        (agreement.gate, agreement.arbitrationPeriod) = (address(0), 1 days);
        _sealAgreement();
        _bringProposed();
        _prepareDeposit(client);
        uint256 clock = _milestone(0).clock;
        vm.warp(clock);
        vm.expectRevert(_appealOver(clock));
        _act(client, client, _byCalling());
        vm.warp(clock - 1);
        _act(client, client, _byCalling());
    }

    function _appealOver(uint256 end) private view returns (bytes memory) {
        return abi.encodeWithSelector(IAppealableArbiter.AppealOver.selector, end, block.timestamp);
    }

    function test_RevertWhen_ThereIsNoSignatureAndTheCallerIsNotTheParty() public {
        _bringProposed();
        vm.expectRevert(_unauthorized(freelancer, client));
        _act(freelancer, client, _byCalling());
    }

    function test_RevertWhen_SomebodyElseSigned() public {
        _bringProposed();
        bytes32 structHash = _appealHash(SHARE, _deadline());
        IMicroEscrow.Authorization memory auth = _signedFor(client, structHash, _deadline());
        vm.expectRevert(_invalidArbiterSignature(freelancer, structHash));
        _act(stranger, freelancer, auth);
    }

    function test_RevertWhen_AnotherShareWasSigned() public {
        _bringProposed();
        bytes32 structHash = _appealHash(SHARE - 1, _deadline());
        IMicroEscrow.Authorization memory auth = _signedFor(client, structHash, _deadline());
        vm.expectRevert(_invalidArbiterSignature(client, _appealHash(SHARE, _deadline())));
        _act(stranger, client, auth);
    }

    function test_RevertGiven_TheCallerCannotPay() public {
        _bringProposed();
        _prepareDeposit(client);
        vm.prank(client);
        IERC20(token).approve(arbiter, _deposit() - 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientAllowance.selector,
                arbiter,
                _deposit() - 1,
                _deposit()
            )
        );
        _act(client, client, _byCalling());
    }

    function test_RevertGiven_TheTokenDeliversLess() public {
        FeeToken feeToken = new FeeToken();
        _useTokenHere(address(feeToken));
        _bringProposed();
        feeToken.mint(arbiter, 7);
        feeToken.setFee(0, 1, 0);
        _prepareDeposit(client);
        vm.expectRevert(
            abi.encodeWithSelector(IMicroEscrow.UnexpectedBalance.selector, token, 7 + _deposit() - 1, 7 + _deposit())
        );
        _act(client, client, _byCalling());
    }

    function test_When_TheClientCalls() public {
        _bringProposed();
        _hourLater();
        vm.assertEq(_deposit(), 33_300_000, "3.33 % of 1,000,000,003, rounded down");
        _actAndAssert(client, client, _byCalling());
    }

    function test_When_TheFreelancerCallsInTheLastSecond() public {
        _bringProposed();
        vm.warp(block.timestamp + APPEAL_PERIOD - 1);
        _actAndAssert(freelancer, freelancer, _byCalling());
    }

    function test_When_AStrangerSendsTheSignature() public {
        _bringProposed();
        bytes32 structHash = _appealHash(SHARE, _deadline());
        _actAndAssert(stranger, freelancer, _signedFor(freelancer, structHash, _deadline()));
    }

    function test_Given_AnAppealCostsNothing() public {
        appealable = _deployAppealable(first, second, 0);
        arbiter = address(appealable);
        _useTokenHere(address(new OddAmountToken()));
        _bringProposed();
        _recordAll();
        _expectAppeal(client, client, 0, block.timestamp + DECISION_PERIOD);
        _act(client, client, _byCalling());
        _assertAll();
    }

    function test_Given_TheClockRunsOutBeforeTheTimeToDecide() public {
        (agreement.gate, agreement.arbitrationPeriod) = (address(0), 5 days);
        _sealAgreement();
        _bringProposed();
        _prepareDeposit(client);
        _recordAll();
        _expectAppeal(client, client, _deposit(), _milestone(0).clock);
        _act(client, client, _byCalling());
        _assertAll();
    }
}
