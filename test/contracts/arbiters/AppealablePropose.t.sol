// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAppealableArbiter} from "../../../contracts/interfaces/IAppealableArbiter.sol";
import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {ContractAccount} from "../../../contracts/mocks/ContractAccount.sol";
import {vm} from "../utils/Vm.sol";
import {AppealableBase} from "./AppealableBase.sol";

contract AppealableProposeTest is AppealableBase {
    function _act(address caller, uint16 shareBps, IMicroEscrow.Authorization memory auth) private {
        vm.prank(caller);
        appealable.propose(agreement, 0, shareBps, WHY, auth);
    }

    function _expectProposal(uint16 shareBps, uint256 end) private {
        vm.expectEmit(arbiter);
        emit IAppealableArbiter.RulingProposed({id: id, index: 0, shareBps: shareBps, reasoning: WHY, end: end});
        _expectCase(
            IAppealableArbiter.Case({
                deposit: 0,
                since: uint40(block.timestamp),
                shareBps: shareBps,
                stage: IAppealableArbiter.Stage.Proposed,
                byClient: false,
                reasoning: WHY
            })
        );
    }

    function _actAndAssert(address caller, uint16 shareBps, IMicroEscrow.Authorization memory auth) private {
        _recordAll();
        _expectProposal(shareBps, block.timestamp + APPEAL_PERIOD);
        _act(caller, shareBps, auth);
        _assertAll();
    }

    function test_RevertWhen_TheShareIsAboveTheWhole() public {
        _openDispute();
        vm.expectRevert(_shareTooHigh(10_001));
        _act(first, 10_001, _byCalling());
    }

    function test_RevertGiven_TheFirstInstanceIsAParty() public {
        (agreement.gate, agreement.client) = (address(0), first);
        _sealAgreement();
        vm.expectRevert(_instanceIsParty(first));
        _act(first, SHARE, _byCalling());
        (agreement.client, agreement.freelancer) = (client, first);
        _sealAgreement();
        vm.expectRevert(_instanceIsParty(first));
        _act(first, SHARE, _byCalling());
    }

    function test_RevertGiven_TheAgreementNamesAnotherArbiter() public {
        _openDispute();
        vm.expectRevert(_anotherArbiter());
        _act(first, SHARE, _byCalling());
    }

    function test_RevertGiven_TheMilestoneIsNotDisputed() public {
        _bring(0, IMicroEscrow.Status.Submitted);
        vm.expectRevert(_notHeard());
        _act(first, SHARE, _byCalling());
    }

    function test_RevertGiven_TheFirstInstanceHasSpoken() public {
        _openDispute();
        uint256 fresh = vm.snapshotState();
        _propose();
        vm.expectRevert(_wrongStage(IAppealableArbiter.Stage.Proposed, IAppealableArbiter.Stage.None));
        _act(first, SHARE, _byCalling());
        _appeal(client);
        vm.expectRevert(_wrongStage(IAppealableArbiter.Stage.Appealed, IAppealableArbiter.Stage.None));
        _act(first, SHARE, _byCalling());
        vm.revertToState(fresh);
        _decline();
        vm.expectRevert(_wrongStage(IAppealableArbiter.Stage.Declined, IAppealableArbiter.Stage.None));
        _act(first, SHARE, _byCalling());
    }

    function test_RevertWhen_TheTimeToProposeIsOver() public {
        _openDispute();
        uint256 end = _disputedAt() + PROPOSAL_PERIOD;
        vm.warp(end);
        vm.expectRevert(_hearingOver(end));
        _act(first, SHARE, _byCalling());
        vm.warp(end + 1);
        vm.expectRevert(_hearingOver(end));
        _act(first, SHARE, _byCalling());
    }

    function test_RevertGiven_TheClockRunsOutBeforeTheTimeToPropose() public {
        (agreement.gate, agreement.arbitrationPeriod) = (address(0), 1 days);
        _sealAgreement();
        _openDispute();
        uint256 clock = _milestone(0).clock;
        vm.warp(clock);
        vm.expectRevert(_hearingOver(clock));
        _act(first, SHARE, _byCalling());
        vm.warp(clock - 1);
        _act(first, SHARE, _byCalling());
    }

    function test_RevertWhen_ThereIsNoSignatureAndTheCallerIsNotTheFirstInstance() public {
        _openDispute();
        vm.expectRevert(_unauthorized(second, first));
        _act(second, SHARE, _byCalling());
    }

    function test_RevertWhen_TheSignatureIsAtItsDeadline() public {
        _openDispute();
        uint256 deadline = block.timestamp;
        IMicroEscrow.Authorization memory auth = _signedFor(first, _proposalHash(SHARE, deadline), deadline);
        vm.expectRevert(_signatureExpired(deadline));
        _act(stranger, SHARE, auth);
        vm.warp(deadline + 1);
        vm.expectRevert(_signatureExpired(deadline));
        _act(stranger, SHARE, auth);
        vm.warp(deadline - 1);
        _act(stranger, SHARE, auth);
    }

    function test_RevertWhen_SomebodyElseSigned() public {
        _openDispute();
        bytes32 structHash = _proposalHash(SHARE, _deadline());
        IMicroEscrow.Authorization memory auth = _signedFor(second, structHash, _deadline());
        vm.expectRevert(_invalidArbiterSignature(first, structHash));
        _act(stranger, SHARE, auth);
    }

    function test_RevertWhen_AnotherShareWasSigned() public {
        _openDispute();
        IMicroEscrow.Authorization memory auth = _signedFor(first, _proposalHash(SHARE, _deadline()), _deadline());
        vm.expectRevert(_invalidArbiterSignature(first, _proposalHash(SHARE + 1, _deadline())));
        _act(stranger, SHARE + 1, auth);
    }

    function test_When_TheFirstInstanceCalls() public {
        _openDispute();
        _hourLater();
        _actAndAssert(first, SHARE, _byCalling());
    }

    function test_When_TheShareIsTheWholeInTheLastSecond() public {
        _openDispute();
        vm.warp(_disputedAt() + PROPOSAL_PERIOD - 1);
        _actAndAssert(first, 10_000, _byCalling());
    }

    function test_When_AStrangerSendsTheSignature() public {
        _openDispute();
        _actAndAssert(stranger, SHARE, _signedFor(first, _proposalHash(SHARE, _deadline()), _deadline()));
    }

    function test_Given_TheFirstInstanceIsAContract() public {
        ContractAccount service = new ContractAccount(first);
        appealable = _deployAppealable(address(service), second, APPEAL_FEE_BPS);
        arbiter = address(appealable);
        _name();
        _openDispute();
        _actAndAssert(stranger, SHARE, _signedFor(first, _proposalHash(SHARE, _deadline()), _deadline()));
    }

    function test_Given_TheClockRunsOutBeforeTheTimeToAppeal() public {
        (agreement.gate, agreement.arbitrationPeriod) = (address(0), 3 days - 1);
        _sealAgreement();
        _openDispute();
        _recordAll();
        _expectProposal(SHARE, _milestone(0).clock);
        _act(first, SHARE, _byCalling());
        _assertAll();
    }
}
