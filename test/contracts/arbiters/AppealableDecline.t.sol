// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAppealableArbiter} from "../../../contracts/interfaces/IAppealableArbiter.sol";
import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {vm} from "../utils/Vm.sol";
import {AppealableBase} from "./AppealableBase.sol";

contract AppealableDeclineTest is AppealableBase {
    function _act(address caller, IMicroEscrow.Authorization memory auth) private {
        vm.prank(caller);
        appealable.decline(agreement, 0, WHY, auth);
    }

    function _actAndAssert(address caller, IMicroEscrow.Authorization memory auth, uint256 end) private {
        _recordAll();
        vm.expectEmit(arbiter);
        emit IAppealableArbiter.ProposalDeclined(id, 0, WHY, end);
        _expectCase(
            IAppealableArbiter.Case({
                deposit: 0,
                since: uint40(block.timestamp),
                shareBps: 0,
                stage: IAppealableArbiter.Stage.Declined,
                byClient: false,
                reasoning: 0
            })
        );
        _act(caller, auth);
        _assertAll();
    }

    function test_RevertGiven_TheFirstInstanceIsAParty() public {
        (agreement.gate, agreement.freelancer) = (address(0), first);
        _sealAgreement();
        vm.expectRevert(_instanceIsParty(first));
        _act(first, _byCalling());
    }

    function test_RevertGiven_TheAgreementNamesAnotherArbiter() public {
        _openDispute();
        vm.expectRevert(_anotherArbiter());
        _act(first, _byCalling());
    }

    function test_RevertGiven_TheMilestoneIsNotDisputed() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        vm.expectRevert(_notHeard());
        _act(first, _byCalling());
    }

    function test_RevertGiven_TheFirstInstanceHasSpoken() public {
        _bringProposed();
        vm.expectRevert(_wrongStage(IAppealableArbiter.Stage.Proposed, IAppealableArbiter.Stage.None));
        _act(first, _byCalling());
    }

    function test_RevertWhen_TheTimeToProposeIsOver() public {
        _openDispute();
        uint256 end = _disputedAt() + PROPOSAL_PERIOD;
        vm.warp(end);
        vm.expectRevert(_hearingOver(end));
        _act(first, _byCalling());
    }

    function test_RevertWhen_ThereIsNoSignatureAndTheCallerIsNotTheFirstInstance() public {
        _openDispute();
        vm.expectRevert(_unauthorized(stranger, first));
        _act(stranger, _byCalling());
    }

    function test_RevertWhen_SomebodyElseSigned() public {
        _openDispute();
        bytes32 structHash = _declineHash(_deadline());
        IMicroEscrow.Authorization memory auth = _signedFor(client, structHash, _deadline());
        vm.expectRevert(_invalidArbiterSignature(first, structHash));
        _act(stranger, auth);
    }

    function test_When_TheFirstInstanceCalls() public {
        _openDispute();
        _hourLater();
        _actAndAssert(first, _byCalling(), block.timestamp + DECISION_PERIOD);
    }

    function test_When_AStrangerSendsTheSignatureInTheLastSecond() public {
        _openDispute();
        vm.warp(_disputedAt() + PROPOSAL_PERIOD - 1);
        IMicroEscrow.Authorization memory auth = _signedFor(first, _declineHash(_deadline()), _deadline());
        _actAndAssert(stranger, auth, block.timestamp + DECISION_PERIOD);
    }

    function test_Given_TheClockRunsOutBeforeTheTimeToDecide() public {
        (agreement.gate, agreement.arbitrationPeriod) = (address(0), 5 days - 1);
        _sealAgreement();
        _openDispute();
        _actAndAssert(first, _byCalling(), _milestone(0).clock);
    }
}
